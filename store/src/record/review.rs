//! What people make of calls, and calls as lists and reports show them.

use call_model::{CallId, CampaignId, NoteId};
use serde::Serialize;

use super::{CallRecord, Mood, masked_debug};

/// A note about a call, or about a moment of it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CallNoteRecord {
    /// Its id.
    pub id: NoteId,
    /// The call.
    pub call: CallId,
    /// Who wrote it.
    pub author: Option<String>,
    /// What it says.
    pub text: String,
    /// Which moment it is about, ms from the answer of the call; `None`: the whole call.
    pub moment_ms: Option<u64>,
    /// When it was written, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(CallNoteRecord { id, call, moment_ms, created_ms });

/// What a line of a transcript should read.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CorrectionRecord {
    /// The line's number within its call.
    pub seq: u32,
    /// What it should read.
    pub text: String,
    /// Who said so.
    pub author: Option<String>,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
}
masked_debug!(CorrectionRecord { seq, at_ms });

/// A tag with the number of calls that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagCount {
    /// The tag.
    pub name: String,
    /// How many calls have it.
    pub calls: u64,
}

/// A call as a list shows it.
#[derive(Clone, PartialEq)]
pub struct CallListing {
    /// The call.
    pub call: CallRecord,
    /// Name of its contact.
    pub contact_name: Option<String>,
    /// Its campaign, with the name of it.
    pub campaign: Option<(CampaignId, String)>,
    /// Its tags, in their order.
    pub tags: Vec<String>,
    /// The beginning of its summary.
    pub summary: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
    /// How the caller felt.
    pub mood: Option<Mood>,
    /// It has a recording that can be fetched.
    pub playable: bool,
}
masked_debug!(CallListing { call, campaign, playable });

/// What a report has a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportBy {
    /// Everything: one row.
    All,
    /// A quarter of an hour, by its number since the Unix epoch: every time zone is made of these.
    Quarter,
    /// A number of ours.
    Number,
    /// A member who took part: a call may be in several rows.
    Member,
    /// An agent.
    Agent,
    /// A campaign, by its id.
    Campaign,
    /// What came of the call.
    Outcome,
    /// A topic: a call may be in several rows.
    Topic,
}

/// What a report counts of ended calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportCounts {
    /// Calls.
    pub calls: u64,
    /// Those that came in.
    pub inbound: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Those in which the caller went before there was anybody.
    pub abandoned: u64,
    /// From the beginning to the answer, ms, over those that were answered.
    pub wait_ms: u64,
    /// From the answer to the end, ms.
    pub talk_ms: u64,
    /// Those that a flow or an agent had from the answer to the end, and called for nobody.
    pub contained: u64,
    /// Those that somebody was brought into.
    pub handed_over: u64,
    /// Those whose caller felt well.
    pub positive: u64,
    /// Those whose caller felt neither.
    pub neutral: u64,
    /// Those whose caller felt badly.
    pub negative: u64,
}

impl std::ops::AddAssign for ReportCounts {
    fn add_assign(&mut self, more: Self) {
        self.calls += more.calls;
        self.inbound += more.inbound;
        self.answered += more.answered;
        self.abandoned += more.abandoned;
        self.wait_ms += more.wait_ms;
        self.talk_ms += more.talk_ms;
        self.contained += more.contained;
        self.handed_over += more.handed_over;
        self.positive += more.positive;
        self.neutral += more.neutral;
        self.negative += more.negative;
    }
}

/// A row of a report.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// What it is about; `None`: calls that have none.
    pub key: Option<String>,
    /// Its name, where that is another than the key.
    pub label: Option<String>,
    /// What was counted.
    pub counts: ReportCounts,
}
masked_debug!(ReportRow { counts });

/// A section of the settings that was set in the console.
#[derive(Clone, PartialEq, Serialize)]
pub struct SettingRecord {
    /// Its name.
    pub section: String,
    /// What was set.
    pub value: serde_json::Value,
    /// Who did.
    pub author: Option<String>,
    /// When, ms since the Unix epoch.
    pub updated_ms: i64,
}
masked_debug!(SettingRecord { section, updated_ms });

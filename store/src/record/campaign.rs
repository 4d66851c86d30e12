//! Campaigns, whom they call, and their attempts.

use call_model::{CallId, CampaignId, HangupCause};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{masked_debug, word_enum};

word_enum! {
    /// Where a campaign is in its life.
    CampaignState {
        /// It is being prepared: nobody is called.
        Draft = "draft",
        /// It calls, as its rules let it.
        Running = "running",
        /// It calls nobody until it is resumed.
        Paused = "paused",
        /// It was ended by hand, for good.
        Stopped = "stopped",
        /// Everybody in it has an outcome.
        Done = "done",
    }
}

word_enum! {
    /// Where somebody stands in a campaign.
    CampaignContactState {
        /// Waits for the next attempt.
        Waiting = "waiting",
        /// An attempt is going on.
        Calling = "calling",
        /// An attempt is over: it is to be seen whether another follows.
        Ended = "ended",
        /// There is an outcome.
        Done = "done",
    }
}

word_enum! {
    /// What came of an attempt.
    AttemptOutcome {
        /// A person heard it.
        Reached = "reached",
        /// A person asked to be called back.
        CallBack = "call_back",
        /// They said that they want no more such calls.
        OptedOut = "opted_out",
        /// A person was there, but not the one who is meant.
        WrongNumber = "wrong_number",
        /// A person was there, and nobody of ours was free.
        Dropped = "dropped",
        /// A machine answered and was hung up on.
        Machine = "machine",
        /// A machine answered and has the message.
        MessageLeft = "message_left",
        /// The line was busy.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no_answer",
        /// It was refused, or the carrier or our own side failed: the SIP status and the cause say which.
        Failed = "failed",
        /// A rule was against it: nothing was dialled.
        Refused = "refused",
        /// Nothing was dialled for a reason of our own.
        Withdrawn = "withdrawn",
        /// The program ended while it was dialled or talked.
        Interrupted = "interrupted",
    }
}

/// A campaign that is made.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    /// Its name, of which there is one.
    pub name: String,
    /// What it is, as YAML.
    pub yaml: String,
}

/// A campaign in the books.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CampaignRecord {
    /// Its id.
    pub id: CampaignId,
    /// Its number in the books.
    #[serde(skip)]
    pub row: i64,
    /// Its name.
    pub name: String,
    /// The version that counts.
    pub version: u32,
    /// That version, as YAML.
    #[serde(skip)]
    pub yaml: String,
    /// Where it is in its life.
    pub state: CampaignState,
    /// Why it is paused.
    pub reason: Option<String>,
    /// What was changed while it ran.
    pub settings: Map<String, Value>,
    /// The round that goes on or was the last; 0 where none has begun, or it does not recur.
    pub round: u32,
    /// Which asking of its segment counts, ms since the Unix epoch; `None`: it has none, or that is still to be asked.
    pub asked_ms: Option<i64>,
    /// What came of the last asking.
    pub asked: Option<Value>,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was changed.
    pub updated_ms: i64,
    /// When it began to call.
    pub started_ms: Option<i64>,
    /// When it was done or stopped.
    pub ended_ms: Option<i64>,
}

/// A version of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignVersion {
    /// Its number, from 1.
    pub version: u32,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// What it says.
    pub yaml: String,
}

/// How a campaign's state changes.
#[derive(Debug, Clone)]
pub struct CampaignStep {
    /// Which campaign.
    pub id: CampaignId,
    /// The states that it may be in.
    pub from: &'static [CampaignState],
    /// The state that it is in then.
    pub to: CampaignState,
    /// Why, where it is not by hand.
    pub reason: Option<String>,
    /// When, ms since the Unix epoch.
    pub now_ms: i64,
}

/// Somebody whom a campaign is to call.
#[derive(Clone, Default)]
pub struct NewCampaignContact {
    /// The number, E.164.
    pub number: String,
    /// Tells two calls to one number apart; empty where there is one.
    pub key: String,
    /// Line of the file.
    pub line: Option<u32>,
    /// Numbers to try when the first does not answer, E.164.
    pub other_numbers: Vec<String>,
    /// BCP 47 language.
    pub language: Option<String>,
    /// IANA time zone.
    pub zone: Option<String>,
    /// ISO 3166-1 country.
    pub country: Option<String>,
    /// ISO 3166-2 region.
    pub region: Option<String>,
    /// What is known of them: name, appointment, fields.
    pub details: Map<String, Value>,
    /// Which variant they hear.
    pub variant: Option<String>,
    /// Not to be called before, ms since the Unix epoch; 0 for at once.
    pub due_ms: i64,
    /// Not to be called after this time.
    pub expires_ms: Option<i64>,
    /// Goes before everybody else.
    pub urgent: bool,
}
masked_debug!(NewCampaignContact { line, due_ms });

impl NewCampaignContact {
    /// As it would be in the books under that number, before anything was tried.
    pub fn into_record(self, row: i64) -> CampaignContactRecord {
        CampaignContactRecord {
            row,
            number: self.number,
            key: self.key,
            line: self.line,
            other_numbers: self.other_numbers,
            language: self.language,
            zone: self.zone,
            country: self.country,
            region: self.region,
            details: self.details,
            variant: self.variant,
            state: CampaignContactState::Waiting,
            due_ms: self.due_ms,
            attempts: 0,
            next_number: 0,
            expires_ms: self.expires_ms,
            urgent: self.urgent,
            outcome: None,
            disposition: None,
            reason: None,
            round: 0,
            updated_ms: 0,
        }
    }
}

/// Somebody whom a campaign calls.
#[derive(Clone, PartialEq, Serialize)]
pub struct CampaignContactRecord {
    /// Their number in the books.
    pub row: i64,
    /// The number, E.164.
    pub number: String,
    /// What tells two calls to one number apart.
    pub key: String,
    /// Line of the file.
    pub line: Option<u32>,
    /// Other numbers, E.164.
    pub other_numbers: Vec<String>,
    /// BCP 47 language.
    pub language: Option<String>,
    /// IANA time zone.
    pub zone: Option<String>,
    /// ISO 3166-1 country.
    pub country: Option<String>,
    /// ISO 3166-2 region.
    pub region: Option<String>,
    /// What is known of them: name, appointment, fields.
    pub details: Map<String, Value>,
    /// Which variant they hear.
    pub variant: Option<String>,
    /// Where they stand.
    pub state: CampaignContactState,
    /// The earliest time of the next attempt, ms since the Unix epoch.
    pub due_ms: i64,
    /// Attempts so far.
    pub attempts: u32,
    /// Which of the numbers is next: 0 is the first.
    pub next_number: u8,
    /// Not to be called after this time, ms since the Unix epoch.
    pub expires_ms: Option<i64>,
    /// Goes before everybody else.
    pub urgent: bool,
    /// What came of it, once it is done: the outcome of the last attempt, or `refused`, `expired`, `removed`.
    pub outcome: Option<String>,
    /// What they said or pressed, in the word of the app.
    pub disposition: Option<String>,
    /// Why it is done, where a rule decided.
    pub reason: Option<String>,
    /// The round that all this is of, where the campaign recurs; else 0.
    pub round: u32,
    /// When this changed, ms since the Unix epoch.
    pub updated_ms: i64,
}
masked_debug!(CampaignContactRecord { row, state, due_ms, attempts, outcome, updated_ms });

/// How many contacts were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AddedContacts {
    /// New in the campaign.
    pub added: u64,
    /// There already, and left as they were.
    pub known: u64,
}

/// Which contacts of a campaign to list; `None` for any.
#[derive(Debug, Clone, Default)]
pub struct CampaignContactFilter {
    /// That stand so.
    pub state: Option<CampaignContactState>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// With this number, E.164.
    pub number: Option<String>,
}

/// An attempt that is about to be made.
#[derive(Clone)]
pub struct NewAttempt {
    /// Whom it is for: the number of the contact in the books.
    pub contact: i64,
    /// The number that is dialled, E.164.
    pub number: String,
    /// The id that the call will have.
    pub call: CallId,
    /// Name of the trunk, where one is chosen.
    pub trunk: Option<String>,
    /// Our number that is shown, where one is chosen.
    pub shown: Option<String>,
    /// Which variant they hear.
    pub variant: Option<String>,
    /// What a minute costs, in millionths.
    pub rate: Option<u64>,
    /// A machine that answers gets the message.
    pub message_for_machines: bool,
    /// What cannot be told from a machine counts as one.
    pub unsure_is_machine: bool,
    /// Which of the contact's numbers it is: 0 is the first.
    pub number_index: u8,
    /// Why it is permitted, where that is said.
    pub reason: Option<String>,
    /// When, ms since the Unix epoch.
    pub now_ms: i64,
}
masked_debug!(NewAttempt { contact, call, trunk, now_ms });

/// An attempt that ended without a call in the books.
#[derive(Debug, Clone)]
pub struct AttemptEnd {
    /// The id that its call would have had.
    pub call: CallId,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// Why, as a code.
    pub reason: String,
    /// When it may be tried again, where the rule says so, ms since the Unix epoch.
    pub later_ms: Option<i64>,
    /// When, ms since the Unix epoch.
    pub now_ms: i64,
}

/// An attempt in the books.
#[derive(Clone, PartialEq, Serialize)]
pub struct CampaignAttempt {
    /// Its number in the books.
    pub row: i64,
    /// Whom it is for.
    pub contact: i64,
    /// 1 for the first of this contact.
    pub attempt: u32,
    /// In which round, where the campaign recurs; else 0.
    pub round: u32,
    /// The number that was dialled, E.164.
    pub number: String,
    /// Which of the contact's numbers that was: 0 is the first.
    pub number_index: u8,
    /// Which variant they heard.
    pub variant: Option<String>,
    /// `permitted`, `later` or `never`.
    pub verdict: String,
    /// Why it was not permitted, or failed: a code.
    pub reason: Option<String>,
    /// Its call.
    pub call: Option<CallId>,
    /// Name of the trunk.
    pub trunk: Option<String>,
    /// Our number that was shown.
    pub shown: Option<String>,
    /// When it was planned, ms since the Unix epoch.
    pub planned_ms: i64,
    /// When it was dialled.
    pub dialled_ms: Option<i64>,
    /// When it was answered.
    pub answered_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// What came of it.
    pub outcome: Option<AttemptOutcome>,
    /// What they said or pressed, in the word of the app.
    pub disposition: Option<String>,
    /// Who answered: `person`, `machine` ...
    pub answered_by: Option<String>,
    /// Why the call ended.
    pub cause: Option<HangupCause>,
    /// The SIP status that ended it.
    pub status: Option<u16>,
    /// What it cost, in millionths of the currency of the trunk's rates.
    pub cost: Option<u64>,
    /// When it may be tried again: a call-back that was asked for, or what the rule that was against it says.
    pub later_ms: Option<i64>,
}
masked_debug!(CampaignAttempt { row, contact, attempt, verdict, call, planned_ms, ended_ms, outcome });

/// What follows an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Another, not before this time, ms since the Unix epoch.
    Again {
        /// When.
        due_ms: i64,
        /// With which of the contact's numbers: 0 is the first.
        number_index: u8,
    },
    /// None: this is the outcome.
    Done {
        /// What came of it: the outcome of the last attempt, or `refused`, `expired`, `removed`.
        outcome: String,
        /// Why no other follows, as a code.
        reason: Option<String>,
    },
}

/// Somebody of whom an attempt is over.
#[derive(Debug, Clone, PartialEq)]
pub struct EndedContact {
    /// The number of the campaign in the books.
    pub campaign: i64,
    /// The contact.
    pub contact: CampaignContactRecord,
    /// The last attempt.
    pub attempt: CampaignAttempt,
}

/// How many contacts stand so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignCount {
    /// Where they stand.
    pub state: CampaignContactState,
    /// With which outcome.
    pub outcome: Option<String>,
    /// And in the word of the app.
    pub disposition: Option<String>,
    /// Of this variant.
    pub variant: Option<String>,
    /// How many.
    pub count: u64,
}

/// How many contacts of a campaign were reached at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CampaignReach {
    /// Were dialled.
    pub dialled: u64,
    /// Answered.
    pub answered: u64,
}

/// What the attempts of a campaign were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AttemptSums {
    /// Attempts.
    pub attempts: u64,
    /// That were dialled.
    pub dialled: u64,
    /// That somebody or something answered.
    pub answered: u64,
    /// That go on.
    pub open: u64,
    /// Talked, ms.
    pub talked_ms: u64,
    /// What they cost, in millionths.
    pub cost: u64,
}

//! Calls and their legs.

use call_model::{
    Answered, CallId, CallOrigin, CampaignId, ContactId, Direction, HangupCause, HangupParty, LegId, RecordingId,
    WebhookId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ContactRecord, Mood, RecordingRecord, TranscriptState, masked_debug, word_enum};
use crate::Address;

word_enum! {
    /// Where a call is in its life.
    CallState {
        /// It rings, or is being dialled.
        Ringing = "ringing",
        /// It was answered.
        Active = "active",
        /// It is over.
        Ended = "ended",
    }
}

word_enum! {
    /// What a leg is to its call.
    LegRole {
        /// The leg to the other party.
        Caller = "caller",
        /// A leg to somebody who was brought in.
        Transfer = "transfer",
        /// A leg to somebody of the house who supervises it.
        Supervisor = "supervisor",
    }
}

/// How good the sound of a leg was, as received by us.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LegQuality {
    /// Encoding name, such as `PCMA`.
    pub codec: String,
    /// RTP packets received.
    pub received: u64,
    /// RTP packets that never came.
    pub lost: u64,
    /// RTP packets that came too late to be played.
    #[serde(default)]
    pub late: u64,
    /// RTP packets that came twice.
    #[serde(default)]
    pub duplicates: u64,
    /// Interarrival jitter, ms (RFC 3550 section 6.4.1).
    pub jitter_ms: f64,
    /// Round trip, ms, where RTCP told it.
    pub rtt_ms: Option<f64>,
    /// Estimated mean opinion score, 1 to 4.5 (ITU-T G.107), where enough was heard.
    pub mos: Option<f64>,
}

/// One SIP dialog of a call.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct LegRecord {
    /// Its id.
    pub id: LegId,
    /// What it is to the call.
    pub role: LegRole,
    /// Who is at its end: a number, an address or a member's name.
    pub peer: Option<String>,
    /// Its Call-ID, to find it in a carrier's logs.
    pub sip_call_id: String,
    /// When it began, ms since the Unix epoch.
    pub started_ms: i64,
    /// When it was answered.
    pub answered_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// The last SIP status, where one decided its end.
    pub status: Option<u16>,
    /// How good the sound was.
    pub quality: Option<LegQuality>,
    /// User-Agent or Server of the other end.
    pub user_agent: Option<String>,
}
masked_debug!(LegRecord { id, role, answered_ms, ended_ms, status, quality });

/// A call that is about to ring.
#[derive(Clone)]
pub struct NewCall {
    /// Its id (see [`crate::fresh_id`]).
    pub id: CallId,
    /// Who called whom.
    pub direction: Direction,
    /// Who calls.
    pub from: Address,
    /// Who is called.
    pub to: Address,
    /// Our number or address that is called, or that we call from.
    pub number: String,
    /// Name of the trunk that it came or goes by.
    pub trunk: Option<String>,
    /// Name of our member who calls. An inbound call of a member has no contact.
    pub member: Option<String>,
    /// The flow that it runs.
    pub flow: Option<String>,
    /// And its version.
    pub flow_version: Option<u32>,
    /// The agent that it runs.
    pub agent: Option<String>,
    /// And its version.
    pub agent_version: Option<u32>,
    /// BCP 47 language that it begins with.
    pub language: String,
    /// Variables handed over by whoever placed it.
    pub variables: Map<String, Value>,
    /// A webhook that is told of this call whatever its filter says.
    pub webhook: Option<WebhookId>,
    /// Where it comes from.
    pub origin: CallOrigin,
    /// When it began, ms since the Unix epoch.
    pub started_ms: i64,
}
masked_debug!(NewCall { id, direction, started_ms });

/// What the books know when a call begins.
#[derive(Debug, Clone)]
pub struct BegunCall {
    /// The other party's contact; `None` when withheld, or when a member calls in.
    pub contact: Option<ContactRecord>,
    /// The contact was made by this call.
    pub new_contact: bool,
}

/// A call was answered.
#[derive(Debug, Clone, Copy)]
pub struct AnswerCall {
    /// Which one.
    pub id: CallId,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
}

/// A call is over.
#[derive(Clone)]
pub struct EndCall {
    /// Which one.
    pub id: CallId,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// Why.
    pub cause: HangupCause,
    /// Who ended it.
    pub by: HangupParty,
    /// Its legs with their quality.
    pub legs: Vec<LegRecord>,
    /// The language that it ended with.
    pub language: Option<String>,
}
masked_debug!(EndCall { id, at_ms, cause, by });

/// A call in the books.
#[derive(Clone, PartialEq, Serialize)]
pub struct CallRecord {
    /// Its id.
    pub id: CallId,
    /// Who called whom.
    pub direction: Direction,
    /// Who called; `None` when withheld.
    pub from: Option<String>,
    /// Who was called.
    pub to: Option<String>,
    /// Our number or address.
    pub number: String,
    /// Name of the trunk.
    pub trunk: Option<String>,
    /// Name of our member who called.
    pub member: Option<String>,
    /// The other party.
    pub contact: Option<ContactId>,
    /// The flow that it ran.
    pub flow: Option<String>,
    /// And its version.
    pub flow_version: Option<u32>,
    /// The agent that it ran.
    pub agent: Option<String>,
    /// And its version.
    pub agent_version: Option<u32>,
    /// BCP 47 language.
    pub language: String,
    /// Where it is in its life.
    pub state: CallState,
    /// When it began, ms since the Unix epoch.
    pub started_ms: i64,
    /// When it was answered.
    pub answered_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Why it ended.
    pub cause: Option<HangupCause>,
    /// Who ended it.
    pub hung_up_by: Option<HangupParty>,
    /// Where it comes from.
    pub origin: CallOrigin,
    /// Who or what answered, and how that was told, where the call was screened.
    pub answered_by: Option<Answered>,
    /// Variables handed over by whoever placed it.
    pub variables: Map<String, Value>,
    /// Values that its app kept on it.
    pub remembered: Map<String, Value>,
    /// Its legs, once it is over.
    pub legs: Vec<LegRecord>,
    /// Its recording.
    pub recording: Option<RecordingId>,
    /// Whether there is a transcript, and whether it is complete.
    pub transcript: Option<TranscriptState>,
}
masked_debug!(CallRecord { id, direction, state, started_ms, answered_ms, ended_ms, cause });

/// Which calls to list; `None` for any.
#[derive(Clone, Default)]
pub struct CallFilter {
    /// In this state.
    pub state: Option<CallState>,
    /// In this direction.
    pub direction: Option<Direction>,
    /// To or from this number of ours.
    pub number: Option<String>,
    /// With this contact.
    pub contact: Option<ContactId>,
    /// Begun at this time or after, ms since the Unix epoch.
    pub from_ms: Option<i64>,
    /// Begun before this time.
    pub to_ms: Option<i64>,
    /// Of which this came.
    pub outcome: Option<String>,
    /// About this topic.
    pub topic: Option<String>,
    /// In which the caller felt so.
    pub mood: Option<Mood>,
    /// That this member took part in: made it, was called, or was to be brought in.
    pub member: Option<String>,
    /// The same once more: whoever asks sees only these.
    pub taking_part: Option<String>,
    /// That this agent began with.
    pub agent: Option<String>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// With this tag.
    pub tag: Option<String>,
    /// With a line that holds all these words, as heard or as corrected: as [`crate::Store::search_transcripts`] reads them.
    pub words: Option<String>,
    /// That were talked in for so long, ms.
    pub min_talk_ms: Option<i64>,
}

/// What was found open when the program started.
#[derive(Debug, Clone, Default)]
pub struct Interrupted {
    /// The calls, now closed with the cause `interrupted`.
    pub calls: Vec<CallId>,
    /// Recordings still in the state `recording`: their files are to be put right, then told by
    /// [`crate::Store::end_recording`].
    pub recordings: Vec<RecordingRecord>,
}

/// What is known of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idempotency {
    /// It is new, and now stands for the call given.
    Reserved,
    /// It stands for this call already.
    Known {
        /// The call.
        call: CallId,
        /// Whether the request was the same.
        same_request: bool,
    },
}

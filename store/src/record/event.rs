//! Events: what happened, once, under an id that never changes.

use call_model::{CallId, EventId};
use serde::Serialize;
use serde_json::{Map, Value};

use super::masked_debug;

/// The types of event that the store writes itself.
pub mod event_type {
    /// A call rings or is being dialled.
    pub const CALL_RINGING: &str = "call.ringing";
    /// A call was answered.
    pub const CALL_ANSWERED: &str = "call.answered";
    /// It was found out who or what answered a call that we made.
    pub const CALL_ANSWERED_BY: &str = "call.answered_by";
    /// A call is over.
    pub const CALL_ENDED: &str = "call.ended";
    /// Somebody tried what no caller gets, and was refused.
    pub const CALL_ATTEMPT: &str = "call.attempt";
    /// A member calls a number by hand whose owner does not want to be called.
    pub const CALL_TO_SUPPRESSED: &str = "call.to_suppressed";
    /// Whom a call is about talks with somebody else: a phone, or a carrier that we asked, has handed it over.
    pub const CALL_TRANSFERRED: &str = "call.transferred";
    /// Somebody of the house takes part in a call beside it, in another way, or no more.
    pub const CALL_SUPERVISED: &str = "call.supervised";
    /// A recording can be fetched.
    pub const RECORDING_READY: &str = "recording.ready";
    /// A recording could not be kept.
    pub const RECORDING_FAILED: &str = "recording.failed";
    /// A caller left a message.
    pub const VOICEMAIL_RECEIVED: &str = "voicemail.received";
    /// No more lines come into the transcript of a call.
    pub const TRANSCRIPT_READY: &str = "transcript.ready";
    /// Something was made of a call: summary, topics, outcome.
    pub const CALL_ANALYSED: &str = "call.analysed";
    /// A time was booked.
    pub const APPOINTMENT_BOOKED: &str = "appointment.booked";
    /// An appointment has another time.
    pub const APPOINTMENT_MOVED: &str = "appointment.moved";
    /// An appointment was cancelled.
    pub const APPOINTMENT_CANCELLED: &str = "appointment.cancelled";
    /// A ticket was made.
    pub const TICKET_CREATED: &str = "ticket.created";
    /// There is something to do: a message, a call back.
    pub const FOLLOW_UP_CREATED: &str = "follow_up.created";
    /// A confirmation is to be sent, and no mail server is configured.
    pub const CONFIRMATION_REQUESTED: &str = "confirmation.requested";
    /// A number is not to be called any more, for some purpose or for all.
    pub const CONTACT_SUPPRESSED: &str = "contact.suppressed";
    /// A number may be called again.
    pub const SUPPRESSION_LIFTED: &str = "suppression.lifted";
    /// Somebody agreed to be called, or written to.
    pub const CONSENT_GIVEN: &str = "consent.given";
    /// A consent was asked for, refused or withdrawn.
    pub const CONSENT_CHANGED: &str = "consent.changed";
    /// A campaign calls from now on.
    pub const CAMPAIGN_STARTED: &str = "campaign.started";
    /// A campaign calls nobody until it is resumed.
    pub const CAMPAIGN_PAUSED: &str = "campaign.paused";
    /// A campaign goes on.
    pub const CAMPAIGN_RESUMED: &str = "campaign.resumed";
    /// A campaign was ended by hand.
    pub const CAMPAIGN_STOPPED: &str = "campaign.stopped";
    /// Everybody in a campaign has an outcome.
    pub const CAMPAIGN_FINISHED: &str = "campaign.finished";
    /// A campaign that recurs calls its contacts anew.
    pub const CAMPAIGN_ROUND_STARTED: &str = "campaign.round_started";
    /// Everybody in a round of a campaign has an outcome.
    pub const CAMPAIGN_ROUND_FINISHED: &str = "campaign.round_finished";
    /// An attempt of a campaign is over.
    pub const ATTEMPT_FINISHED: &str = "attempt.finished";
    /// Sent on request, to try a webhook.
    pub const WEBHOOK_TEST: &str = "webhook.test";
    /// All of them, for filters.
    pub const ALL: [&str; 32] = [
        CALL_RINGING,
        CALL_ANSWERED,
        CALL_ANSWERED_BY,
        CALL_ENDED,
        CALL_ATTEMPT,
        CALL_TO_SUPPRESSED,
        CALL_TRANSFERRED,
        CALL_SUPERVISED,
        RECORDING_READY,
        RECORDING_FAILED,
        VOICEMAIL_RECEIVED,
        TRANSCRIPT_READY,
        CALL_ANALYSED,
        APPOINTMENT_BOOKED,
        APPOINTMENT_MOVED,
        APPOINTMENT_CANCELLED,
        TICKET_CREATED,
        FOLLOW_UP_CREATED,
        CONFIRMATION_REQUESTED,
        CONTACT_SUPPRESSED,
        SUPPRESSION_LIFTED,
        CONSENT_GIVEN,
        CONSENT_CHANGED,
        CAMPAIGN_STARTED,
        CAMPAIGN_PAUSED,
        CAMPAIGN_RESUMED,
        CAMPAIGN_STOPPED,
        CAMPAIGN_FINISHED,
        CAMPAIGN_ROUND_STARTED,
        CAMPAIGN_ROUND_FINISHED,
        ATTEMPT_FINISHED,
        WEBHOOK_TEST,
    ];
}

/// An event of a kind that the store does not write itself.
#[derive(Clone)]
pub struct NewEvent {
    /// Its type, such as `transfer.answered`.
    pub kind: String,
    /// The call that it is of.
    pub call: Option<CallId>,
    /// When it happened, ms since the Unix epoch.
    pub at_ms: i64,
    /// What is told.
    pub data: Map<String, Value>,
}
masked_debug!(NewEvent { kind, call, at_ms });

/// An event in the books.
#[derive(Clone, PartialEq, Serialize)]
pub struct EventRecord {
    /// Its id.
    pub id: EventId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The call that it is of.
    pub call: Option<CallId>,
    /// When it happened, ms since the Unix epoch.
    pub at_ms: i64,
    /// What is told.
    pub data: Map<String, Value>,
}
masked_debug!(EventRecord { id, kind, call, at_ms });

/// Which events to list; `None` for any.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Of this call.
    pub call: Option<CallId>,
    /// Of this type.
    pub kind: Option<String>,
}

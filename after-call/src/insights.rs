//! What is made of a call.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An appointment was made.
    AppointmentBooked,
    /// An appointment has another time.
    AppointmentMoved,
    /// An appointment was cancelled.
    AppointmentCancelled,
    /// A ticket was made.
    TicketCreated,
    /// Questions of a survey were answered.
    SurveyAnswered,
    /// A person took the call over.
    Transferred,
    /// A message was taken.
    MessageTaken,
    /// A call back was asked for.
    CallbackRequested,
    /// A message was spoken after a tone.
    Voicemail,
    /// The caller wants no more calls.
    OptedOut,
    /// It was talked, and that was it.
    Answered,
    /// The caller gave up before he had an answer.
    Abandoned,
    /// A call to us that nobody answered.
    Missed,
    /// A call of ours that nobody answered.
    NotReached,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::AppointmentBooked,
        Self::AppointmentMoved,
        Self::AppointmentCancelled,
        Self::TicketCreated,
        Self::SurveyAnswered,
        Self::Transferred,
        Self::MessageTaken,
        Self::CallbackRequested,
        Self::Voicemail,
        Self::OptedOut,
        Self::Answered,
        Self::Abandoned,
        Self::Missed,
        Self::NotReached,
    ];

    /// The word that it is written as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppointmentBooked => "appointment_booked",
            Self::AppointmentMoved => "appointment_moved",
            Self::AppointmentCancelled => "appointment_cancelled",
            Self::TicketCreated => "ticket_created",
            Self::SurveyAnswered => "survey_answered",
            Self::Transferred => "transferred",
            Self::MessageTaken => "message_taken",
            Self::CallbackRequested => "callback_requested",
            Self::Voicemail => "voicemail",
            Self::OptedOut => "opted_out",
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::Missed => "missed",
            Self::NotReached => "not_reached",
        }
    }
}

/// How a caller felt at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Feeling {
    /// When he said it, ms from the answer.
    pub at_ms: u64,
    /// -1 to 1; 0: nothing of it.
    pub value: f64,
}

/// How a caller felt over the call.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Sentiment {
    /// -1 to 1, what was said later weighing more; `None`: he said nothing of it.
    pub overall: Option<f64>,
    /// Line by line.
    pub curve: Vec<Feeling>,
}

/// How promising a lead is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lead {
    /// 0 to 100.
    pub score: u8,
    /// What was found of budget, authority, need and time.
    pub found: Map<String, Value>,
}

/// What a follow-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    /// Call the caller back.
    Callback,
    /// Anything else.
    Task,
}

/// Something that a person of the business has to do.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FollowUp {
    /// What.
    pub kind: FollowUpKind,
    /// What it is about.
    pub text: String,
    /// On this day.
    pub date: Option<Date>,
    /// At this time.
    pub time: Option<Time>,
}

/// A ticket that should be made.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// What it is about, in a line.
    pub subject: String,
    /// All of it.
    pub text: String,
    /// It should be looked at before others.
    pub urgent: bool,
}

/// What is made of a call.
#[derive(Clone, PartialEq, Serialize)]
pub struct Insights {
    /// What came of it.
    pub outcome: Outcome,
    /// What it was about, in two to four sentences.
    pub summary: String,
    /// What it was about, in words, the most certain first.
    pub topics: Vec<String>,
    /// How the caller felt.
    pub sentiment: Sentiment,
    /// `name`, `email`, `phone`, `date`, `time`, `order`, where they were said.
    pub fields: Map<String, Value>,
    /// How promising a lead it is, where that is asked.
    pub lead: Option<Lead>,
    /// What a person has to do.
    pub follow_ups: Vec<FollowUp>,
    /// A ticket that should be made.
    pub ticket: Option<Ticket>,
    /// `rules`, or the brain that made it.
    pub made_by: String,
    /// Tokens that it cost.
    pub tokens: u64,
}

macro_rules! private_debug {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            /// Leaves out what was said: it is private.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    )+};
}

private_debug!(FollowUp, Ticket, Insights);

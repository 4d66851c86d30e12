//! What came of an attempt, and what follows from it.

use std::time::Duration;

use jiff::Timestamp;
use permission::Reason;

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A person was there, and the call did what it was for.
    Reached,
    /// A person was there and asked to be called back.
    CallBack {
        /// When.
        at: Timestamp,
    },
    /// A person was there and wants no more calls.
    OptedOut,
    /// A person was there, but not the one meant: the number is not called again.
    WrongNumber,
    /// A person was there, and no member was free: the call was abandoned by us.
    Dropped,
    /// A machine answered.
    Machine {
        /// Whether it has our message.
        message_left: bool,
    },
    /// The line was busy.
    Busy,
    /// It rang, and nobody answered.
    NoAnswer,
    /// It did not come to ringing.
    Failed {
        /// The SIP status, where there was one.
        sip: Option<u16>,
    },
    /// The gate said no at the moment of dialling: nothing was dialled, and no attempt is counted.
    Refused {
        /// When it may be tried again; `None`: never.
        later: Option<Timestamp>,
        /// Why.
        reason: Reason,
    },
    /// Nothing was dialled for a reason of our own (no line after all, a pause, a restart): no attempt is counted.
    Withdrawn,
}

impl Outcome {
    /// A stable word for the books and the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::CallBack { .. } => "call_back",
            Self::OptedOut => "opted_out",
            Self::WrongNumber => "wrong_number",
            Self::Dropped => "dropped",
            Self::Machine { .. } => "machine",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Failed { .. } => "failed",
            Self::Refused { .. } => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether a person answered.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Reached | Self::CallBack { .. } | Self::OptedOut | Self::WrongNumber | Self::Dropped)
    }

    /// Whether something was dialled.
    pub fn is_attempt(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::Withdrawn)
    }
}

/// An attempt that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// What came of it.
    pub outcome: Outcome,
    /// From dialling to the answer; `None` when it was not answered.
    pub answered_after: Option<Duration>,
    /// It failed on our side, or on the way: that says nothing of the trunk.
    pub ours: bool,
    /// How long a member was kept by it (talk and the work after it), or the app, where there is no member.
    pub handled: Duration,
}

impl From<Outcome> for Finished {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, answered_after: None, ours: false, handled: Duration::ZERO }
    }
}

/// What follows from an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The contact is tried again.
    Again {
        /// Not before this time.
        at: Timestamp,
        /// With which of the contact's numbers: 0 is the first.
        number: u8,
    },
    /// The contact is done with: this is written once.
    Final(Ending),
}

/// The final outcome of a contact in a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// A person was reached.
    Reached,
    /// A machine has our message.
    MessageLeft,
    /// The contact wants no more calls.
    OptedOut,
    /// Nobody known lives at the number.
    WrongNumber,
    /// All tries are used up; with the last outcome's [`code`](Outcome::code).
    Exhausted(&'static str),
    /// The gate never lets it through.
    Refused(Reason),
    /// The campaign, or the time for which the call was meant, ended first.
    Expired,
    /// Taken out by the business.
    Removed,
}

impl Ending {
    /// A stable word for the books and the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::MessageLeft => "message_left",
            Self::OptedOut => "opted_out",
            Self::WrongNumber => "wrong_number",
            Self::Exhausted(last) => last,
            Self::Refused(_) => "refused",
            Self::Expired => "expired",
            Self::Removed => "removed",
        }
    }
}

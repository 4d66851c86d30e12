//! What leaves the house, and is done once.

use serde_json::Value;

use super::{masked_debug, word_enum};

/// How it stands with what is done once.
#[derive(Clone, PartialEq)]
pub enum OnceState {
    /// It was never begun: it is now.
    New,
    /// It was done, with this result.
    Done(Value),
    /// It was begun, and its end was never heard of.
    Open,
}

impl std::fmt::Debug for OnceState {
    /// Leaves the result out: it may be private.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::New => "New",
            Self::Done(_) => "Done(..)",
            Self::Open => "Open",
        })
    }
}

word_enum! {
    /// What kind of errand.
    ErrandKind {
        /// A mail.
        Mail = "mail",
        /// An appointment for a person's calendar elsewhere (CalDAV).
        Calendar = "calendar",
    }
}

word_enum! {
    /// Where an errand is in its life.
    ErrandState {
        /// It is due now or later.
        Pending = "pending",
        /// It was done.
        Done = "done",
        /// We have given up.
        Failed = "failed",
    }
}

/// Something that is sent out of the house, tried until it is taken.
#[derive(Clone, PartialEq)]
pub struct ErrandRecord {
    /// Its number.
    pub id: i64,
    /// What kind.
    pub kind: ErrandKind,
    /// What is sent.
    pub body: Value,
    /// Where it is in its life.
    pub state: ErrandState,
    /// How often it was tried before.
    pub attempts: u32,
    /// When it is due, ms since the Unix epoch.
    pub next_ms: Option<i64>,
    /// Why the last try failed, without private data.
    pub last_error: Option<String>,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
}
masked_debug!(ErrandRecord { id, kind, state, attempts, next_ms, last_error });

/// How a try of an errand went.
#[derive(Debug, Clone)]
pub enum ErrandOutcome {
    /// It was taken.
    Done,
    /// It failed and is tried again.
    Retry {
        /// Why.
        error: String,
        /// When, ms since the Unix epoch.
        next_ms: i64,
    },
    /// It failed for good.
    GiveUp {
        /// Why.
        error: String,
    },
}

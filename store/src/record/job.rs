//! The work that is left when a call ends.

use call_model::CallId;
use serde::Serialize;

use super::word_enum;
use crate::Silence;

word_enum! {
    /// Where the work on an ended call is.
    JobState {
        /// It waits for its time.
        Waiting = "waiting",
        /// It is being done.
        Running = "running",
        /// It is done.
        Done = "done",
        /// It was given up.
        Failed = "failed",
    }
}

/// What is to be done about one call that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobRecord {
    /// The call.
    pub call: CallId,
    /// Where it is.
    pub state: JobState,
    /// How often it was begun.
    pub tries: u32,
    /// When it is due, ms since the Unix epoch.
    pub next_ms: Option<i64>,
    /// Why the last try failed; nothing of the conversation.
    pub reason: Option<String>,
    /// Where the recording is still to be silenced.
    pub silences: Vec<Silence>,
    /// When it was last changed.
    pub updated_ms: i64,
}

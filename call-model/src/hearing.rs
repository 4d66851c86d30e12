//! What is heard of a caller while the call goes on.

use serde::{Deserialize, Serialize};

/// How an app wants the caller to be heard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListenSettings {
    /// BCP 47 language; `None`: the engine finds out.
    pub language: Option<String>,
    /// Words and names that are likely, such as the options of a menu.
    pub hints: Vec<String>,
    /// Tell the app [`Hearing`] events, not only the final lines.
    pub partials: bool,
}

/// A step in the hearing of one utterance of the caller. Times are ms from the answer of the call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Hearing {
    /// The recogniser hears speech.
    SpeechStarted {
        /// Since when.
        at_ms: u64,
    },
    /// What it has understood of the utterance so far, whole; may still change.
    Partial {
        /// The words so far.
        text: String,
    },
    /// The turn is probably over: worth preparing an answer. May be taken back.
    TurnLikely {
        /// The words so far.
        text: String,
    },
    /// It was not: the caller goes on.
    TurnResumed,
    /// The recogniser holds the turn for ended. Its [line](crate::CallEvent::Line) came before.
    TurnEnded {
        /// The words of the turn; may be empty when nothing was understood.
        text: String,
    },
    /// The recogniser hears no more speech.
    SpeechStopped {
        /// Since when.
        at_ms: u64,
    },
    /// The recogniser is lost: nothing is heard until [`Back`](Self::Back).
    Lost,
    /// The recogniser, or another one in its place, hears again.
    Back,
}

impl std::fmt::Debug for Hearing {
    /// Leaves out what was said: it is private.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SpeechStarted { .. } => "SpeechStarted",
            Self::Partial { .. } => "Partial",
            Self::TurnLikely { .. } => "TurnLikely",
            Self::TurnResumed => "TurnResumed",
            Self::TurnEnded { .. } => "TurnEnded",
            Self::SpeechStopped { .. } => "SpeechStopped",
            Self::Lost => "Lost",
            Self::Back => "Back",
        })
    }
}

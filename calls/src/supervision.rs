//! What may be asked of a running call by somebody who supervises it.

use serde::{Deserialize, Serialize};

/// How a supervisor takes part in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionMode {
    /// Hears both sides; nobody hears them.
    Listen,
    /// The member who talks with the caller hears them, too; the caller does not.
    Whisper,
    /// Talks with both.
    Join,
    /// Talks with the caller in place of the app or the member.
    TakeOver,
}

impl SupervisionMode {
    /// As events have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::Join => "join",
            Self::TakeOver => "take_over",
        }
    }
}

/// What is asked.
#[derive(Clone, PartialEq, Eq)]
pub enum SuperviseOrder {
    /// Ring this member's phones and let who answers take part.
    Begin {
        /// The member's name.
        member: String,
        /// How.
        mode: SupervisionMode,
    },
    /// Let the supervisor take part in another way.
    Change(SupervisionMode),
    /// Let the supervisor go.
    End,
}

impl std::fmt::Debug for SuperviseOrder {
    /// Leaves the name out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Begin { mode, .. } => write!(f, "Begin({mode:?})"),
            Self::Change(mode) => write!(f, "Change({mode:?})"),
            Self::End => f.write_str("End"),
        }
    }
}

/// Why it is not done. The texts are shown to who asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuperviseError {
    /// There is no such call, or it is over.
    #[error("the call is not running")]
    NotRunning,
    /// It rings still.
    #[error("the call is not answered yet: wait until it is")]
    NotAnswered,
    /// One at a time.
    #[error("`{0}` supervises this call already: wait until they leave, or end it by DELETE")]
    Occupied(String),
    /// Nobody does.
    #[error("nobody supervises this call: begin with POST")]
    Nobody,
    /// There is no such member.
    #[error("there is no such member: take one from GET /v1/members")]
    NoSuchMember,
    /// The member is in this call.
    #[error("this member takes part in the call already")]
    TakesPart,
    /// Nobody of ours who could be whispered to.
    #[error("no member talks in this call, so there is nobody to whisper to: listen, join, or take it over")]
    NobodyToWhisperTo,
    /// It is on its way to somebody else.
    #[error("the call is being put through to somebody just now: try again in a moment")]
    BeingTransferred,
    /// No phone is registered.
    #[error("no phone of this member is registered: sign in to the phone in the browser, or switch the desk phone on")]
    NoPhone,
    /// No phone could be rung.
    #[error("no phone of this member could be rung: try again in a moment")]
    NotRung,
}

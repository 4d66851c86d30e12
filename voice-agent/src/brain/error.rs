//! How an answer can fail.

use std::time::Duration;

/// Why a model gave no answer, or not all of it. Holds nothing of the conversation, no address and no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrainError {
    /// No connection: a wrong name or port, a firewall, or a certificate that is not valid.
    #[error("no connection to the model's server")]
    Unreachable,
    /// The key is missing, wrong or not allowed to do this.
    #[error("the model's server refuses the key (status {status})")]
    Denied {
        /// The HTTP status: 401 or 403.
        status: u16,
    },
    /// Too many requests, or the account is used up (HTTP 429).
    #[error("the model's server wants fewer requests (status 429)")]
    Busy {
        /// After how long it may be asked again, if it said so.
        retry_after: Option<Duration>,
    },
    /// The server is at fault (HTTP 408, 409, 5xx), or says within its answer that it cannot go on.
    #[error("the model's server is in trouble (status {status}{})", hint(code.as_deref()))]
    Trouble {
        /// The HTTP status; 200 when it came within an answer that had begun.
        status: u16,
        /// The server's word for it, such as `overloaded_error`.
        code: Option<String>,
        /// After how long it may be asked again, if it said so.
        retry_after: Option<Duration>,
    },
    /// The request cannot be carried out as it is: unknown model, too long, wrong setting (any other 3xx or 4xx).
    #[error("the model's server refuses the request (status {status}{})", hint(code.as_deref()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's word for it, such as `model_not_found`.
        code: Option<String>,
    },
    /// The connection broke before the answer was complete.
    #[error("the answer broke off")]
    Cut,
    /// What came is not in the format that was agreed on.
    #[error("the answer cannot be read: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A complete answer with nothing in it.
    #[error("the answer is empty{}", hint(reason.as_deref()))]
    Empty {
        /// The server's reason, such as `content_filter`.
        reason: Option<String>,
    },
    /// No first word within the limit.
    #[error("nothing came within {} ms", limit.as_millis())]
    Slow {
        /// The limit.
        limit: Duration,
    },
    /// The answer stood still for longer than the limit, or ran on for too long.
    #[error("the answer stood still for {} ms", limit.as_millis())]
    Stalled {
        /// The limit.
        limit: Duration,
    },
    /// It was not asked: it failed lately.
    #[error("not asked, it failed lately")]
    Resting,
    /// The model's task ended without a word.
    #[error("the model gave up without a word")]
    Vanished,
}

impl BrainError {
    /// Whether the same request may fare better when it is sent again at once.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable | Self::Busy { .. } | Self::Trouble { .. } | Self::Cut | Self::Malformed { .. } => true,
            Self::Empty { reason } => reason.as_deref().is_none_or(|reason| reason != "content_filter"),
            _ => false,
        }
    }

    /// How long the server asked us to stay away.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } | Self::Trouble { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it tells of the model rather than of this one request.
    pub(crate) fn blames_model(&self) -> bool {
        !matches!(self, Self::Refused { status: 400 | 413 | 422, .. } | Self::Empty { .. } | Self::Resting)
    }
}

fn hint(code: Option<&str>) -> String {
    code.map(|code| format!(", {code}")).unwrap_or_default()
}

/// A model cannot be made from its settings.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The address is not an absolute `http` or `https` URL.
    #[error("the address of brain `{name}` is not an absolute http or https URL")]
    Address {
        /// Which brain.
        name: String,
    },
    /// The key cannot be sent in a header.
    #[error("the key of brain `{name}` holds characters that no header may hold")]
    Key {
        /// Which brain.
        name: String,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
    /// A chain needs at least one model.
    #[error("a chain of brains needs at least one")]
    NoModel,
}

//! Why a provider did not give what it was asked for. Never holds a key, an address, or anything that was said.

use std::time::Duration;

use crate::{HearError, SpeakError};

/// The longest code of an error that is worth a line in the log.
const MAX_CODE: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("no answer within {limit:?}")]
    TimedOut { limit: Duration },
    #[error("too many requests")]
    Busy { retry_after: Option<Duration> },
    #[error("HTTP {status}{}", with_code(code))]
    Status { status: u16, code: String, retry_after: Option<Duration> },
    #[error("{0}")]
    Unreachable(&'static str),
    #[error("{0}")]
    Broken(&'static str),
}

fn with_code(code: &str) -> String {
    if code.is_empty() { String::new() } else { format!(" ({code})") }
}

impl Failure {
    /// From the status and the body of an answer.
    pub(super) fn of_status(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        if status == 429 { Self::Busy { retry_after } } else { Self::Status { status, code: code(body), retry_after } }
    }

    /// Whether another try may go better.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 425 | 500..),
            _ => true,
        }
    }

    /// How long the provider wants to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } | Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// The error's code or type. Its message is not taken: it may quote what was sent.
fn code(body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let places = ["/error/code", "/error/type", "/err_code", "/detail/status", "/code"];
    let found = places.iter().find_map(|place| body.pointer(place)?.as_str()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if found.len() <= MAX_CODE && found.chars().all(plain) { found.to_owned() } else { String::new() }
}

impl From<Failure> for SpeakError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TimedOut { limit } => Self::TimedOut { limit },
            Failure::Busy { .. } => Self::Overloaded,
            Failure::Broken(reason) => Self::Engine { reason: reason.to_owned() },
            other => Self::Unavailable { reason: other.to_string() },
        }
    }
}

impl From<Failure> for HearError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TimedOut { limit } => Self::TimedOut { limit },
            Failure::Busy { .. } => Self::Overloaded,
            Failure::Broken(reason) => Self::Engine { reason: reason.to_owned() },
            Failure::Status { status: 401..=403, .. } => Self::Refused { reason: failure.to_string() },
            Failure::Status { status: 400..=499, .. } => Self::Unsupported { reason: failure.to_string() },
            other => Self::Unavailable { reason: other.to_string() },
        }
    }
}

/// The value of a Retry-After field (RFC 9110 section 10.2.3): seconds or a date.
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(jiff::Timestamp::now())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_of_an_error_is_kept() {
        let body =
            br#"{"error":{"message":"Incorrect key sk-123","type":"invalid_request_error","code":"invalid_api_key"}}"#;
        let failure = Failure::of_status(401, None, body);
        assert_eq!(failure.to_string(), "HTTP 401 (invalid_api_key)");
        assert!(!failure.is_passing());
        assert!(matches!(HearError::from(failure), HearError::Refused { .. }));
        let odd = Failure::of_status(500, None, br#"{"error":{"code":"he said: hello"}}"#);
        assert_eq!((odd.to_string().as_str(), odd.is_passing()), ("HTTP 500", true));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("2"), Some(Duration::from_secs(2)));
        assert_eq!(retry_after("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert!(retry_after("Fri, 31 Dec 2100 23:59:59 GMT").is_some_and(|wait| wait > Duration::from_hours(1)));
        assert_eq!(retry_after("soon"), None);
        assert_eq!(retry_after("-1"), None);
    }
}

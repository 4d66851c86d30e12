//! Media types in Content-Type and Accept (RFC 3261 20.1 and 20.15).

use std::fmt;
use std::str::FromStr;

use super::lex;
use super::params::Params;

/// A media type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MediaType {
    /// `type/subtype` in lower case, such as `application/sdp`; in Accept also `application/*` and `*/*`.
    pub essence: String,
    /// Such as `charset` and `boundary`.
    pub params: Params,
}

/// The text is no media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the media type is broken")]
pub struct MediaTypeError;

impl MediaType {
    /// Reads one media type.
    pub fn parse(text: &str) -> Result<Self, MediaTypeError> {
        let (essence, params) = text.find(';').map_or((text, ""), |at| text.split_at(at));
        let (kind, subtype) = essence.split_once('/').ok_or(MediaTypeError)?;
        let (kind, subtype) = (lex::trim(kind), lex::trim(subtype));
        if !lex::is_token(kind) || !lex::is_token(subtype) {
            return Err(MediaTypeError);
        }
        let mut essence = format!("{kind}/{subtype}");
        essence.make_ascii_lowercase();
        Ok(Self { essence, params: Params::parse(params).ok_or(MediaTypeError)? })
    }

    /// Does this media range of an Accept header take `essence` (lower case)? A `q` of 0 takes nothing.
    pub fn accepts(&self, essence: &str) -> bool {
        if self.params.get("q").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0) {
            return false;
        }
        match self.essence.split_once('/') {
            Some(("*", "*")) => true,
            Some((kind, "*")) => essence.split_once('/').is_some_and(|(other, _)| other == kind),
            _ => self.essence == essence,
        }
    }
}

impl FromStr for MediaType {
    type Err = MediaTypeError;

    fn from_str(text: &str) -> Result<Self, MediaTypeError> {
        Self::parse(text)
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.essence, self.params)
    }
}

//! The value of one header field.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::lex;

/// The value of one header field line, unfolded and without the white space around it.
///
/// Values that were read share the text of their message, so that cloning one copies nothing. `Debug` shows only the
/// length: values hold people's names and numbers.
#[derive(Clone)]
pub struct HeaderValue(Repr);

#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Owned(Box<str>),
    Shared {
        source: Arc<str>,
        start: u32,
        end: u32,
    },
    /// What was read had bytes that are not UTF-8: the readable text and the bytes.
    Raw(Box<(String, Bytes)>),
}

impl HeaderValue {
    /// A part of a message that was read; the caller has seen to it that the range lies on character boundaries.
    pub(crate) fn shared(source: &Arc<str>, start: usize, end: usize) -> Self {
        Self(Repr::Shared { source: Arc::clone(source), start: start as u32, end: end as u32 })
    }

    /// A value that is not UTF-8.
    pub(crate) fn raw(text: String, bytes: Bytes) -> Self {
        Self(Repr::Raw(Box::new((text, bytes))))
    }

    /// A value that is always the same.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }

    /// The text. Bytes that are not UTF-8 read as `?`.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(text) => text,
            Repr::Owned(text) => text,
            Repr::Shared { source, start, end } => &source[*start as usize..*end as usize],
            Repr::Raw(raw) => &raw.0,
        }
    }

    /// What goes onto the wire: the bytes that were read, even where they are not UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Raw(raw) => &raw.1,
            _ => self.as_str().as_bytes(),
        }
    }
}

/// Line breaks become spaces, so that no value can smuggle in another header field; white space at both ends goes.
impl From<String> for HeaderValue {
    fn from(text: String) -> Self {
        let breaks = text.bytes().any(|byte| matches!(byte, b'\r' | b'\n'));
        let text = if breaks { text.replace(['\r', '\n'], " ") } else { text };
        let trimmed = lex::trim(&text);
        let text = if trimmed.len() == text.len() { text } else { trimmed.to_owned() };
        Self(Repr::Owned(text.into_boxed_str()))
    }
}

impl From<&str> for HeaderValue {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl PartialEq for HeaderValue {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for HeaderValue {}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderValue({} bytes)", self.as_bytes().len())
    }
}

impl fmt::Display for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

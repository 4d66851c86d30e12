//! A message body as the endpoint carries it: opaque bytes with a type.

use std::fmt;

use bytes::Bytes;

/// A body and its type. The endpoint never looks inside.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// The Content-Type, such as `application/sdp`.
    pub content_type: String,
    /// The bytes.
    pub data: Bytes,
}

impl Body {
    /// The type of a session description.
    pub const SDP: &'static str = "application/sdp";

    /// A body of any type.
    pub fn new(content_type: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self { content_type: content_type.into(), data: data.into() }
    }

    /// A session description.
    pub fn sdp(data: impl Into<Bytes>) -> Self {
        Self::new(Self::SDP, data)
    }
}

impl fmt::Debug for Body {
    // The content may hold addresses and names: only its type and length are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({}, {} bytes)", self.content_type, self.data.len())
    }
}

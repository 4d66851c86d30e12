//! How much of a stranger's message we are ready to read.

/// Limits of the parser; each has a documented default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest message, head and body, in bytes: 65 535, what one UDP datagram can carry.
    pub max_message: usize,
    /// The longest head (start line and header fields), in bytes: 32 768.
    pub max_head: usize,
    /// The most header fields in one message: 256.
    pub max_headers: usize,
    /// The longest header field, name and folded value, in bytes: 8 192.
    pub max_header_len: usize,
    /// The longest Request-URI, in bytes: 2 048. Above it the answer is 414.
    pub max_uri: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_message: 65_535, max_head: 32_768, max_headers: 256, max_header_len: 8_192, max_uri: 2_048 }
    }
}

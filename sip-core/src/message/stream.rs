//! Messages on a byte stream: TCP and TLS (RFC 3261 18.3, RFC 5626 3.5.1).

use bytes::Bytes;

use super::Message;
use super::error::{ParseError, ParseErrorKind};
use super::limits::Limits;
use super::parse::{Head, find_head_end};

/// What came out of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly every item is a message, and is used up at once")]
pub enum StreamItem {
    /// A message.
    Message(Message),
    /// CRLF CRLF between messages: the peer's keep-alive, to be answered with one CRLF (RFC 5626 4.4.1). A single
    /// CRLF, the answer to ours, is passed over in silence.
    KeepAlive,
}

/// Cuts a byte stream into messages. The result does not depend on how the bytes are split.
///
/// It holds at most one message of [`Limits::max_message`] and what one [`push`](Self::push) brought: call
/// [`next`](Self::next) until it gives `None` after each push.
pub struct StreamDecoder {
    limits: Limits,
    buffer: Vec<u8>,
    /// How much of the buffer is used up.
    start: usize,
    /// How much behind `start` is known to hold no end of a head.
    scanned: usize,
    /// A head whose body is not here yet, and the body's length.
    pending: Option<(Head, usize)>,
    broken: bool,
}

impl StreamDecoder {
    /// A decoder for one connection.
    pub const fn new(limits: Limits) -> Self {
        Self { limits, buffer: Vec::new(), start: 0, scanned: 0, pending: None, broken: false }
    }

    /// Adds what was read. After a fatal error it is thrown away.
    pub fn push(&mut self, data: &[u8]) {
        if self.broken {
            return;
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(data);
    }

    /// How many bytes wait for the rest of their message.
    pub fn buffered(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Whether a message has begun and is not whole. Line breaks before it do not count.
    pub fn in_message(&self) -> bool {
        self.pending.is_some() || self.buffer[self.start..].iter().any(|byte| !matches!(byte, b'\r' | b'\n'))
    }

    /// The next message or keep-alive; `None` if more has to be read first.
    ///
    /// A message that cannot be used is an error; unless that is [`fatal`](ParseError::fatal), the next one follows
    /// it. After a fatal error the connection has to be closed; there is only `None` from then on.
    #[expect(clippy::should_implement_trait, reason = "`None` is not the end here")]
    pub fn next(&mut self) -> Result<Option<StreamItem>, ParseError> {
        if self.broken {
            return Ok(None);
        }
        if self.pending.is_none() {
            match self.skip_breaks() {
                Breaks::KeepAlive => return Ok(Some(StreamItem::KeepAlive)),
                Breaks::Unclear => return Ok(None),
                Breaks::Over => {}
            }
            if !self.read_head()? {
                return Ok(None);
            }
        }
        let buffered = self.buffered();
        let Some((head, length)) = self.pending.take_if(|(_, length)| *length <= buffered) else { return Ok(None) };
        let body = Bytes::copy_from_slice(&self.buffer[self.start..self.start + length]);
        self.start += length;
        head.finish(body).map(|message| Some(StreamItem::Message(message)))
    }

    fn skip_breaks(&mut self) -> Breaks {
        loop {
            match &self.buffer[self.start..] {
                [b'\r', b'\n', b'\r', b'\n', ..] => {
                    self.start += 4;
                    return Breaks::KeepAlive;
                }
                [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return Breaks::Unclear,
                [b'\r' | b'\n', ..] => self.start += 1,
                _ => return Breaks::Over,
            }
        }
    }

    /// Reads a head into `pending`; says if there was a whole one.
    fn read_head(&mut self) -> Result<bool, ParseError> {
        let data = &self.buffer[self.start..];
        let end = find_head_end(data, self.scanned);
        if end.map_or(data.len(), |end| end.head) > self.limits.max_head {
            return Err(self.fatal(ParseError::new(ParseErrorKind::TooLarge)));
        }
        let Some(end) = end else {
            // The line break of the empty line may still come in two parts.
            self.scanned = data.len().saturating_sub(2);
            return Ok(false);
        };
        let mut head = Head::parse(&data[..end.head], &self.limits);
        self.scanned = 0;
        self.start += end.body;
        if head.is_not_sip() {
            return Err(self.fatal(ParseError::new(ParseErrorKind::NotSip)));
        }
        let problem = match head.body_length() {
            Ok(None) if head.has_content_type() => ParseErrorKind::NoContentLength,
            Ok(length) => {
                let length = length.unwrap_or(0);
                if length <= self.limits.max_message.saturating_sub(end.body) {
                    self.pending = Some((head, length));
                    return Ok(true);
                }
                ParseErrorKind::TooLarge
            }
            Err(problem) => problem,
        };
        head.fail(problem);
        let error = head.finish(Bytes::new()).err().unwrap_or(ParseError::new(ParseErrorKind::Truncated));
        Err(self.fatal(error))
    }

    fn fatal(&mut self, error: ParseError) -> ParseError {
        self.broken = true;
        self.buffer = Vec::new();
        self.start = 0;
        ParseError { fatal: true, ..error }
    }
}

/// What the line breaks before a message are.
enum Breaks {
    /// CRLF CRLF.
    KeepAlive,
    /// More has to be read to tell.
    Unclear,
    /// There are none left, and something follows.
    Over,
}

impl std::fmt::Debug for StreamDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (buffered, broken) = (self.buffered(), self.broken);
        f.debug_struct("StreamDecoder").field("buffered", &buffered).field("broken", &broken).finish_non_exhaustive()
    }
}

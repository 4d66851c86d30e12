//! From bytes to a message: lines, folds, the start line.

use std::sync::Arc;

use bytes::Bytes;
use memchr::{memchr, memchr2};

use super::error::{ParseError, ParseErrorKind};
use super::headers::Headers;
use super::limits::Limits;
use super::method::Method;
use super::name::HeaderName;
use super::status::StatusCode;
use super::uri::{Scheme, Uri};
use super::value::HeaderValue;
use super::{Message, Request, Response, lex, validate};

/// Reads the message in one UDP datagram or WebSocket frame.
///
/// The body ends where Content-Length says, or with the datagram if there is none (RFC 3261 18.3); what follows is
/// ignored.
pub fn parse_datagram(data: &[u8], limits: &Limits) -> Result<Message, ParseError> {
    if data.len() > limits.max_message {
        return Err(ParseError::new(ParseErrorKind::TooLarge));
    }
    let data = &data[leading_breaks(data)..];
    if data.iter().all(|&byte| byte == 0) {
        return Err(ParseError::new(ParseErrorKind::Empty));
    }
    // A head that ends with its last header field is taken as whole (RFC 4475 3.1.2.15), one that ends within a line
    // is not.
    let end = find_head_end(data, 0);
    let cut_off = end.is_none() && data.last() != Some(&b'\n');
    let HeadEnd { head, body } = end.unwrap_or(HeadEnd { head: data.len(), body: data.len() });
    if head > limits.max_head {
        return Err(ParseError::new(ParseErrorKind::TooLarge));
    }
    let mut parsed = Head::parse(&data[..head], limits);
    let rest = &data[body..];
    let length = parsed.body_length().ok().flatten().unwrap_or(rest.len());
    if cut_off || length > rest.len() {
        parsed.fail(ParseErrorKind::Truncated);
    }
    let body = rest.get(..length).unwrap_or(rest);
    parsed.finish(Bytes::copy_from_slice(body))
}

/// How many line breaks stand before the start line (RFC 3261 7.5).
pub(super) fn leading_breaks(data: &[u8]) -> usize {
    data.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(data.len())
}

/// Where a head ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeadEnd {
    /// The length of the head with the line break of its last line.
    pub head: usize,
    /// Where the body begins.
    pub body: usize,
}

/// Finds the empty line, looking only at line breaks from `from` on.
pub(super) fn find_head_end(data: &[u8], from: usize) -> Option<HeadEnd> {
    let mut at = from;
    while let Some(found) = memchr(b'\n', data.get(at..)?) {
        let head = at + found + 1;
        match &data[head..] {
            [b'\n', ..] => return Some(HeadEnd { head, body: head + 1 }),
            [b'\r', b'\n', ..] => return Some(HeadEnd { head, body: head + 2 }),
            _ => at = head,
        }
    }
    None
}

/// What the start line said.
enum Start {
    Request(Method, Uri),
    Response(StatusCode, String),
    /// A status line that is broken, or no SIP at all.
    Unusable,
}

/// A head that was read as far as possible.
pub(super) struct Head {
    start: Start,
    headers: Headers,
    problem: Option<ParseErrorKind>,
}

impl Head {
    /// Reads the start line and the header fields in `data`, which ends before the empty line. Goes on behind a
    /// broken line, so that a request can be answered.
    pub(super) fn parse(data: &[u8], limits: &Limits) -> Self {
        let mut head = Self { start: Start::Unusable, headers: Headers::with_capacity(24), problem: None };
        let source = Source::new(data);
        let bytes = source.text.as_bytes();
        let line = memchr(b'\n', bytes).unwrap_or(bytes.len());
        head.read_start_line(lex::trim(&source.text[..line]), limits);
        if head.is_not_sip() {
            return head;
        }
        let mut at = line + 1;
        while at < bytes.len() {
            let end = end_of_field(bytes, at);
            head.read_field(&source, at, end, limits);
            if head.headers.len() > limits.max_headers {
                head.fail(ParseErrorKind::TooLarge);
                break;
            }
            at = end + 1;
        }
        if let Err(problem) = head.validate() {
            head.fail(problem);
        }
        head
    }

    /// The first problem is the one that is told.
    pub(super) fn fail(&mut self, problem: ParseErrorKind) {
        self.problem.get_or_insert(problem);
    }

    pub(super) fn is_not_sip(&self) -> bool {
        matches!(self.problem, Some(ParseErrorKind::NotSip))
    }

    /// Does the head announce a body?
    pub(super) fn has_content_type(&self) -> bool {
        self.headers.contains(&HeaderName::ContentType)
    }

    /// The body's length; `Err` if it is repeated or no number.
    pub(super) fn body_length(&self) -> Result<Option<usize>, ParseErrorKind> {
        validate::no_repeat(&self.headers, &HeaderName::ContentLength)?;
        Ok(self.headers.content_length()?)
    }

    /// Puts the body to it.
    pub(super) fn finish(self, body: Bytes) -> Result<Message, ParseError> {
        let headers = self.headers;
        match (self.start, self.problem) {
            (Start::Request(method, uri), problem) => {
                let request = Request { method, uri, headers, body };
                let Some(kind) = problem else { return Ok(Message::Request(request)) };
                Err(ParseError { kind, request: Some(Box::new(request)), fatal: false })
            }
            (Start::Response(status, reason), None) => {
                Ok(Message::Response(Response { status, reason, headers, body }))
            }
            (_, problem) => Err(ParseError::new(problem.unwrap_or(ParseErrorKind::NotSip))),
        }
    }

    fn validate(&self) -> Result<(), ParseErrorKind> {
        match &self.start {
            Start::Request(method, _) => validate::request(method, &self.headers),
            Start::Response(..) => validate::response(&self.headers),
            Start::Unusable => Ok(()),
        }
    }

    fn read_start_line(&mut self, line: &str, limits: &Limits) {
        let result = if is_version(line) { self.read_status_line(line) } else { self.read_request_line(line, limits) };
        if let Err(problem) = result {
            self.fail(problem);
        }
    }

    fn read_status_line(&mut self, line: &str) -> Result<(), ParseErrorKind> {
        let (version, rest) = line.split_once([' ', '\t']).ok_or(ParseErrorKind::NotSip)?;
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            return Err(ParseErrorKind::Version);
        }
        let rest = rest.trim_ascii_start();
        let (code, reason) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        let digits = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
        let status = code.parse().ok().filter(|_| digits).and_then(StatusCode::new);
        // A lone CR would be a line break to others.
        let reason = lex::trim(reason).replace('\r', " ");
        self.start = Start::Response(status.ok_or(ParseErrorKind::StatusCode)?, reason);
        Ok(())
    }

    /// White space around the URI is forgiven (RFC 4475 3.1.2.9), within it is not (3.1.2.8).
    fn read_request_line(&mut self, line: &str, limits: &Limits) -> Result<(), ParseErrorKind> {
        let not_sip = || ParseErrorKind::NotSip;
        let (method, rest) = line.split_once([' ', '\t']).ok_or_else(not_sip)?;
        let (uri, version) = rest.rsplit_once([' ', '\t']).ok_or_else(not_sip)?;
        let method = Method::parse(method).filter(|_| is_version(version)).ok_or_else(not_sip)?;
        let text = lex::trim(uri);
        let (uri, problem) = if text.len() > limits.max_uri {
            (Err(String::new()), Some(ParseErrorKind::UriTooLong))
        } else {
            match Uri::parse(text) {
                Ok(uri) => (Ok(uri), None),
                Err(error) => (Err(text.to_owned()), Some(ParseErrorKind::RequestUri(error))),
            }
        };
        let uri = uri.unwrap_or_else(|opaque| Uri { opaque, ..Uri::empty(Scheme::Other(String::new())) });
        self.start = Start::Request(method, uri);
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            return Err(ParseErrorKind::Version);
        }
        problem.map_or(Ok(()), Err)
    }

    fn read_field(&mut self, source: &Source<'_>, start: usize, end: usize, limits: &Limits) {
        if end - start > limits.max_header_len {
            return self.fail(ParseErrorKind::TooLarge);
        }
        let line = &source.text[start..end];
        let Some(colon) = memchr(b':', line.as_bytes()) else {
            return self.fail(ParseErrorKind::HeaderLine);
        };
        let name = lex::trim(&line[..colon]);
        if !lex::is_token(name) {
            return self.fail(ParseErrorKind::HeaderLine);
        }
        self.headers.push(HeaderName::parse(name), source.value(start + colon + 1, end));
    }
}

/// Does this look like `SIP/` and a version?
fn is_version(text: &str) -> bool {
    text.as_bytes().get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"SIP/"))
}

/// The line break that ends the field which begins at `at`: lines that begin with white space belong to it.
fn end_of_field(bytes: &[u8], at: usize) -> usize {
    let mut from = at;
    while let Some(found) = memchr(b'\n', &bytes[from..]) {
        let end = from + found;
        if !matches!(bytes.get(end + 1), Some(b' ' | b'\t')) {
            return end;
        }
        from = end + 1;
    }
    bytes.len()
}

/// The head as text, and its bytes where these are not the same.
struct Source<'a> {
    text: Arc<str>,
    raw: Option<&'a [u8]>,
}

impl<'a> Source<'a> {
    /// Bytes that are not UTF-8 read as as many `?`, so that every index is good for both.
    fn new(data: &'a [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(data) {
            return Self { text: text.into(), raw: None };
        }
        let mut text = String::with_capacity(data.len());
        for chunk in data.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
        }
        Self { text: text.into(), raw: Some(data) }
    }

    fn value(&self, start: usize, end: usize) -> HeaderValue {
        let (from, to) = lex::trimmed(&self.text.as_bytes()[start..end]);
        let (start, end) = (start + from, start + to);
        let trimmed = &self.text[start..end];
        let folded = memchr2(b'\r', b'\n', trimmed.as_bytes()).is_some();
        let raw = self.raw.map(|raw| &raw[start..end]).filter(|raw| *raw != trimmed.as_bytes());
        match raw {
            Some(raw) => {
                let bytes = unfold(raw);
                let text = String::from_utf8_lossy(&unfold(trimmed.as_bytes())).into_owned();
                HeaderValue::raw(text, bytes.into())
            }
            None if folded => HeaderValue::from(String::from_utf8_lossy(&unfold(trimmed.as_bytes())).into_owned()),
            None => HeaderValue::shared(&self.text, start, end),
        }
    }
}

/// One space in the place of each line break with the white space around it, and of a lone CR (RFC 3261 7.3.1).
fn unfold(value: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = memchr2(b'\r', b'\n', rest) {
        out.extend_from_slice(rest[..at].trim_ascii_end());
        out.push(b' ');
        rest = rest[at..].trim_ascii_start();
    }
    out.extend_from_slice(rest);
    out
}

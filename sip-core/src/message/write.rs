//! From a message to bytes.

use std::io::Write;

use bytes::Bytes;

use super::headers::Headers;
use super::name::HeaderName;
use super::{Message, Request, Response, lex};

impl Message {
    /// Writes the message behind what `out` holds. Content-Length is that of the body, whatever the headers say.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Request(request) => request.write(out),
            Self::Response(response) => response.write(out),
        }
    }

    /// The message as bytes.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Self::Request(request) => request.to_bytes(),
            Self::Response(response) => response.to_bytes(),
        }
    }
}

impl Request {
    /// See [`Message::write`].
    pub fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        // Writing to a Vec cannot fail.
        let _ = write!(out, "{} {} SIP/2.0", self.method, self.uri);
        end_start_line(out, start);
        write_rest(out, &self.headers, &self.body);
    }

    /// The request as bytes.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(1024 + self.body.len());
        self.write(&mut out);
        out.into()
    }
}

impl Response {
    /// See [`Message::write`].
    pub fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        let _ = write!(out, "SIP/2.0 {} {}", self.status, self.reason);
        end_start_line(out, start);
        write_rest(out, &self.headers, &self.body);
    }

    /// The response as bytes.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(1024 + self.body.len());
        self.write(&mut out);
        out.into()
    }
}

/// A line break in a reason or in a URI that was put together by hand must not begin a header field.
fn end_start_line(out: &mut Vec<u8>, start: usize) {
    out[start..].iter_mut().filter(|byte| matches!(byte, b'\r' | b'\n')).for_each(|byte| *byte = b' ');
    out.extend_from_slice(b"\r\n");
}

fn write_rest(out: &mut Vec<u8>, headers: &Headers, body: &[u8]) {
    for (name, value) in headers.iter().filter(|(name, _)| **name != HeaderName::ContentLength) {
        match name {
            HeaderName::Other(text) => out.extend(text.bytes().filter(|&byte| lex::is_token_byte(byte))),
            known => out.extend_from_slice(known.as_str().as_bytes()),
        }
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let _ = write!(out, "Content-Length: {}\r\n\r\n", body.len());
    out.extend_from_slice(body);
}

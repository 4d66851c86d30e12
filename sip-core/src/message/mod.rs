//! SIP messages: reading and writing (RFC 3261 7, 19, 20 and 25).
//!
//! [`parse_datagram`] and [`StreamDecoder`] read, [`Message::write`] writes. Reading is lenient where the meaning is
//! clear (compact names, folded lines, a lone LF, unknown methods, headers and schemes, bytes that are not UTF-8) and
//! strict where guessing would be dangerous; `tests/rfc/fixtures` holds the torture tests that draw the line.

mod asserted;
mod auth;
mod cseq;
mod diverted;
mod error;
mod headers;
mod host;
mod lex;
mod limits;
mod media_type;
mod method;
mod name;
mod name_addr;
mod params;
mod parse;
mod replaces;
mod status;
mod stream;
mod typed;
mod uri;
mod uri_compare;
mod validate;
mod value;
mod via;
mod write;

use std::fmt;

use bytes::Bytes;

pub use asserted::Privacy;
pub use auth::AuthParams;
pub use cseq::{CSeq, CSeqError, RAck};
pub use diverted::{Diversion, DiversionReason, MAX_DIVERSIONS, diversion_values, history_values, times_diverted};
pub use error::{HeaderError, HeaderProblem, ParseError, ParseErrorKind};
pub use headers::Headers;
pub use host::{Host, HostPort};
pub use limits::Limits;
pub use media_type::{MediaType, MediaTypeError};
pub use method::Method;
pub use name::HeaderName;
pub use name_addr::{NameAddr, NameAddrError};
pub use params::Params;
pub use parse::parse_datagram;
pub use replaces::Replaces;
pub use status::{StatusCode, StatusOutOfRange};
pub use stream::{StreamDecoder, StreamItem};
pub use uri::{Scheme, Uri, UriError};
pub use value::HeaderValue;
pub use via::{Via, ViaError, ViaTransport};

/// A SIP message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request. `Debug` shows neither the body nor who calls whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The Request-URI.
    pub uri: Uri,
    /// The header fields. Content-Length is added when the message is written.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

/// A response. `Debug` shows neither the body nor who calls whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: StatusCode,
    /// The reason phrase; may be empty.
    pub reason: String,
    /// The header fields. Content-Length is added when the message is written.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

impl Request {
    /// A request without headers.
    pub const fn new(method: Method, uri: Uri) -> Self {
        Self { method, uri, headers: Headers::new(), body: Bytes::new() }
    }

    /// A response to this request with the headers that every response copies: Via, From, To, Call-ID and CSeq
    /// (RFC 3261 8.2.6.2). The caller adds the To tag, and Record-Route and Contact where a dialog begins.
    pub fn reply(&self, status: StatusCode) -> Response {
        let mut response = Response::new(status);
        for name in [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq] {
            response.headers.copy(&self.headers, &name);
        }
        response
    }
}

impl Response {
    /// A response without headers, with the usual reason phrase.
    pub fn new(status: StatusCode) -> Self {
        Self { status, reason: status.reason().to_owned(), headers: Headers::new(), body: Bytes::new() }
    }
}

impl Message {
    /// The header fields.
    pub const fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }

    /// The header fields, to change them.
    pub const fn headers_mut(&mut self) -> &mut Headers {
        match self {
            Self::Request(request) => &mut request.headers,
            Self::Response(response) => &mut response.headers,
        }
    }

    /// The body.
    pub const fn body(&self) -> &Bytes {
        match self {
            Self::Request(request) => &request.body,
            Self::Response(response) => &response.body,
        }
    }
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (headers, body) = (&self.headers, self.body.len());
        write!(f, "Request({} {:?}, {headers:?}, {body} bytes)", self.method, self.uri)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({}, {:?}, {} bytes)", self.status, self.headers, self.body.len())
    }
}

//! Why a header or a message could not be read, and what to answer.

use super::Request;
use super::cseq::CSeqError;
use super::media_type::MediaTypeError;
use super::method::Method;
use super::name::HeaderName;
use super::name_addr::NameAddrError;
use super::status::StatusCode;
use super::via::ViaError;

/// A header field is missing or cannot be read. The message never quotes the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the header {name} cannot be read")]
pub struct HeaderError {
    /// Which header.
    pub name: HeaderName,
    /// What is wrong with it.
    #[source]
    pub problem: HeaderProblem,
}

/// What is wrong with a header field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// It is not there.
    #[error("the header is missing")]
    Missing,
    /// It stands there more than once.
    #[error("the header stands there more than once")]
    Repeated,
    /// It is no number, or a negative one.
    #[error("not a number")]
    Number,
    /// It is no address.
    #[error(transparent)]
    Address(#[from] NameAddrError),
    /// It is no Via.
    #[error(transparent)]
    Via(#[from] ViaError),
    /// It is no CSeq or RAck.
    #[error(transparent)]
    CSeq(#[from] CSeqError),
    /// It is no media type.
    #[error(transparent)]
    MediaType(#[from] MediaTypeError),
}

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Nothing but line breaks or zero bytes: a keep-alive.
    #[error("the packet is empty")]
    Empty,
    /// The first line is neither a request line nor a status line.
    #[error("this is not SIP")]
    NotSip,
    /// The version is not SIP/2.0.
    #[error("the SIP version is not 2.0")]
    Version,
    /// The Request-URI is broken.
    #[error("the Request-URI is broken")]
    RequestUri(#[source] super::uri::UriError),
    /// The Request-URI is longer than [`Limits::max_uri`](super::Limits::max_uri).
    #[error("the Request-URI is too long")]
    UriTooLong,
    /// The status code is not 100 to 699.
    #[error("the status code is out of range")]
    StatusCode,
    /// A line of the head is no header field.
    #[error("a line is no header field")]
    HeaderLine,
    /// A header field that everything depends on is missing, repeated or broken.
    #[error("a mandatory header is missing or broken")]
    Header(#[from] HeaderError),
    /// The method in CSeq is not that of the request.
    #[error("the method in CSeq is not that of the request")]
    MethodMismatch,
    /// The body is shorter than Content-Length says, or the head has no end.
    #[error("the message is cut off")]
    Truncated,
    /// There is no Content-Length on a stream, and a body seems to follow.
    #[error("the length of the body is unknown")]
    NoContentLength,
    /// One of the [`Limits`](super::Limits) is exceeded.
    #[error("the message is too large")]
    TooLarge,
}

/// A message that cannot be used. If it is a request of which enough was read to answer, [`ParseError::answer`] says
/// with what.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the message cannot be read")]
pub struct ParseError {
    /// Why.
    #[source]
    pub kind: ParseErrorKind,
    /// The request as far as it was read. Its headers may lack or repeat anything; a Request-URI that is broken is
    /// kept as the opaque part of an unknown scheme.
    pub request: Option<Box<Request>>,
    /// On a stream: where the next message begins is unknown, so that the connection has to be closed.
    pub fatal: bool,
}

impl ParseError {
    pub(crate) fn new(kind: ParseErrorKind) -> Self {
        Self { kind, request: None, fatal: false }
    }

    /// The status to answer with, and the partial request to build the response from; its Via may be broken, so that
    /// only the source address is left to send to. `None`: drop it (a response, an ACK, no SIP at all, or no Via).
    pub fn answer(&self) -> Option<(StatusCode, &Request)> {
        let request = self.request.as_deref()?;
        let answerable = request.method != Method::Ack && request.headers.contains(&HeaderName::Via);
        answerable.then(|| (self.status(request), request))
    }

    fn status(&self, request: &Request) -> StatusCode {
        match &self.kind {
            ParseErrorKind::Version => StatusCode::VERSION_NOT_SUPPORTED,
            ParseErrorKind::UriTooLong => StatusCode::REQUEST_URI_TOO_LONG,
            ParseErrorKind::TooLarge => StatusCode::MESSAGE_TOO_LARGE,
            // A method that we do not know is the better reason (RFC 4475 3.1.2.18).
            ParseErrorKind::MethodMismatch if matches!(request.method, Method::Other(_)) => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

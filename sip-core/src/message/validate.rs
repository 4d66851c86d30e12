//! What must be right before anything else looks at a message (RFC 3261 8.1.1, 8.2, 16.3).

use super::cseq::CSeq;
use super::error::{HeaderError, HeaderProblem, ParseErrorKind};
use super::headers::Headers;
use super::method::Method;
use super::name::HeaderName;
use super::name_addr::NameAddr;

/// Headers that may stand once and without which no transaction can be told from another.
const MANDATORY: [HeaderName; 4] = [HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq];

/// A request needs its mandatory headers, once each, in their form, and a CSeq that fits.
pub(super) fn request(method: &Method, headers: &Headers) -> Result<(), ParseErrorKind> {
    let cseq = common(headers)?;
    if cseq.method != *method {
        return Err(ParseErrorKind::MethodMismatch);
    }
    no_repeat(headers, &HeaderName::MaxForwards)?;
    headers.max_forwards()?;
    headers.contacts()?;
    Ok(())
}

/// A response needs the same, but a broken Contact is left to whoever wants to use it.
pub(super) fn response(headers: &Headers) -> Result<(), ParseErrorKind> {
    common(headers).map(|_| ())
}

fn common(headers: &Headers) -> Result<CSeq, ParseErrorKind> {
    for name in &MANDATORY {
        no_repeat(headers, name)?;
    }
    headers.top_via()?;
    address(headers, HeaderName::From)?;
    address(headers, HeaderName::To)?;
    if headers.call_id().is_none() {
        return Err(HeaderError { name: HeaderName::CallId, problem: HeaderProblem::Missing }.into());
    }
    no_repeat(headers, &HeaderName::ContentLength)?;
    headers.content_length()?;
    Ok(headers.cseq()?)
}

fn address(headers: &Headers, name: HeaderName) -> Result<(), ParseErrorKind> {
    let problem = match headers.get(&name).map(NameAddr::parse) {
        Some(Ok(_)) => return Ok(()),
        Some(Err(error)) => error.into(),
        None => HeaderProblem::Missing,
    };
    Err(HeaderError { name, problem }.into())
}

/// A header that may stand only once does.
pub(super) fn no_repeat(headers: &Headers, name: &HeaderName) -> Result<(), ParseErrorKind> {
    if headers.count(name) > 1 {
        return Err(HeaderError { name: name.clone(), problem: HeaderProblem::Repeated }.into());
    }
    Ok(())
}

//! What we can do, and what a request may ask of us (RFC 3261 section 8.2).

use bytes::Bytes;

use super::config::EndpointConfig;
use super::multipart::find_part;
use super::provisional::RELIABLE;
use super::session_timer::TIMER;
use crate::body::Body;
use crate::message::{AuthParams, HeaderName, Headers, Method, Request, Response, StatusCode};

/// The methods that we answer.
pub(super) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER, PRACK, UPDATE, REFER, NOTIFY, SUBSCRIBE";

/// The same for a call whose other end is spared UPDATE.
pub(super) const ALLOW_NO_UPDATE: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER, PRACK, REFER, NOTIFY, SUBSCRIBE";

/// The extensions that we offer in all calls.
const SUPPORTED: &str = "replaces, norefersub";

/// The extensions that a client may require.
const EXTENSIONS: [&str; 5] = ["replaces", "norefersub", "path", RELIABLE, TIMER];

/// The bodies of INFO that we understand.
const KEYS: [&str; 2] = ["application/dtmf-relay", "application/dtmf"];

/// The extensions that we offer in a call.
pub(super) fn supported(config: &EndpointConfig) -> String {
    extensions(true, config.calls.session_expires.is_some())
}

/// The same for one that may do without some of them.
pub(super) fn extensions(reliable: bool, timer: bool) -> String {
    let tags = [(reliable, RELIABLE), (timer, TIMER)];
    let tags = tags.into_iter().filter_map(|(offered, tag)| offered.then_some(tag));
    tags.chain([SUPPORTED]).collect::<Vec<_>>().join(", ")
}

/// Why a request is refused, and the headers that say more.
pub(super) type Refusal = (StatusCode, Vec<(HeaderName, String)>);

/// The body of a message, if it has one: of several parts, the session description. A missing Content-Type is taken for
/// SDP.
pub(super) fn body_of(headers: &Headers, data: &Bytes) -> Option<Body> {
    if data.is_empty() {
        return None;
    }
    let Some(outer) = headers.content_type().ok().flatten() else { return Some(Body::sdp(data.clone())) };
    if outer.essence.starts_with("multipart/")
        && let Some(part) = find_part(&outer, data, Body::SDP)
    {
        return Some(Body::sdp(part));
    }
    Some(Body { content_type: outer.essence, data: data.clone() })
}

/// The challenges of a 401 or 407 (`true`).
pub(super) fn challenges(response: &Response) -> Option<(Vec<AuthParams>, bool)> {
    match response.status {
        StatusCode::UNAUTHORIZED => Some((response.headers.www_authenticate(), false)),
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Some((response.headers.proxy_authenticate(), true)),
        _ => None,
    }
}

/// Inspects a request in the order of RFC 3261 section 8.2: method, Request-URI, extensions, content.
pub(super) fn refusal(request: &Request) -> Option<Refusal> {
    bad_method(request)
        .or_else(|| {
            let known = request.uri.is_sip() || request.uri.scheme == crate::message::Scheme::Tel;
            (!known).then(|| (StatusCode::UNSUPPORTED_URI_SCHEME, Vec::new()))
        })
        .or_else(|| bad_extension(request))
        .or_else(|| bad_content(request))
}

fn bad_method(request: &Request) -> Option<Refusal> {
    match &request.method {
        Method::Invite
        | Method::Ack
        | Method::Bye
        | Method::Cancel
        | Method::Options
        | Method::Info
        | Method::Register
        | Method::Prack
        | Method::Update
        | Method::Refer
        | Method::Notify
        | Method::Subscribe => None,
        Method::Other(_) => Some((StatusCode::NOT_IMPLEMENTED, vec![(HeaderName::Allow, ALLOW.into())])),
        _ => Some((StatusCode::METHOD_NOT_ALLOWED, vec![(HeaderName::Allow, ALLOW.into())])),
    }
}

fn bad_extension(request: &Request) -> Option<Refusal> {
    let mut required = request.headers.require();
    required.retain(|tag| !EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(tag)));
    (!required.is_empty()).then(|| (StatusCode::BAD_EXTENSION, vec![(HeaderName::Unsupported, required.join(", "))]))
}

fn bad_content(request: &Request) -> Option<Refusal> {
    let headers = &request.headers;
    let unreadable = |name, text: &str| Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, vec![(name, text.to_owned())]));
    if !request.body.is_empty() {
        let encoded = headers.get_list(&HeaderName::ContentEncoding).any(|it| !it.eq_ignore_ascii_case("identity"));
        if encoded {
            return unreadable(HeaderName::AcceptEncoding, "identity");
        }
        let body = body_of(headers, &request.body);
        let essence = body.as_ref().map(|body| body.content_type.as_str());
        match request.method {
            Method::Invite | Method::Update | Method::Prack if essence != Some(Body::SDP) => {
                return unreadable(HeaderName::Accept, "application/sdp, multipart/mixed");
            }
            Method::Info if !essence.is_some_and(|it| KEYS.contains(&it)) => {
                return unreadable(HeaderName::Accept, &KEYS.join(", "));
            }
            _ => {}
        }
    }
    let accepts_sdp = |headers: &Headers| headers.accept().is_none_or(|all| all.iter().any(|it| it.accepts(Body::SDP)));
    if request.method == Method::Invite && !accepts_sdp(headers) {
        return Some((StatusCode::NOT_ACCEPTABLE, Vec::new()));
    }
    None
}

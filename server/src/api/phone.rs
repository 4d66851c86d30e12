//! The phone in the browser: a login at SIP for a while, and SIP over WebSocket (RFC 7118) at the port of HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Json;
use axum::body::Body as HttpBody;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Extension, FromRequestParts, Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::serve::IncomingStream;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use store::MemberRecord;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use transport::sip::AdoptedSocket;
use utoipa::ToSchema;

use super::extract::Body;
use super::live_rights::Sight;
use super::now_ms;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::access::{Caller, Principal};

/// Where browsers speak SIP.
const PATH: &str = "/v1/phone/sip";
/// What to do about a user without a phone.
const NO_MEMBER: &str = "you have no phone yet: somebody who may change users has to say which member you are \
    (PATCH /v1/users/{id} with `member`); members are made with POST /v1/members";
/// The name of SIP among the protocols over WebSocket (RFC 7118 section 4.1).
const PROTOCOL: &str = "sip";

/// The two ends of the connection that a request came by.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// Ours.
    pub local: Option<SocketAddr>,
    /// Theirs, or that of the proxy before us.
    pub remote: SocketAddr,
}

impl Connected<IncomingStream<'_, TcpListener>> for Ends {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self { local: stream.io().local_addr().ok(), remote: *stream.remote_addr() }
    }
}

/// A STUN or TURN server, as `RTCPeerConnection` takes it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IceServer {
    /// Its addresses.
    #[schema(example = json!(["turns:turn.example.com:443?transport=tcp"]))]
    pub urls: Vec<String>,
    /// User name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// A login that was made for a member's phone.
pub struct LentPhone {
    /// User name for digest.
    pub user: String,
    /// Password for digest.
    pub password: String,
    /// The realm that it is for, which is also the domain of the member's address.
    pub realm: String,
    /// How long it is good for.
    pub good_for: Duration,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
}

/// Why there is no login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// The system gives no randomness, without which no password is a secret.
    #[error("the system has no random numbers to give")]
    NoRandomness,
    /// The program ends.
    #[error("Callwright is being stopped")]
    Stopped,
}

/// Whose phone it is to be.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRegistration {
    /// Name or id of the member; needed with an API key, which is nobody's.
    #[schema(example = "anna")]
    member: Option<String>,
}

/// What a browser's phone logs in with.
#[derive(Serialize, ToSchema)]
pub(super) struct PhoneRegistration {
    /// The member.
    member: String,
    /// Its address.
    #[schema(example = "sip:anna@callwright")]
    uri: String,
    /// User name for digest (`authorization_user` of JsSIP).
    user: String,
    /// Password for digest: for this login alone, never the member's own.
    password: String,
    /// Realm for digest.
    realm: String,
    /// Where to speak SIP: a path of this server, as `ws:` or `wss:`, with the subprotocol `sip`.
    #[schema(example = "/v1/phone/sip")]
    websocket: &'static str,
    /// From then on the login is of no use: ask for the next one before.
    expires_at: Time,
    /// STUN and TURN servers for `RTCPeerConnection`.
    ice_servers: Vec<IceServer>,
}

/// Gives the signed-in member a login for a phone in the browser: for a while, and no longer than the session. It is
/// not the member's own password.
#[utoipa::path(post, path = "/v1/phone/registration", tag = "members", operation_id = "registerPhone",
    request_body(content = NewRegistration, description = "Nothing, for who is signed in"),
    responses((status = 200, body = PhoneRegistration),
              (status = 409, description = "Whoever is signed in has no phone", body = Problem)))]
pub(super) async fn register(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    new: Option<Body<NewRegistration>>,
) -> Result<([(header::HeaderName, &'static str); 1], Json<PhoneRegistration>), Problem> {
    let asked = new.map(|Body(new)| new).unwrap_or_default().member;
    let member = member_of(&state, &who, asked.as_deref()).await?;
    if who.user_id().is_some() && who.member() != Some(member.id) {
        return Err(Problem::new(Kind::Forbidden, "this is the phone of another member: leave `member` out for yours"));
    }
    let lent = state.calls().lend_phone(&member.name, owner(&who)).await;
    let lent = lent.map_err(|error| Problem::new(Kind::Overloaded, error.to_string()).retry_after(5))?;
    if who.session().is_some() {
        end_with_session(&state, who);
    }
    let good_for = i64::try_from(lent.good_for.as_millis()).unwrap_or(i64::MAX);
    let registration = PhoneRegistration {
        uri: format!("sip:{}@{}", member.name, lent.realm),
        member: member.name,
        user: lent.user,
        password: lent.password,
        realm: lent.realm,
        websocket: PATH,
        expires_at: Time(now_ms().saturating_add(good_for)),
        ice_servers: lent.ice_servers,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(registration)))
}

/// Ends the logins that this session, or this key, was given: its pages are no phones any more. Calls go on.
#[utoipa::path(delete, path = "/v1/phone/registration", tag = "members", operation_id = "unregisterPhone",
    responses((status = 204, description = "They are ended")))]
pub(super) async fn unregister(State(state): State<ApiState>, Extension(who): Extension<Principal>) -> StatusCode {
    state.calls().end_phones(&owner(&who)).await;
    StatusCode::NO_CONTENT
}

/// What logins end with.
fn owner(who: &Principal) -> String {
    match who.session() {
        Some(session) => format!("session:{session}"),
        None => owner_of_key(who.name()),
    }
}

/// The same for a key.
pub(super) fn owner_of_key(name: &str) -> String {
    format!("key:{name}")
}

/// Logins end with the session, however that ends: one watches for all of them.
fn end_with_session(state: &ApiState, who: Principal) {
    let (state, owner) = (state.clone(), owner(&who));
    if !state.watched_phones().insert(owner.clone()) {
        return;
    }
    tokio::spawn(async move {
        Sight::of(&state, who).ended().await;
        // Before they end: one that is lent meanwhile is watched anew.
        state.watched_phones().remove(&owner);
        state.calls().end_phones(&owner).await;
    });
}

/// The member whose phone is meant: that of who is signed in, unless another one is named.
pub(super) async fn member_of(state: &ApiState, who: &Principal, asked: Option<&str>) -> Result<MemberRecord, Problem> {
    let members = state.store().members().await?;
    let Some(asked) = asked else {
        let own = who.member().and_then(|own| members.into_iter().find(|it| it.id == own));
        return own.ok_or_else(|| match who.user_id() {
            Some(_) => Problem::new(Kind::Conflict, NO_MEMBER),
            None => Problem::invalid("whose phone is it? Name the `member`: an API key is nobody's"),
        });
    };
    let found = members.into_iter().find(|it| it.name.eq_ignore_ascii_case(asked) || it.id.to_string() == asked);
    found.ok_or_else(|| Problem::no_such("member", "/v1/members"))
}

/// SIP over WebSocket (RFC 7118) for the phone in the browser, with the subprotocol `sip`.
///
/// A page that uses a key offers `bearer.KEY` as another subprotocol.
#[utoipa::path(get, path = "/v1/phone/sip", tag = "members", operation_id = "speakSip",
    responses((status = 101, description = "A WebSocket with one SIP message in each frame")))]
pub(super) async fn sip(State(state): State<ApiState>, request: Request) -> Result<Response<HttpBody>, Problem> {
    let (mut parts, _) = request.into_parts();
    let accept = check(&parts.headers)?;
    let ends = ConnectInfo::<Ends>::from_request_parts(&mut parts, &()).await.ok().map(|ConnectInfo(ends)| ends);
    let upgrade = parts.extensions.remove::<hyper::upgrade::OnUpgrade>();
    let (Some(ends), Some(upgrade)) = (ends, upgrade) else {
        return Err(Problem::new(Kind::UpgradeRequired, "this connection cannot become a WebSocket: use HTTP/1.1"));
    };
    let caller = parts.extensions.get::<Caller>();
    let secure = caller.is_some_and(|caller| caller.encrypted);
    let remote = remote_of(ends, caller);
    tokio::spawn(async move {
        // Who hangs up before the upgrade is over is not missed.
        let Ok(upgraded) = upgrade.await else { return };
        let local = ends.local.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        state.calls().adopt_phone(AdoptedSocket::new(TokioIo::new(upgraded), secure, local, remote)).await;
    });
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, accept)
        .header(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    response.body(HttpBody::empty()).map_err(|error| Problem::new(Kind::BadRequest, error.to_string()))
}

/// Where the browser is: behind a proxy as that tells it, with the port that the proxy asks from.
fn remote_of(ends: Ends, caller: Option<&Caller>) -> SocketAddr {
    let told = caller.and_then(|caller| caller.address);
    let told = told.filter(|address| *address != ends.remote.ip().to_canonical());
    told.map_or(ends.remote, |address| SocketAddr::new(address, ends.remote.port()))
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Whether a header names this token among others.
fn names(headers: &HeaderMap, header: &str, token: &str) -> bool {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|it| it.trim().eq_ignore_ascii_case(token))
}

/// Whether it is an upgrade that we serve (RFC 6455 section 4.2.1); gives what `Sec-WebSocket-Accept` says.
fn check(headers: &HeaderMap) -> Result<String, Problem> {
    let upgrades = names(headers, "connection", "upgrade") && names(headers, "upgrade", "websocket");
    let key = value(headers, "sec-websocket-key").filter(|_| upgrades);
    let key = key.filter(|_| value(headers, "sec-websocket-version") == Some("13")).ok_or_else(|| {
        let detail = "this is a WebSocket: open it with a WebSocket client (ws:// or wss://)";
        Problem::new(Kind::UpgradeRequired, detail)
            .with_header(header::UPGRADE, "websocket")
            .with_header(header::CONNECTION, "upgrade")
            .with_header(header::SEC_WEBSOCKET_VERSION, "13")
    })?;
    if !names(headers, "sec-websocket-protocol", PROTOCOL) {
        return Err(Problem::new(Kind::BadRequest, "offer the subprotocol `sip` (RFC 7118)"));
    }
    Ok(derive_accept_key(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(more: &[(&'static str, &'static str)]) -> HeaderMap {
        let usual = [
            ("host", "desk.example.com"),
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "sip"),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in usual.iter().chain(more) {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    fn status(headers: &HeaderMap) -> Option<u16> {
        use axum::response::IntoResponse as _;
        check(headers).err().map(|problem| problem.into_response().status().as_u16())
    }

    #[test]
    fn browsers_behind_a_proxy_are_sources_of_their_own() {
        let ends = Ends { local: None, remote: "[::ffff:127.0.0.1]:4000".parse().unwrap() };
        let caller = |address: &str| Caller { address: address.parse().ok(), encrypted: true };
        assert_eq!(remote_of(ends, Some(&caller("203.0.113.9"))), SocketAddr::from(([203, 0, 113, 9], 4000)));
        assert_eq!(remote_of(ends, Some(&caller("127.0.0.1"))), ends.remote);
        assert_eq!(remote_of(ends, None), ends.remote);
    }

    #[test]
    fn an_upgrade_is_answered_as_its_standard_says() {
        // RFC 6455 section 1.3.
        assert_eq!(check(&headers(&[])).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(status(&headers(&[("sec-websocket-version", "8")])), Some(426));
        assert_eq!(status(&headers(&[("upgrade", "h2c")])), Some(426));
        assert_eq!(status(&headers(&[("sec-websocket-protocol", "xmpp")])), Some(400));
    }
}

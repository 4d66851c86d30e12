//! Who may ask, how often, and for how long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::{ApiKeyRecord, AuditResult, Store, StoreError};
use subtle::ConstantTimeEq;
use tracing::Instrument as _;

use super::problem::{Kind, Problem};
use super::state::ApiState;
use crate::access::rights::{self, Need, Reach, Right};
use crate::access::scopes::Scopes;
use crate::access::{COOKIE, Caller, Principal, cookie, csrf_of, is_own_page, is_unsafe, is_websocket};

/// The keys that are known, as hashes.
#[derive(Default)]
pub struct Keys {
    known: RwLock<Arc<[ApiKeyRecord]>>,
}

impl Keys {
    /// Reads them from the books; again by [`reload`](Self::reload) when one was made or removed.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let keys = Self { known: RwLock::new(Arc::from([])) };
        keys.reload(store).await?;
        Ok(keys)
    }

    /// Reads them again.
    pub async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let known = store.api_keys().await?.into();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// Who has this key. Takes the same time for every key, known or not.
    fn owner_of(&self, key: &str) -> Option<Principal> {
        let hash = hash_key(key);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut found = None;
        for record in known.iter() {
            if bool::from(record.hash.ct_eq(&hash)) {
                found = Some(Principal::key(&record.name, scopes_of(record)));
            }
        }
        found
    }

    /// Whether a key that was let in would be let in as the same now; true of users.
    pub(super) fn stands(&self, who: &Principal) -> bool {
        if who.user_id().is_some() {
            return true;
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.iter().any(|record| record.name == who.name() && scopes_of(record) == who.scopes())
    }
}

fn scopes_of(record: &ApiKeyRecord) -> Scopes {
    record.scopes.as_deref().map_or_else(Scopes::all, Scopes::from_words)
}

/// What is kept of a key.
pub fn hash_key(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// A new key: `cw_` and 256 random bits. `None`: the system has no random bits to give.
pub fn new_key() -> Option<String> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).ok()?;
    Some(format!("cw_{}", URL_SAFE_NO_PAD.encode(bits)))
}

/// Who asks, as one word that nobody else has: the name of a key, the id of a user. See [`Principal`] for more.
#[derive(Clone)]
pub(super) struct KeyName(pub(super) Arc<str>);

/// The header that shows that a request by cookie comes from a page that has the session.
const CSRF: &str = "x-csrf-token";

/// Lets those through who are known, as often as they may ask. What [`rights`] leaves open passes without.
pub(super) async fn authorize(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let caller = Caller::of(&request, &state.access().rules().proxies);
    let open = right_of(&request).is_some_and(|right| right.need == Need::Open);
    let admitted = if open {
        own_page(&state, request.method(), request.headers()).map(|()| None)
    } else {
        admit(&state, request.method(), request.headers()).await.map(Some)
    };
    match admitted {
        Ok(principal) => {
            request.extensions_mut().insert(caller);
            if let Some(principal) = principal {
                request.extensions_mut().insert(KeyName(principal.owner()));
                request.extensions_mut().insert(principal);
            }
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// The same for `/metrics`, where it is so configured; everything else passes.
pub(super) async fn authorize_metrics(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    if state.config().metrics_need_key && request.uri().path() == "/metrics" {
        return authorize(State(state), request, next).await;
    }
    next.run(request).await
}

/// Lets through what the table of [`rights`] permits, and writes down what it says is to be written down.
pub(super) async fn permit(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let Some(right) = right_of(&request) else {
        tracing::error!(path = path_of(&request), "a path is missing in the table of rights: it is refused");
        let detail = "nobody may do this: its path is missing in the table of rights; please report it";
        return Problem::new(Kind::Forbidden, detail).into_response();
    };
    if right.need == Need::Open {
        return next.run(request).await;
    }
    let Some(principal) = request.extensions().get::<Principal>().cloned() else {
        return Problem::new(Kind::Unauthorized, "nobody knows who asks").into_response();
    };
    let Some(action) = right.action else { return answer(&state, right, &principal, request, next).await };
    // Whoever hangs up does not keep what is done from being written down.
    let done = tokio::spawn(noted(state, right, action, principal, request, next).in_current_span());
    match done.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(response) => response,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => Problem::new(Kind::Internal, "Callwright is being stopped").into_response(),
    }
}

/// Does what is asked for, where it is permitted.
async fn answer(state: &ApiState, right: &Right, principal: &Principal, request: Request, next: Next) -> Response {
    match permitted(state, right, principal, request.uri().path()).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// The same, and writes it down.
async fn noted(
    state: ApiState,
    right: &'static Right,
    action: &'static str,
    principal: Principal,
    request: Request,
    next: Next,
) -> Response {
    let address = request.extensions().get::<Caller>().and_then(|caller| caller.address);
    let object = right.object(request.uri().path());
    let response = answer(&state, right, &principal, request, next).await;
    let result = match response.status().as_u16() {
        ..=399 => AuditResult::Ok,
        401 | 403 => AuditResult::Refused,
        _ => AuditResult::Failed,
    };
    let object = object.or_else(|| made(&response));
    state.access().note(principal.audit(address, action, object, result)).await;
    response
}

fn path_of(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}

fn right_of(request: &Request) -> Option<&'static Right> {
    rights::find(request.method(), path_of(request))
}

/// The id of what a request has made.
fn made(response: &Response) -> Option<String> {
    let place = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let id = place.strip_prefix("/v1/")?.rsplit('/').next()?;
    Some(id.chars().take(128).collect())
}

async fn permitted(state: &ApiState, right: &Right, principal: &Principal, path: &str) -> Result<(), Problem> {
    if !right.permits(principal) {
        let needed = match right.need {
            Need::Has(scope) if !principal.may(scope) => format!("this needs the right `{scope}`"),
            Need::User => "this is for users who have signed in, not for keys".to_owned(),
            _ => "this shows calls that you took no part in".to_owned(),
        };
        return Err(Problem::new(Kind::Forbidden, format!("{needed}: ask an admin")));
    }
    let (Reach::OwnCall, Some(member)) = (right.reach, principal.only_member()) else { return Ok(()) };
    // `/v1/calls/{id}` and what is under it.
    let call = path.split('/').nth(3).and_then(|id| id.parse().ok());
    let own = match call {
        Some(call) => state.calls().takes_part(member, call) || state.store().took_part(call, member).await?,
        None => false,
    };
    // Nothing is told of a call of others, not even that there is one.
    if own { Ok(()) } else { Err(super::calls::no_such_call()) }
}

async fn admit(state: &ApiState, method: &Method, headers: &HeaderMap) -> Result<Principal, Problem> {
    let refuse = |detail: &str, error: &str| {
        let challenge = format!("Bearer realm=\"callwright\"{error}");
        Problem::new(Kind::Unauthorized, detail).with_header(header::WWW_AUTHENTICATE, &challenge)
    };
    let principal = if let Some(key) = given_key(headers) {
        let detail = "this key is not known: the first one is in the file `api-key` of the data folder";
        state.keys().owner_of(key).ok_or_else(|| refuse(detail, ", error=\"invalid_token\""))?
    } else if let Some(token) = cookie(headers, COOKIE) {
        by_cookie(state, method, headers, token).await?
    } else {
        let detail = "sign in, or send `Authorization: Bearer KEY`: the first key is in the file `api-key` of the data \
                      folder";
        return Err(refuse(detail, ""));
    };
    state.buckets().take(&principal.owner(), Instant::now()).map_err(|wait_s| {
        Problem::new(Kind::TooManyRequests, format!("this key asks too often: wait {wait_s} s")).retry_after(wait_s)
    })?;
    Ok(principal)
}

/// A request with the cookie of a session: what changes something shows the session's token, too, and comes from a page of
/// ours; so does a WebSocket, which can show none.
async fn by_cookie(state: &ApiState, method: &Method, headers: &HeaderMap, token: &str) -> Result<Principal, Problem> {
    let access = state.access();
    let Some((session, user)) = access.session(token).await? else {
        return Err(Problem::new(Kind::Unauthorized, "you are not signed in any more: sign in again"));
    };
    if is_websocket(headers) {
        if !is_own_page(headers, &access.rules().origins, false) {
            return Err(other_page());
        }
    } else if is_unsafe(method) {
        own_page(state, method, headers)?;
        let shown = headers.get(CSRF).map(HeaderValue::as_bytes).unwrap_or_default();
        if !bool::from(csrf_of(token).as_bytes().ct_eq(shown)) {
            let detail = "the header `X-CSRF-Token` is missing or wrong: it is `csrf` of GET /v1/session";
            return Err(Problem::new(Kind::Forbidden, detail).with("code", "csrf"));
        }
    }
    Ok(Principal::user(&user, session.id))
}

fn own_page(state: &ApiState, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let ours = &state.access().rules().origins;
    let own = !is_unsafe(method) || is_own_page(headers, ours, true);
    if own { Ok(()) } else { Err(other_page()) }
}

fn other_page() -> Problem {
    let detail = "the page that asks is none of ours: open the console, or name the page in `access.origins`";
    Problem::new(Kind::Forbidden, detail).with("code", "origin")
}

/// The key that a request came with: in the header `Authorization`, or, where a page in a browser opens a WebSocket and
/// can set no header, among the protocols that it offers, as `bearer.KEY` (RFC 6455 section 1.9 lets both sides name them).
fn given_key(headers: &HeaderMap) -> Option<&str> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let (scheme, key) = given.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| key.trim());
    }
    is_websocket(headers).then_some(())?;
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).find_map(|name| name.trim().strip_prefix("bearer."))
}

/// A token bucket for each key: there are as many as there are keys.
pub(super) struct Buckets {
    per_second: f64,
    by_key: Mutex<HashMap<Arc<str>, Bucket>>,
}

struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Buckets {
    pub(super) fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second.max(1)), by_key: Mutex::new(HashMap::new()) }
    }

    /// Takes a token, or says how many seconds to wait for one.
    fn take(&self, key: &Arc<str>, now: Instant) -> Result<(), u64> {
        let most = self.per_second * 1.5;
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = by_key.entry(key.clone()).or_insert(Bucket { tokens: most, filled: now });
        let passed = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * self.per_second).min(most);
        bucket.filled = now;
        if bucket.tokens < 1.0 {
            return Err(((1.0 - bucket.tokens) / self.per_second).ceil().max(1.0) as u64);
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

/// How many times the limit those requests have that read or write a file.
const LONG: u32 = 60;

/// Ends requests that take too long until their answer begins.
pub(super) async fn limit_time(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let long = path == "/v1/contacts/import" || path.starts_with("/v1/do-not-call/") || path.ends_with("/archive");
    let limit = state.config().time_limit * if long { LONG } else { 1 };
    if let Ok(response) = tokio::time::timeout(limit, next.run(request)).await {
        return response;
    }
    let detail = format!("there was no answer within {} s: ask again, with less at a time", limit.as_secs());
    Problem::new(Kind::TimedOut, detail).retry_after(1).into_response()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_lets_bursts_through_and_then_the_rate() {
        let (buckets, key, other) = (Buckets::new(10), Arc::from("one"), Arc::from("two"));
        let mut now = Instant::now();
        assert_eq!((0..20).filter(|_| buckets.take(&key, now).is_ok()).count(), 15);
        assert_eq!(buckets.take(&key, now), Err(1));
        assert_eq!(buckets.take(&other, now), Ok(()), "keys do not share");
        now += Duration::from_millis(500);
        assert_eq!((0..20).filter(|_| buckets.take(&key, now).is_ok()).count(), 5);
    }

    #[test]
    fn new_keys_differ_and_are_not_kept_themselves() {
        let (one, two) = (new_key().unwrap(), new_key().unwrap());
        assert_ne!(one, two);
        assert!(one.len() >= 45 && one.starts_with("cw_"));
        assert_ne!(hash_key(&one), hash_key(&two));
    }
}

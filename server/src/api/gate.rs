//! Who may ask, how often, and for how long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::{ApiKeyRecord, Store, StoreError};
use subtle::ConstantTimeEq;

use super::problem::{Kind, Problem};
use super::state::ApiState;

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

    /// The name of this key. Takes the same time for every key, known or not.
    fn name_of(&self, key: &str) -> Option<KeyName> {
        let hash = hash_key(key);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut found = None;
        for record in known.iter() {
            if bool::from(record.hash.ct_eq(&hash)) {
                found = Some(KeyName(record.name.as_str().into()));
            }
        }
        found
    }
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

/// The name of the key that a request came with.
#[derive(Clone)]
pub(super) struct KeyName(pub(super) Arc<str>);

/// Lets requests with a known key through, as many as it may make.
pub(super) async fn authorize(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    match admit(&state, request.headers()) {
        Ok(name) => {
            request.extensions_mut().insert(name);
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

fn admit(state: &ApiState, headers: &HeaderMap) -> Result<KeyName, Problem> {
    let refuse = |detail: &str, error: &str| {
        let challenge = format!("Bearer realm=\"callwright\"{error}");
        Problem::new(Kind::Unauthorized, detail).with_header(header::WWW_AUTHENTICATE, &challenge)
    };
    let Some(key) = given_key(headers) else {
        let detail = "send `Authorization: Bearer KEY`: the first key is in the file `api-key` of the data folder";
        return Err(refuse(detail, ""));
    };
    let Some(name) = state.keys().name_of(key) else {
        let detail = "this key is not known: the first one is in the file `api-key` of the data folder";
        return Err(refuse(detail, ", error=\"invalid_token\""));
    };
    state.buckets().take(&name.0, Instant::now()).map_err(|wait_s| {
        Problem::new(Kind::TooManyRequests, format!("this key asks too often: wait {wait_s} s")).retry_after(wait_s)
    })?;
    Ok(name)
}

/// The key that a request came with: in the header `Authorization`, or, where a page in a browser opens a WebSocket and
/// can set no header, among the protocols that it offers, as `bearer.KEY` (RFC 6455 section 1.9 lets both sides name them).
fn given_key(headers: &HeaderMap) -> Option<&str> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let (scheme, key) = given.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| key.trim());
    }
    let upgrade = headers.get(header::UPGRADE)?.to_str().ok()?;
    upgrade.eq_ignore_ascii_case("websocket").then_some(())?;
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

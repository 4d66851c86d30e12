//! A provider of OpenID Connect on loopback: discovery, keys, the authorization, token and userinfo endpoints, and how
//! they fail. Written on 2026-11-22 from OpenID Connect Core 1.0 and Discovery 1.0, errata set 2
//! (<https://openid.net/specs/openid-connect-core-1_0.html>, <https://openid.net/specs/openid-connect-discovery-1_0.html>),
//! RFC 6749, RFC 7515, RFC 7517, RFC 7636 and RFC 9207.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

pub const CLIENT: &str = "callwright";
pub const SECRET: &str = "hush: a secret/with & signs";
pub const BACK: &str = "https://pbx.example/v1/session/openid/return";

/// The RSA key of RFC 7515 appendix A.2, which everybody knows.
const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ\
    S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg66\
    5xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const D: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_G\
    O-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvX\
    t4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";
const P: &str = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2\
    KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc";
const Q: &str = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_\
    HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc";
const DP: &str = "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vm\
    AktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0";
const DQ: &str = "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9c\
    jz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU";
const QI: &str = "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnb\
    JtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U";

/// How an endpoint fails.
#[derive(Clone, Copy)]
pub enum Fault {
    /// It answers with this status, and a page.
    Status(u16),
    /// It refuses by this word, with 400.
    Error(&'static str),
    /// It never answers.
    Silent,
    /// It hangs up within its answer.
    Cut,
    /// Its answer is a megabyte long.
    Long,
    /// It answers with a page and 200.
    Page,
}

/// A key that signs.
pub struct SigningKey {
    id: &'static str,
    kind: Kind,
}

enum Kind {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
    Ps256(RsaKeyPair),
}

impl SigningKey {
    /// A new key of P-256.
    pub fn es256(id: &'static str) -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).unwrap();
        Self { id, kind: Kind::Es256(key) }
    }

    pub fn rs256(id: &'static str) -> Self {
        Self { id, kind: Kind::Rs256(rsa()) }
    }

    pub fn ps256(id: &'static str) -> Self {
        Self { id, kind: Kind::Ps256(rsa()) }
    }

    fn algorithm(&self) -> &'static str {
        match self.kind {
            Kind::Es256(_) => "ES256",
            Kind::Rs256(_) => "RS256",
            Kind::Ps256(_) => "PS256",
        }
    }

    /// Its public half, as a JWK.
    pub fn public(&self) -> Value {
        match &self.kind {
            Kind::Es256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": self.id, "x": encoded(x), "y": encoded(y)})
            }
            Kind::Rs256(_) | Kind::Ps256(_) => {
                json!({"kty": "RSA", "use": "sig", "kid": self.id, "alg": self.algorithm(), "n": N, "e": "AQAB"})
            }
        }
    }

    fn sign(&self, text: &str) -> String {
        let random = SystemRandom::new();
        match &self.kind {
            Kind::Es256(key) => encoded(key.sign(&random, text.as_bytes()).unwrap().as_ref()),
            Kind::Rs256(key) | Kind::Ps256(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let padding: &'static dyn ring::signature::RsaEncoding =
                    if matches!(self.kind, Kind::Ps256(_)) { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                key.sign(padding, &random, text.as_bytes(), &mut signature).unwrap();
                encoded(&signature)
            }
        }
    }
}

fn rsa() -> RsaKeyPair {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let public_key = PublicKeyComponents { n: bytes(N), e: vec![1, 0, 1] };
    let (d, p, q) = (bytes(D), bytes(P), bytes(Q));
    let components = KeyPairComponents { public_key, d, p, q, dP: bytes(DP), dQ: bytes(DQ), qInv: bytes(QI) };
    RsaKeyPair::from_components(&components).unwrap()
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is changed in a token before it is signed: its header and its claims.
type Change = Box<dyn Fn(&mut Value, &mut Value) + Send>;

/// How the provider stands. Tests change it as they go.
pub struct Ways {
    /// The first signs.
    pub keys: Vec<SigningKey>,
    /// What the address of its keys gives, where that is not their public halves.
    pub published: Option<Value>,
    /// Whoever signs in there, in the ID token.
    pub person: Value,
    /// What the userinfo endpoint adds; null: there is no such endpoint.
    pub userinfo: Value,
    /// How endpoints fail, by their path.
    pub faults: HashMap<&'static str, Fault>,
    /// What discovery says besides.
    pub metadata: Value,
    pub change: Change,
    /// What the person's browser brings back in place of a code.
    pub refusal: Option<&'static str>,
    grants: HashMap<String, Grant>,
    asked: Vec<String>,
}

struct Grant {
    challenge: String,
    nonce: String,
    person: Value,
}

pub struct IdentityProvider {
    pub issuer: String,
    pub ways: Arc<Mutex<Ways>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    issuer: String,
    ways: Arc<Mutex<Ways>>,
    now: Arc<AtomicI64>,
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl IdentityProvider {
    /// `now`: its clock, ms since the Unix epoch.
    pub async fn start(now: Arc<AtomicI64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realms/main", listener.local_addr().unwrap());
        let ways = Arc::new(Mutex::new(Ways {
            keys: vec![SigningKey::es256("first")],
            published: None,
            person: json!({"sub": "1", "email": "ben@example.com", "email_verified": true, "name": "Ben Maier"}),
            userinfo: Value::Null,
            faults: HashMap::new(),
            metadata: json!({}),
            change: Box::new(|_, _| {}),
            refusal: None,
            grants: HashMap::new(),
            asked: Vec::new(),
        }));
        let shared = Shared { issuer: issuer.clone(), ways: ways.clone(), now };
        let routes = Router::new()
            .route("/realms/main/.well-known/openid-configuration", get(discover))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/jwks", get(jwks))
            .route("/userinfo", get(userinfo))
            .with_state(shared);
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { issuer, ways, task }
    }

    pub fn set(&self, change: impl FnOnce(&mut Ways)) {
        change(&mut self.ways.lock().unwrap());
    }

    /// Has tokens changed before they are signed.
    pub fn tamper(&self, change: impl Fn(&mut Value, &mut Value) + Send + 'static) {
        self.set(|ways| ways.change = Box::new(change));
    }

    /// How often an endpoint was asked.
    pub fn asked(&self, path: &str) -> usize {
        self.ways.lock().unwrap().asked.iter().filter(|asked| *asked == path).count()
    }
}

impl Shared {
    fn base(&self) -> &str {
        self.issuer.strip_suffix("/realms/main").unwrap()
    }

    /// Notes what is asked; gives how it fails, where it is to.
    async fn fails(&self, path: &str) -> Option<Response> {
        let fault = {
            let mut ways = self.ways.lock().unwrap();
            ways.asked.push(path.to_owned());
            ways.faults.get(path).copied()
        };
        let page = "<!doctype html><title>Something went wrong</title>";
        Some(match fault? {
            Fault::Status(status) => (StatusCode::from_u16(status).unwrap(), page).into_response(),
            Fault::Error(word) => refusal(word),
            Fault::Silent => std::future::pending().await,
            Fault::Cut => {
                let parts = [Ok(bytes("{\"issuer\":")), Err(std::io::Error::other("hung up"))];
                Body::from_stream(futures_util::stream::iter(parts)).into_response()
            }
            Fault::Long => format!("\"{}\"", "a".repeat(1 << 20)).into_response(),
            Fault::Page => page.into_response(),
        })
    }
}

fn bytes(text: &'static str) -> axum::body::Bytes {
    axum::body::Bytes::from_static(text.as_bytes())
}

/// RFC 6749 section 5.2.
fn refusal(word: &str) -> Response {
    let about = json!({"error": word, "error_description": "ben@example.com did something"});
    (StatusCode::BAD_REQUEST, axum::Json(about)).into_response()
}

async fn discover(State(shared): State<Shared>) -> Response {
    if let Some(failed) = shared.fails("/.well-known/openid-configuration").await {
        return failed;
    }
    let base = shared.base();
    let ways = shared.ways.lock().unwrap();
    let mut document = json!({
        "issuer": shared.issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
        "code_challenge_methods_supported": ["S256"],
    });
    if !ways.userinfo.is_null() {
        document["userinfo_endpoint"] = format!("{base}/userinfo").into();
    }
    for (name, value) in ways.metadata.as_object().unwrap() {
        document[name] = value.clone();
    }
    axum::Json(document).into_response()
}

/// The page where somebody signs in, who does so at once (OpenID Connect Core 1.0 section 3.1.2).
async fn authorize(State(shared): State<Shared>, Query(given): Query<HashMap<String, String>>) -> Response {
    if let Some(failed) = shared.fails("/authorize").await {
        return failed;
    }
    let text = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let scopes: Vec<&str> = text("scope").split(' ').collect();
    for (name, right) in [
        ("response_type", text("response_type") == "code"),
        ("client_id", text("client_id") == CLIENT),
        ("redirect_uri", text("redirect_uri") == BACK),
        ("scope", scopes.contains(&"openid") && scopes.contains(&"email")),
        ("state", text("state").len() >= 32),
        ("nonce", text("nonce").len() >= 32),
        ("code_challenge", text("code_challenge").len() == 43),
        ("code_challenge_method", text("code_challenge_method") == "S256"),
    ] {
        assert!(right, "{name} is `{}`", text(name));
    }
    let mut ways = shared.ways.lock().unwrap();
    let mut back = reqwest::Url::parse(BACK).unwrap();
    if let Some(word) = ways.refusal {
        back.query_pairs_mut().append_pair("error", word).append_pair("error_description", "ben said no");
    } else {
        let code = format!("code-{}", ways.asked.len());
        let (challenge, nonce) = (text("code_challenge").to_owned(), text("nonce").to_owned());
        let person = ways.person.clone();
        ways.grants.insert(code.clone(), Grant { challenge, nonce, person });
        back.query_pairs_mut().append_pair("code", &code);
    }
    // Keycloak adds its session, others add more.
    back.query_pairs_mut().append_pair("state", text("state")).append_pair("session_state", "4711");
    if ways.metadata["authorization_response_iss_parameter_supported"] == true {
        back.query_pairs_mut().append_pair("iss", &shared.issuer);
    }
    (StatusCode::FOUND, [(header::LOCATION, String::from(back))]).into_response()
}

/// A form's fields.
fn fields(body: &str) -> HashMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://form/?{body}")).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Whether it is our client, by a password (RFC 6749 section 2.3.1) or, where the provider says so, in the body.
fn is_client(ways: &Ways, headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
    if ways.metadata["token_endpoint_auth_methods_supported"] == json!(["client_secret_post"]) {
        let given = |name: &str| form.get(name).map(String::as_str);
        return given("client_id") == Some(CLIENT) && given("client_secret") == Some(SECRET);
    }
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let Some(pair) = basic.and_then(|basic| STANDARD.decode(basic).ok()) else { return false };
    let pair = String::from_utf8(pair).unwrap();
    let (id, secret) = pair.split_once(':').unwrap();
    let read = fields(&format!("id={id}&secret={secret}"));
    !form.contains_key("client_secret") && read["id"] == CLIENT && read["secret"] == SECRET
}

/// OpenID Connect Core 1.0 section 3.1.3, RFC 7636 section 4.6.
async fn token(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Response {
    if let Some(failed) = shared.fails("/token").await {
        return failed;
    }
    let form = fields(&body);
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let mut ways = shared.ways.lock().unwrap();
    if !is_client(&ways, &headers, &form) {
        return refusal("invalid_client");
    }
    if text("grant_type") != "authorization_code" {
        return refusal("unsupported_grant_type");
    }
    let Some(grant) = ways.grants.remove(text("code")) else { return refusal("invalid_grant") };
    if text("redirect_uri") != BACK || encoded(Sha256::digest(text("code_verifier"))) != grant.challenge {
        return refusal("invalid_grant");
    }
    let now = shared.now.load(Ordering::Relaxed) / 1_000;
    let key = &ways.keys[0];
    let mut head = json!({"alg": key.algorithm(), "kid": key.id, "typ": "JWT"});
    let mut claims = json!({"iss": shared.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": grant.nonce});
    for (name, value) in grant.person.as_object().unwrap() {
        claims[name] = value.clone();
    }
    (ways.change)(&mut head, &mut claims);
    let signed = format!("{}.{}", encoded(head.to_string()), encoded(claims.to_string()));
    let signature = if head["alg"] == "none" { String::new() } else { key.sign(&signed) };
    let answer =
        json!({"access_token": "at-4711", "token_type": "Bearer", "id_token": format!("{signed}.{signature}")});
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(answer)).into_response()
}

async fn jwks(State(shared): State<Shared>) -> Response {
    if let Some(failed) = shared.fails("/jwks").await {
        return failed;
    }
    let ways = shared.ways.lock().unwrap();
    let keys: Vec<Value> = ways.keys.iter().map(SigningKey::public).collect();
    axum::Json(ways.published.clone().unwrap_or_else(|| json!({"keys": keys}))).into_response()
}

async fn userinfo(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(failed) = shared.fails("/userinfo").await {
        return failed;
    }
    let bearer = headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes() == b"Bearer at-4711");
    if !bearer {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    axum::Json(shared.ways.lock().unwrap().userinfo.clone()).into_response()
}

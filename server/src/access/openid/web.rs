//! What the provider is asked: what it says of itself, its keys, tokens for codes, and more about somebody. It follows no
//! redirects, reads answers up to a length, and all of it is within the time of `openid.timeout_s`.

use std::net::IpAddr;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Instant;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Certificate, RequestBuilder, StatusCode, Url, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::OpenId;
use super::jws::{self, Key};

/// The longest word or address of the provider that the log shows.
const SHOWN: usize = 200;

/// The provider does not do its part. The texts are for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProviderFault {
    /// There is no way to it.
    #[error("no connection: wrong name or port, a firewall, or a certificate that is not valid")]
    Connect,
    /// It is too slow.
    #[error("no answer within `openid.timeout_s`")]
    Late,
    /// It hung up.
    #[error("the connection broke off before the end of an answer")]
    Broken,
    /// An answer is too long.
    #[error("an answer is longer than `openid.max_answer_kib`")]
    TooLong,
    /// Another status than is good.
    #[error("{0} answers {1}")]
    Status(&'static str, u16),
    /// An answer is not what it should be.
    #[error("{0} gives no {1}")]
    Answer(&'static str, &'static str),
    /// It is another one.
    #[error("it calls itself `{0}`: write this as `openid.issuer`, if it is the right one")]
    Issuer(String),
    /// It said no, by a word of RFC 6749 or OpenID Connect.
    #[error("it refuses: {0}")]
    Refused(String),
}

impl ProviderFault {
    /// By the word that it says; whatever else it says may hold things that belong in no log.
    pub(super) fn refused(word: &str) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.');
        Self::Refused(word.chars().filter(plain).take(64).collect())
    }

    /// The code was used before, or is too old.
    pub(super) fn is_old_code(&self) -> bool {
        matches!(self, Self::Refused(word) if word == "invalid_grant")
    }

    /// It is away, and may come back by itself.
    pub(super) fn is_outage(&self) -> bool {
        match self {
            Self::Connect | Self::Late | Self::Broken => true,
            Self::Status(_, status) => *status >= 500 || *status == 429,
            Self::Refused(word) => matches!(word.as_str(), "temporarily_unavailable" | "server_error"),
            _ => false,
        }
    }
}

impl From<reqwest::Error> for ProviderFault {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Late
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }
}

/// What a provider says of itself.
pub(super) struct Metadata {
    pub authorization: Url,
    token: Url,
    keys: Url,
    pub userinfo: Option<Url>,
    /// It wants our secret in the body, and not as a password.
    secret_in_body: bool,
    /// Its answers name it (RFC 9207).
    pub names_itself: bool,
}

/// How long it is not asked again what it says of itself after it did not say it, ms.
const FAILED_MS: i64 = 10_000;

/// What a provider says of itself, or why it does not.
type Discovered = Result<Arc<Metadata>, ProviderFault>;

/// What is kept of it, each with when it was fetched, ms since the Unix epoch.
#[derive(Default)]
pub(super) struct Known {
    metadata: Option<(i64, Discovered)>,
    keys: Option<(i64, Arc<[Key]>)>,
}

/// What a code is redeemed for.
pub(super) struct Tokens {
    pub id: String,
    pub access: Option<SecretString>,
}

pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // The process may have chosen a provider before: then that one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    reqwest::Client::builder()
        .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .pool_max_idle_per_host(2)
        .tls_certs_merge(roots.iter().filter_map(|root| Certificate::from_der(root.as_ref()).ok()))
        .build()
}

/// Whether secrets may go there: encrypted, or, where `plain`, to this machine.
pub(super) fn is_allowed(url: &Url, plain: bool) -> bool {
    let here = || {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    let safe = url.scheme() == "https" || plain && url.scheme() == "http" && here();
    safe && url.username().is_empty() && url.password().is_none() && url.host_str().is_some()
}

impl OpenId {
    /// What is kept of what the provider says of itself; or, for some seconds, of why it did not.
    pub(super) fn kept_metadata(&self, now_ms: i64) -> Option<Discovered> {
        let known = self.known();
        let (at_ms, said) = known.metadata.as_ref()?;
        let kept_ms = if said.is_ok() { self.settings().kept_for.as_millis() as i64 } else { FAILED_MS };
        // Who has waited for it has begun before it came: by the time limit, and by what a busy machine takes besides.
        let earliest_ms = -2 * self.settings().time_limit.as_millis() as i64;
        (earliest_ms..kept_ms).contains(&(now_ms - at_ms)).then(|| said.clone())
    }

    /// What the provider says of itself. It is asked once at a time; whoever wants to know meanwhile waits for that answer.
    pub(super) async fn metadata(&self, now_ms: i64) -> Discovered {
        if let Some(kept) = self.kept_metadata(now_ms) {
            return kept;
        }
        let asking = self.inner.asking.clone().lock_owned().await;
        if let Some(kept) = self.kept_metadata(now_ms) {
            return kept;
        }
        let openid = self.clone();
        // It goes on when nobody waits for it any more: whoever hangs up does not have it asked anew.
        let asked = tokio::spawn(async move {
            let began = Instant::now();
            let said = tokio::time::timeout(openid.settings().time_limit, openid.discover()).await;
            let said = said.unwrap_or(Err(ProviderFault::Late));
            let at_ms = now_ms + began.elapsed().as_millis() as i64;
            openid.known().metadata = Some((at_ms, said.clone()));
            drop(asking);
            said
        });
        asked.await.unwrap_or(Err(ProviderFault::Broken))
    }

    /// Asks what it says of itself (OpenID Connect Discovery 1.0 section 4).
    async fn discover(&self) -> Discovered {
        let base = self.settings().issuer.trim_end_matches('/');
        let request = self.inner.client.get(format!("{base}/.well-known/openid-configuration"));
        let document = self.read_good("the discovery document", request).await?;
        Ok(Arc::new(self.read_metadata(&document)?))
    }

    fn read_metadata(&self, document: &Value) -> Result<Metadata, ProviderFault> {
        const WHAT: &str = "the discovery document";
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        // Section 4.3: exactly the same.
        match text("issuer") {
            Some(issuer) if issuer == self.settings().issuer => {}
            Some(other) => {
                let shown = other.chars().filter(char::is_ascii_graphic).take(SHOWN).collect();
                return Err(ProviderFault::Issuer(shown));
            }
            None => return Err(ProviderFault::Answer(WHAT, "`issuer`")),
        }
        let plain = self.inner.issuer.scheme() == "http";
        let address = |name: &'static str| {
            let url = text(name).and_then(|text| Url::parse(text).ok()).filter(|url| is_allowed(url, plain));
            url.ok_or(ProviderFault::Answer(WHAT, name))
        };
        let listed = |name: &str| document.get(name).and_then(Value::as_array);
        let secret_in_body = listed("token_endpoint_auth_methods_supported").is_some_and(|methods| {
            let has = |word: &str| methods.iter().any(|method| method == word);
            has("client_secret_post") && !has("client_secret_basic")
        });
        let userinfo =
            if document.get("userinfo_endpoint").is_some() { Some(address("userinfo_endpoint")?) } else { None };
        Ok(Metadata {
            authorization: address("authorization_endpoint")?,
            token: address("token_endpoint")?,
            keys: address("jwks_uri")?,
            userinfo,
            secret_in_body,
            names_itself: document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
        })
    }

    /// The provider's keys, and whether they were fetched just now.
    pub(super) async fn keys(&self, metadata: &Metadata, now_ms: i64) -> Result<(Arc<[Key]>, bool), ProviderFault> {
        let kept = self.known().keys.clone();
        if let Some((_, keys)) = kept.filter(|(at_ms, _)| self.is_good(*at_ms, now_ms)) {
            return Ok((keys, false));
        }
        Ok((self.fetch_keys(metadata, now_ms).await?, true))
    }

    pub(super) async fn fetch_keys(&self, metadata: &Metadata, now_ms: i64) -> Result<Arc<[Key]>, ProviderFault> {
        let document = self.read_good("the address of its keys", self.inner.client.get(metadata.keys.clone())).await?;
        let keys = jws::keys(&document).ok_or(ProviderFault::Answer("the address of its keys", "JWK Set"))?;
        let keys: Arc<[Key]> = keys.into();
        self.known().keys = Some((now_ms, keys.clone()));
        Ok(keys)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.inner.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_good(&self, at_ms: i64, now_ms: i64) -> bool {
        (0..self.settings().kept_for.as_millis() as i64).contains(&(now_ms - at_ms))
    }

    /// Redeems a code (OpenID Connect Core 1.0 section 3.1.3, RFC 7636 section 4.5).
    pub(super) async fn redeem(
        &self,
        metadata: &Metadata,
        code: &str,
        back: &str,
        verifier: &str,
    ) -> Result<Tokens, ProviderFault> {
        const WHAT: &str = "the token endpoint";
        let (id, secret) = (self.settings().client_id.as_str(), self.settings().client_secret.as_ref());
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
        ];
        let mut request = self.inner.client.post(metadata.token.clone());
        match secret {
            Some(secret) if metadata.secret_in_body => {
                fields.extend([("client_id", id), ("client_secret", secret.expose_secret())]);
            }
            // RFC 6749 section 2.3.1: both are written as in a form first.
            Some(secret) => request = request.basic_auth(escaped(id), Some(escaped(secret.expose_secret()))),
            None => fields.push(("client_id", id)),
        }
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&fields));
        let (status, answer) = self.fetch(request).await?;
        let text = |name: &str| answer.as_ref().and_then(|answer| answer.get(name)).and_then(Value::as_str);
        if status != StatusCode::OK {
            let error = text("error").filter(|_| status.is_client_error()).map(ProviderFault::refused);
            return Err(error.unwrap_or(ProviderFault::Status(WHAT, status.as_u16())));
        }
        let id = text("id_token").ok_or(ProviderFault::Answer(WHAT, "ID token"))?.to_owned();
        Ok(Tokens { id, access: text("access_token").map(|token| token.to_owned().into()) })
    }

    /// What else the provider says about somebody (OpenID Connect Core 1.0 section 5.3).
    pub(super) async fn userinfo(
        &self,
        address: &Url,
        access: &SecretString,
    ) -> Result<Map<String, Value>, ProviderFault> {
        let request = self.inner.client.get(address.clone()).bearer_auth(access.expose_secret());
        match self.read_good("the userinfo endpoint", request).await? {
            Value::Object(claims) => Ok(claims),
            _ => Err(ProviderFault::Answer("the userinfo endpoint", "claims")),
        }
    }

    async fn read_good(&self, what: &'static str, request: RequestBuilder) -> Result<Value, ProviderFault> {
        let (status, answer) = self.fetch(request).await?;
        if status != StatusCode::OK {
            return Err(ProviderFault::Status(what, status.as_u16()));
        }
        answer.ok_or(ProviderFault::Answer(what, "JSON"))
    }

    /// The answer's status, and its body where that is JSON.
    async fn fetch(&self, request: RequestBuilder) -> Result<(StatusCode, Option<Value>), ProviderFault> {
        let mut response = request.header(ACCEPT, "application/json").send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > self.settings().max_answer {
                return Err(ProviderFault::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((response.status(), serde_json::from_slice(&body).ok()))
    }
}

/// Fields as a form has them, which is as a query has them (WHATWG URL section 5.2).
fn form(fields: &[(&str, &str)]) -> String {
    let mut url = Url::parse("http://localhost/").ok();
    if let Some(url) = &mut url {
        url.query_pairs_mut().extend_pairs(fields);
    }
    url.as_ref().and_then(Url::query).unwrap_or_default().to_owned()
}

fn escaped(text: &str) -> String {
    form(&[("", text)]).trim_start_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_written_as_forms_are() {
        assert_eq!(form(&[("code", "a b+c/ü"), ("x", "")]), "code=a+b%2Bc%2F%C3%BC&x=");
        assert_eq!(escaped("hush: =&%"), "hush%3A+%3D%26%25");
        assert_eq!(escaped("plain-Secret_1.2~"), "plain-Secret_1.2%7E");
        assert_eq!(escaped("=x"), "%3Dx");
    }

    #[test]
    fn secrets_go_where_nobody_listens() {
        let allowed = |text: &str, plain| is_allowed(&Url::parse(text).unwrap(), plain);
        for url in ["https://login.example/token", "https://10.0.0.1/token"] {
            assert!(allowed(url, false) && allowed(url, true), "{url}");
        }
        for url in ["http://127.0.0.1:1/token", "http://[::1]/token", "http://localhost/token"] {
            assert!(allowed(url, true) && !allowed(url, false), "{url}");
        }
        for url in
            ["http://login.example/", "http://localhost.example/", "https://a@login.example/", "file:///etc/passwd"]
        {
            assert!(!allowed(url, true), "{url}");
        }
    }

    #[test]
    fn a_word_of_the_provider_is_a_word() {
        let told = ProviderFault::refused("invalid_grant\n\u{1b}[31m<a@example.com>").to_string();
        assert_eq!(told, "it refuses: invalid_grant31maexample.com");
        assert!(ProviderFault::refused(&"x".repeat(1_000)).to_string().len() < 100);
        assert!(ProviderFault::refused("invalid_grant").is_old_code());
    }
}

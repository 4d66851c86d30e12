//! Signing in by a provider of OpenID Connect: the authorization code flow with PKCE, as OpenID Connect Core 1.0 and
//! Discovery 1.0 (both with errata set 2, 2023-12-15), RFC 6749, RFC 7636 and RFC 9207 have it.
//!
//! | module | what is in it |
//! |---|---|
//! | `settings` | what can be configured, and what of it cannot be used |
//! | `claims`, `jws` | what a token must say, and who has signed it; without I/O |
//! | `ticket` | what the browser keeps of a sign-in under way |
//! | `web` | what the provider is asked, within limits |
//! | `admit` | from what the provider says of somebody to a session of theirs |

mod admit;
mod claims;
mod jws;
mod settings;
mod ticket;
mod web;

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Url;
use serde_json::{Map, Value};
use store::Role;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

pub(crate) use admit::Admitted;
use claims::{Called, Expected, TokenFault};
use jws::Jws;
pub use settings::{OpenIdError, OpenIdSettings};
use ticket::{Journey, Sealer};
use web::{Known, Metadata, ProviderFault};

/// Sign-ins for which the provider is being asked, at a time; and those who wait until it is known where it is.
const TURNS: usize = 16;

/// Somebody does not get in by the provider. The text is for the log: it holds nothing of anybody.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenIdFault {
    /// They have not begun in this browser, took too long, or come for the second time.
    #[error("the sign-in was not begun in this browser, took longer than `openid.state_minutes`, or came twice")]
    Lapsed,
    /// They said no.
    #[error("it was given up at the provider")]
    Cancelled,
    /// The provider does not do its part.
    #[error("the provider of OpenID Connect: {0}")]
    Provider(#[from] ProviderFault),
    /// What it says is not to be believed.
    #[error("the ID token: {0}")]
    Token(#[from] TokenFault),
    /// The answer came from another provider (RFC 9207).
    #[error("the answer names another issuer, or none")]
    Mixed,
    /// They are nobody here.
    #[error("nobody here is meant: {0}")]
    Unknown(&'static str),
    /// Their address is not verified.
    #[error("the claim `email` is not verified (`email_verified`)")]
    Unverified,
    /// Nothing gives them a role.
    #[error("{0}")]
    NoRole(&'static str),
    /// Too many attempts: so many seconds to wait.
    #[error("too many attempts from one address: it waits {0} s")]
    Wait(u64),
    /// Too many sign in at once.
    #[error("too many sign in by the provider at once")]
    Busy,
    /// It failed here.
    #[error("{0}")]
    Failed(super::AccessFault),
}

impl From<super::AccessFault> for OpenIdFault {
    fn from(fault: super::AccessFault) -> Self {
        match fault {
            super::AccessFault::Wait(seconds) => Self::Wait(seconds),
            other => Self::Failed(other),
        }
    }
}

impl From<store::StoreError> for OpenIdFault {
    fn from(error: store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl OpenIdFault {
    /// As the answer to a one-time code tells it.
    fn into_access(self) -> super::AccessFault {
        match self {
            Self::Failed(fault) => fault,
            Self::Wait(seconds) => super::AccessFault::Wait(seconds),
            Self::Unknown(why) | Self::NoRole(why) => super::AccessFault::Conflict(why),
            _ => super::AccessFault::Lapsed,
        }
    }

    /// A word for the page that asks who it is.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Lapsed => "expired",
            Self::Cancelled => "cancelled",
            Self::Provider(fault) if fault.is_old_code() => "expired",
            Self::Provider(fault) if fault.is_outage() => "provider",
            Self::Provider(_) | Self::Token(_) | Self::Mixed => "refused",
            Self::Unknown(_) => "unknown",
            Self::Unverified => "unverified",
            Self::NoRole(_) => "no_role",
            Self::Wait(_) => "wait",
            Self::Busy => "busy",
            Self::Failed(_) => "failed",
        }
    }
}

/// A provider of OpenID Connect. Cheap to clone.
#[derive(Clone)]
pub struct OpenId {
    inner: Arc<Inner>,
}

struct Inner {
    settings: OpenIdSettings,
    issuer: Url,
    client: reqwest::Client,
    sealer: Sealer,
    turns: Semaphore,
    setting_out: Semaphore,
    /// Whoever has it asks the provider what it says of itself.
    asking: Arc<tokio::sync::Mutex<()>>,
    known: Mutex<Known>,
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenId").field("issuer", &self.inner.settings.issuer).finish_non_exhaustive()
    }
}

/// Somebody goes to the provider.
pub(crate) struct Departure {
    /// Its page.
    pub url: String,
    /// What their browser keeps until they are back.
    pub cookie: String,
}

/// What the browser brings back.
#[derive(Default)]
pub(crate) struct Return {
    pub code: Option<String>,
    pub state: Option<String>,
    pub issuer: Option<String>,
    pub error: Option<String>,
}

/// Whom the provider speaks of.
struct Person {
    /// Issuer and subject.
    key: String,
    called: Called,
    display: Option<String>,
    role: Option<Role>,
}

impl OpenId {
    /// A provider with these settings. It is asked for nothing before somebody signs in.
    ///
    /// # Errors
    /// What is wrong with the settings, and what to write.
    pub fn new(settings: OpenIdSettings) -> Result<Self, OpenIdError> {
        let issuer = settings::checked(&settings)?;
        let client = web::client().map_err(OpenIdError::Client)?;
        let sealer = Sealer::new().ok_or(OpenIdError::System)?;
        let inner = Inner {
            settings,
            issuer,
            client,
            sealer,
            turns: Semaphore::new(TURNS),
            setting_out: Semaphore::new(TURNS),
            asking: Arc::default(),
            known: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    fn settings(&self) -> &OpenIdSettings {
        &self.inner.settings
    }

    /// What the provider is called on the button.
    pub(crate) fn name(&self) -> &str {
        match self.settings().name.as_str() {
            "" => self.inner.issuer.host_str().unwrap_or_default(),
            name => name,
        }
    }

    /// How long the cookie of a sign-in under way is kept.
    pub(crate) fn state_for(&self) -> Duration {
        self.settings().state_for
    }

    fn until(&self, now_ms: i64) -> i64 {
        now_ms + self.settings().state_for.as_millis() as i64
    }

    /// Whether the provider need not be asked where its page is.
    fn is_known(&self, now_ms: i64) -> bool {
        matches!(self.kept_metadata(now_ms), Some(Ok(_)))
    }

    /// Begins. `back`: where the provider sends them back to. `to`: where in the console they want to go. `earlier`: the
    /// session that their browser has now, which the new one will replace.
    async fn depart(&self, back: &str, to: &str, earlier: Option<&str>, now_ms: i64) -> Result<Departure, OpenIdFault> {
        let metadata = if let Some(kept) = self.kept_metadata(now_ms) {
            kept?
        } else {
            // Whoever opens this need not be known: no more wait than can be waited for.
            let _turn = self.inner.setting_out.try_acquire().map_err(|_| OpenIdFault::Busy)?;
            self.in_time(self.metadata(now_ms)).await?
        };
        let system = || OpenIdFault::Failed(super::AccessFault::System);
        let journey = Journey::new(to, earlier, self.until(now_ms)).ok_or_else(system)?;
        let cookie = self.inner.sealer.seal(&journey).ok_or_else(system)?;
        let mut url = metadata.authorization.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings().client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", &self.settings().scopes.join(" "))
            .append_pair("state", &journey.state)
            .append_pair("nonce", &journey.nonce)
            .append_pair("code_challenge", &journey.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(Departure { url: url.into(), cookie })
    }

    /// The sign-in that this browser has begun, where the provider answers to it. It is so once.
    pub(crate) fn arrive(&self, cookie: Option<&str>, given: &Return, now_ms: i64) -> Result<Journey, OpenIdFault> {
        let journey: Journey =
            cookie.and_then(|cookie| self.inner.sealer.open(cookie, now_ms)).ok_or(OpenIdFault::Lapsed)?;
        let state = given.state.as_deref().unwrap_or_default();
        let ours = bool::from(journey.state.as_bytes().ct_eq(state.as_bytes()));
        if ours && self.inner.sealer.spend(&journey, now_ms) { Ok(journey) } else { Err(OpenIdFault::Lapsed) }
    }

    /// Whom the provider speaks of. `back`: as it was when they set out.
    async fn person(&self, journey: &Journey, given: &Return, back: &str, now_ms: i64) -> Result<Person, OpenIdFault> {
        let _turn = self.inner.turns.try_acquire().map_err(|_| OpenIdFault::Busy)?;
        self.in_time(async {
            let metadata = self.metadata(now_ms).await?;
            let code = self.code(&metadata, given)?;
            let tokens = self.redeem(&metadata, code, back, &journey.verifier).await?;
            let mut claims = self.verified(&metadata, &tokens.id, &journey.nonce, now_ms).await?;
            if self.lacks(&claims)
                && let (Some(address), Some(access)) = (&metadata.userinfo, &tokens.access)
            {
                let more = self.userinfo(address, access).await?;
                // OpenID Connect Core 1.0 section 5.3.2: it must be about the same person.
                if claims::subject(&more)? != claims::subject(&claims)? {
                    return Err(TokenFault::Stranger.into());
                }
                claims::add(&mut claims, more);
            }
            self.speaks_of(&claims)
        })
        .await
    }

    /// The code of an answer, where it is one of this provider and no refusal.
    fn code<'g>(&self, metadata: &Metadata, given: &'g Return) -> Result<&'g str, OpenIdFault> {
        let named = given.issuer.as_deref();
        if named.is_some_and(|issuer| issuer != self.settings().issuer) || named.is_none() && metadata.names_itself {
            return Err(OpenIdFault::Mixed);
        }
        match given.error.as_deref() {
            Some("access_denied") => Err(OpenIdFault::Cancelled),
            Some(error) => Err(ProviderFault::refused(error).into()),
            None => Ok(given.code.as_deref().ok_or_else(|| ProviderFault::refused("no code"))?),
        }
    }

    /// What an ID token says, where it is to be believed.
    async fn verified(
        &self,
        metadata: &Metadata,
        token: &str,
        nonce: &str,
        now_ms: i64,
    ) -> Result<Map<String, Value>, OpenIdFault> {
        let settings = self.settings();
        let jws = Jws::read(token)?;
        let (keys, fresh) = self.keys(metadata, now_ms).await?;
        let claims = match jws.verified(&keys) {
            // The provider may have other keys by now (OpenID Connect Core 1.0 section 10.1.1).
            Err(TokenFault::NoKey | TokenFault::Signature) if !fresh => {
                let keys = self.fetch_keys(metadata, now_ms).await?;
                jws.verified(&keys)?.clone()
            }
            claims => claims?.clone(),
        };
        let expected = Expected {
            issuer: &settings.issuer,
            client_id: &settings.client_id,
            nonce,
            now: now_ms.div_euclid(1_000),
            skew: settings.skew.as_secs() as i64,
            age: settings.state_for.as_secs() as i64,
        };
        claims::check(&claims, &expected)?;
        Ok(claims)
    }

    /// Whether something is not said that must be known.
    fn lacks(&self, claims: &Map<String, Value>) -> bool {
        let settings = self.settings();
        let says = |name: &str| claims::claim(claims, name).is_some();
        let verified = settings.user_claim != "email" || says("email_verified");
        !(says(&settings.user_claim) && verified && (settings.roles.is_empty() || says(&settings.roles_claim)))
    }

    fn speaks_of(&self, claims: &Map<String, Value>) -> Result<Person, OpenIdFault> {
        let settings = self.settings();
        let display = claims.get("name").and_then(Value::as_str).map(str::to_owned);
        Ok(Person {
            key: format!("{} {}", settings.issuer, claims::subject(claims)?),
            called: claims::called(claims, &settings.user_claim),
            display,
            role: claims::role(claims, &settings.roles_claim, &settings.roles),
        })
    }

    async fn in_time<T, E: Into<OpenIdFault>>(
        &self,
        asking: impl Future<Output = Result<T, E>>,
    ) -> Result<T, OpenIdFault> {
        match tokio::time::timeout(self.settings().time_limit, asking).await {
            Ok(done) => done.map_err(Into::into),
            Err(_) => Err(ProviderFault::Late.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_secret_nor_anything_of_a_sign_in_is_shown() {
        let settings = OpenIdSettings {
            issuer: "https://login.example.com".into(),
            client_id: "callwright".into(),
            client_secret: Some("hush".into()),
            ..OpenIdSettings::default()
        };
        assert!(!format!("{settings:?}").contains("hush"));
        let openid = OpenId::new(settings).unwrap();
        assert_eq!(openid.name(), "login.example.com", "what is not named is called by its host");
        assert_eq!(format!("{openid:?}"), "OpenId { issuer: \"https://login.example.com\", .. }");
    }
}

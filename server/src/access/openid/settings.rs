//! What can be configured, and what of it cannot be used.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use store::Role;

use super::web;

/// Signing in by a provider of OpenID Connect.
#[derive(Debug, Clone)]
pub struct OpenIdSettings {
    /// What the provider is called on the button.
    pub name: String,
    /// Its address, as it names itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What we show it; `None`: PKCE alone protects the code.
    pub client_secret: Option<SecretString>,
    /// What is asked for. Default: `openid`, `profile`, `email`.
    pub scopes: Vec<String>,
    /// The claim that is the name of a user. Default: `email`, which must be verified.
    pub user_claim: String,
    /// The claim whose values give roles. Default: `groups`.
    pub roles_claim: String,
    /// Roles by values of that claim. Empty, the default: only those come in whom there is already, as what they are.
    pub roles: BTreeMap<String, Role>,
    /// The second factor is asked for here, too. Default: no.
    pub second_factor: bool,
    /// How long somebody may take at the provider. Default: 10 min.
    pub state_for: Duration,
    /// How long the provider may take for all that one sign-in asks of it. Default: 10 s.
    pub time_limit: Duration,
    /// The longest answer that is read, bytes. Default: 256 KiB.
    pub max_answer: usize,
    /// How long what the provider says of itself, and its keys, are kept. Default: 1 h.
    pub kept_for: Duration,
    /// How far its clock and ours may be apart. Default: 60 s.
    pub skew: Duration,
}

impl Default for OpenIdSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            user_claim: "email".to_owned(),
            roles_claim: "groups".to_owned(),
            roles: BTreeMap::new(),
            second_factor: false,
            state_for: Duration::from_mins(10),
            time_limit: Duration::from_secs(10),
            max_answer: 256 * 1_024,
            kept_for: Duration::from_hours(1),
            skew: Duration::from_mins(1),
        }
    }
}

/// The settings are none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdError {
    /// The issuer is no address.
    #[error(
        "`openid.issuer` is `{0}`: write the address by which the provider names itself, such as \
         https://login.example.com/realms/main, with https (http only on this machine) and without `?` and `#`"
    )]
    Issuer(String),
    /// There is none, and other things are set.
    #[error("`openid.{0}` is set, and `openid.issuer` is not: name the provider, or leave `[openid]` out")]
    NoIssuer(&'static str),
    /// Something is missing.
    #[error("`openid.{0}` is missing: {1}")]
    Missing(&'static str, &'static str),
    /// The scopes are none.
    #[error("`openid.scopes` must hold `openid`, and no scope has a space")]
    Scopes,
    /// A number is too small or too large.
    #[error("`openid.{0}` is from {1} to {2}")]
    Range(&'static str, u64, u64),
    /// The system has no random bits to give.
    #[error("the system has no random bits to give: start again")]
    System,
    /// The client cannot be made.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

/// Whether the settings can be used; gives the issuer as an address.
pub(super) fn checked(settings: &OpenIdSettings) -> Result<Url, OpenIdError> {
    let issuer = Url::parse(&settings.issuer).ok().filter(|url| web::is_allowed(url, true));
    let issuer = issuer.filter(|url| url.query().is_none() && url.fragment().is_none());
    let issuer = issuer.ok_or_else(|| OpenIdError::Issuer(settings.issuer.clone()))?;
    if settings.client_id.is_empty() {
        return Err(OpenIdError::Missing("client_id", "it is what the provider calls Callwright"));
    }
    if settings.user_claim.is_empty() {
        return Err(OpenIdError::Missing("user_claim", "it is the claim that names a user, such as `email`"));
    }
    if settings.roles_claim.is_empty() && !settings.roles.is_empty() {
        return Err(OpenIdError::Missing("roles_claim", "`openid.roles` needs it, such as `groups`"));
    }
    let whole = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
    if !settings.scopes.iter().any(|scope| scope == "openid") || !settings.scopes.iter().all(whole) {
        return Err(OpenIdError::Scopes);
    }
    for (name, value, from, to) in [
        ("state_minutes", settings.state_for.as_secs() / 60, 1, 60),
        // The surface itself gives up after 30 s.
        ("timeout_s", settings.time_limit.as_millis().div_ceil(1_000) as u64, 1, 25),
        ("max_answer_kib", settings.max_answer as u64 / 1_024, 16, 4_096),
        ("cache_minutes", settings.kept_for.as_secs() / 60, 1, 1_440),
        ("clock_skew_s", settings.skew.as_secs(), 0, 300),
    ] {
        if !(from..=to).contains(&value) {
            return Err(OpenIdError::Range(name, from, to));
        }
    }
    Ok(issuer)
}

#[cfg(test)]
mod tests {
    use super::super::OpenId;
    use super::*;

    fn fault(change: impl FnOnce(&mut OpenIdSettings)) -> Option<String> {
        let mut settings = OpenIdSettings {
            issuer: "https://login.example.com/realms/main".into(),
            client_id: "callwright".into(),
            ..OpenIdSettings::default()
        };
        change(&mut settings);
        OpenId::new(settings).err().map(|error| error.to_string())
    }

    #[test]
    fn what_cannot_be_used_is_refused_at_the_start_with_what_to_write() {
        assert_eq!(fault(|_| {}), None);
        for issuer in ["https://login.example.com/", "http://127.0.0.1:9000", "http://localhost/a", "http://[::1]:1"] {
            assert_eq!(fault(|it| it.issuer = issuer.into()), None, "{issuer}");
        }
        for issuer in [
            "",
            "login.example.com",
            "http://login.example.com",
            "ftp://x",
            "https://x/?a=1",
            "https://x/#a",
            "https://a:b@x/",
        ] {
            let told = fault(|it| it.issuer = issuer.into()).unwrap();
            assert!(told.contains("`openid.issuer`") && told.contains("https"), "{issuer}: {told}");
        }
        let told = |part: &str, change: fn(&mut OpenIdSettings)| {
            let told = fault(change).unwrap();
            assert!(told.contains(part), "{told}");
        };
        told("`openid.client_id` is missing", |it| it.client_id.clear());
        told("`openid.user_claim` is missing", |it| it.user_claim.clear());
        told("`openid.roles_claim` is missing", |it| {
            it.roles.insert("heads".into(), Role::Manager);
            it.roles_claim.clear();
        });
        told("`openid.scopes` must hold `openid`", |it| it.scopes = vec!["email".into()]);
        told("`openid.scopes` must hold `openid`", |it| it.scopes.push("a b".into()));
        told("`openid.timeout_s` is from 1 to 25", |it| it.time_limit = Duration::from_secs(26));
        told("`openid.state_minutes` is from 1 to 60", |it| it.state_for = Duration::ZERO);
        told("`openid.max_answer_kib` is from 16 to 4096", |it| it.max_answer = 1_024);
        told("`openid.cache_minutes` is from 1 to 1440", |it| it.kept_for = Duration::from_secs(1));
        told("`openid.clock_skew_s` is from 0 to 300", |it| it.skew = Duration::from_secs(301));
    }
}

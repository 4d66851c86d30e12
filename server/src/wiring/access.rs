//! Rules of signing in, as they are configured; and the link of the first start.

use std::net::IpAddr;
use std::time::Duration;

use store::Store;

use super::start::StartFailure;
use crate::access::{AccessRules, FirstLink, HashCost, OpenId, OpenIdError, OpenIdSettings, WallClock, first_link};
use crate::config::Config;

/// The rules. `host`: an address of this machine that others are likely to reach it by.
pub(super) fn rules(config: &Config, host: IpAddr) -> AccessRules {
    let access = &config.access;
    let listen = config.http.listen;
    let host = if listen.is_unspecified() { host } else { listen };
    let address = access.console(host, config.http.port);
    let hours = |hours: u64| Duration::from_secs(hours.max(1).saturating_mul(3_600));
    let mut origins = access.origins.clone();
    origins.extend(access.address.clone());
    AccessRules {
        address,
        origins,
        proxies: access.trusted_proxies.clone(),
        idle: Duration::from_secs(access.idle_minutes.max(1).saturating_mul(60)),
        longest: hours(access.session_hours),
        sessions: access.sessions_per_user.max(1),
        link: hours(access.link_hours),
        invitation: hours(access.invitation_hours),
        cost: HashCost {
            memory_kib: access.password_memory_mib.clamp(1, 1_024) * 1_024,
            passes: access.password_passes.clamp(1, 100),
        },
        openid: None,
        clock: WallClock::default(),
    }
}

/// The provider of OpenID Connect to sign in by, where one is configured.
pub(super) fn openid(config: &Config) -> Result<Option<OpenId>, StartFailure> {
    let section = &config.openid;
    let Some(issuer) = section.issuer.clone() else {
        // Whoever writes the rest wants it.
        return section.first_set().map_or(Ok(None), |name| Err(OpenIdError::NoIssuer(name).into()));
    };
    let minutes = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
    let settings = OpenIdSettings {
        name: section.name.clone().unwrap_or_default(),
        issuer,
        client_id: section.client_id.clone().unwrap_or_default(),
        client_secret: section.resolve_secret().map_err(StartFailure::OpenIdSecret)?,
        scopes: section.scopes.clone(),
        user_claim: section.user_claim.clone(),
        roles_claim: section.roles_claim.clone(),
        roles: section.roles.clone(),
        second_factor: section.second_factor,
        state_for: minutes(section.state_minutes),
        time_limit: Duration::from_secs(section.timeout_s),
        max_answer: usize::try_from(section.max_answer_kib.saturating_mul(1_024)).unwrap_or(usize::MAX),
        kept_for: minutes(section.cache_minutes),
        skew: Duration::from_secs(section.clock_skew_s),
    };
    Ok(Some(OpenId::new(settings)?))
}

/// The rules, for who asks besides the program that serves.
pub fn access_rules(config: &Config) -> AccessRules {
    rules(config, super::start::own_address(config))
}

/// The link that makes the first admin, while there is no user.
pub(super) async fn first(
    store: &Store,
    config: &Config,
    host: IpAddr,
) -> Result<Option<FirstLink>, store::StoreError> {
    first_link(store.clone(), rules(config, host)).await
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn configured(toml: &str) -> Result<Option<OpenId>, String> {
        let config: Config = toml::from_str(toml).map_err(|error| error.to_string())?;
        openid(&config).map_err(|failure| format!("{failure}: {}", failure.source().unwrap()))
    }

    #[test]
    fn a_provider_is_there_when_it_is_configured_and_what_is_wrong_is_said_at_the_start() {
        assert!(configured("").unwrap().is_none());
        let whole = "[openid]\nissuer = 'https://login.example.com'\nclient_id = 'callwright'\nclient_secret = 'hush'\n\
                     roles = { heads = 'manager' }\n";
        assert_eq!(configured(whole).unwrap().unwrap().name(), "login.example.com");
        for (toml, part) in [
            ("[openid]\nclient_id = 'callwright'\n", "`openid.client_id` is set, and `openid.issuer` is not"),
            ("[openid]\nroles = { a = 'admin' }\n", "`openid.roles` is set"),
            ("[openid]\nissuer = 'https://login.example.com'\n", "`openid.client_id` is missing"),
            ("[openid]\nissuer = 'login.example.com'\nclient_id = 'a'\n", "`openid.issuer` is `login.example.com`"),
            (
                "[openid]\nissuer = 'https://a.example'\nclient_id = 'a'\nclient_secret_file = '/nowhere/secret'\n",
                "/nowhere/secret",
            ),
            (
                "[openid]\nissuer = 'https://a.example'\nclient_id = 'a'\ntimeout_s = 60\n",
                "`openid.timeout_s` is from 1",
            ),
            ("[openid]\nroles = { heads = 'boss' }\n", "boss"),
        ] {
            let told = configured(toml).unwrap_err();
            assert!(told.contains(part) && !told.contains("hush"), "{toml}: {told}");
        }
    }
}

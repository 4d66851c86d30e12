//! Rules of signing in, as they are configured; and the link of the first start.

use std::net::IpAddr;
use std::time::Duration;

use store::Store;

use crate::access::{AccessRules, FirstLink, HashCost, WallClock, first_link};
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
        clock: WallClock::default(),
    }
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

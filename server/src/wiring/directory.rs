//! From the books to what routing works on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_model::AppName;
use calls::app::{AppRef, RecordingRule};
use calls::directory::{Directory, Member, NumberRoute, Trunk};
use calls::interop::{Interop, proxy_route};
use calls::toll::Toll;
use futures_util::future::join_all;
use sip_core::message::Uri;
use store::{Store, StoreError};
use tokio::time::MissedTickBehavior;
use transport::sip::{Network, SipHandle};

use crate::api::TrunkSettings;
use crate::config::Config;
use crate::trunk::TrunkTransport;

/// Reads the directory from the books. `places`: what name servers said of the hosts of trunks, so that their calls are
/// known by address.
pub(super) async fn read(store: &Store, config: &Config, places: &Places) -> Result<Arc<Directory>, StoreError> {
    let numbers = store.numbers().await?.into_iter().map(|record| NumberRoute {
        id: record.id,
        number: record.number,
        app: match record.app {
            AppName::Flow(name) => AppRef::Flow(name),
            AppName::Agent(name) => AppRef::Agent(name),
        },
        language: record.language,
        recording: record.recording.map(|rule| match rule {
            store::RecordingRule::Off => RecordingRule::Off,
            store::RecordingRule::Announced => RecordingRule::Announced,
            store::RecordingRule::Consent => RecordingRule::Consent,
        }),
        transcribe: None,
        fax: record.fax.and_then(|rule| rule.parse().ok()).unwrap_or_default(),
        trunk: record.trunk,
    });
    let credentials = store.member_credentials().await?;
    let members = store.members().await?.into_iter().map(|record| {
        let password = credentials
            .iter()
            .find(|known| known.name == record.name && known.password.realm == config.sip.realm)
            .map(|known| known.password.clone());
        let (ha1_md5, ha1_sha256) = password.map(|hashes| (hashes.ha1_md5, hashes.ha1_sha256)).unzip();
        Member {
            id: record.id,
            name: record.name,
            display: record.display,
            ha1_md5: ha1_md5.unwrap_or_default(),
            ha1_sha256: ha1_sha256.unwrap_or_default(),
            may_call_from: record.may_call_from,
            skills: record.skills,
            languages: record.languages,
            away: record.away,
        }
    });
    let mut trunks = Vec::new();
    for record in store.trunks().await? {
        let Some(settings) = TrunkSettings::read(&record) else {
            tracing::error!(trunk = %record.name, "a trunk of the books is not understood and is left out");
            continue;
        };
        let known = places.of(&Home::of(&settings));
        let outbound_proxy = settings.outbound_proxy.as_deref().and_then(proxy_route);
        let mut addresses = settings.addresses;
        addresses.extend(known.into_iter().filter(|found| !addresses.contains(found)).collect::<Vec<_>>());
        trunks.push(Trunk {
            id: record.id,
            name: record.name,
            host: settings.host,
            protocol: settings.transport.into(),
            auth_user: settings.auth_user.unwrap_or_else(|| settings.user.clone()),
            user: settings.user,
            password: store.trunk_secret(record.id).await?.unwrap_or_default(),
            register: settings.register,
            addresses,
            caller_id: settings.caller_id,
            allowed_prefixes: settings.allowed_prefixes,
            max_calls: settings.max_calls,
            toll: Toll {
                denied_prefixes: settings.denied_prefixes,
                rates: settings.rates.into_iter().map(|(prefix, price)| (prefix, price.0)).collect(),
                spend_limit_day: settings.spend_limit_day.0,
                spend_limit_call: settings.spend_limit_call.0,
            },
            interop: Interop {
                srtp: settings.srtp.into(),
                outbound_proxy,
                identity: settings.identity.into(),
                privacy: settings.privacy.into(),
                diversion: settings.diversion.into(),
                transfer: settings.transfer.into(),
                takes_refer: settings.accept_refer,
                proof: settings.proof.into(),
                sign: settings.sign,
                quirks: settings.quirks.into(),
            },
        });
    }
    let (language, country) = (config.business.language.clone(), config.business.country.clone());
    Ok(Arc::new(Directory::new(config.sip.realm.clone(), language, country, numbers, members, trunks)))
}

/// How often the addresses of trunks are looked up again. Name servers' answers are kept for their time to live.
const REFRESH: Duration = Duration::from_mins(1);

/// Keeps the addresses of trunks as the name servers say. Ends with the program.
pub(super) async fn keep_fresh(live: Arc<super::Live>) {
    let mut again = tokio::time::interval(REFRESH);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    again.tick().await;
    loop {
        again.tick().await;
        if let Err(error) = live.refresh_trunks().await {
            tracing::warn!(%error, "the addresses of trunks could not be looked up again");
        }
    }
}

/// Whether any trunk of one directory is elsewhere in the other.
pub(super) fn moved(one: &Directory, other: &Directory) -> bool {
    let places = |directory: &Directory| {
        let sorted = |trunk: &Trunk| {
            let mut addresses: Vec<_> = trunk.addresses.iter().map(ToString::to_string).collect();
            addresses.sort_unstable();
            (trunk.name.clone(), addresses)
        };
        let mut places: Vec<_> = directory.trunks().map(sorted).collect();
        places.sort_unstable();
        places
    };
    places(one) != places(other)
}

/// How the transport is named in an address.
const fn parameter(transport: TrunkTransport) -> &'static str {
    match transport {
        TrunkTransport::Udp => "",
        TrunkTransport::Tcp => ";transport=tcp",
        TrunkTransport::Tls => ";transport=tls",
    }
}

/// An address that was absent from so many refreshes is gone: the answer of one name server need not be the whole one.
const ABSENT: u32 = 10;

/// What is looked up for a trunk: its host and its proxy.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Home {
    host: String,
    transport: &'static str,
    proxy: Option<String>,
}

impl Home {
    fn of(settings: &TrunkSettings) -> Self {
        let transport = parameter(settings.transport);
        Self { host: settings.host.clone(), transport, proxy: settings.outbound_proxy.clone() }
    }

    /// The addresses behind the host and the proxy: those that requests go to (NAPTR, SRV), and those of the names
    /// themselves, which some carriers send from. `None`: nothing can be looked up now.
    async fn look_up(&self, sip: &SipHandle) -> Option<Vec<Network>> {
        let host = Uri::parse(&format!("sip:{}{}", self.host, self.transport)).ok();
        let proxy = self.proxy.as_deref().and_then(proxy_route);
        let mut found = Vec::new();
        for uri in [host, proxy].into_iter().flatten() {
            let by_name = Uri::sip(None, uri.host.clone(), Some(uri.port.unwrap_or(5060)));
            // What has a port is asked for by A and AAAA alone.
            for uri in [uri, by_name] {
                found.extend(sip.addresses(uri).await.unwrap_or_default());
            }
        }
        found.sort_unstable();
        found.dedup();
        (!found.is_empty()).then(|| found.into_iter().map(Network::from).collect())
    }
}

/// Addresses with the number of refreshes that each was absent from.
type Seen = Vec<(Network, u32)>;

/// Where the trunks of the books are, as name servers say.
#[derive(Default)]
pub(super) struct Places(Mutex<HashMap<Home, Seen>>);

impl Places {
    fn lock(&self) -> MutexGuard<'_, HashMap<Home, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, home: &Home) -> Vec<Network> {
        let seen = self.lock().get(home).cloned().unwrap_or_default();
        seen.into_iter().map(|(network, _)| network).collect()
    }

    /// Looks up the trunks of the books: `again`: those that are known too. Waits for name servers, so nothing else is to
    /// wait for it.
    pub(super) async fn learn(&self, store: &Store, sip: &SipHandle, again: bool) -> Result<(), StoreError> {
        let records = store.trunks().await?;
        let trunks = records.iter().filter_map(|record| Some((&record.name, Home::of(&TrunkSettings::read(record)?))));
        let trunks: Vec<_> = trunks.collect();
        self.lock().retain(|home, _| trunks.iter().any(|(_, other)| other == home));
        let asked: Vec<_> = {
            let known = self.lock();
            trunks.into_iter().filter(|(_, home)| again || !known.contains_key(home)).collect()
        };
        let answers = join_all(asked.iter().map(|(_, home)| home.look_up(sip))).await;
        for ((name, home), found) in asked.into_iter().zip(answers) {
            if let Some(found) = found {
                note(self.lock().entry(home).or_default(), found);
            } else {
                tracing::warn!(trunk = %name, "a trunk's host could not be looked up: its calls are known by the \
                    addresses from before and by `addresses`");
            }
        }
        Ok(())
    }
}

/// Takes an answer in.
fn note(seen: &mut Seen, found: Vec<Network>) {
    seen.retain_mut(|(network, absent)| {
        *absent = if found.contains(network) { 0 } else { *absent + 1 };
        *absent < ABSENT
    });
    for network in found {
        if seen.iter().all(|(known, _)| *known != network) {
            seen.push((network, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_until_it_was_absent_for_long() {
        let network = |last: u8| Network::from(std::net::IpAddr::from([192, 0, 2, last]));
        let known = |seen: &Seen| seen.iter().map(|(network, _)| network.to_string()).collect::<Vec<_>>();
        let mut seen = Seen::new();
        note(&mut seen, vec![network(1), network(2)]);
        let both = known(&seen);
        for _ in 1..ABSENT {
            note(&mut seen, vec![network(1)]);
        }
        assert_eq!(known(&seen), both);
        note(&mut seen, vec![network(2), network(1)]);
        for _ in 1..ABSENT {
            note(&mut seen, vec![network(1)]);
        }
        assert_eq!(known(&seen), both, "it was there again meanwhile");
        note(&mut seen, vec![network(1)]);
        assert_eq!(known(&seen), both[..1]);
    }
}

//! From the books to what routing works on.

use std::sync::Arc;
use std::time::Duration;

use call_model::AppName;
use calls::app::{AppRef, RecordingRule};
use calls::directory::{Directory, Member, NumberRoute, Trunk};
use calls::interop::{Interop, proxy_route};
use calls::toll::Toll;
use sip_core::message::Uri;
use store::{Store, StoreError};
use tokio::time::MissedTickBehavior;
use transport::sip::{Network, SipHandle};

use crate::api::TrunkSettings;
use crate::config::Config;
use crate::trunk::TrunkTransport;

/// Reads the directory from the books. Hosts of trunks are looked up as their calls are, so that their calls are known by
/// address. `before`: what was known so far; it stands where a name cannot be looked up now.
pub(super) async fn read(
    store: &Store,
    config: &Config,
    sip: &SipHandle,
    before: Option<&Directory>,
) -> Result<Arc<Directory>, StoreError> {
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
        let mut addresses = settings.addresses;
        let outbound_proxy = settings.outbound_proxy.as_deref().and_then(proxy_route);
        let host = uri_of(&settings.host, settings.transport);
        let known = look_up(host, outbound_proxy.clone(), sip).await.unwrap_or_else(|| {
            tracing::warn!(trunk = %record.name, "a trunk's host could not be looked up: its calls are known by the \
                addresses from before and by `addresses`");
            let known = before.and_then(|before| before.trunk(&record.name));
            known.map(|trunk| trunk.addresses.clone()).unwrap_or_default()
        });
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

/// Where requests to a trunk's host go.
fn uri_of(host: &str, transport: TrunkTransport) -> Option<Uri> {
    let parameter = match transport {
        TrunkTransport::Udp => "",
        TrunkTransport::Tcp => ";transport=tcp",
        TrunkTransport::Tls => ";transport=tls",
    };
    Uri::parse(&format!("sip:{host}{parameter}")).ok()
}

/// The addresses behind a trunk's host and its proxy: those that requests go to (NAPTR, SRV), and those of the names
/// themselves, which some carriers send from. `None`: nothing can be looked up now.
async fn look_up(host: Option<Uri>, proxy: Option<Uri>, sip: &SipHandle) -> Option<Vec<Network>> {
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

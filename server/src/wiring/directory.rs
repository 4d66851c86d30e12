//! From the books to what routing works on.

use std::net::IpAddr;
use std::sync::Arc;

use call_model::AppName;
use calls::app::{AppRef, RecordingRule};
use calls::directory::{Directory, Member, NumberRoute, Trunk};
use calls::interop::{Interop, proxy_route};
use calls::toll::Toll;
use store::{Store, StoreError};
use transport::sip::Network;

use crate::api::TrunkSettings;
use crate::config::Config;

/// Reads the directory from the books. Hosts of trunks are looked up, so that their calls are known by address.
pub(super) async fn read(store: &Store, config: &Config) -> Result<Arc<Directory>, StoreError> {
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
        addresses.extend(look_up(&settings.host).await.into_iter().map(Network::from));
        let outbound_proxy = settings.outbound_proxy.as_deref().and_then(proxy_route);
        if let Some(proxy) = &outbound_proxy {
            // Its calls come from there, too.
            let port = proxy.port.map_or_else(String::new, |port| format!(":{port}"));
            addresses.extend(look_up(&format!("{}{port}", proxy.host)).await.into_iter().map(Network::from));
        }
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

/// The addresses behind a trunk's host; none when it cannot be looked up now.
async fn look_up(host: &str) -> Vec<IpAddr> {
    let with_port = if has_port(host) { host.to_owned() } else { format!("{host}:5060") };
    match tokio::net::lookup_host(with_port).await {
        Ok(found) => found.map(|address| address.ip()).collect(),
        Err(error) => {
            tracing::warn!(%error, "a trunk's host could not be looked up: its calls are known by `addresses` only");
            Vec::new()
        }
    }
}

fn has_port(host: &str) -> bool {
    match host.rsplit_once(':') {
        Some((name, port)) => port.parse::<u16>().is_ok() && (!name.contains(':') || name.ends_with(']')),
        None => false,
    }
}

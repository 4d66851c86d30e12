//! Carriers: whether their names are known, and whether they answer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use sip_core::message::Uri;
use sip_core::{Event, PingHandle};
use transport::sip::{Listen, SipConfig, SipTransport};

use super::Patient;
use crate::config::TrunkConfig;
use crate::doctor::{Finding, TrunkCase, trunk};
use crate::trunk::TrunkTransport;

/// How long a name server may take.
const LOOK_UP: Duration = Duration::from_secs(6);
/// How long a carrier may take to answer OPTIONS.
const PATIENCE: Duration = Duration::from_secs(8);

/// Whether names of carriers and webhooks are known.
pub(super) async fn names(patient: &Patient<'_>) -> Vec<Finding> {
    let config = patient.config;
    if patient.offline {
        return Vec::new();
    }
    let hosts = config.trunks.iter().map(|trunk| trunk.host.clone());
    let of_webhook = |url: &str| reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let hosts = hosts.chain(config.webhooks.iter().filter_map(|webhook| of_webhook(&webhook.url)));
    let mut names: Vec<String> = hosts.map(|host| bare(&host)).filter(|host| host.parse::<IpAddr>().is_err()).collect();
    names.sort();
    names.dedup();
    let mut findings = Vec::new();
    for name in names {
        let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((name.as_str(), 5060))).await;
        let known = found.is_ok_and(|found| found.is_ok_and(|mut addresses| addresses.next().is_some()));
        // A carrier may have SRV records alone: then its OPTIONS says more than its name.
        findings.push(if known {
            Finding::ok("dns", format!("{name} is known"))
        } else {
            let advice = "is it written right? `resolvectl query` shows what the name servers say; with SRV records alone this is fine";
            Finding::warning("dns", format!("{name} has no address"), advice)
        });
    }
    findings
}

/// A host without its port.
fn bare(host: &str) -> String {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default().to_owned();
    }
    match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() && !name.contains(':') => name.to_owned(),
        _ => host.to_owned(),
    }
}

/// Whether carriers answer: the running server says so; else each is asked once.
pub(super) async fn trunks(patient: &Patient<'_>) -> Vec<Finding> {
    if patient.runs {
        return told(patient).await;
    }
    let trunks = &patient.config.trunks;
    if trunks.is_empty() || patient.offline {
        return Vec::new();
    }
    match asked(trunks).await {
        Ok(findings) => findings,
        Err(error) => {
            vec![Finding::warning(
                "trunk",
                format!("carriers cannot be asked ({error})"),
                "see what is said of `sip` above",
            )]
        }
    }
}

async fn told(patient: &Patient<'_>) -> Vec<Finding> {
    let page = match patient.house.json("/v1/trunks?limit=200").await {
        Ok(page) => page,
        Err(error) => {
            let advice = "run this as the user that Callwright runs as: it needs the key in the data folder";
            return vec![Finding::warning("trunk", format!("the server does not say ({error})"), advice)];
        }
    };
    let one = |told: &serde_json::Value| {
        let state = &told["state"];
        trunk(&TrunkCase {
            name: told["name"].as_str().unwrap_or_default(),
            registration: state["registration"].as_str(),
            reachable: state["reachable"].as_bool(),
            rtt_ms: state["rtt_ms"].as_u64(),
            problem: state["last_error"].as_str(),
        })
    };
    page["data"].as_array().into_iter().flatten().map(one).collect()
}

async fn asked(trunks: &[TrunkConfig]) -> Result<Vec<Finding>, Box<dyn std::error::Error + Send + Sync>> {
    let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    let mut seed = [0; 8];
    getrandom::fill(&mut seed)?;
    let settings = SipConfig {
        listen: vec![Listen::udp(any), Listen::tcp(any)],
        seed: u64::from_le_bytes(seed),
        ..SipConfig::default()
    };
    let (sip, mut events) = SipTransport::start(settings).await?;
    let mut findings = Vec::new();
    let mut waiting: HashMap<PingHandle, &str> = HashMap::new();
    for trunk in trunks {
        let by = match trunk.transport {
            TrunkTransport::Udp => "",
            _ => ";transport=tcp",
        };
        let uri = Uri::parse(&format!("sip:{}{by}", trunk.host));
        match uri {
            Ok(uri) => drop(waiting.insert(sip.options(uri).await?, &trunk.name)),
            Err(_) => findings.push(Finding::fault(
                "trunk",
                format!("{}: `host` is not valid", trunk.name),
                "write a name or an address, with :port where it is not the standard one",
            )),
        }
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while let (false, Ok(Some(event))) = (waiting.is_empty(), tokio::time::timeout_at(deadline, events.recv()).await) {
        let Event::Pong { handle, result } = event else { continue };
        let Some(name) = waiting.remove(&handle) else { continue };
        findings.push(match result {
            Ok(time) => Finding::ok("trunk", format!("{name} answers in {} ms", time.as_millis())),
            Err(error) => silent(name, &error.to_string()),
        });
    }
    findings.extend(waiting.values().map(|name| silent(name, "no answer")));
    sip.stop(Duration::ZERO).await;
    Ok(findings)
}

fn silent(name: &str, why: &str) -> Finding {
    let advice = "check `host` and the firewall; carriers that know us by address answer our real port alone";
    Finding::warning("trunk", format!("{name} does not answer OPTIONS ({why})"), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_looked_up_without_its_port() {
        for (host, name) in [
            ("sip.example:5061", "sip.example"),
            ("sip.example", "sip.example"),
            ("[2001:db8::1]:5060", "2001:db8::1"),
            ("192.0.2.1:5060", "192.0.2.1"),
        ] {
            assert_eq!(bare(host), name);
        }
    }
}

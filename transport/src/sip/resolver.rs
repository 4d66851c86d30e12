//! Names into addresses (RFC 3263): SRV, then A and AAAA. NAPTR is not asked for: a URI without a transport tries UDP
//! before TCP.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, LookupIpStrategy, NameServerConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, rdata::SRV};
use sip_core::message::Uri;
use sip_core::{Protocol, ResolveError, ResolveRequest, Resolved, Target};

use super::config::ResolverConfig;

/// Addresses of one answer that are kept.
const MAX_TARGETS: usize = 16;

/// Asks name servers. Answers are cached by hickory for their time to live.
pub(crate) struct Resolver {
    hosts: HashMap<String, Vec<IpAddr>>,
    /// `None` when the system has no name servers: then only fixed hosts and addresses are known.
    dns: Option<TokioResolver>,
    timeout: Duration,
    /// For the choice by weight among SRV records.
    random: AtomicU64,
    /// The address families that we have sockets for.
    families: Families,
}

/// What is to be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// A name or an address, IPv6 with or without brackets.
    pub(crate) host: String,
    /// When there is one, SRV records are not asked for.
    pub(crate) port: Option<u16>,
    /// The transport; when `None`, the answer chooses.
    pub(crate) protocol: Option<Protocol>,
    /// Only encrypted transports will do.
    pub(crate) secure: bool,
}

impl From<ResolveRequest> for Question {
    fn from(request: ResolveRequest) -> Self {
        Self { host: request.host, port: request.port, protocol: request.protocol, secure: request.secure }
    }
}

impl From<&Uri> for Question {
    fn from(uri: &Uri) -> Self {
        let protocol = uri.transport().and_then(Protocol::from_uri_param);
        let secure = uri.scheme == sip_core::message::Scheme::Sips;
        Self { host: uri.host.to_string(), port: uri.port, protocol, secure }
    }
}

/// Which address families are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Families {
    pub(crate) v4: bool,
    pub(crate) v6: bool,
}

impl Families {
    fn serve(self, address: IpAddr) -> bool {
        if address.is_ipv4() { self.v4 } else { self.v6 }
    }
}

impl Resolver {
    pub(crate) fn new(config: &ResolverConfig, families: Families, seed: u64) -> Self {
        let hosts = config.hosts.iter().map(|(name, addresses)| (normal(name), addresses.clone())).collect();
        let dns = match build(config) {
            Ok(dns) => Some(dns),
            Err(error) => {
                tracing::warn!(%error, "no name servers: only addresses can be called");
                None
            }
        };
        Self { hosts, dns, timeout: config.timeout, random: AtomicU64::new(seed), families }
    }

    /// Answers one question, within the time limit.
    pub(crate) async fn resolve(&self, request: &Question) -> Resolved {
        let answer = tokio::time::timeout(self.timeout, self.targets(request)).await;
        let mut targets = answer.unwrap_or(Err(ResolveError::Failed))?;
        targets.retain(|target| self.families.serve(target.remote.ip()));
        targets.truncate(MAX_TARGETS);
        if targets.is_empty() { Err(ResolveError::NotFound) } else { Ok(targets) }
    }

    async fn targets(&self, request: &Question) -> Resolved {
        let default = request.protocol.unwrap_or(if request.secure { Protocol::Tls } else { Protocol::Udp });
        let port = request.port.unwrap_or(default.default_port());
        if let Some(addresses) = self.known(&request.host) {
            return Ok(at_port(default, &addresses, port));
        }
        if request.port.is_none() {
            let targets = self.by_srv(request).await?;
            if !targets.is_empty() {
                return Ok(targets);
            }
        }
        Ok(at_port(default, &self.addresses(&request.host).await?, port))
    }

    /// The addresses of a literal address or a fixed host: no query is made for these.
    fn known(&self, host: &str) -> Option<Vec<IpAddr>> {
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        literal.map(|address| vec![address]).ok().or_else(|| self.hosts.get(&normal(host)).cloned())
    }

    /// What the SRV records of the transports in question name; empty when there are none.
    async fn by_srv(&self, request: &Question) -> Resolved {
        let protocols: &[Protocol] = match request.protocol {
            Some(ref protocol) => std::slice::from_ref(protocol),
            None if request.secure => &[Protocol::Tls],
            None => &[Protocol::Udp, Protocol::Tcp],
        };
        let mut targets = Vec::new();
        for protocol in protocols {
            let Some(service) = service(*protocol) else { continue };
            let records = self.srv(&format!("{service}.{}.", request.host.trim_end_matches('.'))).await?;
            for record in by_weight(records, || self.random()) {
                // A name whose addresses are missing is passed over: the next record may do.
                let name = record.target.to_utf8();
                let addresses = match self.known(name.trim_end_matches('.')) {
                    Some(addresses) => addresses,
                    None => self.addresses(&name).await.unwrap_or_default(),
                };
                targets.extend(at_port(*protocol, &addresses, record.port));
                if targets.len() >= MAX_TARGETS {
                    return Ok(targets);
                }
            }
        }
        Ok(targets)
    }

    async fn srv(&self, name: &str) -> Result<Vec<SRV>, ResolveError> {
        let dns = self.dns.as_ref().ok_or(ResolveError::Failed)?;
        let lookup = match dns.srv_lookup(name).await {
            Ok(lookup) => lookup,
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(_) => return Err(ResolveError::Failed),
        };
        let records = lookup.answers().iter().filter_map(|record| match &record.data {
            RData::SRV(srv) => Some(srv.clone()),
            _ => None,
        });
        Ok(records.collect())
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let dns = self.dns.as_ref().ok_or(ResolveError::Failed)?;
        match dns.lookup_ip(host).await {
            Ok(addresses) => Ok(addresses.iter().collect()),
            Err(error) if error.is_no_records_found() => Err(ResolveError::NotFound),
            Err(_) => Err(ResolveError::Failed),
        }
    }

    /// SplitMix64: the choice by weight only spreads load, and the seed makes tests repeatable.
    fn random(&self) -> u64 {
        const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.random.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

fn build(config: &ResolverConfig) -> Result<TokioResolver, NetError> {
    let mut builder = if config.name_servers.is_empty() {
        TokioResolver::builder_tokio()?
    } else {
        let servers = config.name_servers.iter().map(|server| {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = server.port();
                connection
            });
            NameServerConfig::new(server.ip(), true, connections.into())
        });
        let servers = hickory_resolver::config::ResolverConfig::from_name_servers(servers.collect());
        TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default())
    };
    let options = builder.options_mut();
    options.cache_size = config.cache_size;
    options.timeout = config.timeout / 2;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    builder.build()
}

/// Host names are compared without regard to case and to the root's dot.
fn normal(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn service(protocol: Protocol) -> Option<&'static str> {
    match protocol {
        Protocol::Udp => Some("_sip._udp"),
        Protocol::Tcp => Some("_sip._tcp"),
        Protocol::Tls => Some("_sips._tcp"),
        Protocol::Ws | Protocol::Wss => None,
    }
}

fn at_port(protocol: Protocol, addresses: &[IpAddr], port: u16) -> Vec<Target> {
    addresses.iter().map(|address| Target::new(protocol, SocketAddr::new(*address, port))).collect()
}

/// The order in which SRV records are tried (RFC 2782): by priority, and among equals by chance, weighted. A target of
/// `.` says that the service is not there.
fn by_weight(mut records: Vec<SRV>, mut random: impl FnMut() -> u64) -> Vec<SRV> {
    records.retain(|record| !record.target.is_root());
    // Those without weight first, so that they have the small chance that the RFC gives them.
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(first) = records.first() {
        let priority = first.priority;
        let equals = records.iter().take_while(|record| record.priority == priority);
        let total: u64 = equals.map(|record| u64::from(record.weight)).sum();
        let mut chosen = random() % (total + 1);
        let index = records
            .iter()
            .position(|record| {
                let reached = u64::from(record.weight) >= chosen;
                chosen = chosen.saturating_sub(u64::from(record.weight));
                reached
            })
            .unwrap_or(0);
        ordered.push(records.remove(index));
    }
    ordered
}

#[cfg(test)]
mod tests;

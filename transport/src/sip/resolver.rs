//! Names into addresses (RFC 3263): NAPTR where the transport is free, SRV, then A and AAAA. What was good once serves
//! on for a while when the name servers are gone.

mod naptr;
mod remembered;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, LookupIpStrategy, NameServerConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::rdata::{NAPTR, SRV};
use hickory_resolver::proto::rr::{RData, RecordType};
use sip_core::message::Uri;
use sip_core::{Protocol, ResolveError, ResolveRequest, Resolved, Target};

use super::config::ResolverConfig;
use naptr::Service;
use remembered::Remembered;

/// How long the name servers may take when there is an old answer (RFC 8767 section 5).
const PATIENCE: Duration = Duration::from_millis(1_800);

/// Addresses of one answer that are kept.
const MAX_TARGETS: usize = 16;

/// What the name servers say.
struct Found {
    targets: Vec<Target>,
    /// Every question on the way was answered.
    whole: bool,
}

/// Asks name servers. Answers are cached by hickory for their time to live, and remembered beyond it.
pub(crate) struct Resolver {
    hosts: HashMap<String, Vec<IpAddr>>,
    /// `None` when the system has no name servers: then only fixed hosts and addresses are known.
    dns: Option<TokioResolver>,
    timeout: Duration,
    /// For the choice by weight among SRV records.
    random: AtomicU64,
    /// What we have sockets for.
    families: Families,
    remembered: Remembered,
}

/// What is to be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// Which addresses and transports are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Families {
    pub(crate) v4: bool,
    pub(crate) v6: bool,
    /// UDP is bound.
    pub(crate) udp: bool,
    /// TLS is set up.
    pub(crate) tls: bool,
}

impl Families {
    fn serve(self, address: IpAddr) -> bool {
        if address.is_ipv4() { self.v4 } else { self.v6 }
    }

    /// Whether we can send by it where the choice is ours.
    fn carry(self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Udp => self.udp,
            Protocol::Tcp => true,
            Protocol::Tls => self.tls,
            Protocol::Ws | Protocol::Wss => false,
        }
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
        let remembered = Remembered::new(config.cache_size, config.stale);
        Self { hosts, dns, timeout: config.timeout, random: AtomicU64::new(seed), families, remembered }
    }

    /// The answer that needs no name server: of an address or a fixed host.
    pub(crate) fn fixed(&self, request: &Question) -> Option<Resolved> {
        let (default, port) = default_end(request);
        Some(self.of_use(at_port(default, &self.known(&request.host)?, port)))
    }

    /// The answer from before, where there is nobody free to ask for a new one.
    pub(crate) fn before(&self, request: &Question) -> Option<Resolved> {
        self.remembered.get(Instant::now(), request).map(|(targets, _)| Ok(targets))
    }

    /// Answers one question, within the time limit. When the name servers fail, an answer from before stands.
    pub(crate) async fn resolve(&self, request: &Question) -> Resolved {
        let old = self.remembered.get(Instant::now(), request);
        let limit = match old {
            Some((targets, true)) => return Ok(targets),
            Some(_) => self.timeout.min(PATIENCE),
            None => self.timeout,
        };
        let answer = tokio::time::timeout(limit, self.targets(request)).await.unwrap_or(Err(ResolveError::Failed));
        let now = Instant::now();
        match (answer, old) {
            (Ok(Found { mut targets, whole }), old) => {
                if whole {
                    let targets = self.of_use(targets)?;
                    self.remembered.note(now, request, &targets);
                    return Ok(targets);
                }
                // What could not be asked for is where it was before; the next answer may be whole.
                let old = old.map(|(targets, _)| targets).unwrap_or_default();
                targets.extend(old.into_iter().filter(|old| !targets.contains(old)).collect::<Vec<_>>());
                self.of_use(targets)
            }
            (Err(ResolveError::Failed), Some((targets, _))) => {
                self.remembered.failed(now, request);
                tracing::warn!(host = %request.host, "the name servers fail: the addresses from before are used");
                Ok(targets)
            }
            (Err(error), _) => {
                tracing::debug!(host = %request.host, %error, "a SIP server's name cannot be resolved");
                Err(error)
            }
        }
    }

    fn of_use(&self, mut targets: Vec<Target>) -> Resolved {
        targets.retain(|target| self.families.serve(target.remote.ip()));
        targets.truncate(MAX_TARGETS);
        if targets.is_empty() { Err(ResolveError::NotFound) } else { Ok(targets) }
    }

    async fn targets(&self, request: &Question) -> Result<Found, ResolveError> {
        let (default, port) = default_end(request);
        let whole = |addresses: &[IpAddr]| Found { targets: at_port(default, addresses, port), whole: true };
        if let Some(addresses) = self.known(&request.host) {
            return Ok(whole(&addresses));
        }
        if request.port.is_none() {
            let found = self.by_srv(request).await?;
            if !found.targets.is_empty() {
                return Ok(found);
            }
        }
        Ok(whole(&self.addresses(&request.host).await?))
    }

    /// The addresses of a literal address or a fixed host: no query is made for these.
    fn known(&self, host: &str) -> Option<Vec<IpAddr>> {
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        literal.map(|address| vec![address]).ok().or_else(|| self.hosts.get(&normal(host)).cloned())
    }

    /// What the SRV records of the transports in question name; empty when there are none.
    async fn by_srv(&self, request: &Question) -> Result<Found, ResolveError> {
        let services = self.services(request).await;
        let asked = services.iter().map(|service| self.srv(&service.name));
        let mut targets = Vec::new();
        let mut failed = false;
        for (service, records) in services.iter().zip(join_all(asked).await) {
            let Ok(records) = records else {
                failed = true;
                continue;
            };
            let mut records = by_weight(records, || self.random());
            records.truncate(MAX_TARGETS);
            // A name whose addresses are missing is passed over: the next record may do.
            let addresses = join_all(records.iter().map(|record| self.host(record.target.to_utf8()))).await;
            for (record, addresses) in records.iter().zip(addresses) {
                failed |= addresses == Err(ResolveError::Failed);
                targets.extend(at_port(service.protocol, &addresses.unwrap_or_default(), record.port));
            }
        }
        if targets.is_empty() && failed { Err(ResolveError::Failed) } else { Ok(Found { targets, whole: !failed }) }
    }

    /// The transports to look for, in order: those that the domain names by NAPTR, when the choice is ours and there
    /// are any; else those that we have (RFC 3263 section 4.1).
    async fn services(&self, request: &Question) -> Vec<Service> {
        let domain = request.host.trim_end_matches('.');
        if request.protocol.is_none() {
            let records = self.naptr(&format!("{domain}.")).await;
            let services = naptr::services(records, |protocol| self.families.carry(protocol), request.secure);
            if !services.is_empty() {
                return services;
            }
        }
        let protocols: &[Protocol] = match request.protocol {
            Some(ref protocol) => std::slice::from_ref(protocol),
            None if request.secure => &[Protocol::Tls],
            None => &[Protocol::Udp, Protocol::Tcp, Protocol::Tls],
        };
        let wanted = protocols.iter().filter(|it| request.protocol.is_some() || self.families.carry(**it));
        let named = wanted.filter_map(|protocol| {
            Some(Service { protocol: *protocol, name: format!("{}.{domain}.", service(*protocol)?) })
        });
        named.collect()
    }

    /// NAPTR records; none also when they cannot be had, as not every name server knows them.
    async fn naptr(&self, name: &str) -> Vec<NAPTR> {
        let Some(dns) = &self.dns else { return Vec::new() };
        let Ok(lookup) = dns.lookup(name, RecordType::NAPTR).await else { return Vec::new() };
        let records = lookup.answers().iter().filter_map(|record| match &record.data {
            RData::NAPTR(naptr) => Some(naptr.clone()),
            _ => None,
        });
        records.collect()
    }

    /// The addresses of the host that an SRV record names.
    async fn host(&self, name: String) -> Result<Vec<IpAddr>, ResolveError> {
        match self.known(name.trim_end_matches('.')) {
            Some(addresses) => Ok(addresses),
            None => self.addresses(&name).await,
        }
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

/// The transport and the port where no record names others.
fn default_end(request: &Question) -> (Protocol, u16) {
    let default = request.protocol.unwrap_or(if request.secure { Protocol::Tls } else { Protocol::Udp });
    (default, request.port.unwrap_or(default.default_port()))
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

//! What the SIP task listens on, and its limits.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use sip_core::{EndpointConfig, HostPort, Protocol};

/// One address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// UDP or TCP; the others are refused at the start.
    pub protocol: Protocol,
    /// The address. With port 0 the system chooses one, and a later entry with port 0 and the same IP address takes
    /// the same port where it can.
    pub address: SocketAddr,
    /// What Via and Contact say in place of the local address: the outside of a NAT, or a name. Default: the local
    /// address towards the other end.
    pub advertised: Option<HostPort>,
}

impl Listen {
    /// UDP at an address.
    pub const fn udp(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Udp, address, advertised: None }
    }

    /// TCP at an address.
    pub const fn tcp(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Tcp, address, advertised: None }
    }
}

/// Settings of a [`SipTransport`](super::SipTransport).
#[derive(Debug, Clone)]
pub struct SipConfig {
    /// Where to listen. Default: UDP and TCP at `0.0.0.0:5060`.
    pub listen: Vec<Listen>,
    /// The endpoint's settings. Its `listeners` are replaced by what was bound.
    pub endpoint: EndpointConfig,
    /// The source of every random choice: tags, branches, Call-IDs, nonces. Must not be guessable: take it from the
    /// system's generator. Default: 0, for tests.
    pub seed: u64,
    /// Limits on what others may make us do.
    pub limits: SipLimits,
    /// How names become addresses.
    pub resolver: ResolverConfig,
    /// Events that may wait for their consumer; see [`SipTransport`](super::SipTransport) for what happens then.
    /// Default: 1024.
    pub event_capacity: usize,
    /// Commands that may wait for the SIP task; beyond it the callers wait. Default: 1024.
    pub command_capacity: usize,
    /// Kernel buffers of a UDP socket, bytes each way, as far as the system allows. Default: 4 MiB.
    pub socket_buffer: usize,
}

impl Default for SipConfig {
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 5060));
        Self {
            listen: vec![Listen::udp(any), Listen::tcp(any)],
            endpoint: EndpointConfig::default(),
            seed: 0,
            limits: SipLimits::default(),
            resolver: ResolverConfig::default(),
            event_capacity: 1_024,
            command_capacity: 1_024,
            socket_buffer: 4 * 1024 * 1024,
        }
    }
}

/// A token bucket: so many a second on average, and so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Messages a second.
    pub per_second: u32,
    /// Messages at once.
    pub burst: u32,
}

/// Limits on what others may make us do.
#[derive(Debug, Clone)]
pub struct SipLimits {
    /// Messages from one source (an IPv4 address or an IPv6 /64): more over UDP are dropped, over TCP they wait in the
    /// connection. `None`: no limit. Default: 200 a second, 1000 at once.
    pub per_source: Option<Rate>,
    /// Sources without that limit: trunks, and proxies in front of us. Default: the loopback addresses.
    pub trusted: Vec<IpAddr>,
    /// Sources that are remembered. When the table is full, the ones seen longest ago are forgotten. Default: 16,384.
    pub max_sources: usize,
    /// Datagrams read from one socket before the others have their turn. Default: 64.
    pub udp_batch: usize,
    /// TCP connections in all, in and out. Default: 4096.
    pub max_connections: usize,
    /// TCP connections accepted from one address, unless it is trusted. Default: 32.
    pub max_connections_per_source: usize,
    /// A connection on which no whole message came or went for this long is closed. Default: 10 min.
    pub idle_timeout: Duration,
    /// An accepted connection must bring its first message within this time, and every message must be whole this
    /// long after its first byte. Default: 10 s.
    pub message_timeout: Duration,
    /// A connection that takes nothing of what is written to it for this long is closed. Default: 10 s.
    pub write_timeout: Duration,
    /// An outgoing connection must stand within this time. Default: 5 s.
    pub connect_timeout: Duration,
    /// Messages that may wait to be written to one connection; above it the connection is closed, as its reader is
    /// too slow. Default: 256.
    pub write_queue: usize,
    /// Names that are resolved at a time; above it a call to a name fails at once. Default: 64.
    pub max_lookups: usize,
}

impl Default for SipLimits {
    fn default() -> Self {
        Self {
            per_source: Some(Rate { per_second: 200, burst: 1_000 }),
            trusted: vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)],
            max_sources: 16_384,
            udp_batch: 64,
            max_connections: 4_096,
            max_connections_per_source: 32,
            idle_timeout: Duration::from_mins(10),
            message_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            write_queue: 256,
            max_lookups: 64,
        }
    }
}

/// How names become addresses.
#[derive(Debug, Clone)]
pub struct ResolverConfig {
    /// Names with fixed addresses, asked before anything else; the port is the URI's or the default one.
    pub hosts: HashMap<String, Vec<IpAddr>>,
    /// Name servers. Empty (the default): those of the system.
    pub name_servers: Vec<SocketAddr>,
    /// Time limit of one lookup, with all its queries. Default: 5 s.
    pub timeout: Duration,
    /// Names whose answers are kept, as long as their time to live allows. Default: 1024.
    pub cache_size: u64,
}

impl Default for ResolverConfig {
    fn default() -> Self {
        Self { hosts: HashMap::new(), name_servers: Vec::new(), timeout: Duration::from_secs(5), cache_size: 1_024 }
    }
}

/// Why the SIP task did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration has no address to listen on.
    #[error("there is no address to listen for SIP on")]
    NoAddress,
    /// Another program, or another start of this one, has the port. Sharing it would split the calls at random.
    #[error("{} port {} at {} is taken by another program", .protocol.via_token(), .address.port(), .address.ip())]
    PortTaken {
        /// The transport.
        protocol: Protocol,
        /// The address.
        address: SocketAddr,
    },
    /// The system refused the address.
    #[error("SIP cannot be received over {} at {address}", .protocol.via_token())]
    Bind {
        /// The transport.
        protocol: Protocol,
        /// The address.
        address: SocketAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// A transport that is not served.
    #[error("SIP over {} is not supported", .protocol.via_token())]
    Unsupported {
        /// The transport.
        protocol: Protocol,
    },
}

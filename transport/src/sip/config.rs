//! What the SIP task listens on, and its limits.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use sip_core::{EndpointConfig, HostPort, Protocol};

use super::bans::BanPolicy;
use super::network::Network;
use super::tap::MessageTap;
use super::tls::{TlsConfig, TlsError};

/// One address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// The transport. TLS and secure WebSocket need a certificate.
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

    /// TLS at an address.
    pub const fn tls(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Tls, address, advertised: None }
    }

    /// WebSocket at an address.
    pub const fn ws(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Ws, address, advertised: None }
    }

    /// WebSocket inside TLS at an address.
    pub const fn wss(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Wss, address, advertised: None }
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
    /// TLS, as server and as client. `None` (the default): neither; what needs it fails.
    pub tls: Option<TlsConfig>,
    /// SIP over WebSocket.
    pub web: WebConfig,
    /// Registrars that hold a contact of ours by UDP get a keep-alive this often, so that a NAT between keeps the way
    /// open; each interval is up to 14 % shorter, by chance. `None`: never. Default: 29 s.
    pub udp_keep_alive: Option<Duration>,
    /// Who is shown the messages that pass. Default: nobody.
    pub tap: Option<Arc<dyn MessageTap>>,
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
            tls: None,
            web: WebConfig::default(),
            udp_keep_alive: Some(Duration::from_secs(29)),
            tap: None,
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

/// SIP over WebSocket (RFC 7118).
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The path that it is served at. Default: `/sip`.
    pub path: String,
    /// Pages that may connect, as `Origin` writes them (`https://desk.example.com`). Programs that name no origin may
    /// always. Empty (the default): all.
    pub origins: Vec<String>,
    /// How often a ping asks whether the browser is there; twice as much silence ends the connection. Default: 30 s.
    pub ping: Duration,
}

impl WebConfig {
    /// Whether pages of an origin may connect.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        self.origins.is_empty() || self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

impl Default for WebConfig {
    fn default() -> Self {
        Self { path: "/sip".into(), origins: Vec::new(), ping: Duration::from_secs(30) }
    }
}

/// Limits on what others may make us do.
#[derive(Debug, Clone)]
pub struct SipLimits {
    /// Messages from one source (an IPv4 address or an IPv6 /64): more over UDP are dropped, over TCP they wait in the
    /// connection. `None`: no limit. Default: 200 a second, 1000 at once.
    pub per_source: Option<Rate>,
    /// What all strangers together may begin, INVITEs and the like, and once more as many logins; more over UDP are
    /// dropped before they are read. A stranger is who is not trusted and has not logged in within two hours. What
    /// belongs to running calls is never dropped by it. `None`: no limit. Default: 100 a second, 300 at once.
    pub strangers: Option<Rate>,
    /// Sources without those limits, that are never banned: trunks, and proxies in front of us. Default: the loopback
    /// addresses.
    pub trusted: Vec<Network>,
    /// The same, and it stays when [`SipHandle::trust`](super::SipHandle::trust) replaces those. Default: none.
    pub allow: Vec<Network>,
    /// Networks that are not listened to, but for what is trusted or allowed. Default: none.
    pub deny: Vec<Network>,
    /// Networks that may log in: REGISTER from elsewhere is dropped unread. Empty, the default: all.
    pub members_from: Vec<Network>,
    /// Whether OPTIONS of strangers are answered; else they are dropped unread. Default: `true`.
    pub questions: bool,
    /// When sources are banned.
    pub bans: BanPolicy,
    /// Sources that are remembered. When the table is full, the ones seen longest ago are forgotten. Default: 16,384.
    pub max_sources: usize,
    /// Datagrams read from one socket before the others have their turn. Default: 64.
    pub udp_batch: usize,
    /// TCP connections in all, in and out; the last quarter is kept for trusted sources and those that we open.
    /// Default: 4096.
    pub max_connections: usize,
    /// TCP connections accepted from one address, unless it is trusted. Default: 32.
    pub max_connections_per_source: usize,
    /// A connection on which no whole message came or went for this long is closed. Default: 10 min.
    pub idle_timeout: Duration,
    /// An accepted connection must bring its first message within this time, which no keep-alive is, and every message
    /// must be whole this long after its first byte. Default: 10 s.
    pub message_timeout: Duration,
    /// A connection that takes nothing of what is written to it for this long is closed. Default: 10 s.
    pub write_timeout: Duration,
    /// An outgoing connection must stand within this time. Default: 5 s.
    pub connect_timeout: Duration,
    /// A TLS handshake, and the upgrade to WebSocket, must be over within this time, by either side. Default: 5 s.
    pub handshake_timeout: Duration,
    /// TLS handshakes that those who are not trusted may begin, all together; more are turned away. `None`: no limit.
    /// Default: 100 a second, 200 at once.
    pub handshakes: Option<Rate>,
    /// TLS handshakes under way at a time. Default: 256.
    pub max_handshakes: usize,
    /// Connections that we opened get a keep-alive (RFC 5626 section 3.5.1) this often; the interval is up to 20 %
    /// shorter, by chance. Who has answered one and does not answer another within 10 s is gone. `None`: never.
    /// Default: 110 s.
    pub keep_alive: Option<Duration>,
    /// Messages that may wait to be written to one connection; above it the connection is closed, as its reader is
    /// too slow. Default: 256.
    pub write_queue: usize,
    /// Names that are resolved at a time; above it one that was resolved before has its addresses from then, and a call
    /// to another fails at once. Fixed hosts wait for nobody. Default: 64.
    pub max_lookups: usize,
}

impl Default for SipLimits {
    fn default() -> Self {
        Self {
            per_source: Some(Rate { per_second: 200, burst: 1_000 }),
            strangers: Some(Rate { per_second: 100, burst: 300 }),
            trusted: vec![IpAddr::V4(Ipv4Addr::LOCALHOST).into(), IpAddr::V6(Ipv6Addr::LOCALHOST).into()],
            allow: Vec::new(),
            deny: Vec::new(),
            members_from: Vec::new(),
            questions: true,
            bans: BanPolicy::default(),
            max_sources: 16_384,
            udp_batch: 64,
            max_connections: 4_096,
            max_connections_per_source: 32,
            idle_timeout: Duration::from_mins(10),
            message_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            handshake_timeout: Duration::from_secs(5),
            handshakes: Some(Rate { per_second: 100, burst: 200 }),
            max_handshakes: 256,
            keep_alive: Some(Duration::from_secs(110)),
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
    /// How old an answer may be that is used when the name servers fail (RFC 8767). Zero: none is. Default: a day.
    pub stale: Duration,
}

impl Default for ResolverConfig {
    fn default() -> Self {
        Self {
            hosts: HashMap::new(),
            name_servers: Vec::new(),
            timeout: Duration::from_secs(5),
            cache_size: 1_024,
            stale: Duration::from_hours(24),
        }
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
    /// TLS cannot be had as it is set.
    #[error("TLS cannot be used as it is set")]
    Tls(#[from] TlsError),
}

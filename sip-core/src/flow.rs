//! Where messages come from and go to: protocols, flows, targets and what is to be sent.

use std::net::SocketAddr;

use bytes::Bytes;

/// A transport that SIP runs over (RFC 3261 section 18, RFC 7118 for WebSocket).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// Datagrams; the transactions repeat what is lost.
    Udp,
    /// A stream.
    Tcp,
    /// A stream inside TLS.
    Tls,
    /// A WebSocket.
    Ws,
    /// A WebSocket inside TLS.
    Wss,
}

impl Protocol {
    /// Whether the transport itself repeats what is lost, so that the transactions need not.
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// Whether the transport is encrypted, as a `sips` URI asks.
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// The port when none is named (RFC 3261 section 19.1.2).
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// As a Via header writes it.
    pub const fn via_token(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// As the `transport` parameter of a URI writes it; `None` for UDP, which is the default.
    pub const fn uri_param(self) -> Option<&'static str> {
        match self {
            Self::Udp => None,
            Self::Tcp => Some("tcp"),
            Self::Tls => Some("tls"),
            Self::Ws | Self::Wss => Some("ws"),
        }
    }

    /// Reads a `transport` parameter, in any case.
    pub fn from_uri_param(param: &str) -> Option<Self> {
        [("udp", Self::Udp), ("tcp", Self::Tcp), ("tls", Self::Tls), ("ws", Self::Ws), ("wss", Self::Wss)]
            .into_iter()
            .find_map(|(name, protocol)| name.eq_ignore_ascii_case(param).then_some(protocol))
    }
}

/// Names one connection of a stream transport. The driver chooses it and never uses it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// Names the domain that the far end of an encrypted connection must prove to be (RFC 5922). The driver chooses it when
/// it resolves the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerName(pub u64);

/// The path that a message came by: for UDP the pair of addresses, for streams also the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    /// The transport.
    pub protocol: Protocol,
    /// Our end.
    pub local: SocketAddr,
    /// Their end, as we see it (behind a NAT: the outside of the NAT).
    pub remote: SocketAddr,
    /// The connection, for streams.
    pub connection: Option<ConnectionId>,
}

impl Flow {
    /// A UDP flow.
    pub const fn udp(local: SocketAddr, remote: SocketAddr) -> Self {
        Self { protocol: Protocol::Udp, local, remote, connection: None }
    }

    /// A flow over a connection.
    pub const fn connected(
        protocol: Protocol,
        local: SocketAddr,
        remote: SocketAddr,
        connection: ConnectionId,
    ) -> Self {
        Self { protocol, local, remote, connection: Some(connection) }
    }
}

/// Where to send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    /// The transport.
    pub protocol: Protocol,
    /// The address and port.
    pub remote: SocketAddr,
    /// The connection to use. When it is `None`, or has gone, the driver uses another open one to `remote`, or opens
    /// one.
    pub connection: Option<ConnectionId>,
    /// The local address to send from; `None` when any will do.
    pub local: Option<SocketAddr>,
    /// Over TLS: who the far end must be. `None`: the address itself, or whoever the connection stands with.
    pub name: Option<PeerName>,
}

impl Target {
    /// An address, by whichever connection and local address.
    pub const fn new(protocol: Protocol, remote: SocketAddr) -> Self {
        Self { protocol, remote, connection: None, local: None, name: None }
    }
}

impl From<Flow> for Target {
    fn from(flow: Flow) -> Self {
        Self {
            protocol: flow.protocol,
            remote: flow.remote,
            connection: flow.connection,
            local: Some(flow.local),
            name: None,
        }
    }
}

/// A message to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// Where to.
    pub target: Target,
    /// The whole message: one datagram, or one write to a stream.
    pub data: Bytes,
}

//! Via (RFC 3261 20.42, RFC 3581).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::host::{HostPort, parse_port};
use super::lex;
use super::params::Params;

/// The transport named in a Via.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ViaTransport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket over TLS (RFC 7118).
    Wss,
    /// Any other.
    Other(String),
}

impl ViaTransport {
    /// Reads a transport without respect to case; `None` if it is no token.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            _ if text.eq_ignore_ascii_case("UDP") => Some(Self::Udp),
            _ if text.eq_ignore_ascii_case("TCP") => Some(Self::Tcp),
            _ if text.eq_ignore_ascii_case("TLS") => Some(Self::Tls),
            _ if text.eq_ignore_ascii_case("WS") => Some(Self::Ws),
            _ if text.eq_ignore_ascii_case("WSS") => Some(Self::Wss),
            _ => lex::is_token(text).then(|| Self::Other(text.to_owned())),
        }
    }

    /// The transport as it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
            Self::Other(text) => text,
        }
    }
}

/// One value of a Via header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Via {
    /// The transport that the sender used.
    pub transport: ViaTransport,
    /// Where the sender wants the response.
    pub sent_by: HostPort,
    /// `branch`, `received`, `rport` and others.
    pub params: Params,
}

/// The text is no Via.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Via is broken")]
pub struct ViaError;

impl Via {
    /// What every branch since RFC 3261 begins with.
    pub const COOKIE: &'static str = "z9hG4bK";

    /// A Via with a branch and an empty `rport` (RFC 3581 3).
    pub fn new(transport: ViaTransport, sent_by: HostPort, branch: &str) -> Self {
        let mut params = Params::new();
        params.set("branch", branch);
        params.set_flag("rport");
        Self { transport, sent_by, params }
    }

    /// Reads one value. White space may stand around each `/`.
    pub fn parse(text: &str) -> Result<Self, ViaError> {
        let (protocol, rest) = text.split_once('/').ok_or(ViaError)?;
        let (version, rest) = rest.split_once('/').ok_or(ViaError)?;
        if !lex::is_token(lex::trim(protocol)) || !lex::is_token(lex::trim(version)) {
            return Err(ViaError);
        }
        let rest = rest.trim_ascii_start();
        let gap = rest.find(|char: char| char.is_ascii_whitespace()).ok_or(ViaError)?;
        let (transport, rest) = rest.split_at(gap);
        let (sent_by, params) = rest.find(';').map_or((rest, ""), |at| rest.split_at(at));
        Ok(Self {
            transport: ViaTransport::parse(transport).ok_or(ViaError)?,
            sent_by: parse_sent_by(lex::trim(sent_by)).ok_or(ViaError)?,
            params: Params::parse(params).ok_or(ViaError)?,
        })
    }

    /// The `branch`.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|branch| !branch.is_empty())
    }

    /// Does the branch tell transactions apart by itself (RFC 3261 8.1.1.7)? One that is nothing but the cookie does
    /// not (RFC 4475 3.2.1).
    pub fn has_magic_cookie(&self) -> bool {
        let cookie = Self::COOKIE.len();
        self.branch()
            .and_then(|branch| branch.split_at_checked(cookie))
            .is_some_and(|(start, rest)| start.eq_ignore_ascii_case(Self::COOKIE) && !rest.is_empty())
    }

    /// The address that the request came from, as the receiver saw it. IPv6 is read with brackets and without
    /// (RFC 5118 4.5).
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.get("received")?;
        text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).parse().ok()
    }

    /// Does the sender ask for `rport`, filled or not (RFC 3581)?
    pub fn wants_rport(&self) -> bool {
        self.params.contains("rport")
    }

    /// The port in `rport`, once the receiver has filled it.
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport").and_then(parse_port)
    }

    /// Writes down where the request came from (RFC 3261 18.2.1, RFC 3581 4).
    pub fn set_received(&mut self, address: IpAddr, port: u16) {
        if self.wants_rport() {
            self.params.set("rport", &port.to_string());
            self.params.set("received", &address.to_string());
        } else if self.sent_by.host.ip() != Some(address) {
            self.params.set("received", &address.to_string());
        }
    }
}

/// White space may stand around the colon.
fn parse_sent_by(text: &str) -> Option<HostPort> {
    if text.bytes().any(lex::is_space) {
        let compact: String = text.split_ascii_whitespace().collect();
        // Only around the colon: `a b` is no host.
        let parts = text.split_ascii_whitespace().count();
        return (compact.contains(':') && parts <= 3).then(|| HostPort::parse(&compact)).flatten();
    }
    HostPort::parse(text)
}

impl FromStr for Via {
    type Err = ViaError;

    fn from_str(text: &str) -> Result<Self, ViaError> {
        Self::parse(text)
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}{}", self.transport.as_str(), self.sent_by, self.params)
    }
}

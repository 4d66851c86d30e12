//! The parts of a session description.

use std::fmt;
use std::net::IpAddr;

/// A session description ([RFC 8866 section 5](https://www.rfc-editor.org/rfc/rfc8866#section-5)).
///
/// Text is kept as it was sent; lines that the grammar does not know are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionDescription {
    /// `o=`: who made it, and which version it is.
    pub origin: Origin,
    /// `s=`: the session's name, never empty; `-` for none.
    pub name: String,
    /// `i=`: free text.
    pub information: Option<String>,
    /// `u=`, `e=` and `p=` lines, as `(letter, text)`, in order.
    pub contacts: Vec<(char, String)>,
    /// `c=`: where media goes, for those media that do not say it themselves.
    pub connection: Option<Connection>,
    /// `b=` lines.
    pub bandwidths: Vec<Bandwidth>,
    /// `t=` lines with their `r=` lines: one at least, `0 0` for a call.
    pub timings: Vec<Timing>,
    /// `z=`: time zone adjustments, as sent.
    pub zones: Option<String>,
    /// `k=`: an obsolete key, as sent.
    pub key: Option<String>,
    /// `a=` lines before the first `m=`.
    pub attributes: Vec<Attribute>,
    /// The media, in the order that an answer must repeat.
    pub media: Vec<MediaDescription>,
}

/// `o=` ([RFC 8866 section 5.2](https://www.rfc-editor.org/rfc/rfc8866#section-5.2)).
///
/// The numbers are kept as text: peers send more digits than 64 bits hold, and only equality matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The user's login; `-` for none.
    pub username: String,
    /// The session's id: the same for a call's whole life.
    pub session_id: String,
    /// The version: one higher after every change.
    pub session_version: String,
    /// `IP4` or `IP6`.
    pub address_type: String,
    /// The maker's address, for uniqueness only.
    pub address: String,
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            username: "-".into(),
            session_id: "0".into(),
            session_version: "0".into(),
            address_type: "IP4".into(),
            address: "0.0.0.0".into(),
        }
    }
}

/// `c=` ([RFC 8866 section 5.7](https://www.rfc-editor.org/rfc/rfc8866#section-5.7)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// `IP4` or `IP6`.
    pub address_type: String,
    /// The address, or a host name, with any `/ttl` that was sent.
    pub address: String,
}

impl Connection {
    /// The line for an address.
    pub fn new(address: IpAddr) -> Self {
        Self { address_type: address_type(address).into(), address: address.to_string() }
    }

    /// The address, unless it is a host name.
    pub fn ip(&self) -> Option<IpAddr> {
        let address = self.address.split('/').next().unwrap_or_default();
        address.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }
}

pub(super) fn address_type(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IP4" } else { "IP6" }
}

/// `b=` ([RFC 8866 section 5.8](https://www.rfc-editor.org/rfc/rfc8866#section-5.8)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bandwidth {
    /// `AS`, `CT`, `TIAS` and the like.
    pub kind: String,
    /// The value, as sent.
    pub value: String,
}

/// `t=` with its `r=` lines ([RFC 8866 section 5.9](https://www.rfc-editor.org/rfc/rfc8866#section-5.9)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// Start and stop, as sent.
    pub times: String,
    /// Repetitions, as sent.
    pub repeats: Vec<String>,
}

impl Default for Timing {
    /// A session without bounds, as calls are: `0 0`.
    fn default() -> Self {
        Self { times: "0 0".into(), repeats: Vec::new() }
    }
}

/// `a=` ([RFC 8866 section 5.13](https://www.rfc-editor.org/rfc/rfc8866#section-5.13)). `{:?}` shows no keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// What stands before the colon.
    pub name: String,
    /// What stands behind the colon, if there is one.
    pub value: Option<String>,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_secret = ["crypto", "ice-pwd", "key-mgmt"].iter().any(|name| name.eq_ignore_ascii_case(&self.name));
        let value = if is_secret { Some("..") } else { self.value.as_deref() };
        f.debug_struct("Attribute").field("name", &self.name).field("value", &value).finish()
    }
}

impl Attribute {
    /// An attribute that is only a name.
    pub fn flag(name: &str) -> Self {
        Self { name: name.into(), value: None }
    }

    /// An attribute with a value.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Some(value.into()) }
    }
}

/// One `m=` line with the lines that belong to it
/// ([RFC 8866 section 5.14](https://www.rfc-editor.org/rfc/rfc8866#section-5.14)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaDescription {
    /// `audio`, `video`, `image`, ...
    pub kind: String,
    /// The RTP port; 0 for a stream that is refused or over.
    pub port: u16,
    /// The number of port pairs, where it was sent.
    pub port_count: Option<u16>,
    /// `RTP/AVP` and the like.
    pub protocol: String,
    /// Payload types for RTP, most wanted first.
    pub formats: Vec<String>,
    /// `i=`: free text.
    pub information: Option<String>,
    /// `c=` lines.
    pub connections: Vec<Connection>,
    /// `b=` lines.
    pub bandwidths: Vec<Bandwidth>,
    /// `k=`: an obsolete key, as sent.
    pub key: Option<String>,
    /// `a=` lines.
    pub attributes: Vec<Attribute>,
}

impl MediaDescription {
    /// A stream with no more than its `m=` line.
    pub fn new(kind: &str, port: u16, protocol: &str, formats: Vec<String>) -> Self {
        Self {
            kind: kind.into(),
            port,
            port_count: None,
            protocol: protocol.into(),
            formats,
            information: None,
            connections: Vec::new(),
            bandwidths: Vec::new(),
            key: None,
            attributes: Vec::new(),
        }
    }

    /// The value of the first attribute of that name; `""` for one without a value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        attribute(&self.attributes, name)
    }

    /// The direction that this stream states itself.
    pub fn direction(&self) -> Option<Direction> {
        direction(&self.attributes)
    }
}

impl SessionDescription {
    /// The value of the first session-level attribute of that name; `""` for one without a value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        attribute(&self.attributes, name)
    }

    /// The direction of a stream: its own, else the session's, else both ways
    /// ([RFC 3264 section 5.1](https://www.rfc-editor.org/rfc/rfc3264#section-5.1)).
    pub fn direction_of(&self, media: &MediaDescription) -> Direction {
        media.direction().or_else(|| direction(&self.attributes)).unwrap_or(Direction::SendRecv)
    }

    /// Where a stream's media goes: its own `c=`, else the session's. `None` for a missing line or a host name.
    pub fn address_of(&self, media: &MediaDescription) -> Option<IpAddr> {
        media.connections.first().or(self.connection.as_ref()).and_then(Connection::ip)
    }

    /// The address of the first audio stream, to choose between IPv4 and IPv6 by.
    pub fn audio_address(&self) -> Option<IpAddr> {
        let audio = self.media.iter().find(|media| media.kind.eq_ignore_ascii_case("audio") && media.port != 0);
        audio.and_then(|media| self.address_of(media))
    }

    /// Sets the version in `o=` against the description that was last sent in this dialog: the same when nothing else
    /// changed, one higher when something did ([RFC 3264 section 8](https://www.rfc-editor.org/rfc/rfc3264#section-8)).
    pub fn revise(&mut self, previous: &Self) {
        self.origin = previous.origin.clone();
        if self != previous {
            let version: u64 = previous.origin.session_version.parse().unwrap_or(0);
            self.origin.session_version = version.wrapping_add(1).to_string();
        }
    }
}

fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))?;
    Some(found.value.as_deref().unwrap_or_default())
}

fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().rev().filter(|attribute| attribute.value.is_none()).find_map(|a| Direction::from_name(&a.name))
}

/// Which way media flows, as its sender sees it
/// ([RFC 8866 section 6.7](https://www.rfc-editor.org/rfc/rfc8866#section-6.7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// It only sends: how a call is put on hold.
    SendOnly,
    /// It only receives.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// The direction with these two parts.
    pub const fn new(send: bool, receive: bool) -> Self {
        match (send, receive) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether it sends.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether it receives.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The most that an end with the direction `self` can answer to `offered`
    /// ([RFC 3264 section 6.1](https://www.rfc-editor.org/rfc/rfc3264#section-6.1)).
    #[must_use]
    pub const fn answer_to(self, offered: Self) -> Self {
        Self::new(self.sends() && offered.receives(), self.receives() && offered.sends())
    }

    /// The attribute's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// The direction of an attribute's name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive]
            .into_iter()
            .find(|direction| direction.name().eq_ignore_ascii_case(name))
    }
}

//! From a URI to addresses (RFC 3263), and what we write of ourselves into Via and Contact.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::call::{ResolveError, ResolveId, ResolveRequest, Resolved};
use super::client::{AckName, ClientId, Failure, Outcome};
use super::core::Core;
use crate::dialog::Hop;
use crate::flow::{Flow, Protocol, Target, Transmit};
use crate::message::{Host, HostPort, NameAddr, Request, Scheme, Uri, Via, ViaTransport};

/// What waits for a name to be resolved.
pub(super) enum Waiting {
    /// A request.
    Client(ClientId),
    /// An ACK for a 2xx, without Via.
    Ack { ack: AckName, request: Box<Request> },
}

/// Where a hop leads.
pub(super) enum Located {
    /// To these addresses, in this order.
    At(VecDeque<Target>),
    /// To a name that has to be resolved.
    Ask { host: String, port: Option<u16>, protocol: Option<Protocol>, secure: bool },
    /// Nowhere.
    Nowhere,
}

/// The transport that a URI asks for; `None` when it leaves the choice.
fn asked_protocol(uri: &Uri) -> Option<Protocol> {
    let secure = uri.scheme == Scheme::Sips;
    let named = uri.transport().and_then(Protocol::from_uri_param);
    match named {
        Some(Protocol::Ws | Protocol::Wss) if secure => Some(Protocol::Wss),
        _ if secure => Some(Protocol::Tls),
        named => named,
    }
}

/// Where to send a request for `hop` (RFC 3263 section 4).
pub(super) fn locate(hop: &Hop) -> Located {
    if let Some(flow) = hop.flow {
        return Located::At([Target::from(flow)].into());
    }
    let uri = &hop.uri;
    if !uri.is_sip() {
        return Located::Nowhere;
    }
    let protocol = asked_protocol(uri);
    let maddr = uri.params.get("maddr").and_then(Host::parse);
    match maddr.as_ref().unwrap_or(&uri.host) {
        Host::Name(name) if name.is_empty() || name.ends_with(".invalid") => Located::Nowhere,
        Host::Name(name) => {
            let secure = uri.scheme == Scheme::Sips;
            Located::Ask { host: name.clone(), port: uri.port, protocol, secure }
        }
        host => {
            let protocol = protocol.unwrap_or(Protocol::Udp);
            let port = uri.port.unwrap_or(protocol.default_port());
            let address = host.ip().map(|ip| Target::new(protocol, SocketAddr::new(ip, port)));
            address.map_or(Located::Nowhere, |target| Located::At([target].into()))
        }
    }
}

/// Where the response to a request goes (RFC 3261 section 18.2.2, RFC 3581 section 4): back along a connection; on UDP
/// to the address that it came from, at the port that the client asked for. `maddr` is not followed: it would let
/// strangers aim our responses.
pub(super) fn reply_target(via: &Via, flow: Flow) -> Target {
    if flow.protocol.is_reliable() || via.wants_rport() {
        return flow.into();
    }
    let port = via.sent_by.port.unwrap_or(flow.protocol.default_port());
    Target { remote: SocketAddr::new(flow.remote.ip(), port), ..flow.into() }
}

fn via_transport(protocol: Protocol) -> ViaTransport {
    match protocol {
        Protocol::Udp => ViaTransport::Udp,
        Protocol::Tcp => ViaTransport::Tcp,
        Protocol::Tls => ViaTransport::Tls,
        Protocol::Ws => ViaTransport::Ws,
        Protocol::Wss => ViaTransport::Wss,
    }
}

impl Core {
    /// What others shall call us who are reached by this transport, from this local address if it is known.
    fn own_address(&self, protocol: Protocol, local: Option<SocketAddr>, remote: SocketAddr) -> HostPort {
        let same_kind = |ip: IpAddr| ip.is_ipv4() == remote.ip().is_ipv4();
        let mut listeners = self.config.listeners.iter().filter(|it| it.protocol == protocol);
        let exact = listeners.clone().find(|it| Some(it.local) == local);
        let Some(listener) = exact.or_else(|| listeners.find(|it| same_kind(it.local.ip()))) else {
            return self.address_without_listener(protocol, local, remote);
        };
        if let Some(advertised) = &listener.advertised {
            return advertised.clone();
        }
        // A socket that listens on all addresses: the flow knows which one it was.
        let own = listener.local.ip();
        let left_by = || local.map(|local| local.ip()).filter(|ip| !ip.is_unspecified());
        let default = || self.config.default_addresses.iter().copied().find(|ip| same_kind(*ip));
        let ip = if own.is_unspecified() { left_by().or_else(default).unwrap_or(own) } else { own };
        HostPort { host: ip.into(), port: Some(listener.local.port()) }
    }

    /// The same for a transport that we do not listen on: by the name of another listener, at the usual port. Who
    /// answers there does so by the connection that we opened.
    fn address_without_listener(&self, protocol: Protocol, local: Option<SocketAddr>, remote: SocketAddr) -> HostPort {
        let same_kind = |ip: &IpAddr| ip.is_ipv4() == remote.ip().is_ipv4();
        let port = Some(local.map_or(protocol.default_port(), |local| local.port()));
        let advertised = || {
            let mut others = self.config.listeners.iter().filter(|it| same_kind(&it.local.ip()));
            others.find_map(|it| it.advertised.clone()).map(|it| it.host)
        };
        let bound = || self.config.listeners.iter().map(|it| it.local.ip()).find(|ip| same_kind(ip));
        let default = || self.config.default_addresses.iter().copied().find(same_kind);
        let mut known = [local.map(|local| local.ip()), bound(), default()].into_iter().flatten();
        let ip = known.find(|ip| !ip.is_unspecified());
        let host = advertised().or(ip.map(Host::from)).unwrap_or_else(|| Host::from(IpAddr::from([0, 0, 0, 0])));
        HostPort { host, port }
    }

    /// Our Contact for whoever is reached by `target`.
    pub(super) fn contact(&self, target: &Target, user: Option<&str>, secure: bool) -> NameAddr {
        let HostPort { host, port } = self.own_address(target.protocol, target.local, target.remote);
        let mut uri = Uri::sip(user, host, port);
        if secure {
            uri.scheme = Scheme::Sips;
        }
        if let Some(transport) = target.protocol.uri_param().filter(|_| !secure || target.protocol != Protocol::Tls) {
            uri.params.set("transport", transport);
        }
        NameAddr::new(uri)
    }

    /// A Via of ours.
    pub(super) fn via(&self, target: &Target, branch: &str) -> Via {
        let sent_by = self.own_address(target.protocol, target.local, target.remote);
        Via::new(via_transport(target.protocol), sent_by, branch)
    }

    /// Asks the driver for a name's addresses. `None` when too many questions are open.
    pub(super) fn ask(&mut self, located: Located, waiting: Waiting) -> Option<ResolveId> {
        let Located::Ask { host, port, protocol, secure } = located else { return None };
        if self.waiting.len() >= self.config.limits.max_resolves {
            return None;
        }
        let id = ResolveId(self.new_id());
        self.waiting.insert(id, waiting);
        self.asks.push_back(ResolveRequest { id, host, port, protocol, secure });
        Some(id)
    }

    /// The driver's answer.
    pub(super) fn resolved(&mut self, now: Instant, id: ResolveId, resolved: Resolved) {
        let Some(waiting) = self.waiting.remove(&id) else { return };
        let resolved =
            resolved.and_then(|targets| if targets.is_empty() { Err(ResolveError::NotFound) } else { Ok(targets) });
        match (waiting, resolved) {
            (Waiting::Client(client), Ok(targets)) => self.client_located(now, client, targets.into()),
            (Waiting::Client(client), Err(_)) => self.client_failed(now, client, Failure::Unresolved),
            (Waiting::Ack { ack, request }, Ok(targets)) => self.send_ack(ack, *request, targets[0]),
            // The 2xx comes again, and with it the question.
            (Waiting::Ack { ack, .. }, Err(_)) => self.outcomes.push_back(Outcome::Acked { ack, transmit: None }),
        }
    }

    /// Sends the ACK for a 2xx. The leg hears of it by [`Outcome::Acked`], to send the same again when the 2xx comes
    /// again.
    pub(super) fn acknowledge(&mut self, ack: AckName, request: Request, hop: &Hop) {
        match locate(hop) {
            Located::At(targets) => self.send_ack(ack, request, targets[0]),
            ask => {
                let waiting = Waiting::Ack { ack: ack.clone(), request: Box::new(request) };
                if self.ask(ask, waiting).is_none() {
                    self.outcomes.push_back(Outcome::Acked { ack, transmit: None });
                }
            }
        }
    }

    fn send_ack(&mut self, ack: AckName, mut request: Request, target: Target) {
        let branch = self.chance.branch();
        request.headers.push_via(&self.via(&target, &branch));
        let transmit = Transmit { target, data: request.to_bytes() };
        self.send(transmit.target, transmit.data.clone());
        self.outcomes.push_back(Outcome::Acked { ack, transmit: Some(transmit) });
    }
}

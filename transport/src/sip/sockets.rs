//! Binding what is listened on. A port that is taken is an error, never shared.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use sip_core::{Listener, Protocol};
use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use super::config::{SipConfig, StartError};
use super::routes::default_address;

/// How often other ports are tried when the system chooses them and one is not free for both transports.
const ATTEMPTS: usize = 16;

/// Connections that the system holds until they are accepted.
const BACKLOG: i32 = 1_024;

/// A bound datagram socket.
#[derive(Debug)]
pub(crate) struct BoundUdp {
    pub(crate) socket: UdpSocket,
    pub(crate) local: SocketAddr,
}

/// Everything that is bound.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    pub(crate) udp: Vec<BoundUdp>,
    pub(crate) streams: Vec<(Protocol, TcpListener)>,
    pub(crate) listeners: Vec<Listener>,
}

/// Binds all addresses of a configuration, or none.
pub(crate) fn bind(config: &SipConfig) -> Result<Bound, StartError> {
    if config.listen.is_empty() {
        return Err(StartError::NoAddress);
    }
    let chosen_by_system = config.listen.iter().any(|listen| listen.address.port() == 0);
    let mut attempts = if chosen_by_system { ATTEMPTS } else { 1 };
    loop {
        attempts -= 1;
        match bind_all(config) {
            Err(StartError::PortTaken { .. }) if attempts > 0 => {}
            result => return result,
        }
    }
}

fn bind_all(config: &SipConfig) -> Result<Bound, StartError> {
    let mut bound = Bound::default();
    let mut chosen: HashMap<IpAddr, u16> = HashMap::new();
    for listen in &config.listen {
        let mut address = listen.address;
        // UDP and TCP share a port number; the other transports would be in each other's way.
        let shares = matches!(listen.protocol, Protocol::Udp | Protocol::Tcp);
        if address.port() == 0
            && shares
            && let Some(port) = chosen.get(&address.ip())
        {
            address.set_port(*port);
        }
        let local = bind_one(config, listen.protocol, address, &mut bound)
            .map_err(|source| refusal(listen.protocol, address, source))?;
        if listen.address.port() == 0 && shares {
            chosen.insert(local.ip(), local.port());
        }
        let advertised = listen.advertised.clone();
        bound.listeners.push(Listener { protocol: listen.protocol, local, advertised });
    }
    Ok(bound)
}

fn bind_one(config: &SipConfig, protocol: Protocol, address: SocketAddr, bound: &mut Bound) -> io::Result<SocketAddr> {
    let kind = match protocol {
        Protocol::Udp => Type::DGRAM,
        Protocol::Tcp | Protocol::Tls | Protocol::Ws | Protocol::Wss => Type::STREAM,
    };
    let socket = Socket::new(Domain::for_address(address), kind, None)?;
    socket.set_nonblocking(true)?;
    if address.is_ipv6() {
        // So that `0.0.0.0` and `[::]` can both be bound, and addresses are what they look like.
        socket.set_only_v6(true)?;
    }
    if protocol == Protocol::Udp {
        // The system caps these; what it grants is good enough.
        let _ = socket.set_recv_buffer_size(config.socket_buffer);
        let _ = socket.set_send_buffer_size(config.socket_buffer);
        socket.bind(&address.into())?;
        let socket = UdpSocket::from_std(socket.into())?;
        let local = socket.local_addr()?;
        bound.udp.push(BoundUdp { socket, local });
        return Ok(local);
    }
    // For TCP this only says that connections of an earlier start may still be fading away (TIME-WAIT); two listeners
    // never share a port by it.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    let listener = TcpListener::from_std(socket.into())?;
    let local = listener.local_addr()?;
    bound.streams.push((protocol, listener));
    Ok(local)
}

fn refusal(protocol: Protocol, address: SocketAddr, source: io::Error) -> StartError {
    match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken { protocol, address },
        _ => StartError::Bind { protocol, address, source },
    }
}

/// What to call ourselves where a socket is bound to every interface: for each such family the address towards the
/// world.
pub(crate) fn default_addresses(listeners: &[Listener]) -> Vec<IpAddr> {
    let any = |v4: bool| {
        listeners.iter().any(|listener| listener.local.ip().is_unspecified() && listener.local.is_ipv4() == v4)
    };
    [true, false].into_iter().filter(|v4| any(*v4)).map(default_address).collect()
}

//! Binding the port pair of a leg.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use socket2::{Domain, Protocol, Socket, Type};

use super::config::{LegPorts, PortError, RtpConfig, StartError};
use super::ports::PortPool;
use super::syscall;
use crate::sip::default_address;

/// Pairs that are tried when other programs hold some of them.
const ATTEMPTS: usize = 32;

/// A pair that is in use; given back when dropped. Never dropped on a media thread, since the pool has a lock.
#[derive(Debug)]
struct Lease {
    pool: Arc<Mutex<PortPool>>,
    port: u16,
}

impl Drop for Lease {
    fn drop(&mut self) {
        lock(&self.pool).give_back(self.port, Instant::now());
    }
}

/// The two sockets of a leg.
#[derive(Debug)]
pub(crate) struct LegSockets {
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    // After the sockets: the ports are free only when these are closed.
    _lease: Lease,
}

/// Makes legs' sockets out of the configured range.
#[derive(Debug)]
pub(crate) struct PortFactory {
    pool: Arc<Mutex<PortPool>>,
}

impl PortFactory {
    /// Checks that the range has pairs and that the addresses are ours.
    pub(crate) fn new(config: &RtpConfig) -> Result<Self, StartError> {
        let pool = PortPool::new(&config.ports, config.port_rest);
        if pool.size() == 0 {
            return Err(StartError::NoPorts { first: *config.ports.start(), last: *config.ports.end() });
        }
        if config.bind.is_empty() {
            return Err(StartError::NoAddress);
        }
        for address in &config.bind {
            UdpSocket::bind(SocketAddr::new(*address, 0))
                .map_err(|source| StartError::Address { address: *address, source })?;
        }
        Ok(Self { pool: Arc::new(Mutex::new(pool)) })
    }

    /// Pairs in use.
    pub(crate) fn in_use(&self) -> usize {
        lock(&self.pool).in_use()
    }

    /// Binds a free pair at the configured address of the family of `near`.
    pub(crate) fn open(&self, config: &RtpConfig, near: IpAddr) -> Result<(LegSockets, LegPorts), PortError> {
        let bind =
            config.bind.iter().find(|bind| bind.is_ipv4() == near.is_ipv4()).ok_or(PortError::Family { near })?;
        for _ in 0..ATTEMPTS {
            let port = lock(&self.pool).take(Instant::now()).ok_or(PortError::Exhausted)?;
            let lease = Lease { pool: Arc::clone(&self.pool), port };
            let pair = bind_socket(config, SocketAddr::new(*bind, port))
                .and_then(|rtp| Ok((rtp, bind_socket(config, SocketAddr::new(*bind, port + 1))?)));
            match pair {
                Ok((rtp, rtcp)) => {
                    let host = advertised(config, *bind, near);
                    let other = other_address(*bind, near, host);
                    let (rtp_at, rtcp_at) = (SocketAddr::new(host, port), SocketAddr::new(host, port + 1));
                    let ports = LegPorts { rtp: rtp_at, rtcp: rtcp_at, other };
                    return Ok((LegSockets { rtp, rtcp, _lease: lease }, ports));
                }
                // Another program has one of them: the pair goes to the end of the line.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(PortError::Socket(error)),
            }
        }
        Err(PortError::Exhausted)
    }
}

/// What the other side should send to.
fn advertised(config: &RtpConfig, bind: IpAddr, near: IpAddr) -> IpAddr {
    let outside = if bind.is_ipv4() { config.advertised_v4 } else { config.advertised_v6 };
    outside.unwrap_or(if bind.is_unspecified() { near } else { bind })
}

/// Another address of sockets that are open at all of them. A browser on this machine, or behind a proxy on it, sends to
/// loopback from the address of a network, and takes no answer that comes from another one than it asked.
fn other_address(bind: IpAddr, near: IpAddr, host: IpAddr) -> Option<IpAddr> {
    if !bind.is_unspecified() {
        return None;
    }
    let other = if near.is_loopback() { default_address(near.is_ipv4()) } else { near };
    (other != host && !other.is_loopback() && other.is_ipv4() == host.is_ipv4()).then_some(other)
}

fn bind_socket(config: &RtpConfig, address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    let traffic_class = u32::from(config.dscp) << 2;
    // A network that forbids marking is no reason to refuse calls.
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
        let _ = socket.set_tclass_v6(traffic_class);
    } else {
        let _ = socket.set_tos_v4(traffic_class);
    }
    socket.set_recv_buffer_size(config.receive_buffer)?;
    socket.bind(&address.into())?;
    let socket = UdpSocket::from(socket);
    syscall::enable_time_stamps(&socket)?;
    Ok(socket)
}

/// The pool is never left half changed, so a panic elsewhere is no reason to stop.
fn lock(pool: &Mutex<PortPool>) -> MutexGuard<'_, PortPool> {
    pool.lock().unwrap_or_else(PoisonError::into_inner)
}

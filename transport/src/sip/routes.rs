//! Which of our addresses faces which other one.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// How long an answer of the system's routing table is believed.
const LIFETIME: Duration = Duration::from_mins(1);

/// Answers that are kept; when there are more, all are asked for anew.
const MAX_ENTRIES: usize = 4_096;

/// The local address that the system would send from.
///
/// # Errors
/// When there is no route.
pub(crate) fn local_towards(remote: IpAddr) -> io::Result<IpAddr> {
    let any = if remote.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    // Connecting a datagram socket sends nothing: it only looks the route up.
    let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.connect(SocketAddr::new(remote, 5060))?;
    Ok(socket.local_addr()?.ip())
}

/// The address of this machine as others would know it: that of the default route, failing that loopback.
pub(crate) fn default_address(v4: bool) -> IpAddr {
    // Addresses of documentation (RFC 5737, RFC 3849): nobody is there, but they are routed like any other.
    let somewhere: IpAddr =
        if v4 { Ipv4Addr::new(192, 0, 2, 1).into() } else { Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into() };
    let loopback = if v4 { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) };
    local_towards(somewhere).unwrap_or(loopback)
}

/// Remembered answers, so that a datagram does not cost four calls of the system.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    known: HashMap<IpAddr, (IpAddr, Instant)>,
}

impl Routes {
    /// The local end of a datagram that came to `bound` from `remote`: `bound` itself unless that means every
    /// interface.
    pub(crate) fn local_end(&mut self, now: Instant, bound: SocketAddr, remote: IpAddr) -> SocketAddr {
        if !bound.ip().is_unspecified() {
            return bound;
        }
        if let Some((local, _)) = self.known.get(&remote).filter(|(_, until)| now < *until) {
            return SocketAddr::new(*local, bound.port());
        }
        let local = local_towards(remote).unwrap_or_else(|_| default_address(remote.is_ipv4()));
        if self.known.len() >= MAX_ENTRIES {
            self.known.clear();
        }
        self.known.insert(remote, (local, now + LIFETIME));
        SocketAddr::new(local, bound.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_end_of_loopback_is_loopback() {
        let mut routes = Routes::default();
        let now = Instant::now();
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 5060));
        assert_eq!(routes.local_end(now, any, loopback), SocketAddr::new(loopback, 5060));
        assert_eq!(routes.known.len(), 1);
        let bound = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), 5070));
        assert_eq!(routes.local_end(now, bound, loopback), bound);
    }
}

//! How the outside sees us: a binding request to a STUN server (RFC 8489).

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;

/// RFC 8489 section 5.
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// Requests that are sent, and how long each is waited for.
const TRIES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// Asks `HOST:PORT` for our address and port as it sees them.
pub(super) async fn ask(server: &str) -> io::Result<SocketAddr> {
    let mut found = tokio::net::lookup_host(server).await?;
    let to = found.find(SocketAddr::is_ipv4).ok_or_else(|| io::Error::other("it has no IPv4 address"))?;
    let socket = UdpSocket::bind("0.0.0.0:0").await?;
    socket.connect(to).await?;
    let mut id = [0; 12];
    getrandom::fill(&mut id).map_err(|_| io::Error::other("no random bits"))?;
    let request = [&[0, 1, 0, 0][..], &COOKIE, &id].concat();
    let mut buffer = [0; 1_500];
    for patience in TRIES {
        socket.send(&request).await?;
        if let Ok(length) = tokio::time::timeout(patience, socket.recv(&mut buffer)).await
            && let Some(address) = read(&buffer[..length?], id)
        {
            return Ok(address);
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// XOR-MAPPED-ADDRESS of a response to the request with this id (sections 14.2 and 14.3).
fn read(message: &[u8], id: [u8; 12]) -> Option<SocketAddr> {
    let (head, mut attributes) = message.split_at_checked(20)?;
    if head[..2] != [1, 1] || head[4..8] != COOKIE || head[8..] != id {
        return None;
    }
    while let Some((head, rest)) = attributes.split_at_checked(4) {
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = rest.get(..length)?;
        if head[..2] == [0, 0x20] {
            let port = u16::from_be_bytes([*value.get(2)?, *value.get(3)?]) ^ 0x2112;
            let mask: Vec<u8> = COOKIE.iter().chain(&id).copied().collect();
            let plain: Vec<u8> = value.get(4..)?.iter().zip(&mask).map(|(byte, mask)| byte ^ mask).collect();
            let ip = match (value[1], plain.len()) {
                (1, 4) => IpAddr::from(<[u8; 4]>::try_from(plain).ok()?),
                (2, 16) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(plain).ok()?)),
                _ => return None,
            };
            return Some(SocketAddr::new(ip, port));
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The response of RFC 5769 section 2.2, as far as its address; it says 192.0.2.1, port 32853.
    #[test]
    fn the_sample_of_the_rfc_is_read() {
        let id = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];
        let mut message = vec![1, 1, 0, 0x1c];
        message.extend_from_slice(&COOKIE);
        message.extend_from_slice(&id);
        message.extend_from_slice(&[0x80, 0x22, 0, 0x0b]);
        message.extend_from_slice(b"test vector ");
        message.extend_from_slice(&[0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
        assert_eq!(read(&message, id), Some("192.0.2.1:32853".parse().unwrap()));
        assert_eq!(read(&message, [0; 12]), None, "an answer to somebody else");
        for length in 0..message.len() {
            assert_eq!(read(&message[..length], id), None);
        }
    }
}

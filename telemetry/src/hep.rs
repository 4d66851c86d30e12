//! SIP messages as Homer takes them: HEP version 3 (EEP), one datagram for each.
//!
//! A packet is `HEP3`, its whole length, and chunks: vendor (0: the protocol's own), type, length with this head, value;
//! all numbers big-endian (HEP3 network protocol specification, revision 12).

use std::net::{IpAddr, SocketAddr};

/// A SIP message on its way.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// Who sent it.
    pub from: SocketAddr,
    /// Who got it.
    pub to: SocketAddr,
    /// It went by a stream (TCP, TLS, WebSocket), not by UDP.
    pub stream: bool,
    /// When, microseconds since the Unix epoch.
    pub at_us: i64,
    /// Our number among those who capture.
    pub agent: u32,
    /// Password of the collector; empty: none is sent.
    pub password: &'a str,
    /// What belongs together has the same: the Call-ID.
    pub correlation: &'a str,
    /// The message.
    pub payload: &'a [u8],
}

/// The longest message that fits into a packet.
pub const MAX_PAYLOAD: usize = 60_000;

/// Writes a packet; a longer message is cut to [`MAX_PAYLOAD`].
pub fn encode(packet: &Packet<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(packet.payload.len() + 160);
    out.extend_from_slice(b"HEP3\0\0");
    let v4 = packet.from.is_ipv4() && packet.to.is_ipv4();
    chunk(&mut out, 1, &[if v4 { 2 } else { 10 }]);
    chunk(&mut out, 2, &[if packet.stream { 6 } else { 17 }]);
    address(&mut out, v4, (3, 5), packet.from.ip());
    address(&mut out, v4, (4, 6), packet.to.ip());
    chunk(&mut out, 7, &packet.from.port().to_be_bytes());
    chunk(&mut out, 8, &packet.to.port().to_be_bytes());
    chunk(&mut out, 9, &(packet.at_us.div_euclid(1_000_000) as u32).to_be_bytes());
    chunk(&mut out, 10, &(packet.at_us.rem_euclid(1_000_000) as u32).to_be_bytes());
    chunk(&mut out, 11, &[1]);
    chunk(&mut out, 12, &packet.agent.to_be_bytes());
    if !packet.password.is_empty() {
        chunk(&mut out, 14, cut(packet.password.as_bytes(), 256));
    }
    chunk(&mut out, 15, cut(packet.payload, MAX_PAYLOAD));
    if !packet.correlation.is_empty() {
        chunk(&mut out, 17, cut(packet.correlation.as_bytes(), 512));
    }
    let length = (out.len() as u16).to_be_bytes();
    out[4..6].copy_from_slice(&length);
    out
}

fn address(out: &mut Vec<u8>, v4: bool, types: (u16, u16), address: IpAddr) {
    match address {
        IpAddr::V4(address) if v4 => chunk(out, types.0, &address.octets()),
        IpAddr::V4(address) => chunk(out, types.1, &address.to_ipv6_mapped().octets()),
        IpAddr::V6(address) => chunk(out, types.1, &address.octets()),
    }
}

fn cut(bytes: &[u8], most: usize) -> &[u8] {
    &bytes[..bytes.len().min(most)]
}

fn chunk(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&(value.len() as u16 + 6).to_be_bytes());
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chunks by type, read as the specification says.
    fn decode(packet: &[u8]) -> Vec<(u16, Vec<u8>)> {
        let number = |at: usize| u16::from_be_bytes([packet[at], packet[at + 1]]);
        assert_eq!((&packet[..4], number(4) as usize), (&b"HEP3"[..], packet.len()));
        let (mut at, mut chunks) = (6, Vec::new());
        while at < packet.len() {
            let length = number(at + 4) as usize;
            assert_eq!(number(at), 0, "the protocol's own chunks");
            chunks.push((number(at + 2), packet[at + 6..at + length].to_vec()));
            at += length;
        }
        assert_eq!(at, packet.len());
        chunks
    }

    fn packet(from: &str, to: &str) -> Vec<u8> {
        encode(&Packet {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            stream: false,
            at_us: 1_700_000_000_123_456,
            agent: 2_001,
            password: "myhep",
            correlation: "77@x",
            payload: b"OPTIONS sip:a SIP/2.0\r\n\r\n",
        })
    }

    #[test]
    fn every_chunk_is_as_documented() {
        let chunks = decode(&packet("192.0.2.1:5060", "198.51.100.2:5070"));
        let expected: Vec<(u16, Vec<u8>)> = vec![
            (1, vec![2]),
            (2, vec![17]),
            (3, vec![192, 0, 2, 1]),
            (4, vec![198, 51, 100, 2]),
            (7, vec![0x13, 0xc4]),
            (8, vec![0x13, 0xce]),
            (9, 1_700_000_000_u32.to_be_bytes().to_vec()),
            (10, 123_456_u32.to_be_bytes().to_vec()),
            (11, vec![1]),
            (12, vec![0, 0, 0x07, 0xd1]),
            (14, b"myhep".to_vec()),
            (15, b"OPTIONS sip:a SIP/2.0\r\n\r\n".to_vec()),
            (17, b"77@x".to_vec()),
        ];
        assert_eq!(chunks, expected);
    }

    #[test]
    fn addresses_of_ipv6_have_their_own_chunks() {
        let chunks = decode(&packet("[2001:db8::1]:5060", "[2001:db8::2]:5061"));
        assert_eq!(chunks[0], (1, vec![10]));
        assert_eq!((chunks[2].0, chunks[2].1.len(), chunks[3].0, chunks[3].1[15]), (5, 16, 6, 2));
    }

    #[test]
    fn a_message_that_is_too_long_is_cut() {
        let long = vec![b'x'; 100_000];
        let from: SocketAddr = "192.0.2.1:1".parse().unwrap();
        let packet =
            Packet { from, to: from, stream: true, at_us: 0, agent: 1, password: "", correlation: "", payload: &long };
        let chunks = decode(&encode(&packet));
        assert_eq!(chunks[1], (2, vec![6]));
        assert_eq!(chunks.last().map(|(kind, value)| (*kind, value.len())), Some((15, MAX_PAYLOAD)));
    }
}

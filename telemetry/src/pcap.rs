//! Packets as a file that Wireshark reads: the classic pcap format with raw IP packets (link type 101).
//!
//! What went by a stream is written as datagrams: the segments that it was cut into are not known here.

use std::net::{IpAddr, SocketAddr};

/// Link type of packets that begin with their IP header.
const RAW_IP: u32 = 101;
/// The longest packet that is written.
const SNAP: usize = 65_535;

/// The head of a file.
pub fn header() -> Vec<u8> {
    let mut out = Vec::with_capacity(24);
    out.extend_from_slice(&0xa1b2_c3d4_u32.to_le_bytes());
    out.extend_from_slice(&2_u16.to_le_bytes());
    out.extend_from_slice(&4_u16.to_le_bytes());
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&(SNAP as u32).to_le_bytes());
    out.extend_from_slice(&RAW_IP.to_le_bytes());
    out
}

/// Appends a datagram. `whole`: its length on the wire, where `payload` is only its beginning.
pub fn datagram(out: &mut Vec<u8>, at_us: i64, from: SocketAddr, to: SocketAddr, payload: &[u8], whole: usize) {
    let payload = &payload[..payload.len().min(SNAP - 48)];
    let whole = whole.clamp(payload.len(), SNAP - 48);
    let mut packet = Vec::with_capacity(payload.len() + 48);
    let udp_length = (8 + whole) as u16;
    let head = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            packet.extend_from_slice(&[0x45, 0]);
            packet.extend_from_slice(&(udp_length + 20).to_be_bytes());
            packet.extend_from_slice(&[0, 0, 0x40, 0, 64, 17, 0, 0]);
            packet.extend_from_slice(&from.octets());
            packet.extend_from_slice(&to.octets());
            let sum = checksum(&packet, 0);
            packet[10..12].copy_from_slice(&sum.to_be_bytes());
            20
        }
        (from, to) => {
            packet.extend_from_slice(&[0x60, 0, 0, 0]);
            packet.extend_from_slice(&udp_length.to_be_bytes());
            packet.extend_from_slice(&[17, 64]);
            packet.extend_from_slice(&v6(from));
            packet.extend_from_slice(&v6(to));
            40
        }
    };
    packet.extend_from_slice(&from.port().to_be_bytes());
    packet.extend_from_slice(&to.port().to_be_bytes());
    packet.extend_from_slice(&udp_length.to_be_bytes());
    packet.extend_from_slice(&[0, 0]);
    packet.extend_from_slice(payload);
    // Over IPv6 a datagram needs a checksum (RFC 8200 section 8.1); of one that is cut it cannot be known.
    if head == 40 && whole == payload.len() {
        let pseudo = u32::from(udp_length) + 17 + sum(&packet[8..40]);
        let value = match checksum(&packet[head..], pseudo) {
            0 => 0xffff,
            value => value,
        };
        packet[head + 6..head + 8].copy_from_slice(&value.to_be_bytes());
    }
    out.extend_from_slice(&(at_us.div_euclid(1_000_000) as u32).to_le_bytes());
    out.extend_from_slice(&(at_us.rem_euclid(1_000_000) as u32).to_le_bytes());
    out.extend_from_slice(&(packet.len() as u32).to_le_bytes());
    out.extend_from_slice(&((head + 8 + whole) as u32).to_le_bytes());
    out.extend_from_slice(&packet);
}

fn v6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

fn sum(bytes: &[u8]) -> u32 {
    bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0))).sum()
}

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8], more: u32) -> u16 {
    let mut total = sum(bytes) + more;
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    !(total as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_has_its_headers_and_their_checksums() {
        let mut file = header();
        let (from, to) = ("192.0.2.1:5060".parse().unwrap(), "198.51.100.2:5070".parse().unwrap());
        datagram(&mut file, 1_500_000, from, to, b"hello", 5);
        let packet = &file[24 + 16..];
        assert_eq!(&file[24..32], [1, 0, 0, 0, 0x20, 0xa1, 7, 0]);
        assert_eq!(packet.len(), 33);
        assert_eq!(checksum(&packet[..20], 0), 0, "the header's sum with its checksum");
        assert_eq!(
            (&packet[12..16], &packet[16..20], &packet[28..]),
            (&[192, 0, 2, 1][..], &[198, 51, 100, 2][..], &b"hello"[..])
        );
        assert_eq!(u16::from_be_bytes([packet[24], packet[25]]), 13);
    }

    #[test]
    fn over_ipv6_the_checksum_covers_the_addresses() {
        let mut file = Vec::new();
        let (from, to) = ("[2001:db8::1]:5060".parse().unwrap(), "[2001:db8::2]:5070".parse().unwrap());
        datagram(&mut file, 0, from, to, b"odd", 3);
        let packet = &file[16..];
        let pseudo = sum(&packet[8..40]) + 17 + 11;
        assert_eq!(checksum(&packet[40..], pseudo), 0);
    }

    #[test]
    fn a_cut_packet_says_how_long_it_was() {
        let mut file = Vec::new();
        let (from, to) = ("192.0.2.1:5060".parse().unwrap(), "198.51.100.2:5070".parse().unwrap());
        datagram(&mut file, 0, from, to, &[0x80; 12], 172);
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        assert_eq!((number(8), number(12)), (40, 200));
    }
}

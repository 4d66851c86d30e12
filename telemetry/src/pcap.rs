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

/// What a datagram takes in a file beyond its payload, at most.
pub const OVERHEAD: usize = RECORD + 48;
/// The head of a record.
const RECORD: usize = 16;

/// The records of a file, or of a part of it, each with its time in microseconds since the Unix epoch.
pub fn records(mut bytes: &[u8]) -> impl Iterator<Item = (i64, &[u8])> {
    std::iter::from_fn(move || {
        let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let (seconds, us, length) = (number(0)?, number(4)?, number(8)?);
        let (record, rest) = bytes.split_at_checked(RECORD + length as usize)?;
        bytes = rest;
        Some((i64::from(seconds) * 1_000_000 + i64::from(us), record))
    })
}

/// Appends a datagram. `whole`: its length on the wire, where `payload` is only its beginning. Allocates nothing where
/// there is room for the payload and [`OVERHEAD`].
pub fn datagram(out: &mut Vec<u8>, at_us: i64, from: SocketAddr, to: SocketAddr, payload: &[u8], whole: usize) {
    let payload = &payload[..payload.len().min(SNAP - 48)];
    let whole = whole.clamp(payload.len(), SNAP - 48);
    let family = if from.is_ipv4() && to.is_ipv4() { 20 } else { 40 };
    out.extend_from_slice(&(at_us.div_euclid(1_000_000) as u32).to_le_bytes());
    out.extend_from_slice(&(at_us.rem_euclid(1_000_000) as u32).to_le_bytes());
    out.extend_from_slice(&((family + 8 + payload.len()) as u32).to_le_bytes());
    out.extend_from_slice(&((family + 8 + whole) as u32).to_le_bytes());
    let begin = out.len();
    let udp_length = (8 + whole) as u16;
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            out.extend_from_slice(&[0x45, 0]);
            out.extend_from_slice(&(udp_length + 20).to_be_bytes());
            out.extend_from_slice(&[0, 0, 0x40, 0, 64, 17, 0, 0]);
            out.extend_from_slice(&from.octets());
            out.extend_from_slice(&to.octets());
            let sum = checksum(&out[begin..], 0);
            out[begin + 10..begin + 12].copy_from_slice(&sum.to_be_bytes());
        }
        (from, to) => {
            out.extend_from_slice(&[0x60, 0, 0, 0]);
            out.extend_from_slice(&udp_length.to_be_bytes());
            out.extend_from_slice(&[17, 64]);
            out.extend_from_slice(&v6(from));
            out.extend_from_slice(&v6(to));
        }
    }
    let udp = out.len();
    out.extend_from_slice(&from.port().to_be_bytes());
    out.extend_from_slice(&to.port().to_be_bytes());
    out.extend_from_slice(&udp_length.to_be_bytes());
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(payload);
    // Over IPv6 a datagram needs a checksum (RFC 8200 section 8.1); of one that is cut it cannot be known.
    if family == 40 && whole == payload.len() {
        let pseudo = u32::from(udp_length) + 17 + sum(&out[begin + 8..begin + 40]);
        let value = match checksum(&out[udp..], pseudo) {
            0 => 0xffff,
            value => value,
        };
        out[udp + 6..udp + 8].copy_from_slice(&value.to_be_bytes());
    }
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
    fn records_are_read_back_and_need_no_more_room_than_told() {
        let mut part = Vec::with_capacity(2 * (172 + OVERHEAD));
        let room = part.capacity();
        let (four, six) = ("192.0.2.1:1".parse().unwrap(), "[2001:db8::1]:2".parse().unwrap());
        datagram(&mut part, 1_500_000, four, four, &[1; 172], 172);
        datagram(&mut part, 2_000_001, six, six, &[2; 172], 172);
        assert_eq!(part.capacity(), room);
        let read: Vec<_> = records(&part).map(|(at, record)| (at, record.len())).collect();
        assert_eq!(read, [(1_500_000, 16 + 28 + 172), (2_000_001, 16 + 48 + 172)]);
        assert_eq!(records(&part[..part.len() - 1]).count(), 1, "what is not whole is left out");
        assert_eq!(records(&[]).count(), 0);
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

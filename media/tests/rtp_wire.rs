//! RTP and RTCP on the wire, with `rtc-rtp` as the second opinion.

use media::rtp::packet::{Packet, PacketError};
use media::rtp::rtcp::{Compound, ReportBlock, SenderInfo};
use proptest::prelude::*;
use rtc_shared::marshal::{Marshal, Unmarshal};

fn second_opinion(datagram: &[u8]) -> Option<rtc_rtp::Packet> {
    let mut bytes = bytes::Bytes::copy_from_slice(datagram);
    rtc_rtp::Packet::unmarshal(&mut bytes).ok()
}

#[track_caller]
fn assert_agree(packet: &Packet<'_>, other: &rtc_rtp::Packet) {
    let header = &other.header;
    assert_eq!(packet.marker, header.marker);
    assert_eq!(packet.payload_type, header.payload_type);
    assert_eq!(packet.sequence, header.sequence_number);
    assert_eq!(packet.timestamp, header.timestamp);
    assert_eq!(packet.ssrc, header.ssrc);
    assert_eq!(packet.payload, &other.payload[..]);
}

#[test]
fn extensions_sources_and_padding_are_skipped() {
    let mut datagram = vec![0xB2, 0x80 | 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    datagram.extend([1; 8]);
    datagram.extend([0xBE, 0xDE, 0, 1, 0x10, 5, 0, 0]);
    datagram.extend([7, 7, 7, 0, 0, 3]);
    let packet = Packet::read(&datagram).unwrap();
    assert_eq!(packet.payload, [7, 7, 7]);
    assert!(packet.marker);
    assert_agree(&packet, &second_opinion(&datagram).unwrap());
    assert_eq!(Packet::read(&datagram[..18]), Err(PacketError::Short));
    *datagram.last_mut().unwrap() = 7;
    assert_eq!(Packet::read(&datagram), Err(PacketError::Padding));
    datagram[0] = 0x40;
    assert_eq!(Packet::read(&datagram), Err(PacketError::Version));
}

fn block() -> impl Strategy<Value = ReportBlock> {
    (any::<[u32; 5]>(), any::<u8>(), 0..0x7F_FFFF_u32).prop_map(|(numbers, fraction_lost, lost)| ReportBlock {
        ssrc: numbers[0],
        fraction_lost,
        lost,
        highest_sequence: numbers[1],
        jitter: numbers[2],
        last_sr: numbers[3],
        delay_since_sr: numbers[4],
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), real: bool) {
        if real && let Some(first) = bytes.first_mut() {
            *first = 0x80 | (*first & 0x3F);
        }
        let ours = Packet::read(&bytes);
        if let (Ok(ours), Some(other)) = (ours, second_opinion(&bytes)) {
            // Extension blocks are where the other one may differ: it reads on behind the id 15.
            if !other.header.extension {
                assert_agree(&ours, &other);
            }
        }
    }

    #[test]
    fn what_is_written_is_read_by_both(
        marker: bool, payload_type in 0..128_u8, sequence: u16, timestamp: u32, ssrc: u32,
        payload in proptest::collection::vec(any::<u8>(), 0..500),
    ) {
        let packet = Packet { marker, payload_type, sequence, timestamp, ssrc, payload: &payload };
        let mut datagram = Vec::new();
        packet.write(&mut datagram);
        prop_assert_eq!(Packet::read(&datagram), Ok(packet));
        let other = second_opinion(&datagram).unwrap();
        assert_agree(&packet, &other);
        prop_assert_eq!(&other.marshal().unwrap()[..], &datagram[..]);
    }

    #[test]
    fn any_rtcp_is_read_or_refused(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 199..208_u8, length in 0..80_u8, real: bool,
    ) {
        if real && bytes.len() >= 4 {
            (bytes[0], bytes[1], bytes[2], bytes[3]) = (0x80 | (bytes[0] & 0x1F), kind, 0, length);
        }
        let _ = Compound::read(&bytes);
    }

    #[test]
    fn rtcp_survives_the_wire(
        ssrc: u32, sends: bool, info in any::<(u64, u32, u32, u32)>(), goodbye: bool,
        blocks in proptest::collection::vec(block(), 0..4),
    ) {
        let (ntp, rtp_timestamp, packets, bytes) = info;
        let sender = sends.then_some(SenderInfo { ntp, rtp_timestamp, packets, bytes });
        let compound = Compound { ssrc, sender, blocks, goodbye };
        let datagram = compound.write("0123456789abcdef").unwrap();
        prop_assert_eq!(datagram.len() % 4, 0);
        prop_assert_eq!(Compound::read(&datagram), Ok(compound));
        for cut in 0..datagram.len() {
            let _ = Compound::read(&datagram[..cut]);
        }
    }
}

//! New keys in the middle of a stream: no index is used twice with one key, and the roll-over counter goes on
//! (RFC 3711 sections 3.3.1 and 9.1).

use crate::support;

use std::time::Duration;

use call_model::AudioFrame;
use media::codec::Codec;
use media::rtp::packet::Packet;
use media::rtp::{Heard, Session, SessionConfig};
use media::sdp::{Negotiated, Privacy};
use media::srtp::{MasterKey, Opener, Sealer, SrtpKeys, Suite};
use support::{CLEAN, FRAME, Line, address, agree, origin, sine_frame};

const SUITE: Suite = Suite::AeadAes128Gcm;

fn key(seed: u8) -> MasterKey {
    MasterKey::new(SUITE, &vec![seed; SUITE.key_bytes() + SUITE.salt_bytes()]).expect("the suite's length")
}

fn keyed(ours: u8, theirs: u8) -> Privacy {
    Privacy::Keys(SrtpKeys { ours: key(ours), theirs: key(theirs) })
}

fn with(negotiated: &Negotiated, privacy: Privacy) -> Negotiated {
    let mut negotiated = *negotiated;
    negotiated.shelter.privacy = privacy;
    negotiated
}

/// The peer that reads with one opener for each key takes every packet: none has an index that was there before.
#[test]
fn a_key_that_comes_back_goes_on_counting() {
    let (negotiated, _) = agree(Codec::Pcma, 20);
    let config = SessionConfig { rtcp_interval: Duration::from_millis(500), ..SessionConfig::new(1) };
    let turns = [Some(1), Some(2), Some(1), None, Some(1), Some(3), Some(2), None, Some(2)];
    let mut session = Session::new(config, with(&negotiated, keyed(1, 9)));
    let mut openers = [1, 2, 3].map(|seed| Opener::new(key(seed)));
    let (start, mut frame, mut number) = (origin(), AudioFrame::silence(Codec::Pcma.sample_rate()), 0);
    for turn in turns {
        session.renegotiate(with(&negotiated, turn.map_or(Privacy::Plain, |seed| keyed(seed, 9))));
        let (mut sound, mut reports) = (0, 0);
        for _ in 0..100 {
            let now = start + FRAME * number;
            number += 1;
            session.pull(now, &mut frame);
            session.push(now, &frame);
            while let Some(out) = session.poll_transmit() {
                let Some(seed) = turn else { continue };
                let (mut packet, opener) = (out.data.to_vec(), &mut openers[usize::from(seed) - 1]);
                if matches!(packet[1], 192..=223) {
                    assert!(opener.rtcp(&mut packet).is_ok(), "a report of key {seed} with an index from before");
                    reports += 1;
                } else {
                    assert!(opener.rtp(&mut packet).is_ok(), "a packet of key {seed} with an index from before");
                    sound += 1;
                }
            }
        }
        assert!(turn.is_none() || (sound == 100 && reports > 0), "{sound} packets, {reports} reports");
    }
}

/// While another way was taken the sequence number may have gone anywhere.
#[test]
fn nothing_is_sealed_with_an_index_that_a_key_has_seen() {
    let seal = |sealer: &mut Sealer, sequence| {
        let mut packet = Vec::new();
        Packet { marker: false, payload_type: 8, sequence, timestamp: 0, ssrc: 7, payload: &[1; 160] }
            .write(&mut packet);
        sealer.rtp(&mut packet).expect("it is sealed");
        packet
    };
    let mut sealer = Sealer::new(key(1));
    let mut packets = vec![seal(&mut sealer, 60_000), seal(&mut sealer, 65_000)];
    for sequence in [60_000, 60_000, 100, 40_200, 40_200, 100, 65_535, 0] {
        sealer.come_back();
        packets.push(seal(&mut sealer, sequence));
    }
    let count = packets.len();
    // The same words with the same index would be the same packet.
    packets.sort();
    packets.dedup();
    assert_eq!(packets.len(), count);
}

/// The sequence number has passed 65,535 when the key changes: the sound goes on.
#[test]
fn the_roll_over_counter_goes_on_with_a_new_key() {
    let mut line = Line::new(Codec::Pcma, 20, CLEAN, 3);
    line.speaker = Session::new(SessionConfig::new(3), with(line.speaker.negotiated(), keyed(1, 2)));
    line.listener = Session::new(SessionConfig::new(4), with(line.listener.negotiated(), keyed(2, 1)));
    let speak = |number| Some(sine_frame(Codec::Pcma.sample_rate(), 300.0, number));
    line.run(FRAME * 66_000, speak);
    let before = line.frames.len();
    let (speaker, listener) = (*line.speaker.negotiated(), *line.listener.negotiated());
    line.speaker.renegotiate(with(&speaker, keyed(11, 12)));
    line.listener.renegotiate(with(&listener, keyed(12, 11)));
    line.run(FRAME * 66_200, speak);
    assert!(line.frames[before..].iter().all(|heard| *heard == Heard::Voice));
    assert_eq!(line.listener.quality().invalid, 0);
}

/// A peer goes on counting, as the RFC has it, or begins again: both are heard.
#[test]
fn a_peer_that_sets_the_counter_back_is_heard_too() {
    for goes_on in [true, false] {
        let (negotiated, _) = agree(Codec::Pcma, 20);
        let mut session = Session::new(SessionConfig::new(1), with(&negotiated, keyed(9, 1)));
        let (start, mut sealer) = (origin(), Sealer::new(key(1)));
        for number in 0..200_u32 {
            if number == 100 {
                session.renegotiate(with(&negotiated, keyed(9, 2)));
                let mut next = Sealer::new(key(2));
                if goes_on {
                    next.go_on_from(&sealer);
                }
                sealer = next;
            }
            let (sequence, mut packet) = (65_500_u16.wrapping_add(number as u16), Vec::new());
            Packet {
                marker: false,
                payload_type: 8,
                sequence,
                timestamp: number * 160,
                ssrc: 7,
                payload: &[0xD5; 160],
            }
            .write(&mut packet);
            sealer.rtp(&mut packet).expect("it is sealed");
            session.handle_rtp(start + FRAME * number, address(2, 4_000), &packet);
        }
        let quality = session.quality();
        assert_eq!((quality.invalid, quality.duplicates), (0, 0), "{goes_on}: {quality:?}");
        assert!(quality.received >= 195, "{goes_on}: {quality:?}");
    }
}

//! Keys by RFC 4733: each press is told once, whatever happens to its packets, and sent as the RFC has it.

use crate::support;

use std::time::Duration;

use call_model::{AudioFrame, SampleRate};
use media::codec::Codec;
use media::rtp::packet::Packet;
use media::rtp::{SendDigitsError, Session, SessionConfig, SessionEvent};
use support::bench::{Bench, EVENT};
use support::{CLEAN, FRAME, Line, address, agree, origin, tone};

fn payload(event: u8, end: bool, duration: u16) -> [u8; 4] {
    let [high, low] = duration.to_be_bytes();
    [event, if end { 0x8A } else { 0x0A }, high, low]
}

fn bench() -> Bench {
    Bench::new(SessionConfig::new(1))
}

#[test]
fn all_sixteen_arrive_once_through_loss_and_reordering() {
    for seed in 0..20 {
        let conditions = support::Conditions {
            loss: 0.2,
            duplicates: 0.1,
            detours: 0.1,
            detour: Duration::from_millis(30),
            ..CLEAN
        };
        let mut line = Line::new(Codec::Pcma, 20, conditions, seed);
        line.speaker.send_digits("1234567890*#ABCD").unwrap();
        let speak = tone(&line.speaker, 440.0);
        line.run(Duration::from_secs(6), speak);
        assert!(!line.speaker.is_sending_digits());
        let heard: String = line
            .events
            .iter()
            .filter_map(|event| match event {
                SessionEvent::Digit { digit } => Some(*digit),
                _ => None,
            })
            .collect();
        assert_eq!(heard, "1234567890*#ABCD", "seed {seed}");
    }
}

#[test]
fn a_press_is_sent_as_the_rfc_has_it() {
    let (_, negotiated) = agree(Codec::Pcmu, 20);
    let mut session = Session::new(SessionConfig::new(5), negotiated);
    let start = origin();
    session.send_digits("5").unwrap();
    let mut packets = Vec::new();
    for frame in 0..10_u32 {
        session.push(start + FRAME * frame, &AudioFrame::silence(SampleRate::Narrow));
        while let Some(out) = session.poll_transmit() {
            let packet = Packet::read(out.data).unwrap();
            packets.push((packet.payload_type, packet.marker, packet.timestamp, packet.payload.to_vec()));
        }
    }
    let timestamp = packets[0].2;
    let events: Vec<_> = packets.iter().take_while(|packet| packet.0 == EVENT).collect();
    // 100 ms: durations 160 to 800, the last of them three times, all with one timestamp.
    let durations: Vec<_> = events.iter().map(|e| u16::from_be_bytes([e.3[2], e.3[3]])).collect();
    assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800]);
    let ends: Vec<_> = events.iter().map(|e| e.3[1] & 0x80 != 0).collect();
    assert_eq!(ends, [false, false, false, false, true, true, true]);
    assert!(events.iter().enumerate().all(|(at, e)| e.2 == timestamp && e.1 == (at == 0) && e.3[0] == 5));
    // Audio goes on with the time that has passed.
    assert_eq!((packets[7].0, packets[7].2), (0, timestamp.wrapping_add(7 * 160)));
    assert_eq!(packets.len(), 10);
}

#[test]
fn end_bits_may_be_lost() {
    let mut bench = bench();
    bench.event(1, 1_000, true, payload(1, false, 160));
    bench.event(2, 1_000, false, payload(1, false, 320));
    bench.event(9, 3_000, true, payload(1, false, 160));
    bench.event(10, 3_000, false, payload(1, true, 320));
    assert_eq!(bench.digits(), "11");
}

#[test]
fn one_packet_of_a_press_is_enough() {
    let mut bench = bench();
    bench.event(1, 1_000, false, payload(11, true, 800));
    bench.event(2, 1_000, false, payload(11, true, 800));
    assert_eq!(bench.digits(), "#");
    // Nor does it need a duration.
    bench.event(5, 5_000, true, payload(10, false, 0));
    assert_eq!(bench.digits(), "*");
}

#[test]
fn a_late_packet_is_no_new_press() {
    let mut bench = bench();
    bench.event(1, 1_000, true, payload(1, false, 160));
    bench.event(3, 3_000, true, payload(2, false, 160));
    bench.event(2, 1_000, false, payload(1, true, 320));
    assert_eq!(bench.digits(), "12");
}

#[test]
fn a_long_press_is_one_press() {
    let mut bench = bench();
    let mut sequence = 0;
    for segment in 0..3_u32 {
        for duration in (1_600..=65_535).step_by(1_600).chain([65_535]) {
            sequence += 1;
            let timestamp = 1_000 + segment * 65_535;
            bench.event(sequence, timestamp, sequence == 1, payload(7, false, duration));
        }
    }
    assert_eq!(bench.digits(), "7");
}

#[test]
fn a_timestamp_that_moves_with_the_press_is_forgiven() {
    let mut bench = bench();
    for at in 0..6_u16 {
        bench.event(at, 1_000 + u32::from(at) * 160, at == 0, payload(3, at > 3, 160 + at * 160));
    }
    assert_eq!(bench.digits(), "3");
}

#[test]
fn an_event_that_is_no_key_is_left_out() {
    let mut bench = bench();
    bench.event(1, 1_000, true, payload(16, true, 160));
    bench.raw(address(2, 4_000), EVENT, 1, 2, 2_000, true, &[1, 2]);
    assert_eq!(bench.digits(), "");
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let mut bench = bench();
    assert_eq!(bench.session.send_digits("12x"), Err(SendDigitsError::NoKey('x')));
    assert_eq!(bench.session.send_digits(&"1".repeat(65)), Err(SendDigitsError::Full));
    bench.renegotiate(|negotiated| negotiated.telephone_event = None);
    assert_eq!(bench.session.send_digits("1"), Err(SendDigitsError::NotNegotiated));
}

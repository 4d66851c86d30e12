//! What a session does besides carrying audio and keys: latching, hold, time limits, reports.

use crate::support;

use std::net::SocketAddr;
use std::time::Duration;

use call_model::{AudioFrame, SampleRate};
use media::codec::Codec;
use media::rtp::rtcp::Compound;
use media::rtp::{Heard, LatchPolicy, OutgoingKind, Session, SessionConfig, SessionEvent};
use media::sdp::{Direction, LocalMedia, SessionDescription, answer, complete, offer};
use support::bench::Bench;
use support::{CLEAN, FRAME, Line, address, agree, local, tone};

mod latching {
    use super::*;

    fn bench(policy: LatchPolicy) -> Bench {
        Bench::new(SessionConfig { latch: policy, ..SessionConfig::new(1) })
    }

    fn target(bench: &mut Bench) -> SocketAddr {
        bench.session.push(bench.start + bench.now, &AudioFrame::silence(SampleRate::Narrow));
        loop {
            let out = bench.session.poll_transmit().expect("a packet is sent");
            if out.kind == OutgoingKind::Rtp {
                return out.to;
            }
        }
    }

    fn play(bench: &mut Bench, source: SocketAddr, ssrc: u32, numbers: std::ops::Range<u32>) {
        for number in numbers {
            bench.audio(source, ssrc, number);
            bench.pull();
        }
    }

    #[test]
    fn the_stated_address_is_taken_at_once() {
        let mut bench = bench(LatchPolicy::default());
        bench.audio(address(2, 4_000), 1, 0);
        assert_eq!(bench.events(), [SessionEvent::Latched(address(2, 4_000))]);
        play(&mut bench, address(9, 9), 2, 0..100);
        assert_eq!(bench.session.quality().strangers, 100);
        assert_eq!(target(&mut bench), address(2, 4_000));
    }

    #[test]
    fn a_peer_behind_a_nat_is_found_and_kept() {
        let mut bench = bench(LatchPolicy::default());
        assert_eq!(target(&mut bench), address(2, 4_000));
        play(&mut bench, address(7, 1_234), 1, 0..3);
        assert_eq!(bench.events(), [SessionEvent::Latched(address(7, 1_234))]);
        assert_eq!(target(&mut bench), address(7, 1_234));
        // Nobody takes it from there, be it after a minute of silence.
        bench.now += Duration::from_secs(50);
        play(&mut bench, address(9, 9), 2, 0..100);
        play(&mut bench, address(2, 4_000), 3, 0..100);
        assert_eq!(bench.session.quality().strangers, 200);
        assert_eq!(target(&mut bench), address(7, 1_234));
    }

    #[test]
    fn the_stated_address_wins_within_the_window() {
        let mut bench = bench(LatchPolicy::default());
        play(&mut bench, address(9, 9), 2, 0..10);
        play(&mut bench, address(2, 4_000), 1, 0..10);
        assert_eq!(target(&mut bench), address(2, 4_000));
        play(&mut bench, address(9, 9), 2, 10..20);
        assert_eq!(bench.session.quality().strangers, 10);
    }

    #[test]
    fn stray_packets_do_not_latch() {
        let mut bench = bench(LatchPolicy::default());
        for number in 0..200_u16 {
            bench.packet(address(9, number), 0, u32::from(number), 1, &[0; 160]);
            bench.packet(address(8, 1), 0, 1, u32::from(number) * 50, &[0; 160]);
            bench.packet(address(7, 1), 77, 1, u32::from(number), &[0; 160]);
        }
        assert_eq!(bench.events(), []);
        assert_eq!(target(&mut bench), address(2, 4_000));
    }

    #[test]
    fn without_symmetric_rtp_only_the_stated_address_counts() {
        let mut bench = bench(LatchPolicy { symmetric: false, ..LatchPolicy::default() });
        play(&mut bench, address(7, 1), 1, 0..10);
        assert_eq!(bench.session.quality().strangers, 10);
        play(&mut bench, address(2, 4_000), 1, 0..10);
        assert_eq!(bench.session.quality().received, 10);
    }

    #[test]
    fn a_renegotiation_lets_another_address_in() {
        let mut bench = bench(LatchPolicy::default());
        play(&mut bench, address(2, 4_000), 1, 0..10);
        bench.renegotiate(|negotiated| negotiated.remote_rtp = address(5, 5_000));
        assert_eq!(target(&mut bench), address(5, 5_000));
        play(&mut bench, address(5, 5_000), 2, 0..10);
        assert_eq!(bench.session.quality().received, 20 - 1);
    }

    #[test]
    fn a_renegotiation_to_the_same_address_lets_go_of_a_silent_source_only() {
        let mut bench = bench(LatchPolicy::default());
        play(&mut bench, address(7, 1), 1, 0..10);
        bench.renegotiate(|_| {});
        play(&mut bench, address(9, 9), 2, 0..10);
        assert_eq!(target(&mut bench), address(7, 1));
        bench.renegotiate(|_| {});
        bench.now += Duration::from_secs(3);
        play(&mut bench, address(9, 9), 2, 10..20);
        assert_eq!(target(&mut bench), address(9, 9));
    }

    #[test]
    fn a_time_out_opens_the_latch_only_if_told_so() {
        for relatch_on_timeout in [false, true] {
            let mut bench = bench(LatchPolicy { relatch_on_timeout, ..LatchPolicy::default() });
            play(&mut bench, address(7, 1), 1, 0..10);
            bench.pull();
            bench.now += Duration::from_secs(61);
            bench.pull();
            assert_eq!(bench.events().last(), Some(&SessionEvent::TimedOut));
            play(&mut bench, address(8, 1), 2, 0..10);
            assert_eq!(target(&mut bench) == address(8, 1), relatch_on_timeout);
        }
    }

    #[test]
    fn an_ipv4_peer_of_an_ipv6_socket_is_known() {
        let mut bench = bench(LatchPolicy::default());
        let mapped = match address(2, 4_000) {
            SocketAddr::V4(v4) => SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port()),
            SocketAddr::V6(_) => unreachable!(),
        };
        bench.audio(mapped, 1, 0);
        assert_eq!(bench.events(), [SessionEvent::Latched(address(2, 4_000))]);
    }
}

mod hold_and_time {
    use super::*;

    #[test]
    fn silence_of_the_peer_is_told_once() {
        let mut bench = Bench::new(SessionConfig::new(1));
        for number in 0..50 {
            bench.audio(address(2, 4_000), 1, number);
            bench.pull();
        }
        bench.events();
        for _ in 0..(59 * 50) {
            bench.pull();
        }
        assert_eq!(bench.events(), []);
        for _ in 0..(120 * 50) {
            bench.pull();
        }
        assert_eq!(bench.events(), [SessionEvent::TimedOut]);
        bench.audio(address(2, 4_000), 1, 51);
        for _ in 0..(70 * 50) {
            bench.pull();
        }
        assert_eq!(bench.events(), [SessionEvent::TimedOut]);
    }

    #[test]
    fn a_held_call_does_not_time_out() {
        let mut bench = Bench::new(SessionConfig::new(1));
        bench.renegotiate(|negotiated| negotiated.send = false);
        for _ in 0..(200 * 50) {
            bench.pull();
        }
        bench.renegotiate(|negotiated| negotiated.send = true);
        for _ in 0..(50 * 50) {
            bench.pull();
        }
        assert_eq!(bench.events(), []);
    }

    #[test]
    fn nothing_is_sent_or_heard_while_held() {
        let mut bench = Bench::new(SessionConfig::new(1));
        bench.renegotiate(|negotiated| (negotiated.send, negotiated.receive) = (false, false));
        for number in 0..50 {
            bench.audio(address(2, 4_000), 1, number);
            assert_eq!(bench.pull(), Heard::Silence);
            bench.session.push(bench.start + bench.now, &AudioFrame::silence(SampleRate::Narrow));
            assert!(bench.session.poll_transmit().is_none_or(|out| out.kind == OutgoingKind::Rtcp));
        }
        bench.renegotiate(|negotiated| (negotiated.send, negotiated.receive) = (true, true));
        for number in 50..100 {
            bench.audio(address(2, 4_000), 1, number);
            let heard = bench.pull();
            assert!(number < 53 || heard == Heard::Voice);
        }
        // What came while held was received all the same.
        assert_eq!(bench.session.quality().lost, 0);
    }

    #[test]
    fn another_codec_is_gone_over_to() {
        let mut line = Line::new(Codec::Pcmu, 20, CLEAN, 3);
        let speak = tone(&line.speaker, 440.0);
        line.run(Duration::from_secs(2), speak);
        let (listener, speaker) = agree(Codec::G722, 20);
        line.speaker.renegotiate(speaker);
        line.listener.renegotiate(listener);
        line.heard.clear();
        line.frames.clear();
        let speak = tone(&line.speaker, 440.0);
        line.run(Duration::from_secs(4), speak);
        assert!(line.frames.iter().filter(|heard| **heard != Heard::Voice).count() < 5, "{:?}", line.frames);
        assert!((support::frequency(&line.heard[16_000..], 16_000) - 440.0).abs() < 2.0);
    }
}

mod timestamps {
    use super::*;

    /// Frames that are not heard when the timestamps jump by `jump` in mid-stream, with the numbers wrapping around too.
    fn lost_by_a_jump(jump: u32) -> usize {
        let mut bench = Bench::new(SessionConfig::new(1));
        let mut unheard = 0;
        for number in 0..400_u32 {
            let timestamp = (number * 160).wrapping_sub(8_000).wrapping_add(if number < 200 { 0 } else { jump });
            let sequence = (number as u16).wrapping_sub(100);
            bench.raw(address(2, 4_000), 0, 5, sequence, timestamp, false, &[0x55; 160]);
            bench.now += FRAME / 2;
            let heard = bench.session.pull(bench.start + bench.now, &mut AudioFrame::silence(SampleRate::Narrow));
            bench.now += FRAME / 2;
            unheard += usize::from(number > 10 && heard != Heard::Voice);
        }
        assert_eq!(bench.session.quality().lost, 0);
        assert!(bench.session.quality().delay_ms < 45.0, "{jump}: {}", bench.session.quality().delay_ms);
        unheard
    }

    #[test]
    fn they_may_wrap_around() {
        assert_eq!(lost_by_a_jump(0), 0);
    }

    #[test]
    fn they_may_jump() {
        for jump in [0x7000_0000, 0x9000_0000, 80_000, 80_000_u32.wrapping_neg(), 8_000, 8_000_u32.wrapping_neg()] {
            assert!(lost_by_a_jump(jump) <= 6, "{jump:#x}: {} frames", lost_by_a_jump(jump));
        }
        // 200 ms ahead looks like a pause, and is played as one.
        assert!(lost_by_a_jump(1_600) <= 10);
    }
}

mod reports {
    use super::*;

    fn rtcp_of(session: &mut Session) -> Vec<(SocketAddr, Compound)> {
        let mut reports = Vec::new();
        while let Some(out) = session.poll_transmit() {
            if out.kind == OutgoingKind::Rtcp {
                reports.push((out.to, Compound::read(out.data).expect("a report")));
            }
        }
        reports
    }

    #[test]
    fn they_are_sent_every_few_seconds() {
        let mut bench = Bench::new(SessionConfig::new(1));
        let mut reports = Vec::new();
        for number in 0..(60 * 50) {
            bench.audio(address(2, 4_000), 77, number);
            bench.pull();
            bench.session.push(bench.start + bench.now, &AudioFrame::silence(SampleRate::Narrow));
            reports.extend(rtcp_of(&mut bench.session));
        }
        assert!((8..=20).contains(&reports.len()), "{}", reports.len());
        for (to, report) in &reports {
            assert_eq!(*to, address(2, 4_001));
            assert!(report.sender.is_some() && !report.goodbye);
            assert_eq!((report.blocks[0].ssrc, report.blocks[0].lost), (77, 0));
        }
        bench.session.close(bench.start + bench.now);
        assert!(rtcp_of(&mut bench.session)[0].1.goodbye);
    }

    #[test]
    fn a_listener_sends_receiver_reports() {
        let mut bench = Bench::new(SessionConfig::new(1));
        let mut reports = Vec::new();
        for number in 0..(20 * 50) {
            if number % 10 != 3 {
                bench.audio(address(2, 4_000), 77, number);
            }
            bench.pull();
            reports.extend(rtcp_of(&mut bench.session));
        }
        let (_, last) = reports.last().unwrap();
        assert_eq!(last.sender, None);
        // A tenth of 256.
        assert!(last.blocks[0].fraction_lost.abs_diff(25) <= 2, "{}", last.blocks[0].fraction_lost);
    }

    /// Each packet of the datagram: whether it has padding, and its kind.
    fn packets(mut datagram: &[u8]) -> Vec<(bool, u8)> {
        let mut packets = Vec::new();
        while let [flags, kind, high, low, ..] = *datagram {
            packets.push((flags & 0x20 != 0, kind));
            datagram = &datagram[(usize::from(u16::from_be_bytes([high, low])) + 1) * 4..];
        }
        assert!(datagram.is_empty());
        packets
    }

    /// Padding would have to be a multiple of four (RFC 3550 section 6.4.1), so that there is never any need for it.
    #[test]
    fn nothing_is_padded() {
        let reports = [Compound::default(), Compound { goodbye: true, ..Compound::default() }];
        for (report, kinds) in reports.iter().zip([&[201, 202][..], &[201, 202, 203]]) {
            for length in 0..20 {
                let datagram = report.write(&"name".repeat(5)[..length]).unwrap();
                let expected: Vec<_> = kinds.iter().map(|kind| (false, *kind)).collect();
                assert_eq!(packets(&datagram), expected);
                assert_eq!(Compound::read(&datagram).as_ref(), Ok(report));
            }
        }
    }

    #[test]
    fn strangers_are_not_believed() {
        let mut bench = Bench::new(SessionConfig::new(1));
        let goodbye = Compound { ssrc: 1, goodbye: true, ..Compound::default() }.write("name").unwrap();
        bench.session.handle_rtcp(bench.start, address(9, 4_001), &goodbye);
        assert_eq!(bench.events(), []);
        assert_eq!(bench.session.quality().strangers, 1);
        bench.session.handle_rtcp(bench.start, address(2, 4_001), &goodbye);
        assert_eq!(bench.events(), [SessionEvent::Goodbye]);
        // On the RTP socket too.
        bench.session.handle_rtp(bench.start, address(2, 4_000), &goodbye);
        assert_eq!(bench.events(), [SessionEvent::Goodbye]);
    }
}

/// The peer offers a hold in each way that the field knows.
#[test]
fn hold_is_understood_in_every_form() {
    let ours = LocalMedia::new(address(1, 4_000).ip(), 4_000, 1);
    let theirs = offer(&local(2, Codec::Pcma, 20)).to_string();
    let held = [
        (theirs.replace("a=sendrecv", "a=sendonly"), false, true, Direction::RecvOnly),
        (theirs.replace("a=sendrecv", "a=inactive"), false, false, Direction::Inactive),
        (theirs.replace("c=IN IP4 192.0.2.2", "c=IN IP4 0.0.0.0"), false, true, Direction::RecvOnly),
        (theirs.replace("m=audio 4000", "m=audio 0"), false, false, Direction::Inactive),
        (
            theirs.replace("a=sendrecv\r\n", "").replace("t=0 0", "t=0 0\r\na=sendonly"),
            false,
            true,
            Direction::RecvOnly,
        ),
    ];
    for (offered, send, receive, direction) in held {
        let offered = SessionDescription::parse(offered.as_bytes()).unwrap();
        let (reply, negotiated) = answer(&ours, &offered).unwrap();
        assert_eq!((negotiated.send, negotiated.receive), (send, receive), "{offered}");
        assert_eq!(reply.media[0].direction(), Some(direction), "{offered}");
        assert!(negotiated.is_held());
    }
    // And ours: the answer to our sendonly.
    let holding = LocalMedia { direction: Direction::SendOnly, ..ours };
    let hold = offer(&holding);
    let (reply, negotiated) = answer(&local(2, Codec::Pcma, 20), &hold).unwrap();
    assert!(!negotiated.send && negotiated.receive);
    let negotiated = complete(&holding, &hold, &reply).unwrap();
    assert!(negotiated.send && !negotiated.receive);
}

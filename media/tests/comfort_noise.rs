//! Comfort noise over RTP ([RFC 3389](https://www.rfc-editor.org/rfc/rfc3389)).

use crate::support;

use call_model::{AudioFrame, SampleRate};
use media::codec::Codec;
use media::rtp::packet::Packet;
use media::rtp::{Heard, OutgoingKind, Session, SessionConfig};
use media::sdp::{LocalMedia, Negotiated, answer, complete, offer};
use support::{FRAME, address, local, origin, rms, sine_frame};

const NOISE: u8 = 13;

fn agreed(codec: Codec, ours: bool, theirs: bool) -> (Negotiated, Negotiated) {
    let side = |host, comfort_noise| LocalMedia { comfort_noise, ..local(host, codec, 20) };
    let offered = offer(&side(1, ours));
    let (reply, there) = answer(&side(2, theirs), &offered).expect("a codec");
    (complete(&side(1, ours), &offered, &reply).expect("an answer"), there)
}

/// RFC 3389 section 4: it is used where both ends have said so, next to a codec with the clock of 8 kHz.
#[test]
fn it_is_agreed_on_by_both() {
    for (ours, theirs) in [(true, true), (true, false), (false, true), (false, false)] {
        for codec in Codec::FIXED {
            let (here, there) = agreed(codec, ours, theirs);
            let both = (ours && theirs).then_some(NOISE);
            assert_eq!((here.comfort_noise, there.comfort_noise), (both, both), "{codec:?} {ours} {theirs}");
        }
    }
    // Opus has a silence of its own, and another clock.
    let (here, there) = agreed(Codec::Opus, true, true);
    assert_eq!((here.comfort_noise, there.comfort_noise), (None, None));
    let text = offer(&LocalMedia { comfort_noise: true, ..local(1, Codec::Pcma, 20) }).to_string();
    assert!(text.contains("RTP/AVP 8 13 101\r\n") && text.contains("a=rtpmap:13 CN/8000\r\n"), "{text}");
}

/// RFC 3389 section 3: what is heard while nothing comes has the level that was told, and is no loss.
#[test]
fn noise_is_heard_until_somebody_speaks_again() {
    let (here, _) = agreed(Codec::Pcmu, true, true);
    let mut session = Session::new(SessionConfig::new(1), here);
    let start = origin();
    let mut sequence = 0;
    let mut send = |session: &mut Session, tick: u32, payload_type: u8, payload: &[u8]| {
        let mut data = Vec::new();
        let packet = Packet { marker: false, payload_type, sequence, timestamp: tick * 160, ssrc: 9, payload };
        packet.write(&mut data);
        session.handle_rtp(start + FRAME * tick, address(2, 4_000), &data);
        sequence += 1;
    };
    let mut heard = Vec::new();
    for tick in 0..300_u32 {
        match tick {
            0..50 | 250.. => send(&mut session, tick, 0, &[0x30; 160]),
            50 => send(&mut session, tick, NOISE, &[40]),
            150 => send(&mut session, tick, NOISE, &[55, 100]),
            _ => {}
        }
        let mut frame = AudioFrame::silence(SampleRate::Narrow);
        let kind = session.pull(start + FRAME * tick + FRAME / 2, &mut frame);
        heard.push((kind, rms(frame.samples())));
    }
    assert!(heard[5..48].iter().all(|(kind, _)| *kind == Heard::Voice));
    let level = |range: std::ops::Range<usize>| {
        let mean = heard[range.clone()].iter().map(|(_, level)| level.powi(2)).sum::<f64>() / range.len() as f64;
        20.0 * (mean.sqrt() / 32_768.0).log10()
    };
    assert!((level(60..149) + 40.0).abs() < 1.0, "{}", level(60..149));
    assert!((level(155..249) + 55.0).abs() < 1.0, "{}", level(155..249));
    assert!(heard[55..249].iter().all(|(kind, _)| *kind == Heard::Silence));
    assert!(heard[254..].iter().all(|(kind, _)| *kind == Heard::Voice));
    let quality = session.quality();
    assert_eq!((quality.lost, quality.concealed_frames, quality.late), (0, 0, 0));
}

/// RFC 3389 section 5: sent only where it was agreed on and is switched on.
#[test]
fn we_send_it_where_it_is_agreed_and_wished() {
    let sent = |agreed: Negotiated, wished: bool| -> Vec<(u8, u32, bool)> {
        let config = SessionConfig { send_comfort_noise: wished, ..SessionConfig::new(1) };
        let mut session = Session::new(config, agreed);
        let start = origin();
        let mut packets = Vec::new();
        for tick in 0..200_u32 {
            match tick {
                0..20 | 190.. => {
                    session.push(start + FRAME * tick, &sine_frame(SampleRate::Narrow, 500.0, u64::from(tick)));
                }
                _ => session.rest(start + FRAME * tick, &[0xD5; 160]),
            }
            while let Some(out) = session.poll_transmit() {
                let packet = Packet::read(out.data).expect("RTP");
                if out.kind == OutgoingKind::Rtp {
                    packets.push((packet.payload_type, packet.timestamp, packet.marker));
                }
            }
        }
        packets
    };
    let (_, both) = agreed(Codec::Pcma, true, true);
    let packets = sent(both, true);
    let noise = packets.iter().filter(|packet| packet.0 == NOISE).count();
    assert_eq!((packets.len(), noise), (20 + 10 + 4 + 10, 4), "one each second");
    // Time goes on in the gaps, and the first of what follows is marked (RFC 3551 section 4.1).
    let (first, last) = (packets[0].1, packets[packets.len() - 1].1);
    assert_eq!(last.wrapping_sub(first), 199 * 160);
    assert_eq!(packets.iter().filter(|packet| packet.2).count(), 2);
    assert!(packets[34].2);
    let (_, one) = agreed(Codec::Pcma, true, false);
    for (negotiated, wished) in [(both, false), (one, true)] {
        assert!(sent(negotiated, wished).iter().all(|packet| packet.0 == 8));
        assert_eq!(sent(negotiated, wished).len(), 200);
    }
}

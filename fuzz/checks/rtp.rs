//! What must hold for a session, whatever arrives and whenever. Used by the fuzz target and by an ordinary test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use call_model::AudioFrame;
use media::codec::Codec;
use media::rtp::packet::Packet;
use media::rtp::{Session, SessionConfig};
use media::sdp::{LocalMedia, Negotiated, answer, complete, offer};

/// One origin for all runs: only distances count.
#[allow(clippy::disallowed_methods, reason = "an origin for virtual time")]
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Panics if something does not hold. The bytes are a script: each step begins with a byte that says what happens.
pub fn check(data: &[u8]) {
    if let Ok(packet) = Packet::read(data) {
        let mut written = Vec::new();
        packet.write(&mut written);
        assert!(Packet::read(&written) == Ok(packet), "what was written reads otherwise");
    }
    let Some((&first, mut script)) = data.split_first() else { return };
    let codec = Codec::ALL[usize::from(first) % Codec::ALL.len()];
    let mut session = Session::new(SessionConfig::new(u64::from(first)), agree(codec));
    let mut frame = AudioFrame::silence(codec.sample_rate());
    let (mut now, mut sequence, mut timestamp) = (*ORIGIN, 0_u16, 0_u32);
    while let Some((&step, rest)) = script.split_first() {
        script = rest;
        let argument = script.first().copied().unwrap_or_default();
        let source = peer(if step & 0x80 == 0 { 2 } else { argument % 4 });
        match step % 8 {
            // A packet as it should be, of any length.
            0..=2 => {
                sequence = sequence.wrapping_add(1);
                timestamp = timestamp.wrapping_add(160);
                let payload = vec![argument; if step & 0x40 == 0 { 160 } else { usize::from(argument) * 7 }];
                let packet = Packet {
                    marker: step & 0x20 != 0,
                    payload_type: if step & 0x10 == 0 { codec.payload_type() } else { 101 },
                    sequence,
                    timestamp,
                    ssrc: u32::from(step & 0x08),
                    payload: &payload,
                };
                let mut datagram = Vec::new();
                packet.write(&mut datagram);
                session.handle_rtp(now, source, &datagram);
            }
            // Time passes, also backwards for what arrives.
            3 | 4 => {
                now += Duration::from_millis(if step & 0x40 == 0 { 20 } else { u64::from(argument) * 40 });
                session.pull(now, &mut frame);
                session.push(now, &frame);
            }
            5 => {
                sequence =
                    sequence.wrapping_add(u16::from(argument).wrapping_mul(if step & 0x40 == 0 { 1 } else { 1_024 }));
                timestamp = timestamp.wrapping_add(u32::from(argument) << (step >> 3));
            }
            6 => {
                let length = usize::from(argument).min(script.len());
                let (datagram, rest) = script.split_at(length);
                script = rest;
                let arrived = now.checked_sub(Duration::from_millis(u64::from(step))).unwrap_or(now);
                if step & 0x40 == 0 {
                    session.handle_rtp(arrived, source, datagram);
                } else {
                    session.handle_rtcp(arrived, source, datagram);
                }
            }
            _ => renegotiate(&mut session, argument),
        }
        while session.poll_transmit().is_some() {}
        while session.poll_event().is_some() {}
    }
    let quality = session.quality();
    assert!((1.0..=4.5).contains(&quality.mos), "a score lies between 1 and 4.5");
    assert!(quality.delay_ms < 1_000.0, "audio does not pile up");
}

fn renegotiate(session: &mut Session, how: u8) {
    let codec = Codec::ALL[usize::from(how) % Codec::ALL.len()];
    let mut negotiated = agree(codec);
    (negotiated.send, negotiated.receive) = (how & 0x10 == 0, how & 0x20 == 0);
    negotiated.ptime_ms = 10 * (1 + how % 6);
    if how & 0x40 != 0 {
        negotiated.remote_rtp = peer(how % 4);
    }
    session.renegotiate(negotiated);
    let _ = session.send_digits("12");
}

fn peer(host: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), 4_000)
}

fn agree(codec: Codec) -> Negotiated {
    let local = |host| LocalMedia { codecs: vec![codec], ..LocalMedia::new(peer(host).ip(), 4_000, 1) };
    let ours = offer(&local(1));
    let reply = answer(&local(2), &ours).map(|(reply, _)| reply);
    reply.and_then(|reply| complete(&local(1), &ours, &reply)).expect("both ends know the codec")
}

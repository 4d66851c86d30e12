//! What must hold for the sound of a call whose other side says and sends anything: session descriptions that change,
//! packets of any bytes from anywhere, and time. Used by the fuzz target and by an ordinary test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use media::rtp::SessionConfig;
use media::sdp::{LocalMedia, SessionDescription, answer};
use media::{CallMedia, CallMediaConfig, LegSlot, MediaCommand, MediaEvent};

/// One origin for all runs: only distances count.
#[allow(clippy::disallowed_methods, reason = "an origin for virtual time")]
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Parts of one script.
const STEPS: usize = 300;
/// What one leg may send within 20 ms: a packet of sound, keys with their repeated ends, reports.
const MOST_SENT: usize = 16;

/// How far a script got.
#[derive(Debug, Default, Clone, Copy)]
pub struct Reached {
    /// Times that something was agreed on.
    pub agreed: usize,
    /// Packets that went out.
    pub sent: usize,
}

/// Panics if something does not hold. The bytes are parts of two bytes, what it is and how long, and so many more.
pub fn check(mut data: &[u8]) -> Reached {
    let mut media = CallMedia::new(CallMediaConfig::default());
    let (mut now, mut reached, mut runs) = (*ORIGIN, Reached::default(), false);
    for _ in 0..STEPS {
        let [what, length, rest @ ..] = data else { break };
        let (part, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        data = rest;
        match what % 8 {
            0 | 1 => {
                if let Some(command) = agree(part, runs) {
                    (runs, reached.agreed) = (true, reached.agreed + 1);
                    media.handle(now, command);
                }
            }
            2 | 3 => media.handle_rtp(now, LegSlot::CALLER, source(what >> 3), part),
            // Something like a packet, so that it gets past the first look.
            4 => media.handle_rtp(now, LegSlot::CALLER, source(what >> 3), &sound(*length, part)),
            5 => media.handle_rtcp(now, LegSlot::CALLER, source(what >> 3), part),
            6 => {
                let digits = part.iter().map(|byte| char::from(*byte)).collect();
                media.handle(now, MediaCommand::SendDigits { leg: LegSlot::CALLER, digits });
            }
            _ => {
                for _ in 0..=length % 32 {
                    now += Duration::from_millis(20);
                    media.tick(now);
                    reached.sent += drain(&mut media);
                }
                if what >> 3 == 31 {
                    // A machine that slept.
                    now += Duration::from_mins(10);
                }
            }
        }
        reached.sent += drain(&mut media);
    }
    media.close(now);
    drain(&mut media);
    assert!(media.poll_transmit().is_none(), "a call that is closed is silent");
    assert_eq!(media.dropped().events, 0, "nothing that happened is lost");
    media.tick(now + Duration::from_millis(20));
    assert!(media.poll_transmit().is_none(), "and stays so");
    reached
}

/// What comes of somebody's offer, if anything.
fn agree(offer: &[u8], runs: bool) -> Option<MediaCommand> {
    let offer = SessionDescription::parse(offer).ok()?;
    let ours = LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 4_000, 1);
    let (_, negotiated) = answer(&ours, &offer).ok()?;
    let leg = LegSlot::CALLER;
    Some(if runs {
        MediaCommand::RenegotiateLeg { leg, negotiated }
    } else {
        MediaCommand::StartLeg { leg, session: SessionConfig::new(1), negotiated }
    })
}

fn source(byte: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2 + byte % 2)), 4_000 + u16::from(byte % 3))
}

/// A packet of G.711 with what the script says in place of its sequence number, its time and its sound.
fn sound(sequence: u8, part: &[u8]) -> Vec<u8> {
    let time = u32::from(sequence) * 160;
    let mut packet = vec![0x80, 8, 0, sequence];
    packet.extend(time.to_be_bytes());
    packet.extend([0, 0, 0, 1]);
    packet.extend(part.iter().cycle().take(160));
    packet
}

/// Takes what goes out and what happened; gives how many packets.
fn drain(media: &mut CallMedia) -> usize {
    let mut sent = 0;
    while media.poll_transmit().is_some() {
        sent += 1;
        assert!(sent <= MOST_SENT, "more goes out than a peer could ask for");
    }
    while let Some(event) = media.poll_event() {
        if let MediaEvent::Digit { digit, .. } = event {
            assert!("0123456789*#ABCD".contains(digit), "no key: {digit:?}");
        }
    }
    while let Some(tap) = media.poll_tap().or_else(|| media.poll_ear()) {
        media.recycle(tap.samples);
    }
    sent
}

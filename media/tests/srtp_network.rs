//! Two sessions that speak SRTP over a bad network, in virtual time.

use crate::support;

use std::time::Duration;

use call_model::AudioFrame;
use media::codec::Codec;
use media::rtp::{Heard, Session, SessionConfig, SessionEvent};
use media::sdp::{DtlsPeer, DtlsRole, Fingerprint, Negotiated, Privacy};
use media::srtp::{MasterKey, SrtpKeys, Suite};
use support::{CLEAN, Conditions, FRAME, Line, address, agree, origin, sine_frame};

fn key(suite: Suite, seed: u8) -> MasterKey {
    MasterKey::new(suite, &vec![seed; suite.key_bytes() + suite.salt_bytes()]).expect("the suite's length")
}

fn keys(suite: Suite, ours: u8, theirs: u8) -> SrtpKeys {
    SrtpKeys { ours: key(suite, ours), theirs: key(suite, theirs) }
}

fn with(negotiated: &Negotiated, privacy: Privacy) -> Negotiated {
    let mut negotiated = *negotiated;
    negotiated.shelter.privacy = privacy;
    negotiated
}

/// A line whose ends have agreed on keys; `wrong` makes the listener's another one.
fn line(suite: Suite, conditions: Conditions, seed: u64, wrong: bool) -> Line {
    let mut line = Line::new(Codec::Pcma, 20, conditions, seed);
    let session = |session: &Session, seed, keys| {
        Session::new(SessionConfig::new(seed), with(session.negotiated(), Privacy::Keys(keys)))
    };
    line.speaker = session(&line.speaker, seed, keys(suite, 1, 2));
    line.listener = session(&line.listener, seed + 1, keys(suite, 2, if wrong { 3 } else { 1 }));
    line
}

#[expect(clippy::unnecessary_wraps, reason = "a line is told so by its speaker")]
fn speak(number: u64) -> Option<AudioFrame> {
    Some(sine_frame(Codec::Pcma.sample_rate(), 300.0, number))
}

const BAD: Conditions = Conditions {
    loss: 0.05,
    duplicates: 0.05,
    detours: 0.05,
    detour: Duration::from_millis(50),
    delay: Duration::from_millis(20),
    jitter: Duration::from_millis(20),
    ..CLEAN
};

fn share_of_voice(line: &Line) -> f64 {
    line.frames.iter().filter(|heard| **heard == Heard::Voice).count() as f64 / line.frames.len() as f64
}

#[test]
fn it_is_heard_through_loss_repetition_and_reordering() {
    for suite in Suite::ALL {
        let (mut sealed, mut plain) = (line(suite, BAD, 4, false), Line::new(Codec::Pcma, 20, BAD, 4));
        for line in [&mut sealed, &mut plain] {
            line.run(Duration::from_secs(20), speak);
        }
        let (quality, without) = (sealed.listener.quality(), plain.listener.quality());
        assert_eq!(quality.invalid, 0, "{suite:?}");
        assert!(quality.duplicates > 20, "{suite:?}: {quality:?}");
        assert_eq!(quality.received, without.received, "as much as without");
        assert_eq!(sealed.heard, plain.heard, "{suite:?}: and the same sound");
        assert!(share_of_voice(&sealed) > 0.85);
    }
}

/// RFC 3711 section 3.3.1: the sequence number passes 65,535 three times and more, in the middle of losses.
#[test]
fn the_sequence_number_rolls_over_again_and_again() {
    let suite = Suite::AeadAes128Gcm;
    let mut line = line(suite, BAD, 9, false);
    // 20 ms each: 200,000 packets.
    line.run(FRAME * 200_000, speak);
    let quality = line.listener.quality();
    assert_eq!(quality.invalid, 0);
    assert!(quality.received > 180_000, "{quality:?}");
}

#[test]
fn nothing_is_heard_with_the_wrong_key() {
    for suite in Suite::ALL {
        let mut line = line(suite, CLEAN, 5, true);
        line.run(Duration::from_secs(3), speak);
        let quality = line.listener.quality();
        assert!(line.heard.iter().all(|sample| *sample == 0), "{suite:?}");
        assert!(quality.invalid > 100 && quality.received == 0, "{quality:?}");
        assert!(line.events.is_empty(), "nobody is latched on to");
    }
}

/// A new offer brings a new key; the packets that are on their way still have the old one.
#[test]
fn a_new_key_is_gone_over_to_without_a_gap() {
    let conditions = Conditions { delay: Duration::from_millis(60), ..CLEAN };
    let (old, new) = (Suite::Aes128CmSha1_80, Suite::AeadAes256Gcm);
    let mut line = line(old, conditions, 6, false);
    line.run(Duration::from_secs(3), speak);
    let before = line.frames.len();
    let renewed = with(line.listener.negotiated(), Privacy::Keys(keys(new, 12, 11)));
    line.listener.renegotiate(renewed);
    let renewed = with(line.speaker.negotiated(), Privacy::Keys(keys(new, 11, 12)));
    line.speaker.renegotiate(renewed);
    line.run(Duration::from_secs(6), speak);
    assert!(line.frames[before..].iter().all(|heard| *heard == Heard::Voice), "{:?}", line.listener.quality());
    assert_eq!(line.listener.quality().invalid, 0);
}

/// The same key again, as a hold brings it, goes on counting: no packet is taken twice.
#[test]
fn the_same_key_again_changes_nothing() {
    let mut line = line(Suite::Aes128CmSha1_80, CLEAN, 7, false);
    line.run(Duration::from_secs(2), speak);
    let (speaker, listener) = (*line.speaker.negotiated(), *line.listener.negotiated());
    line.speaker.renegotiate(speaker);
    line.listener.renegotiate(listener);
    line.run(Duration::from_secs(4), speak);
    let quality = line.listener.quality();
    assert_eq!((quality.invalid, quality.lost), (0, 0), "{quality:?}");
    assert!(share_of_voice(&line) > 0.95);
}

/// RFC 5763: before the handshake is done nothing is said in the clear, and nothing believed.
#[test]
fn nothing_is_said_or_heard_before_the_keys_are_there() {
    let (negotiated, _) = agree(Codec::Pcma, 20);
    let peer = DtlsPeer { fingerprint: Fingerprint([7; 32]), role: DtlsRole::Server };
    let config = SessionConfig { rtcp_interval: Duration::from_millis(500), ..SessionConfig::new(1) };
    let mut session = Session::new(config, with(&negotiated, Privacy::Dtls(peer)));
    let (start, mut frame) = (origin(), AudioFrame::silence(Codec::Pcma.sample_rate()));
    let mut sent = 0;
    for number in 0..200_u32 {
        let now = start + FRAME * number;
        if number == 100 {
            assert_eq!(sent, 0);
            session.set_keys(&keys(Suite::AeadAes128Gcm, 1, 2));
        }
        session.handle_rtp(now, address(2, 4_000), &[0x80, 8, 0, number as u8, 0, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3]);
        assert_eq!(session.pull(now, &mut frame), Heard::Silence);
        session.push(now, &frame);
        while session.poll_transmit().is_some() {
            sent += 1;
        }
    }
    assert!(sent >= 100, "{sent}");
    assert_eq!(session.quality().received, 0);
    session.fail_keys();
    assert_eq!(session.poll_event(), Some(SessionEvent::NotSecured));
}

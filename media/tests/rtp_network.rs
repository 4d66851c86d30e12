//! Audio through bad networks, judged by what is heard.

use crate::support;

use std::time::Duration;

use media::codec::Codec;
use media::rtp::{Heard, Session, SessionConfig};
use support::{CLEAN, Conditions, FRAME, LEVEL, Line, frequency, longest_gap_ms, rms, sine_frame, tone, worst_click};

const HZ: f64 = 440.0;
/// Root mean square of the test tone.
const TONE_RMS: f64 = LEVEL * std::f64::consts::FRAC_1_SQRT_2;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn run(codec: Codec, ptime_ms: u8, conditions: Conditions, length: Duration, seed: u64) -> Line {
    let mut line = Line::new(codec, ptime_ms, conditions, seed);
    let speak = tone(&line.speaker, HZ);
    line.run(length, speak);
    line
}

/// Level within 1 dB and frequency within 1 Hz.
#[track_caller]
fn assert_tone(line: &Line, from: Duration, level_from: f64) {
    let rate = line.listener.codec().sample_rate().hz();
    let heard = line.heard_from(from);
    let level = rms(heard) / TONE_RMS;
    assert!((level_from..1.12).contains(&level), "level {level}");
    let hz = frequency(heard, rate);
    assert!((hz - HZ).abs() < 1.0, "{hz} Hz");
}

#[test]
fn a_clean_network_is_heard_whole_and_soon() {
    for codec in Codec::ALL {
        for phase in [0, 2, 5, 10, 15, 19] {
            let conditions = Conditions { phase: ms(phase), ..CLEAN };
            let line = run(codec, 20, conditions, secs(10), phase);
            assert!(line.not_heard(ms(60)) < 1e-9, "{codec:?} at {phase} ms");
            assert_tone(&line, ms(60), 0.95);
            let rate = codec.sample_rate().hz();
            assert!(worst_click(line.heard_from(ms(60)), HZ, rate) < 1.6, "{codec:?} at {phase} ms");
            let quality = line.listener.quality();
            assert_eq!((quality.lost, quality.late, quality.duplicates), (0, 0, 0));
            assert!(quality.delay_ms <= 32.0, "{codec:?} at {phase} ms: {} ms", quality.delay_ms);
            assert!(quality.mos > 4.2, "{}", quality.mos);
        }
    }
}

#[test]
fn packets_of_all_lengths_are_played() {
    for ptime in [10, 20, 30, 40, 50, 60] {
        let line = run(Codec::Pcma, ptime, CLEAN, secs(10), 1);
        let sent = line.speaker.quality().sent;
        assert!(sent.abs_diff(10_000 / u64::from(ptime)) <= 2, "{sent} packets of {ptime} ms");
        assert!(line.not_heard(secs(1)) < 0.002, "{ptime} ms: {}", line.not_heard(secs(1)));
        assert_tone(&line, secs(1), 0.95);
        let delay = line.listener.quality().delay_ms;
        assert!(delay <= 35.0 + f32::from(ptime), "{delay} ms for packets of {ptime} ms");
    }
}

#[test]
fn a_fifth_of_the_packets_may_be_lost() {
    for codec in Codec::FIXED {
        let line = run(codec, 20, Conditions { loss: 0.2, jitter: ms(10), ..CLEAN }, secs(60), 7);
        let quality = line.listener.quality();
        let loss = quality.lost as f64 / (quality.lost + quality.received) as f64;
        assert!((0.17..0.23).contains(&loss), "{loss}");
        assert!(line.not_heard(secs(2)) < 0.25, "{}", line.not_heard(secs(2)));
        assert_tone(&line, secs(2), 0.85);
        assert!(quality.delay_ms < 60.0, "{} ms", quality.delay_ms);
        assert!(quality.mos < 3.0, "{}", quality.mos);
        let rate = codec.sample_rate().hz();
        assert!(longest_gap_ms(line.heard_from(secs(2)), rate) < 60.0);
    }
}

#[test]
fn a_single_loss_is_hardly_heard() {
    let mut line = Line::new(Codec::Pcmu, 20, CLEAN, 3);
    let mut speak = tone(&line.speaker, HZ);
    line.run(secs(2), &mut speak);
    line.blocked_until = line.now + ms(25);
    line.run(secs(4), &mut speak);
    assert_eq!(line.listener.quality().lost, 1);
    assert_eq!(line.frames.iter().filter(|heard| **heard == Heard::Concealed).count(), 1);
    let around = &line.heard_from(ms(1_900))[..8_000 / 2];
    assert!(worst_click(around, HZ, 8_000) < 2.0, "{}", worst_click(around, HZ, 8_000));
    assert!(longest_gap_ms(around, 8_000) < 3.0);
}

#[test]
fn jitter_is_learned() {
    for jitter in [20, 60, 120] {
        let conditions = Conditions { jitter: ms(jitter), ..CLEAN };
        let line = run(Codec::Pcmu, 20, conditions, secs(60), jitter);
        assert!(line.not_heard(secs(10)) < 0.04, "{jitter} ms: {}", line.not_heard(secs(10)));
        assert_tone(&line, secs(10), 0.9);
        let delay = line.listener.quality().delay_ms;
        assert!(delay < jitter as f32 + 45.0, "{delay} ms for {jitter} ms");
    }
}

#[test]
fn reordered_and_doubled_packets_do_no_harm() {
    let conditions = Conditions { duplicates: 0.1, detours: 0.1, detour: ms(35), ..CLEAN };
    let line = run(Codec::Pcma, 20, conditions, secs(60), 11);
    let quality = line.listener.quality();
    assert_eq!(quality.lost, 0);
    assert!((200..400).contains(&quality.duplicates), "{}", quality.duplicates);
    assert!(line.not_heard(secs(10)) < 0.02, "{}", line.not_heard(secs(10)));
    assert_tone(&line, secs(10), 0.95);
}

#[test]
fn clocks_may_differ() {
    for drift_ppm in [-500, -100, 100, 500] {
        let line = run(Codec::Pcmu, 20, Conditions { drift_ppm, ..CLEAN }, secs(300), 5);
        assert!(line.not_heard(secs(2)) < 0.003, "{drift_ppm} ppm: {}", line.not_heard(secs(2)));
        assert_tone(&line, secs(2), 0.95);
        assert!(longest_gap_ms(line.heard_from(secs(2)), 8_000) < 3.0, "{drift_ppm} ppm");
        let delay = line.listener.quality().delay_ms;
        assert!(delay < 45.0, "{delay} ms at {drift_ppm} ppm");
    }
}

#[test]
fn a_stall_is_made_up_for() {
    let mut line = Line::new(Codec::Pcmu, 20, CLEAN, 9);
    let mut speak = tone(&line.speaker, HZ);
    line.run(secs(5), &mut speak);
    // Everything of 200 ms comes at once.
    for held_ms in (0..200).step_by(20) {
        line.conditions.delay = ms(200 - held_ms);
        let now = line.now;
        line.run(now + FRAME, &mut speak);
    }
    line.conditions.delay = ms(1);
    line.run(secs(30), &mut speak);
    assert_eq!(line.listener.quality().lost, 0);
    let delay = line.listener.quality().delay_ms;
    assert!(delay < 50.0, "{delay} ms");
    assert_tone(&line, secs(10), 0.95);
}

#[test]
fn a_new_stream_takes_over() {
    let mut line = Line::new(Codec::Pcmu, 20, CLEAN, 21);
    let mut speak = tone(&line.speaker, HZ);
    line.run(secs(5), &mut speak);
    let negotiated = *line.speaker.negotiated();
    line.speaker = Session::new(SessionConfig::new(4_711), negotiated);
    line.run(secs(10), &mut speak);
    let heard = line.heard_from(secs(4));
    assert!(longest_gap_ms(heard, 8_000) < 50.0, "{}", longest_gap_ms(heard, 8_000));
    assert!(line.not_heard(ms(5_200)) < 1e-9);
    assert!(line.listener.quality().delay_ms < 45.0);
    assert_eq!(line.listener.quality().lost, 0);
}

#[test]
fn talk_after_silence_is_heard_at_once() {
    let mut line = Line::new(Codec::Pcmu, 20, Conditions { jitter: ms(8), ..CLEAN }, 2);
    let rate = line.speaker.codec().sample_rate();
    // One second of talk, two of nothing.
    let talks = |frame: u64| frame % 150 < 50;
    line.run(secs(60), |frame| talks(frame).then(|| sine_frame(rate, HZ, frame)));
    assert_eq!(line.listener.quality().lost, 0);
    for spurt in 1..20 {
        let begin = spurt * 3_000;
        let heard = &line.heard_from(ms(begin))[..8_000];
        let onset = heard.iter().position(|sample| f64::from(*sample).abs() > LEVEL / 2.0).unwrap() / 8;
        assert!(onset < 60, "talkspurt {spurt} began after {onset} ms");
        let level = rms(&heard[onset * 8..onset * 8 + 7_200]) / TONE_RMS;
        assert!(level > 0.97, "level {level} in talkspurt {spurt}");
    }
}

#[test]
fn reports_tell_the_round_trip() {
    let conditions = Conditions { delay: ms(40), loss: 0.1, ..CLEAN };
    let line = run(Codec::Pcmu, 20, conditions, secs(60), 8);
    let (near, far) = (line.listener.quality(), line.speaker.quality());
    // Only the way to the listener takes time here.
    assert!((far.rtt_ms.unwrap() - 40.0).abs() < 2.0, "{:?}", far.rtt_ms);
    assert!((0.02..0.2).contains(&far.remote_loss.unwrap()), "{:?}", far.remote_loss);
    assert!(near.jitter_ms < 1.0, "{}", near.jitter_ms);
}

#[test]
fn the_same_seed_gives_the_same_call() {
    let conditions = Conditions { loss: 0.1, jitter: ms(50), duplicates: 0.05, ..CLEAN };
    let (a, b) = (run(Codec::G722, 20, conditions, secs(10), 6), run(Codec::G722, 20, conditions, secs(10), 6));
    assert!(a.heard == b.heard && a.frames == b.frames);
}

use call_model::{AudioFrame, SampleRate};
use proptest::prelude::*;

use super::*;
use crate::test_signal::{Noise, rms, voice};
use crate::tone::peak_of_dbm0;

const KEYS: &str = "0123456789*#ABCD";

/// A key with its tones at these levels (dBm0) and both off their frequencies by that share.
fn key(key: char, low_dbm0: f64, high_dbm0: f64, detuning: f64, samples: usize) -> Vec<i16> {
    let (row, column) = place_of(key).unwrap();
    let (low, high) = (peak_of_dbm0(low_dbm0), peak_of_dbm0(high_dbm0));
    let step = |hz: f32| std::f64::consts::TAU * f64::from(hz) * (1.0 + detuning) / 8_000.0;
    let (low_step, high_step) = (step(ROWS[row]), step(COLUMNS[column]));
    (0..samples)
        .map(|n| (low * (low_step * n as f64).sin() + high * (high_step * n as f64 + 1.0).sin()).round() as i16)
        .collect()
}

fn detect_at(rate: SampleRate, samples: &[i16]) -> String {
    let mut detector = Detector::new();
    let mut padded = samples.to_vec();
    padded.resize(samples.len() + 2 * rate.frame_samples(), 0);
    let mut frame = AudioFrame::silence(rate);
    let frames = padded.chunks_exact(rate.frame_samples());
    frames
        .filter_map(|chunk| {
            frame.samples_mut().copy_from_slice(chunk);
            detector.process(&frame)
        })
        .collect()
}

fn detect(samples: &[i16]) -> String {
    detect_at(SampleRate::Narrow, samples)
}

/// Every key with 60 ms of silence around it.
fn row_of_keys(make: impl Fn(char) -> Vec<i16>) -> Vec<i16> {
    KEYS.chars().flat_map(|k| [vec![0; 480], make(k), vec![0; 480]].concat()).collect()
}

#[test]
fn what_is_generated_is_recognised_at_both_rates() {
    for rate in [SampleRate::Narrow, SampleRate::Wide] {
        assert_eq!(detect_at(rate, &render("0123456789*#abcd,11", rate)), "0123456789*#ABCD11");
    }
}

#[test]
fn every_level_and_twist_of_q24_is_accepted() {
    for level in [0.0, -3.0, -9.0, -15.0, -21.0, -25.0, -29.0] {
        for twist in [-8.0, -4.0, 0.0, 2.0, 4.0] {
            // The louder of the two has the level; none goes below -30.
            let (low, high) = if twist > 0.0 { (level - twist, level) } else { (level, level + twist) };
            let (low, high) = (f64::max(low, -30.0) - 3.0, f64::max(high, -30.0) - 3.0);
            let signal = row_of_keys(|k| key(k, low, high, 0.0, 400));
            assert_eq!(detect(&signal), KEYS, "level {level}, twist {twist}");
        }
    }
}

#[test]
fn too_much_twist_and_too_low_a_level_are_refused() {
    for (low, high) in [(-16.0, -8.0), (-6.0, -18.0), (-38.0, -38.0)] {
        assert_eq!(detect(&row_of_keys(|k| key(k, low, high, 0.0, 400))), "", "{low} {high}");
    }
}

#[test]
fn frequencies_within_1_5_percent_are_accepted_beyond_3_5_refused() {
    for detuning in [-0.015, -0.0075, 0.0075, 0.015] {
        assert_eq!(detect(&row_of_keys(|k| key(k, -10.0, -8.0, detuning, 360))), KEYS, "{detuning}");
        assert_eq!(detect(&row_of_keys(|k| key(k, -10.0, -14.0, detuning, 360))), KEYS, "{detuning}, twisted");
    }
    for detuning in [-0.06, -0.045, -0.035, 0.035, 0.045, 0.06] {
        assert_eq!(detect(&row_of_keys(|k| key(k, -10.0, -8.0, detuning, 800))), "", "{detuning}");
        assert_eq!(detect(&row_of_keys(|k| key(k, -8.0, -16.0, detuning, 800))), "", "{detuning}, twisted");
    }
}

/// 40 ms of tone and 40 ms of pause are enough wherever they fall; 20 ms of tone are not.
#[test]
fn durations_are_those_of_q24_at_every_alignment() {
    for offset in 0..160 {
        let mut signal = vec![0; offset];
        for _ in 0..3 {
            signal.extend(key('5', -10.0, -8.0, 0.0, 320));
            signal.extend([0; 320]);
        }
        assert_eq!(detect(&signal), "555", "offset {offset}");
        let mut short = vec![0; offset];
        short.extend(key('5', -10.0, -8.0, 0.0, 160));
        assert_eq!(detect(&short), "", "offset {offset}");
    }
}

#[test]
fn an_interruption_of_10_ms_does_not_make_two_keys() {
    for offset in (0..160).step_by(8) {
        let mut signal = [vec![0; offset], key('7', -10.0, -8.0, 0.0, 1_200)].concat();
        signal[offset + 600..offset + 680].fill(0);
        assert_eq!(detect(&signal), "7", "offset {offset}");
    }
}

#[test]
fn keys_that_follow_without_a_pause_are_told_apart() {
    let signal = [key('1', -10.0, -8.0, 0.0, 480), key('9', -10.0, -8.0, 0.0, 480)].concat();
    assert_eq!(detect(&signal), "19");
}

#[test]
fn noise_12_db_below_does_no_harm_and_noise_alone_is_no_key() {
    let mut noise = Noise::new(7);
    let mut signal = row_of_keys(|k| key(k, -13.0, -11.0, 0.0, 400)).repeat(8);
    let level = rms(&key('1', -13.0, -11.0, 0.0, 8_000)) / 10f64.powf(12.0 / 20.0);
    for sample in &mut signal {
        *sample += (level * noise.gaussian()) as i16;
    }
    assert_eq!(detect(&signal), KEYS.repeat(8));
    let minutes: Vec<i16> = (0..5 * 60 * 8_000).map(|_| (3_000.0 * noise.gaussian()) as i16).collect();
    assert_eq!(detect(&minutes), "");
}

#[test]
fn keys_over_a_faint_prompt_are_recognised() {
    let mut noise = Noise::new(3);
    let mut signal = row_of_keys(|k| key(k, -13.0, -11.0, 0.0, 480));
    let echo = voice(&mut noise, SampleRate::Narrow, signal.len());
    signal.iter_mut().zip(&echo).for_each(|(s, e)| *s += e / 12);
    assert_eq!(detect(&signal), KEYS);
}

/// Four minutes each of one voice and of four at once.
#[test]
fn voices_are_no_keys() {
    for speakers in [1, 4] {
        let mut noise = Noise::new(speakers);
        let mut babble = vec![0; 240 * 8_000];
        for _ in 0..speakers {
            let one = voice(&mut noise, SampleRate::Narrow, babble.len());
            babble.iter_mut().zip(one).for_each(|(sum, s): (&mut i16, _)| *sum = sum.saturating_add(s));
        }
        assert!(rms(&babble) > 800.0);
        assert_eq!(detect(&babble), "", "{speakers} speakers");
    }
}

/// A steady vowel whose harmonics are the tones of a key, but which has others too.
#[test]
fn a_vowel_that_has_the_tones_among_its_harmonics_is_no_key() {
    for pitch in [116.2f64, 133.7, 174.25, 232.3] {
        let vowel: Vec<i16> = (0..8_000)
            .map(|n| {
                let t = f64::from(n) / 8_000.0 * std::f64::consts::TAU * pitch;
                (1..=20).map(|h| 2_500.0 / f64::from(h).sqrt() * (t * f64::from(h)).sin()).sum::<f64>() as i16
            })
            .collect();
        assert_eq!(detect(&vowel), "", "{pitch}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_audio_is_taken(samples in proptest::collection::vec(any::<i16>(), 0..4_000), wide: bool) {
        detect_at(if wide { SampleRate::Wide } else { SampleRate::Narrow }, &samples);
    }
}

use std::f64::consts::TAU;

use super::*;
use crate::test_signal::{Noise, sine, voice};

const RATES: [SampleRate; 2] = [SampleRate::Narrow, SampleRate::Wide];

fn heard(rate: SampleRate, samples: &[i16]) -> Vec<(usize, FaxTone)> {
    let mut detector = FaxDetector::new();
    let frames = samples.chunks_exact(rate.frame_samples()).enumerate();
    let found = frames.filter_map(|(number, chunk)| {
        let mut frame = AudioFrame::silence(rate);
        frame.samples_mut().copy_from_slice(chunk);
        Some((number * 20, detector.process(&frame)?))
    });
    found.collect()
}

fn tones(rate: SampleRate, samples: &[i16]) -> Vec<FaxTone> {
    heard(rate, samples).into_iter().map(|(_, tone)| tone).collect()
}

/// Tones of (Hz, peak, ms), one after the other.
fn sequence(rate: SampleRate, parts: &[(f64, f64, usize)]) -> Vec<i16> {
    let count = |ms: usize| ms * rate.hz() as usize / 1_000;
    parts.iter().flat_map(|&(hz, peak, ms)| sine(rate, hz, peak, count(ms))).collect()
}

fn calling(rate: SampleRate, hz: f64, peak: f64, on: usize, off: usize) -> Vec<i16> {
    let beep = [(hz, peak, on), (0.0, 0.0, off)];
    sequence(rate, &[&[(0.0, 0.0, 777)][..], &beep, &beep, &beep].concat())
}

/// 0.2 of modulation at 15 Hz, and the phase turned every 450 ms (ITU-T V.8).
fn answer_am(rate: SampleRate, ms: usize) -> Vec<i16> {
    let hz = f64::from(rate.hz());
    let sample = |n: usize| {
        let at = n as f64 / hz;
        let sign = if ((at / 0.45) as usize).is_multiple_of(2) { 1.0 } else { -1.0 };
        (sign * 5_000.0 * (1.0 + 0.2 * (TAU * 15.0 * at).sin()) * (TAU * 2_100.0 * at).sin()) as i16
    };
    (0..ms * rate.hz() as usize / 1_000).map(sample).collect()
}

/// Bits by V.21, channel 2, with a phase that goes on.
fn v21(rate: SampleRate, bits: impl Iterator<Item = bool>, peak: f64) -> Vec<i16> {
    let hz = f64::from(rate.hz());
    let (mut phase, mut samples, mut end) = (0.0, Vec::new(), 0.0);
    for bit in bits {
        end += hz / 300.0;
        while (samples.len() as f64) < end {
            phase += TAU * if bit { 1_650.0 } else { 1_850.0 } / hz;
            samples.push((peak * f64::sin(phase)) as i16);
        }
    }
    samples
}

fn flags(count: usize) -> impl Iterator<Item = bool> {
    (0..count).flat_map(|_| [false, true, true, true, true, true, true, false])
}

/// T.30 section 4.3: 1,100 Hz, 38 Hz more or less, 0.5 s on and 3 s off, 15 % more or less.
#[test]
fn a_calling_fax_is_known_by_its_second_beep() {
    for rate in RATES {
        let found = heard(rate, &calling(rate, 1_100.0, 3_000.0, 500, 3_000));
        let [(at, FaxTone::Calling)] = found[..] else { panic!("{rate:?}: {found:?}") };
        assert!((4_700..4_900).contains(&at), "{at} ms");
        for (hz, on, off) in [(1_062.0, 430, 2_560), (1_138.0, 570, 3_440), (1_100.0, 430, 3_440)] {
            assert_eq!(
                tones(rate, &calling(rate, hz, 2_000.0, on, off)),
                [FaxTone::Calling],
                "{rate:?} {hz} {on} {off}"
            );
        }
        assert_eq!(tones(rate, &calling(rate, 1_100.0, 400.0, 500, 3_000)), [FaxTone::Calling], "quiet");
    }
}

#[test]
fn other_beeps_are_no_fax() {
    let rate = SampleRate::Narrow;
    for (hz, on, off) in [
        (1_100.0, 300, 3_000),
        (1_100.0, 800, 3_000),
        (1_100.0, 500, 1_000),
        (1_000.0, 500, 3_000),
        (1_200.0, 500, 3_000),
    ] {
        assert_eq!(tones(rate, &calling(rate, hz, 4_000.0, on, off)), [], "{hz} Hz {on} ms {off} ms");
    }
    // One beep is an answering machine's.
    assert_eq!(tones(rate, &sequence(rate, &[(1_100.0, 4_000.0, 500), (0.0, 0.0, 5_000)])), []);
}

/// T.30 section 4.3.3.2 (2,100 Hz, 15 Hz more or less, 2.6 to 4 s) and V.8 (ANSam).
#[test]
fn an_answering_fax_is_known_in_its_tone() {
    for rate in RATES {
        for hz in [2_085.0, 2_100.0, 2_115.0] {
            let found = heard(rate, &sequence(rate, &[(0.0, 0.0, 300), (hz, 3_000.0, 3_000)]));
            let [(at, FaxTone::Called)] = found[..] else { panic!("{rate:?} {hz}: {found:?}") };
            assert!((1_400..1_700).contains(&at), "{at} ms");
        }
        assert_eq!(tones(rate, &answer_am(rate, 3_000)), [FaxTone::Called]);
        assert_eq!(tones(rate, &sequence(rate, &[(2_100.0, 3_000.0, 900), (0.0, 0.0, 900)])), []);
        assert_eq!(tones(rate, &sequence(rate, &[(2_200.0, 3_000.0, 4_000)])), []);
    }
}

/// T.30 section 5.3.1: a second of flags before each message.
#[test]
fn flags_of_v21_are_data_and_nothing_else_is() {
    for rate in RATES {
        let found = heard(rate, &v21(rate, flags(37), 3_000.0));
        let [(at, FaxTone::Data)] = found[..] else { panic!("{rate:?}: {found:?}") };
        assert!(at < 600, "{at} ms");
        let mut noise = Noise::new(3);
        assert_eq!(tones(rate, &v21(rate, (0..600).map(|_| noise.unit() > 0.5), 3_000.0)), []);
        assert_eq!(tones(rate, &sequence(rate, &[(1_650.0, 3_000.0, 2_000), (1_850.0, 3_000.0, 2_000)])), []);
    }
}

#[test]
fn a_minute_of_voices_noise_and_keys_is_no_fax() {
    for rate in RATES {
        for seed in 0..3 {
            let mut noise = Noise::new(seed);
            assert_eq!(tones(rate, &voice(&mut noise, rate, 60 * rate.hz() as usize)), [], "seed {seed}");
        }
        let mut noise = Noise::new(9);
        let hiss: Vec<i16> = (0..20 * rate.hz() as usize).map(|_| (3_000.0 * noise.gaussian()) as i16).collect();
        assert_eq!(tones(rate, &hiss), []);
        assert_eq!(tones(rate, &crate::dtmf::render("0123456789*#", rate)), []);
    }
}

use call_model::{AudioFrame, SampleRate};

use super::EchoGuard;
use crate::test_signal::{Noise, rms, sine, voice};
use crate::vad::{Speech, Vad, VadConfig, level_dbfs};

const RATE: SampleRate = SampleRate::Narrow;

fn samples(ms: usize) -> usize {
    8 * ms
}

/// A way on which sound comes back.
struct Path {
    delay_ms: usize,
    loss_db: f64,
    /// Through a small loudspeaker and a room, instead of unchanged.
    room: bool,
}

impl Path {
    fn echo(&self, said: &[i16]) -> Vec<f64> {
        let sign = |n: usize| if n.is_multiple_of(2) { 1.0 } else { -1.0 };
        let reflection = |n: usize| (n * 37 + n * n * 13 % 29, 0.5 * 0.82f64.powi(n as i32) * sign(n));
        let reflections = 1..if self.room { 12 } else { 1 };
        let room: Vec<(usize, f64)> = reflections.map(reflection).chain([(0, 0.8)]).collect();
        let (mut before, mut passed) = (0.0, 0.0);
        let heard = (0..said.len()).map(|n| {
            let at = |delay: usize| n.checked_sub(delay + samples(self.delay_ms)).map_or(0.0, |n| f64::from(said[n]));
            let sum: f64 = room.iter().map(|(delay, gain)| gain * at(*delay)).sum();
            // A loudspeaker that passes little below 300 Hz.
            passed = 0.8 * (passed + sum - before);
            before = sum;
            if self.room { passed } else { sum }
        });
        let heard: Vec<f64> = heard.collect();
        let power: f64 = heard.iter().map(|s| s * s).sum::<f64>() / heard.len() as f64;
        let gain = rms(said) * 10f64.powf(-self.loss_db / 20.0) / power.sqrt();
        heard.into_iter().map(|s| s * gain).collect()
    }
}

/// Hears a line on which `said` comes back; gives the frames at which speech was found, and the guard.
fn starts(said: &[i16], path: &Path, voice: &[i16], guard: &mut EchoGuard) -> Vec<usize> {
    let mut noise = Noise::new(3);
    let mut vad = Vad::new(VadConfig::default());
    let mut frame = AudioFrame::silence(RATE);
    let mut found = Vec::new();
    let echo = path.echo(said);
    for (n, (said, echo)) in said.chunks_exact(160).zip(echo.chunks_exact(160)).enumerate() {
        for (at, (sample, echo)) in frame.samples_mut().iter_mut().zip(echo).enumerate() {
            let voice = voice.get(n * 160 + at).map_or(0.0, |s| f64::from(*s));
            *sample = (echo + voice + 6.0 * noise.gaussian()) as i16;
        }
        let level = level_dbfs(frame.samples());
        let is_echo = guard.is_echo(level, true);
        if let Some(Speech::Started { .. }) = vad.process_level(level, true, is_echo) {
            found.push(n);
        }
        guard.said(level_dbfs(said));
    }
    found
}

/// After a second of silence.
fn prompt(seed: u64, ms: usize) -> Vec<i16> {
    let mut said = vec![0; samples(1_000)];
    said.extend(voice(&mut Noise::new(seed), RATE, samples(ms)));
    said
}

/// Speech without pauses that begins at a time.
fn interruption(at_ms: usize, ms: usize, gain: f64) -> Vec<i16> {
    let speech = voice(&mut Noise::new(77), RATE, samples(ms));
    let hum = sine(RATE, 220.0, 3_000.0, samples(ms));
    let mixed = speech.iter().zip(hum).map(|(a, b)| (gain * (f64::from(*a) + f64::from(b))) as i16);
    std::iter::repeat_n(0, samples(at_ms)).chain(mixed).collect()
}

/// Frames at which speech is found where nobody knows what was said.
fn starts_unguarded(said: &[i16], path: &Path) -> usize {
    let mut vad = Vad::new(VadConfig::default());
    let echo: Vec<i16> = path.echo(said).into_iter().map(|s| s as i16).collect();
    let mut starts = |chunk| matches!(vad.process_level(level_dbfs(chunk), true, false), Some(Speech::Started { .. }));
    echo.chunks_exact(160).filter(|chunk| starts(chunk)).count()
}

#[test]
fn our_echo_is_no_speech() {
    let mut taken_for_speech = Vec::new();
    for (seed, delay_ms) in [20, 45, 90, 150, 210, 280, 333, 400].into_iter().enumerate() {
        for loss_db in [10.0, 20.0, 30.0] {
            for room in [false, true] {
                let path = Path { delay_ms, loss_db, room };
                let said = prompt(40 + seed as u64, 12_000);
                assert!(starts_unguarded(&said, &path) > 0);
                let found = starts(&said, &path, &[], &mut EchoGuard::default());
                if !found.is_empty() {
                    taken_for_speech.push((delay_ms, loss_db, room, found));
                }
            }
        }
    }
    assert!(taken_for_speech.is_empty(), "{taken_for_speech:?}");
}

#[test]
fn an_interruption_is_heard_through_the_echo() {
    let mut missed = Vec::new();
    for (seed, delay_ms) in [20, 90, 210, 400].into_iter().enumerate() {
        for (loss_db, gain) in [(10.0, 1.5), (20.0, 1.0), (30.0, 0.5)] {
            for at_ms in [4_000, 5_500, 7_900] {
                let path = Path { delay_ms, loss_db, room: seed % 2 == 1 };
                let said = prompt(60 + seed as u64, 10_000);
                let found = starts(&said, &path, &interruption(at_ms, 2_000, gain), &mut EchoGuard::default());
                let first = found.first().map(|frame| (frame + 1) * 20);
                if !first.is_some_and(|ms| (at_ms..=at_ms + 160).contains(&ms)) {
                    missed.push((delay_ms, loss_db, at_ms, found));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

/// Where nothing comes back, a soft voice is heard as soon as without a guard, from the second second of playing on.
#[test]
fn a_line_without_an_echo_hides_nothing() {
    let path = Path { delay_ms: 100, loss_db: 90.0, room: false };
    let found = starts(&prompt(8, 10_000), &path, &interruption(2_500, 2_000, 0.1), &mut EchoGuard::default());
    assert!(matches!(found[..], [125..=132, ..]), "{found:?}");
}

/// A phone is put on loudspeaker: what is mistaken at first is learnt.
#[test]
fn a_line_that_begins_to_echo_is_learnt() {
    let mut guard = EchoGuard::default();
    let silent = Path { delay_ms: 150, loss_db: 90.0, room: false };
    assert!(starts(&prompt(21, 20_000), &silent, &[], &mut guard).is_empty());
    let loud = Path { delay_ms: 150, loss_db: 14.0, room: true };
    let found = starts(&prompt(22, 60_000), &loud, &[], &mut guard);
    assert!(found.iter().all(|frame| *frame < 50 * 21), "{found:?}");
}

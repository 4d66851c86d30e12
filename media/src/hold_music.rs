//! What a caller hears who is put on hold: a quiet tune that the program makes itself, free of anybody's rights.

use std::f32::consts::TAU;

use call_model::SampleRate;

use crate::prompt::Prompt;

/// Length of a note, samples at 16 kHz: a quarter of a second.
const NOTE: usize = 4_000;
/// How long a note sounds on, in notes.
const DECAY: f32 = 3.0;
/// Peak of one note: about -26 dBFS in the mix, quieter than a voice.
const PEAK: f32 = 2_600.0;
/// Four bars of four chords each, in halftones over A3 (220 Hz): broken upwards and down again.
const CHORDS: [[i32; 4]; 8] = [
    [3, 7, 10, 15],
    [0, 7, 12, 15],
    [-4, 3, 8, 12],
    [-2, 5, 10, 14],
    [3, 7, 10, 15],
    [-5, 2, 7, 10],
    [-4, 3, 8, 12],
    [-2, 5, 8, 14],
];
/// The order in which the notes of a chord are struck.
const PATTERN: [usize; 8] = [0, 1, 2, 3, 2, 1, 2, 1];

/// The tune: 16 s, made to be repeated.
pub fn built_in() -> Prompt {
    let samples = tune();
    // At a telephone's rate this cannot fail.
    Prompt::from_samples(&samples, SampleRate::Wide.hz()).unwrap_or_else(|_| Prompt::silence(1_000))
}

fn tune() -> Vec<i16> {
    let length = CHORDS.len() * PATTERN.len() * NOTE;
    let mut sum = vec![0.0_f32; length];
    for (bar, chord) in CHORDS.iter().enumerate() {
        for (place, &voice) in PATTERN.iter().enumerate() {
            let start = (bar * PATTERN.len() + place) * NOTE;
            strike(&mut sum, start, 220.0 * 2.0_f32.powf(chord[voice] as f32 / 12.0));
        }
    }
    sum.into_iter().map(|sample| sample.clamp(-16_000.0, 16_000.0) as i16).collect()
}

/// A soft note with two overtones that dies away. What sounds beyond the end is heard at the beginning: the tune goes
/// round.
fn strike(sum: &mut [f32], start: usize, hz: f32) {
    let length = sum.len();
    for n in 0..(DECAY * NOTE as f32) as usize {
        let at = n as f32 / SampleRate::Wide.hz() as f32;
        let attack = (n as f32 / 160.0).min(1.0);
        let decay = (1.0 - n as f32 / (DECAY * NOTE as f32)).powi(3);
        let phase = TAU * hz * at;
        let tone = phase.sin() + 0.3 * (2.0 * phase).sin() + 0.1 * (3.0 * phase).sin();
        sum[(start + n) % length] += PEAK * attack * decay * tone;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signal::rms;

    #[test]
    fn the_tune_is_quiet_has_no_gap_and_goes_round_without_a_tick() {
        let samples = tune();
        assert_eq!(samples.len(), 16 * 16_000);
        let level = 20.0 * (rms(&samples) / 32_768.0).log10();
        assert!((-30.0..-18.0).contains(&level), "{level} dBFS");
        for (number, part) in samples.chunks_exact(3_200).enumerate() {
            assert!(rms(part) > 150.0, "silent at {} ms", number * 200);
        }
        let step = |a: i16, b: i16| (i32::from(a) - i32::from(b)).abs();
        let worst = samples.windows(2).map(|pair| step(pair[0], pair[1])).max().unwrap();
        assert!(step(samples[samples.len() - 1], samples[0]) <= worst);
        assert_eq!(built_in().duration_ms(), 16_000);
    }
}

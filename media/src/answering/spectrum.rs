//! What of 20 ms of sound is one tone or two.

use std::f32::consts::TAU;
use std::sync::LazyLock;

use call_model::SampleRate;

const RATE: f32 = 8_000.0;
const WINDOW: usize = SampleRate::Narrow.frame_samples();
/// From one line of the spectrum to the next, Hz.
const STEP: f32 = RATE / WINDOW as f32;
/// The lines that are looked at: 250 to 2,750 Hz, two more on each side than a tone may lie on.
const FIRST: usize = 5;
const LINES: usize = 51;
/// A tone under a Hann window has its power on its own line and the two on each side.
const LOBE: usize = 2;
/// Where call-progress tones lie all over the world (ITU-T E.180), Hz.
const PROGRESS: std::ops::RangeInclusive<f32> = 300.0..=700.0;

struct Tables {
    weights: [f32; WINDOW],
    /// Cosine and sine of each line, for each sample.
    waves: Vec<[[f32; 2]; WINDOW]>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let weights: [f32; WINDOW] = std::array::from_fn(|n| 0.5 - 0.5 * (TAU * (n as f32 + 0.5) / WINDOW as f32).cos());
    let wave = |line: usize| {
        std::array::from_fn(|n| {
            let phase = TAU * line as f32 * n as f32 / WINDOW as f32;
            [phase.cos(), phase.sin()]
        })
    };
    Tables { weights, waves: (FIRST..FIRST + LINES).map(wave).collect() }
});

/// The strongest one or two tones of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Spectrum {
    /// Frequencies, Hz, the stronger first; 0 where there is none.
    pub hz: [f32; 2],
    /// Share of the power that the stronger has, and both have together: 1 for nothing else.
    pub share: [f32; 2],
    /// Share of the power between 300 and 700 Hz.
    pub progress: f32,
}

/// Makes the tables, so that no frame has to wait for them.
pub(super) fn prepare() {
    LazyLock::force(&TABLES);
}

impl Spectrum {
    /// Of 160 samples at 8 kHz.
    pub(super) fn of(samples: &[i16]) -> Self {
        let tables = &*TABLES;
        let mut windowed = [0.0f32; WINDOW];
        let mut energy = 0.0;
        for ((out, &sample), weight) in windowed.iter_mut().zip(samples).zip(&tables.weights) {
            *out = f32::from(sample) * weight;
            energy += *out * *out;
        }
        if energy <= 0.0 {
            return Self::default();
        }
        let mut powers = [0.0f32; LINES];
        for (power, waves) in powers.iter_mut().zip(&tables.waves) {
            let (mut re, mut im) = (0.0, 0.0);
            for (sample, [cos, sin]) in windowed.iter().zip(waves) {
                re += sample * cos;
                im += sample * sin;
            }
            // Both halves of the spectrum; all lines together have the energy of the window times its length.
            *power = 2.0 * (re * re + im * im) / (energy * WINDOW as f32);
        }
        let low = |line: &usize| PROGRESS.contains(&(*line as f32 * STEP));
        let progress = (FIRST..FIRST + LINES).filter(low).map(|line| powers[line - FIRST]).sum();
        let (first, first_hz) = take_peak(&mut powers);
        let (second, second_hz) = take_peak(&mut powers);
        Self { hz: [first_hz, second_hz], share: [first, first + second], progress }
    }
}

/// The share and the frequency of the strongest tone, which is taken away.
fn take_peak(powers: &mut [f32; LINES]) -> (f32, f32) {
    let inner = LOBE..LINES - LOBE;
    let Some(peak) = inner.max_by(|a, b| powers[*a].total_cmp(&powers[*b])) else { return (0.0, 0.0) };
    // Between two lines of a Hann window (Grandke 1983).
    let (before, after) = (powers[peak - 1].sqrt(), powers[peak + 1].sqrt());
    let (side, sign) = if after > before { (after, 1.0) } else { (before, -1.0) };
    let ratio = side / powers[peak].sqrt().max(f32::MIN_POSITIVE);
    let offset = sign * ((2.0 * ratio - 1.0) / (ratio + 1.0)).clamp(0.0, 0.5);
    let lobe = peak - LOBE..=peak + LOBE;
    let share = powers[lobe.clone()].iter().sum();
    powers[lobe].fill(0.0);
    (share, (FIRST as f32 + peak as f32 + offset) * STEP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signal::{Noise, sine, voice};

    #[test]
    fn a_tone_is_all_of_it_and_its_frequency_is_found() {
        for hz in [400.0, 425.0, 913.8, 1_000.0, 1_387.3, 2_100.0, 2_500.0] {
            let found = Spectrum::of(&sine(SampleRate::Narrow, hz, 6_000.0, WINDOW));
            assert!(found.share[0] > 0.98, "{hz}: {found:?}");
            assert!((f64::from(found.hz[0]) - hz).abs() < 4.0, "{hz}: {found:?}");
        }
    }

    #[test]
    fn two_tones_are_found_and_a_voice_is_neither() {
        let (low, high) =
            (sine(SampleRate::Narrow, 620.0, 4_000.0, 160), sine(SampleRate::Narrow, 1_400.0, 3_000.0, 160));
        let both: Vec<i16> = low.iter().zip(&high).map(|(a, b)| a + b).collect();
        let found = Spectrum::of(&both);
        assert!(found.share[0] < 0.8 && found.share[1] > 0.95, "{found:?}");
        let spoken = voice(&mut Noise::new(3), SampleRate::Narrow, 80_000);
        let tonal = spoken.chunks_exact(160).filter(|frame| Spectrum::of(frame).share[0] > 0.95).count();
        assert!(tonal < 40, "{tonal} of 500 frames of a voice");
    }
}

//! The flags that come before every message of a fax machine: HDLC's `01111110`, again and again for a second, at
//! 300 bit/s by the tones of V.21, channel 2 (1,650 Hz for 1, 1,850 Hz for 0; ITU-T T.30 section 5.3.1, V.21).

use std::f32::consts::TAU;

const RATE: f32 = 8_000.0;
/// A bit has 26.7 samples; it is looked at twice.
const WINDOW: usize = 27;
const HALF_BITS_PER_SECOND: f32 = 600.0;
/// Six 1 in a row, and the two 0 between them, in half bits: one more or less by our cutting.
const ONES: std::ops::RangeInclusive<u8> = 10..=14;
const ZEROS: std::ops::RangeInclusive<u8> = 2..=6;
/// So many flags in a row: 320 ms of a second.
const FLAGS: u8 = 12;
/// Share of the power that both tones have together.
const LEAST_SHARE: f32 = 0.5;

/// Counts flags.
#[derive(Debug, Clone)]
pub(super) struct Preamble {
    /// The last samples.
    past: [f32; WINDOW],
    at: usize,
    /// Samples until the next half bit.
    until: f32,
    waves: Box<[[f32; 4]; WINDOW]>,
    ones: bool,
    run: u8,
    /// Runs of the right lengths in a row: two for each flag.
    runs: u8,
}

impl Default for Preamble {
    fn default() -> Self {
        let wave = |n: usize| {
            let [one, zero] = [1_650.0, 1_850.0].map(|hz| TAU * hz * n as f32 / RATE);
            [one.cos(), one.sin(), zero.cos(), zero.sin()]
        };
        Self {
            past: [0.0; WINDOW],
            at: 0,
            until: 0.0,
            waves: Box::new(std::array::from_fn(wave)),
            ones: false,
            run: 0,
            runs: 0,
        }
    }
}

impl Preamble {
    /// Takes the next samples; `false` for `sounds` when they cannot be data. Tells when enough flags were counted.
    pub(super) fn follow(&mut self, samples: &[i16], sounds: bool) -> bool {
        if !sounds {
            (self.run, self.runs) = (0, 0);
            return false;
        }
        let mut found = false;
        for &sample in samples {
            self.past[self.at] = f32::from(sample);
            self.at = (self.at + 1) % WINDOW;
            self.until -= 1.0;
            if self.until <= 0.0 {
                self.until += RATE / HALF_BITS_PER_SECOND;
                found |= self.half_bit();
            }
        }
        found
    }

    fn half_bit(&mut self) -> bool {
        let mut sums = [0.0; 4];
        let mut power = 0.0;
        let (new, old) = self.past.split_at(self.at);
        for (&sample, wave) in old.iter().chain(new).zip(self.waves.iter()) {
            power += sample * sample;
            for (sum, wave) in sums.iter_mut().zip(wave) {
                *sum += sample * wave;
            }
        }
        let (one, zero) = (sums[0] * sums[0] + sums[1] * sums[1], sums[2] * sums[2] + sums[3] * sums[3]);
        // A tone alone has half the window's length times its power.
        if one.max(zero) < LEAST_SHARE * power * WINDOW as f32 / 2.0 {
            (self.run, self.runs) = (0, 0);
            return false;
        }
        let ones = one > zero;
        if ones == self.ones {
            self.run = self.run.saturating_add(1);
            return false;
        }
        let fits = if self.ones { ONES.contains(&self.run) } else { ZEROS.contains(&self.run) };
        self.runs = if fits { self.runs.saturating_add(1) } else { 0 };
        (self.ones, self.run) = (ones, 1);
        self.runs >= 2 * FLAGS
    }
}

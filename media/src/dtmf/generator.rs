//! Makes key tones.

use std::collections::VecDeque;

use call_model::SampleRate;

use super::{COLUMNS, ROWS, is_key, place_of};
use crate::tone::{Oscillator, peak_of_dbm0};

/// Level of the low group, dBm0. The high group is 2 dB louder, since lines dampen it more (ITU-T Q.23).
const LOW_DBM0: f64 = -10.0;
const HIGH_DBM0: f64 = -8.0;
/// Length of a tone, ms.
const TONE_MS: u32 = 100;
/// Silence after a tone, ms.
const GAP_MS: u32 = 80;
/// Length of the pause that `,` stands for, ms.
const COMMA_MS: u32 = 500;

/// A queue of keys that become sound a frame at a time.
#[derive(Debug, Clone)]
pub struct DigitTones {
    rate: SampleRate,
    limit: usize,
    waiting: VecDeque<char>,
    oscillators: Option<[Oscillator; 2]>,
    tone_left: u32,
    gap_left: u32,
}

impl DigitTones {
    /// An empty queue that holds no more than `limit` keys.
    pub fn new(rate: SampleRate, limit: usize) -> Self {
        Self { rate, limit, waiting: VecDeque::with_capacity(limit), oscillators: None, tone_left: 0, gap_left: 0 }
    }

    /// Queues keys (and `,` for a pause of half a second), leaving out what is neither. Gives the number of keys for
    /// which there was no room.
    pub fn push(&mut self, digits: &str) -> usize {
        let mut refused = 0;
        for digit in digits.chars().filter(|&c| c == ',' || is_key(c)) {
            if self.waiting.len() < self.limit {
                self.waiting.push_back(digit);
            } else {
                refused += 1;
            }
        }
        refused
    }

    /// The rate of its sound.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Whether there is nothing to play.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.tone_left == 0 && self.gap_left == 0
    }

    /// Writes the next samples: silence when there is nothing (more) to play.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            if self.tone_left == 0 && self.gap_left == 0 {
                self.begin_next();
            }
            *sample = self.next_sample();
        }
    }

    /// Time passes in which nothing is heard: the key that sounds ends, since its rest would be taken for a second one,
    /// and the others wait.
    pub fn stand_still(&mut self, samples: u32) {
        let pause = samples.saturating_sub(self.tone_left);
        self.tone_left = self.tone_left.saturating_sub(samples);
        self.gap_left = self.gap_left.saturating_sub(pause);
    }

    fn begin_next(&mut self) {
        let samples = |ms: u32| ms * self.rate.hz() / 1_000;
        let Some(key) = self.waiting.pop_front() else { return };
        let Some((row, column)) = place_of(key) else {
            self.gap_left = samples(COMMA_MS);
            return;
        };
        self.oscillators = Some([
            Oscillator::new(self.rate, f64::from(ROWS[row]), peak_of_dbm0(LOW_DBM0)),
            Oscillator::new(self.rate, f64::from(COLUMNS[column]), peak_of_dbm0(HIGH_DBM0)),
        ]);
        self.tone_left = samples(TONE_MS);
        self.gap_left = samples(GAP_MS);
    }

    fn next_sample(&mut self) -> i16 {
        if let (Some([low, high]), 1..) = (&mut self.oscillators, self.tone_left) {
            self.tone_left -= 1;
            return (low.next() + high.next()).round() as i16;
        }
        self.gap_left = self.gap_left.saturating_sub(1);
        0
    }
}

/// Keys as samples, tones of 100 ms with 80 ms of silence after each; `,` is a pause of half a second, other characters
/// are left out.
pub fn render(digits: &str, rate: SampleRate) -> Vec<i16> {
    let mut tones = DigitTones::new(rate, digits.len());
    tones.push(digits);
    let mut samples = Vec::new();
    let mut chunk = [0; 160];
    while !tones.is_idle() {
        tones.fill(&mut chunk);
        samples.extend_from_slice(&chunk);
    }
    samples
}

//! A sine by recursion: one multiplication for each sample.

use std::f64::consts::TAU;

use call_model::SampleRate;

/// A sine that starts at phase 0; silent at 0 Hz.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Oscillator {
    turn: f64,
    last: f64,
    before: f64,
}

impl Oscillator {
    pub(crate) fn new(rate: SampleRate, hz: f64, peak: f64) -> Self {
        let step = TAU * hz / f64::from(rate.hz());
        Self { turn: 2.0 * step.cos(), last: -peak * step.sin(), before: -peak * (2.0 * step).sin() }
    }

    pub(crate) fn next(&mut self) -> f64 {
        let sample = self.turn * self.last - self.before;
        self.before = self.last;
        self.last = sample;
        sample
    }
}

/// Peak amplitude, on the 16-bit scale, of a sine at a level in dBm0. A sine at full scale has 3.14 dBm0 (ITU-T G.711).
pub(crate) fn peak_of_dbm0(dbm0: f64) -> f64 {
    32_768.0 * 10f64.powf((100.0 * dbm0 - 314.0) / 2_000.0)
}

//! From a provider's rate to ours, piece by piece: a polyphase filter whose state goes on from one piece to the next.

use std::f64::consts::PI;

/// Zero crossings of the filter on each side, at the lower of both rates.
const LOBES: usize = 16;

/// Where the filter ends, as a share of half the lower rate.
const EDGE: f64 = 0.93;

/// Between two fixed rates.
#[derive(Debug)]
pub(super) struct Resampler {
    /// One filter for each place that an output sample can have between two input samples.
    phases: Vec<Vec<f32>>,
    step: usize,
    /// The input that still matters; its first sample is the filter's oldest.
    waiting: Vec<f32>,
    /// The phase of the next output sample, in parts of an input sample, from `waiting[0]`.
    at: usize,
}

impl Resampler {
    /// From and to samples a second. `None` where nothing is to be done.
    pub(super) fn new(from: u32, to: u32) -> Option<Self> {
        if from == to || from == 0 || to == 0 {
            return None;
        }
        let divisor = gcd(from, to);
        let (up, step) = ((to / divisor) as usize, (from / divisor) as usize);
        // Lower than both halves, in parts of the input's rate.
        let cutoff = EDGE * f64::from(to.min(from)) / f64::from(from);
        let taps = (2.0 * LOBES as f64 / cutoff).ceil() as usize;
        let phases = (0..up).map(|phase| filter(phase as f64 / up as f64, taps, cutoff)).collect();
        // Half a filter of silence, so that nothing is late.
        Some(Self { phases, step, waiting: vec![0.0; taps / 2 - 1], at: 0 })
    }

    /// The output that can be made by now.
    pub(super) fn push(&mut self, samples: &[i16]) -> Vec<i16> {
        self.waiting.extend(samples.iter().map(|sample| f32::from(*sample)));
        self.make()
    }

    /// The rest, and ready for another stream.
    pub(super) fn finish(&mut self) -> Vec<i16> {
        let taps = self.phases.first().map_or(0, Vec::len);
        self.waiting.extend(std::iter::repeat_n(0.0, taps / 2));
        let rest = self.make();
        self.waiting = vec![0.0; taps / 2 - 1];
        self.at = 0;
        rest
    }

    fn make(&mut self) -> Vec<i16> {
        let up = self.phases.len();
        let mut made = Vec::with_capacity(self.waiting.len() * up / self.step + 1);
        let mut first = 0;
        loop {
            first += self.at / up;
            self.at %= up;
            let filter = &self.phases[self.at];
            let Some(input) = self.waiting.get(first..first + filter.len()) else { break };
            let sum: f32 = input.iter().zip(filter).map(|(sample, tap)| sample * tap).sum();
            made.push(sum.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16);
            self.at += self.step;
        }
        // A filter is longer than a step: so what is to come begins within what is left.
        self.waiting.drain(..first.min(self.waiting.len()));
        made
    }
}

/// The taps for an output sample that lies `shift` after the input sample in the filter's middle.
fn filter(shift: f64, taps: usize, cutoff: f64) -> Vec<f32> {
    let middle = (taps / 2 - 1) as f64 + shift;
    let half = taps as f64 / 2.0;
    let tap = |at: usize| {
        let x = at as f64 - middle;
        let sinc = if x.abs() < 1e-9 { 1.0 } else { (PI * cutoff * x).sin() / (PI * cutoff * x) };
        // Blackman.
        let w = (x / half).clamp(-1.0, 1.0) * PI;
        cutoff * sinc * (0.42 + 0.5 * w.cos() + 0.08 * (2.0 * w).cos())
    };
    let taps: Vec<f64> = (0..taps).map(tap).collect();
    let gain: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| (tap / gain) as f32).collect()
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, rate: u32, samples: usize) -> Vec<i16> {
        let wave = |at: usize| (at as f64 * hz * 2.0 * PI / f64::from(rate)).sin() * 10_000.0;
        (0..samples).map(|at| wave(at) as i16).collect()
    }

    fn level(samples: &[i16]) -> f64 {
        (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
    }

    #[test]
    fn a_tone_stays_the_same_tone() {
        for (from, to) in [(24_000, 16_000), (22_050, 16_000), (8_000, 16_000), (44_100, 16_000)] {
            let mut resampler = Resampler::new(from, to).expect("different rates");
            // In pieces of odd sizes, as a network gives them.
            let input = tone(1_000.0, from, from as usize);
            let mut output: Vec<i16> = input.chunks(777).flat_map(|piece| resampler.push(piece)).collect();
            output.extend(resampler.finish());
            assert!(output.len().abs_diff(to as usize) <= 2, "{from}: {}", output.len());
            let expected = tone(1_000.0, to, output.len());
            let middle = 200..output.len() - 200;
            let apart: Vec<i16> = middle.clone().map(|at| output[at] - expected[at]).collect();
            assert!(level(&apart) < 100.0, "{from}: an error of {}", level(&apart));
        }
    }

    #[test]
    fn what_does_not_fit_is_filtered_out() {
        let mut resampler = Resampler::new(24_000, 16_000).expect("different rates");
        let output = resampler.push(&tone(10_000.0, 24_000, 24_000));
        assert!(level(&output[200..]) < 30.0, "{}", level(&output[200..]));
    }

    #[test]
    fn equal_rates_need_none() {
        assert!(Resampler::new(16_000, 16_000).is_none());
    }
}

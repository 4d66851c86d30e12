//! Signals for the tests of this crate, and what is measured on them.

use std::f64::consts::TAU;

use call_model::SampleRate;

/// A sine of that peak amplitude, starting at phase 0.
pub(crate) fn sine(rate: SampleRate, hz: f64, peak: f64, samples: usize) -> Vec<i16> {
    let step = TAU * hz / f64::from(rate.hz());
    (0..samples).map(|n| (peak * (step * n as f64).sin()).round() as i16).collect()
}

/// Peak amplitude of the component at `hz`.
pub(crate) fn amplitude(rate: SampleRate, hz: f64, samples: &[i16]) -> f64 {
    let step = TAU * hz / f64::from(rate.hz());
    let (re, im) = samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, &s)| {
        let (sin, cos) = (step * n as f64).sin_cos();
        (re + f64::from(s) * cos, im + f64::from(s) * sin)
    });
    2.0 * f64::hypot(re, im) / samples.len() as f64
}

/// Root mean square.
pub(crate) fn rms(samples: &[i16]) -> f64 {
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len().max(1) as f64).sqrt()
}

/// Signal-to-noise ratio of `heard`, which lags `sent` by `delay` samples; the first tenth is left out.
pub(crate) fn snr_db(sent: &[i16], heard: &[i16], delay: usize) -> f64 {
    let from = sent.len() / 10;
    let pairs = sent[from..sent.len() - delay].iter().zip(&heard[from + delay..]);
    let (signal, noise) = pairs.fold((0.0, 0.0), |(signal, noise), (&s, &h)| {
        (signal + f64::from(s).powi(2), noise + (f64::from(s) - f64::from(h)).powi(2))
    });
    10.0 * (signal / noise.max(1e-9)).log10()
}

/// Reproducible noise (xorshift64*).
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Evenly spread over 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Normally spread with variance 1.
    pub(crate) fn gaussian(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-12).ln()).sqrt() * (TAU * self.unit()).cos()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// One vowel: its formants, Hz.
const VOWELS: [[f64; 3]; 8] = [
    [270.0, 2_290.0, 3_010.0],
    [390.0, 1_990.0, 2_550.0],
    [530.0, 1_840.0, 2_480.0],
    [660.0, 1_720.0, 2_410.0],
    [730.0, 1_090.0, 2_440.0],
    [570.0, 840.0, 2_410.0],
    [440.0, 1_020.0, 2_240.0],
    [300.0, 870.0, 2_240.0],
];

/// Something like a voice: syllables of vowels (a gliding pitch through three formants) with hisses and pauses between
/// them, at about -20 dBFS.
pub(crate) fn voice(noise: &mut Noise, rate: SampleRate, samples: usize) -> Vec<i16> {
    let hz = f64::from(rate.hz());
    let mut spoken = Vec::with_capacity(samples);
    while spoken.len() < samples {
        match noise.unit() {
            x if x < 0.15 => spoken.extend(std::iter::repeat_n(0, (noise.between(0.05, 0.4) * hz) as usize)),
            x if x < 0.35 => {
                let length = (noise.between(0.03, 0.12) * hz) as usize;
                spoken.extend((0..length).map(|_| (900.0 * noise.gaussian()) as i16));
            }
            _ => vowel(noise, hz, &mut spoken),
        }
    }
    spoken.truncate(samples);
    spoken
}

fn vowel(noise: &mut Noise, rate: f64, spoken: &mut Vec<i16>) {
    let length = (noise.between(0.08, 0.35) * rate) as usize;
    let (from, to) = (noise.between(85.0, 300.0), noise.between(0.85, 1.15));
    let target = VOWELS[(noise.unit() * 8.0) as usize];
    let stretch = noise.between(0.85, 1.2);
    let mut resonators = target.map(|formant| Resonator::new(formant * stretch, noise.between(40.0, 120.0), rate));
    let gain = noise.between(2_000.0, 7_000.0);
    let mut phase = 0.0;
    for n in 0..length {
        let done = n as f64 / length as f64;
        phase += from * (1.0 + (to - 1.0) * done) / rate;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase -= pulse;
        let heard: f64 = resonators.iter_mut().map(|r| r.next(pulse + 0.01 * noise.gaussian())).sum();
        let envelope = (done * (1.0 - done) * 16.0).min(1.0);
        spoken.push((gain * envelope * heard).clamp(-32_000.0, 32_000.0) as i16);
    }
}

struct Resonator {
    a: f64,
    b: f64,
    gain: f64,
    last: [f64; 2],
}

impl Resonator {
    fn new(hz: f64, bandwidth: f64, rate: f64) -> Self {
        let radius = (-std::f64::consts::PI * bandwidth / rate).exp();
        let turn = (TAU * hz / rate).cos();
        Self { a: 2.0 * radius * turn, b: -radius * radius, gain: 1.0, last: [0.0; 2] }
    }

    fn next(&mut self, input: f64) -> f64 {
        let output = self.gain * input + self.a * self.last[0] + self.b * self.last[1];
        self.last = [output, self.last[0]];
        output
    }
}

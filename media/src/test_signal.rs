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

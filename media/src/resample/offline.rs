//! Any rate to any other, for whole clips: not for the media thread.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

/// Samples of input that are transformed at a time.
const CHUNK: usize = 2_048;

/// A clip could not be brought to another rate.
#[derive(Debug, thiserror::Error)]
#[error("cannot resample from {from} Hz to {to} Hz")]
pub struct ResampleError {
    from: u32,
    to: u32,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Brings a mono clip from one rate to another (Hz). Its start stays where it was.
pub fn resample(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, ResampleError> {
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    try_resample(samples, from, to).map_err(|source| ResampleError { from, to, source })
}

fn try_resample(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>> {
    let window = WindowFunction::BlackmanHarris2;
    let mut resampler = Fft::<f32>::new_custom(from as usize, to as usize, CHUNK, 1, 1, window, FixedSync::Both)?;
    let input = InterleavedSlice::new(samples, 1, samples.len())?;
    Ok(resampler.process_all(&input, samples.len(), None)?.take_data())
}

#[cfg(test)]
mod tests {
    use call_model::SampleRate;

    use super::*;
    use crate::test_signal::amplitude;

    #[test]
    fn a_tone_keeps_pitch_level_and_length() {
        for from in [8_000u32, 11_025, 16_000, 22_050, 44_100, 48_000, 44_056] {
            let clip: Vec<f32> =
                (0..from).map(|n| 0.5 * (std::f32::consts::TAU * 3_000.0 * n as f32 / from as f32).sin()).collect();
            for rate in [SampleRate::Narrow, SampleRate::Wide] {
                let heard = resample(&clip, from, rate.hz()).unwrap();
                assert!(heard.len().abs_diff(rate.hz() as usize) <= 1, "{from} {}", heard.len());
                let samples: Vec<i16> = heard.iter().map(|s| (s * 32_768.0) as i16).collect();
                let peak = amplitude(rate, 3_000.0, &samples);
                assert!((peak / 16_384.0 - 1.0).abs() < 0.02, "{from} {rate:?} {peak}");
            }
        }
    }
}

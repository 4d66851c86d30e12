//! From the telephone's 8 kHz to the 16 kHz that whisper hears at.

use std::collections::VecDeque;
use std::f32::consts::PI;
use std::sync::LazyLock;

use call_model::SampleRate;

/// Samples on each side that a new one is made of.
const REACH: usize = 16;
const TAPS: usize = 2 * REACH;

/// Every second sample is an old one; those between are a sum over their neighbours: half of a half-band filter, a
/// sinc under a Blackman window. The images above 4 kHz are more than 60 dB down, except within 300 Hz of 4 kHz.
static KERNEL: LazyLock<[f32; TAPS]> = LazyLock::new(|| {
    let mut kernel = [0.0; TAPS];
    for (index, tap) in kernel.iter_mut().enumerate() {
        let at = index as f32 - REACH as f32 + 0.5;
        let window = 0.42 + 0.5 * (PI * at / REACH as f32).cos() + 0.08 * (2.0 * PI * at / REACH as f32).cos();
        *tap = (PI * at).sin() / (PI * at) * window;
    }
    // Unity for a constant.
    let sum: f32 = kernel.iter().sum();
    kernel.map(|tap| tap / sum)
});

/// Makes one stream 16 kHz, block by block. Delays by 2 ms where it has something to do.
#[derive(Debug)]
pub(super) struct ToWide {
    past: Option<VecDeque<f32>>,
}

impl ToWide {
    pub(super) fn new(rate: SampleRate) -> Self {
        let narrow = rate == SampleRate::Narrow;
        Self { past: narrow.then(|| VecDeque::from(vec![0.0; TAPS])) }
    }

    /// Appends what becomes of a block.
    pub(super) fn push(&mut self, block: &[i16], out: &mut Vec<i16>) {
        let Some(past) = &mut self.past else {
            return out.extend_from_slice(block);
        };
        out.reserve(block.len() * 2);
        for &sample in block {
            past.pop_front();
            past.push_back(f32::from(sample));
            let between: f32 = past.iter().zip(KERNEL.iter()).map(|(sample, tap)| sample * tap).sum();
            out.extend([past[REACH - 1] as i16, between.round() as i16]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level of one frequency, by Goertzel's sum.
    fn level(samples: &[i16], hz: f32, rate: f32) -> f32 {
        let (mut re, mut im) = (0.0f64, 0.0f64);
        for (index, sample) in samples.iter().enumerate() {
            let angle = f64::from(2.0 * PI * hz / rate) * index as f64;
            re += f64::from(*sample) * angle.cos();
            im += f64::from(*sample) * angle.sin();
        }
        ((re * re + im * im).sqrt() / samples.len() as f64) as f32 * 2.0
    }

    #[test]
    fn a_tone_stays_a_tone_and_has_no_image() {
        for hz in [300.0, 1_000.0, 3_400.0f32] {
            let tone: Vec<i16> =
                (0..8_000).map(|n| (10_000.0 * (2.0 * PI * hz * n as f32 / 8_000.0).sin()) as i16).collect();
            let (mut wide, mut out) = (ToWide::new(SampleRate::Narrow), Vec::new());
            for block in tone.chunks(160) {
                wide.push(block, &mut out);
            }
            assert_eq!(out.len(), 16_000);
            let settled = &out[800..];
            let (kept, image) = (level(settled, hz, 16_000.0), level(settled, 8_000.0 - hz, 16_000.0));
            assert!((9_700.0..10_300.0).contains(&kept), "{hz} Hz at {kept}");
            assert!(image < 100.0, "the image of {hz} Hz at {image}");
        }
    }

    #[test]
    fn wideband_is_left_as_it_is() {
        let mut out = Vec::new();
        ToWide::new(SampleRate::Wide).push(&[1, 2, 3], &mut out);
        assert_eq!(out, [1, 2, 3]);
    }
}

//! From the telephone's 8 kHz to the 16 kHz that whisper hears at.

use std::borrow::Cow;
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

/// Old samples that are looked at together.
const PIECE: usize = 160;

/// What was said, at 16 kHz: whole and without delay. Done only when it is recognised, since most of what a call hears
/// never is, and waits in half the room until then.
pub(super) fn wide(samples: &[i16], rate: SampleRate) -> Cow<'_, [i16]> {
    if rate == SampleRate::Wide {
        return samples.into();
    }
    let mut out = Vec::with_capacity(samples.len() * 2);
    let mut near = [0.0; PIECE + TAPS - 1];
    for (number, piece) in samples.chunks(PIECE).enumerate() {
        for (index, sample) in near.iter_mut().enumerate() {
            let at = (number * PIECE + index).checked_sub(REACH - 1);
            *sample = at.and_then(|at| samples.get(at)).map_or(0.0, |sample| f32::from(*sample));
        }
        // Tap by tap over the whole piece, which the compiler makes several at a time of.
        let mut between = [0.0_f32; PIECE];
        for (tap, sounding) in KERNEL.iter().zip(near.windows(PIECE)) {
            for (sum, sample) in between.iter_mut().zip(sounding) {
                *sum += sample * tap;
            }
        }
        let rounded = between.iter().map(|sum| (sum + 0.5_f32.copysign(*sum)) as i16);
        out.extend(piece.iter().zip(rounded).flat_map(|(sample, between)| [*sample, between]));
    }
    out.into()
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
            let out = wide(&tone, SampleRate::Narrow);
            assert_eq!(out.len(), 16_000);
            let settled = &out[800..15_200];
            let (kept, image) = (level(settled, hz, 16_000.0), level(settled, 8_000.0 - hz, 16_000.0));
            assert!((9_700.0..10_300.0).contains(&kept), "{hz} Hz at {kept}");
            assert!(image < 100.0, "the image of {hz} Hz at {image}");
        }
    }

    #[test]
    fn nothing_comes_before_or_after_what_was_said() {
        let mut click = vec![0; 400];
        click[333] = 10_000;
        let out = wide(&click, SampleRate::Narrow);
        assert_eq!((out.len(), out[666]), (800, 10_000));
        for reach in 1..2 * REACH {
            assert!((out[666 - reach] - out[666 + reach]).abs() <= 1, "{reach} samples off");
        }
        assert!(wide(&[], SampleRate::Narrow).is_empty());
    }

    #[test]
    fn wideband_is_left_as_it_is() {
        assert_eq!(*wide(&[1, 2, 3], SampleRate::Wide), [1, 2, 3]);
    }
}

//! Bringing frames together: other rates, and several voices at once.

use call_model::{AudioFrame, SampleRate};

use crate::resample::{Downsampler, Upsampler};

/// One direction of sound between legs or recordings whose rates may differ, and may change.
#[derive(Debug, Default)]
pub(super) struct Converter {
    up: Upsampler,
    down: Downsampler,
}

impl Converter {
    /// The frame at another rate, in `scratch` if it has to be changed.
    pub(super) fn convert<'a>(
        &mut self,
        frame: &'a AudioFrame,
        rate: SampleRate,
        scratch: &'a mut AudioFrame,
    ) -> &'a AudioFrame {
        if frame.rate() == rate {
            return frame;
        }
        match rate {
            SampleRate::Wide => self.up.process(frame, scratch),
            SampleRate::Narrow => self.down.process(frame, scratch),
        }
        scratch
    }
}

/// Adds samples to a frame of the same rate. Too loud a sum is clipped.
pub(super) fn mix(frame: &mut AudioFrame, samples: &[i16]) {
    for (sum, &sample) in frame.samples_mut().iter_mut().zip(samples) {
        *sum = sum.saturating_add(sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signal::{amplitude, sine};

    #[test]
    fn a_mix_holds_both_and_clips_instead_of_wrapping() {
        let mut frame = AudioFrame::silence(SampleRate::Narrow);
        frame.samples_mut().copy_from_slice(&sine(SampleRate::Narrow, 500.0, 6_000.0, 160));
        mix(&mut frame, &sine(SampleRate::Narrow, 1_500.0, 4_000.0, 160));
        assert!((amplitude(SampleRate::Narrow, 500.0, frame.samples()) - 6_000.0).abs() < 20.0);
        assert!((amplitude(SampleRate::Narrow, 1_500.0, frame.samples()) - 4_000.0).abs() < 20.0);
        mix(&mut frame, &[i16::MAX; 160]);
        mix(&mut frame, &[i16::MAX; 160]);
        assert_eq!(frame.samples(), [i16::MAX; 160]);
    }
}

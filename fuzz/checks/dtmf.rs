//! What must hold for the detector of keys, whatever the audio. Used by the fuzz target and by an ordinary test.

use call_model::{AudioFrame, SampleRate};
use media::dtmf::{Detector, is_key};

/// Panics if something does not hold. The first byte chooses the rate, the rest are samples of 16 bits.
pub fn check(data: &[u8]) {
    let Some((&first, samples)) = data.split_first() else { return };
    let rate = if first & 1 == 0 { SampleRate::Narrow } else { SampleRate::Wide };
    let mut detector = Detector::new();
    for chunk in samples.chunks(2 * rate.frame_samples()) {
        let mut frame = AudioFrame::silence(rate);
        for (sample, bytes) in frame.samples_mut().iter_mut().zip(chunk.chunks_exact(2)) {
            *sample = i16::from_le_bytes([bytes[0], bytes[1]]);
        }
        if let Some(key) = detector.process(&frame) {
            assert!(is_key(key), "no key: {key:?}");
            assert!(detector.is_pressed(), "a key that was just recognised is held down");
        }
    }
    for _ in 0..4 {
        assert!(detector.process(&AudioFrame::silence(rate)).is_none_or(is_key));
    }
    assert!(!detector.is_pressed(), "silence lets go of a key");
}

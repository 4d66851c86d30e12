//! The tones by which fax machines find each other
//! ([ITU-T T.30 section 4](https://www.itu.int/rec/T-REC-T.30)), heard in a telephone's sound as it comes.
//!
//! Each 20 ms cost two correlations of 160 samples; the third kind, the data of V.21, is looked at only while something
//! is heard whose sound lies where it would. A voice, music and keys are none of them.

mod preamble;

use std::f32::consts::TAU;

use call_model::{AudioFrame, SampleRate};

use crate::resample::Downsampler;
use preamble::Preamble;

const RATE: f32 = 8_000.0;
const WINDOW: usize = SampleRate::Narrow.frame_samples();
/// Tones and data are at least this loud, peak squared: -40 dBFS.
const LEAST_POWER: f32 = 330.0 * 330.0 / 2.0;
/// Share of the whole power that a tone has. CNG may be off by 38 Hz, which costs it half under the window.
const CALLING_SHARE: f32 = 0.4;
/// CED is off by 15 Hz at most; the 15 Hz of ANSam's modulation take little.
const CALLED_SHARE: f32 = 0.7;
/// CNG lasts for 0.5 s, 15 % more or less, and a frame more or less by our cutting: frames of 20 ms.
const CALLING_ON: std::ops::RangeInclusive<u16> = 20..=30;
/// ... and comes every 3.5 s, 15 % more or less, and a frame.
const CALLING_PERIOD: std::ops::RangeInclusive<u32> = 147..=203;
/// CED lasts for 2.6 to 4 s. So much is enough: no voice and no melody holds 2,100 Hz for 1.2 s.
const CALLED_FRAMES: u16 = 60;
/// Frames of CED that may be spoilt one after the other: the phase of ANSam is turned every 450 ms.
const CALLED_GAP: u16 = 2;

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaxTone {
    /// CNG: a fax machine calls, and waits for one. Told with its second beep, 4 s after its first.
    Calling,
    /// CED, or ANSam with its turns of phase: a fax machine (or a modem) answers.
    Called,
    /// The flags before the data of V.21, channel 2: a fax machine speaks to one.
    Data,
}

/// Follows one stream, frame by frame, and tells each kind once.
#[derive(Debug, Clone)]
pub struct FaxDetector {
    downsampler: Downsampler,
    calling: Correlator,
    called: Correlator,
    preamble: Preamble,
    frame: u32,
    /// Frames that the beep has lasted for.
    beep: u16,
    /// When the last whole beep began.
    last_beep: Option<u32>,
    called_frames: u16,
    called_gap: u16,
    told: [bool; 3],
}

impl Default for FaxDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl FaxDetector {
    /// Begins in silence.
    pub fn new() -> Self {
        Self {
            downsampler: Downsampler::default(),
            calling: Correlator::new(1_100.0),
            called: Correlator::new(2_100.0),
            preamble: Preamble::default(),
            frame: 0,
            beep: 0,
            last_beep: None,
            called_frames: 0,
            called_gap: 0,
            told: [false; 3],
        }
    }

    /// Takes the next frame in and gives what was recognised in it, once for each kind.
    pub fn process(&mut self, frame: &AudioFrame) -> Option<FaxTone> {
        let mut narrow = AudioFrame::silence(SampleRate::Narrow);
        let samples = if frame.rate() == SampleRate::Wide {
            self.downsampler.process(frame, &mut narrow);
            narrow.samples()
        } else {
            frame.samples()
        };
        self.frame = self.frame.wrapping_add(1);
        let power = samples.iter().map(|&s| f32::from(s) * f32::from(s)).sum::<f32>() / WINDOW as f32;
        let loud = power > LEAST_POWER;
        let calling = loud && self.calling.share(samples, power) > CALLING_SHARE;
        let called = loud && !calling && self.called.share(samples, power) > CALLED_SHARE;
        let found = [
            self.follow_beeps(calling).then_some(FaxTone::Calling),
            self.follow_answer(called).then_some(FaxTone::Called),
            self.preamble.follow(samples, loud && !calling && !called).then_some(FaxTone::Data),
        ];
        let found = found.into_iter().flatten().find(|tone| !self.told[*tone as usize])?;
        self.told[found as usize] = true;
        Some(found)
    }

    /// Whether this is the end of the second of two beeps as CNG has them.
    fn follow_beeps(&mut self, calling: bool) -> bool {
        if calling {
            self.beep = self.beep.saturating_add(1);
            return false;
        }
        let length = std::mem::take(&mut self.beep);
        if !CALLING_ON.contains(&length) {
            if length > *CALLING_ON.end() {
                self.last_beep = None;
            }
            return false;
        }
        let began = self.frame.wrapping_sub(u32::from(length));
        let before = self.last_beep.replace(began);
        before.is_some_and(|before| CALLING_PERIOD.contains(&began.wrapping_sub(before)))
    }

    fn follow_answer(&mut self, called: bool) -> bool {
        if called {
            self.called_frames = self.called_frames.saturating_add(1);
            self.called_gap = 0;
        } else {
            self.called_gap += 1;
            if self.called_gap > CALLED_GAP {
                (self.called_frames, self.called_gap) = (0, 0);
            }
        }
        called && self.called_frames >= CALLED_FRAMES
    }
}

/// How much of a window is one tone.
#[derive(Debug, Clone)]
struct Correlator {
    /// Cosines and sines under a Hann window.
    waves: Box<[[f32; 2]; WINDOW]>,
}

impl Correlator {
    fn new(hz: f32) -> Self {
        let mut waves = Box::new([[0.0; 2]; WINDOW]);
        for (n, wave) in waves.iter_mut().enumerate() {
            let weight = 0.5 - 0.5 * (TAU * (n as f32 + 0.5) / WINDOW as f32).cos();
            let phase = TAU * hz * n as f32 / RATE;
            *wave = [weight * phase.cos(), weight * phase.sin()];
        }
        Self { waves }
    }

    /// Of a window of that mean square: 1 for the tone alone.
    fn share(&self, samples: &[i16], power: f32) -> f32 {
        let (mut re, mut im) = (0.0, 0.0);
        for (&sample, [cos, sin]) in samples.iter().zip(self.waves.iter()) {
            re += f32::from(sample) * cos;
            im += f32::from(sample) * sin;
        }
        let weights = WINDOW as f32 / 2.0;
        2.0 * (re * re + im * im) / (weights * weights) / power
    }
}

#[cfg(test)]
mod tests;

//! Audio as the pipeline carries it: mono frames of 20 ms.

/// The length of every frame inside the house, in milliseconds.
pub const FRAME_MS: u64 = 20;

/// The most samples a frame can hold: 20 ms at 16 kHz.
pub const MAX_FRAME_SAMPLES: usize = 320;

/// How many samples a second. Not to be mixed up with an RTP clock rate: G.722's RTP clock is 8 kHz while it
/// samples at 16 kHz (RFC 3551 section 4.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SampleRate {
    /// 8,000 samples a second: the telephone band.
    Narrow,
    /// 16,000 samples a second: wideband.
    Wide,
}

impl SampleRate {
    /// Samples a second.
    pub const fn hz(self) -> u32 {
        match self {
            Self::Narrow => 8_000,
            Self::Wide => 16_000,
        }
    }

    /// Samples in a frame of 20 ms.
    pub const fn frame_samples(self) -> usize {
        (self.hz() as u64 * FRAME_MS / 1_000) as usize
    }
}

/// 20 ms of mono audio, 16-bit linear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioFrame {
    rate: SampleRate,
    samples: [i16; MAX_FRAME_SAMPLES],
}

impl AudioFrame {
    /// A frame of silence.
    pub const fn silence(rate: SampleRate) -> Self {
        Self { rate, samples: [0; MAX_FRAME_SAMPLES] }
    }

    /// The rate that the samples are at.
    pub const fn rate(&self) -> SampleRate {
        self.rate
    }

    /// The samples: 160 at 8 kHz, 320 at 16 kHz.
    pub fn samples(&self) -> &[i16] {
        &self.samples[..self.rate.frame_samples()]
    }

    /// The samples, to be written in place.
    pub fn samples_mut(&mut self) -> &mut [i16] {
        &mut self.samples[..self.rate.frame_samples()]
    }
}

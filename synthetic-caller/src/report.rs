//! What a synthetic caller brings back.

use std::path::Path;

use serde::Serialize;

use crate::impairment::Toll;

/// One entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When, ms since the INVITE was sent.
    pub at_ms: u64,
    /// What happened, in words.
    pub what: String,
}

/// How the call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "ended")]
pub enum Ending {
    /// The other side hung up.
    ByThem,
    /// We did, as the script says.
    ByUs,
    /// It was never answered.
    NotAnswered {
        /// The final status, where there was one.
        status: Option<u16>,
    },
}

/// What happened, and what was heard.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// From INVITE to 200, ms.
    pub answer_ms: Option<u64>,
    /// From INVITE to the first sound that can be heard, ms, by the sample.
    pub first_sound_ms: Option<u64>,
    /// How good the sound was, 1 to 4.5.
    pub mos: Option<f32>,
    /// RTP packets received, and those that never came.
    pub packets: (u64, u64),
    /// What a line that loses or delays packets took; `None` on one that does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Toll>,
    /// What happened when.
    pub timeline: Vec<Moment>,
    /// Samples a second of the two voices.
    pub rate: u32,
    /// What was heard, from the answer on.
    #[serde(skip)]
    pub heard: Vec<i16>,
    /// What was said, aligned with `heard`.
    #[serde(skip)]
    pub said: Vec<i16>,
}

impl Report {
    /// Whether the call was answered.
    pub const fn was_answered(&self) -> bool {
        !matches!(self.ending, Ending::NotAnswered { .. })
    }

    /// Writes what was heard as a mono WAV.
    pub fn write_heard(&self, path: &Path) -> Result<(), hound::Error> {
        self.write(path, 1, self.heard.iter().copied())
    }

    /// Writes both voices as a stereo WAV: left what was heard, right what was said.
    pub fn write_both(&self, path: &Path) -> Result<(), hound::Error> {
        self.write(path, 2, self.heard.iter().zip(&self.said).flat_map(|(heard, said)| [*heard, *said]))
    }

    fn write(&self, path: &Path, channels: u16, samples: impl Iterator<Item = i16>) -> Result<(), hound::Error> {
        let format = hound::SampleFormat::Int;
        let spec = hound::WavSpec { channels, sample_rate: self.rate, bits_per_sample: 16, sample_format: format };
        let mut writer = hound::WavWriter::create(path, spec)?;
        for sample in samples {
            writer.write_sample(sample)?;
        }
        writer.finalize()
    }
}

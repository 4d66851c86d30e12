//! The sound of the voice doubles: a tone for each letter, so that a test can see where a word lies.

use std::f64::consts::TAU;
use std::sync::Arc;

/// How an utterance sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VoiceAnswer {
    /// A tone of so many ms for each letter or digit, silence of as many for all else.
    Tones {
        /// Ms for each character.
        ms_per_char: u32,
    },
    /// These samples, whatever the text, at the rate that the vendor's format has.
    Samples(Arc<[i16]>),
    /// The samples' bytes, also where they are no whole samples.
    Bytes(Arc<[u8]>),
}

impl Default for VoiceAnswer {
    fn default() -> Self {
        Self::Tones { ms_per_char: 60 }
    }
}

impl VoiceAnswer {
    /// The bytes of the sound of this text, 16 bits little-endian.
    pub(crate) fn bytes(&self, text: &str, hz: u32) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.to_vec(),
            Self::Samples(samples) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            Self::Tones { ms_per_char } => tones(text, hz, *ms_per_char),
        }
    }

    /// How long each character lasts, in ms.
    pub(crate) fn ms_per_char(&self, text: &str, hz: u32) -> f64 {
        match self {
            Self::Tones { ms_per_char } => f64::from(*ms_per_char),
            other => {
                let seconds = other.bytes("", hz).len() as f64 / 2.0 / f64::from(hz);
                seconds * 1_000.0 / text.chars().count().max(1) as f64
            }
        }
    }
}

fn tones(text: &str, hz: u32, ms_per_char: u32) -> Vec<u8> {
    let length = hz * ms_per_char / 1_000;
    let sample = |sounds: bool, at: u32| {
        let wave = (f64::from(at) * 440.0 * TAU / f64::from(hz)).sin();
        if sounds { (wave * 8_000.0) as i16 } else { 0 }
    };
    let chars = text.chars().map(char::is_alphanumeric);
    chars.flat_map(|sounds| (0..length).flat_map(move |at| sample(sounds, at).to_le_bytes())).collect()
}

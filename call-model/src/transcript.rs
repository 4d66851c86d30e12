//! What was said, as it is written down.

use serde::{Deserialize, Serialize};

use crate::CallId;

/// Who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The person at the other end of the first leg: the left channel of the recording.
    Caller,
    /// Our side: a flow, an agent, or a member on the second leg: the right channel.
    Us,
}

/// One word with its place in the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word as written.
    pub text: String,
    /// Start, in ms from the answer of the call.
    pub from_ms: u64,
    /// End, in ms from the answer of the call.
    pub to_ms: u64,
}

/// One utterance. Immutable: a correction is kept beside it, never in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscriptLine {
    /// The call that it belongs to.
    pub call: CallId,
    /// Who spoke.
    pub speaker: Speaker,
    /// Start, in ms from the answer of the call.
    pub from_ms: u64,
    /// End, in ms from the answer of the call.
    pub to_ms: u64,
    /// The words as one text.
    pub text: String,
    /// The words with their times, where they are known.
    pub words: Vec<Word>,
    /// 0 (a guess) to 1 (certain), where it is known.
    pub confidence: Option<f32>,
}

//! What was said, as it is written down.

use serde::{Deserialize, Serialize};

use crate::{CallId, Source};

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
    /// BCP 47 language, where it is known.
    pub language: Option<String>,
    /// Our side was interrupted: these are only the words that were heard.
    pub cut: bool,
}

/// How long the stages of one turn of an agent took. Times in ms; `None` where a stage did not happen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnReport {
    /// End of the caller's speech, in ms from the answer of the call.
    pub speech_ended_ms: u64,
    /// From there until the turn was held for ended.
    pub turn_end: Option<u64>,
    /// From asking the brain until its first token.
    pub first_token: Option<u64>,
    /// From asking the brain until the first clause was complete.
    pub first_clause: Option<u64>,
    /// From the first clause until its first audible sample.
    pub first_audio: Option<u64>,
    /// From the end of the caller's speech until our first audible sample.
    pub total: Option<u64>,
    /// The answer had been prepared before the turn was over.
    pub speculated: bool,
    /// Answers that were prepared and thrown away.
    pub wasted: u32,
    /// The brain that answered.
    pub brain: Option<String>,
    /// The caller interrupted it.
    pub interrupted: bool,
    /// The passages of the business's documents that the answer came from, the best first.
    #[serde(default)]
    pub sources: Vec<Source>,
}

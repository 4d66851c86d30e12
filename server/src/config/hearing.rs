//! How callers are heard, and who offers voices.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{SecretError, SecretPlaces};

/// What hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HearingEngine {
    /// The small recogniser that is part of the program: English, the demo's words, for trying and for tests.
    Builtin,
    /// whisper.cpp on this machine, with a model from a file.
    Whisper,
    /// An OpenAI-compatible server, utterance by utterance.
    Openai,
    /// A server that speaks Deepgram's streaming format.
    Deepgram,
    /// Nothing: callers are not heard, and nothing is written down but our own side.
    Off,
}

/// How callers are heard, and what is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranscriptionSection {
    /// What hears (`builtin`).
    pub engine: HearingEngine,
    /// Whether every call is written down (true). An agent hears its caller in any case.
    pub calls: bool,
    /// The model: a name that `callwright models list` gives or a file, with `whisper`; the provider's name for it with
    /// the others.
    pub model: Option<String>,
    /// The server, with `openai` and `deepgram`.
    pub url: Option<String>,
    /// Key of the provider,
    pub key: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub key_env: Option<String>,
    /// ... or the file that holds it.
    pub key_file: Option<PathBuf>,
    /// How much audio is sent at a time with `deepgram`, ms; by default what the vendor advises for the model: 80 for
    /// Flux, 40 for others.
    pub chunk_ms: Option<u64>,
    /// Utterances that whisper decodes at a time, over all calls; 0 (the default): half of the cores, at most 4.
    pub decoders: u8,
    /// Threads for each of them (1).
    pub threads: u8,
}

impl Default for TranscriptionSection {
    fn default() -> Self {
        Self {
            engine: HearingEngine::Builtin,
            calls: true,
            model: None,
            url: None,
            key: None,
            key_env: None,
            key_file: None,
            chunk_ms: None,
            decoders: 0,
            threads: 1,
        }
    }
}

impl TranscriptionSection {
    /// The key, from wherever it is kept.
    pub fn resolve_key(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces { here: self.key.as_ref(), env: self.key_env.as_deref(), file: self.key_file.as_deref() }.resolve()
    }
}

/// How a provider of voices is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VoiceProviderKind {
    /// OpenAI-compatible `/v1/audio/speech`, hosted or local.
    #[default]
    Openai,
    /// ElevenLabs' streaming WebSocket.
    Elevenlabs,
}

/// Who offers voices.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoiceProvider {
    /// Our name for it: its voices are then called `NAME:VOICE`.
    pub name: String,
    /// `openai` (the default: anything that speaks its format) or `elevenlabs`.
    pub kind: VoiceProviderKind,
    /// The server; the provider's own where it is not said.
    pub url: Option<String>,
    /// The model; the provider's default where it is not said.
    pub model: Option<String>,
    /// Its voices, by the names that flows and agents give them: `{ anna = "alloy" }` makes `NAME:anna`.
    pub voices: BTreeMap<String, String>,
    /// Key,
    pub key: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub key_env: Option<String>,
    /// ... or the file that holds it.
    pub key_file: Option<PathBuf>,
}

impl VoiceProvider {
    /// The key, from wherever it is kept.
    pub fn resolve_key(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces { here: self.key.as_ref(), env: self.key_env.as_deref(), file: self.key_file.as_deref() }.resolve()
    }
}

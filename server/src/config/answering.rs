//! How calls that are screened are judged: see `docs/answering-machines.md`.

use serde::Deserialize;

/// How it is found out who answered a call that asks for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnsweringSection {
    /// A verdict is given at the latest so long after the answer, ms (4000): 1,000 to 15,000.
    pub max_ms: u32,
    /// Nothing said for so long after the answer is silence, ms (3000).
    pub silence_ms: u32,
    /// A machine that has been silent for so long is spoken to without a tone, ms (2500).
    pub greeting_silence_ms: u32,
}

impl Default for AnsweringSection {
    fn default() -> Self {
        Self { max_ms: 4_600, silence_ms: 3_000, greeting_silence_ms: 2_500 }
    }
}

//! Engines behind a network: hosted or local servers in the wire formats that most of them speak.
//!
//! - [`OpenAiVoice`]: OpenAI-compatible `/v1/audio/speech`, streamed. [`ElevenVoice`]: ElevenLabs' WebSocket, with the
//!   times of its words.
//! - [`OpenAiEar`]: OpenAI-compatible `/v1/audio/transcriptions`, one request for each utterance. [`DeepgramEar`]:
//!   Deepgram's streaming WebSocket, v1 and v2 (Flux), with its hints about turns.
//!
//! All keep connections open and warm, have a time limit for each stage, try again before the first byte only, and obey
//! Retry-After as far as the limit allows. Neither keys nor anything said reaches the log.

mod assemble;
mod deepgram;
mod eleven;
mod endpoint;
mod failure;
mod http;
mod openai_ear;
mod openai_voice;
mod pace;
mod resample;
mod runs;
mod socket;
mod tls;
mod utterances;

use std::borrow::Cow;

pub use deepgram::{DeepgramEar, DeepgramSettings};
pub use eleven::{ElevenSettings, ElevenVoice};
pub use endpoint::{Endpoint, Limits, ProviderError};
pub use openai_ear::{OpenAiEar, OpenAiEarSettings};
pub use openai_voice::{OpenAiVoice, OpenAiVoiceSettings};
pub use utterances::CutSettings;

use crate::VoiceInfo;

/// A voice of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderVoice {
    /// The name by which it is asked for, after the engine's name and a colon, such as `anna` for `eleven:anna`.
    pub name: String,
    /// The provider's name for it.
    pub id: String,
    /// The BCP 47 language that it speaks; empty: any.
    pub language: String,
}

impl ProviderVoice {
    /// A voice that is asked for by the provider's name and speaks any language.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self { name: id.clone(), id, language: String::new() }
    }
}

/// The voices as they are offered.
fn offered(engine: &str, voices: &[ProviderVoice]) -> Vec<VoiceInfo> {
    let info = |voice: &ProviderVoice| VoiceInfo {
        name: Cow::Owned(format!("{engine}:{}", voice.name)),
        language: Cow::Owned(voice.language.clone()),
        engine: Cow::Owned(engine.to_owned()),
    };
    voices.iter().map(info).collect()
}

/// The voice of that name (with or without the engine's), or else the first one for the language, or else the first.
fn choose<'v>(
    engine: &str,
    voices: &'v [ProviderVoice],
    name: Option<&str>,
    language: &str,
) -> Option<&'v ProviderVoice> {
    let name = name.map(|name| name.strip_prefix(engine).and_then(|rest| rest.strip_prefix(':')).unwrap_or(name));
    let named = voices.iter().find(|voice| name.is_some_and(|name| voice.name == name || voice.id == name));
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let speaks = |voice: &&ProviderVoice| voice.language.is_empty() || primary(&voice.language) == primary(language);
    named.or_else(|| voices.iter().find(speaks)).or(voices.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_found_by_name_then_by_language() {
        let voice = |name: &str, language: &str| ProviderVoice {
            name: name.into(),
            id: format!("id-{name}"),
            language: language.into(),
        };
        let voices = [voice("jane", "en-GB"), voice("anna", "de")];
        let chosen = |name, language| choose("eleven", &voices, name, language).map(|voice| voice.name.as_str());
        assert_eq!(chosen(Some("eleven:anna"), "en"), Some("anna"));
        assert_eq!(chosen(Some("id-anna"), "en"), Some("anna"));
        assert_eq!(chosen(Some("nobody"), "de-AT"), Some("anna"));
        assert_eq!(chosen(None, "fr"), Some("jane"));
        assert_eq!(choose("eleven", &[], None, "fr"), None);
    }
}

//! What speaks: the built-in voices, those of providers, and which of them speaks a language.

use std::collections::BTreeMap;
use std::sync::Arc;

use speech::provider::{
    ElevenSettings, ElevenVoice, Endpoint, OpenAiVoice, OpenAiVoiceSettings, ProviderError, ProviderVoice,
};
use speech::{
    CacheSettings, PicoPool, PicoSettings, Router, SpeechStream, Synthesizer, Utterance, VoiceInfo, WorkerCommand,
};

use crate::config::{Config, SecretError, VoiceProvider, VoiceProviderKind};

/// What the engine of the built-in voices is called.
const BUILTIN: &str = "pico";

/// The voices do not start.
#[derive(Debug, thiserror::Error)]
pub enum VoiceFailure {
    /// The built-in ones do not.
    #[error("the built-in voice does not start")]
    Builtin(#[from] speech::StartError),
    /// A name cannot be one.
    #[error(
        "`name` in [[speech.providers]] is `{0}`: write 1 to 32 lower-case letters, digits and `-`, not `pico`, once"
    )]
    Name(String),
    /// A key is not where the configuration says.
    #[error("the key of `{name}` in [[speech.providers]] is missing")]
    Secret {
        /// The provider.
        name: String,
        /// Why.
        #[source]
        source: SecretError,
    },
    /// A provider's settings are wrong.
    #[error("`{name}` in [[speech.providers]] cannot be used: it needs `voices` and, where it is your own, `url`")]
    Provider {
        /// The provider.
        name: String,
        /// Why.
        #[source]
        source: ProviderError,
    },
    /// A language's voice is not known.
    #[error("`speech.voices` names `{voice}`, which is none of {known}")]
    NoSuchVoice {
        /// The voice.
        voice: String,
        /// Those that are.
        known: String,
    },
}

/// Starts them.
pub(super) async fn start(config: &Config) -> Result<Arc<dyn Synthesizer>, VoiceFailure> {
    let builtin = Arc::new(PicoPool::start(pico_settings(config)?).await?);
    let mut router = Router::new(BUILTIN, builtin);
    let mut names: Vec<&str> = vec![BUILTIN];
    for provider in &config.speech.providers {
        let name = provider.name.as_str();
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(letters) || names.contains(&name) {
            return Err(VoiceFailure::Name(name.to_owned()));
        }
        names.push(name);
        router = router.with(name, engine(provider)?);
    }
    check(&router, &config.speech.voices)?;
    if config.speech.voices.is_empty() {
        return Ok(Arc::new(router));
    }
    Ok(Arc::new(ByLanguage { router, voices: config.speech.voices.clone() }))
}

fn engine(provider: &VoiceProvider) -> Result<Arc<dyn Synthesizer>, VoiceFailure> {
    let name = provider.name.clone();
    let key = provider.resolve_key().map_err(|source| VoiceFailure::Secret { name: name.clone(), source })?;
    let voice = |(name, id): (&String, &String)| ProviderVoice { name: name.clone(), ..ProviderVoice::new(id.clone()) };
    let voices = provider.voices.iter().map(voice).collect();
    let endpoint = |default: &str| Endpoint::new(provider.url.as_deref().unwrap_or(default), key);
    let failed = |source| VoiceFailure::Provider { name: name.clone(), source };
    Ok(match provider.kind {
        VoiceProviderKind::Openai => {
            let mut settings = OpenAiVoiceSettings::new(endpoint("https://api.openai.com/v1"), voices);
            settings.name.clone_from(&name);
            settings.model = provider.model.clone().unwrap_or(settings.model);
            Arc::new(OpenAiVoice::new(settings).map_err(failed)?)
        }
        VoiceProviderKind::Elevenlabs => {
            let mut settings = ElevenSettings::new(endpoint("wss://api.elevenlabs.io"), voices);
            settings.name.clone_from(&name);
            settings.model = provider.model.clone().unwrap_or(settings.model);
            Arc::new(ElevenVoice::new(settings).map_err(failed)?)
        }
    })
}

/// Whether every voice that a language is given is one.
fn check(router: &Router, voices: &BTreeMap<String, String>) -> Result<(), VoiceFailure> {
    let known = router.voices();
    for voice in voices.values() {
        if !known.iter().any(|info| info.name == *voice) {
            let known = known.iter().map(|info| &*info.name).collect::<Vec<_>>().join(", ");
            return Err(VoiceFailure::NoSuchVoice { voice: voice.clone(), known });
        }
    }
    Ok(())
}

/// Whether there is a voice of this name: `anna`, `ENGINE:anna`, `pico:en-GB` or `en-GB`.
pub(super) fn is_known(config: &Config, name: &str) -> bool {
    let (engine, voice) = name.split_once(':').map_or((None, name), |(engine, voice)| (Some(engine), voice));
    let built_in = engine.is_none_or(|engine| engine == BUILTIN) && speech::pico::voice::Voice::named(voice).is_some();
    built_in
        || config
            .speech
            .providers
            .iter()
            .any(|provider| engine.is_none_or(|engine| engine == provider.name) && provider.voices.contains_key(voice))
}

/// The voices of the house: who speaks a language where nobody is asked for.
struct ByLanguage {
    router: Router,
    voices: BTreeMap<String, String>,
}

impl Synthesizer for ByLanguage {
    fn speak(&self, mut utterance: Utterance) -> SpeechStream {
        if utterance.voice.is_none() {
            utterance.voice = for_language(&self.voices, &utterance.language).cloned();
        }
        self.router.speak(utterance)
    }

    fn voices(&self) -> &[VoiceInfo] {
        self.router.voices()
    }
}

/// What is set for exactly this language, or else for its primary one: for `de` where `de-AT` is spoken.
fn for_language<'v, T>(values: &'v BTreeMap<String, T>, language: &str) -> Option<&'v T> {
    let exact = values.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let near = || values.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(primary));
    exact.or_else(near).map(|(_, value)| value)
}

fn pico_settings(config: &Config) -> Result<PicoSettings, VoiceFailure> {
    let worker = WorkerCommand::own().map_err(speech::StartError::Worker)?;
    let mut cache = CacheSettings::new(config.data.join("cache").join("speech"));
    cache.max_bytes = config.speech.cache_mib << 20;
    Ok(PicoSettings { workers: config.speech.workers.max(1), cache: Some(cache), ..PicoSettings::new(worker) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_known_by_its_name_with_or_without_its_engine() {
        let text = "[[speech.providers]]\nname = 'eleven'\nkind = 'elevenlabs'\nvoices = { anna = 'x' }";
        let config: Config = toml::from_str(text).unwrap();
        for name in ["anna", "eleven:anna", "pico:en-GB", "pico-en-GB", "de-DE"] {
            assert!(is_known(&config, name), "{name}");
        }
        for name in ["ana", "eleven:ben", "pico:anna", "other:anna", ""] {
            assert!(!is_known(&config, name), "{name}");
        }
    }

    #[test]
    fn a_language_is_spoken_by_its_voice() {
        let voices = BTreeMap::from([("de".to_owned(), 1), ("en-GB".to_owned(), 2)]);
        let chosen = |language| for_language(&voices, language).copied();
        assert_eq!((chosen("de-AT"), chosen("de"), chosen("EN-gb")), (Some(1), Some(1), Some(2)));
        assert_eq!((chosen("en-US"), chosen("fr")), (None, None));
    }
}

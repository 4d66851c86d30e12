//! What hears: the built-in recogniser, whisper, or a provider.

use std::sync::Arc;

use speech::provider::{DeepgramEar, DeepgramSettings, Endpoint, OpenAiEar, OpenAiEarSettings, ProviderError};
use speech::whisper::{self, Model};
use speech::{Transcriber, Whisper, WhisperSettings, models};

use crate::config::{Config, HearingEngine, SecretError, TranscriptionSection};

/// What hears does not start.
#[derive(Debug, thiserror::Error)]
pub enum HearingFailure {
    /// No model is named.
    #[error("`transcription.engine` is whisper, but no model is named: set `transcription.model`, such as \"base.en\"")]
    NoModel,
    /// The model is not here.
    #[error(
        "`transcription.model` names {path}, which is not there: `callwright models fetch NAME` gets one of `callwright models list`"
    )]
    ModelMissing {
        /// Where it was looked for.
        path: std::path::PathBuf,
    },
    /// The worker does not start.
    #[error("the recogniser does not start")]
    Start(#[from] speech::HearStartError),
    /// This program cannot be found to be started as a worker.
    #[error("the recogniser's worker cannot be started")]
    Worker(#[source] std::io::Error),
    /// The provider's settings are wrong.
    #[error("the provider in [transcription] cannot be used: look at `url`, `model` and the key")]
    Provider(#[from] ProviderError),
    /// The key is not where the configuration says.
    #[error("`transcription` names a key that is missing")]
    Secret(#[from] SecretError),
}

/// Starts it; `None` where nothing is to be heard.
pub(super) async fn start(config: &Config) -> Result<Option<Arc<dyn Transcriber>>, HearingFailure> {
    let section = &config.transcription;
    let ears: Arc<dyn Transcriber> = match section.engine {
        HearingEngine::Off => return Ok(None),
        HearingEngine::Builtin => Arc::new(whisper(config, Model::Builtin).await?),
        HearingEngine::Whisper => {
            let name = section.model.as_deref().ok_or(HearingFailure::NoModel)?;
            let path = models::resolve(&crate::cli::models_folder(config), name);
            if !path.is_file() {
                return Err(HearingFailure::ModelMissing { path });
            }
            Arc::new(whisper(config, Model::File(path)).await?)
        }
        HearingEngine::Openai => {
            let endpoint = endpoint(section, "https://api.openai.com/v1")?;
            let mut settings = OpenAiEarSettings::new(endpoint);
            settings.model = section.model.clone().unwrap_or(settings.model);
            Arc::new(OpenAiEar::new(settings)?)
        }
        HearingEngine::Deepgram => {
            let mut settings = DeepgramSettings::new(endpoint(section, "wss://api.deepgram.com")?);
            settings.model = section.model.clone().unwrap_or(settings.model);
            settings.chunk_ms = section.chunk_ms;
            Arc::new(DeepgramEar::new(settings)?)
        }
    };
    Ok(Some(ears))
}

fn endpoint(section: &TranscriptionSection, default: &str) -> Result<Endpoint, HearingFailure> {
    Ok(Endpoint::new(section.url.as_deref().unwrap_or(default), section.resolve_key()?))
}

async fn whisper(config: &Config, model: Model) -> Result<Whisper, HearingFailure> {
    let worker = whisper::own_worker().map_err(HearingFailure::Worker)?;
    let mut settings = WhisperSettings::new(worker, model);
    settings.threads = config.transcription.threads.max(1);
    if config.transcription.decoders > 0 {
        settings.decoders = config.transcription.decoders;
    }
    Ok(Whisper::start(settings).await?)
}

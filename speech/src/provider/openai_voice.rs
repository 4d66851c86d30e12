//! OpenAI-compatible speech.
//!
//! Format: <https://platform.openai.com/docs/api-reference/audio/createSpeech>, as of 2026-11-21. `response_format: pcm` is raw
//! 16-bit little-endian samples, mono, at 24 kHz, sent in chunks as they are made. It tells no times of words: they are
//! estimated from the voice's pace, which is learned.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::assemble::{Assembler, RATE};
use super::endpoint::{Endpoint, ProviderError};
use super::failure::Failure;
use super::http::{Answer, Http};
use super::pace::Pace;
use super::resample::Resampler;
use super::runs::{Run, Spoken, runs};
use super::{ProviderVoice, choose, offered};
use crate::{SpeakError, SpeechChunk, SpeechSink, SpeechStream, Synthesizer, Utterance, VoiceInfo};

/// Chunks that may be ahead of the listener.
const AHEAD: usize = 16;

/// Settings of an OpenAI-compatible voice.
#[derive(Debug, Clone)]
pub struct OpenAiVoiceSettings {
    /// The engine's name, before the colon of its voices' names. Default `openai`.
    pub name: String,
    /// Where it is; the base address ends in `/v1`.
    pub endpoint: Endpoint,
    /// The model. Default `gpt-4o-mini-tts`.
    pub model: String,
    /// Its voices; the first one is the default.
    pub voices: Vec<ProviderVoice>,
    /// The rate of its `pcm` format, in samples a second. Default 24,000.
    pub rate_hz: u32,
    /// How fast it speaks, 0.25 to 4; `None`: as it wants.
    pub speed: Option<f32>,
    /// How it is to speak, for models that understand that.
    pub instructions: Option<String>,
    /// The longest text of one utterance, in characters. Default 4,000; the vendor's own limit is 4,096.
    pub max_chars: usize,
    /// Utterances that may be spoken at the same time; above it [`SpeakError::Overloaded`]. Default 512.
    pub most: usize,
}

impl OpenAiVoiceSettings {
    /// The defaults.
    pub fn new(endpoint: Endpoint, voices: Vec<ProviderVoice>) -> Self {
        Self {
            name: "openai".into(),
            endpoint,
            model: "gpt-4o-mini-tts".into(),
            voices,
            rate_hz: 24_000,
            speed: None,
            instructions: None,
            max_chars: 4_000,
            most: 512,
        }
    }
}

/// An OpenAI-compatible voice.
#[derive(Debug)]
pub struct OpenAiVoice {
    inner: Arc<Inner>,
    offered: Vec<VoiceInfo>,
    runtime: Handle,
}

#[derive(Debug)]
struct Inner {
    settings: OpenAiVoiceSettings,
    http: Arc<Http>,
    pace: Arc<Pace>,
    room: Arc<Semaphore>,
}

impl OpenAiVoice {
    /// Sets it up. To be called inside a tokio runtime.
    pub fn new(settings: OpenAiVoiceSettings) -> Result<Self, ProviderError> {
        if settings.voices.is_empty() {
            return Err(ProviderError::NoVoice);
        }
        let offered = offered(&settings.name, &settings.voices);
        let http = Http::new(&settings.endpoint)?;
        let room = Arc::new(Semaphore::new(settings.most.max(1)));
        let inner = Arc::new(Inner { settings, http, pace: Arc::default(), room });
        Ok(Self { inner, offered, runtime: Handle::current() })
    }
}

impl Synthesizer for OpenAiVoice {
    fn speak(&self, utterance: Utterance) -> SpeechStream {
        let settings = &self.inner.settings;
        let chars = utterance.text.chars().count();
        if chars > settings.max_chars {
            return SpeechStream::failed(SpeakError::TextTooLong { chars, limit: settings.max_chars });
        }
        let voice = choose(&settings.name, &settings.voices, utterance.voice.as_deref(), &utterance.language);
        let Some(voice) = voice.map(|voice| voice.id.clone()) else {
            return SpeechStream::failed(SpeakError::UnknownVoice { language: utterance.language });
        };
        let Ok(room) = Arc::clone(&self.inner.room).try_acquire_owned() else {
            return SpeechStream::failed(SpeakError::Overloaded);
        };
        let (sink, stream) = SpeechStream::channel(AHEAD);
        let inner = Arc::clone(&self.inner);
        self.runtime.spawn(async move {
            inner.speak(&utterance, &voice, &sink).await;
            drop(room);
        });
        stream
    }

    fn voices(&self) -> &[VoiceInfo] {
        &self.offered
    }
}

impl Inner {
    async fn speak(&self, utterance: &Utterance, voice: &str, sink: &SpeechSink) {
        for run in runs(&utterance.text, &utterance.language) {
            let heard = match run {
                Run::Silence(pause) => sink.send(Ok(silence(pause))).await,
                Run::Say { text, words } => tokio::select! {
                    // Whoever listened is gone: the request is dropped, and with it its connection.
                    () = sink.closed() => false,
                    heard = self.say(&text, words, voice, sink) => heard,
                },
            };
            if !heard {
                return;
            }
        }
    }

    /// Says one run; `false` when nobody listens any more.
    async fn say(&self, text: &str, words: Vec<Spoken>, voice: &str, sink: &SpeechSink) -> bool {
        let mut assembler = Assembler::new(words, Arc::clone(&self.pace));
        match self.stream(text, voice, &mut assembler, sink).await {
            Ok(heard) => heard,
            Err(failure) => {
                tracing::warn!(engine = self.settings.name, %failure, "a voice failed");
                // What was said of it is heard; what is left is the failure's.
                sink.send(Err(failure.into())).await
            }
        }
    }

    async fn stream(
        &self,
        text: &str,
        voice: &str,
        assembler: &mut Assembler,
        sink: &SpeechSink,
    ) -> Result<bool, Failure> {
        let mut answer = self.ask(text, voice).await?;
        let mut resampler = Resampler::new(self.settings.rate_hz, RATE.hz());
        let mut bytes: Vec<u8> = Vec::new();
        while let Some(piece) = answer.next().await? {
            bytes.extend_from_slice(&piece);
            let (pairs, odd) = bytes.as_chunks::<2>();
            let samples: Vec<i16> = pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
            // A piece may end in the middle of a sample.
            bytes = odd.to_vec();
            match &mut resampler {
                Some(resampler) => assembler.push(&resampler.push(&samples)),
                None => assembler.push(&samples),
            }
            while let Some(chunk) = assembler.next() {
                if !sink.send(Ok(chunk)).await {
                    return Ok(false);
                }
            }
        }
        assembler.push(&resampler.map(|mut resampler| resampler.finish()).unwrap_or_default());
        match assembler.finish() {
            Some(chunk) => Ok(sink.send(Ok(chunk)).await),
            None if assembler.sounded() => Ok(true),
            None => Err(Failure::Broken("the voice was silent")),
        }
    }

    async fn ask(&self, text: &str, voice: &str) -> Result<Answer, Failure> {
        let settings = &self.settings;
        let mut body = json!({ "model": settings.model, "input": text, "voice": voice, "response_format": "pcm" });
        if let Some(speed) = settings.speed {
            body["speed"] = speed.into();
        }
        if let Some(instructions) = &settings.instructions {
            body["instructions"] = instructions.as_str().into();
        }
        self.http.post("/audio/speech", "application/json", Bytes::from(body.to_string())).await
    }
}

pub(super) fn silence(pause: std::time::Duration) -> SpeechChunk {
    let samples = (pause.as_secs_f64() * f64::from(RATE.hz())).round() as usize;
    SpeechChunk::silent(vec![0; samples].into(), RATE)
}

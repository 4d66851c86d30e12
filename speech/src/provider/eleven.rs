//! ElevenLabs' stream-input WebSocket, with the times of its words.
//!
//! Format: <https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-stream-input>, as of 2026-11-21. A
//! connection speaks one text and is closed then; so connections are opened ahead, and wait.

mod message;
mod warm;

use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as WsMessage;

use self::message::{Heard, Words, read};
use self::warm::Warm;
use super::assemble::Assembler;
use super::endpoint::{Endpoint, ProviderError};
use super::failure::Failure;
use super::http::retry;
use super::openai_voice::silence;
use super::pace::Pace;
use super::runs::{Run, Spoken, runs};
use super::socket::{Incoming, Socket, incoming};
use super::{ProviderVoice, choose, offered};
use crate::{SpeakError, SpeechSink, SpeechStream, Synthesizer, Utterance, VoiceInfo};

/// Chunks that may be ahead of the listener.
const AHEAD: usize = 16;

/// Messages without sense after which it is given up.
const MOST_ODD: usize = 3;

/// Settings of ElevenLabs' voices.
#[derive(Debug, Clone)]
pub struct ElevenSettings {
    /// The engine's name, before the colon of its voices' names. Default `eleven`.
    pub name: String,
    /// Where it is. Default address `wss://api.elevenlabs.io`.
    pub endpoint: Endpoint,
    /// The model. Default `eleven_flash_v2_5`.
    pub model: String,
    /// Its voices; the first one is the default.
    pub voices: Vec<ProviderVoice>,
    /// Tell the model the utterance's language: only for models that take it.
    pub tell_language: bool,
    /// The voice's `voice_settings`, such as stability and speed, as the vendor's page names them; null for its own.
    pub voice_settings: serde_json::Value,
    /// Connections that wait, for each voice that was used lately. Default 2.
    pub warm: usize,
    /// The longest text of one utterance, in characters. Default 4,000.
    pub max_chars: usize,
    /// Utterances that may be spoken at the same time; above it [`SpeakError::Overloaded`]. Default 512.
    pub most: usize,
}

impl ElevenSettings {
    /// The defaults.
    pub fn new(endpoint: Endpoint, voices: Vec<ProviderVoice>) -> Self {
        Self {
            name: "eleven".into(),
            endpoint,
            model: "eleven_flash_v2_5".into(),
            voices,
            tell_language: false,
            voice_settings: serde_json::Value::Null,
            warm: 2,
            max_chars: 4_000,
            most: 512,
        }
    }
}

/// ElevenLabs' voices.
#[derive(Debug)]
pub struct ElevenVoice {
    inner: Arc<Inner>,
    offered: Vec<VoiceInfo>,
    runtime: Handle,
}

#[derive(Debug)]
struct Inner {
    settings: ElevenSettings,
    warm: Arc<Warm>,
    pace: Arc<Pace>,
    room: Arc<Semaphore>,
}

impl ElevenVoice {
    /// Sets it up, and opens the first connections. To be called inside a tokio runtime.
    pub fn new(settings: ElevenSettings) -> Result<Self, ProviderError> {
        let Some(first) = settings.voices.first() else { return Err(ProviderError::NoVoice) };
        let warm = Warm::start(&settings, &first.id)?;
        let offered = offered(&settings.name, &settings.voices);
        let room = Arc::new(Semaphore::new(settings.most.max(1)));
        let inner = Arc::new(Inner { settings, warm, pace: Arc::default(), room });
        Ok(Self { inner, offered, runtime: Handle::current() })
    }
}

impl Synthesizer for ElevenVoice {
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

/// A connection that has begun to speak.
struct Speaking {
    socket: Socket,
    first: Heard,
}

impl Inner {
    async fn speak(&self, utterance: &Utterance, voice: &str, sink: &SpeechSink) {
        let language = if self.settings.tell_language { utterance.language.as_str() } else { "" };
        for run in runs(&utterance.text, &utterance.language) {
            let heard = match run {
                Run::Silence(pause) => sink.send(Ok(silence(pause))).await,
                Run::Say { text, words } => tokio::select! {
                    () = sink.closed() => false,
                    heard = self.say(&text, words, voice, language, sink) => heard,
                },
            };
            if !heard {
                return;
            }
        }
    }

    /// Says one run; `false` when nobody listens any more.
    async fn say(&self, text: &str, words: Vec<Spoken>, voice: &str, language: &str, sink: &SpeechSink) -> bool {
        let begun = retry(self.settings.endpoint.limits, || self.begin(text, voice, language)).await;
        let outcome = match begun {
            Ok(speaking) => self.follow(speaking, words, sink).await,
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok(heard) => heard,
            Err(failure) => {
                tracing::warn!(engine = self.settings.name, %failure, "a voice failed");
                sink.send(Err(failure.into())).await
            }
        }
    }

    /// Hands the text over, and waits for the first sound.
    async fn begin(&self, text: &str, voice: &str, language: &str) -> Result<Speaking, Failure> {
        let mut socket = self.warm.take(voice, language).await?;
        let lost = |_| Failure::Unreachable("the connection was lost");
        // The vendor wants a space after each text; the empty one is the end.
        let text = json!({ "text": format!("{text} "), "flush": true }).to_string();
        socket.feed(WsMessage::text(text)).await.map_err(lost)?;
        socket.send(WsMessage::text(json!({ "text": "" }).to_string())).await.map_err(lost)?;
        let mut odd = 0;
        loop {
            let first = self.next(&mut socket, &mut odd).await?;
            if first.done && first.samples.is_empty() {
                return Err(Failure::Broken("the voice was silent"));
            }
            if !first.samples.is_empty() {
                return Ok(Speaking { socket, first });
            }
        }
    }

    async fn follow(&self, speaking: Speaking, spoken: Vec<Spoken>, sink: &SpeechSink) -> Result<bool, Failure> {
        let Speaking { mut socket, first } = speaking;
        let mut assembler = Assembler::new(spoken, Arc::clone(&self.pace));
        let mut words = Words::default();
        let mut odd = 0;
        let mut heard = first;
        loop {
            words.lay(&heard, &mut assembler);
            assembler.push(&heard.samples);
            while let Some(chunk) = assembler.next() {
                if !sink.send(Ok(chunk)).await {
                    return Ok(false);
                }
            }
            if heard.done {
                break;
            }
            heard = self.next(&mut socket, &mut odd).await?;
        }
        match assembler.finish() {
            Some(chunk) => Ok(sink.send(Ok(chunk)).await),
            None => Ok(true),
        }
    }

    /// The next message that makes sense.
    async fn next(&self, socket: &mut Socket, odd: &mut usize) -> Result<Heard, Failure> {
        let limit = self.settings.endpoint.limits.stall;
        loop {
            let message = timeout(limit, socket.next()).await.map_err(|_| Failure::TimedOut { limit })?;
            let text = match incoming(message) {
                Incoming::Text(text) => text,
                Incoming::Other => continue,
                Incoming::Closed => return Err(Failure::Broken("the connection was cut")),
            };
            match read(&text) {
                Ok(heard) => return Ok(heard),
                Err(failure @ Failure::Broken(_)) if *odd < MOST_ODD => {
                    *odd += 1;
                    tracing::warn!(engine = self.settings.name, %failure, "a message is left out");
                }
                Err(failure) => return Err(failure),
            }
        }
    }
}

//! One synthesiser in front of several: chosen by the voice's name, with the built-in voice behind them all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::{SpeakError, SpeechSink, SpeechStream, Synthesizer, Utterance, VoiceInfo};

/// Chunks that may be ahead of the listener, beside those of the engine itself.
const AHEAD: usize = 2;

/// How long an engine that failed is left alone, unless set otherwise.
const REST: Duration = Duration::from_secs(10);

/// Chooses the engine by the voice's name: `eleven:anna` is the voice `anna` of the engine `eleven`. A name without an
/// engine is looked for among all voices; without a name the default voice speaks, or else the built-in one.
///
/// Where an engine fails before its first sound, the built-in voice speaks the utterance in its place, and those that
/// follow in the next seconds, so that a caller waits only once.
#[derive(Clone)]
pub struct Router {
    built_in: Arc<Engine>,
    engines: Vec<Arc<Engine>>,
    voices: Vec<VoiceInfo>,
    default_voice: Option<String>,
    rest: Duration,
    runtime: Handle,
}

struct Engine {
    name: String,
    synthesizer: Arc<dyn Synthesizer>,
    /// Until when it is left alone.
    resting: Mutex<Option<Instant>>,
    fallbacks: AtomicU64,
}

impl Engine {
    fn new(name: String, synthesizer: Arc<dyn Synthesizer>) -> Arc<Self> {
        Arc::new(Self { name, synthesizer, resting: Mutex::default(), fallbacks: AtomicU64::new(0) })
    }

    fn rests(&self) -> bool {
        let until = *self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, until: Option<Instant>) {
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.engines.iter().map(|engine| &engine.name);
        f.debug_struct("Router").field("engines", &names.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl Router {
    /// With the built-in voice only, under this name, such as `pico`. To be called inside a tokio runtime.
    pub fn new(name: impl Into<String>, built_in: Arc<dyn Synthesizer>) -> Self {
        let voices = built_in.voices().to_vec();
        Self {
            built_in: Engine::new(name.into(), built_in),
            engines: Vec::new(),
            voices,
            default_voice: None,
            rest: REST,
            runtime: Handle::current(),
        }
    }

    /// Adds an engine. Its voices are listed after those of the others.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, engine: Arc<dyn Synthesizer>) -> Self {
        self.voices.extend_from_slice(engine.voices());
        self.engines.push(Engine::new(name.into(), engine));
        self
    }

    /// The voice that speaks where none is asked for.
    #[must_use]
    pub fn with_default_voice(mut self, voice: Option<String>) -> Self {
        self.default_voice = voice;
        self
    }

    /// How long an engine that failed is left alone. Default 10 s.
    #[must_use]
    pub fn with_rest(mut self, rest: Duration) -> Self {
        self.rest = rest;
        self
    }

    /// How often the built-in voice has spoken in the place of each engine.
    pub fn fallbacks(&self) -> Vec<(String, u64)> {
        let count = |engine: &Arc<Engine>| (engine.name.clone(), engine.fallbacks.load(Ordering::Relaxed));
        self.engines.iter().map(count).collect()
    }

    /// The engine for a voice, and the voice's name as the engine knows it.
    fn choose(&self, voice: Option<&str>) -> (&Arc<Engine>, Option<String>) {
        let all = || self.engines.iter().chain([&self.built_in]);
        let Some(voice) = voice.or(self.default_voice.as_deref()) else { return (&self.built_in, None) };
        if let Some((name, rest)) = voice.split_once(':')
            && let Some(engine) = all().find(|engine| engine.name == name)
        {
            return (engine, Some(rest.to_owned()));
        }
        let named = |info: &VoiceInfo| info.name == voice || info.name.rsplit(':').next() == Some(voice);
        let engine = all().find(|engine| engine.synthesizer.voices().iter().any(named));
        (engine.unwrap_or(&self.built_in), Some(voice.to_owned()))
    }
}

impl Synthesizer for Router {
    fn speak(&self, utterance: Utterance) -> SpeechStream {
        let (engine, voice) = self.choose(utterance.voice.as_deref());
        if Arc::ptr_eq(engine, &self.built_in) {
            return engine.synthesizer.speak(Utterance { voice, ..utterance });
        }
        let instead = Utterance { voice: None, ..utterance.clone() };
        if engine.rests() {
            engine.fallbacks.fetch_add(1, Ordering::Relaxed);
            return self.built_in.synthesizer.speak(instead);
        }
        let stream = engine.synthesizer.speak(Utterance { voice, ..utterance });
        let (sink, relayed) = SpeechStream::channel(AHEAD);
        let relay = Relay { engine: Arc::clone(engine), built_in: Arc::clone(&self.built_in), rest: self.rest, sink };
        self.runtime.spawn(relay.run(stream, instead));
        relayed
    }

    fn voices(&self) -> &[VoiceInfo] {
        &self.voices
    }
}

/// Hands on what an engine says, or what the built-in voice says in its place.
struct Relay {
    engine: Arc<Engine>,
    built_in: Arc<Engine>,
    rest: Duration,
    sink: SpeechSink,
}

impl Relay {
    async fn run(self, mut stream: SpeechStream, instead: Utterance) {
        // A pause before the first word is no sound yet.
        let mut pauses = Vec::new();
        let first = loop {
            let next = tokio::select! {
                next = stream.next() => next,
                () = self.sink.closed() => return,
            };
            match next {
                Some(Ok(chunk)) if chunk.text.is_empty() && chunk.samples.iter().all(|sample| *sample == 0) => {
                    pauses.push(chunk);
                }
                Some(Ok(chunk)) => break Some(chunk),
                Some(Err(error)) => {
                    drop(stream);
                    return self.fall_back(error, instead).await;
                }
                None => break None,
            }
        };
        if first.is_some() {
            self.engine.rest(None);
        }
        for chunk in pauses.into_iter().chain(first) {
            if !self.sink.send(Ok(chunk)).await {
                return;
            }
        }
        self.hand_on(stream).await;
    }

    async fn hand_on(&self, mut stream: SpeechStream) {
        loop {
            let next = tokio::select! {
                next = stream.next() => next,
                () = self.sink.closed() => return,
            };
            let Some(item) = next else { return };
            if !self.sink.send(item).await {
                return;
            }
        }
    }

    async fn fall_back(&self, error: SpeakError, instead: Utterance) {
        // Too long a text is nothing that the engine could help.
        if !matches!(error, SpeakError::TextTooLong { .. }) {
            tracing::warn!(engine = self.engine.name, %error, "the built-in voice speaks in the place of another");
            self.engine.rest(Some(Instant::now() + self.rest));
        }
        self.engine.fallbacks.fetch_add(1, Ordering::Relaxed);
        self.hand_on(self.built_in.synthesizer.speak(instead)).await;
    }
}

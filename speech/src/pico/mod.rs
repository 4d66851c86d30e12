//! The built-in engine: SVOX Pico, six voices, run in worker processes because its C is old and reads what strangers
//! said.

mod cache;
pub(crate) mod engine;
pub(crate) mod frame;
mod pool;
mod sentences;
pub mod voice;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use call_model::SampleRate;
use tokio::runtime::Handle;

use crate::text::{self, Piece};
use crate::words::{self, Written};
use crate::{SpeakError, SpeechChunk, SpeechSink, SpeechStream, Synthesizer, Utterance, VoiceInfo};
use cache::Cache;
use frame::Request;
use pool::Pool;
use sentences::Sentences;
use voice::{VOICES, Voice};

/// The rate that Pico speaks at.
const RATE: SampleRate = SampleRate::Wide;

/// The argument after the program's own path that makes it a worker.
pub const WORKER_ARGUMENT: &str = "speech-worker";

/// How to start a worker process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl WorkerCommand {
    /// This very program with the argument [`WORKER_ARGUMENT`].
    pub fn own() -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, arguments: vec![WORKER_ARGUMENT.into()] })
    }
}

/// Where spoken sentences are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheSettings {
    /// The folder; made when it does not exist.
    pub folder: PathBuf,
    /// The most bytes of audio kept there; the least recently used goes first. Default 512 MiB.
    pub max_bytes: u64,
}

impl CacheSettings {
    /// The defaults, in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), max_bytes: 512 << 20 }
    }
}

/// Settings of the built-in engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PicoSettings {
    /// How a worker is started.
    pub worker: WorkerCommand,
    /// Worker processes. Default 2: one speaks a hundred times faster than real time.
    pub workers: usize,
    /// Sentences that may wait for a worker; above it [`SpeakError::Overloaded`]. Default 128.
    pub queue: usize,
    /// The longest that one sentence may take in a worker, and that it may wait for its turn. Default 3 s.
    pub sentence_limit: Duration,
    /// The longest that a worker may take to start. Default 5 s.
    pub start_limit: Duration,
    /// The longest text of one utterance, in characters. Default 4,000: about five minutes of speech.
    pub max_chars: usize,
    /// Sentences kept on disk; `None` for no cache.
    pub cache: Option<CacheSettings>,
}

impl PicoSettings {
    /// The defaults, without a cache.
    pub fn new(worker: WorkerCommand) -> Self {
        Self {
            worker,
            workers: 2,
            queue: 128,
            sentence_limit: Duration::from_secs(3),
            start_limit: Duration::from_secs(5),
            max_chars: 4_000,
            cache: None,
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No worker process could be started.
    #[error("the voice's worker process does not start")]
    Worker(#[source] std::io::Error),
    /// The cache's folder cannot be used.
    #[error("the voice's cache folder {} cannot be used", folder.display())]
    Cache {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// What the engine has done since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PicoCounters {
    /// Sentences spoken by a worker.
    pub spoken: u64,
    /// Sentences found in the cache.
    pub cached: u64,
    /// Sentences that another call was having spoken at that moment.
    pub shared: u64,
    /// Sentences refused because the queue was full.
    pub refused: u64,
    /// Sentences that failed.
    pub failed: u64,
    /// Worker processes started, the first ones included.
    pub workers_started: u64,
}

/// Chunks that may be ahead of the listener.
const AHEAD: usize = 4;

/// The built-in engine.
#[derive(Debug)]
pub struct PicoPool {
    sentences: Arc<Sentences>,
    runtime: Handle,
    max_chars: usize,
}

impl PicoPool {
    /// Starts the worker processes and waits until one of them is ready. To be called inside a tokio runtime.
    /// Dropping the pool and all streams ends the workers.
    pub async fn start(settings: PicoSettings) -> Result<Self, StartError> {
        let cache = match settings.cache.clone() {
            None => None,
            Some(cache) => {
                let folder = cache.folder.clone();
                let opened = tokio::task::spawn_blocking(move || Cache::open(&cache)).await;
                let opened = opened.unwrap_or_else(|panic| Err(std::io::Error::other(panic)));
                Some(opened.map_err(|source| StartError::Cache { folder, source })?)
            }
        };
        let max_chars = settings.max_chars;
        let pool = Pool::start(Arc::new(settings)).await.map_err(StartError::Worker)?;
        Ok(Self { sentences: Arc::new(Sentences::new(pool, cache)), runtime: Handle::current(), max_chars })
    }

    /// What has been done.
    pub fn counters(&self) -> PicoCounters {
        self.sentences.counters()
    }

    /// Process ids of the workers that run now.
    pub fn worker_pids(&self) -> Vec<u32> {
        self.sentences.pool().pids()
    }
}

impl Synthesizer for PicoPool {
    fn speak(&self, utterance: Utterance) -> SpeechStream {
        let Utterance { text, language, voice, keep } = utterance;
        let chars = text.chars().count();
        if chars > self.max_chars {
            return SpeechStream::failed(SpeakError::TextTooLong { chars, limit: self.max_chars });
        }
        let Some(voice) = Voice::choose(&language, voice.as_deref()) else {
            return SpeechStream::failed(SpeakError::UnknownVoice { language });
        };
        let (sink, stream) = SpeechStream::channel(AHEAD);
        self.runtime.spawn(speak_all(Arc::clone(&self.sentences), text, voice, keep, sink));
        stream
    }

    fn voices(&self) -> &[VoiceInfo] {
        &VOICES
    }
}

async fn speak_all(sentences: Arc<Sentences>, text: String, voice: Voice, keep: bool, sink: SpeechSink) {
    // The first text of a language compiles its patterns, and a long one takes its time.
    let prepared = tokio::task::spawn_blocking(move || {
        let pieces = text::prepare(&text, voice.into());
        let spoken: Vec<&str> = pieces.iter().filter_map(Piece::sentence).collect();
        let written = Written::over(&text, &spoken);
        (pieces, written)
    });
    let Ok((pieces, written)) = prepared.await else { return };
    let mut at = 0;
    for piece in pieces {
        let item = match piece {
            Piece::Silence(pause) => Ok(silence(pause)),
            Piece::Sentence(text) => {
                at += 1;
                let spoken = sentences.get(Request { voice, text: text.clone() }, keep).await;
                spoken.map(|samples| chunk(samples, &text, &written, at - 1))
            }
        };
        if !sink.send(item).await {
            return;
        }
    }
}

/// A spoken sentence, in words as written.
fn chunk(samples: Arc<[i16]>, spoken: &str, written: &Written, sentence: usize) -> SpeechChunk {
    let times = written.times(sentence, &words::estimate(spoken, &samples, RATE));
    SpeechChunk { samples, rate: RATE, text: written.text(sentence).into(), words: Some(times.into()) }
}

fn silence(pause: Duration) -> SpeechChunk {
    let samples = (pause.as_secs_f64() * f64::from(RATE.hz())).round() as usize;
    SpeechChunk::silent(vec![0; samples].into(), RATE)
}

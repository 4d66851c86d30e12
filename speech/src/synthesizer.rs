//! Text in, audio out, sentence by sentence.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use call_model::SampleRate;
use tokio::sync::mpsc;

use crate::words::WordTime;

/// An engine that speaks. Shared by all calls: `Arc<dyn Synthesizer>`.
///
/// Time limits and retries are the engine's; whatever fails shows as an error in the stream, so that the pipeline
/// can go on with a prompt of its own.
pub trait Synthesizer: Send + Sync {
    /// Begins to speak and returns at once; the audio comes by the stream. May be called from any thread. Dropping
    /// the stream ends the work behind it.
    fn speak(&self, utterance: Utterance) -> SpeechStream;

    /// The voices that can be asked for.
    fn voices(&self) -> &[VoiceInfo];
}

/// Something to say.
#[derive(Clone, PartialEq, Eq)]
pub struct Utterance {
    /// The text, with the marks that [`call_model::PromptItem::Say`] allows.
    pub text: String,
    /// BCP 47 language, such as `en`, `en-GB` or `de`.
    pub language: String,
    /// Name of a voice, as in [`VoiceInfo::name`]; `None` (or a name that does not exist) for the language's default.
    pub voice: Option<String>,
    /// It may be kept on disk for the next time. `false` for what is said to one caller and may be private.
    pub keep: bool,
}

impl fmt::Debug for Utterance {
    /// Leaves out what is said: it may be private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Utterance")
            .field("chars", &self.text.chars().count())
            .field("language", &self.language)
            .field("voice", &self.voice)
            .field("keep", &self.keep)
            .finish()
    }
}

/// A voice on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceInfo {
    /// Its name, as in [`Utterance::voice`].
    pub name: Cow<'static, str>,
    /// The BCP 47 language that it speaks; empty when it speaks any.
    pub language: Cow<'static, str>,
    /// The engine behind it.
    pub engine: Cow<'static, str>,
}

/// A stretch of speech or silence: at most one sentence.
#[derive(Clone, PartialEq, Eq)]
pub struct SpeechChunk {
    /// Mono samples.
    pub samples: Arc<[i16]>,
    /// Their rate.
    pub rate: SampleRate,
    /// What of the utterance it speaks, in words as written and without marks; empty for silence. A word belongs to
    /// the chunk that it begins in. All chunks' texts with spaces between are the utterance.
    pub text: Arc<str>,
    /// When each word of `text` sounds, as told by the engine or estimated; `None` when nothing is known.
    pub words: Option<Arc<[WordTime]>>,
}

impl SpeechChunk {
    /// A stretch in which nothing is said.
    pub fn silent(samples: Arc<[i16]>, rate: SampleRate) -> Self {
        Self { samples, rate, text: Arc::from(""), words: None }
    }

    /// Speech whose words' times are [estimated](crate::words::estimate).
    pub fn estimated(samples: Arc<[i16]>, rate: SampleRate, text: &str) -> Self {
        let words = crate::words::estimate(text, &samples, rate);
        Self { samples, rate, text: text.into(), words: Some(words.into()) }
    }

    /// How long it lasts.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(self.rate.hz()))
    }
}

impl fmt::Debug for SpeechChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeechChunk")
            .field("duration", &self.duration())
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

/// Why a sentence, or a whole utterance, was not spoken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpeakError {
    /// The engine took longer than its time limit, also counting the wait for its turn.
    #[error("the voice took longer than {limit:?}")]
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// Too much was waiting to be spoken.
    #[error("too many sentences are waiting to be spoken")]
    Overloaded,
    /// The engine's process ended in mid-sentence, twice.
    #[error("the voice's process ended")]
    WorkerDied,
    /// The engine could not be started.
    #[error("the voice could not be started: {reason}")]
    Unavailable {
        /// What the system said.
        reason: String,
    },
    /// No voice speaks this language.
    #[error("no voice speaks `{language}`")]
    UnknownVoice {
        /// The language asked for.
        language: String,
    },
    /// The text is longer than the limit.
    #[error("the text has {chars} characters, more than {limit}")]
    TextTooLong {
        /// Its length in characters.
        chars: usize,
        /// The limit.
        limit: usize,
    },
    /// The engine refused the sentence.
    #[error("the voice failed: {reason}")]
    Engine {
        /// What it said; never the text.
        reason: String,
    },
}

/// The audio of one utterance, in order.
///
/// An error costs one sentence: the next item may be the next sentence's audio. Only `None` is the end.
#[derive(Debug)]
pub struct SpeechStream {
    chunks: mpsc::Receiver<Result<SpeechChunk, SpeakError>>,
}

impl SpeechStream {
    /// A stream and the end that an engine writes to; `ahead` chunks may wait to be taken.
    pub fn channel(ahead: usize) -> (SpeechSink, Self) {
        let (sender, chunks) = mpsc::channel(ahead.max(1));
        (SpeechSink { sender }, Self { chunks })
    }

    /// A stream that holds one error and nothing else.
    pub fn failed(error: SpeakError) -> Self {
        let (sender, chunks) = mpsc::channel(1);
        // A new channel of one has room for one.
        let _ = sender.try_send(Err(error));
        Self { chunks }
    }

    /// The next sentence or silence, as soon as it is ready; `None` at the end. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<SpeechChunk, SpeakError>> {
        self.chunks.recv().await
    }
}

/// The writing end of a [`SpeechStream`]: for engines.
#[derive(Debug, Clone)]
pub struct SpeechSink {
    sender: mpsc::Sender<Result<SpeechChunk, SpeakError>>,
}

impl SpeechSink {
    /// Hands one item over; waits while the listener has enough. `false` when nobody listens any more.
    pub async fn send(&self, item: Result<SpeechChunk, SpeakError>) -> bool {
        self.sender.send(item).await.is_ok()
    }

    /// Waits until nobody listens any more.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

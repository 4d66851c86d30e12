//! Audio in, words out, while the caller speaks.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use call_model::{SampleRate, Word};
use tokio::sync::mpsc;

/// An engine that hears. Shared by all calls: `Arc<dyn Transcriber>`.
///
/// Time limits, retries and reconnecting are the engine's; what it could not do shows as
/// [`HearingEvent::Failed`], so that the call can go on without.
pub trait Transcriber: Send + Sync {
    /// Begins to hear one speaker and returns at once. To be called inside a tokio runtime. Dropping the stream ends
    /// the session; dropping the sink ends it after what is still to be said about the audio so far.
    fn listen(&self, settings: ListenRequest) -> (EarSink, HearingStream);

    /// The engine's name, for logs and records, such as `builtin`.
    fn name(&self) -> &str;

    /// Whether [`HearingEvent::TurnEnded`] says more than that it was silent for a while: whoever answers the speaker
    /// knows better then how long a silence may be.
    fn hears_turns(&self) -> bool {
        true
    }
}

/// How one speaker is to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenRequest {
    /// BCP 47 language; `None`: the engine finds out.
    pub language: Option<String>,
    /// Words and names that are likely, such as the options of a menu.
    pub hints: Vec<String>,
    /// The rate of the blocks that will be pushed.
    pub rate: SampleRate,
    /// Whether [`HearingEvent::Partial`] and the hints about turns are wanted; otherwise finals only, which costs less.
    pub partials: bool,
}

/// 20 ms of what a speaker says.
#[derive(Clone, PartialEq, Eq)]
pub struct EarBlock {
    /// When its first sample was heard, in ms on the call's media clock.
    pub at_ms: u64,
    /// Whether voice activity was found in it.
    pub voiced: bool,
    /// Mono samples at [`ListenRequest::rate`].
    pub samples: Vec<i16>,
}

impl fmt::Debug for EarBlock {
    /// Leaves out what was said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EarBlock").field("at_ms", &self.at_ms).field("voiced", &self.voiced).finish_non_exhaustive()
    }
}

/// What an engine has heard. Times are ms on the clock of [`EarBlock::at_ms`].
#[derive(Clone, PartialEq)]
pub enum HearingEvent {
    /// Speech has begun.
    SpeechStarted {
        /// Since when.
        at_ms: u64,
    },
    /// What has been understood of the utterance so far, whole; may still change.
    Partial {
        /// The text so far.
        text: String,
        /// Its words with their times, where the engine knows them.
        words: Vec<Word>,
    },
    /// An utterance, or a piece of a long one. Will not change any more.
    Final {
        /// Its start.
        from_ms: u64,
        /// Its end.
        to_ms: u64,
        /// The words as one text; never empty.
        text: String,
        /// The words with their times; estimated where the engine does not know them.
        words: Vec<Word>,
        /// 0 (a guess) to 1 (certain), where the engine tells.
        confidence: Option<f32>,
        /// BCP 47 language, where the engine tells.
        language: Option<String>,
    },
    /// Speech has ended.
    SpeechStopped {
        /// Since when.
        at_ms: u64,
    },
    /// The turn is probably over: worth preparing an answer. May be taken back.
    TurnLikely {
        /// The words of the turn so far.
        text: String,
    },
    /// It was not: the speaker goes on.
    TurnResumed,
    /// The engine holds the turn for ended; its finals came before.
    TurnEnded {
        /// The words of the turn; empty when nothing was understood.
        text: String,
    },
    /// Something was not heard.
    Failed {
        /// Why.
        error: HearError,
        /// Whether the session is over. If not, the engine goes on by itself.
        fatal: bool,
    },
    /// After [`Failed`](Self::Failed): the engine hears again, also where nobody has spoken since.
    Recovered,
}

impl fmt::Debug for HearingEvent {
    /// Leaves out what was said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SpeechStarted { at_ms } => f.debug_struct("SpeechStarted").field("at_ms", at_ms).finish(),
            Self::SpeechStopped { at_ms } => f.debug_struct("SpeechStopped").field("at_ms", at_ms).finish(),
            Self::Failed { error, fatal } => {
                f.debug_struct("Failed").field("error", error).field("fatal", fatal).finish()
            }
            Self::Final { from_ms, to_ms, .. } => {
                f.debug_struct("Final").field("from_ms", from_ms).field("to_ms", to_ms).finish_non_exhaustive()
            }
            Self::Partial { .. } => f.write_str("Partial"),
            Self::TurnLikely { .. } => f.write_str("TurnLikely"),
            Self::TurnResumed => f.write_str("TurnResumed"),
            Self::Recovered => f.write_str("Recovered"),
            Self::TurnEnded { .. } => f.write_str("TurnEnded"),
        }
    }
}

/// Why something was not heard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HearError {
    /// The engine took longer than its time limit, also counting the wait for its turn.
    #[error("the recogniser took longer than {limit:?}")]
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// Too much was waiting to be heard.
    #[error("too much is waiting to be heard")]
    Overloaded,
    /// The engine's process ended in the middle of the work.
    #[error("the recogniser's process ended")]
    WorkerDied,
    /// The engine could not be started or reached.
    #[error("the recogniser is not available: {reason}")]
    Unavailable {
        /// What the system, or the provider, said.
        reason: String,
    },
    /// The provider refuses us: a wrong key, no credit, too many requests.
    #[error("the recogniser refuses: {reason}")]
    Refused {
        /// What it said.
        reason: String,
    },
    /// The model or the language is not one that the engine has.
    #[error("the recogniser cannot be used like this: {reason}")]
    Unsupported {
        /// What is wrong.
        reason: String,
    },
    /// The engine failed on this audio, or said something that makes no sense.
    #[error("the recogniser failed: {reason}")]
    Engine {
        /// What it said; never what was heard.
        reason: String,
    },
}

/// The blocks that a session has not taken because its queue was full.
#[derive(Debug, Default)]
struct Dropped(AtomicU64);

/// The end that audio goes into.
#[derive(Debug)]
pub struct EarSink {
    sender: mpsc::Sender<EarBlock>,
    dropped: Arc<Dropped>,
}

impl EarSink {
    /// Hands over the next block; never waits. `false` when it was dropped: the queue is full, or the session over.
    pub fn push(&mut self, block: EarBlock) -> bool {
        let taken = self.sender.try_send(block).is_ok();
        if !taken {
            self.dropped.0.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }

    /// How many blocks were dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.0.load(Ordering::Relaxed)
    }

    /// Whether nobody takes blocks any more.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

/// The end that words come out of.
#[derive(Debug)]
pub struct HearingStream {
    events: mpsc::Receiver<HearingEvent>,
}

impl HearingStream {
    /// What was heard next; `None` at the end of the session. Cancel safe.
    pub async fn next(&mut self) -> Option<HearingEvent> {
        self.events.recv().await
    }
}

/// The engine's ends of a session.
#[derive(Debug)]
pub struct EngineEnds {
    /// The audio, in order; `None` when the sink was dropped.
    pub blocks: mpsc::Receiver<EarBlock>,
    /// Where what was heard goes; closed when the stream was dropped.
    pub events: mpsc::Sender<HearingEvent>,
    dropped: Arc<Dropped>,
}

impl EngineEnds {
    /// How many blocks did not fit into the queue so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.0.load(Ordering::Relaxed)
    }
}

/// How many blocks of 20 ms may wait for an engine: 4 s.
pub const BLOCKS_AHEAD: usize = 200;

/// How many events may wait for the listener.
pub const EVENTS_AHEAD: usize = 64;

/// A session's four ends: two for the call, two for an engine. `blocks_ahead` blocks may wait for the engine.
pub fn session(blocks_ahead: usize) -> (EarSink, HearingStream, EngineEnds) {
    let (sender, blocks) = mpsc::channel(blocks_ahead.max(1));
    let (events, receiver) = mpsc::channel(EVENTS_AHEAD);
    let dropped = Arc::new(Dropped::default());
    (
        EarSink { sender, dropped: Arc::clone(&dropped) },
        HearingStream { events: receiver },
        EngineEnds { blocks, events, dropped },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_drops_and_counts() {
        let (mut sink, _stream, ends) = session(1);
        let block = EarBlock { at_ms: 0, voiced: true, samples: vec![0; 160] };
        assert!(sink.push(block.clone()));
        assert!(!sink.push(block.clone()));
        assert_eq!((sink.dropped(), ends.dropped()), (1, 1));
        drop(ends);
        assert!(!sink.push(block) && sink.is_closed());
    }

    #[test]
    fn debug_output_holds_no_words() {
        let event = HearingEvent::TurnEnded { text: "secret".into() };
        assert!(!format!("{event:?}").contains("secret"));
    }
}

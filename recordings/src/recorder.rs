//! Writer threads behind bounded queues.

mod writer;

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use call_model::SampleRate;
use crossbeam_queue::ArrayQueue;
use tokio::sync::oneshot;

use crate::folder::samples_to_time;
use crate::{Folder, RecordingPath};
use writer::{Counters, Message, Shared};

/// How many channels a recording has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One: voicemails.
    Mono,
    /// Two, interleaved: left the caller, right us.
    Stereo,
}

impl Channels {
    /// As a number.
    pub const fn count(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}

/// What a recording's samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Channels.
    pub channels: Channels,
    /// Rate.
    pub rate: SampleRate,
}

/// Settings of the recorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecorderSettings {
    /// Writer threads. Default 2.
    pub threads: usize,
    /// Blocks that may wait for each thread; what comes above it is refused and counted. Default 2,048.
    pub queue_blocks: usize,
    /// Recordings open at once. Default 4,096.
    pub max_open: usize,
    /// The longest recording; what comes after it is dropped and counted. Default 12 hours.
    pub max_duration: Duration,
    /// How often the header of each open file is brought up to date. Default 1 s.
    pub header_interval: Duration,
    /// Blocks kept for reuse. Default 2,048.
    pub spare_blocks: usize,
}

impl Default for RecorderSettings {
    fn default() -> Self {
        Self {
            threads: 2,
            queue_blocks: 2_048,
            max_open: 4_096,
            max_duration: Duration::from_hours(12),
            header_interval: Duration::from_secs(1),
            spare_blocks: 2_048,
        }
    }
}

/// Names one open recording within a [`Recorder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(u64);

/// A recording to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecording {
    /// Where it goes.
    pub path: RecordingPath,
    /// What its samples are.
    pub format: Format,
}

/// Samples for a recording. The media path fills it, the recorder writes it and keeps the vector for reuse.
#[derive(Debug)]
pub struct Block {
    /// Which recording.
    pub stream: StreamId,
    /// Its place: samples per channel since the start of the recording. What lies between blocks is silence.
    pub start_sample: u64,
    /// 16-bit samples, interleaved when stereo.
    pub samples: Vec<i16>,
}

/// Why something was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The writer's queue is full.
    #[error("the recorder's queue is full")]
    QueueFull,
    /// Too many recordings are open.
    #[error("too many recordings are open")]
    TooManyOpen,
    /// The recorder has been shut down.
    #[error("the recorder has ended")]
    Ended,
}

/// A block that was not taken, given back.
#[derive(Debug, thiserror::Error)]
#[error("a block of a recording was refused")]
pub struct Refused {
    /// The block.
    pub block: Block,
    /// Why.
    #[source]
    pub reason: Refusal,
}

/// Why a recording ended early, or could not be finished.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RecordingError {
    /// The file could not be made or written; what was written before is kept.
    #[error("the recording cannot be written")]
    Io(#[source] Arc<io::Error>),
    /// Not all of it could be written: what could is kept, with silence in the place of what was lost in between.
    #[error("the recording lacks what could not be written")]
    Cut {
        /// What is kept.
        kept: Box<Finished>,
        /// Why the rest is not.
        #[source]
        source: Arc<io::Error>,
    },
    /// There is already a file of this name.
    #[error("the recording exists already")]
    Exists,
    /// There is no such recording, or it is finished.
    #[error("the recording is not open")]
    NotOpen,
    /// The recorder has ended.
    #[error("the recorder has ended")]
    Ended,
}

/// What happens to a recording behind the back of the one who opened it.
#[derive(Debug, Clone)]
pub enum RecorderEvent {
    /// What comes cannot be written: what was is kept, and [`Recorder::finish`] is still to be called. Told once; where
    /// the disk was full, it goes on as soon as there is room.
    Failed {
        /// Which one.
        stream: StreamId,
        /// Why.
        error: RecordingError,
    },
}

/// How to end a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FinishOptions {
    /// Its length in samples per channel: cut there, or filled with silence up to there. `None` to leave it.
    pub length: Option<u64>,
    /// Wait until the disk has it.
    pub sync: bool,
    /// Compute the SHA-256 of the file.
    pub hash: bool,
}

/// A recording that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Where it is.
    pub path: RecordingPath,
    /// What its samples are.
    pub format: Format,
    /// Its length in samples per channel.
    pub samples: u64,
    /// The size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, if asked for.
    pub sha256: Option<[u8; 32]>,
}

impl Finished {
    /// Its length.
    pub fn duration(&self) -> Duration {
        samples_to_time(self.samples, self.format.rate)
    }
}

/// What the recorder has done since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecorderCounters {
    /// Blocks written.
    pub blocks: u64,
    /// Bytes of audio written.
    pub bytes: u64,
    /// Blocks refused or thrown away.
    pub dropped: u64,
    /// Recordings that failed.
    pub failed: u64,
    /// Recordings open now.
    pub open: u64,
}

/// Writes recordings. Cheap to clone; the threads end after the last clone is gone and everything is written.
#[derive(Debug, Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    writers: Vec<Writer>,
    next: AtomicU64,
}

/// The sending side of a writer thread. The channel itself has no bound: blocks are counted, and other messages come
/// at most three times for each open recording.
#[derive(Debug)]
struct Writer {
    messages: mpsc::Sender<Message>,
    queued: Arc<AtomicUsize>,
}

impl Recorder {
    /// Starts the threads. Events that nobody takes in time are dropped (the log has them).
    pub fn start(
        folder: Folder,
        settings: RecorderSettings,
    ) -> io::Result<(Self, tokio::sync::mpsc::Receiver<RecorderEvent>)> {
        let (events, receiver) = tokio::sync::mpsc::channel(64);
        let shared = Arc::new(Shared {
            folder,
            spare: ArrayQueue::new(settings.spare_blocks.max(1)),
            settings,
            counters: Counters::default(),
            events,
        });
        let finisher = writer::start_finisher(Arc::clone(&shared))?;
        let writers = (0..shared.settings.threads.max(1)).map(|_| {
            let queued = Arc::new(AtomicUsize::new(0));
            let messages = writer::start(Arc::clone(&shared), Arc::clone(&queued), finisher.clone())?;
            Ok(Writer { messages, queued })
        });
        let writers = writers.collect::<io::Result<_>>()?;
        Ok((Self { inner: Arc::new(Inner { shared, writers, next: AtomicU64::new(0) }) }, receiver))
    }

    fn writer(&self, stream: StreamId) -> &Writer {
        &self.inner.writers[(stream.0 % self.inner.writers.len() as u64) as usize]
    }

    /// Begins a recording. Never waits: a file that cannot be made shows as [`RecorderEvent::Failed`] and in
    /// [`finish`](Self::finish). Until `finish` or [`discard`](Self::discard) it counts as open.
    pub fn open(&self, recording: NewRecording) -> Result<StreamId, Refusal> {
        let shared = &self.inner.shared;
        let most = shared.settings.max_open as u64;
        let taken = |open: u64| (open < most).then_some(open + 1);
        if shared.counters.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_err() {
            return Err(Refusal::TooManyOpen);
        }
        let stream = StreamId(self.inner.next.fetch_add(1, Ordering::Relaxed));
        self.writer(stream).messages.send(Message::Open(stream, recording)).map_err(|_| Refusal::Ended)?;
        Ok(stream)
    }

    /// Hands a block over. Never waits: for media threads.
    pub fn write(&self, block: Block) -> Result<(), Refused> {
        let shared = &self.inner.shared;
        let writer = self.writer(block.stream);
        let refused = |block, reason| {
            shared.counters.dropped.fetch_add(1, Ordering::Relaxed);
            Err(Refused { block, reason })
        };
        if writer.queued.fetch_add(1, Ordering::Relaxed) >= shared.settings.queue_blocks {
            writer.queued.fetch_sub(1, Ordering::Relaxed);
            return refused(block, Refusal::QueueFull);
        }
        match writer.messages.send(Message::Block(block)) {
            Err(mpsc::SendError(Message::Block(block))) => refused(block, Refusal::Ended),
            _ => Ok(()),
        }
    }

    /// An empty vector that was a block's before, if there is one. Never waits.
    pub fn spare(&self) -> Option<Vec<i16>> {
        self.inner.shared.spare.pop()
    }

    /// Ends a recording after the blocks handed over before. Of one that failed, what was written is kept as a whole
    /// file, and the error says so ([`RecordingError::Cut`]).
    pub async fn finish(&self, stream: StreamId, options: FinishOptions) -> Result<Finished, RecordingError> {
        let (reply, answer) = oneshot::channel();
        self.ask(stream, Message::Finish(stream, options, reply))?;
        answer.await.unwrap_or(Err(RecordingError::Ended))
    }

    /// Ends a recording and deletes its file.
    pub async fn discard(&self, stream: StreamId) -> Result<(), RecordingError> {
        let (reply, answer) = oneshot::channel();
        self.ask(stream, Message::Discard(stream, reply))?;
        answer.await.unwrap_or(Err(RecordingError::Ended))
    }

    fn ask(&self, stream: StreamId, message: Message) -> Result<(), RecordingError> {
        self.writer(stream).messages.send(message).map_err(|_| RecordingError::Ended)
    }

    /// What has been done.
    pub fn counters(&self) -> RecorderCounters {
        let counters = &self.inner.shared.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RecorderCounters {
            blocks: read(&counters.blocks),
            bytes: read(&counters.bytes),
            dropped: read(&counters.dropped),
            failed: read(&counters.failed),
            open: read(&counters.open),
        }
    }
}

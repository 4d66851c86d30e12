//! The built-in way to hear: whisper.cpp, with a small model that is part of the program or with one from a file, in a
//! worker process that all calls share, because its C++ reads what strangers said and ends the process where a model
//! file is odd.
//!
//! - [`worker`] and `engine` run in that process, `frame` is what is said to it.
//! - `pool` keeps it running; `queue` is what waits for it: finals first, of each session only the newest partial.
//! - `session` is one speaker: utterances cut by voice activity, partials over a growing window, hints about turns.
//!   `judge` tells what was heard from what was made up.

mod driver;
mod engine;
pub(crate) mod frame;
mod judge;
mod model_file;
mod pool;
mod queue;
mod resample;
mod segment;
mod session;
#[cfg(test)]
mod session_tests;
mod stable;
mod turn;
mod words;
pub mod worker;

use std::sync::Arc;
use std::time::Duration;

pub use engine::HAS_BUILTIN;
pub use frame::Model;
pub use judge::JudgeSettings;
pub use session::SessionSettings;

use crate::transcriber::{self, BLOCKS_AHEAD};
use crate::{EarSink, HearingStream, ListenRequest, Transcriber, WorkerCommand};
use frame::Setup;
use pool::Pool;
use session::Session;

/// The argument after the program's own path that makes it a hearing worker.
pub const WORKER_ARGUMENT: &str = "hearing-worker";

/// This very program with the argument [`WORKER_ARGUMENT`].
pub fn own_worker() -> std::io::Result<WorkerCommand> {
    Ok(WorkerCommand { program: std::env::current_exe()?, arguments: vec![WORKER_ARGUMENT.into()] })
}

/// Settings of the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct WhisperSettings {
    /// How a worker is started, see [`own_worker`].
    pub worker: WorkerCommand,
    /// The model.
    pub model: Model,
    /// Utterances that are decoded at once, over all calls. Default: half of the processor's cores, at most 4.
    pub decoders: u8,
    /// Threads for each of them. Default 1; more for large models on a machine that has them.
    pub threads: u8,
    /// The shortest stretch that the encoder looks at, in frames of 20 ms: less is quicker for short utterances, but
    /// a model that was trained on 30 s (1,500 frames) gets worse below about 500. 0: always the whole window.
    /// Default 64 for the built-in model, 512 for others.
    pub least_context: u16,
    /// Utterances that may wait; above it partials are dropped, then [`crate::HearError::Overloaded`]. Default 256.
    pub queue: usize,
    /// The longest that one may take, and that it may wait for its turn. Default 10 s.
    pub decode_limit: Duration,
    /// The longest that a worker may take to load its model. Default 1 min.
    pub start_limit: Duration,
    /// The pause before a lost worker is replaced; twice as long each time. Default 100 ms.
    pub restart_after: Duration,
    /// The longest such pause. Default 30 s.
    pub restart_at_most: Duration,
    /// How each speaker is heard.
    pub session: SessionSettings,
}

impl WhisperSettings {
    /// The defaults.
    pub fn new(worker: WorkerCommand, model: Model) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            worker,
            decoders: (cores / 2).clamp(1, 4) as u8,
            threads: 1,
            least_context: if model == Model::Builtin { 64 } else { 512 },
            model,
            queue: 256,
            decode_limit: Duration::from_secs(10),
            start_limit: Duration::from_mins(1),
            restart_after: Duration::from_millis(100),
            restart_at_most: Duration::from_secs(30),
            session: SessionSettings::default(),
        }
    }

    fn setup(&self) -> Setup {
        Setup {
            model: self.model.clone(),
            decoders: self.decoders.max(1),
            threads: self.threads.max(1),
            least_context: self.least_context,
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
#[error("the hearing worker does not start")]
pub struct HearStartError(#[source] std::io::Error);

/// What the engine has done since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HearCounters {
    /// Jobs that were recognised: partials and finals.
    pub decoded: u64,
    /// Partials that a newer one took the place of, while they waited.
    pub replaced: u64,
    /// Jobs refused because the queue was full.
    pub refused: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs done once more because the worker was lost.
    pub retried: u64,
    /// Worker processes started, the first one included.
    pub workers_started: u64,
    /// Jobs that wait now.
    pub waiting: u64,
}

/// The engine. Dropping it and all its sessions ends the worker.
#[derive(Debug)]
pub struct Whisper {
    pool: Arc<Pool>,
    session: SessionSettings,
    name: &'static str,
}

impl Whisper {
    /// Starts the worker process and waits until it has loaded its model. To be called inside a tokio runtime.
    pub async fn start(settings: WhisperSettings) -> Result<Self, HearStartError> {
        let session = settings.session;
        let name = if settings.model == Model::Builtin { "builtin" } else { "whisper" };
        let pool = Pool::start(settings).await.map_err(HearStartError)?;
        Ok(Self { pool: Arc::new(pool), session, name })
    }

    /// What has been done.
    pub fn counters(&self) -> HearCounters {
        self.pool.counters()
    }

    /// The worker's process id; `None` while none runs.
    pub fn worker_pid(&self) -> Option<u32> {
        self.pool.pid()
    }

    /// Waits until a worker runs that takes work: at once, unless the last one was lost.
    pub async fn ready(&self) {
        self.pool.ready().await;
    }
}

impl Transcriber for Whisper {
    fn listen(&self, request: ListenRequest) -> (EarSink, HearingStream) {
        let (sink, stream, ends) = transcriber::session(BLOCKS_AHEAD);
        let session = Session::new(self.session, &request, u64::from(self.pool.window_ms()));
        tokio::spawn(driver::drive(Arc::clone(&self.pool), session, ends));
        (sink, stream)
    }

    fn name(&self) -> &str {
        self.name
    }

    fn hears_turns(&self) -> bool {
        false
    }
}

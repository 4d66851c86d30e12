//! The worker process, and the queue before it.

use std::collections::HashMap;
use std::io;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::frame::{self, Decoded, Facts, Job, Reply};
use super::queue::{Pushed, Queue, Urgency, Waiting};
use super::{HearCounters, WhisperSettings};
use crate::HearError;

/// A worker that lives so long is worth a new one at once when it dies.
const LONG_LIFE: Duration = Duration::from_secs(10);

/// What a job became, by its number in the session.
#[derive(Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) number: u64,
    pub(super) outcome: Result<Decoded, HearError>,
}

/// A job on its way.
pub(super) struct Ticket {
    /// Whose; each session has its own.
    pub(super) session: u64,
    pub(super) urgency: Urgency,
    /// Its `id` is the number in the session until it is sent to a worker.
    pub(super) job: Job,
    /// Where the answer goes.
    pub(super) answers: mpsc::Sender<Box<Answer>>,
    queued: Instant,
    tries: u8,
}

impl Ticket {
    pub(super) fn new(session: u64, urgency: Urgency, job: Job, answers: mpsc::Sender<Box<Answer>>) -> Self {
        Self { session, urgency, job, answers, queued: Instant::now(), tries: 0 }
    }

    fn answer(self, outcome: Result<Decoded, HearError>) {
        // The session makes room for as many answers as it asks questions.
        let _ = self.answers.try_send(Box::new(Answer { number: self.job.id, outcome }));
    }
}

impl Waiting for Ticket {
    fn session(&self) -> u64 {
        self.session
    }
    fn number(&self) -> u64 {
        self.job.id
    }
    fn urgency(&self) -> Urgency {
        self.urgency
    }
    fn promote(&mut self) {
        self.urgency = Urgency::Final;
    }
}

/// The sending side of the queue, and what is known of the worker. Dropping it ends the worker.
pub(super) struct Pool {
    shared: Arc<Shared>,
    keeper: JoinHandle<()>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("pid", &self.pid()).finish_non_exhaustive()
    }
}

struct Shared {
    settings: WhisperSettings,
    state: Mutex<State>,
    wake: Notify,
    /// The worker's process id, while one runs that has loaded its model.
    pid: watch::Sender<Option<u32>>,
    window_ms: AtomicU32,
    sessions: AtomicU64,
    counters: Counters,
}

struct State {
    queue: Queue<Ticket>,
    /// Why there is no worker, where none can be started.
    down: Option<String>,
}

#[derive(Default)]
struct Counters {
    decoded: AtomicU64,
    replaced: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    retried: AtomicU64,
    started: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, ticket: Ticket, error: HearError) {
        count(&self.counters.failed);
        ticket.answer(Err(error));
    }
}

impl Pool {
    /// Starts a worker and waits until it has loaded its model.
    pub(super) async fn start(settings: WhisperSettings) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State { queue: Queue::new(settings.queue), down: None }),
            settings,
            wake: Notify::new(),
            pid: watch::Sender::new(None),
            window_ms: AtomicU32::new(0),
            sessions: AtomicU64::new(0),
            counters: Counters::default(),
        });
        let keeper = Keeper { shared: Arc::clone(&shared) };
        let worker = keeper.spawn().await?;
        Ok(Self { shared, keeper: tokio::spawn(keeper.run(worker)) })
    }

    /// A number for a new session.
    pub(super) fn session(&self) -> u64 {
        self.shared.sessions.fetch_add(1, Ordering::Relaxed)
    }

    /// The longest audio that the model takes at once, ms.
    pub(super) fn window_ms(&self) -> u32 {
        self.shared.window_ms.load(Ordering::Relaxed)
    }

    /// Lets a job wait for a decoder. Each is answered.
    pub(super) fn submit(&self, ticket: Ticket) {
        let mut state = self.shared.state();
        if let Some(reason) = state.down.clone() {
            return self.shared.fail(ticket, HearError::Unavailable { reason });
        }
        match state.queue.push(ticket) {
            Pushed::Waits => {}
            Pushed::InPlaceOf(other) => {
                count(&self.shared.counters.replaced);
                other.answer(Err(HearError::Overloaded));
            }
            Pushed::Refused(ticket) => {
                count(&self.shared.counters.refused);
                ticket.answer(Err(HearError::Overloaded));
            }
        }
        drop(state);
        self.shared.wake.notify_one();
    }

    /// Makes a job that was not final so, if it still waits.
    pub(super) fn promote(&self, session: u64, number: u64) {
        self.shared.state().queue.promote(session, number);
    }

    pub(super) fn counters(&self) -> HearCounters {
        let counters = &self.shared.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        HearCounters {
            decoded: read(&counters.decoded),
            replaced: read(&counters.replaced),
            refused: read(&counters.refused),
            failed: read(&counters.failed),
            retried: read(&counters.retried),
            workers_started: read(&counters.started),
            waiting: self.shared.state().queue.len() as u64,
        }
    }

    /// The worker's process id; `None` while none runs.
    pub(super) fn pid(&self) -> Option<u32> {
        *self.shared.pid.borrow()
    }

    /// Waits until a worker runs.
    pub(super) async fn ready(&self) {
        // It fails only where the pool is gone.
        let _ = self.shared.pid.subscribe().wait_for(Option::is_some).await;
    }
}

/// The task that keeps a worker running.
struct Keeper {
    shared: Arc<Shared>,
}

impl Keeper {
    async fn run(self, mut worker: Worker) {
        let mut pause = self.shared.settings.restart_after;
        loop {
            let since = Instant::now();
            let why = self.serve(&mut worker).await;
            let how = worker.last_words().await;
            tracing::warn!(error = %why, %how, "the hearing worker is lost; another is started");
            drop(worker);
            self.shared.pid.send_replace(None);
            if since.elapsed() >= LONG_LIFE {
                pause = self.shared.settings.restart_after;
            }
            worker = loop {
                sleep(pause).await;
                pause = (pause * 2).min(self.shared.settings.restart_at_most);
                match self.spawn().await {
                    Ok(worker) => break worker,
                    Err(error) => self.down(&error.to_string()),
                }
            };
        }
    }

    /// Answers all that waits, and all that will come until there is a worker again.
    fn down(&self, reason: &str) {
        tracing::error!(error = reason, "the hearing worker does not start");
        let mut state = self.shared.state();
        state.down = Some(reason.to_owned());
        while let Some(ticket) = state.queue.pop(|_| true) {
            self.shared.fail(ticket, HearError::Unavailable { reason: reason.to_owned() });
        }
    }

    async fn spawn(&self) -> io::Result<Worker> {
        count(&self.shared.counters.started);
        let (worker, facts) = Worker::start(&self.shared.settings).await?;
        self.shared.window_ms.store(facts.window_ms, Ordering::Relaxed);
        self.shared.state().down = None;
        self.shared.pid.send_replace(worker.child.id());
        Ok(worker)
    }

    /// Has jobs done until the worker is lost, and says why; what it was doing then is answered or waits again.
    async fn serve(&self, worker: &mut Worker) -> HearError {
        let mut flying: HashMap<u64, (Ticket, Instant)> = HashMap::new();
        let mut next_id = 0;
        let why = loop {
            if let Err(error) = self.dispatch(worker, &mut flying, &mut next_id).await {
                break error;
            }
            let deadline = flying.values().map(|(_, deadline)| *deadline).min();
            let overdue = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                reply = worker.replies.recv() => match reply {
                    Some(Reply::Heard(id, decoded)) => self.answer(flying.remove(&id), Ok(decoded)),
                    Some(Reply::Failed(id, reason)) => {
                        self.answer(flying.remove(&id), Err(HearError::Engine { reason }));
                    }
                    Some(Reply::Broken(reason)) => break HearError::Engine { reason },
                    Some(Reply::Ready(_)) | None => break HearError::WorkerDied,
                },
                () = self.shared.wake.notified() => {}
                () = overdue => break HearError::TimedOut { limit: self.shared.settings.decode_limit },
            }
        };
        self.bury(flying);
        why
    }

    fn answer(&self, ticket: Option<(Ticket, Instant)>, outcome: Result<Decoded, HearError>) {
        let Some((ticket, _)) = ticket else { return };
        match outcome {
            Ok(decoded) => {
                count(&self.shared.counters.decoded);
                ticket.answer(Ok(decoded));
            }
            Err(error) => self.shared.fail(ticket, error),
        }
    }

    /// Gives the worker as many jobs as it has decoders.
    async fn dispatch(
        &self,
        worker: &mut Worker,
        flying: &mut HashMap<u64, (Ticket, Instant)>,
        next_id: &mut u64,
    ) -> Result<(), HearError> {
        let settings = &self.shared.settings;
        while flying.len() < usize::from(settings.decoders.max(1)) {
            // One session's partials do not take all decoders.
            let has_partial = |ticket: &Ticket| {
                ticket.urgency == Urgency::Partial
                    && flying.values().any(|(it, _)| it.session == ticket.session && it.urgency == Urgency::Partial)
            };
            let Some(mut ticket) = self.shared.state().queue.pop(|ticket| !has_partial(ticket)) else { break };
            if ticket.answers.is_closed() {
                continue;
            }
            if ticket.queued.elapsed() > settings.decode_limit {
                self.shared.fail(ticket, HearError::TimedOut { limit: settings.decode_limit });
                continue;
            }
            let number = std::mem::replace(&mut ticket.job.id, *next_id);
            let bytes = frame::write_job(&ticket.job);
            ticket.job.id = number;
            flying.insert(*next_id, (ticket, Instant::now() + settings.decode_limit));
            *next_id += 1;
            // It reads at once whatever it does; otherwise it hangs.
            match timeout(settings.decode_limit, worker.input.write_all(&bytes)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(HearError::WorkerDied),
            }
        }
        Ok(())
    }

    /// Lets what a lost worker was doing wait once more; what made it hang, or was tried twice, is given up.
    fn bury(&self, flying: HashMap<u64, (Ticket, Instant)>) {
        let now = Instant::now();
        let limit = self.shared.settings.decode_limit;
        let mut flying: Vec<_> = flying.into_iter().collect();
        flying.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(*id));
        for (_, (mut ticket, deadline)) in flying {
            if deadline <= now {
                self.shared.fail(ticket, HearError::TimedOut { limit });
            } else if ticket.tries > 0 || ticket.urgency == Urgency::Partial {
                self.shared.fail(ticket, HearError::WorkerDied);
            } else {
                ticket.tries += 1;
                ticket.queued = now;
                count(&self.shared.counters.retried);
                self.shared.state().queue.put_back(ticket);
            }
        }
    }
}

/// One process. Dropping it kills it.
struct Worker {
    child: Child,
    input: ChildStdin,
    replies: mpsc::Receiver<Reply>,
}

impl Worker {
    async fn start(settings: &WhisperSettings) -> io::Result<(Self, Facts)> {
        let mut child = Command::new(&settings.worker.program)
            .args(&settings.worker.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let (sender, replies) = mpsc::channel(usize::from(settings.decoders.max(1)) + 1);
        tokio::spawn(read_replies(output, sender));
        let mut worker = Self { child, input, replies };
        let setup = frame::write_setup(&settings.setup());
        let greeting = async {
            // A worker that cannot be started does not read; its last words tell more than a broken pipe.
            let _ = worker.input.write_all(&setup).await;
            worker.replies.recv().await
        };
        match timeout(settings.start_limit, greeting).await {
            Err(_) => {
                let reason = format!("it has not loaded its model within {:?}", settings.start_limit);
                Err(io::Error::new(io::ErrorKind::TimedOut, reason))
            }
            Ok(Some(Reply::Ready(facts))) => Ok((worker, facts)),
            Ok(Some(Reply::Broken(reason))) => Err(io::Error::other(reason)),
            Ok(Some(Reply::Heard(..) | Reply::Failed(..))) => Err(io::Error::other("it answers unasked")),
            Ok(None) => {
                let how = worker.last_words().await;
                Err(io::Error::other(format!(
                    "it ended while it loaded its model ({how}): is the file a whisper model?"
                )))
            }
        }
    }

    /// How the process ended; kills it where it has not.
    async fn last_words(&mut self) -> String {
        if let Ok(Ok(status)) = timeout(Duration::from_millis(200), self.child.wait()).await {
            return status.to_string();
        }
        match self.child.kill().await {
            Ok(()) => "it was killed".into(),
            Err(error) => error.to_string(),
        }
    }
}

/// Reads until the pipe is closed or makes no sense; reading a frame cannot be cut off by other events here.
async fn read_replies(mut output: ChildStdout, sender: mpsc::Sender<Reply>) {
    loop {
        let reply = async {
            let mut length = [0; 4];
            output.read_exact(&mut length).await?;
            let mut body = vec![0; frame::reply_length(length)?];
            output.read_exact(&mut body).await?;
            frame::parse_reply(&body)
        };
        let Ok(reply) = reply.await else { return };
        if sender.send(reply).await.is_err() {
            return;
        }
    }
}

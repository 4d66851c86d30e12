//! Worker processes, and the queue before them.

use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::frame::{self, Reply, Request};
use super::{PicoSettings, WorkerCommand};
use crate::SpeakError;

/// A worker that dies so soon after its start is not replaced before it is needed.
const SHORT_LIFE: Duration = Duration::from_secs(1);

/// What one sentence became.
pub(super) type Spoken = Result<Arc<[i16]>, SpeakError>;

/// A sentence on its way to a worker.
pub(super) struct Job {
    pub(super) request: Request,
    pub(super) queued: Instant,
    pub(super) answer: oneshot::Sender<Spoken>,
}

/// The sending side of the queue, and what is known of the workers.
#[derive(Debug)]
pub(super) struct Pool {
    jobs: mpsc::Sender<Job>,
    workers: Arc<Workers>,
    limit: Duration,
}

#[derive(Debug)]
struct Workers {
    /// The process id of each; 0 where none runs.
    pids: Vec<AtomicU32>,
    started: AtomicU64,
}

/// What one worker's task needs.
struct Keeper {
    place: usize,
    settings: Arc<PicoSettings>,
    workers: Arc<Workers>,
    jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
}

impl Pool {
    /// Starts the workers; ready when the first one is.
    pub(super) async fn start(settings: Arc<PicoSettings>) -> io::Result<Self> {
        let count = settings.workers.max(1);
        let (jobs, receiver) = mpsc::channel(settings.queue.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        let pids = (0..count).map(|_| AtomicU32::new(0)).collect();
        let workers = Arc::new(Workers { pids, started: AtomicU64::new(0) });
        let keeper = |place| Keeper {
            place,
            settings: Arc::clone(&settings),
            workers: Arc::clone(&workers),
            jobs: Arc::clone(&receiver),
        };
        let first = keeper(0);
        let worker = first.spawn().await?;
        tokio::spawn(first.run(Some(worker)));
        for place in 1..count {
            tokio::spawn(keeper(place).run(None));
        }
        let limit = settings.sentence_limit;
        Ok(Self { jobs, workers, limit })
    }

    /// Has one sentence spoken.
    pub(super) async fn speak(&self, request: Request) -> Spoken {
        let (answer, spoken) = oneshot::channel();
        let job = Job { request, queued: Instant::now(), answer };
        self.jobs.try_send(job).map_err(|_| SpeakError::Overloaded)?;
        // The keepers answer in time by themselves, except where none gets to it.
        match timeout(self.limit * 4, spoken).await {
            Ok(spoken) => spoken.unwrap_or(Err(SpeakError::WorkerDied)),
            Err(_) => Err(SpeakError::TimedOut { limit: self.limit * 4 }),
        }
    }

    pub(super) fn pids(&self) -> Vec<u32> {
        self.workers.pids.iter().map(|pid| pid.load(Ordering::Relaxed)).filter(|pid| *pid != 0).collect()
    }

    pub(super) fn started(&self) -> u64 {
        self.workers.started.load(Ordering::Relaxed)
    }
}

impl Keeper {
    /// Takes one job after the other, until the pool is gone.
    async fn run(self, mut worker: Option<Worker>) {
        loop {
            if worker.is_none() {
                // Where it does not start, the next sentence tries again.
                worker = self.spawn().await.ok();
            }
            // Where a worker waits, it is seen at once when it dies.
            let job = loop {
                let next = async { self.jobs.lock().await.recv().await };
                match &mut worker {
                    Some(waiting) => tokio::select! {
                        job = next => break job,
                        _ = waiting.child.wait() => {
                            let lived = waiting.since.elapsed();
                            self.forget(&mut worker);
                            // One that dies at once is tried again only for the next sentence.
                            if lived > SHORT_LIFE {
                                worker = self.spawn().await.ok();
                            }
                        }
                    },
                    None => break next.await,
                }
            };
            let Some(job) = job else { return self.forget(&mut worker) };
            let limit = self.settings.sentence_limit;
            if job.answer.is_closed() {
                continue;
            }
            if job.queued.elapsed() > limit {
                let _ = job.answer.send(Err(SpeakError::TimedOut { limit }));
                continue;
            }
            let spoken = self.speak(&mut worker, &job.request).await;
            let _ = job.answer.send(spoken);
        }
    }

    /// Speaks, once more in a new worker when the first one dies.
    async fn speak(&self, worker: &mut Option<Worker>, request: &Request) -> Spoken {
        let mut outcome = Err(SpeakError::WorkerDied);
        for _ in 0..2 {
            let running = match worker {
                Some(running) => running,
                None => match self.spawn().await {
                    Ok(started) => worker.insert(started),
                    Err(error) => return Err(SpeakError::Unavailable { reason: error.to_string() }),
                },
            };
            outcome = running.speak(request, self.settings.sentence_limit).await;
            match &outcome {
                Ok(_) => return outcome,
                Err(error) => tracing::warn!(%error, pid = running.child.id(), "a worker of the voice has failed"),
            }
            self.forget(worker);
            // Trying a sentence that hangs again would hold up the others for as long again.
            if !matches!(outcome, Err(SpeakError::WorkerDied)) {
                break;
            }
        }
        outcome
    }

    async fn spawn(&self) -> io::Result<Worker> {
        self.workers.started.fetch_add(1, Ordering::Relaxed);
        let worker = Worker::start(&self.settings.worker, self.settings.start_limit).await;
        match &worker {
            Ok(worker) => self.pid().store(worker.child.id().unwrap_or(0), Ordering::Relaxed),
            Err(error) => tracing::error!(%error, "a worker of the voice does not start"),
        }
        worker
    }

    /// Ends a worker; dropping it kills the process.
    fn forget(&self, worker: &mut Option<Worker>) {
        *worker = None;
        self.pid().store(0, Ordering::Relaxed);
    }

    fn pid(&self) -> &AtomicU32 {
        &self.workers.pids[self.place]
    }
}

/// One process.
struct Worker {
    since: Instant,
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    async fn start(command: &WorkerCommand, limit: Duration) -> io::Result<Self> {
        let mut child = Command::new(&command.program)
            .args(&command.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let mut worker = Self { since: Instant::now(), child, input, output };
        let greeting = timeout(limit, worker.read()).await;
        match greeting.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the worker does not answer"))?? {
            Reply::Ready => Ok(worker),
            Reply::Failed(reason) => Err(io::Error::other(reason)),
            Reply::Audio(_) => Err(io::Error::other("the worker speaks unasked")),
        }
    }

    async fn speak(&mut self, request: &Request, limit: Duration) -> Spoken {
        let exchange = async {
            self.input.write_all(&frame::write_request(request)).await?;
            self.read().await
        };
        match timeout_at(Instant::now() + limit, exchange).await {
            Err(_) => Err(SpeakError::TimedOut { limit }),
            Ok(Ok(Reply::Audio(samples))) => Ok(samples.into()),
            Ok(Ok(Reply::Failed(reason))) => Err(SpeakError::Engine { reason }),
            // Its pipe is closed, or it does not make sense any more.
            Ok(Ok(Reply::Ready) | Err(_)) => Err(SpeakError::WorkerDied),
        }
    }

    async fn read(&mut self) -> io::Result<Reply> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length).await?;
        let mut body = vec![0; frame::reply_length(length)?];
        self.output.read_exact(&mut body).await?;
        frame::parse_reply(&body)
    }
}

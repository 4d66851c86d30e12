//! The one writer: writes wait in a bounded queue and are committed many at a time (group commit).

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::SqliteConnection;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::hand::{Direct, Hand};
use crate::record::{NodeCount, WebhookRecord};
use crate::stats::Counters;
use crate::{StoreError, sql};

/// How often counters that have no write to travel with are written.
const COUNTERS_EVERY: Duration = Duration::from_secs(1);

/// Pause before what failed for want of a lock or of space is tried again.
const AGAIN: Duration = Duration::from_millis(250);

/// Books that could not be written for so long are not ready: whoever sends calls is told.
const STUCK: Duration = Duration::from_secs(2);

/// The connection that writes, inside a transaction, with what it knows by heart.
pub(crate) struct Tx {
    /// Before the connection, so that it goes first.
    direct: Direct,
    pub(crate) conn: SqliteConnection,
    /// All webhooks: only the writer changes them.
    pub(crate) webhooks: Vec<WebhookRecord>,
    /// [`Self::webhooks`] was changed in this transaction: read it again if it is undone.
    pub(crate) webhooks_changed: bool,
    /// A delivery was made or became due in this transaction.
    pub(crate) delivery_due: bool,
    /// A job was made or became due in this transaction.
    pub(crate) job_due: bool,
    /// An errand was made in this transaction.
    pub(crate) errand_due: bool,
    /// An attempt of a campaign has ended in this transaction.
    pub(crate) attempt_ended: bool,
}

impl Tx {
    pub(crate) async fn new(mut conn: SqliteConnection) -> Result<Self, sqlx::Error> {
        Ok(Self {
            direct: Direct::new(&mut conn).await?,
            conn,
            webhooks: Vec::new(),
            webhooks_changed: false,
            delivery_due: false,
            job_due: false,
            errand_due: false,
            attempt_ended: false,
        })
    }

    /// The connection, to be used on this thread.
    pub(crate) async fn hand(&mut self) -> Result<Hand<'_>, StoreError> {
        Ok(Hand {
            lock: self.conn.lock_handle().await?,
            direct: &self.direct,
            webhooks: &self.webhooks,
            delivery_due: &mut self.delivery_due,
            job_due: &mut self.job_due,
        })
    }
}

/// One write: a few statements that are carried out as one. It may be applied again after being undone, when another
/// write of its group failed.
pub(crate) trait Write: Send + Sync + 'static {
    /// What it gives back once committed.
    type Output: Send + 'static;

    /// Whether it has a way [at once](Self::at_once).
    const QUICK: bool = false;

    /// Carries it out on this thread. `None`: that is not possible, and nothing was written.
    fn at_once(&self, _hand: &mut Hand<'_>) -> Option<Result<Self::Output, StoreError>> {
        None
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx) -> impl Future<Output = Result<Self::Output, StoreError>> + Send + 'a;
}

type Applied<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

/// A [`Write`] of any kind, with whom to tell.
pub(crate) trait Job: Send {
    fn quick(&self) -> bool;
    fn at_once(&mut self, hand: &mut Hand<'_>) -> Option<Result<(), StoreError>>;
    fn apply<'a>(&'a mut self, tx: &'a mut Tx) -> Applied<'a>;
    fn finish(self: Box<Self>, result: Result<(), StoreError>);
}

struct Pending<W: Write> {
    write: W,
    output: Option<W::Output>,
    reply: oneshot::Sender<Result<W::Output, StoreError>>,
}

impl<W: Write> Job for Pending<W> {
    fn quick(&self) -> bool {
        W::QUICK
    }

    fn at_once(&mut self, hand: &mut Hand<'_>) -> Option<Result<(), StoreError>> {
        let done = self.write.at_once(hand)?;
        Some(done.map(|output| self.output = Some(output)))
    }

    fn apply<'a>(&'a mut self, tx: &'a mut Tx) -> Applied<'a> {
        Box::pin(async move {
            self.output = Some(self.write.apply(tx).await?);
            Ok(())
        })
    }

    fn finish(self: Box<Self>, result: Result<(), StoreError>) {
        let Self { output, reply, .. } = *self;
        // Whoever asked may have gone: the write stands all the same.
        let _ = reply.send(result.and_then(|()| output.ok_or(StoreError::Closed)));
    }
}

pub(crate) enum Request {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// Flow, version, node.
type Node = (Arc<str>, u32, Arc<str>);

/// How often each node was entered, left and abandoned.
pub(crate) type NodeTotals = HashMap<Node, [u64; 3]>;

/// Counts of nodes that wait to be written. Bounded by the number of nodes of all flows.
#[derive(Default)]
pub(crate) struct NodeCounts(Mutex<NodeTotals>);

impl NodeCounts {
    pub(crate) fn add(&self, flow: &Arc<str>, version: u32, node: &Arc<str>, count: NodeCount) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = counts.entry((flow.clone(), version, node.clone())).or_default();
        slots[count as usize] += 1;
    }

    fn take(&self) -> NodeTotals {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put_back(&self, taken: NodeTotals) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (node, more) in taken {
            let slots = counts.entry(node).or_default();
            for (slot, add) in slots.iter_mut().zip(more) {
                *slot += add;
            }
        }
    }
}

/// Puts a write into the queue and waits for its commit.
pub(crate) async fn submit<W: Write>(queue: &mpsc::Sender<Request>, write: W) -> Result<W::Output, StoreError> {
    let (reply, committed) = oneshot::channel();
    let job = Box::new(Pending { write, output: None, reply });
    queue.send(Request::Write(job)).await.map_err(|_| StoreError::Closed)?;
    committed.await.map_err(|_| StoreError::Closed)?
}

pub(crate) struct Writer {
    pub(crate) tx: Tx,
    pub(crate) queue: mpsc::Receiver<Request>,
    pub(crate) group: usize,
    pub(crate) patience: Duration,
    pub(crate) counters: Arc<Counters>,
    pub(crate) nodes: Arc<NodeCounts>,
    pub(crate) deliveries: Arc<Notify>,
    pub(crate) errands: Arc<Notify>,
    pub(crate) jobs: Arc<Notify>,
    pub(crate) attempts: Arc<Notify>,
    /// Held while it writes.
    pub(crate) turn: Arc<tokio::sync::Mutex<()>>,
    pub(crate) checkpointer: (oneshot::Sender<()>, JoinHandle<()>),
}

impl Writer {
    /// Runs until it is told to close or every handle is gone.
    pub(crate) async fn run(mut self) {
        let mut requests = Vec::with_capacity(self.group);
        let mut flush = tokio::time::interval(COUNTERS_EVERY);
        flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let received = tokio::select! {
                received = self.queue.recv_many(&mut requests, self.group) => received,
                _ = flush.tick() => { self.look().await; self.commit_group(Vec::new()).await; continue }
            };
            let mut jobs = Vec::with_capacity(received);
            let mut closing = None;
            for request in requests.drain(..) {
                match request {
                    Request::Write(job) => jobs.push(job),
                    Request::Close(done) => closing = Some(done),
                }
            }
            self.commit_group(jobs).await;
            if received == 0 || closing.is_some() {
                self.close(closing).await;
                return;
            }
        }
    }

    /// Whether the books can be written again, where nobody writes because they could not be: calls are sent elsewhere.
    async fn look(&mut self) {
        if !self.counters.stuck.load(Ordering::Relaxed) {
            return;
        }
        // Written anew although it stays what it is: a page, with all that a write needs.
        let written = sqlx::query("PRAGMA user_version = 0").execute(&mut self.tx.conn).await;
        if written.is_ok() {
            self.unstick();
        }
    }

    fn unstick(&self) {
        if self.counters.stuck.swap(false, Ordering::Relaxed) {
            tracing::info!("the books are written again");
        }
    }

    async fn close(mut self, done: Option<oneshot::Sender<()>>) {
        self.queue.close();
        let mut rest = Vec::new();
        while let Ok(request) = self.queue.try_recv() {
            if let Request::Write(job) = request {
                rest.push(job);
            }
        }
        self.commit_group(rest).await;
        let (stop, stopped) = self.checkpointer;
        drop(stop);
        // It is over in any case.
        let _ = stopped.await;
        if let Ok(lock) = self.tx.conn.lock_handle().await {
            drop(self.tx.direct);
            drop(lock);
        }
        if let Err(error) = sqlx::Connection::close(self.tx.conn).await {
            tracing::warn!(%error, "the books did not close cleanly; nothing committed is lost");
        }
        if let Some(done) = done {
            let _ = done.send(());
        }
    }

    /// Commits the jobs in one transaction; when one of them fails half-way, each in one of its own.
    async fn commit_group(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let nodes = self.nodes.take();
        if jobs.is_empty() && nodes.is_empty() {
            return;
        }
        let _turn = self.turn.clone().lock_owned().await;
        let mut results = vec![Ok(()); jobs.len()];
        let begun = std::time::Instant::now();
        let group = self.insist(&mut jobs, &mut results, &nodes, begun).await;
        self.counters.took(begun.elapsed());
        match group {
            Ok(()) => self.settle(jobs, results),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, writes = jobs.len(), "a group was undone");
                self.undo().await;
                self.nodes.put_back(nodes);
                if jobs.len() <= 1 {
                    results.fill(Err(error));
                    self.settle(jobs, results);
                } else {
                    self.commit_each(jobs).await;
                }
            }
        }
    }

    /// Tries a group until it is done, or fails by what does not pass, or for too long: nothing that was promised is lost
    /// because somebody else held the books for a while, or the disk was full until somebody made room.
    async fn insist(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        results: &mut [Result<(), StoreError>],
        nodes: &NodeTotals,
        begun: std::time::Instant,
    ) -> Result<(), StoreError> {
        let mut told = false;
        loop {
            let group = self.try_group(jobs, results, nodes).await;
            match group {
                // Nobody makes room any more once the books are being closed.
                Err(error) if error.may_pass() && begun.elapsed() < self.patience && !self.queue.is_closed() => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            writes = jobs.len(),
                            "the books cannot be written: it is tried again"
                        );
                    }
                    self.counters.retries.fetch_add(1, Ordering::Relaxed);
                    if begun.elapsed() > STUCK {
                        self.counters.stuck.store(true, Ordering::Relaxed);
                    }
                    self.undo().await;
                    results.fill(Ok(()));
                    tokio::time::sleep(AGAIN).await;
                }
                group => {
                    if group.is_ok() {
                        self.unstick();
                    }
                    if told && group.is_ok() {
                        tracing::info!(took = ?begun.elapsed(), "what waited for the books is written");
                    }
                    return group;
                }
            }
        }
    }

    async fn commit_each(&mut self, jobs: Vec<Box<dyn Job>>) {
        for job in jobs {
            let mut one = vec![job];
            let mut result = vec![Ok(())];
            if let Err(error) = self.try_group(&mut one, &mut result, &NodeTotals::new()).await {
                self.undo().await;
                result.fill(Err(error));
            }
            self.settle(one, result);
        }
    }

    async fn try_group(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        results: &mut [Result<(), StoreError>],
        nodes: &NodeTotals,
    ) -> Result<(), StoreError> {
        self.tx.webhooks_changed = false;
        self.tx.delivery_due = false;
        self.tx.job_due = false;
        self.tx.errand_due = false;
        self.tx.attempt_ended = false;
        let mut begin = Some("BEGIN IMMEDIATE");
        let mut next = 0;
        loop {
            let mut hand = self.tx.hand().await?;
            if let Some(begin) = begin.take() {
                hand.run(begin, &[])?;
            }
            while let Some(done) = jobs.get_mut(next).and_then(|job| job.at_once(&mut hand)) {
                note(done, &mut results[next])?;
                next += 1;
            }
            if next == jobs.len() {
                sql::flow::add_node_counts(&mut hand, nodes)?;
                hand.run("COMMIT", &[])?;
                break;
            }
            drop(hand);
            loop {
                note(jobs[next].apply(&mut self.tx).await, &mut results[next])?;
                next += 1;
                if jobs.get(next).is_none_or(|job| job.quick()) {
                    break;
                }
            }
        }
        self.counters.groups.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn undo(&mut self) {
        // Fails only when there is no transaction: then there is nothing to undo.
        let _ = sqlx::query("ROLLBACK").execute(&mut self.tx.conn).await;
        if self.tx.webhooks_changed
            && let Err(error) = sql::webhook::learn_webhooks(&mut self.tx).await
        {
            tracing::error!(%error, "the webhooks cannot be read");
        }
    }

    fn settle(&self, jobs: Vec<Box<dyn Job>>, results: Vec<Result<(), StoreError>>) {
        if self.tx.delivery_due {
            self.deliveries.notify_one();
        }
        if self.tx.job_due {
            self.jobs.notify_one();
        }
        if self.tx.errand_due {
            self.errands.notify_one();
        }
        if self.tx.attempt_ended {
            self.attempts.notify_one();
        }
        for (job, result) in jobs.into_iter().zip(results) {
            let counter = if result.is_ok() { &self.counters.writes } else { &self.counters.failed };
            counter.fetch_add(1, Ordering::Relaxed);
            job.finish(result);
        }
    }
}

/// Writes down how a write of a group went. What it found out by itself, by convention before it wrote anything, is its own
/// matter; whatever else goes wrong undoes the group.
fn note(done: Result<(), StoreError>, result: &mut Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(error @ (StoreError::NotFound(_) | StoreError::Conflict(_))) => {
            *result = Err(error);
            Ok(())
        }
        done => done,
    }
}

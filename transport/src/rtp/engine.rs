//! The engine: its threads, and how calls come to them.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle, Thread};

use crossbeam_queue::ArrayQueue;
use media::sdp::Fingerprint;
use media::{CallMedia, CallMediaConfig, MediaEvent};
use tokio::sync::mpsc;

use super::call::{Call, Remains};
use super::config::{LegPorts, OpenError, PortError, RtpConfig, StartError};
use super::counters::{RtpCounters, ThreadCounters};
use super::handle::{CallShared, MediaHandle};
use super::handshake::{Identity, MAX_NOTES, Note, Notes, Worker};
use super::sockets::{LegSockets, PortFactory};
use super::taps::TapSink;
use super::thread::MediaThread;

/// The media threads and their ports. Dropping it closes every call and lets the threads end by themselves;
/// [`stop`](Self::stop) also waits for them.
#[derive(Debug)]
pub struct RtpEngine {
    shared: Arc<EngineShared>,
    threads: Vec<JoinHandle<()>>,
}

/// What the engine and its handles share.
#[derive(Debug)]
pub(crate) struct EngineShared {
    config: RtpConfig,
    ports: PortFactory,
    threads: Vec<Arc<ThreadShared>>,
    /// Calls that are open or just being opened.
    calls: AtomicUsize,
    stopped: AtomicBool,
    fingerprint: Fingerprint,
}

/// What the engine and one of its threads share.
#[derive(Debug)]
pub(crate) struct ThreadShared {
    /// New calls, taken in at the thread's next wake-up. As large as calls can be.
    pub(crate) inbox: ArrayQueue<Box<Call>>,
    pub(crate) counters: ThreadCounters,
    /// Calls that this thread has or will have.
    calls: AtomicUsize,
    stopping: AtomicBool,
    thread: OnceLock<Thread>,
}

impl ThreadShared {
    fn new(max_calls: usize) -> Self {
        Self {
            inbox: ArrayQueue::new(max_calls.max(1)),
            counters: ThreadCounters::default(),
            calls: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            thread: OnceLock::new(),
        }
    }

    /// Whether the engine was stopped.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

/// A call's share of the limits: given back when the call is gone.
#[derive(Debug)]
pub(crate) struct Admission {
    engine: Arc<EngineShared>,
    thread: Arc<ThreadShared>,
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.thread.calls.fetch_sub(1, Ordering::Relaxed);
        self.engine.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

impl EngineShared {
    /// Binds a port pair.
    pub(crate) fn open_ports(&self, near: IpAddr) -> Result<(LegSockets, LegPorts), PortError> {
        self.ports.open(&self.config, near)
    }

    /// A place on the thread with the fewest calls of those that are not too busy.
    fn admit(self: &Arc<Self>) -> Result<Admission, OpenError> {
        let limit = self.config.max_calls;
        let max_busy = (self.config.max_busy * 1_000.0) as u64;
        let thread = self
            .threads
            .iter()
            .filter(|thread| thread.counters.busy_permille.get() <= max_busy)
            .min_by_key(|thread| thread.calls.load(Ordering::Relaxed))
            .ok_or(OpenError::Overloaded)?;
        self.calls
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |calls| (calls < limit).then_some(calls + 1))
            .map_err(|_| OpenError::Full { limit })?;
        thread.calls.fetch_add(1, Ordering::Relaxed);
        Ok(Admission { engine: Arc::clone(self), thread: Arc::clone(thread) })
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        for thread in &self.threads {
            thread.stopping.store(true, Ordering::Release);
            thread.wake();
        }
    }
}

impl RtpEngine {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the configuration has no ports or addresses that can be used, or the system gives no threads.
    pub fn start(config: RtpConfig) -> Result<Self, StartError> {
        let ports = PortFactory::new(&config)?;
        let identity = Identity::new().map_err(|error| StartError::Certificate(error.to_string()))?;
        let limit = config.handshake_limit;
        let threads: Vec<_> =
            (0..config.threads.max(1)).map(|_| Arc::new(ThreadShared::new(config.max_calls))).collect();
        let shared = Arc::new(EngineShared {
            config,
            ports,
            threads,
            calls: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            fingerprint: identity.fingerprint(),
        });
        let (remains, receiver) = sync_channel(shared.config.max_calls.max(64));
        let mut engine = Self { shared, threads: Vec::new() };
        engine.spawn_janitor(receiver)?;
        let (notes, taken) = sync_channel(MAX_NOTES);
        let worker = Worker::new(taken, identity, limit);
        let worker = thread::Builder::new().name("media-keys".into()).spawn(move || worker.run());
        engine.threads.push(worker.map_err(StartError::Thread)?);
        for index in 0..engine.shared.threads.len() {
            engine.spawn_media(index, remains.clone(), notes.clone())?;
        }
        Ok(engine)
    }

    /// The janitor frees what is left of calls, so that no media thread closes files, frees memory or takes a lock. It
    /// ends with the last media thread.
    fn spawn_janitor(&mut self, receiver: Receiver<Remains>) -> Result<(), StartError> {
        let janitor = thread::Builder::new().name("media-janitor".into()).spawn(move || receiver.iter().for_each(drop));
        self.threads.push(janitor.map_err(StartError::Thread)?);
        Ok(())
    }

    fn spawn_media(
        &mut self,
        index: usize,
        remains: SyncSender<Remains>,
        notes: SyncSender<Note>,
    ) -> Result<(), StartError> {
        let notes = Notes::new(notes, index, self.shared.threads.len());
        let shared = Arc::clone(&self.shared.threads[index]);
        let config = self.shared.config.clone();
        let media = thread::Builder::new()
            .name(format!("media-{index}"))
            .spawn({
                let shared = Arc::clone(&shared);
                move || MediaThread::new(shared, &config, remains, notes).run()
            })
            .map_err(StartError::Thread)?;
        let _ = shared.thread.set(media.thread().clone());
        self.threads.push(media);
        Ok(())
    }

    /// Opens the media of a call that has no legs yet, and the events that it will report. Recorded sound goes to
    /// `taps`; without one it is thrown away.
    ///
    /// The events end when the media is closed.
    ///
    /// # Errors
    /// When a limit is reached or the engine was stopped: the call should get 503 with Retry-After.
    pub fn open(
        &self,
        config: CallMediaConfig,
        taps: Option<Box<dyn TapSink>>,
    ) -> Result<(MediaHandle, mpsc::Receiver<MediaEvent>), OpenError> {
        if self.shared.stopped.load(Ordering::Acquire) {
            return Err(OpenError::Stopped);
        }
        let admission = self.shared.admit()?;
        let thread = Arc::clone(&admission.thread);
        let shared = Arc::new(CallShared::new(self.shared.config.command_capacity));
        let (events, receiver) = mpsc::channel(self.shared.config.event_capacity.max(1));
        let call = Call::new(Arc::clone(&shared), CallMedia::new(config), events, taps, admission);
        // The inbox is as large as there can be calls, so it is never full.
        thread.inbox.push(Box::new(call)).map_err(|_| OpenError::Overloaded)?;
        thread.wake();
        Ok((MediaHandle::new(shared, Arc::clone(&self.shared)), receiver))
    }

    /// The certificate that DTLS handshakes of all calls show, as session descriptions name it. Another one at each start.
    pub fn fingerprint(&self) -> Fingerprint {
        self.shared.fingerprint
    }

    /// The counters of all threads, summed up.
    pub fn counters(&self) -> RtpCounters {
        let mut sum = RtpCounters {
            calls: self.shared.calls.load(Ordering::Relaxed) as u64,
            ports_in_use: self.shared.ports.in_use() as u64,
            ..RtpCounters::default()
        };
        for thread in &self.shared.threads {
            thread.counters.add_to(&mut sum);
        }
        sum
    }

    /// Closes every call as if its handle were dropped and waits for the threads: some 20 ms, or up to 2 s when a
    /// recorder is slow. Blocks: call it where blocking is allowed.
    pub fn stop(mut self) {
        self.shared.stop();
        for thread in std::mem::take(&mut self.threads).into_iter().rev() {
            // A thread that panicked has nothing more to give.
            let _ = thread.join();
        }
    }
}

impl Drop for RtpEngine {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

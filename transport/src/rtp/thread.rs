//! What a media thread does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::call::{Call, Remains};
use super::config::{RtpConfig, ThreadPriority};
use super::counters::ThreadCounters;
use super::engine::ThreadShared;
use super::handshake::Notes;
use super::schedule::{SLOTS, Schedule, Visit};
use super::syscall::{self, ReceiveBatch, Sleeper};

/// How often a thread says how busy it is.
const BUSY_WINDOW: Duration = Duration::from_secs(1);

/// A stamp that is further off than this comes from a clock that was set.
const MAX_STAMP_AGE: Duration = Duration::from_secs(2);

/// What a call is given at each visit.
pub(crate) struct Context<'a> {
    /// The time of this visit.
    pub(crate) now: Instant,
    /// The same, as the kernel's stamps have it: since the Unix epoch.
    real_now: Duration,
    pub(crate) batch: &'a mut ReceiveBatch,
    pub(crate) counters: &'a ThreadCounters,
    /// To the thread of the handshakes.
    pub(crate) notes: &'a Notes,
    /// What the call no longer needs; freed by the janitor.
    pub(crate) remains: &'a mut Vec<Remains>,
    pub(crate) max_packets: usize,
    /// The engine was stopped: the call is to end.
    pub(crate) stopping: bool,
}

impl Context<'_> {
    /// The time of this visit since the Unix epoch.
    pub(crate) const fn real_now(&self) -> Duration {
        self.real_now
    }

    /// Maps a kernel stamp to the program's clock.
    pub(crate) fn clock(&self) -> StampClock {
        StampClock { now: self.now, real_now: self.real_now }
    }
}

/// The program's clock and the kernel's stamps at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StampClock {
    now: Instant,
    real_now: Duration,
}

impl StampClock {
    /// When a packet with this stamp arrived. Stamps that make no sense count as now.
    pub(crate) fn arrival(self, stamp: Option<Duration>) -> Instant {
        let age = stamp.and_then(|stamp| self.real_now.checked_sub(stamp)).filter(|age| *age < MAX_STAMP_AGE);
        age.and_then(|age| self.now.checked_sub(age)).unwrap_or(self.now)
    }
}

/// A media thread's own: its calls by slot, and the buffers that they share.
pub(crate) struct MediaThread {
    shared: Arc<ThreadShared>,
    schedule: Schedule,
    #[expect(clippy::vec_box, reason = "calls are large and are moved between slots and queues")]
    slots: [Vec<Box<Call>>; SLOTS],
    batch: ReceiveBatch,
    sleeper: Sleeper,
    remains: SyncSender<Remains>,
    notes: Notes,
    /// What the janitor had no room for.
    unburied: Vec<Remains>,
    max_packets: usize,
    priority: ThreadPriority,
    busy: Duration,
    busy_since: Instant,
}

impl MediaThread {
    /// To be made on the thread itself.
    pub(crate) fn new(
        shared: Arc<ThreadShared>,
        config: &RtpConfig,
        remains: SyncSender<Remains>,
        notes: Notes,
    ) -> Self {
        let now = Instant::now();
        Self {
            shared,
            schedule: Schedule::new(now),
            slots: Default::default(),
            batch: ReceiveBatch::new(),
            sleeper: Sleeper::new(),
            remains,
            notes,
            unburied: Vec::new(),
            max_packets: config.max_packets_per_tick.max(1),
            priority: config.priority,
            busy: Duration::ZERO,
            busy_since: now,
        }
    }

    /// Visits slot after slot until the engine is stopped and the last call has ended.
    pub(crate) fn run(mut self) {
        self.set_priority();
        loop {
            self.take_in();
            let Some((slot, at)) = self.schedule.next() else {
                // In this order: a call that was opened before the stop is still taken in.
                if self.shared.is_stopping() && self.shared.inbox.is_empty() {
                    self.bury();
                    return;
                }
                self.shared.counters.busy_permille.set(0);
                self.bury();
                thread::park();
                continue;
            };
            self.sleeper.sleep_until(at);
            self.shared.counters.wakes.add(1);
            self.visit(slot);
        }
    }

    fn set_priority(&self) {
        let result = match self.priority {
            ThreadPriority::Normal => Ok(()),
            ThreadPriority::Nice(level) => syscall::set_nice(level),
            ThreadPriority::RoundRobin(priority) => syscall::set_round_robin(priority),
        };
        if let Err(error) = result {
            tracing::warn!(priority = ?self.priority, %error, "media thread runs at normal priority");
        }
    }

    /// Puts new calls into slots.
    fn take_in(&mut self) {
        while let Some(mut call) = self.shared.inbox.pop() {
            let slot = self.schedule.join(Instant::now());
            call.set_phase(self.slots[slot].len());
            self.slots[slot].push(call);
        }
    }

    /// Runs every call of a slot.
    fn visit(&mut self, slot: usize) {
        let now = Instant::now();
        let visit = self.schedule.visit(slot, now);
        self.shared.counters.visited(visit.late);
        let mut context = Context {
            now,
            real_now: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            batch: &mut self.batch,
            counters: &self.shared.counters,
            notes: &self.notes,
            remains: &mut self.unburied,
            max_packets: self.max_packets,
            stopping: self.shared.is_stopping(),
        };
        let calls = &mut self.slots[slot];
        let mut index = 0;
        while index < calls.len() {
            if run_call(&mut calls[index], &mut context, visit) {
                index += 1;
            } else {
                let call = calls.swap_remove(index);
                call.forget(context.counters);
                context.remains.push(call);
                self.schedule.leave(slot);
            }
        }
        self.bury();
        self.note_busy(now);
    }

    /// Hands what is left of calls to the janitor.
    fn bury(&mut self) {
        while let Some(remains) = self.unburied.pop() {
            match self.remains.try_send(remains) {
                Ok(()) => {}
                Err(TrySendError::Full(remains)) => return self.unburied.push(remains),
                Err(TrySendError::Disconnected(remains)) => drop(remains),
            }
        }
    }

    fn note_busy(&mut self, visit_began: Instant) {
        let now = Instant::now();
        self.busy += now - visit_began;
        let window = now - self.busy_since;
        if window >= BUSY_WINDOW {
            let permille = self.busy.as_micros() * 1_000 / window.as_micros().max(1);
            self.shared.counters.busy_permille.set(permille as u64);
            self.busy = Duration::ZERO;
            self.busy_since = now;
        }
    }
}

/// Runs one call, and says whether it goes on. A panic ends that call and no other.
fn run_call(call: &mut Call, context: &mut Context<'_>, visit: Visit) -> bool {
    catch_unwind(AssertUnwindSafe(|| call.run(context, visit))).unwrap_or_else(|_| {
        context.counters.panics.add(1);
        tracing::error!("the media of a call panicked; the call is closed");
        false
    })
}

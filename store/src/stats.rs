//! What the store counts about itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counts since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    /// Writes committed.
    pub writes: u64,
    /// Writes refused or failed.
    pub failed: u64,
    /// Transactions: writes divided by these is the size of the groups.
    pub groups: u64,
    /// Writes that wait for the writer now.
    pub waiting: u64,
    /// Transactions that were tried again because of a lock or a full disk.
    pub retries: u64,
    /// Time that all groups took together, from the beginning of their transaction to its end, us.
    pub busy_us: u64,
    /// The longest that a group took, us.
    pub longest_us: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) writes: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) groups: AtomicU64,
    pub(crate) retries: AtomicU64,
    pub(crate) busy_us: AtomicU64,
    pub(crate) longest_us: AtomicU64,
    /// The books cannot be written now, and could not for a while.
    pub(crate) stuck: AtomicBool,
}

impl Counters {
    /// A group took so long, whether it was committed or undone.
    pub(crate) fn took(&self, time: std::time::Duration) {
        let us = time.as_micros() as u64;
        self.busy_us.fetch_add(us, Ordering::Relaxed);
        self.longest_us.fetch_max(us, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self, waiting: u64) -> StoreStats {
        StoreStats {
            writes: self.writes.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            groups: self.groups.load(Ordering::Relaxed),
            waiting,
            retries: self.retries.load(Ordering::Relaxed),
            busy_us: self.busy_us.load(Ordering::Relaxed),
            longest_us: self.longest_us.load(Ordering::Relaxed),
        }
    }
}

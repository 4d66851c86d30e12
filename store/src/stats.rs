//! What the store counts about itself.

use std::sync::atomic::{AtomicU64, Ordering};

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
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) writes: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) groups: AtomicU64,
}

impl Counters {
    pub(crate) fn snapshot(&self, waiting: u64) -> StoreStats {
        StoreStats {
            writes: self.writes.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            groups: self.groups.load(Ordering::Relaxed),
            waiting,
        }
    }
}

//! Tables that the endpoint is made of: timers, and hashing that strangers cannot aim at.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};
use std::time::Instant;

/// Hashing keyed by the seed: the same in every run of a test, and not to be guessed by whoever chooses the keys.
#[derive(Clone)]
pub(crate) struct Keyed(u64);

impl Keyed {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl BuildHasher for Keyed {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.0);
        hasher
    }
}

/// A hash table keyed by the seed. Its order means nothing, so nothing may be done in that order.
pub(crate) type Table<K, V> = HashMap<K, V, Keyed>;

/// An empty table.
pub(crate) fn table<K, V>(seed: u64) -> Table<K, V> {
    HashMap::with_hasher(Keyed(seed))
}

/// Timers by key, each at most once. Setting, stopping and taking the next cost `O(log n)`; nothing stays behind.
pub(crate) struct Timers<K> {
    queue: BTreeSet<(Instant, K)>,
    at: Table<K, Instant>,
}

impl<K: Copy + Ord + Hash> Timers<K> {
    pub(crate) fn new(seed: u64) -> Self {
        Self { queue: BTreeSet::new(), at: table(seed) }
    }

    /// Sets a timer, in place of what it was set to.
    pub(crate) fn set(&mut self, key: K, at: Instant) {
        if let Some(before) = self.at.insert(key, at) {
            self.queue.remove(&(before, key));
        }
        self.queue.insert((at, key));
    }

    /// Stops a timer, if it runs.
    pub(crate) fn stop(&mut self, key: K) {
        if let Some(at) = self.at.remove(&key) {
            self.queue.remove(&(at, key));
        }
    }

    /// Takes the next timer that is due.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<K> {
        let &(at, key) = self.queue.first()?;
        if at > now {
            return None;
        }
        self.queue.pop_first();
        self.at.remove(&key);
        Some(key)
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.queue.first().map(|(at, _)| *at)
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }
}

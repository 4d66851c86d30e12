//! Prompts that are kept because they come again.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Pieces;

/// Texts said once that are remembered, to keep their sound when they come again.
const ONCE_SAID: usize = 4_096;

/// Prompts by item, bounded by their samples; the oldest use goes first.
#[derive(Default)]
pub(super) struct Cache {
    entries: HashMap<String, (Pieces, u64)>,
    samples: usize,
    most: usize,
    clock: u64,
    /// Hashes of what was said once, the oldest first.
    once: VecDeque<u64>,
}

impl Cache {
    /// Keeps so many samples at 8 kHz.
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    pub(super) fn get(&mut self, key: &str) -> Option<Pieces> {
        self.clock += 1;
        let (pieces, used) = self.entries.get_mut(key)?;
        *used = self.clock;
        Some(pieces.clone())
    }

    /// Whether this was said before; from now on it was.
    pub(super) fn comes_again(&mut self, key: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(place) = self.once.iter().position(|&seen| seen == hash) {
            self.once.remove(place);
            return true;
        }
        if self.once.len() >= ONCE_SAID {
            self.once.pop_front();
        }
        self.once.push_back(hash);
        false
    }

    pub(super) fn put(&mut self, key: String, pieces: Pieces) {
        let size = size_of(&pieces);
        if size > self.most {
            return;
        }
        self.clock += 1;
        if let Some((old, _)) = self.entries.insert(key, (pieces, self.clock)) {
            self.samples -= size_of(&old);
        }
        self.samples += size;
        while self.samples > self.most {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone())
            else {
                return;
            };
            if let Some((old, _)) = self.entries.remove(&oldest) {
                self.samples -= size_of(&old);
            }
        }
    }
}

fn size_of(pieces: &Pieces) -> usize {
    pieces.iter().map(|piece| piece.prompt.duration_ms() as usize * 8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_once_is_not_kept() {
        let mut cache = Cache::default();
        assert!(!cache.comes_again("hello"));
        assert!(!cache.comes_again("other"));
        assert!(cache.comes_again("hello"));
        for count in 0..=ONCE_SAID {
            cache.comes_again(&count.to_string());
        }
        assert!(!cache.comes_again("other"));
        assert_eq!(cache.once.len(), ONCE_SAID);
    }
}

//! How fast a voice speaks: learned from what it has said, to know which word is being said while it still speaks.

use std::sync::atomic::{AtomicU32, Ordering};

/// Before anything is known: about fifteen letters a second. In microseconds for one letter.
const FIRST_GUESS_US: u32 = 65_000;

/// Letters below which an utterance teaches nothing.
const LEAST_WEIGHT: usize = 20;

/// Ms of sound for each unit of [`crate::words::weight`]. Shared by all utterances of an engine.
#[derive(Debug)]
pub(super) struct Pace(AtomicU32);

impl Default for Pace {
    fn default() -> Self {
        Self(AtomicU32::new(FIRST_GUESS_US))
    }
}

impl Pace {
    pub(super) fn ms(&self) -> f64 {
        f64::from(self.0.load(Ordering::Relaxed)) / 1_000.0
    }

    /// So much was said in so long a sound.
    pub(super) fn learn(&self, weight: usize, sounding_ms: u64) {
        if weight >= LEAST_WEIGHT {
            let measured = (sounding_ms as f64 / weight as f64).clamp(20.0, 200.0);
            self.0.store((self.ms().mul_add(0.7, measured * 0.3) * 1_000.0) as u32, Ordering::Relaxed);
        }
    }
}

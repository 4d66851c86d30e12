//! The endpoint's only source of chance: a generator that is made from a seed.

use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::digest::hex;

/// A seeded generator of tags, branches and jitter.
pub(crate) struct Chance(ChaCha12Rng);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// 32 bytes of key.
    pub(crate) fn key(&mut self) -> [u8; 32] {
        let mut key = [0; 32];
        self.0.fill_bytes(&mut key);
        key
    }

    /// 64 random bits in hex: a tag (RFC 3261 section 19.3 asks for 32).
    pub(crate) fn tag(&mut self) -> String {
        hex(&self.number().to_be_bytes())
    }

    /// 128 random bits in hex: for Call-IDs and cnonces.
    pub(crate) fn long_token(&mut self) -> String {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        hex(&bytes)
    }

    /// A branch with the magic cookie (RFC 3261 section 8.1.1.7).
    pub(crate) fn branch(&mut self) -> String {
        format!("z9hG4bK{}", self.tag())
    }

    /// A time between two others, in whole milliseconds.
    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = most.saturating_sub(least).as_millis() as u64;
        least + Duration::from_millis(self.number() % (span + 1))
    }
}

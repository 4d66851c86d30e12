//! The audio of one utterance while it is spoken, and where to cut it when it gets too long.

use std::collections::VecDeque;

use super::stable::Stable;
use super::words::{BLOCK_MS, Stretch};

/// Blocks over which a quiet place must be quiet: 100 ms.
const QUIET_BLOCKS: usize = 5;

/// Blocks that an utterance makes room for when it needs more: half a second.
const ROOM_BLOCKS: usize = 25;

/// One block, at the rate of what is listened to.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) at_ms: u64,
    pub(super) voiced: bool,
    pub(super) samples: Vec<i16>,
}

/// What was said since the last silence.
#[derive(Debug)]
pub(super) struct Segment {
    /// At the rate of what is listened to.
    pub(super) samples: Vec<i16>,
    block_samples: usize,
    pub(super) stretch: Stretch,
    /// Sum of the absolute values of each block.
    loudness: Vec<u32>,
    pub(super) stable: Stable,
    /// The text that was shown last.
    pub(super) shown: String,
    /// When it was last sent to be recognised, in blocks.
    pub(super) tried: usize,
    /// It was sent when it paused; forgotten when it goes on.
    pub(super) early: Option<u64>,
    /// The first number that a job of this segment can have.
    pub(super) first_number: u64,
}

impl Segment {
    pub(super) fn new(blocks: impl IntoIterator<Item = Block>, block_samples: usize, first_number: u64) -> Self {
        let mut segment = Self {
            samples: Vec::new(),
            block_samples,
            stretch: Stretch { start_ms: 0, voiced: Vec::new() },
            loudness: Vec::new(),
            stable: Stable::default(),
            shown: String::new(),
            tried: 0,
            early: None,
            first_number,
        };
        for block in blocks {
            segment.push(&block);
        }
        segment.tried = segment.blocks();
        segment
    }

    pub(super) fn push(&mut self, block: &Block) {
        if self.stretch.voiced.is_empty() {
            self.stretch.start_ms = block.at_ms;
        }
        self.stretch.voiced.push(block.voiced);
        self.loudness.push(block.samples.iter().map(|sample| u32::from(sample.unsigned_abs())).sum());
        if self.samples.capacity() < self.samples.len() + block.samples.len() {
            // By the same step each time: what is doubled stands half empty, for as long as somebody talks.
            self.samples.reserve_exact((ROOM_BLOCKS * self.block_samples).max(block.samples.len()));
        }
        self.samples.extend_from_slice(&block.samples);
        // Whatever a block's length was, times are counted in blocks.
        self.samples.resize(self.stretch.voiced.len() * self.block_samples, 0);
    }

    pub(super) fn blocks(&self) -> usize {
        self.stretch.voiced.len()
    }

    pub(super) fn length_ms(&self) -> u64 {
        self.blocks() as u64 * BLOCK_MS
    }

    /// Cuts at the quietest place of the last two fifths, and gives what comes after it.
    pub(super) fn split(&mut self, first_number: u64) -> Self {
        let count = self.blocks();
        let from = (count * 3 / 5).max(1);
        let to = count.saturating_sub(QUIET_BLOCKS).max(from);
        let quietness = |at: &usize| -> u32 { self.loudness[*at..(at + QUIET_BLOCKS).min(count)].iter().sum() };
        let cut = ((from..=to).min_by_key(quietness).unwrap_or(from) + QUIET_BLOCKS / 2).min(count);
        let mut rest = Self::new([], self.block_samples, first_number);
        rest.stretch.start_ms = self.stretch.start_ms + cut as u64 * BLOCK_MS;
        rest.stretch.voiced = self.stretch.voiced.split_off(cut);
        rest.loudness = self.loudness.split_off(cut);
        rest.samples = self.samples.split_off(cut * self.block_samples);
        rest
    }
}

/// The blocks just before speech is noticed.
#[derive(Debug)]
pub(super) struct PreRoll {
    blocks: VecDeque<Block>,
    room: usize,
}

impl PreRoll {
    pub(super) fn new(ms: u64) -> Self {
        Self { blocks: VecDeque::new(), room: (ms / BLOCK_MS).max(1) as usize }
    }

    pub(super) fn push(&mut self, block: Block) {
        if self.blocks.len() == self.room {
            self.blocks.pop_front();
        }
        self.blocks.push_back(block);
    }

    /// How many of the last blocks have a voice: that many of them at least, and where the first of them began.
    pub(super) fn onset(&self, blocks: usize) -> Option<u64> {
        let lately = self.blocks.iter().rev().take(blocks + blocks / 2);
        let voiced: Vec<u64> = lately.filter(|block| block.voiced).map(|block| block.at_ms).collect();
        let begun = voiced.last().copied().filter(|_| voiced.len() >= blocks)?;
        Some(begun)
    }

    /// All of them, oldest first.
    pub(super) fn take(&mut self) -> VecDeque<Block> {
        std::mem::take(&mut self.blocks)
    }
}

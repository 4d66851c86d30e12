//! Recorded sound on its way out, in blocks of half a second.

use std::collections::VecDeque;

use call_model::SampleRate;

use super::{Tap, TapStream};

/// Samples of one channel in a block.
const fn block_samples(rate: SampleRate) -> usize {
    rate.hz() as usize / 2
}

/// The least memory of a block.
pub(super) const LEAST_BLOCK: usize = block_samples(SampleRate::Narrow);

/// Blocks that are full, and memory of blocks that were.
#[derive(Debug)]
pub(super) struct TapQueue {
    ready: VecDeque<Tap>,
    free: Vec<Vec<i16>>,
    max_blocks: usize,
    dropped_samples: u64,
}

impl TapQueue {
    pub(super) fn new(max_blocks: usize) -> Self {
        Self { ready: VecDeque::new(), free: Vec::new(), max_blocks, dropped_samples: 0 }
    }

    pub(super) fn pop(&mut self) -> Option<Tap> {
        self.ready.pop_front()
    }

    pub(super) fn recycle(&mut self, samples: Vec<i16>) {
        if self.free.len() < self.max_blocks {
            self.free.push(samples);
        }
    }

    pub(super) fn dropped_samples(&self) -> u64 {
        self.dropped_samples
    }

    /// An empty block, unless too many wait already.
    fn take(&mut self, capacity: usize) -> Option<Vec<i16>> {
        if self.ready.len() >= self.max_blocks {
            return None;
        }
        let mut block = self.free.pop().unwrap_or_default();
        block.clear();
        block.reserve(capacity);
        Some(block)
    }
}

/// One stream that is being cut into blocks.
#[derive(Debug)]
pub(super) struct TapWriter {
    stream: TapStream,
    rate: SampleRate,
    /// Samples of one channel so far.
    position: u64,
    block: Option<Vec<i16>>,
}

impl TapWriter {
    pub(super) fn new(stream: TapStream, rate: SampleRate) -> Self {
        Self { stream, rate, position: 0, block: None }
    }

    pub(super) fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Samples of one channel so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Appends samples, interleaved by channel: 20 ms at a time, so that blocks end where frames do.
    pub(super) fn write(&mut self, samples: &[i16], queue: &mut TapQueue) {
        let capacity = block_samples(self.rate) * self.stream.channels();
        let per_channel = (samples.len() / self.stream.channels()) as u64;
        if self.block.is_none() {
            self.block = queue.take(capacity);
        }
        self.position += per_channel;
        match &mut self.block {
            Some(block) => {
                block.extend_from_slice(samples);
                if block.len() >= capacity {
                    self.flush(None, queue);
                }
            }
            None => queue.dropped_samples += per_channel,
        }
    }

    /// Ends the stream: what is kept of it are the first `end` samples of each channel.
    pub(super) fn finish(mut self, end: u64, queue: &mut TapQueue) {
        self.flush(Some(end), queue);
    }

    /// A last block always goes out: there is one for each stream, and streams are few.
    fn flush(&mut self, end: Option<u64>, queue: &mut TapQueue) {
        let samples = self.block.take().unwrap_or_default();
        let start_sample = self.position - (samples.len() / self.stream.channels()) as u64;
        queue.ready.push_back(Tap { stream: self.stream, rate: self.rate, start_sample, samples, voiced: false, end });
    }
}

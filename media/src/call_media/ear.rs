//! What is heard on a leg, handed out at once.

use std::collections::VecDeque;

use call_model::{AudioFrame, SampleRate};

use super::clock::Clock;
use super::mixer::Converter;
use super::{LegSlot, Tap, TapStream};
use crate::rtp::Heard;
use crate::vad::{Vad, VadConfig};

/// Listens to one leg. Large: to be boxed.
#[derive(Debug)]
pub(super) struct Ear {
    stream: TapStream,
    /// The leg's when listening began; kept when the leg's codec changes.
    rate: SampleRate,
    /// From the rate of the leg now, where that is another one.
    converter: Option<Box<Converter>>,
    vad: Vad,
}

impl Ear {
    pub(super) fn new(leg: LegSlot, rate: SampleRate, vad: VadConfig) -> Self {
        Self { stream: TapStream::Ear(leg), rate, converter: None, vad: Vad::new(vad) }
    }

    /// Hands the next frame out; `voiced` where that is known already.
    pub(super) fn hear(
        &mut self,
        frame: &AudioFrame,
        heard_as: Heard,
        voiced: Option<bool>,
        clock: &Clock,
        queue: &mut EarQueue,
    ) {
        let voiced = voiced.unwrap_or_else(|| {
            self.vad.process(frame, heard_as == Heard::Voice);
            self.vad.is_voiced()
        });
        let mut scratch = AudioFrame::silence(self.rate);
        let frame = if frame.rate() == self.rate {
            frame
        } else {
            self.converter.get_or_insert_default().convert(frame, self.rate, &mut scratch)
        };
        let Some(mut samples) = queue.take(frame.samples().len()) else { return };
        samples.extend_from_slice(frame.samples());
        queue.ready.push_back(self.tap(samples, voiced, clock, None));
    }

    /// Says that no more comes. Such a block always goes out: there is one for each stream, and streams are few.
    pub(super) fn finish(&self, clock: &Clock, queue: &mut EarQueue) {
        queue.ready.push_back(self.tap(Vec::new(), false, clock, Some(clock.samples(self.rate))));
    }

    fn tap(&self, samples: Vec<i16>, voiced: bool, clock: &Clock, end: Option<u64>) -> Tap {
        let start_sample = clock.samples(self.rate);
        Tap { stream: self.stream, rate: self.rate, start_sample, samples, voiced, end }
    }
}

/// Blocks of 20 ms on their way out, and memory of blocks that were.
#[derive(Debug)]
pub(super) struct EarQueue {
    ready: VecDeque<Tap>,
    free: Vec<Vec<i16>>,
    max_blocks: usize,
    dropped_blocks: u64,
}

impl EarQueue {
    pub(super) fn new(max_blocks: usize) -> Self {
        Self { ready: VecDeque::new(), free: Vec::new(), max_blocks, dropped_blocks: 0 }
    }

    pub(super) fn pop(&mut self) -> Option<Tap> {
        self.ready.pop_front()
    }

    /// Takes memory back, unless it is none.
    pub(super) fn recycle(&mut self, samples: Vec<i16>) {
        if samples.capacity() > 0 && self.free.len() < self.max_blocks {
            self.free.push(samples);
        }
    }

    pub(super) fn dropped_blocks(&self) -> u64 {
        self.dropped_blocks
    }

    /// An empty block for so many samples, unless too many wait already.
    fn take(&mut self, count: usize) -> Option<Vec<i16>> {
        if self.ready.len() >= self.max_blocks {
            self.dropped_blocks += 1;
            return None;
        }
        let mut samples = self.free.pop().unwrap_or_default();
        samples.clear();
        samples.reserve_exact(count);
        Some(samples)
    }
}

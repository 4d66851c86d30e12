//! Decoded samples between the decoder and the listener, with what was heard before them.

/// Samples in a row: some already heard, which concealment looks back at, and some ready to be heard.
#[derive(Debug)]
pub struct Line {
    samples: Box<[i16]>,
    /// The first that was not heard.
    head: usize,
    /// Behind the last that is ready.
    tail: usize,
    history: usize,
}

impl Line {
    /// A line that keeps at least the last `history` samples and holds at least `room` more; silence was heard.
    pub fn new(history: usize, room: usize) -> Self {
        // Old samples are moved to the front only when the end is reached: twice the room makes that seldom.
        Self { samples: vec![0; history + 2 * room].into(), head: history, tail: history, history }
    }

    /// How many samples are ready.
    pub fn ready(&self) -> usize {
        self.tail - self.head
    }

    /// Room for `count` samples behind the ready ones, with the last samples before it. Less when the line is full.
    pub fn room(&mut self, count: usize) -> (&[i16], &mut [i16]) {
        if self.tail + count > self.samples.len() {
            let keep = self.head.min(self.tail - self.history);
            self.samples.copy_within(keep..self.tail, 0);
            self.head -= keep;
            self.tail -= keep;
        }
        let (before, after) = self.samples.split_at_mut(self.tail);
        let count = count.min(after.len());
        (&before[before.len() - self.history..], &mut after[..count])
    }

    /// Makes the first `count` samples of the room ready.
    pub fn commit(&mut self, count: usize) {
        self.tail = (self.tail + count).min(self.samples.len());
    }

    /// The ready samples.
    pub fn ready_mut(&mut self) -> &mut [i16] {
        &mut self.samples[self.head..self.tail]
    }

    /// Leaves the first `count` ready samples out.
    pub fn skip(&mut self, count: usize) {
        self.head = (self.head + count).min(self.tail);
    }

    /// Moves ready samples to `out`; zeros where there are too few.
    pub fn take(&mut self, out: &mut [i16]) {
        let count = out.len().min(self.ready());
        out[..count].copy_from_slice(&self.samples[self.head..self.head + count]);
        out[count..].fill(0);
        self.head += count;
    }
}

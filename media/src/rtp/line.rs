//! Decoded samples between the decoder and the listener, with what was heard before them.

/// Samples in a row: some already heard, which concealment looks back at, and some ready to be heard.
#[derive(Debug)]
pub struct Line {
    samples: Vec<i16>,
    /// The first that was not heard.
    head: usize,
    /// Behind the last that is ready.
    tail: usize,
    history: usize,
    /// Samples that it may grow to.
    most: usize,
}

impl Line {
    /// A line that keeps at least the last `history` samples and holds at least `room` more; silence was heard. Where
    /// more than that is to be ready, it grows once, so that it holds at least `most`.
    pub fn new(history: usize, room: usize, most: usize) -> Self {
        // Old samples are moved to the front only when the end is reached: twice the room makes that seldom.
        let most = history + 2 * most;
        Self { samples: vec![0; history + 2 * room], head: history, tail: history, history, most }
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
            if self.tail + count > self.samples.len() && self.samples.len() < self.most {
                self.samples.reserve_exact(self.most - self.samples.len());
                self.samples.resize(self.most, 0);
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_once_for_what_is_longer_and_loses_nothing() {
        let mut line = Line::new(40, 100, 1_000);
        let mut out = [0; 50];
        let mut said = 0;
        let mut heard = 0;
        for count in [60, 90, 900, 60, 900] {
            let (_, room) = line.room(count);
            assert_eq!(room.len(), count, "there is room");
            for sample in room {
                *sample = said;
                said += 1;
            }
            line.commit(count);
            assert!(line.samples.len() == 240 && said <= 150 || line.samples.len() == 2_040);
            while line.ready() >= out.len() {
                line.take(&mut out);
                for sample in &out {
                    assert_eq!(*sample, heard);
                    heard += 1;
                }
            }
        }
        assert!(line.room(5_000).1.len() < 5_000, "it does not grow for ever");
        assert_eq!(line.samples.len(), 2_040);
    }
}

//! From the time of a connection's audio to the time of the call: audio that was dropped leaves a gap between them.

use std::collections::VecDeque;

/// Gaps that are remembered. Results come seconds after their audio at most.
const MOST_MARKS: usize = 64;

/// How far a block may lie from where it is expected, in ms.
const TOLERANCE_MS: u64 = 10;

#[derive(Debug)]
pub(super) struct Clock {
    hz: u64,
    sent: u64,
    /// Places where the audio begins anew: its time, and the call's.
    marks: VecDeque<(u64, u64)>,
}

impl Clock {
    pub(super) fn new(hz: u32) -> Self {
        Self { hz: u64::from(hz), sent: 0, marks: VecDeque::new() }
    }

    /// So many samples are sent, whose first was heard then.
    pub(super) fn sent(&mut self, at_ms: u64, samples: usize) {
        if self.marks.is_empty() || self.call_ms(self.sent_ms()).abs_diff(at_ms) > TOLERANCE_MS {
            if self.marks.len() >= MOST_MARKS {
                self.marks.pop_front();
            }
            self.marks.push_back((self.sent_ms(), at_ms));
        }
        self.sent += samples as u64;
    }

    /// Samples are sent that were never heard.
    pub(super) fn padded(&mut self, samples: usize) {
        self.sent += samples as u64;
    }

    fn sent_ms(&self) -> u64 {
        self.sent * 1_000 / self.hz
    }

    /// The call's time at that time of the audio.
    pub(super) fn call_ms(&self, audio_ms: u64) -> u64 {
        let mark = self.marks.iter().rev().find(|(audio, _)| *audio <= audio_ms).or(self.marks.front());
        mark.map_or(0, |(audio, call)| call + audio_ms.saturating_sub(*audio))
    }

    /// As [`call_ms`](Self::call_ms), of seconds.
    pub(super) fn at(&self, seconds: f64) -> u64 {
        self.call_ms((seconds.max(0.0) * 1_000.0).round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_shifts_what_comes_after_it() {
        let mut clock = Clock::new(8_000);
        for at in 0..10 {
            clock.sent(5_000 + at * 20, 160);
        }
        clock.padded(640);
        for at in 0..10 {
            clock.sent(9_000 + at * 20, 160);
        }
        assert_eq!([clock.at(0.0), clock.at(0.15), clock.at(0.28), clock.at(0.3)], [5_000, 5_150, 9_000, 9_020]);
    }
}

//! Keys on their way in (each press once) and out (at their pace).

use std::collections::VecDeque;

use call_model::{AudioFrame, DigitSource, FRAME_MS};

use crate::codec::Codec;
use crate::dtmf::{DigitTones, is_key};
use crate::rtp::Session;

/// Presses that are remembered: more than fit into the window of one caller's fastest typing.
const REMEMBERED: usize = 8;

/// A press, and by which ways it has come.
#[derive(Debug, Clone, Copy)]
struct Press {
    digit: char,
    tick: u64,
    came_by: [bool; 3],
}

/// Tells the second coming of a press from the next press.
#[derive(Debug, Default)]
pub(super) struct DigitFilter {
    presses: [Option<Press>; REMEMBERED],
    next: usize,
}

impl DigitFilter {
    /// Whether this is a press that has not been reported by another way within the last `window` ticks.
    pub(super) fn is_new(&mut self, digit: char, source: DigitSource, tick: u64, window: u64) -> bool {
        let way = match source {
            DigitSource::Rfc4733 => 0,
            DigitSource::SipInfo => 1,
            DigitSource::Inband => 2,
        };
        // The oldest that has not come this way yet is the one.
        let places = (0..REMEMBERED).map(|n| (self.next + n) % REMEMBERED);
        for place in places {
            if let Some(press) = &mut self.presses[place]
                && press.digit == digit
                && !press.came_by[way]
                && tick - press.tick <= window
            {
                press.came_by[way] = true;
                return false;
            }
        }
        let mut came_by = [false; 3];
        came_by[way] = true;
        self.presses[self.next] = Some(Press { digit, tick, came_by });
        self.next = (self.next + 1) % REMEMBERED;
        true
    }
}

/// Ticks of the pause that `,` stands for.
const COMMA_TICKS: u32 = 500 / FRAME_MS as u32;

/// Ticks from one key that is told to the next: INFO requests shall not overtake one another on a usual line.
const TOLD_TICKS: u32 = 240 / FRAME_MS as u32;

/// Keys that wait to be sent on a leg.
#[derive(Debug)]
pub(super) struct DigitSender {
    /// They are told to the owner, who sends them by signalling.
    tells: bool,
    limit: usize,
    waiting: VecDeque<char>,
    pause_ticks: u32,
    tones: Option<DigitTones>,
}

impl DigitSender {
    pub(super) fn new(limit: usize) -> Self {
        Self { tells: false, limit, waiting: VecDeque::new(), pause_ticks: 0, tones: None }
    }

    /// From here on keys do not go out with the sound: [`next_told`](Self::next_told) gives them.
    pub(super) fn tell(&mut self) {
        self.tells = true;
    }

    /// Whether keys do not go out with the sound.
    pub(super) fn tells(&self) -> bool {
        self.tells
    }

    /// Queues keys; gives the number of those that found no room.
    pub(super) fn push(&mut self, digits: &str, codec: Codec, by_rfc4733: bool) -> u64 {
        if !by_rfc4733 && !self.tells {
            let rate = codec.sample_rate();
            let tones = self.tones.get_or_insert_with(|| DigitTones::new(rate, self.limit));
            return tones.push(digits) as u64;
        }
        let mut refused = 0;
        for digit in digits.chars().filter(|&c| c == ',' || is_key(c)) {
            if self.waiting.len() < self.limit {
                self.waiting.push_back(digit);
            } else {
                refused += 1;
            }
        }
        refused
    }

    /// Whether nothing waits to be sent.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.pause_ticks == 0 && self.tones.as_ref().is_none_or(DigitTones::is_idle)
    }

    /// The next key that is to be sent by signalling, at its pace.
    pub(super) fn next_told(&mut self) -> Option<char> {
        if !self.tells {
            return None;
        }
        if self.pause_ticks > 0 {
            self.pause_ticks -= 1;
            return None;
        }
        let digit = self.waiting.pop_front()?;
        self.pause_ticks = if digit == ',' { COMMA_TICKS } else { TOLD_TICKS } - 1;
        (digit != ',').then_some(digit)
    }

    /// Hands the session its next key when the last one is over; gives the number of keys that it did not take.
    pub(super) fn tick(&mut self, session: &mut Session) -> u64 {
        if self.tells {
            return 0;
        }
        if self.pause_ticks > 0 {
            self.pause_ticks -= 1;
            return 0;
        }
        if self.waiting.is_empty() || session.is_sending_digits() {
            return 0;
        }
        let Some(digit) = self.waiting.pop_front() else { return 0 };
        if digit == ',' {
            self.pause_ticks = COMMA_TICKS - 1;
            return 0;
        }
        u64::from(session.send_digits(digit.encode_utf8(&mut [0; 4])).is_err())
    }

    /// Nothing can be sent for the time of a frame.
    pub(super) fn stand_still(&mut self) {
        if let Some(tones) = &mut self.tones {
            tones.stand_still(tones.rate().frame_samples() as u32);
        }
    }

    /// The next frame of tones, if keys are sent that way now.
    pub(super) fn next_tones(&mut self, frame: &mut AudioFrame) -> bool {
        let Some(tones) = &mut self.tones else { return false };
        if tones.is_idle() || tones.rate() != frame.rate() {
            self.tones = None;
            return false;
        }
        tones.fill(frame.samples_mut());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_that_comes_several_ways_is_reported_once() {
        let mut filter = DigitFilter::default();
        let mut reported = 0;
        let mut came = |digit, source, tick| reported += u32::from(filter.is_new(digit, source, tick, 25));
        // Pressed twice, fast: each by all ways.
        came('1', DigitSource::Rfc4733, 100);
        came('1', DigitSource::Inband, 103);
        came('1', DigitSource::Rfc4733, 108);
        came('1', DigitSource::Inband, 111);
        came('1', DigitSource::SipInfo, 112);
        came('1', DigitSource::SipInfo, 113);
        assert_eq!(reported, 2);
    }

    #[test]
    fn presses_one_after_the_other_by_the_same_or_by_different_ways_count() {
        let mut filter = DigitFilter::default();
        assert!(filter.is_new('5', DigitSource::Inband, 10, 25));
        assert!(filter.is_new('5', DigitSource::Inband, 15, 25));
        assert!(filter.is_new('6', DigitSource::Rfc4733, 16, 25));
        assert!(filter.is_new('5', DigitSource::Rfc4733, 100, 25));
    }
}

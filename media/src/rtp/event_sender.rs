//! Keys sent as telephone-event ([RFC 4733](https://www.rfc-editor.org/rfc/rfc4733)).

use std::collections::VecDeque;

use super::delay::TICKS_PER_MS;
use super::event_receiver::event_of;
use super::session::SendDigitsError;

const FRAME_TICKS: u32 = call_model::FRAME_MS as u32 * TICKS_PER_MS as u32;
/// The last packet is sent three times, a frame apart (RFC 4733 section 2.5.1.4).
const END_PACKETS: u8 = 3;
/// Units of the fastest clock, 48 kHz, in a tick.
const MOST_CLOCK_STEP: u32 = 6;
/// -10 dBm0, a usual level for a key.
const VOLUME: u8 = 10;

#[derive(Debug)]
enum State {
    /// No key, and none before this many ticks have passed.
    Pause(u32),
    /// In the middle of a key.
    Press { event: u8, timestamp: u32, elapsed: u32, ends_sent: u8 },
}

/// A packet of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPacket {
    pub marker: bool,
    pub timestamp: u32,
    pub payload: [u8; 4],
}

/// Keys that wait and the one that is sent.
#[derive(Debug)]
pub struct EventSender {
    queue: VecDeque<u8>,
    limit: usize,
    state: State,
    /// Ticks.
    length: u32,
    gap: u32,
}

impl EventSender {
    /// Keys of `length_ms` with pauses of `gap_ms`, at most `limit` of them waiting.
    pub fn new(length_ms: u16, gap_ms: u16, limit: usize) -> Self {
        let length = u32::from(length_ms) * TICKS_PER_MS as u32;
        Self {
            queue: VecDeque::new(),
            limit,
            state: State::Pause(0),
            // The duration has 16 bits; longer presses would need segments.
            length: length.clamp(FRAME_TICKS, 0xFFFF / MOST_CLOCK_STEP),
            gap: u32::from(gap_ms) * TICKS_PER_MS as u32,
        }
    }

    /// Queues keys, all or none.
    pub fn queue(&mut self, digits: &str) -> Result<(), SendDigitsError> {
        if let Some(wrong) = digits.chars().find(|&digit| event_of(digit).is_none()) {
            return Err(SendDigitsError::NoKey(wrong));
        }
        if self.queue.len() + digits.chars().count() > self.limit {
            return Err(SendDigitsError::Full);
        }
        self.queue.extend(digits.chars().filter_map(event_of));
        Ok(())
    }

    /// Forgets everything: the peer takes no events any more.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.state = State::Pause(0);
    }

    /// Whether no key is sent or waits.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && matches!(self.state, State::Pause(_))
    }

    /// The packet to send in place of the frame of audio that begins at `timestamp`; its duration is told in a clock of
    /// so many units a tick.
    pub fn next(&mut self, timestamp: u32, clock_step: u32) -> Option<EventPacket> {
        if let State::Pause(left) = self.state {
            let event = if left == 0 { self.queue.pop_front() } else { None };
            let Some(event) = event else {
                self.state = State::Pause(left.saturating_sub(FRAME_TICKS));
                return None;
            };
            self.state = State::Press { event, timestamp, elapsed: 0, ends_sent: 0 };
        }
        let State::Press { event, timestamp, elapsed, ends_sent } = &mut self.state else { return None };
        let marker = *elapsed == 0;
        *elapsed = (*elapsed + FRAME_TICKS).min(self.length);
        let ends = *elapsed == self.length;
        let [high, low] = ((*elapsed * clock_step) as u16).to_be_bytes();
        let flags = if ends { 0x80 | VOLUME } else { VOLUME };
        let packet = EventPacket { marker, timestamp: *timestamp, payload: [*event, flags, high, low] };
        if ends {
            *ends_sent += 1;
            if *ends_sent == END_PACKETS {
                self.state = State::Pause(self.gap);
            }
        }
        Some(packet)
    }
}

//! The packets that wait to be played, in the order of their audio.

use std::collections::VecDeque;

use crate::codec::{Codec, FRAME_BYTES};

/// Packets that there is room for from the beginning: 80 ms of the usual length.
const FIRST_PACKETS: usize = 4;

/// A packet that waits.
#[derive(Debug)]
pub struct Waiting {
    /// Position of its first sample, ticks.
    pub start: i64,
    /// How to decode it.
    pub codec: Codec,
    pub payload: Vec<u8>,
    /// How long it lasts, ticks.
    pub length: i64,
}

impl Waiting {
    /// Position behind its last sample, ticks.
    pub fn end(&self) -> i64 {
        self.start + self.length
    }
}

/// Packets by position. Buffers of played packets are used again.
#[derive(Debug)]
pub struct PacketBuffer {
    packets: VecDeque<Waiting>,
    spare: Vec<Vec<u8>>,
    capacity: usize,
}

impl PacketBuffer {
    /// A buffer for at most `capacity` packets. It begins with room for a few of 20 ms, as a good line needs, and grows
    /// to the most that ever waited: a bad line takes more memory once, not for each packet.
    pub fn new(capacity: usize) -> Self {
        let first = FIRST_PACKETS.min(capacity);
        let spare = (0..first).map(|_| Vec::with_capacity(FRAME_BYTES)).collect();
        Self { packets: VecDeque::with_capacity(first), spare, capacity }
    }

    /// Puts a packet in. When the buffer is full the oldest one goes, and its end is given back.
    pub fn insert(&mut self, start: i64, length: i64, codec: Codec, payload: &[u8]) -> Option<i64> {
        let dropped = if self.packets.len() == self.capacity { self.drop_front() } else { None };
        let mut buffer = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(FRAME_BYTES));
        buffer.clear();
        buffer.extend_from_slice(payload);
        let behind = self.packets.iter().rev().take_while(|packet| packet.start > start).count();
        let at = self.packets.len() - behind;
        self.packets.insert(at, Waiting { start, codec, payload: buffer, length });
        dropped
    }

    /// The packet to play first.
    pub fn front(&self) -> Option<&Waiting> {
        self.packets.front()
    }

    /// Takes the front away and gives its end.
    pub fn drop_front(&mut self) -> Option<i64> {
        let packet = self.packets.pop_front()?;
        let end = packet.end();
        self.spare.push(packet.payload);
        Some(end)
    }

    /// The end of the last packet.
    pub fn end(&self) -> Option<i64> {
        self.packets.back().map(Waiting::end)
    }

    /// Throws everything away.
    pub fn clear(&mut self) {
        while self.drop_front().is_some() {}
    }
}

//! Datagrams that wait to be taken; their buffers are used again.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::session::{Outgoing, OutgoingKind};

/// More than a driver that drains after each call ever leaves here.
const LIMIT: usize = 32;

#[derive(Debug)]
struct Datagram {
    kind: OutgoingKind,
    to: SocketAddr,
    data: Vec<u8>,
}

/// A bounded queue; when it is full the newest is thrown away and counted.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Datagram>,
    taken: Option<Datagram>,
    spare: Vec<Vec<u8>>,
    dropped: u64,
}

impl Outbox {
    /// Queues a datagram that `write` makes.
    pub fn push(&mut self, kind: OutgoingKind, to: SocketAddr, write: impl FnOnce(&mut Vec<u8>)) {
        if self.waiting.len() == LIMIT {
            self.dropped += 1;
            return;
        }
        let mut data = self.spare.pop().unwrap_or_default();
        data.clear();
        write(&mut data);
        self.waiting.push_back(Datagram { kind, to, data });
    }

    /// The next one; it lies here until the next call.
    pub fn poll(&mut self) -> Option<Outgoing<'_>> {
        if let Some(taken) = self.taken.take() {
            self.spare.push(taken.data);
        }
        self.taken = self.waiting.pop_front();
        self.taken.as_ref().map(|datagram| Outgoing { kind: datagram.kind, to: datagram.to, data: &datagram.data })
    }

    /// How many were thrown away.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

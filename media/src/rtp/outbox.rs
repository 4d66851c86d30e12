//! Datagrams that wait to be taken; their buffers are used again.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::packet;
use super::session::{Outgoing, OutgoingKind};
use crate::sdp::Privacy;
use crate::srtp::{Sealer, SrtpKeys};

/// More than a driver that drains after each call ever leaves here.
const LIMIT: usize = 32;

#[derive(Debug)]
struct Datagram {
    kind: OutgoingKind,
    to: SocketAddr,
    data: Vec<u8>,
}

/// What is done with packets before they leave.
#[derive(Debug)]
pub enum Sealing {
    /// They leave as they are.
    Plain,
    /// The keys are not there yet: none leaves.
    Waiting,
    /// They are encrypted.
    Keyed(Box<Sealer>),
}

impl Sealing {
    /// As was agreed on first.
    pub fn new(privacy: &Privacy) -> Self {
        match privacy {
            Privacy::Plain => Self::Plain,
            Privacy::Dtls(_) => Self::Waiting,
            Privacy::Keys(keys) => Self::Keyed(Box::new(Sealer::new(keys.ours))),
        }
    }
}

/// A bounded queue; when it is full the newest is thrown away and counted.
#[derive(Debug)]
pub struct Outbox {
    sealing: Sealing,
    waiting: VecDeque<Datagram>,
    taken: Option<Datagram>,
    spare: Vec<Vec<u8>>,
    dropped: u64,
}

impl Outbox {
    /// An empty one.
    pub fn new(privacy: &Privacy) -> Self {
        Self { sealing: Sealing::new(privacy), waiting: VecDeque::new(), taken: None, spare: Vec::new(), dropped: 0 }
    }

    /// Whether packets leave at all.
    pub fn is_open(&self) -> bool {
        !matches!(self.sealing, Sealing::Waiting)
    }

    /// Goes on in another way.
    pub fn set_sealing(&mut self, sealing: Sealing) {
        self.sealing = sealing;
    }

    /// Goes on with these keys. The same key goes on counting where it is.
    pub fn set_keys(&mut self, keys: &SrtpKeys) {
        if !matches!(&self.sealing, Sealing::Keyed(sealer) if *sealer.key() == keys.ours) {
            self.sealing = Sealing::Keyed(Box::new(Sealer::new(keys.ours)));
        }
    }

    /// Queues a datagram that is never encrypted.
    pub fn push_plain(&mut self, kind: OutgoingKind, to: SocketAddr, datagram: &[u8]) {
        if self.waiting.len() == LIMIT {
            self.dropped += 1;
            return;
        }
        let mut data = self.spare.pop().unwrap_or_default();
        data.clear();
        data.extend_from_slice(datagram);
        self.waiting.push_back(Datagram { kind, to, data });
    }

    /// Queues an RTP or RTCP packet that `write` makes.
    pub fn push(&mut self, kind: OutgoingKind, to: SocketAddr, write: impl FnOnce(&mut Vec<u8>)) {
        if self.waiting.len() == LIMIT {
            self.dropped += 1;
            return;
        }
        let mut data = self.spare.pop().unwrap_or_default();
        data.clear();
        write(&mut data);
        let sealed = match &mut self.sealing {
            Sealing::Plain => true,
            Sealing::Waiting => false,
            Sealing::Keyed(sealer) if packet::is_rtcp(&data) => sealer.rtcp(&mut data).is_ok(),
            Sealing::Keyed(sealer) => sealer.rtp(&mut data).is_ok(),
        };
        if !sealed {
            self.dropped += 1;
            self.spare.push(data);
            return;
        }
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

//! Datagrams that wait to be taken; their buffers are used again.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::packet;
use super::session::{Outgoing, OutgoingKind};
use crate::sdp::Privacy;
use crate::srtp::{MasterKey, Sealer, SrtpKeys};

/// Keys that are remembered after they were used: a leg has nine of its own between two spells in the clear, and those
/// of a handshake do not come back.
const USED_KEYS: usize = 12;
/// More than a driver that drains after each call ever leaves here.
const LIMIT: usize = 32;
/// So many of them may be what is never encrypted: answers, which strangers can ask for.
const PLAIN_LIMIT: usize = LIMIT / 2;

#[derive(Debug)]
struct Datagram {
    kind: OutgoingKind,
    to: SocketAddr,
    data: Vec<u8>,
    plain: bool,
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

impl Sealing {
    fn is_by(&self, key: &MasterKey) -> bool {
        matches!(self, Self::Keyed(sealer) if sealer.key() == key)
    }
}

/// A bounded queue; when it is full the newest is thrown away and counted.
#[derive(Debug)]
pub struct Outbox {
    sealing: Sealing,
    /// Sealers whose key is not in use, the oldest first. When one comes back, it goes on counting where it was: an index
    /// that is used twice with one key betrays what both packets say.
    used: VecDeque<Sealer>,
    waiting: VecDeque<Datagram>,
    taken: Option<Datagram>,
    spare: Vec<Vec<u8>>,
    /// How many of those that wait were never to be encrypted.
    plain: usize,
    dropped: u64,
}

impl Outbox {
    /// An empty one.
    pub fn new(privacy: &Privacy) -> Self {
        Self {
            sealing: Sealing::new(privacy),
            used: VecDeque::new(),
            waiting: VecDeque::new(),
            taken: None,
            spare: Vec::new(),
            plain: 0,
            dropped: 0,
        }
    }

    /// Whether packets leave at all.
    pub fn is_open(&self) -> bool {
        !matches!(self.sealing, Sealing::Waiting)
    }

    /// Goes on in another way.
    pub fn set_privacy(&mut self, privacy: &Privacy) {
        match privacy {
            Privacy::Keys(keys) => self.set_keys(keys),
            Privacy::Plain | Privacy::Dtls(_) => {
                let before = std::mem::replace(&mut self.sealing, Sealing::new(privacy));
                self.remember(before);
            }
        }
    }

    /// Goes on with these keys. A key that was used before goes on counting where it was; another one takes the
    /// roll-over counter of the key before over.
    pub fn set_keys(&mut self, keys: &SrtpKeys) {
        if self.sealing.is_by(&keys.ours) {
            return;
        }
        let known = self.used.iter().position(|sealer| *sealer.key() == keys.ours).and_then(|at| self.used.remove(at));
        let came_back = known.is_some();
        let mut sealer = known.unwrap_or_else(|| Sealer::new(keys.ours));
        if let Sealing::Keyed(before) = &self.sealing {
            sealer.go_on_from(before);
        }
        if came_back {
            sealer.come_back();
        }
        let before = std::mem::replace(&mut self.sealing, Sealing::Keyed(Box::new(sealer)));
        self.remember(before);
    }

    fn remember(&mut self, before: Sealing) {
        let Sealing::Keyed(sealer) = before else { return };
        if self.used.len() == USED_KEYS {
            self.used.pop_front();
        }
        self.used.push_back(*sealer);
    }

    /// Queues a datagram that is never encrypted, unless `most` such wait already; they never take the place of sound.
    pub fn push_plain(&mut self, kind: OutgoingKind, to: SocketAddr, datagram: &[u8], most: usize) {
        if self.waiting.len() == LIMIT || self.plain >= most.min(PLAIN_LIMIT) {
            self.dropped += 1;
            return;
        }
        let mut data = self.spare.pop().unwrap_or_default();
        data.clear();
        data.extend_from_slice(datagram);
        self.plain += 1;
        self.waiting.push_back(Datagram { kind, to, data, plain: true });
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
        self.waiting.push_back(Datagram { kind, to, data, plain: false });
    }

    /// The next one; it lies here until the next call.
    pub fn poll(&mut self) -> Option<Outgoing<'_>> {
        if let Some(taken) = self.taken.take() {
            self.spare.push(taken.data);
        }
        self.taken = self.waiting.pop_front();
        self.plain -= usize::from(self.taken.as_ref().is_some_and(|taken| taken.plain));
        self.taken.as_ref().map(|datagram| Outgoing { kind: datagram.kind, to: datagram.to, data: &datagram.data })
    }

    /// How many were thrown away.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

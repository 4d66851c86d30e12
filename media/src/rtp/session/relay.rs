//! Packets that go from one session to another as they came: neither waited for nor decoded. What the line lost stays a
//! gap in the numbers, so that the far end conceals it by what it knows best.

use std::time::Instant;

use super::super::playout::Audio;
use super::super::sender::{Cut, Route};
use super::Session;
use crate::codec::Codec;

/// The header of a packet that is passed on.
#[derive(Debug, Clone, Copy)]
struct Head {
    codec: Codec,
    sequence: i64,
    restarted: bool,
    timestamp: u32,
}

/// A packet that came and is to be passed on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relayed<'a> {
    head: Head,
    payload: &'a [u8],
}

/// What came while packets are passed on, until it is taken.
#[derive(Debug, Default)]
pub(super) struct RelayBox {
    on: bool,
    head: Option<Head>,
    payload: Vec<u8>,
    /// The codec of the last audio that came.
    codec: Option<Codec>,
}

/// How the numbers of a stream that is passed on become ours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping {
    first: i64,
    first_timestamp: u32,
    our_first: u16,
    our_first_timestamp: u32,
    last: i64,
}

impl RelayBox {
    /// Notes what comes; `true` when it is kept to be passed on.
    pub(super) fn take(&mut self, audio: &Audio<'_>) -> bool {
        self.codec = Some(audio.codec);
        if !self.on {
            return false;
        }
        let Audio { codec, sequence, restarted, timestamp, payload, .. } = *audio;
        self.head = Some(Head { codec, sequence, restarted, timestamp });
        self.payload.clear();
        self.payload.extend_from_slice(payload);
        true
    }
}

impl Session {
    /// From now on audio is handed out by [`poll_relayed`](Self::poll_relayed) as it comes, and not heard; or no more.
    pub(crate) fn relay(&mut self, on: bool) {
        if self.relay_box.on == on {
            return;
        }
        self.relay_box.on = on;
        self.relay_box.head = None;
        self.mapping = None;
        self.playout.interrupt();
    }

    /// The codec of what comes, as far as anything came.
    pub(crate) fn arriving_codec(&self) -> Option<Codec> {
        self.relay_box.codec
    }

    /// The packet that just came. To be asked for after every datagram.
    pub(crate) fn poll_relayed(&mut self) -> Option<Relayed<'_>> {
        let head = self.relay_box.head.take()?;
        Some(Relayed { head, payload: &self.relay_box.payload })
    }

    /// Sends a packet that another session was given, with numbers of ours. Stragglers are left out: the far end has
    /// concealed them.
    pub(crate) fn pass_on(&mut self, packet: Relayed<'_>) {
        let Relayed { head, payload } = packet;
        let to = self.latch.target();
        let reachable = self.negotiated.send && self.remote().is_some() && self.outbox.is_open();
        if !reachable || head.codec != self.negotiated.codec {
            return;
        }
        let begins = self.mapping.is_none_or(|mapping| head.restarted && head.sequence > mapping.last);
        if begins {
            let (our_first, our_first_timestamp) = self.sender.next_numbers();
            let (first, first_timestamp) = (head.sequence, head.timestamp);
            self.mapping =
                Some(Mapping { first, first_timestamp, our_first, our_first_timestamp, last: head.sequence - 1 });
        }
        let Some(mapping) = self.mapping.as_mut().filter(|mapping| head.sequence > mapping.last) else { return };
        mapping.last = head.sequence;
        let sequence = mapping.our_first.wrapping_add((head.sequence - mapping.first) as u16);
        let timestamp = mapping.our_first_timestamp.wrapping_add(head.timestamp.wrapping_sub(mapping.first_timestamp));
        let route = Route {
            to,
            payload_type: self.negotiated.payload_type,
            telephone_event: None,
            event_step: 1,
            cut: Cut::Whole,
            unmarked: false,
        };
        self.sender.relay(sequence, timestamp, payload, route, &mut self.outbox);
    }

    /// 20 ms pass in which what is sent is passed on.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        self.sender.skip(now);
    }
}

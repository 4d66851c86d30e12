//! Keeping the way open to the registrars that hold a contact of ours by UDP.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_core::{Flow, Protocol};

use super::super::pinger::PING;
use super::Task;

/// When the next keep-alives are due.
#[derive(Debug)]
pub(crate) struct KeepAlive {
    every: Option<Duration>,
    pub(super) next: Option<Instant>,
    rounds: u64,
}

impl KeepAlive {
    pub(super) fn new(every: Option<Duration>) -> Self {
        let mut new = Self { every: every.map(|every| every.max(Duration::from_secs(1))), next: None, rounds: 0 };
        new.set(Instant::now());
        new
    }

    /// Up to 14 % earlier, by turns: 25 to 29 s.
    fn set(&mut self, now: Instant) {
        self.rounds += 1;
        let early = (self.rounds.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as f64 / f64::from(u32::MAX);
        self.next = self.every.map(|every| now + every.mul_f64(1.0 - 0.14 * early));
    }
}

impl Task {
    /// Sends them. No answer is expected: the registration's own refresh finds out who is gone.
    pub(super) fn keep_alive(&mut self, now: Instant) {
        if self.keep_alives.next.is_none_or(|next| next > now) {
            return;
        }
        self.keep_alives.set(now);
        let flows: Vec<Flow> = self.endpoint.registered_flows().filter(|it| it.protocol == Protocol::Udp).collect();
        for flow in flows {
            self.send_datagram(now, flow.into(), &Bytes::from_static(PING));
        }
    }
}

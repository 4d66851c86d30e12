//! Symmetric RTP: to whom we talk, and from whom we listen.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use super::config::LatchPolicy;
use super::stun::Valid;
use crate::sdp::Negotiated;

const CANDIDATES: usize = 4;
/// A packet may be missing here and there while a source proves itself.
const LARGEST_STEP: u16 = 3;

/// What is to be done with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// From the peer.
    Accept,
    /// From the peer, and it is the first from there.
    Latched,
    /// Perhaps from the peer: drop it, but it counts for its source.
    Pending,
    /// Not from the peer: drop it.
    Stranger,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    sequence: u16,
    packets: u8,
}

/// Holds on to one source of RTP.
///
/// The SDP's address is taken at its first packet; another source must send some packets in a row first, and loses
/// against the SDP's address within the window. After that the source stays, until a renegotiation names another
/// address, or finds it silent, or a time-out is configured to open the latch.
#[derive(Debug)]
pub struct Latch {
    policy: LatchPolicy,
    expected: SocketAddr,
    latched: Option<SocketAddr>,
    latched_at: Option<Instant>,
    heard_at: Option<Instant>,
    /// The source may be replaced when it is silent.
    open: bool,
    candidates: [Option<Candidate>; CANDIDATES],
    next_candidate: usize,
    /// With ICE: only the peer's checks say where it is.
    checks: Option<Checks>,
}

/// What the peer's connectivity checks have told.
#[derive(Debug, Default)]
struct Checks {
    /// Where genuine checks came from lately.
    sources: [Option<SocketAddr>; CANDIDATES],
    next: usize,
    /// The priority of the chosen one.
    priority: u32,
}

/// Nowhere.
const UNKNOWN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

impl Latch {
    /// For what was agreed on: by the stated address, or with ICE by the peer's checks alone.
    pub fn new(policy: LatchPolicy, negotiated: &Negotiated) -> Self {
        if negotiated.shelter.ice.is_some() {
            return Self { checks: Some(Checks::default()), ..Self::at(policy, UNKNOWN) };
        }
        Self::at(policy, negotiated.remote_rtp)
    }

    fn at(policy: LatchPolicy, expected: SocketAddr) -> Self {
        Self {
            policy,
            expected,
            latched: None,
            latched_at: None,
            heard_at: None,
            open: false,
            candidates: [None; CANDIDATES],
            next_candidate: 0,
            checks: None,
        }
    }

    /// Where to send RTP.
    pub fn target(&self) -> SocketAddr {
        self.latched.unwrap_or(self.expected)
    }

    /// A new offer and answer: another address begins anew; the same address only lets go of a silent source.
    pub fn renegotiate(&mut self, expected: SocketAddr) {
        if self.checks.is_some() {
            return;
        }
        // A hold names no address at all.
        let unnamed = expected.ip().is_unspecified() || expected.port() == 0;
        if expected == self.expected || unnamed {
            self.open = self.latched.is_some();
        } else {
            *self = Self::at(self.policy, expected);
        }
    }

    /// RTP has timed out.
    pub fn timed_out(&mut self) {
        self.open |= self.policy.relatch_on_timeout && self.latched.is_some();
    }

    /// Judges an RTP packet by where it comes from.
    pub fn judge(&mut self, now: Instant, source: SocketAddr, ssrc: u32, sequence: u16) -> Verdict {
        if self.latched == Some(source) {
            self.heard_at = Some(now);
            self.open = false;
            return Verdict::Accept;
        }
        if let Some(checks) = &self.checks {
            return if checks.sources.contains(&Some(source)) { Verdict::Accept } else { Verdict::Stranger };
        }
        let since = |at: Option<Instant>| at.map(|at| now.saturating_duration_since(at));
        let replaceable = self.open && since(self.heard_at).is_none_or(|silent| silent >= self.policy.window);
        let free = self.latched.is_none() || replaceable;
        let in_window = since(self.latched_at).is_some_and(|age| age < self.policy.window);
        if source == self.expected && (free || in_window) {
            return self.take(now, source);
        }
        if !free || !self.policy.symmetric {
            return Verdict::Stranger;
        }
        if self.prove(source, ssrc, sequence) { self.take(now, source) } else { Verdict::Pending }
    }

    /// Notes a genuine check; whether the peer is somewhere else from now on. The peer's choice is followed
    /// ([RFC 8445 section 8.1.1](https://www.rfc-editor.org/rfc/rfc8445#section-8.1.1)): where it chooses several at
    /// once, the one that it likes best, unless that has fallen silent.
    pub fn check(&mut self, now: Instant, source: SocketAddr, valid: Valid) -> bool {
        let silent = self.heard_at.is_none_or(|at| now.saturating_duration_since(at) >= self.policy.window);
        let Some(checks) = &mut self.checks else { return false };
        if !checks.sources.contains(&Some(source)) {
            checks.sources[checks.next] = Some(source);
            checks.next = (checks.next + 1) % CANDIDATES;
        }
        if self.latched == Some(source) {
            self.heard_at = Some(now);
            if valid.nominates {
                checks.priority = valid.priority;
            }
            return false;
        }
        let better = self.latched.is_none() || valid.priority >= checks.priority || silent;
        if !valid.nominates || !better {
            return false;
        }
        checks.priority = valid.priority;
        self.take(now, source);
        true
    }

    /// ICE begins anew ([RFC 8445 section 9](https://www.rfc-editor.org/rfc/rfc8445#section-9)): what the peer chooses
    /// next counts, whatever it liked before. Until then sound stays where it is.
    pub fn restart_checks(&mut self) {
        if self.checks.is_some() {
            self.checks = Some(Checks::default());
        }
    }

    fn take(&mut self, now: Instant, source: SocketAddr) -> Verdict {
        self.latched = Some(source);
        self.latched_at = Some(now);
        self.heard_at = Some(now);
        self.open = false;
        self.candidates = [None; CANDIDATES];
        Verdict::Latched
    }

    /// Counts a packet for its source; true when it has sent enough in a row.
    fn prove(&mut self, source: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        let known = self.candidates.iter().position(|known| known.is_some_and(|known| known.source == source));
        let at = known.unwrap_or_else(|| {
            self.next_candidate = (self.next_candidate + 1) % CANDIDATES;
            self.next_candidate
        });
        let before = self.candidates[at].filter(|before| {
            let step = sequence.wrapping_sub(before.sequence);
            before.source == source && before.ssrc == ssrc && (1..=LARGEST_STEP).contains(&step)
        });
        let packets = before.map_or(1, |before| before.packets.saturating_add(1));
        self.candidates[at] = Some(Candidate { source, ssrc, sequence, packets });
        packets >= self.policy.probation
    }
}

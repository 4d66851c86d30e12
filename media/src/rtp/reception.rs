//! Sequence numbers, losses and interarrival jitter of the received stream
//! ([RFC 3550 appendix A](https://www.rfc-editor.org/rfc/rfc3550#appendix-A)).

/// A step ahead of more packets than this is no loss but another count (RFC 3550 appendix A.1).
const MAX_DROPOUT: i64 = 3_000;
/// A packet older than this many is none of the stream (RFC 3550 appendix A.1).
const MAX_MISORDER: i64 = 100;

/// What a packet's sequence number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The first with this number.
    New {
        /// The number with its cycles; it goes on rising when the stream restarts.
        sequence: i64,
        /// The stream begins here: its timestamps have nothing to do with the earlier ones.
        restarted: bool,
    },
    /// It came before.
    Duplicate,
    /// Of no stream yet: another one with the next number makes it one.
    Unproven,
}

/// Counts one stream; a new SSRC or a jump of the numbers begins it anew.
#[derive(Debug, Default)]
pub struct Reception {
    ssrc: Option<u32>,
    base: i64,
    highest: i64,
    /// Which of the 128 numbers up to the highest have come: the lowest bit is the highest number.
    seen: u128,
    received: u64,
    /// Of the streams before this one.
    earlier_lost: u64,
    earlier_received: u64,
    duplicates: u64,
    /// SSRC and the number that would make another stream out of what looks like one.
    candidate: Option<(u32, u16)>,
    reported_expected: u64,
    reported_received: u64,
    transit: Option<i64>,
    /// 16 times the jitter, in units of the RTP clock.
    jitter_16: i64,
}

impl Reception {
    /// Counts a packet.
    pub fn count(&mut self, ssrc: u32, sequence: u16) -> Arrival {
        if self.ssrc.is_none() {
            return self.restart(ssrc, sequence);
        }
        let step = i64::from(sequence.wrapping_sub(self.highest as u16).cast_signed());
        if self.ssrc != Some(ssrc) || !(-MAX_MISORDER..MAX_DROPOUT).contains(&step) {
            let proven = self.candidate == Some((ssrc, sequence));
            self.candidate = Some((ssrc, sequence.wrapping_add(1)));
            return if proven { self.restart(ssrc, sequence) } else { Arrival::Unproven };
        }
        let extended = self.highest + step;
        if step > 0 {
            self.highest = extended;
            self.seen = self.seen.checked_shl(step as u32).unwrap_or(0) | 1;
        } else {
            let bit = 1_u128 << -step;
            if self.seen & bit != 0 {
                self.duplicates += 1;
                return Arrival::Duplicate;
            }
            self.seen |= bit;
            self.base = self.base.min(extended);
        }
        self.received += 1;
        Arrival::New { sequence: extended, restarted: false }
    }

    fn restart(&mut self, ssrc: u32, sequence: u16) -> Arrival {
        self.earlier_lost += self.lost_now();
        self.earlier_received += self.received;
        // Room for the numbers before the first, and a gap to the earlier stream's.
        let cycle = if self.ssrc.is_none() { 1 } else { (self.highest >> 16) + 2 };
        self.ssrc = Some(ssrc);
        self.highest = (cycle << 16) + i64::from(sequence);
        self.base = self.highest;
        self.seen = 1;
        self.received = 1;
        self.candidate = None;
        (self.reported_expected, self.reported_received) = (0, 0);
        self.transit = None;
        Arrival::New { sequence: self.highest, restarted: true }
    }

    /// Takes the transit time (arrival less timestamp, in units of the RTP clock) of an audio packet into the jitter.
    pub fn observe_transit(&mut self, transit: i64) {
        if let Some(last) = self.transit.replace(transit) {
            // A timestamp that jumps by more than 2 s is no jitter.
            let difference = (transit - last).abs();
            if difference < 16_000 {
                self.jitter_16 += difference - ((self.jitter_16 + 8) >> 4);
            }
        }
    }

    /// The stream, once there is one.
    pub fn ssrc(&self) -> Option<u32> {
        self.ssrc
    }

    /// Packets taken.
    pub fn received(&self) -> u64 {
        self.earlier_received + self.received
    }

    /// Packets that came once more.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Packets that never came.
    pub fn lost(&self) -> u64 {
        self.earlier_lost + self.lost_now()
    }

    fn expected(&self) -> u64 {
        if self.ssrc.is_none() { 0 } else { (self.highest - self.base + 1) as u64 }
    }

    fn lost_now(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    /// Interarrival jitter in units of the RTP clock.
    pub fn jitter(&self) -> u32 {
        (self.jitter_16 >> 4) as u32
    }

    /// `(SSRC, fraction lost since the last call in 1/256, lost, highest number)` for a report block; `None` before the
    /// first packet.
    pub fn report(&mut self) -> Option<(u32, u8, u32, u32)> {
        let ssrc = self.ssrc?;
        let (expected, received) = (self.expected(), self.received);
        let expected_now = expected.saturating_sub(self.reported_expected);
        let received_now = received.saturating_sub(self.reported_received);
        (self.reported_expected, self.reported_received) = (expected, received);
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction = (lost_now << 8).checked_div(expected_now).unwrap_or(0).min(255);
        Some((ssrc, fraction as u8, self.lost_now().min(u64::from(u32::MAX)) as u32, self.highest as u32))
    }
}

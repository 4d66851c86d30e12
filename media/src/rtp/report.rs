//! When to report by RTCP, and what the peer's reports tell.

use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore;

use super::reception::Reception;
use super::rtcp::{Compound, ReportBlock, SenderInfo};
use super::sender::Sender;

/// A round trip longer than this is a miscount.
const LONGEST_ROUND_TRIP: u32 = 60 << 16;

/// RTCP of one session.
#[derive(Debug)]
pub struct Reporter {
    interval: Duration,
    random: ChaCha8Rng,
    cname: String,
    due: Option<Instant>,
    packets_at_last: u64,
    /// The middle of the peer's last NTP time, and when it came.
    last_sr: Option<(u32, Instant)>,
    /// Round trip, in 1/65536 s.
    round_trip: Option<u32>,
    remote_fraction_lost: Option<u8>,
    remote_jitter: Option<u32>,
}

impl Reporter {
    pub fn new(interval: Duration, mut random: ChaCha8Rng) -> Self {
        let cname = format!("{:016x}", random.next_u64());
        Self {
            interval,
            random,
            cname,
            due: None,
            packets_at_last: 0,
            last_sr: None,
            round_trip: None,
            remote_fraction_lost: None,
            remote_jitter: None,
        }
    }

    /// Whether a report is due, and then when the next one will be: after 0.5 to 1.5 intervals (RFC 3550 section
    /// 6.3.1), the first after half of that.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let scale = match self.due {
            Some(due) if now < due => return false,
            Some(_) => 1.0,
            None => 0.5,
        };
        let factor = 0.5 + f64::from(self.random.next_u32()) / f64::from(u32::MAX);
        let first = self.due.replace(now + self.interval.mul_f64(factor * scale)).is_none();
        !first
    }

    /// Our report: as a sender if we sent since the last one. `elapsed` is the time since the session began, which
    /// stands in for the wall clock (RFC 3550 section 6.4.1).
    pub fn report(
        &mut self,
        now: Instant,
        elapsed: Duration,
        sender: &Sender,
        reception: &mut Reception,
        goodbye: bool,
    ) -> Option<Vec<u8>> {
        let sends = sender.packets != self.packets_at_last;
        self.packets_at_last = sender.packets;
        let info = sends.then(|| SenderInfo {
            ntp: ntp(elapsed),
            rtp_timestamp: sender.timestamp(),
            packets: sender.packets as u32,
            bytes: sender.bytes as u32,
        });
        let block = reception.report().map(|(ssrc, fraction_lost, lost, highest_sequence)| {
            let (last_sr, came) = self.last_sr.unzip();
            let delay = came.map_or(Duration::ZERO, |came| now.saturating_duration_since(came));
            ReportBlock {
                ssrc,
                fraction_lost,
                lost,
                highest_sequence,
                jitter: reception.jitter() * sender.clock_step(),
                last_sr: last_sr.unwrap_or(0),
                delay_since_sr: middle(ntp(delay)),
            }
        });
        let compound = Compound { ssrc: sender.ssrc, sender: info, blocks: block.into_iter().collect(), goodbye };
        compound.write(&self.cname)
    }

    /// Takes the peer's report in.
    pub fn take(&mut self, arrived: Instant, elapsed: Duration, our_ssrc: u32, compound: &Compound) {
        if let Some(sender) = compound.sender {
            self.last_sr = Some((middle(sender.ntp), arrived));
        }
        let Some(block) = compound.blocks.iter().find(|block| block.ssrc == our_ssrc) else { return };
        self.remote_fraction_lost = Some(block.fraction_lost);
        self.remote_jitter = Some(block.jitter);
        if block.last_sr != 0 {
            let round_trip = middle(ntp(elapsed)).wrapping_sub(block.last_sr).wrapping_sub(block.delay_since_sr);
            // A little below zero comes from rounding.
            let round_trip = if round_trip.cast_signed() < 0 { 0 } else { round_trip };
            if round_trip < LONGEST_ROUND_TRIP {
                self.round_trip = Some(round_trip);
            }
        }
    }

    /// Forgets the peer's clock: another peer may follow.
    pub fn renegotiate(&mut self) {
        self.last_sr = None;
    }

    pub fn rtt_ms(&self) -> Option<f32> {
        self.round_trip.map(|round_trip| round_trip as f32 * 1_000.0 / 65_536.0)
    }

    pub fn remote_loss(&self) -> Option<f32> {
        self.remote_fraction_lost.map(|fraction| f32::from(fraction) / 256.0)
    }

    /// In units of the RTP clock.
    pub fn remote_jitter(&self) -> Option<u32> {
        self.remote_jitter
    }
}

/// A duration in 1/2^32 s.
fn ntp(duration: Duration) -> u64 {
    (duration.as_secs() << 32) | ((u64::from(duration.subsec_nanos()) << 32) / 1_000_000_000)
}

fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

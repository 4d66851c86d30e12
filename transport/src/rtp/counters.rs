//! What the media threads count, written by each thread alone and read by anybody.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper ends of the lateness classes, microseconds; what is above the last is in a class of its own.
pub const LATENESS_BOUNDS_US: [u64; 6] = [200, 500, 1_000, 2_000, 5_000, 20_000];

/// Sums over all media threads since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RtpCounters {
    /// Calls with media now.
    pub calls: u64,
    /// Port pairs in use now.
    pub ports_in_use: u64,
    /// Packets received, RTP and RTCP.
    pub received: u64,
    /// Packets sent, RTP and RTCP.
    pub sent: u64,
    /// Packets that the system refused to send (no route, ECONNREFUSED, full buffer); they are lost.
    pub send_errors: u64,
    /// Errors read from sockets, mostly ICMP's port unreachable.
    pub receive_errors: u64,
    /// Packets larger than the receive buffer of 2,048 bytes: dropped.
    pub oversized: u64,
    /// Frames of 20 ms that were run, one for each call and tick.
    pub ticks: u64,
    /// Of these, frames made up for after a stall.
    pub made_up: u64,
    /// Of these, frames that came too late to be sent.
    pub skipped: u64,
    /// Samples of recordings (of one channel) that their recorder was too slow for; of calls that have ended.
    pub dropped_tap_samples: u64,
    /// Blocks of 20 ms heard on legs that their listener was too slow for.
    pub dropped_ear_blocks: u64,
    /// Events that their call task was too slow for; of calls that have ended.
    pub dropped_events: u64,
    /// Datagrams of DTLS handshakes that there was no room for; they are repeated by whoever sent them.
    pub dropped_handshakes: u64,
    /// Times that a media thread woke up.
    pub wakes: u64,
    /// Visits of a slot by how late they were; see [`LATENESS_BOUNDS_US`].
    pub lateness: [u64; LATENESS_BOUNDS_US.len() + 1],
    /// How busy the busiest thread was during about the last second, in thousandths of its time.
    pub busiest_permille: u64,
    /// Calls that ended because their media panicked.
    pub panics: u64,
}

macro_rules! thread_counters {
    ($($name:ident),+ $(,)?) => {
        /// The counters of one media thread. Only that thread writes.
        #[derive(Debug, Default)]
        pub(crate) struct ThreadCounters {
            $(pub(crate) $name: Count,)+
            pub(crate) lateness: [Count; LATENESS_BOUNDS_US.len() + 1],
            pub(crate) busy_permille: Count,
        }

        impl ThreadCounters {
            /// Adds this thread's counts to a sum.
            pub(crate) fn add_to(&self, sum: &mut RtpCounters) {
                $(sum.$name += self.$name.get();)+
                for (class, count) in sum.lateness.iter_mut().zip(&self.lateness) {
                    *class += count.get();
                }
                sum.busiest_permille = sum.busiest_permille.max(self.busy_permille.get());
            }
        }
    };
}

thread_counters!(
    received,
    sent,
    send_errors,
    receive_errors,
    oversized,
    ticks,
    made_up,
    skipped,
    dropped_tap_samples,
    dropped_ear_blocks,
    dropped_events,
    dropped_handshakes,
    wakes,
    panics,
);

impl ThreadCounters {
    /// Files a visit under its lateness.
    pub(crate) fn visited(&self, late: Duration) {
        let late = late.as_micros() as u64;
        let class = LATENESS_BOUNDS_US.iter().position(|bound| late < *bound).unwrap_or(LATENESS_BOUNDS_US.len());
        self.lateness[class].add(1);
    }
}

/// A number that one thread writes and others read: a plain store, no locked instruction.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(more), Relaxed);
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

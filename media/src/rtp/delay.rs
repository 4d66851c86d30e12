//! How long packets should wait, from how late the late ones come.

use super::config::JitterConfig;

/// Ticks of the RTP clock in a millisecond; every codec here has an RTP clock of 8 kHz.
pub const TICKS_PER_MS: i64 = 8;
/// Width of a bucket: 2 ms.
const BUCKET_TICKS: i64 = 2 * TICKS_PER_MS;
const BUCKETS: usize = 256;
/// The share of packets that should come in time.
const QUANTILE: f32 = 0.98;
/// What is left of the past after each update: half of it is forgotten in about 14 s of 20 ms packets.
const FORGETTING: f32 = 1.0 - 1.0 / 64.0;
const PACKETS_PER_UPDATE: u8 = 16;
/// The fastest packet of the last 4 to 8 s is what lateness is measured against, so that clock drift stays out of it.
const BASE_WINDOW_TICKS: i64 = 4_000 * TICKS_PER_MS;
/// The wait before enough is known.
const FIRST_TARGET_TICKS: i64 = 10 * TICKS_PER_MS;

/// Learns the network's delays. All times are ticks of the RTP clock.
#[derive(Debug)]
pub struct DelayEstimator {
    min: i64,
    max: i64,
    window_start: i64,
    base_now: i64,
    base_before: i64,
    buckets: [f32; BUCKETS],
    until_update: u8,
    target: i64,
}

impl DelayEstimator {
    pub fn new(config: JitterConfig) -> Self {
        let max = i64::from(config.max_delay_ms) * TICKS_PER_MS;
        let min = (i64::from(config.min_delay_ms) * TICKS_PER_MS).min(max);
        Self {
            min,
            max,
            window_start: i64::MIN,
            base_now: i64::MAX,
            base_before: i64::MAX,
            buckets: [0.0; BUCKETS],
            until_update: PACKETS_PER_UPDATE,
            target: FIRST_TARGET_TICKS.clamp(min, max),
        }
    }

    /// Takes a packet in: when it arrived, and how much later than its timestamp that is.
    pub fn observe(&mut self, arrived: i64, transit: i64) {
        if arrived.saturating_sub(self.window_start) > BASE_WINDOW_TICKS {
            self.window_start = arrived;
            self.base_before = std::mem::replace(&mut self.base_now, transit);
        }
        self.base_now = self.base_now.min(transit);
        let lateness = transit - self.base_now.min(self.base_before);
        let bucket = (lateness / BUCKET_TICKS).clamp(0, BUCKETS as i64 - 1) as usize;
        self.buckets[bucket] += 1.0;
        self.until_update -= 1;
        if self.until_update == 0 {
            self.until_update = PACKETS_PER_UPDATE;
            self.update();
        }
    }

    fn update(&mut self) {
        let mut sum = 0.0;
        for bucket in &mut self.buckets {
            *bucket *= FORGETTING;
            sum += *bucket;
        }
        let mut late = sum * (1.0 - QUANTILE);
        let last = self.buckets.iter().rposition(|bucket| {
            late -= bucket;
            late < 0.0
        });
        let lateness = (last.unwrap_or(0) as i64 + 1) * BUCKET_TICKS;
        self.target = lateness.clamp(self.min, self.max);
    }

    /// Arrival less timestamp of the fastest packet; `None` before the first.
    pub fn base(&self) -> Option<i64> {
        let base = self.base_now.min(self.base_before);
        (base != i64::MAX).then_some(base)
    }

    /// How long after the fastest packet the others should be awaited.
    pub fn target(&self) -> i64 {
        self.target
    }

    /// The longest wait.
    pub fn max(&self) -> i64 {
        self.max
    }
}

//! How many jobs are begun in a second: what is left to do must not take the processor from those who talk.

use std::time::Duration;

use tokio::time::Instant;

/// A bucket of a second's jobs.
pub(super) struct Pace {
    per_second: f64,
    jobs: f64,
    filled: Instant,
}

impl Pace {
    /// Full, at so many a second.
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second.max(1));
        Self { per_second, jobs: per_second, filled: now }
    }

    /// How many may be begun now.
    pub(super) fn ready(&mut self, now: Instant) -> usize {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.jobs = (self.jobs + passed * self.per_second).min(self.per_second);
        self.filled = now;
        self.jobs as usize
    }

    /// So many were begun.
    pub(super) fn took(&mut self, jobs: usize) {
        self.jobs -= jobs as f64;
    }

    /// How long until the next one may be.
    pub(super) fn wait(&self) -> Duration {
        Duration::from_secs_f64((1.0 - self.jobs).max(0.0) / self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_jobs_at_once_and_then_the_pace() {
        let mut now = Instant::now();
        let mut pace = Pace::new(20, now);
        assert_eq!(pace.ready(now), 20);
        pace.took(20);
        assert_eq!((pace.ready(now), pace.wait()), (0, Duration::from_millis(50)));
        now += Duration::from_millis(50);
        assert_eq!((pace.ready(now), pace.wait()), (1, Duration::ZERO));
        now += Duration::from_secs(9);
        assert_eq!(pace.ready(now), 20, "what was not used is not kept");
    }
}

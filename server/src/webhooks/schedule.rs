//! How long to wait between tries.

use std::time::Duration;

/// Pauses between tries: one try more than there are pauses.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The pauses. Default, as Standard Webhooks recommends: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
    pub pauses: Vec<Duration>,
    /// By how much of itself a pause is made longer or shorter by chance. Default: 0.2.
    pub jitter: f64,
    /// The longest pause that a receiver can ask for by Retry-After. Default: 24 h.
    pub longest_retry_after: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        let seconds = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
        Self {
            pauses: seconds.map(Duration::from_secs).to_vec(),
            jitter: 0.2,
            longest_retry_after: Duration::from_secs(24 * HOUR),
        }
    }
}

impl Schedule {
    /// The pause after a try that failed, of which `tries` failed before it; `None`: give up. `random`: 64 random
    /// bits. A receiver's own wish makes the pause longer, never shorter.
    pub fn next(&self, tries: u32, retry_after: Option<Duration>, random: u64) -> Option<Duration> {
        let pause = self.pauses.get(tries as usize)?;
        let part = random as f64 / u64::MAX as f64 * 2.0 - 1.0;
        let pause = pause.mul_f64(1.0 + part * self.jitter.clamp(0.0, 0.9));
        let wish = retry_after.unwrap_or_default().min(self.longest_retry_after);
        Some(pause.max(wish))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let schedule = Schedule::default();
        let middle = u64::MAX / 2;
        let pauses: Vec<_> = (0..9).map(|tries| schedule.next(tries, None, middle).unwrap()).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses[0], Duration::from_secs(5));
        assert_eq!(schedule.next(9, None, middle), None);
    }

    #[test]
    fn chance_and_the_receiver_move_a_pause_within_bounds() {
        let schedule = Schedule::default();
        assert_eq!(schedule.next(0, None, 0), Some(Duration::from_secs(4)));
        assert_eq!(schedule.next(0, None, u64::MAX), Some(Duration::from_secs(6)));
        assert_eq!(schedule.next(0, Some(Duration::from_secs(90)), 0), Some(Duration::from_secs(90)));
        let forever = Some(Duration::from_secs(u64::MAX / 4));
        assert_eq!(schedule.next(0, forever, 0), Some(schedule.longest_retry_after));
        assert_eq!(schedule.next(1, Some(Duration::ZERO), 0), Some(Duration::from_mins(4)));
    }
}

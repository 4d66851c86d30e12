//! Which port pairs are free: the one used longest ago comes first.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// The free pairs of a range, each an even port for RTP and the odd one above it for RTCP (RFC 3550 section 11).
#[derive(Debug)]
pub(crate) struct PortPool {
    /// Never used, or rested: any of these may be taken.
    fresh: VecDeque<u16>,
    /// Given back, oldest first, with the time until which they should rest.
    resting: VecDeque<(u16, Instant)>,
    rest: Duration,
    size: usize,
}

impl PortPool {
    /// A pool of the pairs that lie wholly in `ports`.
    pub(crate) fn new(ports: &RangeInclusive<u16>, rest: Duration) -> Self {
        let fresh: VecDeque<u16> =
            ports.clone().filter(|port| port % 2 == 0 && *port != 0 && *port < *ports.end()).collect();
        let size = fresh.len();
        Self { fresh, resting: VecDeque::new(), rest, size }
    }

    /// Pairs in all, in use or not.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Pairs in use.
    pub(crate) fn in_use(&self) -> usize {
        self.size - self.fresh.len() - self.resting.len()
    }

    /// The even port of a pair: one that has rested or was never used, failing that the one that rests longest;
    /// `None` when all are in use.
    pub(crate) fn take(&mut self, now: Instant) -> Option<u16> {
        while self.resting.front().is_some_and(|(_, until)| *until <= now) {
            if let Some((port, _)) = self.resting.pop_front() {
                self.fresh.push_back(port);
            }
        }
        self.fresh.pop_front().or_else(|| self.resting.pop_front().map(|(port, _)| port))
    }

    /// Gives a pair back; it rests from `now` on.
    pub(crate) fn give_back(&mut self, port: u16, now: Instant) {
        debug_assert!(self.in_use() > 0, "a pair was given back twice");
        self.resting.push_back((port, now + self.rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(30);

    #[test]
    fn only_whole_pairs_are_given() {
        let mut pool = PortPool::new(&(10_001..=10_006), REST);
        let now = Instant::now();
        assert_eq!([pool.take(now), pool.take(now), pool.take(now)], [Some(10_002), Some(10_004), None]);
        assert_eq!(PortPool::new(&(65_534..=65_535), REST).take(now), Some(65_534));
        assert_eq!(PortPool::new(&(10_000..=10_000), REST).size(), 0);
    }

    #[test]
    fn a_used_pair_rests_while_others_are_left() {
        let mut pool = PortPool::new(&(10_000..=10_003), REST);
        let now = Instant::now();
        assert_eq!(pool.take(now), Some(10_000));
        pool.give_back(10_000, now);
        assert_eq!(pool.take(now), Some(10_002));
        assert_eq!(pool.take(now), Some(10_000), "nothing else was left");
        assert_eq!(pool.in_use(), 2);
        assert_eq!(pool.take(now), None);
        pool.give_back(10_002, now);
        pool.give_back(10_000, now + Duration::from_secs(1));
        assert_eq!(pool.take(now + Duration::from_mins(1)), Some(10_002));
    }
}

//! Addresses that did not answer, could not be reached or sent us away: for a while they are tried last (RFC 3263
//! section 4.3).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::flow::{Protocol, Target};
use crate::tables::{Table, table};

/// Addresses that are remembered; of more, the one that comes back first is forgotten.
const MOST: usize = 1_024;

/// The port of one machine by one transport.
type Address = (Protocol, std::net::SocketAddr);

/// Which addresses are out of favour, and until when.
pub(super) struct Penalties {
    until: Table<Address, Instant>,
}

impl Penalties {
    pub(super) fn new(seed: u64) -> Self {
        Self { until: table(seed) }
    }

    /// Puts an address last for so long.
    pub(super) fn punish(&mut self, now: Instant, target: &Target, time: Duration) {
        if time.is_zero() {
            return;
        }
        let address = (target.protocol, target.remote);
        if self.until.len() >= MOST && !self.until.contains_key(&address) {
            self.until.retain(|_, until| *until > now);
            let soonest = self.until.iter().min_by_key(|(_, until)| **until).map(|(address, _)| *address);
            if let Some(soonest) = soonest.filter(|_| self.until.len() >= MOST) {
                self.until.remove(&soonest);
            }
        }
        self.until.insert(address, now + time);
    }

    /// An address has answered.
    pub(super) fn forgive(&mut self, target: &Target) {
        if !self.until.is_empty() {
            self.until.remove(&(target.protocol, target.remote));
        }
    }

    /// The addresses in their order, those out of favour behind the others. None is left out: when all are, the first
    /// one is as good as any.
    pub(super) fn order(&self, now: Instant, targets: VecDeque<Target>) -> VecDeque<Target> {
        if self.until.is_empty() || targets.len() < 2 {
            return targets;
        }
        let out = |it: &Target| self.until.get(&(it.protocol, it.remote)).is_some_and(|until| *until > now);
        let (last, mut first): (VecDeque<_>, VecDeque<_>) = targets.into_iter().partition(out);
        first.extend(last);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(port: u16) -> Target {
        Target::new(Protocol::Udp, ([192, 0, 2, 1], port).into())
    }

    fn ports(targets: &VecDeque<Target>) -> Vec<u16> {
        targets.iter().map(|it| it.remote.port()).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "the origin of virtual time")]
    fn beginning() -> Instant {
        Instant::now()
    }

    #[test]
    fn those_out_of_favour_come_last_until_their_time_is_over() {
        let now = beginning();
        let mut penalties = Penalties::new(1);
        let all: VecDeque<_> = [target(1), target(2), target(3)].into();
        penalties.punish(now, &target(1), Duration::from_secs(30));
        assert_eq!(ports(&penalties.order(now, all.clone())), [2, 3, 1]);
        assert_eq!(ports(&penalties.order(now + Duration::from_secs(30), all.clone())), [1, 2, 3]);
        penalties.forgive(&target(1));
        assert_eq!(ports(&penalties.order(now, all)), [1, 2, 3]);
    }

    #[test]
    fn the_table_is_bounded() {
        let now = beginning();
        let mut penalties = Penalties::new(1);
        for port in 0..5_000 {
            penalties.punish(now, &target(port), Duration::from_secs(u64::from(port) + 1));
        }
        assert_eq!(penalties.until.len(), MOST);
        let two: VecDeque<_> = [target(4_999), target(0)].into();
        assert_eq!(ports(&penalties.order(now, two)), [0, 4_999], "the longest penalties are kept");
    }
}

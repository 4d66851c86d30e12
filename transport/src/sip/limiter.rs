//! How many messages a source may send.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use super::config::Rate;
use super::network::Network;

/// What is limited together: an IPv4 address, or the /64 that a site of IPv6 has at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Source(IpAddr);

impl Source {
    /// Its first address.
    pub(crate) const fn address(self) -> IpAddr {
        self.0
    }

    /// As it is written.
    pub(crate) fn network(self) -> Network {
        match self.0 {
            IpAddr::V6(_) => Network::new(self.0, 64).unwrap_or_else(|| self.0.into()),
            IpAddr::V4(_) => self.0.into(),
        }
    }
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) => Self(IpAddr::V4(v4)),
                None => Self(IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> 64 << 64))),
            },
        }
    }
}

#[derive(Debug)]
struct Bucket {
    /// Time at which the bucket will be full again: one number instead of tokens and a time stamp.
    full_at: Instant,
    /// Its latest entry in the queue of sources by age.
    stamp: u64,
}

/// Token buckets by source, in a table of bounded size.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Time that one message costs, and the time that a full bucket holds.
    rate: Option<(Duration, Duration)>,
    buckets: HashMap<Source, Bucket>,
    /// Sources by when they were first seen or last looked at for eviction; entries may be outdated.
    ages: VecDeque<(Source, u64)>,
    next_stamp: u64,
    max_sources: usize,
}

impl Limiter {
    pub(crate) fn new(rate: Option<Rate>, max_sources: usize) -> Self {
        let rate = rate.map(|rate| {
            let cost = Duration::from_secs(1) / rate.per_second.max(1);
            (cost, cost * rate.burst.max(1))
        });
        Self { rate, buckets: HashMap::new(), ages: VecDeque::new(), next_stamp: 0, max_sources: max_sources.max(1) }
    }

    /// Whether one more message may come from `source`; it is counted if so.
    pub(crate) fn admit(&mut self, now: Instant, source: Source) -> bool {
        let Some((cost, capacity)) = self.rate else { return true };
        if let Some(bucket) = self.buckets.get_mut(&source) {
            let full_at = bucket.full_at.max(now) + cost;
            if full_at > now + capacity {
                return false;
            }
            bucket.full_at = full_at;
            return true;
        }
        self.make_room(now);
        let stamp = self.next_stamp;
        self.next_stamp += 1;
        self.buckets.insert(source, Bucket { full_at: now + cost, stamp });
        self.ages.push_back((source, stamp));
        true
    }

    /// Forgets the oldest source whose bucket is full again; when it looks at a few that are not, the oldest of all.
    fn make_room(&mut self, now: Instant) {
        const LOOKS: usize = 8;
        let mut looks = 0;
        while self.buckets.len() >= self.max_sources {
            let Some((source, stamp)) = self.ages.pop_front() else { return };
            let Some(bucket) = self.buckets.get_mut(&source).filter(|bucket| bucket.stamp == stamp) else { continue };
            looks += 1;
            if bucket.full_at > now && looks < LOOKS {
                bucket.stamp = self.next_stamp;
                self.ages.push_back((source, self.next_stamp));
                self.next_stamp += 1;
            } else {
                self.buckets.remove(&source);
            }
        }
    }

    /// Sources in the table.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.buckets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: u32) -> Source {
        IpAddr::from(number.to_be_bytes()).into()
    }

    #[test]
    fn a_source_may_burst_and_then_has_its_rate() {
        let mut limiter = Limiter::new(Some(Rate { per_second: 10, burst: 5 }), 100);
        let start = Instant::now();
        let admitted = (0..20).filter(|_| limiter.admit(start, source(1))).count();
        assert_eq!(admitted, 5);
        assert!(limiter.admit(start, source(2)), "another source is not touched");
        let second = (1..=100).map(|step| start + Duration::from_millis(10 * step));
        assert_eq!(second.filter(|now| limiter.admit(*now, source(1))).count(), 10);
        let later = start + Duration::from_mins(1);
        assert_eq!((0..20).filter(|_| limiter.admit(later, source(1))).count(), 5);
    }

    #[test]
    fn the_table_is_bounded_and_keeps_the_noisy_source() {
        let mut limiter = Limiter::new(Some(Rate { per_second: 1, burst: 3 }), 50);
        let now = Instant::now();
        for _ in 0..3 {
            assert!(limiter.admit(now, source(0)));
        }
        let later = now + Duration::from_millis(1_500);
        for other in 1..500 {
            assert!(limiter.admit(later + Duration::from_millis(u64::from(other)), source(other)));
            assert!(limiter.len() <= 50 && limiter.ages.len() <= 100);
        }
        assert!(Limiter::new(None, 1).admit(now, source(1)));
    }

    #[test]
    fn a_site_of_ipv6_is_one_source() {
        let parse = |text: &str| Source::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(parse("2001:db8:1:2::3"), parse("2001:db8:1:2:ffff::4"));
        assert_ne!(parse("2001:db8:1:2::3"), parse("2001:db8:1:3::3"));
        assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"));
    }
}

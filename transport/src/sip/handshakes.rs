//! How many TLS handshakes strangers may make us do: each costs more than a thousand messages.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::config::SipLimits;
use super::limiter::{Limiter, Source};

/// So many a second, and so many at a time.
#[derive(Debug)]
pub(crate) struct Handshakes {
    limiter: Mutex<Limiter>,
    slots: Arc<Semaphore>,
}

impl Handshakes {
    pub(crate) fn new(limits: &SipLimits) -> Self {
        let limiter = Mutex::new(Limiter::new(limits.handshakes, 1));
        Self { limiter, slots: Arc::new(Semaphore::new(limits.max_handshakes.max(1))) }
    }

    /// A place for one more, kept until it is dropped; `None` when there are too many. Those who are trusted need only
    /// the place.
    pub(crate) fn begin(&self, now: Instant, trusted: bool) -> Option<OwnedSemaphorePermit> {
        // One bucket for all: an attacker has many addresses.
        let everybody = Source::from(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        (trusted || limiter.admit(now, everybody)).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::config::Rate;
    use super::*;

    #[test]
    fn handshakes_are_limited_in_rate_and_in_number() {
        let handshakes = Some(Rate { per_second: 10, burst: 2 });
        let limits = SipLimits { handshakes, max_handshakes: 3, ..SipLimits::default() };
        let gate = Handshakes::new(&limits);
        let now = Instant::now();
        assert!(gate.begin(now, false).is_some() && gate.begin(now, false).is_some());
        assert!(gate.begin(now, false).is_none(), "the rate is used up");
        let held: Vec<_> = (0..3).map(|_| gate.begin(now, true)).collect();
        assert!(held.iter().all(Option::is_some), "who is trusted has no rate");
        assert!(gate.begin(now + Duration::from_secs(9), true).is_none(), "three are under way");
        drop(held);
        assert!(gate.begin(now + Duration::from_secs(9), false).is_some());
    }
}

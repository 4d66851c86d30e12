//! Whom to listen to: shared by the SIP task and its connections.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::config::SipLimits;
use super::limiter::{Limiter, Source};

/// The limit on messages by source, and who is exempt from it.
#[derive(Debug)]
pub(crate) struct Guard {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limiter: Limiter,
    trusted: HashSet<IpAddr>,
}

impl Guard {
    pub(crate) fn new(limits: &SipLimits) -> Self {
        let limiter = Limiter::new(limits.per_source, limits.max_sources);
        Self { state: Mutex::new(State { limiter, trusted: limits.trusted.iter().copied().collect() }) }
    }

    /// Whether one more message may come from there; it is counted if so.
    pub(crate) fn admit(&self, now: Instant, address: IpAddr) -> bool {
        let mut state = self.lock();
        state.trusted.contains(&address) || state.limiter.admit(now, Source::from(address))
    }

    pub(crate) fn is_trusted(&self, address: IpAddr) -> bool {
        self.lock().trusted.contains(&address)
    }

    pub(crate) fn trust(&self, sources: Vec<IpAddr>) {
        self.lock().trusted = sources.into_iter().collect();
    }

    /// Held for some nanoseconds, and never left half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

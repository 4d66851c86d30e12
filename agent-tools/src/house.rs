//! What the tools of the business share.

use std::sync::Arc;

use ivr::Business;
use store::Store;

use crate::calendar::Clock;

/// The books, the business and the time. Cheap to clone.
#[derive(Clone)]
pub struct House {
    store: Store,
    business: Arc<Business>,
    clock: Clock,
}

impl House {
    /// Puts it together.
    pub fn new(store: Store, business: Arc<Business>, clock: Clock) -> Self {
        Self { store, business, clock }
    }

    /// The books.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The business.
    pub fn business(&self) -> &Business {
        &self.business
    }

    /// The time, ms since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        (self.clock)().as_millisecond()
    }
}

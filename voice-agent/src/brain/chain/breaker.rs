//! Lets a model that failed lately rest.

use std::time::Duration;

use tokio::time::Instant;

use super::ChainSettings;

/// What is known of a model's health.
#[derive(Default)]
pub struct Breaker {
    /// Failures since the last answer.
    failures: u32,
    /// Not asked before then.
    rests_until: Option<Instant>,
}

impl Breaker {
    /// Whether the model may be asked. After its rest one request probes it; the others still pass it by until that one
    /// has had its time.
    pub fn admit(&mut self, now: Instant, settings: &ChainSettings) -> bool {
        match self.rests_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.rests_until = Some(now + settings.first_word);
                true
            }
        }
    }

    /// It answered.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It failed, and perhaps asked us to stay away. Gives whether it rests now.
    pub fn failed(&mut self, now: Instant, stay_away: Option<Duration>, settings: &ChainSettings) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= settings.failures || self.rests_until.is_some() || stay_away.is_some() {
            let rest = stay_away.unwrap_or_default().max(settings.rest).min(settings.longest_rest);
            self.rests_until = Some(now + rest);
        }
        self.rests_until.is_some()
    }
}

//! A circuit breaker for a trunk: when too many of its calls fail for the trunk's own reasons, nothing is dialled on it
//! for a while, and then a few calls try it.

use std::time::Duration;

use jiff::Timestamp;

use crate::outcome::Outcome;

/// When a breaker opens and closes.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakerSettings {
    /// The span that is looked at. Default 60 s.
    pub window: Duration,
    /// Fewer calls than this in the window open nothing. Default 20.
    pub min_calls: u32,
    /// The share of failures, from 0 to 1, that opens it. Default 0.5.
    pub share: f64,
    /// How long it stays open at first; twice as long each time that a probe fails. Default 30 s.
    pub open: Duration,
    /// The longest that it stays open. Default 10 minutes.
    pub max_open: Duration,
    /// Calls that try a trunk before it is trusted again. Default 3.
    pub probes: u32,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_mins(1),
            min_calls: 20,
            share: 0.5,
            open: Duration::from_secs(30),
            max_open: Duration::from_mins(10),
            probes: 3,
        }
    }
}

/// How a trunk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Calls are made on it.
    Closed,
    /// No calls are made on it until then.
    Open {
        /// Until when.
        until: Timestamp,
    },
    /// A few calls try it.
    HalfOpen,
}

/// The window is counted in so many parts.
const PARTS: usize = 12;

/// The breaker of one trunk.
#[derive(Debug, Clone)]
pub struct Breaker {
    settings: BreakerSettings,
    health: Health,
    /// Calls and failures by part of the window, with the part's number since the Unix epoch.
    parts: [(i64, u32, u32); PARTS],
    /// Probes that run, and those that went well.
    probing: u32,
    passed: u32,
    /// How long it is to stay open next time.
    next_open: Duration,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(settings: BreakerSettings) -> Self {
        let next_open = settings.open;
        Self { settings, health: Health::Closed, parts: [(0, 0, 0); PARTS], probing: 0, passed: 0, next_open }
    }

    /// How the trunk does.
    pub fn health(&self) -> Health {
        self.health
    }

    /// Whether a call may be made; an open breaker becomes half open when its time is over.
    pub fn permits(&mut self, now: Timestamp) -> bool {
        if let Health::Open { until } = self.health
            && now >= until
        {
            self.health = Health::HalfOpen;
            (self.probing, self.passed) = (0, 0);
        }
        match self.health {
            Health::Closed => true,
            Health::Open { .. } => false,
            Health::HalfOpen => self.probing + self.passed < self.settings.probes,
        }
    }

    /// A call was made.
    pub fn dialled(&mut self) {
        if self.health == Health::HalfOpen {
            self.probing += 1;
        }
    }

    /// A call is over.
    pub fn finished(&mut self, outcome: &Outcome, now: Timestamp) {
        if !outcome.is_attempt() {
            self.probing = self.probing.saturating_sub(1);
            return;
        }
        let failed = is_trunks_fault(outcome);
        match self.health {
            Health::Closed => {
                self.count(failed, now);
                let (calls, failures) = self.sums(now);
                let many = f64::from(failures) >= self.settings.share * f64::from(calls);
                if calls >= self.settings.min_calls && many {
                    self.trip(now);
                }
            }
            // A call from before the breaker opened says nothing new.
            Health::Open { .. } => {}
            Health::HalfOpen if failed => self.trip(now),
            Health::HalfOpen => {
                self.probing = self.probing.saturating_sub(1);
                self.passed += 1;
                if self.passed >= self.settings.probes {
                    self.health = Health::Closed;
                    self.parts = [(0, 0, 0); PARTS];
                    self.next_open = self.settings.open;
                }
            }
        }
    }

    fn trip(&mut self, now: Timestamp) {
        let until = now.checked_add(self.next_open).unwrap_or(Timestamp::MAX);
        self.health = Health::Open { until };
        self.next_open = (self.next_open * 2).min(self.settings.max_open);
    }

    fn part(&self, now: Timestamp) -> i64 {
        let length = (self.settings.window.as_millis() as i64 / PARTS as i64).max(1);
        now.as_millisecond() / length
    }

    fn count(&mut self, failed: bool, now: Timestamp) {
        let number = self.part(now);
        let part = &mut self.parts[number.rem_euclid(PARTS as i64) as usize];
        if part.0 != number {
            *part = (number, 0, 0);
        }
        part.1 += 1;
        part.2 += u32::from(failed);
    }

    fn sums(&self, now: Timestamp) -> (u32, u32) {
        let oldest = self.part(now) - PARTS as i64;
        let recent = self.parts.iter().filter(|part| part.0 > oldest);
        recent.fold((0, 0), |sum, part| (sum.0 + part.1, sum.1 + part.2))
    }
}

/// Whether the trunk, and not who was called, is to blame.
fn is_trunks_fault(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Failed { sip: None } => true,
        Outcome::Failed { sip: Some(code) } => matches!(code, 401 | 402 | 403 | 407 | 408 | 500..=599),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: Outcome = Outcome::Failed { sip: Some(503) };

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    fn tripped() -> Breaker {
        let mut breaker = Breaker::new(BreakerSettings::default());
        for second in 0..20 {
            assert!(breaker.permits(at(second)));
            breaker.finished(&DOWN, at(second));
        }
        breaker
    }

    #[test]
    fn opens_when_half_of_enough_calls_fail() {
        let mut breaker = tripped();
        assert_eq!(breaker.health(), Health::Open { until: at(19 + 30) });
        assert!(!breaker.permits(at(48)));
    }

    #[test]
    fn a_callee_who_refuses_is_no_failure_of_the_trunk() {
        let mut breaker = Breaker::new(BreakerSettings::default());
        for _ in 0..100 {
            breaker.finished(&Outcome::Failed { sip: Some(404) }, at(0));
            breaker.finished(&Outcome::Busy, at(0));
        }
        assert_eq!(breaker.health(), Health::Closed);
    }

    #[test]
    fn old_failures_are_forgotten() {
        let mut breaker = Breaker::new(BreakerSettings::default());
        for second in 0..19 {
            breaker.finished(&DOWN, at(second));
        }
        breaker.finished(&DOWN, at(120));
        assert_eq!(breaker.health(), Health::Closed);
    }

    #[test]
    fn probes_close_it_again() {
        let mut breaker = tripped();
        for _ in 0..3 {
            assert!(breaker.permits(at(50)));
            breaker.dialled();
        }
        assert!(!breaker.permits(at(50)), "no more than three try it");
        for _ in 0..3 {
            breaker.finished(&Outcome::NoAnswer, at(60));
        }
        assert_eq!(breaker.health(), Health::Closed);
    }

    #[test]
    fn a_probe_that_fails_opens_it_for_twice_as_long() {
        let mut breaker = tripped();
        assert!(breaker.permits(at(50)));
        breaker.dialled();
        breaker.finished(&DOWN, at(51));
        assert_eq!(breaker.health(), Health::Open { until: at(51 + 60) });
    }

    #[test]
    fn a_probe_that_was_withdrawn_gives_its_place_back() {
        let mut breaker = tripped();
        for _ in 0..3 {
            assert!(breaker.permits(at(50)));
            breaker.dialled();
        }
        breaker.finished(&Outcome::Withdrawn, at(51));
        assert!(breaker.permits(at(51)));
    }
}

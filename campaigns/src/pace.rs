//! How many calls to dial for the members who wait.
//!
//! A predictive dialler calls more numbers than members are free, since not everybody answers. Too many, and an answered
//! call finds nobody. What may go wrong is set in advance: the calls that ring now are taken for independent tosses with
//! the measured chance of an answer, the busy members for ones who finish with the measured mean, and one more number
//! is dialled as long as the expected share of answered calls without a member stays under what is left of the
//! permitted one.

use std::time::Duration;

use jiff::Timestamp;

/// Who waits for calls, and what already rings for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Members who are free.
    pub free: u32,
    /// Members who talk.
    pub busy: u32,
    /// Calls that ring for them.
    pub ringing: u32,
}

/// One call for each free member.
pub fn progressive(view: View) -> bool {
    view.ringing < view.free
}

/// Fewer finished calls than this are no statistics.
const THIN_CALLS: f64 = 60.0;
/// Fewer answers than this are none either.
const THIN_ANSWERS: f64 = 20.0;
/// How many calls the memory of the answer rate reaches back.
const MEMORY: f64 = 300.0;
/// How many talks the memory of the talk time reaches back.
const TALKS: f64 = 50.0;
/// The share of the limit that is aimed at; the rest is for what the model does not know.
const AIM: f64 = 0.6;
/// So many times what is expected, and so many more, may go wrong at once.
const AT_ONCE: f64 = 3.0;
/// More calls than this for one queue are not reckoned with.
const MAX_RINGING: u32 = 2_000;

/// What is known of a campaign's calls, for the predictive pace.
#[derive(Debug, Clone)]
pub struct Statistics {
    calls: f64,
    answers: f64,
    /// Means in seconds.
    ring: f64,
    talk: f64,
    day: Day,
}

impl Default for Statistics {
    fn default() -> Self {
        Self { calls: 0.0, answers: 0.0, ring: 10.0, talk: 60.0, day: Day::default() }
    }
}

impl Statistics {
    /// An attempt is over. `live`: a person answered, after `ring`; `handled`: how long a member was kept by it;
    /// `dropped`: no member was there for it.
    pub fn note(&mut self, live: bool, dropped: bool, ring: Option<Duration>, handled: Duration, now: Timestamp) {
        let fade = 1.0 - 1.0 / MEMORY;
        self.calls = self.calls * fade + 1.0;
        self.answers = self.answers * fade + f64::from(live);
        if let (true, Some(ring)) = (live, ring) {
            self.ring += (ring.as_secs_f64() - self.ring) / TALKS;
        }
        if live && !dropped {
            self.talk += (handled.as_secs_f64() - self.talk) / TALKS;
        }
        if live {
            self.day.note(dropped, now);
        }
    }

    /// The share of answered calls within 24 h that found no member, from 0 to 1.
    pub fn abandonment(&self, now: Timestamp) -> f64 {
        let (live, dropped) = self.day.sums(now);
        if live == 0 { 0.0 } else { f64::from(dropped) / f64::from(live) }
    }

    /// The chance that a call is answered by a person, from 0 to 1; `None` while statistics are thin.
    pub fn answer_rate(&self) -> Option<f64> {
        let enough = self.calls >= THIN_CALLS && self.answers >= THIN_ANSWERS;
        enough.then(|| (self.answers / self.calls).min(1.0))
    }

    /// Whether one more number may be dialled. `limit`: the most answered calls that may find no member over 24 h, from
    /// 0 to 1.
    pub fn predictive(&self, view: View, limit: f64, now: Timestamp) -> bool {
        if progressive(view) {
            return true;
        }
        let Some(rate) = self.answer_rate() else { return false };
        let (live, dropped) = self.day.sums(now);
        if view.ringing >= MAX_RINGING {
            return false;
        }
        let measured = f64::from(dropped) / f64::from(live.max(1));
        let aim = limit * AIM;
        // What is above the aim is saved again before it is spent anew.
        let share = if measured <= aim { aim } else { aim * ((limit - measured) / (limit - aim)).max(0.0) };
        let error = (rate * (1.0 - rate) / self.calls.max(1.0)).sqrt();
        let rate = (rate + error).min(1.0);
        let calls = view.ringing + 1;
        let overflow = expected_overflow(calls, rate, view.free, view.busy, self.finish_chance());
        // Several that go wrong at once must still be within the limit: it takes a hundred answers before one is risked.
        let risked = f64::from(dropped) + AT_ONCE * (overflow + 1.0);
        overflow <= share * f64::from(calls) * rate && risked <= limit * f64::from(live + 1)
    }

    /// The chance that a busy member is free by the time a call dialled now is answered.
    fn finish_chance(&self) -> f64 {
        1.0 - (-self.ring / self.talk.max(1.0)).exp()
    }
}

/// The expected number of answers above the number of members who are there for them.
fn expected_overflow(calls: u32, rate: f64, free: u32, busy: u32, finish: f64) -> f64 {
    let answers = Binomial::new(calls, rate);
    let members = Binomial::new(busy, finish);
    // E[(X - F)+] is the sum over n of P(X > n) P(F <= n), with F = free + those who finish.
    let mut overflow = 0.0;
    let mut above = 1.0;
    let mut finished = 0.0;
    for n in 0..calls {
        above -= answers.at(n);
        if n >= free {
            finished += members.at(n - free);
            overflow += above.max(0.0) * finished.min(1.0);
        }
    }
    overflow
}

/// The chances of a number of successes.
struct Binomial {
    tosses: u32,
    log_yes: f64,
    log_no: f64,
    chance: f64,
    log_factorials: Vec<f64>,
}

impl Binomial {
    fn new(tosses: u32, chance: f64) -> Self {
        let mut log_factorials = vec![0.0; tosses as usize + 1];
        for n in 1..log_factorials.len() {
            log_factorials[n] = log_factorials[n - 1] + (n as f64).ln();
        }
        Self { tosses, log_yes: chance.ln(), log_no: (1.0 - chance).ln(), chance, log_factorials }
    }

    fn at(&self, successes: u32) -> f64 {
        if successes > self.tosses {
            return 0.0;
        }
        if self.chance <= 0.0 || self.chance >= 1.0 {
            let certain = if self.chance <= 0.0 { 0 } else { self.tosses };
            return f64::from(successes == certain);
        }
        let (all, yes) = (self.tosses as usize, successes as usize);
        let ways = self.log_factorials[all] - self.log_factorials[yes] - self.log_factorials[all - yes];
        (ways + f64::from(successes) * self.log_yes + f64::from(self.tosses - successes) * self.log_no).exp()
    }
}

/// Answered calls of 24 h in parts of five minutes, with those that found no member.
#[derive(Debug, Clone)]
struct Day {
    parts: Vec<(i64, u32, u32)>,
}

const PART_S: i64 = 300;
const PARTS: i64 = 86_400 / PART_S;

impl Default for Day {
    fn default() -> Self {
        Self { parts: vec![(0, 0, 0); PARTS as usize] }
    }
}

impl Day {
    fn note(&mut self, dropped: bool, now: Timestamp) {
        let number = now.as_second().div_euclid(PART_S);
        let part = &mut self.parts[number.rem_euclid(PARTS) as usize];
        if part.0 != number {
            *part = (number, 0, 0);
        }
        part.1 += 1;
        part.2 += u32::from(dropped);
    }

    fn sums(&self, now: Timestamp) -> (u32, u32) {
        let oldest = now.as_second().div_euclid(PART_S) - PARTS;
        let recent = self.parts.iter().filter(|part| part.0 > oldest);
        recent.fold((0, 0), |sum, part| (sum.0 + part.1, sum.1 + part.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    /// One of three answers.
    fn known(live: u32, dropped: u32) -> Statistics {
        let mut statistics = Statistics::default();
        for call in 0..live * 3 {
            let is_live = call % 3 == 0;
            let drop = is_live && call / 3 < dropped;
            statistics.note(is_live, drop, Some(Duration::from_secs(8)), Duration::from_mins(1), at(0));
        }
        statistics
    }

    fn most(statistics: &Statistics, free: u32, busy: u32) -> u32 {
        (0..1_000).find(|&ringing| !statistics.predictive(View { free, busy, ringing }, 0.03, at(10))).unwrap()
    }

    #[test]
    fn one_call_for_each_free_member_while_little_is_known() {
        assert_eq!(most(&Statistics::default(), 5, 20), 5);
    }

    #[test]
    fn more_calls_than_members_when_one_of_three_answers() {
        let calls = most(&known(400, 0), 10, 20);
        assert!((15..40).contains(&calls), "{calls}");
    }

    #[test]
    fn fewer_the_closer_the_limit_and_one_by_one_at_it() {
        let free = most(&known(400, 0), 10, 20);
        let near = most(&known(400, 10), 10, 20);
        assert!(near < free, "{near} {free}");
        assert_eq!(most(&known(400, 12), 10, 20), 10);
    }

    #[test]
    fn abandonment_is_forgotten_after_a_day() {
        let statistics = known(100, 10);
        assert!((statistics.abandonment(at(60)) - 0.1).abs() < 1e-9);
        assert!(statistics.abandonment(at(86_400 + 300)).abs() < 1e-9);
    }

    #[test]
    fn the_expected_overflow_is_that_of_a_small_case_by_hand() {
        // Two calls at one half, one member: both answer in a quarter of the cases.
        assert!((expected_overflow(2, 0.5, 1, 0, 0.0) - 0.25).abs() < 1e-12);
        // A second member who is free in half of the cases halves it.
        assert!((expected_overflow(2, 0.5, 1, 1, 0.5) - 0.125).abs() < 1e-12);
    }
}

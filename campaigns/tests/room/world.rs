//! A seeded world of contacts: who answers, how long they talk, where they live; in virtual time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use campaigns::{
    CampaignKey, Candidate, CandidateId, Capacity, Dial, Ending, Finished, MemberRoom, Next, Outcome, Phone, Planner,
    PlannerSettings, Spec, Standing, TrunkRoom,
};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use permission::{Attempt, Consent, Place, Rules};

/// Six zones with a country of each.
pub const ZONES: [(&str, &str); 6] = [
    ("Europe/Berlin", "+4930"),
    ("America/New_York", "+1212"),
    ("America/Los_Angeles", "+1213"),
    ("Asia/Tokyo", "+813"),
    ("Australia/Sydney", "+612"),
    ("Asia/Kolkata", "+9111"),
];

/// Chance by a seed (xorshift64*).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Seconds with this mean, as waiting times are spread.
    pub fn wait(&mut self, mean: f64) -> u64 {
        (-(1.0 - self.share()).ln() * mean).round().clamp(1.0, 3_600.0) as u64
    }
}

/// How people behave.
#[derive(Debug, Clone)]
pub struct Habits {
    /// Chances of a person, a machine, busy; the rest does not answer.
    pub person: f64,
    pub machine: f64,
    pub busy: f64,
    /// Of a failure of the trunk.
    pub failure: f64,
    /// Of persons: who wants no more calls, who asks to be called back.
    pub opts_out: f64,
    pub calls_back: f64,
    /// Means, s.
    pub ring: f64,
    pub talk: f64,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            person: 0.35,
            machine: 0.25,
            busy: 0.1,
            failure: 0.02,
            opts_out: 0.01,
            calls_back: 0.02,
            ring: 9.0,
            talk: 60.0,
        }
    }
}

/// A contact as the world knows it.
#[derive(Debug, Clone)]
pub struct Contact {
    pub zone: TimeZone,
    pub suppressed: bool,
    pub listed: bool,
    pub consent: Consent,
    pub attempts: Vec<Attempt>,
    pub endings: Vec<Ending>,
}

enum News {
    Answered(CandidateId, Outcome, u64),
    Finished(CandidateId, Finished),
}

pub struct World {
    pub planner: Planner,
    pub key: CampaignKey,
    pub rules: Rules,
    pub now: Timestamp,
    pub contacts: Vec<Contact>,
    pub habits: Habits,
    pub chance: Chance,
    pub lines: u32,
    /// Members in all, where the campaign needs them.
    pub members: u32,
    pub busy: u32,
    pub dials: u64,
    pub most_abandoned: f64,
    pub dropped: usize,
    pub answered: usize,
    /// Seconds that members talked.
    pub talked: u64,
    flying: HashMap<CandidateId, (Dial, u64)>,
    by_number: HashMap<Phone, usize>,
    news: BinaryHeap<Reverse<(i64, u64)>>,
    told: HashMap<u64, News>,
    serial: u64,
}

pub const QUEUE: &str = "sales";

impl World {
    pub fn new(yaml: &str, house: impl FnOnce(&Spec) -> Rules, now: &str, seed: u64) -> Self {
        let spec = Spec::parse(yaml).unwrap();
        let rules = spec.rules(&house(&spec)).unwrap();
        let mut planner = Planner::new(PlannerSettings::default());
        let key = planner.open(Arc::new(spec), rules.clone()).unwrap();
        Self {
            planner,
            key,
            rules,
            now: now.parse().unwrap(),
            contacts: Vec::new(),
            habits: Habits::default(),
            chance: Chance::new(seed),
            lines: 100_000,
            members: 0,
            busy: 0,
            dials: 0,
            most_abandoned: 0.0,
            dropped: 0,
            answered: 0,
            talked: 0,
            flying: HashMap::new(),
            by_number: HashMap::new(),
            news: BinaryHeap::new(),
            told: HashMap::new(),
            serial: 0,
        }
    }

    /// Takes so many contacts in, over the six zones.
    pub fn people(&mut self, count: usize) {
        for index in 0..count {
            let (zone, prefix) = ZONES[index % ZONES.len()];
            let number = Phone::parse(&format!("{prefix}{:07}", 1_000_000 + index)).unwrap();
            let place = Place::new(&number.to_string(), Some(zone), None, None).unwrap();
            let mut standing = Standing::nothing(place);
            let (suppressed, listed) = (self.chance.below(50) == 0, self.chance.below(50) == 0);
            let consent = match self.chance.below(10) {
                0 => Consent::Withdrawn,
                1..4 => Consent::Unknown,
                _ => Consent::Given,
            };
            if self.chance.below(4) == 0 {
                let hours = 24 + self.chance.below(24 * 40);
                let at = self.now - Duration::from_secs(3_600 * hours);
                standing.attempts.push(Attempt { at, dropped: self.chance.below(10) == 0 });
            }
            (standing.suppressed, standing.do_not_call, standing.consent) = (suppressed, listed, consent);
            let attempts = standing.attempts.clone();
            self.by_number.insert(number, self.contacts.len());
            let zone = TimeZone::get(zone).unwrap();
            self.contacts.push(Contact { zone, suppressed, listed, consent, attempts, endings: Vec::new() });
            let candidate = Candidate::new(CandidateId(index as u64), number, standing);
            self.planner.add(self.key, candidate, self.now);
        }
    }

    pub fn capacity(&self) -> Capacity {
        let flying = self.flying.len() as u32;
        let free = self.lines.saturating_sub(flying);
        Capacity {
            lines: free,
            trunks: vec![TrunkRoom { name: "main".to_owned(), free, per_second: 0 }],
            members: vec![MemberRoom { queue: QUEUE.to_owned(), free: self.members - self.busy, busy: self.busy }],
        }
    }

    /// Goes on until then, or until nothing is left to do.
    pub fn run_until(&mut self, end: Timestamp) {
        while self.now < end && self.step(end) {}
    }

    /// One moment; false when nothing is left to do.
    pub fn step(&mut self, end: Timestamp) -> bool {
        let plan = self.planner.plan(self.now, &self.capacity());
        for ended in plan.ended {
            self.contacts[ended.candidate.0 as usize].endings.push(ended.ending);
        }
        for dial in plan.dials {
            self.dial(&dial);
        }
        let wake = self.planner.next_wake(self.now);
        let news = self.news.peek().map(|next| Timestamp::from_second(next.0.0).unwrap());
        let Some(next) = [wake, news].into_iter().flatten().min() else { return false };
        self.now = next.max(self.now).min(end);
        while let Some(Reverse((at, serial))) = self.news.peek().copied()
            && at <= self.now.as_second()
        {
            self.news.pop();
            let news = self.told.remove(&serial).unwrap();
            self.tell(news);
        }
        self.most_abandoned = self.most_abandoned.max(self.planner.abandonment(self.key, self.now).unwrap());
        true
    }

    fn dial(&mut self, dial: &Dial) {
        self.dials += 1;
        let contact = &self.contacts[self.by_number[&dial.number]];
        assert_eq!(dial.candidate.0 as usize, self.by_number[&dial.number]);
        assert!(contact.endings.is_empty(), "a contact that is done with was dialled");
        check(contact, &self.rules, dial.at);
        assert!(!self.flying.contains_key(&dial.candidate), "one attempt at a time");
        let ring = self.chance.wait(self.habits.ring).min(dial.ring.as_secs());
        let id = dial.candidate;
        self.flying.insert(id, (dial.clone(), ring));
        let draw = self.chance.share();
        let habits = self.habits.clone();
        let (person, machine) = (habits.person, habits.person + habits.machine);
        let news = if draw < person {
            let outcome = match self.chance.share() {
                share if share < habits.opts_out => Outcome::OptedOut,
                share if share < habits.opts_out + habits.calls_back => {
                    let at = self.now + Duration::from_secs(600 + self.chance.below(7_200));
                    Outcome::CallBack { at }
                }
                _ => Outcome::Reached,
            };
            News::Answered(id, outcome, self.chance.wait(habits.talk))
        } else if draw < machine {
            News::Answered(id, Outcome::Machine { message_left: self.chance.below(2) == 0 }, 20)
        } else if draw < machine + habits.busy {
            News::Finished(id, Outcome::Busy.into())
        } else if draw < machine + habits.busy + habits.failure {
            News::Finished(id, Outcome::Failed { sip: Some(503) }.into())
        } else {
            return self.later(dial.ring.as_secs(), News::Finished(id, Outcome::NoAnswer.into()));
        };
        self.later(ring, news);
    }

    fn later(&mut self, seconds: u64, news: News) {
        self.serial += 1;
        self.news.push(Reverse((self.now.as_second() + seconds as i64, self.serial)));
        self.told.insert(self.serial, news);
    }

    fn tell(&mut self, news: News) {
        match news {
            News::Answered(id, outcome, talk) => {
                self.planner.answered(self.key, id);
                let ring = Some(Duration::from_secs(self.flying[&id].1));
                let needs_member = self.members > 0 && outcome.is_live();
                if needs_member && self.busy == self.members {
                    let outcome = Outcome::Dropped;
                    return self.finish(id, &Finished { answered_after: ring, ..outcome.into() });
                }
                self.busy += u32::from(needs_member);
                self.talked += if needs_member { talk } else { 0 };
                let handled = Duration::from_secs(talk);
                self.later(talk, News::Finished(id, Finished { answered_after: ring, handled, ..outcome.into() }));
            }
            News::Finished(id, finished) => {
                self.busy -= u32::from(self.members > 0 && finished.outcome.is_live());
                self.finish(id, &finished);
            }
        }
    }

    fn finish(&mut self, id: CandidateId, finished: &Finished) {
        let (dial, _) = self.flying.remove(&id).unwrap();
        self.dropped += usize::from(finished.outcome == Outcome::Dropped);
        self.answered += usize::from(finished.outcome.is_live());
        let contact = &mut self.contacts[id.0 as usize];
        contact.attempts.push(Attempt { at: dial.at, dropped: finished.outcome == Outcome::Dropped });
        contact.suppressed |= finished.outcome == Outcome::OptedOut;
        let next = self.planner.finished(self.key, id, finished, self.now);
        assert_eq!(self.planner.finished(self.key, id, finished, self.now), None, "an attempt ends once");
        match next.unwrap() {
            Next::Final(ending) => contact.endings.push(ending),
            Next::Again { at, .. } => assert!(at >= self.now),
        }
    }
}

/// The rules of the gate, written once more and simply: 9 to 20 h, no Sunday, the caps, the pause, who said no.
fn check(contact: &Contact, rules: &Rules, at: Timestamp) {
    let local = contact.zone.to_datetime(at);
    assert!(!contact.suppressed && contact.consent != Consent::Withdrawn, "somebody who said no was called");
    if rules.needs_consent {
        assert!(contact.consent == Consent::Given, "somebody was called without consent");
    }
    if rules.heeds_lists && contact.listed {
        assert!(contact.consent == Consent::Given, "somebody on a list was called");
    }
    if rules.window.is_some() {
        assert!((9..20).contains(&local.hour()), "called at {local}");
        assert_ne!(local.weekday(), jiff::civil::Weekday::Sunday, "called on a Sunday");
    }
    for (cap, days) in [(rules.caps.day, 1), (rules.caps.week, 7), (rules.caps.days30, 30)] {
        let first = local.date().checked_sub((days - 1).days()).unwrap();
        let within = contact.attempts.iter().filter(|attempt| contact.zone.to_datetime(attempt.at).date() >= first);
        assert!(cap == 0 || within.count() < cap as usize, "more than {cap} attempts in {days} days");
    }
    let pause = Duration::from_secs(86_400 * u64::from(rules.pause_after_dropped_days));
    let rests = contact.attempts.iter().any(|attempt| attempt.dropped && attempt.at + pause > at);
    assert!(!rests, "called within the pause after a dropped call");
}

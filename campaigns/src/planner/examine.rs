//! Whether a candidate is dialled now, and what follows from an attempt.

use std::time::Duration;

use jiff::Timestamp;
use permission::{Attempt, Facts, Reason, Verdict, decide};

use super::campaign::{Campaign, Step, WITHDRAWN};
use super::entry::{Entry, Seconds, seconds_from, seconds_until};
use super::numbers::Numbers;
use super::places::Places;
use crate::outcome::{Ending, Next, Outcome};
use crate::phone::Phone;
use crate::retry;

/// A number that another campaign is calling is looked at again after so long, s.
const BUSY_ELSEWHERE: Seconds = 60;

/// What is to be done with a candidate whose time has come.
pub(super) enum Examined {
    Ready,
    Wait(Seconds),
    End(Ending),
}

impl Campaign {
    pub(super) fn number_of(&self, index: u32) -> Phone {
        let entry = &self.entries[index as usize];
        let other = usize::from(entry.tried.number).checked_sub(1).filter(|_| entry.flags.others());
        other.and_then(|other| self.others.get(&index)?.get(other)).copied().unwrap_or(entry.number)
    }

    pub(super) fn examine(&mut self, index: u32, step: &mut Step<'_>) -> Examined {
        let now = seconds_until(step.now);
        if !self.removed.is_empty() && self.removed.contains(&self.entries[index as usize].id) {
            return Examined::End(Ending::Removed);
        }
        if now >= self.last_second(index) {
            return Examined::End(Ending::Expired);
        }
        let number = self.number_of(index);
        if step.numbers.flies(number) {
            return Examined::Wait(now + BUSY_ELSEWHERE);
        }
        match self.verdict(index, number, step) {
            Verdict::Now => Examined::Ready,
            Verdict::Later { at, .. } => Examined::Wait(seconds_from(at).max(now + 1)),
            Verdict::Never { reason } => Examined::End(Ending::Refused(reason)),
        }
    }

    /// What the gate says; what holds for many is asked once.
    fn verdict(&mut self, index: u32, number: Phone, step: &Step<'_>) -> Verdict {
        let entry = &self.entries[index as usize];
        let shared = entry.tried.attempts == 0 && step.numbers.is_blank(number);
        let key = (entry.place, entry.flags.of_gate());
        if shared && let Some((asked, verdict)) = self.verdicts.get(&key) {
            let holds = match verdict {
                Verdict::Now => *asked == step.now,
                Verdict::Later { at, .. } => *asked <= step.now && step.now < *at,
                Verdict::Never { .. } => true,
            };
            if holds {
                return *verdict;
            }
        }
        let mut attempts = std::mem::take(&mut self.attempts);
        step.numbers.attempts(number, &mut attempts);
        let suppressed = step.numbers.is_suppressed(number);
        let verdict = self.ask(&self.entries[index as usize], suppressed, &attempts, step.places, step.now);
        self.attempts = attempts;
        if shared {
            self.verdicts.insert(key, (step.now, verdict));
        }
        verdict
    }

    pub(super) fn follow(&mut self, index: u32, outcome: &Outcome, now: Timestamp) -> Next {
        let numbers = 1 + self.others.get(&index).map_or(0, |others| others.len() as u8);
        let entry = &mut self.entries[index as usize];
        let step = self.spec.retries.follow(outcome, &mut entry.tried, numbers);
        let (at, number) = (|after: Duration| now.checked_add(after).unwrap_or(Timestamp::MAX), entry.tried.number);
        let again = match (outcome, step) {
            (Outcome::Reached, _) => return Next::Final(Ending::Reached),
            (Outcome::OptedOut, _) => return Next::Final(Ending::OptedOut),
            (Outcome::WrongNumber, _) => return Next::Final(Ending::WrongNumber),
            (Outcome::Machine { message_left: true }, retry::Step::Stop) => return Next::Final(Ending::MessageLeft),
            (Outcome::Refused { later: None, reason }, _) => return Next::Final(Ending::Refused(*reason)),
            (Outcome::Refused { later: Some(at), .. }, _) => Some(*at),
            (Outcome::Withdrawn, _) => Some(at(Duration::from_secs(WITHDRAWN.into()))),
            (Outcome::CallBack { at }, _) => {
                entry.flags.set_urgent();
                Some(*at)
            }
            // The gate keeps the pause after it.
            (Outcome::Dropped, _) if entry.tried.attempts < self.spec.retries.attempts => Some(now),
            (_, retry::Step::Again { after, .. }) => Some(at(after)),
            _ => None,
        };
        let (id, attempts) = (entry.id, u32::from(entry.tried.attempts));
        if self.removed.contains(&id) {
            return Next::Final(Ending::Removed);
        }
        let capped = self.rules.caps.campaign > 0 && attempts >= self.rules.caps.campaign;
        let last = self.last_second(index);
        match again {
            Some(at) if !outcome.is_attempt() && seconds_from(at) >= last => Next::Final(Ending::Expired),
            Some(at) if !capped && seconds_from(at) < last => Next::Again { at, number },
            _ => Next::Final(Ending::Exhausted(outcome.code())),
        }
    }

    /// Asks the gate.
    fn ask(&self, entry: &Entry, suppressed: bool, attempts: &[Attempt], places: &Places, now: Timestamp) -> Verdict {
        let Some(place) = places.get(entry.place) else { return Verdict::Never { reason: Reason::UnknownZone } };
        let facts = Facts {
            place,
            suppressed: entry.flags.suppressed() || suppressed,
            do_not_call: entry.flags.do_not_call(),
            consent: entry.flags.consent(),
            attempts,
            campaign_attempts: entry.tried.attempts.into(),
        };
        decide(self.spec.purpose, &facts, &self.rules, now)
    }

    /// Asks the gate for another time, remembering nothing.
    pub(super) fn would(&self, index: u32, numbers: &Numbers, places: &Places, at: Timestamp) -> Verdict {
        let number = self.number_of(index);
        let mut attempts = Vec::new();
        numbers.attempts(number, &mut attempts);
        self.ask(&self.entries[index as usize], numbers.is_suppressed(number), &attempts, places, at)
    }
}

//! What is known of numbers that were called: their recent attempts, over all campaigns.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use permission::Attempt;

use super::entry::{Seconds, seconds_until, timestamp};
use crate::phone::Phone;

/// Attempts are remembered for so long, s: the longest span of a cap and a day.
const MEMORY: Seconds = 31 * 86_400;
/// The most attempts that are kept of a number: more than any cap counts.
const MOST: usize = 64;
/// An attempt is planned, and its call begins in the books, so far apart at most, s.
const SAME: u64 = 120;
/// How often what is old is forgotten.
const EVERY: Duration = Duration::from_hours(24);

/// An attempt: its second, shifted by one; the lowest bit says that it was dropped.
type Mark = u64;

/// Numbers that were called or are being called.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<Phone, Log>,
    suppressed: HashSet<Phone>,
    forgotten: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Log {
    /// The last attempts, oldest first, thin: most numbers have one or two.
    attempts: Vec<Mark>,
    flies: bool,
}

impl Numbers {
    /// Attempts that the books know of.
    pub fn seed(&mut self, number: Phone, attempts: &[Attempt], now: Timestamp) {
        let oldest = seconds_until(now).saturating_sub(MEMORY);
        let mut recent = attempts.iter().filter(|attempt| seconds_until(attempt.at) >= oldest).peekable();
        if recent.peek().is_none() {
            return;
        }
        let log = self.known.entry(number).or_default();
        // Two campaigns may bring the same attempts: each of the books is one that is known, or new.
        let mut known = log.attempts.clone();
        for attempt in recent {
            let mark = mark(attempt.at, attempt.dropped);
            let near = known.iter().enumerate().map(|(place, other)| ((other >> 1).abs_diff(mark >> 1), place));
            if let Some((_, place)) = near.min().filter(|(apart, _)| *apart <= SAME) {
                let old = known.remove(place);
                log.drop_if(old, attempt.dropped);
            } else {
                let place = log.attempts.partition_point(|other| *other <= mark);
                log.attempts.insert(place, mark);
                log.trim();
            }
        }
    }

    pub fn attempted(&mut self, number: Phone, at: Timestamp, dropped: bool) {
        let log = self.known.entry(number).or_default();
        let mark = mark(at, dropped);
        // The books may have told of it while it went on: there it begins with its call, a little later.
        let begun = mark >> 1..=(mark >> 1) + SAME;
        if let Some(known) = log.attempts.iter().copied().find(|other| begun.contains(&(other >> 1))) {
            log.drop_if(known, dropped);
            return;
        }
        let place = log.attempts.partition_point(|other| *other <= mark);
        if log.attempts.capacity() == 0 {
            log.attempts.reserve_exact(1);
        }
        log.attempts.insert(place, mark);
        log.trim();
    }

    /// Whether nothing is known of a number.
    pub fn is_blank(&self, number: Phone) -> bool {
        !self.known.contains_key(&number) && !self.suppressed.contains(&number)
    }

    /// The attempts on a number, into `list`.
    pub fn attempts(&self, number: Phone, list: &mut Vec<Attempt>) {
        list.clear();
        let marks = self.known.get(&number).map_or(&[][..], |log| &log.attempts);
        list.extend(marks.iter().map(|mark| Attempt { at: timestamp((mark >> 1) as Seconds), dropped: mark & 1 == 1 }));
    }

    pub fn takes_off(&mut self, number: Phone) {
        self.known.entry(number).or_default().flies = true;
    }

    pub fn landed(&mut self, number: Phone) {
        if let Some(log) = self.known.get_mut(&number) {
            log.flies = false;
        }
    }

    pub fn flies(&self, number: Phone) -> bool {
        self.known.get(&number).is_some_and(|log| log.flies)
    }

    pub fn suppress(&mut self, number: Phone) {
        self.suppressed.insert(number);
    }

    pub fn is_suppressed(&self, number: Phone) -> bool {
        self.suppressed.contains(&number)
    }

    /// Once a day, forgets what no cap counts any more.
    pub fn forget(&mut self, now: Timestamp) {
        let due = self.forgotten.is_none_or(|last| now.duration_since(last).unsigned_abs() >= EVERY);
        if !due {
            return;
        }
        self.forgotten = Some(now);
        let oldest = u64::from(seconds_until(now).saturating_sub(MEMORY)) << 1;
        self.known.retain(|_, log| {
            log.attempts.retain(|mark| *mark >= oldest);
            log.flies || !log.attempts.is_empty()
        });
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        let logs: usize = self.known.values().map(|log| log.attempts.capacity() * size_of::<Mark>()).sum();
        logs + self.known.capacity() * (size_of::<(Phone, Log)>() + 1)
            + self.suppressed.capacity() * (size_of::<Phone>() + 1)
    }
}

impl Log {
    fn drop_if(&mut self, mark: Mark, dropped: bool) {
        if let Some(known) = self.attempts.iter_mut().find(|known| **known == mark) {
            *known |= u64::from(dropped);
        }
    }

    fn trim(&mut self) {
        if self.attempts.len() > MOST {
            self.attempts.remove(0);
        }
    }
}

fn mark(at: Timestamp, dropped: bool) -> Mark {
    u64::from(seconds_until(at)) << 1 | u64::from(dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_of_the_books_and_of_today_are_kept_in_order_and_forgotten() {
        let now: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
        let number = Phone::parse("+4930123456").unwrap();
        let before = |hours: u64| now - Duration::from_secs(3_600 * hours);
        let mut numbers = Numbers::default();
        let old = [24, 48, 24 * 60].map(|hours| Attempt { at: before(hours), dropped: hours == 48 });
        numbers.seed(number, &old, now);
        numbers.seed(number, &old, now);
        numbers.attempted(number, now, false);
        let mut list = Vec::new();
        numbers.attempts(number, &mut list);
        assert_eq!(list.iter().map(|a| a.at).collect::<Vec<_>>(), [before(48), before(24), now]);
        assert!(list[0].dropped && !list[1].dropped);
        numbers.forget(now + Duration::from_hours(40 * 24));
        assert!(numbers.is_blank(number));
    }

    #[test]
    fn an_attempt_that_the_books_date_a_little_later_is_one() {
        let now: Timestamp = "2026-12-01T09:00:00.9Z".parse().unwrap();
        let number = Phone::parse("+4930123456").unwrap();
        let book = |after_ms: u64, dropped| Attempt { at: now + Duration::from_millis(after_ms), dropped };
        let mut numbers = Numbers::default();
        let mut list = Vec::new();
        let mut count = |numbers: &Numbers| {
            numbers.attempts(number, &mut list);
            list.iter().map(|attempt| attempt.dropped).collect::<Vec<_>>()
        };
        numbers.attempted(number, now, false);
        numbers.seed(number, &[book(200, true)], now);
        assert_eq!(count(&numbers), [true], "one, and it is known that it was dropped");
        numbers.seed(number, &[book(200, true), book(60_000, false)], now);
        assert_eq!(count(&numbers), [true, false], "another soon after it is another");
        let later = now + Duration::from_hours(1);
        numbers.seed(number, &[Attempt { at: later + Duration::from_secs(1), dropped: false }], later);
        numbers.attempted(number, later, true);
        assert_eq!(count(&numbers), [true, false, true], "it was in the books before it was over");
    }
}

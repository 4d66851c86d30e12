//! How often again, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::candidate::Tried;
use crate::outcome::Outcome;

/// How often a contact is tried again, by what came of the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    /// The most attempts on a contact in the campaign, over all numbers. The gate's cap holds beside it. Default 3.
    pub attempts: u8,
    /// After busy. Default: twice, after 10 minutes.
    pub busy: Retry,
    /// After no answer. Default: twice, after 2 hours.
    pub no_answer: Retry,
    /// After a machine that got no message. Default: once, after 4 hours.
    pub machine: Retry,
    /// After a failure. Default: twice, after 5 minutes.
    pub failed: Retry,
    /// By SIP status, before the class above. Default: 404, 410, 484, 604 and 603 are not tried again on that number.
    pub sip: BTreeMap<u16, Retry>,
    /// When the contact's other numbers are tried. Default: when the number is used up.
    pub other_numbers: OtherNumbers,
    /// Only a person ends it: a message that a machine has is no end, and `machine` says when again. Default: no.
    pub until_person: bool,
}

/// How often again after one kind of outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often; 0 is not at all.
    pub times: u8,
    /// After how long.
    pub after: Duration,
}

/// When a contact's other numbers are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherNumbers {
    /// Never.
    Never,
    /// When the retries of the number are used up.
    #[default]
    UsedUp,
    /// After each attempt that reached nobody.
    Alternate,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

impl Retry {
    /// Not at all.
    pub const NEVER: Self = Self { times: 0, after: Duration::ZERO };

    /// So often, after so many seconds.
    pub const fn new(times: u8, after_s: u64) -> Self {
        Self { times, after: Duration::from_secs(after_s) }
    }
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            attempts: 3,
            busy: Retry::new(2, 10 * MINUTE),
            no_answer: Retry::new(2, 2 * HOUR),
            machine: Retry::new(1, 4 * HOUR),
            failed: Retry::new(2, 5 * MINUTE),
            sip: [404, 410, 484, 603, 604].into_iter().map(|code| (code, Retry::NEVER)).collect(),
            other_numbers: OtherNumbers::UsedUp,
            until_person: false,
        }
    }
}

/// What follows from an attempt that reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Again after this long, with this number.
    Again { after: Duration, number: u8 },
    /// No more.
    Stop,
}

impl Retries {
    /// Counts an attempt and says what follows from it. `numbers`: how many the contact has.
    pub(crate) fn follow(&self, outcome: &Outcome, tried: &mut Tried, numbers: u8) -> Step {
        tried.count(outcome);
        let Some((retry, so_far)) = self.rule(outcome, *tried) else { return Step::Stop };
        if tried.attempts >= self.attempts {
            return Step::Stop;
        }
        let next = self.next_number(tried.number, numbers);
        if so_far <= retry.times {
            if self.other_numbers == OtherNumbers::Alternate {
                tried.number = next.unwrap_or(tried.number);
            }
            return Step::Again { after: retry.after, number: tried.number };
        }
        match next {
            // Another number need not wait for this one, and has its own count.
            Some(number) if number > tried.number => {
                *tried = Tried { attempts: tried.attempts, number, ..Tried::default() };
                Step::Again { after: Duration::ZERO, number }
            }
            _ => Step::Stop,
        }
    }

    fn next_number(&self, number: u8, numbers: u8) -> Option<u8> {
        (self.other_numbers != OtherNumbers::Never && numbers > 1).then(|| (number + 1) % numbers)
    }

    /// The rule for an outcome, and how often it came about, this time included.
    fn rule(&self, outcome: &Outcome, tried: Tried) -> Option<(Retry, u8)> {
        match outcome {
            Outcome::Busy => Some((self.busy, tried.busy)),
            Outcome::NoAnswer => Some((self.no_answer, tried.no_answer)),
            Outcome::Machine { message_left } if !message_left || self.until_person => {
                Some((self.machine, tried.machine))
            }
            Outcome::Failed { sip } => {
                let by_code = sip.and_then(|code| self.sip.get(&code)).copied();
                Some((by_code.unwrap_or(self.failed), tried.failed))
            }
            _ => None,
        }
    }
}

impl Tried {
    /// Counts an attempt.
    pub(crate) fn count(&mut self, outcome: &Outcome) {
        if !outcome.is_attempt() {
            return;
        }
        self.attempts = self.attempts.saturating_add(1);
        let class = match outcome {
            Outcome::Busy => &mut self.busy,
            Outcome::NoAnswer => &mut self.no_answer,
            Outcome::Machine { .. } => &mut self.machine,
            Outcome::Failed { .. } => &mut self.failed,
            _ => return,
        };
        *class = class.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(outcomes: &[Outcome], retries: &Retries, numbers: u8) -> Vec<Step> {
        let mut tried = Tried::default();
        outcomes.iter().map(|outcome| retries.follow(outcome, &mut tried, numbers)).collect()
    }

    #[test]
    fn each_class_has_its_own_count_under_the_limit_of_all() {
        let retries = Retries { attempts: 4, ..Retries::default() };
        let steps = after(&[Outcome::Busy, Outcome::Busy, Outcome::NoAnswer, Outcome::NoAnswer], &retries, 1);
        let again = |s| Step::Again { after: Duration::from_secs(s), number: 0 };
        assert_eq!(steps, [again(600), again(600), again(7_200), Step::Stop]);
    }

    #[test]
    fn a_code_goes_before_its_class() {
        let steps = after(&[Outcome::Failed { sip: Some(404) }], &Retries::default(), 1);
        assert_eq!(steps, [Step::Stop]);
        let steps = after(&[Outcome::Failed { sip: Some(503) }], &Retries::default(), 1);
        assert_eq!(steps, [Step::Again { after: Duration::from_mins(5), number: 0 }]);
    }

    #[test]
    fn the_next_number_is_tried_at_once_when_the_first_is_used_up() {
        let steps =
            after(&[Outcome::Failed { sip: Some(404) }, Outcome::Failed { sip: Some(404) }], &Retries::default(), 2);
        assert_eq!(steps, [Step::Again { after: Duration::ZERO, number: 1 }, Step::Stop]);
    }

    #[test]
    fn numbers_alternate_where_asked() {
        let retries = Retries { other_numbers: OtherNumbers::Alternate, ..Retries::default() };
        let steps = after(&[Outcome::Busy, Outcome::Busy, Outcome::Busy], &retries, 2);
        let again = |number| Step::Again { after: Duration::from_mins(10), number };
        assert_eq!(steps, [again(1), again(0), Step::Stop]);
    }

    #[test]
    fn a_message_left_is_the_end() {
        let left = [Outcome::Machine { message_left: true }];
        assert_eq!(after(&left, &Retries::default(), 1), [Step::Stop]);
        let urgent = Retries { until_person: true, ..Retries::default() };
        assert_eq!(after(&left, &urgent, 1), [Step::Again { after: urgent.machine.after, number: 0 }]);
    }
}

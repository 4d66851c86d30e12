//! When a campaign runs.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use rrule::{RRule, RRuleSet, Unvalidated};

/// When a campaign runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// When it begins.
    pub start: Start,
    /// When it ends: nothing is dialled from then on, and who was not reached is done with.
    pub until: Option<Timestamp>,
    /// The zone in which its dates are written.
    pub zone: TimeZone,
}

/// When a campaign begins.
#[derive(Debug, Clone, PartialEq)]
// There is one for each campaign.
#[allow(clippy::large_enum_variant)]
pub enum Start {
    /// As soon as it is started.
    Now,
    /// At a date.
    At(Timestamp),
    /// Again and again: each time, its contacts are called anew.
    Every(Recurrence),
    /// For each contact by the contact's own time.
    Relative {
        /// How long before it, at most.
        before: Duration,
        /// How long before it, at least: a call that comes later has no sense. Default: none.
        not_within: Duration,
    },
}

impl Schedule {
    /// When the campaign begins next, after `now`; `None` when it will not any more, or begins by contact.
    pub fn next_run(&self, now: Timestamp) -> Option<Timestamp> {
        let next = match &self.start {
            Start::Now | Start::Relative { .. } => None,
            Start::At(at) => (*at > now).then_some(*at),
            Start::Every(rule) => rule.after(now),
        };
        next.filter(|next| self.until.is_none_or(|until| *next < until))
    }

    /// The time that is to be run now where it recurs: the last one after `done` that has come. Those between are not
    /// made up for.
    pub fn due_run(&self, done: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let Start::Every(rule) = &self.start else { return None };
        let due = rule.last(now).filter(|due| *due > done)?;
        self.until.is_none_or(|until| due < until).then_some(due)
    }

    /// From when until when a contact may be called: by the contact's own time where the schedule is relative. `None`
    /// when it is, and the contact has no time of its own.
    pub fn span_of(&self, appointment: Option<Timestamp>) -> Option<Span> {
        let none = Span { due: None, expires: None };
        match &self.start {
            Start::Now | Start::Every(_) => Some(none),
            Start::At(at) => Some(Span { due: Some(*at), ..none }),
            Start::Relative { before, not_within } => {
                let at = appointment?;
                Some(Span { due: at.checked_sub(*before).ok(), expires: at.checked_sub(*not_within).ok() })
            }
        }
    }
}

/// From when until when a contact may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// From when; `None`: at once.
    pub due: Option<Timestamp>,
    /// Until when; `None`: the end of the campaign.
    pub expires: Option<Timestamp>,
}

/// A rule by which something happens again (RFC 5545, 3.3.10), with its first time.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrence {
    text: String,
    set: RRuleSet,
}

/// The rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RecurrenceError(String);

impl Recurrence {
    /// Reads `FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9`. `start`: the first time, and the time of day where the rule names
    /// none, in `zone`, by its name in the IANA database.
    pub fn parse(rule: &str, start: Timestamp, zone: &str) -> Result<Self, RecurrenceError> {
        let text = rule.trim().trim_start_matches("RRULE:").to_ascii_uppercase();
        if ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY"].iter().any(|often| text.contains(often)) {
            return Err(RecurrenceError("a campaign recurs daily at most".to_owned()));
        }
        let zone: chrono_tz::Tz =
            zone.parse().map_err(|_| RecurrenceError(format!("`{zone}` is no time zone of the IANA database")))?;
        let zone = rrule::Tz::Tz(zone);
        let start = chrono::DateTime::from_timestamp(start.as_second(), 0)
            .ok_or_else(|| RecurrenceError("the first time is out of range".to_owned()))?;
        let parsed: RRule<Unvalidated> = text.parse().map_err(|error: rrule::RRuleError| wrong(&error))?;
        let set = parsed.build(start.with_timezone(&zone)).map_err(|error| wrong(&error))?.limit();
        Ok(Self { text, set })
    }

    /// The rule as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last time that is not after `now`.
    pub fn last(&self, now: Timestamp) -> Option<Timestamp> {
        let now = chrono::DateTime::from_timestamp(now.as_second(), 0)?;
        let last = self.set.into_iter().take_while(|time| *time <= now).last()?;
        Timestamp::from_second(last.timestamp()).ok()
    }

    /// The first time after `now`.
    pub fn after(&self, now: Timestamp) -> Option<Timestamp> {
        let now = chrono::DateTime::from_timestamp(now.as_second(), 0)?;
        let next = self.set.into_iter().find(|next| *next > now)?;
        Timestamp::from_second(next.timestamp()).ok()
    }
}

fn wrong(error: &rrule::RRuleError) -> RecurrenceError {
    RecurrenceError(format!("the rule cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_weekly_rule_keeps_the_local_hour_across_a_change_of_the_clock() {
        let rule = Recurrence::parse("FREQ=WEEKLY;BYDAY=MO", at("2026-10-19T07:00:00Z"), "Europe/Berlin").unwrap();
        assert_eq!(rule.after(at("2026-10-18T00:00:00Z")), Some(at("2026-10-19T07:00:00Z")));
        assert_eq!(rule.after(at("2026-10-19T07:00:00Z")), Some(at("2026-10-26T08:00:00Z")));
    }

    #[test]
    fn a_rule_that_ends_has_no_next_time() {
        let rule = Recurrence::parse("FREQ=DAILY;COUNT=2", at("2026-10-19T07:00:00Z"), "Europe/Berlin").unwrap();
        assert_eq!(rule.after(at("2026-10-19T08:00:00Z")), Some(at("2026-10-20T07:00:00Z")));
        assert_eq!(rule.after(at("2026-10-20T07:00:00Z")), None);
    }

    #[test]
    fn a_time_is_due_once_and_those_that_were_missed_are_not_made_up_for() {
        let rule = Recurrence::parse("FREQ=DAILY;COUNT=5", at("2026-10-19T07:00:00Z"), "UTC").unwrap();
        let schedule = Schedule { start: Start::Every(rule), until: None, zone: TimeZone::UTC };
        let started = at("2026-10-19T06:00:00Z");
        assert_eq!(schedule.due_run(started, at("2026-10-19T06:59:59Z")), None);
        let first = at("2026-10-19T07:00:00Z");
        assert_eq!(schedule.due_run(started, at("2026-10-19T09:00:00Z")), Some(first));
        assert_eq!(schedule.due_run(first, at("2026-10-19T09:00:00Z")), None, "it was run");
        assert_eq!(schedule.due_run(first, at("2026-10-22T09:00:00Z")), Some(at("2026-10-22T07:00:00Z")));
        assert_eq!(schedule.due_run(at("2026-10-20T12:00:00Z"), at("2026-10-20T13:00:00Z")), None, "before its start");
        let until = Schedule { until: Some(at("2026-10-21T07:00:00Z")), ..schedule };
        assert_eq!(until.due_run(first, at("2026-10-21T09:00:00Z")), None, "its end has come");
    }

    #[test]
    fn refuses_what_is_no_rule_and_what_is_too_often() {
        let start = at("2026-10-19T07:00:00Z");
        for rule in ["", "WEEKLY", "FREQ=SOMETIMES", "FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=XX"] {
            assert!(Recurrence::parse(rule, start, "Europe/Berlin").is_err(), "{rule}");
        }
        assert!(Recurrence::parse("FREQ=DAILY", start, "Mars/Olympus").is_err());
    }

    #[test]
    fn a_contact_is_called_before_its_own_time() {
        let day = Duration::from_hours(24);
        let start = Start::Relative { before: day, not_within: Duration::from_hours(1) };
        let schedule = Schedule { start, until: None, zone: TimeZone::UTC };
        let span = schedule.span_of(Some(at("2026-12-02T10:00:00Z"))).unwrap();
        assert_eq!(span.due, Some(at("2026-12-01T10:00:00Z")));
        assert_eq!(span.expires, Some(at("2026-12-02T09:00:00Z")));
        assert_eq!(schedule.span_of(None), None);
    }
}

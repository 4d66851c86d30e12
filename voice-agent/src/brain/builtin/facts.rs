//! What the built-in brain knows of the business besides its questions and answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::Lang;

/// Texts by BCP 47 language tag, such as `en`.
pub type Texts = BTreeMap<String, String>;

/// How far ahead the next opening is looked for, days.
const HORIZON: usize = 60;

/// Facts of the business, told by whoever wires the brain.
#[derive(Clone)]
pub struct Facts {
    /// Its name, by language.
    pub name: Texts,
    /// Texts that answers may hold as `{hours}`, `{address}`, ..., by name and language. `hours` answers "when are you
    /// open?".
    pub info: BTreeMap<String, Texts>,
    /// Its time zone: what "tomorrow" means.
    pub time_zone: TimeZone,
    /// The wall clock, ms since the Unix epoch.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// From when to when it is open on a day, holidays considered, in order; empty for closed.
    pub hours: Arc<dyn Fn(Date) -> Vec<(Time, Time)> + Send + Sync>,
    /// What can be booked, by the tools that book.
    pub services: Vec<Choice>,
}

/// One of several things that callers choose among.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the tools call it.
    pub key: String,
    /// Its name, by language.
    pub name: Texts,
    /// What else callers call it, by language.
    pub also: BTreeMap<String, Vec<String>>,
}

impl Default for Facts {
    /// A business without a name in UTC, never open, at the beginning of 1970.
    fn default() -> Self {
        Self {
            name: Texts::new(),
            info: BTreeMap::new(),
            time_zone: TimeZone::UTC,
            clock: Arc::new(|| 0),
            hours: Arc::new(|_| Vec::new()),
            services: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facts").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How things stand now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// Open, until then.
    Open { until: Time },
    /// Closed; opens on that day at that time.
    Closed { next: Option<(Date, Time)> },
}

impl Opening {
    /// Whether anything is known of the hours.
    pub(super) fn is_known(self) -> bool {
        !matches!(self, Self::Closed { next: None })
    }
}

impl Facts {
    /// Date and time at the business.
    pub(super) fn now(&self) -> DateTime {
        let now = Timestamp::from_millisecond((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH);
        self.time_zone.to_datetime(now)
    }

    pub(super) fn opening(&self, now: DateTime) -> Opening {
        let today = (self.hours)(now.date());
        if let Some((_, until)) = today.iter().find(|(from, until)| *from <= now.time() && now.time() < *until) {
            return Opening::Open { until: *until };
        }
        let mut date = now.date();
        for _ in 0..HORIZON {
            let next = (self.hours)(date).into_iter().find(|(from, _)| date != now.date() || *from > now.time());
            if let Some((from, _)) = next {
                return Opening::Closed { next: Some((date, from)) };
            }
            let Ok(tomorrow) = date.tomorrow() else { break };
            date = tomorrow;
        }
        Opening::Closed { next: None }
    }

    /// The name of the business, in the language or in any.
    pub(super) fn name(&self, language: Lang) -> &str {
        text(&self.name, language).or_else(|| self.name.values().next().map(String::as_str)).unwrap_or_default()
    }

    /// A text in the language, if there is one.
    pub(super) fn text(&self, key: &str, language: Lang) -> Option<&str> {
        self.info.get(key).and_then(|texts| text(texts, language))
    }

    /// Puts texts in for `{name}` and `{key}`. `None` when one is not known in the language.
    pub(super) fn fill(&self, answer: &str, language: Lang) -> Option<String> {
        let mut filled = String::with_capacity(answer.len());
        let mut rest = answer;
        while let Some((before, after)) = rest.split_once('{') {
            let (key, after) = after.split_once('}')?;
            filled.push_str(before);
            filled.push_str(if key == "name" { self.name(language) } else { self.text(key, language)? });
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

fn text(texts: &Texts, language: Lang) -> Option<&str> {
    let found = texts
        .get(language.tag())
        .or_else(|| texts.iter().find(|(tag, _)| Lang::from_tag(tag) == Some(language)).map(|(_, text)| text));
    found.map(String::as_str)
}

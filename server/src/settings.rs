//! Settings that may be changed while the program runs: opening hours, holidays, how long things are kept, what is taken
//! out, and what members follow who talk with the callers of a queue. What is set in the console is in the books and goes
//! before the files; it holds at once.

mod scripts;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use campaigns::script::Script;
use ivr::{Business, Holiday, HolidayDates, LocalText, OpenSpan, Week};
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{Store, StoreError};
use utoipa::ToSchema;

use crate::config::{PatternConfig, Redact, RetentionSection};
use crate::wiring::Redaction;

pub use scripts::Scripts;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MOST_HOLIDAYS: usize = 200;
const MOST_PATTERNS: usize = 50;
/// A hundred years.
const MOST_DAYS: u32 = 36_500;

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Opening hours by weekday.
    Hours,
    /// Days on which other hours hold.
    Holidays,
    /// How long things are kept.
    Retention,
    /// What is taken out of what was said.
    Redaction,
    /// What members follow, by queue. No file has them.
    Scripts,
}

impl Section {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Hours, Self::Holidays, Self::Retention, Self::Redaction, Self::Scripts];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Holidays => "holidays",
            Self::Retention => "retention",
            Self::Redaction => "redaction",
            Self::Scripts => "scripts",
        }
    }

    /// The section of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }
}

/// A value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldFault {
    /// Which one: `monday`, `2.date`, `tags.lead`; empty for the whole.
    pub field: String,
    /// What is wrong and what to write.
    pub message: String,
}

impl FieldFault {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A section was not set.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// Values cannot be used.
    #[error("some values cannot be used")]
    Faults(Vec<FieldFault>),
    /// The books failed.
    #[error("the books failed")]
    Store(#[from] StoreError),
}

/// How a section stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Which one.
    pub section: Section,
    /// What holds.
    pub value: Value,
    /// It was set in the console.
    pub in_books: bool,
}

/// How long things are kept, as it holds now. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Retention(Arc<RwLock<RetentionSection>>);

impl Retention {
    /// As the file says.
    pub fn new(rules: RetentionSection) -> Self {
        Self(Arc::new(RwLock::new(rules)))
    }

    /// What holds.
    pub fn rules(&self) -> RetentionSection {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, rules: RetentionSection) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }
}

/// `retention`, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionValue {
    events_days: u32,
    calls_days: u32,
    #[serde(default)]
    tags: BTreeMap<String, u32>,
}

/// `redaction`, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RedactionValue {
    redact: String,
    #[serde(default)]
    patterns: Vec<PatternValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternValue {
    name: String,
    regex: String,
}

/// What the settings of the files are, by section.
struct OfFiles {
    retention: RetentionSection,
    redact: Redact,
    patterns: Vec<PatternConfig>,
}

/// The settings, and what they are for.
pub struct Settings {
    store: Store,
    business: Arc<Business>,
    retention: Retention,
    redaction: Arc<Redaction>,
    scripts: Scripts,
    files: OfFiles,
}

/// A value that was read, ready to hold.
enum Checked {
    Hours(Week),
    Holidays(Vec<Holiday>),
    Retention(RetentionSection),
    Redaction(Redact, Vec<PatternConfig>),
    Scripts(BTreeMap<String, Script>),
}

impl Settings {
    /// Takes what the files say, and puts in its place what the books say. A section of the books that cannot be read any
    /// more is passed over, and the log says so.
    pub async fn open(
        store: Store,
        business: Arc<Business>,
        retention: RetentionSection,
        redaction: Arc<Redaction>,
    ) -> Result<Self, StoreError> {
        let (redact, patterns) = redaction.setting();
        let files = OfFiles { retention: retention.clone(), redact, patterns };
        let (retention, scripts) = (Retention::new(retention), Scripts::default());
        let settings = Self { store, business, retention, redaction, scripts, files };
        for record in settings.store.settings().await? {
            let Some(section) = Section::of(&record.section) else { continue };
            match check(section, &record.value) {
                Ok(checked) => settings.apply(checked),
                Err(_) => {
                    tracing::warn!(section = section.name(), "what was set in the console cannot be used any more");
                }
            }
        }
        Ok(settings)
    }

    /// How long things are kept.
    pub fn retention(&self) -> Retention {
        self.retention.clone()
    }

    /// What members follow who talk with the callers of a queue.
    pub fn scripts(&self) -> Scripts {
        self.scripts.clone()
    }

    /// How every section stands.
    pub async fn all(&self) -> Result<Vec<Standing>, StoreError> {
        let set = self.store.settings().await?;
        let standing = |section: Section| {
            let books = set.iter().find(|record| record.section == section.name());
            let value = books.map_or_else(|| self.of_files(section), |record| record.value.clone());
            Standing { section, value, in_books: books.is_some() }
        };
        Ok(Section::ALL.into_iter().map(standing).collect())
    }

    /// Sets a section; it holds from now on.
    pub async fn put(&self, section: Section, value: Value, author: &str, now_ms: i64) -> Result<(), SettingError> {
        let checked = check(section, &value).map_err(SettingError::Faults)?;
        self.store.put_setting(section.name(), value, Some(author), now_ms).await?;
        self.apply(checked);
        Ok(())
    }

    /// What the file says holds again. `false`: it did.
    pub async fn delete(&self, section: Section) -> Result<bool, StoreError> {
        let was = self.store.delete_setting(section.name()).await?;
        match section {
            Section::Hours => self.business.set_hours(None),
            Section::Holidays => self.business.set_holidays(None),
            Section::Retention => self.retention.set(self.files.retention.clone()),
            Section::Redaction => self.apply(Checked::Redaction(self.files.redact, self.files.patterns.clone())),
            Section::Scripts => self.scripts.set(BTreeMap::new()),
        }
        Ok(was)
    }

    fn apply(&self, checked: Checked) {
        match checked {
            Checked::Hours(week) => self.business.set_hours(Some(week)),
            Checked::Holidays(holidays) => self.business.set_holidays(Some(holidays)),
            Checked::Retention(rules) => self.retention.set(rules),
            Checked::Redaction(redact, patterns) => {
                // They were looked at before.
                if let Err(error) = self.redaction.set(redact, patterns) {
                    tracing::error!(%error, "what is taken out stays as it was");
                }
            }
            Checked::Scripts(scripts) => self.scripts.set(scripts),
        }
    }

    fn of_files(&self, section: Section) -> Value {
        match section {
            Section::Hours => {
                let days = DAYS.iter().zip(&self.business.hours);
                Value::Object(days.map(|(day, spans)| ((*day).to_owned(), written(spans).into())).collect())
            }
            Section::Holidays => self.business.holidays.iter().map(holiday).collect(),
            Section::Retention => {
                let RetentionSection { events_days, calls_days, tags } = self.files.retention.clone();
                json!(RetentionValue { events_days, calls_days, tags })
            }
            Section::Redaction => {
                let pattern =
                    |pattern: &PatternConfig| PatternValue { name: pattern.name.clone(), regex: pattern.regex.clone() };
                let redact = word(self.files.redact).to_owned();
                json!(RedactionValue { redact, patterns: self.files.patterns.iter().map(pattern).collect() })
            }
            Section::Scripts => json!({}),
        }
    }
}

const fn word(redact: Redact) -> &'static str {
    match redact {
        Redact::Off => "off",
        Redact::Text => "text",
        Redact::TextAndAudio => "text_and_audio",
    }
}

/// Spans as a file has them.
fn written(spans: &[OpenSpan]) -> String {
    let clock = |at: Time| {
        if at.hour() == 23 && at.second() == 59 { "24:00".to_owned() } else { at.strftime("%H:%M").to_string() }
    };
    let spans: Vec<String> = spans.iter().map(|span| format!("{}-{}", clock(span.from), clock(span.until))).collect();
    if spans.is_empty() { "closed".to_owned() } else { spans.join(", ") }
}

fn holiday(holiday: &Holiday) -> Value {
    let mut value = Map::new();
    let name = match &holiday.name {
        LocalText::Same(text) => json!(text),
        LocalText::ByLanguage(texts) => json!(texts),
    };
    value.insert("name".into(), name);
    match holiday.dates {
        HolidayDates::Once { from, until } => {
            value.insert("date".into(), from.to_string().into());
            if until != from {
                value.insert("until".into(), until.to_string().into());
            }
        }
        HolidayDates::Yearly { month, day } => _ = value.insert("date".into(), format!("{month:02}-{day:02}").into()),
        HolidayDates::Easter { offset } => _ = value.insert("easter".into(), offset.into()),
    }
    value.insert("hours".into(), written(&holiday.hours).into());
    Value::Object(value)
}

/// Reads a value, or says everything that is wrong with it.
fn check(section: Section, value: &Value) -> Result<Checked, Vec<FieldFault>> {
    match section {
        Section::Hours => hours(value).map(Checked::Hours),
        Section::Holidays => holidays(value).map(Checked::Holidays),
        Section::Retention => retention(value).map(Checked::Retention),
        Section::Redaction => redaction(value).map(|(redact, patterns)| Checked::Redaction(redact, patterns)),
        Section::Scripts => scripts::check(value).map(Checked::Scripts),
    }
}

/// Reads a part of a business file, which JSON is as well.
fn read(key: &str, value: &Value) -> Result<Business, String> {
    let file = json!({"name": "x", "time_zone": "UTC", key: value}).to_string();
    Business::parse(&file).map_err(|faults| {
        let fault = |fault: ivr::Fault| match fault.suggestion {
            Some(what) => format!("{}: {what}", fault.message),
            None => fault.message,
        };
        faults.into_iter().map(fault).collect::<Vec<_>>().join("; ")
    })
}

fn hours(value: &Value) -> Result<Week, Vec<FieldFault>> {
    let Value::Object(days) = value else {
        return Err(vec![FieldFault::new("", "write the hours by weekday, such as {\"monday\": \"08:00-17:00\"}")]);
    };
    let mut faults = Vec::new();
    let mut week = Week::default();
    for (day, spans) in days {
        match (DAYS.iter().position(|known| known == day), read("hours", &json!({day: spans}))) {
            (Some(place), Ok(mut business)) => week[place] = std::mem::take(&mut business.hours[place]),
            (_, Err(message)) => faults.push(FieldFault::new(day, message)),
            (None, Ok(_)) => faults.push(FieldFault::new(day, "this is no weekday")),
        }
    }
    if faults.is_empty() { Ok(week) } else { Err(faults) }
}

fn holidays(value: &Value) -> Result<Vec<Holiday>, Vec<FieldFault>> {
    let Value::Array(items) = value else {
        return Err(vec![FieldFault::new("", "write a list of holidays")]);
    };
    if items.len() > MOST_HOLIDAYS {
        return Err(vec![FieldFault::new("", format!("there are at most {MOST_HOLIDAYS}"))]);
    }
    let (mut holidays, mut faults) = (Vec::new(), Vec::new());
    for (place, item) in items.iter().enumerate() {
        match read("holidays", &json!([item])) {
            Ok(business) => holidays.extend(business.holidays),
            Err(message) => faults.push(FieldFault::new(place.to_string(), message)),
        }
    }
    if faults.is_empty() { Ok(holidays) } else { Err(faults) }
}

/// Reads a map whose fields have names; a fault says which.
fn typed<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, Vec<FieldFault>> {
    T::deserialize(value).map_err(|error| {
        let message = error.to_string();
        // `unknown field `x``, `missing field `x``.
        let field =
            message.split_once("field `").and_then(|(_, rest)| rest.split_once('`')).map(|(field, _)| field.to_owned());
        vec![FieldFault::new(field.unwrap_or_default(), message)]
    })
}

fn retention(value: &Value) -> Result<RetentionSection, Vec<FieldFault>> {
    if let Value::Object(fields) = value {
        let whole = |value: &Value| value.as_u64().is_some_and(|days| days <= u64::from(MOST_DAYS));
        let tags = fields.get("tags").and_then(Value::as_object).into_iter().flatten();
        let named = tags.map(|(tag, days)| (format!("tags.{tag}"), days));
        let plain =
            ["events_days", "calls_days"].into_iter().filter_map(|name| Some((name.to_owned(), fields.get(name)?)));
        let wrong = plain.chain(named).filter(|(_, days)| !whole(days));
        let message = format!("days are a whole number from 0 (for ever) to {MOST_DAYS}");
        let faults: Vec<FieldFault> = wrong.map(|(field, _)| FieldFault::new(field, message.clone())).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
    }
    let RetentionValue { events_days, calls_days, tags } = typed(value)?;
    Ok(RetentionSection { events_days, calls_days, tags })
}

fn redaction(value: &Value) -> Result<(Redact, Vec<PatternConfig>), Vec<FieldFault>> {
    let RedactionValue { redact, patterns } = typed(value)?;
    let mut faults = Vec::new();
    let known = [Redact::Off, Redact::Text, Redact::TextAndAudio].into_iter().find(|known| word(*known) == redact);
    if known.is_none() {
        faults.push(FieldFault::new("redact", "write off, text or text_and_audio"));
    }
    if patterns.len() > MOST_PATTERNS {
        faults.push(FieldFault::new("patterns", format!("there are at most {MOST_PATTERNS}")));
    }
    let patterns: Vec<PatternConfig> =
        patterns.into_iter().map(|PatternValue { name, regex }| PatternConfig { name, regex }).collect();
    for (place, pattern) in patterns.iter().enumerate() {
        if let Err(error) = Redaction::check(std::slice::from_ref(pattern)) {
            faults.push(FieldFault::new(format!("patterns.{place}"), error));
        }
    }
    match known {
        Some(redact) if faults.is_empty() => Ok((redact, patterns)),
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
name: Northwind
time_zone: Europe/Berlin
hours: {monday: '08:00-12:00, 13:00-24:00', saturday: closed}
holidays:
  - {date: 12-25, name: {en: Christmas Day, de: Weihnachten}}
  - {date: 2026-12-24, hours: 08:00-12:00}
  - {easter: -2, name: Good Friday}
  - {date: 2026-08-03, until: 2026-08-14}
";

    fn fields(section: Section, value: &Value) -> Vec<String> {
        check(section, value).err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn a_wrong_value_is_told_by_its_field() {
        for (section, value, wrong) in [
            (
                Section::Hours,
                json!({"monday": "8-12", "moonday": "closed", "friday": "08:00-12:00"}),
                vec!["monday", "moonday"],
            ),
            (Section::Hours, json!([]), vec![""]),
            (Section::Holidays, json!([{"date": "12-25", "name": "x"}, {"date": "13-40", "name": "y"}]), vec!["1"]),
            (
                Section::Retention,
                json!({"events_days": -1, "calls_days": 5, "tags": {"a": "b"}}),
                vec!["events_days", "tags.a"],
            ),
            (Section::Retention, json!({"events_days": 1}), vec!["calls_days"]),
            (Section::Retention, json!({"events_days": 1, "calls_days": 5, "days": 1}), vec!["days"]),
            (
                Section::Redaction,
                json!({"redact": "all", "patterns": [{"name": "x", "regex": "("}]}),
                vec!["redact", "patterns.0"],
            ),
            (Section::Scripts, json!(["Hello"]), vec![""]),
            (
                Section::Scripts,
                json!({"a": "Hello {{ nam }}", "b": 5, "c": " ", "d": "Hello {{ name }}", " e": "Hello"}),
                vec!["a", "b", "c", " e"],
            ),
        ] {
            assert_eq!(fields(section, &value), wrong, "{value}");
        }
    }

    #[test]
    fn what_is_shown_can_be_set_again() {
        let business = Business::parse(FILE).unwrap();
        let shown: Value = business.holidays.iter().map(holiday).collect();
        assert_eq!(holidays(&shown).unwrap(), business.holidays);
        let days = DAYS.iter().zip(&business.hours);
        let shown = Value::Object(days.map(|(day, spans)| ((*day).to_owned(), written(spans).into())).collect());
        assert_eq!(hours(&shown).unwrap(), business.hours);
        let always = Business::default();
        assert_eq!(hours(&json!({"monday": written(&always.hours[0])})).unwrap()[0], always.hours[0]);
    }
}

//! What templates see: `call`, `contact`, `number`, `business`, `vars`, `now`.

use std::sync::Arc;

use call_model::{AnsweredBy, Attestation, CallFacts, Direction, Moment};
use jiff::civil::Date;
use minijinja::value::{Object, Serde, Value};
use serde_json::{Map, Value as Json};

use crate::business::{Business, OpenSpan};

/// Everything that a template may name.
pub(super) struct Scope<'a> {
    pub facts: &'a CallFacts,
    pub contact: &'a Map<String, Json>,
    pub business: &'a Arc<Business>,
    pub vars: &'a Map<String, Json>,
    pub language: &'a str,
    pub now: Moment,
    /// The entry that is being looked at.
    pub value: Option<&'a str>,
}

impl Scope<'_> {
    pub fn build(&self) -> Value {
        let mut pairs = vec![
            ("call", self.call()),
            ("contact", Value::from(Serde(self.contact))),
            ("number", Value::from(self.facts.number.clone())),
            ("business", Value::from_object(self.business())),
            ("vars", Value::from(Serde(self.vars))),
            ("now", self.clock()),
        ];
        pairs.extend(self.value.map(|value| ("value", Value::from(value))));
        Value::from_pairs(pairs)
    }

    fn call(&self) -> Value {
        let direction = match self.facts.direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        };
        Value::from_pairs([
            ("id", Value::from(self.facts.call.to_string())),
            ("direction", Value::from(direction)),
            ("caller", optional(self.facts.caller.as_deref())),
            ("trunk", optional(self.facts.trunk.as_deref())),
            ("diverted_by", optional(self.facts.origin.called_first())),
            ("diversion", optional(self.facts.origin.diversions.first().map(|first| first.reason.as_str()))),
            ("verification", Value::from(self.facts.origin.verification.as_str())),
            ("attestation", optional(self.facts.origin.verification.attestation().map(Attestation::as_str))),
            ("answered_by", optional(self.facts.answered_by.map(AnsweredBy::as_str))),
            ("language", Value::from(self.language)),
            ("seconds", Value::from(self.now.since_start.as_secs())),
        ])
    }

    fn business(&self) -> BusinessView {
        let business = Arc::clone(self.business);
        BusinessView { business, language: self.language.to_owned(), unix_ms: self.now.unix_ms }
    }

    fn clock(&self) -> Value {
        let local = self.business.local(self.now.unix_ms);
        Value::from_pairs([
            ("date", Value::from(local.date().to_string())),
            ("time", Value::from(clock(local.time()))),
            ("weekday", Value::from(local.date().weekday().to_monday_one_offset())),
            ("year", Value::from(local.year())),
            ("month", Value::from(local.month())),
            ("day", Value::from(local.day())),
            ("hour", Value::from(local.hour())),
            ("minute", Value::from(local.minute())),
            ("unix", Value::from(self.now.unix_ms.div_euclid(1_000))),
        ])
    }
}

/// The business as templates see it: each field is made when it is asked for.
#[derive(Debug)]
struct BusinessView {
    business: Arc<Business>,
    language: String,
    unix_ms: i64,
}

impl Object for BusinessView {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let business = &self.business;
        let status = || business.status(self.unix_ms);
        let today = || business.local(self.unix_ms).date();
        Some(match key.as_str()? {
            "name" => Value::from(self.local(&business.name)),
            "time_zone" => Value::from(business.time_zone.iana_name().unwrap_or("UTC")),
            "open" => Value::from(status().open),
            "holiday" => status().holiday.map_or(Value::UNDEFINED, |holiday| Value::from(self.local(&holiday.name))),
            "today" => spans(&status().today),
            "closes" => status().current.map_or(Value::UNDEFINED, |span| Value::from(clock(span.until))),
            "next" => status().next.map_or(Value::UNDEFINED, |next| opening(next.date, &next.span, today())),
            "week" => self.week(),
            "holidays" => self.holidays(today()),
            "info" => {
                let info = business.info.iter();
                Value::from_pairs(info.map(|(key, text)| (key.clone(), Value::from(self.local(text)))))
            }
            _ => return None,
        })
    }
}

impl BusinessView {
    /// Monday to Sunday: `weekday` and `spans`.
    fn week(&self) -> Value {
        let days = self.business.week().into_iter().enumerate();
        days.map(|(index, hours)| Value::from_pairs([("weekday", Value::from(index + 1)), ("spans", spans(&hours))]))
            .collect()
    }

    /// The holidays of the next two weeks: `date`, `name`, `spans`.
    fn holidays(&self, today: Date) -> Value {
        const DAYS: usize = 14;
        today
            .series(jiff::Span::new().days(1))
            .take(DAYS)
            .filter_map(|day| {
                let (holiday, hours) = self.business.day(day);
                let holiday = holiday?;
                let name = self.local(&holiday.name);
                let date = Value::from(day.to_string());
                Some(Value::from_pairs([("date", date), ("name", Value::from(name)), ("spans", spans(&hours))]))
            })
            .collect()
    }

    fn local<'t>(&self, text: &'t crate::text::LocalText) -> &'t str {
        text.get(&self.language, "en")
    }
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::UNDEFINED, Value::from)
}

fn clock(time: jiff::civil::Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn spans(spans: &[OpenSpan]) -> Value {
    let span = |span: &OpenSpan| Value::from_pairs([("from", clock(span.from)), ("until", clock(span.until))]);
    spans.iter().map(span).collect()
}

fn opening(date: Date, span: &OpenSpan, today: Date) -> Value {
    let days = (date - today).get_days();
    Value::from_pairs([
        ("date", Value::from(date.to_string())),
        ("weekday", Value::from(date.weekday().to_monday_one_offset())),
        ("from", Value::from(clock(span.from))),
        ("until", Value::from(clock(span.until))),
        ("days", Value::from(days)),
    ])
}

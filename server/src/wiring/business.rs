//! The business as agents and the built-in brain see it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use call_model::Verified;
use calls::directory::{Directory, Member};
use ivr::{Business, LocalText, OpenSpan};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde_json::{Map, Value, json};
use voice_agent::brain::Facts;
use voice_agent::brain::builtin::Choice;

const WEEK: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The languages that a text without one stands for.
const LANGUAGES: [&str; 5] = ["en", "de", "es", "fr", "it"];

/// The business that agents speak for.
#[derive(Debug, Clone)]
pub(super) struct AgentBusiness(pub(super) Arc<Business>);

impl voice_agent::Business for AgentBusiness {
    fn facts(&self, language: &str, unix_ms: i64) -> Value {
        let business = &*self.0;
        let local = |text: &LocalText| Value::from(text.get(language, "en"));
        let status = business.status(unix_ms);
        let mut facts = Map::new();
        let name = local(&business.name);
        if name != "" {
            facts.insert("name".into(), name);
        }
        facts.insert("now".into(), status.now.strftime("%A, %Y-%m-%d, %H:%M").to_string().into());
        facts.insert("time_zone".into(), business.time_zone.iana_name().unwrap_or("UTC").into());
        let hours = business.week();
        if hours.iter().any(|day| !day.is_empty()) {
            facts.insert("open".into(), status.open.into());
            facts.insert("today".into(), spans(&status.today).into());
            let holiday = status.holiday.map_or(Value::Null, |holiday| local(&holiday.name));
            facts.insert("holiday".into(), holiday);
            let next = status.next.map_or(Value::Null, |next| {
                json!({ "date": next.date.to_string(), "day": next.date.strftime("%A").to_string(),
                        "hours": spans(&[next.span]) })
            });
            facts.insert("next".into(), next);
            let week = WEEK.iter().zip(&hours).map(|(day, hours)| ((*day).to_owned(), spans(hours).into()));
            facts.insert("week".into(), Value::Object(week.collect()));
        }
        let info = business.info.iter().map(|(key, text)| (key.clone(), local(text)));
        facts.insert("info".into(), Value::Object(info.collect()));
        Value::Object(facts)
    }

    fn group(&self, name: &str) -> Option<Vec<String>> {
        self.0.groups.get(name).cloned()
    }

    fn tells(&self, field: &str, verified: Verified) -> bool {
        agent_tools::may_be_told(&self.0, field, verified)
    }
}

/// The language that each member likes best.
#[derive(Debug, Default)]
pub(super) struct MemberLanguages(RwLock<HashMap<String, String>>);

impl MemberLanguages {
    pub(super) fn learn(&self, directory: &Directory) {
        let first = |member: &Member| Some((member.name.clone(), member.languages.first()?.clone()));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = directory.members().filter_map(first).collect();
    }
}

/// The business with the people who work there.
#[derive(Debug, Clone)]
pub(super) struct StaffedBusiness {
    pub(super) business: AgentBusiness,
    pub(super) languages: Arc<MemberLanguages>,
}

impl voice_agent::Business for StaffedBusiness {
    fn facts(&self, language: &str, unix_ms: i64) -> Value {
        self.business.facts(language, unix_ms)
    }

    fn group(&self, name: &str) -> Option<Vec<String>> {
        self.business.group(name)
    }

    fn member_language(&self, name: &str) -> Option<String> {
        self.languages.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn tells(&self, field: &str, verified: Verified) -> bool {
        self.business.tells(field, verified)
    }
}

fn spans(hours: &[OpenSpan]) -> String {
    if hours.is_empty() {
        return "closed".to_owned();
    }
    let clock = |time: Time| time.strftime("%H:%M").to_string();
    let spans: Vec<String> = hours.iter().map(|span| format!("{}-{}", clock(span.from), clock(span.until))).collect();
    spans.join(", ")
}

/// What the built-in brain knows of the business.
pub(super) fn facts(business: &Arc<Business>) -> Facts {
    let of_day = business.clone();
    Facts {
        name: texts(&business.name),
        info: business.info.iter().map(|(key, text)| (key.clone(), texts(text))).collect(),
        time_zone: business.time_zone.clone(),
        clock: Arc::new(|| Timestamp::now().as_millisecond()),
        hours: Arc::new(move |date| hours(&of_day, date)),
        services: services(business),
    }
}

/// What can be booked, as callers call it.
fn services(business: &Business) -> Vec<Choice> {
    let services = business.booking.iter().flat_map(|booking| &booking.services);
    let choice = |service: &ivr::Service| Choice {
        key: service.key.clone(),
        name: texts(&service.name),
        also: service.also.clone(),
    };
    services.map(choice).collect()
}

fn texts(text: &LocalText) -> BTreeMap<String, String> {
    match text {
        LocalText::Same(text) if text.is_empty() => BTreeMap::new(),
        LocalText::Same(text) => LANGUAGES.iter().map(|tag| ((*tag).to_owned(), text.clone())).collect(),
        LocalText::ByLanguage(texts) => texts.clone(),
    }
}

/// The hours of a day, those of a holiday on it.
fn hours(business: &Business, date: Date) -> Vec<(Time, Time)> {
    let (_, hours) = business.day(date);
    hours.iter().map(|span| (span.from, span.until)).collect()
}

#[cfg(test)]
mod tests {
    use voice_agent::Business as _;

    use super::*;

    #[test]
    fn agents_are_told_how_things_stand() {
        let business = Arc::new(Business::parse(super::super::demo::BUSINESS).unwrap());
        // Friday, 20 November 2026, 14:05 in Berlin.
        let at = Timestamp::from_second(1_795_179_900).unwrap();
        let facts = AgentBusiness(business.clone()).facts("de-DE", at.as_millisecond());
        assert_eq!(facts["now"], "Friday, 2026-11-20, 14:05");
        assert_eq!((&facts["name"], &facts["open"]), (&json!("Zahnarztpraxis Northwind"), &json!(false)));
        assert_eq!((&facts["today"], &facts["holiday"]), (&json!("08:00-14:00"), &Value::Null));
        assert_eq!(facts["next"], json!({"date": "2026-11-23", "day": "Monday", "hours": "08:00-12:00"}));
        assert_eq!(facts["week"]["sunday"], "closed");
        assert!(facts["info"]["address"].as_str().unwrap().contains("Hafen"));
        assert_eq!(AgentBusiness(business.clone()).group("team"), Some(vec!["ben".to_owned()]));

        let told = |field: &str, verified| AgentBusiness(business.clone()).tells(field, verified);
        assert!(told("name", Verified::Number) && !told("insurance", Verified::Number));
        assert!(told("insurance", Verified::Pin) && !told("pin", Verified::Pin) && !told("name", Verified::No));

        let known = super::facts(&business);
        let day = |text: &str| (known.hours)(text.parse().unwrap());
        assert_eq!(day("2026-11-21"), []);
        assert_eq!(day("2026-12-24"), [(jiff::civil::time(8, 0, 0, 0), jiff::civil::time(12, 0, 0, 0))]);
        assert_eq!(known.info["hours"].keys().collect::<Vec<_>>(), ["de", "en"]);
    }
}

//! Reads a business file.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZoneDatabase;

use super::{Business, Holiday, HolidayDates, OpenSpan, read_booking};
use crate::fault::{Fault, Faults, clip};
use crate::limits::ParseLimits;
use crate::text::{LocalText, is_language};
use crate::yaml::{self, Entry, Value, Yaml};

const KEYS: [&str; 8] = ["name", "time_zone", "hours", "holidays", "groups", "info", "calendar", "privacy"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const HOLIDAY_KEYS: [&str; 5] = ["name", "date", "until", "easter", "hours"];

pub(super) fn business(source: &str) -> Result<Business, Vec<Fault>> {
    let limits = ParseLimits::default();
    let mut faults = Faults::new("business", source, limits.max_faults);
    let business = yaml::read(source, &limits, &mut faults).map(|document| read(&document, &mut faults));
    match business {
        Some(business) if !faults.has_errors() => Ok(business),
        _ => Err(faults.into_sorted()),
    }
}

fn read(document: &Yaml, faults: &mut Faults) -> Business {
    let mut business = Business { hours: Default::default(), ..Business::default() };
    let entries = map(document, "a business", faults);
    for entry in entries {
        match entry.key.as_str() {
            "name" => business.name = text(&entry.value, faults),
            "time_zone" => zone(&entry.value, &mut business, faults),
            "hours" => business.hours = spans_of_week(&entry.value, faults),
            "holidays" => business.holidays = holidays(&entry.value, faults),
            "groups" => business.groups = groups(&entry.value, faults),
            "privacy" => business.privacy = read_booking::privacy(&entry.value, faults),
            // It wants the business's name: below.
            "calendar" => {}
            "info" => {
                let info = map(&entry.value, "`info`", faults);
                business.info = info.iter().map(|entry| (entry.key.clone(), text(&entry.value, faults))).collect();
            }
            other => faults.unknown(entry.key_place, "the key", other, KEYS),
        }
    }
    for (key, why) in [("name", "what callers hear"), ("time_zone", "such as `Europe/Berlin`")] {
        if !entries.iter().any(|entry| entry.key == key) {
            faults.error_with(document.place, format!("`{key}` is missing"), format!("add `{key}:`, {why}"));
        }
    }
    if !entries.iter().any(|entry| entry.key == "hours") {
        business.hours = Business::default().hours;
    }
    let calendar = entries.iter().find(|entry| entry.key == "calendar");
    business.booking = calendar.and_then(|entry| read_booking::booking(&entry.value, &business, faults));
    business
}

pub(super) fn map<'y>(yaml: &'y Yaml, what: &str, faults: &mut Faults) -> &'y [Entry] {
    if let Value::Map(entries) = &yaml.value {
        entries
    } else {
        faults.error(yaml.place, format!("{what} is written as a mapping, and here is {}", yaml.kind()));
        &[]
    }
}

pub(super) fn text(yaml: &Yaml, faults: &mut Faults) -> LocalText {
    let Value::Map(entries) = &yaml.value else {
        let text = yaml.scalar();
        if text.is_none() {
            faults.error(yaml.place, format!("a text is needed, and here is {}", yaml.kind()));
        }
        return LocalText::Same(text.unwrap_or_default());
    };
    let mut texts = BTreeMap::new();
    for entry in entries {
        match entry.value.scalar() {
            Some(text) if is_language(&entry.key) => {
                texts.insert(entry.key.clone(), text);
            }
            _ => faults.error_with(entry.key_place, "a text by language is needed", "write `en: ...` and `de: ...`"),
        }
    }
    LocalText::ByLanguage(texts)
}

fn zone(yaml: &Yaml, business: &mut Business, faults: &mut Faults) {
    let name = yaml.scalar().unwrap_or_default();
    if let Ok(zone) = TimeZoneDatabase::bundled().get(&name) {
        business.time_zone = zone;
    } else {
        let zones: Vec<String> = TimeZoneDatabase::bundled().available().map(|zone| zone.to_string()).collect();
        faults.unknown(yaml.place, "the time zone", &name, zones.iter().map(String::as_str));
    }
}

/// The hours by weekday, Monday first; a day that is not named is closed.
pub(super) fn spans_of_week(yaml: &Yaml, faults: &mut Faults) -> [Vec<OpenSpan>; 7] {
    let mut week: [Vec<OpenSpan>; 7] = Default::default();
    for entry in map(yaml, "`hours`", faults) {
        match DAYS.iter().position(|day| *day == entry.key) {
            Some(day) => week[day] = spans(&entry.value, faults),
            None => faults.unknown(entry.key_place, "the weekday", &entry.key, DAYS),
        }
    }
    week
}

/// `08:00-12:00, 13:00-17:30`, or `closed`.
fn spans(yaml: &Yaml, faults: &mut Faults) -> Vec<OpenSpan> {
    let text = yaml.scalar().unwrap_or_default();
    if text == "closed" {
        return Vec::new();
    }
    let mut spans: Vec<OpenSpan> = Vec::new();
    for part in text.split(',') {
        match span(part) {
            Some(span) if spans.last().is_none_or(|last| last.until <= span.from) => spans.push(span),
            Some(_) => {
                faults.error(yaml.place, format!("`{}` begins before the one before it ends", clip(part.trim())));
            }
            None => {
                let message = format!("`{}` is no opening time", clip(part.trim()));
                faults.error_with(yaml.place, message, "write `08:00-12:00, 13:00-17:30` or `closed`");
            }
        }
    }
    spans
}

fn span(text: &str) -> Option<OpenSpan> {
    let (from, until) = text.trim().split_once('-')?;
    let (from, until) = (clock(from)?, clock(until)?);
    (from < until).then_some(OpenSpan { from, until })
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    match (hour.parse().ok()?, minute.parse().ok()?) {
        (24, 0) => Some(Time::MAX),
        (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
    }
}

fn holidays(yaml: &Yaml, faults: &mut Faults) -> Vec<Holiday> {
    let Value::List(items) = &yaml.value else {
        faults.error(yaml.place, format!("`holidays` is a list, and here is {}", yaml.kind()));
        return Vec::new();
    };
    items.iter().filter_map(|item| holiday(item, faults)).collect()
}

fn holiday(yaml: &Yaml, faults: &mut Faults) -> Option<Holiday> {
    let entries = map(yaml, "a holiday", faults);
    for entry in entries.iter().filter(|entry| !HOLIDAY_KEYS.contains(&entry.key.as_str())) {
        faults.unknown(entry.key_place, "the key", &entry.key, HOLIDAY_KEYS);
    }
    let get = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let name = get("name").map(|value| text(value, faults)).unwrap_or_default();
    let hours = get("hours").map(|value| spans(value, faults)).unwrap_or_default();
    let dates = dates(get("date"), get("until"), get("easter"));
    if dates.is_none() {
        let suggestion = "write `date: 2026-12-25`, `date: 12-25` for every year, or `easter: 1` for Easter Monday";
        faults.error_with(yaml.place, "this holiday has no valid date", suggestion);
    }
    dates.map(|dates| Holiday { name, dates, hours })
}

pub(super) fn dates(date: Option<&Yaml>, until: Option<&Yaml>, easter: Option<&Yaml>) -> Option<HolidayDates> {
    match (date.and_then(Yaml::scalar), until.map(Yaml::scalar), easter.and_then(Yaml::scalar)) {
        (None, None, Some(offset)) => {
            let offset = offset.parse().ok().filter(|offset: &i32| offset.abs() <= 100)?;
            Some(HolidayDates::Easter { offset })
        }
        (Some(date), None, None) if date.len() <= "12-25".len() => {
            let (month, day) = date.split_once('-')?;
            let (month, day) = (month.parse().ok()?, day.parse().ok()?);
            // 2024 is a leap year: February 29 is a day.
            Date::new(2024, month, day).ok().map(|_| HolidayDates::Yearly { month, day })
        }
        (Some(date), None, None) => {
            let from = date.parse().ok()?;
            Some(HolidayDates::Once { from, until: from })
        }
        (Some(date), Some(until), None) => {
            let (from, until): (Date, Date) = (date.parse().ok()?, until?.parse().ok()?);
            (from <= until).then_some(HolidayDates::Once { from, until })
        }
        _ => None,
    }
}

fn groups(yaml: &Yaml, faults: &mut Faults) -> BTreeMap<String, Vec<String>> {
    let mut groups = BTreeMap::new();
    for entry in map(yaml, "`groups`", faults) {
        match &entry.value.value {
            Value::List(items) => {
                groups.insert(entry.key.clone(), items.iter().filter_map(Yaml::scalar).collect());
            }
            _ => faults.error_with(entry.value.place, "a group is a list of members", "write `[anna, ben]`"),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    const FILE: &str = "
name: {en: Northwind Dental, de: Zahnarztpraxis Northwind}
time_zone: Europe/Berlin
hours:
  monday: 08:00-12:00, 13:00-17:30
  saturday: closed
holidays:
  - {date: 12-25, name: Christmas Day}
  - {date: 2026-12-24, hours: 08:00-12:00}
  - {easter: -2, name: Good Friday}
  - {date: 2026-08-03, until: 2026-08-14}
groups: {reception: [anna, ben]}
info: {address: 1 Mill Lane}
";

    #[test]
    fn a_business_file_is_read() {
        let business = Business::parse(FILE).unwrap();
        assert_eq!(business.name.get("de-AT", "en"), "Zahnarztpraxis Northwind");
        assert_eq!(business.hours[0].len(), 2);
        assert_eq!(business.hours[0][1].until, time(17, 30, 0, 0));
        assert!(business.day(date(2031, 12, 25)).0.is_some());
        assert!(business.day(date(2026, 4, 3)).0.is_some());
        assert!(business.day(date(2026, 8, 14)).0.is_some() && business.day(date(2026, 8, 15)).0.is_none());
        assert_eq!(business.day(date(2026, 12, 24)).1.len(), 1);
        assert_eq!(business.groups["reception"], ["anna", "ben"]);
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let wrong = "name: X\ntime_zone: Europe/Berln\nhours:\n  mondey: closed\n  friday: 17:00-9:00\nholidays:\n  - {date: 13-40}\nopen: yes\n";
        let faults = Business::parse(wrong).unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [2, 4, 5, 7, 8]);
        assert_eq!(faults[0].suggestion.as_deref(), Some("did you mean `Europe/Berlin`?"));
        assert_eq!(faults[1].suggestion.as_deref(), Some("did you mean `monday`?"));
    }
}

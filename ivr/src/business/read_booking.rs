//! Reads `calendar` and `privacy` of a business file.

use std::collections::BTreeMap;
use std::time::Duration;

use super::booking::{Booking, Person, Privacy, Service};
use super::read::{dates, map, spans_of_week, text};
use super::{Business, HolidayDates};
use crate::fault::{Faults, clip};
use crate::text::is_language;
use crate::yaml::{Entry, Value, Yaml};

const KEYS: [&str; 5] = ["lead", "horizon", "step", "persons", "services"];
const PERSON_KEYS: [&str; 3] = ["name", "hours", "away"];
const SERVICE_KEYS: [&str; 7] = ["name", "also", "duration", "before", "after", "persons", "lead"];
const PRIVACY_KEYS: [&str; 2] = ["open", "pin"];
const NEEDS_PIN: [&str; 2] = ["appointments", "tickets"];

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
/// The longest appointment.
const LONGEST: Duration = DAY;
/// The farthest that anything is booked ahead.
const FARTHEST: Duration = Duration::from_hours(24 * 366);

/// The person of a calendar that names none.
const ONLY_PERSON: &str = "business";

pub(super) fn booking(yaml: &Yaml, business: &Business, faults: &mut Faults) -> Option<Booking> {
    let entries = map(yaml, "`calendar`", faults);
    known(entries, &KEYS, faults);
    let get = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let lead = time(get("lead"), Duration::ZERO, FARTHEST, faults).unwrap_or(Duration::from_hours(2));
    let horizon = time(get("horizon"), MINUTE, FARTHEST, faults).unwrap_or(60 * DAY);
    let step = time(get("step"), MINUTE, DAY, faults).unwrap_or(15 * MINUTE);
    let persons = match get("persons") {
        Some(yaml) => map(yaml, "`persons`", faults).iter().map(|entry| person(entry, faults)).collect(),
        None => {
            vec![Person { key: ONLY_PERSON.to_owned(), name: business.name.clone(), hours: None, away: Vec::new() }]
        }
    };
    let services = get("services").map(|yaml| map(yaml, "`services`", faults)).unwrap_or_default();
    let services: Vec<Service> = services.iter().filter_map(|entry| service(entry, &persons, faults)).collect();
    if get("services").is_none() || persons.is_empty() {
        let suggestion = "add `services:` with a name and a `duration: 30m` each";
        faults.error_with(yaml.place, "a calendar needs services, and persons where it names them", suggestion);
    }
    (!services.is_empty()).then_some(Booking { lead, horizon, step, persons, services })
}

fn known(entries: &[Entry], keys: &[&'static str], faults: &mut Faults) {
    for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
        faults.unknown(entry.key_place, "the key", &entry.key, keys.iter().copied());
    }
}

/// Keys go into addresses and before models: they are plain words.
fn plain(entry: &Entry, what: &str, faults: &mut Faults) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if entry.key.is_empty() || entry.key.len() > 40 || !entry.key.chars().all(fits) {
        let message = format!("`{}` cannot be the key of {what}", clip(&entry.key));
        faults.error_with(entry.key_place, message, "use up to 40 small letters, digits, `_` and `-`");
    }
}

fn person(entry: &Entry, faults: &mut Faults) -> Person {
    plain(entry, "a person", faults);
    let entries = map(&entry.value, "a person", faults);
    known(entries, &PERSON_KEYS, faults);
    let get = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let name = get("name").map_or_else(|| entry.key.as_str().into(), |yaml| text(yaml, faults));
    let hours = get("hours").map(|yaml| spans_of_week(yaml, faults));
    let away = get("away").map(|yaml| away(yaml, faults)).unwrap_or_default();
    Person { key: entry.key.clone(), name, hours, away }
}

/// A list of dates and of `{date, until}`.
fn away(yaml: &Yaml, faults: &mut Faults) -> Vec<HolidayDates> {
    let Value::List(items) = &yaml.value else {
        faults.error(yaml.place, format!("`away` is a list of days, and here is {}", yaml.kind()));
        return Vec::new();
    };
    let day = |item: &Yaml| match &item.value {
        Value::Map(entries) => {
            let get = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
            dates(get("date"), get("until"), get("easter"))
        }
        _ => dates(Some(item), None, None),
    };
    let mut days = Vec::new();
    for item in items {
        match day(item) {
            Some(dates) => days.push(dates),
            None => faults.error_with(item.place, "this is no day", "write `2026-12-28` or `{date: ..., until: ...}`"),
        }
    }
    days
}

fn service(entry: &Entry, persons: &[Person], faults: &mut Faults) -> Option<Service> {
    plain(entry, "a service", faults);
    let entries = map(&entry.value, "a service", faults);
    known(entries, &SERVICE_KEYS, faults);
    let get = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let duration = time(get("duration"), MINUTE, LONGEST, faults);
    if get("duration").is_none() {
        let message = format!("`{}` has no `duration`", clip(&entry.key));
        faults.error_with(entry.key_place, message, "add `duration: 30m`");
    }
    let all = || persons.iter().map(|person| person.key.clone()).collect();
    let offered = get("persons").map_or_else(all, |yaml| offered(yaml, persons, faults));
    Some(Service {
        key: entry.key.clone(),
        name: get("name").map_or_else(|| entry.key.as_str().into(), |yaml| text(yaml, faults)),
        also: get("also").map(|yaml| also(yaml, faults)).unwrap_or_default(),
        duration: duration?,
        before: time(get("before"), Duration::ZERO, LONGEST, faults).unwrap_or_default(),
        after: time(get("after"), Duration::ZERO, LONGEST, faults).unwrap_or_default(),
        persons: offered,
        lead: time(get("lead"), Duration::ZERO, FARTHEST, faults),
    })
}

fn offered(yaml: &Yaml, persons: &[Person], faults: &mut Faults) -> Vec<String> {
    let named = words(yaml, "`persons` of a service is a list of keys", faults);
    if named.is_empty() {
        faults.error_with(yaml.place, "nobody offers this service", "name at least one person, or leave `persons` out");
    }
    for name in named.iter().filter(|name| !persons.iter().any(|person| person.key == **name)) {
        faults.unknown(yaml.place, "the person", name, persons.iter().map(|person| person.key.as_str()));
    }
    named
}

fn words(yaml: &Yaml, what: &str, faults: &mut Faults) -> Vec<String> {
    if let Value::List(items) = &yaml.value {
        items.iter().filter_map(Yaml::scalar).collect()
    } else {
        faults.error(yaml.place, format!("{what}, and here is {}", yaml.kind()));
        Vec::new()
    }
}

fn also(yaml: &Yaml, faults: &mut Faults) -> BTreeMap<String, Vec<String>> {
    let mut also = BTreeMap::new();
    for entry in map(yaml, "`also`", faults) {
        if is_language(&entry.key) {
            also.insert(entry.key.clone(), words(&entry.value, "other names are a list", faults));
        } else {
            let message = format!("`{}` is no language", clip(&entry.key));
            faults.error_with(entry.key_place, message, "write `also: {en: [hygiene], de: [Prophylaxe]}`");
        }
    }
    also
}

pub(super) fn privacy(yaml: &Yaml, faults: &mut Faults) -> Privacy {
    let mut privacy = Privacy::default();
    let entries = map(yaml, "`privacy`", faults);
    known(entries, &PRIVACY_KEYS, faults);
    for entry in entries {
        let list = words(&entry.value, "here is a list of words", faults);
        match entry.key.as_str() {
            "open" => privacy.open = list,
            "pin" => {
                for name in list.iter().filter(|name| !NEEDS_PIN.contains(&name.as_str())) {
                    faults.unknown(entry.value.place, "the matter", name, NEEDS_PIN);
                }
                privacy.appointments_need_pin = list.iter().any(|name| name == NEEDS_PIN[0]);
                privacy.tickets_need_pin = list.iter().any(|name| name == NEEDS_PIN[1]);
            }
            _ => {}
        }
    }
    privacy
}

/// A length of time such as `90s`, `45m`, `2h` or `60d`, within bounds.
fn time(yaml: Option<&Yaml>, least: Duration, most: Duration, faults: &mut Faults) -> Option<Duration> {
    let yaml = yaml?;
    let text = yaml.scalar().unwrap_or_default();
    let read = || {
        let (number, unit) = text.split_at(text.len().checked_sub(1)?);
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        number.trim().parse::<u64>().ok()?.checked_mul(unit).map(Duration::from_secs)
    };
    // A zero needs no unit.
    let length = if text == "0" { Some(Duration::ZERO) } else { read() };
    let length = length.filter(|length| (least..=most).contains(length));
    if length.is_none() {
        let message = format!("`{}` is no length of time that fits here", clip(&text));
        faults.error_with(yaml.place, message, "write a number with s, m, h or d, such as `45m` or `60d`");
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
name: Northwind
time_zone: Europe/Berlin
calendar:
  lead: 1h
  persons:
    weber: {name: {en: Doctor Weber, de: Frau Doktor Weber}, away: [2026-12-28, {date: 2027-01-02, until: 2027-01-05}]}
    ben: {hours: {monday: 08:00-12:00}}
  services:
    cleaning:
      name: {en: cleaning, de: Zahnreinigung}
      also: {de: [Prophylaxe]}
      duration: 45m
      after: 10m
      persons: [ben]
    checkup: {duration: 30m, lead: 1d}
privacy: {open: [name], pin: [tickets]}
";

    #[test]
    fn a_calendar_is_read() {
        let business = Business::parse(FILE).unwrap();
        let booking = business.booking.unwrap();
        assert_eq!((booking.lead, booking.step), (Duration::from_hours(1), 15 * MINUTE));
        assert_eq!(booking.persons[0].away.len(), 2);
        assert_eq!(booking.persons[1].name.get("de", "en"), "ben");
        assert_eq!(booking.persons[1].hours.as_ref().map(|hours| (hours[0].len(), hours[1].len())), Some((1, 0)));
        let cleaning = &booking.services[0];
        assert_eq!((cleaning.after, cleaning.persons.as_slice()), (10 * MINUTE, &["ben".to_owned()][..]));
        assert_eq!(cleaning.also["de"], ["Prophylaxe"]);
        assert_eq!((booking.services[1].persons.len(), booking.services[1].lead), (2, Some(DAY)));
        let privacy = business.privacy;
        assert_eq!(privacy.open, ["name"]);
        assert!(privacy.tickets_need_pin && !privacy.appointments_need_pin);
    }

    #[test]
    fn a_calendar_without_persons_has_one() {
        let file = "name: Cut\ntime_zone: UTC\ncalendar:\n  services:\n    hair: {duration: 30m}\n";
        let booking = Business::parse(file).unwrap().booking.unwrap();
        assert_eq!(booking.services[0].persons, ["business"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = "name: X\ntime_zone: UTC\ncalendar:\n  step: 0m\n  persons:\n    Anna: {}\n    ben: {away: [soon]}\n  services:\n    cut: {duration: 30, persons: [bem]}\n    dye: {}\nprivacy: {pin: [calls]}\n";
        let faults = Business::parse(wrong).unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [4, 6, 7, 9, 9, 10, 11], "{faults:?}");
    }
}

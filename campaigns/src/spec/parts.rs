//! The parts of a campaign that have parts of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use ivr::document::Yaml;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use phonenumber::country;

use super::fields::{Fields, Reader};
use super::read::{Use, template_of};
use super::schedule::{Recurrence, Schedule, Start};
use super::{Machines, OnMachine, Pace, PaceKind, TrunkLimit};
use crate::audience::{Defaults, Mapping};
use crate::callerid::CallerIds;
use crate::retry::{OtherNumbers, Retries, Retry};

const DAY: Duration = Duration::from_hours(24);

/// The most answered calls that may find nobody, in tenths of a percent.
const MAX_ABANDONED: u32 = 30;

pub(super) fn audience(yaml: &Yaml, reader: &mut Reader<'_>) -> Mapping {
    let mut mapping = Mapping::default();
    let Some(mut fields) = Fields::open(yaml, "the audience", reader) else { return mapping };
    mapping.defaults = Defaults {
        country: fields.take("country").and_then(|yaml| country_code(yaml, reader)),
        language: fields.take("language").and_then(|yaml| reader.name(yaml, "the language")),
        time_zone: fields.take("time_zone").and_then(|yaml| zone(yaml, reader)).map(|(name, _)| name),
        clock: None,
    };
    mapping.delimiter = fields.take("delimiter").and_then(|yaml| {
        reader.word(yaml, "the delimiter", &[(",", ','), (";", ';'), ("\t", '\t'), ("tab", '\t'), ("|", '|')])
    });
    mapping.appointment_format =
        fields.take("appointment_format").and_then(|yaml| reader.text(yaml, "the format of the appointment"));
    if let Some(yaml) = fields.take("columns") {
        columns(yaml, &mut mapping, reader);
    }
    fields.close(reader);
    mapping
}

fn columns(yaml: &Yaml, mapping: &mut Mapping, reader: &mut Reader<'_>) {
    let Some(mut fields) = Fields::open(yaml, "the columns", reader) else { return };
    let mut column = |key| fields.take(key).and_then(|yaml| reader.name(yaml, "the name of a column"));
    if let Some(number) = column("number") {
        mapping.number = number;
    }
    mapping.name = column("name");
    mapping.language = column("language");
    mapping.time_zone = column("time_zone");
    mapping.appointment = column("appointment");
    if let Some(yaml) = fields.take("other_numbers") {
        let items = reader.items(yaml, "the other numbers").iter();
        mapping.other_numbers = items.filter_map(|item| reader.name(item, "the name of a column")).collect();
    }
    if let Some(yaml) = fields.take("fields") {
        for entry in reader.entries(yaml, "the fields").unwrap_or_default() {
            if let Some(column) = reader.name(&entry.value, "the name of a column") {
                mapping.fields.insert(entry.key.clone(), column);
            }
        }
    }
    fields.close(reader);
}

fn country_code(yaml: &Yaml, reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text(yaml, "the country")?.to_ascii_uppercase();
    if text.parse::<country::Id>().is_err() {
        let message = format!("`{}` is no country", ivr::document::clip(&text));
        reader.faults.error_with(yaml.place, message, "write two letters (ISO 3166), as in `DE`");
        return None;
    }
    Some(text)
}

fn zone(yaml: &Yaml, reader: &mut Reader<'_>) -> Option<(String, TimeZone)> {
    let text = reader.text(yaml, "the time zone")?;
    if let Ok(zone) = TimeZone::get(&text) {
        return Some((text, zone));
    }
    let message = format!("`{}` is no time zone", ivr::document::clip(&text));
    reader.faults.error_with(yaml.place, message, "write it as `Europe/Berlin`");
    None
}

pub(super) fn caller_ids(yaml: &Yaml, reader: &mut Reader<'_>) -> CallerIds {
    let Some(mut fields) = Fields::open(yaml, "the caller id", reader) else { return CallerIds::Trunk };
    let chosen = fields.one_of(&["fixed", "local_area", "rotation"], reader);
    fields.close(reader);
    let Some((key, yaml)) = chosen else { return CallerIds::Trunk };
    if key == "fixed" {
        return reader.phone(yaml).map_or(CallerIds::Trunk, CallerIds::Fixed);
    }
    let numbers = reader.items(yaml, "the numbers").iter().filter_map(|item| reader.phone(item)).collect();
    if key == "rotation" { CallerIds::Rotation(numbers) } else { CallerIds::LocalArea(numbers) }
}

pub(super) fn pace(yaml: Option<&Yaml>, reader: &mut Reader<'_>) -> Pace {
    let mut pace = Pace { kind: PaceKind::Agentless, per_second: 2.0, at_once: 20, trunks: Vec::new(), weight: 10 };
    let Some(mut fields) = yaml.and_then(|yaml| Fields::open(yaml, "the pace", reader)) else { return pace };
    let kinds = [("preview", 0), ("progressive", 1), ("predictive", 2), ("agentless", 3)];
    let kind = fields.take("kind").and_then(|yaml| reader.word(yaml, "the pace", &kinds)).unwrap_or(3);
    let abandoned = fields.take("abandoned_percent");
    let abandoned = reader.number(abandoned, f64::from(MAX_ABANDONED) / 10.0, 0.1, f64::from(MAX_ABANDONED) / 10.0);
    if kind < 3 {
        let queue = fields.need("queue", reader).and_then(|yaml| reader.name(yaml, "the queue")).unwrap_or_default();
        pace.kind = match kind {
            0 => PaceKind::Preview { queue },
            1 => PaceKind::Progressive { queue },
            _ => PaceKind::Predictive { queue, abandoned_permille: (abandoned * 10.0).round() as u16 },
        };
    } else if let Some(yaml) = fields.take("queue") {
        let message = "no member is needed for the pace `agentless`";
        reader.faults.error_with(yaml.place, message, "remove `queue:`, or write `kind: progressive`");
    }
    pace.per_second = reader.number(fields.take("per_second"), pace.per_second, 0.0, 1_000.0);
    pace.at_once = reader.whole(fields.take("at_once"), pace.at_once, 0, 100_000);
    pace.weight = reader.whole(fields.take("weight"), pace.weight, 1, 100);
    if let Some(yaml) = fields.take("trunks") {
        pace.trunks = trunks(yaml, reader);
    }
    fields.close(reader);
    pace
}

fn trunks(yaml: &Yaml, reader: &mut Reader<'_>) -> Vec<TrunkLimit> {
    let mut list = Vec::new();
    for entry in reader.entries(yaml, "the trunks").unwrap_or_default() {
        let mut limit = TrunkLimit { name: entry.key.clone(), per_second: 0.0, at_once: 0 };
        if entry.value.kind() != "nothing" {
            let Some(mut fields) = Fields::open(&entry.value, "the limits of a trunk", reader) else { continue };
            limit.per_second = reader.number(fields.take("per_second"), 0.0, 0.0, 1_000.0);
            limit.at_once = reader.whole(fields.take("at_once"), 0, 0, 100_000);
            fields.close(reader);
        }
        list.push(limit);
    }
    list
}

pub(super) fn retries(yaml: &Yaml, reader: &mut Reader<'_>) -> Retries {
    let mut retries = Retries::default();
    let Some(mut fields) = Fields::open(yaml, "the retries", reader) else { return retries };
    retries.attempts = reader.whole(fields.take("attempts"), retries.attempts.into(), 1, 50) as u8;
    let classes = [
        ("busy", &mut retries.busy),
        ("no_answer", &mut retries.no_answer),
        ("machine", &mut retries.machine),
        ("failed", &mut retries.failed),
    ];
    for (key, class) in classes {
        if let Some(yaml) = fields.take(key) {
            *class = retry(yaml, *class, reader);
        }
    }
    if let Some(yaml) = fields.take("sip") {
        for entry in reader.entries(yaml, "the SIP statuses").unwrap_or_default() {
            if let Ok(code @ 300..=699) = entry.key.parse::<u16>() {
                let rule = retry(&entry.value, retries.failed, reader);
                retries.sip.insert(code, rule);
            } else {
                let message = format!("`{}` is no SIP status that refuses", ivr::document::clip(&entry.key));
                reader.faults.error_with(entry.key_place, message, "write a number from 300 to 699");
            }
        }
    }
    let words =
        [("never", OtherNumbers::Never), ("used_up", OtherNumbers::UsedUp), ("alternate", OtherNumbers::Alternate)];
    if let Some(yaml) = fields.take("other_numbers") {
        retries.other_numbers = reader.word(yaml, "the use of other numbers", &words).unwrap_or_default();
    }
    retries.until_person = reader.flag(fields.take("until_person"), false);
    fields.close(reader);
    retries
}

/// `never`, or how often and after how long.
fn retry(yaml: &Yaml, default: Retry, reader: &mut Reader<'_>) -> Retry {
    if yaml.scalar().as_deref() == Some("never") {
        return Retry::NEVER;
    }
    let Some(mut fields) = Fields::open(yaml, "a retry", reader) else { return default };
    let times = reader.whole(fields.take("times"), default.times.into(), 0, 50) as u8;
    let after = fields.take("after").and_then(|yaml| reader.duration(yaml, 30 * DAY)).unwrap_or(default.after);
    fields.close(reader);
    Retry { times, after }
}

pub(super) fn machines(yaml: &Yaml, reader: &mut Reader<'_>) -> Machines {
    let mut machines = Machines::default();
    let Some(mut fields) = Fields::open(yaml, "what machines get", reader) else { return machines };
    machines.detect = reader.flag(fields.take("detect"), true);
    let words = [("person", true), ("machine", false)];
    if let Some(yaml) = fields.take("unsure") {
        machines.unsure_is_person = reader.word(yaml, "the one taken for", &words).unwrap_or(true);
    }
    if let Some(yaml) = fields.take("message") {
        machines.on_machine = OnMachine::Message(message(yaml, reader));
        if !machines.detect {
            let message = "a machine that is not detected gets no message";
            reader.faults.error_with(yaml.place, message, "write `detect: true`, or remove `message:`");
        }
    }
    fields.close(reader);
    machines
}

/// One text for all, or one for each language.
fn message(yaml: &Yaml, reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    if let Some(text) = yaml.scalar() {
        template_of("message", &text, yaml, Use::Spoken, reader);
        texts.insert(String::new(), text);
        return texts;
    }
    for entry in reader.entries(yaml, "the message").unwrap_or_default() {
        if let Some(text) = reader.text(&entry.value, "the message") {
            template_of("message", &text, &entry.value, Use::Spoken, reader);
            texts.insert(entry.key.clone(), text);
        }
    }
    texts
}

pub(super) fn schedule(yaml: Option<&Yaml>, reader: &mut Reader<'_>) -> Option<Schedule> {
    let Some(yaml) = yaml else {
        return Some(Schedule { start: Start::Now, until: None, zone: TimeZone::UTC });
    };
    let mut fields = Fields::open(yaml, "the schedule", reader)?;
    let (zone_name, zone) = fields
        .take("time_zone")
        .and_then(|yaml| zone(yaml, reader))
        .unwrap_or_else(|| ("UTC".to_owned(), TimeZone::UTC));
    let until = fields.take("until").and_then(|yaml| date(yaml, &zone, reader));
    let from = fields.take("from").map(|yaml| (yaml, date(yaml, &zone, reader)));
    let not_within = fields.take("not_within").and_then(|yaml| reader.duration(yaml, 365 * DAY));
    let start = match fields.one_of(&["at", "every", "before"], reader) {
        None => Some(Start::Now),
        Some(("at", yaml)) => date(yaml, &zone, reader).map(Start::At),
        Some(("before", yaml)) => {
            let before = reader.duration(yaml, 365 * DAY);
            before.map(|before| Start::Relative { before, not_within: not_within.unwrap_or_default() })
        }
        Some((_, yaml)) => every(yaml, from, &zone_name, reader),
    };
    fields.close(reader);
    Some(Schedule { start: start?, until, zone })
}

/// A rule with its first time.
fn every(yaml: &Yaml, from: Option<(&Yaml, Option<Timestamp>)>, zone: &str, reader: &mut Reader<'_>) -> Option<Start> {
    let rule = reader.text(yaml, "the rule")?;
    let Some((_, from)) = from else {
        let message = "a campaign that recurs needs its first time";
        reader.faults.error_with(yaml.place, message, "add `from:`, as in `from: 2026-12-01 09:00`");
        return None;
    };
    match Recurrence::parse(&rule, from?, zone) {
        Ok(rule) => Some(Start::Every(rule)),
        Err(error) => {
            let suggestion = "write it as in RFC 5545: `FREQ=WEEKLY;BYDAY=MO,TH`";
            reader.faults.error_with(yaml.place, error.to_string(), suggestion);
            None
        }
    }
}

/// A date with its time of day, in a zone where none is written.
fn date(yaml: &Yaml, zone: &TimeZone, reader: &mut Reader<'_>) -> Option<Timestamp> {
    let text = yaml.scalar().unwrap_or_default();
    let local = |time: DateTime| zone.to_ambiguous_timestamp(time).compatible().ok();
    let at = text.parse::<Timestamp>().ok();
    let at = at.or_else(|| text.parse::<Zoned>().ok().map(|at| at.timestamp()));
    let at = at.or_else(|| text.parse::<DateTime>().ok().and_then(local));
    if at.is_none() {
        let message = format!("a date is needed, and here is `{}`", ivr::document::clip(&text));
        reader.faults.error_with(yaml.place, message, "write it as `2026-12-01 09:00`");
    }
    at
}

//! Appointments as iCalendar (RFC 5545). Pure.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::{AppointmentRecord, AppointmentState};

use super::Plan;

/// Octets of a line before it is folded (section 3.1).
const LINE: usize = 75;

/// Some appointments as one calendar. `name`: what it is called. Times are in UTC, so that no reader has to know our
/// time zone. `private`: with names, numbers and notes.
pub fn calendar(plan: &Plan, name: &str, appointments: &[AppointmentRecord], language: &str, private: bool) -> String {
    let mut text = String::new();
    line(&mut text, "BEGIN", "VCALENDAR");
    line(&mut text, "VERSION", "2.0");
    line(&mut text, "PRODID", "-//Callwright//Calendar//EN");
    if !name.is_empty() {
        line(&mut text, "X-WR-CALNAME", &escaped(name));
    }
    for record in appointments {
        event(&mut text, plan, record, language, private);
    }
    line(&mut text, "END", "VCALENDAR");
    text
}

fn event(text: &mut String, plan: &Plan, record: &AppointmentRecord, language: &str, private: bool) {
    let service = plan.service(&record.service).ok();
    let what = service.map_or(record.service.as_str(), |service| service.name.get(language, "en"));
    let who = record.name.as_deref().filter(|_| private);
    line(text, "BEGIN", "VEVENT");
    line(text, "UID", &format!("{}@callwright", record.id));
    line(text, "DTSTAMP", &utc(record.updated_ms));
    line(text, "DTSTART", &utc(record.starts_ms));
    line(text, "DTEND", &utc(record.ends_ms));
    line(text, "SEQUENCE", &record.sequence.to_string());
    line(text, "CREATED", &utc(record.created_ms));
    line(text, "LAST-MODIFIED", &utc(record.updated_ms));
    let cancelled = record.state == AppointmentState::Cancelled;
    line(text, "STATUS", if cancelled { "CANCELLED" } else { "CONFIRMED" });
    let summary = who.map_or_else(|| what.to_owned(), |who| format!("{what}: {who}"));
    line(text, "SUMMARY", &escaped(&summary));
    let mut about: Vec<&str> = Vec::new();
    if private {
        about.extend(record.phone.as_deref());
        about.extend(Some(record.note.as_str()).filter(|note| !note.is_empty()));
    }
    if !about.is_empty() {
        line(text, "DESCRIPTION", &escaped(&about.join("\n")));
    }
    line(text, "END", "VEVENT");
}

/// A moment as `20261124T130000Z` (section 3.3.5). `ms`: ms since the Unix epoch.
pub fn utc(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or_default();
    TimeZone::UTC.to_datetime(moment).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value (section 3.3.11): what a caller said can end no line and begin no property.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// One property, folded so that no line is longer than 75 octets and no character is cut (section 3.1).
fn line(text: &mut String, name: &str, value: &str) {
    let mut room = LINE;
    for c in format!("{name}:{value}").chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE - 1;
        }
        room -= c.len_utf8();
        let _ = text.write_char(c);
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use call_model::AppointmentId;
    use ivr::Business;
    use proptest::prelude::*;
    use store::TimeSpan;

    use super::*;

    fn plan() -> Plan {
        let file = "name: N\ntime_zone: Europe/Berlin\ncalendar:\n  services:\n    cleaning: {name: {de: Zahnreinigung}, duration: 45m}\n";
        Plan::new(Arc::new(Business::parse(file).unwrap())).unwrap()
    }

    fn record(name: &str, note: &str) -> AppointmentRecord {
        AppointmentRecord {
            id: AppointmentId::from_parts(1, 2),
            service: "cleaning".into(),
            person: "business".into(),
            starts_ms: 1_795_525_200_000,
            ends_ms: 1_795_527_900_000,
            busy: TimeSpan { from_ms: 0, until_ms: 0 },
            state: AppointmentState::Booked,
            contact: None,
            call: None,
            name: Some(name.into()),
            phone: Some("+4930901820".into()),
            language: None,
            note: note.into(),
            sequence: 3,
            created_ms: 1_795_000_000_000,
            updated_ms: 1_795_000_000_000,
        }
    }

    /// Lines as they are when what was folded is joined again.
    fn unfolded(text: &str) -> Vec<String> {
        text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_appointment_is_an_event_in_utc() {
        let text = calendar(&plan(), "Anna", &[record("Müller, Jörg", "one\ntwo; three")], "de", true);
        let lines = unfolded(&text);
        for line in [
            "DTSTART:20261124T130000Z",
            "DTEND:20261124T134500Z",
            "SEQUENCE:3",
            "STATUS:CONFIRMED",
            "SUMMARY:Zahnreinigung: Müller\\, Jörg",
            "DESCRIPTION:+4930901820\\none\\ntwo\\; three",
        ] {
            assert!(lines.iter().any(|known| known == line), "{line} in {text}");
        }
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        let shown = calendar(&plan(), "", &[record("Müller", "secret")], "de", false);
        assert!(!shown.contains("Müller") && !shown.contains("secret") && !shown.contains("DESCRIPTION"));
    }

    proptest! {
        #[test]
        fn nothing_that_was_said_breaks_out_of_its_line(name in ".{0,200}", note in "(?s).{0,300}") {
            let text = calendar(&plan(), &name, &[record(&name, &note)], "de", true);
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE));
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            let names: Vec<String> = unfolded(&text).iter().map(|line| line.split(':').next().unwrap_or("").to_owned()).collect();
            prop_assert_eq!(names.iter().filter(|name| *name == "BEGIN").count(), 2);
            prop_assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')));
        }
    }
}

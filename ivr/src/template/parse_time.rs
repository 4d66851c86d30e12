//! Dates and times as other systems write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Unix times above this are taken for milliseconds: the year 5138 in seconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// The day of `2026-03-05`, `2026-03-05T14:30`, `2026-03-05T14:30:00Z`, or of a Unix time. A moment is taken to the
/// time zone named.
pub(super) fn date(text: &str, zone: Option<&str>) -> Option<Date> {
    let text = text.trim();
    moment(text, zone).map(DateTime::date).or_else(|| text.parse().ok())
}

/// The time of day of `14:30`, `14:30:00`, and of all that [`date`] reads with a time in it.
pub(super) fn time(text: &str, zone: Option<&str>) -> Option<Time> {
    let text = text.trim();
    match moment(text, zone) {
        Some(moment) => Some(moment.time()),
        None => text.parse().ok(),
    }
}

fn moment(text: &str, zone: Option<&str>) -> Option<DateTime> {
    let local = |timestamp: Timestamp| named(zone).to_datetime(timestamp);
    if let Ok(number) = text.parse::<i64>() {
        let timestamp = if number.abs() < MILLISECONDS_FROM {
            Timestamp::from_second(number)
        } else {
            Timestamp::from_millisecond(number)
        };
        return timestamp.ok().map(local);
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(local(timestamp));
    }
    // A bare date would be read as midnight: it is no moment.
    if text.len() > "2026-03-05".len() && text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.parse::<DateTime>().ok();
    }
    None
}

fn named(zone: Option<&str>) -> TimeZone {
    zone.and_then(|name| TimeZoneDatabase::bundled().get(name).ok()).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date as day, time as clock};

    use super::*;

    #[test]
    fn moments_are_taken_to_the_time_zone_of_the_business() {
        let berlin = Some("Europe/Berlin");
        assert_eq!(date("2026-03-05", berlin), Some(day(2026, 3, 5)));
        assert_eq!(date("2026-03-05T23:30:00Z", berlin), Some(day(2026, 3, 6)));
        assert_eq!(time("2026-03-05T14:30:00+00:00", berlin), Some(clock(15, 30, 0, 0)));
        assert_eq!(time("2026-03-05T14:30", berlin), Some(clock(14, 30, 0, 0)));
        assert_eq!(time("14:30", berlin), Some(clock(14, 30, 0, 0)));
        assert_eq!(date("1772722800", berlin), Some(day(2026, 3, 5)));
        assert_eq!(date("next week", berlin), None);
    }
}

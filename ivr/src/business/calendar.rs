//! When the business is open.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use super::{Business, Holiday, HolidayDates, OpenSpan};

/// How far ahead the next opening is looked for, in days.
const HORIZON_DAYS: usize = 60;

/// The next time that the business opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The day.
    pub date: Date,
    /// The span that begins.
    pub span: OpenSpan,
}

/// How things stand at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Date and time in the business's time zone.
    pub now: DateTime,
    /// Whether it is open.
    pub open: bool,
    /// The holiday of today.
    pub holiday: Option<Holiday>,
    /// Today's spans.
    pub today: Vec<OpenSpan>,
    /// The span that it is open in now.
    pub current: Option<OpenSpan>,
    /// When it opens next (after now), if within two months.
    pub next: Option<Opening>,
}

impl Business {
    /// How things stand at `unix_ms`, ms since the Unix epoch.
    pub fn status(&self, unix_ms: i64) -> Status {
        let now = self.local(unix_ms);
        let (holiday, today) = self.day(now.date());
        let current = today.iter().find(|span| span.from <= now.time() && now.time() < span.until).copied();
        Status { now, open: current.is_some(), holiday, today, current, next: self.next_opening(now) }
    }

    /// A moment as date and time in the business's time zone. A time beyond year 9999 is taken for the epoch.
    pub fn local(&self, unix_ms: i64) -> DateTime {
        let timestamp = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        self.time_zone.to_datetime(timestamp)
    }

    fn next_opening(&self, now: DateTime) -> Option<Opening> {
        let mut date = now.date();
        for _ in 0..=HORIZON_DAYS {
            let (_, hours) = self.day(date);
            let span = hours.iter().find(|span| date != now.date() || span.from > now.time());
            if let Some(span) = span {
                return Some(Opening { date, span: *span });
            }
            date = date.tomorrow().ok()?;
        }
        None
    }
}

impl HolidayDates {
    /// Whether the holiday falls on this day.
    pub fn falls_on(self, date: Date) -> bool {
        match self {
            Self::Once { from, until } => from <= date && date <= until,
            Self::Yearly { month, day } => date.month() == month && date.day() == day,
            Self::Easter { offset } => {
                easter(date.year()).and_then(|sunday| sunday.checked_add(offset.days()).ok()) == Some(date)
            }
        }
    }
}

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm of Meeus, Jones and Butcher.
#[expect(clippy::many_single_char_names, reason = "the algorithm's own names")]
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let a = y % 19;
    let (b, c) = (y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn unix_ms(zone: &str, at: DateTime) -> i64 {
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        at.to_zoned(zone).unwrap().timestamp().as_millisecond()
    }

    fn dentist() -> Business {
        let mornings = vec![
            OpenSpan { from: time(8, 0, 0, 0), until: time(12, 0, 0, 0) },
            OpenSpan { from: time(13, 0, 0, 0), until: time(17, 0, 0, 0) },
        ];
        let mut hours: [Vec<OpenSpan>; 7] = std::array::from_fn(|_| mornings.clone());
        hours[5].clear();
        hours[6].clear();
        Business {
            time_zone: TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap(),
            hours,
            holidays: vec![Holiday {
                name: "Easter Monday".into(),
                dates: HolidayDates::Easter { offset: 1 },
                hours: Vec::new(),
            }],
            ..Business::default()
        }
    }

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)] {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
    }

    #[test]
    fn open_and_closed_follow_the_local_clock_across_summer_time() {
        let business = dentist();
        // 08:30 in Berlin on both sides of the change of 2026-03-29.
        for day in [date(2026, 3, 27), date(2026, 3, 30)] {
            assert!(business.status(unix_ms("Europe/Berlin", day.at(8, 30, 0, 0))).open);
            assert!(!business.status(unix_ms("Europe/Berlin", day.at(7, 59, 0, 0))).open);
            assert!(!business.status(unix_ms("Europe/Berlin", day.at(12, 0, 0, 0))).open);
        }
    }

    #[test]
    fn the_next_opening_skips_the_weekend_and_the_holiday() {
        let business = dentist();
        let saturday = business.status(unix_ms("Europe/Berlin", date(2026, 4, 4).at(10, 0, 0, 0)));
        let next = saturday.next.unwrap();
        assert_eq!((next.date, next.span.from), (date(2026, 4, 7), time(8, 0, 0, 0)));
        let monday = business.status(unix_ms("Europe/Berlin", date(2026, 4, 6).at(10, 0, 0, 0)));
        assert!(!monday.open && monday.holiday.is_some());
        let noon = business.status(unix_ms("Europe/Berlin", date(2026, 4, 8).at(12, 30, 0, 0)));
        assert_eq!(noon.next.unwrap().span.from, time(13, 0, 0, 0));
    }
}

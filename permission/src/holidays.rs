//! Public holidays by country and region: Germany, Austria, Switzerland, France, Spain, Italy, the United Kingdom and the
//! United States. Movable feasts are computed. Days that a year's decree adds, and those of single towns, are not known
//! here: `closed_days` of the settings takes them.

mod table;

use jiff::civil::{Date, Weekday};

use crate::place::{Country, Place};
use table::{ELSEWHERE, Feast, When};

/// The holiday on this date at a place. Where the region is not known, that of any region counts.
pub(crate) fn holiday_of(place: &Place, date: Date) -> Option<&'static str> {
    holiday(place.country()?, place.region(), date)
}

/// The name of the public holiday in the region of the country on this date; where the region is not known, of that in
/// any region.
pub fn holiday(country: Country, region: Option<&str>, date: Date) -> Option<&'static str> {
    let country = table::find(country.as_str())?;
    let region = region.and_then(|region| country.region(region));
    let from_easter = date.day_of_year() - easter(date.year()).day_of_year();
    let kept = |feast: &&Feast| {
        let here =
            feast.only.is_empty() || region.is_none_or(|region| feast.only.split(' ').any(|only| only == region));
        here && date.year() >= feast.since && is_on(feast.when, date, from_easter)
    };
    country.feasts.iter().find(kept).map(|feast| feast.name)
}

/// The regions of a country that have holidays of their own or are named beside those.
pub fn regions(country: Country) -> Vec<&'static str> {
    table::find(country.as_str()).map(|country| country.regions.split_ascii_whitespace().collect()).unwrap_or_default()
}

/// Whether the tables know this region: `BY` or `DE-BY`.
pub fn is_region(country: Country, region: &str) -> bool {
    known_region(country.as_str(), region).is_some()
}

pub(crate) fn known_region(country: &str, region: &str) -> Option<&'static str> {
    table::find(country)?.region(region)
}

impl table::Holidays {
    /// The region as the table names it. In countries where few regions have days of their own, every other one is
    /// [`ELSEWHERE`].
    fn region(&self, region: &str) -> Option<&'static str> {
        if region == ELSEWHERE {
            return Some(ELSEWHERE);
        }
        let region = region.trim().to_ascii_uppercase();
        let region = region.strip_prefix(self.country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&region);
        if let Some((_, name)) = self.aliases.iter().find(|(alias, _)| *alias == region) {
            return *name;
        }
        let known = self.regions.split_ascii_whitespace().find(|known| *known == region);
        let written_well = (1..=3).contains(&region.len()) && region.bytes().all(|b| b.is_ascii_alphanumeric());
        known.or_else(|| (self.others && written_well).then_some(ELSEWHERE))
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).
pub(crate) fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let leap = century - century / 4 - (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + leap + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    Date::new(year as i16, (days / 31) as i8, (days % 31 + 1) as i8).unwrap_or(Date::ZERO)
}

fn is_on(when: When, date: Date, from_easter: i16) -> bool {
    let (month, day, weekday) = (date.month(), date.day(), date.weekday());
    let of_weekend = |on: Date| matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday);
    match when {
        When::Fixed(m, d) => (month, day) == (m, d),
        When::Easter(days) => from_easter == days,
        When::OnOrAfter(m, d, on) => month == m && weekday == on && (d..d + 7).contains(&day),
        When::Last(m, on) => month == m && weekday == on && day + 7 > date.days_in_month(),
        When::Observed(m, d) => {
            let feast = |shown: Option<Date>| shown.is_some_and(|shown| (shown.month(), shown.day()) == (m, d));
            (month, day) == (m, d)
                || (weekday == Weekday::Friday && feast(date.tomorrow().ok()))
                || (weekday == Weekday::Monday && feast(date.yesterday().ok()))
        }
        When::Substituted(m, d) => {
            let feast = Date::new(date.year(), m, d).ok();
            let late =
                |feast: Date| weekday == Weekday::Monday && of_weekend(feast) && (1..=2).contains(&days(feast, date));
            feast.is_some_and(|feast| feast == date || late(feast))
        }
        When::SubstitutedPair(m, d) => {
            // Two holidays in a row: what falls on a weekend is made good on the next Monday and Tuesday.
            let shifted = matches!(weekday, Weekday::Monday | Weekday::Tuesday) && (d + 2..d + 4).contains(&day);
            month == m && ((d..d + 2).contains(&day) || shifted)
        }
        When::Nafels => {
            // The first Thursday of April, a week later when that is Maundy Thursday.
            let thursday = month == 4 && weekday == Weekday::Thursday;
            let first = thursday && day <= 7 && from_easter != -3;
            first || (thursday && (8..=14).contains(&day) && from_easter == 4)
        }
    }
}

/// Days from one date of a year to another.
fn days(from: Date, to: Date) -> i16 {
    to.day_of_year() - from.day_of_year()
}

#[cfg(test)]
mod tests;

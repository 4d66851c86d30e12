//! Public holidays by country and region.

use jiff::civil::Date;

use crate::place::{Country, Place};

/// The holiday on this date at a place. Where the region is not known, that of any region counts.
pub(crate) fn holiday_of(place: &Place, date: Date) -> Option<&'static str> {
    holiday(place.country()?, place.region(), date)
}

/// The name of the public holiday in the region of the country on this date; where the region is not known, of that in
/// any region.
pub fn holiday(country: Country, region: Option<&str>, date: Date) -> Option<&'static str> {
    let _ = (country, region, date);
    None
}

/// The regions of a country that the tables know.
pub fn regions(country: Country) -> &'static [&'static str] {
    let _ = country;
    &[]
}

/// Whether the tables know this region: `BY` or `DE-BY`.
pub fn is_region(country: Country, region: &str) -> bool {
    known_region(country.as_str(), region).is_some()
}

pub(crate) fn known_region(country: &str, region: &str) -> Option<&'static str> {
    let _ = (country, region);
    None
}

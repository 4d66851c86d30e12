//! Where whoever has a number is: country, region, and the time zones that they may be in.

mod north_america;
mod table;

use std::fmt;
use std::sync::{Arc, LazyLock};

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::holidays;

/// The zones of the program itself: the same on every machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A country, ISO 3166-1 alpha-2.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// Two letters, in any case.
    pub fn new(code: &str) -> Option<Self> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_alphabetic).then(|| Self(code.map(|letter| letter.to_ascii_uppercase())))
    }

    /// Two capital letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where somebody is, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    zones: Arc<[TimeZone]>,
    country: Option<Country>,
    region: Option<&'static str>,
}

/// A place cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The zone.
    #[error("there is no time zone `{0}`: write it as in `Europe/Berlin`")]
    Zone(String),
    /// The country.
    #[error("there is no country `{0}`: write two letters (ISO 3166), as in `DE`")]
    Country(String),
}

impl Place {
    /// What the number alone tells: its country, and all zones that it may be in.
    pub fn of_number(e164: &str) -> Self {
        let found = table::find(e164);
        let zones = found.as_ref().map(|found| found.zones).unwrap_or_default();
        Self {
            zones: zones.iter().filter_map(|name| ZONES.get(name).ok()).collect(),
            country: found.as_ref().and_then(|found| Country::new(found.country)),
            region: found.and_then(|found| found.region),
        }
    }

    /// What the number tells, and what the books know better: a zone such as `Europe/Berlin`, a country such as `DE`, a
    /// region such as `BY` or `DE-BY`. A region that the tables do not have is taken for an unknown one.
    pub fn new(
        e164: &str,
        zone: Option<&str>,
        country: Option<&str>,
        region: Option<&str>,
    ) -> Result<Self, PlaceError> {
        let mut place = Self::of_number(e164);
        if let Some(text) = country {
            let country = Country::new(text).ok_or_else(|| PlaceError::Country(text.to_owned()))?;
            if place.country != Some(country) {
                place.region = None;
                // A number of one country in the hand of somebody in another: no zone is known but those of that.
                let zones = table::zones_of(country.as_str());
                if !zones.is_empty() {
                    place.zones = zones.iter().filter_map(|name| ZONES.get(name).ok()).collect();
                }
            }
            place.country = Some(country);
        }
        if let Some(name) = zone {
            let zone = ZONES.get(name).map_err(|_| PlaceError::Zone(name.to_owned()))?;
            place.zones = Arc::from([zone]);
        }
        if let (Some(country), Some(region)) = (place.country, region) {
            place.region = holidays::known_region(country.as_str(), region).or(place.region);
        }
        Ok(place)
    }

    /// The zones that the person may be in; none where nobody knows.
    pub fn zones(&self) -> &[TimeZone] {
        &self.zones
    }

    /// The country.
    pub const fn country(&self) -> Option<Country> {
        self.country
    }

    /// The region, as the tables of holidays name it, without its country.
    pub const fn region(&self) -> Option<&'static str> {
        self.region
    }
}

/// The one zone of a number, where it can be only one.
pub fn zone_of_number(e164: &str) -> Option<&'static str> {
    match table::find(e164)?.zones {
        [zone] => Some(zone),
        _ => None,
    }
}

/// The country of a number.
pub fn country_of_number(e164: &str) -> Option<Country> {
    Country::new(table::find(e164)?.country)
}

#[cfg(test)]
mod tests;

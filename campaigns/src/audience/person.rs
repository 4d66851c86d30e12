//! Whom the business knows already, as a row of a table would tell of them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use permission::Place;

use super::{Defaults, Mapping, Row, cell};
use crate::phone::Phone;

/// What is known of somebody. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The number, E.164.
    pub number: Option<String>,
    /// Other numbers, E.164; what is no number is left out.
    pub others: Vec<String>,
    /// The name.
    pub name: Option<String>,
    /// BCP 47 language.
    pub language: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// ISO 3166-1 country, where it is known; it may be another than that of the number.
    pub country: Option<String>,
    /// All other fields.
    pub fields: BTreeMap<String, String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").finish_non_exhaustive()
    }
}

/// The one zone of where they are, where it can be only one: a country that is known counts more than the number.
fn zone_of_place(number: Phone, country: Option<&str>) -> Option<String> {
    let number = number.to_string();
    let place = Place::new(&number, None, country, None).unwrap_or_else(|_| Place::of_number(&number));
    match place.zones() {
        [zone] => zone.iana_name().map(str::to_owned),
        _ => None,
    }
}

/// Somebody as a row. Their own time is the field that `columns.appointment` names, or `appointment`; `house`: what holds
/// where neither they nor the mapping say.
///
/// # Errors
/// Why they cannot be called, as one sentence without a full stop and without what is known of them.
pub fn row_of_person(person: Person, mapping: &Mapping, house: &Defaults) -> Result<Row, String> {
    let defaults = mapping.defaults.or(house);
    let number = person.number.as_deref().ok_or("there is no number: add one to the contact")?;
    let number = Phone::parse(number).map_err(|_| "the number cannot be called: write it as `+4930123456`")?;
    let mut others: Vec<Phone> = Vec::new();
    for other in person.others.iter().filter_map(|other| Phone::parse(other).ok()) {
        if other != number && !others.contains(&other) {
            others.push(other);
        }
    }
    let usual = || defaults.language.as_deref().and_then(|language| cell::language(language).ok());
    let language = person.language.as_deref().and_then(|language| cell::language(language).ok());
    let language = language.or_else(|| cell::language_of(number).map(str::to_owned)).or_else(usual);
    let known = person.time_zone.filter(|name| TimeZone::get(name).is_ok());
    let time_zone =
        known.or_else(|| zone_of_place(number, person.country.as_deref())).or_else(|| defaults.time_zone.clone());
    let own_time = mapping.appointment.as_deref().unwrap_or("appointment");
    let appointment = match person.fields.get(own_time).filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            let zone = time_zone.as_deref().or(defaults.clock.as_deref());
            let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
            let at = cell::time(text, mapping.appointment_format.as_deref(), &zone);
            Some(at.map_err(|wrong| format!("the field `{own_time}`: {wrong}"))?)
        }
        None => None,
    };
    let clock = defaults.clock.filter(|_| time_zone.is_none() && appointment.is_some());
    Ok(Row {
        line: 0,
        number,
        others,
        name: person.name,
        language,
        time_zone,
        appointment,
        clock,
        fields: person.fields,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lives_in_another_country_than_the_number_says_is_called_at_the_hours_of_there() {
        let zone = |number: &str, country: Option<&str>| {
            let (number, country) = (Some(number.to_owned()), country.map(str::to_owned));
            let person = Person { number, country, ..Person::default() };
            row_of_person(person, &Mapping::default(), &Defaults::default()).unwrap().time_zone
        };
        assert_eq!(zone("+4930901820", None).as_deref(), Some("Europe/Berlin"));
        assert_eq!(zone("+4930901820", Some("DE")).as_deref(), Some("Europe/Berlin"));
        assert_eq!(zone("+4930901820", Some("GB")).as_deref(), Some("Europe/London"));
        assert_eq!(zone("+4930901820", Some("US")), None, "it has many, and the gate asks for all of them");
    }
}

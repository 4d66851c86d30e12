//! What stands in one cell: a number, a language, a zone, a time.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use permission::country_of_number;
use phonenumber::{Mode, country};

use crate::phone::Phone;

/// A number as people write it. `country`: by whose rules one without a country code is read.
pub(super) fn number(text: &str, country: Option<&str>) -> Result<Phone, String> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let written = text.bytes().all(|b| b.is_ascii_digit() || b"+ -./()".contains(&b));
    if !written {
        return Err("this is no phone number: it has signs that no number has".to_owned());
    }
    if digits > 17 {
        return Err(format!("this is no phone number: it has {digits} digits, and 15 are the most"));
    }
    let international = text.starts_with('+') || text.starts_with("00");
    if country.is_none() && !international {
        return Err("this number has no country code: write `+` and the code, or set `audience.country`".to_owned());
    }
    // Numbers of some tables begin with 00 in place of the plus.
    let text = if international && !text.starts_with('+') { format!("+{}", &text[2..]) } else { text.to_owned() };
    let wrong = || {
        let by = country.map_or_else(String::new, |country| format!(" of {country}"));
        format!("this is no phone number{by}: write it as `+4930123456`, or set `audience.country`")
    };
    let country = country.and_then(|code| country::Id::from_str(code).ok());
    let number = phonenumber::parse(country, &text).map_err(|_| wrong())?;
    Phone::parse(&number.format().mode(Mode::E164).to_string()).map_err(|_| wrong())
}

/// A language tag: two or three letters, then a region perhaps.
pub(super) fn language(text: &str) -> Result<String, String> {
    let text = text.trim().replace('_', "-");
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let region = parts.next();
    let letters = |part: &str, sizes: std::ops::RangeInclusive<usize>| {
        sizes.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
    };
    if !letters(primary, 2..=3) || region.is_some_and(|region| !letters(region, 2..=2)) || parts.next().is_some() {
        return Err("this is no language: write it as `de` or `de-AT`".to_owned());
    }
    let primary = primary.to_ascii_lowercase();
    Ok(region.map_or_else(|| primary.clone(), |region| format!("{primary}-{}", region.to_ascii_uppercase())))
}

/// The language that most people of a number's country speak, among those that the house speaks.
pub(super) fn language_of(number: Phone) -> Option<&'static str> {
    let country = country_of_number(&number.to_string())?;
    match country.as_str() {
        "DE" | "AT" | "LI" => Some("de"),
        "GB" | "IE" | "US" | "AU" | "NZ" => Some("en"),
        "ES" | "MX" | "AR" | "CO" | "CL" | "PE" => Some("es"),
        "FR" | "MC" => Some("fr"),
        "IT" | "SM" | "VA" => Some("it"),
        _ => None,
    }
}

/// A zone by its name.
pub(super) fn zone(text: &str) -> Result<TimeZone, String> {
    let text = text.trim();
    TimeZone::get(text).map_err(|_| "this is no time zone: write it as `Europe/Berlin`".to_owned())
}

/// A time; one without a zone is on the contact's clock.
pub(super) fn time(text: &str, format: Option<&str>, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    let local = |time: DateTime| zone.to_ambiguous_timestamp(time).compatible().map_err(|error| error.to_string());
    if let Some(format) = format {
        let wrong = |_| format!("this time is not written as `{format}`");
        let broken = BrokenDownTime::parse(format, text).map_err(wrong)?;
        return match broken.to_timestamp() {
            Ok(at) => Ok(at),
            Err(_) => local(broken.to_datetime().map_err(wrong)?),
        };
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(at) = text.parse::<Zoned>() {
        return Ok(at.timestamp());
    }
    match text.parse::<DateTime>() {
        Ok(time) => local(time),
        Err(_) => Err("this is no time: write it as `2026-12-01 09:30`, or say how it is written in \
                       `audience.appointment_format`"
            .to_owned()),
    }
}

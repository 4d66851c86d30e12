//! Whom to call: a table of contacts, read row by row.

mod cell;
mod person;
mod read;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::phone::Phone;

pub use person::{Person, row_of_person};
pub use read::{AudienceError, read};

/// Which column holds what. A column is named by its heading, in any case of letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The number to be called. Default `number`.
    pub number: String,
    /// Other numbers of the contact, in the order in which they are tried. A table may be without these columns.
    pub other_numbers: Vec<String>,
    /// The name. Default `name`, where there is such a column.
    pub name: Option<String>,
    /// The language, such as `de` or `de-AT`. Default `language`, where there is such a column.
    pub language: Option<String>,
    /// The time zone, such as `Europe/Berlin`. Default `time_zone`, where there is such a column.
    pub time_zone: Option<String>,
    /// The contact's own time: an appointment, a delivery. Default `appointment`, where there is such a column.
    pub appointment: Option<String>,
    /// How that time is written, by `strptime`; `None`: as in ISO 8601.
    pub appointment_format: Option<String>,
    /// Fields of the contact with their columns; empty: every other column is a field by its heading.
    pub fields: BTreeMap<String, String>,
    /// What separates the cells; `None`: whichever of `,`, `;` and the tabulator the first line has most of.
    pub delimiter: Option<char>,
    /// What holds where a row does not say.
    pub defaults: Defaults,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            number: "number".to_owned(),
            other_numbers: Vec::new(),
            name: None,
            language: None,
            time_zone: None,
            appointment: None,
            appointment_format: None,
            fields: BTreeMap::new(),
            delimiter: None,
            defaults: Defaults::default(),
        }
    }
}

/// What holds where a row does not say. `None`: the house's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    /// ISO 3166-1 alpha-2 of the country by whose rules numbers without a country code are read.
    pub country: Option<String>,
    /// The language, where neither the row nor the country of the number says.
    pub language: Option<String>,
    /// The time zone, where neither the row nor the number says.
    pub time_zone: Option<String>,
    /// The time zone by which appointments are read where that of the contact is not known. Nobody is called by it.
    pub clock: Option<String>,
}

impl Defaults {
    /// What is not set is taken from the house's.
    #[must_use]
    pub fn or(&self, house: &Self) -> Self {
        Self {
            country: self.country.clone().or_else(|| house.country.clone()),
            language: self.language.clone().or_else(|| house.language.clone()),
            time_zone: self.time_zone.clone().or_else(|| house.time_zone.clone()),
            clock: self.clock.clone().or_else(|| house.clock.clone()),
        }
    }
}

/// A table of contacts, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audience {
    /// The good rows.
    pub rows: Vec<Row>,
    /// What is wrong with the others, in their order; at most [`MAX_FAULTS`].
    pub faults: Vec<RowFault>,
    /// Rows that were left out for their faults, those above [`MAX_FAULTS`] too.
    pub bad_rows: usize,
    /// Rows whose number stands in an earlier one: left out.
    pub duplicates: Vec<Duplicate>,
    /// Columns of other numbers that the table does not have: nobody has such a number.
    pub absent: Vec<String>,
}

/// The most faults that are kept of one table.
pub const MAX_FAULTS: usize = 10_000;

/// One contact of a table.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file, from 1; the headings have 1.
    pub line: u64,
    /// The number that is called first.
    pub number: Phone,
    /// Other numbers, without the first and without repetitions.
    pub others: Vec<Phone>,
    /// The name.
    pub name: Option<String>,
    /// The language, a BCP 47 tag.
    pub language: Option<String>,
    /// The time zone, by its name in the IANA database; `None` where the number may be in several and nothing is set.
    pub time_zone: Option<String>,
    /// The contact's own time.
    pub appointment: Option<Timestamp>,
    /// The time zone by which that time was read, where `time_zone` is not known.
    pub clock: Option<String>,
    /// All other fields.
    pub fields: BTreeMap<String, String>,
}

impl Row {
    /// The contact's own time on the contact's own clock, or the business's where that is not known: `2026-12-01T09:30`.
    pub fn local_appointment(&self) -> Option<String> {
        let zone = self.time_zone.as_deref().or(self.clock.as_deref());
        let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        Some(zone.to_datetime(self.appointment?).strftime("%Y-%m-%dT%H:%M").to_string())
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("line", &self.line).field("language", &self.language).finish_non_exhaustive()
    }
}

/// A row that was left out because an earlier one has its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    /// Its line.
    pub line: u64,
    /// The line of the earlier one.
    pub of: u64,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The line of the file, from 1.
    pub line: u64,
    /// The heading of the column; `None` for the row as a whole.
    pub column: Option<String>,
    /// What is wrong and what to do, as one sentence without a full stop.
    pub message: String,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, column `{column}`: {}", self.line, self.message),
            None => write!(f, "line {}: {}", self.line, self.message),
        }
    }
}

/// The message may repeat what stands in the table.
impl fmt::Debug for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowFault").field("line", &self.line).field("column", &self.column).finish_non_exhaustive()
    }
}

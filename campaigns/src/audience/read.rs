//! From a table in CSV to contacts, gathering every fault on the way.

use std::collections::{BTreeMap, HashMap};

use csv::{ReaderBuilder, StringRecord};
use jiff::tz::TimeZone;
use permission::zone_of_number;

use super::{Audience, Defaults, Duplicate, MAX_FAULTS, Mapping, Row, RowFault, cell};
use crate::phone::Phone;

/// The longest cell, in bytes.
const MAX_CELL: usize = 4 * 1024;

/// The table as a whole cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// There is nothing in it.
    #[error("the table is empty: its first line names the columns")]
    Empty,
    /// A column that is asked for is not there.
    #[error("the table has no column `{column}`: it has {}; name the right one under `audience.columns`", .known.join(", "))]
    NoColumn {
        /// The column.
        column: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// A heading stands there twice.
    #[error("the table has two columns `{0}`: rename one")]
    TwoColumns(String),
    /// A default is wrong.
    #[error("the default {0}")]
    Default(String),
}

/// Reads a table. `house`: what holds where neither a row nor the mapping says.
///
/// Rows with faults are left out and told; so are rows whose number stands in an earlier one. An optional cell that
/// is empty is no fault.
pub fn read(table: &[u8], mapping: &Mapping, house: &Defaults) -> Result<Audience, AudienceError> {
    let text = String::from_utf8_lossy(table);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let delimiter = mapping.delimiter.unwrap_or_else(|| guess(text));
    let mut reader = ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headings = reader.headers().cloned().map_err(|_| AudienceError::Empty)?;
    if headings.is_empty() {
        return Err(AudienceError::Empty);
    }
    let columns = Columns::find(&headings, mapping)?;
    let mut reading = Reading::new(&headings, columns, mapping, mapping.defaults.or(house))?;
    for record in reader.records() {
        match record {
            Ok(record) => reading.take(&record),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                reading.refuse(RowFault { line, column: None, message: "this row cannot be read as CSV".to_owned() });
            }
        }
    }
    Ok(reading.audience)
}

fn guess(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    [',', ';', '\t'].into_iter().rev().max_by_key(|sign| first.matches(*sign).count()).unwrap_or(',')
}

/// Where each column stands.
struct Columns {
    number: usize,
    others: Vec<usize>,
    name: Option<usize>,
    language: Option<usize>,
    time_zone: Option<usize>,
    appointment: Option<usize>,
    fields: Vec<(String, usize)>,
}

impl Columns {
    fn find(headings: &StringRecord, mapping: &Mapping) -> Result<Self, AudienceError> {
        let mut places: HashMap<String, usize> = HashMap::new();
        for (index, heading) in headings.iter().enumerate() {
            if places.insert(heading.to_lowercase(), index).is_some() {
                return Err(AudienceError::TwoColumns(heading.to_owned()));
            }
        }
        let need = |column: &str| {
            places.get(&column.to_lowercase()).copied().ok_or_else(|| AudienceError::NoColumn {
                column: column.to_owned(),
                known: headings.iter().map(str::to_owned).collect(),
            })
        };
        let take = |asked: &Option<String>, usual: &str| match asked {
            Some(column) => need(column).map(Some),
            None => Ok(places.get(usual).copied()),
        };
        let mut columns = Self {
            number: need(&mapping.number)?,
            // Who has no other number needs no column for it.
            others: mapping.other_numbers.iter().filter_map(|column| need(column).ok()).collect(),
            name: take(&mapping.name, "name")?,
            language: take(&mapping.language, "language")?,
            time_zone: take(&mapping.time_zone, "time_zone")?,
            appointment: take(&mapping.appointment, "appointment")?,
            fields: Vec::new(),
        };
        columns.fields = if mapping.fields.is_empty() {
            let free = headings.iter().enumerate().filter(|(index, _)| !columns.has(*index));
            free.map(|(index, heading)| (field_name(heading), index)).collect()
        } else {
            let named = mapping.fields.iter().map(|(field, column)| Ok((field.clone(), need(column)?)));
            named.collect::<Result<_, _>>()?
        };
        Ok(columns)
    }

    fn has(&self, index: usize) -> bool {
        let single = [Some(self.number), self.name, self.language, self.time_zone, self.appointment];
        single.contains(&Some(index)) || self.others.contains(&index)
    }
}

/// A heading as a name that templates can use: `Arzt Name` is `arzt_name`.
fn field_name(heading: &str) -> String {
    heading.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

struct Reading<'a> {
    headings: &'a StringRecord,
    columns: Columns,
    mapping: &'a Mapping,
    defaults: Defaults,
    language: Option<String>,
    /// Numbers with the lines that they stand in.
    seen: HashMap<Phone, u64>,
    audience: Audience,
}

impl<'a> Reading<'a> {
    fn new(
        headings: &'a StringRecord,
        columns: Columns,
        mapping: &'a Mapping,
        defaults: Defaults,
    ) -> Result<Self, AudienceError> {
        let language = defaults.language.as_deref().map(cell::language).transpose();
        let language = language.map_err(|error| AudienceError::Default(format!("language: {error}")))?;
        if let Some(zone) = &defaults.time_zone {
            cell::zone(zone).map_err(|error| AudienceError::Default(format!("time zone: {error}")))?;
        }
        let there = |column: &&String| headings.iter().any(|heading| heading.to_lowercase() == column.to_lowercase());
        let absent = mapping.other_numbers.iter().filter(|column| !there(column)).cloned().collect();
        let (seen, audience) = (HashMap::new(), Audience { absent, ..Audience::default() });
        Ok(Self { headings, columns, mapping, defaults, language, seen, audience })
    }

    fn take(&mut self, record: &StringRecord) {
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            return;
        }
        match self.row(record, line) {
            Ok(row) => {
                if let Some(&of) = self.seen.get(&row.number) {
                    self.audience.duplicates.push(Duplicate { line, of });
                } else {
                    self.seen.insert(row.number, line);
                    self.audience.rows.push(row);
                }
            }
            Err(fault) => self.refuse(fault),
        }
    }

    fn refuse(&mut self, fault: RowFault) {
        self.audience.bad_rows += 1;
        if self.audience.faults.len() < MAX_FAULTS {
            self.audience.faults.push(fault);
        }
    }

    fn row(&self, record: &StringRecord, line: u64) -> Result<Row, RowFault> {
        if record.len() > self.headings.len() {
            let message = format!(
                "this row has {} cells and the first line {}: put cells with a separator in quotes",
                record.len(),
                self.headings.len()
            );
            return Err(RowFault { line, column: None, message });
        }
        if let Some(index) = record.iter().position(|cell| cell.len() > MAX_CELL) {
            return Err(self.fault(line, index, format!("this cell has more than {MAX_CELL} bytes")));
        }
        let columns = &self.columns;
        let at = |index: usize| record.get(index).filter(|cell| !cell.is_empty());
        let country = self.defaults.country.as_deref();
        let text =
            at(columns.number).ok_or_else(|| self.fault(line, columns.number, "a number is needed here".to_owned()))?;
        let number = cell::number(text, country).map_err(|wrong| self.fault(line, columns.number, wrong))?;
        let mut others: Vec<Phone> = Vec::new();
        for &index in &columns.others {
            let Some(text) = at(index) else { continue };
            let other = cell::number(text, country).map_err(|wrong| self.fault(line, index, wrong))?;
            if other != number && !others.contains(&other) {
                others.push(other);
            }
        }
        let cell = |index: Option<usize>| index.and_then(|index| Some((index, at(index)?)));
        let language = match cell(columns.language) {
            Some((index, text)) => Some(cell::language(text).map_err(|wrong| self.fault(line, index, wrong))?),
            None => cell::language_of(number).map(str::to_owned).or_else(|| self.language.clone()),
        };
        let time_zone = match cell(columns.time_zone) {
            Some((index, text)) => {
                cell::zone(text).map_err(|wrong| self.fault(line, index, wrong))?;
                Some(text.to_owned())
            }
            None => zone_of_number(&number.to_string()).map(str::to_owned).or_else(|| self.defaults.time_zone.clone()),
        };
        let appointment = match cell(columns.appointment) {
            Some((index, text)) => {
                let zone = time_zone.as_deref().or(self.defaults.clock.as_deref());
                let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
                let format = self.mapping.appointment_format.as_deref();
                Some(cell::time(text, format, &zone).map_err(|wrong| self.fault(line, index, wrong))?)
            }
            None => None,
        };
        let fields: BTreeMap<String, String> = columns
            .fields
            .iter()
            .map(|(name, index)| (name.clone(), record.get(*index).unwrap_or_default().to_owned()))
            .collect();
        let name = cell(columns.name).map(|(_, text)| text.to_owned());
        let clock = self.defaults.clock.clone().filter(|_| time_zone.is_none() && appointment.is_some());
        Ok(Row { line, number, others, name, language, time_zone, appointment, clock, fields })
    }

    fn fault(&self, line: u64, index: usize, message: String) -> RowFault {
        RowFault { line, column: self.headings.get(index).map(str::to_owned), message }
    }
}

//! A table of contacts, as CSV or JSON: columns become fields, numbers become E.164, and what cannot be read is told by
//! its row.

use std::collections::HashMap;
use std::str::FromStr;

use phonenumber::{Mode, country};
use serde::Serialize;
use serde_json::Value;
use store::{ContactChange, ImportedContact, OtherNumber};
use utoipa::ToSchema;

/// Faults that are told; the others are counted.
const MAX_FAULTS: usize = 1_000;
/// The longest text of a cell, in characters.
const MAX_CELL: usize = 10_000;

/// How a table is to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    /// ISO 3166-1 country of numbers that are written without a country code.
    pub country: String,
    /// What a column is, by its heading in lower case.
    pub columns: HashMap<String, String>,
    /// Tags that every row gets.
    pub tags: Vec<String>,
}

/// A row that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RowFault {
    /// Its line in the file, from 1; in JSON its place in the list, from 1.
    pub row: u64,
    /// The column.
    pub column: String,
    /// What is wrong, and what to do about it.
    pub problem: String,
}

/// A row whose number an earlier one has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Duplicate {
    /// Its line.
    pub row: u64,
    /// The line of the earlier one, which counts.
    pub of: u64,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// How many rows there are.
    pub rows: u64,
    /// Those that can be kept, each number once.
    pub good: Vec<ImportedContact>,
    /// The others, the first thousand.
    pub faults: Vec<RowFault>,
    /// How many others.
    pub fault_count: u64,
    /// Rows that say a number again, the first thousand.
    pub duplicates: Vec<Duplicate>,
    /// How many of those.
    pub duplicate_count: u64,
    seen: HashMap<String, u64>,
}

/// The table cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SheetError(String);

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Ignored,
    Number,
    Other(String),
    Numbers,
    Name,
    Language,
    TimeZone,
    Country,
    Region,
    Tags,
    Notes,
    Field(String),
}

/// Headings that are understood without a word, in five languages.
const KNOWN: [(&str, &str); 40] = [
    ("number", "number"),
    ("phone", "number"),
    ("phone number", "number"),
    ("telephone", "number"),
    ("tel", "number"),
    ("telefon", "number"),
    ("telefonnummer", "number"),
    ("rufnummer", "number"),
    ("téléphone", "number"),
    ("teléfono", "number"),
    ("telefono", "number"),
    ("mobile", "other:mobile"),
    ("mobil", "other:mobile"),
    ("handy", "other:mobile"),
    ("móvil", "other:mobile"),
    ("cellulare", "other:mobile"),
    ("numbers", "numbers"),
    ("other numbers", "numbers"),
    ("name", "name"),
    ("nom", "name"),
    ("nome", "name"),
    ("nombre", "name"),
    ("language", "language"),
    ("sprache", "language"),
    ("langue", "language"),
    ("lingua", "language"),
    ("idioma", "language"),
    ("time zone", "time_zone"),
    ("timezone", "time_zone"),
    ("zeitzone", "time_zone"),
    ("country", "country"),
    ("land", "country"),
    ("pays", "country"),
    ("paese", "country"),
    ("país", "country"),
    ("region", "region"),
    ("tags", "tags"),
    ("tag", "tags"),
    ("notes", "notes"),
    ("notizen", "notes"),
];

impl Reading {
    fn column(&self, heading: &str) -> Column {
        let heading = heading.trim();
        let lower = heading.to_lowercase();
        let plain = lower.replace('_', " ");
        let known = || KNOWN.iter().find(|(known, _)| *known == plain).map(|(_, target)| *target);
        let target = self.columns.get(&lower).map(String::as_str).or_else(known);
        match target {
            Some("-") => Column::Ignored,
            None if matches!(plain.as_str(), "id" | "address" | "created at" | "updated at" | "") => Column::Ignored,
            None => Column::Field(heading.to_owned()),
            Some("number") => Column::Number,
            Some("numbers") => Column::Numbers,
            Some("name") => Column::Name,
            Some("language") => Column::Language,
            Some("time_zone") => Column::TimeZone,
            Some("country") => Column::Country,
            Some("region") => Column::Region,
            Some("tags") => Column::Tags,
            Some("notes") => Column::Notes,
            Some(target) => match target.split_once(':') {
                Some(("other", label)) => Column::Other(label.to_owned()),
                _ if target == "other" => Column::Other(String::new()),
                _ => Column::Field(target.strip_prefix("fields.").unwrap_or(target).to_owned()),
            },
        }
    }
}

/// Reads CSV (RFC 4180) with a line of headings, its cells parted by commas, semicolons or tabs.
pub(crate) fn read_csv(bytes: &[u8], reading: &Reading) -> Result<Sheet, SheetError> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).map_err(|error| {
        SheetError(format!("the file is not UTF-8 at byte {}: save it as CSV UTF-8", error.valid_up_to()))
    })?;
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|mark| first.bytes().filter(|b| b == mark).count());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|error| SheetError(format!("the headings cannot be read: {error}")))?;
    let columns: Vec<_> = headings.iter().map(|heading| (heading.to_owned(), reading.column(heading))).collect();
    has_number(columns.iter().map(|(_, column)| column), first)?;
    let mut sheet = Sheet::default();
    for record in reader.records() {
        sheet.rows += 1;
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let row = error.position().map_or(sheet.rows + 1, csv::Position::line);
                sheet.fault(RowFault {
                    row,
                    column: String::new(),
                    problem: format!("the row cannot be read: {error}"),
                });
                continue;
            }
        };
        let line = record.position().map_or(sheet.rows + 1, csv::Position::line);
        if record.len() > columns.len() {
            let problem = format!("the row has {} cells, the headings are {}", record.len(), columns.len());
            sheet.fault(RowFault { row: line, column: String::new(), problem });
            continue;
        }
        let cells = columns.iter().zip(&record).map(|((heading, column), cell)| (heading, column, unguarded(cell)));
        let cells = cells.map(|(heading, column, cell)| (heading.as_str(), column.clone(), Value::from(cell)));
        sheet.take(line, cells, reading);
    }
    Ok(sheet)
}

/// Reads a JSON list of objects, or an object with that list under `data`.
pub(crate) fn read_json(bytes: &[u8], reading: &Reading) -> Result<Sheet, SheetError> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| SheetError(format!("the file is not JSON: {error}")))?;
    let rows = match value {
        Value::Array(rows) => rows,
        Value::Object(mut object) => match object.shift_remove("data") {
            Some(Value::Array(rows)) => rows,
            _ => return Err(SheetError("the JSON has no list `data`: give a list of contacts".into())),
        },
        _ => return Err(SheetError("the JSON is no list of contacts".into())),
    };
    let mut sheet = Sheet::default();
    for (row, place) in rows.into_iter().zip(1..) {
        sheet.rows += 1;
        let Value::Object(row) = row else {
            let problem = "this is no object: write {\"number\": \"+49...\", ...}".to_owned();
            sheet.fault(RowFault { row: place, column: String::new(), problem });
            continue;
        };
        let mut cells = Vec::new();
        for (key, value) in row {
            match value {
                Value::Object(fields) if key == "fields" => {
                    cells.extend(fields.into_iter().map(|(field, value)| (field.clone(), Column::Field(field), value)));
                }
                value => cells.push((key.clone(), reading.column(&key), value)),
            }
        }
        sheet.take(
            place,
            cells.iter().map(|(key, column, value)| (key.as_str(), column.clone(), value.clone())),
            reading,
        );
    }
    Ok(sheet)
}

fn has_number<'c>(mut columns: impl Iterator<Item = &'c Column>, first: &str) -> Result<(), SheetError> {
    if columns.any(|column| matches!(column, Column::Number | Column::Other(_) | Column::Numbers)) {
        return Ok(());
    }
    let headings: String = first.chars().take(200).collect();
    Err(SheetError(format!("no column is the number: say which one, as `Tel.=number`. The headings are: {headings}")))
}

/// A cell that was written so that a spreadsheet does not take it for a formula.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

impl Sheet {
    fn fault(&mut self, fault: RowFault) {
        self.fault_count += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }

    fn take<'h>(&mut self, row: u64, cells: impl Iterator<Item = (&'h str, Column, Value)>, reading: &Reading) {
        let mut made = Row::default();
        for (heading, column, value) in cells {
            if let Err(problem) = made.cell(&column, value, reading) {
                self.fault(RowFault { row, column: heading.to_owned(), problem });
                return;
            }
        }
        let contact = match made.finish(reading) {
            Ok(contact) => contact,
            Err(problem) => return self.fault(RowFault { row, column: String::new(), problem }),
        };
        if let Some(&of) = self.seen.get(&contact.number) {
            self.duplicate_count += 1;
            if self.duplicates.len() < MAX_FAULTS {
                self.duplicates.push(Duplicate { row, of });
            }
            return;
        }
        self.seen.insert(contact.number.clone(), row);
        self.good.push(contact);
    }
}

#[derive(Default)]
struct Row {
    number: Option<String>,
    others: Vec<OtherNumber>,
    change: ContactChange,
}

impl Row {
    fn cell(&mut self, column: &Column, value: Value, reading: &Reading) -> Result<(), String> {
        if let Column::Field(field) = column {
            let value = match value {
                Value::String(text) if text.trim().is_empty() => return Ok(()),
                Value::String(text) => Value::String(short(&text)?.to_owned()),
                Value::Null => return Ok(()),
                value => value,
            };
            self.change.fields.insert(field.clone(), value);
            return Ok(());
        }
        if let (Column::Numbers, Value::Array(numbers)) = (column, &value) {
            for other in numbers {
                let label = other["label"].as_str().unwrap_or_default();
                let text = other["number"].as_str().or_else(|| other.as_str()).unwrap_or_default();
                self.others.push(OtherNumber { number: e164(text, &reading.country)?, label: label.to_owned() });
            }
            return Ok(());
        }
        if let (Column::Tags, Value::Array(tags)) = (column, &value) {
            self.change.tags = Some(tags.iter().filter_map(|tag| Some(tag.as_str()?.trim().to_owned())).collect());
            return Ok(());
        }
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Null => return Ok(()),
            Value::Number(number) => number.to_string(),
            _ => return Err("this is no text".into()),
        };
        let text = short(text.trim())?;
        if text.is_empty() { Ok(()) } else { self.text(column, text, reading) }
    }

    fn text(&mut self, column: &Column, text: &str, reading: &Reading) -> Result<(), String> {
        let some = || Some(Some(text.to_owned()));
        match column {
            Column::Number => self.number = Some(e164(text, &reading.country)?),
            Column::Other(label) => {
                self.others.push(OtherNumber { number: e164(text, &reading.country)?, label: label.clone() });
            }
            Column::Numbers => {
                for part in text.split([',', ';', '|']).map(str::trim).filter(|part| !part.is_empty()) {
                    let (label, number) = part.rsplit_once(':').unwrap_or(("", part));
                    let number = e164(number, &reading.country)?;
                    self.others.push(OtherNumber { number, label: label.trim().to_owned() });
                }
            }
            Column::Name => self.change.name = some(),
            Column::Language => self.change.language = Some(Some(language(text)?)),
            Column::TimeZone => self.change.time_zone = Some(Some(zone(text)?)),
            Column::Country => self.change.country = Some(Some(country_code(text)?)),
            Column::Region => self.change.region = some(),
            Column::Notes => self.change.notes = Some(text.to_owned()),
            Column::Tags => {
                let tags = text.split([',', ';', '|']).map(str::trim).filter(|tag| !tag.is_empty());
                self.change.tags = Some(tags.map(str::to_owned).collect());
            }
            Column::Ignored | Column::Field(_) => {}
        }
        Ok(())
    }

    fn finish(mut self, reading: &Reading) -> Result<ImportedContact, String> {
        let mut others = self.others.into_iter();
        let number = match self.number {
            Some(number) => number,
            None => others.next().map(|other| other.number).ok_or("the row has no number: fill the column")?,
        };
        let others: Vec<_> = others.filter(|other| other.number != number).collect();
        if !others.is_empty() {
            self.change.numbers = Some(others);
        }
        if !reading.tags.is_empty() {
            self.change.tags.get_or_insert_default().extend(reading.tags.iter().cloned());
        }
        let part = |field: &str| self.change.fields.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.change.name.is_none() {
            let name = format!("{} {}", part("first_name"), part("last_name"));
            self.change.name = Some(name.trim().to_owned()).filter(|name| !name.is_empty()).map(Some);
        }
        Ok(ImportedContact { number, known: self.change })
    }
}

fn short(text: &str) -> Result<&str, String> {
    if text.chars().count() > MAX_CELL {
        return Err(format!("the text is longer than {MAX_CELL} characters: shorten it"));
    }
    Ok(text)
}

/// A number as people write it, in E.164, if there can be one like it.
pub(crate) fn e164(text: &str, country: &str) -> Result<String, String> {
    let id = country::Id::from_str(country).ok();
    let wrong = || format!("this is no phone number of {country} or with a country code: write it as +4930123456");
    // Numbers of some tables begin with 00 in place of the plus.
    let text = text.trim();
    let plus = text.strip_prefix("00").map(|rest| format!("+{rest}"));
    if !text.bytes().all(|b| b.is_ascii_digit() || b"+ -./()".contains(&b)) {
        return Err(wrong());
    }
    let number = phonenumber::parse(id, plus.as_deref().unwrap_or(text)).map_err(|_| wrong())?;
    if !number.is_valid() {
        return Err(wrong());
    }
    Ok(number.format().mode(Mode::E164).to_string())
}

/// A BCP 47 language of two or three letters, with a region perhaps.
pub(crate) fn language(text: &str) -> Result<String, String> {
    let text = text.trim().replace('_', "-");
    let (primary, region) = text.split_once('-').unwrap_or((&text, ""));
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    if !letters(primary) || !(2..=3).contains(&primary.len()) || !letters(region) || ![0, 2].contains(&region.len()) {
        return Err("this is no language: write it as de or de-AT".into());
    }
    let primary = primary.to_ascii_lowercase();
    Ok(if region.is_empty() { primary } else { format!("{primary}-{}", region.to_ascii_uppercase()) })
}

/// A time zone by its IANA name.
pub(crate) fn zone(text: &str) -> Result<String, String> {
    let zone = jiff::tz::TimeZone::get(text.trim()).map_err(|_| "this is no time zone: write it as Europe/Berlin")?;
    Ok(zone.iana_name().unwrap_or_default().to_owned())
}

/// A country by its two letters.
pub(crate) fn country_code(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    match country::Id::from_str(&code) {
        Ok(_) if code.len() == 2 => Ok(code),
        _ => Err("this is no country: write its two letters of ISO 3166-1, such as DE".into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn fields(contact: &ImportedContact) -> &Map<String, Value> {
        &contact.known.fields
    }

    fn german() -> Reading {
        Reading { country: "DE".into(), ..Reading::default() }
    }

    #[test]
    fn rows_become_contacts_and_bad_ones_are_told_by_their_line() {
        let csv = "\u{feff}Telefon;Name;Sprache;Tags;Kundennummer;Mobil\n\
                   030 901820;Anna Berg;de;vip, alt;17;0171 1234567\n\
                   12;Ben;de;;18;\n\
                   +49 30 901820;Anna;;;19;\n\
                   \"030 901821\";\"Carl\nMeier\";xx-y;;20;\n\
                   0049-30-901822;\"Dora \"\"D.\"\"\";it;;21;\n\
                   ;Emil;;;22;\n";
        let sheet = read_csv(csv.as_bytes(), &german()).unwrap();
        assert_eq!((sheet.rows, sheet.good.len(), sheet.fault_count, sheet.duplicate_count), (6, 2, 3, 1));
        let anna = &sheet.good[0];
        assert_eq!((anna.number.as_str(), anna.known.name.clone()), ("+4930901820", Some(Some("Anna Berg".into()))));
        assert_eq!(anna.known.tags.as_deref(), Some(&["vip".to_owned(), "alt".to_owned()][..]));
        assert_eq!(fields(anna)["Kundennummer"], json!("17"));
        assert_eq!(anna.known.numbers.as_ref().unwrap()[0].number, "+491711234567");
        assert_eq!(sheet.duplicates, [Duplicate { row: 4, of: 2 }]);
        let told: Vec<_> = sheet.faults.iter().map(|fault| (fault.row, fault.column.as_str())).collect();
        assert_eq!(told, [(3, "Telefon"), (5, "Sprache"), (8, "")], "a cell of two lines counts as two");
        assert_eq!(sheet.good[1].known.name, Some(Some("Dora \"D.\"".into())));
    }

    #[test]
    fn columns_are_what_they_are_said_to_be() {
        let columns = [("contact", "number"), ("who", "fields.nick"), ("secret", "-"), ("vorname", "first_name")];
        let columns = columns.map(|(heading, target)| (heading.to_owned(), target.to_owned())).into();
        let reading = Reading { columns, tags: vec!["fair".into()], ..german() };
        let sheet = read_csv(b"Contact,Who,Secret,Vorname,last_name\n030901820,a,b,Anna,Berg\n", &reading).unwrap();
        let row = &sheet.good[0];
        assert_eq!(fields(row).keys().collect::<Vec<_>>(), ["nick", "first_name", "last_name"]);
        assert_eq!(row.known.name, Some(Some("Anna Berg".into())));
        assert_eq!(row.known.tags.as_deref(), Some(&["fair".to_owned()][..]));
        let error = read_csv(b"a,b\n1,2\n", &german()).unwrap_err().to_string();
        assert!(error.contains("a,b") && error.contains("=number"), "{error}");
        assert!(read_csv(b"number\n\xff\n", &german()).unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn json_is_read_as_it_is_exported() {
        let rows = json!({"data": [
            {"id": "contact_x", "number": "+4930901820", "name": "Anna", "tags": ["a"], "fields": {"n": 3},
             "numbers": [{"number": "0171 1234567", "label": "mobile"}], "created_at": "x"},
            "no object",
        ]});
        let sheet = read_json(rows.to_string().as_bytes(), &german()).unwrap();
        assert_eq!((sheet.good.len(), sheet.fault_count), (1, 1));
        assert_eq!(fields(&sheet.good[0]), json!({"n": 3}).as_object().unwrap());
        assert_eq!(sheet.good[0].known.numbers.as_ref().unwrap()[0].label, "mobile");
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        for bad in ["12", "abc", "+49", "030 90A820", "+1 555", "=1+2"] {
            assert!(e164(bad, "DE").is_err(), "{bad}");
        }
        assert_eq!(e164("(202) 555-0123", "US").as_deref(), Ok("+12025550123"));
    }
}

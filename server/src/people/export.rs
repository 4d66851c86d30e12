//! Contacts as CSV or JSON, a page at a time: as they can be imported again.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::{Address, ContactRecord};

/// The columns that every contact has.
const COLUMNS: [&str; 9] = ["number", "name", "language", "time_zone", "country", "region", "tags", "numbers", "notes"];
/// Fields that get a column of their own; a table with more would not be read by anybody.
pub(crate) const MAX_FIELDS: usize = 500;

/// The line of headings.
pub(crate) fn headings(fields: &BTreeSet<String>) -> Vec<u8> {
    line(COLUMNS.into_iter().map(str::to_owned).chain(fields.iter().map(|field| guarded(field))))
}

/// A contact as a line of CSV, with these fields.
pub(crate) fn row(contact: &ContactRecord, fields: &BTreeSet<String>) -> Vec<u8> {
    let numbers = contact.numbers.iter().map(|other| match other.label.as_str() {
        "" => other.number.clone(),
        label => format!("{label}:{}", other.number),
    });
    let text = |text: &Option<String>| guarded(text.as_deref().unwrap_or_default());
    let own = [
        address(&contact.address),
        text(&contact.name),
        text(&contact.language),
        text(&contact.time_zone),
        text(&contact.country),
        text(&contact.region),
        guarded(&contact.tags.join("|")),
        guarded(&numbers.collect::<Vec<_>>().join("|")),
        guarded(&contact.notes),
    ];
    let more = fields.iter().map(|field| match contact.fields.get(field) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => guarded(text),
        Some(other) => other.to_string(),
    });
    line(own.into_iter().chain(more))
}

/// A contact as JSON.
pub(crate) fn object(contact: &ContactRecord) -> Value {
    json!({
        "id": contact.id,
        "number": contact.address,
        "name": contact.name,
        "language": contact.language,
        "time_zone": contact.time_zone,
        "country": contact.country,
        "region": contact.region,
        "tags": contact.tags,
        "numbers": contact.numbers,
        "notes": contact.notes,
        "fields": contact.fields,
    })
}

fn line(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Into memory: it does not fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

/// A number as it is: a spreadsheet makes a number of it at worst. What is no number came from a caller.
fn address(text: &str) -> String {
    if Address::is_unmistakable(text) { text.to_owned() } else { guarded(text) }
}

/// What callers said is not to become a formula in somebody's spreadsheet.
pub(crate) fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use store::{ContactChange, OtherNumber, Store, StoreConfig, UpdateRule};

    use super::*;
    use crate::people::sheet::{Reading, read_csv};

    #[tokio::test]
    async fn what_is_written_is_read_again_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let made = store.find_or_make_contact(store.address("+4930901820"), 1).await.unwrap().unwrap();
        let change = ContactChange {
            name: Some(Some("=1+1, \"Anna\"".into())),
            language: Some(Some("de-AT".into())),
            tags: Some(vec!["a".into(), "b".into()]),
            numbers: Some(vec![
                OtherNumber { number: "+491711234567".into(), label: String::new() },
                OtherNumber { number: "+491711234568".into(), label: "mobile".into() },
            ]),
            notes: Some("two\nlines".into()),
            fields: json!({"city": "-Bonn"}).as_object().unwrap().clone(),
            ..ContactChange::default()
        };
        let before = store.change_contact(made.id, change, 1).await.unwrap();
        let fields: BTreeSet<_> = before.fields.keys().cloned().collect();
        let written = String::from_utf8(row(&before, &fields)).unwrap();
        assert!(written.contains(",'+491711234567|mobile:+491711234568,"), "{written}");
        assert_eq!((guarded("\t=1"), guarded("\r=1")), ("'\t=1".to_owned(), "'\r=1".to_owned()));
        let file = [headings(&fields), row(&before, &fields)].concat();
        let sheet = read_csv(&file, &Reading { country: "DE".into(), ..Reading::default() }).unwrap();
        assert_eq!(sheet.fault_count, 0, "{:?}", sheet.faults);
        store.delete_contact(made.id).await.unwrap();
        store.import_contacts(sheet.good, UpdateRule::Fill, 2).await.unwrap();
        let after = store.contact_by_address(&store.address("+4930901820")).await.unwrap().unwrap();
        assert_eq!((after.name, after.tags, after.numbers), (before.name, before.tags, before.numbers));
        assert_eq!((after.notes, after.fields, after.language), (before.notes, before.fields, before.language));
    }
}

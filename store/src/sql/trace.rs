//! Where a person who is erased is only mentioned: in events, errands, results of tools, gaps, notes about calls,
//! and calls of others.

use call_model::ErasureId;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::erasure::count;
use super::row::{Reader, json};
use crate::record::{ErasureRecord, ErasureWork};
use crate::writer::{Tx, Write};
use crate::{Address, Store, StoreError};

/// How many rows that only mention a person are taken in one write.
const AT_ONCE: usize = 200;
/// What stands where a number was in what is another person's.
const ERASED: &str = "erased";
/// The columns of calls that may name somebody who is not a party of them; a name can be in the first two.
const NAMING: [&str; 4] = ["variables", "remembered", "legs", "origin"];
const SAYING: usize = 2;

/// A table whose rows go when they mention the person.
struct Table {
    name: &'static str,
    /// Its key, and how a key that was read as text is compared with it.
    key: &'static str,
    as_key: fn(&str) -> String,
    text: &'static str,
}

const TABLES: [Table; 6] = [
    Table { name: "events", key: "id", as_key: str::to_owned, text: "data" },
    Table { name: "tool_results", key: "key", as_key: str::to_owned, text: "coalesce(result, '')" },
    Table { name: "errands", key: "id", as_key: integer, text: "body" },
    Table { name: "knowledge_gaps", key: "id", as_key: integer, text: "question || char(10) || wording" },
    Table { name: "call_notes", key: "id", as_key: str::to_owned, text: "text" },
    Table { name: "corrections", key: "line", as_key: integer, text: "text" },
];

fn integer(text: &str) -> String {
    format!("CAST({text} AS INTEGER)")
}

/// What a person is found by in the texts of others: only what nobody else's text holds by chance. A name does not do,
/// since callers say what they are called, nor does an extension.
pub(super) fn marks(work: &ErasureWork) -> Vec<String> {
    let mut marks: Vec<String> = work.contacts.iter().map(ToString::to_string).collect();
    marks.extend(addresses(work).cloned());
    marks
}

/// The numbers in E.164 and the SIP addresses.
fn addresses(work: &ErasureWork) -> impl Iterator<Item = &String> {
    work.numbers.iter().filter(|number| Address::is_unmistakable(number))
}

/// Where a mark begins that does not go on behind: `+4930901820` is not in `+49309018201`.
fn find(text: &str, mark: &str) -> Option<usize> {
    let goes_on = |rest: &str| {
        let mut rest = rest.chars();
        match rest.next() {
            None => false,
            Some(next) if mark.starts_with('+') => next.is_ascii_digit(),
            Some('.' | '-') => rest.next().is_some_and(char::is_alphanumeric),
            Some(next) => next.is_alphanumeric() || next == '_',
        }
    };
    text.match_indices(mark).map(|(at, _)| at).find(|at| !goes_on(&text[at + mark.len()..]))
}

/// Whether a text holds one of these.
fn holds(text: &str, marks: &[String]) -> bool {
    marks.iter().any(|mark| find(text, mark).is_some())
}

/// A text without these.
fn without(mut text: String, marks: &[String]) -> String {
    for mark in marks {
        while let Some(at) = find(&text, mark) {
            text.replace_range(at..at + mark.len(), ERASED);
        }
    }
    text
}

/// Takes names out of JSON, where they are the whole of a value.
fn forget(value: &mut Value, names: &[String]) {
    match value {
        Value::String(text) if names.contains(text) => ERASED.clone_into(text),
        Value::Array(values) => values.iter_mut().for_each(|value| forget(value, names)),
        Value::Object(fields) => fields.values_mut().for_each(|value| forget(value, names)),
        _ => {}
    }
}

impl Store {
    /// Takes the person out of the rows that only mention it. `false`: there were none.
    pub async fn erase_traces(&self, erasure: &ErasureRecord) -> Result<bool, StoreError> {
        let marks = marks(&erasure.work);
        let mut found = false;
        for table in &TABLES {
            found |= self.erase_rows(erasure.id, table, &marks).await?;
        }
        Ok(self.erase_mentions(erasure).await? || found)
    }

    async fn erase_rows(&self, id: ErasureId, table: &'static Table, marks: &[String]) -> Result<bool, StoreError> {
        let Table { name, key, as_key, text } = table;
        let query = format!(
            "SELECT CAST({key} AS TEXT) AS id, {text} AS text FROM {name} WHERE {key} > {after} \
             AND EXISTS (SELECT 1 FROM json_each(?1) n WHERE instr({text}, n.value) > 0) ORDER BY {key} LIMIT {AT_ONCE}",
            after = as_key("?2"),
        );
        let (mut after, mut found) = (String::new(), false);
        loop {
            let rows = sqlx::query(AssertSqlSafe(query.clone())).bind(json(&marks)).bind(&after);
            let (keys, seen) = rows_that(&rows.fetch_all(self.readers()).await?, marks, &mut after)?;
            if !keys.is_empty() {
                found = true;
                self.write(Sweep { id, table, keys }).await?;
            }
            if seen < AT_ONCE {
                return Ok(found);
            }
        }
    }

    async fn erase_mentions(&self, erasure: &ErasureRecord) -> Result<bool, StoreError> {
        let marks: Vec<String> = addresses(&erasure.work).cloned().collect();
        let query = mentioning("state = 'ended'");
        let (mut after, mut found) = (String::new(), false);
        loop {
            let rows = sqlx::query(AssertSqlSafe(query.clone())).bind(json(&marks)).bind(&after);
            let (calls, seen) = rows_that(&rows.fetch_all(self.readers()).await?, &marks, &mut after)?;
            if !calls.is_empty() {
                found = true;
                let names = erasure.work.names.clone();
                self.write(Unname { id: erasure.id, marks: marks.clone(), names, calls }).await?;
            }
            if seen < AT_ONCE {
                return Ok(found);
            }
        }
    }
}

/// The keys of the rows that hold a mark, and how many were read; `after` becomes the last key.
fn rows_that(
    rows: &[sqlx::sqlite::SqliteRow],
    marks: &[String],
    after: &mut String,
) -> Result<(Vec<String>, usize), StoreError> {
    let mut keys = Vec::new();
    for row in rows {
        let row = Reader { row, table: "erasures" };
        *after = row.text("id")?;
        if holds(&row.text("text")?, marks) {
            keys.push(after.clone());
        }
    }
    Ok((keys, rows.len()))
}

/// Calls, after one, whose columns may hold one of the texts in `?1`.
fn mentioning(state: &str) -> String {
    let text = NAMING.join(" || char(10) || ");
    format!(
        "SELECT id, {text} AS text FROM calls WHERE {state} AND id > ?2 \
         AND EXISTS (SELECT 1 FROM json_each(?1) n WHERE instr({text}, n.value) > 0) ORDER BY id LIMIT {AT_ONCE}"
    )
}

/// Whether a call that goes on names the person: it is looked at once it is over.
pub(super) async fn is_named_now(tx: &mut Tx, work: &ErasureWork) -> Result<bool, StoreError> {
    let marks: Vec<String> = addresses(work).cloned().collect();
    let query = mentioning("state <> 'ended'");
    let mut after = String::new();
    loop {
        let rows = sqlx::query(AssertSqlSafe(query.clone())).bind(json(&marks)).bind(&after);
        let (calls, seen) = rows_that(&rows.fetch_all(&mut tx.conn).await?, &marks, &mut after)?;
        if !calls.is_empty() || seen < AT_ONCE {
            return Ok(!calls.is_empty());
        }
    }
}

struct Sweep {
    id: ErasureId,
    table: &'static Table,
    keys: Vec<String>,
}

impl Write for Sweep {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let Table { name, key, as_key, .. } = self.table;
        let query =
            format!("DELETE FROM {name} WHERE {key} IN (SELECT {value} FROM json_each(?1))", value = as_key("value"));
        let query = sqlx::query(AssertSqlSafe(query)).bind(json(&self.keys));
        let rows = query.execute(&mut tx.conn).await?.rows_affected();
        count(tx, self.id, name, rows).await
    }
}

/// Takes numbers out of calls of others, and with them the name of the person.
struct Unname {
    id: ErasureId,
    marks: Vec<String>,
    names: Vec<String>,
    calls: Vec<String>,
}

impl Write for Unname {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for call in &self.calls {
            let query = format!("SELECT {} FROM calls WHERE id = ?1", NAMING.join(", "));
            let found = sqlx::query(AssertSqlSafe(query)).bind(call).fetch_optional(&mut tx.conn).await?;
            let Some(row) = found else { continue };
            for (place, column) in NAMING.into_iter().enumerate() {
                let before = Reader { row: &row, table: "calls" }.text(column)?;
                let mut after = without(before.clone(), &self.marks);
                if let (true, Ok(mut value)) = (place < SAYING, serde_json::from_str::<Value>(&after)) {
                    forget(&mut value, &self.names);
                    after = value.to_string();
                }
                if after != before {
                    let query = format!("UPDATE calls SET {column} = ?2 WHERE id = ?1");
                    let query = sqlx::query(AssertSqlSafe(query)).bind(call).bind(after);
                    query.execute(&mut tx.conn).await?;
                }
            }
        }
        count(tx, self.id, "mentions", self.calls.len() as u64).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_not_found_in_a_longer_one() {
        let mark = ["+4930901820".to_owned(), "sip:anna@example.org".to_owned()];
        for (text, there) in [
            ("+4930901820", true),
            ("call +4930901820, now", true),
            ("sip:+4930901820@host", true),
            ("+49309018201", false),
            ("+49309018201 or +4930901820.", true),
            ("ask sip:anna@example.org.", true),
            ("sip:anna@example.org.uk", false),
            ("sip:anna@example.organic", false),
        ] {
            assert_eq!(holds(text, &mark), there, "{text}");
        }
        let left = without(r#"{"a":"+49309018201","b":"+4930901820"}"#.to_owned(), &mark);
        assert_eq!(left, r#"{"a":"+49309018201","b":"erased"}"#);
    }

    #[test]
    fn a_name_goes_where_it_is_the_whole_of_a_value() {
        let mut value = serde_json::json!({"name": "name", "list": ["name", "the name"]});
        forget(&mut value, &["name".to_owned()]);
        assert_eq!(value, serde_json::json!({"name": "erased", "list": ["erased", "the name"]}));
    }
}

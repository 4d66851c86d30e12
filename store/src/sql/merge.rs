//! Two contacts made one, and that taken back.

use call_model::{ContactId, MergeId};
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use super::row::{Reader, Record, json};
use super::{contact, erasure, note};
use crate::record::{ContactRecord, MergeRecord, MergeUndo, NoteRecord, OtherNumber};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

/// The tables whose rows name a contact.
const MOVED: [&str; 7] = ["calls", "voicemails", "appointments", "tickets", "follow_ups", "contact_notes", "consents"];

const BEING_ERASED: &str = "one of the two is being erased: nothing of it is moved any more";

impl Record for MergeRecord {
    const TABLE: &'static str = "merges";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            kept: row.parse("kept")?,
            gone: row.parse("gone")?,
            author: row.maybe_text("author")?,
            at_ms: row.int("at_ms")?,
            undone_ms: row.maybe_int("undone_ms")?,
            undo: row.json("undo")?,
        })
    }
}

impl Store {
    /// Makes two contacts one: `kept` keeps what it has, gets what it lacks, all numbers, tags, calls and the rest of
    /// `gone`. Where both say something else, a note keeps what `gone` said.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when they are one already.
    pub async fn merge_contacts(
        &self,
        kept: ContactId,
        gone: ContactId,
        author: Option<&str>,
        now_ms: i64,
    ) -> Result<MergeRecord, StoreError> {
        self.write(Merge { kept, gone, author: author.map(str::to_owned), now_ms }).await
    }

    /// Takes a merge back: the contact that is gone is there again, with what was its own then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when it was taken back before, or another contact has the
    /// number by now.
    pub async fn undo_merge(&self, id: MergeId, now_ms: i64) -> Result<MergeRecord, StoreError> {
        self.write(Undo { id, now_ms }).await
    }

    /// The merges into a contact, newest first.
    pub async fn merges(&self, kept: ContactId) -> Result<Vec<MergeRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM merges WHERE kept = ?1 ORDER BY id DESC LIMIT 100");
        MergeRecord::from_rows(&query.bind(kept.to_string()).fetch_all(self.readers()).await?)
    }
}

struct Merge {
    kept: ContactId,
    gone: ContactId,
    author: Option<String>,
    now_ms: i64,
}

impl Write for Merge {
    type Output = MergeRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<MergeRecord, StoreError> {
        if self.kept == self.gone {
            return Err(StoreError::Conflict("this is one contact already: name two"));
        }
        let (kept, gone) = (contact::known(tx, self.kept).await?, contact::known(tx, self.gone).await?);
        if erasure::is_being_erased(tx, [kept.id, gone.id]).await? {
            return Err(StoreError::Conflict(BEING_ERASED));
        }
        let mut moved = Map::new();
        for table in MOVED {
            let ids = carry(tx, table, &gone.id.to_string(), &kept.id.to_string()).await?;
            moved.insert(table.to_owned(), ids.into());
        }
        let (pin, learned) = (pin_of(tx, gone.id).await?, learned_of(tx, gone.id).await?);
        // Everything that may stay is moved: what is left of it goes.
        let query = sqlx::query("DELETE FROM contacts WHERE id = ?1").bind(gone.id.to_string());
        query.execute(&mut tx.conn).await?;
        let (mut merged, differing) = united(&kept, &gone);
        merged.updated_ms = self.now_ms;
        contact::put(tx, &merged).await?;
        let noted = (!differing.is_empty()).then(|| fresh_id(self.now_ms));
        if let Some(id) = noted {
            let text = format!("Merged with {}, which said: {}", gone.id, differing.join("; "));
            let author = self.author.clone();
            note::insert(tx, &NoteRecord { id, contact: kept.id, author, text, at_ms: self.now_ms }).await?;
        }
        let query = sqlx::query(
            "INSERT INTO merges (id, kept, gone, undo, author, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING *",
        );
        let row = query
            .bind(fresh_id::<MergeId>(self.now_ms).to_string())
            .bind(kept.id.to_string())
            .bind(gone.id.to_string())
            .bind(json(&MergeUndo { gone, kept, moved, note: noted, pin, learned }))
            .bind(&self.author)
            .bind(self.now_ms)
            .fetch_one(&mut tx.conn)
            .await?;
        MergeRecord::from_row(&row)
    }
}

/// The PIN of a contact as it is kept.
async fn pin_of(tx: &mut Tx, id: ContactId) -> Result<Option<Value>, StoreError> {
    let query = sqlx::query(
        "SELECT json_object('salt', salt, 'digest', digest, 'wrong', wrong, 'locked_until_ms', locked_until_ms, \
         'updated_ms', updated_ms) AS pin FROM contact_pins WHERE contact = ?1",
    );
    let row = query.bind(id.to_string()).fetch_optional(&mut tx.conn).await?;
    row.map(|row| Reader { row: &row, table: "contact_pins" }.json("pin")).transpose()
}

/// What was learned of a contact, by field.
async fn learned_of(tx: &mut Tx, id: ContactId) -> Result<Map<String, Value>, StoreError> {
    let query = sqlx::query("SELECT field, value FROM learned_fields WHERE contact = ?1").bind(id.to_string());
    let mut learned = Map::new();
    for row in &query.fetch_all(&mut tx.conn).await? {
        let row = Reader { row, table: "learned_fields" };
        learned.insert(row.text("field")?, row.text("value")?.into());
    }
    Ok(learned)
}

/// Lets the rows of one contact be another's; gives their ids.
async fn carry(tx: &mut Tx, table: &str, from: &str, to: &str) -> Result<Vec<String>, StoreError> {
    let query = format!("UPDATE {table} SET contact = ?2 WHERE contact = ?1 RETURNING id");
    let rows = sqlx::query(AssertSqlSafe(query)).bind(from).bind(to).fetch_all(&mut tx.conn).await?;
    rows.iter().map(|row| Reader { row, table: "merges" }.text("id")).collect()
}

/// What a contact is with what another one adds, and in what the two differ.
fn united(kept: &ContactRecord, gone: &ContactRecord) -> (ContactRecord, Vec<String>) {
    let (mut merged, mut differing) = (kept.clone(), Vec::new());
    let texts = [
        ("name", &mut merged.name, &gone.name),
        ("language", &mut merged.language, &gone.language),
        ("time_zone", &mut merged.time_zone, &gone.time_zone),
        ("country", &mut merged.country, &gone.country),
        ("region", &mut merged.region, &gone.region),
    ];
    for (name, has, other) in texts {
        match (has.as_ref(), other) {
            (None, Some(_)) => has.clone_from(other),
            (Some(has), Some(other)) if has != other => differing.push(format!("{name}: {other}")),
            _ => {}
        }
    }
    for (field, value) in &gone.fields {
        match merged.fields.get(field) {
            None => {
                merged.fields.insert(field.clone(), value.clone());
            }
            Some(has) if has != value => differing.push(format!("{field}: {value}")),
            Some(_) => {}
        }
    }
    if !gone.notes.is_empty() && !merged.notes.contains(&gone.notes) {
        let gap = if merged.notes.is_empty() { "" } else { "\n" };
        merged.notes = format!("{}{gap}{}", merged.notes, gone.notes);
    }
    merged.tags.extend(gone.tags.iter().cloned());
    merged.tags.sort_unstable();
    merged.tags.dedup();
    merged.numbers.push(OtherNumber { number: gone.address.clone(), label: String::new() });
    merged.numbers.extend(gone.numbers.iter().cloned());
    (merged, differing)
}

struct Undo {
    id: MergeId,
    now_ms: i64,
}

impl Write for Undo {
    type Output = MergeRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<MergeRecord, StoreError> {
        let query = sqlx::query("SELECT * FROM merges WHERE id = ?1").bind(self.id.to_string());
        let row = query.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("merge"))?;
        let merge = MergeRecord::from_row(&row)?;
        if merge.undone_ms.is_some() {
            return Err(StoreError::Conflict("this merge was taken back already"));
        }
        let now = contact::known(tx, merge.kept).await?;
        let gone = &merge.undo.gone;
        if erasure::is_being_erased(tx, [now.id, gone.id]).await? {
            return Err(StoreError::Conflict(BEING_ERASED));
        }
        let numbers: Vec<&String> = gone.numbers.iter().map(|other| &other.number).chain([&gone.address]).collect();
        let query = sqlx::query(
            "SELECT 1 FROM contacts WHERE address IN (SELECT value FROM json_each(?1)) UNION ALL SELECT 1 \
             FROM contact_numbers WHERE number IN (SELECT value FROM json_each(?1)) AND contact <> ?2",
        );
        let taken = query.bind(json(&numbers)).bind(now.id.to_string()).fetch_optional(&mut tx.conn).await?;
        if taken.is_some() {
            return Err(StoreError::Conflict(
                "another contact has one of the numbers by now: merge or change that one",
            ));
        }
        let mut kept = without(now, &merge.undo);
        kept.updated_ms = self.now_ms;
        contact::put(tx, &kept).await?;
        sqlx::query("INSERT INTO contacts (id, number, address, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(gone.id.to_string())
            .bind(&gone.number)
            .bind(&gone.address)
            .bind(gone.created_ms)
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        contact::put(tx, &ContactRecord { updated_ms: self.now_ms, ..gone.clone() }).await?;
        for (table, ids) in &merge.undo.moved {
            // A table of ours, by the name that we wrote down: what is no such name is passed over.
            let Some(table) = MOVED.iter().find(|known| *known == table) else { continue };
            let query = format!("UPDATE {table} SET contact = ?1 WHERE id IN (SELECT value FROM json_each(?2))");
            let query = sqlx::query(AssertSqlSafe(query)).bind(gone.id.to_string()).bind(json(ids));
            query.execute(&mut tx.conn).await?;
        }
        came_since(tx, &merge, &json(&numbers)).await?;
        give_back(tx, &merge.undo).await?;
        let query = sqlx::query("UPDATE merges SET undone_ms = ?2 WHERE id = ?1 RETURNING *");
        let row = query.bind(self.id.to_string()).bind(self.now_ms).fetch_one(&mut tx.conn).await?;
        MergeRecord::from_row(&row)
    }
}

/// Lets what came for the numbers of the contact that was gone, while it was, be its own.
async fn came_since(tx: &mut Tx, merge: &MergeRecord, numbers: &str) -> Result<(), StoreError> {
    let calls = "SELECT id FROM calls WHERE contact = ?1 AND started_ms >= ?4 AND CASE direction WHEN 'outbound' \
        THEN to_address ELSE from_address END IN (SELECT value FROM json_each(?3))";
    let with_calls = ["voicemails", "tickets", "follow_ups"];
    let by_call =
        with_calls.map(|table| format!("UPDATE {table} SET contact = ?2 WHERE contact = ?1 AND call IN ({calls})"));
    let own = [
        "UPDATE consents SET contact = ?2 WHERE contact = ?1 AND created_ms >= ?4 \
         AND number IN (SELECT value FROM json_each(?3))"
            .to_owned(),
        format!("UPDATE calls SET contact = ?2 WHERE id IN ({calls})"),
    ];
    for query in by_call.into_iter().chain(own) {
        let query = sqlx::query(AssertSqlSafe(query)).bind(merge.kept.to_string()).bind(merge.gone.to_string());
        query.bind(numbers).bind(merge.at_ms).execute(&mut tx.conn).await?;
    }
    Ok(())
}

/// Gives a contact that is there again its PIN and what was learned of it, and takes the note about it away.
async fn give_back(tx: &mut Tx, undo: &MergeUndo) -> Result<(), StoreError> {
    let gone = undo.gone.id.to_string();
    if let Some(note) = undo.note {
        let query = sqlx::query("DELETE FROM contact_notes WHERE id = ?1").bind(note.to_string());
        query.execute(&mut tx.conn).await?;
    }
    if let Some(pin) = &undo.pin {
        let query = sqlx::query(
            "INSERT INTO contact_pins (contact, salt, digest, wrong, locked_until_ms, updated_ms) VALUES (?1, \
             ?2 ->> '$.salt', ?2 ->> '$.digest', ?2 ->> '$.wrong', ?2 ->> '$.locked_until_ms', ?2 ->> '$.updated_ms')",
        );
        query.bind(&gone).bind(json(pin)).execute(&mut tx.conn).await?;
    }
    for (field, value) in &undo.learned {
        let query = sqlx::query("INSERT INTO learned_fields (contact, field, value) VALUES (?1, ?2, ?3)");
        query.bind(&gone).bind(field).bind(value.as_str().unwrap_or_default()).execute(&mut tx.conn).await?;
    }
    Ok(())
}

/// The contact without what the merge brought and nobody has changed since.
fn without(now: ContactRecord, undo: &MergeUndo) -> ContactRecord {
    let (mut kept, before, gone) = (now, &undo.kept, &undo.gone);
    let merged = united(before, gone).0;
    let texts = [
        (&mut kept.name, &merged.name, &before.name),
        (&mut kept.language, &merged.language, &before.language),
        (&mut kept.time_zone, &merged.time_zone, &before.time_zone),
        (&mut kept.country, &merged.country, &before.country),
        (&mut kept.region, &merged.region, &before.region),
    ];
    for (now, then, had) in texts {
        if now == then {
            now.clone_from(had);
        }
    }
    kept.fields.retain(|field, value: &mut Value| {
        before.fields.contains_key(field) || merged.fields.get(field) != Some(value)
    });
    if kept.notes == merged.notes {
        kept.notes.clone_from(&before.notes);
    }
    kept.tags.retain(|tag| before.tags.contains(tag) || !gone.tags.contains(tag));
    let brought = |number: &str| number == gone.address || gone.numbers.iter().any(|other| other.number == number);
    let had = |number: &str| before.numbers.iter().any(|other| other.number == number);
    kept.numbers.retain(|other| had(&other.number) || !brought(&other.number));
    kept
}

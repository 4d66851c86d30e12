//! Erasing a person. What it is about is written down first, so that a crash in the middle only delays it.

use call_model::{CallId, ContactId, ErasureId};
use serde_json::{Map, Value};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Sqlite};

use super::row::{Reader, Record, json};
use super::{campaign_contact, contact, standing};
use crate::record::{ErasureRecord, ErasureWork, OtherNumber};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

/// How many rows that only mention a person are taken in one write.
const AT_ONCE: i64 = 200;
/// Shorter names are words as well.
const SHORTEST_NAME: usize = 4;
/// What stands where a number was in what is another person's.
const ERASED: &str = "erased";

impl Record for ErasureRecord {
    const TABLE: &'static str = "erasures";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            digests: row.json("digests")?,
            author: row.maybe_text("author")?,
            reason: row.text("reason")?,
            work: row.json("work")?,
            removed: row.json("removed")?,
            asked_ms: row.int("asked_ms")?,
            done_ms: row.maybe_int("done_ms")?,
        })
    }
}

/// A call that is to be erased, with its files inside the folder of recordings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoomedCall {
    /// The call.
    pub id: CallId,
    /// Its recordings and voicemails.
    pub files: Vec<String>,
}

/// Which calls are to be erased next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoomedCalls {
    /// Those that are over.
    pub ended: Vec<DoomedCall>,
    /// There are some that are going on: come again.
    pub running: bool,
}

impl Store {
    /// Writes down that a person is to be erased, by a number in any form or by the contact. The work is done by what
    /// follows: [`Store::erasure_calls`], [`Store::erase_traces`], [`Store::finish_erasure`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such contact; [`StoreError::Conflict`] when neither is given.
    pub async fn begin_erasure(
        &self,
        contact: Option<ContactId>,
        number: Option<&str>,
        author: Option<&str>,
        reason: &str,
        now_ms: i64,
    ) -> Result<ErasureRecord, StoreError> {
        let number = number.and_then(|number| self.address(number).as_str().map(str::to_owned));
        if contact.is_none() && number.is_none() {
            return Err(StoreError::Conflict("say who is to be erased: the contact or a number"));
        }
        self.write(Begin { contact, number, author: author.map(str::to_owned), reason: reason.to_owned(), now_ms })
            .await
    }

    /// The erasures that are not done, the oldest first.
    pub async fn open_erasures(&self) -> Result<Vec<ErasureRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM erasures WHERE done_ms IS NULL ORDER BY id");
        ErasureRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// One erasure.
    pub async fn erasure(&self, id: ErasureId) -> Result<Option<ErasureRecord>, StoreError> {
        self.one(sqlx::query("SELECT * FROM erasures WHERE id = ?1").bind(id.to_string())).await
    }

    /// Erasures, newest first; of this number, in any form, where one is given: what proves that it was erased.
    pub async fn erasures(&self, number: Option<&str>, limit: u32) -> Result<Vec<ErasureRecord>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let digest = match number.map(|number| self.address(number)) {
            Some(address) => {
                let salt = standing::salt(&mut conn).await?;
                Some(standing::digest(&salt, address.as_str().unwrap_or_default()))
            }
            None => None,
        };
        let query = sqlx::query(
            "SELECT * FROM erasures WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(digests) WHERE value = ?1) \
             ORDER BY id DESC LIMIT ?2",
        );
        ErasureRecord::from_rows(&query.bind(digest).bind(limit).fetch_all(&mut *conn).await?)
    }

    /// Up to `limit` calls of the person: their files are to be removed, and then each by [`Store::erase_call`].
    pub async fn erasure_calls(&self, erasure: &ErasureRecord, limit: u32) -> Result<DoomedCalls, StoreError> {
        let work = &erasure.work;
        let query = sqlx::query(
            "SELECT id, state FROM calls WHERE contact IN (SELECT value FROM json_each(?1)) \
             UNION SELECT id, state FROM calls WHERE direction = 'outbound' \
             AND to_address IN (SELECT value FROM json_each(?2)) \
             UNION SELECT id, state FROM calls WHERE direction = 'inbound' \
             AND from_address IN (SELECT value FROM json_each(?2)) ORDER BY state DESC, id LIMIT ?3",
        );
        let query = query.bind(json(&work.contacts)).bind(json(&work.numbers)).bind(limit);
        let mut calls = DoomedCalls::default();
        for row in &query.fetch_all(self.readers()).await? {
            let row = Reader { row, table: "calls" };
            if row.text("state")? == "ended" {
                let id: CallId = row.parse("id")?;
                calls.ended.push(DoomedCall { id, files: self.files_of(id).await? });
            } else {
                calls.running = true;
            }
        }
        Ok(calls)
    }

    /// Calls that are over and older than a time (ms since the Unix epoch), of contacts with this tag, or of all.
    pub async fn calls_before(
        &self,
        tag: Option<&str>,
        before_ms: i64,
        limit: u32,
    ) -> Result<Vec<DoomedCall>, StoreError> {
        let query = sqlx::query(
            "SELECT c.id FROM calls c LEFT JOIN contacts p ON p.id = c.contact WHERE c.state = 'ended' AND c.id < ?2 \
             AND (?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = ?1)) ORDER BY c.id LIMIT ?3",
        );
        let bound = CallId::from_parts(u64::try_from(before_ms).unwrap_or(0), 0);
        let mut calls = Vec::new();
        for row in &query.bind(tag).bind(bound.to_string()).bind(limit).fetch_all(self.readers()).await? {
            let id: CallId = Reader { row, table: "calls" }.parse("id")?;
            calls.push(DoomedCall { id, files: self.files_of(id).await? });
        }
        Ok(calls)
    }

    async fn files_of(&self, call: CallId) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query(
            "SELECT path FROM recordings WHERE call = ?1 UNION ALL SELECT path FROM voicemails WHERE call = ?1",
        );
        let rows = query.bind(call.to_string()).fetch_all(self.readers()).await?;
        rows.iter().map(|row| Reader { row, table: "recordings" }.text("path")).collect()
    }

    /// Takes the person out of some of the rows that only mention it. `false`: there are no more.
    pub async fn erase_traces(&self, erasure: &ErasureRecord) -> Result<bool, StoreError> {
        let work = &erasure.work;
        let mut marks: Vec<String> = work.contacts.iter().map(ToString::to_string).collect();
        marks.extend(work.numbers.iter().cloned());
        let mut words = marks.clone();
        words.extend(work.names.iter().cloned());
        let sweeps = [
            ("events", "id", holds("data"), &marks),
            ("tool_results", "key", holds("coalesce(result, '')"), &words),
            ("errands", "id", holds("body"), &marks),
            ("errands", "id", format!("state <> 'pending' AND {}", holds("body")), &words),
            ("knowledge_gaps", "id", format!("{} OR {}", holds("question"), holds("wording")), &words),
        ];
        let mut found = false;
        for (table, key, condition, needles) in sweeps {
            let query = format!("SELECT CAST({key} AS TEXT) AS id FROM {table} WHERE {condition} LIMIT {AT_ONCE}");
            let keys = self.keys_of(sqlx::query(AssertSqlSafe(query)).bind(json(needles))).await?;
            if !keys.is_empty() {
                found = true;
                self.write(Sweep { id: erasure.id, table, key, keys }).await?;
            }
        }
        for number in &work.numbers {
            let named = NAMING.map(|column| format!("instr({column}, ?1) > 0")).join(" OR ");
            let query = format!("SELECT id FROM calls WHERE state = 'ended' AND ({named}) LIMIT {AT_ONCE}");
            let calls = self.keys_of(sqlx::query(AssertSqlSafe(query)).bind(number)).await?;
            if !calls.is_empty() {
                found = true;
                self.write(Unname { id: erasure.id, number: number.clone(), calls }).await?;
            }
        }
        Ok(found)
    }

    async fn keys_of(&self, query: Query<'_, Sqlite, SqliteArguments>) -> Result<Vec<String>, StoreError> {
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter().map(|row| Reader { row, table: "erasures" }.text("id")).collect()
    }

    /// Erases the contact itself, its consents and what else is its own, and hides the number of its suppressions. What
    /// is left to do after it is to make sure that nothing of it stays on the disk: [`Store::settle_erasure`].
    pub async fn finish_erasure(&self, erasure: &ErasureRecord, now_ms: i64) -> Result<(), StoreError> {
        self.write(Finish { id: erasure.id, work: erasure.work.clone(), now_ms }).await
    }

    /// Writes the journal of the books back and empties it, so that no page of it holds what was erased, then writes
    /// down that the erasure is done. `false`: others were reading, come again.
    pub async fn settle_erasure(&self, id: ErasureId, now_ms: i64) -> Result<bool, StoreError> {
        let options = SqliteConnectOptions::new().filename(self.path()).create_if_missing(false);
        let mut conn = options.disable_statement_logging().connect().await?;
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut conn).await?;
        let busy = Reader { row: &row, table: "erasures" }.int("busy")?;
        conn.close().await?;
        if busy != 0 {
            return Ok(false);
        }
        self.write(Settle { id, now_ms }).await?;
        Ok(true)
    }

    /// Removes a contact; its calls stay in the books, with nobody. Suppressions of its numbers stay. `false`: there is
    /// no such contact.
    pub async fn delete_contact(&self, id: ContactId) -> Result<bool, StoreError> {
        self.write(Delete { id }).await
    }
}

struct Begin {
    contact: Option<ContactId>,
    number: Option<String>,
    author: Option<String>,
    reason: String,
    now_ms: i64,
}

impl Begin {
    async fn whom(&self, tx: &mut Tx) -> Result<ErasureWork, StoreError> {
        let mut work = ErasureWork::default();
        let mut found = Vec::new();
        if let Some(id) = self.contact {
            found.push(contact::known(tx, id).await?);
        }
        if let Some(number) = &self.number {
            work.numbers.push(number.clone());
            if let Some(id) = super::suppression::contact_of(tx, number).await? {
                let id = id.parse().map_err(|_| StoreError::Corrupt { table: "contacts", column: "id" })?;
                found.push(contact::known(tx, id).await?);
            }
        }
        for known in found {
            let query = sqlx::query("SELECT undo ->> '$.gone.name' AS name FROM merges WHERE kept = ?1");
            for row in &query.bind(known.id.to_string()).fetch_all(&mut tx.conn).await? {
                work.names.extend(Reader { row, table: "merges" }.maybe_text("name")?);
            }
            work.contacts.push(known.id);
            work.numbers.push(known.address);
            work.numbers.extend(known.numbers.into_iter().map(|OtherNumber { number, .. }| number));
            work.names.extend(known.name);
            // What mail goes to.
            let texts = known.fields.values().filter_map(Value::as_str);
            work.names.extend(texts.filter(|text| text.contains('@')).map(str::to_owned));
        }
        work.numbers.sort_unstable();
        work.numbers.dedup();
        work.contacts.dedup();
        work.names.retain(|name| name.chars().count() >= SHORTEST_NAME);
        Ok(work)
    }
}

impl Write for Begin {
    type Output = ErasureRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<ErasureRecord, StoreError> {
        let work = self.whom(tx).await?;
        let salt = standing::salt(&mut tx.conn).await?;
        let digests: Vec<_> = work.numbers.iter().map(|number| standing::digest(&salt, number)).collect();
        let query = sqlx::query(
            "INSERT INTO erasures (id, digests, author, reason, work, asked_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             RETURNING *",
        );
        let row = query
            .bind(fresh_id::<ErasureId>(self.now_ms).to_string())
            .bind(json(&digests))
            .bind(&self.author)
            .bind(&self.reason)
            .bind(json(&work))
            .bind(self.now_ms)
            .fetch_one(&mut tx.conn)
            .await?;
        ErasureRecord::from_row(&row)
    }
}

/// The columns of calls that may name somebody who is not a party of them.
const NAMING: [&str; 4] = ["variables", "remembered", "legs", "origin"];

/// Whether a column holds one of the texts in `?1`.
fn holds(column: &str) -> String {
    format!("EXISTS (SELECT 1 FROM json_each(?1) n WHERE instr({column}, n.value) > 0)")
}

/// Adds to what an erasure has removed.
async fn count(tx: &mut Tx, id: ErasureId, what: &str, more: u64) -> Result<(), StoreError> {
    if more == 0 {
        return Ok(());
    }
    let path = format!("$.{what}");
    let query = sqlx::query(
        "UPDATE erasures SET removed = json_set(removed, ?2, coalesce(removed ->> ?2, 0) + ?3) WHERE id = ?1",
    );
    query.bind(id.to_string()).bind(path).bind(more.cast_signed()).execute(&mut tx.conn).await?;
    Ok(())
}

struct Sweep {
    id: ErasureId,
    table: &'static str,
    key: &'static str,
    /// Of the rows; integers as text.
    keys: Vec<String>,
}

impl Write for Sweep {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let Self { table, key, .. } = self;
        let query = format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT value FROM json_each(?1)) OR {key} IN \
                     (SELECT CAST(value AS INTEGER) FROM json_each(?1) WHERE value GLOB '[0-9]*')"
        );
        let query = sqlx::query(AssertSqlSafe(query)).bind(json(&self.keys));
        let rows = query.execute(&mut tx.conn).await?.rows_affected();
        count(tx, self.id, table, rows).await
    }
}

/// Takes a number out of calls of others.
struct Unname {
    id: ErasureId,
    number: String,
    calls: Vec<String>,
}

impl Write for Unname {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let replaced = NAMING.map(|column| format!("{column} = replace({column}, ?1, '{ERASED}')")).join(", ");
        let query = format!("UPDATE calls SET {replaced} WHERE id IN (SELECT value FROM json_each(?2))");
        let query = sqlx::query(AssertSqlSafe(query)).bind(&self.number).bind(json(&self.calls));
        let rows = query.execute(&mut tx.conn).await?.rows_affected();
        count(tx, self.id, "mentions", rows).await
    }
}

struct Finish {
    id: ErasureId,
    work: ErasureWork,
    now_ms: i64,
}

impl Write for Finish {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let (contacts, numbers) = (json(&self.work.contacts), json(&self.work.numbers));
        // The time stays taken; whose it was does not stay.
        let query = sqlx::query(
            "UPDATE appointments SET contact = NULL, name = NULL, phone = NULL, note = '', once = NULL, \
             updated_ms = ?3 WHERE contact IN (SELECT value FROM json_each(?1)) \
             OR phone IN (SELECT value FROM json_each(?2))",
        );
        let rows = query.bind(&contacts).bind(&numbers).bind(self.now_ms).execute(&mut tx.conn).await?;
        count(tx, self.id, "appointments", rows.rows_affected()).await?;
        for table in ["tickets", "follow_ups"] {
            let query = format!(
                "DELETE FROM {table} WHERE contact IN (SELECT value FROM json_each(?1)) \
                 OR phone IN (SELECT value FROM json_each(?2))"
            );
            let query = sqlx::query(AssertSqlSafe(query)).bind(&contacts).bind(&numbers);
            let rows = query.execute(&mut tx.conn).await?.rows_affected();
            count(tx, self.id, table, rows).await?;
        }
        let salt = standing::salt(&mut tx.conn).await?;
        for number in &self.work.numbers {
            let rows = campaign_contact::erase_number(tx, number, self.now_ms).await?;
            count(tx, self.id, "campaign_contacts", rows).await?;
            hide(tx, number, &standing::hidden(&salt, number)).await?;
        }
        let query = sqlx::query(
            "DELETE FROM consents WHERE number IN (SELECT value FROM json_each(?2)) \
             OR contact IN (SELECT value FROM json_each(?1))",
        );
        let rows = query.bind(&contacts).bind(&numbers).execute(&mut tx.conn).await?.rows_affected();
        count(tx, self.id, "consents", rows).await?;
        // What a merge that was taken back left with somebody else.
        let query = sqlx::query("DELETE FROM merges WHERE gone IN (SELECT value FROM json_each(?1))").bind(&contacts);
        query.execute(&mut tx.conn).await?;
        let query = format!("DELETE FROM contact_notes WHERE {}", holds("text"));
        sqlx::query(AssertSqlSafe(query)).bind(&contacts).execute(&mut tx.conn).await?;
        // Notes, further numbers, the PIN, what was learned and merges go with it.
        let query = sqlx::query("DELETE FROM contacts WHERE id IN (SELECT value FROM json_each(?1))").bind(&contacts);
        let rows = query.execute(&mut tx.conn).await?.rows_affected();
        count(tx, self.id, "contacts", rows).await?;
        let query = sqlx::query("UPDATE erasures SET work = ?2 WHERE id = ?1").bind(self.id.to_string());
        query.bind(json(&ErasureWork::default())).execute(&mut tx.conn).await?;
        Ok(())
    }
}

/// Lets the suppressions of a number stand by its digest alone.
async fn hide(tx: &mut Tx, number: &str, hidden: &str) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO suppressions (number, purpose, method, at_ms) SELECT ?2, purpose, method, at_ms \
         FROM suppressions WHERE number = ?1 ON CONFLICT (number, purpose) DO NOTHING",
    );
    query.bind(number).bind(hidden).execute(&mut tx.conn).await?;
    sqlx::query("DELETE FROM suppressions WHERE number = ?1").bind(number).execute(&mut tx.conn).await?;
    Ok(())
}

struct Settle {
    id: ErasureId,
    now_ms: i64,
}

impl Write for Settle {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE erasures SET done_ms = ?2 WHERE id = ?1 AND done_ms IS NULL");
        query.bind(self.id.to_string()).bind(self.now_ms).execute(&mut tx.conn).await?;
        Ok(())
    }
}

struct Delete {
    id: ContactId,
}

impl Write for Delete {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM contacts WHERE id = ?1").bind(self.id.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

impl ErasureRecord {
    /// Whether the rows are gone, and only the journal of the books is to be emptied.
    pub fn is_cleared(&self) -> bool {
        self.work.contacts.is_empty() && self.work.numbers.is_empty()
    }

    /// What was removed, by kind.
    pub fn counts(&self) -> &Map<String, Value> {
        &self.removed
    }
}

//! Erasing a person. What it is about is written down first, so that a crash in the middle only delays it.

use call_model::{CallId, ContactId, ErasureId};
use serde_json::{Map, Value};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::row::{Reader, Record, json};
use super::{campaign_contact, campaign_segment, contact, standing, suppression, trace};
use crate::record::{ContactRecord, ErasureRecord, ErasureWork, OtherNumber};
use crate::writer::{Tx, Write};
use crate::{Address, Store, StoreError, fresh_id};

/// Shorter names are words as well.
const SHORTEST_NAME: usize = 4;
/// By how many of its last digits a number that somebody wrote is looked for.
const LAST_DIGITS: usize = 6;

/// The calls of contacts (`?1`) and of numbers (`?2`), and those that campaigns made for who has the number, at whichever
/// of the numbers that the campaign had.
const THEIRS: &str = "SELECT id, state FROM calls WHERE contact IN (SELECT value FROM json_each(?1)) \
    UNION SELECT id, state FROM calls WHERE direction = 'outbound' \
    AND to_address IN (SELECT value FROM json_each(?2)) \
    UNION SELECT id, state FROM calls WHERE direction = 'inbound' \
    AND from_address IN (SELECT value FROM json_each(?2)) \
    UNION SELECT c.id, c.state FROM campaign_contacts p JOIN campaign_attempts a ON a.contact = p.row \
    JOIN calls c ON c.id = a.call WHERE p.number IN (SELECT value FROM json_each(?2))";

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
    /// [`StoreError::NotFound`] when there is no such contact; [`StoreError::Conflict`] when neither is given, or the
    /// number is none and no SIP address: an extension is in too much of what is other people's.
    pub async fn begin_erasure(
        &self,
        contact: Option<ContactId>,
        number: Option<&str>,
        author: Option<&str>,
        reason: &str,
        now_ms: i64,
    ) -> Result<ErasureRecord, StoreError> {
        let number = number.map(|number| self.address(number).as_str().unwrap_or_default().to_owned());
        if number.as_deref().is_some_and(|number| !Address::is_unmistakable(number)) {
            return Err(StoreError::Conflict("to erase by a number write it whole, as +4930123456 or sip:anna@host"));
        }
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
        let query = sqlx::query(AssertSqlSafe(format!("{THEIRS} ORDER BY state DESC, id LIMIT ?3")));
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

    /// Erases the contact itself, its consents and what else is its own, and hides the number of its suppressions. What
    /// is left to do after it is to make sure that nothing of it stays on the disk: [`Store::settle_erasure`]. `false`:
    /// there is more of the person since it was begun; nothing was done, begin again with what [`Store::erasure`] gives.
    pub async fn finish_erasure(&self, erasure: &ErasureRecord, now_ms: i64) -> Result<bool, StoreError> {
        self.write(Finish { id: erasure.id, country: self.country().to_owned(), now_ms }).await
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
            add(tx, &mut work, known).await?;
        }
        while let Some(more) = more_of(tx, &work).await? {
            add(tx, &mut work, more).await?;
        }
        Ok(work)
    }
}

/// Adds a contact to what is to be erased.
async fn add(tx: &mut Tx, work: &mut ErasureWork, known: ContactRecord) -> Result<(), StoreError> {
    let query = "SELECT undo ->> '$.gone.name' AS name FROM merges WHERE kept = ?1 AND undone_ms IS NULL";
    for row in &sqlx::query(query).bind(known.id.to_string()).fetch_all(&mut tx.conn).await? {
        work.names.extend(Reader { row, table: "merges" }.maybe_text("name")?);
    }
    if !work.contacts.contains(&known.id) {
        work.contacts.push(known.id);
    }
    work.numbers.push(known.address);
    work.numbers.extend(known.numbers.into_iter().map(|OtherNumber { number, .. }| number));
    work.numbers.sort_unstable();
    work.numbers.dedup();
    work.names.extend(known.name);
    // What mail goes to.
    let texts = known.fields.values().filter_map(Value::as_str);
    work.names.extend(texts.filter(|text| text.contains('@')).map(str::to_owned));
    work.names.sort_unstable();
    work.names.dedup();
    work.names.retain(|name| name.chars().count() >= SHORTEST_NAME);
    Ok(())
}

/// A contact that has one of the numbers, or one of the contacts that has further numbers by now.
async fn more_of(tx: &mut Tx, work: &ErasureWork) -> Result<Option<ContactRecord>, StoreError> {
    for number in &work.numbers {
        let Some(id) = suppression::contact_of(tx, number).await? else { continue };
        let id = id.parse().map_err(|_| StoreError::Corrupt { table: "contacts", column: "id" })?;
        let known = contact::known(tx, id).await?;
        let all = known.numbers.iter().all(|other| work.numbers.contains(&other.number));
        if !(all && work.contacts.contains(&id) && work.numbers.contains(&known.address)) {
            return Ok(Some(known));
        }
    }
    Ok(None)
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

/// Adds to what an erasure has removed.
pub(super) async fn count(tx: &mut Tx, id: ErasureId, what: &str, more: u64) -> Result<(), StoreError> {
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

struct Finish {
    id: ErasureId,
    /// By whose rules numbers are read that people wrote.
    country: String,
    now_ms: i64,
}

impl Finish {
    /// Whether there is more to do since the erasure was begun; what it is about is written down anew then.
    async fn grew(&self, tx: &mut Tx, work: &mut ErasureWork) -> Result<bool, StoreError> {
        let mut grew = false;
        while let Some(more) = more_of(tx, work).await? {
            add(tx, work, more).await?;
            grew = true;
        }
        if grew {
            let salt = standing::salt(&mut tx.conn).await?;
            let digests: Vec<_> = work.numbers.iter().map(|number| standing::digest(&salt, number)).collect();
            let query = sqlx::query("UPDATE erasures SET work = ?2, digests = ?3 WHERE id = ?1");
            let query = query.bind(self.id.to_string()).bind(json(work)).bind(json(&digests));
            query.execute(&mut tx.conn).await?;
            return Ok(true);
        }
        let query = format!("SELECT 1 FROM ({THEIRS}) LIMIT 1");
        let query = sqlx::query(AssertSqlSafe(query)).bind(json(&work.contacts)).bind(json(&work.numbers));
        Ok(query.fetch_optional(&mut tx.conn).await?.is_some() || trace::is_named_now(tx, work).await?)
    }

    /// Rows of a table that are the person's: by the contact, or by a number that somebody wrote as people do.
    async fn rows_of(&self, tx: &mut Tx, table: &str, work: &ErasureWork) -> Result<Vec<String>, StoreError> {
        let query = format!(
            "SELECT id, phone, contact IN (SELECT value FROM json_each(?1)) AS theirs FROM {table} \
             WHERE phone IS NOT NULL OR contact IN (SELECT value FROM json_each(?1))"
        );
        let query = sqlx::query(AssertSqlSafe(query)).bind(json(&work.contacts));
        let mut ids = Vec::new();
        for row in &query.fetch_all(&mut tx.conn).await? {
            let row = Reader { row, table: "erasures" };
            let phone = row.maybe_text("phone")?;
            if row.maybe_int("theirs")? == Some(1) || phone.is_some_and(|phone| self.is_one_of(&phone, &work.numbers)) {
                ids.push(row.text("id")?);
            }
        }
        Ok(ids)
    }

    fn is_one_of(&self, phone: &str, numbers: &[String]) -> bool {
        if numbers.iter().any(|number| number == phone) {
            return true;
        }
        // However it is written, it ends alike; most are not read for that.
        let last = |text: &str| text.chars().rev().filter(char::is_ascii_digit).take(LAST_DIGITS).collect::<String>();
        let ending = last(phone);
        let alike = numbers.iter().any(|number| number.contains('@') || last(number) == ending);
        alike && Address::parse(phone, &self.country).as_str().is_some_and(|read| numbers.iter().any(|has| has == read))
    }

    /// Consents go, what was refused stays as a suppression, and suppressions stand by the digest alone.
    async fn hide(&self, tx: &mut Tx, work: &ErasureWork) -> Result<(), StoreError> {
        for contact in &work.contacts {
            suppression::keep_refusals(tx, Some(&contact.to_string()), &work.numbers).await?;
            campaign_segment::erase(tx, *contact).await?;
        }
        suppression::keep_refusals(tx, None, &work.numbers).await?;
        let salt = standing::salt(&mut tx.conn).await?;
        for number in &work.numbers {
            let rows = campaign_contact::erase_number(tx, number, &work.names, self.now_ms).await?;
            count(tx, self.id, "campaign_contacts", rows).await?;
            hide(tx, number, &standing::hidden(&salt, number)).await?;
        }
        // Numbers that the contact had once.
        let query = "SELECT DISTINCT number FROM consents WHERE contact IN (SELECT value FROM json_each(?1))";
        for row in &sqlx::query(query).bind(json(&work.contacts)).fetch_all(&mut tx.conn).await? {
            let number = Reader { row, table: "consents" }.text("number")?;
            hide(tx, &number, &standing::hidden(&salt, &number)).await?;
        }
        let query = sqlx::query(
            "DELETE FROM consents WHERE number IN (SELECT value FROM json_each(?2)) \
             OR contact IN (SELECT value FROM json_each(?1))",
        );
        let query = query.bind(json(&work.contacts)).bind(json(&work.numbers));
        let rows = query.execute(&mut tx.conn).await?.rows_affected();
        count(tx, self.id, "consents", rows).await
    }
}

impl Write for Finish {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT * FROM erasures WHERE id = ?1").bind(self.id.to_string());
        let Some(row) = row.fetch_optional(&mut tx.conn).await? else { return Err(StoreError::NotFound("erasure")) };
        let mut work = ErasureRecord::from_row(&row)?.work;
        if self.grew(tx, &mut work).await? {
            return Ok(false);
        }
        let contacts = json(&work.contacts);
        // The time stays taken; whose it was does not stay.
        let ids = self.rows_of(tx, "appointments", &work).await?;
        let query = sqlx::query(
            "UPDATE appointments SET contact = NULL, name = NULL, phone = NULL, note = '', once = NULL, \
             updated_ms = ?2 WHERE id IN (SELECT value FROM json_each(?1))",
        );
        let rows = query.bind(json(&ids)).bind(self.now_ms).execute(&mut tx.conn).await?;
        count(tx, self.id, "appointments", rows.rows_affected()).await?;
        for table in ["tickets", "follow_ups"] {
            let ids = self.rows_of(tx, table, &work).await?;
            let query = format!("DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?1))");
            let rows = sqlx::query(AssertSqlSafe(query)).bind(json(&ids)).execute(&mut tx.conn).await?;
            count(tx, self.id, table, rows.rows_affected()).await?;
        }
        self.hide(tx, &work).await?;
        // What a merge that was taken back left with somebody else.
        let query = sqlx::query("DELETE FROM merges WHERE gone IN (SELECT value FROM json_each(?1))").bind(&contacts);
        query.execute(&mut tx.conn).await?;
        let query = sqlx::query(
            "DELETE FROM contact_notes WHERE EXISTS (SELECT 1 FROM json_each(?1) n WHERE instr(text, n.value) > 0)",
        );
        query.bind(&contacts).execute(&mut tx.conn).await?;
        // Who did what stays; of whom it was done, only the erasure.
        let query = sqlx::query("UPDATE audit SET object = ?2 WHERE object IN (SELECT value FROM json_each(?1))");
        query.bind(&contacts).bind(self.id.to_string()).execute(&mut tx.conn).await?;
        // Notes, further numbers, the PIN, what was learned and merges go with it.
        let query = sqlx::query("DELETE FROM contacts WHERE id IN (SELECT value FROM json_each(?1))").bind(&contacts);
        let rows = query.execute(&mut tx.conn).await?.rows_affected();
        count(tx, self.id, "contacts", rows).await?;
        let query = sqlx::query("UPDATE erasures SET work = ?2 WHERE id = ?1").bind(self.id.to_string());
        query.bind(json(&ErasureWork::default())).execute(&mut tx.conn).await?;
        Ok(true)
    }
}

/// Whether one of these contacts is being erased.
pub(super) async fn is_being_erased(tx: &mut Tx, contacts: [ContactId; 2]) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "SELECT 1 FROM erasures e, json_each(e.work, '$.contacts') c WHERE e.done_ms IS NULL \
         AND c.value IN (SELECT value FROM json_each(?1)) LIMIT 1",
    );
    Ok(query.bind(json(&contacts)).fetch_optional(&mut tx.conn).await?.is_some())
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
        let id = self.id.to_string();
        let numbers = standing::numbers_of_contact(&mut tx.conn, &id).await?;
        suppression::keep_refusals(tx, Some(&id), &numbers).await?;
        let query = sqlx::query("DELETE FROM contacts WHERE id = ?1").bind(id);
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

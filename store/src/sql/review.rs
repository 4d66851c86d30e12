//! What people make of calls: tags, notes, corrections of lines.

use call_model::{CallId, NoteId};

use super::list::List;
use super::row::{Reader, Record, json};
use crate::record::{CallNoteRecord, CorrectionRecord, TagCount};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

/// The most notes of a call.
const MOST_NOTES: i64 = 500;
/// The most tags that are listed.
const MOST_TAGS: i64 = 500;

impl Record for CallNoteRecord {
    const TABLE: &'static str = "call_notes";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            call: row.parse("call")?,
            author: row.maybe_text("author")?,
            text: row.text("text")?,
            moment_ms: row.maybe_unsigned("moment_ms")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Record for CorrectionRecord {
    const TABLE: &'static str = "corrections";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.unsigned("seq")?,
            text: row.text("text")?,
            author: row.maybe_text("author")?,
            at_ms: row.int("at_ms")?,
        })
    }
}

impl Record for TagCount {
    const TABLE: &'static str = "call_tags";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self { name: row.text("tag")?, calls: row.unsigned("calls")? })
    }
}

impl Store {
    /// Gives a call these tags, in place of those that it had.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call.
    pub async fn set_call_tags(&self, call: CallId, tags: &[String]) -> Result<Vec<String>, StoreError> {
        let mut tags: Vec<String> = tags.iter().map(|tag| self.scrubber().clean(tag.clone())).collect();
        tags.sort_unstable();
        tags.dedup();
        self.write(SetTags { call, tags }).await
    }

    /// The tags of a call.
    pub async fn call_tags(&self, call: CallId) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query("SELECT tag FROM call_tags WHERE call = ?1 ORDER BY tag").bind(call.to_string());
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter().map(|row| Reader { row, table: "call_tags" }.text("tag")).collect()
    }

    /// The tags that calls have, those of most calls first.
    pub async fn tags(&self) -> Result<Vec<TagCount>, StoreError> {
        let query =
            sqlx::query("SELECT tag, count(*) AS calls FROM call_tags GROUP BY tag ORDER BY calls DESC, tag LIMIT ?1");
        TagCount::from_rows(&query.bind(MOST_TAGS).fetch_all(self.readers()).await?)
    }

    /// Writes a note about a call, or about a moment of it (ms from the answer).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call; [`StoreError::Conflict`] when it has too many.
    pub async fn add_call_note(
        &self,
        call: CallId,
        author: Option<&str>,
        text: &str,
        moment_ms: Option<u64>,
        now_ms: i64,
    ) -> Result<CallNoteRecord, StoreError> {
        let note = CallNoteRecord {
            id: fresh_id(now_ms),
            call,
            author: author.map(str::to_owned),
            text: self.scrubber().clean(text.to_owned()),
            moment_ms,
            created_ms: now_ms,
            updated_ms: now_ms,
        };
        self.write(AddNote { note }).await
    }

    /// The notes of a call, newest first.
    pub async fn call_notes(&self, call: CallId, page: &PageRequest) -> Result<Page<CallNoteRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM call_notes WHERE 1");
        list.only_id("call =", Some(call));
        list.page(self, page, "id", |note: &CallNoteRecord| note.id).await
    }

    /// Changes what a note says, and, where one is given, which moment it is about.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such note.
    pub async fn change_call_note(
        &self,
        call: CallId,
        id: NoteId,
        text: Option<&str>,
        moment_ms: Option<Option<u64>>,
        now_ms: i64,
    ) -> Result<CallNoteRecord, StoreError> {
        let text = text.map(|text| self.scrubber().clean(text.to_owned()));
        self.write(ChangeNote { call, id, text, moment_ms, now_ms }).await
    }

    /// Removes a note. `false`: there is none.
    pub async fn delete_call_note(&self, call: CallId, id: NoteId) -> Result<bool, StoreError> {
        self.write(DeleteNote { call, id }).await
    }

    /// What lines of a call should read, by their numbers.
    pub async fn corrections(&self, call: CallId) -> Result<Vec<CorrectionRecord>, StoreError> {
        let query = sqlx::query(
            "SELECT l.seq, c.text, c.author, c.at_ms FROM lines l JOIN corrections c ON c.line = l.id \
             WHERE l.call = ?1 ORDER BY l.seq",
        );
        CorrectionRecord::from_rows(&query.bind(call.to_string()).fetch_all(self.readers()).await?)
    }

    /// Writes down what a line should read; the line stays as it was heard.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such line; [`StoreError::Conflict`] while lines come in.
    pub async fn correct_line(
        &self,
        call: CallId,
        seq: u32,
        text: &str,
        author: Option<&str>,
        now_ms: i64,
    ) -> Result<CorrectionRecord, StoreError> {
        let line = sqlx::query("SELECT language FROM lines WHERE call = ?1 AND seq = ?2").bind(call.to_string());
        let line = line.bind(seq).fetch_optional(self.readers()).await?.ok_or(StoreError::NotFound("line"))?;
        let language = Reader { row: &line, table: "lines" }.maybe_text("language")?;
        let text = self.clean_line(text, language.as_deref());
        let correction = CorrectionRecord { seq, text, author: author.map(str::to_owned), at_ms: now_ms };
        self.write(Correct { call, correction }).await
    }

    /// The line is right as it is. `false`: it was never corrected.
    pub async fn delete_correction(&self, call: CallId, seq: u32) -> Result<bool, StoreError> {
        self.write(Uncorrect { call, seq }).await
    }

    /// A text as it may be kept, in the language of its line.
    fn clean_line(&self, text: &str, language: Option<&str>) -> String {
        let clean = self.scrubber().get().and_then(|scrub| scrub.text(text, language));
        clean.unwrap_or_else(|| text.to_owned())
    }

    /// The corrections of a call that hold what may not be kept by now, without it, by the ids of their lines.
    pub(super) async fn cleaner_corrections(&self, call: CallId) -> Result<Vec<(i64, String)>, StoreError> {
        let query = sqlx::query(
            "SELECT c.line, c.text, l.language FROM lines l JOIN corrections c ON c.line = l.id WHERE l.call = ?1",
        );
        let mut changed = Vec::new();
        for row in &query.bind(call.to_string()).fetch_all(self.readers()).await? {
            let row = Reader { row, table: CorrectionRecord::TABLE };
            let before = row.text("text")?;
            let after = self.clean_line(&before, row.maybe_text("language")?.as_deref());
            if after != before {
                changed.push((row.int("line")?, after));
            }
        }
        Ok(changed)
    }
}

/// Puts texts in the place of those of corrections.
pub(super) async fn replace_corrections(tx: &mut Tx, texts: &[(i64, String)]) -> Result<(), StoreError> {
    for (line, text) in texts {
        let query = sqlx::query("UPDATE corrections SET text = ?2 WHERE line = ?1");
        query.bind(line).bind(text).execute(&mut tx.conn).await?;
    }
    Ok(())
}

/// Fails when there is no such call.
async fn known(tx: &mut Tx, call: CallId) -> Result<(), StoreError> {
    let query = sqlx::query("SELECT 1 FROM calls WHERE id = ?1").bind(call.to_string());
    query.fetch_optional(&mut tx.conn).await?.map(drop).ok_or(StoreError::NotFound("call"))
}

struct SetTags {
    call: CallId,
    tags: Vec<String>,
}

impl Write for SetTags {
    type Output = Vec<String>;

    async fn apply(&self, tx: &mut Tx) -> Result<Vec<String>, StoreError> {
        known(tx, self.call).await?;
        let call = self.call.to_string();
        sqlx::query("DELETE FROM call_tags WHERE call = ?1").bind(&call).execute(&mut tx.conn).await?;
        sqlx::query("INSERT INTO call_tags (tag, call) SELECT DISTINCT value, ?1 FROM json_each(?2)")
            .bind(&call)
            .bind(json(&self.tags))
            .execute(&mut tx.conn)
            .await?;
        Ok(self.tags.clone())
    }
}

struct AddNote {
    note: CallNoteRecord,
}

impl Write for AddNote {
    type Output = CallNoteRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<CallNoteRecord, StoreError> {
        let note = &self.note;
        known(tx, note.call).await?;
        let count = sqlx::query("SELECT count(*) AS notes FROM call_notes WHERE call = ?1").bind(note.call.to_string());
        let count = count.fetch_one(&mut tx.conn).await?;
        if (Reader { row: &count, table: CallNoteRecord::TABLE }).int("notes")? >= MOST_NOTES {
            return Err(StoreError::Conflict("this call has 500 notes: remove some first"));
        }
        let query = sqlx::query(
            "INSERT INTO call_notes (id, call, author, text, moment_ms, created_ms, updated_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        );
        query
            .bind(note.id.to_string())
            .bind(note.call.to_string())
            .bind(&note.author)
            .bind(&note.text)
            .bind(note.moment_ms.map(u64::cast_signed))
            .bind(note.created_ms)
            .execute(&mut tx.conn)
            .await?;
        Ok(note.clone())
    }
}

#[expect(clippy::option_option, reason = "left as it is, taken away, or set")]
struct ChangeNote {
    call: CallId,
    id: NoteId,
    text: Option<String>,
    moment_ms: Option<Option<u64>>,
    now_ms: i64,
}

impl Write for ChangeNote {
    type Output = CallNoteRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<CallNoteRecord, StoreError> {
        let query = sqlx::query(
            "UPDATE call_notes SET text = coalesce(?3, text), moment_ms = CASE WHEN ?4 THEN ?5 ELSE moment_ms END, \
             updated_ms = ?6 WHERE id = ?1 AND call = ?2 RETURNING *",
        );
        let row = query
            .bind(self.id.to_string())
            .bind(self.call.to_string())
            .bind(&self.text)
            .bind(self.moment_ms.is_some())
            .bind(self.moment_ms.flatten().map(u64::cast_signed))
            .bind(self.now_ms)
            .fetch_optional(&mut tx.conn)
            .await?;
        row.as_ref().map_or(Err(StoreError::NotFound("note")), CallNoteRecord::from_row)
    }
}

struct DeleteNote {
    call: CallId,
    id: NoteId,
}

impl Write for DeleteNote {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM call_notes WHERE id = ?1 AND call = ?2");
        let query = query.bind(self.id.to_string()).bind(self.call.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct Correct {
    call: CallId,
    correction: CorrectionRecord,
}

impl Write for Correct {
    type Output = CorrectionRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<CorrectionRecord, StoreError> {
        let call = self.call.to_string();
        let open = sqlx::query("SELECT 1 FROM calls WHERE id = ?1 AND transcript = 'open'").bind(&call);
        if open.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("lines still come in: wait for the event transcript.ready"));
        }
        let new = &self.correction;
        let query = sqlx::query(
            "INSERT INTO corrections (line, text, author, at_ms) SELECT id, ?3, ?4, ?5 FROM lines \
             WHERE call = ?1 AND seq = ?2 \
             ON CONFLICT (line) DO UPDATE SET text = excluded.text, author = excluded.author, at_ms = excluded.at_ms",
        );
        let done = query
            .bind(&call)
            .bind(new.seq)
            .bind(&new.text)
            .bind(&new.author)
            .bind(new.at_ms)
            .execute(&mut tx.conn)
            .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("line")) } else { Ok(new.clone()) }
    }
}

struct Uncorrect {
    call: CallId,
    seq: u32,
}

impl Write for Uncorrect {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query =
            sqlx::query("DELETE FROM corrections WHERE line IN (SELECT id FROM lines WHERE call = ?1 AND seq = ?2)");
        Ok(query.bind(self.call.to_string()).bind(self.seq).execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

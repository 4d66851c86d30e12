//! Documents with their passages and vectors, and the questions that they do not answer.

use serde_json::json as object;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::row::{Reader, Record, json};
use crate::record::{GapRecord, GapState, NewGap, NewSource, PassageRecord, SourceKind, SourceRecord, SourceState};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// The most open questions that are kept for one agent; those that were asked least go first.
const MOST_GAPS: i64 = 2_000;

const SOURCE: &str =
    "SELECT *, (SELECT count(*) FROM knowledge_passages WHERE source = name) AS passages FROM knowledge_sources";

impl Record for SourceRecord {
    const TABLE: &'static str = "knowledge_sources";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.text("name")?,
            kind: row.word("kind")?,
            language: row.maybe_text("language")?,
            address: row.maybe_text("address")?,
            refresh_ms: row.maybe_int("refresh_ms")?,
            state: row.word("state")?,
            fault: row.maybe_text("fault")?,
            read_ms: row.maybe_int("read_ms")?,
            due_ms: row.maybe_int("due_ms")?,
            passages: row.unsigned("passages")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Record for PassageRecord {
    const TABLE: &'static str = "knowledge_passages";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: row.text("id")?, questions: row.json("questions")?, answer: row.text("answer")? })
    }
}

impl Record for GapRecord {
    const TABLE: &'static str = "knowledge_gaps";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.int("id")?,
            agent: row.text("agent")?,
            language: row.text("language")?,
            question: row.text("question")?,
            asked: row.unsigned("asked")?,
            first_ms: row.int("first_ms")?,
            last_ms: row.int("last_ms")?,
            call: row.maybe_parse("call")?,
            state: row.word("state")?,
        })
    }
}

impl Store {
    /// Puts a source in the place of the one of its name. Its passages stay until it is read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is that of answers to open questions.
    pub async fn put_source(&self, new: NewSource, now_ms: i64) -> Result<SourceRecord, StoreError> {
        self.write(PutSource { new, now_ms }).await
    }

    /// All sources, by name.
    pub async fn sources(&self) -> Result<Vec<SourceRecord>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new(SOURCE);
        SourceRecord::from_rows(&query.push(" ORDER BY name").build().fetch_all(self.readers()).await?)
    }

    /// One source.
    pub async fn source(&self, name: &str) -> Result<Option<SourceRecord>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new(SOURCE);
        let row = query.push(" WHERE name = ").push_bind(name).build().fetch_optional(self.readers()).await?;
        row.as_ref().map(SourceRecord::from_row).transpose()
    }

    /// The source that is to be read first, if its time has come.
    pub async fn due_source(&self, now_ms: i64) -> Result<Option<SourceRecord>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new(SOURCE);
        query.push(" WHERE due_ms <= ").push_bind(now_ms).push(" ORDER BY due_ms LIMIT 1");
        let row = query.build().fetch_optional(self.readers()).await?;
        row.as_ref().map(SourceRecord::from_row).transpose()
    }

    /// A source was read, as it was then: these are its passages now, or why there are none. It is due again after its
    /// time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when it is not the same any more.
    pub async fn fill_source(
        &self,
        source: &SourceRecord,
        read: Result<Vec<PassageRecord>, String>,
        now_ms: i64,
    ) -> Result<SourceRecord, StoreError> {
        self.write(FillSource { source: source.clone(), read, now_ms }).await
    }

    /// The passages of a source, in their order.
    pub async fn passages(&self, source: &str) -> Result<Vec<PassageRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM knowledge_passages WHERE source = ?1 ORDER BY seq").bind(source);
        PassageRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Removes a source with its passages. `false`: there was none.
    pub async fn delete_source(&self, name: &str) -> Result<bool, StoreError> {
        self.write(DeleteSource { name: name.to_owned() }).await
    }

    /// The vectors of a model: the hash of the words, and the vector as bytes.
    pub async fn vectors(&self, model: &str) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let query = sqlx::query("SELECT hash, vector FROM knowledge_vectors WHERE model = ?1").bind(model);
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter().map(|row| Ok((row.try_get("hash")?, row.try_get("vector")?))).collect()
    }

    /// Keeps vectors of a model; those that are there already are left.
    pub async fn keep_vectors(&self, model: &str, vectors: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), StoreError> {
        self.write(KeepVectors { model: model.to_owned(), vectors }).await
    }

    /// Counts a question that was not answered. The same words, letters' case and marks aside, are one question.
    pub async fn add_gap(&self, mut new: NewGap) -> Result<(), StoreError> {
        new.question = self.scrubber().clean(new.question);
        self.write(AddGap { new }).await
    }

    /// The questions of this state, the most frequent first, at most `limit`.
    pub async fn gaps(&self, state: GapState, limit: u32) -> Result<Vec<GapRecord>, StoreError> {
        let sql = "SELECT * FROM knowledge_gaps WHERE state = ?1 ORDER BY asked DESC, last_ms DESC LIMIT ?2";
        let query = sqlx::query(sql).bind(state.as_str()).bind(limit);
        GapRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Closes a question: with an answer, which becomes a passage of the source `answers-LANGUAGE`, or without one;
    /// then an earlier answer is gone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn close_gap(&self, id: i64, answer: Option<String>, now_ms: i64) -> Result<GapRecord, StoreError> {
        self.write(CloseGap { id, answer, now_ms }).await
    }
}

/// What the names of the sources begin with that answers to open questions go to.
const ANSWERS: &str = "answers-";

/// The name of the source that answers to open questions in this language go to.
fn answers(language: &str) -> String {
    format!("{ANSWERS}{}", language.split(['-', '_']).next().unwrap_or(language).to_lowercase())
}

/// What makes two questions the same.
fn wording(question: &str) -> String {
    let words = question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

async fn one(tx: &mut Tx, name: &str) -> Result<SourceRecord, StoreError> {
    let mut query = QueryBuilder::<Sqlite>::new(SOURCE);
    let row = query.push(" WHERE name = ").push_bind(name).build().fetch_optional(&mut tx.conn).await?;
    SourceRecord::from_row(row.as_ref().ok_or(StoreError::NotFound("source of knowledge"))?)
}

struct PutSource {
    new: NewSource,
    now_ms: i64,
}

impl Write for PutSource {
    type Output = SourceRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<SourceRecord, StoreError> {
        let new = &self.new;
        if new.name.starts_with(ANSWERS) {
            return Err(StoreError::Conflict("answers to open questions are kept under such a name: take another one"));
        }
        sqlx::query(
            "INSERT INTO knowledge_sources (name, kind, language, address, refresh_ms, state, due_ms, created_ms, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7, ?7)
             ON CONFLICT (name) DO UPDATE SET kind = ?2, language = ?3, address = ?4, refresh_ms = ?5, state = 'waiting',
                 fault = NULL, due_ms = ?6, updated_ms = ?7",
        )
        .bind(&new.name)
        .bind(new.kind.as_str())
        .bind(&new.language)
        .bind(&new.address)
        .bind(new.refresh_ms)
        .bind((new.kind == SourceKind::Site).then_some(self.now_ms))
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        one(tx, &new.name).await
    }
}

struct FillSource {
    source: SourceRecord,
    read: Result<Vec<PassageRecord>, String>,
    now_ms: i64,
}

impl Write for FillSource {
    type Output = SourceRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<SourceRecord, StoreError> {
        let name = &self.source.name;
        let before = one(tx, name).await?;
        if (&before.address, before.updated_ms) != (&self.source.address, self.source.updated_ms) {
            return Err(StoreError::Conflict("something else was put in its place in the meantime"));
        }
        let (state, fault) = match &self.read {
            Ok(_) => (SourceState::Ready, None),
            Err(fault) => (SourceState::Failed, Some(fault)),
        };
        let due = before.refresh_ms.map(|refresh| self.now_ms + refresh);
        sqlx::query(
            "UPDATE knowledge_sources SET state = ?2, fault = ?3, read_ms = ?4, due_ms = ?5, updated_ms = ?4 WHERE name = ?1",
        )
        .bind(name)
        .bind(state.as_str())
        .bind(fault)
        .bind(self.now_ms)
        .bind(due)
        .execute(&mut tx.conn)
        .await?;
        if let Ok(passages) = &self.read {
            let clear = sqlx::query("DELETE FROM knowledge_passages WHERE source = ?1").bind(name);
            clear.execute(&mut tx.conn).await?;
            // In one statement: the writes of calls wait for it.
            let row = |passage: &PassageRecord| object!([passage.id, passage.questions, passage.answer]);
            sqlx::query(
                "INSERT INTO knowledge_passages (source, seq, id, questions, answer) \
                 SELECT ?1, key, value ->> 0, value -> 1, value ->> 2 FROM json_each(?2)",
            )
            .bind(name)
            .bind(json(&passages.iter().map(row).collect::<Vec<_>>()))
            .execute(&mut tx.conn)
            .await?;
        }
        one(tx, name).await
    }
}

async fn insert(tx: &mut Tx, source: &str, seq: i64, passage: &PassageRecord) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO knowledge_passages (source, seq, id, questions, answer) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(source)
        .bind(seq)
        .bind(&passage.id)
        .bind(json(&passage.questions))
        .bind(&passage.answer)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

struct DeleteSource {
    name: String,
}

impl Write for DeleteSource {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM knowledge_sources WHERE name = ?1").bind(&self.name);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct KeepVectors {
    model: String,
    vectors: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Write for KeepVectors {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for (hash, vector) in &self.vectors {
            sqlx::query("INSERT OR IGNORE INTO knowledge_vectors (model, hash, vector) VALUES (?1, ?2, ?3)")
                .bind(&self.model)
                .bind(hash)
                .bind(vector)
                .execute(&mut tx.conn)
                .await?;
        }
        Ok(())
    }
}

struct AddGap {
    new: NewGap,
}

impl Write for AddGap {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let new = &self.new;
        let wording = wording(&new.question);
        if wording.is_empty() {
            return Ok(());
        }
        // One that was answered and is asked again was not answered well; one that was dismissed stays so.
        sqlx::query(
            "INSERT INTO knowledge_gaps (agent, language, wording, question, first_ms, last_ms, call)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)
             ON CONFLICT (agent, language, wording) DO UPDATE SET asked = asked + 1, last_ms = ?5, call = ?6,
                 state = CASE state WHEN 'answered' THEN 'open' ELSE state END",
        )
        .bind(&new.agent)
        .bind(&new.language)
        .bind(&wording)
        .bind(&new.question)
        .bind(new.at_ms)
        .bind(new.call.to_string())
        .execute(&mut tx.conn)
        .await?;
        sqlx::query(
            "DELETE FROM knowledge_gaps WHERE agent = ?1 AND state = 'open' AND id NOT IN (
                 SELECT id FROM knowledge_gaps WHERE agent = ?1 AND state = 'open'
                 ORDER BY asked DESC, last_ms DESC LIMIT ?2)",
        )
        .bind(&new.agent)
        .bind(MOST_GAPS)
        .execute(&mut tx.conn)
        .await?;
        Ok(())
    }
}

struct CloseGap {
    id: i64,
    answer: Option<String>,
    now_ms: i64,
}

impl Write for CloseGap {
    type Output = GapRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<GapRecord, StoreError> {
        let state = if self.answer.is_some() { GapState::Answered } else { GapState::Dismissed };
        let row = sqlx::query("UPDATE knowledge_gaps SET state = ?2 WHERE id = ?1 RETURNING *")
            .bind(self.id)
            .bind(state.as_str())
            .fetch_optional(&mut tx.conn)
            .await?;
        let gap = GapRecord::from_row(row.as_ref().ok_or(StoreError::NotFound("open question"))?)?;
        let name = answers(&gap.language);
        let id = format!("{name}#{}", gap.id);
        let old = sqlx::query("DELETE FROM knowledge_passages WHERE source = ?1 AND id = ?2").bind(&name).bind(&id);
        old.execute(&mut tx.conn).await?;
        let Some(answer) = &self.answer else { return Ok(gap) };
        sqlx::query(
            "INSERT INTO knowledge_sources (name, kind, language, state, read_ms, created_ms, updated_ms)
             VALUES (?1, 'answers', ?2, 'ready', ?3, ?3, ?3)
             ON CONFLICT (name) DO UPDATE SET read_ms = ?3, updated_ms = ?3",
        )
        .bind(&name)
        .bind(&gap.language)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        let passage = PassageRecord { id, questions: vec![gap.question.clone()], answer: answer.clone() };
        insert(tx, &name, gap.id, &passage).await?;
        Ok(gap)
    }
}

//! What was made of calls after their end.

use std::collections::HashMap;

use call_model::{CallId, ContactId};
use serde_json::Value;
use sqlx::{QueryBuilder, Sqlite};

use super::contact;
use super::event::{Telling, Told, call_json, told};
use super::job;
use super::row::{Reader, Record, json};
use crate::record::event_type::CALL_ANALYSED;
use crate::record::{ContactRecord, InsightsRecord, NewInsights};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for InsightsRecord {
    const TABLE: &'static str = "insights";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            call: row.parse("call")?,
            outcome: row.text("outcome")?,
            sentiment: row.maybe_real("sentiment")?,
            score: row.maybe_unsigned("score")?,
            summary: row.text("summary")?,
            topics: row.json("topics")?,
            data: row.json("data")?,
            made_by: row.text("made_by")?,
            created_ms: row.int("created_ms")?,
        })
    }
}

/// In how many lines words are, over all calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TermCounts {
    /// About how many lines there are.
    pub lines: u64,
    /// Lines that hold each of the words asked for; one that is not here is in none.
    pub terms: HashMap<String, u64>,
}

impl Store {
    /// Files what was made of a call in place of what was made before, sets the values of its contact that may be set,
    /// tells `call.analysed`, and settles the job: all in one write.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call.
    pub async fn file_insights(&self, insights: NewInsights, now_ms: i64) -> Result<(), StoreError> {
        self.write(File { insights, now_ms }).await
    }

    /// What was made of a call.
    pub async fn insights(&self, call: CallId) -> Result<Option<InsightsRecord>, StoreError> {
        let query = sqlx::query(
            "SELECT insights.*, (SELECT json_group_array(topic) FROM insight_topics t WHERE t.call = insights.call) \
             AS topics FROM insights WHERE call = ?1",
        );
        self.one(query.bind(call.to_string())).await
    }

    /// Tokens that what was made since this time has cost. `since_ms`: ms since the Unix epoch.
    pub async fn tokens_since(&self, since_ms: i64) -> Result<u64, StoreError> {
        let query = sqlx::query("SELECT coalesce(sum(tokens), 0) AS tokens FROM insights WHERE created_ms >= ?1");
        let row = query.bind(since_ms).fetch_one(self.readers()).await?;
        Reader { row: &row, table: InsightsRecord::TABLE }.unsigned("tokens")
    }

    /// In how many lines of all calls these words are. Words are compared as the full-text search does: lower case, no
    /// accents.
    pub async fn term_counts(&self, terms: &[String]) -> Result<TermCounts, StoreError> {
        let mut counts = TermCounts::default();
        let last = sqlx::query("SELECT coalesce(max(id), 0) AS lines FROM lines").fetch_one(self.readers()).await?;
        counts.lines = Reader { row: &last, table: "lines" }.unsigned("lines")?;
        // A query may hold a limited number of parameters.
        for some in terms.chunks(200) {
            let mut query = QueryBuilder::<Sqlite>::new("SELECT term, doc FROM line_terms WHERE term IN (");
            let mut list = query.separated(", ");
            for term in some {
                list.push_bind(term.clone());
            }
            query.push(")");
            for row in &query.build().fetch_all(self.readers()).await? {
                let row = Reader { row, table: "line_terms" };
                counts.terms.insert(row.text("term")?, row.unsigned("doc")?);
            }
        }
        Ok(counts)
    }
}

struct File {
    insights: NewInsights,
    now_ms: i64,
}

impl Write for File {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let new = &self.insights;
        let call = new.call.to_string();
        let row = sqlx::query("SELECT contact FROM calls WHERE id = ?1").bind(&call);
        let row = row.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("call"))?;
        let contact: Option<ContactId> = Reader { row: &row, table: "calls" }.maybe_parse("contact")?;
        sqlx::query("DELETE FROM insight_topics WHERE call = ?1").bind(&call).execute(&mut tx.conn).await?;
        sqlx::query("INSERT INTO insight_topics (topic, call) SELECT DISTINCT value, ?1 FROM json_each(?2)")
            .bind(&call)
            .bind(json(&new.topics))
            .execute(&mut tx.conn)
            .await?;
        self.file(tx, &call).await?;
        if let Some(contact) = contact {
            self.learn(tx, contact).await?;
        }
        job::done(tx, new.call, self.now_ms).await
    }
}

impl File {
    async fn file(&self, tx: &mut Tx, call: &str) -> Result<(), StoreError> {
        const SQL: Told = told!(
            "INSERT INTO insights (call, outcome, sentiment, score, summary, data, made_by, tokens, created_ms) \
             VALUES (?1, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?4) ON CONFLICT (call) DO UPDATE SET outcome = ?6, \
             sentiment = ?7, score = ?8, summary = ?9, data = ?10, made_by = ?11, tokens = tokens + ?12, created_ms = ?4",
            "; INSERT INTO events (id, kind, call, at_ms, data) SELECT ?2, ?3, c.id, ?4, json_object('insights', \
             json_patch(json(?10), json_object('call', c.id, 'outcome', ?6, 'sentiment', ?7, 'score', ?8, \
             'summary', ?9, 'topics', json(?13), 'made_by', ?11, 'created_ms', ?4)), 'call', ",
            call_json!(),
            ") FROM calls c WHERE c.id = ?1 AND changes() = 1",
        );
        let new = &self.insights;
        Telling::new(tx, CALL_ANALYSED, self.now_ms)
            .query(SQL, call.to_owned())
            .bind(new.outcome.clone())
            .bind(new.sentiment)
            .bind(new.score)
            .bind(new.summary.clone())
            .bind(json(&new.data))
            .bind(new.made_by.clone())
            .bind(i64::try_from(new.tokens).unwrap_or(i64::MAX))
            .bind(json(&new.topics))
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }

    /// Sets what the contact lacks, or has from an earlier call: what a person typed stays.
    async fn learn(&self, tx: &mut Tx, id: ContactId) -> Result<(), StoreError> {
        if self.insights.contact.is_empty() {
            return Ok(());
        }
        let mut contact = match contact::known(tx, id).await {
            Err(StoreError::NotFound(_)) => return Ok(()),
            known => known?,
        };
        let learned = sqlx::query("SELECT field, value FROM learned_fields WHERE contact = ?1").bind(id.to_string());
        let mut known: HashMap<String, Value> = HashMap::new();
        for row in &learned.fetch_all(&mut tx.conn).await? {
            let row = Reader { row, table: "learned_fields" };
            known.insert(row.text("field")?, row.json("value")?);
        }
        for (field, value) in &self.insights.contact {
            let has = current(&contact, field);
            if value.is_null() || !(has.is_null() || known.get(field) == Some(&has)) {
                continue;
            }
            put(&mut contact, field, value);
            sqlx::query(
                "INSERT INTO learned_fields (contact, field, value) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (contact, field) DO UPDATE SET value = ?3",
            )
            .bind(id.to_string())
            .bind(field)
            .bind(json(value))
            .execute(&mut tx.conn)
            .await?;
        }
        sqlx::query("UPDATE contacts SET name = ?2, language = ?3, fields = ?4, updated_ms = ?5 WHERE id = ?1")
            .bind(id.to_string())
            .bind(&contact.name)
            .bind(&contact.language)
            .bind(json(&contact.fields))
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }
}

fn current(contact: &ContactRecord, field: &str) -> Value {
    let own = |text: &Option<String>| text.clone().filter(|text| !text.is_empty()).map_or(Value::Null, Value::String);
    match field {
        "name" => own(&contact.name),
        "language" => own(&contact.language),
        _ => contact.fields.get(field).cloned().unwrap_or_default(),
    }
}

fn put(contact: &mut ContactRecord, field: &str, value: &Value) {
    let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match field {
        "name" => contact.name = Some(text()),
        "language" => contact.language = Some(text()),
        _ => _ = contact.fields.insert(field.to_owned(), value.clone()),
    }
}

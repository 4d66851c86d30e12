//! What leaves the house until it is taken, what tools gave back under a key, and which were used in a call.

use call_model::{CallId, ToolFailure, ToolReport};
use serde_json::Value;

use super::row::{Reader, Record, json};
use crate::record::{ErrandKind, ErrandOutcome, ErrandRecord, ErrandState, OnceState};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for ErrandRecord {
    const TABLE: &'static str = "errands";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.int("id")?,
            kind: row.word("kind")?,
            body: row.json("body")?,
            state: row.word("state")?,
            attempts: row.unsigned("attempts")?,
            next_ms: row.maybe_int("next_ms")?,
            last_error: row.maybe_text("last_error")?,
            created_ms: row.int("created_ms")?,
        })
    }
}

impl Store {
    /// Writes down something to be sent, due at once.
    pub async fn add_errand(&self, kind: ErrandKind, body: Value, now_ms: i64) -> Result<i64, StoreError> {
        self.write(AddErrand { kind, body, now_ms }).await
    }

    /// Up to `limit` errands that are due, the longest due first. Each is kept from others for `lease_ms`: one that a
    /// process takes with it when it dies comes back then.
    pub async fn claim_errands(&self, now_ms: i64, lease_ms: i64, limit: u32) -> Result<Vec<ErrandRecord>, StoreError> {
        self.write(Claim { now_ms, lease_ms, limit }).await
    }

    /// Writes down how a try of an errand went.
    pub async fn settle_errand(&self, id: i64, outcome: ErrandOutcome, now_ms: i64) -> Result<(), StoreError> {
        self.write(Settle { id, outcome, now_ms }).await
    }

    /// When the next errand is due, ms since the Unix epoch.
    pub async fn next_errand_ms(&self) -> Result<Option<i64>, StoreError> {
        let query = sqlx::query("SELECT min(next_ms) AS next_ms FROM errands WHERE state = 'pending'");
        let row = query.fetch_one(self.readers()).await?;
        Reader { row: &row, table: ErrandRecord::TABLE }.maybe_int("next_ms")
    }

    /// Writes down that something is begun under this key, unless it was begun before.
    pub async fn begin_once(&self, key: &str, now_ms: i64) -> Result<OnceState, StoreError> {
        self.write(Begin { key: key.to_owned(), now_ms }).await
    }

    /// Keeps what came of what was begun under this key; the first result stays.
    pub async fn keep_once(&self, key: &str, result: Value, now_ms: i64) -> Result<(), StoreError> {
        self.write(Keep { key: key.to_owned(), result, now_ms }).await
    }

    /// Forgets every key that begins like this.
    pub async fn forget_once(&self, prefix: &str) -> Result<(), StoreError> {
        self.write(Forget { prefix: prefix.to_owned() }).await
    }

    /// Forgets results of tools and errands that are over from before a time, and says how many. `before_ms`: ms since
    /// the Unix epoch.
    pub async fn prune_tool_results(&self, before_ms: i64) -> Result<u64, StoreError> {
        self.write(Prune { before_ms }).await
    }

    /// Writes down that a tool was used.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call.
    pub async fn append_tool_use(&self, call: CallId, mut report: ToolReport) -> Result<(), StoreError> {
        self.scrubber().clean_value(&mut report.arguments);
        report.result = match report.result {
            Ok(mut result) => {
                self.scrubber().clean_value(&mut result);
                Ok(result)
            }
            Err(failure) => Err(self.cleaned(failure)),
        };
        self.write(AppendUse { call, report }).await
    }

    /// A failure may say again what was given.
    fn cleaned(&self, failure: ToolFailure) -> ToolFailure {
        let clean = |message: String| self.scrubber().clean(message);
        match failure {
            ToolFailure::Invalid { message } => ToolFailure::Invalid { message: clean(message) },
            ToolFailure::Refused { message } => ToolFailure::Refused { message: clean(message) },
            ToolFailure::Failed { message } => ToolFailure::Failed { message: clean(message) },
            ToolFailure::TimedOut => ToolFailure::TimedOut,
        }
    }

    /// Which tools were used in a call, in their order.
    pub async fn tool_uses(&self, call: CallId) -> Result<Vec<ToolReport>, StoreError> {
        let query = sqlx::query("SELECT report FROM tool_uses WHERE call = ?1 ORDER BY seq").bind(call.to_string());
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter().map(|row| Reader { row, table: "tool_uses" }.json("report")).collect()
    }
}

struct AddErrand {
    kind: ErrandKind,
    body: Value,
    now_ms: i64,
}

impl Write for AddErrand {
    type Output = i64;

    async fn apply(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        add_errand(tx, self.kind, &self.body, self.now_ms).await
    }
}

/// Writes down something to be sent, in the transaction of what it tells of.
pub(super) async fn add_errand(tx: &mut Tx, kind: ErrandKind, body: &Value, now_ms: i64) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "INSERT INTO errands (kind, body, state, next_ms, created_ms, updated_ms) \
         VALUES (?1, ?2, 'pending', ?3, ?3, ?3) RETURNING id",
    )
    .bind(kind.as_str())
    .bind(json(body))
    .bind(now_ms)
    .fetch_one(&mut tx.conn)
    .await?;
    tx.errand_due = true;
    Reader { row: &row, table: ErrandRecord::TABLE }.int("id")
}

struct Claim {
    now_ms: i64,
    lease_ms: i64,
    limit: u32,
}

impl Write for Claim {
    type Output = Vec<ErrandRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Vec<ErrandRecord>, StoreError> {
        let rows = sqlx::query(
            "UPDATE errands SET next_ms = ?2 WHERE id IN (SELECT id FROM errands \
             WHERE state = 'pending' AND next_ms <= ?1 ORDER BY next_ms, id LIMIT ?3) RETURNING *",
        )
        .bind(self.now_ms)
        .bind(self.now_ms + self.lease_ms)
        .bind(self.limit)
        .fetch_all(&mut tx.conn)
        .await?;
        let mut due = ErrandRecord::from_rows(&rows)?;
        due.sort_by_key(|errand| errand.id);
        Ok(due)
    }
}

struct Settle {
    id: i64,
    outcome: ErrandOutcome,
    now_ms: i64,
}

impl Write for Settle {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let (state, error, next_ms) = match &self.outcome {
            ErrandOutcome::Done => (ErrandState::Done, None, None),
            ErrandOutcome::Retry { error, next_ms } => (ErrandState::Pending, Some(error), Some(*next_ms)),
            ErrandOutcome::GiveUp { error } => (ErrandState::Failed, Some(error), None),
        };
        sqlx::query(
            "UPDATE errands SET state = ?2, attempts = attempts + 1, next_ms = ?3, last_error = ?4, updated_ms = ?5 \
             WHERE id = ?1 AND state = 'pending'",
        )
        .bind(self.id)
        .bind(state.as_str())
        .bind(next_ms)
        .bind(error)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        Ok(())
    }
}

struct Begin {
    key: String,
    now_ms: i64,
}

impl Write for Begin {
    type Output = OnceState;

    async fn apply(&self, tx: &mut Tx) -> Result<OnceState, StoreError> {
        let known = sqlx::query("SELECT result FROM tool_results WHERE key = ?1").bind(&self.key);
        if let Some(row) = known.fetch_optional(&mut tx.conn).await? {
            let reader = Reader { row: &row, table: "tool_results" };
            let done = reader.maybe_text("result")?.is_some();
            return if done { reader.json("result").map(OnceState::Done) } else { Ok(OnceState::Open) };
        }
        sqlx::query("INSERT INTO tool_results (key, created_ms) VALUES (?1, ?2)")
            .bind(&self.key)
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        Ok(OnceState::New)
    }
}

struct Keep {
    key: String,
    result: Value,
    now_ms: i64,
}

impl Write for Keep {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tool_results (key, result, created_ms) VALUES (?1, ?2, ?3) \
             ON CONFLICT (key) DO UPDATE SET result = coalesce(result, excluded.result)",
        )
        .bind(&self.key)
        .bind(json(&self.result))
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        Ok(())
    }
}

struct Forget {
    prefix: String,
}

impl Write for Forget {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        // Keys hold no character that sorts after this one.
        sqlx::query("DELETE FROM tool_results WHERE key >= ?1 AND key < ?2")
            .bind(&self.prefix)
            .bind(format!("{}\u{10ffff}", self.prefix))
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }
}

struct Prune {
    before_ms: i64,
}

impl Write for Prune {
    type Output = u64;

    async fn apply(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        let results = sqlx::query("DELETE FROM tool_results WHERE created_ms < ?1").bind(self.before_ms);
        let results = results.execute(&mut tx.conn).await?.rows_affected();
        let errands = sqlx::query("DELETE FROM errands WHERE state <> 'pending' AND updated_ms < ?1");
        let errands = errands.bind(self.before_ms).execute(&mut tx.conn).await?.rows_affected();
        Ok(results + errands)
    }
}

struct AppendUse {
    call: CallId,
    report: ToolReport,
}

impl Write for AppendUse {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO tool_uses (call, seq, report) \
             SELECT id, (SELECT coalesce(max(seq), 0) + 1 FROM tool_uses WHERE call = ?1), ?2 FROM calls WHERE id = ?1",
        )
        .bind(self.call.to_string())
        .bind(json(&self.report))
        .execute(&mut tx.conn)
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("call")) } else { Ok(()) }
    }
}

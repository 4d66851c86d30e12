//! The work that is left when a call ends. Its rows are written by a trigger, with the end of the call.

use call_model::CallId;

use super::row::{Reader, Record, json};
use super::{review, transcript};
use crate::record::{JobRecord, JobState, LineRecord};
use crate::writer::{Tx, Write};
use crate::{Silence, Store, StoreError};

impl Record for JobRecord {
    const TABLE: &'static str = "jobs";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            call: row.parse("call")?,
            state: row.word("state")?,
            tries: row.unsigned("tries")?,
            next_ms: row.maybe_int("next_ms")?,
            reason: row.maybe_text("reason")?,
            silences: row.json("silences")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// Resolves when a job was made or changed since the last time: ask for the due ones then.
    pub async fn job_added(&self) {
        self.jobs().notified().await;
    }

    /// Up to `limit` jobs that are due, the longest waiting first, for so long (`lease_ms`): one that is not settled by
    /// then is due again. A job that was begun `tries` times already without an end is given up instead.
    pub async fn claim_jobs(
        &self,
        now_ms: i64,
        lease_ms: i64,
        limit: u32,
        tries: u32,
    ) -> Result<Vec<JobRecord>, StoreError> {
        self.write(Claim { now_ms, lease_ms, limit, tries }).await
    }

    /// When the next job is due, ms since the Unix epoch.
    pub async fn next_job_ms(&self) -> Result<Option<i64>, StoreError> {
        let query = sqlx::query("SELECT min(next_ms) AS next_ms FROM jobs WHERE next_ms IS NOT NULL");
        let row = query.fetch_one(self.readers()).await?;
        Reader { row: &row, table: JobRecord::TABLE }.maybe_int("next_ms")
    }

    /// The job of a call; `None` while the call goes on.
    pub async fn job(&self, call: CallId) -> Result<Option<JobRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM jobs WHERE call = ?1").bind(call.to_string());
        self.one(query).await
    }

    /// At the start: what an earlier run of the program had begun is due again, the later the oftener it was begun, for
    /// it may be what ended that run. `pause_ms`: for the second begin, and as much more for each further one.
    pub async fn release_jobs(&self, now_ms: i64, pause_ms: i64) -> Result<u64, StoreError> {
        self.write(Release { now_ms, pause_ms }).await
    }

    /// Makes the job of an ended call due at once, done or not. `false`: the call goes on, or it is being done.
    pub async fn again(&self, call: CallId, now_ms: i64) -> Result<bool, StoreError> {
        self.write(Again { call, now_ms }).await
    }

    /// A try failed: the job is due again at `next_ms`, or given up. `reason`: nothing of the conversation.
    pub async fn put_off_job(
        &self,
        call: CallId,
        reason: &str,
        next_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.write(PutOff { call, reason: reason.to_owned(), next_ms, now_ms }).await
    }

    /// The job is done, and nothing was made of the call.
    pub async fn finish_job(&self, call: CallId, now_ms: i64) -> Result<(), StoreError> {
        self.write(Finish { call, now_ms }).await
    }

    /// Takes out of the lines of an ended call what may not be kept, in one write with their full text, and lets the
    /// transcript be read: tells `transcript.ready` if that is still to be told. Gives where the recording is to be
    /// silenced, by this time and earlier ones; the job remembers that until [`silenced`](Self::silenced).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a line came in between: try again.
    pub async fn redact(&self, call: CallId, now_ms: i64) -> Result<Vec<Silence>, StoreError> {
        let before = self.raw_lines(call).await?;
        let mut lines = before.clone();
        let silences = self.scrubber().get().map(|scrub| scrub.lines(&mut lines)).unwrap_or_default();
        let count = before.len();
        let changed = lines.into_iter().zip(before).filter(|(now, was)| now != was).map(|(now, _)| now).collect();
        let corrections = self.cleaner_corrections(call).await?;
        self.write(Redact { call, count, changed, corrections, silences, now_ms }).await
    }

    /// The recordings of the call are silent where they should be.
    pub async fn silenced(&self, call: CallId) -> Result<(), StoreError> {
        self.write(Silenced { call }).await
    }

    pub(super) async fn raw_lines(&self, call: CallId) -> Result<Vec<LineRecord>, StoreError> {
        let lines = sqlx::query("SELECT * FROM lines WHERE call = ?1 ORDER BY from_ms, seq").bind(call.to_string());
        LineRecord::from_rows(&lines.fetch_all(self.readers()).await?)
    }
}

/// Makes the job of a call due at once, if it waits.
pub(super) async fn due(tx: &mut Tx, call: CallId, now_ms: i64) -> Result<bool, StoreError> {
    tx.job_due = true;
    let done = sqlx::query("UPDATE jobs SET next_ms = min(next_ms, ?2) WHERE call = ?1 AND state = 'waiting'")
        .bind(call.to_string())
        .bind(now_ms)
        .execute(&mut tx.conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Makes the job of an ended call that has none, for it ended before there were any.
pub(super) async fn make(tx: &mut Tx, call: CallId, now_ms: i64) -> Result<bool, StoreError> {
    tx.job_due = true;
    let done = sqlx::query(
        "INSERT INTO jobs (call, state, next_ms, created_ms, updated_ms) \
         SELECT id, 'waiting', ?2, ?2, ?2 FROM calls WHERE id = ?1 AND state = 'ended' ON CONFLICT (call) DO NOTHING",
    )
    .bind(call.to_string())
    .bind(now_ms)
    .execute(&mut tx.conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Begins the job of a call anew, unless it still waits or runs.
pub(super) async fn reopen(tx: &mut Tx, call: CallId, now_ms: i64) -> Result<(), StoreError> {
    tx.job_due = true;
    sqlx::query(
        "UPDATE jobs SET state = 'waiting', tries = 0, next_ms = ?2, reason = NULL, updated_ms = ?2 \
         WHERE call = ?1 AND state IN ('done', 'failed')",
    )
    .bind(call.to_string())
    .bind(now_ms)
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// The job of a call is done.
pub(super) async fn done(tx: &mut Tx, call: CallId, now_ms: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE jobs SET state = 'done', next_ms = NULL, reason = NULL, updated_ms = ?2 WHERE call = ?1")
        .bind(call.to_string())
        .bind(now_ms)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

struct Claim {
    now_ms: i64,
    lease_ms: i64,
    limit: u32,
    tries: u32,
}

impl Write for Claim {
    type Output = Vec<JobRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Vec<JobRecord>, StoreError> {
        sqlx::query(
            "UPDATE jobs SET state = 'failed', next_ms = NULL, updated_ms = ?1, \
             reason = coalesce(reason, 'the program ended, or its time was up, each time that this was done') \
             WHERE next_ms <= ?1 AND tries >= ?2",
        )
        .bind(self.now_ms)
        .bind(self.tries)
        .execute(&mut tx.conn)
        .await?;
        let rows = sqlx::query(
            "UPDATE jobs SET state = 'running', tries = tries + 1, next_ms = ?1 + ?2, updated_ms = ?1 WHERE call IN \
             (SELECT call FROM jobs WHERE next_ms <= ?1 ORDER BY next_ms LIMIT ?3) RETURNING *",
        )
        .bind(self.now_ms)
        .bind(self.lease_ms)
        .bind(self.limit)
        .fetch_all(&mut tx.conn)
        .await?;
        JobRecord::from_rows(&rows)
    }
}

struct Release {
    now_ms: i64,
    pause_ms: i64,
}

impl Write for Release {
    type Output = u64;

    async fn apply(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        tx.job_due = true;
        let done = sqlx::query(
            "UPDATE jobs SET state = 'waiting', next_ms = ?1 + max(tries - 1, 0) * ?2 WHERE state = 'running'",
        )
        .bind(self.now_ms)
        .bind(self.pause_ms)
        .execute(&mut tx.conn)
        .await?;
        Ok(done.rows_affected())
    }
}

struct Again {
    call: CallId,
    now_ms: i64,
}

impl Write for Again {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT * FROM jobs WHERE call = ?1").bind(self.call.to_string());
        let Some(row) = row.fetch_optional(&mut tx.conn).await? else {
            return make(tx, self.call, self.now_ms).await;
        };
        match JobRecord::from_row(&row)?.state {
            JobState::Running => Ok(false),
            JobState::Waiting => due(tx, self.call, self.now_ms).await,
            JobState::Done | JobState::Failed => reopen(tx, self.call, self.now_ms).await.map(|()| true),
        }
    }
}

struct PutOff {
    call: CallId,
    reason: String,
    next_ms: Option<i64>,
    now_ms: i64,
}

impl Write for PutOff {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let state = if self.next_ms.is_some() { JobState::Waiting } else { JobState::Failed };
        sqlx::query("UPDATE jobs SET state = ?2, next_ms = ?3, reason = ?4, updated_ms = ?5 WHERE call = ?1")
            .bind(self.call.to_string())
            .bind(state.as_str())
            .bind(self.next_ms)
            .bind(&self.reason)
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        tx.job_due = true;
        Ok(())
    }
}

struct Finish {
    call: CallId,
    now_ms: i64,
}

impl Write for Finish {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        done(tx, self.call, self.now_ms).await
    }
}

struct Redact {
    call: CallId,
    /// Lines that there were when they were gone through.
    count: usize,
    changed: Vec<LineRecord>,
    /// Texts of corrections, by their lines.
    corrections: Vec<(i64, String)>,
    silences: Vec<Silence>,
    now_ms: i64,
}

impl Write for Redact {
    type Output = Vec<Silence>;

    async fn apply(&self, tx: &mut Tx) -> Result<Vec<Silence>, StoreError> {
        let call = self.call.to_string();
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM lines WHERE call = ?1) AS lines, \
             coalesce((SELECT silences FROM jobs WHERE call = ?1), '[]') AS silences",
        );
        let row = row.bind(&call).fetch_one(&mut tx.conn).await?;
        let row = Reader { row: &row, table: JobRecord::TABLE };
        if row.unsigned::<usize>("lines")? != self.count {
            return Err(StoreError::Conflict("a line came in between"));
        }
        let mut silences: Vec<Silence> = row.json("silences")?;
        silences.extend(&self.silences);
        for LineRecord { seq, line } in &self.changed {
            sqlx::query("UPDATE lines SET text = ?3, words = ?4 WHERE call = ?1 AND seq = ?2")
                .bind(&call)
                .bind(seq)
                .bind(&line.text)
                .bind(json(&line.words))
                .execute(&mut tx.conn)
                .await?;
        }
        review::replace_corrections(tx, &self.corrections).await?;
        sqlx::query("UPDATE jobs SET silences = ?2 WHERE call = ?1")
            .bind(&call)
            .bind(json(&silences))
            .execute(&mut tx.conn)
            .await?;
        transcript::tell_ready(tx, self.call, self.now_ms).await?;
        Ok(silences)
    }
}

struct Silenced {
    call: CallId,
}

impl Write for Silenced {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE jobs SET silences = '[]' WHERE call = ?1").bind(self.call.to_string());
        query.execute(&mut tx.conn).await?;
        Ok(())
    }
}

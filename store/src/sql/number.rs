//! Our numbers.

use call_model::{AppName, NumberId};

use super::row::{Reader, Record};
use crate::record::{NewNumber, NumberRecord, RecordingRule};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

const TAKEN: StoreError = StoreError::Conflict("this number exists already: change it instead");

impl Record for NumberRecord {
    const TABLE: &'static str = "numbers";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            number: row.text("number")?,
            app: app(row)?,
            language: row.maybe_text("language")?,
            recording: row.maybe_word("recording")?,
            trunk: row.maybe_text("trunk")?,
            fax: row.maybe_text("fax")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

fn app(row: &Reader<'_>) -> Result<AppName, StoreError> {
    match row.maybe_text("agent")? {
        Some(agent) => Ok(AppName::Agent(agent)),
        None => row.text("flow").map(AppName::Flow),
    }
}

/// The columns `flow` and `agent`.
fn names(app: &AppName) -> (Option<&str>, Option<&str>) {
    match app {
        AppName::Flow(name) => (Some(name), None),
        AppName::Agent(name) => (None, Some(name)),
    }
}

impl Store {
    /// All numbers, newest first.
    pub async fn numbers(&self) -> Result<Vec<NumberRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM numbers ORDER BY id DESC");
        NumberRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// One number.
    pub async fn number(&self, id: NumberId) -> Result<Option<NumberRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM numbers WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// Makes a number.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it exists.
    pub async fn add_number(&self, number: NewNumber, now_ms: i64) -> Result<NumberRecord, StoreError> {
        self.write(AddNumber { number, now_ms }).await
    }

    /// Replaces a number's settings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when another one has this number.
    pub async fn change_number(
        &self,
        id: NumberId,
        number: NewNumber,
        now_ms: i64,
    ) -> Result<NumberRecord, StoreError> {
        self.write(ChangeNumber { id, number, now_ms }).await
    }

    /// Removes a number. `false`: there was none.
    pub async fn delete_number(&self, id: NumberId) -> Result<bool, StoreError> {
        self.write(DeleteNumber { id }).await
    }
}

async fn check_free(tx: &mut Tx, number: &str, but: Option<NumberId>) -> Result<(), StoreError> {
    let query = sqlx::query("SELECT 1 FROM numbers WHERE number = ?1 AND id IS NOT ?2");
    let query = query.bind(number).bind(but.map(|id| id.to_string()));
    if query.fetch_optional(&mut tx.conn).await?.is_some() { Err(TAKEN) } else { Ok(()) }
}

struct AddNumber {
    number: NewNumber,
    now_ms: i64,
}

impl Write for AddNumber {
    type Output = NumberRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<NumberRecord, StoreError> {
        let number = &self.number;
        let (flow, agent) = names(&number.app);
        check_free(tx, &number.number, None).await?;
        let row = sqlx::query(
            "INSERT INTO numbers (id, number, flow, language, recording, trunk, created_ms, updated_ms, agent, \
             fax) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9) RETURNING *",
        )
        .bind(fresh_id::<NumberId>(self.now_ms).to_string())
        .bind(&number.number)
        .bind(flow)
        .bind(&number.language)
        .bind(number.recording.map(RecordingRule::as_str))
        .bind(&number.trunk)
        .bind(self.now_ms)
        .bind(agent)
        .bind(&number.fax)
        .fetch_one(&mut tx.conn)
        .await?;
        NumberRecord::from_row(&row)
    }
}

struct ChangeNumber {
    id: NumberId,
    number: NewNumber,
    now_ms: i64,
}

impl Write for ChangeNumber {
    type Output = NumberRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<NumberRecord, StoreError> {
        let number = &self.number;
        let (flow, agent) = names(&number.app);
        check_free(tx, &number.number, Some(self.id)).await?;
        let row = sqlx::query(
            "UPDATE numbers SET number = ?2, flow = ?3, language = ?4, recording = ?5, trunk = ?6, updated_ms = ?7, \
             agent = ?8, fax = ?9 \
             WHERE id = ?1 RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(&number.number)
        .bind(flow)
        .bind(&number.language)
        .bind(number.recording.map(RecordingRule::as_str))
        .bind(&number.trunk)
        .bind(self.now_ms)
        .bind(agent)
        .bind(&number.fax)
        .fetch_optional(&mut tx.conn)
        .await?;
        row.as_ref().map_or(Err(StoreError::NotFound("number")), NumberRecord::from_row)
    }
}

struct DeleteNumber {
    id: NumberId,
}

impl Write for DeleteNumber {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM numbers WHERE id = ?1").bind(self.id.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

//! What agents' brains cost in a day.

use super::row::{Reader, Record};
use crate::record::SpendingRecord;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// How many days are kept.
const DAYS_KEPT: i64 = 400;

impl Record for SpendingRecord {
    const TABLE: &'static str = "brain_spending";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            day: row.int("day")?,
            agent: row.text("agent")?,
            brain: row.text("brain")?,
            answers: row.unsigned("answers")?,
            input_tokens: row.unsigned("input_tokens")?,
            output_tokens: row.unsigned("output_tokens")?,
            cost: row.unsigned("cost")?,
        })
    }
}

impl Store {
    /// Adds to what the brain of an agent has cost on a day.
    pub async fn add_spending(&self, spending: SpendingRecord) -> Result<(), StoreError> {
        self.write(Add(spending)).await
    }

    /// What each brain of each agent has cost on that day, by their names. `day`: days since 1970-01-01.
    pub async fn spending(&self, day: i64) -> Result<Vec<SpendingRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM brain_spending WHERE day = ?1 ORDER BY agent, brain").bind(day);
        SpendingRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }
}

struct Add(SpendingRecord);

impl Write for Add {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let Self(new) = self;
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        sqlx::query(
            "INSERT INTO brain_spending (day, agent, brain, answers, input_tokens, output_tokens, cost) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (day, agent, brain) DO UPDATE SET \
             answers = answers + excluded.answers, input_tokens = input_tokens + excluded.input_tokens, \
             output_tokens = output_tokens + excluded.output_tokens, cost = cost + excluded.cost",
        )
        .bind(new.day)
        .bind(&new.agent)
        .bind(&new.brain)
        .bind(whole(new.answers))
        .bind(whole(new.input_tokens))
        .bind(whole(new.output_tokens))
        .bind(whole(new.cost))
        .execute(&mut tx.conn)
        .await?;
        sqlx::query("DELETE FROM brain_spending WHERE day < ?1")
            .bind(new.day - DAYS_KEPT)
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }
}

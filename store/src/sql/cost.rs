//! What agents' brains cost in a day.

use super::row::Reader;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// How many days are kept.
const DAYS_KEPT: i64 = 400;
const TABLE: &str = "brain_costs";

impl Store {
    /// Adds what an answer cost. `day`: days since 1970-01-01; `cost`: millionths of the currency.
    pub async fn add_brain_cost(&self, agent: &str, day: i64, cost: u64) -> Result<(), StoreError> {
        self.write(Add { agent: agent.to_owned(), day, cost }).await
    }

    /// What each agent's brains have cost on that day, by its name.
    pub async fn brain_costs(&self, day: i64) -> Result<Vec<(String, u64)>, StoreError> {
        let query = sqlx::query("SELECT agent, cost FROM brain_costs WHERE day = ?1 ORDER BY agent").bind(day);
        let rows = query.fetch_all(self.readers()).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let row = Reader { row, table: TABLE };
            Ok((row.text("agent")?, row.unsigned("cost")?))
        };
        rows.iter().map(read).collect()
    }
}

struct Add {
    agent: String,
    day: i64,
    cost: u64,
}

impl Write for Add {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO brain_costs (day, agent, cost) VALUES (?1, ?2, ?3) \
             ON CONFLICT (day, agent) DO UPDATE SET cost = cost + excluded.cost",
        )
        .bind(self.day)
        .bind(&self.agent)
        .bind(i64::try_from(self.cost).unwrap_or(i64::MAX))
        .execute(&mut tx.conn)
        .await?;
        sqlx::query("DELETE FROM brain_costs WHERE day < ?1").bind(self.day - DAYS_KEPT).execute(&mut tx.conn).await?;
        Ok(())
    }
}

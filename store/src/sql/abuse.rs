//! Bans, and what calls by trunks cost in a day.

use super::row::{Reader, Record};
use crate::record::{BanRecord, TrunkSpendingRecord};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// How many days of spending are kept.
const DAYS_KEPT: i64 = 400;

impl Record for BanRecord {
    const TABLE: &'static str = "bans";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            source: row.text("source")?,
            reason: row.text("reason")?,
            times: row.unsigned("times")?,
            until_ms: row.int("until_ms")?,
        })
    }
}

impl Record for TrunkSpendingRecord {
    const TABLE: &'static str = "trunk_spending";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self { day: row.int("day")?, trunk: row.text("trunk")?, cost: row.unsigned("cost")? })
    }
}

impl Store {
    /// Replaces the bans that are kept.
    pub async fn keep_bans(&self, bans: Vec<BanRecord>) -> Result<(), StoreError> {
        self.write(Keep(bans)).await
    }

    /// The bans that are kept and last beyond this time, ms since the Unix epoch.
    pub async fn bans(&self, now_ms: i64) -> Result<Vec<BanRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM bans WHERE until_ms > ?1 ORDER BY source").bind(now_ms);
        BanRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Adds to what calls by a trunk have cost on a day.
    pub async fn add_trunk_spending(&self, spending: TrunkSpendingRecord) -> Result<(), StoreError> {
        self.write(Spend(spending)).await
    }

    /// What calls by each trunk have cost on a day, since 1970-01-01.
    pub async fn trunk_spending(&self, day: i64) -> Result<Vec<TrunkSpendingRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM trunk_spending WHERE day = ?1 ORDER BY trunk").bind(day);
        TrunkSpendingRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }
}

struct Keep(Vec<BanRecord>);

impl Write for Keep {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM bans").execute(&mut tx.conn).await?;
        for ban in &self.0 {
            sqlx::query("INSERT OR REPLACE INTO bans (source, reason, times, until_ms) VALUES (?1, ?2, ?3, ?4)")
                .bind(&ban.source)
                .bind(&ban.reason)
                .bind(i64::from(ban.times))
                .bind(ban.until_ms)
                .execute(&mut tx.conn)
                .await?;
        }
        Ok(())
    }
}

struct Spend(TrunkSpendingRecord);

impl Write for Spend {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let Self(new) = self;
        sqlx::query(
            "INSERT INTO trunk_spending (day, trunk, cost) VALUES (?1, ?2, ?3) \
             ON CONFLICT (day, trunk) DO UPDATE SET cost = cost + excluded.cost",
        )
        .bind(new.day)
        .bind(&new.trunk)
        .bind(i64::try_from(new.cost).unwrap_or(i64::MAX))
        .execute(&mut tx.conn)
        .await?;
        sqlx::query("DELETE FROM trunk_spending WHERE day < ?1")
            .bind(new.day - DAYS_KEPT)
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }
}

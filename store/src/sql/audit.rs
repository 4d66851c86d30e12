//! Who did what.

use call_model::AuditId;

use super::list::List;
use super::row::{Reader, Record};
use crate::record::{AuditEntry, AuditFilter, AuditRecord};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

/// How far a clock may be set back that entries are still found by the time in their ids, ms.
const SET_BACK_MS: i64 = 86_400_000;

/// The first id of a moment, ms since the Unix epoch. The id of an entry is of its time, or of a later one where the clock
/// was set back.
fn first_id(at_ms: i64) -> AuditId {
    AuditId::from_parts(u64::try_from(at_ms).unwrap_or(0), 0)
}

impl Record for AuditRecord {
    const TABLE: &'static str = "audit";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            at_ms: row.int("at_ms")?,
            entry: AuditEntry {
                kind: row.word("kind")?,
                actor: row.maybe_text("actor")?,
                address: row.maybe_text("address")?,
                action: row.text("action")?,
                object: row.maybe_text("object")?,
                result: row.word("result")?,
            },
        })
    }
}

impl Store {
    /// Writes down what was done.
    pub async fn add_audit(&self, entry: AuditEntry, now_ms: i64) -> Result<(), StoreError> {
        self.write(AddAudit(AuditRecord { id: fresh_id(now_ms), at_ms: now_ms, entry })).await
    }

    /// What was done, newest first.
    pub async fn audit(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM audit WHERE 1");
        list.only("actor =", filter.actor.clone())
            .only("action =", filter.action.clone())
            .only("object =", filter.object.clone())
            .only("at_ms >=", filter.from_ms)
            .only("at_ms <", filter.to_ms)
            // There is no index on the time: so only what is near is looked at.
            .only_id("id >=", filter.from_ms.map(first_id))
            .only_id("id <", filter.to_ms.map(|to_ms| first_id(to_ms.saturating_add(SET_BACK_MS))));
        list.page(self, page, "id", |record: &AuditRecord| record.id).await
    }

    /// Removes up to `most` entries from before a time, ms since the Unix epoch: those of the last week stay in any case.
    /// Gives how many.
    pub async fn prune_audit(&self, before_ms: i64, most: u32) -> Result<u64, StoreError> {
        self.write(PruneAudit { before_ms, most }).await
    }
}

struct AddAudit(AuditRecord);

impl Write for AddAudit {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let AuditRecord { id, at_ms, entry } = &self.0;
        let query = sqlx::query(
            "INSERT INTO audit (id, at_ms, kind, actor, address, action, object, result) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        );
        query
            .bind(id.to_string())
            .bind(at_ms)
            .bind(entry.kind.as_str())
            .bind(&entry.actor)
            .bind(&entry.address)
            .bind(&entry.action)
            .bind(&entry.object)
            .bind(entry.result.as_str())
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }
}

struct PruneAudit {
    before_ms: i64,
    most: u32,
}

impl Write for PruneAudit {
    type Output = u64;

    async fn apply(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < ?3 AND at_ms < ?1 \
             AND at_ms <= (unixepoch() - 7 * 86400) * 1000 ORDER BY id LIMIT ?2)",
        );
        let first_kept = first_id(self.before_ms).to_string();
        Ok(query.bind(self.before_ms).bind(self.most).bind(first_kept).execute(&mut tx.conn).await?.rows_affected())
    }
}

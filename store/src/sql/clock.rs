//! What waits for a time of the wall clock, when that clock is set back.

use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Store {
    /// The clock was set back by so many ms: what was to be done at a time is done as much earlier, so that nothing waits
    /// until the clock has come round again.
    pub async fn clock_set_back(&self, by_ms: u64) -> Result<(), StoreError> {
        self.write(SetBack { by_ms: i64::try_from(by_ms).unwrap_or(i64::MAX) }).await
    }
}

struct SetBack {
    by_ms: i64,
}

impl Write for SetBack {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for sql in [
            "UPDATE deliveries SET next_ms = next_ms - ?1 WHERE state = 'pending'",
            "UPDATE errands SET next_ms = next_ms - ?1 WHERE state = 'pending'",
            "UPDATE jobs SET next_ms = next_ms - ?1 WHERE next_ms IS NOT NULL",
            "UPDATE knowledge_sources SET due_ms = due_ms - ?1 WHERE due_ms IS NOT NULL",
        ] {
            sqlx::query(sql).bind(self.by_ms).execute(&mut tx.conn).await?;
        }
        (tx.delivery_due, tx.errand_due, tx.job_due) = (true, true, true);
        Ok(())
    }
}

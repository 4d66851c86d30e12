//! What waits for a time of the wall clock, when that clock is set back.

use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Store {
    /// The clock was set back by so many ms: what was to be done at a time is done as much earlier, so that nothing waits
    /// until the clock has come round again.
    pub async fn clock_set_back(&self, by_ms: u64) -> Result<(), StoreError> {
        self.write(SetBack { by_ms: i64::try_from(by_ms).unwrap_or(i64::MAX) }).await?;
        self.note_clock_step();
        Ok(())
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
            "UPDATE contact_pins SET locked_until_ms = locked_until_ms - ?1 WHERE locked_until_ms IS NOT NULL",
            // What waits for another attempt. A first one, and a call-back that was asked for, are for a time of the day.
            "UPDATE campaign_contacts SET due_ms = max(due_ms - ?1, 1) \
             WHERE state = 'waiting' AND due_ms > 0 AND attempts > 0 AND NOT EXISTS ( \
             SELECT 1 FROM campaign_attempts AS last WHERE last.contact = campaign_contacts.row \
             AND last.outcome = 'call_back' AND last.attempt = (SELECT max(attempt) FROM campaign_attempts \
             WHERE contact = campaign_contacts.row))",
        ] {
            sqlx::query(sql).bind(self.by_ms).execute(&mut tx.conn).await?;
        }
        (tx.delivery_due, tx.errand_due, tx.job_due) = (true, true, true);
        Ok(())
    }
}

//! Who or what answered a call that was screened.

use call_model::{Answered, CallId};

use super::event::{Telling, Told, call_event, told};
use super::row::json;
use crate::record::event_type::CALL_ANSWERED_BY;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Store {
    /// Writes down who or what answered a call, or that it was somebody else than it seemed, and tells
    /// `call.answered_by`. `at_ms`: when that was found out, ms since the Unix epoch. `false`: the call is over.
    pub async fn set_answered_by(&self, id: CallId, answered: Answered, at_ms: i64) -> Result<bool, StoreError> {
        self.write(SetAnsweredBy { id, answered, at_ms }).await
    }
}

struct SetAnsweredBy {
    id: CallId,
    answered: Answered,
    at_ms: i64,
}

impl Write for SetAnsweredBy {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        const SQL: Told = told!(
            "UPDATE calls SET answered_by = ?6, answered_how = ?7 WHERE id = ?1 AND state <> 'ended'",
            call_event!(),
        );
        let done = Telling::new(tx, CALL_ANSWERED_BY, self.at_ms)
            .query(SQL, self.id.to_string())
            .bind(self.answered.by.as_str())
            .bind(json(&self.answered))
            .execute(&mut tx.conn)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

//! Suppressions: who said no.

use call_model::CallId;
use serde_json::json;

use super::event::tell;
use super::list::List;
use super::row::{Reader, Record, json as as_json};
use super::standing;
use crate::record::event_type::{CONTACT_SUPPRESSED, SUPPRESSION_LIFTED};
use crate::record::{NewEvent, NewSuppression, SuppressionRecord};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for SuppressionRecord {
    const TABLE: &'static str = "suppressions";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.text("number")?,
            purpose: Some(row.text("purpose")?).filter(|purpose| !purpose.is_empty()),
            method: row.text("method")?,
            call: row.maybe_parse("call")?,
            moment_ms: row.maybe_int("moment_ms")?,
            said: row.maybe_text("said")?,
            author: row.maybe_text("author")?,
            at_ms: row.int("at_ms")?,
        })
    }
}

impl Store {
    /// Writes down that this number, and every other number of its contact, is not to be called, and tells
    /// `contact.suppressed`. What was written down before stays as it was, with its evidence. Gives what stands now for
    /// the number itself; `None`: the number is withheld.
    pub async fn suppress(&self, new: NewSuppression, now_ms: i64) -> Result<Option<SuppressionRecord>, StoreError> {
        let address = self.address(&new.number);
        let Some(number) = address.as_str().map(str::to_owned) else { return Ok(None) };
        let said = new.said.map(|said| self.scrubber().clean(said));
        let new = NewSuppression { number, said, ..new };
        self.write(Suppress { new, now_ms }).await.map(Some)
    }

    /// Takes a suppression of this number back, and tells `suppression.lifted`: the person asked to be called again.
    /// `purpose`: the one that it is for, `None` for the one for everything. `false`: there was none.
    pub async fn lift_suppression(
        &self,
        number: &str,
        purpose: Option<&str>,
        author: Option<&str>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let address = self.address(number);
        let Some(number) = address.as_str().map(str::to_owned) else { return Ok(false) };
        let purpose = purpose.unwrap_or_default().to_owned();
        self.write(Lift { number, purpose, author: author.map(str::to_owned), now_ms }).await
    }

    /// The suppressions of one number, in any form; also of one who was erased.
    pub async fn suppressions_of(&self, number: &str) -> Result<Vec<SuppressionRecord>, StoreError> {
        let address = self.address(number);
        let Some(number) = address.as_str() else { return Ok(Vec::new()) };
        let mut conn = self.readers().acquire().await?;
        let salt = standing::salt(&mut conn).await?;
        let query = sqlx::query("SELECT * FROM suppressions WHERE number IN (?1, ?2) ORDER BY at_ms DESC");
        let rows = query.bind(number).bind(standing::hidden(&salt, number)).fetch_all(&mut *conn).await?;
        SuppressionRecord::from_rows(&rows)
    }

    /// Suppressions, the newest first; `before_ms`: only older ones.
    pub async fn suppressions(&self, before_ms: Option<i64>, limit: u32) -> Result<Vec<SuppressionRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM suppressions WHERE 1");
        list.only("at_ms <", before_ms);
        list.first(self, "at_ms DESC, number, purpose", limit).await
    }

    /// Writes down what an outbound call is for, so that it counts for that.
    pub async fn set_call_purpose(&self, call: CallId, purpose: &str) -> Result<(), StoreError> {
        self.write(Mark { call, purpose: Some(purpose.to_owned()) }).await
    }

    /// Writes down that somebody answered an outbound call and found nobody there (an abandoned call).
    pub async fn call_was_dropped(&self, call: CallId) -> Result<(), StoreError> {
        self.write(Mark { call, purpose: None }).await
    }
}

struct Suppress {
    new: NewSuppression,
    now_ms: i64,
}

impl Write for Suppress {
    type Output = SuppressionRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<SuppressionRecord, StoreError> {
        let new = &self.new;
        let contact = contact_of(tx, &new.number).await?;
        let mut numbers = vec![new.number.clone()];
        if let Some(contact) = &contact {
            numbers.extend(standing::numbers_of_contact(&mut tx.conn, contact).await?);
        }
        numbers.dedup();
        let purpose = new.purpose.as_deref().unwrap_or_default();
        let mut fresh = false;
        for number in &numbers {
            let query = sqlx::query(
                "INSERT INTO suppressions (number, purpose, method, call, moment_ms, said, author, at_ms) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (number, purpose) DO NOTHING",
            );
            let done = query
                .bind(number)
                .bind(purpose)
                .bind(&new.method)
                .bind(new.call.map(|call| call.to_string()))
                .bind(new.moment_ms)
                .bind(&new.said)
                .bind(&new.author)
                .bind(self.now_ms)
                .execute(&mut tx.conn)
                .await?;
            fresh |= done.rows_affected() > 0;
        }
        if fresh {
            let data = json!({"contact": contact, "call": new.call, "purpose": new.purpose, "method": new.method});
            said(tx, CONTACT_SUPPRESSED, new.call, data, self.now_ms).await?;
        }
        let query = sqlx::query("SELECT * FROM suppressions WHERE number = ?1 AND purpose = ?2");
        SuppressionRecord::from_row(&query.bind(&new.number).bind(purpose).fetch_one(&mut tx.conn).await?)
    }
}

/// Lets every suppression of one of these numbers stand for all of them: they are about to be no contact's together.
pub(super) async fn spread(tx: &mut Tx, numbers: &[String]) -> Result<(), StoreError> {
    let salt = standing::salt(&mut tx.conn).await?;
    let mut keys = numbers.to_vec();
    keys.extend(numbers.iter().map(|number| standing::hidden(&salt, number)));
    let query = sqlx::query(
        "INSERT INTO suppressions (number, purpose, method, call, moment_ms, said, author, at_ms) \
         SELECT n.value, s.purpose, s.method, s.call, s.moment_ms, s.said, s.author, min(s.at_ms) \
         FROM suppressions s, json_each(?2) n WHERE s.number IN (SELECT value FROM json_each(?1)) \
         GROUP BY n.value, s.purpose ON CONFLICT (number, purpose) DO NOTHING",
    );
    query.bind(as_json(&keys)).bind(as_json(&numbers)).execute(&mut tx.conn).await?;
    Ok(())
}

/// Makes suppressions of what these numbers, or the contact, refused or withdrew last, by purpose, and lets every
/// suppression stand for all of the numbers: the consents are about to go.
pub(super) async fn keep_refusals(tx: &mut Tx, contact: Option<&str>, numbers: &[String]) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO suppressions (number, purpose, method, call, moment_ms, said, at_ms) \
         SELECT c.number, c.purpose, c.method, c.call, c.moment_ms, c.said, \
         coalesce(c.withdrawn_ms, c.decided_ms, c.created_ms) FROM consents c \
         WHERE (c.contact = ?1 OR c.number IN (SELECT value FROM json_each(?2))) AND c.channel = 'call' \
         AND (c.state = 'refused' OR c.withdrawn_ms IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM consents o \
         WHERE o.number = c.number AND o.channel = c.channel AND o.purpose = c.purpose AND o.state <> 'asked' \
         AND (o.decided_ms > c.decided_ms OR (o.decided_ms = c.decided_ms AND o.id > c.id))) \
         ON CONFLICT (number, purpose) DO NOTHING",
    );
    query.bind(contact).bind(as_json(&numbers)).execute(&mut tx.conn).await?;
    spread(tx, numbers).await
}

/// The id of the contact with this number, first or other.
pub(super) async fn contact_of(tx: &mut Tx, number: &str) -> Result<Option<String>, StoreError> {
    let query = sqlx::query(
        "SELECT id FROM contacts WHERE address = ?1 UNION ALL \
         SELECT contact AS id FROM contact_numbers WHERE number = ?1 LIMIT 1",
    );
    let row = query.bind(number).fetch_optional(&mut tx.conn).await?;
    row.map(|row| Reader { row: &row, table: "contacts" }.text("id")).transpose()
}

/// Writes an event. What it tells names contacts and calls by their ids, never by number.
pub(super) async fn said(
    tx: &mut Tx,
    kind: &'static str,
    call: Option<CallId>,
    data: serde_json::Value,
    at_ms: i64,
) -> Result<(), StoreError> {
    let data = data.as_object().cloned().unwrap_or_default();
    tell(tx, &NewEvent { kind: kind.to_owned(), call, at_ms, data }).await?;
    Ok(())
}

struct Lift {
    number: String,
    purpose: String,
    author: Option<String>,
    now_ms: i64,
}

impl Write for Lift {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let salt = standing::salt(&mut tx.conn).await?;
        let query = sqlx::query("DELETE FROM suppressions WHERE number IN (?1, ?2) AND purpose = ?3");
        let query = query.bind(&self.number).bind(standing::hidden(&salt, &self.number)).bind(&self.purpose);
        if query.execute(&mut tx.conn).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let contact = contact_of(tx, &self.number).await?;
        let purpose = Some(&self.purpose).filter(|purpose| !purpose.is_empty());
        let data = json!({"contact": contact, "purpose": purpose, "author": self.author});
        said(tx, SUPPRESSION_LIFTED, None, data, self.now_ms).await?;
        Ok(true)
    }
}

struct Mark {
    call: CallId,
    /// `None`: it was dropped.
    purpose: Option<String>,
}

impl Write for Mark {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let sql = match &self.purpose {
            Some(_) => "UPDATE calls SET purpose = ?2 WHERE id = ?1",
            None => "UPDATE calls SET dropped = 1 WHERE id = ?1 AND ?2 IS NULL",
        };
        let done = sqlx::query(sql).bind(self.call.to_string()).bind(&self.purpose).execute(&mut tx.conn).await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("call")) } else { Ok(()) }
    }
}

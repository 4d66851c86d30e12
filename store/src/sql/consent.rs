//! Consents: who agreed to what.

use call_model::ConsentId;
use serde_json::json;

use super::list::List;
use super::row::{Reader, Record};
use super::suppression::{contact_of, said};
use crate::record::event_type::{CONSENT_CHANGED, CONSENT_GIVEN};
use crate::record::{ConsentAnswer, ConsentFilter, ConsentRecord, ConsentState, NewConsent};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

impl Record for ConsentRecord {
    const TABLE: &'static str = "consents";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            number: row.text("number")?,
            contact: row.maybe_parse("contact")?,
            channel: row.text("channel")?,
            purpose: row.text("purpose")?,
            state: row.word("state")?,
            method: row.text("method")?,
            wording: row.text("wording")?,
            source: row.text("source")?,
            call: row.maybe_parse("call")?,
            moment_ms: row.maybe_int("moment_ms")?,
            said: row.maybe_text("said")?,
            decided_ms: row.maybe_int("decided_ms")?,
            withdrawn_ms: row.maybe_int("withdrawn_ms")?,
            expires_ms: row.maybe_int("expires_ms")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// Writes a consent down, and tells `consent.given` or `consent.changed`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the number is withheld.
    pub async fn add_consent(&self, new: NewConsent, now_ms: i64) -> Result<ConsentRecord, StoreError> {
        let address = self.address(&new.number);
        let number = address.as_str().map(str::to_owned);
        let number = number.ok_or(StoreError::Conflict("a withheld number can agree to nothing: give the number"))?;
        let said = new.said.map(|said| self.scrubber().clean(said));
        self.write(Add { new: NewConsent { number, said, ..new }, now_ms }).await
    }

    /// Writes down the answer to a consent that was asked for (the second half of a double opt-in).
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when there is an answer already.
    pub async fn answer_consent(
        &self,
        id: ConsentId,
        answer: ConsentAnswer,
        now_ms: i64,
    ) -> Result<ConsentRecord, StoreError> {
        let said = answer.said.map(|said| self.scrubber().clean(said));
        self.write(Answer { id, reply: ConsentAnswer { said, ..answer }, now_ms }).await
    }

    /// Withdraws a consent from `at_ms` on, and every other one of the same number, channel and purpose with it.
    pub async fn withdraw_consent(&self, id: ConsentId, at_ms: i64, now_ms: i64) -> Result<ConsentRecord, StoreError> {
        self.write(Withdraw { id, at_ms, now_ms }).await
    }

    /// One consent.
    pub async fn consent(&self, id: ConsentId) -> Result<Option<ConsentRecord>, StoreError> {
        self.one(sqlx::query("SELECT * FROM consents WHERE id = ?1").bind(id.to_string())).await
    }

    /// Consents, newest first.
    pub async fn consents(
        &self,
        filter: &ConsentFilter,
        page: &PageRequest,
    ) -> Result<Page<ConsentRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM consents WHERE 1");
        list.only("number =", filter.number.as_deref());
        list.only_id("contact =", filter.contact);
        list.only("purpose =", filter.purpose.as_deref());
        list.page(self, page, "id", |consent: &ConsentRecord| consent.id).await
    }
}

pub(super) struct Add {
    pub(super) new: NewConsent,
    pub(super) now_ms: i64,
}

impl Write for Add {
    type Output = ConsentRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<ConsentRecord, StoreError> {
        let new = &self.new;
        let contact = contact_of(tx, &new.number).await?;
        let id: ConsentId = fresh_id(self.now_ms);
        let asked = new.state == ConsentState::Asked;
        // What is said to be decided tomorrow would outrank what is said until then.
        let decided = (!asked).then(|| new.decided_ms.map_or(self.now_ms, |decided| decided.min(self.now_ms)));
        let query = sqlx::query(
            "INSERT INTO consents (id, number, contact, channel, purpose, state, method, wording, source, call, \
             moment_ms, said, decided_ms, expires_ms, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
             ?9, (SELECT id FROM calls WHERE id = ?10), ?11, ?12, ?13, ?14, ?15, ?15) RETURNING *",
        );
        let row = query
            .bind(id.to_string())
            .bind(&new.number)
            .bind(contact)
            .bind(&new.channel)
            .bind(&new.purpose)
            .bind(new.state.as_str())
            .bind(&new.method)
            .bind(&new.wording)
            .bind(&new.source)
            .bind(new.call.map(|call| call.to_string()))
            .bind(new.moment_ms)
            .bind(&new.said)
            .bind(decided)
            .bind(new.expires_ms)
            .bind(self.now_ms)
            .fetch_one(&mut tx.conn)
            .await?;
        told(tx, ConsentRecord::from_row(&row)?, self.now_ms).await
    }
}

/// Tells what became of a consent, without the number.
async fn told(tx: &mut Tx, consent: ConsentRecord, now_ms: i64) -> Result<ConsentRecord, StoreError> {
    let holds = consent.holds(now_ms);
    let kind = if holds { CONSENT_GIVEN } else { CONSENT_CHANGED };
    let data = json!({"consent": {
        "id": consent.id, "contact": consent.contact, "channel": consent.channel, "purpose": consent.purpose,
        "state": consent.state, "method": consent.method, "call": consent.call, "holds": holds,
    }});
    said(tx, kind, consent.call, data, now_ms).await?;
    Ok(consent)
}

async fn find(tx: &mut Tx, id: ConsentId) -> Result<ConsentRecord, StoreError> {
    let query = sqlx::query("SELECT * FROM consents WHERE id = ?1").bind(id.to_string());
    let row = query.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("consent"))?;
    ConsentRecord::from_row(&row)
}

pub(super) struct Answer {
    pub(super) id: ConsentId,
    pub(super) reply: ConsentAnswer,
    pub(super) now_ms: i64,
}

impl Write for Answer {
    type Output = ConsentRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<ConsentRecord, StoreError> {
        if find(tx, self.id).await?.state != ConsentState::Asked {
            return Err(StoreError::Conflict("this consent was answered already: ask for a new one"));
        }
        let answer = &self.reply;
        let state = if answer.given { ConsentState::Given } else { ConsentState::Refused };
        let query = sqlx::query(
            "UPDATE consents SET state = ?2, method = ?3, wording = coalesce(?4, wording), \
             call = (SELECT id FROM calls WHERE id = ?5), moment_ms = ?6, said = ?7, decided_ms = ?8, updated_ms = ?8 \
             WHERE id = ?1 RETURNING *",
        );
        let row = query
            .bind(self.id.to_string())
            .bind(state.as_str())
            .bind(&answer.method)
            .bind(&answer.wording)
            .bind(answer.call.map(|call| call.to_string()))
            .bind(answer.moment_ms)
            .bind(&answer.said)
            .bind(self.now_ms)
            .fetch_one(&mut tx.conn)
            .await?;
        told(tx, ConsentRecord::from_row(&row)?, self.now_ms).await
    }
}

struct Withdraw {
    id: ConsentId,
    at_ms: i64,
    now_ms: i64,
}

impl Write for Withdraw {
    type Output = ConsentRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<ConsentRecord, StoreError> {
        let one = find(tx, self.id).await?;
        let query = sqlx::query(
            "UPDATE consents SET withdrawn_ms = ?4, updated_ms = ?5 WHERE number = ?1 AND channel = ?2 \
             AND purpose = ?3 AND state = 'given' AND (withdrawn_ms IS NULL OR withdrawn_ms > ?4)",
        );
        let query = query.bind(&one.number).bind(&one.channel).bind(&one.purpose).bind(self.at_ms).bind(self.now_ms);
        query.execute(&mut tx.conn).await?;
        // Who takes a question back that was not answered has answered it.
        let query = sqlx::query(
            "UPDATE consents SET state = 'refused', decided_ms = ?2, withdrawn_ms = ?3, updated_ms = ?2 \
             WHERE id = ?1 AND state = 'asked'",
        );
        query.bind(self.id.to_string()).bind(self.now_ms).bind(self.at_ms).execute(&mut tx.conn).await?;
        let now = find(tx, self.id).await?;
        told(tx, now, self.now_ms).await
    }
}

//! PINs of contacts: a try is counted before it is looked at, so that calls at a time have no more tries than one.

use call_model::ContactId;

use super::row::Reader;
use crate::record::{PinDigest, PinTry};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// Wrong PINs in a row before no more are taken.
const MAX_WRONG: u32 = 3;
/// For how long, ms.
const LOCKED_MS: i64 = 60 * 60 * 1_000;

impl Store {
    /// Gives a contact a PIN, or takes it away. What was wrong before is forgotten.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such contact.
    pub async fn set_pin(&self, contact: ContactId, pin: Option<PinDigest>, now_ms: i64) -> Result<(), StoreError> {
        self.write(SetPin { contact, pin, now_ms }).await
    }

    /// Begins a try of a contact's PIN: after three wrong ones in a row none is taken for an hour.
    pub async fn try_pin(&self, contact: ContactId, now_ms: i64) -> Result<PinTry, StoreError> {
        self.write(TryPin { contact, now_ms }).await
    }

    /// The PIN that was tried was right.
    pub async fn pin_was_right(&self, contact: ContactId) -> Result<(), StoreError> {
        self.write(Right { contact }).await
    }
}

struct SetPin {
    contact: ContactId,
    pin: Option<PinDigest>,
    now_ms: i64,
}

impl Write for SetPin {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let contact = self.contact.to_string();
        let known = sqlx::query("SELECT id FROM contacts WHERE id = ?1").bind(&contact);
        known.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("contact"))?;
        let query = match &self.pin {
            Some(pin) => sqlx::query(
                "INSERT OR REPLACE INTO contact_pins (contact, salt, digest, updated_ms) VALUES (?1, ?2, ?3, ?4)",
            )
            .bind(contact)
            .bind(&pin.salt)
            .bind(&pin.digest)
            .bind(self.now_ms),
            None => sqlx::query("DELETE FROM contact_pins WHERE contact = ?1").bind(contact),
        };
        query.execute(&mut tx.conn).await?;
        Ok(())
    }
}

struct TryPin {
    contact: ContactId,
    now_ms: i64,
}

impl Write for TryPin {
    type Output = PinTry;

    async fn apply(&self, tx: &mut Tx) -> Result<PinTry, StoreError> {
        let contact = self.contact.to_string();
        let found = sqlx::query("SELECT * FROM contact_pins WHERE contact = ?1").bind(&contact);
        let Some(row) = found.fetch_optional(&mut tx.conn).await? else { return Ok(PinTry::None) };
        let row = Reader { row: &row, table: "contact_pins" };
        let locked = row.maybe_int("locked_until_ms")?;
        if let Some(until_ms) = locked.filter(|until| *until > self.now_ms) {
            return Ok(PinTry::Locked { until_ms });
        }
        let before = if locked.is_some() { 0 } else { row.unsigned("wrong")? };
        let wrong = before + 1;
        let until = (wrong >= MAX_WRONG).then_some(self.now_ms + LOCKED_MS);
        let count = sqlx::query("UPDATE contact_pins SET wrong = ?2, locked_until_ms = ?3 WHERE contact = ?1");
        count.bind(contact).bind(i64::from(wrong)).bind(until).execute(&mut tx.conn).await?;
        let pin = PinDigest { salt: row.text("salt")?, digest: row.text("digest")? };
        Ok(PinTry::Open { pin, left: MAX_WRONG.saturating_sub(wrong) })
    }
}

struct Right {
    contact: ContactId,
}

impl Write for Right {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE contact_pins SET wrong = 0, locked_until_ms = NULL WHERE contact = ?1");
        query.bind(self.contact.to_string()).execute(&mut tx.conn).await?;
        Ok(())
    }
}

//! Where members' phones are registered.

use super::row::{Reader, Record, json};
use crate::record::BindingRecord;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for BindingRecord {
    const TABLE: &'static str = "bindings";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            member: row.text("member")?,
            contact: row.text("contact")?,
            local: row.text("local")?,
            remote: row.text("remote")?,
            path: row.json("path")?,
            q: row.unsigned("q")?,
            call_id: row.text("call_id")?,
            seq: row.unsigned("seq")?,
            instance: row.maybe_text("instance")?,
            proof: row.text("proof")?,
            until_ms: row.int("until_ms")?,
        })
    }
}

impl Store {
    /// Keeps contacts that are new or were refreshed, and forgets those (member, contact) that are gone.
    pub async fn keep_bindings(
        &self,
        changed: Vec<BindingRecord>,
        gone: Vec<(String, String)>,
    ) -> Result<(), StoreError> {
        self.write(Keep { changed, gone }).await
    }

    /// The contacts that are kept, those that have lapsed too: whoever reads them says which are to be forgotten.
    pub async fn bindings(&self) -> Result<Vec<BindingRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM bindings ORDER BY member, contact");
        BindingRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }
}

struct Keep {
    changed: Vec<BindingRecord>,
    gone: Vec<(String, String)>,
}

impl Write for Keep {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for (member, contact) in &self.gone {
            sqlx::query("DELETE FROM bindings WHERE member = ?1 AND contact = ?2")
                .bind(member)
                .bind(contact)
                .execute(&mut tx.conn)
                .await?;
        }
        for binding in &self.changed {
            sqlx::query(
                "INSERT OR REPLACE INTO bindings \
                 (member, contact, local, remote, path, q, call_id, seq, instance, until_ms, proof) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )
            .bind(&binding.member)
            .bind(&binding.contact)
            .bind(&binding.local)
            .bind(&binding.remote)
            .bind(json(&binding.path))
            .bind(i64::from(binding.q))
            .bind(&binding.call_id)
            .bind(i64::from(binding.seq))
            .bind(&binding.instance)
            .bind(binding.until_ms)
            .bind(&binding.proof)
            .execute(&mut tx.conn)
            .await?;
        }
        Ok(())
    }
}

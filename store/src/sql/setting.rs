//! What was set in the console.

use serde_json::Value;

use super::row::{Reader, Record, json};
use crate::record::SettingRecord;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for SettingRecord {
    const TABLE: &'static str = "settings";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            section: row.text("section")?,
            value: row.json("value")?,
            author: row.maybe_text("author")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// All sections that were set.
    pub async fn settings(&self) -> Result<Vec<SettingRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM settings ORDER BY section");
        SettingRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Sets a section. That the value is valid is for the caller to see to.
    pub async fn put_setting(
        &self,
        section: &str,
        value: Value,
        author: Option<&str>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (section, author) = (section.to_owned(), author.map(str::to_owned));
        self.write(Put(SettingRecord { section, value, author, updated_ms: now_ms })).await
    }

    /// Takes a section back. `false`: it was not set.
    pub async fn delete_setting(&self, section: &str) -> Result<bool, StoreError> {
        self.write(Delete(section.to_owned())).await
    }
}

struct Put(SettingRecord);

impl Write for Put {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO settings (section, value, author, updated_ms) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (section) DO UPDATE SET value = ?2, author = ?3, updated_ms = ?4",
        );
        let Self(new) = self;
        let query = query.bind(&new.section).bind(json(&new.value)).bind(&new.author).bind(new.updated_ms);
        query.execute(&mut tx.conn).await?;
        Ok(())
    }
}

struct Delete(String);

impl Write for Delete {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM settings WHERE section = ?1").bind(&self.0);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

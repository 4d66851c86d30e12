//! API keys.

use super::row::{Reader, Record};
use crate::record::ApiKeyRecord;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for ApiKeyRecord {
    const TABLE: &'static str = "api_keys";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        let hash = row.blob("hash")?.try_into();
        Ok(Self {
            name: row.text("name")?,
            hash: hash.map_err(|_| StoreError::Corrupt { table: Self::TABLE, column: "hash" })?,
            created_ms: row.int("created_ms")?,
            scopes: row.maybe_text("scopes")?,
        })
    }
}

impl Store {
    /// Keeps the SHA-256 of an API key that may do everything under a name; a key of this name is replaced.
    pub async fn put_api_key(&self, name: &str, hash: [u8; 32], now_ms: i64) -> Result<(), StoreError> {
        self.write(PutKey { name: name.to_owned(), hash, scopes: None, now_ms }).await
    }

    /// Keeps the SHA-256 of a new API key under a name. `scopes`: what it may do, with a space between the scopes;
    /// `None`: everything.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is a key of this name.
    pub async fn add_api_key(
        &self,
        name: &str,
        hash: [u8; 32],
        scopes: Option<&str>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let scopes = scopes.map(str::to_owned);
        self.write(AddKey(PutKey { name: name.to_owned(), hash, scopes, now_ms })).await
    }

    /// All API keys, by name.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM api_keys ORDER BY name");
        ApiKeyRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Removes an API key. `false`: there was none.
    pub async fn delete_api_key(&self, name: &str) -> Result<bool, StoreError> {
        self.write(DeleteKey { name: name.to_owned() }).await
    }
}

struct PutKey {
    name: String,
    hash: [u8; 32],
    scopes: Option<String>,
    now_ms: i64,
}

impl Write for PutKey {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO api_keys (name, hash, created_ms, scopes) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (name) DO UPDATE SET hash = ?2, created_ms = ?3, scopes = ?4",
        )
        .bind(&self.name)
        .bind(self.hash.to_vec())
        .bind(self.now_ms)
        .bind(&self.scopes)
        .execute(&mut tx.conn)
        .await?;
        Ok(())
    }
}

struct AddKey(PutKey);

impl Write for AddKey {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let known = sqlx::query("SELECT 1 FROM api_keys WHERE name = ?1").bind(&self.0.name);
        if known.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("there is a key of this name: revoke it first, or choose another name"));
        }
        self.0.apply(tx).await
    }
}

struct DeleteKey {
    name: String,
}

impl Write for DeleteKey {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM api_keys WHERE name = ?1").bind(&self.name);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

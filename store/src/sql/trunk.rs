//! Trunks, and their passwords apart.

use call_model::TrunkId;

use super::row::{Reader, Record, json};
use crate::record::{NewTrunk, TrunkRecord};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

const SELECT: &str = "SELECT trunks.*, EXISTS (SELECT 1 FROM trunk_secrets WHERE trunk = trunks.id) AS has_secret \
    FROM trunks";

impl Record for TrunkRecord {
    const TABLE: &'static str = "trunks";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            name: row.text("name")?,
            config: row.json("config")?,
            has_secret: row.bool("has_secret")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// All trunks, newest first.
    pub async fn trunks(&self) -> Result<Vec<TrunkRecord>, StoreError> {
        let query = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY id DESC")));
        TrunkRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// One trunk.
    pub async fn trunk(&self, id: TrunkId) -> Result<Option<TrunkRecord>, StoreError> {
        let query = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = ?1"))).bind(id.to_string());
        self.one(query).await
    }

    /// The password of a trunk, for whoever registers it: never for a reply of the API.
    pub async fn trunk_secret(&self, id: TrunkId) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT secret FROM trunk_secrets WHERE trunk = ?1").bind(id.to_string());
        let row = query.fetch_optional(self.readers()).await?;
        row.as_ref().map(|row| Reader { row, table: "trunk_secrets" }.text("secret")).transpose()
    }

    /// Makes a trunk.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is one of this name.
    pub async fn add_trunk(&self, trunk: NewTrunk, now_ms: i64) -> Result<TrunkRecord, StoreError> {
        self.write(PutTrunk { id: None, trunk, now_ms }).await
    }

    /// Replaces a trunk's settings; its password only when there is a new one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when another one has this name.
    pub async fn change_trunk(&self, id: TrunkId, trunk: NewTrunk, now_ms: i64) -> Result<TrunkRecord, StoreError> {
        self.write(PutTrunk { id: Some(id), trunk, now_ms }).await
    }

    /// Removes a trunk and its password. `false`: there was none.
    pub async fn delete_trunk(&self, id: TrunkId) -> Result<bool, StoreError> {
        self.write(DeleteTrunk { id }).await
    }
}

struct PutTrunk {
    id: Option<TrunkId>,
    trunk: NewTrunk,
    now_ms: i64,
}

impl Write for PutTrunk {
    type Output = TrunkRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<TrunkRecord, StoreError> {
        let known = self.id.map(|id| id.to_string());
        let taken = sqlx::query("SELECT 1 FROM trunks WHERE name = ?1 AND id IS NOT ?2");
        let taken = taken.bind(&self.trunk.name).bind(&known);
        if taken.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("there is a trunk of this name already: change it instead"));
        }
        let sql = match known {
            Some(_) => "UPDATE trunks SET name = ?2, config = ?3, updated_ms = ?4 WHERE id = ?1",
            None => "INSERT INTO trunks (id, name, config, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?4)",
        };
        let id = known.unwrap_or_else(|| fresh_id::<TrunkId>(self.now_ms).to_string());
        let done = sqlx::query(sql)
            .bind(&id)
            .bind(&self.trunk.name)
            .bind(json(&self.trunk.config))
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("trunk"));
        }
        if let Some(secret) = &self.trunk.secret {
            let put = "INSERT INTO trunk_secrets (trunk, secret) VALUES (?1, ?2) \
                       ON CONFLICT (trunk) DO UPDATE SET secret = ?2";
            sqlx::query(put).bind(&id).bind(secret).execute(&mut tx.conn).await?;
        }
        let query = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = ?1"))).bind(&id);
        TrunkRecord::from_row(&query.fetch_one(&mut tx.conn).await?)
    }
}

struct DeleteTrunk {
    id: TrunkId,
}

impl Write for DeleteTrunk {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM trunks WHERE id = ?1").bind(self.id.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

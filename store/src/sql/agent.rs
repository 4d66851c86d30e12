//! Agents in versions.

use super::row::{Reader, Record};
use crate::record::AgentRecord;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for AgentRecord {
    const TABLE: &'static str = "agents";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.text("name")?,
            version: row.unsigned("version")?,
            yaml: row.text("yaml")?,
            active: row.bool("active")?,
            created_ms: row.int("created_ms")?,
        })
    }
}

impl Store {
    /// Makes this text the agent's active version; earlier ones stay. The active version is given back unchanged when
    /// it has this text already. The text must have been checked.
    pub async fn put_agent(&self, name: &str, yaml: &str, now_ms: i64) -> Result<AgentRecord, StoreError> {
        self.write(PutAgent { name: name.to_owned(), yaml: yaml.to_owned(), now_ms }).await
    }

    /// The active versions of all agents, by name.
    pub async fn agents(&self) -> Result<Vec<AgentRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM agents WHERE active = 1 ORDER BY name");
        AgentRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// The active version of one agent.
    pub async fn agent(&self, name: &str) -> Result<Option<AgentRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM agents WHERE name = ?1 AND active = 1").bind(name);
        self.one(query).await
    }

    /// All versions of one agent, newest first.
    pub async fn agent_versions(&self, name: &str) -> Result<Vec<AgentRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM agents WHERE name = ?1 ORDER BY version DESC").bind(name);
        AgentRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Removes an agent with all its versions. `false`: there was none. Running calls keep what they began with.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] while a number is answered by it.
    pub async fn delete_agent(&self, name: &str) -> Result<bool, StoreError> {
        self.write(DeleteAgent { name: name.to_owned() }).await
    }
}

struct PutAgent {
    name: String,
    yaml: String,
    now_ms: i64,
}

impl Write for PutAgent {
    type Output = AgentRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<AgentRecord, StoreError> {
        let query = sqlx::query("SELECT * FROM agents WHERE name = ?1 ORDER BY version DESC LIMIT 1").bind(&self.name);
        let newest = query.fetch_optional(&mut tx.conn).await?;
        let newest = newest.as_ref().map(AgentRecord::from_row).transpose()?;
        if let Some(same) = newest.as_ref().filter(|agent| agent.yaml == self.yaml) {
            return Ok(same.clone());
        }
        let retire = sqlx::query("UPDATE agents SET active = 0 WHERE name = ?1 AND active = 1").bind(&self.name);
        retire.execute(&mut tx.conn).await?;
        let row = sqlx::query(
            "INSERT INTO agents (name, version, yaml, active, created_ms) VALUES (?1, ?2, ?3, 1, ?4) RETURNING *",
        )
        .bind(&self.name)
        .bind(newest.map_or(1, |agent| agent.version + 1))
        .bind(&self.yaml)
        .bind(self.now_ms)
        .fetch_one(&mut tx.conn)
        .await?;
        AgentRecord::from_row(&row)
    }
}

struct DeleteAgent {
    name: String,
}

impl Write for DeleteAgent {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let used = sqlx::query("SELECT 1 FROM numbers WHERE agent = ?1 LIMIT 1").bind(&self.name);
        if used.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("a number is answered by this agent: route it elsewhere first"));
        }
        let rehearsals = sqlx::query("DELETE FROM rehearsals WHERE agent = ?1").bind(&self.name);
        rehearsals.execute(&mut tx.conn).await?;
        let query = sqlx::query("DELETE FROM agents WHERE name = ?1").bind(&self.name);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

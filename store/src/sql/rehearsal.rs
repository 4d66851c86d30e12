//! Rehearsals of agents.

use super::row::{Reader, Record};
use crate::record::RehearsalRecord;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// The most rehearsals that are kept of one agent.
const MOST: i64 = 200;

impl Record for RehearsalRecord {
    const TABLE: &'static str = "rehearsals";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            agent: row.text("agent")?,
            name: row.text("name")?,
            yaml: row.text("yaml")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// The rehearsals of an agent that are kept, by name.
    pub async fn rehearsals(&self, agent: &str) -> Result<Vec<RehearsalRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM rehearsals WHERE agent = ?1 ORDER BY name").bind(agent);
        RehearsalRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Keeps a rehearsal of an agent, in place of the one of this name. The text must have been checked.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where 200 are kept already, [`StoreError::NotFound`] where there is no such agent.
    pub async fn put_rehearsal(&self, agent: &str, name: &str, yaml: &str, now_ms: i64) -> Result<(), StoreError> {
        let (agent, name, yaml) = (agent.to_owned(), name.to_owned(), yaml.to_owned());
        self.write(Put(RehearsalRecord { agent, name, yaml, updated_ms: now_ms })).await
    }

    /// Forgets a rehearsal. `false`: it was not kept.
    pub async fn delete_rehearsal(&self, agent: &str, name: &str) -> Result<bool, StoreError> {
        self.write(Delete { agent: agent.to_owned(), name: name.to_owned() }).await
    }
}

struct Put(RehearsalRecord);

impl Write for Put {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let Self(new) = self;
        let agent = sqlx::query("SELECT 1 FROM agents WHERE name = ?1 LIMIT 1").bind(&new.agent);
        if agent.fetch_optional(&mut tx.conn).await?.is_none() {
            return Err(StoreError::NotFound("agent"));
        }
        let others = sqlx::query("SELECT 1 FROM rehearsals WHERE agent = ?1 AND name <> ?2 LIMIT 1 OFFSET ?3");
        let last = others.bind(&new.agent).bind(&new.name).bind(MOST - 1);
        if last.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("200 rehearsals of this agent are kept already: remove one first"));
        }
        let query = sqlx::query(
            "INSERT INTO rehearsals (agent, name, yaml, updated_ms) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (agent, name) DO UPDATE SET yaml = ?3, updated_ms = ?4",
        );
        let query = query.bind(&new.agent).bind(&new.name).bind(&new.yaml).bind(new.updated_ms);
        query.execute(&mut tx.conn).await?;
        Ok(())
    }
}

struct Delete {
    agent: String,
    name: String,
}

impl Write for Delete {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM rehearsals WHERE agent = ?1 AND name = ?2");
        let query = query.bind(&self.agent).bind(&self.name);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

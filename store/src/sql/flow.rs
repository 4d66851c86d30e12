//! Flows in versions, and the counters of their nodes.

use call_model::FlowId;

use super::row::{Reader, Record};
use crate::hand::Hand;
use crate::record::{FlowRecord, NodeCounters};
use crate::writer::{NodeTotals, Tx, Write};
use crate::{Store, StoreError, fresh_id};

impl Record for FlowRecord {
    const TABLE: &'static str = "flows";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            name: row.text("name")?,
            version: row.unsigned("version")?,
            yaml: row.text("yaml")?,
            active: row.bool("active")?,
            created_ms: row.int("created_ms")?,
        })
    }
}

impl Record for NodeCounters {
    const TABLE: &'static str = "node_counters";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            flow: row.text("flow")?,
            version: row.unsigned("version")?,
            node: row.text("node")?,
            entered: row.unsigned("entered")?,
            left: row.unsigned("left_on")?,
            abandoned: row.unsigned("abandoned")?,
        })
    }
}

impl Store {
    /// Makes this text the flow's active version; earlier ones stay. The active version is given back unchanged when
    /// it has this text already. The text must have been checked.
    pub async fn put_flow(&self, name: &str, yaml: &str, now_ms: i64) -> Result<FlowRecord, StoreError> {
        self.write(PutFlow { name: name.to_owned(), yaml: yaml.to_owned(), now_ms }).await
    }

    /// The active versions of all flows, newest first.
    pub async fn flows(&self) -> Result<Vec<FlowRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM flows WHERE active = 1 ORDER BY id DESC");
        FlowRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// The active version of one flow.
    pub async fn flow(&self, name: &str) -> Result<Option<FlowRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM flows WHERE name = ?1 AND active = 1").bind(name);
        self.one(query).await
    }

    /// All versions of one flow, newest first.
    pub async fn flow_versions(&self, name: &str) -> Result<Vec<FlowRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM flows WHERE name = ?1 ORDER BY version DESC").bind(name);
        FlowRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Removes a flow with all its versions and counters. `false`: there was none. Running calls keep what they began
    /// with.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] while a number is answered by it.
    pub async fn delete_flow(&self, name: &str) -> Result<bool, StoreError> {
        self.write(DeleteFlow { name: name.to_owned() }).await
    }

    /// How often the nodes of one version were walked, by name.
    pub async fn node_counters(&self, flow: &str, version: u32) -> Result<Vec<NodeCounters>, StoreError> {
        let query = sqlx::query("SELECT * FROM node_counters WHERE flow = ?1 AND version = ?2 ORDER BY node");
        NodeCounters::from_rows(&query.bind(flow).bind(version).fetch_all(self.readers()).await?)
    }
}

struct PutFlow {
    name: String,
    yaml: String,
    now_ms: i64,
}

impl Write for PutFlow {
    type Output = FlowRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<FlowRecord, StoreError> {
        let query = sqlx::query("SELECT * FROM flows WHERE name = ?1 AND active = 1").bind(&self.name);
        let active = query.fetch_optional(&mut tx.conn).await?;
        let active = active.as_ref().map(FlowRecord::from_row).transpose()?;
        if let Some(same) = active.as_ref().filter(|flow| flow.yaml == self.yaml) {
            return Ok(same.clone());
        }
        let flow = FlowRecord {
            id: fresh_id::<FlowId>(self.now_ms),
            name: self.name.clone(),
            version: active.map_or(1, |flow| flow.version + 1),
            yaml: self.yaml.clone(),
            active: true,
            created_ms: self.now_ms,
        };
        let retire = sqlx::query("UPDATE flows SET active = 0 WHERE name = ?1 AND active = 1").bind(&self.name);
        retire.execute(&mut tx.conn).await?;
        sqlx::query("INSERT INTO flows (id, name, version, yaml, active, created_ms) VALUES (?1, ?2, ?3, ?4, 1, ?5)")
            .bind(flow.id.to_string())
            .bind(&flow.name)
            .bind(flow.version)
            .bind(&flow.yaml)
            .bind(flow.created_ms)
            .execute(&mut tx.conn)
            .await?;
        Ok(flow)
    }
}

struct DeleteFlow {
    name: String,
}

impl Write for DeleteFlow {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let used = sqlx::query("SELECT 1 FROM numbers WHERE flow = ?1 LIMIT 1").bind(&self.name);
        if used.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("a number is answered by this flow: route it elsewhere first"));
        }
        let counters = sqlx::query("DELETE FROM node_counters WHERE flow = ?1").bind(&self.name);
        counters.execute(&mut tx.conn).await?;
        let query = sqlx::query("DELETE FROM flows WHERE name = ?1").bind(&self.name);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

pub(crate) fn add_node_counts(hand: &mut Hand<'_>, counts: &NodeTotals) -> Result<(), StoreError> {
    for ((flow, version, node), [entered, left, abandoned]) in counts {
        hand.run(
            "INSERT INTO node_counters (flow, version, node, entered, left_on, abandoned) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (flow, version, node) DO UPDATE SET \
             entered = entered + ?4, left_on = left_on + ?5, abandoned = abandoned + ?6",
            &[flow, version, node, &(*entered as i64), &(*left as i64), &(*abandoned as i64)],
        )?;
    }
    Ok(())
}

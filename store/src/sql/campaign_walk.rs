//! Where the calls of campaigns went in their flows, in sum.

use call_model::CallId;

use super::row::{Reader, Record};
use crate::record::{CallWalk, CampaignKey, CampaignNode, Walked};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Record for CampaignNode {
    const TABLE: &'static str = "campaign_nodes";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            flow: row.text("flow")?,
            node: row.text("node")?,
            entered: row.unsigned("entered")?,
            abandoned: row.unsigned("abandoned")?,
        })
    }
}

impl Record for CampaignKey {
    const TABLE: &'static str = "campaign_keys";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            flow: row.text("flow")?,
            node: row.text("node")?,
            key: row.text("key")?,
            pressed: row.unsigned("pressed")?,
        })
    }
}

impl Store {
    /// Adds where a call went to the sums of its campaign. Give each call once. `false`: no campaign made it.
    pub async fn add_walk(&self, call: CallId, walk: CallWalk) -> Result<bool, StoreError> {
        self.write(Walked { call, walk }).await
    }

    /// How many calls of a campaign came to each node, the most walked first.
    pub async fn campaign_nodes(&self, campaign: i64) -> Result<Vec<CampaignNode>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM campaign_nodes WHERE campaign = ?1 ORDER BY entered DESC, flow, node LIMIT 1000",
        );
        CampaignNode::from_rows(&query.bind(campaign).fetch_all(self.readers()).await?)
    }

    /// Which keys were pressed at each node in the calls of a campaign.
    pub async fn campaign_keys(&self, campaign: i64) -> Result<Vec<CampaignKey>, StoreError> {
        let query = sqlx::query("SELECT * FROM campaign_keys WHERE campaign = ?1 ORDER BY flow, node, key LIMIT 1000");
        CampaignKey::from_rows(&query.bind(campaign).fetch_all(self.readers()).await?)
    }
}

impl Write for Walked {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let of = sqlx::query("SELECT campaign FROM campaign_attempts WHERE call = ?1").bind(self.call.to_string());
        let Some(row) = of.fetch_optional(&mut tx.conn).await? else { return Ok(false) };
        let campaign = Reader { row: &row, table: "campaign_attempts" }.int("campaign")?;
        for node in &self.walk.nodes {
            let query = sqlx::query(
                "INSERT INTO campaign_nodes (campaign, flow, node, entered, abandoned) VALUES (?1, ?2, ?3, 1, ?4) \
                 ON CONFLICT (campaign, flow, node) DO UPDATE SET entered = entered + 1, abandoned = abandoned + ?4",
            );
            let query = query.bind(campaign).bind(&node.flow).bind(&node.node).bind(node.abandoned);
            query.execute(&mut tx.conn).await?;
        }
        for (at, key) in &self.walk.keys {
            let Some(node) = self.walk.nodes.get(*at) else { continue };
            let query = sqlx::query(
                "INSERT INTO campaign_keys (campaign, flow, node, key, pressed) VALUES (?1, ?2, ?3, ?4, 1) \
                 ON CONFLICT (campaign, flow, node, key) DO UPDATE SET pressed = pressed + 1",
            );
            let query = query.bind(campaign).bind(&node.flow).bind(&node.node).bind(key.to_string());
            query.execute(&mut tx.conn).await?;
        }
        Ok(true)
    }
}

//! Campaigns, in versions.

use call_model::CampaignId;
use serde_json::{Map, Value, json as object};
use sqlx::AssertSqlSafe;

use super::event::tell;
use super::list::List;
use super::row::{Reader, Record, json};
use crate::record::event_type::{
    CAMPAIGN_FINISHED, CAMPAIGN_PAUSED, CAMPAIGN_RESUMED, CAMPAIGN_STARTED, CAMPAIGN_STOPPED,
};
use crate::record::{CampaignRecord, CampaignState, CampaignStep, CampaignVersion, NewCampaign, NewEvent};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

const SELECT: &str = "SELECT campaigns.*, v.yaml AS yaml FROM campaigns JOIN campaign_versions v \
    ON v.campaign = campaigns.row AND v.version = campaigns.version ";

impl Record for CampaignRecord {
    const TABLE: &'static str = "campaigns";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            row: row.int("row")?,
            name: row.text("name")?,
            version: row.unsigned("version")?,
            yaml: row.text("yaml")?,
            state: row.word("state")?,
            reason: row.maybe_text("reason")?,
            settings: row.json("settings")?,
            round: row.unsigned("round")?,
            asked_ms: row.maybe_int("asked_ms")?,
            asked: row.maybe_json("asked")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
            started_ms: row.maybe_int("started_ms")?,
            ended_ms: row.maybe_int("ended_ms")?,
        })
    }
}

impl Record for CampaignVersion {
    const TABLE: &'static str = "campaign_versions";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self { version: row.unsigned("version")?, created_ms: row.int("created_ms")?, yaml: row.text("yaml")? })
    }
}

impl Store {
    /// Makes a campaign, as a draft.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is one of this name.
    pub async fn add_campaign(&self, new: NewCampaign, now_ms: i64) -> Result<CampaignRecord, StoreError> {
        self.write(Add { id: fresh_id(now_ms), new, now_ms }).await
    }

    /// Gives a campaign another version, which counts from now on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] while it runs, or when it is over.
    pub async fn change_campaign(&self, id: CampaignId, yaml: &str, now_ms: i64) -> Result<CampaignRecord, StoreError> {
        self.write(Change { id, yaml: yaml.to_owned(), now_ms }).await
    }

    /// Brings a campaign into another state and tells of it. `None`: it is in none of the states that this leads from, or
    /// is to be done while somebody in it has no outcome.
    pub async fn step_campaign(&self, step: CampaignStep) -> Result<Option<CampaignRecord>, StoreError> {
        self.write(step).await
    }

    /// Keeps what was changed while it runs, over what its YAML says; a null takes the change back.
    pub async fn set_campaign(
        &self,
        id: CampaignId,
        changes: Map<String, Value>,
        now_ms: i64,
    ) -> Result<CampaignRecord, StoreError> {
        self.write(Set { id, changes, now_ms }).await
    }

    /// Removes a campaign with everything of it; its calls stay in the books. `false`: there is none.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] while it runs or a call of it goes on.
    pub async fn remove_campaign(&self, id: CampaignId) -> Result<bool, StoreError> {
        self.write(Remove { id }).await
    }

    /// One campaign.
    pub async fn campaign(&self, id: CampaignId) -> Result<Option<CampaignRecord>, StoreError> {
        self.one(sqlx::query(AssertSqlSafe(format!("{SELECT}WHERE campaigns.id = ?1"))).bind(id.to_string())).await
    }

    /// The campaign of this number in the books.
    pub async fn campaign_of_row(&self, row: i64) -> Result<Option<CampaignRecord>, StoreError> {
        self.one(sqlx::query(AssertSqlSafe(format!("{SELECT}WHERE campaigns.row = ?1"))).bind(row)).await
    }

    /// The campaign of this name.
    pub async fn campaign_by_name(&self, name: &str) -> Result<Option<CampaignRecord>, StoreError> {
        self.one(sqlx::query(AssertSqlSafe(format!("{SELECT}WHERE campaigns.name = ?1"))).bind(name)).await
    }

    /// Campaigns, newest first; only those in a state where one is named.
    pub async fn campaigns(
        &self,
        state: Option<CampaignState>,
        page: &PageRequest,
    ) -> Result<Page<CampaignRecord>, StoreError> {
        let mut list = List::of(format!("{SELECT}WHERE 1"));
        list.only("campaigns.state =", state.map(CampaignState::as_str));
        list.page(self, page, "campaigns.id", |campaign: &CampaignRecord| campaign.id).await
    }

    /// All campaigns in a state, in the order in which they were made.
    pub async fn campaigns_in(&self, state: CampaignState) -> Result<Vec<CampaignRecord>, StoreError> {
        let sql = format!("{SELECT}WHERE campaigns.state = ?1 ORDER BY campaigns.row");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(state.as_str());
        CampaignRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// The versions of a campaign, newest first.
    pub async fn campaign_versions(&self, id: CampaignId) -> Result<Vec<CampaignVersion>, StoreError> {
        let query = sqlx::query(
            "SELECT v.* FROM campaign_versions v JOIN campaigns c ON c.row = v.campaign WHERE c.id = ?1 \
             ORDER BY v.version DESC",
        );
        CampaignVersion::from_rows(&query.bind(id.to_string()).fetch_all(self.readers()).await?)
    }
}

/// The campaign, as the writer sees it.
pub(super) async fn read(tx: &mut Tx, id: CampaignId) -> Result<CampaignRecord, StoreError> {
    let query = sqlx::query(AssertSqlSafe(format!("{SELECT}WHERE campaigns.id = ?1"))).bind(id.to_string());
    let row = query.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("campaign"))?;
    CampaignRecord::from_row(&row)
}

struct Add {
    id: CampaignId,
    new: NewCampaign,
    now_ms: i64,
}

impl Write for Add {
    type Output = CampaignRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<CampaignRecord, StoreError> {
        let taken = sqlx::query("SELECT 1 FROM campaigns WHERE name = ?1").bind(&self.new.name);
        if taken.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("there is a campaign of this name: choose another"));
        }
        sqlx::query(
            "INSERT INTO campaigns (id, name, version, state, created_ms, updated_ms) VALUES (?1, ?2, 1, 'draft', ?3, ?3)",
        )
        .bind(self.id.to_string())
        .bind(&self.new.name)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        add_version(tx, self.id, 1, &self.new.yaml, self.now_ms).await?;
        read(tx, self.id).await
    }
}

async fn add_version(tx: &mut Tx, id: CampaignId, version: u32, yaml: &str, now_ms: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO campaign_versions (campaign, version, yaml, created_ms) \
         SELECT row, ?2, ?3, ?4 FROM campaigns WHERE id = ?1",
    )
    .bind(id.to_string())
    .bind(version)
    .bind(yaml)
    .bind(now_ms)
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

struct Change {
    id: CampaignId,
    yaml: String,
    now_ms: i64,
}

impl Write for Change {
    type Output = CampaignRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<CampaignRecord, StoreError> {
        let now = read(tx, self.id).await?;
        match now.state {
            CampaignState::Draft | CampaignState::Paused => {}
            CampaignState::Running => return Err(StoreError::Conflict("the campaign runs: pause it first")),
            CampaignState::Stopped | CampaignState::Done => {
                return Err(StoreError::Conflict("the campaign is over: make another one"));
            }
        }
        add_version(tx, self.id, now.version + 1, &self.yaml, self.now_ms).await?;
        sqlx::query("UPDATE campaigns SET version = ?2, updated_ms = ?3, asked_ms = NULL WHERE row = ?1")
            .bind(now.row)
            .bind(now.version + 1)
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        read(tx, self.id).await
    }
}

impl Write for CampaignStep {
    type Output = Option<CampaignRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Option<CampaignRecord>, StoreError> {
        let before = read(tx, self.id).await?;
        if !self.from.contains(&before.state) {
            return Ok(None);
        }
        if self.to == CampaignState::Done && has_open(tx, before.row).await? {
            return Ok(None);
        }
        sqlx::query(
            "UPDATE campaigns SET state = ?2, reason = ?3, updated_ms = ?4, \
             started_ms = CASE ?2 WHEN 'running' THEN coalesce(started_ms, ?4) ELSE started_ms END, \
             ended_ms = CASE WHEN ?2 IN ('stopped', 'done') THEN ?4 ELSE NULL END WHERE row = ?1",
        )
        .bind(before.row)
        .bind(self.to.as_str())
        .bind(&self.reason)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        let after = read(tx, self.id).await?;
        if let Some(kind) = told_as(before.state, self.to) {
            let data = Map::from_iter([("campaign".to_owned(), story(&after))]);
            tell(tx, &NewEvent { kind: kind.to_owned(), call: None, at_ms: self.now_ms, data }).await?;
        }
        Ok(Some(after))
    }
}

/// Whether somebody in it has no outcome yet.
pub(super) async fn has_open(tx: &mut Tx, campaign: i64) -> Result<bool, StoreError> {
    let open = sqlx::query(
        "SELECT 1 FROM campaign_contacts WHERE campaign = ?1 AND state IN ('waiting', 'calling', 'ended') LIMIT 1",
    );
    Ok(open.bind(campaign).fetch_optional(&mut tx.conn).await?.is_some())
}

fn told_as(from: CampaignState, to: CampaignState) -> Option<&'static str> {
    match (from, to) {
        (CampaignState::Paused, CampaignState::Running) => Some(CAMPAIGN_RESUMED),
        (_, CampaignState::Running) => Some(CAMPAIGN_STARTED),
        (_, CampaignState::Paused) => Some(CAMPAIGN_PAUSED),
        (_, CampaignState::Stopped) => Some(CAMPAIGN_STOPPED),
        (_, CampaignState::Done) => Some(CAMPAIGN_FINISHED),
        (_, CampaignState::Draft) => None,
    }
}

/// What events tell of a campaign.
fn story(campaign: &CampaignRecord) -> Value {
    object!({
        "id": campaign.id.to_string(),
        "name": campaign.name,
        "version": campaign.version,
        "state": campaign.state.as_str(),
        "reason": campaign.reason,
        "started_ms": campaign.started_ms,
        "ended_ms": campaign.ended_ms,
    })
}

struct Set {
    id: CampaignId,
    changes: Map<String, Value>,
    now_ms: i64,
}

impl Write for Set {
    type Output = CampaignRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<CampaignRecord, StoreError> {
        let mut campaign = read(tx, self.id).await?;
        for (key, value) in &self.changes {
            if value.is_null() {
                campaign.settings.remove(key);
            } else {
                campaign.settings.insert(key.clone(), value.clone());
            }
        }
        sqlx::query("UPDATE campaigns SET settings = ?2, updated_ms = ?3 WHERE row = ?1")
            .bind(campaign.row)
            .bind(json(&campaign.settings))
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        read(tx, self.id).await
    }
}

struct Remove {
    id: CampaignId,
}

impl Write for Remove {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT row, state FROM campaigns WHERE id = ?1").bind(self.id.to_string());
        let Some(row) = query.fetch_optional(&mut tx.conn).await? else { return Ok(false) };
        let row = Reader { row: &row, table: CampaignRecord::TABLE };
        let (number, state) = (row.int("row")?, row.word::<CampaignState>("state")?);
        let open = sqlx::query("SELECT 1 FROM campaign_attempts WHERE campaign = ?1 AND ended_ms IS NULL LIMIT 1");
        if state == CampaignState::Running || open.bind(number).fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("the campaign runs, or a call of it goes on: stop it first"));
        }
        sqlx::query("DELETE FROM campaigns WHERE row = ?1").bind(number).execute(&mut tx.conn).await?;
        Ok(true)
    }
}

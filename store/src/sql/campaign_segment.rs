//! Campaigns over a segment: contacts are marked by the asking that found them, and only then called.

use call_model::{CampaignId, ContactId};

use super::campaign;
use super::row::json;
use crate::record::{AskedStory, CampaignState, LEFT_OUT, NewCampaignContact, TakeAsked};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

impl Store {
    /// The segment of a campaign is asked from now on: what an earlier asking still finds is not taken any more.
    pub async fn begin_asking(&self, campaign: CampaignId, asked_ms: i64) -> Result<(), StoreError> {
        self.write(BeginAsking { campaign, asked_ms }).await
    }

    /// Keeps contacts that a segment has, as they are known now. Nobody is called by that: see
    /// [`begin_asked`](Self::begin_asked) and [`begin_round`](Self::begin_round). Give some hundreds at a time.
    /// Whoever has been erased since they were read is left out. `false`: it is asked anew.
    pub async fn keep_asked(
        &self,
        campaign: CampaignId,
        asked_ms: i64,
        contacts: Vec<NewCampaignContact>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        self.write(KeepAsked { campaign, asked_ms, contacts, now_ms }).await
    }

    /// Keeps what came of an asking.
    pub async fn tell_asked(&self, story: AskedStory) -> Result<(), StoreError> {
        self.write(story).await
    }

    /// Lets those wait whom an asking has found, of a campaign that runs and does not recur, but for those who have an
    /// outcome. Who waits and was not found is left out. `false`: it does not run, or is asked anew.
    pub async fn begin_asked(&self, take: TakeAsked) -> Result<bool, StoreError> {
        self.write(take).await
    }
}

struct BeginAsking {
    campaign: CampaignId,
    asked_ms: i64,
}

impl Write for BeginAsking {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE campaigns SET asking_ms = ?2 WHERE id = ?1");
        query.bind(self.campaign.to_string()).bind(self.asked_ms).execute(&mut tx.conn).await?;
        Ok(())
    }
}

/// The campaign, where this asking is its last.
async fn asked(tx: &mut Tx, campaign: CampaignId, asked_ms: i64) -> Result<bool, StoreError> {
    let query = sqlx::query("SELECT 1 FROM campaigns WHERE id = ?1 AND asking_ms = ?2");
    Ok(query.bind(campaign.to_string()).bind(asked_ms).fetch_optional(&mut tx.conn).await?.is_some())
}

struct KeepAsked {
    campaign: CampaignId,
    asked_ms: i64,
    contacts: Vec<NewCampaignContact>,
    now_ms: i64,
}

impl Write for KeepAsked {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        if !asked(tx, self.campaign, self.asked_ms).await? {
            return Ok(false);
        }
        let campaign = campaign::read(tx, self.campaign).await?;
        for contact in &self.contacts {
            sqlx::query(
                "INSERT INTO campaign_contacts (campaign, number, key, other_numbers, language, zone, country, region, \
                 details, due_ms, expires_ms, updated_ms, state, outcome, reason, asked_ms) \
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'done', ?13, 'segment', ?14 \
                 WHERE EXISTS (SELECT 1 FROM contacts WHERE address = ?2) \
                 ON CONFLICT (campaign, number, key) DO UPDATE SET other_numbers = excluded.other_numbers, \
                 language = excluded.language, zone = excluded.zone, country = excluded.country, \
                 region = excluded.region, details = excluded.details, asked_ms = excluded.asked_ms, \
                 due_ms = CASE WHEN outcome IS ?13 OR (state = 'waiting' AND attempts = 0) THEN excluded.due_ms \
                 ELSE due_ms END, expires_ms = excluded.expires_ms",
            )
            .bind(campaign.row)
            .bind(&contact.number)
            .bind(&contact.key)
            .bind(json(&contact.other_numbers))
            .bind(&contact.language)
            .bind(&contact.zone)
            .bind(&contact.country)
            .bind(&contact.region)
            .bind(json(&contact.details))
            .bind(contact.due_ms)
            .bind(contact.expires_ms)
            .bind(self.now_ms)
            .bind(LEFT_OUT)
            .bind(self.asked_ms)
            .execute(&mut tx.conn)
            .await?;
        }
        Ok(true)
    }
}

impl Write for AskedStory {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE campaigns SET asked = ?3 WHERE id = ?1 AND asking_ms = ?2");
        let query = query.bind(self.campaign.to_string()).bind(self.asked_ms).bind(json(&self.story));
        query.execute(&mut tx.conn).await?;
        Ok(())
    }
}

impl Write for TakeAsked {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let campaign = campaign::read(tx, self.campaign).await?;
        if campaign.state != CampaignState::Running || !asked(tx, self.campaign, self.asked_ms).await? {
            return Ok(false);
        }
        leave_out(tx, campaign.row, self.asked_ms, "state = 'waiting'", self.now_ms).await?;
        sqlx::query(
            "UPDATE campaign_contacts SET state = 'waiting', outcome = NULL, reason = NULL, updated_ms = ?4 \
             WHERE campaign = ?1 AND asked_ms = ?2 AND state = 'done' AND outcome = ?3 AND number <> ''",
        )
        .bind(campaign.row)
        .bind(self.asked_ms)
        .bind(LEFT_OUT)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        counts(tx, campaign.row, self.asked_ms).await
    }
}

/// Those whom an asking has found count from now on.
pub(super) async fn counts(tx: &mut Tx, campaign: i64, asked_ms: i64) -> Result<bool, StoreError> {
    let query = sqlx::query("UPDATE campaigns SET asked_ms = ?2 WHERE row = ?1");
    query.bind(campaign).bind(asked_ms).execute(&mut tx.conn).await?;
    Ok(true)
}

/// Leaves out those whom an asking has not found, of those that `which` is true of.
pub(super) async fn leave_out(
    tx: &mut Tx,
    campaign: i64,
    asked_ms: i64,
    which: &'static str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE campaign_contacts SET state = 'done', outcome = ?3, disposition = NULL, reason = 'segment', \
         updated_ms = ?4 WHERE campaign = ?1 AND asked_ms IS NOT ?2 AND outcome IS NOT ?3 AND {which}"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(campaign).bind(asked_ms).bind(LEFT_OUT).bind(now_ms);
    query.execute(&mut tx.conn).await?;
    Ok(())
}

/// Nothing that was told of an asking names this contact any more.
pub(super) async fn erase(tx: &mut Tx, contact: ContactId) -> Result<(), StoreError> {
    let query = sqlx::query(
        "UPDATE campaigns SET asked = json_set(asked, \
         '$.faults', (SELECT json_group_array(json(value)) FROM json_each(asked, '$.faults') \
         WHERE value ->> 'contact' <> ?1), \
         '$.duplicates', (SELECT json_group_array(json(value)) FROM json_each(asked, '$.duplicates') \
         WHERE value ->> 'contact' <> ?1 AND value ->> 'of' <> ?1)) WHERE instr(asked, ?1) > 0",
    );
    query.bind(contact.to_string()).execute(&mut tx.conn).await?;
    Ok(())
}

//! Rounds of campaigns that recur: a time of the schedule is run once, and what came of a contact in a round is kept.

use call_model::CampaignId;
use serde_json::{Map, json as object};
use sqlx::AssertSqlSafe;

use super::event::tell;
use super::row::{Reader, Record};
use super::{campaign, campaign_segment};
use crate::record::event_type::{CAMPAIGN_ROUND_FINISHED, CAMPAIGN_ROUND_STARTED};
use crate::record::{
    CampaignRecord, CampaignRound, CampaignState, LEFT_OUT, NewEvent, NewRound, RoundBegin, RoundCount,
};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// Who is called in the next round, too.
const CALLED_AGAIN: &str =
    "(state = 'waiting' OR (state = 'done' AND outcome NOT IN ('opted_out', 'wrong_number', 'removed')))";

impl Record for CampaignRound {
    const TABLE: &'static str = "campaign_rounds";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            round: row.unsigned("round")?,
            planned_ms: row.int("planned_ms")?,
            began_ms: row.int("began_ms")?,
            ended_ms: row.maybe_int("ended_ms")?,
        })
    }
}

impl Record for RoundCount {
    const TABLE: &'static str = "campaign_outcomes";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self { round: row.unsigned("round")?, outcome: row.text("outcome")?, count: row.unsigned("count")? })
    }
}

impl Store {
    /// Begins a round of a campaign that runs, in one write: who has no outcome in the round before has `expired` there,
    /// all outcomes of it are kept, and everybody waits again but for who wants no more calls, who is not at the number,
    /// and who was taken out. Where a segment was asked, only those whom it has wait, and the others are left out; where
    /// none was, nobody comes back whom an earlier one had left out.
    pub async fn begin_round(&self, new: NewRound) -> Result<RoundBegin, StoreError> {
        self.write(new).await
    }

    /// Ends the round that goes on. `false`: somebody in it has no outcome yet, or there is none.
    pub async fn end_round(&self, campaign: CampaignId, now_ms: i64) -> Result<bool, StoreError> {
        self.write(EndRound { campaign, now_ms }).await
    }

    /// The last rounds of a campaign, newest first.
    pub async fn campaign_rounds(&self, campaign: i64, most: u32) -> Result<Vec<CampaignRound>, StoreError> {
        let query = sqlx::query("SELECT * FROM campaign_rounds WHERE campaign = ?1 ORDER BY round DESC LIMIT ?2");
        CampaignRound::from_rows(&query.bind(campaign).bind(most).fetch_all(self.readers()).await?)
    }

    /// What came of the contacts in each of the last rounds, the one that goes on too.
    pub async fn round_counts(&self, campaign: i64, from_round: u32) -> Result<Vec<RoundCount>, StoreError> {
        let query = sqlx::query(
            "SELECT round, outcome, count(*) AS count FROM campaign_outcomes WHERE campaign = ?1 AND round >= ?2 \
             GROUP BY round, outcome UNION ALL \
             SELECT round, outcome, count(*) FROM campaign_contacts c WHERE campaign = ?1 AND round >= ?2 \
             AND round > 0 AND outcome IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM campaign_outcomes o WHERE o.contact = c.row AND o.round = c.round) \
             GROUP BY round, outcome ORDER BY 1 DESC, 2",
        );
        RoundCount::from_rows(&query.bind(campaign).bind(from_round).fetch_all(self.readers()).await?)
    }
}

impl Write for NewRound {
    type Output = RoundBegin;

    async fn apply(&self, tx: &mut Tx) -> Result<RoundBegin, StoreError> {
        let campaign = campaign::read(tx, self.campaign).await?;
        let last = last_round(tx, campaign.row).await?;
        if campaign.state != CampaignState::Running || last.is_some_and(|last| last.planned_ms >= self.planned_ms) {
            return Ok(RoundBegin::Not);
        }
        if last.is_some_and(|last| last.ended_ms.is_none()) && !close(tx, &campaign, self.now_ms).await? {
            return Ok(RoundBegin::NotYet);
        }
        keep_outcomes(tx, &campaign).await?;
        if let Some(asked_ms) = self.asked_ms {
            campaign_segment::leave_out(tx, campaign.row, asked_ms, CALLED_AGAIN, self.now_ms).await?;
            campaign_segment::counts(tx, campaign.row, asked_ms).await?;
        }
        let round = campaign.round + 1;
        let again = format!(
            "UPDATE campaign_contacts SET round = ?2, state = 'waiting', due_ms = 0, next_number = 0, outcome = NULL, \
             disposition = NULL, reason = NULL, updated_ms = ?3 WHERE campaign = ?1 AND number <> '' \
             AND CASE WHEN ?4 IS NULL THEN outcome IS NOT ?5 ELSE asked_ms = ?4 END AND {CALLED_AGAIN}"
        );
        sqlx::query(AssertSqlSafe(again))
            .bind(campaign.row)
            .bind(round)
            .bind(self.now_ms)
            .bind(self.asked_ms)
            .bind(LEFT_OUT)
            .execute(&mut tx.conn)
            .await?;
        sqlx::query("UPDATE campaigns SET round = ?2, updated_ms = ?3 WHERE row = ?1")
            .bind(campaign.row)
            .bind(round)
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        sqlx::query("INSERT INTO campaign_rounds (campaign, round, planned_ms, began_ms) VALUES (?1, ?2, ?3, ?4)")
            .bind(campaign.row)
            .bind(round)
            .bind(self.planned_ms)
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        tell_round(tx, CAMPAIGN_ROUND_STARTED, &campaign, round, self.now_ms).await?;
        Ok(RoundBegin::Begun(round))
    }
}

async fn last_round(tx: &mut Tx, campaign: i64) -> Result<Option<CampaignRound>, StoreError> {
    let query = sqlx::query("SELECT * FROM campaign_rounds WHERE campaign = ?1 ORDER BY round DESC LIMIT 1");
    let row = query.bind(campaign).fetch_optional(&mut tx.conn).await?;
    row.as_ref().map(CampaignRound::from_row).transpose()
}

/// The time of a round is over: who waits in it is done with. `false`: a call of it goes on.
async fn close(tx: &mut Tx, campaign: &CampaignRecord, now_ms: i64) -> Result<bool, StoreError> {
    sqlx::query(
        "UPDATE campaign_contacts SET state = 'done', outcome = 'expired', reason = 'round', updated_ms = ?2 \
         WHERE campaign = ?1 AND state = 'waiting'",
    )
    .bind(campaign.row)
    .bind(now_ms)
    .execute(&mut tx.conn)
    .await?;
    let going =
        sqlx::query("SELECT 1 FROM campaign_contacts WHERE campaign = ?1 AND state IN ('calling', 'ended') LIMIT 1");
    if going.bind(campaign.row).fetch_optional(&mut tx.conn).await?.is_some() {
        return Ok(false);
    }
    finish(tx, campaign, now_ms).await?;
    Ok(true)
}

async fn finish(tx: &mut Tx, campaign: &CampaignRecord, now_ms: i64) -> Result<bool, StoreError> {
    let query =
        sqlx::query("UPDATE campaign_rounds SET ended_ms = ?3 WHERE campaign = ?1 AND round = ?2 AND ended_ms IS NULL");
    let done = query.bind(campaign.row).bind(campaign.round).bind(now_ms).execute(&mut tx.conn).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    tell_round(tx, CAMPAIGN_ROUND_FINISHED, campaign, campaign.round, now_ms).await?;
    Ok(true)
}

async fn keep_outcomes(tx: &mut Tx, campaign: &CampaignRecord) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO campaign_outcomes (campaign, contact, round, outcome, disposition, reason, ended_ms) \
         SELECT campaign, row, round, outcome, disposition, reason, updated_ms FROM campaign_contacts \
         WHERE campaign = ?1 AND round = ?2 AND round > 0 AND state = 'done' AND outcome IS NOT NULL \
         ON CONFLICT (contact, round) DO NOTHING",
    )
    .bind(campaign.row)
    .bind(campaign.round)
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

async fn tell_round(
    tx: &mut Tx,
    kind: &str,
    campaign: &CampaignRecord,
    round: u32,
    at_ms: i64,
) -> Result<(), StoreError> {
    let story = object!({ "id": campaign.id.to_string(), "name": campaign.name, "round": round });
    let data = Map::from_iter([("campaign".to_owned(), story)]);
    tell(tx, &NewEvent { kind: kind.to_owned(), call: None, at_ms, data }).await.map(drop)
}

struct EndRound {
    campaign: CampaignId,
    now_ms: i64,
}

impl Write for EndRound {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let campaign = campaign::read(tx, self.campaign).await?;
        if campaign::has_open(tx, campaign.row).await? {
            return Ok(false);
        }
        finish(tx, &campaign, self.now_ms).await
    }
}

//! Whom campaigns call.

use std::collections::HashMap;

use call_model::CampaignId;
use sqlx::AssertSqlSafe;

use super::campaign;
use super::list::List;
use super::row::{Reader, Record, json};
use crate::record::{
    AddedContacts, CampaignAttempt, CampaignContactFilter, CampaignContactRecord, CampaignContactState, CampaignCount,
    CampaignReach, CampaignState, EndedContact, Judgement, LEFT_OUT, NewCampaignContact,
};
use crate::writer::{Tx, Write};
use crate::{Cursor, Page, PageRequest, Store, StoreError};

impl Record for CampaignContactRecord {
    const TABLE: &'static str = "campaign_contacts";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            row: row.int("row")?,
            number: row.text("number")?,
            key: row.text("key")?,
            line: row.maybe_unsigned("line")?,
            other_numbers: row.json("other_numbers")?,
            language: row.maybe_text("language")?,
            zone: row.maybe_text("zone")?,
            country: row.maybe_text("country")?,
            region: row.maybe_text("region")?,
            details: row.json("details")?,
            variant: row.maybe_text("variant")?,
            state: row.word("state")?,
            due_ms: row.int("due_ms")?,
            attempts: row.unsigned("attempts")?,
            next_number: row.unsigned("next_number")?,
            expires_ms: row.maybe_int("expires_ms")?,
            urgent: row.bool("urgent")?,
            outcome: row.maybe_text("outcome")?,
            disposition: row.maybe_text("disposition")?,
            reason: row.maybe_text("reason")?,
            round: row.unsigned("round")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Record for CampaignCount {
    const TABLE: &'static str = "campaign_contacts";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            state: row.word("state")?,
            outcome: row.maybe_text("outcome")?,
            disposition: row.maybe_text("disposition")?,
            variant: row.maybe_text("variant")?,
            count: row.unsigned("count")?,
        })
    }
}

impl Store {
    /// Adds contacts to a campaign; those that it has already (by number and key) stay as they are. Give some thousands
    /// at a time: each call is one write, and other writes wait for it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the campaign is stopped.
    pub async fn add_campaign_contacts(
        &self,
        id: CampaignId,
        contacts: Vec<NewCampaignContact>,
        now_ms: i64,
    ) -> Result<AddedContacts, StoreError> {
        self.write(Add { id, contacts, now_ms }).await
    }

    /// Contacts that wait for an attempt, in the order of their rows, after a row (0 for the first).
    pub async fn waiting_contacts(
        &self,
        campaign: i64,
        after: i64,
        limit: u32,
    ) -> Result<Vec<CampaignContactRecord>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM campaign_contacts WHERE campaign = ?1 AND state = 'waiting' AND row > ?2 ORDER BY row LIMIT ?3",
        );
        let query = query.bind(campaign).bind(after).bind(limit);
        CampaignContactRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Contacts, of all campaigns, of whom an attempt is over and nobody has seen yet what follows, with that attempt.
    pub async fn ended_contacts(&self, limit: u32) -> Result<Vec<EndedContact>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM campaign_contacts WHERE state = 'ended' ORDER BY campaign, row LIMIT ?1");
        let rows = query.bind(limit).fetch_all(self.readers()).await?;
        let mut ended = Vec::with_capacity(rows.len());
        for row in &rows {
            let campaign = Reader { row, table: CampaignContactRecord::TABLE }.int("campaign")?;
            let contact = CampaignContactRecord::from_row(row)?;
            let query = sqlx::query("SELECT * FROM campaign_attempts WHERE contact = ?1 ORDER BY attempt DESC LIMIT 1");
            let attempt: Option<CampaignAttempt> = self.one(query.bind(contact.row)).await?;
            if let Some(attempt) = attempt {
                ended.push(EndedContact { campaign, contact, attempt });
            }
        }
        Ok(ended)
    }

    /// Writes down what follows an attempt, or, for who waits, that there is none. `false`: it was written before, or
    /// an attempt goes on.
    pub async fn judge_contact(&self, contact: i64, judgement: Judgement, now_ms: i64) -> Result<bool, StoreError> {
        self.write(Judge { contact, judgement, now_ms }).await
    }

    /// The same for many, in one write.
    pub async fn judge_contacts(&self, judgements: Vec<(i64, Judgement)>, now_ms: i64) -> Result<(), StoreError> {
        let judge = |(contact, judgement)| Judge { contact, judgement, now_ms };
        self.write(JudgeAll(judgements.into_iter().map(judge).collect())).await
    }

    /// One contact of a campaign.
    pub async fn campaign_contact(&self, campaign: i64, row: i64) -> Result<Option<CampaignContactRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM campaign_contacts WHERE row = ?1 AND campaign = ?2");
        self.one(query.bind(row).bind(campaign)).await
    }

    /// Contacts of a campaign in the order in which they were added, a page at a time.
    pub async fn campaign_contacts(
        &self,
        campaign: i64,
        filter: &CampaignContactFilter,
        page: &PageRequest,
    ) -> Result<Page<CampaignContactRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM campaign_contacts WHERE 1");
        list.only("campaign =", Some(campaign));
        list.only("state =", filter.state.map(CampaignContactState::as_str));
        list.only("outcome =", filter.outcome.as_deref());
        list.only("number =", filter.number.as_deref());
        list.only("row >", page.cursor.as_ref().and_then(Cursor::row));
        let limit = page.clamped();
        let mut data: Vec<CampaignContactRecord> = list.first(self, "row", limit + 1).await?;
        let more = data.len() > limit as usize;
        data.truncate(limit as usize);
        let next = data.last().filter(|_| more).map(|last| Cursor::of_row(last.row));
        Ok(Page { data, next })
    }

    /// How many contacts of a campaign stand how, without those who are [left out](LEFT_OUT).
    pub async fn campaign_counts(&self, campaign: i64) -> Result<Vec<CampaignCount>, StoreError> {
        let query = sqlx::query(
            "SELECT state, outcome, disposition, variant, count(*) AS count FROM campaign_contacts \
             WHERE campaign = ?1 AND outcome IS NOT ?2 GROUP BY state, outcome, disposition, variant",
        );
        CampaignCount::from_rows(&query.bind(campaign).bind(LEFT_OUT).fetch_all(self.readers()).await?)
    }

    /// How many contacts of a campaign were dialled, and how many of them answered, each counted once.
    pub async fn campaign_reach(&self, campaign: i64) -> Result<CampaignReach, StoreError> {
        let query = sqlx::query(
            "SELECT count(DISTINCT CASE WHEN dialled_ms IS NOT NULL THEN contact END) AS dialled, \
             count(DISTINCT CASE WHEN answered_ms IS NOT NULL THEN contact END) AS answered \
             FROM campaign_attempts WHERE campaign = ?1",
        );
        let row = query.bind(campaign).fetch_one(self.readers()).await?;
        let row = Reader { row: &row, table: CampaignAttempt::TABLE };
        Ok(CampaignReach { dialled: row.unsigned("dialled")?, answered: row.unsigned("answered")? })
    }

    /// The numbers of these contacts.
    pub async fn campaign_numbers(&self, rows: &[i64]) -> Result<HashMap<i64, String>, StoreError> {
        let query =
            sqlx::query("SELECT row, number FROM campaign_contacts WHERE row IN (SELECT value FROM json_each(?1))");
        let rows = query.bind(json(&rows)).fetch_all(self.readers()).await?;
        let read = |row| {
            let row = Reader { row, table: CampaignContactRecord::TABLE };
            Ok((row.int("row")?, row.text("number")?))
        };
        rows.iter().map(read).collect()
    }

    /// Takes a number out of all campaigns: who waits there is done with, as `removed`. Gives how many.
    pub async fn remove_from_campaigns(&self, number: &str, reason: &str, now_ms: i64) -> Result<u64, StoreError> {
        self.write(TakeOut { number: number.to_owned(), reason: reason.to_owned(), now_ms }).await
    }
}

/// The contacts of campaigns that are whom a number (`?1`) is of: by their first number, or, where it is another of their
/// numbers, by a name of the person (`?2`): a number alone may be a family's.
const THEIRS: &str = "SELECT row FROM campaign_contacts WHERE number = ?1 OR (other_numbers <> '[]' \
    AND details ->> '$.name' IN (SELECT value FROM json_each(?2)) \
    AND EXISTS (SELECT 1 FROM json_each(other_numbers) WHERE value = ?1))";

/// Erases somebody from all campaigns: what names them goes, that there was a contact and what it cost stays.
pub(super) async fn erase_number(tx: &mut Tx, number: &str, names: &[String], now_ms: i64) -> Result<u64, StoreError> {
    let names = json(&names);
    let attempts = format!(
        "UPDATE campaign_attempts SET number = '', call = CASE WHEN ended_ms IS NULL THEN call END \
         WHERE contact IN ({THEIRS}) OR number = ?1"
    );
    let query = sqlx::query(AssertSqlSafe(attempts)).bind(number).bind(&names);
    query.execute(&mut tx.conn).await?;
    let contacts = format!(
        "UPDATE campaign_contacts SET number = '', key = 'erased ' || row, line = NULL, other_numbers = '[]', \
         language = NULL, zone = NULL, region = NULL, details = '{{}}', updated_ms = ?3, \
         outcome = CASE state WHEN 'done' THEN outcome ELSE 'removed' END, \
         reason = CASE state WHEN 'done' THEN reason ELSE 'erased' END, state = 'done' WHERE row IN ({THEIRS})"
    );
    let query = sqlx::query(AssertSqlSafe(contacts)).bind(number).bind(&names).bind(now_ms);
    let done = query.execute(&mut tx.conn).await?;
    // Whom else it is a number of is called at the others.
    let other = sqlx::query(
        "UPDATE campaign_contacts SET updated_ms = ?2, other_numbers = \
         (SELECT json_group_array(value) FROM json_each(other_numbers) WHERE value <> ?1) \
         WHERE other_numbers <> '[]' AND EXISTS (SELECT 1 FROM json_each(other_numbers) WHERE value = ?1)",
    );
    other.bind(number).bind(now_ms).execute(&mut tx.conn).await?;
    Ok(done.rows_affected())
}

struct Add {
    id: CampaignId,
    contacts: Vec<NewCampaignContact>,
    now_ms: i64,
}

impl Write for Add {
    type Output = AddedContacts;

    async fn apply(&self, tx: &mut Tx) -> Result<AddedContacts, StoreError> {
        let campaign = campaign::read(tx, self.id).await?;
        if campaign.state == CampaignState::Stopped {
            return Err(StoreError::Conflict("the campaign is stopped: make another one"));
        }
        let mut added = 0;
        for contact in &self.contacts {
            let done = sqlx::query(
                "INSERT INTO campaign_contacts (campaign, number, key, line, other_numbers, language, zone, country, \
                 region, details, variant, due_ms, expires_ms, urgent, updated_ms, round) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
                 ON CONFLICT (campaign, number, key) DO NOTHING",
            )
            .bind(campaign.row)
            .bind(&contact.number)
            .bind(&contact.key)
            .bind(contact.line)
            .bind(json(&contact.other_numbers))
            .bind(&contact.language)
            .bind(&contact.zone)
            .bind(&contact.country)
            .bind(&contact.region)
            .bind(json(&contact.details))
            .bind(&contact.variant)
            .bind(contact.due_ms)
            .bind(contact.expires_ms)
            .bind(contact.urgent)
            .bind(self.now_ms)
            .bind(campaign.round)
            .execute(&mut tx.conn)
            .await?;
            added += done.rows_affected();
        }
        Ok(AddedContacts { added, known: self.contacts.len() as u64 - added })
    }
}

struct Judge {
    contact: i64,
    judgement: Judgement,
    now_ms: i64,
}

impl Write for Judge {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let done =
            match &self.judgement {
                Judgement::Again { due_ms, number_index } => sqlx::query(
                    "UPDATE campaign_contacts SET state = 'waiting', due_ms = ?2, next_number = ?3, updated_ms = ?4 \
                     WHERE row = ?1 AND state = 'ended'",
                )
                .bind(self.contact)
                .bind(due_ms)
                .bind(number_index)
                .bind(self.now_ms)
                .execute(&mut tx.conn)
                .await?,
                Judgement::Done { outcome, reason } => {
                    sqlx::query(
                        "UPDATE campaign_contacts SET state = 'done', outcome = ?2, reason = ?3, updated_ms = ?4, \
                     disposition = (SELECT disposition FROM campaign_attempts a \
                     WHERE a.contact = campaign_contacts.row ORDER BY attempt DESC LIMIT 1) \
                     WHERE row = ?1 AND state IN ('ended', 'waiting')",
                    )
                    .bind(self.contact)
                    .bind(outcome)
                    .bind(reason)
                    .bind(self.now_ms)
                    .execute(&mut tx.conn)
                    .await?
                }
            };
        Ok(done.rows_affected() > 0)
    }
}

struct JudgeAll(Vec<Judge>);

impl Write for JudgeAll {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for judge in &self.0 {
            judge.apply(tx).await?;
        }
        Ok(())
    }
}

struct TakeOut {
    number: String,
    reason: String,
    now_ms: i64,
}

impl Write for TakeOut {
    type Output = u64;

    async fn apply(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "UPDATE campaign_contacts SET state = 'done', outcome = 'removed', reason = ?2, updated_ms = ?3 \
             WHERE number = ?1 AND state = 'waiting'",
        )
        .bind(&self.number)
        .bind(&self.reason)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        Ok(done.rows_affected())
    }
}

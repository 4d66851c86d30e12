//! Webhooks and their deliveries.

use call_model::{EventId, WebhookId};
use sqlx::{QueryBuilder, Sqlite};

use super::list::List;
use super::row::{Reader, Record, json};
use crate::record::{
    DeliveryOutcome, DeliveryRecord, DeliveryState, DueDelivery, EventRecord, NewWebhook, WebhookRecord,
};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

impl Record for WebhookRecord {
    const TABLE: &'static str = "webhooks";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            url: row.text("url")?,
            secret: row.text("secret")?,
            events: row.json("events")?,
            enabled: row.bool("enabled")?,
            disabled_reason: row.maybe_text("disabled_reason")?,
            per_call: row.bool("per_call")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Record for DeliveryRecord {
    const TABLE: &'static str = "deliveries";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            event: row.parse("event")?,
            kind: row.text("kind")?,
            webhook: row.parse("webhook")?,
            state: row.word("state")?,
            attempts: row.unsigned("attempts")?,
            next_ms: row.maybe_int("next_ms")?,
            last_status: row.maybe_unsigned("last_status")?,
            last_error: row.maybe_text("last_error")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Record for DueDelivery {
    const TABLE: &'static str = "deliveries";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        let (webhook, attempts) = (row.parse("webhook")?, row.unsigned("attempts")?);
        Ok(Self { event: EventRecord::read(row)?, webhook, attempts })
    }
}

impl Store {
    /// All webhooks, newest first.
    pub async fn webhooks(&self) -> Result<Vec<WebhookRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM webhooks ORDER BY id DESC");
        WebhookRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// One webhook.
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<WebhookRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM webhooks WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// Makes a webhook. Its secret must be given.
    pub async fn add_webhook(&self, webhook: NewWebhook, now_ms: i64) -> Result<WebhookRecord, StoreError> {
        self.write(AddWebhook { webhook, per_call: false, now_ms }).await
    }

    /// The webhook for calls that name this URL when they are placed, and whether it was made now (with the secret
    /// given).
    pub async fn call_webhook(
        &self,
        url: &str,
        new_secret: &str,
        now_ms: i64,
    ) -> Result<(WebhookRecord, bool), StoreError> {
        let (url, secret) = (url.to_owned(), Some(new_secret.to_owned()));
        let webhook = NewWebhook { url, secret, events: vec!["*".to_owned()], enabled: true };
        let made = self.write(AddWebhook { webhook, per_call: true, now_ms }).await?;
        let new = made.secret == new_secret;
        Ok((made, new))
    }

    /// Replaces a webhook's settings; the secret only when there is a new one.
    pub async fn change_webhook(
        &self,
        id: WebhookId,
        webhook: NewWebhook,
        now_ms: i64,
    ) -> Result<WebhookRecord, StoreError> {
        self.write(ChangeWebhook { id, webhook, now_ms }).await
    }

    /// Stops sending to a webhook: its pending deliveries fail with the reason.
    pub async fn disable_webhook(&self, id: WebhookId, reason: &str, now_ms: i64) -> Result<(), StoreError> {
        self.write(Disable { id, reason: reason.to_owned(), now_ms }).await
    }

    /// Removes a webhook and its deliveries. `false`: there was none.
    pub async fn delete_webhook(&self, id: WebhookId) -> Result<bool, StoreError> {
        self.write(DeleteWebhook { id }).await
    }

    /// What was or will be sent to a webhook, newest event first.
    pub async fn deliveries(
        &self,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        page: &PageRequest,
    ) -> Result<Page<DeliveryRecord>, StoreError> {
        let mut list = List::of("SELECT d.*, e.kind FROM deliveries d JOIN events e ON e.id = d.event WHERE 1");
        list.only_id("d.webhook =", Some(webhook)).only("d.state =", state.map(DeliveryState::as_str));
        list.page(self, page, "d.event", |delivery: &DeliveryRecord| delivery.event).await
    }

    /// Makes an event due at once for a webhook, whether it was sent before or not.
    pub async fn resend(&self, webhook: WebhookId, event: EventId, now_ms: i64) -> Result<(), StoreError> {
        self.write(Resend { webhook, event, now_ms }).await
    }

    /// Up to `limit` deliveries that are due, oldest first, none of the webhooks in `busy`. Each is put off by
    /// `lease_ms`: when its try is not settled by then, it is due again.
    pub async fn claim_deliveries(
        &self,
        now_ms: i64,
        lease_ms: i64,
        limit: u32,
        busy: &[WebhookId],
    ) -> Result<Vec<DueDelivery>, StoreError> {
        self.write(Claim { now_ms, lease_ms, limit, busy: busy.to_vec() }).await
    }

    /// When the next pending delivery is due, ms since the Unix epoch.
    pub async fn next_delivery_ms(&self, busy: &[WebhookId]) -> Result<Option<i64>, StoreError> {
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT min(next_ms) AS next_ms FROM deliveries WHERE state = 'pending'");
        push_not_busy(&mut query, busy);
        let row = query.build().fetch_one(self.readers()).await?;
        Reader { row: &row, table: DeliveryRecord::TABLE }.maybe_int("next_ms")
    }

    /// Writes down how a try went.
    pub async fn settle_delivery(
        &self,
        webhook: WebhookId,
        event: EventId,
        outcome: DeliveryOutcome,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.write(Settle { webhook, event, outcome, now_ms }).await
    }
}

fn push_not_busy(query: &mut QueryBuilder<Sqlite>, busy: &[WebhookId]) {
    if busy.is_empty() {
        return;
    }
    query.push(" AND webhook NOT IN (");
    let mut list = query.separated(", ");
    for webhook in busy {
        list.push_bind(webhook.to_string());
    }
    query.push(")");
}

/// Reads the webhooks into the writer's memory.
pub(crate) async fn learn_webhooks(tx: &mut Tx) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT * FROM webhooks ORDER BY id").fetch_all(&mut tx.conn).await?;
    tx.webhooks = WebhookRecord::from_rows(&rows)?;
    tx.webhooks_changed = true;
    Ok(())
}

struct AddWebhook {
    webhook: NewWebhook,
    per_call: bool,
    now_ms: i64,
}

impl Write for AddWebhook {
    type Output = WebhookRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<WebhookRecord, StoreError> {
        let webhook = &self.webhook;
        if self.per_call
            && let Some(known) = tx.webhooks.iter().find(|hook| hook.per_call && hook.url == webhook.url)
        {
            return Ok(known.clone());
        }
        let row = sqlx::query(
            "INSERT INTO webhooks (id, url, secret, events, enabled, per_call, created_ms, updated_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) RETURNING *",
        )
        .bind(fresh_id::<WebhookId>(self.now_ms).to_string())
        .bind(&webhook.url)
        .bind(webhook.secret.as_deref().unwrap_or_default())
        .bind(json(&webhook.events))
        .bind(webhook.enabled)
        .bind(self.per_call)
        .bind(self.now_ms)
        .fetch_one(&mut tx.conn)
        .await?;
        learn_webhooks(tx).await?;
        WebhookRecord::from_row(&row)
    }
}

struct ChangeWebhook {
    id: WebhookId,
    webhook: NewWebhook,
    now_ms: i64,
}

impl Write for ChangeWebhook {
    type Output = WebhookRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<WebhookRecord, StoreError> {
        let webhook = &self.webhook;
        let row = sqlx::query(
            "UPDATE webhooks SET url = ?2, secret = coalesce(?3, secret), events = ?4, enabled = ?5, \
             disabled_reason = CASE WHEN ?5 THEN NULL ELSE disabled_reason END, updated_ms = ?6 \
             WHERE id = ?1 RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(&webhook.url)
        .bind(&webhook.secret)
        .bind(json(&webhook.events))
        .bind(webhook.enabled)
        .bind(self.now_ms)
        .fetch_optional(&mut tx.conn)
        .await?
        .ok_or(StoreError::NotFound("webhook"))?;
        learn_webhooks(tx).await?;
        WebhookRecord::from_row(&row)
    }
}

struct Disable {
    id: WebhookId,
    reason: String,
    now_ms: i64,
}

impl Write for Disable {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        sqlx::query("UPDATE webhooks SET enabled = 0, disabled_reason = ?2, updated_ms = ?3 WHERE id = ?1")
            .bind(self.id.to_string())
            .bind(&self.reason)
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        sqlx::query(
            "UPDATE deliveries SET state = 'failed', next_ms = NULL, last_error = ?2, updated_ms = ?3 \
             WHERE webhook = ?1 AND state = 'pending'",
        )
        .bind(self.id.to_string())
        .bind(&self.reason)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        learn_webhooks(tx).await
    }
}

struct DeleteWebhook {
    id: WebhookId,
}

impl Write for DeleteWebhook {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM webhooks WHERE id = ?1").bind(self.id.to_string());
        let done = query.execute(&mut tx.conn).await?.rows_affected() > 0;
        learn_webhooks(tx).await?;
        Ok(done)
    }
}

struct Resend {
    webhook: WebhookId,
    event: EventId,
    now_ms: i64,
}

impl Write for Resend {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        if !tx.webhooks.iter().any(|hook| hook.id == self.webhook) {
            return Err(StoreError::NotFound("webhook"));
        }
        let done = sqlx::query(
            "INSERT INTO deliveries (event, webhook, state, next_ms, updated_ms) \
             SELECT id, ?2, 'pending', ?3, ?3 FROM events WHERE id = ?1 \
             ON CONFLICT (webhook, event) DO UPDATE SET state = 'pending', attempts = 0, next_ms = ?3, updated_ms = ?3",
        )
        .bind(self.event.to_string())
        .bind(self.webhook.to_string())
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        tx.delivery_due = true;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("event")) } else { Ok(()) }
    }
}

struct Claim {
    now_ms: i64,
    lease_ms: i64,
    limit: u32,
    busy: Vec<WebhookId>,
}

impl Write for Claim {
    type Output = Vec<DueDelivery>;

    async fn apply(&self, tx: &mut Tx) -> Result<Vec<DueDelivery>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT e.*, d.webhook, d.attempts FROM deliveries d JOIN events e ON e.id = d.event \
             WHERE d.state = 'pending' AND d.next_ms <= ",
        );
        query.push_bind(self.now_ms);
        push_not_busy(&mut query, &self.busy);
        query.push(" ORDER BY d.next_ms LIMIT ").push_bind(self.limit);
        let due = DueDelivery::from_rows(&query.build().fetch_all(&mut tx.conn).await?)?;
        for delivery in &due {
            sqlx::query("UPDATE deliveries SET next_ms = ?3 WHERE webhook = ?2 AND event = ?1")
                .bind(delivery.event.id.to_string())
                .bind(delivery.webhook.to_string())
                .bind(self.now_ms + self.lease_ms)
                .execute(&mut tx.conn)
                .await?;
        }
        Ok(due)
    }
}

struct Settle {
    webhook: WebhookId,
    event: EventId,
    outcome: DeliveryOutcome,
    now_ms: i64,
}

impl Write for Settle {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let (state, status, error, next_ms) = match &self.outcome {
            DeliveryOutcome::Delivered { status } => (DeliveryState::Delivered, Some(*status), None, None),
            DeliveryOutcome::Retry { status, error, next_ms } => {
                (DeliveryState::Pending, *status, Some(error), Some(*next_ms))
            }
            DeliveryOutcome::GiveUp { status, error } => (DeliveryState::Failed, *status, Some(error), None),
        };
        // A webhook that was disabled or deleted meanwhile keeps what was decided then.
        sqlx::query(
            "UPDATE deliveries SET state = ?3, attempts = attempts + 1, next_ms = ?4, last_status = ?5, \
             last_error = ?6, updated_ms = ?7 WHERE webhook = ?2 AND event = ?1 AND state = 'pending'",
        )
        .bind(self.event.to_string())
        .bind(self.webhook.to_string())
        .bind(state.as_str())
        .bind(next_ms)
        .bind(status)
        .bind(error)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        Ok(())
    }
}

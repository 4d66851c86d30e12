//! Events, and the deliveries that are written with them (the outbox).

use call_model::EventId;
use rusqlite::ToSql;
use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

use super::list::List;
use super::row::{Reader, Record, json};
use crate::hand::Hand;
use crate::record::{EventFilter, EventRecord, NewEvent, WebhookRecord};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

impl Record for EventRecord {
    const TABLE: &'static str = "events";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            kind: row.text("kind")?,
            call: row.maybe_parse("call")?,
            at_ms: row.int("at_ms")?,
            data: row.json("data")?,
        })
    }
}

impl Store {
    /// Writes an event of a kind that the store does not write itself.
    pub async fn emit(&self, event: NewEvent) -> Result<EventId, StoreError> {
        self.write(Emit(event)).await
    }

    /// Removes up to `limit` events from before a time, oldest first, with their deliveries, and says how many; those
    /// that are still to be delivered stay. `before_ms`: ms since the Unix epoch.
    pub async fn prune_events(&self, before_ms: i64, limit: u32) -> Result<u64, StoreError> {
        self.write(Prune { before_ms, limit }).await
    }

    /// One event.
    pub async fn event(&self, id: EventId) -> Result<Option<EventRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM events WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// Events, newest first.
    pub async fn events(&self, filter: &EventFilter, page: &PageRequest) -> Result<Page<EventRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM events WHERE 1");
        list.only_id("call =", filter.call);
        list.only("kind =", filter.kind.as_deref());
        list.page(self, page, "id", |event: &EventRecord| event.id).await
    }
}

/// A write and the event that tells of it, as one text: each statement that is sent on its own costs two changes of
/// thread. In it `?1` is the id of what the event is of, `?2` to `?5` are the event's, and the write's own follow.
#[derive(Clone, Copy)]
pub(super) struct Told {
    /// While there is no webhook.
    plain: &'static str,
    /// With the deliveries.
    sent: &'static str,
}

impl Told {
    pub(super) const fn new(plain: &'static str, sent: &'static str) -> Self {
        Self { plain, sent }
    }
}

/// Builds a [`Told`] of a write (which says by its changed rows whether it was done) and the event of it.
macro_rules! told {
    ($($part:expr),+ $(,)?) => {
        $crate::sql::event::Told::new(
            concat!($($part),+),
            concat!(
                $($part,)+
                // For the webhooks whose filters let it through (`?5`), and the one that the call named. Due at once, also
                // where the clock was set back since the call that it tells of began.
                "; INSERT INTO deliveries (event, webhook, state, next_ms, updated_ms) \
                 SELECT e.id, h.value, 'pending', min(?4, CAST(unixepoch('subsec') * 1000 AS INTEGER)), ?4 FROM events e, json_each(?5) h WHERE e.id = ?2 \
                 UNION SELECT e.id, w.id, 'pending', min(?4, CAST(unixepoch('subsec') * 1000 AS INTEGER)), ?4 FROM events e JOIN calls c ON c.id = e.call \
                 JOIN webhooks w ON w.id = c.webhook AND w.enabled = 1 WHERE e.id = ?2",
            ),
        )
    };
}

/// What an event tells of the call `c`: the fields of `CallRecord`, less the legs.
macro_rules! call_json {
    () => {
        "json_object('id', c.id, 'direction', c.direction, 'from', c.from_address, 'to', c.to_address, \
         'number', c.number, 'trunk', c.trunk, 'member', c.member, 'contact', c.contact, 'flow', c.flow, \
         'flow_version', c.flow_version, 'agent', c.agent, 'agent_version', c.agent_version, 'language', c.language, 'state', c.state, 'started_ms', c.started_ms, \
         'answered_ms', c.answered_ms, 'ended_ms', c.ended_ms, 'cause', c.cause, 'hung_up_by', c.hung_up_by, \
         'origin', json(c.origin), 'answered_by', c.answered_by, 'answered_how', json(c.answered_how), 'variables', json(c.variables), 'remembered', json(c.remembered), 'transcript', c.transcript)"
    };
}

/// Tells of the call `?1`, when the write before it was done.
macro_rules! call_event {
    () => {
        concat!(
            "; INSERT INTO events (id, kind, call, at_ms, data) SELECT ?2, ?3, c.id, ?4, json_object('call', ",
            $crate::sql::event::call_json!(),
            ") FROM calls c WHERE c.id = ?1 AND changes() = 1"
        )
    };
}

/// Tells of the recording `?1` and its call, when the write before it was done.
macro_rules! recording_event {
    () => {
        concat!(
            "; INSERT INTO events (id, kind, call, at_ms, data) SELECT ?2, ?3, c.id, ?4, json_object('recording', \
             json_object('id', r.id, 'call', r.call, 'state', r.state, 'started_ms', r.started_ms, 'bytes', r.bytes, \
             'duration_ms', r.duration_ms, 'offset_ms', r.offset_ms), 'call', ",
            $crate::sql::event::call_json!(),
            ") FROM recordings r JOIN calls c ON c.id = r.call WHERE r.id = ?1 AND changes() = 1"
        )
    };
}

/// Tells of the voicemail `?1` and its call, when the write before it was done.
macro_rules! voicemail_event {
    () => {
        concat!(
            "; INSERT INTO events (id, kind, call, at_ms, data) SELECT ?2, ?3, c.id, ?4, json_object('voicemail', \
             json_object('id', v.id, 'mailbox', v.mailbox, 'contact', v.contact, 'call', v.call, 'bytes', v.bytes, \
             'duration_ms', v.duration_ms, 'created_ms', v.created_ms), 'call', ",
            $crate::sql::event::call_json!(),
            ") FROM voicemails v JOIN calls c ON c.id = v.call WHERE v.id = ?1 AND changes() = 1"
        )
    };
}

pub(super) use {call_event, call_json, recording_event, told, voicemail_event};

/// An event that is about to be written with a [`Told`].
pub(super) struct Telling<'k> {
    id: EventId,
    kind: &'k str,
    at_ms: i64,
    /// The webhooks that want it, as JSON; `None` while there is none at all.
    webhooks: Option<String>,
}

impl<'k> Telling<'k> {
    pub(super) fn new(tx: &mut Tx, kind: &'k str, at_ms: i64) -> Self {
        Self::to(&tx.webhooks, &mut tx.delivery_due, kind, at_ms)
    }

    fn to(webhooks: &[WebhookRecord], delivery_due: &mut bool, kind: &'k str, at_ms: i64) -> Self {
        let webhooks = (!webhooks.is_empty()).then(|| {
            let wanted: Vec<String> =
                webhooks.iter().filter(|hook| hook.wants(kind)).map(|hook| hook.id.to_string()).collect();
            *delivery_due |= !wanted.is_empty() || webhooks.iter().any(|hook| hook.per_call);
            json(&wanted)
        });
        Self { id: fresh_id(at_ms), kind, at_ms, webhooks }
    }

    /// The query, with what is the event's bound: the write's own parameters follow from `?6` on.
    pub(super) fn query(&self, told: Told, subject: String) -> Query<'k, Sqlite, SqliteArguments> {
        let sql = if self.webhooks.is_some() { told.sent } else { told.plain };
        sqlx::query(sql)
            .bind(subject)
            .bind(self.id.to_string())
            .bind(self.kind.to_owned())
            .bind(self.at_ms)
            .bind(self.webhooks.clone())
    }
}

/// Carries out a write and tells of it, by hand: `own` are the write's own parameters, from `?6` on. How many rows it
/// changed.
pub(super) fn tell_by_hand(
    hand: &mut Hand<'_>,
    (kind, at_ms): (&str, i64),
    told: Told,
    subject: &str,
    own: &[&dyn ToSql],
) -> Result<usize, StoreError> {
    let telling = Telling::to(hand.webhooks, hand.delivery_due, kind, at_ms);
    let id = telling.id.to_string();
    let mut values: Vec<&dyn ToSql> = vec![&subject, &id, &kind, &at_ms, &telling.webhooks];
    values.extend(own);
    hand.run(if telling.webhooks.is_some() { told.sent } else { told.plain }, &values)
}

struct Emit(NewEvent);

impl Write for Emit {
    type Output = EventId;

    async fn apply(&self, tx: &mut Tx) -> Result<EventId, StoreError> {
        tell(tx, &self.0).await
    }
}

/// Writes an event, with its deliveries, into the transaction of what it tells of.
pub(super) async fn tell(tx: &mut Tx, event: &NewEvent) -> Result<EventId, StoreError> {
    const SQL: Told = told!("INSERT INTO events (id, kind, call, at_ms, data) VALUES (?2, ?3, ?6, ?4, ?7)");
    let telling = Telling::new(tx, &event.kind, event.at_ms);
    telling
        .query(SQL, String::new())
        .bind(event.call.map(|call| call.to_string()))
        .bind(json(&event.data))
        .execute(&mut tx.conn)
        .await?;
    Ok(telling.id)
}

struct Prune {
    before_ms: i64,
    limit: u32,
}

impl Write for Prune {
    type Output = u64;

    async fn apply(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        let bound = EventId::from_parts(u64::try_from(self.before_ms).unwrap_or(0), 0);
        let done = sqlx::query(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id < ?1 AND NOT EXISTS \
             (SELECT 1 FROM deliveries WHERE event = events.id AND state = 'pending') ORDER BY id LIMIT ?2)",
        )
        .bind(bound.to_string())
        .bind(self.limit)
        .execute(&mut tx.conn)
        .await?;
        Ok(done.rows_affected())
    }
}

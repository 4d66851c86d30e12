//! Events, and the deliveries that are written with them (the outbox).

use call_model::{CallId, EventId, RecordingId, VoicemailId};
use sqlx::{QueryBuilder, Sqlite};

use super::row::{Reader, Record, json};
use crate::record::{EventFilter, EventRecord, NewEvent};
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

    /// One event.
    pub async fn event(&self, id: EventId) -> Result<Option<EventRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM events WHERE id = ?1").bind(id.to_string());
        let row = query.fetch_optional(self.readers()).await?;
        row.as_ref().map(EventRecord::from_row).transpose()
    }

    /// Events, newest first.
    pub async fn events(&self, filter: &EventFilter, page: &PageRequest) -> Result<Page<EventRecord>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM events WHERE 1");
        if let Some(call) = filter.call {
            query.push(" AND call = ").push_bind(call.to_string());
        }
        if let Some(kind) = &filter.kind {
            query.push(" AND kind = ").push_bind(kind.clone());
        }
        if let Some(cursor) = &page.cursor {
            query.push(" AND id < ").push_bind(cursor.id(EventId::PREFIX));
        }
        let limit = page.clamped();
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit + 1);
        let rows = query.build().fetch_all(self.readers()).await?;
        Ok(Page::from_rows(EventRecord::from_rows(&rows)?, limit, |event| event.id))
    }
}

struct Emit(NewEvent);

impl Write for Emit {
    type Output = EventId;

    async fn apply(&self, tx: &mut Tx) -> Result<EventId, StoreError> {
        let Self(event) = self;
        let id: EventId = fresh_id(event.at_ms);
        sqlx::query("INSERT INTO events (id, kind, call, at_ms, data) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(id.to_string())
            .bind(&event.kind)
            .bind(event.call.map(|call| call.to_string()))
            .bind(event.at_ms)
            .bind(json(&event.data))
            .execute(&mut tx.conn)
            .await?;
        deliver(tx, id, &event.kind, event.call, event.at_ms).await?;
        Ok(id)
    }
}

/// What an event tells of a call: the fields of `CallRecord`, less the legs.
macro_rules! call_json {
    () => {
        "json_object('id', c.id, 'direction', c.direction, 'from', c.from_address, 'to', c.to_address, \
         'number', c.number, 'trunk', c.trunk, 'member', c.member, 'contact', c.contact, 'flow', c.flow, \
         'flow_version', c.flow_version, 'language', c.language, 'state', c.state, 'started_ms', c.started_ms, \
         'answered_ms', c.answered_ms, 'ended_ms', c.ended_ms, 'cause', c.cause, 'hung_up_by', c.hung_up_by, \
         'variables', json(c.variables), 'remembered', json(c.remembered))"
    };
}

/// Writes an event that tells of a call as it is now.
pub(super) async fn emit_call(tx: &mut Tx, kind: &'static str, call: CallId, at_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "INSERT INTO events (id, kind, call, at_ms, data) SELECT ?1, ?2, c.id, ?4, json_object('call', ",
        call_json!(),
        ") FROM calls c WHERE c.id = ?3"
    );
    insert(tx, SQL, kind, call.to_string(), at_ms).await
}

/// Writes an event that tells of a recording and its call.
pub(super) async fn emit_recording(
    tx: &mut Tx,
    kind: &'static str,
    recording: RecordingId,
    at_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "INSERT INTO events (id, kind, call, at_ms, data) SELECT ?1, ?2, c.id, ?4, json_object('recording', \
         json_object('id', r.id, 'call', r.call, 'state', r.state, 'started_ms', r.started_ms, 'bytes', r.bytes, \
         'duration_ms', r.duration_ms), 'call', ",
        call_json!(),
        ") FROM recordings r JOIN calls c ON c.id = r.call WHERE r.id = ?3"
    );
    insert(tx, SQL, kind, recording.to_string(), at_ms).await
}

/// Writes an event that tells of a voicemail and its call.
pub(super) async fn emit_voicemail(
    tx: &mut Tx,
    kind: &'static str,
    voicemail: VoicemailId,
    at_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "INSERT INTO events (id, kind, call, at_ms, data) SELECT ?1, ?2, c.id, ?4, json_object('voicemail', \
         json_object('id', v.id, 'mailbox', v.mailbox, 'contact', v.contact, 'call', v.call, 'bytes', v.bytes, \
         'duration_ms', v.duration_ms, 'created_ms', v.created_ms), 'call', ",
        call_json!(),
        ") FROM voicemails v JOIN calls c ON c.id = v.call WHERE v.id = ?3"
    );
    insert(tx, SQL, kind, voicemail.to_string(), at_ms).await
}

async fn insert(
    tx: &mut Tx,
    sql: &'static str,
    kind: &'static str,
    subject: String,
    at_ms: i64,
) -> Result<(), StoreError> {
    let id: EventId = fresh_id(at_ms);
    sqlx::query(sql).bind(id.to_string()).bind(kind).bind(subject).bind(at_ms).execute(&mut tx.conn).await?;
    if tx.webhooks.is_empty() {
        return Ok(());
    }
    let row = sqlx::query("SELECT call FROM events WHERE id = ?1").bind(id.to_string());
    let call = match row.fetch_optional(&mut tx.conn).await? {
        Some(row) => Reader { row: &row, table: EventRecord::TABLE }.maybe_parse("call")?,
        None => return Ok(()),
    };
    deliver(tx, id, kind, call, at_ms).await
}

/// Writes a delivery of an event for each webhook that wants it.
async fn deliver(tx: &mut Tx, event: EventId, kind: &str, call: Option<CallId>, at_ms: i64) -> Result<(), StoreError> {
    let wanted: Vec<_> = tx.webhooks.iter().filter(|hook| hook.wants(kind)).map(|hook| hook.id).collect();
    for webhook in wanted {
        sqlx::query(
            "INSERT INTO deliveries (event, webhook, state, next_ms, updated_ms) VALUES (?1, ?2, 'pending', ?3, ?3)",
        )
        .bind(event.to_string())
        .bind(webhook.to_string())
        .bind(at_ms)
        .execute(&mut tx.conn)
        .await?;
        tx.delivery_due = true;
    }
    let Some(call) = call.filter(|_| !tx.webhooks.is_empty()) else { return Ok(()) };
    // The webhook that was named when the call was placed.
    let done = sqlx::query(
        "INSERT INTO deliveries (event, webhook, state, next_ms, updated_ms) \
         SELECT ?1, w.id, 'pending', ?3, ?3 FROM calls c JOIN webhooks w ON w.id = c.webhook AND w.enabled = 1 \
         WHERE c.id = ?2 ON CONFLICT DO NOTHING",
    )
    .bind(event.to_string())
    .bind(call.to_string())
    .bind(at_ms)
    .execute(&mut tx.conn)
    .await?;
    tx.delivery_due |= done.rows_affected() > 0;
    Ok(())
}

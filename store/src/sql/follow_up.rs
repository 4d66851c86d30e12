//! Follow-ups.

use call_model::FollowUpId;
use serde_json::{Map, json as object};

use super::event::tell;
use super::list::List;
use super::row::{Reader, Record};
use crate::record::event_type::FOLLOW_UP_CREATED;
use crate::record::{FollowUpFilter, FollowUpKind, FollowUpRecord, FollowUpState, NewEvent, NewFollowUp};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

impl Record for FollowUpRecord {
    const TABLE: &'static str = "follow_ups";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            kind: row.word("kind")?,
            state: row.word("state")?,
            mailbox: row.text("mailbox")?,
            contact: row.maybe_parse("contact")?,
            call: row.maybe_parse("call")?,
            name: row.maybe_text("name")?,
            phone: row.maybe_text("phone")?,
            text: row.text("text")?,
            due_ms: row.maybe_int("due_ms")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// Makes a follow-up. Tells `follow_up.created`.
    pub async fn add_follow_up(&self, mut new: NewFollowUp, now_ms: i64) -> Result<FollowUpRecord, StoreError> {
        new.text = self.scrubber().clean(new.text);
        self.write(AddFollowUp { id: fresh_id(now_ms), new, now_ms }).await
    }

    /// Says that a follow-up is done, or is to be done after all.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn mark_follow_up(
        &self,
        id: FollowUpId,
        state: FollowUpState,
        now_ms: i64,
    ) -> Result<FollowUpRecord, StoreError> {
        self.write(MarkFollowUp { id, state, now_ms }).await
    }

    /// One follow-up.
    pub async fn follow_up(&self, id: FollowUpId) -> Result<Option<FollowUpRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM follow_ups WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// Follow-ups, newest first.
    pub async fn follow_ups(
        &self,
        filter: &FollowUpFilter,
        page: &PageRequest,
    ) -> Result<Page<FollowUpRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM follow_ups WHERE 1");
        list.only("kind =", filter.kind.map(FollowUpKind::as_str));
        list.only("state =", filter.state.map(FollowUpState::as_str));
        list.only("mailbox =", filter.mailbox.as_deref());
        list.only_id("contact =", filter.contact);
        list.only_id("call =", filter.call);
        list.page(self, page, "id", |follow_up: &FollowUpRecord| follow_up.id).await
    }
}

struct AddFollowUp {
    id: FollowUpId,
    new: NewFollowUp,
    now_ms: i64,
}

impl Write for AddFollowUp {
    type Output = FollowUpRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<FollowUpRecord, StoreError> {
        let new = &self.new;
        if let Some(once) = &new.once {
            let known = sqlx::query("SELECT * FROM follow_ups WHERE once = ?1").bind(once);
            if let Some(row) = known.fetch_optional(&mut tx.conn).await? {
                return FollowUpRecord::from_row(&row);
            }
        }
        let row = sqlx::query(
            "INSERT INTO follow_ups (id, kind, state, mailbox, contact, call, name, phone, text, due_ms, once, \
             created_ms, updated_ms) VALUES (?1, ?2, 'open', ?3, \
             coalesce(?4, (SELECT contact FROM calls WHERE id = ?5)), (SELECT id FROM calls WHERE id = ?5), ?6, ?7, \
             ?8, ?9, ?10, ?11, ?11) RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(new.kind.as_str())
        .bind(&new.mailbox)
        .bind(new.contact.map(|id| id.to_string()))
        .bind(new.call.map(|id| id.to_string()))
        .bind(&new.name)
        .bind(&new.phone)
        .bind(&new.text)
        .bind(new.due_ms)
        .bind(&new.once)
        .bind(self.now_ms)
        .fetch_one(&mut tx.conn)
        .await?;
        let record = FollowUpRecord::from_row(&row)?;
        let data = Map::from_iter([("follow_up".to_owned(), object!(record))]);
        let event = NewEvent { kind: FOLLOW_UP_CREATED.to_owned(), call: record.call, at_ms: self.now_ms, data };
        tell(tx, &event).await?;
        Ok(record)
    }
}

struct MarkFollowUp {
    id: FollowUpId,
    state: FollowUpState,
    now_ms: i64,
}

impl Write for MarkFollowUp {
    type Output = FollowUpRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<FollowUpRecord, StoreError> {
        let row = sqlx::query("UPDATE follow_ups SET state = ?2, updated_ms = ?3 WHERE id = ?1 RETURNING *")
            .bind(self.id.to_string())
            .bind(self.state.as_str())
            .bind(self.now_ms)
            .fetch_optional(&mut tx.conn)
            .await?;
        row.as_ref().map_or(Err(StoreError::NotFound("follow-up")), FollowUpRecord::from_row)
    }
}

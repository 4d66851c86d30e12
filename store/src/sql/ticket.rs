//! Tickets.

use call_model::TicketId;
use serde_json::{Map, json as object};

use super::event::tell;
use super::list::List;
use super::row::{Reader, Record};
use crate::record::event_type::TICKET_CREATED;
use crate::record::{NewEvent, NewTicket, TicketChange, TicketFilter, TicketPriority, TicketRecord, TicketState};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

/// The first ticket's number: four digits from the start, as they are said and typed.
const FIRST_NUMBER: i64 = 1_001;

impl Record for TicketRecord {
    const TABLE: &'static str = "tickets";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            number: row.unsigned("number")?,
            subject: row.text("subject")?,
            text: row.text("text")?,
            category: row.maybe_text("category")?,
            priority: row.word("priority")?,
            state: row.word("state")?,
            answer: row.text("answer")?,
            contact: row.maybe_parse("contact")?,
            call: row.maybe_parse("call")?,
            name: row.maybe_text("name")?,
            phone: row.maybe_text("phone")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// Makes a ticket under the next number. Tells `ticket.created`.
    pub async fn add_ticket(&self, mut new: NewTicket, now_ms: i64) -> Result<TicketRecord, StoreError> {
        new.subject = self.scrubber().clean(new.subject);
        new.text = self.scrubber().clean(new.text);
        self.write(AddTicket { id: fresh_id(now_ms), new, now_ms }).await
    }

    /// Changes a ticket and gives it back as it is then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn change_ticket(
        &self,
        id: TicketId,
        change: TicketChange,
        now_ms: i64,
    ) -> Result<TicketRecord, StoreError> {
        self.write(ChangeTicket { id, change, now_ms }).await
    }

    /// One ticket.
    pub async fn ticket(&self, id: TicketId) -> Result<Option<TicketRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM tickets WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// Tickets, newest first.
    pub async fn tickets(&self, filter: &TicketFilter, page: &PageRequest) -> Result<Page<TicketRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM tickets WHERE 1");
        list.only_id("contact =", filter.contact);
        list.only_id("call =", filter.call);
        list.only("state =", filter.state.map(TicketState::as_str));
        list.only("number =", filter.number);
        list.page(self, page, "id", |ticket: &TicketRecord| ticket.id).await
    }
}

struct AddTicket {
    id: TicketId,
    new: NewTicket,
    now_ms: i64,
}

impl Write for AddTicket {
    type Output = TicketRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<TicketRecord, StoreError> {
        let new = &self.new;
        if let Some(once) = &new.once {
            let known = sqlx::query("SELECT * FROM tickets WHERE once = ?1").bind(once);
            if let Some(row) = known.fetch_optional(&mut tx.conn).await? {
                return TicketRecord::from_row(&row);
            }
        }
        let row = sqlx::query(
            "INSERT INTO tickets (id, number, subject, text, category, priority, state, contact, call, name, phone, \
             once, created_ms, updated_ms) VALUES (?1, (SELECT coalesce(max(number) + 1, ?2) FROM tickets), ?3, ?4, \
             ?5, ?6, 'open', coalesce(?7, (SELECT contact FROM calls WHERE id = ?8)), \
             (SELECT id FROM calls WHERE id = ?8), ?9, ?10, ?11, ?12, ?12) RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(FIRST_NUMBER)
        .bind(&new.subject)
        .bind(&new.text)
        .bind(&new.category)
        .bind(new.priority.as_str())
        .bind(new.contact.map(|id| id.to_string()))
        .bind(new.call.map(|id| id.to_string()))
        .bind(&new.name)
        .bind(&new.phone)
        .bind(&new.once)
        .bind(self.now_ms)
        .fetch_one(&mut tx.conn)
        .await?;
        let record = TicketRecord::from_row(&row)?;
        let data = Map::from_iter([("ticket".to_owned(), object!(record))]);
        let event = NewEvent { kind: TICKET_CREATED.to_owned(), call: record.call, at_ms: self.now_ms, data };
        tell(tx, &event).await?;
        Ok(record)
    }
}

struct ChangeTicket {
    id: TicketId,
    change: TicketChange,
    now_ms: i64,
}

impl Write for ChangeTicket {
    type Output = TicketRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<TicketRecord, StoreError> {
        let change = &self.change;
        let row = sqlx::query(
            "UPDATE tickets SET subject = coalesce(?2, subject), category = CASE WHEN ?3 THEN ?4 ELSE category END, \
             priority = coalesce(?5, priority), state = coalesce(?6, state), answer = coalesce(?7, answer), \
             updated_ms = ?8 WHERE id = ?1 RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(&change.subject)
        .bind(change.category.is_some())
        .bind(change.category.clone().flatten())
        .bind(change.priority.map(TicketPriority::as_str))
        .bind(change.state.map(TicketState::as_str))
        .bind(&change.answer)
        .bind(self.now_ms)
        .fetch_optional(&mut tx.conn)
        .await?;
        row.as_ref().map_or(Err(StoreError::NotFound("ticket")), TicketRecord::from_row)
    }
}

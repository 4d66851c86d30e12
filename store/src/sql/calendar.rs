//! Appointments. Whether a person is free is decided in the transaction that books: there is one writer, so nothing can
//! come between.

use call_model::AppointmentId;
use serde_json::{Map, Value, json as object};

use super::event::tell;
use super::list::List;
use super::once::add_errand;
use super::row::{Reader, Record};
use crate::record::event_type::{APPOINTMENT_BOOKED, APPOINTMENT_CANCELLED, APPOINTMENT_MOVED};
use crate::record::{
    AppointmentFilter, AppointmentRecord, AppointmentState, Busy, ErrandKind, MoveAppointment, NewAppointment,
    NewEvent, TimeSpan,
};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

impl Record for AppointmentRecord {
    const TABLE: &'static str = "appointments";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            service: row.text("service")?,
            person: row.text("person")?,
            starts_ms: row.int("starts_ms")?,
            ends_ms: row.int("ends_ms")?,
            busy: TimeSpan { from_ms: row.int("busy_from_ms")?, until_ms: row.int("busy_until_ms")? },
            state: row.word("state")?,
            contact: row.maybe_parse("contact")?,
            call: row.maybe_parse("call")?,
            name: row.maybe_text("name")?,
            phone: row.maybe_text("phone")?,
            language: row.maybe_text("language")?,
            note: row.text("note")?,
            sequence: row.unsigned("sequence")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Record for Busy {
    const TABLE: &'static str = "appointments";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        let span = TimeSpan { from_ms: row.int("from_ms")?, until_ms: row.int("until_ms")? };
        Ok(Self { person: row.text("person")?, span, appointment: row.maybe_parse("appointment")? })
    }
}

impl Store {
    /// Books a time for the first of the persons who is free then; `None`: none of them is. Tells
    /// `appointment.booked`.
    pub async fn book(&self, mut new: NewAppointment, now_ms: i64) -> Result<Option<AppointmentRecord>, StoreError> {
        new.note = self.scrubber().clean(new.note);
        self.write(Book { id: fresh_id(now_ms), new, now_ms }).await
    }

    /// Gives an appointment another time, or leaves it as it is when nobody is free then (`None`). Tells
    /// `appointment.moved`, unless nothing changes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when it was cancelled.
    pub async fn move_appointment(
        &self,
        to: MoveAppointment,
        now_ms: i64,
    ) -> Result<Option<AppointmentRecord>, StoreError> {
        self.write(Move { to, now_ms }).await
    }

    /// Cancels an appointment; one that is cancelled stays so. Tells `appointment.cancelled` once. `mirrored`: persons
    /// whose calendar elsewhere is told.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn cancel_appointment(
        &self,
        id: AppointmentId,
        mirrored: Vec<String>,
        now_ms: i64,
    ) -> Result<AppointmentRecord, StoreError> {
        self.write(Cancel { id, mirrored, now_ms }).await
    }

    /// One appointment.
    pub async fn appointment(&self, id: AppointmentId) -> Result<Option<AppointmentRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM appointments WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// The appointment that was booked under a key.
    pub async fn appointment_once(&self, once: &str) -> Result<Option<AppointmentRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM appointments WHERE once = ?1").bind(once);
        self.one(query).await
    }

    /// Up to `limit` appointments, the earliest first.
    pub async fn appointments(
        &self,
        filter: &AppointmentFilter,
        limit: u32,
    ) -> Result<Vec<AppointmentRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM appointments WHERE 1");
        list.only("person =", filter.person.as_deref());
        list.only_id("contact =", filter.contact);
        list.only_id("call =", filter.call);
        list.only("state =", filter.state.map(AppointmentState::as_str));
        list.only("ends_ms >", filter.after_ms);
        list.only("starts_ms <", filter.before_ms);
        list.first(self, "starts_ms, id", limit).await
    }

    /// When persons are busy within a span, by appointments and by calendars elsewhere.
    pub async fn busy(&self, within: TimeSpan) -> Result<Vec<Busy>, StoreError> {
        let query = sqlx::query(
            "SELECT person, busy_from_ms AS from_ms, busy_until_ms AS until_ms, id AS appointment FROM appointments \
             WHERE state = 'booked' AND busy_from_ms < ?2 AND busy_until_ms > ?1 \
             UNION ALL SELECT person, from_ms, until_ms, NULL FROM calendar_blocks \
             WHERE from_ms < ?2 AND until_ms > ?1",
        );
        let rows = query.bind(within.from_ms).bind(within.until_ms).fetch_all(self.readers()).await?;
        Busy::from_rows(&rows)
    }

    /// Replaces what a calendar elsewhere says of a person. Appointments that stand are not touched by it.
    pub async fn set_calendar_blocks(&self, person: &str, blocks: Vec<TimeSpan>) -> Result<(), StoreError> {
        self.write(SetBlocks { person: person.to_owned(), blocks }).await
    }

    /// The secret part of the address of a person's calendar: `new` when there is none yet, or when it is to be
    /// replaced.
    pub async fn calendar_feed(
        &self,
        person: &str,
        new: &str,
        replace: bool,
        now_ms: i64,
    ) -> Result<String, StoreError> {
        self.write(Feed { person: person.to_owned(), token: new.to_owned(), replace, now_ms }).await
    }

    /// Whose calendar has this address.
    pub async fn person_of_feed(&self, token: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT person FROM calendar_feeds WHERE token = ?1").bind(token);
        let row = query.fetch_optional(self.readers()).await?;
        row.map(|row| Reader { row: &row, table: "calendar_feeds" }.text("person")).transpose()
    }
}

/// The first of the persons who is free; `but`: an appointment that does not count.
async fn first_free(
    tx: &mut Tx,
    persons: &[String],
    busy: TimeSpan,
    but: Option<AppointmentId>,
) -> Result<Option<String>, StoreError> {
    let but = but.map(|id| id.to_string());
    for person in persons {
        let taken = sqlx::query(
            "SELECT 1 FROM appointments WHERE person = ?1 AND state = 'booked' AND busy_from_ms < ?3 \
             AND busy_until_ms > ?2 AND id IS NOT ?4 \
             UNION ALL SELECT 1 FROM calendar_blocks WHERE person = ?1 AND from_ms < ?3 AND until_ms > ?2 LIMIT 1",
        )
        .bind(person)
        .bind(busy.from_ms)
        .bind(busy.until_ms)
        .bind(&but)
        .fetch_optional(&mut tx.conn)
        .await?;
        if taken.is_none() {
            return Ok(Some(person.clone()));
        }
    }
    Ok(None)
}

async fn find(tx: &mut Tx, id: AppointmentId) -> Result<AppointmentRecord, StoreError> {
    let query = sqlx::query("SELECT * FROM appointments WHERE id = ?1").bind(id.to_string());
    let row = query.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("appointment"))?;
    AppointmentRecord::from_row(&row)
}

/// Tells webhooks, and the persons' calendars elsewhere: those of `persons` that are `mirrored`.
async fn tell_of(
    tx: &mut Tx,
    kind: &str,
    record: &AppointmentRecord,
    before: Option<&AppointmentRecord>,
    mirrored: &[String],
) -> Result<(), StoreError> {
    let mut data = Map::new();
    data.insert("appointment".into(), object!(record));
    if let Some(before) = before {
        let before = object!({ "person": before.person, "starts_ms": before.starts_ms, "ends_ms": before.ends_ms });
        data.insert("before".into(), before);
    }
    let event = NewEvent { kind: kind.to_owned(), call: record.call, at_ms: record.updated_ms, data };
    tell(tx, &event).await?;
    let moved_from = before.map(|before| &before.person).filter(|person| **person != record.person);
    for person in moved_from.into_iter().chain([&record.person]).filter(|person| mirrored.contains(person)) {
        let body: Value = object!({ "person": person, "appointment": record.id });
        add_errand(tx, ErrandKind::Calendar, &body, record.updated_ms).await?;
    }
    Ok(())
}

struct Book {
    id: AppointmentId,
    new: NewAppointment,
    now_ms: i64,
}

impl Write for Book {
    type Output = Option<AppointmentRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Option<AppointmentRecord>, StoreError> {
        let new = &self.new;
        if let Some(once) = &new.once {
            let known = sqlx::query("SELECT * FROM appointments WHERE once = ?1").bind(once);
            if let Some(row) = known.fetch_optional(&mut tx.conn).await? {
                let known = AppointmentRecord::from_row(&row)?;
                if known.state == AppointmentState::Booked && known.starts_ms == new.time.from_ms {
                    return Ok(Some(known));
                }
                // It was moved or cancelled since: the same words book anew.
                let free = sqlx::query("UPDATE appointments SET once = NULL WHERE id = ?1").bind(known.id.to_string());
                free.execute(&mut tx.conn).await?;
            }
        }
        let Some(person) = first_free(tx, &new.persons, new.busy, None).await? else { return Ok(None) };
        let row = sqlx::query(
            "INSERT INTO appointments (id, service, person, starts_ms, ends_ms, busy_from_ms, busy_until_ms, state, \
             contact, call, name, phone, language, note, once, created_ms, updated_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'booked', coalesce(?8, (SELECT contact FROM calls WHERE id = ?9)), \
             (SELECT id FROM calls WHERE id = ?9), ?10, ?11, ?12, ?13, ?14, ?15, ?15) RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(&new.service)
        .bind(person)
        .bind(new.time.from_ms)
        .bind(new.time.until_ms)
        .bind(new.busy.from_ms)
        .bind(new.busy.until_ms)
        .bind(new.contact.map(|id| id.to_string()))
        .bind(new.call.map(|id| id.to_string()))
        .bind(&new.name)
        .bind(&new.phone)
        .bind(&new.language)
        .bind(&new.note)
        .bind(&new.once)
        .bind(self.now_ms)
        .fetch_one(&mut tx.conn)
        .await?;
        let record = AppointmentRecord::from_row(&row)?;
        tell_of(tx, APPOINTMENT_BOOKED, &record, None, &new.mirrored).await?;
        Ok(Some(record))
    }
}

struct Move {
    to: MoveAppointment,
    now_ms: i64,
}

impl Write for Move {
    type Output = Option<AppointmentRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Option<AppointmentRecord>, StoreError> {
        let to = &self.to;
        let before = find(tx, to.id).await?;
        if before.state == AppointmentState::Cancelled {
            return Err(StoreError::Conflict("the appointment was cancelled: book a new one"));
        }
        let same_time = before.starts_ms == to.time.from_ms && before.ends_ms == to.time.until_ms;
        if same_time && to.persons.contains(&before.person) {
            return Ok(Some(before));
        }
        // Who has it keeps it, where he can.
        let mut persons = to.persons.clone();
        persons.sort_by_key(|person| *person != before.person);
        let Some(person) = first_free(tx, &persons, to.busy, Some(to.id)).await? else { return Ok(None) };
        let row = sqlx::query(
            "UPDATE appointments SET person = ?2, starts_ms = ?3, ends_ms = ?4, busy_from_ms = ?5, \
             busy_until_ms = ?6, sequence = sequence + 1, updated_ms = ?7 WHERE id = ?1 RETURNING *",
        )
        .bind(to.id.to_string())
        .bind(person)
        .bind(to.time.from_ms)
        .bind(to.time.until_ms)
        .bind(to.busy.from_ms)
        .bind(to.busy.until_ms)
        .bind(self.now_ms)
        .fetch_one(&mut tx.conn)
        .await?;
        let record = AppointmentRecord::from_row(&row)?;
        tell_of(tx, APPOINTMENT_MOVED, &record, Some(&before), &to.mirrored).await?;
        Ok(Some(record))
    }
}

struct Cancel {
    id: AppointmentId,
    mirrored: Vec<String>,
    now_ms: i64,
}

impl Write for Cancel {
    type Output = AppointmentRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<AppointmentRecord, StoreError> {
        let before = find(tx, self.id).await?;
        if before.state == AppointmentState::Cancelled {
            return Ok(before);
        }
        let row = sqlx::query(
            "UPDATE appointments SET state = 'cancelled', sequence = sequence + 1, updated_ms = ?2 WHERE id = ?1 \
             RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(self.now_ms)
        .fetch_one(&mut tx.conn)
        .await?;
        let record = AppointmentRecord::from_row(&row)?;
        tell_of(tx, APPOINTMENT_CANCELLED, &record, None, &self.mirrored).await?;
        Ok(record)
    }
}

struct SetBlocks {
    person: String,
    blocks: Vec<TimeSpan>,
}

impl Write for SetBlocks {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM calendar_blocks WHERE person = ?1").bind(&self.person);
        gone.execute(&mut tx.conn).await?;
        for block in self.blocks.iter().filter(|block| block.from_ms < block.until_ms) {
            sqlx::query("INSERT INTO calendar_blocks (person, from_ms, until_ms) VALUES (?1, ?2, ?3)")
                .bind(&self.person)
                .bind(block.from_ms)
                .bind(block.until_ms)
                .execute(&mut tx.conn)
                .await?;
        }
        Ok(())
    }
}

struct Feed {
    person: String,
    token: String,
    replace: bool,
    now_ms: i64,
}

impl Write for Feed {
    type Output = String;

    async fn apply(&self, tx: &mut Tx) -> Result<String, StoreError> {
        let row = sqlx::query(
            "INSERT INTO calendar_feeds (person, token, created_ms) VALUES (?1, ?2, ?3) ON CONFLICT (person) \
             DO UPDATE SET token = CASE WHEN ?4 THEN excluded.token ELSE token END RETURNING token",
        )
        .bind(&self.person)
        .bind(&self.token)
        .bind(self.now_ms)
        .bind(self.replace)
        .fetch_one(&mut tx.conn)
        .await?;
        Reader { row: &row, table: "calendar_feeds" }.text("token")
    }
}

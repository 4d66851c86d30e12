//! Recordings and voicemails.

use call_model::{CallId, RecordingId, VoicemailId};

use super::event::{Telling, Told, recording_event, told, voicemail_event};
use super::job;
use super::list::List;
use super::row::{Reader, Record};
use crate::record::event_type::{RECORDING_FAILED, RECORDING_READY, VOICEMAIL_RECEIVED};
use crate::record::{
    NewRecording, NewVoicemail, RecordingEnd, RecordingRecord, RecordingState, VoicemailFilter, VoicemailRecord,
};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError};

impl Record for RecordingRecord {
    const TABLE: &'static str = "recordings";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            call: row.parse("call")?,
            path: row.text("path")?,
            state: row.word("state")?,
            started_ms: row.int("started_ms")?,
            bytes: row.unsigned("bytes")?,
            duration_ms: row.unsigned("duration_ms")?,
            offset_ms: row.maybe_int("offset_ms")?,
        })
    }
}

impl Record for VoicemailRecord {
    const TABLE: &'static str = "voicemails";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            mailbox: row.text("mailbox")?,
            contact: row.maybe_parse("contact")?,
            call: row.parse("call")?,
            path: row.text("path")?,
            bytes: row.unsigned("bytes")?,
            duration_ms: row.unsigned("duration_ms")?,
            created_ms: row.int("created_ms")?,
            heard_ms: row.maybe_int("heard_ms")?,
            offset_ms: row.maybe_int("offset_ms")?,
            held: row.int("held")? != 0,
        })
    }
}

impl Store {
    /// Writes down that a recording begins.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call.
    pub async fn begin_recording(&self, recording: NewRecording) -> Result<(), StoreError> {
        self.write(BeginRecording(recording)).await
    }

    /// Writes down the place of a recording's first sample, in ms from the answer of its call. `false`: there is none.
    pub async fn set_recording_offset(&self, recording: RecordingId, offset_ms: i64) -> Result<bool, StoreError> {
        self.write(SetOffset { recording, offset_ms }).await
    }

    /// Writes down how a recording ended, and tells `recording.ready` or `recording.failed`; where sound is silenced, a
    /// recording that is whole is held until [`release_recording`](Self::release_recording). `false`: it had ended before,
    /// or never begun.
    pub async fn end_recording(&self, end: RecordingEnd) -> Result<bool, StoreError> {
        self.write(EndRecording { end, held: self.scrubber().sound() }).await
    }

    /// A recording that was held can be fetched: tells `recording.ready`. `false`: it was not held.
    pub async fn release_recording(&self, id: RecordingId, now_ms: i64) -> Result<bool, StoreError> {
        self.write(ReleaseRecording { id, now_ms }).await
    }

    /// All recordings of a call.
    pub async fn call_recordings(&self, call: CallId) -> Result<Vec<RecordingRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM recordings WHERE call = ?1 ORDER BY id").bind(call.to_string());
        RecordingRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// The recording of a call: the first, if there are several.
    pub async fn call_recording(&self, call: CallId) -> Result<Option<RecordingRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM recordings WHERE call = ?1 ORDER BY id LIMIT 1").bind(call.to_string());
        self.one(query).await
    }

    pub(super) async fn open_recordings(&self) -> Result<Vec<RecordingRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM recordings WHERE state = 'recording' ORDER BY id");
        RecordingRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Files a message under the contact of its call, and tells `voicemail.received`; where sound is silenced, it is
    /// held until [`release_voicemail`](Self::release_voicemail) and told of then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call.
    pub async fn add_voicemail(&self, voicemail: NewVoicemail) -> Result<VoicemailRecord, StoreError> {
        self.write(AddVoicemail { new: voicemail, held: self.scrubber().sound() }).await
    }

    /// A message that was held can be heard: tells `voicemail.received`. `false`: it was not held, or is gone.
    pub async fn release_voicemail(&self, id: VoicemailId, now_ms: i64) -> Result<bool, StoreError> {
        self.write(ReleaseVoicemail { id, now_ms }).await
    }

    /// One voicemail.
    pub async fn voicemail(&self, id: VoicemailId) -> Result<Option<VoicemailRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM voicemails WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// Voicemails, newest first.
    pub async fn voicemails(
        &self,
        filter: &VoicemailFilter,
        page: &PageRequest,
    ) -> Result<Page<VoicemailRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM voicemails WHERE 1");
        list.only("mailbox =", filter.mailbox.as_deref());
        list.only_id("contact =", filter.contact);
        list.only_id("call =", filter.call);
        if let Some(heard) = filter.heard {
            list.sql(if heard { " AND heard_ms IS NOT NULL" } else { " AND heard_ms IS NULL" });
        }
        list.page(self, page, "id", |voicemail: &VoicemailRecord| voicemail.id).await
    }

    /// Marks a voicemail as heard (the first time stays), or as not heard with `None`, and gives it back.
    pub async fn mark_voicemail(&self, id: VoicemailId, heard_ms: Option<i64>) -> Result<VoicemailRecord, StoreError> {
        self.write(MarkVoicemail { id, heard_ms }).await
    }

    /// Removes a voicemail from the books and gives it back, so that its file can be removed after it.
    pub async fn delete_voicemail(&self, id: VoicemailId) -> Result<Option<VoicemailRecord>, StoreError> {
        self.write(DeleteVoicemail { id }).await
    }
}

struct BeginRecording(NewRecording);

impl Write for BeginRecording {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO recordings (id, call, path, state, started_ms) \
             SELECT ?1, id, ?3, 'recording', ?4 FROM calls WHERE id = ?2",
        )
        .bind(self.0.id.to_string())
        .bind(self.0.call.to_string())
        .bind(&self.0.path)
        .bind(self.0.started_ms)
        .execute(&mut tx.conn)
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("call")) } else { Ok(()) }
    }
}

struct SetOffset {
    recording: RecordingId,
    offset_ms: i64,
}

impl Write for SetOffset {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE recordings SET offset_ms = ?2 WHERE id = ?1");
        let query = query.bind(self.recording.to_string()).bind(self.offset_ms);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct EndRecording {
    end: RecordingEnd,
    /// It is to be silenced in places first.
    held: bool,
}

impl Write for EndRecording {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        const SQL: Told = told!(
            "UPDATE recordings SET state = ?6, bytes = ?7, duration_ms = ?8 WHERE id = ?1 AND state = 'recording'",
            recording_event!(),
        );
        let end = &self.end;
        if self.held && end.state != RecordingState::Failed {
            return hold(tx, end).await;
        }
        let kind = if end.state == RecordingState::Failed { RECORDING_FAILED } else { RECORDING_READY };
        let done = Telling::new(tx, kind, end.at_ms)
            .query(SQL, end.id.to_string())
            .bind(end.state.as_str())
            .bind(end.bytes as i64)
            .bind(end.duration_ms as i64)
            .execute(&mut tx.conn)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

/// The recording is whole, and waits for what is left to do after its call.
async fn hold(tx: &mut Tx, end: &RecordingEnd) -> Result<bool, StoreError> {
    let state = if end.state == RecordingState::Cut { RecordingState::HeldCut } else { RecordingState::Held };
    let row = sqlx::query(
        "UPDATE recordings SET state = ?4, bytes = ?2, duration_ms = ?3 \
         WHERE id = ?1 AND state = 'recording' RETURNING call",
    )
    .bind(end.id.to_string())
    .bind(end.bytes as i64)
    .bind(end.duration_ms as i64)
    .bind(state.as_str())
    .fetch_optional(&mut tx.conn)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let call: CallId = Reader { row: &row, table: RecordingRecord::TABLE }.parse("call")?;
    // It came later than what was left to do.
    job::reopen(tx, call, end.at_ms).await?;
    Ok(true)
}

struct ReleaseRecording {
    id: RecordingId,
    now_ms: i64,
}

impl Write for ReleaseRecording {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        const SQL: Told = told!(
            "UPDATE recordings SET state = iif(state = 'held', 'ready', 'cut') WHERE id = ?1 \
             AND state IN ('held', 'held_cut')",
            recording_event!(),
        );
        let query = Telling::new(tx, RECORDING_READY, self.now_ms).query(SQL, self.id.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct AddVoicemail {
    new: NewVoicemail,
    /// It is to be silenced in places first.
    held: bool,
}

/// Files the message `?1`. The event's `?2` to `?5` come before its own.
macro_rules! file_voicemail {
    () => {
        "INSERT INTO voicemails (id, mailbox, contact, call, path, bytes, duration_ms, created_ms, offset_ms, held) \
         SELECT ?1, ?6, contact, id, ?8, ?9, ?10, ?4, ?11, ?12 FROM calls WHERE id = ?7"
    };
}

impl Write for AddVoicemail {
    type Output = VoicemailRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<VoicemailRecord, StoreError> {
        const TOLD: Told = told!(file_voicemail!(), voicemail_event!());
        const HELD: Told = Told::new(file_voicemail!(), file_voicemail!());
        let Self { new, held } = self;
        let done = Telling::new(tx, VOICEMAIL_RECEIVED, new.created_ms)
            .query(if *held { HELD } else { TOLD }, new.id.to_string())
            .bind(new.mailbox.clone())
            .bind(new.call.to_string())
            .bind(new.path.clone())
            .bind(new.bytes as i64)
            .bind(new.duration_ms as i64)
            .bind(new.offset_ms)
            .bind(*held)
            .execute(&mut tx.conn)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("call"));
        }
        if *held {
            // It came later than what was left to do.
            job::reopen(tx, new.call, new.created_ms).await?;
        }
        let query = sqlx::query("SELECT * FROM voicemails WHERE id = ?1").bind(new.id.to_string());
        VoicemailRecord::from_row(&query.fetch_one(&mut tx.conn).await?)
    }
}

struct ReleaseVoicemail {
    id: VoicemailId,
    now_ms: i64,
}

impl Write for ReleaseVoicemail {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        const SQL: Told = told!("UPDATE voicemails SET held = 0 WHERE id = ?1 AND held = 1", voicemail_event!());
        let query = Telling::new(tx, VOICEMAIL_RECEIVED, self.now_ms).query(SQL, self.id.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct MarkVoicemail {
    id: VoicemailId,
    heard_ms: Option<i64>,
}

impl Write for MarkVoicemail {
    type Output = VoicemailRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<VoicemailRecord, StoreError> {
        let row = sqlx::query(
            "UPDATE voicemails SET heard_ms = CASE WHEN ?2 IS NULL THEN NULL ELSE coalesce(heard_ms, ?2) END \
             WHERE id = ?1 RETURNING *",
        )
        .bind(self.id.to_string())
        .bind(self.heard_ms)
        .fetch_optional(&mut tx.conn)
        .await?;
        row.as_ref().map_or(Err(StoreError::NotFound("voicemail")), VoicemailRecord::from_row)
    }
}

struct DeleteVoicemail {
    id: VoicemailId,
}

impl Write for DeleteVoicemail {
    type Output = Option<VoicemailRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Option<VoicemailRecord>, StoreError> {
        let query = sqlx::query("DELETE FROM voicemails WHERE id = ?1 RETURNING *").bind(self.id.to_string());
        query.fetch_optional(&mut tx.conn).await?.as_ref().map(VoicemailRecord::from_row).transpose()
    }
}

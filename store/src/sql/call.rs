//! Calls.

use call_model::{CallId, Direction, HangupCause, HangupParty};
use rusqlite::ToSql;
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use super::event::{Telling, Told, call_event, tell_by_hand, told};
use super::row::{Reader, Record, json, word};
use super::spoken_consent;
use super::transcript;
use super::{campaign_attempt, contact};
use crate::hand::Hand;
use crate::record::event_type::{CALL_ANSWERED, CALL_ENDED, CALL_RINGING};
use crate::record::{AnswerCall, BegunCall, CallRecord, CallState, EndCall, Idempotency, Interrupted, NewCall};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

const SELECT: &str = "SELECT calls.*, \
    (SELECT recordings.id FROM recordings WHERE recordings.call = calls.id ORDER BY recordings.id LIMIT 1) AS recording \
    FROM calls ";

/// How long an idempotency key is remembered, ms.
const IDEMPOTENCY_MS: i64 = 24 * 3_600_000;

impl Record for CallRecord {
    const TABLE: &'static str = "calls";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            direction: row.word("direction")?,
            from: row.maybe_text("from_address")?,
            to: row.maybe_text("to_address")?,
            number: row.text("number")?,
            trunk: row.maybe_text("trunk")?,
            member: row.maybe_text("member")?,
            contact: row.maybe_parse("contact")?,
            flow: row.maybe_text("flow")?,
            flow_version: row.maybe_unsigned("flow_version")?,
            agent: row.maybe_text("agent")?,
            agent_version: row.maybe_unsigned("agent_version")?,
            language: row.text("language")?,
            state: row.word("state")?,
            started_ms: row.int("started_ms")?,
            answered_ms: row.maybe_int("answered_ms")?,
            ended_ms: row.maybe_int("ended_ms")?,
            cause: row.maybe_word("cause")?,
            hung_up_by: row.maybe_word("hung_up_by")?,
            origin: row.json("origin")?,
            answered_by: row.maybe_json("answered_how")?,
            variables: row.json("variables")?,
            remembered: row.json("remembered")?,
            legs: row.json("legs")?,
            recording: row.maybe_parse("recording")?,
            transcript: row.maybe_word("transcript")?,
        })
    }
}

impl Store {
    /// Writes a call down before it rings: finds or makes its contact, and tells `call.ringing`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is a call with this id.
    pub async fn begin_call(&self, call: NewCall) -> Result<BegunCall, StoreError> {
        self.write(Begin(call)).await
    }

    /// Writes down that a call was answered, and tells `call.answered`. `false`: it was not ringing any more.
    pub async fn answer_call(&self, answer: AnswerCall) -> Result<bool, StoreError> {
        self.write(Answer(answer)).await
    }

    /// Closes a call, and tells `call.ended`. `false`: it was closed before, or never begun.
    pub async fn end_call(&self, end: EndCall) -> Result<bool, StoreError> {
        self.write(End(end)).await
    }

    /// Keeps a value on a call, open or closed. A yes or no under `consent`, or `consent_` and a purpose, is written down
    /// as a consent too, with the call as its evidence.
    pub async fn remember(&self, call: CallId, key: &str, mut value: Value) -> Result<(), StoreError> {
        self.scrubber().clean_value(&mut value);
        let now_ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |at| at.as_millis());
        self.write(Remember { call, key: key.to_owned(), value, now_ms: now_ms as i64 }).await
    }

    /// Closes every call that an earlier run of the program left open, with the cause `interrupted` and at `now_ms`,
    /// tells `call.ended` for each and `transcript.ready` for those of which something is written down, and says which
    /// recordings are to be put right.
    pub async fn close_interrupted(&self, now_ms: i64) -> Result<Interrupted, StoreError> {
        let calls = self.write(CloseOpen { now_ms, held: self.scrubber().get().is_some() }).await?;
        Ok(Interrupted { calls, recordings: self.open_recordings().await? })
    }

    /// Erases a call that is over: its legs, lines, turns, recordings, voicemails, and the events that tell of it with
    /// their deliveries. Gives the files (inside the folder of recordings) that are to be removed after it; `None` when
    /// there is no such call. Its contact stays.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] while the call is going on.
    pub async fn erase_call(&self, id: CallId) -> Result<Option<Vec<String>>, StoreError> {
        self.write(Erase { id }).await
    }

    /// One call.
    pub async fn call(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("{SELECT}WHERE calls.id = ?1"))).bind(id.to_string());
        self.one(query).await
    }

    /// Lets an idempotency key of one owner (an API key) stand for a call that is about to be placed, for a day.
    /// `request`: a hash of the request.
    pub async fn reserve_key(
        &self,
        owner: &str,
        key: &str,
        request: [u8; 32],
        call: CallId,
        now_ms: i64,
    ) -> Result<Idempotency, StoreError> {
        self.write(Reserve { owner: owner.to_owned(), key: key.to_owned(), request, call, now_ms }).await
    }

    /// Forgets an idempotency key whose call could not be placed.
    pub async fn release_key(&self, owner: &str, key: &str) -> Result<(), StoreError> {
        self.write(Release { owner: owner.to_owned(), key: key.to_owned() }).await
    }
}

struct Begin(NewCall);

impl Begin {
    fn begin(&self, hand: &mut Hand<'_>) -> Result<BegunCall, StoreError> {
        const SQL: Told = told!(
            "INSERT INTO calls (id, direction, from_address, to_address, number, trunk, member, contact, flow, \
             flow_version, language, state, started_ms, variables, webhook, agent, agent_version, origin) \
             VALUES (?1, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 'ringing', ?16, ?17, ?18, ?19, ?20, ?21) \
             ON CONFLICT (id) DO NOTHING",
            call_event!(),
        );
        let call = &self.0;
        let other = match (call.direction, &call.member) {
            (Direction::Inbound, None) => Some(&call.from),
            (Direction::Inbound, Some(_)) => None,
            (Direction::Outbound, _) => Some(&call.to),
        };
        let found = match other {
            Some(address) => contact::find_or_make(hand, address, call.started_ms)?,
            None => None,
        };
        let own: [&dyn ToSql; 16] = [
            &word(&call.direction),
            &call.from.as_str(),
            &call.to.as_str(),
            &call.number,
            &call.trunk,
            &call.member,
            &found.as_ref().map(|(contact, _)| contact.id.to_string()),
            &call.flow,
            &call.flow_version,
            &call.language,
            &call.started_ms,
            &json(&call.variables),
            &call.webhook.map(|id| id.to_string()),
            &call.agent,
            &call.agent_version,
            &json(&call.origin),
        ];
        let id = call.id.to_string();
        if tell_by_hand(hand, (CALL_RINGING, call.started_ms), SQL, &id, &own)? == 0 {
            return Err(StoreError::Conflict("there is a call with this id already"));
        }
        let new_contact = found.as_ref().is_some_and(|(_, made)| *made);
        Ok(BegunCall { contact: found.map(|(contact, _)| contact), new_contact })
    }
}

impl Write for Begin {
    type Output = BegunCall;
    const QUICK: bool = true;

    fn at_once(&self, hand: &mut Hand<'_>) -> Option<Result<BegunCall, StoreError>> {
        Some(self.begin(hand))
    }

    async fn apply(&self, tx: &mut Tx) -> Result<BegunCall, StoreError> {
        self.begin(&mut tx.hand().await?)
    }
}

struct Answer(AnswerCall);

impl Answer {
    fn answer(&self, hand: &mut Hand<'_>) -> Result<bool, StoreError> {
        const SQL: Told = told!(
            "UPDATE calls SET state = 'active', answered_ms = ?4 WHERE id = ?1 AND state = 'ringing'",
            call_event!(),
        );
        Ok(tell_by_hand(hand, (CALL_ANSWERED, self.0.at_ms), SQL, &self.0.id.to_string(), &[])? > 0)
    }
}

impl Write for Answer {
    type Output = bool;
    const QUICK: bool = true;

    fn at_once(&self, hand: &mut Hand<'_>) -> Option<Result<bool, StoreError>> {
        Some(self.answer(hand))
    }

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        self.answer(&mut tx.hand().await?)
    }
}

struct End(EndCall);

impl End {
    fn end(&self, hand: &mut Hand<'_>) -> Result<bool, StoreError> {
        const SQL: Told = told!(
            "UPDATE calls SET state = 'ended', ended_ms = ?4, cause = ?6, hung_up_by = ?7, legs = ?8, \
             language = coalesce(?9, language) WHERE id = ?1 AND state <> 'ended'",
            call_event!(),
        );
        let end = &self.0;
        let own: [&dyn ToSql; 4] = [&word(&end.cause), &word(&end.by), &json(&end.legs), &end.language];
        *hand.job_due = true;
        Ok(tell_by_hand(hand, (CALL_ENDED, end.at_ms), SQL, &end.id.to_string(), &own)? > 0)
    }

    fn attempt(&self, hand: &mut Hand<'_>) -> Result<Option<()>, StoreError> {
        const SQL: &str = "SELECT 1 FROM campaign_attempts WHERE call = ?1 AND ended_ms IS NULL";
        hand.row(SQL, &[&self.0.id.to_string()], |_| Ok(()))
    }
}

impl Write for End {
    type Output = bool;
    const QUICK: bool = true;

    /// Not where a campaign's attempt ends with it.
    fn at_once(&self, hand: &mut Hand<'_>) -> Option<Result<bool, StoreError>> {
        match self.attempt(hand) {
            Ok(None) => Some(self.end(hand)),
            Ok(Some(())) => None,
            Err(error) => Some(Err(error)),
        }
    }

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let ended = self.end(&mut tx.hand().await?)?;
        if ended {
            campaign_attempt::call_ended(tx, self.0.id, self.0.at_ms).await?;
        }
        Ok(ended)
    }
}

struct Remember {
    call: CallId,
    key: String,
    value: Value,
    now_ms: i64,
}

impl Write for Remember {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("SELECT remembered FROM calls WHERE id = ?1").bind(self.call.to_string());
        let row = query.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("call"))?;
        let mut remembered: Map<String, Value> = Reader { row: &row, table: CallRecord::TABLE }.json("remembered")?;
        remembered.insert(self.key.clone(), self.value.clone());
        sqlx::query("UPDATE calls SET remembered = ?2 WHERE id = ?1")
            .bind(self.call.to_string())
            .bind(json(&remembered))
            .execute(&mut tx.conn)
            .await?;
        spoken_consent::take(tx, self.call, &self.key, &self.value, self.now_ms).await
    }
}

struct CloseOpen {
    now_ms: i64,
    held: bool,
}

impl Write for CloseOpen {
    type Output = Vec<CallId>;

    async fn apply(&self, tx: &mut Tx) -> Result<Vec<CallId>, StoreError> {
        const SQL: Told = told!(
            "UPDATE calls SET state = 'ended', ended_ms = ?4, cause = ?6, hung_up_by = ?7 WHERE id = ?1",
            call_event!(),
        );
        let open = sqlx::query("SELECT id FROM calls WHERE state <> 'ended' ORDER BY id");
        let mut closed = Vec::new();
        for row in &open.fetch_all(&mut tx.conn).await? {
            let call: CallId = Reader { row, table: CallRecord::TABLE }.parse("id")?;
            Telling::new(tx, CALL_ENDED, self.now_ms)
                .query(SQL, call.to_string())
                .bind(word(&HangupCause::Interrupted))
                .bind(word(&HangupParty::System))
                .execute(&mut tx.conn)
                .await?;
            campaign_attempt::call_ended(tx, call, self.now_ms).await?;
            closed.push(call);
        }
        for call in transcript::left_open(tx).await? {
            transcript::complete(tx, call, self.held, self.now_ms).await?;
        }
        Ok(closed)
    }
}

struct Erase {
    id: CallId,
}

impl Write for Erase {
    type Output = Option<Vec<String>>;

    async fn apply(&self, tx: &mut Tx) -> Result<Option<Vec<String>>, StoreError> {
        let id = self.id.to_string();
        let call = sqlx::query("SELECT state FROM calls WHERE id = ?1").bind(&id);
        let Some(row) = call.fetch_optional(&mut tx.conn).await? else { return Ok(None) };
        let state: CallState = Reader { row: &row, table: CallRecord::TABLE }.word("state")?;
        if state != CallState::Ended {
            return Err(StoreError::Conflict("this call is going on: end it first"));
        }
        let files = sqlx::query(
            "SELECT path FROM recordings WHERE call = ?1 UNION ALL SELECT path FROM voicemails WHERE call = ?1",
        );
        let rows = files.bind(&id).fetch_all(&mut tx.conn).await?;
        let files =
            rows.iter().map(|row| Reader { row, table: "recordings" }.text("path")).collect::<Result<_, _>>()?;
        // Events name their call without a reference, so that they can outlive what they tell of: these shall not.
        sqlx::query("DELETE FROM events WHERE call = ?1").bind(&id).execute(&mut tx.conn).await?;
        sqlx::query("DELETE FROM idempotency WHERE call = ?1").bind(&id).execute(&mut tx.conn).await?;
        // What its tools gave back is kept under keys that begin with its id.
        let results = sqlx::query("DELETE FROM tool_results WHERE key > ?1 AND key < ?1 || '~'").bind(&id);
        results.execute(&mut tx.conn).await?;
        // Lines, turns, recordings and voicemails go with it.
        sqlx::query("DELETE FROM calls WHERE id = ?1").bind(&id).execute(&mut tx.conn).await?;
        Ok(Some(files))
    }
}

struct Reserve {
    owner: String,
    key: String,
    request: [u8; 32],
    call: CallId,
    now_ms: i64,
}

impl Write for Reserve {
    type Output = Idempotency;

    async fn apply(&self, tx: &mut Tx) -> Result<Idempotency, StoreError> {
        sqlx::query("DELETE FROM idempotency WHERE created_ms < ?1")
            .bind(self.now_ms - IDEMPOTENCY_MS)
            .execute(&mut tx.conn)
            .await?;
        let known = sqlx::query("SELECT request, call FROM idempotency WHERE owner = ?1 AND key = ?2")
            .bind(&self.owner)
            .bind(&self.key)
            .fetch_optional(&mut tx.conn)
            .await?;
        if let Some(row) = &known {
            let row = Reader { row, table: "idempotency" };
            let same_request = row.blob("request")? == self.request;
            return Ok(Idempotency::Known { call: row.parse("call")?, same_request });
        }
        sqlx::query("INSERT INTO idempotency (owner, key, request, call, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(&self.owner)
            .bind(&self.key)
            .bind(self.request.to_vec())
            .bind(self.call.to_string())
            .bind(self.now_ms)
            .execute(&mut tx.conn)
            .await?;
        Ok(Idempotency::Reserved)
    }
}

struct Release {
    owner: String,
    key: String,
}

impl Write for Release {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM idempotency WHERE owner = ?1 AND key = ?2")
            .bind(&self.owner)
            .bind(&self.key)
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }
}

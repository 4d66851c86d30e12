//! Attempts of campaigns: in the books before anything is dialled, and ended once, with their calls.

use call_model::{CallId, HangupCause, HangupParty};
use serde_json::{Map, Value, json as object};

use super::event::tell;
use super::list::List;
use super::row::{Reader, Record, json, word};
use crate::record::event_type::ATTEMPT_FINISHED;
use crate::record::{AttemptEnd, AttemptOutcome, AttemptSums, CampaignAttempt, LegRecord, NewAttempt, NewEvent};
use crate::writer::{Tx, Write};
use crate::{Cursor, Page, PageRequest, Store, StoreError};

/// Under which of these keys an app keeps what came of a call, the first that is there counts.
const DISPOSITION: [&str; 2] = ["result", "outcome"];

/// Under which key an app keeps when to call back, ms since the Unix epoch.
const CALL_BACK: &str = "call_back_ms";

/// Under which key a call keeps that nobody took whom it had reached.
pub const UNATTENDED: &str = "unattended";

/// The longest disposition that is kept, characters.
const MAX_DISPOSITION: usize = 64;

impl Record for CampaignAttempt {
    const TABLE: &'static str = "campaign_attempts";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            row: row.int("row")?,
            contact: row.int("contact")?,
            attempt: row.unsigned("attempt")?,
            round: row.unsigned("round")?,
            number: row.text("number")?,
            number_index: row.unsigned("number_index")?,
            variant: row.maybe_text("variant")?,
            verdict: row.text("verdict")?,
            reason: row.maybe_text("reason")?,
            call: row.maybe_parse("call")?,
            trunk: row.maybe_text("trunk")?,
            shown: row.maybe_text("shown")?,
            planned_ms: row.int("planned_ms")?,
            dialled_ms: row.maybe_int("dialled_ms")?,
            answered_ms: row.maybe_int("answered_ms")?,
            ended_ms: row.maybe_int("ended_ms")?,
            outcome: row.maybe_word("outcome")?,
            disposition: row.maybe_text("disposition")?,
            answered_by: row.maybe_text("answered_by")?,
            cause: row.maybe_word("cause")?,
            status: row.maybe_unsigned("status")?,
            cost: row.maybe_unsigned("cost")?,
            later_ms: row.maybe_int("later_ms")?,
        })
    }
}

impl Record for AttemptSums {
    const TABLE: &'static str = "campaign_attempts";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            attempts: row.unsigned("attempts")?,
            dialled: row.unsigned("dialled")?,
            answered: row.unsigned("answered")?,
            open: row.unsigned("open")?,
            talked_ms: row.unsigned("talked_ms")?,
            cost: row.unsigned("cost")?,
        })
    }
}

impl Store {
    /// Writes attempts down, all in one write, before anything is dialled: only for contacts whose time has come, in
    /// campaigns that run. Says for each whether it may be dialled.
    pub async fn begin_attempts(&self, attempts: Vec<NewAttempt>) -> Result<Vec<bool>, StoreError> {
        self.write(Begin(attempts)).await
    }

    /// Ends an attempt of which no call is in the books. `false`: it was ended before, or its call goes on and will
    /// end it.
    pub async fn end_attempt(&self, end: AttemptEnd) -> Result<bool, StoreError> {
        self.write(end).await
    }

    /// Ends, as `interrupted` or `withdrawn`, every attempt that an earlier run of the program left open and whose call
    /// is over or was never begun; gives how many. After [`Store::close_interrupted`], before anything is dialled.
    /// `planned_before`: only those, ms since the Unix epoch.
    pub async fn close_attempts(&self, planned_before: i64, now_ms: i64) -> Result<u64, StoreError> {
        self.write(CloseOpen { planned_before, now_ms }).await
    }

    /// It is understood after a call of a campaign has ended that they said no in it: that is what came of the attempt,
    /// and of the contact. `false`: no campaign made this call, or it goes on.
    pub async fn opted_out_late(&self, call: CallId, now_ms: i64) -> Result<bool, StoreError> {
        self.write(OptedOutLate { call, now_ms }).await
    }

    /// The attempts at a contact, in their order.
    pub async fn attempts_at(&self, contact: i64) -> Result<Vec<CampaignAttempt>, StoreError> {
        let query = sqlx::query("SELECT * FROM campaign_attempts WHERE contact = ?1 ORDER BY attempt").bind(contact);
        CampaignAttempt::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// The attempts at these contacts, contact by contact, each in their order.
    pub async fn attempts_of(&self, contacts: &[i64]) -> Result<Vec<CampaignAttempt>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM campaign_attempts WHERE contact IN (SELECT value FROM json_each(?1)) \
             ORDER BY contact, attempt",
        );
        CampaignAttempt::from_rows(&query.bind(json(&contacts)).fetch_all(self.readers()).await?)
    }

    /// For whom a call of a campaign is: the numbers of the campaign and of the contact in the books. `None`: no campaign
    /// made it.
    pub async fn contact_of_call(&self, call: CallId) -> Result<Option<(i64, i64)>, StoreError> {
        let query = sqlx::query("SELECT campaign, contact FROM campaign_attempts WHERE call = ?1");
        let Some(row) = query.bind(call.to_string()).fetch_optional(self.readers()).await? else { return Ok(None) };
        let row = Reader { row: &row, table: CampaignAttempt::TABLE };
        Ok(Some((row.int("campaign")?, row.int("contact")?)))
    }

    /// The attempts of a campaign in their order, a page at a time.
    pub async fn campaign_attempts(
        &self,
        campaign: i64,
        page: &PageRequest,
    ) -> Result<Page<CampaignAttempt>, StoreError> {
        let mut list = List::of("SELECT * FROM campaign_attempts WHERE 1");
        list.only("campaign =", Some(campaign));
        list.only("row >", page.cursor.as_ref().and_then(Cursor::row));
        let limit = page.clamped();
        let mut data: Vec<CampaignAttempt> = list.first(self, "row", limit + 1).await?;
        let more = data.len() > limit as usize;
        data.truncate(limit as usize);
        let next = data.last().filter(|_| more).map(|last| Cursor::of_row(last.row));
        Ok(Page { data, next })
    }

    /// The attempts of a campaign that ended since then (ms since the Unix epoch), the last ones, in the order in which
    /// they ended.
    pub async fn attempts_since(
        &self,
        campaign: i64,
        since_ms: i64,
        most: u32,
    ) -> Result<Vec<CampaignAttempt>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM (SELECT * FROM campaign_attempts WHERE campaign = ?1 AND ended_ms >= ?2 \
             ORDER BY row DESC LIMIT ?3) ORDER BY ended_ms",
        );
        CampaignAttempt::from_rows(&query.bind(campaign).bind(since_ms).bind(most).fetch_all(self.readers()).await?)
    }

    /// What the attempts of a campaign were, by variant (`None` where there are none).
    pub async fn attempt_sums(&self, campaign: i64) -> Result<Vec<(Option<String>, AttemptSums)>, StoreError> {
        let query = sqlx::query(
            "SELECT variant, count(*) AS attempts, count(dialled_ms) AS dialled, count(answered_ms) AS answered, \
             sum(ended_ms IS NULL) AS open, \
             coalesce(sum(CASE WHEN answered_ms IS NOT NULL AND ended_ms IS NOT NULL THEN ended_ms - answered_ms END), 0) \
             AS talked_ms, coalesce(sum(cost), 0) AS cost \
             FROM campaign_attempts WHERE campaign = ?1 GROUP BY variant ORDER BY variant",
        );
        let rows = query.bind(campaign).fetch_all(self.readers()).await?;
        let read = |row| {
            let variant = Reader { row, table: AttemptSums::TABLE }.maybe_text("variant")?;
            Ok((variant, AttemptSums::from_row(row)?))
        };
        rows.iter().map(read).collect()
    }

    /// Resolves when an attempt has ended since the last time: ask for [`Store::ended_contacts`] then.
    pub async fn attempt_ended(&self) {
        self.attempts().notified().await;
    }
}

struct Begin(Vec<NewAttempt>);

impl Write for Begin {
    type Output = Vec<bool>;

    async fn apply(&self, tx: &mut Tx) -> Result<Vec<bool>, StoreError> {
        let mut begun = Vec::with_capacity(self.0.len());
        for attempt in &self.0 {
            begun.push(begin(tx, attempt).await?);
        }
        Ok(begun)
    }
}

async fn begin(tx: &mut Tx, attempt: &NewAttempt) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "UPDATE campaign_contacts SET state = 'calling', attempts = attempts + 1, variant = coalesce(?2, variant), \
         updated_ms = ?3 WHERE row = ?1 AND state = 'waiting' AND due_ms <= ?3 \
         AND (SELECT state FROM campaigns WHERE row = campaign_contacts.campaign) = 'running'",
    )
    .bind(attempt.contact)
    .bind(&attempt.variant)
    .bind(attempt.now_ms)
    .execute(&mut tx.conn)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO campaign_attempts (campaign, contact, attempt, number, number_index, variant, \
         message_for_machines, verdict, reason, call, trunk, shown, rate, planned_ms, round, unsure_is_machine) \
         SELECT campaign, row, attempts, ?2, ?3, variant, ?4, 'permitted', ?5, ?6, ?7, ?8, ?9, ?10, round, ?11 \
         FROM campaign_contacts WHERE row = ?1",
    )
    .bind(attempt.contact)
    .bind(&attempt.number)
    .bind(attempt.number_index)
    .bind(attempt.message_for_machines)
    .bind(&attempt.reason)
    .bind(attempt.call.to_string())
    .bind(&attempt.trunk)
    .bind(&attempt.shown)
    .bind(attempt.rate.and_then(|rate| i64::try_from(rate).ok()))
    .bind(attempt.now_ms)
    .bind(attempt.unsure_is_machine)
    .execute(&mut tx.conn)
    .await?;
    Ok(true)
}

impl Write for AttemptEnd {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let call = self.call.to_string();
        let going = sqlx::query("SELECT 1 FROM calls WHERE id = ?1 AND state <> 'ended'").bind(&call);
        if going.fetch_optional(&mut tx.conn).await?.is_some() {
            return Ok(false);
        }
        let Some(open) = open_attempt(tx, &call).await? else { return Ok(false) };
        let verdict = match (self.outcome, self.later_ms) {
            (AttemptOutcome::Refused, Some(_)) => "later",
            (AttemptOutcome::Refused, None) => "never",
            _ => "permitted",
        };
        let end = Ending {
            outcome: self.outcome,
            reason: Some(self.reason.clone()),
            verdict,
            later_ms: self.later_ms,
            ..Ending::at(self.now_ms)
        };
        finish(tx, &open, &end).await?;
        Ok(true)
    }
}

struct OptedOutLate {
    call: CallId,
    now_ms: i64,
}

impl Write for OptedOutLate {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let opted_out = AttemptOutcome::OptedOut.as_str();
        let attempt = sqlx::query("UPDATE campaign_attempts SET outcome = ?2 WHERE call = ?1 AND ended_ms IS NOT NULL");
        let done = attempt.bind(self.call.to_string()).bind(opted_out).execute(&mut tx.conn).await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        // Whose end was not looked at yet is judged by the attempt.
        sqlx::query(
            "UPDATE campaign_contacts SET state = 'done', outcome = ?2, reason = NULL, updated_ms = ?3 \
             WHERE row = (SELECT contact FROM campaign_attempts WHERE call = ?1) AND state IN ('waiting', 'done')",
        )
        .bind(self.call.to_string())
        .bind(opted_out)
        .bind(self.now_ms)
        .execute(&mut tx.conn)
        .await?;
        Ok(true)
    }
}

struct CloseOpen {
    planned_before: i64,
    now_ms: i64,
}

impl Write for CloseOpen {
    type Output = u64;

    async fn apply(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        let open = sqlx::query(
            "SELECT a.call AS call FROM campaign_attempts a LEFT JOIN calls c ON c.id = a.call \
             WHERE a.ended_ms IS NULL AND a.planned_ms < ?1 AND (c.id IS NULL OR c.state = 'ended')",
        );
        let rows = open.bind(self.planned_before).fetch_all(&mut tx.conn).await?;
        for row in &rows {
            let call = Reader { row, table: CampaignAttempt::TABLE }.text("call")?;
            let Some(open) = open_attempt(tx, &call).await? else { continue };
            // What is not in the books was not dialled: the call comes first there.
            let outcome =
                if open.dialled_ms.is_some() { AttemptOutcome::Interrupted } else { AttemptOutcome::Withdrawn };
            let reason = Some("interrupted".to_owned());
            finish(tx, &open, &Ending { outcome, reason, ..Ending::at(self.now_ms) }).await?;
        }
        Ok(rows.len() as u64)
    }
}

/// An attempt that goes on.
struct Open {
    row: i64,
    call: String,
    dialled_ms: Option<i64>,
    rate: Option<u64>,
    message_for_machines: bool,
    unsure_is_machine: bool,
}

async fn open_attempt(tx: &mut Tx, call: &str) -> Result<Option<Open>, StoreError> {
    let query = sqlx::query(
        "SELECT row, dialled_ms, rate, message_for_machines, unsure_is_machine FROM campaign_attempts \
         WHERE call = ?1 AND ended_ms IS NULL",
    );
    let Some(row) = query.bind(call).fetch_optional(&mut tx.conn).await? else { return Ok(None) };
    let row = Reader { row: &row, table: CampaignAttempt::TABLE };
    Ok(Some(Open {
        row: row.int("row")?,
        call: call.to_owned(),
        dialled_ms: row.maybe_int("dialled_ms")?,
        rate: row.maybe_unsigned("rate")?,
        message_for_machines: row.bool("message_for_machines")?,
        unsure_is_machine: row.bool("unsure_is_machine")?,
    }))
}

/// How an attempt ended.
struct Ending {
    outcome: AttemptOutcome,
    disposition: Option<String>,
    answered_by: Option<String>,
    answered_ms: Option<i64>,
    ended_ms: i64,
    cause: Option<HangupCause>,
    status: Option<u16>,
    reason: Option<String>,
    verdict: &'static str,
    later_ms: Option<i64>,
}

impl Ending {
    const fn at(ended_ms: i64) -> Self {
        Self {
            outcome: AttemptOutcome::Failed,
            disposition: None,
            answered_by: None,
            answered_ms: None,
            ended_ms,
            cause: None,
            status: None,
            reason: None,
            verdict: "permitted",
            later_ms: None,
        }
    }
}

/// Ends the attempt of a call that has just been ended, where there is one: in the transaction of its end.
pub(super) async fn call_ended(tx: &mut Tx, call: CallId, now_ms: i64) -> Result<(), StoreError> {
    let id = call.to_string();
    let Some(open) = open_attempt(tx, &id).await? else { return Ok(()) };
    let query = sqlx::query("SELECT * FROM calls WHERE id = ?1").bind(&id);
    let Some(row) = query.fetch_optional(&mut tx.conn).await? else { return Ok(()) };
    let row = Reader { row: &row, table: "calls" };
    let remembered: Map<String, Value> = row.json("remembered")?;
    let legs: Vec<LegRecord> = row.json("legs")?;
    let answered_by: Option<String> = row.maybe_text("answered_by").unwrap_or_default();
    let disposition = DISPOSITION.iter().find_map(|key| remembered.get(*key)).and_then(said);
    let cause: Option<HangupCause> = row.maybe_word("cause")?;
    let hung_up_by: Option<HangupParty> = row.maybe_word("hung_up_by")?;
    let (dropped, to) = (row.bool("dropped")?, row.maybe_text("to_address")?);
    let suppressed = sqlx::query("SELECT 1 FROM suppressions WHERE number = ?1 AND call = ?2").bind(to).bind(&id);
    let opted_out = suppressed.fetch_optional(&mut tx.conn).await?.is_some();
    let answered_ms = row.maybe_int("answered_ms")?;
    let seen = Seen {
        answered: answered_ms.is_some(),
        cause,
        by: answered_by.as_deref(),
        disposition: disposition.as_deref(),
        message_for_machines: open.message_for_machines,
        unsure_is_machine: open.unsure_is_machine,
        cut_short: hung_up_by == Some(HangupParty::Caller),
        call_back: remembered.contains_key(CALL_BACK),
        unattended: remembered.get(UNATTENDED) == Some(&Value::Bool(true)),
        opted_out,
        dropped,
    };
    let outcome = seen.outcome();
    if outcome == AttemptOutcome::Dropped && !dropped {
        // The next call keeps the pause after it.
        sqlx::query("UPDATE calls SET dropped = 1 WHERE id = ?1").bind(&id).execute(&mut tx.conn).await?;
    }
    let end = Ending {
        outcome,
        disposition,
        answered_by,
        answered_ms,
        ended_ms: row.maybe_int("ended_ms")?.unwrap_or(now_ms),
        cause,
        status: legs.iter().find_map(|leg| leg.status),
        reason: None,
        verdict: "permitted",
        later_ms: remembered.get(CALL_BACK).and_then(Value::as_i64),
    };
    finish(tx, &open, &end).await
}

/// A disposition, as a word.
fn said(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => return None,
        other => other.to_string(),
    };
    (!text.is_empty()).then(|| text.chars().take(MAX_DISPOSITION).collect())
}

/// What is seen of a call that ended.
#[derive(Clone, Copy, Default)]
struct Seen<'a> {
    answered: bool,
    cause: Option<HangupCause>,
    by: Option<&'a str>,
    disposition: Option<&'a str>,
    message_for_machines: bool,
    /// What cannot be told from a machine counts as one.
    unsure_is_machine: bool,
    /// The other side hung up: a message was not left whole.
    cut_short: bool,
    call_back: bool,
    /// Nobody took whom it had reached.
    unattended: bool,
    /// A suppression came of this call.
    opted_out: bool,
    /// Nobody of ours was there to talk.
    dropped: bool,
}

impl Seen<'_> {
    /// Nobody knows who answered, or nobody said a word, and that is to count as a machine.
    fn is_unsure_machine(&self, by: &str) -> bool {
        self.unsure_is_machine && self.disposition.is_none() && matches!(by, "silence" | "unsure")
    }

    fn outcome(&self) -> AttemptOutcome {
        if self.opted_out {
            return AttemptOutcome::OptedOut;
        }
        if self.dropped {
            return AttemptOutcome::Dropped;
        }
        // What the app says counts, however the call ended after it.
        match self.disposition {
            Some("opted_out") => return AttemptOutcome::OptedOut,
            // It was heard perhaps, but nobody said so.
            Some("not_acknowledged") => return AttemptOutcome::NoAnswer,
            Some("wrong_number" | "wrong_person") => return AttemptOutcome::WrongNumber,
            Some("call_back" | "callback") => return AttemptOutcome::CallBack,
            Some("dropped" | "abandoned") => return AttemptOutcome::Dropped,
            _ if self.call_back => return AttemptOutcome::CallBack,
            None if self.unattended => return AttemptOutcome::Dropped,
            _ => {}
        }
        if !self.answered {
            return match self.cause {
                Some(HangupCause::Busy) => AttemptOutcome::Busy,
                Some(HangupCause::NoAnswer) => AttemptOutcome::NoAnswer,
                // It rang, and we ended it: the program was stopped.
                Some(HangupCause::Interrupted | HangupCause::Cancelled) => AttemptOutcome::Interrupted,
                Some(HangupCause::Overload) => AttemptOutcome::Withdrawn,
                _ => AttemptOutcome::Failed,
            };
        }
        match self.by.map(|by| if self.is_unsure_machine(by) { "machine" } else { by }) {
            Some("machine")
                if self.message_for_machines && !self.cut_short && self.cause == Some(HangupCause::Normal) =>
            {
                AttemptOutcome::MessageLeft
            }
            Some("machine" | "fax" | "screening") => AttemptOutcome::Machine,
            Some("unobtainable") => AttemptOutcome::Failed,
            _ if self.disposition.is_some() => AttemptOutcome::Reached,
            _ => match self.cause {
                Some(HangupCause::Interrupted) => AttemptOutcome::Interrupted,
                Some(
                    HangupCause::InternalError
                    | HangupCause::NetworkFailure
                    | HangupCause::MediaTimeout
                    | HangupCause::Incompatible,
                ) => AttemptOutcome::Failed,
                _ => AttemptOutcome::Reached,
            },
        }
    }
}

/// What a call of this length costs: each minute that was begun.
fn cost(rate: u64, talked_ms: i64) -> u64 {
    u64::try_from(talked_ms).unwrap_or(0).div_ceil(60_000).max(1).saturating_mul(rate)
}

async fn finish(tx: &mut Tx, open: &Open, end: &Ending) -> Result<(), StoreError> {
    let cost = open.rate.zip(end.answered_ms).map(|(rate, answered)| cost(rate, end.ended_ms - answered));
    sqlx::query(
        "UPDATE campaign_attempts SET ended_ms = ?2, outcome = ?3, disposition = ?4, answered_by = ?5, \
         answered_ms = ?6, cause = ?7, status = ?8, reason = ?9, verdict = ?10, later_ms = ?11, cost = ?12 \
         WHERE row = ?1 AND ended_ms IS NULL",
    )
    .bind(open.row)
    .bind(end.ended_ms)
    .bind(end.outcome.as_str())
    .bind(&end.disposition)
    .bind(&end.answered_by)
    .bind(end.answered_ms)
    .bind(end.cause.as_ref().map(word))
    .bind(end.status)
    .bind(&end.reason)
    .bind(end.verdict)
    .bind(end.later_ms)
    .bind(cost.and_then(|cost| i64::try_from(cost).ok()))
    .execute(&mut tx.conn)
    .await?;
    sqlx::query(
        "UPDATE campaign_contacts SET state = 'ended', updated_ms = ?2 \
         WHERE row = (SELECT contact FROM campaign_attempts WHERE row = ?1) AND state = 'calling'",
    )
    .bind(open.row)
    .bind(end.ended_ms)
    .execute(&mut tx.conn)
    .await?;
    tx.attempt_ended = true;
    tell_finished(tx, open, end.ended_ms).await
}

/// Tells of an attempt that has ended.
async fn tell_finished(tx: &mut Tx, open: &Open, at_ms: i64) -> Result<(), StoreError> {
    let query = sqlx::query(
        "SELECT a.*, g.id AS campaign_id, g.name AS campaign_name, c.key AS contact_key FROM campaign_attempts a \
         JOIN campaigns g ON g.row = a.campaign JOIN campaign_contacts c ON c.row = a.contact WHERE a.row = ?1",
    );
    let row = query.bind(open.row).fetch_one(&mut tx.conn).await?;
    let attempt = CampaignAttempt::from_row(&row)?;
    let row = Reader { row: &row, table: CampaignAttempt::TABLE };
    let data = object!({
        "campaign": { "id": row.text("campaign_id")?, "name": row.text("campaign_name")? },
        "contact": { "id": attempt.contact, "key": row.text("contact_key")? },
        "attempt": attempt,
    });
    let Value::Object(data) = data else { return Ok(()) };
    // An attempt that was never dialled has no call that the event could be of.
    let call = attempt_call(tx, &open.call).await?;
    tell(tx, &NewEvent { kind: ATTEMPT_FINISHED.to_owned(), call, at_ms, data }).await?;
    Ok(())
}

async fn attempt_call(tx: &mut Tx, call: &str) -> Result<Option<CallId>, StoreError> {
    let known = sqlx::query("SELECT 1 FROM calls WHERE id = ?1").bind(call).fetch_optional(&mut tx.conn).await?;
    Ok(known.and_then(|_| call.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_app_says_counts_and_else_how_the_call_ended() {
        let unanswered = |cause| Seen { cause: Some(cause), ..Seen::default() }.outcome();
        assert_eq!(unanswered(HangupCause::Busy), AttemptOutcome::Busy);
        assert_eq!(unanswered(HangupCause::NoAnswer), AttemptOutcome::NoAnswer);
        assert_eq!(unanswered(HangupCause::Declined), AttemptOutcome::Failed);
        assert_eq!(unanswered(HangupCause::Interrupted), AttemptOutcome::Interrupted);
        assert_eq!(unanswered(HangupCause::Overload), AttemptOutcome::Withdrawn);

        let person = Seen { answered: true, cause: Some(HangupCause::Normal), by: Some("person"), ..Seen::default() };
        assert_eq!(person.outcome(), AttemptOutcome::Reached);
        let cut = Seen { cause: Some(HangupCause::Interrupted), ..person };
        assert_eq!(cut.outcome(), AttemptOutcome::Interrupted);
        assert_eq!(Seen { disposition: Some("confirmed"), ..cut }.outcome(), AttemptOutcome::Reached, "it was said");
        assert_eq!(Seen { disposition: Some("opted_out"), ..cut }.outcome(), AttemptOutcome::OptedOut);
        let alone = Seen { unattended: true, ..person };
        assert_eq!(alone.outcome(), AttemptOutcome::Dropped);
        assert_eq!(Seen { disposition: Some("confirmed"), ..alone }.outcome(), AttemptOutcome::Reached, "as it says");
        let machine = Seen { by: Some("machine"), ..person };
        assert_eq!(machine.outcome(), AttemptOutcome::Machine);
        let left = Seen { message_for_machines: true, ..machine };
        assert_eq!(left.outcome(), AttemptOutcome::MessageLeft);
        assert_eq!(Seen { cut_short: true, ..left }.outcome(), AttemptOutcome::Machine, "it hung up first");
        for by in ["silence", "unsure"] {
            let nobody = Seen { by: Some(by), ..person };
            assert_eq!(nobody.outcome(), AttemptOutcome::Reached, "it is taken for a person");
            let machine = Seen { unsure_is_machine: true, ..nobody };
            assert_eq!(machine.outcome(), AttemptOutcome::Machine);
            let left = Seen { message_for_machines: true, ..machine };
            assert_eq!(left.outcome(), AttemptOutcome::MessageLeft);
            assert_eq!(Seen { disposition: Some("confirmed"), ..machine }.outcome(), AttemptOutcome::Reached, "{by}");
        }
        assert_eq!(Seen { unsure_is_machine: true, ..person }.outcome(), AttemptOutcome::Reached, "that is known");
    }

    #[test]
    fn each_minute_that_was_begun_costs() {
        assert_eq!((cost(20, 0), cost(20, 60_000), cost(20, 60_001)), (20, 20, 40));
    }
}

//! Between the books and the planner.

use std::collections::BTreeMap;
use std::time::Duration;

use call_model::HangupCause;
use jiff::{SignedDuration, Timestamp};
use permission::{Attempt, Consent, Place, Purpose, Reason, Rules};
use serde_json::{Map, Value};
use store::{AttemptOutcome, CampaignAttempt, CampaignContactRecord, ConsentState, Judgement, Store, StoreError};

use crate::audience::Row;
use crate::{Candidate, CandidateId, Ending, Finished, Next, Outcome, Phone, Spec, Standing, Tried};

/// When somebody is called back who did not say when.
const CALL_BACK_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// A moment of the books.
pub fn moment(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

/// A contact of the books as a row of its table: what variables are filled in from.
pub fn row_of(contact: &CampaignContactRecord) -> Option<Row> {
    let text = |key: &str| contact.details.get(key).and_then(Value::as_str);
    let fields = contact.details.get("fields").and_then(Value::as_object);
    let fields: BTreeMap<String, String> = fields
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    Some(Row {
        line: contact.line.unwrap_or(0).into(),
        number: Phone::parse(&contact.number).ok()?,
        others: contact.other_numbers.iter().filter_map(|number| Phone::parse(number).ok()).collect(),
        name: text("name").map(str::to_owned),
        language: contact.language.clone(),
        time_zone: contact.zone.clone(),
        appointment: text("appointment").and_then(|at| at.parse().ok()),
        clock: text("clock").map(str::to_owned),
        fields,
    })
}

/// What the app of a call is told.
pub fn variables_of(spec: &Spec, variant: Option<u8>, row: &Row) -> Result<Map<String, Value>, crate::VariableError> {
    let own = variant.and_then(|index| spec.variants.get(usize::from(index))).map(|variant| variant.variables.clone());
    let filled = spec.variables.fill(&own.unwrap_or_default(), row)?;
    Ok(filled.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}

/// What the books say of a contact's number, for the planner.
pub(super) async fn standing_of(
    store: &Store,
    contact: &CampaignContactRecord,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Standing, StoreError> {
    let now_ms = now.as_millisecond();
    let found = store.standing(&contact.number, purpose.as_str(), now_ms).await?;
    let or = |own: &Option<String>, known: &Option<String>| own.clone().or_else(|| known.clone());
    let zone = or(&contact.zone, &found.time_zone);
    let country = or(&contact.country, &found.country);
    let region = or(&contact.region, &found.region);
    let place = Place::new(&contact.number, zone.as_deref(), country.as_deref(), region.as_deref())
        .unwrap_or_else(|_| Place::of_number(&contact.number));
    let consent = found.consent.as_ref().map_or(Consent::Unknown, |consent| {
        let taken_back = consent.withdrawn_ms.is_some_and(|at| at <= now_ms);
        match consent.state {
            _ if consent.holds(now_ms) => Consent::Given,
            ConsentState::Refused => Consent::Withdrawn,
            _ if taken_back => Consent::Withdrawn,
            _ => Consent::Unknown,
        }
    });
    let counts = |of: &Option<String>| purpose.counts(of.as_deref().and_then(|of| of.parse().ok()));
    let attempts = found.attempts.iter().filter(|attempt| !attempt.by_member && counts(&attempt.purpose));
    Ok(Standing {
        place,
        suppressed: found.suppressed.is_some(),
        do_not_call: !found.do_not_call.is_empty(),
        consent,
        attempts: attempts.map(|it| Attempt { at: moment(it.at_ms), dropped: it.dropped }).collect(),
    })
}

/// A contact for the planner; `None` when its number cannot be read any more.
pub(super) fn candidate_of(contact: &CampaignContactRecord, standing: Standing, tried: Tried) -> Option<Candidate> {
    let number = Phone::parse(&contact.number).ok()?;
    let id = CandidateId(u64::try_from(contact.row).ok()?);
    Some(Candidate {
        others: contact.other_numbers.iter().filter_map(|number| Phone::parse(number).ok()).collect(),
        due: (contact.due_ms > 0).then(|| moment(contact.due_ms)),
        expires: contact.expires_ms.map(moment),
        urgent: contact.urgent,
        tried,
        ..Candidate::new(id, number, standing)
    })
}

/// What was tried before, for the planner. Counts by class are those of the number that is next.
pub(super) fn tried_of(contact: &CampaignContactRecord, attempts: &[CampaignAttempt]) -> Tried {
    let mut tried = Tried { number: contact.next_number, ..Tried::default() };
    for attempt in attempts.iter().filter(|attempt| attempt.round == contact.round) {
        let Some(finished) = finished_of(attempt) else { continue };
        if !finished.outcome.is_attempt() {
            continue;
        }
        tried.attempts = tried.attempts.saturating_add(1);
        if attempt.number_index != contact.next_number {
            continue;
        }
        let class = match finished.outcome {
            Outcome::Busy => &mut tried.busy,
            Outcome::NoAnswer => &mut tried.no_answer,
            Outcome::Machine { .. } => &mut tried.machine,
            Outcome::Failed { .. } => &mut tried.failed,
            _ => continue,
        };
        *class = class.saturating_add(1);
    }
    tried
}

/// What came of an attempt, for the planner; `None` while it goes on.
pub(super) fn finished_of(attempt: &CampaignAttempt) -> Option<Finished> {
    let ended_ms = attempt.ended_ms?;
    let ms = |from: Option<i64>, to: Option<i64>| {
        let between = to?.checked_sub(from?)?;
        Some(Duration::from_millis(u64::try_from(between).ok()?))
    };
    let outcome = match attempt.outcome? {
        AttemptOutcome::Reached => Outcome::Reached,
        AttemptOutcome::CallBack => Outcome::CallBack {
            at: attempt
                .later_ms
                .map_or_else(|| moment(ended_ms).checked_add(CALL_BACK_AFTER).unwrap_or_default(), moment),
        },
        AttemptOutcome::OptedOut => Outcome::OptedOut,
        AttemptOutcome::WrongNumber => Outcome::WrongNumber,
        AttemptOutcome::Dropped => Outcome::Dropped,
        AttemptOutcome::Machine => Outcome::Machine { message_left: false },
        AttemptOutcome::MessageLeft => Outcome::Machine { message_left: true },
        AttemptOutcome::Busy => Outcome::Busy,
        AttemptOutcome::NoAnswer => Outcome::NoAnswer,
        AttemptOutcome::Failed => Outcome::Failed { sip: attempt.status },
        // It was dialled, and perhaps somebody heard it ring: it counts.
        AttemptOutcome::Interrupted => Outcome::Failed { sip: None },
        AttemptOutcome::Withdrawn => Outcome::Withdrawn,
        AttemptOutcome::Refused => Outcome::Refused {
            later: attempt.later_ms.map(moment),
            reason: reason_of(attempt.reason.as_deref().unwrap_or_default()),
        },
    };
    // A trunk that does not answer, and no answer of ours that went wrong.
    let trunks_fault = attempt.dialled_ms.is_some() && attempt.cause == Some(HangupCause::NetworkFailure);
    Some(Finished {
        ours: outcome == Outcome::Failed { sip: None } && !trunks_fault,
        outcome,
        answered_after: ms(attempt.dialled_ms, attempt.answered_ms),
        handled: ms(attempt.answered_ms, Some(ended_ms)).unwrap_or_default(),
    })
}

/// The reason of a code. What the planner does hangs on whether there is a later time, not on this.
fn reason_of(code: &str) -> Reason {
    [
        Reason::Suppressed,
        Reason::DoNotCall,
        Reason::ConsentWithdrawn,
        Reason::NoConsent,
        Reason::CampaignCap,
        Reason::UnknownZone,
        Reason::NoWindow,
        Reason::Window,
        Reason::ClosedDay,
        Reason::DayCap,
        Reason::WeekCap,
        Reason::MonthCap,
        Reason::PauseAfterDropped,
    ]
    .into_iter()
    .find(|reason| reason.code() == code)
    .unwrap_or(if code == "holiday" { Reason::Window } else { Reason::Suppressed })
}

/// What the books keep of what follows.
pub(super) fn judgement_of(next: &Next) -> Judgement {
    match next {
        Next::Again { at, number } => Judgement::Again { due_ms: at.as_millisecond(), number_index: *number },
        Next::Final(ending) => judgement_of_ending(ending),
    }
}

pub(super) fn judgement_of_ending(ending: &Ending) -> Judgement {
    let reason = match ending {
        Ending::Refused(reason) => Some(reason.code().to_owned()),
        Ending::Exhausted(_) => Some("exhausted".to_owned()),
        _ => None,
    };
    Judgement::Done { outcome: ending.code().to_owned(), reason }
}

/// What follows an attempt of which the planner knows nothing: one from before a restart, or of a campaign that does not
/// run any more. `tried`: what was tried before it.
pub(super) fn follow_alone(
    spec: &Spec,
    rules: &Rules,
    contact: &CampaignContactRecord,
    mut tried: Tried,
    finished: &Finished,
    now: Timestamp,
) -> Next {
    let numbers = 1 + contact.other_numbers.len().min(crate::OTHER_NUMBERS) as u8;
    let outcome = &finished.outcome;
    let step = spec.retries.follow(outcome, &mut tried, numbers);
    let again = match (outcome, step) {
        (Outcome::Reached, _) => return Next::Final(Ending::Reached),
        (Outcome::OptedOut, _) => return Next::Final(Ending::OptedOut),
        (Outcome::WrongNumber, _) => return Next::Final(Ending::WrongNumber),
        (Outcome::Machine { message_left: true }, crate::retry::Step::Stop) => return Next::Final(Ending::MessageLeft),
        (Outcome::Refused { later: None, reason }, _) => return Next::Final(Ending::Refused(*reason)),
        (Outcome::Refused { later: Some(at), .. } | Outcome::CallBack { at }, _) => Some(*at),
        (Outcome::Withdrawn, _) => Some(now),
        (Outcome::Dropped, _) if tried.attempts < spec.retries.attempts => Some(now),
        (_, crate::retry::Step::Again { after, .. }) => now.checked_add(after).ok(),
        _ => None,
    };
    let capped = rules.caps.campaign > 0 && u32::from(tried.attempts) >= rules.caps.campaign;
    match again {
        Some(at) if !(outcome.is_attempt() && capped) => Next::Again { at, number: tried.number },
        _ => Next::Final(Ending::Exhausted(outcome.code())),
    }
}

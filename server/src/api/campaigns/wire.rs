//! Campaigns on the wire.

use call_model::{CallId, CampaignId, HangupCause};
use serde::Serialize;
use serde_json::{Map, Value};
use store::{
    AttemptOutcome, CampaignAttempt, CampaignContactRecord, CampaignContactState, CampaignRecord, CampaignState,
};
use utoipa::ToSchema;

use super::super::wire::Time;

/// A campaign.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Campaign {
    /// Its id.
    #[schema(value_type = String, example = "camp_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: CampaignId,
    /// Its name.
    #[schema(example = "reminders")]
    name: String,
    /// The version that counts.
    version: u32,
    /// `draft`, `running`, `paused`, `stopped` or `done`.
    #[schema(value_type = String)]
    state: CampaignState,
    /// Why it is paused, where that was not asked for.
    reason: Option<String>,
    /// What was changed while it ran: `per_second`, `at_once`.
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
    /// The round that goes on or was the last, where the campaign recurs; else 0.
    round: u32,
    /// When it was made.
    created_at: Time,
    /// When it was changed.
    updated_at: Time,
    /// When it began to call.
    started_at: Option<Time>,
    /// When it was done or stopped.
    ended_at: Option<Time>,
    /// Its text; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    yaml: Option<String>,
}

impl Campaign {
    pub(super) fn listed(campaign: CampaignRecord) -> Self {
        Self { yaml: None, ..Self::whole(campaign) }
    }

    pub(super) fn whole(campaign: CampaignRecord) -> Self {
        Self {
            id: campaign.id,
            name: campaign.name,
            version: campaign.version,
            state: campaign.state,
            reason: campaign.reason,
            settings: campaign.settings,
            round: campaign.round,
            created_at: Time(campaign.created_ms),
            updated_at: Time(campaign.updated_ms),
            started_at: campaign.started_ms.map(Time),
            ended_at: campaign.ended_ms.map(Time),
            yaml: Some(campaign.yaml),
        }
    }
}

/// Somebody whom a campaign calls.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct CampaignContact {
    /// Its number in the books.
    id: i64,
    /// The number, E.164; empty once the person was erased.
    number: String,
    /// What tells two calls to one number apart.
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    /// Line of the file that it came from.
    line: Option<u32>,
    /// Other numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_numbers: Vec<String>,
    /// BCP 47 language.
    language: Option<String>,
    /// Time zone.
    time_zone: Option<String>,
    /// `name`, `appointment` and `fields`.
    #[schema(value_type = Object)]
    details: Map<String, Value>,
    /// Which variant they hear.
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<String>,
    /// `waiting`, `calling`, `ended` (what follows is about to be decided) or `done`.
    #[schema(value_type = String)]
    state: CampaignContactState,
    /// The earliest time of the next attempt, while it waits and that is known.
    due_at: Option<Time>,
    /// The outcome once it is done: `reached`, `message_left`, `opted_out`, `wrong_number`, `busy`, `no_answer`,
    /// `machine`, `failed`, `refused`, `expired`, `removed` ...
    outcome: Option<String>,
    /// What they said or pressed, in the word of the app, such as `confirmed`.
    disposition: Option<String>,
    /// Why, where a rule decided.
    reason: Option<String>,
    /// The round that all this is of, where the campaign recurs; else 0.
    round: u32,
    /// What was tried, the first first, in all rounds.
    attempts: Vec<Attempt>,
}

impl CampaignContact {
    pub(super) fn new(contact: CampaignContactRecord, attempts: Vec<CampaignAttempt>) -> Self {
        let waits = contact.state == CampaignContactState::Waiting && contact.due_ms > 0;
        Self {
            id: contact.row,
            number: contact.number,
            key: contact.key,
            line: contact.line,
            other_numbers: contact.other_numbers,
            language: contact.language,
            time_zone: contact.zone,
            details: contact.details,
            variant: contact.variant,
            state: contact.state,
            due_at: waits.then_some(Time(contact.due_ms)),
            outcome: contact.outcome,
            disposition: contact.disposition,
            reason: contact.reason,
            round: contact.round,
            attempts: attempts.into_iter().map(Attempt::from).collect(),
        }
    }
}

/// An attempt of a campaign.
#[allow(clippy::struct_field_names, reason = "its number is called so on the wire")]
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Attempt {
    /// 1 for the first.
    attempt: u32,
    /// In which round, where the campaign recurs; else 0.
    round: u32,
    /// The number that was dialled.
    number: String,
    /// `permitted`, `later` or `never`.
    verdict: String,
    /// Why it was not permitted or failed, as a code.
    reason: Option<String>,
    /// Its call; null where none was made.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// Name of the trunk.
    trunk: Option<String>,
    /// Our number that was shown.
    shown: Option<String>,
    /// When it was planned.
    planned_at: Time,
    /// When it was dialled.
    dialled_at: Option<Time>,
    /// When it was answered.
    answered_at: Option<Time>,
    /// When it ended; null while it goes on.
    ended_at: Option<Time>,
    /// What came of it.
    #[schema(value_type = Option<String>)]
    outcome: Option<AttemptOutcome>,
    /// What they said or pressed, in the word of the app.
    disposition: Option<String>,
    /// Who answered: `person`, `machine` ...
    answered_by: Option<String>,
    /// Why the call ended.
    #[schema(value_type = Option<String>)]
    cause: Option<HangupCause>,
    /// The SIP status that ended it.
    status: Option<u16>,
    /// What it cost, in millionths of the currency of the trunk's rates.
    cost: Option<u64>,
}

impl From<CampaignAttempt> for Attempt {
    fn from(attempt: CampaignAttempt) -> Self {
        Self {
            attempt: attempt.attempt,
            round: attempt.round,
            number: attempt.number,
            verdict: attempt.verdict,
            reason: attempt.reason,
            call: attempt.call.filter(|_| attempt.dialled_ms.is_some()),
            trunk: attempt.trunk,
            shown: attempt.shown,
            planned_at: Time(attempt.planned_ms),
            dialled_at: attempt.dialled_ms.map(Time),
            answered_at: attempt.answered_ms.map(Time),
            ended_at: attempt.ended_ms.map(Time),
            outcome: attempt.outcome,
            disposition: attempt.disposition,
            answered_by: attempt.answered_by,
            cause: attempt.cause,
            status: attempt.status,
            cost: attempt.cost,
        }
    }
}

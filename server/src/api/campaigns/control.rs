//! A campaign tried, started, paused, paced.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use call_model::CallId;
use campaigns::{CandidateId, Spec, When};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{CampaignContactFilter, CampaignContactRecord, CampaignRecord, CampaignState, CampaignStep, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::super::extract::{Body, Id, Params};
use super::super::now_ms;
use super::super::problem::{Kind, Problem};
use super::super::state::ApiState;
use super::super::wire::Time;
use super::heard::heard;
use super::segment::{self, AskedStory, Segment};
use super::wire::Campaign;
use super::{DryForecast, Spoken, desk, find, spec_of, time};

/// Lines of a dry run that are given where nothing is said.
const DRY_RUN_LINES: usize = 100;

/// The most lines of a dry run.
const MOST_LINES: usize = 10_000;

/// Starts a campaign: it calls from now on, as its rules and its schedule let it.
#[utoipa::path(post, path = "/v1/campaigns/{id}/start", tag = "campaigns", operation_id = "startCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    responses((status = 200, body = Campaign)))]
pub(in crate::api) async fn start(
    State(state): State<ApiState>,
    Id(id): Id<String>,
) -> Result<Json<Campaign>, Problem> {
    let campaign = find(&state, &id).await?;
    // What it names may have gone since it was written.
    segment::check(&state, &super::checked(&state, &campaign.yaml)?).await?;
    step(&state, &campaign, &[CampaignState::Draft, CampaignState::Paused], CampaignState::Running).await
}

/// Pauses a campaign: calls that go on end as they would, and no other is made.
#[utoipa::path(post, path = "/v1/campaigns/{id}/pause", tag = "campaigns", operation_id = "pauseCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    responses((status = 200, body = Campaign)))]
pub(in crate::api) async fn pause(
    State(state): State<ApiState>,
    Id(id): Id<String>,
) -> Result<Json<Campaign>, Problem> {
    let campaign = find(&state, &id).await?;
    step(&state, &campaign, &[CampaignState::Running], CampaignState::Paused).await
}

/// Goes on with a paused campaign.
#[utoipa::path(post, path = "/v1/campaigns/{id}/resume", tag = "campaigns", operation_id = "resumeCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    responses((status = 200, body = Campaign)))]
pub(in crate::api) async fn resume(
    State(state): State<ApiState>,
    Id(id): Id<String>,
) -> Result<Json<Campaign>, Problem> {
    let campaign = find(&state, &id).await?;
    segment::check(&state, &super::checked(&state, &campaign.yaml)?).await?;
    step(&state, &campaign, &[CampaignState::Paused], CampaignState::Running).await
}

/// Ends a campaign for good: calls that go on end as they would, and no other is made.
#[utoipa::path(post, path = "/v1/campaigns/{id}/stop", tag = "campaigns", operation_id = "stopCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    responses((status = 200, body = Campaign)))]
pub(in crate::api) async fn stop(State(state): State<ApiState>, Id(id): Id<String>) -> Result<Json<Campaign>, Problem> {
    let campaign = find(&state, &id).await?;
    let from = &[CampaignState::Draft, CampaignState::Running, CampaignState::Paused];
    step(&state, &campaign, from, CampaignState::Stopped).await
}

/// What is asked for again changes nothing.
async fn step(
    state: &ApiState,
    campaign: &CampaignRecord,
    from: &'static [CampaignState],
    to: CampaignState,
) -> Result<Json<Campaign>, Problem> {
    let desk = desk(state)?;
    if campaign.state == to {
        return Ok(Json(Campaign::whole(campaign.clone())));
    }
    let step = CampaignStep { id: campaign.id, from, to, reason: None, now_ms: now_ms() };
    let Some(after) = state.store().step_campaign(step).await? else {
        let (now, to) = (campaign.state.as_str(), to.as_str());
        return Err(Problem::new(Kind::Conflict, format!("the campaign is `{now}`: from there it cannot be `{to}`")));
    };
    desk.stir();
    Ok(Json(Campaign::whole(after)))
}

/// How fast a campaign calls, over what its text says. What is left out stays; null is as the text has it.
#[allow(clippy::option_option, reason = "null is told from what is not there")]
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct PaceChange {
    /// Calls that may begin in a second; 0 is no limit.
    #[serde(default, with = "double")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1000)]
    per_second: Option<Option<f64>>,
    /// Calls at once; 0 is no limit.
    #[serde(default, with = "double")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 100_000)]
    at_once: Option<Option<u32>>,
}

#[allow(clippy::option_option, reason = "null is told from what is not there")]
mod double {
    use serde::{Deserialize, Deserializer};

    /// Tells what is null from what is not there.
    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

/// Changes the pace, also while it runs.
#[utoipa::path(put, path = "/v1/campaigns/{id}/pace", tag = "campaigns", operation_id = "setCampaignPace",
    params(("id" = String, Path, description = "Id or name of the campaign")), request_body = PaceChange,
    responses((status = 200, body = Campaign)))]
pub(in crate::api) async fn set_pace(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Body(change): Body<PaceChange>,
) -> Result<Json<Campaign>, Problem> {
    let campaign = find(&state, &id).await?;
    let mut changes: Map<String, Value> = Map::new();
    if let Some(rate) = change.per_second {
        if rate.is_some_and(|rate| !(0.0..=1_000.0).contains(&rate)) {
            return Err(Problem::invalid("`per_second` is 0 (no limit) to 1000"));
        }
        changes.insert("per_second".to_owned(), json!(rate));
    }
    if let Some(most) = change.at_once {
        if most.is_some_and(|most| most > 100_000) {
            return Err(Problem::invalid("`at_once` is 0 (no limit) to 100000"));
        }
        changes.insert("at_once".to_owned(), json!(most));
    }
    let after = state.store().set_campaign(campaign.id, changes, now_ms()).await?;
    desk(&state)?.stir();
    Ok(Json(Campaign::whole(after)))
}

/// The number of a contact that is not in the books of the campaign: the first of its segment.
const OF_SEGMENT: i64 = 0;

/// Whose call is looked at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct PreviewQuery {
    /// Number of the contact in the books; the first where it is not said.
    contact: Option<i64>,
}

/// What a contact would hear.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Preview {
    /// Number of the contact in the books; 0: the first of the campaign's segment, which is to be asked when it starts.
    contact: i64,
    /// In which language.
    language: String,
    /// Which variant.
    variant: Option<String>,
    /// What the flow or agent is told.
    variables: BTreeMap<String, String>,
    /// What it says first, sentence by sentence, until it waits for an answer: as the voice gets it, with its marks.
    says: Vec<String>,
    /// The same as a person hears it: without marks, dates and numbers in words.
    spoken: Vec<String>,
    /// What a machine gets; null where it gets nothing.
    message: Option<String>,
    /// The same as it is heard.
    message_spoken: Option<String>,
}

/// What a contact would hear: the text is filled in and nobody is called.
#[utoipa::path(get, path = "/v1/campaigns/{id}/preview", tag = "campaigns", operation_id = "previewCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign"), PreviewQuery),
    responses((status = 200, body = Preview)))]
pub(in crate::api) async fn preview(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Params(query): Params<PreviewQuery>,
) -> Result<Json<Preview>, Problem> {
    let campaign = find(&state, &id).await?;
    let spec = spec_of(&campaign)?;
    let contact = one_contact(&state, &campaign, &spec, query.contact).await?;
    let spoken = desk(&state)?.preview(&spec, &contact).map_err(Problem::invalid)?;
    let Spoken { variables, says, message, language, variant } = spoken;
    let variables = variables.into_iter().collect();
    let spoken = says.iter().map(|text| heard(text, &language)).collect();
    let message_spoken = message.as_deref().map(|text| heard(text, &language));
    Ok(Json(Preview { contact: contact.row, language, variant, variables, says, spoken, message, message_spoken }))
}

async fn one_contact(
    state: &ApiState,
    campaign: &CampaignRecord,
    spec: &Spec,
    row: Option<i64>,
) -> Result<CampaignContactRecord, Problem> {
    let found = if let Some(row) = row.filter(|row| *row != OF_SEGMENT) {
        state.store().campaign_contact(campaign.row, row).await?
    } else if spec.segment.is_some() && campaign.asked_ms.is_none() {
        Segment::open(state.store(), spec, &desk(state)?.defaults()).await?.first(state.store(), spec).await?
    } else {
        let filter = CampaignContactFilter::default();
        let page = state.store().campaign_contacts(campaign.row, &filter, &PageRequest::first(1)).await?;
        page.data.into_iter().next()
    };
    found.ok_or_else(|| {
        let detail = match &spec.segment {
            Some(_) => "nobody is in the segment who can be called: GET /v1/campaigns/{id}/dry-run says why",
            None => "there is no such contact in the campaign: add some with POST /v1/campaigns/{id}/contacts",
        };
        Problem::new(Kind::NotFound, detail)
    })
}

/// A call to oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct TestCall {
    /// Your own number, address or member's name.
    #[schema(example = "anna")]
    to: String,
    /// What this contact would hear; the first where it is not said.
    contact: Option<i64>,
}

/// The call that was placed.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct TestPlaced {
    /// Its id.
    #[schema(value_type = String)]
    call: CallId,
}

/// Calls oneself with what a contact would hear. No attempt is written down.
#[utoipa::path(post, path = "/v1/campaigns/{id}/test", tag = "campaigns", operation_id = "testCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")), request_body = TestCall,
    responses((status = 201, description = "It is being dialled", body = TestPlaced)))]
pub(in crate::api) async fn test(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Body(test): Body<TestCall>,
) -> Result<(StatusCode, Json<TestPlaced>), Problem> {
    let campaign = find(&state, &id).await?;
    let spec = spec_of(&campaign)?;
    let contact = one_contact(&state, &campaign, &spec, test.contact).await?;
    let call = desk(&state)?.test(&spec, &contact, test.to.trim()).await?;
    Ok((StatusCode::CREATED, Json(TestPlaced { call })))
}

/// How much of a dry run is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct DryRunQuery {
    /// The most calls, and the most contacts that are not called: 1 to 10,000, 100 when it is not said.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    limit: Option<usize>,
}

/// Who would be called when, and who not, and why.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct DryRun {
    /// How many contacts would be called.
    calls: u32,
    /// How many would not be called, by the reason's code.
    never: BTreeMap<&'static str, u32>,
    /// When the last first call would begin.
    last_at: Option<Time>,
    /// Calls by hour.
    by_hour: Vec<DryHour>,
    /// The contacts, the first call first; those who would not be called come last.
    contacts: Vec<DryContact>,
    /// For whom what is said cannot be filled in: their calls would fail, or a machine would get nothing. At most
    /// 1,000.
    unfilled: Vec<DryUnfilled>,
    /// What came of asking the campaign's segment for this; null where it calls those of a table, or has asked before.
    segment: Option<AskedStory>,
}

/// Somebody for whom what is said cannot be filled in.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct DryUnfilled {
    /// Number of the contact in the books.
    contact: i64,
    /// What is wrong, and what to do.
    message: String,
}

/// How many calls an hour would have.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct DryHour {
    /// Its first moment.
    at: Time,
    /// Calls.
    calls: u32,
}

/// What would happen to a contact.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct DryContact {
    /// Number of the contact in the books; where the segment was asked for this, its place in that.
    contact: i64,
    /// The number.
    number: String,
    /// When it would be called; null: not at all.
    at: Option<Time>,
    /// Why not earlier, or not at all, as a code.
    reason: Option<&'static str>,
    /// The same in words.
    detail: Option<String>,
}

/// Runs a campaign through without a call: who would be called when, and who not, and why.
#[utoipa::path(get, path = "/v1/campaigns/{id}/dry-run", tag = "campaigns", operation_id = "dryRunCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign"), DryRunQuery),
    responses((status = 200, body = DryRun)))]
pub(in crate::api) async fn dry_run(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Params(query): Params<DryRunQuery>,
) -> Result<Json<DryRun>, Problem> {
    let most = query.limit.unwrap_or(DRY_RUN_LINES);
    if !(1..=MOST_LINES).contains(&most) {
        return Err(Problem::new(Kind::BadRequest, format!("`limit` is 1 to {MOST_LINES}")));
    }
    let campaign = find(&state, &id).await?;
    let spec = spec_of(&campaign)?;
    let place = desk(&state)?.dry_run_place().ok_or_else(|| {
        let busy = "another dry run is being made, and one is made at a time: ask again in some seconds";
        Problem::new(Kind::Overloaded, busy).retry_after(5)
    })?;
    let asked = segment::ask_now(&state, &campaign, &spec).await?;
    let (given, story) = asked.map(|(given, story)| (Some(given), Some(story))).unwrap_or_default();
    let of_segment = given.iter().flatten().map(|contact| (contact.row, contact.number.clone())).collect();
    let DryForecast { forecast, unfilled } = desk(&state)?.forecast(&campaign, &spec, most, given, place).await?;
    let row = |candidate: CandidateId| i64::try_from(candidate.0).unwrap_or_default();
    let rows: Vec<i64> = forecast.contacts.iter().map(|it| row(it.candidate)).collect();
    let numbers: HashMap<i64, String> = match story {
        Some(_) => of_segment,
        None => state.store().campaign_numbers(&rows).await?,
    };
    let contacts = forecast.contacts.iter().map(|it| {
        let (at, why) = match it.when {
            When::At { at, held_back } => (Some(time(at)), held_back),
            When::Never(reason) => (None, Some(reason)),
            When::Expired => (None, None),
        };
        let expired = it.when == When::Expired;
        DryContact {
            contact: row(it.candidate),
            number: numbers.get(&row(it.candidate)).cloned().unwrap_or_default(),
            at,
            reason: why.map(permission::Reason::code).or(expired.then_some("expired")),
            detail: why
                .map(|why| why.to_string())
                .or_else(|| expired.then(|| "there is no time left for it".to_owned())),
        }
    });
    Ok(Json(DryRun {
        calls: forecast.called,
        last_at: forecast.last.map(time),
        by_hour: forecast.by_hour.iter().map(|(at, calls)| DryHour { at: time(*at), calls: *calls }).collect(),
        contacts: contacts.collect(),
        unfilled: unfilled.into_iter().map(|it| DryUnfilled { contact: it.contact, message: it.message }).collect(),
        segment: story,
        never: forecast.never,
    }))
}

//! The list of calls: by everything that is known of them, each with what a list shows.

use axum::extract::{Extension, State};
use call_model::{AnsweredBy, CallId, CampaignId, ContactId, Direction, HangupCause, HangupParty, RecordingId};
use serde::{Deserialize, Serialize};
use store::{CallFilter, CallListing, CallState, Mood, TranscriptState};
use utoipa::{IntoParams, ToSchema};

use super::extract::Params;
use super::page::{List, page_request};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::access::Principal;

/// The longest text that is searched for, in characters.
const MAX_WORDS: usize = 512;

/// Which calls.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// `ringing`, `active` or `ended`.
    #[param(value_type = Option<String>)]
    state: Option<CallState>,
    /// `inbound` or `outbound`.
    #[param(value_type = Option<String>)]
    direction: Option<Direction>,
    /// Our number or address.
    number: Option<String>,
    /// Id of a contact.
    #[param(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// Name of a member who made the call, was called, or was to be brought in.
    member: Option<String>,
    /// Name of the agent that it ran.
    agent: Option<String>,
    /// Id or name of a campaign.
    campaign: Option<String>,
    /// Begun at this time or after: RFC 3339, such as `2026-03-05T14:30:00Z`.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<jiff::Timestamp>,
    /// Begun before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<jiff::Timestamp>,
    /// What came of it, such as `appointment_booked`: see `GET /v1/calls/{id}/insights`.
    outcome: Option<String>,
    /// A topic that it was about.
    topic: Option<String>,
    /// How the caller felt: `positive`, `neutral` or `negative`.
    #[param(value_type = Option<String>)]
    sentiment: Option<Mood>,
    /// A tag that it has.
    tag: Option<String>,
    /// Words that were all said in one line, as heard or as corrected: as `GET /v1/transcripts/search` reads them.
    #[param(max_length = 512)]
    words: Option<String>,
    /// That were talked in for so many seconds or longer.
    min_s: Option<u32>,
    /// The most calls on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Somebody or something with a name.
#[derive(Serialize, ToSchema)]
pub(super) struct Named {
    /// Its id.
    #[schema(example = "contact_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: String,
    /// Its name, where it has one.
    name: Option<String>,
}

/// A call in a list: what is kept on it besides is in `GET /v1/calls/{id}`.
#[derive(Serialize, ToSchema)]
pub(super) struct CallItem {
    /// Its id.
    #[schema(value_type = String, example = "call_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: CallId,
    /// `inbound` or `outbound`.
    #[schema(value_type = String, example = "inbound")]
    direction: Direction,
    /// Who called: E.164, or an address; null when withheld.
    #[schema(example = "+4930901820")]
    from: Option<String>,
    /// Who was called.
    to: Option<String>,
    /// Our number or address.
    #[schema(example = "reception")]
    number: String,
    /// Name of the trunk that it came or went by.
    trunk: Option<String>,
    /// Name of our member who called.
    member: Option<String>,
    /// The other party's contact.
    contact: Option<Named>,
    /// The campaign that it is of.
    campaign: Option<Named>,
    /// Name of the flow that it ran.
    flow: Option<String>,
    /// Name of the agent that it ran.
    agent: Option<String>,
    /// BCP 47 language.
    #[schema(example = "en")]
    language: String,
    /// `ringing`, `active` or `ended`.
    #[schema(value_type = String, example = "ended")]
    state: CallState,
    /// When it began.
    started_at: Time,
    /// When it was answered.
    answered_at: Option<Time>,
    /// When it ended.
    ended_at: Option<Time>,
    /// From the answer to the end, ms.
    duration_ms: Option<i64>,
    /// Why it ended: as in `GET /v1/calls/{id}`.
    #[schema(value_type = Option<String>, example = "normal")]
    cause: Option<HangupCause>,
    /// Who ended it: `caller`, `us` or `system`.
    #[schema(value_type = Option<String>, example = "caller")]
    hung_up_by: Option<HangupParty>,
    /// Who or what answered, where the call was screened.
    #[schema(value_type = Option<String>, example = "person")]
    answered_by: Option<AnsweredBy>,
    /// The beginning of its summary, once it was analysed.
    summary: Option<String>,
    /// What came of it.
    #[schema(example = "appointment_booked")]
    outcome: Option<String>,
    /// How the caller felt: `positive`, `neutral` or `negative`.
    #[schema(value_type = Option<String>, example = "positive")]
    sentiment: Option<Mood>,
    /// Its tags, in alphabetical order.
    tags: Vec<String>,
    /// Id of its recording.
    #[schema(value_type = Option<String>)]
    recording_id: Option<RecordingId>,
    /// Its recording can be fetched.
    has_recording: bool,
    /// `open` while lines of its transcript come in, `ready` when it is complete; null where nothing was written down.
    #[schema(value_type = Option<String>, example = "ready")]
    transcript: Option<TranscriptState>,
    /// Something of it was written down.
    has_transcript: bool,
}

impl From<CallListing> for CallItem {
    fn from(listing: CallListing) -> Self {
        let CallListing { call, contact_name, campaign, tags, summary, outcome, mood, playable } = listing;
        Self {
            id: call.id,
            direction: call.direction,
            from: call.from,
            to: call.to,
            number: call.number,
            trunk: call.trunk,
            member: call.member,
            contact: call.contact.map(|id| Named { id: id.to_string(), name: contact_name }),
            campaign: campaign.map(|(id, name)| Named { id: id.to_string(), name: Some(name) }),
            flow: call.flow,
            agent: call.agent,
            language: call.language,
            state: call.state,
            started_at: Time(call.started_ms),
            answered_at: call.answered_ms.map(Time),
            ended_at: call.ended_ms.map(Time),
            duration_ms: call.answered_ms.zip(call.ended_ms).map(|(from, to)| (to - from).max(0)),
            cause: call.cause,
            hung_up_by: call.hung_up_by,
            answered_by: call.answered_by.map(|answered| answered.by),
            summary,
            outcome,
            sentiment: mood,
            tags,
            recording_id: call.recording,
            has_recording: playable,
            transcript: call.transcript,
            has_transcript: call.transcript.is_some(),
        }
    }
}

/// Calls, newest first. Who has the role `member` sees those that they took part in.
#[utoipa::path(get, path = "/v1/calls", tag = "calls", operation_id = "listCalls", params(ListQuery),
    responses((status = 200, body = inline(List<CallItem>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Params(query): Params<ListQuery>,
) -> Result<List<CallItem>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    if query.words.as_ref().is_some_and(|words| words.chars().count() > MAX_WORDS) {
        return Err(Problem::new(Kind::BadRequest, format!("`words` is at most {MAX_WORDS} characters")));
    }
    let campaign = match query.campaign.as_deref() {
        None => None,
        Some(text) => match campaign(&state, text).await? {
            Some(id) => Some(id),
            None => return Ok(List::whole(Vec::new())),
        },
    };
    let filter = CallFilter {
        state: query.state,
        direction: query.direction,
        number: query.number,
        contact: query.contact,
        from_ms: query.from.map(jiff::Timestamp::as_millisecond),
        to_ms: query.to.map(jiff::Timestamp::as_millisecond),
        outcome: query.outcome,
        topic: query.topic,
        mood: query.sentiment,
        member: query.member,
        taking_part: seen_by(&state, &who).await?,
        agent: query.agent,
        campaign,
        tag: query.tag,
        words: query.words.filter(|words| !words.trim().is_empty()),
        min_talk_ms: query.min_s.map(|seconds| i64::from(seconds) * 1_000),
    };
    Ok(List::page(state.store().call_list(&filter, &page).await?, CallItem::from))
}

/// The id of the campaign of this id or name.
async fn campaign(state: &ApiState, text: &str) -> Result<Option<CampaignId>, Problem> {
    if let Ok(id) = text.parse() {
        return Ok(Some(id));
    }
    Ok(state.store().campaign_by_name(text).await?.map(|campaign| campaign.id))
}

/// The member whose calls are all that somebody sees; a name that nobody has where that member is gone.
pub(super) async fn seen_by(state: &ApiState, who: &Principal) -> Result<Option<String>, Problem> {
    let Some(member) = who.only_member() else { return Ok(None) };
    Ok(Some(state.store().member(member).await?.map(|member| member.name).unwrap_or_default()))
}

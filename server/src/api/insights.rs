//! What was made of calls after their end.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use call_model::CallId;
use serde::Serialize;
use serde_json::{Map, Value};
use store::{InsightsRecord, JobRecord, JobState};
use utoipa::ToSchema;

use super::calls::no_such_call;
use super::extract::Id;
use super::now_ms;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;

/// Where the work on an ended call is, and what was made of it.
#[derive(Serialize, ToSchema)]
pub(super) struct AfterCall {
    /// The call.
    #[schema(value_type = String)]
    call: CallId,
    /// `waiting`, `running`, `done` or `failed`; null while the call goes on.
    #[schema(value_type = Option<String>, example = "done")]
    state: Option<JobState>,
    /// Why the last try failed.
    reason: Option<String>,
    /// What was made of it; null until it is done.
    insights: Option<Insights>,
}

/// What was made of a call.
#[derive(Serialize, ToSchema)]
pub(super) struct Insights {
    /// What came of it: `appointment_booked`, `appointment_moved`, `appointment_cancelled`, `ticket_created`,
    /// `survey_answered`, `transferred`, `message_taken`, `callback_requested`, `voicemail`, `opted_out`, `answered`,
    /// `abandoned`, `missed` or `not_reached`.
    #[schema(example = "appointment_booked")]
    outcome: String,
    /// What it was about, in two to four sentences.
    summary: String,
    /// What it was about, in words.
    topics: Vec<String>,
    /// How the caller felt, -1 to 1; null where he said nothing of it.
    sentiment: Option<f64>,
    /// How promising a lead it is, 0 to 100, where that is asked.
    score: Option<u8>,
    /// `sentiment_curve`, `fields`, `lead` and `follow_ups`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    more: Map<String, Value>,
    /// `rules`, or the brain that made it.
    #[schema(example = "rules")]
    made_by: String,
    /// When it was made.
    created_at: Time,
}

impl From<InsightsRecord> for Insights {
    fn from(record: InsightsRecord) -> Self {
        let InsightsRecord { outcome, sentiment, score, summary, topics, data, made_by, created_ms, .. } = record;
        Self { outcome, summary, topics, sentiment, score, more: data, made_by, created_at: Time(created_ms) }
    }
}

/// What was made of a call after its end: outcome, summary, topics, sentiment, fields.
#[utoipa::path(get, path = "/v1/calls/{id}/insights", tag = "calls", operation_id = "getCallInsights",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 200, body = AfterCall)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<CallId>) -> Result<Json<AfterCall>, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    let (job, insights) = (state.store().job(id).await?, state.store().insights(id).await?);
    let (job_state, reason) = job.map_or((None, None), |JobRecord { state, reason, .. }| (Some(state), reason));
    Ok(Json(AfterCall { call: id, state: job_state, reason, insights: insights.map(Insights::from) }))
}

/// Goes through an ended call once more: redaction by the patterns of today, and what is made of it.
#[utoipa::path(post, path = "/v1/calls/{id}/insights/again", tag = "calls", operation_id = "remakeCallInsights",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 202, description = "It will be done")))]
pub(super) async fn again(State(state): State<ApiState>, Id(id): Id<CallId>) -> Result<StatusCode, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    if state.store().again(id, now_ms()).await? {
        return Ok(StatusCode::ACCEPTED);
    }
    let detail = "the call goes on, or it is being gone through just now: ask again when it is over";
    Err(Problem::new(Kind::Conflict, detail))
}

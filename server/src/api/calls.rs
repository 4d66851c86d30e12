//! Calls: placing, ending, and their recordings.

use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use call_model::{AppName, CallId, RecordingSwitch};
use permission::Purpose;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::{CallState, EventFilter, Idempotency, RecordingState, fresh_id};
use utoipa::ToSchema;

use super::extract::{Body, BodyBytes, Id, Params};
use super::gate::KeyName;
use super::machine::{self, MachineDetection};
use super::numbers::check_app;
use super::page::{List, PageQuery};
use super::problem::{Kind, Problem};
use super::state::{ApiState, ControlError, PlaceCall, PlaceCallError, Speech};
use super::webhooks::{check_url, new_secret};
use super::wire::{Call, CallDetail, Event};
use super::{now_ms, sound};

const KEY_HEADER: &str = "idempotency-key";
const MAX_KEY: usize = 255;
const MAX_TEXT: usize = 4_000;
/// After this time, ms, a call that is not in the books was never placed.
const ABANDONED_MS: i64 = 120_000;

/// A call to be placed. One of `flow`, `agent` and `say` says what it does.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCall {
    /// A number (E.164, or as people write it in the configured country), a SIP address, or the name of a member.
    #[schema(example = "+4930901820")]
    to: String,
    /// Name of the flow that it runs.
    #[schema(example = "reminder")]
    flow: Option<String>,
    /// Name of the agent that talks.
    #[schema(example = "assistant")]
    agent: Option<String>,
    /// Text that is spoken once; then the call ends.
    #[schema(example = "Your table is ready.")]
    say: Option<String>,
    /// BCP 47 language to begin with.
    #[schema(example = "en")]
    language: Option<String>,
    /// Our number that it comes from; the trunk's own when it is not said.
    from: Option<String>,
    /// That number is not shown to the callee.
    #[serde(default)]
    withheld: bool,
    /// Name of the trunk to go by; the number's own or the default when it is not said.
    trunk: Option<String>,
    /// Variables for the flow or the agent.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: Map<String, Value>,
    /// How long it may ring, seconds: 5 to 300; a number at least for `outreach.ring_s` of the configuration.
    #[schema(minimum = 5, maximum = 300)]
    ring_timeout_s: Option<u64>,
    /// Address that is told of every event of this call, besides the webhooks that want it.
    webhook: Option<String>,
    /// What it is for: `reminder`, `delivery`, `payment`, `survey`, `marketing`, `code`, `emergency`, `callback` or
    /// `service`, the default. When, how often and with what consent a number may be called hangs on it: see
    /// `[outreach]` of the configuration.
    #[serde(default)]
    #[schema(value_type = String, default = "service")]
    purpose: Purpose,
    /// How it is found out who answers, and what becomes of the call then; without it the callee, whoever it is, is
    /// talked to at the answer.
    machine_detection: Option<MachineDetection>,
}

/// A call that was placed.
#[derive(Serialize, ToSchema)]
pub(super) struct PlacedCall {
    #[serde(flatten)]
    call: Call,
    /// The webhook of this call, if it named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<CallWebhook>,
}

/// The webhook that a call named.
#[derive(Serialize, ToSchema)]
pub(super) struct CallWebhook {
    /// Its id: the same for every call that names this address.
    #[schema(value_type = String)]
    id: call_model::WebhookId,
    /// The secret that its events are signed with. Only in the answer to the first call that names the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// What to do with the recording of a call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordingChange {
    /// `pause` writes silence from now on, `resume` writes sound again.
    action: RecordingAction,
}

/// What to do with a recording.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecordingAction {
    /// Write silence from now on.
    Pause,
    /// Write sound again.
    Resume,
}

/// One call, with its legs and their quality once it is over.
#[utoipa::path(get, path = "/v1/calls/{id}", tag = "calls", operation_id = "getCall",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 200, body = CallDetail)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<CallId>) -> Result<Json<CallDetail>, Problem> {
    let call = state.store().call_listing(id).await?.ok_or_else(no_such_call)?;
    let recording = state.store().call_recording(id).await?;
    Ok(Json(CallDetail::new(call, recording)))
}

/// Places a call that runs a flow, lets an agent talk or speaks a text.
///
/// With the header `Idempotency-Key` the same request can be sent again without a second call: for a day, the same
/// key gives the call that was placed.
#[utoipa::path(post, path = "/v1/calls", tag = "calls", operation_id = "placeCall", request_body = NewCall,
    params(("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters, chosen by you")),
    responses(
        (status = 201, description = "It is being dialled", body = PlacedCall),
        (status = 200, description = "It was placed before, under the same key", body = PlacedCall),
    ))]
pub(super) async fn place(
    State(state): State<ApiState>,
    Extension(owner): Extension<KeyName>,
    headers: HeaderMap,
    body: BodyBytes<NewCall>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let speech = check(&state, &body.value).await?;
    let id = fresh_id::<CallId>(now_ms());
    crate::wiring::adopt_trace(id, headers.get("traceparent").and_then(|value| value.to_str().ok()));
    let Some(key) = key else { return dial(&state, id, body.value, speech).await };

    if let Some(call) = placed_before(&state, &owner.0, &key, &body.bytes, id).await? {
        return Ok(Json(PlacedCall { call, webhook: None }).into_response());
    }
    let placed = dial(&state, id, body.value, speech).await;
    if placed.is_err() {
        state.store().release_key(&owner.0, &key).await?;
    }
    placed
}

/// The call that an idempotency key stands for; from now on `id`, when it stood for none.
async fn placed_before(
    state: &ApiState,
    owner: &str,
    key: &str,
    body: &[u8],
    id: CallId,
) -> Result<Option<Call>, Problem> {
    let (request, store): ([u8; 32], _) = (Sha256::digest(body).into(), state.store());
    let Idempotency::Known { call, same_request } = store.reserve_key(owner, key, request, id, now_ms()).await? else {
        return Ok(None);
    };
    if !same_request {
        return Err(Problem::invalid("this Idempotency-Key was used for another request: take a new one"));
    }
    if let Some(call) = store.call(call).await? {
        return Ok(Some(call.into()));
    }
    let busy = || {
        let detail = "the call of this key is just being placed: ask again in a second";
        Problem::new(Kind::Conflict, detail).retry_after(1)
    };
    if now_ms() - (call.unix_ms() as i64) < ABANDONED_MS {
        return Err(busy());
    }
    // Whoever was about to place it died before.
    store.release_key(owner, key).await?;
    match store.reserve_key(owner, key, request, id, now_ms()).await? {
        Idempotency::Reserved => Ok(None),
        Idempotency::Known { .. } => Err(busy()),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(KEY_HEADER) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| !text.is_empty() && text.len() <= MAX_KEY);
    let wrong = || Problem::new(Kind::BadRequest, format!("Idempotency-Key: give 1 to {MAX_KEY} ASCII characters"));
    text.map(|text| Some(text.to_owned())).ok_or_else(wrong)
}

async fn check(state: &ApiState, call: &NewCall) -> Result<Speech, Problem> {
    if call.to.trim().is_empty() {
        return Err(Problem::invalid("`to` is empty: give a number such as +4930901820, a SIP address or a member"));
    }
    if call.ring_timeout_s.is_some_and(|seconds| !(5..=300).contains(&seconds)) {
        return Err(Problem::invalid("`ring_timeout_s` is 5 to 300"));
    }
    if let Some(url) = &call.webhook {
        check_url(url)?;
    }
    match (&call.flow, &call.agent, &call.say) {
        (Some(flow), None, None) => {
            check_app(state.store(), &AppName::Flow(flow.clone())).await?;
            Ok(Speech::Flow(flow.clone()))
        }
        (None, Some(agent), None) => {
            check_app(state.store(), &AppName::Agent(agent.clone())).await?;
            Ok(Speech::Agent(agent.clone()))
        }
        (None, None, Some(text)) if text.trim().is_empty() || text.chars().count() > MAX_TEXT => {
            Err(Problem::invalid(format!("`say` is 1 to {MAX_TEXT} characters: longer texts belong into a flow")))
        }
        (None, None, Some(text)) => Ok(Speech::Text(text.clone())),
        _ => Err(Problem::invalid(
            "give one of `flow` (its name), `agent` (its name) and `say` (a text): it says what the call does",
        )),
    }
}

/// Places a call of ours, written as a body of `POST /v1/calls`.
pub(super) async fn place_order(state: &ApiState, order: Value) -> Result<(), Problem> {
    let order: NewCall = serde_json::from_value(order).map_err(|error| Problem::invalid(error.to_string()))?;
    let speech = check(state, &order).await?;
    dial(state, fresh_id::<CallId>(now_ms()), order, speech).await.map(drop)
}

async fn dial(state: &ApiState, id: CallId, call: NewCall, speech: Speech) -> Result<Response, Problem> {
    let machine = match &call.machine_detection {
        Some(wanted) => Some(machine::check(state, wanted).await?),
        None => None,
    };
    let webhook = match &call.webhook {
        Some(url) => {
            let secret = new_secret()?;
            let (hook, new) = state.store().call_webhook(url, &secret, now_ms()).await?;
            Some(CallWebhook { id: hook.id, secret: new.then_some(secret) })
        }
        None => None,
    };
    let placing = PlaceCall {
        id,
        to: call.to.trim().to_owned(),
        speech,
        language: call.language,
        from: call.from,
        withheld: call.withheld,
        trunk: call.trunk,
        variables: call.variables,
        ring_timeout: call.ring_timeout_s.map(Duration::from_secs),
        webhook: webhook.as_ref().map(|hook| hook.id),
        purpose: call.purpose,
        machine,
    };
    state.calls().place_call(placing).await?;
    let call =
        state.store().call(id).await?.ok_or_else(|| {
            Problem::new(Kind::Internal, "the call was placed but is not in the books: please report it")
        })?;
    let location = [(header::LOCATION, format!("/v1/calls/{id}"))];
    Ok((StatusCode::CREATED, location, Json(PlacedCall { call: call.into(), webhook })).into_response())
}

impl From<PlaceCallError> for Problem {
    fn from(error: PlaceCallError) -> Self {
        match error {
            PlaceCallError::Overloaded { reason, retry_after_s } => {
                Self::new(Kind::Overloaded, reason).retry_after(retry_after_s)
            }
            PlaceCallError::Invalid(detail) => Self::invalid(detail),
            PlaceCallError::Forbidden(detail) => Self::new(Kind::Forbidden, detail),
            PlaceCallError::Refused { detail, reason, retry_at } => {
                let problem = Self::new(Kind::Forbidden, detail).with("reason", reason);
                match retry_at {
                    Some(at) => problem.with("retry_at", at),
                    None => problem,
                }
            }
            PlaceCallError::Failed(detail) => Self::new(Kind::Internal, detail),
        }
    }
}

/// Ends a call. An ended call is left as it is.
#[utoipa::path(delete, path = "/v1/calls/{id}", tag = "calls", operation_id = "hangUpCall",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 204, description = "It is over, or is being ended")))]
pub(super) async fn hang_up(State(state): State<ApiState>, Id(id): Id<CallId>) -> Result<StatusCode, Problem> {
    let call = state.store().call(id).await?.ok_or_else(no_such_call)?;
    if call.state == CallState::Ended {
        return Ok(StatusCode::NO_CONTENT);
    }
    match state.calls().hang_up(id).await {
        // It ended by itself meanwhile.
        Ok(()) | Err(ControlError::NotRunning) => Ok(StatusCode::NO_CONTENT),
        Err(error @ ControlError::NotNow(_)) => Err(Problem::new(Kind::Conflict, error.to_string())),
    }
}

/// The events of a call, newest first.
#[utoipa::path(get, path = "/v1/calls/{id}/events", tag = "calls", operation_id = "listCallEvents",
    params(("id" = String, Path, description = "Id of the call"), PageQuery),
    responses((status = 200, body = inline(List<Event>))))]
pub(super) async fn events(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    Params(query): Params<PageQuery>,
) -> Result<List<Event>, Problem> {
    let page = query.request()?;
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    let filter = EventFilter { call: Some(id), kind: None };
    Ok(List::page(state.store().events(&filter, &page).await?, Event::from))
}

/// The recording of a call: stereo WAV, the caller on the left, our side on the right. Takes `Range`.
#[utoipa::path(get, path = "/v1/calls/{id}/recording", tag = "calls", operation_id = "getCallRecording",
    params(("id" = String, Path, description = "Id of the call"),
           ("Range" = Option<String>, Header, description = "Part of the file, such as `bytes=0-65535`")),
    responses((status = 200, description = "The whole file", content_type = "audio/wav", body = [u8]),
              (status = 206, description = "The part asked for", content_type = "audio/wav", body = [u8])))]
pub(super) async fn recording(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    let none =
        || Problem::new(Kind::NotFound, "this call has no recording: its number's rule or the caller forbade it");
    let recording = state.store().call_recording(id).await?.ok_or_else(none)?;
    match recording.state {
        RecordingState::Ready | RecordingState::Cut => {
            sound::send(state.recordings(), &recording.path, &headers, &format!("{id}.wav")).await
        }
        RecordingState::Recording | RecordingState::Held | RecordingState::HeldCut => {
            Err(Problem::new(Kind::Conflict, "the recording is not ready: wait for the event recording.ready"))
        }
        RecordingState::Failed => Err(Problem::new(Kind::NotFound, "the recording could not be kept: see the log")),
    }
}

/// Pauses or resumes the recording of a running call. A pause is silence in the file, so that times stay right.
#[utoipa::path(post, path = "/v1/calls/{id}/recording", tag = "calls", operation_id = "switchCallRecording",
    params(("id" = String, Path, description = "Id of the call")), request_body = RecordingChange,
    responses((status = 204, description = "It is done")))]
pub(super) async fn switch_recording(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    Body(change): Body<RecordingChange>,
) -> Result<StatusCode, Problem> {
    let call = state.store().call(id).await?.ok_or_else(no_such_call)?;
    let switch = match change.action {
        RecordingAction::Pause => RecordingSwitch::Pause,
        RecordingAction::Resume => RecordingSwitch::Resume,
    };
    let over = || Problem::new(Kind::Conflict, "the call is over: its recording cannot be changed any more");
    if call.state == CallState::Ended {
        return Err(over());
    }
    match state.calls().switch_recording(id, switch).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(ControlError::NotRunning) => Err(over()),
        Err(error @ ControlError::NotNow(_)) => Err(Problem::new(Kind::Conflict, error.to_string())),
    }
}

pub(super) fn no_such_call() -> Problem {
    Problem::no_such("call", "/v1/calls")
}

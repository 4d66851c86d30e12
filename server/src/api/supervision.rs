//! Supervision of running calls: somebody of the house listens, whispers to the member at the desk, joins, or takes over.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use call_model::CallId;
use calls::{SuperviseError, SuperviseOrder, SupervisionMode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::calls::no_such_call;
use super::extract::{Body, Id};
use super::phone::member_of;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use crate::access::Principal;

/// How somebody is to take part.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSupervision {
    /// `listen` (both sides are heard, and nobody hears them), `whisper` (the member at the desk hears them, the caller
    /// does not), `join` (both hear them) or `take_over` (the agent, flow or member leaves).
    #[schema(value_type = String, example = "listen")]
    mode: SupervisionMode,
    /// Name or id of the member whose phone rings: yours when it is not said; needed with an API key, which is nobody's.
    #[schema(example = "anna")]
    member: Option<String>,
}

/// Another way to take part.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeSupervision {
    /// `listen`, `whisper`, `join` or `take_over`.
    #[schema(value_type = String, example = "join")]
    mode: SupervisionMode,
}

/// A supervision as it was asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct Supervision {
    /// The call.
    #[schema(value_type = String)]
    call: CallId,
    /// The member whose phone rings.
    member: String,
    /// How it is to take part.
    #[schema(value_type = String, example = "listen")]
    mode: SupervisionMode,
}

fn refused(error: &SuperviseError) -> Problem {
    let kind = match error {
        SuperviseError::NoSuchMember => Kind::Invalid,
        SuperviseError::NotRunning
        | SuperviseError::NotAnswered
        | SuperviseError::Occupied(_)
        | SuperviseError::Nobody
        | SuperviseError::TakesPart
        | SuperviseError::NobodyToWhisperTo
        | SuperviseError::BeingTransferred
        | SuperviseError::NoPhone
        | SuperviseError::NotRung => Kind::Conflict,
    };
    Problem::new(kind, error.to_string())
}

/// Lets a member take part in a running call: their phone rings, in the browser or on the desk, and who answers takes part.
/// Whether the caller has to know is a matter of law: see `supervision.announce` of the configuration.
#[utoipa::path(post, path = "/v1/calls/{id}/supervision", tag = "calls", operation_id = "superviseCall",
    params(("id" = String, Path, description = "Id of the call")), request_body = NewSupervision,
    responses((status = 202, description = "The phone rings", body = Supervision),
              (status = 409, description = "Not as the call stands", body = Problem)))]
pub(super) async fn begin(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<CallId>,
    Body(new): Body<NewSupervision>,
) -> Result<(StatusCode, Json<Supervision>), Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    let member = member_of(&state, &who, new.member.as_deref()).await?.name;
    let order = SuperviseOrder::Begin { member: member.clone(), mode: new.mode };
    state.calls().supervise(id, order).await.map_err(|error| refused(&error))?;
    Ok((StatusCode::ACCEPTED, Json(Supervision { call: id, member, mode: new.mode })))
}

/// Lets who supervises a call take part in another way.
#[utoipa::path(patch, path = "/v1/calls/{id}/supervision", tag = "calls", operation_id = "changeSupervision",
    params(("id" = String, Path, description = "Id of the call")), request_body = ChangeSupervision,
    responses((status = 204, description = "It is so"),
              (status = 409, description = "Not as the call stands, or nobody supervises it", body = Problem)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    Body(change): Body<ChangeSupervision>,
) -> Result<StatusCode, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    state.calls().supervise(id, SuperviseOrder::Change(change.mode)).await.map_err(|error| refused(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets who supervises a call go; the others talk on.
#[utoipa::path(delete, path = "/v1/calls/{id}/supervision", tag = "calls", operation_id = "endSupervision",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 204, description = "Nobody supervises it"),
              (status = 409, description = "Nobody did", body = Problem)))]
pub(super) async fn end(State(state): State<ApiState>, Id(id): Id<CallId>) -> Result<StatusCode, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    state.calls().supervise(id, SuperviseOrder::End).await.map_err(|error| refused(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

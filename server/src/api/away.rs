//! A member says of themselves that they take no callers, or that they do again.

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::Deserialize;
use store::{MemberRecord, NewMember};
use utoipa::ToSchema;

use super::extract::Body;
use super::now_ms;
use super::phone::member_of;
use super::problem::Problem;
use super::state::{ApiState, BooksChange};
use crate::access::Principal;

/// Whether one takes callers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnPresence {
    /// Callers are not put through to you. Colleagues reach you all the same.
    away: bool,
}

/// Says that you take no callers, or that you do again. Who is not a member has nothing to say here.
#[utoipa::path(put, path = "/v1/presence", tag = "members", operation_id = "setOwnPresence", request_body = OwnPresence,
    responses((status = 204, description = "It is so now"),
              (status = 409, description = "Whoever is signed in is no member", body = Problem)))]
pub(super) async fn set(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Body(OwnPresence { away }): Body<OwnPresence>,
) -> Result<StatusCode, Problem> {
    let MemberRecord { id, name, display, may_call_from, skills, languages, .. } =
        member_of(&state, &who, None).await?;
    let member = NewMember { name, display, password: None, may_call_from, skills, languages, away };
    state.store().change_member(id, member, now_ms()).await?;
    state.calls().books_changed(BooksChange::Members).await;
    Ok(StatusCode::NO_CONTENT)
}

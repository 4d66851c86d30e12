//! Follow-ups: messages, calls back, and whatever else is to be done after a call.

use axum::Json;
use axum::extract::State;
use call_model::{CallId, ContactId, FollowUpId};
use serde::{Deserialize, Serialize};
use store::{FollowUpFilter, FollowUpKind, FollowUpRecord, FollowUpState};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params};
use super::now_ms;
use super::page::{List, page_request};
use super::problem::Problem;
use super::state::ApiState;
use super::wire::Time;

/// Something that a person of the business has to do.
#[derive(Serialize, ToSchema)]
pub(super) struct FollowUp {
    /// Its id.
    #[schema(value_type = String, example = "follow_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: FollowUpId,
    /// `message`, `callback` or `task`.
    #[schema(value_type = String, example = "message")]
    kind: FollowUpKind,
    /// `open` or `done`.
    #[schema(value_type = String, example = "open")]
    state: FollowUpState,
    /// For whom: name of a member or of a group.
    #[schema(example = "reception")]
    mailbox: String,
    /// Whom it is about.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// The call that it comes from.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// Name, as the caller gave it.
    name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    phone: Option<String>,
    /// What it is about.
    text: String,
    /// When it is to be done.
    due_at: Option<Time>,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

impl From<FollowUpRecord> for FollowUp {
    fn from(record: FollowUpRecord) -> Self {
        Self {
            id: record.id,
            kind: record.kind,
            state: record.state,
            mailbox: record.mailbox,
            contact: record.contact,
            call: record.call,
            name: record.name,
            phone: record.phone,
            text: record.text,
            due_at: record.due_ms.map(Time),
            created_at: Time(record.created_ms),
            updated_at: Time(record.updated_ms),
        }
    }
}

/// Which follow-ups.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// `message`, `callback` or `task`.
    #[param(value_type = Option<String>)]
    kind: Option<FollowUpKind>,
    /// `open` or `done`.
    #[param(value_type = Option<String>)]
    state: Option<FollowUpState>,
    /// For whom: name of a member or of a group.
    mailbox: Option<String>,
    /// About this contact.
    #[param(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// From this call.
    #[param(value_type = Option<String>)]
    call: Option<CallId>,
    /// The most follow-ups on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What to change of a follow-up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FollowUpChange)]
pub(super) struct Change {
    /// `open` or `done`.
    #[schema(value_type = String, example = "done")]
    state: FollowUpState,
}

/// Follow-ups, newest first.
#[utoipa::path(get, path = "/v1/follow-ups", tag = "follow-ups", operation_id = "listFollowUps", params(ListQuery),
    responses((status = 200, body = inline(List<FollowUp>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<FollowUp>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter = FollowUpFilter {
        kind: query.kind,
        state: query.state,
        mailbox: query.mailbox,
        contact: query.contact,
        call: query.call,
    };
    Ok(List::page(state.store().follow_ups(&filter, &page).await?, FollowUp::from))
}

/// One follow-up.
#[utoipa::path(get, path = "/v1/follow-ups/{id}", tag = "follow-ups", operation_id = "getFollowUp",
    params(("id" = String, Path, description = "Id of the follow-up")),
    responses((status = 200, body = FollowUp)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<FollowUpId>) -> Result<Json<FollowUp>, Problem> {
    let record = state.store().follow_up(id).await?;
    Ok(Json(record.ok_or_else(|| Problem::no_such("follow-up", "/v1/follow-ups"))?.into()))
}

/// Says that a follow-up is done, or is to be done after all.
#[utoipa::path(patch, path = "/v1/follow-ups/{id}", tag = "follow-ups", operation_id = "changeFollowUp",
    params(("id" = String, Path, description = "Id of the follow-up")), request_body = Change,
    responses((status = 200, body = FollowUp)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<FollowUpId>,
    Body(change): Body<Change>,
) -> Result<Json<FollowUp>, Problem> {
    Ok(Json(state.store().mark_follow_up(id, change.state, now_ms()).await?.into()))
}

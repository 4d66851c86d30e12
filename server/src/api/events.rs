//! Events: what happened.

use axum::Json;
use axum::extract::State;
use call_model::{CallId, EventId};
use serde::Deserialize;
use store::EventFilter;
use utoipa::IntoParams;

use super::extract::{Id, Params};
use super::page::{List, page_request};
use super::problem::Problem;
use super::state::ApiState;
use super::wire::Event;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Of this type, such as `call.ended`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Of this call.
    #[param(value_type = Option<String>)]
    call: Option<CallId>,
    /// The most events on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Events, newest first.
#[utoipa::path(get, path = "/v1/events", tag = "events", operation_id = "listEvents", params(ListQuery),
    responses((status = 200, body = inline(List<Event>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Event>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter = EventFilter { call: query.call, kind: query.kind };
    Ok(List::page(state.store().events(&filter, &page).await?, Event::from))
}

/// One event.
#[utoipa::path(get, path = "/v1/events/{id}", tag = "events", operation_id = "getEvent",
    params(("id" = String, Path, description = "Id of the event")),
    responses((status = 200, body = Event)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<EventId>) -> Result<Json<Event>, Problem> {
    let event = state.store().event(id).await?.ok_or_else(|| Problem::no_such("event", "/v1/events"))?;
    Ok(Json(event.into()))
}

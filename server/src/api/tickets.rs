//! Tickets.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use call_model::{CallId, ContactId, TicketId};
use serde::{Deserialize, Serialize};
use store::{NewTicket, TicketChange, TicketFilter, TicketPriority, TicketRecord, TicketState};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params, Patch};
use super::now_ms;
use super::page::{List, page_request};
use super::problem::Problem;
use super::state::ApiState;
use super::wire::Time;

const MAX_TEXT: usize = 16_000;

/// A matter of a contact that the business works on.
#[derive(Serialize, ToSchema)]
pub(super) struct Ticket {
    /// Its id.
    #[schema(value_type = String, example = "ticket_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: TicketId,
    /// Its number, as people say it.
    #[schema(example = 1001)]
    number: u32,
    /// What it is about, in a line.
    subject: String,
    /// The whole of it.
    text: String,
    /// A word of the business's own.
    category: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = String, example = "normal")]
    priority: TicketPriority,
    /// `open`, `waiting` (for the contact) or `closed`.
    #[schema(value_type = String, example = "open")]
    state: TicketState,
    /// What the contact may be told of it when he calls.
    answer: String,
    /// Whose it is.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// The call in which it was made.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// Name, as the caller gave it.
    name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    phone: Option<String>,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

impl From<TicketRecord> for Ticket {
    fn from(ticket: TicketRecord) -> Self {
        Self {
            id: ticket.id,
            number: ticket.number,
            subject: ticket.subject,
            text: ticket.text,
            category: ticket.category,
            priority: ticket.priority,
            state: ticket.state,
            answer: ticket.answer,
            contact: ticket.contact,
            call: ticket.call,
            name: ticket.name,
            phone: ticket.phone,
            created_at: Time(ticket.created_ms),
            updated_at: Time(ticket.updated_ms),
        }
    }
}

/// Which tickets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Of this contact.
    #[param(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// Made in this call.
    #[param(value_type = Option<String>)]
    call: Option<CallId>,
    /// `open`, `waiting` or `closed`.
    #[param(value_type = Option<String>)]
    state: Option<TicketState>,
    /// With this number.
    number: Option<u32>,
    /// The most tickets on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A ticket to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTicket)]
pub(super) struct New {
    /// What it is about, in a line.
    subject: String,
    /// The whole of it.
    #[serde(default)]
    text: String,
    /// A word of the business's own.
    category: Option<String>,
    /// `low`, `normal`, `high` or `urgent`; normal when it is not said.
    #[schema(value_type = Option<String>)]
    priority: Option<TicketPriority>,
    /// Whose it is.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
}

/// What to change of a ticket: what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketChange)]
pub(super) struct Change {
    /// What it is about.
    subject: Option<String>,
    /// A word of the business's own; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    category: Patch<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = Option<String>)]
    priority: Option<TicketPriority>,
    /// `open`, `waiting` or `closed`.
    #[schema(value_type = Option<String>)]
    state: Option<TicketState>,
    /// What the contact may be told of it when he calls.
    answer: Option<String>,
}

fn fits(subject: Option<&str>, texts: &[Option<&str>]) -> Result<(), Problem> {
    if subject.is_some_and(|subject| subject.trim().is_empty()) {
        return Err(Problem::invalid("`subject` says in a line what it is about"));
    }
    if texts.iter().chain([&subject]).flatten().any(|text| text.len() > MAX_TEXT) {
        return Err(Problem::invalid(format!("a text is longer than {MAX_TEXT} bytes")));
    }
    Ok(())
}

/// Tickets, newest first.
#[utoipa::path(get, path = "/v1/tickets", tag = "tickets", operation_id = "listTickets", params(ListQuery),
    responses((status = 200, body = inline(List<Ticket>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Ticket>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter = TicketFilter { contact: query.contact, call: query.call, state: query.state, number: query.number };
    Ok(List::page(state.store().tickets(&filter, &page).await?, Ticket::from))
}

/// Makes a ticket.
#[utoipa::path(post, path = "/v1/tickets", tag = "tickets", operation_id = "addTicket", request_body = New,
    responses((status = 201, body = Ticket)))]
pub(super) async fn add(State(state): State<ApiState>, Body(new): Body<New>) -> Result<impl IntoResponse, Problem> {
    fits(Some(&new.subject), &[Some(&new.text), new.category.as_deref()])?;
    if let Some(contact) = new.contact
        && state.store().contact(contact).await?.is_none()
    {
        return Err(Problem::invalid("there is no such contact: take one from GET /v1/contacts"));
    }
    let new = NewTicket {
        subject: new.subject,
        text: new.text,
        category: new.category,
        priority: new.priority.unwrap_or(TicketPriority::Normal),
        contact: new.contact,
        call: None,
        name: None,
        phone: None,
        once: None,
    };
    let ticket = Ticket::from(state.store().add_ticket(new, now_ms()).await?);
    let location = [(header::LOCATION, format!("/v1/tickets/{}", ticket.id))];
    Ok((StatusCode::CREATED, location, Json(ticket)))
}

/// One ticket.
#[utoipa::path(get, path = "/v1/tickets/{id}", tag = "tickets", operation_id = "getTicket",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses((status = 200, body = Ticket)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<TicketId>) -> Result<Json<Ticket>, Problem> {
    let ticket = state.store().ticket(id).await?.ok_or_else(|| Problem::no_such("ticket", "/v1/tickets"))?;
    Ok(Json(ticket.into()))
}

/// Changes a ticket.
#[utoipa::path(patch, path = "/v1/tickets/{id}", tag = "tickets", operation_id = "changeTicket",
    params(("id" = String, Path, description = "Id of the ticket")), request_body = Change,
    responses((status = 200, body = Ticket)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<TicketId>,
    Body(change): Body<Change>,
) -> Result<Json<Ticket>, Problem> {
    let category: Option<Option<String>> = change.category.into();
    fits(change.subject.as_deref(), &[change.answer.as_deref(), category.as_ref().and_then(Option::as_deref)])?;
    let change = TicketChange {
        subject: change.subject,
        category,
        priority: change.priority,
        state: change.state,
        answer: change.answer,
    };
    Ok(Json(state.store().change_ticket(id, change, now_ms()).await?.into()))
}

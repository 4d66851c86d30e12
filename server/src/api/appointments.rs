//! Appointments: listed, booked, moved and cancelled.

use agent_tools::calendar::{DeskError, Order, ics};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use call_model::{AppointmentId, CallId, ContactId};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use store::{AppointmentFilter, AppointmentRecord, AppointmentState};
use utoipa::{IntoParams, ToSchema};

use super::calendar::{MAX_LISTED, as_ics, desk};
use super::extract::{Body, Id, Params};
use super::page::List;
use super::problem::Problem;
use super::state::ApiState;
use super::wire::Time;

/// The longest of an appointment's texts, bytes.
const MAX_TEXT: usize = 4_000;

/// An appointment.
#[derive(Serialize, ToSchema)]
pub(super) struct Appointment {
    /// Its id.
    #[schema(value_type = String, example = "appt_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: AppointmentId,
    /// Key of the service.
    service: String,
    /// Key of the person who has it.
    person: String,
    /// When it begins.
    starts_at: Time,
    /// When it ends.
    ends_at: Time,
    /// `booked` or `cancelled`.
    #[schema(value_type = String, example = "booked")]
    state: AppointmentState,
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
    /// BCP 47 language that was spoken.
    language: Option<String>,
    /// What it is about.
    note: String,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

impl From<AppointmentRecord> for Appointment {
    fn from(record: AppointmentRecord) -> Self {
        Self {
            id: record.id,
            service: record.service,
            person: record.person,
            starts_at: Time(record.starts_ms),
            ends_at: Time(record.ends_ms),
            state: record.state,
            contact: record.contact,
            call: record.call,
            name: record.name,
            phone: record.phone,
            language: record.language,
            note: record.note,
            created_at: Time(record.created_ms),
            updated_at: Time(record.updated_ms),
        }
    }
}

/// Which appointments.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Of this person.
    person: Option<String>,
    /// Of this contact.
    #[param(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// Made in this call.
    #[param(value_type = Option<String>)]
    call: Option<CallId>,
    /// `booked` or `cancelled`.
    #[param(value_type = Option<String>)]
    state: Option<AppointmentState>,
    /// From this day on, at the business; today when it is not said.
    #[param(value_type = Option<String>)]
    from: Option<Date>,
    /// To this day, included.
    #[param(value_type = Option<String>)]
    until: Option<Date>,
}

/// An appointment to be booked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAppointment {
    /// Key of the service.
    #[schema(example = "cleaning")]
    service: String,
    /// When it begins, at the business.
    #[schema(value_type = String, example = "2026-11-24T14:00")]
    start: DateTime,
    /// Key of the person; whoever is free when it is not said.
    person: Option<String>,
    /// Whose it is.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// Name.
    name: Option<String>,
    /// Number to reach him by.
    phone: Option<String>,
    /// BCP 47 language.
    language: Option<String>,
    /// What it is about.
    #[serde(default)]
    note: String,
}

/// Another time for an appointment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveTo {
    /// When it begins, at the business.
    #[schema(value_type = String, example = "2026-11-25T09:00")]
    start: DateTime,
    /// Key of the person; whoever has it keeps it, where he is free, when it is not said.
    person: Option<String>,
}

/// Appointments from a day on, the earliest first; at most 1,000.
#[utoipa::path(get, path = "/v1/appointments", tag = "calendar", operation_id = "listAppointments",
    params(ListQuery), responses((status = 200, body = inline(List<Appointment>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Appointment>, Problem> {
    let desk = desk(&state)?;
    let midnight = |day: Date| {
        let at = day.to_zoned(desk.plan().time_zone().clone());
        at.map(|at| at.timestamp().as_millisecond()).map_err(|_| Problem::invalid("this is no day that can be"))
    };
    let today = desk.plan().local(desk.now_ms()).date();
    let after = query.from.unwrap_or(today);
    let before = query.until.map(|day| midnight(day.tomorrow().unwrap_or(day))).transpose()?;
    let filter = AppointmentFilter {
        person: query.person,
        contact: query.contact,
        call: query.call,
        state: query.state,
        after_ms: Some(midnight(after)?),
        before_ms: before,
    };
    let found = state.store().appointments(&filter, MAX_LISTED).await?;
    Ok(List::whole(found.into_iter().map(Appointment::from).collect()))
}

/// Books an appointment.
#[utoipa::path(post, path = "/v1/appointments", tag = "calendar", operation_id = "bookAppointment",
    request_body = NewAppointment,
    responses((status = 201, body = Appointment), (status = 409, body = Problem, description = "The time is taken")))]
pub(super) async fn book(
    State(state): State<ApiState>,
    Body(new): Body<NewAppointment>,
) -> Result<impl IntoResponse, Problem> {
    let desk = desk(&state)?;
    let texts = [new.name.as_deref(), new.phone.as_deref(), Some(new.note.as_str())];
    if texts.into_iter().flatten().any(|text| text.len() > MAX_TEXT) {
        return Err(Problem::invalid(format!("a text is longer than {MAX_TEXT} bytes")));
    }
    if let Some(contact) = new.contact
        && state.store().contact(contact).await?.is_none()
    {
        return Err(Problem::invalid("there is no such contact: take one from GET /v1/contacts"));
    }
    let order = Order {
        service: new.service,
        start: new.start,
        person: new.person,
        contact: new.contact,
        call: None,
        name: new.name,
        phone: new.phone,
        language: new.language,
        note: new.note,
        once: None,
    };
    let made = Appointment::from(desk.book(order).await?);
    let location = [(header::LOCATION, format!("/v1/appointments/{}", made.id))];
    Ok((StatusCode::CREATED, location, Json(made)))
}

/// One appointment.
#[utoipa::path(get, path = "/v1/appointments/{id}", tag = "calendar", operation_id = "getAppointment",
    params(("id" = String, Path, description = "Id of the appointment")),
    responses((status = 200, body = Appointment)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<AppointmentId>,
) -> Result<Json<Appointment>, Problem> {
    let record = state.store().appointment(id).await?.ok_or(DeskError::Unknown)?;
    Ok(Json(record.into()))
}

/// Gives an appointment another time, in one step: it has the old one until it has the new one.
#[utoipa::path(patch, path = "/v1/appointments/{id}", tag = "calendar", operation_id = "moveAppointment",
    params(("id" = String, Path, description = "Id of the appointment")), request_body = MoveTo,
    responses((status = 200, body = Appointment), (status = 409, body = Problem, description = "The time is taken")))]
pub(super) async fn reschedule(
    State(state): State<ApiState>,
    Id(id): Id<AppointmentId>,
    Body(to): Body<MoveTo>,
) -> Result<Json<Appointment>, Problem> {
    Ok(Json(desk(&state)?.reschedule(id, to.start, to.person.as_deref()).await?.into()))
}

/// Cancels an appointment. It stays in the books.
#[utoipa::path(delete, path = "/v1/appointments/{id}", tag = "calendar", operation_id = "cancelAppointment",
    params(("id" = String, Path, description = "Id of the appointment")),
    responses((status = 200, body = Appointment)))]
pub(super) async fn cancel(
    State(state): State<ApiState>,
    Id(id): Id<AppointmentId>,
) -> Result<Json<Appointment>, Problem> {
    Ok(Json(desk(&state)?.cancel(id).await?.into()))
}

/// One appointment as iCalendar (RFC 5545).
#[utoipa::path(get, path = "/v1/appointments/{id}/ics", tag = "calendar", operation_id = "getAppointmentIcs",
    params(("id" = String, Path, description = "Id of the appointment")),
    responses((status = 200, content_type = "text/calendar", body = String)))]
pub(super) async fn one_ics(State(state): State<ApiState>, Id(id): Id<AppointmentId>) -> Result<Response, Problem> {
    let desk = desk(&state)?;
    let record = state.store().appointment(id).await?.ok_or(DeskError::Unknown)?;
    let language = record.language.clone().unwrap_or_else(|| state.config().language.clone());
    Ok(as_ics(ics::calendar(desk.plan(), "", &[record], &language, true)))
}

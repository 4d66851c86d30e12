//! The calendar: what can be booked, when, and the appointments.

use agent_tools::calendar::{DayPart, Desk, DeskError, Order, Wish, ics};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use call_model::{AppointmentId, CallId, ContactId};
use jiff::civil::{Date, DateTime, Time as Clock};
use serde::{Deserialize, Serialize};
use store::{AppointmentFilter, AppointmentRecord, AppointmentState};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params};
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;

/// Slots that are given at once where nothing else is said.
const SLOTS: usize = 20;
const MAX_SLOTS: usize = 200;
/// Appointments that are given at once.
const MAX_LISTED: u32 = 1_000;
/// How long an appointment stays in a feed after it ended, ms.
const FEED_BACK_MS: i64 = 30 * 86_400_000;
const MAX_TEXT: usize = 4_000;

/// What can be booked, and with whom.
#[derive(Serialize, ToSchema)]
pub(super) struct CalendarInfo {
    /// The business's time zone: `start` of slots and orders is in it.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    /// What can be booked.
    services: Vec<ServiceInfo>,
    /// Who can be booked.
    persons: Vec<PersonInfo>,
}

/// Something that can be booked.
#[derive(Serialize, ToSchema)]
pub(super) struct ServiceInfo {
    /// Its key.
    #[schema(example = "cleaning")]
    key: String,
    /// Its name, in the language of the business.
    name: String,
    /// How long it takes, minutes.
    minutes: u64,
    /// Who offers it.
    persons: Vec<String>,
}

/// Somebody who can be booked.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonInfo {
    /// Its key.
    #[schema(example = "weber")]
    key: String,
    /// Its name.
    name: String,
    /// Path of its calendar as iCalendar, for calendar programs. Whoever knows it reads the appointments.
    #[schema(example = "/calendar/k3v9x2m7p4q8r5t6w2y3z9a4b7c5d8e2.ics")]
    feed: String,
}

/// A time that is free.
#[derive(Serialize, ToSchema)]
pub(super) struct FreeSlot {
    /// When it begins, at the business.
    #[schema(example = "2026-11-24T14:00")]
    start: String,
    /// The same, in UTC.
    starts_at: Time,
    /// Who has time.
    person: String,
}

/// What is wished.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SlotQuery {
    /// Key of the service.
    service: String,
    /// Key of the person.
    person: Option<String>,
    /// The first day; today when it is not said.
    #[param(value_type = Option<String>, example = "2026-11-24")]
    from: Option<Date>,
    /// The last day; without it as far as can be booked, or with `from` that day.
    #[param(value_type = Option<String>)]
    until: Option<Date>,
    /// `morning`, `afternoon` or `evening`.
    part: Option<String>,
    /// Time of the day.
    #[param(value_type = Option<String>, example = "14:00")]
    time: Option<Clock>,
    /// The most slots: 1 to 200, 20 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<usize>,
}

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

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::NoSeat(why) => Self::invalid(format!("this cannot be booked: {why}")),
            DeskError::Taken => Self::new(Kind::Conflict, "that time is taken: GET /v1/calendar/slots gives others"),
            DeskError::Unknown => Self::no_such("appointment", "/v1/appointments"),
            DeskError::Cancelled => Self::new(Kind::Conflict, "the appointment was cancelled: book a new one"),
            DeskError::Books(error) => error.into(),
        }
    }
}

fn desk(state: &ApiState) -> Result<&Desk, Problem> {
    state.desk().ok_or_else(|| {
        Problem::new(Kind::NotFound, "nothing can be booked here: add `calendar` with services to business.yaml")
    })
}

/// A new secret part of an address: 160 random bits.
fn token() -> Result<String, Problem> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|_| Problem::new(Kind::Internal, "the system gave no random bits"))?;
    Ok(bits.iter().map(|byte| ALPHABET[usize::from(byte % 32)] as char).collect())
}

async fn feed(state: &ApiState, desk: &Desk, person: &str, replace: bool) -> Result<String, Problem> {
    let token = state.store().calendar_feed(person, &token()?, replace, desk.now_ms()).await?;
    Ok(format!("/calendar/{token}.ics"))
}

/// What can be booked, and with whom.
#[utoipa::path(get, path = "/v1/calendar", tag = "calendar", operation_id = "getCalendar",
    responses((status = 200, body = CalendarInfo)))]
pub(super) async fn info(State(state): State<ApiState>) -> Result<Json<CalendarInfo>, Problem> {
    let desk = desk(&state)?;
    let language = state.config().language.as_str();
    let booking = desk.plan().booking();
    let services = booking.services.iter().map(|service| ServiceInfo {
        key: service.key.clone(),
        name: service.name.get(language, "en").to_owned(),
        minutes: service.duration.as_secs() / 60,
        persons: service.persons.clone(),
    });
    let mut persons = Vec::with_capacity(booking.persons.len());
    for person in &booking.persons {
        persons.push(PersonInfo {
            key: person.key.clone(),
            name: person.name.get(language, "en").to_owned(),
            feed: feed(&state, desk, &person.key, false).await?,
        });
    }
    let time_zone = desk.plan().time_zone().iana_name().unwrap_or("UTC").to_owned();
    Ok(Json(CalendarInfo { time_zone, services: services.collect(), persons }))
}

/// Gives a person's calendar a new address: the old one leads nowhere from now on.
#[utoipa::path(post, path = "/v1/calendar/{person}/feed", tag = "calendar", operation_id = "renewFeed",
    params(("person" = String, Path, description = "Key of the person")),
    responses((status = 200, body = PersonInfo)))]
pub(super) async fn renew(State(state): State<ApiState>, Id(key): Id<String>) -> Result<Json<PersonInfo>, Problem> {
    let desk = desk(&state)?;
    let person = desk.plan().person(&key).ok_or_else(|| Problem::no_such("person", "/v1/calendar"))?;
    let name = person.name.get(&state.config().language, "en").to_owned();
    Ok(Json(PersonInfo { feed: feed(&state, desk, &key, true).await?, name, key }))
}

/// Free times for a wish; the nearest to it where there are none.
#[utoipa::path(get, path = "/v1/calendar/slots", tag = "calendar", operation_id = "listSlots", params(SlotQuery),
    responses((status = 200, body = inline(List<FreeSlot>))))]
pub(super) async fn slots(
    State(state): State<ApiState>,
    Params(query): Params<SlotQuery>,
) -> Result<List<FreeSlot>, Problem> {
    let desk = desk(&state)?;
    let part = query.part.as_deref().map(|word| {
        DayPart::from_word(word).ok_or_else(|| Problem::invalid("`part` is morning, afternoon or evening"))
    });
    let wish = Wish {
        service: query.service,
        person: query.person,
        from: query.from,
        until: query.until,
        part: part.transpose()?,
        at: query.time,
    };
    let limit = query.limit.unwrap_or(SLOTS).clamp(1, MAX_SLOTS);
    let found = desk.find(&wish, limit, None).await?;
    let slot = |slot: agent_tools::calendar::Slot| FreeSlot {
        start: slot.start.strftime("%Y-%m-%dT%H:%M").to_string(),
        starts_at: Time(slot.starts_ms),
        person: slot.person,
    };
    Ok(List::whole(found.slots.into_iter().map(slot).collect()))
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

/// A person's calendar as iCalendar (RFC 5545), for calendar programs. Its address is secret and needs no key.
#[utoipa::path(get, path = "/calendar/{feed}", tag = "calendar", operation_id = "getFeed", security(()),
    params(("feed" = String, Path, description = "As `GET /v1/calendar` gives it, with `.ics`")),
    responses((status = 200, content_type = "text/calendar", body = String)))]
pub(super) async fn feed_of_person(
    State(state): State<ApiState>,
    Path(feed): Path<String>,
) -> Result<Response, Problem> {
    // An address that was never given and one that was replaced look the same.
    let unknown = || Problem::new(Kind::NotFound, "there is no such calendar: GET /v1/calendar gives the address");
    let desk = desk(&state)?;
    let token = feed.strip_suffix(".ics").unwrap_or(&feed);
    let person = state.store().person_of_feed(token).await?.ok_or_else(unknown)?;
    let filter = AppointmentFilter {
        person: Some(person.clone()),
        after_ms: Some(desk.now_ms() - FEED_BACK_MS),
        ..AppointmentFilter::default()
    };
    let records = state.store().appointments(&filter, MAX_LISTED).await?;
    let language = state.config().language.as_str();
    let name = desk.plan().person(&person).ok_or_else(unknown)?.name.get(language, "en");
    Ok(as_ics(ics::calendar(desk.plan(), name, &records, language, true)))
}

fn as_ics(text: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, text).into_response()
}

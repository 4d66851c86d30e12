//! The calendar: what can be booked and when, and its feeds for calendar programs.

use agent_tools::calendar::{DayPart, Desk, DeskError, Wish, ics};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::{Date, Time as Clock};
use serde::{Deserialize, Serialize};
use store::AppointmentFilter;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Id, Params};
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;

/// Slots that are given at once where nothing else is said.
const SLOTS: usize = 20;
const MAX_SLOTS: usize = 200;
/// Appointments that are given at once.
pub(super) const MAX_LISTED: u32 = 1_000;
/// How long an appointment stays in a feed after it ended, ms.
const FEED_BACK_MS: i64 = 30 * 86_400_000;

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

/// The calendar's desk, where there is one.
pub(super) fn desk(state: &ApiState) -> Result<&Desk, Problem> {
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

pub(super) fn as_ics(text: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, text).into_response()
}

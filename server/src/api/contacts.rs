//! Contacts and their timelines.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use call_model::ContactId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{ContactChange, ContactFilter, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params, Patch};
use super::now_ms;
use super::page::{List, PageQuery, page_request};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::{Contact, Happening, NumberOfContact};
use crate::access::Principal;
use crate::people::sheet;

/// The longest tag, bytes.
const MAX_TAG: usize = 100;
/// How much of the timeline comes with the contact itself.
const TIMELINE: u32 = 20;

/// Which contacts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// With exactly this number, as people write it, or this address.
    number: Option<String>,
    /// Whose name, number or address holds this text.
    search: Option<String>,
    /// With this tag.
    tag: Option<String>,
    /// The most contacts on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A contact with the newest of its timeline.
#[derive(Serialize, ToSchema)]
pub(super) struct ContactDetail {
    #[serde(flatten)]
    contact: Contact,
    /// Its calls, voicemails, consents and notes, newest first; more by `/v1/contacts/{id}/timeline`.
    #[schema(inline)]
    timeline: List<Happening>,
}

/// What to change of a contact: what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactChange)]
pub(super) struct Change {
    /// Name; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) name: Patch<String>,
    /// BCP 47 language; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) language: Patch<String>,
    /// IANA name of the time zone; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub(super) time_zone: Patch<String>,
    /// ISO 3166-1 country; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) country: Patch<String>,
    /// Part of the country, what follows the hyphen in ISO 3166-2; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) region: Patch<String>,
    /// All tags.
    pub(super) tags: Option<Vec<String>>,
    /// All further numbers, the one to try first first.
    pub(super) numbers: Option<Vec<NumberOfContact>>,
    /// Notes of the members.
    pub(super) notes: Option<String>,
    /// Fields to set; null removes one, the others stay.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) fields: Map<String, Value>,
}

impl Change {
    /// The change, where its values can be.
    pub(super) fn checked(self, state: &ApiState) -> Result<ContactChange, Problem> {
        let numbers = self.numbers.map(|numbers| numbers.into_iter().map(|other| other.read(state)).collect());
        let tags = self.tags.map(|tags| tags.iter().map(|tag| tag.trim().to_owned()).collect::<Vec<_>>());
        if tags.iter().flatten().any(|tag| tag.is_empty() || tag.len() > MAX_TAG || tag.contains(['|', ',', ';'])) {
            let detail = format!("a tag is 1 to {MAX_TAG} bytes, without commas, semicolons and `|`");
            return Err(Problem::invalid(detail));
        }
        Ok(ContactChange {
            name: self.name.into(),
            language: self.language.into(),
            time_zone: read("time_zone", self.time_zone, sheet::zone)?.into(),
            country: read("country", self.country, sheet::country_code)?.into(),
            region: self.region.into(),
            tags,
            numbers: numbers.transpose()?,
            notes: self.notes,
            fields: self.fields,
        })
    }
}

/// A value that is set, as it is to be kept.
fn read(
    name: &str,
    given: Patch<String>,
    form: impl Fn(&str) -> Result<String, String>,
) -> Result<Patch<String>, Problem> {
    match given {
        Patch::Set(Some(text)) => {
            form(&text).map(|text| Patch::Set(Some(text))).map_err(|why| Problem::invalid(format!("`{name}`: {why}")))
        }
        other => Ok(other),
    }
}

/// Contacts, newest first.
#[utoipa::path(get, path = "/v1/contacts", tag = "contacts", operation_id = "listContacts", params(ListQuery),
    responses((status = 200, body = inline(List<Contact>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Contact>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let address = query.number.map(|text| {
        let address = state.store().address(&text);
        address.as_str().unwrap_or_default().to_owned()
    });
    let filter = ContactFilter { address, search: query.search, tag: query.tag };
    Ok(List::page(state.store().contacts(&filter, &page).await?, Contact::from))
}

/// One contact, with the newest of its timeline.
#[utoipa::path(get, path = "/v1/contacts/{id}", tag = "contacts", operation_id = "getContact",
    params(("id" = String, Path, description = "Id of the contact")),
    responses((status = 200, body = ContactDetail)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<ContactId>,
) -> Result<Json<ContactDetail>, Problem> {
    let contact = state.store().contact(id).await?.ok_or_else(no_such_contact)?.into();
    let timeline = state.store().timeline(id, &PageRequest::first(TIMELINE)).await?;
    let timeline = List::page(timeline, |entry| Happening::seen_by(&who, entry));
    Ok(Json(ContactDetail { contact, timeline }))
}

/// The calls, voicemails, consents and notes of a contact, newest first.
#[utoipa::path(get, path = "/v1/contacts/{id}/timeline", tag = "contacts", operation_id = "getContactTimeline",
    params(("id" = String, Path, description = "Id of the contact"), PageQuery),
    responses((status = 200, body = inline(List<Happening>))))]
pub(super) async fn timeline(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<ContactId>,
    Params(query): Params<PageQuery>,
) -> Result<List<Happening>, Problem> {
    let page = query.request()?;
    state.store().contact(id).await?.ok_or_else(no_such_contact)?;
    let timeline = state.store().timeline(id, &page).await?;
    Ok(List::page(timeline, |entry| Happening::seen_by(&who, entry)))
}

/// Changes a contact.
#[utoipa::path(patch, path = "/v1/contacts/{id}", tag = "contacts", operation_id = "changeContact",
    params(("id" = String, Path, description = "Id of the contact")), request_body = Change,
    responses((status = 200, body = Contact)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<ContactId>,
    Body(change): Body<Change>,
) -> Result<Json<Contact>, Problem> {
    let change = change.checked(&state)?;
    Ok(Json(state.store().change_contact(id, change, now_ms()).await?.into()))
}

/// A PIN for a contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPin {
    /// 4 to 12 digits, that the contact types on the phone.
    #[schema(example = "4711", write_only)]
    pin: String,
}

/// Gives a contact a PIN, by which callers are verified. What was wrong before is forgotten, and a lock opened.
#[utoipa::path(put, path = "/v1/contacts/{id}/pin", tag = "contacts", operation_id = "setContactPin",
    params(("id" = String, Path, description = "Id of the contact")), request_body = NewPin,
    responses((status = 204, description = "It has that PIN now")))]
pub(super) async fn set_pin(
    State(state): State<ApiState>,
    Id(id): Id<ContactId>,
    Body(NewPin { pin }): Body<NewPin>,
) -> Result<StatusCode, Problem> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| Problem::new(Kind::Internal, "the system has no random numbers"))?;
    let digest = tokio::task::spawn_blocking(move || agent_tools::pin_digest(&pin, salt)).await;
    let digest = digest.map_err(|_| Problem::new(Kind::Internal, "the PIN cannot be kept"))?;
    let digest = digest.map_err(|error| Problem::new(Kind::Invalid, error.to_string()))?;
    state.store().set_pin(id, Some(digest), now_ms()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a contact's PIN away.
#[utoipa::path(delete, path = "/v1/contacts/{id}/pin", tag = "contacts", operation_id = "removeContactPin",
    params(("id" = String, Path, description = "Id of the contact")),
    responses((status = 204, description = "It has no PIN now")))]
pub(super) async fn remove_pin(State(state): State<ApiState>, Id(id): Id<ContactId>) -> Result<StatusCode, Problem> {
    state.store().set_pin(id, None, now_ms()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn no_such_contact() -> Problem {
    Problem::no_such("contact", "/v1/contacts")
}

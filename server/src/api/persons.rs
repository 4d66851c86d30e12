//! One person: made, merged, noted about, taken along, removed, erased.

use axum::Json;
use axum::body::Body as AnswerBody;
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use call_model::{ContactId, ErasureId, MergeId, NoteId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Address, ErasureRecord, MergeRecord, NoteRecord};
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};

use super::contacts::{Change, no_such_contact};
use super::extract::{Body, Id, Params, Patch};
use super::now_ms;
use super::page::{List, PageQuery};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::{Contact, NumberOfContact, Time};
use crate::access::Principal;
use crate::people::{archive, duplicates, erasing};

/// The longest note or reason, bytes.
const MAX_TEXT: usize = 10_000;
/// The most erasures in one answer.
const MOST: u32 = 1_000;

/// A contact to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewContact {
    /// Its number or address.
    #[schema(example = "+4930901820")]
    number: String,
    /// Name.
    name: Option<String>,
    /// BCP 47 language.
    language: Option<String>,
    /// IANA name of the time zone.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// ISO 3166-1 country.
    country: Option<String>,
    /// Part of the country: what follows the hyphen in ISO 3166-2.
    region: Option<String>,
    /// Tags.
    tags: Option<Vec<String>>,
    /// Further numbers.
    numbers: Option<Vec<NumberOfContact>>,
    /// Notes.
    notes: Option<String>,
    /// Further fields.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

impl NewContact {
    fn known(self) -> Change {
        let set = |text: Option<String>| text.map_or(Patch::Keep, |text| Patch::Set(Some(text)));
        Change {
            name: set(self.name),
            language: set(self.language),
            time_zone: set(self.time_zone),
            country: set(self.country),
            region: set(self.region),
            tags: self.tags,
            numbers: self.numbers,
            notes: self.notes,
            fields: self.fields,
        }
    }
}

/// Makes a contact.
#[utoipa::path(post, path = "/v1/contacts", tag = "contacts", operation_id = "addContact", request_body = NewContact,
    responses((status = 201, body = Contact),
              (status = 409, body = Problem, description = "A contact has this number already")))]
pub(super) async fn add(
    State(state): State<ApiState>,
    Body(new): Body<NewContact>,
) -> Result<impl IntoResponse, Problem> {
    let store = state.store();
    let address = store.address(&new.number);
    if address == Address::Withheld {
        return Err(Problem::invalid("`number` is no number and no address: write +4930123456"));
    }
    if let Some(known) = store.contact_by_address(&address).await? {
        let detail = format!("contact {} has this number already: change that one", known.id);
        return Err(Problem::new(Kind::Conflict, detail));
    }
    let change = new.known().checked(&state)?;
    let made = store.find_or_make_contact(address, now_ms()).await?.ok_or_else(no_such_contact)?;
    let made = Contact::from(store.change_contact(made.id, change, now_ms()).await?);
    let location = [(header::LOCATION, format!("/v1/contacts/{}", made.id()))];
    Ok((StatusCode::CREATED, location, Json(made)))
}

/// Removes a contact, with its notes and consents. Its calls stay in the books, and so does what it said no to. To
/// remove everything: `POST /v1/erasures`.
#[utoipa::path(delete, path = "/v1/contacts/{id}", tag = "contacts", operation_id = "deleteContact",
    params(("id" = String, Path, description = "Id of the contact")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(id): Id<ContactId>) -> Result<StatusCode, Problem> {
    if state.store().delete_contact(id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(no_such_contact()) }
}

/// What somebody wrote about a contact.
#[derive(Serialize, ToSchema)]
pub(super) struct Note {
    /// Its id.
    #[schema(value_type = String)]
    id: NoteId,
    /// Who wrote it.
    author: Option<String>,
    /// What.
    text: String,
    /// When.
    at: Time,
}

impl From<NoteRecord> for Note {
    fn from(note: NoteRecord) -> Self {
        Self { id: note.id, author: note.author, text: note.text, at: Time(note.at_ms) }
    }
}

/// A note to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNote {
    /// What.
    text: String,
    /// Who writes it; the name of the API key when it is not said.
    author: Option<String>,
}

/// The notes about a contact, newest first.
#[utoipa::path(get, path = "/v1/contacts/{id}/notes", tag = "contacts", operation_id = "listNotes",
    params(("id" = String, Path, description = "Id of the contact"), PageQuery),
    responses((status = 200, body = inline(List<Note>))))]
pub(super) async fn notes(
    State(state): State<ApiState>,
    Id(id): Id<ContactId>,
    Params(query): Params<PageQuery>,
) -> Result<List<Note>, Problem> {
    state.store().contact(id).await?.ok_or_else(no_such_contact)?;
    Ok(List::page(state.store().notes(id, &query.request()?).await?, Note::from))
}

/// Writes a note about a contact.
#[utoipa::path(post, path = "/v1/contacts/{id}/notes", tag = "contacts", operation_id = "addNote",
    params(("id" = String, Path, description = "Id of the contact")), request_body = NewNote,
    responses((status = 201, body = Note)))]
pub(super) async fn add_note(
    State(state): State<ApiState>,
    Extension(owner): Extension<Principal>,
    Id(id): Id<ContactId>,
    Body(new): Body<NewNote>,
) -> Result<impl IntoResponse, Problem> {
    if new.text.trim().is_empty() || new.text.len() > MAX_TEXT {
        return Err(Problem::invalid(format!("`text` is 1 to {MAX_TEXT} bytes")));
    }
    let author = new.author.unwrap_or_else(|| owner.name().to_owned());
    let note = state.store().add_note(id, Some(&author), &new.text, now_ms()).await?;
    Ok((StatusCode::CREATED, Json(Note::from(note))))
}

/// Removes a note.
#[utoipa::path(delete, path = "/v1/contacts/{id}/notes/{note}", tag = "contacts", operation_id = "deleteNote",
    params(("id" = String, Path, description = "Id of the contact"),
           ("note" = String, Path, description = "Id of the note")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete_note(
    State(state): State<ApiState>,
    Path((id, note)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let ids = (id.parse::<ContactId>(), note.parse::<NoteId>());
    let none = || Problem::new(Kind::NotFound, "there is no such note: take one from the list of the contact's notes");
    let (Ok(id), Ok(note)) = ids else { return Err(none()) };
    if state.store().delete_note(id, note).await? { Ok(StatusCode::NO_CONTENT) } else { Err(none()) }
}

/// Two contacts that look like one person.
#[derive(Serialize, ToSchema)]
pub(super) struct DuplicateContacts {
    /// Whose number it is.
    #[schema(value_type = String)]
    contact: ContactId,
    /// Who has that number in a field or in its address.
    #[schema(value_type = String)]
    other: ContactId,
}

/// Contacts that look like one person: one names what is the number of the other. At most 1,000 pairs.
#[utoipa::path(get, path = "/v1/contacts/duplicates", tag = "contacts", operation_id = "listDuplicates",
    responses((status = 200, body = inline(List<DuplicateContacts>))))]
pub(super) async fn duplicate_contacts(State(state): State<ApiState>) -> Result<List<DuplicateContacts>, Problem> {
    let pairs = duplicates::by_number(state.store()).await?;
    let pairs = pairs.into_iter().map(|pair| DuplicateContacts { contact: pair.kept, other: pair.other });
    Ok(List::whole(pairs.collect()))
}

/// That two contacts were made one.
#[derive(Serialize, ToSchema)]
pub(super) struct Merged {
    /// Its id, to take it back.
    #[schema(value_type = String)]
    id: MergeId,
    /// The contact that was kept.
    #[schema(value_type = String)]
    kept: ContactId,
    /// The contact that is gone.
    #[schema(value_type = String)]
    gone: ContactId,
    /// Who did it.
    author: Option<String>,
    /// When.
    at: Time,
    /// When it was taken back.
    undone_at: Option<Time>,
}

impl From<MergeRecord> for Merged {
    fn from(merge: MergeRecord) -> Self {
        Self {
            id: merge.id,
            kept: merge.kept,
            gone: merge.gone,
            author: merge.author,
            at: Time(merge.at_ms),
            undone_at: merge.undone_ms.map(Time),
        }
    }
}

/// Which contact goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeOrder {
    /// The contact that becomes part of the other one.
    #[schema(value_type = String)]
    with: ContactId,
}

/// Makes two contacts one. The first keeps what it has, gets what it lacks, and all numbers, tags, calls and the rest of
/// the other; where both say something else, a note keeps what the other said.
#[utoipa::path(post, path = "/v1/contacts/{id}/merge", tag = "contacts", operation_id = "mergeContacts",
    params(("id" = String, Path, description = "Id of the contact that is kept")), request_body = MergeOrder,
    responses((status = 200, body = Merged)))]
pub(super) async fn merge(
    State(state): State<ApiState>,
    Extension(owner): Extension<Principal>,
    Id(id): Id<ContactId>,
    Body(order): Body<MergeOrder>,
) -> Result<Json<Merged>, Problem> {
    Ok(Json(state.store().merge_contacts(id, order.with, Some(owner.name()), now_ms()).await?.into()))
}

/// The merges into a contact, newest first.
#[utoipa::path(get, path = "/v1/contacts/{id}/merges", tag = "contacts", operation_id = "listMerges",
    params(("id" = String, Path, description = "Id of the contact")),
    responses((status = 200, body = inline(List<Merged>))))]
pub(super) async fn merges(State(state): State<ApiState>, Id(id): Id<ContactId>) -> Result<List<Merged>, Problem> {
    Ok(List::whole(state.store().merges(id).await?.into_iter().map(Merged::from).collect()))
}

/// Takes a merge back: the contact that is gone is there again, with what was its own.
#[utoipa::path(post, path = "/v1/merges/{id}/undo", tag = "contacts", operation_id = "undoMerge",
    params(("id" = String, Path, description = "Id of the merge")), responses((status = 200, body = Merged)))]
pub(super) async fn undo_merge(State(state): State<ApiState>, Id(id): Id<MergeId>) -> Result<Json<Merged>, Problem> {
    Ok(Json(state.store().undo_merge(id, now_ms()).await?.into()))
}

/// All that is kept of one person, as a ZIP: `person.json`, and the sound of its calls and messages.
#[utoipa::path(get, path = "/v1/contacts/{id}/archive", tag = "contacts", operation_id = "getContactArchive",
    params(("id" = String, Path, description = "Id of the contact")),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
pub(super) async fn get_archive(State(state): State<ApiState>, Id(id): Id<ContactId>) -> Result<Response, Problem> {
    let contact = state.store().contact(id).await?.ok_or_else(no_such_contact)?;
    let (person, files) = archive::gather(state.store(), &contact).await?;
    let folder = state.recordings().clone();
    let written = tokio::task::spawn_blocking(move || archive::write(&folder, &person, &files)).await;
    let failed = || Problem::new(Kind::Internal, "the archive cannot be written: is there room on the disk?");
    let (file, size) = written.map_err(|_| failed())?.map_err(|error| {
        tracing::error!(%error, "an archive cannot be written");
        failed()
    })?;
    let body = AnswerBody::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.zip\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

/// That a person was erased, or is being erased.
#[derive(Serialize, ToSchema)]
pub(super) struct Erasure {
    /// Its id.
    #[schema(value_type = String)]
    id: ErasureId,
    /// `running` or `done`.
    #[schema(example = "done")]
    state: &'static str,
    /// Who asked for it.
    author: Option<String>,
    /// Why.
    reason: String,
    /// How many rows went, by kind.
    #[schema(value_type = Object)]
    removed: Map<String, Value>,
    /// Salted digests of the numbers (HMAC with SHA-256 under a salt of these books).
    digests: Vec<String>,
    /// When it was asked for.
    asked_at: Time,
    /// When it was done.
    done_at: Option<Time>,
}

impl From<ErasureRecord> for Erasure {
    fn from(erasure: ErasureRecord) -> Self {
        Self {
            id: erasure.id,
            state: if erasure.done_ms.is_some() { "done" } else { "running" },
            author: erasure.author,
            reason: erasure.reason,
            removed: erasure.removed,
            digests: erasure.digests,
            asked_at: Time(erasure.asked_ms),
            done_at: erasure.done_ms.map(Time),
        }
    }
}

/// Who is to be erased: one of `contact` and `number`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewErasure {
    /// The contact.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// A number, whether there is a contact or not.
    number: Option<String>,
    /// Who asked for it; the name of the API key when it is not said.
    author: Option<String>,
    /// Why. It is kept: write no name here.
    #[serde(default)]
    reason: String,
}

/// Which erasures.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasureQuery {
    /// Of this number, as people write it.
    number: Option<String>,
}

/// Erases a person: the contact, its calls with recordings, transcripts and voicemails, the events that tell of them,
/// tickets, consents. What is left is that and when it was done, with salted digests of the numbers, and a suppression,
/// if there was one, under such a digest. It is done beside the answer, and goes on after a restart.
#[utoipa::path(post, path = "/v1/erasures", tag = "contacts", operation_id = "erase", request_body = NewErasure,
    responses((status = 202, body = Erasure)))]
pub(super) async fn erase(
    State(state): State<ApiState>,
    Extension(owner): Extension<Principal>,
    Body(new): Body<NewErasure>,
) -> Result<impl IntoResponse, Problem> {
    if new.contact.is_some() == new.number.is_some() {
        return Err(Problem::invalid("say who is to be erased: one of `contact` and `number`"));
    }
    if new.reason.len() > MAX_TEXT {
        return Err(Problem::invalid(format!("`reason` is longer than {MAX_TEXT} bytes")));
    }
    let author = new.author.unwrap_or_else(|| owner.name().to_owned());
    let store = state.store();
    let whole = |number: &String| store.address(number).as_str().is_some_and(Address::is_unmistakable);
    if !new.number.as_ref().is_none_or(whole) {
        return Err(Problem::invalid(
            "`number` is no whole number: write +4930123456 or sip:anna@host; or the contact",
        ));
    }
    let begun = store.begin_erasure(new.contact, new.number.as_deref(), Some(&author), &new.reason, now_ms()).await?;
    erasing::start(store.clone(), state.recordings().clone(), begun.id);
    let location = [(header::LOCATION, format!("/v1/erasures/{}", begun.id))];
    Ok((StatusCode::ACCEPTED, location, Json(Erasure::from(begun))))
}

/// Erasures, newest first; at most 1,000. With a number: what proves that it was erased.
#[utoipa::path(get, path = "/v1/erasures", tag = "contacts", operation_id = "listErasures", params(ErasureQuery),
    responses((status = 200, body = inline(List<Erasure>))))]
pub(super) async fn erasures(
    State(state): State<ApiState>,
    Params(query): Params<ErasureQuery>,
) -> Result<List<Erasure>, Problem> {
    let found = state.store().erasures(query.number.as_deref(), MOST).await?;
    Ok(List::whole(found.into_iter().map(Erasure::from).collect()))
}

/// One erasure.
#[utoipa::path(get, path = "/v1/erasures/{id}", tag = "contacts", operation_id = "getErasure",
    params(("id" = String, Path, description = "Id of the erasure")), responses((status = 200, body = Erasure)))]
pub(super) async fn erasure(State(state): State<ApiState>, Id(id): Id<ErasureId>) -> Result<Json<Erasure>, Problem> {
    let found = state.store().erasure(id).await?.ok_or_else(|| Problem::no_such("erasure", "/v1/erasures"))?;
    Ok(Json(found.into()))
}

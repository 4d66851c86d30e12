//! What people make of calls: tags, notes at a moment, corrections of the transcript.

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use call_model::{CallId, NoteId};
use serde::{Deserialize, Serialize};
use store::{CallNoteRecord, CorrectionRecord, StoreError, TagCount};
use utoipa::ToSchema;

use super::calls::no_such_call;
use super::extract::{Body, Id, Params, Patch};
use super::now_ms;
use super::page::{List, PageQuery};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::access::Principal;

/// The longest note and the longest line, in characters.
const MAX_TEXT: usize = 4_000;
const MAX_TAG: usize = 64;
const MAX_TAGS: usize = 32;
/// Later in a call there is nothing: a day, ms.
const MAX_MOMENT: u64 = 24 * 3_600_000;

/// The tags of a call.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tags {
    /// At most 32, each of at most 64 characters.
    #[schema(example = json!(["complaint", "vip"]))]
    tags: Vec<String>,
}

/// A tag with the number of calls that have it.
#[derive(Serialize, ToSchema)]
pub(super) struct Tag {
    /// The tag.
    #[schema(example = "complaint")]
    name: String,
    /// How many calls have it.
    calls: u64,
}

/// A note about a call, or about a moment of it.
#[derive(Serialize, ToSchema)]
pub(super) struct CallNote {
    /// Its id.
    #[schema(value_type = String, example = "note_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: NoteId,
    /// What it says.
    text: String,
    /// Which moment it is about, ms from the answer of the call; null: the whole call.
    at_ms: Option<u64>,
    /// Who wrote it.
    author: Option<String>,
    /// When it was written.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

/// A note to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCallNote {
    /// What it says: at most 4,000 characters.
    text: String,
    /// Which moment it is about, ms from the answer of the call; the whole call when it is not said.
    at_ms: Option<u64>,
}

/// What to change of a note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedNote {
    /// What it says.
    text: Option<String>,
    /// Which moment it is about; null: the whole call.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    at_ms: Patch<u64>,
}

/// What a line should read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCorrection {
    /// The whole line: at most 4,000 characters.
    #[schema(example = "I would like an appointment on Monday.")]
    text: String,
}

/// A line that should read otherwise than it was heard.
#[derive(Serialize, ToSchema)]
pub(super) struct Correction {
    /// The line's number in the transcript.
    seq: u32,
    /// What it should read.
    text: String,
    /// Who said so.
    by: Option<String>,
    /// When.
    at: Time,
}

impl From<TagCount> for Tag {
    fn from(tag: TagCount) -> Self {
        Self { name: tag.name, calls: tag.calls }
    }
}

impl From<CallNoteRecord> for CallNote {
    fn from(note: CallNoteRecord) -> Self {
        Self {
            id: note.id,
            text: note.text,
            at_ms: note.moment_ms,
            author: note.author,
            created_at: Time(note.created_ms),
            updated_at: Time(note.updated_ms),
        }
    }
}

impl From<CorrectionRecord> for Correction {
    fn from(correction: CorrectionRecord) -> Self {
        Self { seq: correction.seq, text: correction.text, by: correction.author, at: Time(correction.at_ms) }
    }
}

/// The tags that calls have, those of most calls first.
#[utoipa::path(get, path = "/v1/tags", tag = "calls", operation_id = "listTags",
    responses((status = 200, body = inline(List<Tag>))))]
pub(super) async fn tags(State(state): State<ApiState>) -> Result<List<Tag>, Problem> {
    Ok(List::whole(state.store().tags().await?.into_iter().map(Tag::from).collect()))
}

/// The tags of a call.
#[utoipa::path(get, path = "/v1/calls/{id}/tags", tag = "calls", operation_id = "getCallTags",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 200, body = Tags)))]
pub(super) async fn call_tags(State(state): State<ApiState>, Id(id): Id<CallId>) -> Result<Json<Tags>, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    Ok(Json(Tags { tags: state.store().call_tags(id).await? }))
}

/// Gives a call these tags, in place of those that it had.
#[utoipa::path(put, path = "/v1/calls/{id}/tags", tag = "calls", operation_id = "putCallTags",
    params(("id" = String, Path, description = "Id of the call")), request_body = Tags,
    responses((status = 200, body = Tags)))]
pub(super) async fn put_call_tags(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    Body(new): Body<Tags>,
) -> Result<Json<Tags>, Problem> {
    if new.tags.len() > MAX_TAGS {
        return Err(Problem::invalid(format!("`tags` are at most {MAX_TAGS}")));
    }
    let mut tags = Vec::with_capacity(new.tags.len());
    for tag in new.tags {
        let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ");
        if tag.is_empty() || tag.chars().count() > MAX_TAG || tag.chars().any(char::is_control) {
            return Err(Problem::invalid(format!("each of `tags` is 1 to {MAX_TAG} characters")));
        }
        tags.push(tag);
    }
    Ok(Json(Tags { tags: state.store().set_call_tags(id, &tags).await? }))
}

/// The notes about a call, newest first.
#[utoipa::path(get, path = "/v1/calls/{id}/notes", tag = "calls", operation_id = "listCallNotes",
    params(("id" = String, Path, description = "Id of the call"), PageQuery),
    responses((status = 200, body = inline(List<CallNote>))))]
pub(super) async fn notes(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    Params(query): Params<PageQuery>,
) -> Result<List<CallNote>, Problem> {
    let page = query.request()?;
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    Ok(List::page(state.store().call_notes(id, &page).await?, CallNote::from))
}

/// Writes a note about a call, or about a moment of it.
#[utoipa::path(post, path = "/v1/calls/{id}/notes", tag = "calls", operation_id = "addCallNote",
    params(("id" = String, Path, description = "Id of the call")), request_body = NewCallNote,
    responses((status = 201, body = CallNote)))]
pub(super) async fn add_note(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<CallId>,
    Body(new): Body<NewCallNote>,
) -> Result<impl IntoResponse, Problem> {
    let text = checked(&new.text)?;
    check_moment(new.at_ms)?;
    let note = state.store().add_call_note(id, Some(who.name()), text, new.at_ms, now_ms()).await?;
    let location = [(header::LOCATION, format!("/v1/calls/{id}/notes/{}", note.id))];
    Ok((StatusCode::CREATED, location, Json(CallNote::from(note))))
}

/// Changes a note.
#[utoipa::path(patch, path = "/v1/calls/{id}/notes/{note}", tag = "calls", operation_id = "changeCallNote",
    params(("id" = String, Path, description = "Id of the call"),
           ("note" = String, Path, description = "Id of the note")), request_body = ChangedNote,
    responses((status = 200, body = CallNote)))]
pub(super) async fn change_note(
    State(state): State<ApiState>,
    Path((id, note)): Path<(String, String)>,
    Body(change): Body<ChangedNote>,
) -> Result<Json<CallNote>, Problem> {
    let (id, note) = ids(&id, &note).ok_or_else(no_such_note)?;
    let text = change.text.as_deref().map(checked).transpose()?;
    let moment: Option<Option<u64>> = change.at_ms.into();
    check_moment(moment.flatten())?;
    match state.store().change_call_note(id, note, text, moment, now_ms()).await {
        Ok(note) => Ok(Json(note.into())),
        Err(StoreError::NotFound(_)) => Err(no_such_note()),
        Err(error) => Err(error.into()),
    }
}

/// Removes a note.
#[utoipa::path(delete, path = "/v1/calls/{id}/notes/{note}", tag = "calls", operation_id = "deleteCallNote",
    params(("id" = String, Path, description = "Id of the call"),
           ("note" = String, Path, description = "Id of the note")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete_note(
    State(state): State<ApiState>,
    Path((id, note)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (id, note) = ids(&id, &note).ok_or_else(no_such_note)?;
    if state.store().delete_call_note(id, note).await? { Ok(StatusCode::NO_CONTENT) } else { Err(no_such_note()) }
}

/// The lines of a call that should read otherwise than they were heard. The transcript carries them as `corrected`.
#[utoipa::path(get, path = "/v1/calls/{id}/corrections", tag = "transcripts", operation_id = "listCorrections",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 200, body = inline(List<Correction>))))]
pub(super) async fn corrections(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
) -> Result<List<Correction>, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    Ok(List::whole(state.store().corrections(id).await?.into_iter().map(Correction::from).collect()))
}

/// Says what a line should read. What was heard stays beside it.
#[utoipa::path(put, path = "/v1/calls/{id}/corrections/{seq}", tag = "transcripts", operation_id = "putCorrection",
    params(("id" = String, Path, description = "Id of the call"),
           ("seq" = u32, Path, description = "Number of the line in the transcript")), request_body = NewCorrection,
    responses((status = 200, body = Correction),
              (status = 409, body = Problem, description = "Lines still come in")))]
pub(super) async fn correct(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Path((id, seq)): Path<(String, String)>,
    Body(new): Body<NewCorrection>,
) -> Result<Json<Correction>, Problem> {
    let (id, seq) = ids(&id, &seq).ok_or_else(no_such_line)?;
    let text = checked(&new.text)?;
    match state.store().correct_line(id, seq, text, Some(who.name()), now_ms()).await {
        Ok(correction) => Ok(Json(correction.into())),
        Err(StoreError::NotFound(_)) => Err(no_such_line()),
        Err(error) => Err(error.into()),
    }
}

/// The line is right as it was heard.
#[utoipa::path(delete, path = "/v1/calls/{id}/corrections/{seq}", tag = "transcripts",
    operation_id = "deleteCorrection",
    params(("id" = String, Path, description = "Id of the call"),
           ("seq" = u32, Path, description = "Number of the line in the transcript")),
    responses((status = 204, description = "It reads as it was heard")))]
pub(super) async fn uncorrect(
    State(state): State<ApiState>,
    Path((id, seq)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (id, seq) = ids(&id, &seq).ok_or_else(no_such_line)?;
    if state.store().delete_correction(id, seq).await? { Ok(StatusCode::NO_CONTENT) } else { Err(no_such_line()) }
}

fn ids<T: std::str::FromStr>(call: &str, of_it: &str) -> Option<(CallId, T)> {
    Some((call.parse().ok()?, of_it.parse().ok()?))
}

fn checked(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(Problem::invalid(format!("`text` is 1 to {MAX_TEXT} characters")));
    }
    Ok(text)
}

fn check_moment(at_ms: Option<u64>) -> Result<(), Problem> {
    if at_ms.is_some_and(|at| at > MAX_MOMENT) {
        return Err(Problem::invalid("`at_ms` is ms from the answer of the call, at most a day"));
    }
    Ok(())
}

fn no_such_note() -> Problem {
    Problem::new(Kind::NotFound, "there is no such note: take one from GET /v1/calls/{id}/notes")
}

fn no_such_line() -> Problem {
    Problem::new(
        Kind::NotFound,
        "there is no such line, or it was not corrected: GET /v1/calls/{id}/transcript has them",
    )
}

//! Voicemails: listing, hearing, marking, removing.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use call_model::{CallId, ContactId, VoicemailId};
use serde::Deserialize;
use store::VoicemailFilter;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params};
use super::page::{List, page_request};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Voicemail;
use super::{now_ms, sound};

/// Which voicemails.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// In this mailbox: the name of a member or of a group.
    mailbox: Option<String>,
    /// Of this contact.
    #[param(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// Left in this call.
    #[param(value_type = Option<String>)]
    call: Option<CallId>,
    /// Heard (`true`) or not yet (`false`).
    heard: Option<bool>,
    /// The most voicemails on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What to change of a voicemail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VoicemailChange)]
pub(super) struct Change {
    /// Whether it was heard. The first time stays.
    heard: bool,
}

/// Voicemails, newest first.
#[utoipa::path(get, path = "/v1/voicemails", tag = "voicemails", operation_id = "listVoicemails", params(ListQuery),
    responses((status = 200, body = inline(List<Voicemail>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Voicemail>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter =
        VoicemailFilter { mailbox: query.mailbox, contact: query.contact, call: query.call, heard: query.heard };
    Ok(List::page(state.store().voicemails(&filter, &page).await?, Voicemail::from))
}

/// One voicemail.
#[utoipa::path(get, path = "/v1/voicemails/{id}", tag = "voicemails", operation_id = "getVoicemail",
    params(("id" = String, Path, description = "Id of the voicemail")),
    responses((status = 200, body = Voicemail)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<VoicemailId>) -> Result<Json<Voicemail>, Problem> {
    Ok(Json(state.store().voicemail(id).await?.ok_or_else(no_such_voicemail)?.into()))
}

/// The sound of a voicemail, as WAV. Takes `Range`.
#[utoipa::path(get, path = "/v1/voicemails/{id}/audio", tag = "voicemails", operation_id = "getVoicemailAudio",
    params(("id" = String, Path, description = "Id of the voicemail"),
           ("Range" = Option<String>, Header, description = "Part of the file, such as `bytes=0-65535`")),
    responses((status = 200, description = "The whole file", content_type = "audio/wav", body = [u8]),
              (status = 206, description = "The part asked for", content_type = "audio/wav", body = [u8])))]
pub(super) async fn audio(
    State(state): State<ApiState>,
    Id(id): Id<VoicemailId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let voicemail = state.store().voicemail(id).await?.ok_or_else(no_such_voicemail)?;
    if voicemail.held {
        return Err(Problem::new(Kind::Conflict, "the message is not ready: wait for the event voicemail.received"));
    }
    sound::send(state.recordings(), &voicemail.path, &headers, &format!("{id}.wav")).await
}

/// Marks a voicemail as heard, or as not heard.
#[utoipa::path(patch, path = "/v1/voicemails/{id}", tag = "voicemails", operation_id = "changeVoicemail",
    params(("id" = String, Path, description = "Id of the voicemail")), request_body = Change,
    responses((status = 200, body = Voicemail)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<VoicemailId>,
    Body(change): Body<Change>,
) -> Result<Json<Voicemail>, Problem> {
    Ok(Json(state.store().mark_voicemail(id, change.heard.then(now_ms)).await?.into()))
}

/// Removes a voicemail and its sound.
#[utoipa::path(delete, path = "/v1/voicemails/{id}", tag = "voicemails", operation_id = "deleteVoicemail",
    params(("id" = String, Path, description = "Id of the voicemail")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(id): Id<VoicemailId>) -> Result<StatusCode, Problem> {
    let voicemail = state.store().delete_voicemail(id).await?.ok_or_else(no_such_voicemail)?;
    sound::remove(state.recordings(), voicemail.path).await;
    Ok(StatusCode::NO_CONTENT)
}

fn no_such_voicemail() -> Problem {
    Problem::no_such("voicemail", "/v1/voicemails")
}

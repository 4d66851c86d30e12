//! What agents may know: documents, web sites, and the questions that they do not answer.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use knowledge::documents::site::check;
use knowledge::documents::{Format, ReadError, read};
use knowledge::{Language, Passage};
use serde::{Deserialize, Serialize};
use store::{GapRecord, GapState, NewSource, PassageRecord, SourceKind, SourceRecord, SourceState, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Document, Id, Params, from_json};
use super::flows::check_name;
use super::now_ms;
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::{ApiState, BooksChange};
use super::wire::Time;

const MAX_ANSWER: usize = 2_000;
const HOUR: i64 = 3_600_000;

/// A document or a web site that agents may name under `knowledge`.
#[derive(Serialize, ToSchema)]
pub(super) struct Source {
    /// Its name.
    #[schema(example = "prices")]
    name: String,
    /// `document`, `site` or `answers` (given to open questions).
    #[schema(value_type = String, example = "document")]
    kind: SourceKind,
    /// BCP 47 language; null: that of the agent that reads it.
    language: Option<String>,
    /// Of a web site: where it begins.
    address: Option<String>,
    /// Of a web site: how often it is read, hours.
    refresh_hours: Option<i64>,
    /// `waiting` (to be read), `ready`, or `failed`: then what was read before is still known.
    #[schema(value_type = String, example = "ready")]
    state: SourceState,
    /// Why it could not be read.
    fault: Option<String>,
    /// How many passages it has.
    passages: u32,
    /// When it was read.
    read_at: Option<Time>,
    /// When it is to be read next.
    due_at: Option<Time>,
}

impl From<SourceRecord> for Source {
    fn from(source: SourceRecord) -> Self {
        Self {
            name: source.name,
            kind: source.kind,
            language: source.language,
            address: source.address,
            refresh_hours: source.refresh_ms.map(|ms| ms / HOUR),
            state: source.state,
            fault: source.fault,
            passages: source.passages,
            read_at: source.read_ms.map(Time),
            due_at: source.due_ms.map(Time),
        }
    }
}

/// A piece of a document that can be an answer.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundPassage {
    /// Its id, as transcripts name it.
    #[schema(example = "prices.pdf#3")]
    id: String,
    /// How it is asked for, or the headings above it.
    questions: Vec<String>,
    /// What it says.
    answer: String,
}

impl From<PassageRecord> for FoundPassage {
    fn from(passage: PassageRecord) -> Self {
        Self { id: passage.id, questions: passage.questions, answer: passage.answer }
    }
}

/// A web site.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSite {
    /// Where it begins: only pages below this address are read, as its robots.txt lets us.
    #[schema(example = "https://example.org/help/")]
    address: String,
    /// How often it is read again, hours; `knowledge.refresh_hours` when it is not said.
    #[schema(minimum = 1)]
    refresh_hours: Option<u32>,
}

/// What is said of a document.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PutSource {
    /// BCP 47 language: en, de, es, fr or it; that of the agent when it is not said.
    language: Option<String>,
    /// The file's name, where the media type does not tell what it is.
    file: Option<String>,
}

/// All documents and web sites, by name.
#[utoipa::path(get, path = "/v1/knowledge", tag = "knowledge", operation_id = "listKnowledge",
    responses((status = 200, body = inline(List<Source>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Source>, Problem> {
    Ok(List::whole(state.store().sources().await?.into_iter().map(Source::from).collect()))
}

/// One of them.
#[utoipa::path(get, path = "/v1/knowledge/{name}", tag = "knowledge", operation_id = "getKnowledge",
    params(("name" = String, Path, description = "Name of the source")), responses((status = 200, body = Source)))]
pub(super) async fn get(State(state): State<ApiState>, Id(name): Id<String>) -> Result<Json<Source>, Problem> {
    let source = state.store().source(&name).await?.ok_or_else(no_such_source)?;
    Ok(Json(source.into()))
}

/// Its passages, in their order.
#[utoipa::path(get, path = "/v1/knowledge/{name}/passages", tag = "knowledge", operation_id = "listPassages",
    params(("name" = String, Path, description = "Name of the source")),
    responses((status = 200, body = inline(List<FoundPassage>))))]
pub(super) async fn passages(
    State(state): State<ApiState>,
    Id(name): Id<String>,
) -> Result<List<FoundPassage>, Problem> {
    state.store().source(&name).await?.ok_or_else(no_such_source)?;
    Ok(List::whole(state.store().passages(&name).await?.into_iter().map(FoundPassage::from).collect()))
}

/// Puts a document, as its bytes with its media type, or a web site, as JSON with its address, in the place of what had
/// this name. A document is read at once; a web site in the background. Agents that name it know it from their next call
/// on.
#[utoipa::path(put, path = "/v1/knowledge/{name}", tag = "knowledge", operation_id = "putKnowledge",
    params(("name" = String, Path, description = "Lower-case letters, digits, `-` and `_`"), PutSource),
    request_body(content((NewSite = "application/json"), (String = "text/markdown"), (String = "text/plain"),
        (String = "text/html"), (String = "text/csv"), (Vec<u8> = "application/pdf"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"))),
    responses((status = 200, body = Source),
              (status = 422, description = "It cannot be read", body = Problem)))]
pub(super) async fn put(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<PutSource>,
    head: HeaderMap,
    Document(body): Document,
) -> Result<Json<Source>, Problem> {
    check_name("a source's", &name)?;
    if let Some(tag) = &query.language
        && Language::from_tag(tag).is_none()
    {
        return Err(Problem::invalid(format!("`{tag}` is not one of en, de, es, fr, it")));
    }
    let media_type = head.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let new = NewSource {
        name: name.clone(),
        kind: SourceKind::Document,
        language: query.language,
        address: None,
        refresh_ms: None,
    };
    let source = if media_type.starts_with("application/json") {
        put_site(&state, new, from_json(&body)?).await?
    } else {
        let by_name = query.file.as_deref().and_then(Format::of_name);
        let format = by_name.or_else(|| Format::of_media_type(media_type)).ok_or_else(|| {
            let given = query.file.unwrap_or_else(|| media_type.to_owned());
            let detail = if given.is_empty() {
                "say what it is by `Content-Type`, or by `?file=` with its name; a web site is `application/json`"
                    .into()
            } else {
                format!("{}. A web site is put as `application/json`", ReadError::Kind(given))
            };
            Problem::new(Kind::UnsupportedMediaType, detail)
        })?;
        let (limits, shown) = (state.config().documents, name.clone());
        let passages = tokio::task::spawn_blocking(move || read(&shown, format, &body, &limits)).await;
        let passages = passages.unwrap_or_else(|_| Err(ReadError::Broken("the reader failed".into())));
        let passages = passages.map_err(|error| Problem::invalid(error.to_string()))?;
        let source = state.store().put_source(new, now_ms()).await?;
        state.store().fill_source(&source, Ok(passages.into_iter().map(record).collect()), now_ms()).await?
    };
    state.calls().books_changed(BooksChange::Knowledge).await;
    Ok(Json(source.into()))
}

async fn put_site(state: &ApiState, new: NewSource, site: NewSite) -> Result<SourceRecord, Problem> {
    check(&site.address).map_err(|error| Problem::invalid(format!("`address`: {error}")))?;
    if site.refresh_hours == Some(0) {
        return Err(Problem::invalid("`refresh_hours` is 1 or more"));
    }
    let hours = site.refresh_hours.unwrap_or(state.config().refresh_hours).max(1);
    let new = NewSource {
        kind: SourceKind::Site,
        address: Some(site.address),
        refresh_ms: Some(i64::from(hours) * HOUR),
        ..new
    };
    Ok(state.store().put_source(new, now_ms()).await?)
}

fn record(passage: Passage) -> PassageRecord {
    PassageRecord { id: passage.id, questions: passage.questions, answer: passage.answer }
}

/// Removes a document or a web site with its passages.
#[utoipa::path(delete, path = "/v1/knowledge/{name}", tag = "knowledge", operation_id = "deleteKnowledge",
    params(("name" = String, Path, description = "Name of the source")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(name): Id<String>) -> Result<StatusCode, Problem> {
    if !state.store().delete_source(&name).await? {
        return Err(no_such_source());
    }
    state.calls().books_changed(BooksChange::Knowledge).await;
    Ok(StatusCode::NO_CONTENT)
}

/// A question that callers asked and the documents do not answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Gap {
    /// Its number.
    id: i64,
    /// The agent that was asked.
    agent: String,
    /// BCP 47 language.
    language: String,
    /// The question, as it was asked first.
    question: String,
    /// How often it was asked.
    asked: u32,
    /// When it was asked first.
    first_at: Time,
    /// When it was asked last.
    last_at: Time,
    /// The call in which it was asked last.
    call: Option<String>,
    /// `open`, `answered` or `dismissed`.
    #[schema(value_type = String, example = "open")]
    state: GapState,
}

impl From<GapRecord> for Gap {
    fn from(gap: GapRecord) -> Self {
        Self {
            id: gap.id,
            agent: gap.agent,
            language: gap.language,
            question: gap.question,
            asked: gap.asked,
            first_at: Time(gap.first_ms),
            last_at: Time(gap.last_ms),
            call: gap.call.map(|call| call.to_string()),
            state: gap.state,
        }
    }
}

/// Which questions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct GapQuery {
    /// `open` (when it is not said), `answered` or `dismissed`.
    #[param(value_type = Option<String>)]
    state: Option<GapState>,
    /// The most questions: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// What to do with a question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloseGap {
    /// The answer, which all agents with documents in its language know from their next call on; null: it is no matter of
    /// the business. It must be said which.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    answer: Option<String>,
}

/// The questions that the documents do not answer, the most frequent first.
#[utoipa::path(get, path = "/v1/knowledge-gaps", tag = "knowledge", operation_id = "listKnowledgeGaps", params(GapQuery),
    responses((status = 200, body = inline(List<Gap>))))]
pub(super) async fn gaps(State(state): State<ApiState>, Params(query): Params<GapQuery>) -> Result<List<Gap>, Problem> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::new(Kind::BadRequest, "`limit` is 1 to 200"));
    }
    let gaps = state.store().gaps(query.state.unwrap_or(GapState::Open), limit).await?;
    Ok(List::whole(gaps.into_iter().map(Gap::from).collect()))
}

/// Answers a question, or puts it aside.
#[utoipa::path(post, path = "/v1/knowledge-gaps/{id}", tag = "knowledge", operation_id = "closeKnowledgeGap",
    params(("id" = i64, Path, description = "Number of the question")), request_body = CloseGap,
    responses((status = 200, body = Gap)))]
pub(super) async fn close_gap(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Body(change): Body<CloseGap>,
) -> Result<Json<Gap>, Problem> {
    let answer = change.answer.map(|answer| answer.trim().to_owned());
    if let Some(answer) = &answer
        && !(1..=MAX_ANSWER).contains(&answer.chars().count())
    {
        return Err(Problem::invalid(format!("`answer` has 1 to {MAX_ANSWER} characters")));
    }
    let id = id.parse().map_err(|_| no_such_gap())?;
    let gap = state.store().close_gap(id, answer, now_ms()).await.map_err(|error| match error {
        StoreError::NotFound(_) => no_such_gap(),
        error => error.into(),
    })?;
    state.calls().books_changed(BooksChange::Knowledge).await;
    Ok(Json(gap.into()))
}

fn no_such_gap() -> Problem {
    Problem::no_such("open question", "/v1/knowledge-gaps")
}

fn no_such_source() -> Problem {
    Problem::no_such("source", "/v1/knowledge")
}

//! Our numbers and what answers them.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use call_model::{AppName, NumberId};
use calls::FaxRule;
use serde::{Deserialize, Serialize};
use store::{Address, NewNumber, NumberRecord, RecordingRule, Store};
use utoipa::ToSchema;

use super::extract::{Body, Id, Patch};
use super::now_ms;
use super::page::List;
use super::problem::Problem;
use super::state::{ApiState, BooksChange};
use super::wire::Time;

/// One of our numbers, with what answers it.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the field's name on the wire")]
pub(super) struct Number {
    /// Its id.
    #[schema(value_type = String, example = "num_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: NumberId,
    /// E.164, or the user part of a SIP address such as `reception`.
    #[schema(example = "+493090182")]
    number: String,
    /// Name of the flow that answers; null where it is an agent.
    flow: Option<String>,
    /// Name of the agent that answers; null where it is a flow.
    agent: Option<String>,
    /// BCP 47 language to begin with; null for the business's.
    language: Option<String>,
    /// `off`, `announced` or `consent`; null leaves it to the flow or the agent.
    #[schema(value_type = Option<String>)]
    recording: Option<RecordingRule>,
    /// Name of the trunk that it is on.
    trunk: Option<String>,
    /// What is done where a fax machine is heard: `ignore`, `hangup`, or `transfer:` with a number or a member behind it;
    /// null ignores it.
    fax: Option<String>,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

/// A number to be made. Either `flow` or `agent` says what answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewNumber)]
pub(super) struct New {
    /// A number, or the user part of a SIP address such as `reception`.
    #[schema(example = "+49 30 90182")]
    number: String,
    /// Name of the flow that answers.
    #[schema(example = "reception")]
    flow: Option<String>,
    /// Name of the agent that answers.
    #[schema(example = "assistant")]
    agent: Option<String>,
    /// BCP 47 language to begin with.
    language: Option<String>,
    /// `off`, `announced` or `consent`.
    #[schema(value_type = Option<String>)]
    recording: Option<RecordingRule>,
    /// Name of the trunk that it is on.
    trunk: Option<String>,
    /// What is done where a fax machine is heard: `ignore`, `hangup`, or `transfer:` with a number or a member behind it.
    #[schema(example = "transfer:fax")]
    fax: Option<String>,
}

/// What to change of a number: what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NumberChange)]
pub(super) struct Change {
    /// A number, or the user part of a SIP address.
    number: Option<String>,
    /// Name of the flow that answers from now on.
    flow: Option<String>,
    /// Name of the agent that answers from now on.
    agent: Option<String>,
    /// BCP 47 language to begin with; null for the business's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<String>,
    /// `off`, `announced` or `consent`; null leaves it to the flow or the agent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    recording: Patch<RecordingRule>,
    /// Name of the trunk; null takes it off.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    trunk: Patch<String>,
    /// What is done where a fax machine is heard; null ignores it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    fax: Patch<String>,
}

impl From<NumberRecord> for Number {
    fn from(number: NumberRecord) -> Self {
        let (flow, agent) = match number.app {
            AppName::Flow(name) => (Some(name), None),
            AppName::Agent(name) => (None, Some(name)),
        };
        Self {
            id: number.id,
            number: number.number,
            flow,
            agent,
            language: number.language,
            recording: number.recording,
            trunk: number.trunk,
            fax: number.fax,
            created_at: Time(number.created_ms),
            updated_at: Time(number.updated_ms),
        }
    }
}

/// All numbers, newest first.
#[utoipa::path(get, path = "/v1/numbers", tag = "numbers", operation_id = "listNumbers",
    responses((status = 200, body = inline(List<Number>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Number>, Problem> {
    Ok(List::whole(state.store().numbers().await?.into_iter().map(Number::from).collect()))
}

/// One number.
#[utoipa::path(get, path = "/v1/numbers/{id}", tag = "numbers", operation_id = "getNumber",
    params(("id" = String, Path, description = "Id of the number")),
    responses((status = 200, body = Number)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<NumberId>) -> Result<Json<Number>, Problem> {
    Ok(Json(find(&state, id).await?.into()))
}

/// Makes a number.
#[utoipa::path(post, path = "/v1/numbers", tag = "numbers", operation_id = "addNumber", request_body = New,
    responses((status = 201, body = Number)))]
pub(super) async fn add(State(state): State<ApiState>, Body(new): Body<New>) -> Result<impl IntoResponse, Problem> {
    let New { number, flow, agent, language, recording, trunk, fax } = new;
    let app = app_named(flow, agent)?.ok_or_else(|| Problem::invalid(ONE_ANSWERS))?;
    let number = checked(state.store(), NewNumber { number, app, language, recording, trunk, fax }).await?;
    let number: Number = state.store().add_number(number, now_ms()).await?.into();
    state.calls().books_changed(BooksChange::Numbers).await;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v1/numbers/{}", number.id))], Json(number)))
}

/// Changes a number. Running calls go on as they began.
#[utoipa::path(patch, path = "/v1/numbers/{id}", tag = "numbers", operation_id = "changeNumber",
    params(("id" = String, Path, description = "Id of the number")), request_body = Change,
    responses((status = 200, body = Number)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<NumberId>,
    Body(change): Body<Change>,
) -> Result<Json<Number>, Problem> {
    let now = find(&state, id).await?;
    let number = NewNumber {
        number: change.number.unwrap_or(now.number),
        app: app_named(change.flow, change.agent)?.unwrap_or(now.app),
        language: change.language.over(now.language),
        recording: change.recording.over(now.recording),
        trunk: change.trunk.over(now.trunk),
        fax: change.fax.over(now.fax),
    };
    let number = checked(state.store(), number).await?;
    let number = state.store().change_number(id, number, now_ms()).await?;
    state.calls().books_changed(BooksChange::Numbers).await;
    Ok(Json(number.into()))
}

/// Removes a number: calls to it are refused from then on.
#[utoipa::path(delete, path = "/v1/numbers/{id}", tag = "numbers", operation_id = "deleteNumber",
    params(("id" = String, Path, description = "Id of the number")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(id): Id<NumberId>) -> Result<StatusCode, Problem> {
    if !state.store().delete_number(id).await? {
        return Err(no_such_number());
    }
    state.calls().books_changed(BooksChange::Numbers).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(state: &ApiState, id: NumberId) -> Result<NumberRecord, Problem> {
    state.store().number(id).await?.ok_or_else(no_such_number)
}

fn no_such_number() -> Problem {
    Problem::no_such("number", "/v1/numbers")
}

const ONE_ANSWERS: &str = "give either `flow` or `agent`, by its name: one says what answers";

/// The flow or the agent, where one of the two is named.
fn app_named(flow: Option<String>, agent: Option<String>) -> Result<Option<AppName>, Problem> {
    match (flow, agent) {
        (Some(flow), None) => Ok(Some(AppName::Flow(flow))),
        (None, Some(agent)) => Ok(Some(AppName::Agent(agent))),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(Problem::invalid(ONE_ANSWERS)),
    }
}

/// Whether there is a flow or an agent of this name.
pub(super) async fn check_app(store: &Store, app: &AppName) -> Result<(), Problem> {
    let (known, fault) = match app {
        AppName::Flow(name) => {
            (store.flow(name).await?.is_some(), "`flow`: there is no flow of this name: GET /v1/flows lists them")
        }
        AppName::Agent(name) => {
            (store.agent(name).await?.is_some(), "`agent`: there is no agent of this name: GET /v1/agents lists them")
        }
    };
    if known { Ok(()) } else { Err(Problem::invalid(fault)) }
}

/// The number as it is kept, when everything that it names exists.
pub(crate) async fn checked(store: &Store, mut number: NewNumber) -> Result<NewNumber, Problem> {
    number.number = our_number(store, &number.number)?;
    check_app(store, &number.app).await?;
    if let Some(trunk) = &number.trunk
        && !store.trunks().await?.iter().any(|known| known.name == *trunk)
    {
        return Err(Problem::invalid("`trunk`: there is no trunk of this name: GET /v1/trunks lists them"));
    }
    if let Some(fax) = &number.fax {
        let rule: FaxRule = fax.parse().map_err(|error| Problem::invalid(format!("`fax`: {error}")))?;
        number.fax = Some(rule.to_string());
    }
    Ok(number)
}

/// A number of ours as it is kept: E.164, or the user part of a SIP address.
pub(super) fn our_number(store: &Store, text: &str) -> Result<String, Problem> {
    if let Address::Number(number) = store.address(text) {
        return Ok(number);
    }
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"-_.+".contains(&b);
    let text = text.trim();
    if (1..=64).contains(&text.len()) && text.bytes().all(letters) {
        return Ok(text.to_owned());
    }
    Err(Problem::invalid("a number is E.164 (+4930901820), or the user part of a SIP address (reception)"))
}

//! Agents in versions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::AgentRecord;
use utoipa::ToSchema;

use super::extract::{Id, Params, Text};
use super::flows::{PutQuery, TextFault, VersionQuery, check_name, refusal};
use super::now_ms;
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::{ApiState, BooksChange};
use super::wire::Time;

/// One version of an AI persona.
#[derive(Serialize, ToSchema)]
pub(super) struct Agent {
    /// Its name.
    #[schema(example = "assistant")]
    name: String,
    /// 1, 2, 3 ...
    version: u32,
    /// New calls run this version; a running call keeps the version that it began with.
    active: bool,
    /// When it was written.
    created_at: Time,
    /// The text; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    yaml: Option<String>,
    /// What somebody should look at although the agent was taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<TextFault>,
}

impl Agent {
    fn listed(agent: AgentRecord) -> Self {
        Self { yaml: None, ..Self::whole(agent) }
    }

    fn whole(agent: AgentRecord) -> Self {
        Self {
            name: agent.name,
            version: agent.version,
            active: agent.active,
            created_at: Time(agent.created_ms),
            yaml: Some(agent.yaml),
            warnings: Vec::new(),
        }
    }
}

/// The active versions of all agents, by name.
#[utoipa::path(get, path = "/v1/agents", tag = "agents", operation_id = "listAgents",
    responses((status = 200, body = inline(List<Agent>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Agent>, Problem> {
    Ok(List::whole(state.store().agents().await?.into_iter().map(Agent::listed).collect()))
}

/// One version of an agent, with its text.
#[utoipa::path(get, path = "/v1/agents/{name}", tag = "agents", operation_id = "getAgent",
    params(("name" = String, Path, description = "Name of the agent"), VersionQuery),
    responses((status = 200, body = Agent)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<VersionQuery>,
) -> Result<Json<Agent>, Problem> {
    let store = state.store();
    let found = match query.version {
        None => store.agent(&name).await?,
        Some(version) => store.agent_versions(&name).await?.into_iter().find(|agent| agent.version == version),
    };
    found.map(|agent| Json(Agent::whole(agent))).ok_or_else(|| Problem::no_such("agent or version", "/v1/agents"))
}

/// Every version of an agent, newest first.
#[utoipa::path(get, path = "/v1/agents/{name}/versions", tag = "agents", operation_id = "listAgentVersions",
    params(("name" = String, Path, description = "Name of the agent")),
    responses((status = 200, body = inline(List<Agent>))))]
pub(super) async fn versions(State(state): State<ApiState>, Id(name): Id<String>) -> Result<List<Agent>, Problem> {
    let versions = state.store().agent_versions(&name).await?;
    if versions.is_empty() {
        return Err(no_such_agent());
    }
    Ok(List::whole(versions.into_iter().map(Agent::listed).collect()))
}

/// Makes the text the agent's active version, when it has no fault. Earlier versions stay; the same text again changes
/// nothing.
#[utoipa::path(put, path = "/v1/agents/{name}", tag = "agents", operation_id = "putAgent",
    params(("name" = String, Path, description = "Lower-case letters, digits, `-` and `_`"), PutQuery),
    request_body(content = String, content_type = "application/yaml", description = "The agent: see docs/agents.md"),
    responses((status = 200, description = "It is the active version", body = Agent),
              (status = 204, description = "It was only checked, and has no fault"),
              (status = 422, description = "It has faults: each is in `faults`, with its line", body = Problem)))]
pub(super) async fn put(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<PutQuery>,
    Text(yaml): Text,
) -> Result<Response, Problem> {
    check_name("an agent's", &name)?;
    let faults = |faults: Vec<voice_agent::Fault>| faults.into_iter().map(TextFault::from).collect();
    let warnings = state.calls().check_agent(&name, &yaml).map_err(|list| refusal(Kind::AgentRefused, faults(list)))?;
    if query.dry_run {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let agent = state.store().put_agent(&name, &yaml, now_ms()).await?;
    state.calls().books_changed(BooksChange::Agents).await;
    Ok(Json(Agent { warnings: faults(warnings), ..Agent::listed(agent) }).into_response())
}

/// Removes an agent with all its versions. Running calls keep what they began with; an agent that a number is answered
/// by stays.
#[utoipa::path(delete, path = "/v1/agents/{name}", tag = "agents", operation_id = "deleteAgent",
    params(("name" = String, Path, description = "Name of the agent")),
    responses((status = 204, description = "It is gone"),
              (status = 409, description = "A number is answered by it", body = Problem)))]
pub(super) async fn delete(State(state): State<ApiState>, Id(name): Id<String>) -> Result<StatusCode, Problem> {
    if !state.store().delete_agent(&name).await? {
        return Err(no_such_agent());
    }
    state.calls().books_changed(BooksChange::Agents).await;
    Ok(StatusCode::NO_CONTENT)
}

fn no_such_agent() -> Problem {
    Problem::no_such("agent", "/v1/agents")
}

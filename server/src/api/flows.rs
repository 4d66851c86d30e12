//! Flows in versions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ivr::Fault;
use serde::{Deserialize, Serialize};
use store::{FlowRecord, NodeCounters};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Id, Params, Text};
use super::now_ms;
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::{ApiState, BooksChange};
use super::wire::Time;

const MAX_NAME: usize = 64;

const ERROR: &str = "error";
const WARNING: &str = "warning";

/// One version of a scripted dialog.
#[derive(Serialize, ToSchema)]
pub(super) struct Flow {
    /// Its name.
    #[schema(example = "reception")]
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
    /// What somebody should look at although the flow was taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<TextFault>,
}

/// One thing that is wrong with a flow or an agent.
#[derive(Serialize, ToSchema)]
pub(super) struct TextFault {
    /// `error`, for which the text is refused, or `warning`.
    severity: &'static str,
    /// Line, from 1.
    line: usize,
    /// Column, from 1.
    column: usize,
    /// What is wrong.
    message: String,
    /// What to do about it.
    suggestion: Option<String>,
}

/// How often a node was walked.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the field's name on the wire")]
pub(super) struct Node {
    /// Its name.
    #[schema(example = "menu")]
    node: String,
    /// Calls that came to it.
    entered: u64,
    /// Calls that went on to another one.
    left: u64,
    /// Calls whose caller hung up there.
    abandoned: u64,
}

/// Which version.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionQuery {
    /// The version; the active one when it is not said.
    pub(super) version: Option<u32>,
}

/// How to put a flow or an agent.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PutQuery {
    /// Only check it: nothing is changed.
    #[serde(default)]
    pub(super) dry_run: bool,
}

impl Flow {
    fn listed(flow: FlowRecord) -> Self {
        Self { yaml: None, ..Self::whole(flow) }
    }

    fn whole(flow: FlowRecord) -> Self {
        Self {
            name: flow.name,
            version: flow.version,
            active: flow.active,
            created_at: Time(flow.created_ms),
            yaml: Some(flow.yaml),
            warnings: Vec::new(),
        }
    }
}

impl From<Fault> for TextFault {
    fn from(fault: Fault) -> Self {
        Self {
            severity: if fault.is_error() { ERROR } else { WARNING },
            line: fault.line,
            column: fault.column,
            message: fault.message,
            suggestion: fault.suggestion,
        }
    }
}

impl From<voice_agent::Fault> for TextFault {
    fn from(fault: voice_agent::Fault) -> Self {
        Self {
            severity: if fault.is_error() { ERROR } else { WARNING },
            line: fault.line,
            column: fault.column,
            message: fault.message,
            suggestion: fault.suggestion,
        }
    }
}

impl From<NodeCounters> for Node {
    fn from(node: NodeCounters) -> Self {
        Self { node: node.node, entered: node.entered, left: node.left, abandoned: node.abandoned }
    }
}

/// The active versions of all flows, newest first.
#[utoipa::path(get, path = "/v1/flows", tag = "flows", operation_id = "listFlows",
    responses((status = 200, body = inline(List<Flow>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Flow>, Problem> {
    Ok(List::whole(state.store().flows().await?.into_iter().map(Flow::listed).collect()))
}

/// One version of a flow, with its text.
#[utoipa::path(get, path = "/v1/flows/{name}", tag = "flows", operation_id = "getFlow",
    params(("name" = String, Path, description = "Name of the flow"), VersionQuery),
    responses((status = 200, body = Flow)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<VersionQuery>,
) -> Result<Json<Flow>, Problem> {
    Ok(Json(Flow::whole(find(&state, &name, query.version).await?)))
}

async fn find(state: &ApiState, name: &str, version: Option<u32>) -> Result<FlowRecord, Problem> {
    let found = match version {
        None => state.store().flow(name).await?,
        Some(version) => state.store().flow_versions(name).await?.into_iter().find(|flow| flow.version == version),
    };
    found.ok_or_else(|| Problem::no_such("flow or version", "/v1/flows"))
}

/// Every version of a flow, newest first.
#[utoipa::path(get, path = "/v1/flows/{name}/versions", tag = "flows", operation_id = "listFlowVersions",
    params(("name" = String, Path, description = "Name of the flow")),
    responses((status = 200, body = inline(List<Flow>))))]
pub(super) async fn versions(State(state): State<ApiState>, Id(name): Id<String>) -> Result<List<Flow>, Problem> {
    let versions = state.store().flow_versions(&name).await?;
    if versions.is_empty() {
        return Err(Problem::no_such("flow", "/v1/flows"));
    }
    Ok(List::whole(versions.into_iter().map(Flow::listed).collect()))
}

/// How often each node of a version was walked, by name. A node that no call came to is not named.
#[utoipa::path(get, path = "/v1/flows/{name}/nodes", tag = "flows", operation_id = "listFlowNodes",
    params(("name" = String, Path, description = "Name of the flow"), VersionQuery),
    responses((status = 200, body = inline(List<Node>))))]
pub(super) async fn nodes(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<VersionQuery>,
) -> Result<List<Node>, Problem> {
    let flow = find(&state, &name, query.version).await?;
    let counters = state.store().node_counters(&name, flow.version).await?;
    Ok(List::whole(counters.into_iter().map(Node::from).collect()))
}

/// Makes the text the flow's active version, when it has no fault. Earlier versions stay; the same text again changes
/// nothing.
#[utoipa::path(put, path = "/v1/flows/{name}", tag = "flows", operation_id = "putFlow",
    params(("name" = String, Path, description = "Lower-case letters, digits, `-` and `_`"), PutQuery),
    request_body(content = String, content_type = "application/yaml", description = "The flow: see docs/flows.md"),
    responses((status = 200, description = "It is the active version", body = Flow),
              (status = 204, description = "It was only checked, and has no fault"),
              (status = 422, description = "It has faults: each is in `faults`, with its line", body = Problem)))]
pub(super) async fn put(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<PutQuery>,
    Text(yaml): Text,
) -> Result<Response, Problem> {
    check_name("a flow's", &name)?;
    let warnings = state.calls().check_flow(&name, &yaml).map_err(refuse)?;
    if query.dry_run {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let flow = state.store().put_flow(&name, &yaml, now_ms()).await?;
    state.calls().books_changed(BooksChange::Flows).await;
    let warnings = warnings.into_iter().map(TextFault::from).collect();
    Ok(Json(Flow { warnings, ..Flow::listed(flow) }).into_response())
}

/// Removes a flow with all its versions. Running calls keep what they began with; a flow that a number is answered by
/// stays.
#[utoipa::path(delete, path = "/v1/flows/{name}", tag = "flows", operation_id = "deleteFlow",
    params(("name" = String, Path, description = "Name of the flow")),
    responses((status = 204, description = "It is gone"),
              (status = 409, description = "A number is answered by it", body = Problem)))]
pub(super) async fn delete(State(state): State<ApiState>, Id(name): Id<String>) -> Result<StatusCode, Problem> {
    if !state.store().delete_flow(&name).await? {
        return Err(Problem::no_such("flow", "/v1/flows"));
    }
    state.calls().books_changed(BooksChange::Flows).await;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn refuse(faults: Vec<Fault>) -> Problem {
    refusal(Kind::FlowRefused, faults.into_iter().map(TextFault::from).collect())
}

/// What the name of a flow or an agent may be. `whose`: "a flow's".
pub(super) fn check_name(whose: &str, name: &str) -> Result<(), Problem> {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    if (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(letters) {
        return Ok(());
    }
    Err(Problem::invalid(format!("{whose} name is 1 to {MAX_NAME} lower-case letters, digits, `-` and `_`")))
}

/// A text with faults is refused whole.
pub(super) fn refusal(kind: Kind, faults: Vec<TextFault>) -> Problem {
    let errors = faults.iter().filter(|fault| fault.severity == ERROR).count();
    let first = faults.iter().find(|fault| fault.severity == ERROR);
    let first = first.map(|fault| format!("line {}: {}", fault.line, fault.message)).unwrap_or_default();
    let detail = match errors {
        1 => format!("nothing was changed; {first}"),
        more => format!("nothing was changed; it has {more} faults, the first in {first}"),
    };
    Problem::new(kind, detail).with("faults", faults)
}

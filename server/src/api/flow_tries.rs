//! Flows run by typing: the same interpreter as in a call, in virtual time, without a telephone.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use call_model::{CallFacts, CallId, CallOrigin, Direction};
use ivr::simulate::{Happened, Line, Simulator, Waits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::extract::{Body, Id};
use super::flows::{check_name, refuse};
use super::now_ms;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;

/// Inputs of one run, and characters of one input.
const MAX_INPUTS: usize = 200;
const MAX_INPUT: usize = 1_000;
const CALLER: &str = "+12025550123";

/// A flow to be run by typing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Try {
    /// The flow's text; that of its active version when it is not said.
    yaml: Option<String>,
    /// BCP 47 language to begin with.
    #[schema(example = "en")]
    language: Option<String>,
    /// Who calls.
    #[schema(example = "+12025550123")]
    caller: Option<String>,
    /// `inbound` (when it is not said) or `outbound`.
    #[schema(value_type = Option<String>)]
    direction: Option<Direction>,
    /// Variables that whoever places the call hands over.
    #[serde(default)]
    variables: Map<String, Value>,
    /// When the call begins; now when it is not said.
    #[schema(value_type = Option<String>)]
    at: Option<jiff::Timestamp>,
    /// What is typed, in its order: keys (`1`, `123#`), an empty text for silence, `say WORDS`, `wait 30s`, `answer`,
    /// `busy`, `no_answer`, `unavailable` or `declined` for a transfer, `reply 200 BODY` or `fail` for a request,
    /// `result JSON` or `fail` for a tool, `return JSON` for an agent, `hangup`. At most 200.
    #[serde(default)]
    #[schema(example = json!(["1", "say opening hours"]))]
    inputs: Vec<String>,
}

/// What came of it. The same call again, with one more input and the same `at`, goes on from there.
#[derive(Serialize, ToSchema)]
pub(super) struct Tried {
    /// When the call began.
    at: Time,
    /// What happened at the beginning, and after each input.
    turns: Vec<TriedTurn>,
    /// What it waits for: `keys`, `words` (or keys), `message`, `transfer`, `reply` (of a system), `tool`, `guest` (an
    /// agent gives the call back) or `nothing` (it is over).
    #[schema(example = "keys")]
    waits: &'static str,
}

/// What happened until the flow waited.
#[derive(Serialize, ToSchema)]
struct TriedTurn {
    /// What was typed; null at the beginning.
    input: Option<String>,
    /// In its order.
    lines: Vec<TriedLine>,
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
struct TriedLine {
    /// Virtual time since the call began, ms.
    at_ms: u64,
    /// `node` (it came to one), `answered`, `said`, `sound`, `silence`, `listens`, `records`, `rings`, `asks` (a system),
    /// `uses` (a tool), `guest` (an agent has the call), `caller_left`, `ended` or `note`.
    #[schema(example = "said")]
    kind: &'static str,
    /// Of `node`: its flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<String>,
    /// Of `said`: its language.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// The words, the node, whom it rings, the address or the tool that it asks, why it ended, or the note.
    text: String,
}

impl From<Line> for TriedLine {
    fn from(line: Line) -> Self {
        let at_ms = u64::try_from(line.at.as_millis()).unwrap_or(u64::MAX);
        let (kind, text) = match &line.what {
            Happened::Node { node, .. } => ("node", node.clone()),
            Happened::Answered => ("answered", String::new()),
            Happened::Said { text, .. } => ("said", text.clone()),
            Happened::Sound(path) => ("sound", path.clone()),
            Happened::Silence => ("silence", String::new()),
            Happened::Listens => ("listens", String::new()),
            Happened::Records => ("records", String::new()),
            Happened::Rings { targets, .. } => ("rings", targets.join(", ")),
            Happened::Asks { method, url } => ("asks", format!("{method} {url}")),
            Happened::Uses { tool, arguments } => ("uses", format!("{tool} {arguments}")),
            Happened::Guest(name) => ("guest", name.clone()),
            Happened::CallerLeft => ("caller_left", String::new()),
            Happened::Ended { cause, .. } => ("ended", cause.clone()),
            Happened::Note(text) => ("note", text.clone()),
        };
        let (flow, language) = match line.what {
            Happened::Node { flow, .. } => (Some(flow), None),
            Happened::Said { language, .. } => (None, Some(language)),
            _ => (None, None),
        };
        Self { at_ms, kind, flow, language, text }
    }
}

/// Runs a flow by typing, in virtual time: nothing is called, asked or kept, and nothing waits.
#[utoipa::path(post, path = "/v1/flows/{name}/try", tag = "flows", operation_id = "tryFlow",
    params(("name" = String, Path, description = "Name of the flow")), request_body = Try,
    responses((status = 200, body = Tried),
              (status = 422, description = "It has faults: each is in `faults`, with its line", body = Problem)))]
pub(super) async fn run(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Body(wanted): Body<Try>,
) -> Result<Json<Tried>, Problem> {
    check_name("a flow's", &name)?;
    if wanted.inputs.len() > MAX_INPUTS || wanted.inputs.iter().any(|input| input.chars().count() > MAX_INPUT) {
        let detail = format!("`inputs` are at most {MAX_INPUTS} of {MAX_INPUT} characters: begin the call anew");
        return Err(Problem::invalid(detail));
    }
    let yaml = match wanted.yaml {
        Some(yaml) => yaml,
        None => state.store().flow(&name).await?.ok_or_else(|| Problem::no_such("flow", "/v1/flows"))?.yaml,
    };
    let program = state.calls().flow_program(&name, &yaml).map_err(refuse)?;
    let at = wanted.at.map_or_else(now_ms, jiff::Timestamp::as_millisecond);
    let facts = CallFacts {
        call: CallId::from_parts(at.unsigned_abs(), 0),
        direction: wanted.direction.unwrap_or(Direction::Inbound),
        caller: Some(wanted.caller.unwrap_or_else(|| CALLER.to_owned())),
        number: name,
        trunk: None,
        language: wanted.language.unwrap_or_else(|| state.config().language.clone()),
        contact: Map::new(),
        variables: wanted.variables,
        origin: CallOrigin::default(),
        answered_by: None,
    };
    // A flow may do much in no time.
    let played = tokio::task::spawn_blocking(move || play(program, facts, at, wanted.inputs)).await;
    played.map(Json).map_err(|_| Problem::new(Kind::Internal, "the flow could not be run: the log says why"))
}

fn play(program: ivr::FlowProgram, facts: CallFacts, at: i64, inputs: Vec<String>) -> Tried {
    let mut call = Simulator::new(Arc::new(program), facts, at);
    let lines = |lines: Vec<Line>| lines.into_iter().map(TriedLine::from).collect();
    let mut turns = vec![TriedTurn { input: None, lines: lines(call.begin()) }];
    for input in inputs {
        if call.is_over() {
            break;
        }
        let happened = lines(call.take(&input));
        turns.push(TriedTurn { input: Some(input), lines: happened });
    }
    let waits = match call.waits() {
        Waits::Keys => "keys",
        Waits::Words => "words",
        Waits::Message => "message",
        Waits::Transfer => "transfer",
        Waits::Reply => "reply",
        Waits::Tool => "tool",
        Waits::Guest => "guest",
        Waits::Nothing => "nothing",
    };
    Tried { at: Time(at), turns, waits }
}

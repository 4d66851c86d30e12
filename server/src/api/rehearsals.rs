//! Agents tried before their callers do: rehearsals that are kept, and runs of them with a table of results.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rehearsal::{Entry, Finding, Judgement, Outcome, Record, Rehearsal, Use, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Id, Params, Text};
use super::flows::{PutQuery, TextFault, check_name, refusal};
use super::now_ms;
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::rehearsals::{Held, Kept, MAX_TEXT, NoRoom, Progress, Rehearsals, Row, RowState, State as RunState};

/// A rehearsal that is kept.
#[derive(Serialize, ToSchema)]
pub(super) struct RehearsalScript {
    /// Its name.
    #[schema(example = "reception-booking-en")]
    name: String,
    /// What it tries.
    about: String,
    /// Its text: see docs/rehearsal.md.
    yaml: String,
    /// Where it is from: `file`, or `books` where it was written here.
    #[schema(example = "file")]
    from: &'static str,
    /// It can be run here: it is sound, and for text. Others are for the telephone: `callwright rehearse --audio`.
    runs: bool,
    /// What is wrong with it, and what somebody should look at.
    faults: Vec<TextFault>,
}

impl From<Kept> for RehearsalScript {
    fn from(kept: Kept) -> Self {
        let (about, runs, faults) = match kept.read {
            Ok(rehearsal) => (rehearsal.about, rehearsal.in_text, rehearsal.warnings),
            Err(faults) => (String::new(), false, faults),
        };
        Self {
            name: kept.name,
            about,
            yaml: kept.yaml,
            from: if kept.in_books { "books" } else { "file" },
            runs,
            faults: faults.into_iter().map(TextFault::from).collect(),
        }
    }
}

/// What is to be rehearsed: what is named and what is given, or everything that is kept where neither is said.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRehearsalRun)]
pub(super) struct Begin {
    /// Names of rehearsals that are kept.
    #[serde(default)]
    #[schema(example = json!(["reception-booking-en"]))]
    scripts: Vec<String>,
    /// Rehearsals that are not kept.
    #[serde(default)]
    given: Vec<GivenScript>,
    /// The agent's text in place of its active version: to try it before it is saved.
    agent: Option<String>,
}

/// A rehearsal with its name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenScript {
    /// What it is called in the table.
    name: String,
    /// Its text: see docs/rehearsal.md.
    yaml: String,
}

/// A run of rehearsals.
#[derive(Serialize, ToSchema)]
pub(super) struct RehearsalRun {
    /// Its id.
    #[schema(example = "rehearsal_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: String,
    /// The agent.
    agent: String,
    /// Another text was rehearsed than the agent has.
    draft: bool,
    /// How it stands.
    state: RunState,
    /// When it began.
    started_at: Time,
    /// When it ended.
    ended_at: Option<Time>,
    /// Why it was `refused`, and what to do.
    reason: Option<String>,
    /// Its callers.
    total: usize,
    /// Those whose call is over.
    done: usize,
    /// Those with whom everything was as it should be.
    passed: usize,
    /// Those with whom it was not.
    failed: usize,
    /// The table: a row for each caller.
    rows: Vec<RehearsalRow>,
}

/// One caller of a run.
#[derive(Serialize, ToSchema)]
struct RehearsalRow {
    /// Name of the rehearsal.
    name: String,
    /// What it tries.
    about: String,
    /// How it stands.
    state: RowState,
    /// How the call ended: `done` (by the agent), `hung_up` (by the caller), `transferred`, `limit` or `failed`.
    #[schema(value_type = Option<String>)]
    outcome: Option<Outcome>,
    /// Turns of the caller.
    turns: Option<u32>,
    /// How long the call would have been, ms.
    duration_ms: Option<u64>,
    /// The median time from a question to the agent's brain until its first words, ms.
    thinking_ms: Option<u64>,
    /// The longest such time, ms.
    longest_thinking_ms: Option<u64>,
    /// Checks that failed.
    failed: Vec<RehearsalFinding>,
    /// Checks that could not be made, and why.
    skipped: Vec<RehearsalFinding>,
    /// What was said and done; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<Vec<RehearsedLine>>,
    /// Tools that were used; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Vec<RehearsedTool>>,
}

/// A check that failed or could not be made.
#[derive(Serialize, ToSchema)]
struct RehearsalFinding {
    /// Which one, as the file names it: `said`, `did_not_say`, `tool`, `no_tool`, `slots`, `transferred`, `outcome`,
    /// `max_turns`, `max_duration`, `latency`, `judge`; `step` for what a script expected, `call` for the call as a whole.
    #[schema(example = "tool")]
    check: &'static str,
    /// Its line in the text, from 1; null where there is none.
    line: Option<usize>,
    /// What is wrong, in words.
    text: String,
    /// The part of the talk that shows it.
    excerpt: String,
}

impl From<Finding> for RehearsalFinding {
    fn from(finding: Finding) -> Self {
        let Finding { line, check, text, excerpt } = finding;
        Self { check, line: Some(line).filter(|line| *line > 0), text, excerpt }
    }
}

/// One thing that was said or done.
#[derive(Serialize, ToSchema)]
struct RehearsedLine {
    /// When, ms from the answer.
    at_ms: u64,
    /// `caller`, `agent`, or `house` for what is no speech.
    #[schema(value_type = String)]
    who: Who,
    /// The words, or what happened.
    text: String,
    /// The agent was interrupted: these are the words that were heard.
    cut: bool,
}

impl From<Entry> for RehearsedLine {
    fn from(entry: Entry) -> Self {
        let Entry { at_ms, who, text, cut } = entry;
        Self { at_ms, who, text, cut }
    }
}

/// A tool that was used.
#[derive(Serialize, ToSchema)]
struct RehearsedTool {
    /// Its name.
    name: String,
    /// Its arguments.
    arguments: serde_json::Value,
    /// What it gave back; null where it failed.
    result: Option<serde_json::Value>,
    /// Why it failed.
    failure: Option<String>,
}

impl From<Use> for RehearsedTool {
    fn from(used: Use) -> Self {
        let Use { name, arguments, result, failure } = used;
        Self { name, arguments, result, failure }
    }
}

impl RehearsalRun {
    /// `whole`: with what was said.
    fn new(held: &Held, whole: bool) -> Self {
        held.look(|progress| Self::of(held, progress, whole))
    }

    fn of(held: &Held, progress: &Progress, whole: bool) -> Self {
        let Progress { state, ended_ms, reason, rows } = progress;
        let count = |states: &[RowState]| rows.iter().filter(|row| states.contains(&row.state)).count();
        let (passed, failed) = (count(&[RowState::Passed]), count(&[RowState::Failed]));
        Self {
            id: held.id.clone(),
            agent: held.agent.clone(),
            draft: held.with_draft,
            state: *state,
            started_at: Time(held.began_ms),
            ended_at: ended_ms.map(Time),
            reason: reason.clone(),
            total: rows.len(),
            done: passed + failed,
            passed,
            failed,
            rows: rows.iter().map(|row| RehearsalRow::new(row, whole)).collect(),
        }
    }
}

impl RehearsalRow {
    fn new(row: &Row, whole: bool) -> Self {
        let run = row.run.as_ref();
        let told = run.and_then(|run| run.record.as_ref());
        let findings = |of: fn(&Judgement) -> &Vec<Finding>| {
            let found = run.map(|run| of(&run.judgement)).into_iter().flatten();
            found.cloned().map(RehearsalFinding::from).collect()
        };
        Self {
            name: row.name.clone(),
            about: row.about.clone(),
            state: row.state,
            outcome: told.map(|record| record.outcome),
            turns: told.map(|record| record.turns),
            duration_ms: told.map(|record| record.duration_ms),
            thinking_ms: told.and_then(Record::thought),
            longest_thinking_ms: told.and_then(|record| record.thinking.iter().max().copied()),
            failed: findings(|judgement| &judgement.failed),
            skipped: findings(|judgement| &judgement.skipped),
            said: told
                .filter(|_| whole)
                .map(|record| record.entries.iter().cloned().map(RehearsedLine::from).collect()),
            tools: told.filter(|_| whole).map(|record| record.uses.iter().cloned().map(RehearsedTool::from).collect()),
        }
    }
}

/// The rehearsals of an agent that are kept, by name: files of the business, and what was written here.
#[utoipa::path(get, path = "/v1/agents/{name}/rehearsal-scripts", tag = "agents", operation_id = "listRehearsalScripts",
    params(("name" = String, Path, description = "Name of the agent")),
    responses((status = 200, body = inline(List<RehearsalScript>))))]
pub(super) async fn scripts(
    State(state): State<ApiState>,
    Id(name): Id<String>,
) -> Result<List<RehearsalScript>, Problem> {
    known_agent(&state, &name).await?;
    let kept = rehearsals(&state)?.kept(&name).await?;
    Ok(List::whole(kept.into_iter().map(RehearsalScript::from).collect()))
}

/// Keeps a rehearsal of an agent, when it has no fault. It goes before a file of the same name.
#[utoipa::path(put, path = "/v1/agents/{name}/rehearsal-scripts/{script}", tag = "agents",
    operation_id = "putRehearsalScript",
    params(("name" = String, Path, description = "Name of the agent"),
           ("script" = String, Path, description = "Lower-case letters, digits, `-` and `_`"), PutQuery),
    request_body(content = String, content_type = "application/yaml", description = "See docs/rehearsal.md"),
    responses((status = 200, description = "It is kept", body = RehearsalScript),
              (status = 204, description = "It was only checked, and has no fault"),
              (status = 422, description = "It has faults: each is in `faults`, with its line", body = Problem)))]
pub(super) async fn put_script(
    State(state): State<ApiState>,
    Path((name, script)): Path<(String, String)>,
    Params(query): Params<PutQuery>,
    Text(yaml): Text,
) -> Result<Response, Problem> {
    check_name("a rehearsal's", &script)?;
    known_agent(&state, &name).await?;
    read(&name, &script, &yaml)?;
    if query.dry_run {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    state.store().put_rehearsal(&name, &script, &yaml, now_ms()).await?;
    Ok(Json(RehearsalScript::from(Kept::new(script, yaml, true))).into_response())
}

/// Forgets a rehearsal that was written here; a file of the same name holds again.
#[utoipa::path(delete, path = "/v1/agents/{name}/rehearsal-scripts/{script}", tag = "agents",
    operation_id = "deleteRehearsalScript",
    params(("name" = String, Path, description = "Name of the agent"),
           ("script" = String, Path, description = "Name of the rehearsal")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete_script(
    State(state): State<ApiState>,
    Path((name, script)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    if state.store().delete_rehearsal(&name, &script).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    let detail = "no rehearsal of this name was written here: files of the business are changed where they are";
    Err(Problem::new(Kind::NotFound, detail))
}

/// Begins to rehearse an agent, beside the calls. Each call is held in text and virtual time, in books of its own that are
/// thrown away: nobody is called, no system outside is asked, no webhook is told. Ask for the run until its `state` is no
/// longer `running`.
#[utoipa::path(post, path = "/v1/agents/{name}/rehearsals", tag = "agents", operation_id = "beginRehearsals",
    params(("name" = String, Path, description = "Name of the agent")), request_body = Begin,
    responses((status = 202, description = "It runs", body = RehearsalRun),
              (status = 409, description = "Nothing can be rehearsed now; `code` is `day_cost` where the agent has cost what it may \
                                            in a day", body = Problem),
              (status = 422, description = "One has faults: each is in `faults`, with its line; `script` names it", body = Problem),
              (status = 503, description = "As many run as may", body = Problem)))]
pub(super) async fn begin(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    body: Option<Body<Begin>>,
) -> Result<impl IntoResponse, Problem> {
    known_agent(&state, &name).await?;
    let wanted = body.map(|Body(wanted)| wanted).unwrap_or_default();
    if let Some(yaml) = &wanted.agent {
        let faults = |list: Vec<voice_agent::Fault>| list.into_iter().map(TextFault::from).collect();
        state.calls().check_agent(&name, yaml).map_err(|list| refusal(Kind::AgentRefused, faults(list)))?;
    }
    let rehearsals = rehearsals(&state)?;
    let callers = callers(rehearsals, &name, &wanted).await?;
    let with_draft = wanted.agent.is_some();
    let room = rehearsals.open(&name, wanted.agent).await.map_err(|fault| {
        let problem = Problem::new(Kind::Conflict, fault.to_string());
        if matches!(fault, NoRoom::Spent(_)) { problem.with("code", "day_cost") } else { problem }
    })?;
    let held = rehearsals.begin(&name, with_draft, callers, room, now_ms());
    let held = held.map_err(|busy| Problem::new(Kind::Overloaded, busy.to_string()).retry_after(10))?;
    let location = [(header::LOCATION, format!("/v1/agents/{name}/rehearsals/{}", held.id))];
    Ok((StatusCode::ACCEPTED, location, Json(RehearsalRun::new(&held, true))))
}

/// The runs of an agent since the program began, the newest first, without what was said.
#[utoipa::path(get, path = "/v1/agents/{name}/rehearsals", tag = "agents", operation_id = "listRehearsals",
    params(("name" = String, Path, description = "Name of the agent")),
    responses((status = 200, body = inline(List<RehearsalRun>))))]
pub(super) async fn list(State(state): State<ApiState>, Id(name): Id<String>) -> Result<List<RehearsalRun>, Problem> {
    let runs = rehearsals(&state)?.runs(&name);
    Ok(List::whole(runs.iter().map(|held| RehearsalRun::new(held, false)).collect()))
}

/// A run with its table and what was said.
#[utoipa::path(get, path = "/v1/agents/{name}/rehearsals/{id}", tag = "agents", operation_id = "getRehearsals",
    params(("name" = String, Path, description = "Name of the agent"),
           ("id" = String, Path, description = "Id of the run")),
    responses((status = 200, body = RehearsalRun)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Path((name, id)): Path<(String, String)>,
) -> Result<Json<RehearsalRun>, Problem> {
    let held = find(&state, &name, &id)?;
    Ok(Json(RehearsalRun::new(&held, true)))
}

/// Stops a run; what is over by itself stays as it is.
#[utoipa::path(delete, path = "/v1/agents/{name}/rehearsals/{id}", tag = "agents", operation_id = "stopRehearsals",
    params(("name" = String, Path, description = "Name of the agent"),
           ("id" = String, Path, description = "Id of the run")),
    responses((status = 204, description = "It runs no more")))]
pub(super) async fn stop(
    State(state): State<ApiState>,
    Path((name, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    find(&state, &name, &id)?.stop(now_ms());
    Ok(StatusCode::NO_CONTENT)
}

fn find(state: &ApiState, name: &str, id: &str) -> Result<Arc<Held>, Problem> {
    let found = rehearsals(state)?.run(name, id);
    found.ok_or_else(|| Problem::no_such("run, or it is forgotten", "/v1/agents/{name}/rehearsals"))
}

fn rehearsals(state: &ApiState) -> Result<&Rehearsals, Problem> {
    state.rehearsals().ok_or_else(|| Problem::new(Kind::NotFound, "nothing is rehearsed here"))
}

async fn known_agent(state: &ApiState, name: &str) -> Result<(), Problem> {
    match state.store().agent(name).await? {
        Some(_) => Ok(()),
        None => Err(Problem::no_such("agent", "/v1/agents")),
    }
}

/// The callers that are wanted.
async fn callers(rehearsals: &Rehearsals, agent: &str, wanted: &Begin) -> Result<Vec<Rehearsal>, Problem> {
    let everything = wanted.scripts.is_empty() && wanted.given.is_empty();
    let mut callers = Vec::new();
    if everything || !wanted.scripts.is_empty() {
        let mut kept = rehearsals.kept(agent).await?;
        for name in &wanted.scripts {
            let Some(at) = kept.iter().position(|kept| kept.name == *name) else {
                let list = format!("/v1/agents/{agent}/rehearsal-scripts");
                return Err(Problem::no_such(&format!("rehearsal as `{name}`, or it is named twice"), &list));
            };
            let kept = kept.swap_remove(at);
            callers.push(read(agent, &kept.name, &kept.yaml)?);
        }
        if everything {
            let sound = kept.into_iter().filter_map(|kept| kept.read.ok());
            callers.extend(sound.filter(|rehearsal| rehearsal.in_text));
        }
    }
    for given in &wanted.given {
        check_name("a rehearsal's", &given.name)?;
        callers.push(read(agent, &given.name, &given.yaml)?);
    }
    if callers.is_empty() {
        let detail = "there is nothing to rehearse: write a rehearsal, or put files into the folder `rehearsals` of the \
                      business";
        return Err(Problem::invalid(detail));
    }
    let most = rehearsals.most_callers();
    if callers.len() > most {
        let count = callers.len();
        let detail = format!("these are {count} callers, and at most {most} call in one run (`rehearsals.callers`)");
        return Err(Problem::invalid(format!("{detail}: name some of them in `scripts`")));
    }
    Ok(callers)
}

/// A rehearsal of this agent that can be run here; or everything that is wrong with it.
fn read(agent: &str, name: &str, yaml: &str) -> Result<Rehearsal, Problem> {
    if yaml.len() > MAX_TEXT {
        return Err(Problem::invalid(format!("a rehearsal has at most {} KiB", MAX_TEXT / 1024)).with("script", name));
    }
    let read = Rehearsal::parse(yaml, name).map_err(|faults| {
        refusal(Kind::RehearsalRefused, faults.into_iter().map(TextFault::from).collect()).with("script", name)
    })?;
    if read.agent != agent {
        let detail = format!("`{name}` is for the agent `{}`: write `agent: {agent}`", read.agent);
        return Err(Problem::invalid(detail).with("script", name));
    }
    if !read.in_text {
        let detail = format!("`{name}` is for the telephone alone: add `text` to its `modes`");
        let detail = format!("{detail}, or run it by `callwright rehearse --audio`");
        return Err(Problem::invalid(detail).with("script", name));
    }
    Ok(read)
}

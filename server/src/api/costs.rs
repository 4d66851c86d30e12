//! What language models cost, against the limits.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use store::SpendingRecord;
use utoipa::{IntoParams, ToSchema};
use voice_agent::{Agent, AgentLimits};

use super::extract::Params;
use super::now_ms;
use super::problem::Problem;
use super::state::ApiState;

/// Parts of the currency that the books count in.
const PARTS: f64 = 1e6;
const DAY_MS: i64 = 86_400_000;

/// Which day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct CostsQuery {
    /// A day in the time zone of the business, such as `2026-11-21`; today when it is not said.
    #[param(value_type = Option<String>, format = Date)]
    day: Option<Date>,
}

/// What language models cost on a day. Money is in the currency of the prices in the configuration; a brain without a
/// price is not counted.
#[derive(Serialize, ToSchema)]
pub(super) struct Costs {
    /// The day, in the time zone of the business.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// What all agents have cost on it.
    cost: f64,
    /// The agents that are there today, and those that were there on that day, by name.
    agents: Vec<AgentCosts>,
    /// What was spent after calls; only of today.
    after_calls: Option<AfterCallCosts>,
}

/// What an agent's brains have cost.
#[derive(Serialize, ToSchema)]
pub(super) struct AgentCosts {
    /// The agent.
    #[schema(example = "reception")]
    agent: String,
    /// What they have cost on the day.
    cost: f64,
    /// What they may cost in a day (`limits.day_cost`); null: no limit.
    day_limit: Option<f64>,
    /// That is reached: the built-in brain answers until the day is over.
    limit_reached: bool,
    /// What they may cost in one call (`limits.cost`); null: no limit.
    call_limit: Option<f64>,
    /// The most tokens in one call (`limits.tokens`); null where the agent is there no more.
    call_tokens: Option<u64>,
    /// By brain.
    brains: Vec<BrainCosts>,
}

/// What one brain of an agent has cost.
#[derive(Serialize, ToSchema)]
pub(super) struct BrainCosts {
    /// Its name in the configuration; empty for what was spent before brains were told apart.
    #[schema(example = "large")]
    brain: String,
    /// Answers, with those that were thrown away.
    answers: u64,
    /// Tokens that it read.
    input_tokens: u64,
    /// Tokens that it wrote.
    output_tokens: u64,
    /// What that cost.
    cost: f64,
}

/// What reports on ended calls have cost.
#[derive(Serialize, ToSchema)]
pub(super) struct AfterCallCosts {
    /// Tokens since midnight (UTC), read and written.
    tokens: u64,
    /// The most in a day (`after_call.tokens_per_day`); null: no limit. Once it is reached the rules report.
    limit: Option<u64>,
}

/// What language models have cost on a day, by agent and brain, with the limits.
#[utoipa::path(get, path = "/v1/costs", tag = "operation", operation_id = "getCosts", params(CostsQuery),
    responses((status = 200, body = Costs)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Params(query): Params<CostsQuery>,
) -> Result<Json<Costs>, Problem> {
    let today = Timestamp::now().to_zoned(state.config().time_zone.clone()).date();
    let day = query.day.unwrap_or(today);
    let spent = state.store().spending(day_number(day)).await?;
    let after_calls = if day == today { Some(after_calls(&state).await?) } else { None };
    let mut agents: Vec<AgentCosts> = Vec::new();
    for record in state.store().agents().await? {
        // One that cannot be read does not talk, and has no limits.
        let limits = Agent::parse(&record.yaml, &record.name).ok().map(|agent| agent.limits().clone());
        agents.push(AgentCosts::new(record.name, limits.as_ref()));
    }
    for record in spent {
        let place = agents.iter().position(|agent| agent.agent == record.agent).unwrap_or_else(|| {
            agents.push(AgentCosts::new(record.agent.clone(), None));
            agents.len() - 1
        });
        agents[place].add(record);
    }
    agents.sort_by(|one, other| one.agent.cmp(&other.agent));
    let cost = agents.iter().map(|agent| agent.cost).sum();
    Ok(Json(Costs { day, cost, agents, after_calls }))
}

async fn after_calls(state: &ApiState) -> Result<AfterCallCosts, Problem> {
    let tokens = state.store().tokens_since(now_ms() / DAY_MS * DAY_MS).await?;
    Ok(AfterCallCosts { tokens, limit: Some(state.config().after_call_tokens).filter(|limit| *limit > 0) })
}

/// Days since 1970-01-01.
pub(crate) fn day_number(day: Date) -> i64 {
    day.since(date(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()))
}

impl AgentCosts {
    fn new(agent: String, limits: Option<&AgentLimits>) -> Self {
        let money = |limit: Option<u64>| limit.map(|limit| limit as f64 / PARTS);
        Self {
            agent,
            cost: 0.0,
            day_limit: money(limits.and_then(|limits| limits.day_cost)),
            limit_reached: false,
            call_limit: money(limits.and_then(|limits| limits.cost)),
            call_tokens: limits.map(|limits| limits.tokens),
            brains: Vec::new(),
        }
    }

    fn add(&mut self, record: SpendingRecord) {
        let SpendingRecord { brain, answers, input_tokens, output_tokens, cost, .. } = record;
        let cost = cost as f64 / PARTS;
        self.cost += cost;
        self.limit_reached = self.day_limit.is_some_and(|limit| self.cost >= limit);
        self.brains.push(BrainCosts { brain, answers, input_tokens, output_tokens, cost });
    }
}

//! An agent with everything that it needs to talk.

use std::fmt;
use std::sync::Arc;

use call_model::{ToolSpec, Verified};
use serde_json::Value;

use crate::config::{Agent, HouseTool, RecordingMode};
use crate::turn::{EndOfTurn, TurnSettings};

/// What an agent knows of the business that it speaks for.
pub trait Business: Send + Sync {
    /// What `business` is in the agent's texts and what its brain is told, as an object: `name`, `open`, `info` and so
    /// on. `now` in it is the local time in words that a model reads well, such as `Friday, 2026-11-20, 14:05`.
    fn facts(&self, language: &str, unix_ms: i64) -> Value;

    /// The members of a group of that name, if there is one.
    fn group(&self, name: &str) -> Option<Vec<String>>;

    /// The language that a member likes best, where it is known.
    fn member_language(&self, _name: &str) -> Option<String> {
        None
    }

    /// Whether a caller who is verified this far may be told this field of his contact. A brain is given no other: it
    /// may be talked into telling what it knows.
    fn tells(&self, _field: &str, _verified: Verified) -> bool {
        true
    }
}

/// A business of which nothing is known.
#[derive(Debug, Clone, Copy, Default)]
struct NoBusiness;

impl Business for NoBusiness {
    fn facts(&self, _language: &str, _unix_ms: i64) -> Value {
        Value::Object(serde_json::Map::new())
    }

    fn group(&self, _name: &str) -> Option<Vec<String>> {
        None
    }
}

/// An agent with its business: what a call talks with. Immutable; share it by `Arc`.
#[derive(Clone)]
pub struct AgentProgram {
    pub(crate) agent: Arc<Agent>,
    pub(crate) business: Arc<dyn Business>,
    pub(crate) end_of_turn: Option<Arc<dyn EndOfTurn>>,
    pub(crate) turns: TurnSettings,
    pub(crate) tools: Arc<Vec<ToolSpec>>,
    recording: Option<RecordingMode>,
}

impl AgentProgram {
    /// An agent on its own.
    pub fn new(agent: Arc<Agent>) -> Self {
        let turns = TurnSettings::default();
        Self { agent, business: Arc::new(NoBusiness), end_of_turn: None, turns, tools: Arc::default(), recording: None }
    }

    /// The same, speaking for a business.
    #[must_use]
    pub fn with_business(mut self, business: Arc<dyn Business>) -> Self {
        self.business = business;
        self
    }

    /// The same under the number's own rule on recording, which goes before the agent's.
    #[must_use]
    pub fn with_recording(mut self, mode: RecordingMode) -> Self {
        self.recording = Some(mode);
        self
    }

    /// The same with a model that reads from the words whether a turn is over.
    #[must_use]
    pub fn with_end_of_turn(mut self, scorer: Arc<dyn EndOfTurn>) -> Self {
        self.end_of_turn = Some(scorer);
        self
    }

    /// The same with other times for taking turns.
    #[must_use]
    pub fn with_turns(mut self, turns: TurnSettings) -> Self {
        self.turns = turns;
        self
    }

    /// The same with tools of the house: those that the agent's file names, as a brain is
    /// told of them.
    #[must_use]
    pub fn with_tools(mut self, tools: Vec<ToolSpec>) -> Self {
        self.tools = Arc::new(tools);
        self
    }

    /// What a brain is told that it can do: the agent's own tools, and those of the house. One of the house that has
    /// the name of an own one is not heard of.
    pub(crate) fn specs(&self) -> Vec<ToolSpec> {
        let mut specs = super::tools::specs(&self.agent.tools, &self.agent.languages);
        specs.extend(super::handover::specs(&self.agent));
        let own = specs.len();
        for tool in self.tools.iter() {
            if !specs[..own].iter().any(|spec| spec.name == tool.name) {
                specs.push(without_keys(tool, &self.agent.tools.house));
            }
        }
        specs
    }

    /// Whether the house has a tool of this name for the agent.
    pub(crate) fn has_tool(&self, name: &str) -> bool {
        self.tools.iter().any(|tool| tool.name == name)
    }

    /// The agent.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// On what terms calls in this language are recorded: by the number's rule, else the agent's.
    pub fn recording_mode(&self, language: &str) -> RecordingMode {
        self.recording.unwrap_or_else(|| self.agent.recording_mode(language))
    }
}

/// A tool as a brain sees it: what the caller types for it is no argument of its own.
fn without_keys(tool: &ToolSpec, house: &[HouseTool]) -> ToolSpec {
    let mut tool = tool.clone();
    let Some(asked) = house.iter().find(|known| known.name == tool.name) else { return tool };
    let is_typed = |name: &str| asked.keys.iter().any(|keys| keys.name == name);
    if let Some(properties) = tool.parameters.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| !is_typed(name));
    }
    if let Some(required) = tool.parameters.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !name.as_str().is_some_and(is_typed));
    }
    tool
}

impl fmt::Debug for AgentProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentProgram").field("agent", &self.agent.name()).finish_non_exhaustive()
    }
}

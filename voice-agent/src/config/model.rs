//! What an agent is.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Fault, Handover, LocalText, TransferWay, primary, read};
use crate::agent::Phrase;
use crate::turn::Patience;

/// Whether, and on what terms, a call is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingMode {
    /// Not at all.
    Off,
    /// After the other party was told.
    Announced,
    /// After the other party agreed, by word or by key.
    Consent,
}

/// When a call must come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLimits {
    /// The longest call. Default 15 minutes.
    pub call: Duration,
    /// How long nobody speaks before the caller is prompted. Default 8 s.
    pub silence: Duration,
    /// How often a silent caller is prompted before the call ends. Default 2.
    pub prompts: u32,
    /// The most turns of the caller. Default 100.
    pub turns: u32,
    /// The most tokens, read and written, that the brains may use in one call. Default 300,000.
    pub tokens: u64,
    /// The most that the brains of one call may cost, in the currency of the configured prices, in millionths; from
    /// then on the built-in brain answers. `None`, the default: no limit.
    pub cost: Option<u64>,
    /// The same for all calls of this agent in a day.
    pub day_cost: Option<u64>,
    /// The longest answer, in the model's tokens. Default 400.
    pub answer_tokens: u32,
    /// How long the caller waits for an answer before hearing that it takes a moment. Default 2.5 s.
    pub filler: Duration,
    /// How long a brain may be silent before it is given up. Default 12 s.
    pub thinking: Duration,
    /// How long it is silent while a tool is used before the caller hears that it takes a moment. Default 2 s.
    pub tool_filler: Duration,
    /// How long a tool is waited for; the talk then goes on without it. Default 30 s.
    pub tool: Duration,
}

impl Default for AgentLimits {
    fn default() -> Self {
        Self {
            call: Duration::from_mins(15),
            silence: Duration::from_secs(8),
            prompts: 2,
            turns: 100,
            tokens: 300_000,
            cost: None,
            day_cost: None,
            answer_tokens: 400,
            filler: Duration::from_millis(2_500),
            thinking: Duration::from_secs(12),
            tool_filler: Duration::from_secs(2),
            tool: Duration::from_secs(30),
        }
    }
}

/// How a message is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageTool {
    /// Member or group that it is for.
    pub mailbox: String,
    /// The caller also speaks it after a tone.
    pub voice: bool,
}

/// Whom the caller can be put through to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransferTool {
    pub name: String,
    pub to: Vec<String>,
    pub ring: Duration,
    pub when: String,
    /// Rings while the business is closed too.
    pub always: bool,
    pub way: TransferWay,
}

/// Another agent that the call can be handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentTool {
    pub agent: String,
    pub when: String,
}

/// A flow that the agent can hand the call to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlowTool {
    pub flow: String,
    pub when: String,
}

/// Something that the caller types on the phone's keys for a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AskedKeys {
    /// By which name the tool gets it.
    pub name: String,
    /// The fewest and the most digits.
    pub digits: (usize, usize),
    /// How long to wait for the first key, and then for each next one. Default 10 s.
    pub timeout: Duration,
    /// What the caller is told to type; `None`: the built-in sentence.
    pub say: Option<LocalText>,
}

/// A tool of the house, by its name there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HouseTool {
    pub name: String,
    /// What the caller types for it, one after the other.
    pub keys: Vec<AskedKeys>,
}

/// What the agent can do besides talking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tools {
    pub house: Vec<HouseTool>,
    /// MCP servers of which it may use every tool.
    pub mcp: Vec<String>,
    pub message: Option<MessageTool>,
    pub transfers: Vec<TransferTool>,
    pub flows: Vec<FlowTool>,
    pub agents: Vec<AgentTool>,
    pub hang_up: bool,
}

/// What happens when a caller has tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum AfterAttempts {
    /// The call ends politely.
    #[default]
    End,
    /// He is put through to a person, where there is one.
    Person,
}

/// What is done about callers who try to talk the agent into something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GuardSettings {
    /// At which attempt of one call it is enough. Default 3.
    pub attempts: u32,
    pub then: AfterAttempts,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self { attempts: 3, then: AfterAttempts::End }
    }
}

/// When calls are recorded: for all languages, and for some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RecordingTerms {
    pub all: Option<RecordingMode>,
    pub by_language: BTreeMap<String, RecordingMode>,
}

/// An AI persona: what it says, how it listens, what it can do. Immutable; share it by `Arc`.
#[derive(Debug, Clone)]
pub struct Agent {
    pub(crate) name: String,
    pub(crate) languages: Vec<String>,
    pub(crate) voices: BTreeMap<String, String>,
    pub(crate) persona: LocalText,
    pub(crate) greeting: Option<LocalText>,
    /// What it asks after greeting and notices; `None`: nothing.
    pub(crate) question: Option<LocalText>,
    /// `None`: it does not say that it is an AI.
    pub(crate) disclosure: Option<LocalText>,
    pub(crate) recording: RecordingTerms,
    pub(crate) patience: Patience,
    pub(crate) interruptible: bool,
    pub(crate) brain: Option<String>,
    pub(crate) knowledge: Vec<String>,
    pub(crate) hints: Vec<String>,
    pub(crate) tools: Tools,
    /// When a person takes over; `None` where the file says nothing of it.
    pub(crate) handover: Option<Handover>,
    pub(crate) limits: AgentLimits,
    pub(crate) guards: GuardSettings,
    pub(crate) phrases: BTreeMap<Phrase, LocalText>,
    pub(crate) warnings: Vec<Fault>,
}

impl Agent {
    /// Reads an agent's file (YAML, see `docs/agents.md`). A wrong one is refused whole, with every fault that was
    /// found (errors and warnings), in the order of the file.
    pub fn parse(yaml: &str, name: &str) -> Result<Self, Vec<Fault>> {
        read::agent(yaml, name)
    }

    /// The name given when it was read.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What somebody should look at although the agent was taken.
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The languages that it speaks; the first is the default.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The voices that it speaks with, by name.
    pub fn voices(&self) -> impl Iterator<Item = &str> {
        self.voices.values().map(String::as_str)
    }

    /// The brain that it asks, by name; `None` for the house's own order.
    pub fn brain(&self) -> Option<&str> {
        self.brain.as_deref()
    }

    /// The folders and sources that it answers from, by name.
    pub fn knowledge(&self) -> &[String] {
        &self.knowledge
    }

    /// The flows that it can hand a call to.
    pub fn flows(&self) -> impl Iterator<Item = &str> {
        self.tools.flows.iter().map(|tool| tool.flow.as_str())
    }

    /// Whether it takes messages.
    pub fn takes_messages(&self) -> bool {
        self.tools.message.is_some()
    }

    /// The tools of the house that it may use, by name.
    pub fn house_tools(&self) -> impl Iterator<Item = &str> {
        self.tools.house.iter().map(|tool| tool.name.as_str())
    }

    /// The MCP servers of which it may use every tool, by name.
    pub fn mcp_servers(&self) -> impl Iterator<Item = &str> {
        self.tools.mcp.iter().map(String::as_str)
    }

    /// The agents that it can hand a call to.
    pub fn agents(&self) -> impl Iterator<Item = &str> {
        self.tools.agents.iter().map(|tool| tool.agent.as_str())
    }

    /// The members, groups, numbers and addresses that it can put a caller through to.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.tools.transfers.iter().flat_map(|tool| tool.to.iter().map(String::as_str))
    }

    /// Its limits.
    pub fn limits(&self) -> &AgentLimits {
        &self.limits
    }

    /// On what terms calls in this language are recorded. What the file does not say is as in flows: announced where
    /// `en`, `fr`, `it` or `es` is spoken, by consent elsewhere.
    pub fn recording_mode(&self, language: &str) -> RecordingMode {
        let language = self.nearest_language(language).unwrap_or(language);
        let default = match primary(language) {
            "en" | "fr" | "it" | "es" => RecordingMode::Announced,
            _ => RecordingMode::Consent,
        };
        self.recording.by_language.get(language).copied().or(self.recording.all).unwrap_or(default)
    }

    /// The language of this agent that comes nearest to `language`.
    pub(crate) fn nearest_language(&self, language: &str) -> Option<&str> {
        let exact = self.languages.iter().find(|known| known.eq_ignore_ascii_case(language));
        let near = || self.languages.iter().find(|known| primary(known) == primary(language));
        exact.or_else(near).map(String::as_str)
    }
}

//! What a rehearsed call left behind, from text or audio alike.

use call_model::{ToolFailure, ToolReport};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::spec::Outcome;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The caller.
    Caller,
    /// The agent.
    Agent,
    /// The house: tools, transfers, notes.
    House,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// When, in ms from the answer.
    pub at_ms: u64,
    /// Who.
    pub who: Who,
    /// The words, or what happened.
    pub text: String,
    /// The agent was interrupted: these are the words that were heard.
    pub cut: bool,
}

/// A tool that was used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Use {
    /// The tool.
    pub name: String,
    /// Its arguments.
    pub arguments: Value,
    /// What it gave back; `None` where it failed.
    pub result: Option<Value>,
    /// Why it failed.
    pub failure: Option<String>,
}

impl From<&ToolReport> for Use {
    fn from(report: &ToolReport) -> Self {
        let failure = report.result.as_ref().err().map(ToolFailure::to_string);
        let ToolReport { name, arguments, .. } = report.clone();
        Self { name, arguments, result: report.result.clone().ok(), failure }
    }
}

/// A whole call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// The dialogue, oldest first.
    pub entries: Vec<Entry>,
    /// Tools that were used, in their order.
    pub uses: Vec<Use>,
    /// Values kept on the call.
    pub kept: Map<String, Value>,
    /// Values kept on the contact.
    pub contact: Map<String, Value>,
    /// Whom the caller was put through to, reached or not.
    pub transfers: Vec<Vec<String>>,
    /// How it ended.
    pub outcome: Outcome,
    /// Turns of the caller.
    pub turns: u32,
    /// From the answer to the end, ms.
    pub duration_ms: u64,
    /// From the end of the caller's words to our first sound, one for each turn, ms; audio only.
    pub latencies: Vec<u64>,
    /// From a question to a brain until its first words, one for each answer, ms as the clock on the wall goes; empty
    /// where it is not measured.
    pub thinking: Vec<u64>,
    /// What the script expected and did not come: line and text.
    pub unexpected: Vec<(usize, String)>,
}

impl Record {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            entries: Vec::new(),
            uses: Vec::new(),
            kept: Map::new(),
            contact: Map::new(),
            transfers: Vec::new(),
            outcome: Outcome::Failed,
            turns: 0,
            duration_ms: 0,
            latencies: Vec::new(),
            thinking: Vec::new(),
            unexpected: Vec::new(),
        }
    }

    /// What the agent said, line by line.
    pub fn said(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.entries.iter().enumerate().filter(|(_, entry)| entry.who == Who::Agent);
        lines.map(|(at, entry)| (at, entry.text.as_str()))
    }

    /// The dialogue as people read it.
    pub fn dialogue(&self) -> String {
        self.excerpt(0, self.entries.len())
    }

    /// A part of the dialogue: so many entries from one on.
    pub fn excerpt(&self, from: usize, count: usize) -> String {
        let lines = self.entries.iter().skip(from).take(count).map(|entry| {
            let who = match entry.who {
                Who::Caller => "caller",
                Who::Agent => "agent ",
                Who::House => "     *",
            };
            let seconds = entry.at_ms as f64 / 1_000.0;
            format!("{seconds:>7.1} {who}  {}{}", entry.text, if entry.cut { " –" } else { "" })
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The last entries of the dialogue.
    pub fn end(&self, count: usize) -> String {
        self.excerpt(self.entries.len().saturating_sub(count), count)
    }

    /// The median delay of the agent's turns, ms; audio only.
    pub fn latency(&self) -> Option<u64> {
        median(&self.latencies)
    }

    /// The median time that the brains took, ms; `None` where it was not measured.
    pub fn thought(&self) -> Option<u64> {
        median(&self.thinking)
    }

    /// A value that was collected: in a tool's arguments (the last counts), on the call, or on the contact.
    pub fn slot(&self, name: &str) -> Option<&Value> {
        let used = self.uses.iter().rev().find_map(|used| used.arguments.get(name));
        let nested = || self.kept.values().rev().find_map(|value| value.get(name));
        used.or_else(|| self.kept.get(name)).or_else(nested).or_else(|| self.contact.get(name))
    }
}

fn median(times: &[u64]) -> Option<u64> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

impl Default for Record {
    fn default() -> Self {
        Self::new()
    }
}

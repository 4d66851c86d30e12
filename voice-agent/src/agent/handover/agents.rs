//! One agent hands the call to another one, which knows what it is about.

use call_model::{AppName, CallCommand};
use serde_json::{Map, Value, json};

use super::super::{AgentApp, Phrase, Stage};
use super::Reason;
use super::texts::Story;

/// Under this name among the call's variables stands what the agent before has handed over.
const HANDOVER: &str = "handover";

impl AgentApp {
    /// Lets another agent talk. `summary`: what the brain says of the matter.
    pub(in crate::agent) fn enter_agent(&mut self, agent: String, summary: Option<String>) {
        let told = summary.unwrap_or_else(|| {
            let name = self.facts.contact.get("name").and_then(Value::as_str);
            let words = self.talk.weightiest();
            let speaks = self.language.as_str();
            let number = self.facts.caller.as_deref();
            Story { reason: &Reason::Decided, name, number, speaks, words }.told(&self.language)
        });
        let handed = json!({
            "from": self.program.agent.name,
            "language": self.language,
            "summary": told,
        });
        let mut variables: Map<String, Value> = self.facts.variables.clone();
        variables.insert(HANDOVER.to_owned(), handed);
        self.stage = Stage::WithAgent;
        self.command(CallCommand::Enter { app: AppName::Agent(agent), variables });
    }

    /// The other agent gave the call back, or could not take it. Whether this one had entered one.
    pub(super) fn agent_returned(&mut self, result: &Result<Value, String>) -> bool {
        if self.stage != Stage::WithAgent {
            return false;
        }
        self.stage = Stage::Talking;
        let Ok(value) = result else {
            self.listen();
            self.later_ended(json!({ "error": "the other agent is not there" }));
            self.think_it_over();
            return true;
        };
        // Whatever it came to there: the talk is over.
        let outcome = match value["outcome"].as_str() {
            Some("silence") => "silence",
            Some("limit") => "limit",
            Some("message") => "message",
            Some("trouble") => "trouble",
            _ => "done",
        };
        self.end(outcome, None);
        true
    }

    /// Whether another agent handed the call over: then the caller knows that this is an AI and whether the call is
    /// recorded, and is greeted as somebody who has been talking already.
    pub(in crate::agent) fn begin_handed_over(&mut self) -> bool {
        let Some(handed) = self.facts.variables.get(HANDOVER).filter(|handed| handed["from"].is_string()) else {
            return false;
        };
        let summary = handed["summary"].as_str().unwrap_or_default();
        let from = handed["from"].as_str().unwrap_or_default();
        let note = format!("The agent `{from}` talked with this caller and handed the call over to you. {summary}");
        self.talk.note(note.trim().to_owned());
        self.phrase(Phrase::HandedOver);
        true
    }
}

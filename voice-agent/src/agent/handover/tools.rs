//! The tools by which a brain hands the caller over.

use std::sync::Arc;

use call_model::{ToolCall, ToolSpec};
use serde_json::{Value, json};

use super::super::tools::Done;
use super::super::{After, AgentApp, Phrase};
use super::Reason;
use super::rules::ANGER;
use crate::config::{Agent, TransferTool};

/// What a brain is told when nobody is to be rung.
const CLOSED: &str = "the business is closed and nobody takes calls now: offer a message or a call back";

/// The tools of this room, as a brain is told of them.
pub(in crate::agent) fn specs(agent: &Agent) -> Vec<ToolSpec> {
    let mut specs = Vec::new();
    if let Some(rules) = agent.handover.as_ref().filter(|rules| rules.has_reasons()) {
        let anger = rules.anger.iter().map(|_| (ANGER, "the caller is angry or upset"));
        let topics = rules.topics.iter().map(|topic| (topic.name.as_str(), topic.about.as_str()));
        let reasons: Vec<(&str, &str)> = anger.chain(topics).collect();
        let names: Vec<&str> = reasons.iter().map(|(name, _)| *name).collect();
        let when: Vec<String> = reasons.iter().map(|(name, about)| format!("`{name}`: {about}.")).collect();
        specs.push(ToolSpec {
            name: "hand_over".to_owned(),
            description: format!("Lets a person take over, at once, when one of these is so. {}", when.join(" ")),
            parameters: json!({ "type": "object", "required": ["reason"], "properties": {
                "reason": { "type": "string", "enum": names, "description": "Which of them is so" } } }),
        });
    }
    if !agent.tools.agents.is_empty() {
        let names: Vec<&str> = agent.tools.agents.iter().map(|tool| tool.agent.as_str()).collect();
        let when: Vec<String> =
            agent.tools.agents.iter().map(|tool| format!("`{}`: {}", tool.agent, tool.when)).collect();
        specs.push(ToolSpec {
            name: "hand_to_agent".to_owned(),
            description: format!("Hands the call to another assistant, which goes on with it. {}", when.join(" ")),
            parameters: json!({ "type": "object", "required": ["agent", "summary"], "properties": {
                "agent": { "type": "string", "enum": names, "description": "Which one" },
                "summary": { "type": "string",
                    "description": "What the caller wants and what was settled, in one or two sentences" } } }),
        });
    }
    specs
}

/// What a brain may say of the caller to whoever answers.
pub(in crate::agent) fn summary_property() -> Value {
    json!({ "type": "string",
        "description": "What the person should know before talking to the caller, in one or two sentences" })
}

impl AgentApp {
    /// The brain puts the caller through.
    pub(in crate::agent) fn transfer_to(&mut self, tool: &TransferTool, call: &ToolCall) -> Done {
        if self.is_closed_for(tool) {
            return Done::Failed(CLOSED);
        }
        let settings = self.hand_to(tool, Reason::Decided, None, said(call, "summary"));
        self.after = Some(After::Transfer { settings, call: Some(call.id.clone()) });
        self.phrase_unless_said(Phrase::PuttingThrough);
        self.sum_up();
        Done::Later
    }

    pub(in crate::agent) fn run_handover_tool(&mut self, call: &ToolCall) -> Done {
        let program = Arc::clone(&self.program);
        let tools = &program.agent.tools;
        if call.name == "hand_to_agent" {
            let wanted = said(call, "agent").unwrap_or_default();
            let Some(tool) = tools.agents.iter().find(|tool| tool.agent == wanted) else {
                return Done::Failed("there is no such agent");
            };
            self.after = Some(After::Agent { agent: tool.agent.clone(), summary: said(call, "summary") });
            self.phrase_unless_said(Phrase::PuttingThrough);
            return Done::Later;
        }
        let named = self.rule_named(&said(call, "reason").unwrap_or_default());
        let Some((reason, rule)) = named else { return Done::Failed("there is no such reason") };
        let Some(tool) = tools.transfers.iter().find(|tool| tool.name == rule.to) else {
            return Done::Failed("there is nobody to hand over to");
        };
        if self.is_closed_for(tool) {
            return Done::Failed(CLOSED);
        }
        let settings = self.hand_to(tool, reason, rule.warm, None);
        self.after = Some(After::Transfer { settings, call: Some(call.id.clone()) });
        self.phrase_unless_said(Phrase::PuttingThrough);
        self.sum_up();
        Done::Later
    }
}

/// A text among the arguments.
fn said(call: &ToolCall, key: &str) -> Option<String> {
    let text = call.arguments.get(key).and_then(Value::as_str)?.trim();
    (!text.is_empty()).then(|| text.chars().take(1_000).collect())
}

//! The tools of our own that a brain may call, and what they do.

use call_model::{CallCommand, ThinkId, ToolCall, ToolSpec};
use serde_json::{Value, json};

use super::handover::summary_property;
use super::instructions::name;
use super::{After, AgentApp, Phrase};
use crate::config::Tools;

/// The longest text of a tool's arguments that is kept, in bytes.
const MAX_NOTE: usize = 8 * 1024;

/// The tools of an agent, as a brain is told of them.
pub(super) fn specs(tools: &Tools, languages: &[String]) -> Vec<ToolSpec> {
    let mut specs = Vec::new();
    if tools.message.is_some() {
        let text = |what: &str| json!({ "type": "string", "description": what });
        specs.push(spec(
            "take_message",
            "Passes a message of the caller on to the business. Ask for the name and what it is about first.",
            &json!({ "name": text("The caller's name"), "phone": text("A number to call back, if given"),
                "message": text("What the caller wants, in his words") }),
            &["message"],
        ));
    }
    let choice = |names: Vec<&str>, what: &str| json!({ "type": "string", "enum": names, "description": what });
    let listed = |lines: Vec<String>| lines.join(" ");
    if !tools.transfers.is_empty() {
        let names = tools.transfers.iter().map(|tool| tool.name.as_str()).collect();
        let when = tools.transfers.iter().filter(|tool| !tool.when.is_empty());
        let when = listed(when.map(|tool| format!("`{}`: {}", tool.name, tool.when)).collect());
        let about = format!("Puts the caller through to a person. Say so before. {when}");
        let mut properties = json!({ "to": choice(names, "Whom to ring") });
        if tools.transfers.iter().any(|tool| tool.way.warm) {
            properties["summary"] = summary_property();
        }
        specs.push(spec("transfer", about.trim(), &properties, &["to"]));
    }
    if !tools.flows.is_empty() {
        let names = tools.flows.iter().map(|tool| tool.flow.as_str()).collect();
        let when = listed(tools.flows.iter().map(|tool| format!("`{}`: {}", tool.flow, tool.when)).collect());
        let about = format!("Hands the call to a scripted dialog and gets it back with its result. {when}");
        specs.push(spec("run_flow", &about, &json!({ "flow": choice(names, "Which dialog") }), &["flow"]));
    }
    if languages.len() > 1 {
        let tags = languages.iter().map(String::as_str).collect();
        let names: Vec<&str> = languages.iter().map(|tag| name(tag)).collect();
        let about = format!("Switches to another language when the caller speaks or wants it: {}.", names.join(", "));
        specs.push(spec("set_language", &about, &json!({ "language": choice(tags, "Which") }), &["language"]));
    }
    if tools.hang_up {
        let about = "Ends the call when the caller has said goodbye or wants nothing more. Say goodbye before.";
        specs.push(spec("hang_up", about, &json!({}), &[]));
    }
    specs
}

fn spec(name: &str, description: &str, properties: &Value, required: &[&str]) -> ToolSpec {
    let parameters = json!({ "type": "object", "properties": properties, "required": required });
    ToolSpec { name: name.to_owned(), description: description.to_owned(), parameters }
}

/// What became of a tool at once.
pub(super) enum Done {
    /// This goes back to the brain.
    Result(Value),
    /// It cannot be done.
    Failed(&'static str),
    /// It happens when what is being said is over.
    Later,
}

impl AgentApp {
    /// Runs a tool of our own.
    pub(super) fn run_tool(&mut self, call: &ToolCall) -> Done {
        let text = |key: &str| call.arguments.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let program = std::sync::Arc::clone(&self.program);
        let tools = &program.agent.tools;
        match call.name.as_str() {
            "take_message" if tools.message.is_some() => self.note_message(call),
            "transfer" if !tools.transfers.is_empty() => {
                let wanted = text("to");
                let tool = tools.transfers.iter().find(|tool| tool.name == wanted).unwrap_or(&tools.transfers[0]);
                self.transfer_to(tool, call)
            }
            "run_flow" => match tools.flows.iter().find(|tool| tool.flow == text("flow")) {
                Some(tool) => {
                    self.after = Some(After::Flow { flow: tool.flow.clone(), call: call.id.clone() });
                    Done::Later
                }
                None => Done::Failed("there is no such dialog"),
            },
            "hand_over" | "hand_to_agent" => self.run_handover_tool(call),
            "set_language" => {
                let wanted = text("language");
                match program.agent.nearest_language(&wanted) {
                    Some(language) => {
                        self.set_language(language);
                        Done::Result(json!({ "language": language }))
                    }
                    None => Done::Failed("this language is not spoken here"),
                }
            }
            "hang_up" if tools.hang_up => {
                self.after = Some(After::End { outcome: "done" });
                self.phrase_unless_said(Phrase::Goodbye);
                Done::Later
            }
            _ => Done::Failed("there is no such tool"),
        }
    }

    /// Keeps the message on the call; where the file wants it, the caller speaks it too.
    fn note_message(&mut self, call: &ToolCall) -> Done {
        let mut note = call.arguments.clone();
        if let Some(fields) = note.as_object_mut() {
            fields.retain(|_, value| value.as_str().is_none_or(|text| !text.trim().is_empty()));
        }
        if note.to_string().len() > MAX_NOTE {
            return Done::Failed("the message is too long");
        }
        self.remember_message(note);
        match &self.program.agent.tools.message {
            Some(tool) if tool.voice => {
                self.after = Some(After::VoiceMessage { call: Some(call.id.clone()) });
                Done::Later
            }
            _ => Done::Result(json!({ "passed_on": true })),
        }
    }

    /// Keeps a message on the call: `message`, then `message_2` and so on.
    pub(super) fn remember_message(&mut self, mut note: Value) {
        self.messages += 1;
        let key = if self.messages == 1 { "message".to_owned() } else { format!("message_{}", self.messages) };
        let mailbox = self.program.agent.tools.message.as_ref().map(|tool| tool.mailbox.clone());
        if let (Some(fields), Some(mailbox)) = (note.as_object_mut(), mailbox) {
            fields.insert("for".to_owned(), mailbox.into());
        }
        self.pass_on(&note);
        self.command(CallCommand::Remember { key, value: note });
    }

    pub(super) fn next_think_id(&mut self) -> ThinkId {
        self.last_think += 1;
        ThinkId(self.last_think)
    }
}

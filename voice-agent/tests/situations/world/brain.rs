//! The brain and the tools: they answer as the situation says.

use call_model::{CallEvent, ChatMessage, ThinkEvent, ThinkId, ThinkUsage, ToolCall, ToolUseId};

use super::World;
use crate::script::{HouseReply, Matches, Reply, Rule};

/// Between two tokens of the brain, ms.
const TOKEN: u64 = 16;

impl World<'_> {
    pub(super) fn house(&mut self, tool: ToolUseId, name: &str) {
        let found = self.situation.house.iter().find(|(known, _)| known == name);
        if let Some((_, HouseReply::After(ms, result))) = found {
            self.soon(*ms, CallEvent::ToolDone { tool, result: result.clone() });
        }
    }

    pub(super) fn answer(&mut self, think: ThinkId, reply: Reply) {
        let event = |event| CallEvent::Thought { think, event };
        match reply {
            Reply::Stall => {}
            Reply::Fail(after) => self.soon(after, event(ThinkEvent::Failed { reason: "scripted".into() })),
            Reply::Unknown { after, text } => {
                let unanswered = Some("scripted".to_owned());
                self.soon(after, event(ThinkEvent::Consulted { sources: Vec::new(), unanswered }));
                self.answer(think, Reply::Text { after, text, tools: Vec::new() });
            }
            Reply::Cut { after, text } => {
                self.soon(after, event(ThinkEvent::Text { text }));
                self.soon(after + TOKEN, event(ThinkEvent::Failed { reason: "scripted".into() }));
            }
            Reply::Text { after, text, tools } => {
                let mut at = after;
                for word in text.split_inclusive(' ') {
                    self.soon(at, event(ThinkEvent::Text { text: word.to_owned() }));
                    at += TOKEN;
                }
                for (index, (name, arguments)) in tools.into_iter().enumerate() {
                    let call = ToolCall { id: format!("call_{}_{index}", think.0), name, arguments };
                    self.soon(at, event(ThinkEvent::ToolCall(call)));
                }
                let usage = ThinkUsage { input_tokens: 500, output_tokens: 20 };
                let finished =
                    ThinkEvent::Finished { brain: "scripted".into(), memory: serde_json::json!(think.0), usage };
                self.soon(at, event(finished));
            }
        }
    }
}

/// Whether a rule is about what was asked last.
pub(super) fn fits(rule: &Rule, last: Option<&ChatMessage>) -> bool {
    match (&rule.matches, last) {
        (Matches::Anything, _) | (Matches::Tool, Some(ChatMessage::Tool { .. })) => true,
        (Matches::Result(words), Some(ChatMessage::Tool { result, .. })) => result.contains(words),
        (Matches::Words(words), Some(ChatMessage::Caller { text } | ChatMessage::Note { text })) => {
            text.to_lowercase().contains(&words.to_lowercase())
        }
        _ => false,
    }
}

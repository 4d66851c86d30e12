//! Tools of the house, as agents use them: the calendar, tickets, systems of the business.

use std::time::Duration;

use call_model::{CallCommand, Moment, ToolFailure, ToolReport, ToolRequest, ToolUseId, Verified};
use serde_json::{Map, Value};

use super::verbs::REQUEST_GUARD;
use super::{FlowApp, Phase, Step, Wait};
use crate::flow::Tool;

/// A tool under way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Use {
    began: Duration,
    arguments: Value,
}

impl FlowApp {
    pub(super) fn use_tool(&mut self, now: Moment, tool: &Tool) -> Step {
        let scope = self.scope(now, None);
        let filled = tool.arguments.iter().map(|(name, data)| (name.clone(), self.data(data, &scope)));
        // What is not known is not said.
        let arguments = Value::Object(filled.filter(|(_, value)| !is_empty(value)).collect::<Map<_, _>>());
        self.tools_used += 1;
        let id = ToolUseId(self.tools_used);
        let flow = self.frames.last().map_or("", |frame| frame.flow.name.as_str());
        let known = self.facts.caller.is_some() && !self.facts.contact.is_empty();
        let request = ToolRequest {
            call: self.facts.call,
            agent: flow.to_owned(),
            language: self.language.clone(),
            name: tool.name.clone(),
            arguments: arguments.clone(),
            once: format!("{}/{}/flow-{}", self.facts.call, tool.name, self.tools_used),
            caller: self.facts.caller.clone(),
            number: self.facts.number.clone(),
            contact: self.facts.contact.clone(),
            verified: if known { Verified::Number } else { Verified::No },
            keys: std::collections::BTreeMap::new(),
        };
        self.io.command(CallCommand::UseTool { tool: id, request: Box::new(request) });
        let filler = self.items(&tool.say, now, None);
        if !filler.is_empty() {
            // Whatever is spoken next comes after it: nothing waits for its end.
            self.io.play(filler);
        }
        self.phase = Phase::Requesting;
        self.using = Some(Use { began: now.since_start, arguments });
        self.wait = Wait::Tool { tool: id, until: now.since_start + tool.timeout + REQUEST_GUARD };
        Step::Wait
    }

    /// A tool is done, or took too long.
    pub(super) fn tool_done(&mut self, now: Moment, tool: &Tool, result: Result<Value, ToolFailure>) -> Step {
        let Some(running) = self.using.take() else { return Step::Wait };
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.io.command(CallCommand::ToolReport(ToolReport {
            at_ms: ms(running.began.saturating_sub(self.answered_at)),
            name: tool.name.clone(),
            arguments: running.arguments,
            result: result.clone(),
            took_ms: ms(now.since_start.saturating_sub(running.began)),
        }));
        let Ok(value) = result else { return Step::Go(tool.failed) };
        if let Some(name) = &tool.into {
            self.set(name.clone(), value);
        }
        Step::Go(tool.next)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

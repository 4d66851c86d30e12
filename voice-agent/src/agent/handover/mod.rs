//! Handing the caller over: to a person by the rules of the agent's file, and to another agent.
//!
//! - `rules`: whether a rule says that a person takes over now.
//! - `words`: what callers say, in five languages.
//! - `summary`: what the person hears first.
//! - `waiting`: the caller in a queue, with music.
//! - `instead`: nobody is there: a message, a ticket, a call back.
//! - `agents`: one agent hands the call to another one, with what it knows.
//! - `tools`: the tools by which a brain hands over.
//! - `texts`: what is said around it.

mod agents;
mod instead;
mod rules;
mod summary;
mod texts;
mod tools;
mod waiting;
mod words;

use std::sync::Arc;
use std::time::Duration;

use call_model::{CallCommand, CallEvent, TransferOutcome, TransferSettings};
use serde_json::{Value, json};

use super::thought::ms;
use super::{After, AgentApp, Phrase, Stage};
use crate::config::{Instead, Rule, TransferTool};
use instead::Errand;
use summary::Summing;
pub(super) use texts::{Reason, phrase as text_of};
pub(super) use tools::{specs, summary_property};
use waiting::Line;

/// What is under way of handing over, and what may lead to it.
#[derive(Default)]
pub(super) struct HandingOver {
    /// Turns in a row that were not understood, or that nothing answers.
    unclear: u32,
    /// Tools and brains that failed.
    failed: u32,
    /// The important caller was put through once.
    vip_done: bool,
    /// Callers handed over so far.
    count: u32,
    story: Option<Story>,
    summing: Option<Summing>,
    line: Line,
    errand: Option<Errand>,
}

/// Who is handed over to whom, and why.
struct Story {
    reason: Reason,
    to: String,
    warm: bool,
    music: Option<String>,
    /// The language of whoever answers.
    language: String,
    /// What they hear of the matter, made by a model.
    summary: Option<String>,
}

impl AgentApp {
    /// What comes in while a caller is handed over. Whether it is dealt with.
    pub(super) fn handover_event(&mut self, event: &CallEvent) -> bool {
        match event {
            CallEvent::Queued { position } => self.stands_in_line(*position),
            CallEvent::TransferAnswered { .. } => self.leaves_the_line(),
            CallEvent::Digit { digit, .. } => return self.key_in_line(*digit),
            CallEvent::Line(line) => return self.words_in_line(line),
            CallEvent::ToolDone { tool, result } => return self.errand_done(*tool, result),
            CallEvent::Returned { result } => return self.agent_returned(result),
            _ => return false,
        }
        true
    }

    /// When something of it must be done.
    pub(super) fn handover_timeout(&self) -> Option<Duration> {
        self.handing.summing.as_ref().map(|summing| summing.until)
    }

    pub(super) fn handover_time_passed(&mut self) {
        let at = self.at();
        if self.handing.summing.as_ref().is_some_and(|summing| summing.until <= at) {
            self.give_summary_up();
        }
    }

    /// A person takes over, by a rule.
    fn hand_over(&mut self, reason: Reason, rule: &Rule) {
        let program = Arc::clone(&self.program);
        let Some(tool) = program.agent.tools.transfers.iter().find(|tool| tool.name == rule.to) else { return };
        self.drop_thought();
        self.offer = None;
        let settings = self.hand_to(tool, reason, rule.warm, None);
        if self.is_closed_for(tool) {
            self.story_over("closed");
            self.phrase(Phrase::Closed);
            let instead = program.agent.handover.as_ref().map(|rules| rules.closed).unwrap_or_default();
            return self.instead(instead);
        }
        self.phrase(Phrase::PuttingThrough);
        self.after = Some(After::Transfer { settings, call: None });
        self.sum_up();
    }

    /// Whom to ring and how; from here on it is known why. Groups are their members.
    pub(super) fn hand_to(
        &mut self,
        tool: &TransferTool,
        reason: Reason,
        warm: Option<bool>,
        summary: Option<String>,
    ) -> TransferSettings {
        let business = &self.program.business;
        let members = |name: &String| business.group(name).unwrap_or_else(|| vec![name.clone()]);
        let targets: Vec<String> = tool.to.iter().flat_map(members).collect();
        let theirs = || targets.iter().find_map(|target| business.member_language(target));
        let language =
            tool.way.language.clone().or_else(theirs).unwrap_or_else(|| self.program.agent.languages[0].clone());
        let warm = warm.unwrap_or(tool.way.warm);
        let music = tool.way.music.clone();
        self.handing.story = Some(Story { reason, to: tool.name.clone(), warm, music, language, summary });
        TransferSettings {
            strategy: tool.way.strategy,
            skills: tool.way.skills.clone(),
            language: Some(self.language.clone()),
            queue: tool.way.queue.clone(),
            ..TransferSettings::to(targets, ms(tool.ring))
        }
    }

    /// Whether nobody is to be rung now, since the business is closed.
    pub(super) fn is_closed_for(&self, tool: &TransferTool) -> bool {
        let rules = self.program.agent.handover.as_ref();
        let minds = rules.is_some_and(|rules| rules.closed != Instead::Ring) && !tool.always;
        minds && self.program.business.facts(&self.language, self.now.unix_ms)["open"] == false
    }

    /// The transfer is over: the story of it is kept on the call.
    pub(super) fn handed_back(&mut self, outcome: TransferOutcome) {
        self.leaves_the_line();
        if let Ok(Value::String(word)) = serde_json::to_value(outcome) {
            self.story_over(&word);
        }
    }

    /// Keeps on the call why a caller was handed over, and what came of it: `handover`, then `handover_2` and so on.
    fn story_over(&mut self, outcome: &str) {
        let Some(story) = self.handing.story.take() else { return };
        self.handing.count += 1;
        let key = match self.handing.count {
            1 => "handover".to_owned(),
            count => format!("handover_{count}"),
        };
        let summary = self.told_of(&story, &self.language);
        let value = json!({ "reason": story.reason.word(), "to": story.to, "outcome": outcome, "summary": summary });
        self.command(CallCommand::Remember { key, value });
    }

    /// Nobody took the call that a rule of the file handed over. Whether something else is offered.
    pub(super) fn nobody_took_it(&mut self) -> bool {
        let Some(instead) = self.program.agent.handover.as_ref().map(|rules| rules.nobody) else { return false };
        if instead == Instead::Ring {
            return false;
        }
        self.phrase(Phrase::NobodyFree);
        self.instead(instead);
        true
    }

    /// The call is over: the story is kept, as far as it came.
    pub(super) fn handover_left(&mut self) {
        if let Stage::Transferring { .. } = self.stage {
            self.story_over("hung_up");
        }
    }
}

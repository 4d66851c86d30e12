//! From node to node: entering, leaving, answering, ending.

use std::time::Duration;

use call_model::{CallCommand, Direction, HangupCause, HangupParty, Moment, PromptItem, RecordId};

use super::{ANSWER_GUARD, AfterTerms, FlowApp, Outcome, Phase, Step, Wait};
use crate::flow::{Target, Verb};
use crate::messages::MessageKey;

/// The window in which entered nodes are counted.
const STEP_WINDOW: Duration = Duration::from_secs(1);

impl FlowApp {
    /// Takes steps until there is something to wait for.
    pub(super) fn run(&mut self, now: Moment, first: Step) {
        let mut step = first;
        loop {
            if matches!(self.wait, Wait::Over) {
                return;
            }
            step = match step {
                Step::Wait => {
                    if !matches!(self.wait, Wait::Keys(_)) {
                        self.hear(None);
                    }
                    return;
                }
                Step::Go(target) => self.go(now, target),
                Step::Enter(node) => self.enter(now, node),
                Step::Begin(node) => self.begin(now, node),
                Step::Resume(outcome) => {
                    // A question may have to be asked again; everything else is over.
                    if !matches!(outcome, Outcome::Answer(_)) {
                        self.wait = Wait::Nothing;
                    }
                    self.resume(now, outcome)
                }
            };
        }
    }

    fn go(&mut self, now: Moment, target: Target) -> Step {
        self.wait = Wait::Nothing;
        match target {
            Target::Node(node) => {
                self.leave(false);
                Step::Enter(node)
            }
            Target::Again => {
                self.leave(false);
                Step::Enter(self.frames.last().map_or(0, |frame| frame.node))
            }
            Target::Return => self.go_back(now, None),
            Target::Hangup => {
                self.end(HangupCause::Normal);
                Step::Wait
            }
        }
    }

    /// Ends the flow that runs, and goes on in the one that called it.
    pub(super) fn go_back(&mut self, _now: Moment, result: Option<serde_json::Value>) -> Step {
        if self.frames.len() < 2 {
            self.end(HangupCause::Normal);
            return Step::Wait;
        }
        self.leave(false);
        let back = self.frames.pop().and_then(|frame| frame.back);
        let Some((into, next)) = back else { return Step::Go(Target::Hangup) };
        if let Some(name) = into {
            self.set(name, result.unwrap_or_default());
        }
        Step::Go(next)
    }

    /// Gives a variable of the running flow a value.
    pub(super) fn set(&mut self, name: String, value: serde_json::Value) {
        let max = self.program.limits.max_vars;
        if let Some(frame) = self.frames.last_mut()
            && (frame.vars.len() < max || frame.vars.contains_key(&name))
        {
            frame.vars.insert(name, value);
        }
    }

    fn enter(&mut self, now: Moment, node: usize) -> Step {
        if let Some(frame) = self.frames.last_mut() {
            frame.node = node;
            let (flow, node) = (frame.flow.name().to_owned(), frame.node_name());
            self.io.command(CallCommand::NodeEntered { flow, node });
        }
        if now.since_start.saturating_sub(self.steps_since) >= STEP_WINDOW {
            (self.steps, self.steps_since) = (0, now.since_start);
        }
        self.steps += 1;
        if self.steps > self.program.limits.max_silent_steps {
            self.problem("it neither speaks nor waits");
            return self.apologise(now);
        }
        let verb = self.frames.last().and_then(|frame| frame.node()).map(|node| &node.verb);
        let Some(verb) = verb else { return self.apologise(now) };
        if self.answered || runs_before_answer(verb) {
            return Step::Begin(node);
        }
        self.answer(now, node)
    }

    pub(super) fn answer(&mut self, now: Moment, before: usize) -> Step {
        self.phase = Phase::Answering(before);
        self.wait = Wait::Answer { until: now.since_start + ANSWER_GUARD };
        self.io.command(CallCommand::Answer);
        Step::Wait
    }

    /// The node itself, once the call is answered and the terms of recording are settled.
    fn begin(&mut self, now: Moment, node: usize) -> Step {
        let Some(verb) = self.frames.last().and_then(|frame| frame.node()).map(|node| &node.verb) else {
            return Step::Go(Target::Hangup);
        };
        let talks = !runs_before_answer(verb)
            && !matches!(verb, Verb::Begin(_) | Verb::Recording { .. } | Verb::Answer { .. } | Verb::Hangup { .. });
        if talks && self.answered && !self.program.entry.begins_recording && self.terms_are_due() {
            return self.settle_terms(now, None, AfterTerms::Begin(node));
        }
        self.perform(now)
    }

    /// Plays items and waits for their end.
    pub(super) fn speak(&mut self, now: Moment, items: Vec<PromptItem>, interrupt: bool, phase: Phase) -> Step {
        self.phase = phase;
        // Only texts that lead to a question are passed over, not greetings and thanks.
        let skip = self.hurry && interrupt && self.phase == Phase::Saying;
        self.hurry &= self.phase == Phase::Saying;
        if items.is_empty() || skip {
            return Step::Resume(Outcome::Played);
        }
        let until = now.since_start + self.program.limits.max_playback;
        self.wait = Wait::Playback { playback: self.io.play(items), interrupt, until };
        Step::Wait
    }

    /// A last message, then the end.
    pub(super) fn last_words(&mut self, now: Moment, key: MessageKey, cause: HangupCause) -> Step {
        if !self.answered {
            self.end(cause);
            return Step::Wait;
        }
        let items = self.message(key, now, None);
        self.speak(now, items, false, Phase::LastWords(cause))
    }

    /// Something of ours failed.
    pub(super) fn apologise(&mut self, now: Moment) -> Step {
        self.last_words(now, MessageKey::Apology, HangupCause::InternalError)
    }

    /// The other party gave no sign of life for too long.
    pub(super) fn idle(&mut self, now: Moment) -> Step {
        if let Phase::LastWords(cause) = self.phase {
            self.end(cause);
            return Step::Wait;
        }
        self.io.command(CallCommand::StopPlaying { playback: None });
        if let Wait::Echo { .. } = self.wait {
            self.io.command(CallCommand::Echo(false));
        }
        self.keep_messages(now);
        // The last words get a time limit of their own: one more idle time at most.
        self.alive = now.since_start;
        self.last_words(now, MessageKey::Goodbye, HangupCause::Normal)
    }

    /// Ends the call from our side.
    pub(super) fn end(&mut self, cause: HangupCause) {
        while !self.frames.is_empty() {
            self.leave(false);
            self.frames.pop();
        }
        let refused = !self.answered && self.facts.direction == Direction::Inbound;
        self.io.command(match (refused, cause) {
            (true, HangupCause::Normal) => CallCommand::Reject { cause: HangupCause::Declined },
            (true, _) => CallCommand::Reject { cause },
            (false, _) => CallCommand::Hangup { cause },
        });
        self.wait = Wait::Over;
    }

    /// The call is over: keep what is to be kept, count where it ended, forget the rest.
    pub(super) fn hung_up(&mut self, now: Moment, by: HangupParty) {
        let ended = matches!(self.wait, Wait::Over);
        if !ended {
            self.keep_messages(now);
        }
        for record in std::mem::take(&mut self.records) {
            self.io.command(CallCommand::Discard { record });
        }
        let finished = matches!(self.phase, Phase::LastWords(_) | Phase::Saved);
        while !self.frames.is_empty() {
            self.leave(by == HangupParty::Caller && !finished);
            self.frames.pop();
        }
        self.wait = Wait::Over;
        self.io.commands.retain(|command| {
            matches!(
                command,
                CallCommand::SaveVoicemail { .. }
                    | CallCommand::Discard { .. }
                    | CallCommand::Remember { .. }
                    | CallCommand::SetContact { .. }
                    | CallCommand::OptOut { .. }
                    | CallCommand::NodeLeft { .. }
            )
        });
    }

    fn leave(&mut self, abandoned: bool) {
        if matches!(self.phase, Phase::Start | Phase::Dialling(_)) {
            return;
        }
        if let Some(frame) = self.frames.last() {
            let (flow, node) = (frame.flow.name().to_owned(), frame.node_name());
            self.io.command(CallCommand::NodeLeft { flow, node, abandoned });
        }
    }

    /// A message that is neither saved nor discarded any more.
    pub(super) fn settle_record(&mut self, record: RecordId) -> bool {
        self.records.remove(&record)
    }
}

fn runs_before_answer(verb: &Verb) -> bool {
    // To end a call with no last word is to refuse it.
    verb.runs_unanswered() || matches!(verb, Verb::Hangup { say, .. } if say.0.is_empty())
}

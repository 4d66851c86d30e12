//! Asking a brain, and saying what it answers.

use std::time::Duration;

use call_model::{CallCommand, ChatMessage, ThinkEvent, ThinkId, ThinkRequest};

use super::mouth::Manner;
use super::thought::{Outcome, Purpose, Thought};
use super::{AgentApp, Phrase, plainly};
use crate::turn::words::normal;

/// How long a question waits for word of what was heard of a stopped answer.
const STOPPING: Duration = Duration::from_millis(300);
/// How often tools may be called for one turn.
const MAX_ROUNDS: u32 = 6;
/// How many tools one answer may call.
const MAX_CALLS: usize = 8;

impl AgentApp {
    /// Asks for an answer to the conversation as it is.
    pub(super) fn ask(&mut self) {
        self.drop_thought();
        if self.mouth.is_stopping() && self.ask_at.is_none_or(|until| until > self.at()) {
            self.ask_at.get_or_insert(self.now.since_start + STOPPING);
            return;
        }
        self.ask_at = None;
        let messages = self.talk.messages(None);
        let entry = self.talk.begin();
        self.think(Purpose::Answer(entry), messages);
    }

    pub(super) fn think(&mut self, purpose: Purpose, messages: Vec<ChatMessage>) {
        let id = self.next_think_id();
        let agent = &self.program.agent;
        let request = ThinkRequest {
            call: self.facts.call,
            agent: agent.name.clone(),
            language: self.language.clone(),
            instructions: self.instructions.clone(),
            messages,
            tools: self.program.specs(),
            memory: self.memory.clone(),
            speculative: matches!(purpose, Purpose::Speculation(_)),
            max_tokens: agent.limits.answer_tokens,
        };
        self.guard_answer();
        self.thought = Some(Thought::new(id, purpose, self.at(), &self.language));
        self.command(CallCommand::Think { think: id, request: Box::new(request) });
    }

    /// Gives the thought under way up.
    pub(super) fn drop_thought(&mut self) {
        self.give_summary_up();
        if let Some(thought) = self.thought.take().filter(|thought| thought.outcome.is_none()) {
            self.command(CallCommand::StopThinking { think: thought.id });
        }
    }

    /// Uses the prepared answer, if it is one to these very words.
    pub(super) fn adopt(&mut self, text: &str) -> bool {
        let words = normal(text);
        let failed = |thought: &Thought| matches!(thought.outcome, Some(Outcome::Failed));
        let Some(mut thought) = self.thought.take_if(|t| t.speculation() == Some(&words) && !failed(t)) else {
            return false;
        };
        self.talk.caller(text);
        let entry = self.talk.begin();
        thought.purpose = Purpose::Answer(entry);
        thought.alive = self.at();
        let aside = std::mem::take(&mut thought.aside);
        let finished = thought.outcome.is_some();
        if let Some(answering) = &mut self.answering {
            answering.report.speculated = true;
        }
        self.thought = Some(thought);
        if !aside.into_iter().all(|clause| self.say_clause(clause, plainly(entry))) {
            return true;
        }
        if finished {
            self.conclude();
        }
        true
    }

    pub(super) fn thought_event(&mut self, think: ThinkId, event: &ThinkEvent) {
        if self.summary_event(think, event) {
            return;
        }
        let at = self.at();
        let Some(thought) = self.thought.as_mut().filter(|thought| thought.id == think) else { return };
        thought.alive = at;
        match event {
            ThinkEvent::Text { text } => {
                if !text.is_empty() {
                    thought.first_token.get_or_insert(at);
                }
                let clauses = thought.clauses.push(text);
                self.deliver(clauses);
            }
            ThinkEvent::Consulted { sources, unanswered } => {
                thought.sources.clone_from(sources);
                thought.unanswered.clone_from(unanswered);
                self.guard_consulted(!sources.is_empty());
            }
            ThinkEvent::ToolCall(call) => {
                thought.first_token.get_or_insert(at);
                if thought.calls.len() < MAX_CALLS {
                    thought.calls.push(call.clone());
                }
            }
            ThinkEvent::Finished { brain, memory, usage } => {
                let rest = thought.clauses.finish();
                self.usage.input_tokens += usage.input_tokens;
                self.usage.output_tokens += usage.output_tokens;
                thought.outcome = Some(Outcome::Finished { brain: brain.clone(), memory: memory.clone() });
                self.deliver(rest.into_iter().collect());
                self.conclude();
            }
            ThinkEvent::Failed { .. } => {
                thought.outcome = Some(Outcome::Failed);
                if thought.speculation().is_none() {
                    let rest = thought.clauses.finish();
                    self.deliver(rest.into_iter().collect());
                    self.failed();
                }
            }
        }
    }

    /// Says clauses, or keeps them aside while the turn may go on.
    fn deliver(&mut self, clauses: Vec<String>) {
        let at = self.at();
        let Some(thought) = self.thought.as_mut().filter(|_| !clauses.is_empty()) else { return };
        thought.first_clause.get_or_insert(at);
        match thought.purpose {
            Purpose::Speculation(_) => thought.aside.extend(clauses),
            Purpose::Answer(entry) => {
                // A clause that may not be said ends the answer.
                let _ = clauses.into_iter().all(|clause| self.say_clause(clause, plainly(entry)));
            }
        }
    }

    /// Says a clause of a brain's; `false` when it may not be said, and the answer is over.
    fn say_clause(&mut self, clause: String, manner: Manner) -> bool {
        if !self.may_say(&clause) {
            return false;
        }
        let at = self.at();
        if let Some(answering) = &mut self.answering {
            answering.said = true;
            answering.clause_at.get_or_insert(at);
        }
        if let Some(thought) = &mut self.thought {
            thought.spoke = true;
        }
        self.say(clause, manner);
        true
    }

    /// The answer is complete: keeps what it asks to keep and runs its tools.
    fn conclude(&mut self) {
        let answers = |thought: &Thought| thought.speculation().is_none() && thought.outcome.is_some();
        let Some(thought) = self.thought.take_if(|thought| answers(thought)) else { return };
        if let Some(answering) = &mut self.answering {
            answering.measure(&thought);
        }
        self.failures = 0;
        let Purpose::Answer(entry) = thought.purpose else { return };
        let first = self.answering.as_ref().is_none_or(|answering| answering.rounds == 0);
        if let Some(Outcome::Finished { memory, .. }) = thought.outcome {
            let before = std::mem::replace(&mut self.memory, memory);
            self.memory_before = Some(before).filter(|_| first);
        }
        let known = thought.unanswered.is_none();
        if let Some(question) = thought.unanswered {
            let (agent, language) = (self.program.agent.name().to_owned(), self.language.clone());
            self.command(CallCommand::Unanswered { agent, language, question });
        }
        if thought.calls.is_empty() {
            if !thought.spoke && first {
                self.phrase(Phrase::NotUnderstood);
            }
            self.was_answered(known && thought.spoke);
            return;
        }
        self.offer_tools(entry, thought.calls, thought.spoke);
    }

    /// A tool's result is thought over, as long as that leads somewhere.
    pub(super) fn think_it_over(&mut self) {
        let at = self.at();
        let answering = self.answering.get_or_insert_with(|| super::thought::Answering::of_ours(at));
        answering.rounds += 1;
        answering.waiting = at;
        if answering.rounds > MAX_ROUNDS {
            self.failed();
        } else {
            self.ask();
        }
    }

    /// The brain has been silent for too long.
    pub(super) fn give_thought_up(&mut self) {
        self.drop_thought();
        self.failed();
    }

    /// No brain answered.
    fn failed(&mut self) {
        if let (Some(thought), Some(answering)) = (&self.thought, &mut self.answering) {
            answering.measure(thought);
        }
        self.thought = None;
        self.failures += 1;
        self.note_failure();
        self.trouble();
    }

    /// Says that it takes a moment. This is not part of the conversation.
    pub(super) fn bridge(&mut self) {
        let Some(answering) = &mut self.answering else { return };
        answering.fillers += 1;
        let first = answering.fillers == 1;
        self.fill(first);
    }

    /// Says that it takes a moment, or longer.
    pub(super) fn fill(&mut self, first: bool) {
        let phrase = if first { Phrase::OneMoment } else { Phrase::StillBusy };
        self.phrase_as(phrase, Manner { entry: None, protected: false }, false);
    }
}

//! What happens when a wait is over.

use std::sync::Arc;

use call_model::{CallCommand, HangupCause, HttpReply, Moment, TransferOutcome};
use serde_json::Value;

use super::collect::{Answer, Question, Rule};
use super::{AfterTerms, FlowApp, Outcome, Phase, Step, Wait};
use crate::flow::{Answers, Asking, Flow, Gather, Target, Verb};
use crate::messages::MessageKey;
use crate::spoken::Ear;

impl FlowApp {
    pub(super) fn resume(&mut self, now: Moment, outcome: Outcome) -> Step {
        let Some(frame) = self.frames.last() else { return Step::Wait };
        let (flow, index) = (Arc::clone(&frame.flow), frame.node);
        let Some(verb) = flow.nodes.get(index).map(|node| &node.verb) else { return Step::Go(Target::Hangup) };
        let phase = self.phase.clone();
        match (phase, outcome, verb) {
            (Phase::Answering(node), Outcome::Answered, _) => Step::Begin(node),
            (Phase::Dialling(node), Outcome::Answered, _) => Step::Enter(node),
            (Phase::LastWords(cause), Outcome::Played, _) => {
                self.end(cause);
                Step::Wait
            }
            (Phase::Saying, _, Verb::Say { next, .. }) | (Phase::Thanks, _, Verb::Survey { next, .. }) => {
                Step::Go(*next)
            }
            (Phase::Menu, Outcome::Answer(answer), Verb::Menu { asking, options, .. }) => match answer {
                Answer::Keys(keys) => {
                    let key = keys.chars().next().unwrap_or_default();
                    Step::Go(options.get(&key).copied().unwrap_or(Target::Again))
                }
                other => self.unanswered(now, &flow, asking, &other),
            },
            (Phase::Gather, Outcome::Answer(answer), Verb::Gather(gather)) => match answer {
                Answer::Keys(keys) => self.gathered(now, gather, keys),
                other => self.unanswered(now, &flow, &gather.asking, &other),
            },
            (Phase::Confirm(entry), Outcome::Answer(answer), Verb::Gather(gather)) => {
                self.confirmed(now, gather, entry, &answer)
            }
            (Phase::Question(index), Outcome::Answer(answer), Verb::Survey { .. }) => {
                self.question_answered(now, &flow, verb, index, &answer)
            }
            (Phase::Requesting, Outcome::Replied(result), Verb::Http(_)) => self.replied(now, result.map_err(drop)),
            (Phase::Requesting, Outcome::ToolDone(result), Verb::Tool(tool)) => self.tool_done(now, tool, result),
            (Phase::BeforeTransfer, _, Verb::Transfer(transfer)) => self.ring(now, transfer),
            (Phase::Transferring, Outcome::Transferred(outcome), Verb::Transfer(transfer)) => {
                if outcome == TransferOutcome::Completed {
                    self.alive = now.since_start;
                }
                Step::Go(match outcome {
                    TransferOutcome::Completed => transfer.next,
                    TransferOutcome::Busy => transfer.busy,
                    TransferOutcome::NoAnswer | TransferOutcome::Cancelled => transfer.no_answer,
                    TransferOutcome::Unavailable => transfer.unavailable,
                    TransferOutcome::Declined => transfer.declined,
                    TransferOutcome::Failed => transfer.failed,
                })
            }
            (Phase::BeforeEcho, _, Verb::Echo { max, stop, .. }) => {
                self.io.command(CallCommand::Echo(true));
                self.io.forget_keys();
                self.phase = Phase::Echoing;
                self.wait = Wait::Echo { stop: *stop, until: now.since_start + *max };
                Step::Wait
            }
            (Phase::Echoing, _, Verb::Echo { next, .. }) => {
                self.io.command(CallCommand::Echo(false));
                Step::Go(*next)
            }
            (Phase::Guest, Outcome::Returned(result), Verb::Agent { into, failed, next, .. }) => match result {
                Ok(value) => {
                    if let Some(name) = into {
                        self.set(name.clone(), value);
                    }
                    Step::Go(*next)
                }
                Err(reason) => {
                    self.problem(&reason);
                    Step::Go(failed.unwrap_or(*next))
                }
            },
            (Phase::Announcing(after), _, _) => self.announced(after),
            (Phase::Asking(after), Outcome::Answer(answer), verb) => self.consent_answered(now, verb, after, &answer),
            (Phase::Declined(after), _, _) => go_on(after),
            (phase, outcome, verb) => self.resume_message(now, phase, outcome, verb),
        }
    }

    /// No answer, a wrong one too often, or a key that leads away.
    fn unanswered(&mut self, now: Moment, flow: &Flow, asking: &Asking, answer: &Answer) -> Step {
        let next = match answer {
            Answer::Global(key) => flow.global_keys.get(key).copied(),
            Answer::NoInput => asking.no_input.next,
            Answer::NoMatch | Answer::Keys(_) => asking.no_match.next,
        };
        match next {
            Some(target) => Step::Go(target),
            None => self.last_words(now, MessageKey::Goodbye, HangupCause::Normal),
        }
    }

    /// Asks again after an answer that would not do.
    fn mistake(&mut self, now: Moment) -> Step {
        let Wait::Keys(collect) = &mut self.wait else { return Step::Wait };
        match collect.mistake(now.since_start, &mut self.io) {
            Some(answer) => Step::Resume(Outcome::Answer(answer)),
            None => Step::Wait,
        }
    }

    fn gathered(&mut self, now: Moment, gather: &Gather, entry: String) -> Step {
        let valid = gather.valid.as_ref().is_none_or(|condition| self.holds(condition, now, Some(&entry)));
        if !valid {
            return self.mistake(now);
        }
        let Some(confirm) = &gather.confirm else {
            self.set(gather.into.clone(), Value::from(entry));
            return Step::Go(gather.next);
        };
        let ask = if confirm.0.is_empty() {
            self.message(MessageKey::Confirm, now, Some(&entry))
        } else {
            self.items(confirm, now, Some(&entry))
        };
        let retry = crate::flow::Retry { say: Vec::new(), next: None };
        let asking = Asking {
            say: crate::flow::Prompt::default(),
            flush: false,
            no_input: retry.clone(),
            no_match: retry,
            ..gather.asking.clone()
        };
        let globals = self.globals();
        let mut question = self.question(&asking, Rule::One(['1', '2'].into()), globals, now);
        question.ear = question.ear.map(|ear| Ear::yes_no(&ear.language));
        self.ask(now, Question { ask, ..question }, Phase::Confirm(entry))
    }

    fn confirmed(&mut self, now: Moment, gather: &Gather, entry: String, answer: &Answer) -> Step {
        match answer {
            Answer::Keys(keys) if keys == "1" => {
                self.set(gather.into.clone(), Value::from(entry));
                Step::Go(gather.next)
            }
            // To enter it again is to begin the node again: its counters see it.
            Answer::Keys(_) => Step::Go(Target::Again),
            other => {
                let flow = self.frames.last().map(|frame| Arc::clone(&frame.flow));
                match flow {
                    Some(flow) => self.unanswered(now, &flow, &gather.asking, other),
                    None => Step::Wait,
                }
            }
        }
    }

    fn question_answered(&mut self, now: Moment, flow: &Flow, verb: &Verb, index: usize, answer: &Answer) -> Step {
        let Verb::Survey { questions, .. } = verb else { return Step::Go(Target::Hangup) };
        let Some(question) = questions.get(index) else { return Step::Go(Target::Hangup) };
        let value = match (answer, &question.answers) {
            (Answer::Keys(keys), Answers::Keys(answers)) => {
                keys.chars().next().and_then(|key| answers.get(&key)).cloned()
            }
            (Answer::Keys(keys), Answers::Range { min, max }) => {
                keys.parse::<u32>().ok().filter(|number| (min..=max).contains(&number)).map(Value::from)
            }
            (Answer::NoInput, _) if question.optional => return self.ask_question(now, index + 1),
            _ => return self.unanswered(now, flow, &question.asking, answer),
        };
        let Some(value) = value else { return self.mistake(now) };
        self.io.command(CallCommand::Remember { key: question.name.clone(), value: value.clone() });
        self.set(question.name.clone(), value);
        self.ask_question(now, index + 1)
    }

    /// The reply of a request, or that there is none.
    pub(super) fn replied(&mut self, _now: Moment, result: Result<HttpReply, ()>) -> Step {
        let Some(frame) = self.frames.last() else { return Step::Wait };
        let flow = Arc::clone(&frame.flow);
        let Some(Verb::Http(http)) = flow.nodes.get(frame.node).map(|node| &node.verb) else {
            return Step::Go(Target::Hangup);
        };
        let max = self.program.limits.max_reply;
        let good = result.ok().filter(|reply| (200..300).contains(&reply.status) && reply.body.len() <= max);
        let (value, next) = match good {
            Some(reply) => {
                let value = serde_json::from_str(&reply.body).unwrap_or_else(|_| Value::from(reply.body));
                (Some(value), http.next)
            }
            None => (http.fallback.clone(), http.failed.unwrap_or(http.next)),
        };
        if let (Some(name), Some(value)) = (&http.into, value) {
            self.set(name.clone(), value);
        }
        Step::Go(next)
    }
}

/// Goes on after the terms of recording are settled.
pub(super) fn go_on(after: AfterTerms) -> Step {
    match after {
        AfterTerms::Begin(node) => Step::Begin(node),
        AfterTerms::Go(target) => Step::Go(target),
    }
}

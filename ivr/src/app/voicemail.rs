//! Messages that the caller speaks: greeting, tone, recording, review, saving.

use std::sync::Arc;
use std::time::Duration;

use call_model::{CallCommand, Moment, PromptItem, RecordEnd, RecordId, RecordSettings, Tone};
use serde_json::Value;

use super::collect::{Answer, Question, Rule};
use super::{FlowApp, Outcome, Phase, Step, Wait};
use crate::flow::{Message, Target, Verb, Voicemail};
use crate::messages::MessageKey;
use crate::template::Kind;

const BEEP_MS: u64 = 400;
/// How much longer than its own limit a recording may take before we end it ourselves.
const RECORD_GUARD: Duration = Duration::from_secs(10);
/// How often the caller may begin before the flow goes on without a message.
const MAX_ROUNDS: u8 = 5;
/// How many empty messages are taken for a change of mind.
const MAX_EMPTY: u8 = 2;
const REVIEW_WAIT: Duration = Duration::from_secs(6);

impl FlowApp {
    /// The greeting; a voicemail has one of its own when the flow gives none.
    pub(super) fn greet(&mut self, now: Moment, message: &Message, voicemail: bool, round: u8) -> Step {
        let items = if voicemail {
            self.items_or(&message.say, MessageKey::LeaveMessage, now)
        } else {
            self.items(&message.say, now, None)
        };
        self.speak(now, items, true, Phase::Greeting(round))
    }

    /// The waits of `record` and `voicemail`.
    pub(super) fn resume_message(&mut self, now: Moment, phase: Phase, outcome: Outcome, verb: &Verb) -> Step {
        let message = match verb {
            Verb::Record { message, .. } => message,
            Verb::Voicemail(voicemail) => &voicemail.message,
            _ => return Step::Wait,
        };
        match (phase, outcome, verb) {
            (Phase::Greeting(round), Outcome::Played, _) => self.beep(now, message, round),
            (Phase::Beep(round), Outcome::Played, _) => self.listen(now, message, round),
            (Phase::Recording(round), Outcome::Recorded { record, end, duration }, _) => {
                self.recorded(now, verb, message, round, (record, end, duration))
            }
            (Phase::Listening(record), Outcome::Played, Verb::Voicemail(voicemail)) => {
                self.review(now, voicemail, record)
            }
            (Phase::Review(record), Outcome::Answer(answer), Verb::Voicemail(voicemail)) => {
                self.reviewed(now, voicemail, record, &answer)
            }
            (Phase::Saved, Outcome::Played, Verb::Voicemail(voicemail)) => Step::Go(voicemail.next),
            _ => Step::Wait,
        }
    }

    fn beep(&mut self, now: Moment, message: &Message, round: u8) -> Step {
        // Keys pressed so far were meant to cut the greeting short.
        self.io.forget_keys();
        let tone = PromptItem::Tone { tone: Tone::Beep, duration_ms: BEEP_MS };
        let items = if message.beep { vec![tone] } else { Vec::new() };
        self.speak(now, items, false, Phase::Beep(round))
    }

    fn listen(&mut self, now: Moment, message: &Message, round: u8) -> Step {
        self.io.forget_keys();
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let record = self.io.record_id();
        let settings = RecordSettings {
            max_ms: ms(message.max),
            silence_ms: ms(message.silence),
            terminators: message.terminators.clone(),
        };
        self.records.insert(record);
        self.io.command(CallCommand::Record { record, settings });
        self.phase = Phase::Recording(round);
        let since = now.since_start;
        self.wait = Wait::Message { record, since, until: since + message.max + RECORD_GUARD };
        Step::Wait
    }

    fn recorded(
        &mut self,
        now: Moment,
        verb: &Verb,
        message: &Message,
        round: u8,
        (record, end, duration): (RecordId, RecordEnd, Duration),
    ) -> Step {
        if let RecordEnd::Key(_) = end {
            self.io.expect_late(now.since_start, &message.terminators);
        }
        let good = duration >= message.min && end != RecordEnd::Failed;
        // What we had to end ourselves is no sign of life.
        if good && end != RecordEnd::Stopped {
            self.alive = now.since_start;
        }
        if end == RecordEnd::HungUp && good {
            self.phase = Phase::Leaving(record);
            self.wait = Wait::Nothing;
            return Step::Wait;
        }
        match verb {
            Verb::Record { into, empty, next, .. } => {
                if !good {
                    self.discard(record);
                    return Step::Go(*empty);
                }
                self.set(into.clone(), Value::from(record.0));
                Step::Go(*next)
            }
            Verb::Voicemail(voicemail) if !good => {
                self.discard(record);
                let mut items = self.message(MessageKey::NoMessage, now, None);
                if round + 1 >= MAX_EMPTY {
                    return self.speak(now, items, true, Phase::Saved);
                }
                items.extend(self.items_or(&voicemail.message.say, MessageKey::LeaveMessage, now));
                self.speak(now, items, true, Phase::Greeting(round + 1))
            }
            Verb::Voicemail(voicemail) if voicemail.review && round < MAX_ROUNDS => {
                self.review_round = round;
                self.review(now, voicemail, record)
            }
            Verb::Voicemail(voicemail) => self.save(now, voicemail, record),
            _ => Step::Go(Target::Hangup),
        }
    }

    fn review(&mut self, now: Moment, _voicemail: &Voicemail, record: RecordId) -> Step {
        let question = Question {
            ask: self.message(MessageKey::Review, now, None),
            no_input: Vec::new(),
            no_match: vec![self.message(MessageKey::NoMatch, now, None)],
            rule: Rule::One(['1', '2', '3', '#'].into()),
            ear: None,
            globals: std::collections::BTreeSet::new(),
            timeout: REVIEW_WAIT,
            key_timeout: REVIEW_WAIT,
            tries: 2,
            flush: false,
            interrupt: true,
        };
        self.ask(now, question, Phase::Review(record))
    }

    fn reviewed(&mut self, now: Moment, voicemail: &Voicemail, record: RecordId, answer: &Answer) -> Step {
        match answer {
            Answer::Keys(keys) if keys == "1" => {
                self.speak(now, vec![PromptItem::Recorded { record }], true, Phase::Listening(record))
            }
            Answer::Keys(keys) if keys == "2" => {
                self.discard(record);
                self.beep(now, &voicemail.message, self.review_round.saturating_add(1))
            }
            _ => self.save(now, voicemail, record),
        }
    }

    fn save(&mut self, now: Moment, voicemail: &Voicemail, record: RecordId) -> Step {
        if self.settle_record(record) {
            let mailbox = self.fill(&voicemail.mailbox, Kind::Plain, now).unwrap_or_default();
            self.io.command(CallCommand::SaveVoicemail { record, mailbox });
        }
        let items = self.items_or(&voicemail.thanks, MessageKey::MessageSaved, now);
        self.speak(now, items, true, Phase::Saved)
    }

    fn discard(&mut self, record: RecordId) {
        if self.settle_record(record) {
            self.io.command(CallCommand::Discard { record });
        }
    }

    /// The call ends: a voicemail that is being spoken or reviewed is kept, if it is long enough.
    pub(super) fn keep_messages(&mut self, at: Moment) {
        let Some(frame) = self.frames.last() else { return };
        let flow = Arc::clone(&frame.flow);
        let Some(Verb::Voicemail(voicemail)) = flow.nodes.get(frame.node).map(|node| &node.verb) else { return };
        let record = match (&self.phase, &self.wait) {
            (Phase::Review(record) | Phase::Listening(record) | Phase::Leaving(record), _) => *record,
            (Phase::Recording(_), Wait::Message { record, since, .. }) => {
                if at.since_start.saturating_sub(*since) < voicemail.message.min {
                    return;
                }
                *record
            }
            _ => return,
        };
        if self.settle_record(record) {
            let mailbox = self.fill(&voicemail.mailbox, Kind::Plain, at).unwrap_or_default();
            self.io.command(CallCommand::SaveVoicemail { record, mailbox });
        }
    }
}

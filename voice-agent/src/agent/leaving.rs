//! When the agent cannot go on, and when it is done: people, messages, flows, and the end of the call.

use std::time::Duration;

use call_model::{CallCommand, HangupCause, RecordEnd, RecordId, RecordSettings, TransferOutcome};
use serde_json::{Map, Value, json};

use super::handover::Reason;
use super::mouth::Manner;
use super::{After, AgentApp, Offer, Phrase, Stage};

/// The longest message, ms.
const MAX_MESSAGE: u64 = 120_000;
/// Silence that ends a message, ms.
const MESSAGE_SILENCE: u64 = 3_000;
/// A shorter message is none, ms.
const MIN_MESSAGE: u64 = 1_000;
/// The longest transcript of a message that is kept, in bytes.
const MAX_WORDS: usize = 8 * 1024;
/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// A message that the caller speaks after the tone.
pub(super) struct Recording {
    record: RecordId,
    /// What was understood of it.
    words: String,
    /// The tool call that it is for.
    call: Option<String>,
}

impl Recording {
    pub fn note(&mut self, text: &str) {
        if self.words.len() + text.len() < MAX_WORDS {
            if !self.words.is_empty() {
                self.words.push(' ');
            }
            self.words.push_str(text.trim());
        }
    }
}

impl AgentApp {
    /// Everything is said: what comes next happens.
    pub(super) fn advance(&mut self) {
        if !self.mouth.is_empty() {
            return;
        }
        match self.stage {
            Stage::Leaving { outcome, cause } => self.end(outcome, cause),
            Stage::Talking => {
                let thinks = self.thought.as_ref().is_some_and(|thought| thought.speculation().is_none());
                if !thinks
                    && self.ask_at.is_none()
                    && !self.sums_up()
                    && (self.uses.are_done() || matches!(self.after, Some(After::Keys { .. })))
                    && let Some(after) = self.after.take()
                {
                    self.go(after);
                }
            }
            _ => {}
        }
    }

    fn go(&mut self, after: After) {
        self.drop_thought();
        // A sound that we stood still for is not decided any more.
        if !self.held {
            self.mouth.resume(&mut self.commands);
        }
        match after {
            After::Transfer { settings, call } => {
                self.finish_report();
                let settings = self.announced(settings);
                self.stage = Stage::Transferring { call };
                self.play_music();
                self.command(CallCommand::Transfer(settings));
            }
            After::Flow { flow, call } => {
                self.finish_report();
                self.stage = Stage::InFlow { call };
                let variables = self.facts.variables.clone();
                self.command(CallCommand::Enter { app: call_model::AppName::Flow(flow), variables });
            }
            After::Agent { agent, summary } => {
                self.finish_report();
                self.enter_agent(agent, summary);
            }
            After::VoiceMessage { call } => self.take_voice_message(call),
            After::Keys { call } => self.begin_typing(call),
            After::Record { call } => {
                self.finish_report();
                self.messages_recorded += 1;
                let record = RecordId(self.messages_recorded);
                self.recording = Some(Recording { record, words: String::new(), call });
                self.stage = Stage::Recording;
                let settings =
                    RecordSettings { max_ms: MAX_MESSAGE, silence_ms: MESSAGE_SILENCE, terminators: "#*".to_owned() };
                self.command(CallCommand::Record { record, settings });
                self.guard_for(Duration::from_millis(MAX_MESSAGE) + LAST_WORDS);
            }
            After::End { outcome } => self.end(outcome, None),
        }
    }

    /// Gives the call back to the flow that began this talk, or ends it.
    pub(super) fn end(&mut self, outcome: &'static str, cause: Option<HangupCause>) {
        self.later_ended(json!({ "outcome": outcome }));
        self.finish_report();
        self.stage = Stage::Over;
        match cause {
            Some(cause) => self.command(CallCommand::Hangup { cause }),
            None => self.command(CallCommand::Return { result: json!({ "outcome": outcome }) }),
        }
    }

    /// Says last words, which nothing interrupts, and ends.
    pub(super) fn leave(&mut self, outcome: &'static str, cause: Option<HangupCause>, words: &[Phrase]) {
        self.drop_thought();
        self.abandon_typing();
        self.drop_tools();
        (self.ask_at, self.offer) = (None, None);
        self.mouth.stop(&mut self.commands);
        for phrase in words {
            self.phrase(*phrase);
        }
        self.stage = Stage::Leaving { outcome, cause };
        self.guard_for(LAST_WORDS);
    }

    pub(super) fn limit_reached(&mut self, cause: Option<HangupCause>) {
        if let Stage::Recording = self.stage
            && let Some(recording) = &self.recording
        {
            let record = recording.record;
            self.command(CallCommand::StopRecord { record });
        }
        if let Stage::InFlow { .. } = self.stage {
            return;
        }
        self.leave("limit", cause, &[Phrase::LimitReached]);
    }

    /// A stage did not end by itself.
    pub(super) fn time_is_out(&mut self) {
        match self.stage {
            Stage::Leaving { outcome, cause } => self.end(outcome, cause),
            Stage::Recording => {
                if let Some(recording) = &self.recording {
                    self.message_ended(recording.record, RecordEnd::Failed, 0);
                }
            }
            _ => {}
        }
    }

    /// No brain answers. First a person or a message is offered; the next time it is not asked any more.
    pub(super) fn trouble(&mut self) {
        if self.failed_too_often() {
            return;
        }
        let tools = &self.program.agent.tools;
        let person = !tools.transfers.is_empty() && !self.nobody_there;
        let message = tools.message.is_some();
        match (self.failures, person, message) {
            (1, true, _) => self.offer_it(Offer::Person, Phrase::TroublePerson),
            (1, false, true) => self.offer_it(Offer::Message, Phrase::TroubleMessage),
            (_, true, _) => self.put_through(),
            (_, false, true) => self.take_voice_message(None),
            (1 | 2, ..) => drop(self.phrase(Phrase::Trouble)),
            _ => self.leave("trouble", None, &[Phrase::LimitReached]),
        }
    }

    pub(super) fn offer_it(&mut self, offer: Offer, phrase: Phrase) {
        self.offer = Some(offer);
        self.phrase(phrase);
    }

    /// Puts the caller through to the first who can be reached, without a brain.
    pub(super) fn put_through(&mut self) {
        let program = std::sync::Arc::clone(&self.program);
        if let Some(tool) = program.agent.tools.transfers.first() {
            self.phrase(Phrase::PuttingThrough);
            let settings = self.hand_to(tool, Reason::Failed, None, None);
            self.after = Some(After::Transfer { settings, call: None });
        }
    }

    /// The caller is asked to speak after the tone.
    pub(super) fn take_voice_message(&mut self, call: Option<String>) {
        let entry = Some(self.talk.begin());
        self.phrase_as(Phrase::LeaveMessage, Manner { entry, protected: true }, true);
        self.after = Some(After::Record { call });
    }

    /// The caller cannot be heard or understood: another way is taken.
    pub(super) fn cannot_hear(&mut self) {
        self.drop_thought();
        self.phrase(Phrase::CannotHear);
        let tools = &self.program.agent.tools;
        if !tools.transfers.is_empty() && !self.nobody_there {
            self.put_through();
        } else if tools.message.is_some() {
            self.take_voice_message(None);
        }
    }

    /// Nothing can be said any more.
    pub(super) fn voice_lost(&mut self) {
        self.drop_thought();
        let program = std::sync::Arc::clone(&self.program);
        match program.agent.tools.transfers.first() {
            Some(tool) if !self.nobody_there => {
                let settings = self.hand_to(tool, Reason::Failed, None, None);
                self.go(After::Transfer { settings, call: None });
            }
            _ => self.end("voice", Some(HangupCause::InternalError)),
        }
    }

    pub(super) fn transfer_ended(&mut self, outcome: TransferOutcome) {
        let Stage::Transferring { call } = &self.stage else { return };
        let call = call.clone();
        self.stage = Stage::Talking;
        self.nobody_there = outcome != TransferOutcome::Completed;
        self.handed_back(outcome);
        if self.took_callback() {
            self.nobody_there = false;
            self.later_ended(json!({ "outcome": "cancelled", "instead": "callback" }));
            return self.call_back();
        }
        let result = serde_json::to_value(outcome).unwrap_or_default();
        match (call, self.nobody_there) {
            (call, false) => {
                if call.is_some() {
                    self.later_ended(json!({ "outcome": result }));
                }
                self.phrase(Phrase::AnythingElse);
            }
            (Some(_), true) => {
                self.later_ended(json!({ "outcome": result }));
                self.think_it_over();
            }
            (None, true) if self.nobody_took_it() => {}
            (None, true) => {
                self.phrase(Phrase::NobodyThere);
                if self.program.agent.tools.message.is_some() {
                    self.take_voice_message(None);
                }
            }
        }
    }

    /// The flow gave the call back.
    pub(super) fn returned(&mut self, result: &Result<Value, String>) {
        let Stage::InFlow { .. } = &self.stage else { return };
        self.stage = Stage::Talking;
        self.listen();
        let result = match result {
            Ok(value) => json!({ "result": value }),
            Err(_) => json!({ "error": "the dialog could not begin" }),
        };
        self.later_ended(result);
        self.think_it_over();
    }

    pub(super) fn message_ended(&mut self, record: RecordId, end: RecordEnd, duration_ms: u64) {
        let Some(recording) = self.recording.take_if(|recording| recording.record == record) else { return };
        self.guard = None;
        let kept = end != RecordEnd::Failed && duration_ms >= MIN_MESSAGE;
        if kept {
            let mailbox = self.program.agent.tools.message.as_ref().map(|tool| tool.mailbox.clone());
            self.command(CallCommand::SaveVoicemail { record, mailbox: mailbox.unwrap_or_default() });
            if recording.call.is_none() && !recording.words.is_empty() {
                self.remember_message(Value::Object(Map::from_iter([("message".into(), recording.words.into())])));
            }
        } else {
            self.command(CallCommand::Discard { record });
        }
        if self.stage != Stage::Recording {
            return;
        }
        self.stage = Stage::Talking;
        let phrase = if kept { Phrase::MessageSaved } else { Phrase::NoMessage };
        match recording.call {
            Some(_) => {
                self.later_ended(json!({ "passed_on": true, "spoken": kept }));
                self.phrase(phrase);
                self.phrase(Phrase::AnythingElse);
            }
            None => self.leave("message", None, &[phrase, Phrase::Goodbye]),
        }
    }
}

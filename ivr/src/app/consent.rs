//! The terms on which the call is recorded: announced, or agreed to by key.

use std::time::Duration;

use call_model::{CallCommand, Moment, RecordingSwitch};

use super::collect::{Answer, Question, Rule};
use super::resume::go_on;
use super::{AfterTerms, FlowApp, Phase, Step};
use crate::flow::{Begin, Prompt, Verb};
use crate::messages::MessageKey;
use crate::program::RecordingMode;

/// How long the caller may think about it.
const THINK: Duration = Duration::from_secs(6);
/// How often it is asked.
const TRIES: u32 = 2;

/// What became of the recording so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct RecordingState {
    started: bool,
    /// It writes silence until the caller agrees, or until the language changes back.
    paused: bool,
    consented: bool,
    /// The caller said no, or the flow ended it: it does not begin again by itself.
    closed: bool,
}

impl FlowApp {
    fn recording_mode(&self) -> RecordingMode {
        self.program.recording_mode(&self.language)
    }

    /// Whether the caller must be told or asked before the talk goes on.
    pub(super) fn terms_are_due(&self) -> bool {
        let state = self.recording;
        match self.recording_mode() {
            _ if state.closed => false,
            RecordingMode::Off => false,
            RecordingMode::Announced => !state.started,
            RecordingMode::Consent => !state.consented,
        }
    }

    /// The verb `recording: begin`.
    pub(super) fn begin_recording(&mut self, now: Moment, begin: &Begin) -> Step {
        if self.terms_are_due() {
            self.settle_terms(now, Some(begin), AfterTerms::Go(begin.next))
        } else {
            Step::Go(begin.next)
        }
    }

    /// Tells or asks; `begin` has the flow's own words for it.
    pub(super) fn settle_terms(&mut self, now: Moment, begin: Option<&Begin>, after: AfterTerms) -> Step {
        let none = Prompt::default();
        if self.recording_mode() == RecordingMode::Announced {
            let items = self.items_or(begin.map_or(&none, |begin| &begin.announce), MessageKey::Recorded, now);
            return self.speak(now, items, false, Phase::Announcing(after));
        }
        let ask = self.items_or(begin.map_or(&none, |begin| &begin.ask), MessageKey::Consent, now);
        let question = Question {
            ask,
            no_input: vec![self.message(MessageKey::NoInput, now, None)],
            no_match: Vec::new(),
            // Any key but the one that agrees is a no.
            rule: Rule::One(crate::flow::KEYS.chars().collect()),
            ear: None,
            globals: std::collections::BTreeSet::new(),
            timeout: THINK,
            key_timeout: THINK,
            tries: TRIES,
            // Whoever agrees has heard the question.
            flush: true,
            interrupt: true,
        };
        self.ask(now, question, Phase::Asking(after))
    }

    pub(super) fn announced(&mut self, after: AfterTerms) -> Step {
        if !self.recording.closed {
            self.start_recording();
        }
        go_on(after)
    }

    /// The announcement could not be played: what was not announced is not recorded.
    pub(super) fn not_announced(&mut self) {
        self.recording.closed = true;
    }

    pub(super) fn consent_answered(&mut self, now: Moment, verb: &Verb, after: AfterTerms, answer: &Answer) -> Step {
        let begin = match verb {
            Verb::Begin(begin) => Some(&**begin),
            _ => None,
        };
        let agree = begin.map_or('1', |begin| begin.agree);
        if matches!(answer, Answer::Keys(keys) if keys.starts_with(agree)) {
            self.recording.consented = true;
            self.start_recording();
            return go_on(after);
        }
        self.recording.closed = true;
        if std::mem::take(&mut self.recording.started) {
            self.io.command(CallCommand::Recording { switch: RecordingSwitch::Stop });
        }
        let none = Prompt::default();
        let items = self.items_or(begin.map_or(&none, |begin| &begin.declined), MessageKey::Declined, now);
        self.speak(now, items, true, Phase::Declined(after))
    }

    fn start_recording(&mut self) {
        let switch = if self.recording.started { RecordingSwitch::Resume } else { RecordingSwitch::Start };
        (self.recording.started, self.recording.paused) = (true, false);
        self.io.command(CallCommand::Recording { switch });
    }

    /// Another language may have stricter terms: then nothing is recorded until they are settled.
    pub(super) fn recording_follows_language(&mut self) {
        if !self.recording.started || self.recording.closed {
            return;
        }
        let allowed = match self.recording_mode() {
            RecordingMode::Off => false,
            RecordingMode::Announced => true,
            RecordingMode::Consent => self.recording.consented,
        };
        if allowed == self.recording.paused {
            self.recording.paused = !allowed;
            let switch = if allowed { RecordingSwitch::Resume } else { RecordingSwitch::Pause };
            self.io.command(CallCommand::Recording { switch });
        }
    }

    /// The verbs `recording: pause`, `resume` and `stop`.
    pub(super) fn steer_recording(&mut self, switch: RecordingSwitch) {
        if !self.recording.started || self.recording.closed {
            return;
        }
        match switch {
            RecordingSwitch::Pause => self.recording.paused = true,
            // What the terms forbid cannot be resumed by the flow.
            RecordingSwitch::Resume | RecordingSwitch::Start if self.terms_are_due() => return,
            RecordingSwitch::Resume | RecordingSwitch::Start => self.recording.paused = false,
            RecordingSwitch::Stop => self.recording.closed = true,
        }
        self.io.command(CallCommand::Recording { switch });
    }
}

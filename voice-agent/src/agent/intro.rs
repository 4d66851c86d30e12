//! The first words: greeting, what the law wants said, and the first question.

use call_model::{CallCommand, PlaybackEnd, PlaybackId, RecordingSwitch};

use super::mouth::Manner;
use super::{AgentApp, Phrase, Stage};
use crate::config::{LocalText, RecordingMode, fill};
use crate::turn::Turn;
use crate::turn::words::{lexicon, split};

/// A longer answer than this to the question of consent is about something else.
const SHORT_ANSWER: usize = 5;

/// What became of the terms of recording.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// The recording begins when this was heard.
    announcing: Option<PlaybackId>,
    /// The caller was asked and has not answered.
    pub asking: bool,
}

impl AgentApp {
    /// The call is answered: hear and greet.
    pub(super) fn begin(&mut self) {
        self.answered = self.at();
        self.stage = Stage::Talking;
        let language = self.language.clone();
        self.set_language(&language);
        if self.begin_handed_over() {
            return;
        }
        let agent = std::sync::Arc::clone(&self.program.agent);
        match &agent.greeting {
            Some(greeting) => self.own_text(greeting, false),
            None => drop(self.phrase(Phrase::Greeting)),
        }
        if let Some(disclosure) = &agent.disclosure {
            self.own_text(disclosure, true);
        }
        match self.program.recording_mode(&self.language) {
            RecordingMode::Off => self.first_question(),
            RecordingMode::Announced => {
                let entry = Some(self.talk.begin());
                let playback = self.phrase_as(Phrase::Recorded, Manner { entry, protected: true }, false);
                self.terms.announcing = Some(playback);
                self.first_question();
            }
            RecordingMode::Consent => {
                self.terms.asking = true;
                self.phrase(Phrase::Consent);
            }
        }
    }

    /// A text of the agent's file.
    fn own_text(&mut self, text: &LocalText, protected: bool) {
        let text = fill(text.get(&self.language), &self.scope());
        if !text.trim().is_empty() {
            let entry = Some(self.talk.begin());
            self.say(text.trim().to_owned(), Manner { entry, protected });
        }
    }

    fn first_question(&mut self) {
        if self.is_put_through_at_once() {
            return;
        }
        let agent = std::sync::Arc::clone(&self.program.agent);
        if let Some(question) = &agent.question {
            self.own_text(question, false);
        }
    }

    /// Something was said to its end: perhaps that the call is recorded. What was not announced is not recorded.
    pub(super) fn terms_heard(&mut self, playback: PlaybackId, end: &PlaybackEnd) {
        if self.terms.announcing == Some(playback) {
            self.terms.announcing = None;
            if *end == PlaybackEnd::Finished {
                self.command(CallCommand::Recording { switch: RecordingSwitch::Start });
            }
        }
    }

    /// The answer to the question of consent: a clear yes, or key 1, agrees. Whether it is dealt with: somebody who
    /// went straight to his matter has not agreed, and gets an answer to that.
    pub(super) fn consent_answered(&mut self, turn: &Turn) -> bool {
        self.terms.asking = false;
        let said = lexicon(&self.language).consent(&turn.text);
        let brief = split(&turn.text).len() <= SHORT_ANSWER;
        if turn.keys.starts_with('1') || (said == Some(true) && brief) {
            self.talk.caller(&turn.text);
            self.command(CallCommand::Recording { switch: RecordingSwitch::Start });
            self.first_question();
            return true;
        }
        if !turn.keys.is_empty() || brief {
            self.talk.caller(&turn.text);
            self.phrase(Phrase::Declined);
            self.first_question();
            return true;
        }
        false
    }
}

//! What the turn machine wants, done.

use std::time::Duration;

use super::thought::{Answering, Purpose};
use super::{After, AgentApp, Offer, Phrase};
use crate::turn::words::{lexicon, normal};
use crate::turn::{Turn, TurnOutput};

/// How often in a row nobody understands the caller before another way is offered.
const MISUNDERSTOOD: u32 = 3;

impl AgentApp {
    pub(super) fn turned(&mut self, output: TurnOutput) {
        match output {
            TurnOutput::Speculate(text) => self.speculate(&text),
            TurnOutput::Unlikely => self.forget_speculation(),
            TurnOutput::Take(turn) => self.took(&turn),
            TurnOutput::Correct(text) if self.correct_attempt(&text) => {}
            TurnOutput::Correct(text) => {
                self.talk.correct(&text);
                self.drop_thought();
                self.forget_answer();
                self.mouth.stop(&mut self.commands);
                self.ask();
            }
            TurnOutput::Reopen => self.reopen(),
            TurnOutput::Pause => self.mouth.pause(&mut self.commands),
            TurnOutput::Resume => self.mouth.resume(&mut self.commands),
            TurnOutput::Stop => self.interrupted(),
            TurnOutput::NotUnderstood => self.not_understood(),
            TurnOutput::Prompt(_) => self.prompt(),
            TurnOutput::GiveUp => self.leave("silence", None, &[Phrase::Goodbye]),
            TurnOutput::Deaf => self.cannot_hear(),
        }
    }

    /// Prepares an answer for a turn that is probably over.
    fn speculate(&mut self, text: &str) {
        // Consent and offers are decided without a brain.
        if self.terms.asking
            || self.offer.is_some()
            || self.is_spent()
            || self.uses.is_running()
            || self.is_attempt(text)
        {
            return;
        }
        let words = normal(text);
        if self.thought.as_ref().is_some_and(|thought| thought.speculation() == Some(&words)) {
            return;
        }
        self.forget_speculation();
        let messages = self.talk.messages(Some(text));
        self.think(Purpose::Speculation(words), messages);
    }

    fn forget_speculation(&mut self) {
        if self.thought.as_ref().is_some_and(|thought| thought.speculation().is_some()) {
            self.drop_thought();
            self.wasted += 1;
        }
    }

    /// The caller's turn is over.
    fn took(&mut self, turn: &Turn) {
        self.finish_report();
        self.turns += 1;
        self.misunderstood = 0;
        self.memory_before = None;
        let ended = self.answered + Duration::from_millis(turn.ended);
        self.answering = Some(Answering::new(ended, self.transcript_ms(ended), self.at()));
        if self.terms.asking && self.consent_answered(turn) {
            self.forget_speculation();
            return;
        }
        if self.offer.is_some() && self.offer_answered(turn) {
            return;
        }
        if self.refuse_attempt(&turn.text) {
            return;
        }
        if self.rule_applies(turn) {
            return;
        }
        if self.is_spent() {
            self.forget_speculation();
            self.limit_reached(None);
            return;
        }
        if !turn.keys.is_empty() {
            let note = self.keys_told(&turn.keys);
            self.talk.note(note);
        }
        let free = self.uses.let_ask();
        let adopted = turn.keys.is_empty() && self.adopt(&turn.text);
        if !adopted {
            self.forget_speculation();
            if !turn.text.is_empty() {
                self.talk.caller(&turn.text);
            }
            // What a tool that is under way gives back belongs into the answer: its end asks.
            if free {
                self.ask();
            }
        }
        if let Some(answering) = &mut self.answering {
            answering.report.wasted = std::mem::take(&mut self.wasted);
        }
    }

    /// The turns or the tokens of this call are used up.
    fn is_spent(&self) -> bool {
        let limits = &self.program.agent.limits;
        self.turns > limits.turns || self.usage.input_tokens + self.usage.output_tokens >= limits.tokens
    }

    /// The caller goes on: the question was not the whole one.
    fn reopen(&mut self) {
        self.drop_thought();
        self.forget_answer();
        self.ask_at = None;
        self.drop_tools();
        self.mouth.stop(&mut self.commands);
        if !self.forget_attempt() {
            self.talk.take_back();
        }
        if let Some(answering) = self.answering.take() {
            self.wasted += answering.report.wasted + 1;
        }
        self.turns = self.turns.saturating_sub(1);
    }

    /// Nothing of the answer was heard: what the brain wanted kept with it is forgotten too.
    fn forget_answer(&mut self) {
        if let Some(before) = self.memory_before.take() {
            self.memory = before;
        }
    }

    /// The caller interrupts what we say.
    fn interrupted(&mut self) {
        self.drop_thought();
        self.ask_at = None;
        // Who was promised a person by a rule gets one, whatever he says to that.
        let promised = self.after.take_if(|after| matches!(after, After::Transfer { call: None, .. }));
        self.drop_tools();
        self.after = promised;
        self.mouth.stop(&mut self.commands);
        if let Some(answering) = &mut self.answering {
            answering.report.interrupted = true;
        }
        self.finish_report();
    }

    fn not_understood(&mut self) {
        self.misunderstood += 1;
        self.forget_speculation();
        if self.was_unclear() {
            return;
        }
        if self.misunderstood >= MISUNDERSTOOD {
            self.misunderstood = 0;
            self.cannot_hear();
        } else {
            self.phrase(Phrase::NotUnderstood);
        }
    }

    fn prompt(&mut self) {
        if self.uses.take_unsaid() {
            return self.think_it_over();
        }
        let phrase = if self.terms.asking { Phrase::Consent } else { Phrase::StillThere };
        self.phrase(phrase);
    }

    /// Whether the turn answered our offer of a person or a message.
    fn offer_answered(&mut self, turn: &Turn) -> bool {
        let Some(offer) = self.offer.take() else { return false };
        let consent = lexicon(&self.language).consent(&turn.text);
        if let Some(agrees) = consent {
            self.talk.caller(&turn.text);
            match (agrees, offer) {
                (true, Offer::Person) => self.put_through(),
                (true, Offer::Message) => self.take_voice_message(None),
                (true, Offer::Callback) => self.call_back(),
                (false, _) => drop(self.phrase(Phrase::AnythingElse)),
            }
        }
        consent.is_some()
    }
}

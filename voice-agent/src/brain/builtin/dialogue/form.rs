//! A form: which slot is next, and what to do with what was said.

use super::super::lexicon::{Intent, Slot};
use super::Turn;
use super::booking::Goal;
use super::slots::Taken;
use super::state::{Asking, Form, Kind, Pending};
use super::tools::TAKE;

/// How sure a wish must be to interrupt a form.
const SURE: f32 = 0.75;
/// A slot that was asked for so often in vain is left empty.
const MOST_TRIES: usize = 3;

impl Turn<'_> {
    /// Begins a form, with what is known already.
    pub(super) fn begin(&mut self, kind: Kind) -> String {
        if kind == Kind::Appointment && self.can_book() {
            return self.begin_booking(Goal::New);
        }
        if !self.can(TAKE) {
            return self.nobody_there();
        }
        let mut form = Form::new(kind);
        form.name.clone_from(&self.state.name);
        form.number.clone_from(&self.state.number);
        self.state.form = Some(form);
        let first = match kind {
            Kind::Appointment => self.take_first_wish(),
            Kind::Message => {
                self.take_first_words();
                Taken::Nothing
            }
            Kind::Callback => Taken::Nothing,
        };
        match first {
            Taken::Value { lead } => self.ask_next(&lead),
            // The day that was named is not possible.
            Taken::Asked(text) => text,
            Taken::Skipped | Taken::Nothing => self.ask_next(""),
        }
    }

    pub(super) fn form(&mut self) -> &mut Form {
        self.state.form.get_or_insert_with(|| Form::new(Kind::Message))
    }

    /// Asks for the next slot, after `lead`.
    pub(super) fn ask_next(&mut self, lead: &str) -> String {
        let form = self.form();
        form.tries = 0;
        let asked = if let Some(slot) = form.next() {
            form.asking = Asking::Slot(slot);
            self.ask(slot, 0)
        } else {
            form.asking = Asking::Confirm;
            self.summary()
        };
        join(lead, &asked)
    }

    pub(super) fn ask(&self, slot: Slot, variant: usize) -> String {
        let reason = self.state.form.as_ref().is_some_and(|form| form.kind == Kind::Callback);
        let phrase = match slot {
            Slot::Name => "ask_name",
            Slot::Number => "ask_number",
            Slot::Text if reason => "ask_reason",
            Slot::Text => "ask_text",
            Slot::Date => "ask_date",
            Slot::Time => "ask_time",
        };
        self.say_as(phrase, variant, &[])
    }

    /// The open question, as it stands.
    pub(super) fn ask_again(&mut self) -> String {
        match self.form().asking {
            Asking::Slot(slot) => {
                self.form().tries += 1;
                self.ask(slot, 1)
            }
            Asking::Confirm => self.say("confirm_again"),
            Asking::Change => self.say_as("what_change", 1, &[]),
        }
    }

    pub(super) fn in_form(&mut self) -> String {
        let asking = self.form().asking;
        if let Some(interruption) = self.interruption(asking) {
            return interruption;
        }
        if let Some(text) = self.continue_number() {
            return text;
        }
        let text = match asking {
            Asking::Slot(slot) => self.take(slot),
            Asking::Confirm => self.confirm(),
            Asking::Change => self.change(),
        };
        self.state.misses = 0;
        text
    }

    /// Wishes that go before the form. In a message to be taken down nearly nothing does.
    fn interruption(&mut self, asking: Asking) -> Option<String> {
        let dictating = asking == Asking::Slot(Slot::Text);
        let short = self.words.len() <= 5;
        if asking == Asking::Slot(Slot::Number) && self.lexicon().own_number(&self.words) {
            return None;
        }
        let wish = self.wish(SURE)?;
        if dictating && !short {
            return None;
        }
        Some(match wish {
            Intent::Cancel => {
                self.state.form = None;
                self.state.pending = Some(Pending::AnythingElse);
                self.say("dropped")
            }
            Intent::Repeat => self.state.said.clone(),
            Intent::Wait => self.say("wait"),
            Intent::Slower => join(&self.say("slower"), &self.state.said),
            Intent::Person => {
                self.state.form = None;
                self.put_through()
            }
            Intent::Goodbye if short && asking != Asking::Confirm => {
                self.state.form = None;
                self.goodbye()
            }
            Intent::StopCalling => {
                self.state.form = None;
                self.ask_to_stop()
            }
            Intent::SpeakEn | Intent::SpeakDe | Intent::SpeakEs | Intent::SpeakFr | Intent::SpeakIt if !dictating => {
                let language = wish.language()?;
                if language == self.language { self.ask_again() } else { self.speak(language) }
            }
            _ => return None,
        })
    }

    fn take(&mut self, slot: Slot) -> String {
        let taken = match slot {
            Slot::Text => self.take_text(),
            Slot::Name => self.take_name(),
            Slot::Number => self.take_number(),
            Slot::Date | Slot::Time => self.take_when(slot),
        };
        match taken {
            Taken::Value { lead } => self.ask_next(&lead),
            Taken::Asked(text) => text,
            Taken::Skipped => {
                self.form().skipped.push(slot);
                self.form().repeated = None;
                let lead = self.say("skipped");
                self.ask_next(&lead)
            }
            Taken::Nothing => self.nothing(slot),
        }
    }

    /// What was said fits no slot: perhaps it is a question; else it is asked again, and left empty in the end.
    fn nothing(&mut self, slot: Slot) -> String {
        if let Some(answer) = self.aside() {
            self.state.pending = None;
            return join(&answer, &self.ask(slot, 0));
        }
        let form = self.form();
        form.tries += 1;
        if form.tries < MOST_TRIES {
            return if slot == Slot::Text { self.say("no_text") } else { self.ask(slot, 1) };
        }
        form.skipped.push(slot);
        form.repeated = None;
        // A day that was not understood is passed on as it was heard.
        if matches!(slot, Slot::Date | Slot::Time | Slot::Text) {
            let said = self.text.clone();
            self.form().text.get_or_insert(said);
        }
        let lead = self.say("skipped");
        self.ask_next(&lead)
    }
}

/// Two sentences.
pub(super) fn join(first: &str, second: &str) -> String {
    format!("{} {}", first.trim(), second.trim()).trim().to_owned()
}

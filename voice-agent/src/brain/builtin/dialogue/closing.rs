//! The end of a form: it is read back, set right, and passed on.

use super::super::lexicon::Slot;
use super::super::parse::Moment;
use super::super::speak;
use super::Turn;
use super::form::join;
use super::state::{Asking, Form, Kind, Number, Pending, Waiting};
use super::tools::TAKE;

/// Names of the arguments, in the order of preference.
pub(super) const MESSAGE: &[&str] = &["message", "text", "note"];
pub(super) const NAME: &[&str] = &["name", "caller_name", "caller", "from"];
const PHONE: &[&str] = &["phone", "number", "phone_number", "callback_number"];
const DATE: &[&str] = &["date", "day"];
const TIME: &[&str] = &["time"];

/// After so many answers that are neither yes nor no the form is passed on as it is.
const MOST_TRIES: usize = 2;

/// What is said when a form was passed on.
pub(super) fn thanks(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "taken_message",
        Kind::Callback => "taken_callback",
        Kind::Appointment => "taken_appointment",
    }
}

impl Turn<'_> {
    /// Reads the form back and asks whether it is right.
    pub(super) fn summary(&mut self) -> String {
        let form = self.form().clone();
        let mut parts = vec![self.say("read_back")];
        match form.kind {
            Kind::Appointment => {
                let when = self.when(&form);
                if !when.is_empty() {
                    parts.push(self.say_with("sum_appointment", &[("value", &when)]));
                }
            }
            Kind::Callback => parts.push(self.say("sum_callback")),
            Kind::Message => {}
        }
        if let Some(text) = form.text.as_deref().filter(|_| form.kind != Kind::Appointment) {
            let name = if form.kind == Kind::Callback { "sum_reason" } else { "sum_message" };
            let text = text.trim().trim_end_matches(['.', '!', '?']);
            parts.push(self.say_with(name, &[("value", text)]));
        }
        if let Some(name) = &form.name {
            parts.push(self.say_with("sum_name", &[("value", name)]));
        }
        let number = match &form.number {
            Some(Number::Own) => self.lexicon().phrase("own_number", 0).to_owned(),
            Some(Number::Digits(digits)) => {
                speech::text::digits::spell(digits, speak::spoken(self.language)).unwrap_or_default()
            }
            None => String::new(),
        };
        if !number.is_empty() {
            parts.push(self.say_with("sum_number", &[("value", &number)]));
        }
        parts.push(self.say("confirm"));
        parts.join(" ")
    }

    /// Day and time as they are spoken.
    fn when(&self, form: &Form) -> String {
        let day = form.date.map(|date| speak::day(self.language, self.lexicon(), date, self.now.date()));
        let time = form.time.map(|moment| speak::at(self.language, self.lexicon(), moment));
        day.into_iter().chain(time).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn confirm(&mut self) -> String {
        let verdict = self.lexicon().verdict(&self.words);
        let correction = self.lexicon().repair(&self.words);
        let taken = verdict.map_or(0, |(_, taken)| taken).max(correction);
        let whole = self.text.clone();
        let from = self.words.get(taken).map_or(whole.len(), |word| word.place.start);
        self.hear(whole[from..].to_owned());
        if let Some(changed) = self.change_to(None) {
            return self.with_lead(changed);
        }
        match verdict {
            Some((true, _)) => self.submit(),
            Some((false, _)) => match self.lexicon().slot(&self.words) {
                Some(slot) if self.form().slots().contains(&slot) => self.reopen(slot),
                _ => {
                    self.form().asking = Asking::Change;
                    self.form().tries = 0;
                    self.say_as("what_change", 0, &[])
                }
            },
            None => {
                if let Some(slot) = self.lexicon().slot(&self.words).filter(|slot| self.form().slots().contains(slot)) {
                    return self.reopen(slot);
                }
                self.form().tries += 1;
                if self.form().tries > MOST_TRIES { self.submit() } else { self.say("confirm_again") }
            }
        }
    }

    fn reopen(&mut self, slot: Slot) -> String {
        let asked = self.ask_for(slot);
        self.with_lead(asked)
    }

    /// The caller says what is wrong.
    pub(super) fn change(&mut self) -> String {
        let correction = self.lexicon().repair(&self.words);
        let from = self.words.get(correction).map_or(self.text.len(), |word| word.place.start);
        if correction < self.words.len() {
            self.hear(self.text[from..].to_owned());
        }
        if let Some(changed) = self.change_to(None) {
            return self.with_lead(changed);
        }
        if let Some(slot) = self.lexicon().slot(&self.words).filter(|slot| self.form().slots().contains(slot)) {
            return self.reopen(slot);
        }
        // "Nothing, it is all right."
        if self.lexicon().verdict(&self.words).is_some() {
            return self.submit();
        }
        self.form().tries += 1;
        if self.form().tries > MOST_TRIES {
            return self.submit();
        }
        self.say_as("what_change", 1, &[])
    }

    /// Passes the form on.
    fn submit(&mut self) -> String {
        let Some(form) = self.state.form.take() else { return String::new() };
        let mut arguments = vec![(MESSAGE, self.note(&form))];
        if let Some(name) = &form.name {
            arguments.push((NAME, name.clone()));
        }
        if let Some(Number::Digits(digits)) = &form.number {
            arguments.push((PHONE, digits.clone()));
        }
        if let Some(date) = form.date {
            arguments.push((DATE, date.to_string()));
        }
        if let Some(Moment::At(time)) = form.time {
            arguments.push((TIME, time.strftime("%H:%M").to_string()));
        }
        self.state.name = form.name;
        self.state.number = form.number;
        self.state.waiting = Some(Waiting::Take(form.kind));
        self.state.pending = Some(Pending::AnythingElse);
        self.call(TAKE, arguments);
        String::new()
    }

    /// The message for people of the business: whole by itself.
    fn note(&self, form: &Form) -> String {
        let text = form.text.as_deref().unwrap_or_default();
        match form.kind {
            Kind::Message => text.to_owned(),
            Kind::Callback => join(&self.say("note_callback"), text),
            Kind::Appointment => {
                let day = form.date.map(|date| speak::written(self.language, date));
                let time = form.time.map(|moment| match moment {
                    Moment::At(time) => time.strftime("%H:%M").to_string(),
                    part @ Moment::In(_) => speak::at(self.language, self.lexicon(), part),
                });
                let when = day.into_iter().chain(time).collect::<Vec<_>>().join(", ");
                let when = if when.is_empty() { "?".to_owned() } else { when };
                join(&self.say_with("note_appointment", &[("value", &when)]), text)
            }
        }
    }
}

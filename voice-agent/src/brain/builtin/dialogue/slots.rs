//! What was said, taken into the slots of a form.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::lexicon::Slot;
use super::super::parse::{self, Moment};
use super::super::speak;
use super::Turn;
use super::form::join;
use super::free::within;
use super::state::{Asking, Number};

/// A telephone number with fewer digits is not complete.
const SHORTEST: usize = 6;
/// E.164: at most 15 digits.
const LONGEST: usize = 15;
/// The longest text of a message, characters.
const LONGEST_TEXT: usize = 1_000;

/// What came of the words.
pub(super) enum Taken {
    /// The slot has a value; `lead` repeats it.
    Value { lead: String },
    /// Something else is to be said; the same slot stays open.
    Asked(String),
    /// The caller does not want to say.
    Skipped,
    /// They do not fit.
    Nothing,
}

impl Turn<'_> {
    /// Leaves the first words away.
    fn without(&mut self, count: usize) {
        let from = self.words.get(count).map_or(self.text.len(), |word| word.place.start);
        self.hear(self.text[from..].to_owned());
    }

    /// Takes day and time from the words that began the form.
    pub(super) fn take_first_wish(&mut self) -> Taken {
        if self.lexicon().content(&self.words) >= 3 {
            let said = self.text.clone();
            self.form().text = Some(said);
        }
        self.take_when(Slot::Date)
    }

    /// Takes the message from the words that began the form: "please tell them that I am late".
    pub(super) fn take_first_words(&mut self) {
        let from = (0..self.words.len()).find_map(|at| {
            let taken = self.lexicon().lead_in(&self.words[at..]);
            (taken >= 2).then_some(at + taken)
        });
        let Some(from) = from.filter(|from| self.lexicon().content(&self.words[*from..]) >= 2) else {
            return;
        };
        self.form().text = Some(self.text[self.words[from].place.start..].to_owned());
        let digits = parse::phone(self.language, &self.words);
        if (SHORTEST..=LONGEST).contains(&digits.trim_start_matches('+').len()) {
            self.form().number = Some(Number::Digits(digits));
        }
    }

    pub(super) fn take_text(&mut self) -> Taken {
        if let Some(taken) = self.take_back() {
            return taken;
        }
        let lead_in = self.lexicon().lead_in(&self.words);
        if lead_in < self.words.len() {
            self.without(lead_in);
        } else {
            return Taken::Nothing;
        }
        let text: String = self.text.trim().chars().take(LONGEST_TEXT).collect();
        if self.lexicon().content(&self.words) == 0 && self.words.len() < 4 {
            return Taken::Nothing;
        }
        self.form().text = Some(text);
        self.form().repeated = None;
        Taken::Value { lead: String::new() }
    }

    pub(super) fn take_name(&mut self) -> Taken {
        if let Some(taken) = self.take_back() {
            return taken;
        }
        if let Some(taken) = self.take_late_when() {
            return taken;
        }
        if self.asks() {
            return Taken::Nothing;
        }
        let verdict = self.lexicon().verdict(&self.words);
        // "No, Miller" names one; "no" and "I would rather not say" do not.
        match verdict {
            Some((false, taken)) if taken > 0 && taken < self.words.len() => self.without(taken),
            Some((false, _)) => return Taken::Skipped,
            _ => {}
        }
        let Some(name) = parse::name(self.language, &self.text, &self.words) else { return Taken::Nothing };
        let lead = self.say_with("got_name", &[("value", &name)]);
        self.form().name = Some(name);
        self.form().repeated = Some(Slot::Name);
        Taken::Value { lead }
    }

    pub(super) fn take_number(&mut self) -> Taken {
        if self.lexicon().own_number(&self.words) {
            self.form().number = Some(Number::Own);
            self.form().repeated = None;
            return Taken::Value { lead: self.say("skipped") };
        }
        let mut found = parse::phone(self.language, &self.words);
        if found.len() <= 2 && parse::only_digits(self.language, &self.words).is_none() {
            // "O'Hara" is no zero.
            found.clear();
        }
        if found.len() <= 2
            && let Some(taken) = self.take_late_when()
        {
            return taken;
        }
        let mut digits = std::mem::take(&mut self.form().digits);
        if found.starts_with('+') {
            digits.clear();
        }
        digits.push_str(&found);
        let count = digits.trim_start_matches('+').len();
        if found.is_empty() && (3..SHORTEST).contains(&count) && self.agrees() {
            return self.got_number(digits);
        }
        match count {
            _ if found.is_empty() => {
                self.form().digits = digits;
                if let Some(taken) = self.take_back() {
                    return taken;
                }
                if let Some(taken) =
                    self.form().repeated.filter(|slot| *slot == Slot::Name).and_then(|_| self.take_longer_name())
                {
                    return taken;
                }
                if self.refuses() { Taken::Skipped } else { Taken::Nothing }
            }
            SHORTEST..=LONGEST => self.got_number(digits),
            0..SHORTEST => {
                self.form().digits = digits;
                Taken::Asked(self.say("go_on"))
            }
            _ => Taken::Nothing,
        }
    }

    fn got_number(&mut self, digits: String) -> Taken {
        let spoken = speech::text::digits::spell(&digits, speak::spoken(self.language)).unwrap_or_default();
        self.form().number = Some(Number::Digits(digits));
        self.form().repeated = Some(Slot::Number);
        Taken::Value { lead: self.say_with("got_number", &[("value", &spoken)]) }
    }

    fn agrees(&self) -> bool {
        self.lexicon().verdict(&self.words).is_some_and(|(yes, _)| yes)
    }

    fn refuses(&self) -> bool {
        let verdict = self.lexicon().verdict(&self.words);
        verdict.is_some_and(|(yes, taken)| !yes && self.lexicon().content(&self.words[taken..]) <= 2)
    }

    /// Day and time, whichever were said.
    pub(super) fn take_when(&mut self, asked: Slot) -> Taken {
        let (date, moment) = self.read_when(Some(asked));
        if date.is_none() && moment.is_none() {
            if let Some(taken) = self.take_back() {
                return taken;
            }
            // "No particular time."
            return if self.refuses() && asked == Slot::Time { Taken::Skipped } else { Taken::Nothing };
        }
        let corrects = self.lexicon().repair(&self.words) > 0;
        self.set_when(date, moment, corrects && asked != Slot::Date)
    }

    /// A day or time that comes when something else was asked for.
    fn take_late_when(&mut self) -> Option<Taken> {
        if !self.form().slots().contains(&Slot::Date) {
            return None;
        }
        let (date, moment) = self.read_when(None);
        let moment = moment.filter(|moment| matches!(moment, Moment::At(_)));
        (date.is_some() || moment.is_some()).then(|| self.set_when(date, moment, true))
    }

    /// The whole name, where a part of it was taken before: "David", "David Miller".
    fn take_longer_name(&mut self) -> Option<Taken> {
        let name = parse::name(self.language, &self.text, &self.words)?;
        let before = self.form().name.clone()?.to_lowercase();
        let longer = name.to_lowercase().split(' ').any(|word| before.split(' ').any(|known| known == word));
        if !longer || name.split(' ').count() > 3 {
            return None;
        }
        let lead = self.say_with("got_name", &[("value", &name)]);
        self.form().name = Some(name);
        Some(Taken::Value { lead })
    }

    fn read_when(&self, asked: Option<Slot>) -> (Option<Date>, Option<Moment>) {
        let found = parse::date(self.language, &self.words, self.now.date(), asked == Some(Slot::Date));
        let used = found.as_ref().map_or_else(BTreeSet::new, |found| found.used.clone());
        let moment = parse::time(self.language, &self.words, &used, asked == Some(Slot::Time));
        (found.map(|found| found.date), moment)
    }

    /// Takes a day and a time in, if the business is open then.
    fn set_when(&mut self, date: Option<Date>, moment: Option<Moment>, corrects: bool) -> Taken {
        let day = date.or(self.form().date);
        if let Some(refusal) = self.refuse_when(day, moment, date.is_some()) {
            return Taken::Asked(refusal);
        }
        let (language, today) = (self.language, self.now.date());
        let spoken_day = date.map(|date| speak::day(language, self.lexicon(), date, today));
        let spoken_time = moment.map(|moment| speak::at(language, self.lexicon(), moment));
        let form = self.form();
        form.date = date.or(form.date);
        form.time = moment.or(form.time);
        form.repeated = Some(if moment.is_some() { Slot::Time } else { Slot::Date });
        let value: Vec<String> = spoken_day.into_iter().chain(spoken_time).collect();
        let name = if corrects { "changed" } else { "got_date" };
        Taken::Value { lead: self.say_with(name, &[("value", &value.join(" "))]) }
    }

    /// Says why a day or time is not possible.
    fn refuse_when(&mut self, day: Option<Date>, moment: Option<Moment>, new_day: bool) -> Option<String> {
        let day = day?;
        let today = self.now.date();
        let ask = |turn: &mut Self, slot: Slot| {
            turn.form().asking = Asking::Slot(slot);
            turn.form().clear(slot);
        };
        let over = matches!(moment, Some(Moment::At(time)) if day == today && time < self.now.time());
        if day < today || over {
            ask(self, Slot::Date);
            return Some(self.say("past_time"));
        }
        // A business of which no hours are known is not asked.
        self.brain.facts.opening(self.now).is_known().then_some(())?;
        let hours = (self.brain.facts.hours)(day);
        if hours.is_empty() && new_day {
            ask(self, Slot::Date);
            let spoken = speak::day(self.language, self.lexicon(), day, today);
            self.form().time = moment.or(self.form().time);
            return Some(self.say_with("closed_day", &[("value", &spoken)]));
        }
        let Some(Moment::At(time)) = moment else { return None };
        if within(&hours, time) {
            return None;
        }
        self.form().date = Some(day);
        ask(self, Slot::Time);
        let spans = speak::spans(self.language, self.lexicon(), &hours);
        let spans = self.say_with("we_are_open", &[("spans", &spans)]);
        Some(self.say_with("closed_time", &[("spans", &spans)]))
    }

    /// "No, I said Tuesday" and "no, that's wrong" after a slot was repeated.
    fn take_back(&mut self) -> Option<Taken> {
        if let Some(slot) = self.wrong_slot() {
            return Some(self.ask_for(slot));
        }
        let repeated = self.form().repeated?;
        let taken = self.lexicon().repair(&self.words);
        if taken == 0 {
            return self.wrong(repeated);
        }
        let before = (self.text.clone(), self.words.clone(), self.hits.clone(), self.answers.clone());
        self.without(taken);
        if let Some(changed) = self.change_to(Some(repeated)) {
            return Some(changed);
        }
        let empty = self.words.is_empty();
        (self.text, self.words, self.hits, self.answers) = before;
        if empty { Some(self.ask_for(repeated)) } else { self.wrong(repeated) }
    }

    /// A bare "that's wrong" asks for the repeated slot anew.
    fn wrong(&mut self, repeated: Slot) -> Option<Taken> {
        let (yes, taken) = self.lexicon().verdict(&self.words)?;
        let bare = !yes && taken > 0 && self.lexicon().content(&self.words[taken..]) <= 1;
        bare.then(|| self.ask_for(repeated))
    }

    /// "The name is wrong."
    fn wrong_slot(&mut self) -> Option<Slot> {
        let (yes, _) = self.lexicon().verdict(&self.words)?;
        let slot = self.lexicon().slot(&self.words)?;
        let brief = self.lexicon().content(&self.words) <= 3;
        (!yes && brief && self.form().has(slot)).then_some(slot)
    }

    /// A number that goes on after it was taken for complete: the caller only paused.
    pub(super) fn continue_number(&mut self) -> Option<String> {
        let form = self.form();
        let (Some(Slot::Number), Some(Number::Digits(so_far))) = (form.repeated, form.number.clone()) else {
            return None;
        };
        let more = parse::only_digits(self.language, &self.words)?;
        let digits = so_far + &more;
        if digits.trim_start_matches('+').len() > LONGEST || more.contains('+') {
            return None;
        }
        let Taken::Value { lead } = self.got_number(digits) else { return None };
        let next = match self.form().asking {
            Asking::Slot(slot) => self.ask(slot, 0),
            Asking::Confirm | Asking::Change => self.say("confirm"),
        };
        Some(join(&lead, &next))
    }

    /// Opens a slot again.
    pub(super) fn ask_for(&mut self, slot: Slot) -> Taken {
        let form = self.form();
        form.clear(slot);
        form.asking = Asking::Slot(slot);
        form.repeated = None;
        form.tries = 0;
        Taken::Asked(self.ask(slot, 0))
    }

    /// Takes whatever the words set right. `likely`: what they are probably about.
    pub(super) fn change_to(&mut self, likely: Option<Slot>) -> Option<Taken> {
        if self.words.is_empty() {
            return None;
        }
        let slots = self.form().slots();
        if slots.contains(&Slot::Date) {
            let asked = likely.filter(|slot| matches!(slot, Slot::Date | Slot::Time));
            let (date, moment) = self.read_when(asked);
            let (date, moment) = (
                date.filter(|date| self.form().date != Some(*date)),
                moment.filter(|at| self.form().time != Some(*at)),
            );
            if date.is_some() || moment.is_some() {
                return Some(self.set_when(date, moment, true));
            }
        }
        let digits = parse::phone(self.language, &self.words);
        if (SHORTEST..=LONGEST).contains(&digits.trim_start_matches('+').len()) {
            let spoken = speech::text::digits::spell(&digits, speak::spoken(self.language)).unwrap_or_default();
            self.form().number = Some(Number::Digits(digits));
            self.form().repeated = Some(Slot::Number);
            return Some(Taken::Value { lead: self.say_with("changed", &[("value", &spoken)]) });
        }
        if self.lexicon().own_number(&self.words) {
            self.form().number = Some(Number::Own);
            return Some(Taken::Value { lead: self.say("skipped") });
        }
        if likely.is_none() && (3..SHORTEST).contains(&digits.len()) {
            self.ask_for(Slot::Number);
            self.form().digits = digits;
            return Some(Taken::Asked(self.say("go_on")));
        }
        if likely == Some(Slot::Name) || self.lexicon().slot(&self.words) == Some(Slot::Name) {
            // "The name is wrong" names no name.
            let bare = self.lexicon().verdict(&self.words).is_some_and(|(yes, _)| !yes);
            let name = parse::name(self.language, &self.text, &self.words).filter(|_| !bare)?;
            let lead = self.say_with("changed", &[("value", &name)]);
            self.form().name = Some(name);
            self.form().repeated = Some(Slot::Name);
            return Some(Taken::Value { lead });
        }
        None
    }

    /// What the next words may be about, said for the joined answer.
    pub(super) fn with_lead(&mut self, taken: Taken) -> String {
        match taken {
            Taken::Value { lead } => {
                let next = self.form().next();
                if next.is_some() {
                    return self.ask_next(&lead);
                }
                self.form().asking = Asking::Confirm;
                self.form().tries = 0;
                join(&lead, &self.say("confirm"))
            }
            Taken::Asked(text) => text,
            Taken::Skipped | Taken::Nothing => self.ask_next(""),
        }
    }
}

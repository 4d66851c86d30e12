//! Which of several is meant: services, free times, appointments.

use std::collections::BTreeSet;

use serde_json::Value;
use speech::text::moments;

use super::super::parse::{self, Moment};
use super::super::speak;
use super::super::words::{Word, find, fold, key};
use super::Turn;
use super::booking::{FreeTime, Known, Step};
use super::form::join;
use super::tools::FIND;

/// Words that begin alike for so many letters are taken for the same.
const ALIKE: usize = 5;
/// "Just a second" chooses nothing.
const INDEFINITE: [&str; 8] = ["a", "just", "un", "une", "una", "uno", "eine", "einen"];
/// The most words of an answer that only chooses.
const BRIEF: usize = 7;

impl Turn<'_> {
    /// What can be booked: key and name.
    pub(super) fn services(&self) -> Vec<(String, String)> {
        let known = |tool: &call_model::ToolSpec| {
            let keys = tool.parameters.pointer("/properties/service/enum")?.as_array()?;
            Some(keys.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        };
        let keys = self.tool(FIND).and_then(known).unwrap_or_default();
        keys.into_iter().map(|key| (key.clone(), self.service_name(&key))).collect()
    }

    pub(super) fn service_name(&self, key: &str) -> String {
        let known = self.brain.facts.services.iter().find(|choice| choice.key == key);
        let name = known.and_then(|choice| {
            let name = choice.name.get(self.language.tag()).or_else(|| choice.name.get("en"));
            name.or_else(|| choice.name.values().next())
        });
        name.cloned().unwrap_or_else(|| key.replace(['_', '-'], " "))
    }

    /// The service that the words name: by its name, or by what else callers call it.
    pub(super) fn named_service(&self) -> Option<String> {
        let services = self.services();
        let names = |service_key: &str, name: &str| {
            let known = self.brain.facts.services.iter().find(|choice| choice.key == service_key);
            let also = known.and_then(|choice| choice.also.get(self.language.tag())).cloned().unwrap_or_default();
            [name.to_owned(), service_key.replace(['_', '-'], " ")].into_iter().chain(also).collect::<Vec<_>>()
        };
        let exact = services
            .iter()
            .find(|(service, name)| names(service, name).iter().any(|name| find(&self.words, &key(name)).is_some()));
        let alike = || {
            services.iter().find(|(service, name)| {
                names(service, name).iter().any(|name| {
                    let parts = key(name);
                    parts.split(' ').any(|part| self.words.iter().any(|word| alike(&word.key, part)))
                })
            })
        };
        exact.or_else(alike).map(|(service, _)| service.clone())
    }

    /// Several things with commas, and a word before the last.
    pub(super) fn listed(&self, names: &[String], joint: &str) -> String {
        match names {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => format!("{}{}{last}", first.join(", "), self.lexicon().phrase(joint, 0)),
        }
    }

    pub(super) fn phrase_with(&self, phrase: &str, name: &str) -> String {
        speak::fill(self.lexicon().phrase(phrase, 0), &[("name", name)])
    }

    /// A free time as it is spoken, with who has it.
    pub(super) fn slot_spoken(&self, slot: &FreeTime, with_day: bool) -> String {
        let with = slot.with.as_deref().map(|with| self.phrase_with("with_person", with)).unwrap_or_default();
        join(&self.time_spoken(slot.start, with_day), &with)
    }

    /// Free times as they are offered: the day is said once where it is the same.
    pub(super) fn times(&self, free: &[FreeTime]) -> String {
        let Some(first) = free.first() else { return String::new() };
        let same_person = free.iter().all(|slot| slot.with == first.with);
        let mut names = Vec::new();
        let mut day = None;
        for slot in free {
            let new_day = day != Some(slot.start.date());
            day = Some(slot.start.date());
            let time = self.time_spoken(slot.start, new_day);
            let with = slot.with.as_deref().filter(|_| !same_person);
            names.push(join(&time, &with.map(|with| self.phrase_with("with_person", with)).unwrap_or_default()));
        }
        let listed = self.listed(&names, "or_joint");
        let with = first.with.as_deref().filter(|_| same_person);
        join(&listed, &with.map(|with| self.phrase_with("with_person", with)).unwrap_or_default())
    }

    /// The caller chooses one of the times, or wants others.
    pub(super) fn take_choice(&mut self) -> String {
        let Some(free) = self.state.booking.as_ref().map(|booking| booking.free.clone()) else { return String::new() };
        if let Some(at) = self.said_ordinal(free.len()) {
            return self.choose(free[at].clone());
        }
        let (date, time) = self.said_when();
        if date.is_some() || time.is_some() {
            let fits = |slot: &&FreeTime| {
                date.is_none_or(|date| slot.start.date() == date) && time.is_none_or(|time| said_of(time, slot))
            };
            let fitting: Vec<&FreeTime> = free.iter().filter(fits).collect();
            return match fitting.as_slice() {
                [only] => self.choose((*only).clone()),
                [] => self.search_anew(),
                several if several.len() < free.len() => {
                    let free = several.iter().map(|slot| (*slot).clone()).collect();
                    self.offer_again(free)
                }
                // A whole day, of which all that was offered is: there may be more of it.
                _ if time.is_some() => self.offer_again(free),
                _ => self.ask_booking_again(),
            };
        }
        let verdict = self.lexicon().verdict(&self.words);
        match verdict {
            _ if self.lexicon().soonest(&self.words) => self.choose(free[0].clone()),
            Some((true, _)) if free.len() == 1 => self.choose(free[0].clone()),
            Some((true, _)) => self.ask_booking_again(),
            _ if verdict.is_some() || self.lexicon().others(&self.words) => {
                if let Some(booking) = &mut self.state.booking {
                    (booking.step, booking.date, booking.time) = (Step::When, None, None);
                }
                self.say("ask_other")
            }
            _ => self.booking_miss(),
        }
    }

    fn choose(&mut self, slot: FreeTime) -> String {
        if let Some(booking) = &mut self.state.booking {
            booking.slot = Some(slot);
        }
        self.book_next("")
    }

    fn offer_again(&mut self, free: Vec<FreeTime>) -> String {
        if let Some(booking) = &mut self.state.booking {
            booking.free = free;
        }
        self.ask_booking_again()
    }

    fn search_anew(&mut self) -> String {
        // A time alone is for the day that was offered last.
        let offered = self.state.booking.as_ref().and_then(|booking| Some(booking.free.first()?.start.date()));
        if let Some(booking) = &mut self.state.booking {
            booking.date = booking.date.or(offered);
        }
        self.take_wish(false);
        self.search()
    }

    fn said_when(&self) -> (Option<jiff::civil::Date>, Option<Moment>) {
        let found = parse::date(self.language, &self.words, self.now.date(), false);
        let used = found.as_ref().map_or_else(BTreeSet::new, |found| found.used.clone());
        // A bare number is an hour here: "ten".
        let time = parse::time(self.language, &self.words, &used, found.is_none());
        (found.map(|found| found.date), time)
    }

    /// "The second one"; not "the second of December".
    pub(super) fn said_ordinal(&self, count: usize) -> Option<usize> {
        let months = moments::months(speak::spoken(self.language));
        let dated = |word: &Word| months.iter().any(|month| fold(month) == word.key);
        let indefinite = |word: &Word| INDEFINITE.contains(&word.key.as_str());
        if self.words.len() > BRIEF || self.words.iter().any(|word| dated(word) || indefinite(word)) {
            return None;
        }
        self.lexicon().ordinal(&self.words, count)
    }

    /// The caller says which of his appointments he means.
    pub(super) fn take_which(&mut self) -> String {
        let Some(mine) = self.state.booking.as_ref().map(|booking| booking.mine.clone()) else { return String::new() };
        let service = self.named_service();
        let (date, time) = self.said_when();
        let fits = |known: &&Known| {
            let at = FreeTime { start: known.start, person: None, with: None };
            service.as_ref().is_none_or(|service| known.service == *service)
                && date.is_none_or(|date| known.start.date() == date)
                && time.is_none_or(|time| said_of(time, &at))
        };
        let said = service.is_some() || date.is_some() || time.is_some();
        let fitting: Vec<&Known> = mine.iter().filter(fits).collect();
        let which = match (self.said_ordinal(mine.len()), fitting.as_slice()) {
            (Some(at), _) => mine[at].clone(),
            (None, [only]) if said => (*only).clone(),
            _ => return self.booking_miss(),
        };
        if let Some(booking) = &mut self.state.booking {
            booking.which = Some(which);
        }
        self.book_next("")
    }
}

/// Whether this is how somebody speaks of that time: "at three" is fifteen o'clock, and nine is not.
fn said_of(time: Moment, slot: &FreeTime) -> bool {
    let start = slot.start.time();
    match time {
        Moment::At(at) => at == start || (at.minute() == start.minute() && (at.hour() + 12) % 24 == start.hour()),
        Moment::In(part) => match part {
            parse::DayPart::Morning => start.hour() < 12,
            parse::DayPart::Afternoon => (12..18).contains(&start.hour()),
            parse::DayPart::Evening => start.hour() >= 17,
        },
    }
}

/// Whether two words begin alike, long enough to be forms of one.
fn alike(one: &str, other: &str) -> bool {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    same >= ALIKE
}

//! Talk without a form: questions, wishes, small talk.

use call_model::Source;
use jiff::civil::{Date, Time};

use super::super::Lang;
use super::super::examples::{Hit, Target};
use super::super::facts::Opening;
use super::super::knowledge::Offer;
use super::super::lexicon::Intent;
use super::super::parse::{Moment, date, introduction, time};
use super::super::speak;
use super::Turn;
use super::booking::Goal;
use super::form::join;
use super::state::{Kind, Pending, Waiting};
use super::tools::{HANG_UP, LANGUAGE, TAKE, TRANSFER};

/// How sure a wish must be to go before a yes or no to our question.
const SURE: f32 = 0.8;

impl Turn<'_> {
    pub(super) fn free(&mut self) -> String {
        let pending = self.state.pending.take();
        let after_hours = std::mem::take(&mut self.state.hours);
        // A "not" somewhere in a sentence with a meaning of its own answers nothing.
        let brief = self.lexicon().content(&self.words) <= 2;
        let verdict = self.lexicon().verdict(&self.words).filter(|(_, taken)| *taken > 0 || brief);
        let goes_before = |intent| !matches!(intent, Intent::Thanks | Intent::Greeting | Intent::Cancel);
        if let (Some(pending), Some((yes, taken))) = (pending, verdict)
            && self.wish(SURE).is_none_or(|wish| !goes_before(wish))
        {
            let rest = self.words.get(taken).filter(|_| taken > 0).map_or("", |word| &self.text[word.place.start..]);
            let rest = rest.to_owned();
            let more = taken > 0 && self.lexicon().content(&self.words[taken..]) > 0;
            match pending {
                Pending::AnythingElse if yes && more => return self.anew(rest),
                Pending::AnythingElse if yes => return self.say("anything_else"),
                Pending::Offer(offer) if yes => return self.take_up(offer),
                Pending::Stop if yes => return self.stop_calling(),
                _ if more => return self.anew(rest),
                Pending::AnythingElse => return self.goodbye(),
                Pending::Offer(_) | Pending::Stop => {
                    self.state.pending = Some(Pending::AnythingElse);
                    return self.say("all_right");
                }
            }
        }
        // "Please tell the doctor that": whatever follows is a message.
        if self.lexicon().lead_in(&self.words) >= 4 && self.can(TAKE) {
            return self.begin(Kind::Message);
        }
        // "A check-up on Tuesday at nine": what for and when is a wish, also where something is known about it.
        let told = self.best().is_none_or(|hit| matches!(hit.target, Target::Entry(_)));
        if told && self.can_book() && self.names_day() && self.named_service().is_some() {
            return self.begin_booking(Goal::New);
        }
        match self.best() {
            Some(Hit { target: Target::Intent(intent), .. }) => self.want(intent, pending),
            Some(Hit { target: Target::Entry(place), .. }) => self.tell(place),
            None if pending == Some(Pending::Offer(Offer::Appointment)) && self.names_day() => {
                self.begin(Kind::Appointment)
            }
            None if after_hours && self.names_day() => self.hours(Intent::Hours),
            None if let Some(name) = introduction(self.language, &self.text, &self.words)
                && self.asked().is_none() =>
            {
                let thanks = self.say_with("got_name", &[("value", &name)]);
                self.state.name = Some(name);
                join(&thanks, &self.say("nothing_to_repeat"))
            }
            // A day out of the blue: who else names one?
            None if self.names_day()
                && (self.can(TAKE) || self.can_book())
                && self.lexicon().content(&self.words) == 0 =>
            {
                self.begin(Kind::Appointment)
            }
            None if brief && verdict.is_some() => {
                self.state.pending = Some(Pending::AnythingElse);
                self.say("anything_else")
            }
            None => self.look_up(),
        }
    }

    /// Answers what followed a yes or no.
    fn anew(&mut self, rest: String) -> String {
        self.hear(rest);
        match self.best() {
            Some(Hit { target: Target::Intent(intent), .. }) => self.want(intent, None),
            Some(Hit { target: Target::Entry(place), .. }) => self.tell(place),
            None => self.look_up(),
        }
    }

    /// Answers what no example is like, from what the library finds.
    fn look_up(&mut self) -> String {
        let says = self.lexicon().content(&self.words) > 0;
        match self.answer_to().filter(|_| says) {
            Some(Hit { target: Target::Entry(place), .. }) => self.tell(place),
            _ => self.unknown(),
        }
    }

    /// The answer to a question that comes where something else was asked for.
    pub(super) fn aside(&mut self) -> Option<String> {
        match (self.best(), self.asked()) {
            (Some(Hit { target: Target::Intent(intent @ (Intent::Hours | Intent::OpenNow)), .. }), _) => {
                Some(self.hours(intent))
            }
            (Some(Hit { target: Target::Entry(place), .. }), _)
            | (_, Some(Hit { target: Target::Entry(place), .. })) => Some(self.tell(place)),
            _ => None,
        }
    }

    /// Does what is wanted. `pending`: our question that stays open if the caller only asks for time.
    fn want(&mut self, intent: Intent, pending: Option<Pending>) -> String {
        self.state.misses = 0;
        match intent {
            Intent::Hours | Intent::OpenNow => self.hours(intent),
            Intent::Person => self.put_through(),
            Intent::Message => self.begin(Kind::Message),
            Intent::Callback => self.begin(Kind::Callback),
            Intent::Appointment => self.begin(Kind::Appointment),
            Intent::MoveAppointment => self.begin_booking(Goal::Move),
            Intent::CancelAppointment => self.begin_booking(Goal::Cancel),
            Intent::MyAppointments => self.begin_booking(Goal::Tell),
            Intent::StopCalling => self.ask_to_stop(),
            Intent::Repeat if self.state.said.is_empty() => self.say("nothing_to_repeat"),
            Intent::Repeat => self.state.said.clone(),
            Intent::Slower => format!("{} {}", self.say("slower"), self.state.said).trim_end().to_owned(),
            Intent::Wait => {
                self.state.pending = pending;
                self.say("wait")
            }
            Intent::Goodbye => self.goodbye(),
            Intent::Thanks => {
                self.state.pending = Some(Pending::AnythingElse);
                self.say("thanks")
            }
            Intent::Greeting => self.say("greeting"),
            Intent::Help => self.say("help"),
            Intent::Robot => {
                let name = self.brain.facts.name(self.language).to_owned();
                self.say_with("robot", &[("name", &name)])
            }
            Intent::Cancel => {
                self.state.pending = Some(Pending::AnythingElse);
                self.say("all_right")
            }
            Intent::SpeakEn | Intent::SpeakDe | Intent::SpeakEs | Intent::SpeakFr | Intent::SpeakIt => {
                self.speak(intent.language().unwrap_or(self.language))
            }
        }
    }

    /// Answers from the knowledge.
    pub(super) fn tell(&mut self, place: usize) -> String {
        self.state.misses = 0;
        let Some(entry) = self.room.entries.get(place) else { return self.unknown() };
        let of_it = self.answers.iter().chain(&self.hits).filter(|hit| hit.target == Target::Entry(place));
        let score = of_it.map(|hit| hit.score).fold(0.0, f32::max);
        self.source = Some(Source {
            id: entry.id.clone(),
            document: entry.id.rsplit_once('#').map_or("", |(document, _)| document).to_owned(),
            title: entry.questions.first().cloned().unwrap_or_default(),
            score: (score.clamp(0.0, 1.0) * 100.0).round() as u8,
        });
        let (answer, offer, interview) = (entry.answer.clone(), entry.offer, entry.interview.clone());
        let document = entry.document;
        let Some(mut answer) = self.brain.facts.fill(&answer, self.language) else { return self.unknown() };
        if document {
            answer = self.room.ranking.excerpt(&self.text, &answer, self.brain.settings.spoken);
        }
        if let Some(interview) = interview {
            return self.begin_interview(&interview, &answer);
        }
        if let Some(offer) = offer.filter(|offer| self.can_offer(*offer)) {
            self.state.pending = Some(Pending::Offer(offer));
            if !answer.trim_end().ends_with('?') {
                let books = offer == Offer::Appointment && self.can_book();
                let phrase = if books { "offer_booking" } else { phrase_of(offer) };
                answer = format!("{} {}", answer.trim_end(), self.say(phrase));
            }
        }
        answer
    }

    fn can_offer(&self, offer: Offer) -> bool {
        match offer {
            Offer::Person => self.can(TRANSFER),
            Offer::Appointment => self.can_book() || self.can(TAKE),
            Offer::Message | Offer::Callback => self.can(TAKE),
        }
    }

    fn take_up(&mut self, offer: Offer) -> String {
        match offer {
            Offer::Message => self.begin(Kind::Message),
            Offer::Callback => self.begin(Kind::Callback),
            Offer::Appointment => self.begin(Kind::Appointment),
            Offer::Person => self.put_through(),
        }
    }

    /// Says honestly that there is no answer, and offers what can be done.
    fn unknown(&mut self) -> String {
        if self.lexicon().content(&self.words) == 0 {
            return self.not_understood();
        }
        self.unanswered = true;
        let phrase = if self.can(TAKE) {
            self.state.pending = Some(Pending::Offer(Offer::Message));
            "unknown"
        } else if self.can(TRANSFER) {
            self.state.pending = Some(Pending::Offer(Offer::Person));
            "unknown_person"
        } else {
            "unknown_plain"
        };
        self.miss(phrase)
    }

    pub(super) fn goodbye(&mut self) -> String {
        self.call(HANG_UP, Vec::new());
        self.say("goodbye")
    }

    pub(super) fn put_through(&mut self) -> String {
        if !self.can(TRANSFER) {
            return self.nobody_there();
        }
        self.state.waiting = Some(Waiting::Transfer);
        let whom = self.whom();
        match &whom {
            Some((argument, name)) => self.call(TRANSFER, vec![(&[argument.as_str()], name.clone())]),
            None => self.call(TRANSFER, Vec::new()),
        }
        self.say("transferring")
    }

    pub(super) fn nobody_there(&mut self) -> String {
        if self.can(TAKE) {
            self.state.pending = Some(Pending::Offer(Offer::Message));
            return self.say("no_person");
        }
        self.state.pending = Some(Pending::AnythingElse);
        self.say("no_person_plain")
    }

    /// Asks before a wish is passed on that cannot be taken back so easily.
    pub(super) fn ask_to_stop(&mut self) -> String {
        if !self.can(TAKE) {
            return self.unknown();
        }
        self.state.pending = Some(Pending::Stop);
        self.say("offer_stop")
    }

    fn stop_calling(&mut self) -> String {
        let note = self.say("note_stop");
        let mut arguments = vec![(super::closing::MESSAGE, note)];
        if let Some(name) = self.state.name.clone() {
            arguments.push((super::closing::NAME, name));
        }
        self.state.waiting = Some(Waiting::Stop);
        self.state.pending = Some(Pending::AnythingElse);
        self.call(TAKE, arguments);
        String::new()
    }

    pub(super) fn speak(&mut self, language: Lang) -> String {
        if language == self.language {
            return self.say("greeting");
        }
        let Some(tag) = self.tag_of(language) else { return self.say("language_only") };
        self.state.waiting = Some(Waiting::Language);
        self.call(LANGUAGE, vec![(&["language"], tag)]);
        String::new()
    }

    fn names_day(&self) -> bool {
        date(self.language, &self.words, self.now.date(), false).is_some()
    }

    /// Opening hours: of a day that was named, of now, or all of them.
    pub(super) fn hours(&mut self, intent: Intent) -> String {
        self.state.hours = true;
        let today = self.now.date();
        if let Some(found) = date(self.language, &self.words, today, false)
            && (found.date != today || intent == Intent::Hours)
        {
            let moment = time(self.language, &self.words, &found.used, false);
            return self.hours_on(found.date, moment);
        }
        if intent == Intent::OpenNow {
            return self.open_now();
        }
        match self.brain.facts.text("hours", self.language) {
            Some(hours) => self.say_with("hours", &[("hours", hours)]),
            // Documents may tell them, or what it is that is asked for.
            None => match self.answer_to() {
                Some(Hit { target: Target::Entry(place), .. }) => self.tell(place),
                _ => self.say("no_hours"),
            },
        }
    }

    fn open_now(&self) -> String {
        let lexicon = self.lexicon();
        match self.brain.facts.opening(self.now) {
            Opening::Open { until } => self.say_with("open_now", &[("time", &speak::clock(self.language, until))]),
            Opening::Closed { next: Some((date, from)) } => {
                let day = speak::day(self.language, lexicon, date, self.now.date());
                let time = speak::at(self.language, lexicon, Moment::At(from));
                self.say_with("closed_now", &[("day", &day), ("time", &time)])
            }
            Opening::Closed { next: None } => self.say("closed_now_plain"),
        }
    }

    fn hours_on(&self, date: Date, moment: Option<Moment>) -> String {
        let lexicon = self.lexicon();
        let spans = (self.brain.facts.hours)(date);
        let day = speak::day(self.language, lexicon, date, self.now.date());
        if spans.is_empty() {
            return self.say_with("closed_on", &[("day", &day)]);
        }
        if let Some(Moment::At(time)) = moment {
            let when = speak::at(self.language, lexicon, Moment::At(time));
            let name = if within(&spans, time) { "open_then" } else { "closed_then" };
            return self.say_with(name, &[("day", &day), ("time", &when)]);
        }
        let spans = speak::spans(self.language, lexicon, &spans);
        self.say_with("open_on", &[("day", &day), ("spans", &spans)])
    }
}

/// Whether it is open at a time.
pub(super) fn within(spans: &[(Time, Time)], time: Time) -> bool {
    spans.iter().any(|(from, until)| *from <= time && time < *until)
}

fn phrase_of(offer: Offer) -> &'static str {
    match offer {
        Offer::Message => "offer_message",
        Offer::Callback => "offer_callback",
        Offer::Appointment => "offer_appointment",
        Offer::Person => "offer_person",
    }
}

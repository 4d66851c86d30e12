//! Appointments: what for, when, which of the times that are free, for whom; read back, then booked. Another time for an
//! appointment, and its end, go the same way.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::examples::Target;
use super::super::knowledge::Offer;
use super::super::lexicon::{Intent, Slot};
use super::super::parse::{self, DayPart, Moment};
use super::super::speak;
use super::Turn;
use super::form::join;
use super::state::{Pending, Waiting};
use super::tools::{BOOK, CANCEL, FIND, MINE, MOVE, TAKE};

/// How sure a wish must be to interrupt a booking.
const SURE: f32 = 0.75;
/// What was asked so often in vain is given up.
const MOST_TRIES: usize = 3;
/// How often a time may be gone when it is booked.
const MOST_LOST: usize = 3;
/// What the intents of appointments count more than a text that answers about them, where they can be done.
const WEIGHT: f32 = 0.15;

/// What is to come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// A new appointment.
    New,
    /// Another time for one.
    Move,
    /// An end of one.
    Cancel,
    /// Only to know.
    Tell,
}

/// What was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Service,
    Which,
    When,
    Choose,
    Name,
    Confirm,
}

/// A time that is free.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeTime {
    pub start: DateTime,
    #[serde(default)]
    pub person: Option<String>,
    #[serde(default)]
    pub with: Option<String>,
}

/// An appointment of the caller.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub appointment: String,
    #[serde(default)]
    pub service: String,
    #[serde(default)]
    pub what: String,
    pub start: DateTime,
}

/// An appointment that is being booked, moved or cancelled.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Booking {
    pub goal: Goal,
    pub step: Step,
    /// How often the same was asked in vain.
    pub tries: usize,
    /// How often the time was gone when it was to be booked.
    pub lost: usize,
    pub service: Option<String>,
    pub date: Option<Date>,
    pub time: Option<Moment>,
    /// Any time will do.
    pub soonest: bool,
    /// What was offered.
    pub free: Vec<FreeTime>,
    /// What was chosen of it.
    pub slot: Option<FreeTime>,
    /// The caller's appointments.
    pub mine: Vec<Known>,
    /// The one that is meant.
    pub which: Option<Known>,
    pub name: Option<String>,
}

impl Booking {
    fn new(goal: Goal) -> Self {
        Self {
            goal,
            step: Step::When,
            tries: 0,
            lost: 0,
            service: None,
            date: None,
            time: None,
            soonest: false,
            free: Vec::new(),
            slot: None,
            mine: Vec::new(),
            which: None,
            name: None,
        }
    }
}

impl Turn<'_> {
    pub(super) fn can_book(&self) -> bool {
        self.can(FIND) && self.can(BOOK)
    }

    /// Lets wishes about appointments go before answers about them, and forgets those that cannot be done.
    pub(super) fn weigh_bookings(&mut self) {
        let weight = |turn: &Self, intent| match intent {
            Intent::MoveAppointment => (turn.can(MINE) && turn.can(MOVE) && turn.can(FIND)).then_some(WEIGHT),
            Intent::CancelAppointment => (turn.can(MINE) && turn.can(CANCEL)).then_some(WEIGHT),
            Intent::MyAppointments => turn.can(MINE).then_some(WEIGHT),
            Intent::Appointment if turn.can_book() => Some(WEIGHT),
            _ => Some(0.0),
        };
        let mut hits = std::mem::take(&mut self.hits);
        hits.retain_mut(|hit| {
            let Target::Intent(intent) = hit.target else { return true };
            let more = weight(self, intent);
            hit.score += more.unwrap_or(0.0);
            more.is_some()
        });
        hits.sort_by(|one, other| other.score.total_cmp(&one.score));
        self.hits = hits;
    }

    fn booking(&mut self) -> &mut Booking {
        self.state.booking.get_or_insert_with(|| Booking::new(Goal::New))
    }

    /// Begins, with what is known already.
    pub(super) fn begin_booking(&mut self, goal: Goal) -> String {
        let mut booking = Booking::new(goal);
        booking.name.clone_from(&self.state.name);
        booking.service = self.named_service();
        self.state.booking = Some(booking);
        if goal == Goal::New {
            self.take_wish(false);
            return self.book_next("");
        }
        if goal == Goal::Move {
            self.take_wish(false);
        }
        self.state.waiting = Some(Waiting::Mine);
        self.call(MINE, Vec::new());
        String::new()
    }

    /// Takes day and time from what was said; whether there was any.
    pub(super) fn take_wish(&mut self, asked: bool) -> bool {
        let found = parse::date(self.language, &self.words, self.now.date(), asked);
        let used = found.as_ref().map(|found| found.used.clone()).unwrap_or_default();
        let time = parse::time(self.language, &self.words, &used, false);
        let soonest = self.lexicon().soonest(&self.words);
        let date = found.map(|found| found.date);
        let booking = self.booking();
        // A time alone is for the day that was spoken of.
        booking.date = date.or(booking.date.filter(|_| !soonest));
        booking.time = time.or(booking.time.filter(|_| date.is_none() && !soonest));
        booking.soonest |= soonest;
        date.is_some() || time.is_some() || soonest
    }

    /// Asks for what is missing, or goes and does it.
    pub(super) fn book_next(&mut self, lead: &str) -> String {
        self.booking().tries = 0;
        let booking = self.booking().clone();
        let asked = match booking.goal {
            Goal::New if booking.service.is_none() => match self.services().as_slice() {
                [(only, _)] => {
                    self.booking().service = Some(only.clone());
                    return self.book_next(lead);
                }
                _ => self.ask_step(Step::Service),
            },
            Goal::New | Goal::Move if booking.slot.is_none() => {
                if booking.date.is_some() || booking.time.is_some() || booking.soonest {
                    return self.search();
                }
                self.ask_step(Step::When)
            }
            Goal::New if booking.name.is_none() => self.ask_step(Step::Name),
            Goal::New | Goal::Move | Goal::Cancel => self.ask_step(Step::Confirm),
            Goal::Tell => String::new(),
        };
        join(lead, &asked)
    }

    fn ask_step(&mut self, step: Step) -> String {
        self.booking().step = step;
        self.question(0)
    }

    pub(super) fn ask_booking_again(&mut self) -> String {
        self.question(1)
    }

    /// The open question.
    fn question(&mut self, variant: usize) -> String {
        let booking = self.booking().clone();
        match booking.step {
            Step::Service => {
                let names: Vec<String> = self.services().into_iter().map(|(_, name)| name).collect();
                self.say_as("ask_service", variant, &[("value", &self.listed(&names, "or_joint"))])
            }
            Step::Which => {
                let names: Vec<String> = booking.mine.iter().map(|known| self.spoken(known)).collect();
                self.say_with("which_one", &[("value", &self.listed(&names, "span_joint"))])
            }
            Step::When => match &booking.which {
                Some(known) if variant == 0 && booking.free.is_empty() => {
                    self.say_with("ask_move", &[("value", &self.spoken(known))])
                }
                _ => self.say_as("ask_date", variant, &[]),
            },
            Step::Choose => self.say_as("choose_again", variant, &[("value", &self.times(&booking.free))]),
            Step::Name => self.say_as("ask_name", variant, &[]),
            Step::Confirm => self.read_booking_back(),
        }
    }

    /// What is about to be done, to be agreed to.
    fn read_booking_back(&mut self) -> String {
        let booking = self.booking().clone();
        let slot = booking.slot.as_ref().map(|slot| self.slot_spoken(slot, true)).unwrap_or_default();
        match (booking.goal, &booking.which) {
            (Goal::New, _) => {
                let what = self.service_name(booking.service.as_deref().unwrap_or_default());
                let name = booking.name.as_deref().map(|name| self.phrase_with("for_name", name)).unwrap_or_default();
                self.say_with("sum_booking", &[("what", &what), ("value", join(&slot, &name).as_str())])
            }
            (Goal::Move, _) => self.say_with("sum_move", &[("value", &slot)]),
            (_, Some(known)) => self.say_with("sum_cancel", &[("value", &self.spoken(known))]),
            (_, None) => self.say("confirm_again"),
        }
    }

    /// Looks for free times.
    pub(super) fn search(&mut self) -> String {
        let booking = self.booking().clone();
        let service = booking.service.or_else(|| booking.which.as_ref().map(|known| known.service.clone()));
        let mut arguments: Vec<(&[&str], String)> = vec![(&["service"], service.unwrap_or_default())];
        if let Some(date) = booking.date {
            arguments.push((&["date"], date.to_string()));
        }
        match booking.time {
            Some(Moment::At(time)) => arguments.push((&["time"], time.strftime("%H:%M").to_string())),
            Some(Moment::In(part)) => {
                let word = match part {
                    DayPart::Morning => "morning",
                    DayPart::Afternoon => "afternoon",
                    DayPart::Evening => "evening",
                };
                arguments.push((&["part"], word.to_owned()));
            }
            None => {}
        }
        if let Some(known) = booking.which {
            arguments.push((&["appointment"], known.appointment));
        }
        self.state.waiting = Some(Waiting::Slots);
        self.call(FIND, arguments);
        String::new()
    }

    /// Free times came: they are offered.
    pub(super) fn slots_found(&mut self, done: bool, result: &Value) -> String {
        let listed = result.get("slots").and_then(Value::as_array);
        let free: Vec<FreeTime> =
            listed.into_iter().flatten().filter_map(|slot| serde_json::from_value(slot.clone()).ok()).collect();
        let gone = std::mem::take(&mut self.booking().slot).is_some();
        if !done || free.is_empty() {
            return self.nothing_free(done);
        }
        let exact = result.get("as_wished").and_then(Value::as_bool).unwrap_or(true);
        let times = self.times(&free);
        let one = free.len() == 1;
        let booking = self.booking();
        (booking.free, booking.step, booking.tries) = (free, Step::Choose, 0);
        let offered = self.say_with(if one { "offer_slot" } else { "offer_slots" }, &[("value", &times)]);
        match (gone, exact) {
            (true, _) => join(&self.say("slot_gone"), &offered),
            (false, false) => join(&self.say("none_then"), &offered),
            (false, true) => offered,
        }
    }

    fn nothing_free(&mut self, done: bool) -> String {
        self.state.booking = None;
        if done && self.can(TAKE) {
            self.state.pending = Some(Pending::Offer(Offer::Message));
            return self.say("no_slots");
        }
        self.state.pending = Some(Pending::AnythingElse);
        self.say(if done { "no_slots_plain" } else { "not_taken" })
    }

    /// The caller's appointments came.
    pub(super) fn mine_found(&mut self, done: bool, result: &Value) -> String {
        let listed = result.get("appointments").and_then(Value::as_array);
        let mine: Vec<Known> =
            listed.into_iter().flatten().filter_map(|known| serde_json::from_value(known.clone()).ok()).collect();
        if mine.is_empty() {
            self.state.booking = None;
            let offers = done && self.can_book();
            self.state.pending = Some(if offers { Pending::Offer(Offer::Appointment) } else { Pending::AnythingElse });
            return self.say(if offers { "no_appointment" } else { "no_appointment_plain" });
        }
        if self.booking().goal == Goal::Tell {
            let names: Vec<String> = mine.iter().map(|known| self.spoken(known)).collect();
            let value = self.listed(&names, "span_joint");
            self.state.booking = None;
            self.state.pending = Some(Pending::AnythingElse);
            return self.say_with("my_appointments", &[("value", &value)]);
        }
        let service = self.booking().service.take();
        let named: Vec<&Known> = mine.iter().filter(|known| Some(&known.service) == service.as_ref()).collect();
        let which = match (mine.as_slice(), named.as_slice()) {
            ([only], _) => Some(only.clone()),
            (_, [only]) => Some((*only).clone()),
            _ => None,
        };
        self.booking().mine = mine;
        self.booking().which = which;
        if self.booking().which.is_none() {
            return self.ask_step(Step::Which);
        }
        self.book_next("")
    }

    /// It is agreed: it is done.
    pub(super) fn do_booking(&mut self) -> String {
        let booking = self.booking().clone();
        let mut arguments: Vec<(&[&str], String)> = Vec::new();
        if let Some(known) = &booking.which {
            arguments.push((&["appointment"], known.appointment.clone()));
        } else {
            arguments.push((&["service"], booking.service.clone().unwrap_or_default()));
        }
        if let Some(slot) = booking.slot.as_ref().filter(|_| booking.goal != Goal::Cancel) {
            arguments.push((&["start"], slot.start.strftime("%Y-%m-%dT%H:%M").to_string()));
            arguments.extend(slot.person.clone().map(|person| (&["person"][..], person)));
        }
        let tool = match booking.goal {
            Goal::Move => MOVE,
            Goal::Cancel => CANCEL,
            Goal::New | Goal::Tell => {
                arguments.push((super::closing::NAME, booking.name.clone().unwrap_or_else(|| "?".to_owned())));
                BOOK
            }
        };
        self.state.name.clone_from(&booking.name);
        self.state.waiting = Some(Waiting::Book);
        self.call(tool, arguments);
        String::new()
    }

    /// What came of it.
    pub(super) fn booked(&mut self, done: bool) -> String {
        let booking = self.booking().clone();
        if !done {
            self.booking().lost += 1;
            if booking.goal != Goal::Cancel && booking.lost + 1 < MOST_LOST {
                // Somebody was faster: what else is there around that time?
                if let Some(slot) = &booking.slot {
                    let booking = self.booking();
                    (booking.date, booking.time) = (Some(slot.start.date()), Some(Moment::At(slot.start.time())));
                }
                return self.search();
            }
            self.state.booking = None;
            self.state.pending = Some(Pending::AnythingElse);
            return self.say("not_taken");
        }
        self.state.booking = None;
        self.state.pending = Some(Pending::AnythingElse);
        let slot = booking.slot.as_ref().map(|slot| self.slot_spoken(slot, true)).unwrap_or_default();
        match (booking.goal, &booking.which) {
            (Goal::Move, _) => self.say_with("moved", &[("value", &slot)]),
            (Goal::Cancel, Some(known)) => self.say_with("cancelled", &[("value", &self.spoken(known))]),
            _ => {
                let what = self.service_name(booking.service.as_deref().unwrap_or_default());
                self.say_with("booked", &[("what", &what), ("value", &slot)])
            }
        }
    }

    /// The caller said something while an appointment is made.
    pub(super) fn in_booking(&mut self) -> String {
        let step = self.booking().step;
        if let Some(interruption) = self.booking_interruption(step) {
            return interruption;
        }
        self.state.misses = 0;
        match step {
            Step::Service => self.take_service(),
            Step::Which => self.take_which(),
            Step::When => self.take_booking_day(),
            Step::Choose => self.take_choice(),
            Step::Name => self.take_booking_name(),
            Step::Confirm => self.confirm_booking(),
        }
    }

    /// Wishes that go before the question.
    fn booking_interruption(&mut self, step: Step) -> Option<String> {
        let wish = self.wish(SURE)?;
        let short = self.words.len() <= 5;
        let cancels = self.booking().goal == Goal::Cancel && step == Step::Confirm;
        Some(match wish {
            Intent::Cancel if !cancels => {
                self.state.booking = None;
                self.state.pending = Some(Pending::AnythingElse);
                self.say("dropped")
            }
            Intent::Repeat => self.state.said.clone(),
            // "La segunda" is no "un segundo".
            Intent::Wait if matches!(step, Step::Choose | Step::Which) && self.said_ordinal(2).is_some() => {
                return None;
            }
            Intent::Wait => self.say("wait"),
            Intent::Slower => join(&self.say("slower"), &self.state.said),
            Intent::Person => {
                self.state.booking = None;
                self.put_through()
            }
            Intent::Goodbye if short && step != Step::Confirm => {
                self.state.booking = None;
                self.goodbye()
            }
            Intent::SpeakEn | Intent::SpeakDe | Intent::SpeakEs | Intent::SpeakFr | Intent::SpeakIt => {
                let language = wish.language()?;
                if language == self.language { self.ask_booking_again() } else { self.speak(language) }
            }
            _ => return None,
        })
    }

    fn take_service(&mut self) -> String {
        let Some(service) = self.named_service() else { return self.booking_miss() };
        self.booking().service = Some(service);
        self.take_wish(false);
        self.book_next("")
    }

    fn take_booking_day(&mut self) -> String {
        if self.take_wish(true) {
            return self.search();
        }
        // "No particular day."
        if self.lexicon().verdict(&self.words).is_some_and(|(yes, _)| !yes) || self.lexicon().others(&self.words) {
            self.booking().soonest = true;
            return self.search();
        }
        self.booking_miss()
    }

    fn take_booking_name(&mut self) -> String {
        if self.take_correction() {
            return self.search();
        }
        let answers = self.asks();
        let refuses = self.lexicon().verdict(&self.words).is_some_and(|(yes, _)| !yes);
        let name = parse::name(self.language, &self.text, &self.words).filter(|_| !answers && !refuses);
        let given_up = self.booking().tries + 1 >= MOST_TRIES;
        let Some(name) = name.or_else(|| given_up.then(|| self.text.chars().take(80).collect())) else {
            return self.booking_miss();
        };
        let lead = self.say_with("got_name", &[("value", &name)]);
        self.booking().name = Some(name);
        self.book_next(&lead)
    }

    fn confirm_booking(&mut self) -> String {
        let verdict = self.lexicon().verdict(&self.words);
        let cancels = self.booking().goal == Goal::Cancel;
        if !cancels && self.take_correction() {
            return self.search();
        }
        let says_so = cancels && matches!(self.wish(SURE), Some(Intent::Cancel | Intent::CancelAppointment));
        match verdict {
            Some((true, _)) => return self.do_booking(),
            None if says_so => return self.do_booking(),
            Some((false, _)) if cancels => {
                self.state.booking = None;
                self.state.pending = Some(Pending::AnythingElse);
                return self.say("all_right");
            }
            _ => {}
        }
        let lexicon_slot = self.lexicon().slot(&self.words);
        match lexicon_slot {
            Some(Slot::Name) if self.booking().goal == Goal::New => {
                self.booking().name = None;
                self.ask_step(Step::Name)
            }
            _ if verdict.is_some() || lexicon_slot.is_some() => {
                let booking = self.booking();
                (booking.slot, booking.date, booking.time) = (None, None, None);
                booking.step = Step::When;
                self.say("ask_other")
            }
            _ => self.booking_miss(),
        }
    }

    /// A day or a time that comes when something else was asked for.
    fn take_correction(&mut self) -> bool {
        let found = parse::date(self.language, &self.words, self.now.date(), false);
        let used = found.as_ref().map(|found| found.used.clone()).unwrap_or_default();
        let at = parse::time(self.language, &self.words, &used, false).filter(|time| matches!(time, Moment::At(_)));
        if found.is_none() && at.is_none() {
            return false;
        }
        let spoken_of = self.booking().slot.take().map(|slot| slot.start.date());
        let booking = self.booking();
        booking.date = found.map(|found| found.date).or(spoken_of);
        booking.time = at;
        true
    }

    /// What was said does not fit: perhaps it is a question; else it is asked again, and given up in the end.
    pub(super) fn booking_miss(&mut self) -> String {
        if let Some(answer) = self.aside() {
            self.state.pending = None;
            return join(&answer, &self.question(1));
        }
        self.booking().tries += 1;
        if self.booking().tries < MOST_TRIES {
            return self.question(1);
        }
        self.state.booking = None;
        self.nobody_there_to_book()
    }

    fn nobody_there_to_book(&mut self) -> String {
        if self.can(TAKE) {
            self.state.pending = Some(Pending::Offer(Offer::Message));
            return self.say("unknown");
        }
        self.state.pending = Some(Pending::AnythingElse);
        self.say("unknown_plain")
    }

    /// Day and time of an appointment, and what it is.
    pub(super) fn spoken(&self, known: &Known) -> String {
        let what = if known.what.is_empty() { self.service_name(&known.service) } else { known.what.clone() };
        join(&what, &self.time_spoken(known.start, true))
    }

    pub(super) fn time_spoken(&self, start: DateTime, with_day: bool) -> String {
        let lexicon = self.lexicon();
        let at = speak::at(self.language, lexicon, Moment::At(start.time()));
        if !with_day {
            return at;
        }
        join(&speak::day(self.language, lexicon, start.date(), self.now.date()), &at)
    }
}

//! What a dialogue has come to: kept between turns in the request's memory.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::knowledge::Offer;
use super::super::lexicon::Slot;
use super::super::parse::Moment;
use super::booking::Booking;

/// The whole state. Anything that cannot be read as one counts as a fresh one.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialogue {
    /// Turns so far.
    pub turn: usize,
    /// Turns in a row that were not understood or could not be answered.
    pub misses: usize,
    /// The form that is being filled.
    pub form: Option<Form>,
    /// The appointment that is being booked, moved or cancelled.
    pub booking: Option<Booking>,
    /// The interview that is under way.
    pub interview: Option<super::interview::Talk>,
    /// An interview was begun in this call.
    pub interviewed: bool,
    /// What a yes or no would answer.
    pub pending: Option<Pending>,
    /// The tool whose result is waited for.
    pub waiting: Option<Waiting>,
    /// The last answer told of opening hours: a day alone asks for its hours.
    pub hours: bool,
    /// Our last words, whole.
    pub said: String,
    /// The caller's name, once it was given.
    pub name: Option<String>,
    /// The caller's number, once it was given.
    pub number: Option<Number>,
}

impl Dialogue {
    pub fn read(memory: &Value) -> Self {
        serde_json::from_value(memory.clone()).unwrap_or_default()
    }

    pub fn write(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A question of ours.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// Shall we do this?
    Offer(Offer),
    /// Is there anything else?
    AnythingElse,
    /// Shall there be no more calls?
    Stop,
}

/// A tool that was called.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// To pass a form on.
    Take(Kind),
    /// To pass on that the caller wants no calls.
    Stop,
    /// To write an answer of an interview down; whether the next question follows.
    Answer(bool),
    /// What an interview ends with.
    Interview(String),
    /// To find free times.
    Slots,
    /// To find the caller's appointments.
    Mine,
    /// To book, move or cancel.
    Book,
    /// To put the caller through.
    Transfer,
    /// To speak another language.
    Language,
}

/// What a form is for.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Message,
    Callback,
    Appointment,
}

/// A number to be called back on.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// The one that the caller calls from.
    Own,
    /// Digits, perhaps after a `+`.
    Digits(String),
}

/// What the form is at.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// For a slot.
    Slot(Slot),
    /// Whether all is right.
    Confirm,
    /// What is wrong.
    Change,
}

/// A form that is being filled.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Form {
    pub kind: Kind,
    pub asking: Asking,
    /// How often the same was asked in vain.
    pub tries: usize,
    pub name: Option<String>,
    pub number: Option<Number>,
    pub text: Option<String>,
    pub date: Option<Date>,
    pub time: Option<Moment>,
    /// Slots that stay empty.
    pub skipped: Vec<Slot>,
    /// The slot that was repeated to the caller with the last question.
    pub repeated: Option<Slot>,
    /// Digits of a number that is not complete yet.
    pub digits: String,
}

impl Form {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            asking: Asking::Confirm,
            tries: 0,
            name: None,
            number: None,
            text: None,
            date: None,
            time: None,
            skipped: Vec::new(),
            repeated: None,
            digits: String::new(),
        }
    }

    /// The slots, in the order in which they are asked for.
    pub fn slots(&self) -> &'static [Slot] {
        match self.kind {
            Kind::Message | Kind::Callback => &[Slot::Name, Slot::Number, Slot::Text],
            Kind::Appointment => &[Slot::Date, Slot::Time, Slot::Name, Slot::Number],
        }
    }

    /// The next slot to ask for.
    pub fn next(&self) -> Option<Slot> {
        self.slots().iter().copied().find(|slot| !self.has(*slot) && !self.skipped.contains(slot))
    }

    pub fn has(&self, slot: Slot) -> bool {
        match slot {
            Slot::Name => self.name.is_some(),
            Slot::Number => self.number.is_some(),
            Slot::Text => self.text.is_some(),
            Slot::Date => self.date.is_some(),
            Slot::Time => self.time.is_some(),
        }
    }

    /// Forgets a slot, so that it is asked for again.
    pub fn clear(&mut self, slot: Slot) {
        self.skipped.retain(|skipped| *skipped != slot);
        match slot {
            Slot::Name => self.name = None,
            Slot::Number => {
                self.number = None;
                self.digits.clear();
            }
            Slot::Text => self.text = None,
            Slot::Date => self.date = None,
            Slot::Time => self.time = None,
        }
    }
}

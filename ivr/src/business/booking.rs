//! What can be booked at the business, with whom, and what is told to whom.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{HolidayDates, OpenSpan};
use crate::text::LocalText;

/// The business's calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    /// Nothing is booked that begins sooner than this. Default 2 hours.
    pub lead: Duration,
    /// Nothing is booked that begins later than this. Default 60 days.
    pub horizon: Duration,
    /// Appointments begin at such steps after the opening. Default 15 minutes.
    pub step: Duration,
    /// Who has a calendar, in the order of preference; at least one.
    pub persons: Vec<Person>,
    /// What can be booked; at least one.
    pub services: Vec<Service>,
}

/// Somebody, or something, that can be booked.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Its key in the file and in the books.
    pub key: String,
    /// Its name, as callers hear it.
    pub name: LocalText,
    /// Its own hours by weekday, Monday first; `None`: the business's. The business's holidays hold in any case.
    pub hours: Option<[Vec<OpenSpan>; 7]>,
    /// Days on which it is away.
    pub away: Vec<HolidayDates>,
}

/// Something that can be booked.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its key in the file and in the books.
    pub key: String,
    /// Its name, as callers hear it.
    pub name: LocalText,
    /// What else callers call it, by language.
    pub also: BTreeMap<String, Vec<String>>,
    /// How long it takes, as the caller is told.
    pub duration: Duration,
    /// Time that is kept free before it.
    pub before: Duration,
    /// Time that is kept free after it.
    pub after: Duration,
    /// Keys of who offers it, the preferred one first; at least one.
    pub persons: Vec<String>,
    /// Not sooner than this; `None`: as the calendar says.
    pub lead: Option<Duration>,
}

/// What is told to whom of what the business knows of its contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privacy {
    /// Fields of a contact that its number alone opens; all others need the PIN. Default `name`, `language`, `email`.
    pub open: Vec<String>,
    /// Appointments that were made in another call need the PIN. Default no.
    pub appointments_need_pin: bool,
    /// Tickets that were made in another call need the PIN. Default no.
    pub tickets_need_pin: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            open: ["name", "language", "email"].map(str::to_owned).into(),
            appointments_need_pin: false,
            tickets_need_pin: false,
        }
    }
}

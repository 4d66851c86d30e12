//! The business that a flow speaks for: its name, hours, holidays and groups, and what can be
//! booked there.

mod booking;
mod calendar;
mod read;
mod read_booking;
mod set;

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

pub use booking::{Booking, Person, Privacy, Service};
pub use calendar::{Opening, Status};
pub use set::{SetHours, Week};

use crate::fault::Fault;
use crate::text::LocalText;

/// From when to when the business is open on a day, in its own time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSpan {
    /// Opens at.
    pub from: Time,
    /// Closes at; later than `from`. `23:59:59` stands for midnight.
    pub until: Time,
}

/// On which days a holiday falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayDates {
    /// Once, from the first to the last day.
    Once {
        /// The first day.
        from: Date,
        /// The last day, included.
        until: Date,
    },
    /// Every year on this day.
    Yearly {
        /// Month, 1 to 12.
        month: i8,
        /// Day of the month, 1 to 31.
        day: i8,
    },
    /// Every year, so many days after Easter Sunday (western church); before it when negative.
    Easter {
        /// Days after Easter Sunday.
        offset: i32,
    },
}

/// A day on which other hours hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// What it is called.
    pub name: LocalText,
    /// When it is.
    pub dates: HolidayDates,
    /// The hours of that day; empty for closed.
    pub hours: Vec<OpenSpan>,
}

/// The business that a flow speaks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Business {
    /// Its name.
    pub name: LocalText,
    /// Its time zone.
    pub time_zone: TimeZone,
    /// Opening hours by weekday as the file has them: [`Business::week`] says which hold.
    pub hours: Week,
    /// Days on which other hours hold, as the file has them: [`Business::day`] says what holds.
    pub holidays: Vec<Holiday>,
    /// Hours and holidays that were set in their place.
    pub set: SetHours,
    /// Groups of members by name, for transfers.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Anything else that texts may want: address, web site. `business.info.address` in templates.
    pub info: BTreeMap<String, LocalText>,
    /// What can be booked; `None`: nothing.
    pub booking: Option<Booking>,
    /// What is told to whom.
    pub privacy: Privacy,
}

impl Default for Business {
    /// A business without a name in UTC that is always open.
    fn default() -> Self {
        let day = vec![OpenSpan { from: Time::MIN, until: Time::MAX }];
        Self {
            name: LocalText::default(),
            time_zone: TimeZone::UTC,
            hours: std::array::from_fn(|_| day.clone()),
            holidays: Vec::new(),
            set: SetHours::default(),
            groups: BTreeMap::new(),
            info: BTreeMap::new(),
            booking: None,
            privacy: Privacy::default(),
        }
    }
}

impl Business {
    /// Reads a business file (YAML, see `docs/flows.md`), or says everything that is wrong with it.
    pub fn parse(yaml: &str) -> Result<Self, Vec<Fault>> {
        read::business(yaml)
    }
}

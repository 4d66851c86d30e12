//! The business's calendar: what can be booked when, and with whom.
//!
//! - `plan`: the pure core: services, persons, hours, holidays, and which times are free.
//! - `desk`: appointments in the books: found, booked, moved, cancelled.
//! - `tools`: the same, as an agent's tools.
//! - `ics`: appointments as iCalendar (RFC 5545).
//! - `caldav`: appointments in calendars elsewhere (RFC 4791).

pub mod caldav;
mod desk;
pub mod ics;
mod plan;
mod tools;

pub use desk::{Clock, Desk, DeskError, Order};
pub use plan::{DayPart, Found, NoSeat, Plan, Seat, Slot, Wish};
pub use tools::{BookAppointment, CancelAppointment, FindSlots, MyAppointments, RescheduleAppointment};

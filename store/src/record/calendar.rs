//! Appointments, and when persons are busy.

use call_model::{AppointmentId, CallId, ContactId};
use serde::{Deserialize, Serialize};

use super::{masked_debug, word_enum};

word_enum! {
    /// Where an appointment is in its life.
    AppointmentState {
        /// It stands.
        Booked = "booked",
        /// It does not.
        Cancelled = "cancelled",
    }
}

/// A stretch of time, ms since the Unix epoch; `until_ms` is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeSpan {
    /// Its first ms.
    pub from_ms: i64,
    /// The ms after its last.
    pub until_ms: i64,
}

impl TimeSpan {
    /// Whether both have a ms in common.
    pub const fn overlaps(self, other: Self) -> bool {
        self.from_ms < other.until_ms && other.from_ms < self.until_ms
    }
}

/// An appointment to be made.
#[derive(Clone)]
pub struct NewAppointment {
    /// Key of the service.
    pub service: String,
    /// Who may have it: the first who is free.
    pub persons: Vec<String>,
    /// What the caller is told.
    pub time: TimeSpan,
    /// What the person is busy for: `time` with what comes before and after it.
    pub busy: TimeSpan,
    /// Whose it is.
    pub contact: Option<ContactId>,
    /// The call in which it is made.
    pub call: Option<CallId>,
    /// Name, as the caller gave it.
    pub name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    pub phone: Option<String>,
    /// BCP 47 language that was spoken.
    pub language: Option<String>,
    /// What it is about.
    pub note: String,
    /// The key of this booking: a second one under it gives the first.
    pub once: Option<String>,
    /// Persons whose calendar elsewhere is told.
    pub mirrored: Vec<String>,
}
masked_debug!(NewAppointment { service, persons, time, call });

/// Another time for an appointment.
#[derive(Debug, Clone)]
pub struct MoveAppointment {
    /// Which.
    pub id: AppointmentId,
    /// Who may have it: the first who is free.
    pub persons: Vec<String>,
    /// What the caller is told.
    pub time: TimeSpan,
    /// What the person is busy for.
    pub busy: TimeSpan,
    /// Persons whose calendar elsewhere is told.
    pub mirrored: Vec<String>,
}

/// A time that somebody has booked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AppointmentRecord {
    /// Its id.
    pub id: AppointmentId,
    /// Key of the service.
    pub service: String,
    /// Key of the person who has it.
    pub person: String,
    /// When it begins, ms since the Unix epoch.
    pub starts_ms: i64,
    /// When it ends.
    pub ends_ms: i64,
    /// From when to when the person is busy with it.
    #[serde(skip)]
    pub busy: TimeSpan,
    /// Where it is in its life.
    pub state: AppointmentState,
    /// Whose it is.
    pub contact: Option<ContactId>,
    /// The call in which it was made.
    pub call: Option<CallId>,
    /// Name, as the caller gave it.
    pub name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    pub phone: Option<String>,
    /// BCP 47 language that was spoken.
    pub language: Option<String>,
    /// What it is about.
    pub note: String,
    /// How often it was changed.
    pub sequence: u32,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(AppointmentRecord { id, service, person, starts_ms, ends_ms, state });

/// Which appointments to list; `None` for any.
#[derive(Debug, Clone, Default)]
pub struct AppointmentFilter {
    /// Of this person.
    pub person: Option<String>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Made in this call.
    pub call: Option<CallId>,
    /// In this state.
    pub state: Option<AppointmentState>,
    /// That end after this, ms since the Unix epoch.
    pub after_ms: Option<i64>,
    /// That begin before this.
    pub before_ms: Option<i64>,
}

/// A person is busy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// Key of the person.
    pub person: String,
    /// When.
    pub span: TimeSpan,
    /// The appointment; `None` for a time that a calendar elsewhere says.
    pub appointment: Option<AppointmentId>,
}

//! Appointments in the books. Whether a time is free is decided by the store, in the transaction that books it.

use std::sync::Arc;

use call_model::{AppointmentId, CallId, ContactId};
use jiff::Timestamp;
use jiff::civil::DateTime;
use store::{AppointmentRecord, MoveAppointment, NewAppointment, Store, StoreError};

use super::{Found, NoSeat, Plan, Wish};

/// The wall clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where appointments are made.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    plan: Plan,
    clock: Clock,
    /// Persons whose calendar elsewhere is told.
    mirrored: Vec<String>,
}

/// An appointment that somebody wants.
#[derive(Clone)]
pub struct Order {
    /// Key of the service.
    pub service: String,
    /// When it is to begin, at the business.
    pub start: DateTime,
    /// Key of the person; `None`: whoever is free.
    pub person: Option<String>,
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
    /// The key of this booking: under the same it is made once.
    pub once: Option<String>,
}

/// Nothing was booked, moved or cancelled.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// It cannot be booked like that.
    #[error(transparent)]
    NoSeat(#[from] NoSeat),
    /// Somebody else has it.
    #[error("that time was just taken: use find_slots again and offer another one")]
    Taken,
    /// There is no such appointment.
    #[error("there is no such appointment: my_appointments lists them")]
    Unknown,
    /// It was cancelled before.
    #[error("this appointment was cancelled: book a new one")]
    Cancelled,
    /// The books failed.
    #[error("the calendar cannot be read or written")]
    Books(#[source] StoreError),
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) => Self::Unknown,
            StoreError::Conflict(_) => Self::Cancelled,
            other => Self::Books(other),
        }
    }
}

impl Desk {
    /// A desk of this calendar. `mirrored`: persons whose calendar elsewhere is told.
    pub fn new(store: Store, plan: Plan, clock: Clock, mirrored: Vec<String>) -> Self {
        Self { store, plan, clock, mirrored }
    }

    /// What could be booked when.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The books.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The time, ms since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Free times for a wish, or the nearest to it. `but`: an appointment that is not in its own way.
    pub async fn find(&self, wish: &Wish, limit: usize, but: Option<AppointmentId>) -> Result<Found, DeskError> {
        let now = self.now();
        let mut busy = self.store.busy(self.plan.horizon(now)).await?;
        busy.retain(|busy| but.is_none() || busy.appointment != but);
        // A long calendar takes a while to go through: not where calls wait.
        let (plan, wish) = (self.plan.clone(), wish.clone());
        let found = tokio::task::spawn_blocking(move || plan.find(&wish, &busy, now, limit)).await;
        found.unwrap_or(Err(NoSeat::Closed)).map_err(DeskError::from)
    }

    /// Books a time.
    pub async fn book(&self, order: Order) -> Result<AppointmentRecord, DeskError> {
        let now = self.now();
        let seat = self.plan.seat(&order.service, order.start, order.person.as_deref(), now)?;
        let new = NewAppointment {
            service: order.service,
            persons: seat.persons,
            time: seat.time,
            busy: seat.busy,
            contact: order.contact,
            call: order.call,
            name: order.name,
            phone: order.phone,
            language: order.language,
            note: order.note,
            once: order.once,
            mirrored: self.mirrored.clone(),
        };
        self.store.book(new, now.as_millisecond()).await?.ok_or(DeskError::Taken)
    }

    /// Gives an appointment another time, in one step: it has the old one until it has the new one. Without a wish its
    /// person keeps it where he can.
    pub async fn reschedule(
        &self,
        id: AppointmentId,
        start: DateTime,
        person: Option<&str>,
    ) -> Result<AppointmentRecord, DeskError> {
        let now = self.now();
        let appointment = self.store.appointment(id).await?.ok_or(DeskError::Unknown)?;
        let seat = self.plan.seat(&appointment.service, start, person, now)?;
        let mirrored = self.mirrored.clone();
        let to = MoveAppointment { id, persons: seat.persons, time: seat.time, busy: seat.busy, mirrored };
        self.store.move_appointment(to, now.as_millisecond()).await?.ok_or(DeskError::Taken)
    }

    /// Cancels an appointment; one that is cancelled stays so.
    pub async fn cancel(&self, id: AppointmentId) -> Result<AppointmentRecord, DeskError> {
        Ok(self.store.cancel_appointment(id, self.mirrored.clone(), self.now_ms()).await?)
    }
}

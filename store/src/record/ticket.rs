//! Tickets: matters of contacts that the business works on.

use call_model::{CallId, ContactId, TicketId};
use serde::Serialize;

use super::{masked_debug, word_enum};

word_enum! {
    /// How soon a ticket is wanted.
    TicketPriority {
        /// Whenever there is time.
        Low = "low",
        /// In its turn.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
}

word_enum! {
    /// Where a ticket is in its life.
    TicketState {
        /// Somebody has to work on it.
        Open = "open",
        /// It waits for the contact.
        Waiting = "waiting",
        /// It is done.
        Closed = "closed",
    }
}

/// A ticket to be made.
#[derive(Clone)]
pub struct NewTicket {
    /// What it is about, in a line.
    pub subject: String,
    /// The whole of it.
    pub text: String,
    /// A word of the business's own.
    pub category: Option<String>,
    /// How soon it is wanted.
    pub priority: TicketPriority,
    /// Whose it is.
    pub contact: Option<ContactId>,
    /// The call in which it is made.
    pub call: Option<CallId>,
    /// Name, as the caller gave it.
    pub name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    pub phone: Option<String>,
    /// The key of this ticket: a second one under it gives the first.
    pub once: Option<String>,
}
masked_debug!(NewTicket { category, priority, call });

/// A matter of a contact that the business works on.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TicketRecord {
    /// Its id.
    pub id: TicketId,
    /// Its number, as people say it.
    pub number: u32,
    /// What it is about, in a line.
    pub subject: String,
    /// The whole of it.
    pub text: String,
    /// A word of the business's own.
    pub category: Option<String>,
    /// How soon it is wanted.
    pub priority: TicketPriority,
    /// Where it is in its life.
    pub state: TicketState,
    /// What the contact may be told of it.
    pub answer: String,
    /// Whose it is.
    pub contact: Option<ContactId>,
    /// The call in which it was made.
    pub call: Option<CallId>,
    /// Name, as the caller gave it.
    pub name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    pub phone: Option<String>,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(TicketRecord { id, number, category, priority, state });

/// What to change of a ticket: `None` leaves as it is.
#[derive(Clone, Default)]
pub struct TicketChange {
    /// What it is about.
    pub subject: Option<String>,
    /// A word of the business's own; `Some(None)` empties.
    pub category: Option<Option<String>>,
    /// How soon it is wanted.
    pub priority: Option<TicketPriority>,
    /// Where it is in its life.
    pub state: Option<TicketState>,
    /// What the contact may be told of it.
    pub answer: Option<String>,
}
masked_debug!(TicketChange { priority, state });

/// Which tickets to list; `None` for any.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Made in this call.
    pub call: Option<CallId>,
    /// In this state.
    pub state: Option<TicketState>,
    /// With this number.
    pub number: Option<u32>,
}

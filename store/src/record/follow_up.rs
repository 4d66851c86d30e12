//! Follow-ups: what people of the business have to do after a call.

use call_model::{CallId, ContactId, FollowUpId};
use serde::Serialize;

use super::{masked_debug, word_enum};

word_enum! {
    /// What there is to do.
    FollowUpKind {
        /// Read what a caller left word of.
        Message = "message",
        /// Call somebody.
        Callback = "callback",
        /// Anything else.
        Task = "task",
    }
}

word_enum! {
    /// Where a follow-up is in its life.
    FollowUpState {
        /// It is still to be done.
        Open = "open",
        /// It was done.
        Done = "done",
    }
}

/// A follow-up to be made.
#[derive(Clone)]
pub struct NewFollowUp {
    /// What there is to do.
    pub kind: FollowUpKind,
    /// For whom: name of a member or of a group, such as `reception`.
    pub mailbox: String,
    /// Whom it is about.
    pub contact: Option<ContactId>,
    /// The call that it comes from: its contact stands in where none is given.
    pub call: Option<CallId>,
    /// Name, as the caller gave it.
    pub name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    pub phone: Option<String>,
    /// What it is about.
    pub text: String,
    /// When it is to be done, ms since the Unix epoch.
    pub due_ms: Option<i64>,
    /// The key of this follow-up: a second one under it gives the first.
    pub once: Option<String>,
}
masked_debug!(NewFollowUp { kind, mailbox, call, due_ms });

/// Something that a person of the business has to do.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FollowUpRecord {
    /// Its id.
    pub id: FollowUpId,
    /// What there is to do.
    pub kind: FollowUpKind,
    /// Where it is in its life.
    pub state: FollowUpState,
    /// For whom.
    pub mailbox: String,
    /// Whom it is about.
    pub contact: Option<ContactId>,
    /// The call that it comes from.
    pub call: Option<CallId>,
    /// Name, as the caller gave it.
    pub name: Option<String>,
    /// Number to reach him by, where it is not the contact's.
    pub phone: Option<String>,
    /// What it is about.
    pub text: String,
    /// When it is to be done, ms since the Unix epoch.
    pub due_ms: Option<i64>,
    /// When it was made.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(FollowUpRecord { id, kind, state, mailbox, due_ms });

/// Which follow-ups to list; `None` for any.
#[derive(Debug, Clone, Default)]
pub struct FollowUpFilter {
    /// Of this kind.
    pub kind: Option<FollowUpKind>,
    /// In this state.
    pub state: Option<FollowUpState>,
    /// For whom.
    pub mailbox: Option<String>,
    /// About this contact.
    pub contact: Option<ContactId>,
    /// From this call.
    pub call: Option<CallId>,
}

//! What is done with contacts: notes, segments, imports, merges, erasures.

use call_model::{ContactId, ErasureId, MergeId, NoteId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ContactChange, ContactRecord, masked_debug, word_enum};

/// What somebody wrote about a contact.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct NoteRecord {
    /// Its id.
    pub id: NoteId,
    /// Whom it is about.
    pub contact: ContactId,
    /// Who wrote it.
    pub author: Option<String>,
    /// What.
    pub text: String,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
}
masked_debug!(NoteRecord { id, contact, at_ms });

/// Contacts by what is true of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentRecord {
    /// Its name.
    pub name: String,
    /// The expression that is true of its contacts.
    pub expression: String,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}

word_enum! {
    /// What an import does with a contact that is known already.
    UpdateRule {
        /// It leaves it as it is.
        Skip = "skip",
        /// It fills in what is empty; tags are added.
        Fill = "fill",
        /// It sets what the row says; what the row does not say stays.
        Replace = "replace",
    }
}

/// A contact that is imported.
#[derive(Clone)]
pub struct ImportedContact {
    /// Its first number, in E.164.
    pub number: String,
    /// What is known of it.
    pub known: ContactChange,
}
masked_debug!(ImportedContact {});

/// What came of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Contacts that are new.
    pub made: u64,
    /// Contacts that were changed.
    pub updated: u64,
    /// Contacts that are as they were.
    pub unchanged: u64,
    /// Further numbers that were left out: another contact has them.
    pub taken: u64,
}

/// What is needed to take a merge back.
#[derive(Clone, Serialize, Deserialize)]
pub struct MergeUndo {
    /// The contact that is gone, as it was.
    pub gone: ContactRecord,
    /// The contact that was kept, as it was.
    pub kept: ContactRecord,
    /// The ids of the rows that were moved, by table.
    pub moved: Map<String, Value>,
    /// The note that tells in what the two differed.
    #[serde(default)]
    pub note: Option<NoteId>,
    /// The row of the PIN of the contact that is gone.
    #[serde(default)]
    pub pin: Option<Value>,
    /// What was learned of the contact that is gone, by field.
    #[serde(default)]
    pub learned: Map<String, Value>,
}
masked_debug!(MergeUndo {});

/// That two contacts were made one.
#[derive(Clone, Serialize)]
pub struct MergeRecord {
    /// Its id.
    pub id: MergeId,
    /// The contact that was kept.
    pub kept: ContactId,
    /// The contact that is gone.
    pub gone: ContactId,
    /// Who did it.
    pub author: Option<String>,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// When it was taken back.
    pub undone_ms: Option<i64>,
    /// What each had.
    pub undo: MergeUndo,
}
masked_debug!(MergeRecord { id, kept, gone, at_ms, undone_ms });

/// Whom an erasure is about, while it is not done.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ErasureWork {
    /// The contacts.
    pub contacts: Vec<ContactId>,
    /// Their numbers and addresses.
    pub numbers: Vec<String>,
    /// Their names.
    pub names: Vec<String>,
}
masked_debug!(ErasureWork { contacts });

/// That a person was erased, or is being erased.
#[derive(Clone, Serialize)]
pub struct ErasureRecord {
    /// Its id.
    pub id: ErasureId,
    /// Salted digests of the numbers: who names the number can be shown that it was erased.
    pub digests: Vec<String>,
    /// Who asked for it.
    pub author: Option<String>,
    /// Why.
    pub reason: String,
    /// What is left to do; empty once nothing is.
    #[serde(skip)]
    pub work: ErasureWork,
    /// How many calls, events and other rows went.
    pub removed: Map<String, Value>,
    /// When it was asked for, ms since the Unix epoch.
    pub asked_ms: i64,
    /// When it was done.
    pub done_ms: Option<i64>,
}
masked_debug!(ErasureRecord { id, removed, asked_ms, done_ms });

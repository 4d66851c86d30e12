//! What an app asks the house to do for it, and what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::CallId;

/// Names one use of a tool within a call; chosen by the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ToolUseId(pub u32);

/// How sure it is that the caller is the contact whom the number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Not at all: the number is withheld or belongs to nobody.
    #[default]
    No,
    /// The number is a contact's; numbers can be forged.
    Number,
    /// He typed the contact's PIN.
    Pin,
}

/// One use of a tool. It says everything that the tool needs: the tool reaches the caller's own data only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolRequest {
    /// The call.
    pub call: CallId,
    /// The agent that asks.
    pub agent: String,
    /// BCP 47 language that is spoken.
    pub language: String,
    /// The tool.
    pub name: String,
    /// Its arguments, an object; already checked against its schema.
    pub arguments: Value,
    /// The same for every retry of this use and for no other use: what was done under it is not done again.
    pub once: String,
    /// The caller's number in E.164 or the user part of his address; `None` when withheld.
    pub caller: Option<String>,
    /// Our number or address of the call.
    pub number: String,
    /// What is known of the contact.
    pub contact: Map<String, Value>,
    /// How sure it is that the caller is this contact.
    pub verified: Verified,
    /// What the caller typed for this use, by name: never spoken, written down or shown to a model.
    pub keys: BTreeMap<String, String>,
}

/// Why a tool did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToolFailure {
    /// The arguments do not fit; the text says what to ask for, for the brain.
    #[error("the arguments do not fit: {message}")]
    Invalid {
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The caller may not have this; the text says why, for the brain.
    #[error("refused: {message}")]
    Refused {
        /// Why, and what would help.
        message: String,
    },
    /// It took longer than its limit. Whether it happened is not known.
    #[error("it took too long")]
    TimedOut,
    /// It failed; nothing happened.
    #[error("it failed: {message}")]
    Failed {
        /// Why, without private data.
        message: String,
    },
}

/// A tool was used, for the transcript.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolReport {
    /// When it began, in ms from the answer of the call.
    pub at_ms: u64,
    /// The tool.
    pub name: String,
    /// Its arguments as the brain gave them.
    pub arguments: Value,
    /// What it gave back, or the failure.
    pub result: Result<Value, ToolFailure>,
    /// How long it took, ms.
    pub took_ms: u64,
}

/// A passage of the business's documents that an answer came from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its id in the index.
    pub id: String,
    /// The document: a file's name or an address.
    pub document: String,
    /// Its heading or question.
    pub title: String,
    /// How likely it answers, 0 to 100.
    pub score: u8,
}

macro_rules! private_debug {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            /// Leaves out what it holds: it is private.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    )+};
}

private_debug!(ToolRequest, ToolReport, Source);

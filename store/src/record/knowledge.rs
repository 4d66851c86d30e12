//! What a business lets its agents know.

use call_model::CallId;
use serde::Serialize;

use super::{masked_debug, word_enum};

word_enum! {
    /// Where a source comes from.
    SourceKind {
        /// A document that was put here.
        Document = "document",
        /// A web site.
        Site = "site",
        /// Answers to questions that callers asked.
        Answers = "answers",
    }
}

word_enum! {
    /// What became of a source.
    SourceState {
        /// It is to be read.
        Waiting = "waiting",
        /// It was read.
        Ready = "ready",
        /// It could not be read; what was read before is still there.
        Failed = "failed",
    }
}

word_enum! {
    /// What became of a question that the documents do not answer.
    GapState {
        /// Nobody has seen to it.
        Open = "open",
        /// There is an answer now.
        Answered = "answered",
        /// It is no matter of the business.
        Dismissed = "dismissed",
    }
}

/// A document or a web site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceRecord {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub kind: SourceKind,
    /// BCP 47 language; `None`: that of the agent that reads it.
    pub language: Option<String>,
    /// Of a web site: where it begins.
    pub address: Option<String>,
    /// How often it is read again, ms.
    pub refresh_ms: Option<i64>,
    /// What became of it.
    pub state: SourceState,
    /// Why it could not be read the last time.
    pub fault: Option<String>,
    /// When it was read, ms since the Unix epoch.
    pub read_ms: Option<i64>,
    /// When it is to be read next.
    pub due_ms: Option<i64>,
    /// How many passages there are.
    pub passages: u32,
    /// When it was made.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}

/// A source that is put in place of the one of its name, if there is one.
#[derive(Debug, Clone)]
pub struct NewSource {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub kind: SourceKind,
    /// BCP 47 language.
    pub language: Option<String>,
    /// Of a web site: where it begins.
    pub address: Option<String>,
    /// How often it is read again, ms.
    pub refresh_ms: Option<i64>,
}

/// A passage of a source.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PassageRecord {
    /// Its id: the document with a number.
    pub id: String,
    /// How it is asked for, or the headings above it.
    pub questions: Vec<String>,
    /// What it says.
    pub answer: String,
}
masked_debug!(PassageRecord { id });

/// A question that the documents do not answer.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct GapRecord {
    /// Its number.
    pub id: i64,
    /// The agent that was asked.
    pub agent: String,
    /// BCP 47 language.
    pub language: String,
    /// The question, as it was asked first.
    pub question: String,
    /// How often it was asked.
    pub asked: u32,
    /// When it was asked first, ms since the Unix epoch.
    pub first_ms: i64,
    /// When it was asked last.
    pub last_ms: i64,
    /// The call in which it was asked last.
    pub call: Option<CallId>,
    /// What became of it.
    pub state: GapState,
}
masked_debug!(GapRecord { id, asked, state });

/// A question was not answered.
#[derive(Clone)]
pub struct NewGap {
    /// The agent that was asked.
    pub agent: String,
    /// BCP 47 language.
    pub language: String,
    /// The question.
    pub question: String,
    /// The call.
    pub call: CallId,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
}
masked_debug!(NewGap { agent, language, call, at_ms });

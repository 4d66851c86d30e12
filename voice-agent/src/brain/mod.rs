//! What answers: language models, and a brain that needs none.
//!
//! - [`Brain`]: what an agent asks. A request goes in whole, the answer comes out piece by piece.
//! - [`Model`]: one thing that can answer, with its failures typed: [`OpenAi`], [`Anthropic`], [`builtin::Builtin`].
//! - [`Metered`]: what it costs, and another brain once that is enough.
//! - [`Chain`]: models in order behind one [`Brain`], with time limits, retries, falling back and a circuit breaker.
//!
//! Nothing of a conversation and no key is ever logged or shown by `Debug`.

pub mod anthropic;
pub mod builtin;
pub mod chain;
mod error;
mod history;
mod http;
mod informed;
pub mod metered;
pub mod openai;
mod question;
mod reasoning;
mod sse;
mod tool_calls;

use std::sync::Arc;

use call_model::{Source, ThinkEvent, ThinkRequest, ThinkUsage, ToolCall};
use serde_json::Value;
use tokio::sync::mpsc;

pub use anthropic::{Anthropic, AnthropicSettings};
pub use builtin::{Builtin, BuiltinSettings, Facts, Knowledge, KnowledgeError};
pub use chain::{Chain, ChainSettings};
pub use error::{BrainError, MakeError};
pub use informed::{DocumentSettings, Documents, Informed};
pub use metered::{Ledger, Meter, Metered, Price, Spending};
pub use openai::{OpenAi, OpenAiSettings, TokenLimitField};

/// Pieces of an answer that may wait for the reader. A model that is faster than its reader waits.
pub(crate) const QUEUE: usize = 64;

/// What an agent asks. The answer ends with [`ThinkEvent::Finished`] or [`ThinkEvent::Failed`]; dropping the receiver
/// cancels the request.
pub trait Brain: Send + Sync {
    /// Begins an answer. Never waits; must be called within a tokio runtime.
    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent>;

    /// What it is called in the books.
    fn name(&self) -> &str;

    /// A call began: connections may be opened ahead of the first question.
    fn warm(&self) {}
}

/// A piece of a model's answer.
#[derive(Clone, PartialEq)]
pub enum Piece {
    /// The model is at work, but there is nothing to say yet: it reasons, or writes the arguments of a tool.
    Progress,
    /// Text to speak; not empty.
    Text(String),
    /// What the business's documents had to say; comes before the end.
    Consulted {
        /// The passages that the answer was made from, the best first.
        sources: Vec<Source>,
        /// The question, as it stands alone, when they do not answer it.
        unanswered: Option<String>,
    },
    /// A whole call of a tool. Calls come after all text, right before [`Finished`](Self::Finished), so that no answer
    /// that was cut off has an effect.
    ToolCall(ToolCall),
    /// The answer is complete; nothing follows.
    Finished {
        /// What to hand over with the next request.
        memory: Value,
        /// What it cost.
        usage: ThinkUsage,
    },
}

impl std::fmt::Debug for Piece {
    /// Leaves out what was said: it is private.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Progress => "Progress",
            Self::Text(_) => "Text",
            Self::Consulted { .. } => "Consulted",
            Self::ToolCall(_) => "ToolCall",
            Self::Finished { .. } => "Finished",
        })
    }
}

/// The pieces of one answer; ends after [`Piece::Finished`] or an error. Dropping it cancels the request.
pub type Pieces = mpsc::Receiver<Result<Piece, BrainError>>;

/// One thing that can answer. It does no retries and has no time limits of its own: a [`Chain`] has them.
pub trait Model: Send + Sync {
    /// Begins an answer. Never waits; must be called within a tokio runtime.
    fn ask(&self, request: Arc<ThinkRequest>) -> Pieces;

    /// What it is called in the books.
    fn name(&self) -> &str;

    /// A call began: connections may be opened ahead of the first question.
    fn warm(&self) {}
}

//! What an app asks of a brain, and what comes back, piece by piece.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{CallId, Source};

/// Names one thought within a call; chosen by the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ThinkId(pub u32);

/// One message of the conversation so far, as the brain is to see it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum ChatMessage {
    /// What the caller said.
    Caller {
        /// The words.
        text: String,
    },
    /// What our side said, cut to what the caller heard of it.
    Agent {
        /// The words.
        text: String,
        /// Tools that were called with it.
        calls: Vec<ToolCall>,
    },
    /// What a tool gave back.
    Tool {
        /// Of which call.
        id: String,
        /// The result, as JSON or text.
        result: String,
    },
    /// Something that the caller did besides speaking, or that the house has to say: a key pressed, the line quiet.
    Note {
        /// The note.
        text: String,
    },
}

/// A tool that the brain may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: Value,
}

/// The brain calls a tool.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The brain's name for this call.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Its arguments, an object.
    pub arguments: Value,
}

/// What a brain is asked: everything it needs is in here, so that any brain can take over at any turn.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ThinkRequest {
    /// The call.
    pub call: CallId,
    /// The agent whose brains are asked.
    pub agent: String,
    /// BCP 47 language that is spoken.
    pub language: String,
    /// Who the agent is and how it behaves: the system prompt.
    pub instructions: String,
    /// The conversation, oldest first; the last is what is to be answered.
    pub messages: Vec<ChatMessage>,
    /// Tools that may be called.
    pub tools: Vec<ToolSpec>,
    /// What the brain asked to be kept with its last answer that was used; null at first.
    pub memory: Value,
    /// The answer may be thrown away: nothing with an effect may be done for it.
    pub speculative: bool,
    /// The longest answer, in the model's tokens.
    pub max_tokens: u32,
}

/// What a thought cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThinkUsage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
}

/// A piece of an answer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ThinkEvent {
    /// More text, to be spoken.
    Text {
        /// The piece, as the model cut it.
        text: String,
    },
    /// What the business's documents had to say; comes before the end of the answer.
    Consulted {
        /// The passages that the answer was made from, the best first.
        sources: Vec<Source>,
        /// The question, as it stands alone, when they do not answer it.
        unanswered: Option<String>,
    },
    /// A tool is called; its arguments are complete.
    ToolCall(ToolCall),
    /// The answer is complete.
    Finished {
        /// Which brain answered.
        brain: String,
        /// What to hand over with the next request, if this answer is used.
        memory: Value,
        /// What it cost.
        usage: ThinkUsage,
    },
    /// No brain answered, or the answer broke off after its first words.
    Failed {
        /// Why, for the log; nothing of the conversation.
        reason: String,
    },
}

macro_rules! private_debug {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            /// Leaves out what was said: it is private.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    )+};
}

private_debug!(ChatMessage, ToolCall, ThinkRequest, ThinkEvent);

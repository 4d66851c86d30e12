//! Requests, and answers read to their end.

use call_model::{CallId, ChatMessage, ThinkEvent, ThinkRequest, ThinkUsage, ToolCall, ToolSpec};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use voice_agent::brain::{BrainError, Piece, Pieces};

/// A request of a caller who said one thing.
pub fn request(said: &str) -> ThinkRequest {
    ThinkRequest {
        call: CallId::from_parts(1, 1),
        agent: "assistant".into(),
        language: "en".into(),
        instructions: "You answer the phone.".into(),
        messages: vec![ChatMessage::Caller { text: said.into() }],
        tools: tools(),
        memory: Value::Null,
        speculative: false,
        max_tokens: 200,
    }
}

fn tool(name: &str, properties: &Value) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        description: "Does it.".into(),
        parameters: json!({ "type": "object", "properties": properties }),
    }
}

/// The tools of an agent.
pub fn tools() -> Vec<ToolSpec> {
    let text = json!({ "type": "string" });
    vec![
        tool("take_message", &json!({ "name": text, "phone": text, "message": text })),
        tool("transfer", &json!({ "to": { "type": "string", "enum": ["reception", "anna"] } })),
        tool("set_language", &json!({ "language": { "type": "string", "enum": ["en", "de"] } })),
        tool("hang_up", &json!({})),
    ]
}

/// A whole answer.
#[derive(PartialEq, Default)]
pub struct Answer {
    pub text: String,
    pub pieces: usize,
    pub calls: Vec<ToolCall>,
    pub brain: String,
    pub memory: Value,
    pub usage: ThinkUsage,
    pub failed: Option<String>,
}

/// Reads an answer to its end.
pub async fn read(mut events: mpsc::Receiver<ThinkEvent>) -> Answer {
    let mut answer = Answer::default();
    while let Some(event) = events.recv().await {
        match event {
            ThinkEvent::Text { text } => {
                answer.text.push_str(&text);
                answer.pieces += 1;
            }
            ThinkEvent::Consulted { .. } => {}
            ThinkEvent::ToolCall(call) => answer.calls.push(call),
            ThinkEvent::Finished { brain, memory, usage } => {
                (answer.brain, answer.memory, answer.usage) = (brain, memory, usage);
            }
            ThinkEvent::Failed { reason } => answer.failed = Some(reason),
        }
    }
    answer
}

/// Reads a model's answer: what was said, what was called, and how it ended.
pub async fn pieces(mut pieces: Pieces) -> (String, Vec<ToolCall>, Result<ThinkUsage, BrainError>) {
    let mut text = String::new();
    let mut calls = Vec::new();
    while let Some(piece) = pieces.recv().await {
        match piece {
            Ok(Piece::Progress | Piece::Consulted { .. }) => {}
            Ok(Piece::Text(more)) => text.push_str(&more),
            Ok(Piece::ToolCall(call)) => calls.push(call),
            Ok(Piece::Finished { usage, .. }) => return (text, calls, Ok(usage)),
            Err(error) => return (text, calls, Err(error)),
        }
    }
    (text, calls, Err(BrainError::Vanished))
}

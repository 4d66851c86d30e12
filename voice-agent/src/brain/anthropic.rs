//! Anthropic's messages. <https://docs.anthropic.com/en/api/messages-streaming> (2026-11-21)

use std::sync::Arc;

use call_model::{ThinkRequest, ThinkUsage, ToolCall};
use reqwest::header::HeaderName;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::history::{Turn, turns};
use super::http::{self, Endpoint, Format, Stage};
use super::tool_calls::Assembler;
use super::{BrainError, MakeError, Model, Piece, Pieces};

/// The version of the interface that is spoken here.
const VERSION: &str = "2023-06-01";

/// One of Anthropic's models.
#[derive(Clone)]
pub struct AnthropicSettings {
    /// What the brain is called in the books.
    pub name: String,
    /// The server, such as `https://api.anthropic.com`.
    pub url: String,
    /// The model.
    pub model: String,
    /// The key; `None` where none is asked for.
    pub key: Option<SecretString>,
    /// Further fields of the request, such as `temperature`; null removes a field that we send.
    pub extra: Map<String, Value>,
}

impl AnthropicSettings {
    /// A model with the default settings, without a key.
    pub fn new(name: &str, url: &str, model: &str) -> Self {
        Self { name: name.to_owned(), url: url.to_owned(), model: model.to_owned(), key: None, extra: Map::new() }
    }
}

impl std::fmt::Debug for AnthropicSettings {
    /// Leaves out the key, and the address, which may hold one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("AnthropicSettings");
        debug.field("name", &self.name).field("model", &self.model).finish_non_exhaustive()
    }
}

/// One of Anthropic's models.
pub struct Anthropic {
    settings: AnthropicSettings,
    endpoint: Arc<Endpoint>,
}

impl Anthropic {
    /// Connects to nothing yet.
    pub fn new(settings: AnthropicSettings) -> Result<Self, MakeError> {
        let url = http::address(&settings.name, &settings.url, "/messages")?;
        let key = settings.key.as_ref().map(|key| (HeaderName::from_static("x-api-key"), "", key));
        let fixed = [(HeaderName::from_static("anthropic-version"), VERSION)];
        let endpoint = Arc::new(Endpoint::new(&settings.name, url, key, &fixed)?);
        Ok(Self { settings, endpoint })
    }

    fn body(&self, request: &ThinkRequest) -> Value {
        let mut body = Map::new();
        body.insert("model".into(), self.settings.model.as_str().into());
        body.insert("max_tokens".into(), request.max_tokens.into());
        body.insert("stream".into(), true.into());
        if !request.instructions.is_empty() {
            // The same with every turn of a call: read from the cache, it costs less time.
            let cached = json!({ "type": "ephemeral" });
            let system = json!({ "type": "text", "text": request.instructions, "cache_control": cached });
            body.insert("system".into(), json!([system]));
        }
        body.insert("messages".into(), messages(request));
        if !request.tools.is_empty() {
            let tool = |tool: &call_model::ToolSpec| json!({ "name": tool.name, "description": tool.description, "input_schema": tool.parameters });
            body.insert("tools".into(), request.tools.iter().map(tool).collect());
        }
        for (field, value) in &self.settings.extra {
            match value {
                Value::Null => body.shift_remove(field),
                value => body.insert(field.clone(), value.clone()),
            };
        }
        Value::Object(body)
    }
}

impl Model for Anthropic {
    fn ask(&self, request: Arc<ThinkRequest>) -> Pieces {
        http::ask(&self.endpoint, &self.body(&request), Answer::new(request.memory.clone()))
    }

    fn name(&self) -> &str {
        &self.settings.name
    }

    fn warm(&self) {
        self.endpoint.warm();
    }
}

fn messages(request: &ThinkRequest) -> Value {
    let mut messages: Vec<(&str, Vec<Value>)> = Vec::new();
    for turn in turns(&request.messages) {
        let (role, content) = match turn {
            Turn::Caller(text) => ("user", vec![json!({ "type": "text", "text": text })]),
            Turn::Agent { text, calls } => ("assistant", said(&text, &calls)),
            Turn::Results(results) => {
                let result = |(id, result): &(&str, &str)| json!({ "type": "tool_result", "tool_use_id": id, "content": result });
                ("user", results.iter().map(result).collect())
            }
        };
        match messages.last_mut() {
            Some((before, so_far)) if *before == role => so_far.extend(content),
            _ => messages.push((role, content)),
        }
    }
    messages.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect()
}

fn said(text: &str, calls: &[&ToolCall]) -> Vec<Value> {
    let mut content = Vec::new();
    if !text.is_empty() {
        content.push(json!({ "type": "text", "text": text }));
    }
    let call =
        |call: &&ToolCall| json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments });
    content.extend(calls.iter().map(call));
    content
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: usize,
        content_block: Block,
    },
    ContentBlockDelta {
        index: usize,
        delta: Delta,
    },
    MessageDelta {
        delta: MessageDelta,
        usage: Option<Usage>,
    },
    MessageStop,
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Delta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    Arguments { partial_json: String },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct MessageDelta {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

struct Answer {
    memory: Value,
    calls: Assembler,
    usage: ThinkUsage,
    anything: bool,
    reason: Option<String>,
    stage: Stage,
}

impl Answer {
    fn new(memory: Value) -> Self {
        Self {
            memory,
            calls: Assembler::default(),
            usage: ThinkUsage::default(),
            anything: false,
            reason: None,
            stage: Stage::Writing,
        }
    }

    fn say(&mut self, text: String, out: &mut Vec<Piece>) {
        if !text.is_empty() {
            self.anything |= !text.trim().is_empty();
            out.push(Piece::Text(text));
        }
    }

    /// Figures are sums so far, not steps.
    fn count(&mut self, usage: Option<Usage>) {
        let Some(usage) = usage else { return };
        if let Some(fresh) = usage.input_tokens {
            let cached = usage.cache_creation_input_tokens.unwrap_or(0) + usage.cache_read_input_tokens.unwrap_or(0);
            self.usage.input_tokens = fresh + cached;
        }
        self.usage.output_tokens = usage.output_tokens.unwrap_or(self.usage.output_tokens);
    }
}

impl Format for Answer {
    fn event(&mut self, data: &str, out: &mut Vec<Piece>) -> Result<(), BrainError> {
        let event = serde_json::from_str(data).map_err(|_| BrainError::Malformed { what: "an event is unknown" })?;
        let before = out.len();
        match event {
            Event::MessageStart { message } => self.count(message.usage),
            Event::ContentBlockStart { content_block: Block::Text { text }, .. }
            | Event::ContentBlockDelta { delta: Delta::Text { text }, .. } => self.say(text, out),
            Event::ContentBlockStart { index, content_block: Block::ToolUse { id, name } } => {
                self.calls.add(Some(index), Some(&id), Some(&name), "")?;
            }
            Event::ContentBlockDelta { index, delta: Delta::Arguments { partial_json } } => {
                self.calls.add(Some(index), None, None, &partial_json)?;
            }
            Event::MessageDelta { delta, usage } => {
                self.count(usage);
                if delta.stop_reason.is_some() {
                    self.reason = delta.stop_reason;
                    self.stage = Stage::Settled;
                }
            }
            Event::MessageStop => self.stage = Stage::Complete,
            Event::Error { error } => {
                return Err(BrainError::Trouble { status: 200, code: http::error_code(&error), retry_after: None });
            }
            // Pings, the ends of blocks, reasoning, and what may be added one day.
            Event::ContentBlockStart { .. } | Event::ContentBlockDelta { .. } | Event::Other => {}
        }
        if out.len() == before {
            out.push(Piece::Progress);
        }
        Ok(())
    }

    fn stage(&self) -> Stage {
        self.stage
    }

    fn finish(&mut self, out: &mut Vec<Piece>) -> Result<(), BrainError> {
        if self.stage == Stage::Writing {
            return Err(BrainError::Cut);
        }
        if !self.anything && self.calls.is_empty() {
            return Err(BrainError::Empty { reason: self.reason.take() });
        }
        let calls = std::mem::take(&mut self.calls).finish()?;
        let finished = Piece::Finished { memory: self.memory.take(), usage: self.usage };
        http::close(calls, finished, out);
        Ok(())
    }
}

//! OpenAI-compatible chat completions, hosted or local.
//! <https://platform.openai.com/docs/api-reference/chat/streaming> (2026-11-21)

use std::sync::Arc;

use call_model::{ThinkRequest, ThinkUsage};
use reqwest::header;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::history::{Turn, turns};
use super::http::{self, Endpoint, Format, Stage};
use super::reasoning::Speakable;
use super::tool_calls::Assembler;
use super::{BrainError, MakeError, Model, Piece, Pieces};

/// Under which name the longest answer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenLimitField {
    /// `max_completion_tokens` at api.openai.com, whose newer models refuse the old name; else `max_tokens`.
    #[default]
    ByHost,
    /// `max_tokens`.
    MaxTokens,
    /// `max_completion_tokens`.
    MaxCompletionTokens,
}

/// One model behind an OpenAI-compatible server.
#[derive(Clone)]
pub struct OpenAiSettings {
    /// What the brain is called in the books.
    pub name: String,
    /// The server, such as `https://api.openai.com/v1` or `http://127.0.0.1:8000`.
    pub url: String,
    /// The model.
    pub model: String,
    /// The key; `None` where none is asked for.
    pub key: Option<SecretString>,
    /// Under which name the longest answer is sent.
    pub token_limit: TokenLimitField,
    /// Further fields of the request, such as `temperature`; null removes a field that we send.
    pub extra: Map<String, Value>,
}

impl OpenAiSettings {
    /// A model with the default settings, without a key.
    pub fn new(name: &str, url: &str, model: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            model: model.to_owned(),
            key: None,
            token_limit: TokenLimitField::default(),
            extra: Map::new(),
        }
    }
}

impl std::fmt::Debug for OpenAiSettings {
    /// Leaves out the key, and the address, which may hold one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAiSettings").field("name", &self.name).field("model", &self.model).finish_non_exhaustive()
    }
}

/// A model behind an OpenAI-compatible server.
pub struct OpenAi {
    settings: OpenAiSettings,
    limit_field: &'static str,
    endpoint: Arc<Endpoint>,
}

impl OpenAi {
    /// Connects to nothing yet.
    pub fn new(settings: OpenAiSettings) -> Result<Self, MakeError> {
        let url = http::address(&settings.name, &settings.url, "/chat/completions")?;
        let limit_field = match settings.token_limit {
            TokenLimitField::MaxCompletionTokens => "max_completion_tokens",
            TokenLimitField::ByHost if url.host_str() == Some("api.openai.com") => "max_completion_tokens",
            TokenLimitField::ByHost | TokenLimitField::MaxTokens => "max_tokens",
        };
        let key = settings.key.as_ref().map(|key| (header::AUTHORIZATION, "Bearer ", key));
        let endpoint = Arc::new(Endpoint::new(&settings.name, url, key, &[])?);
        Ok(Self { settings, limit_field, endpoint })
    }

    fn body(&self, request: &ThinkRequest) -> Value {
        let mut body = Map::new();
        body.insert("model".into(), self.settings.model.as_str().into());
        body.insert("messages".into(), messages(request));
        body.insert("stream".into(), true.into());
        body.insert("stream_options".into(), json!({ "include_usage": true }));
        body.insert(self.limit_field.into(), request.max_tokens.into());
        if !request.tools.is_empty() {
            let tool = |tool: &call_model::ToolSpec| {
                let function =
                    json!({ "name": tool.name, "description": tool.description, "parameters": tool.parameters });
                json!({ "type": "function", "function": function })
            };
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

impl Model for OpenAi {
    fn ask(&self, request: Arc<ThinkRequest>) -> Pieces {
        let answer = Answer::new(request.memory.clone());
        http::ask(&self.endpoint, &self.body(&request), answer)
    }

    fn name(&self) -> &str {
        &self.settings.name
    }

    fn warm(&self) {
        self.endpoint.warm();
    }
}

fn messages(request: &ThinkRequest) -> Value {
    let mut messages = Vec::new();
    if !request.instructions.is_empty() {
        messages.push(json!({ "role": "system", "content": request.instructions }));
    }
    for turn in turns(&request.messages) {
        match turn {
            Turn::Caller(text) => messages.push(json!({ "role": "user", "content": text })),
            Turn::Agent { text, calls } if calls.is_empty() => {
                messages.push(json!({ "role": "assistant", "content": text }));
            }
            Turn::Agent { text, calls } => {
                let call = |call: &&call_model::ToolCall| {
                    let function = json!({ "name": call.name, "arguments": call.arguments.to_string() });
                    json!({ "id": call.id, "type": "function", "function": function })
                };
                let content = if text.is_empty() { Value::Null } else { text.into() };
                let calls: Value = calls.iter().map(call).collect();
                messages.push(json!({ "role": "assistant", "content": content, "tool_calls": calls }));
            }
            Turn::Results(results) => messages.extend(
                results.iter().map(|(id, result)| json!({ "role": "tool", "tool_call_id": id, "content": result })),
            ),
        }
    }
    Value::Array(messages)
}

#[derive(Deserialize)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<CallDelta>>,
}

#[derive(Deserialize)]
struct CallDelta {
    index: Option<usize>,
    id: Option<String>,
    function: Option<FunctionDelta>,
}

#[derive(Deserialize)]
struct FunctionDelta {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

struct Answer {
    memory: Value,
    speakable: Speakable,
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
            speakable: Speakable::default(),
            calls: Assembler::default(),
            usage: ThinkUsage::default(),
            anything: false,
            reason: None,
            stage: Stage::Writing,
        }
    }

    fn say(&mut self, text: String, out: &mut Vec<Piece>) {
        if text.is_empty() {
            return;
        }
        self.anything |= !text.trim().is_empty();
        out.push(Piece::Text(text));
    }

    fn delta(&mut self, delta: Delta, out: &mut Vec<Piece>) -> Result<(), BrainError> {
        for text in [delta.content, delta.refusal].into_iter().flatten() {
            let text = self.speakable.take(&text);
            self.say(text, out);
        }
        for call in delta.tool_calls.into_iter().flatten() {
            let (name, arguments) = call.function.map(|f| (f.name, f.arguments)).unwrap_or_default();
            self.calls.add(
                call.index,
                call.id.as_deref(),
                name.as_deref(),
                arguments.as_deref().unwrap_or_default(),
            )?;
        }
        Ok(())
    }
}

impl Format for Answer {
    fn event(&mut self, data: &str, out: &mut Vec<Piece>) -> Result<(), BrainError> {
        if data.trim() == "[DONE]" {
            self.stage = Stage::Complete;
            return Ok(());
        }
        let chunk: Chunk =
            serde_json::from_str(data).map_err(|_| BrainError::Malformed { what: "a chunk is no completion" })?;
        if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
            return Err(BrainError::Trouble { status: 200, code: http::error_code(&error), retry_after: None });
        }
        if let Some(usage) = chunk.usage {
            self.usage.input_tokens = usage.prompt_tokens.unwrap_or(self.usage.input_tokens);
            self.usage.output_tokens = usage.completion_tokens.unwrap_or(self.usage.output_tokens);
        }
        let before = out.len();
        // Only one choice is asked for.
        if let Some(choice) = chunk.choices.into_iter().flatten().next() {
            if let Some(delta) = choice.delta {
                self.delta(delta, out)?;
            }
            if let Some(reason) = choice.finish_reason {
                self.reason = Some(reason);
                self.stage = Stage::Settled;
            }
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
        let rest = self.speakable.finish();
        self.say(rest, out);
        if !self.anything && self.calls.is_empty() {
            return Err(BrainError::Empty { reason: self.reason.take() });
        }
        let calls = std::mem::take(&mut self.calls).finish()?;
        let finished = Piece::Finished { memory: self.memory.take(), usage: self.usage };
        http::close(calls, finished, out);
        Ok(())
    }
}

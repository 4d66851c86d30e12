//! OpenAI-compatible chat completions: `POST /v1/chat/completions`.
//!
//! Format: <https://platform.openai.com/docs/api-reference/chat/create> and `.../chat-streaming`, as of 2026-11-21: server
//! sent events of `chat.completion.chunk`, one last chunk with `usage` and no choices where `stream_options` asks for
//! it, then `data: [DONE]`. Without `stream` one JSON object.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::paced::{self, Odd};
use crate::server::{self, Double, Records, is_a_double};
use crate::{Script, Step};

/// What a language model answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatAnswer {
    /// The text; sent in pieces of at most five letters.
    pub text: String,
    /// Tools that it calls: name and arguments.
    pub calls: Vec<(String, Value)>,
}

impl ChatAnswer {
    /// Words only.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), calls: Vec::new() }
    }

    /// Also calls this tool.
    #[must_use]
    pub fn calling(mut self, name: impl Into<String>, arguments: Value) -> Self {
        self.calls.push((name.into(), arguments));
        self
    }

    /// The text in tokens: words, long ones in pieces, each with the space before it.
    pub(crate) fn tokens(&self) -> Vec<String> {
        let mut tokens = Vec::new();
        for word in self.text.split_inclusive(char::is_whitespace) {
            let letters: Vec<char> = word.chars().collect();
            tokens.extend(letters.chunks(6).map(|piece| piece.iter().collect::<String>()));
        }
        tokens
    }
}

/// Splits a tool's arguments as models stream them: in pieces that are no JSON by themselves.
pub(crate) fn fragments(arguments: &Value) -> Vec<String> {
    let letters: Vec<char> = arguments.to_string().chars().collect();
    letters.chunks(8).map(|piece| piece.iter().collect()).collect()
}

/// An OpenAI-compatible language model. [`Double::url`] with `/v1` is its base.
#[derive(Debug)]
pub struct ChatDouble(Double);

is_a_double!(ChatDouble);

impl ChatDouble {
    /// Starts it.
    pub async fn start(script: impl Into<Script<ChatAnswer>>) -> io::Result<Self> {
        let script = script.into();
        let routes = |records: Arc<Records>| {
            let handler = move |request: HttpRequest| answer(request, script.clone(), Arc::clone(&records));
            Router::new().route("/v1/chat/completions", post(handler))
        };
        Double::start(routes).await.map(Self)
    }
}

pub(crate) fn error(status: u16) -> String {
    json!({ "error": { "message": format!("refused with {status}"), "type": "error", "param": null, "code": null } })
        .to_string()
}

async fn answer(request: HttpRequest, script: Script<ChatAnswer>, records: Arc<Records>) -> Response {
    let request = server::read(request).await;
    let at = records.note(request.clone());
    let Step { answer, manner } = script.step(&request, at);
    if let Some(refusal) = paced::refusal(manner, error) {
        tokio::time::sleep(manner.first_byte).await;
        return refusal;
    }
    let body = request.json();
    if body["model"].as_str().is_none() || body["messages"].as_array().is_none_or(Vec::is_empty) {
        return (axum::http::StatusCode::BAD_REQUEST, error(400)).into_response();
    }
    let (content_type, pieces) = if body["stream"] == true {
        ("text/event-stream", events(&answer, &body))
    } else {
        ("application/json", vec![whole(&answer, &body)])
    };
    let odd = Odd {
        malformed: Bytes::from_static(b"data: {\"choices\":[{\"delta\":{\"content\"\n\n"),
        error: Bytes::from(format!("data: {}\n\n", error(500))),
    };
    paced::respond(records, manner, content_type, pieces, odd).await
}

fn usage(answer: &ChatAnswer, body: &Value) -> Value {
    let (read, written) = (body.to_string().len() / 4, answer.tokens().len() + 10 * answer.calls.len());
    json!({ "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written })
}

fn finish_reason(answer: &ChatAnswer) -> &'static str {
    if answer.calls.is_empty() { "stop" } else { "tool_calls" }
}

fn whole(answer: &ChatAnswer, body: &Value) -> Bytes {
    let calls = answer.calls.iter().enumerate().map(|(at, (name, arguments))| {
        json!({ "id": format!("call_{at}"), "type": "function",
            "function": { "name": name, "arguments": arguments.to_string() } })
    });
    let mut message = json!({ "role": "assistant", "content": answer.text });
    if !answer.calls.is_empty() {
        message["tool_calls"] = calls.collect();
    }
    let choice = json!({ "index": 0, "message": message, "finish_reason": finish_reason(answer) });
    let whole = json!({ "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000,
        "model": body["model"], "choices": [choice], "usage": usage(answer, body) });
    whole.to_string().into()
}

fn events(answer: &ChatAnswer, body: &Value) -> Vec<Bytes> {
    let mut deltas: Vec<Value> = answer.tokens().iter().map(|token| json!({ "content": token })).collect();
    for (at, (name, arguments)) in answer.calls.iter().enumerate() {
        deltas.push(json!({ "tool_calls": [{ "index": at, "id": format!("call_{at}"), "type": "function",
            "function": { "name": name, "arguments": "" } }] }));
        let pieces = fragments(arguments);
        let delta = |piece| json!({ "tool_calls": [{ "index": at, "function": { "arguments": piece } }] });
        deltas.extend(pieces.into_iter().map(delta));
    }
    if let Some(first) = deltas.first_mut() {
        first["role"] = "assistant".into();
    }
    let chunk = |choices: Value| {
        json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_790_000_000,
            "model": body["model"], "choices": choices, "usage": null })
    };
    let choice = |delta: Value, reason: Value| json!([{ "index": 0, "delta": delta, "finish_reason": reason }]);
    let mut chunks: Vec<Value> = deltas.into_iter().map(|delta| chunk(choice(delta, Value::Null))).collect();
    chunks.push(chunk(choice(json!({}), finish_reason(answer).into())));
    if body["stream_options"]["include_usage"] == true {
        let mut last = chunk(json!([]));
        last["usage"] = usage(answer, body);
        chunks.push(last);
    }
    let events = chunks.into_iter().map(|chunk| format!("data: {chunk}\n\n"));
    events.chain(["data: [DONE]\n\n".to_owned()]).map(Bytes::from).collect()
}

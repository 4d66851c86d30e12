//! Anthropic messages: `POST /v1/messages`.
//!
//! Format: <https://docs.anthropic.com/en/api/messages> and `.../messages-streaming`, as of 2026-11-21: server sent events
//! `message_start`, for each block `content_block_start`, `content_block_delta`, `content_block_stop`, then
//! `message_delta` with the stop reason and usage, `message_stop`; `ping` and `error` between them.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::chat::{ChatAnswer, fragments};
use crate::paced::{self, Odd};
use crate::server::{self, Double, Records, is_a_double};
use crate::{Script, Step};

/// Anthropic's language models. [`Double::url`] with `/v1` is its base.
#[derive(Debug)]
pub struct AnthropicDouble(Double);

is_a_double!(AnthropicDouble);

impl AnthropicDouble {
    /// Starts it.
    pub async fn start(script: impl Into<Script<ChatAnswer>>) -> io::Result<Self> {
        let script = script.into();
        let routes = |records: Arc<Records>| {
            let handler = move |request: HttpRequest| answer(request, script.clone(), Arc::clone(&records));
            Router::new().route("/v1/messages", post(handler))
        };
        Double::start(routes).await.map(Self)
    }
}

fn error(status: u16) -> String {
    let kind = match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    json!({ "type": "error", "error": { "type": kind, "message": format!("refused with {status}") } }).to_string()
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
    let messages = body["messages"].as_array().is_some_and(|messages| !messages.is_empty());
    // All three are required by the vendor.
    if !messages || body["max_tokens"].as_u64().is_none() || request.header("anthropic-version").is_empty() {
        return (axum::http::StatusCode::BAD_REQUEST, error(400)).into_response();
    }
    let (content_type, pieces) = if body["stream"] == true {
        ("text/event-stream", events(&answer, &body))
    } else {
        ("application/json", vec![message(&answer, &body).to_string().into()])
    };
    let odd = Odd {
        malformed: Bytes::from_static(b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\n\n"),
        error: event("error", &serde_json::from_str(&error(529)).unwrap_or_default()),
    };
    paced::respond(records, manner, content_type, pieces, odd).await
}

fn stop_reason(answer: &ChatAnswer) -> &'static str {
    if answer.calls.is_empty() { "end_turn" } else { "tool_use" }
}

/// The tokens read and written.
fn counts(answer: &ChatAnswer, body: &Value) -> (usize, usize) {
    (body.to_string().len() / 4, answer.tokens().len() + 10 * answer.calls.len())
}

fn message(answer: &ChatAnswer, body: &Value) -> Value {
    let (read, written) = counts(answer, body);
    let mut content = Vec::new();
    if !answer.text.is_empty() {
        content.push(json!({ "type": "text", "text": answer.text }));
    }
    content.extend(answer.calls.iter().enumerate().map(|(at, (name, arguments))| {
        json!({ "type": "tool_use", "id": format!("toolu_{at}"), "name": name, "input": arguments })
    }));
    json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "content": content,
        "stop_reason": stop_reason(answer), "stop_sequence": null,
        "usage": { "input_tokens": read, "output_tokens": written } })
}

fn event(name: &str, data: &Value) -> Bytes {
    format!("event: {name}\ndata: {data}\n\n").into()
}

fn events(answer: &ChatAnswer, body: &Value) -> Vec<Bytes> {
    let (read, written) = counts(answer, body);
    let mut start = message(&ChatAnswer::default(), body);
    start["stop_reason"] = Value::Null;
    start["usage"] = json!({ "input_tokens": read, "output_tokens": 1 });
    let mut all = vec![json!({ "type": "message_start", "message": start }), json!({ "type": "ping" })];
    let mut index = 0;
    let mut block = |start: Value, deltas: Vec<Value>| {
        all.push(json!({ "type": "content_block_start", "index": index, "content_block": start }));
        all.extend(
            deltas.into_iter().map(|delta| json!({ "type": "content_block_delta", "index": index, "delta": delta })),
        );
        all.push(json!({ "type": "content_block_stop", "index": index }));
        index += 1;
    };
    if !answer.text.is_empty() {
        let deltas = answer.tokens().into_iter().map(|token| json!({ "type": "text_delta", "text": token }));
        block(json!({ "type": "text", "text": "" }), deltas.collect());
    }
    for (at, (name, arguments)) in answer.calls.iter().enumerate() {
        let pieces = fragments(arguments).into_iter();
        let deltas = pieces.map(|piece| json!({ "type": "input_json_delta", "partial_json": piece }));
        block(json!({ "type": "tool_use", "id": format!("toolu_{at}"), "name": name, "input": {} }), deltas.collect());
    }
    let delta = json!({ "stop_reason": stop_reason(answer), "stop_sequence": null });
    all.push(json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": written } }));
    all.push(json!({ "type": "message_stop" }));
    all.iter().map(|data| event(data["type"].as_str().unwrap_or_default(), data)).collect()
}

//! Tools that are requests to a system of the business, written as YAML (see `docs/tools.md`).

mod read;
mod template;

use std::sync::Arc;
use std::time::{Duration, Instant};

use call_model::{HttpFailure, HttpMethod, HttpReply, HttpRequest, ToolFailure, ToolRequest, ToolSpec, Verified};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::Tool;

pub use read::{ToolFault, parse};

/// Between a request that failed and the next try.
const AGAIN: Duration = Duration::from_millis(300);

/// Sends requests. The program gives one that limits where they may go, and how long answers may be.
pub trait Exchange: Send + Sync {
    /// Sends it; resolves within its time limit.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>>;
}

/// Finds secrets by where they are kept; the error says what is missing, without the secret.
pub type Secrets<'a> = &'a dyn Fn(&SecretPlace) -> Result<String, String>;

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// In this environment variable.
    Env(String),
    /// In this file.
    File(String),
}

/// What a tool by HTTP is.
#[derive(Clone)]
pub struct HttpTool {
    spec: ToolSpec,
    method: HttpMethod,
    url: String,
    /// The scheme and host that every request goes to.
    origin: String,
    query: Vec<(String, String)>,
    headers: Vec<Header>,
    body: Body,
    result: Option<Value>,
    /// What certain statuses mean.
    answers: Vec<(u16, Value)>,
    time_limit: Duration,
    has_effect: bool,
    idempotent: bool,
    needs: Verified,
    exchange: Arc<dyn Exchange>,
}

/// A header of each request.
#[derive(Clone)]
enum Header {
    /// Name and template.
    Text(String, String),
    /// Name and value.
    Secret(String, String),
}

#[derive(Clone)]
enum Body {
    None,
    Json(Value),
    Text(String),
}

impl Tool for HttpTool {
    fn spec(&self, _: &str) -> ToolSpec {
        self.spec.clone()
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        self.exchange(request).boxed()
    }

    fn has_effect(&self) -> bool {
        self.has_effect
    }

    fn needs(&self) -> Verified {
        self.needs
    }

    fn repeats_safely(&self) -> bool {
        self.idempotent
    }

    fn time_limit(&self) -> Option<Duration> {
        // The exchange ends by itself before.
        Some(self.time_limit + Duration::from_secs(1))
    }
}

impl HttpTool {
    async fn exchange(&self, request: ToolRequest) -> Result<Value, ToolFailure> {
        let scope = scope(&request);
        let http = self.request(&scope, &request.once)?;
        let begun = Instant::now();
        let mut reply = self.exchange.send(http.clone()).await;
        let left = || self.time_limit.saturating_sub(begun.elapsed());
        if (self.idempotent || !self.has_effect) && is_passing(&reply) && left() > AGAIN * 2 {
            tokio::time::sleep(AGAIN).await;
            let again = HttpRequest { timeout_ms: left().as_millis() as u64, ..http };
            reply = self.exchange.send(again).await;
        }
        self.understood(reply, &scope)
    }

    fn request(&self, scope: &Value, once: &str) -> Result<HttpRequest, ToolFailure> {
        let unfilled = |_| ToolFailure::Invalid { message: "an argument does not fit into the request".to_owned() };
        let mut url = template::address(&self.url, scope).map_err(unfilled)?;
        if !url.starts_with(&self.origin) {
            return Err(failed("the address is not the one of the tool"));
        }
        for (name, text) in &self.query {
            let value = template::plain(text, scope).map_err(unfilled)?;
            if !value.is_empty() {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.extend([template::encoded(name).as_str(), "=", &template::encoded(&value)]);
            }
        }
        let mut headers = Vec::with_capacity(self.headers.len() + 2);
        for header in &self.headers {
            headers.push(match header {
                Header::Text(name, text) => (name.clone(), template::plain(text, scope).map_err(unfilled)?),
                Header::Secret(name, value) => (name.clone(), value.clone()),
            });
        }
        let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let (typed, keyed) = (has("content-type"), has("idempotency-key"));
        let body = match &self.body {
            Body::None => None,
            Body::Json(value) => {
                if !typed {
                    headers.push(("content-type".to_owned(), "application/json".to_owned()));
                }
                Some(template::json(value, scope).map_err(unfilled)?.to_string())
            }
            Body::Text(text) => Some(template::plain(text, scope).map_err(unfilled)?),
        };
        if self.has_effect && !keyed {
            headers.push(("idempotency-key".to_owned(), once.to_owned()));
        }
        let timeout_ms = self.time_limit.as_millis() as u64;
        Ok(HttpRequest { method: self.method, url, headers, body, timeout_ms })
    }

    fn understood(&self, reply: Result<HttpReply, HttpFailure>, scope: &Value) -> Result<Value, ToolFailure> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(HttpFailure::TimedOut) => return Err(ToolFailure::TimedOut),
            // It may have broken off after the other side had done it.
            Err(HttpFailure::Unreachable) if self.has_effect => return Err(ToolFailure::TimedOut),
            Err(HttpFailure::Unreachable) => return Err(failed("the system cannot be reached")),
            Err(HttpFailure::Refused(_)) => return Err(failed("the request is not allowed")),
        };
        let body = serde_json::from_str::<Value>(&reply.body).ok();
        let mut known = scope.clone();
        if let Some(fields) = known.as_object_mut() {
            // What was typed is not given back.
            fields.remove("keys");
            fields.insert("status".to_owned(), reply.status.into());
            fields.insert("body".to_owned(), body.clone().unwrap_or_else(|| reply.body.clone().into()));
        }
        let malformed = |_| failed("the system's answer has another form than expected");
        if let Some((_, answer)) = self.answers.iter().find(|(status, _)| *status == reply.status) {
            return template::json(answer, &known).map_err(malformed);
        }
        match reply.status {
            200..=299 => {}
            400..=499 => return Err(failed(&format!("the system refused it with status {}", reply.status))),
            status if self.has_effect && status >= 502 => return Err(ToolFailure::TimedOut),
            status => return Err(failed(&format!("the system failed with status {status}"))),
        }
        match (&self.result, body) {
            (Some(_), None) => Err(failed("the system's answer is no JSON")),
            (Some(result), Some(_)) => template::json(result, &known).map_err(malformed),
            (None, Some(body)) => Ok(body),
            (None, None) if reply.body.trim().is_empty() => Ok(json!({ "done": true })),
            (None, None) => Ok(json!({ "text": reply.body })),
        }
    }
}

/// Whether the next try may do better.
fn is_passing(reply: &Result<HttpReply, HttpFailure>) -> bool {
    match reply {
        Ok(reply) => matches!(reply.status, 502..=504),
        Err(failure) => matches!(failure, HttpFailure::Unreachable),
    }
}

fn failed(message: &str) -> ToolFailure {
    ToolFailure::Failed { message: message.to_owned() }
}

/// What templates may name.
fn scope(request: &ToolRequest) -> Value {
    let keys: Map<String, Value> =
        request.keys.iter().map(|(name, keys)| (name.clone(), keys.clone().into())).collect();
    json!({
        "args": request.arguments,
        "keys": keys,
        "caller": request.caller,
        "contact": request.contact,
        "call": { "id": request.call.to_string(), "language": request.language, "number": request.number,
            "agent": request.agent },
        "verified": request.verified,
        "once": request.once,
    })
}

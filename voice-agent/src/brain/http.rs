//! One exchange with a model's server: a request goes out, server-sent events come in. Connections are pooled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use call_model::ToolCall;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Response, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::sse::Reader;
use super::{BrainError, MakeError, Piece, Pieces, QUEUE};

/// How long a TCP and TLS handshake may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(90);
/// After a complete answer the figures of its cost are waited for no longer than this.
const AFTERMATH: Duration = Duration::from_millis(300);
/// The end of the transfer comes with the last event or right after it; it is waited for no longer than this.
const DRAIN: Duration = Duration::from_millis(20);
/// Connections that are opened ahead at the same time, per model.
const MAX_WARMING: usize = 8;
/// The longest reply to a refused request that is read, bytes.
const MAX_REFUSAL: usize = 16 * 1024;

/// The server of one model, with its connections.
pub struct Endpoint {
    client: Client,
    url: Url,
    headers: HeaderMap,
    warming: AtomicUsize,
}

/// What a server's events mean.
pub trait Format: Send + 'static {
    /// Takes an event in; pieces to hand on are added to `out`.
    fn event(&mut self, data: &str, out: &mut Vec<Piece>) -> Result<(), BrainError>;

    /// How far the answer is.
    fn stage(&self) -> Stage;

    /// The end: what was held back, and the last piece. An error when the answer is not complete.
    fn finish(&mut self, out: &mut Vec<Piece>) -> Result<(), BrainError>;
}

/// How far an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// More is to come.
    Writing,
    /// All words are there; only figures may follow.
    Settled,
    /// The server said that nothing follows.
    Complete,
}

impl Endpoint {
    /// `key`: name of its header, what stands before it, and the key.
    pub fn new(
        name: &str,
        url: Url,
        key: Option<(HeaderName, &str, &SecretString)>,
        fixed: &[(HeaderName, &'static str)],
    ) -> Result<Self, MakeError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
        for (name, value) in fixed {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
        if let Some((header, before, key)) = key {
            let mut value = HeaderValue::from_str(&format!("{before}{}", key.expose_secret().trim()))
                .map_err(|_| MakeError::Key { name: name.to_owned() })?;
            value.set_sensitive(true);
            headers.insert(header, value);
        }
        Ok(Self { client: client()?, url, headers, warming: AtomicUsize::new(0) })
    }

    /// Opens a connection if none is idle. Whatever the server says to it is fine; the key is not sent.
    pub fn warm(self: &Arc<Self>) {
        if self.warming.fetch_add(1, Ordering::Relaxed) >= MAX_WARMING {
            self.warming.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let endpoint = Arc::clone(self);
        tokio::spawn(async move {
            let request = endpoint.client.head(endpoint.url.clone()).timeout(CONNECT);
            let _ = request.send().await;
            endpoint.warming.fetch_sub(1, Ordering::Relaxed);
        });
    }

    async fn post(&self, body: Vec<u8>) -> Result<Response, BrainError> {
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(body);
        let response = request
            .send()
            .await
            .map_err(|error| if error.is_connect() { BrainError::Unreachable } else { BrainError::Cut })?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("application/json") || kind.starts_with("text/html")) {
            return Err(BrainError::Malformed { what: "it is no stream of events" });
        }
        Ok(response)
    }
}

fn client() -> Result<Client, MakeError> {
    // The process may have chosen a provider before: then that one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    Client::builder()
        .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .tcp_keepalive(Duration::from_secs(30))
        .tcp_nodelay(true)
        .tls_certs_merge(roots.iter().filter_map(|root| Certificate::from_der(root.as_ref()).ok()))
        .build()
        .map_err(MakeError::Client)
}

/// Sends a request and reads the answer in a task of its own.
pub fn ask(endpoint: &Arc<Endpoint>, body: &serde_json::Value, format: impl Format) -> Pieces {
    let (out, pieces) = mpsc::channel(QUEUE);
    let endpoint = Arc::clone(endpoint);
    let body = body.to_string().into_bytes();
    tokio::spawn(async move {
        tokio::select! {
            biased;
            // A cancelled answer costs its connection: the next one shall not wait for another.
            () = out.closed() => endpoint.warm(),
            result = exchange(&endpoint, body, format, &out) => {
                if let Err(error) = result {
                    let _ = out.send(Err(error)).await;
                }
            }
        }
    });
    pieces
}

type Out = mpsc::Sender<Result<Piece, BrainError>>;

async fn exchange(endpoint: &Endpoint, body: Vec<u8>, mut format: impl Format, out: &Out) -> Result<(), BrainError> {
    let mut response = endpoint.post(body).await?;
    let mut reader = Reader::default();
    let mut pieces = Vec::new();
    while format.stage() != Stage::Complete {
        let next = response.chunk();
        let chunk = match format.stage() {
            Stage::Writing => next.await.map_err(|_| BrainError::Cut)?,
            _ => timeout(AFTERMATH, next).await.ok().and_then(Result::ok).flatten(),
        };
        let Some(chunk) = chunk else {
            for event in std::mem::take(&mut reader).finish() {
                format.event(&event, &mut pieces)?;
            }
            break;
        };
        let events =
            reader.feed(&chunk).map_err(|_| BrainError::Malformed { what: "an event is no text or too long" })?;
        for event in events {
            format.event(&event, &mut pieces)?;
        }
        hand_on(&mut pieces, out).await;
    }
    // Read to its end, the connection serves the next answer.
    while let Ok(Ok(Some(_))) = timeout(DRAIN, response.chunk()).await {}
    format.finish(&mut pieces)?;
    hand_on(&mut pieces, out).await;
    Ok(())
}

async fn hand_on(pieces: &mut Vec<Piece>, out: &Out) {
    for piece in pieces.drain(..) {
        // A reader who is gone ends the task.
        let _ = out.send(Ok(piece)).await;
    }
}

/// The last pieces of every format: the calls, then the end.
pub fn close(calls: Vec<ToolCall>, finished: Piece, out: &mut Vec<Piece>) {
    out.extend(calls.into_iter().map(Piece::ToolCall));
    out.push(finished);
}

async fn refusal(mut response: Response) -> BrainError {
    let status = response.status().as_u16();
    #[expect(clippy::disallowed_methods, reason = "a date in a header is set against the wall clock, at the door")]
    let now = SystemTime::now();
    let retry_after = retry_after(response.headers(), now);
    let mut body = Vec::new();
    while let Ok(Ok(Some(chunk))) = timeout(AFTERMATH, response.chunk()).await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_REFUSAL {
            break;
        }
    }
    let code = serde_json::from_slice(&body).ok().and_then(|body: serde_json::Value| error_code(&body["error"]));
    match status {
        401 | 403 => BrainError::Denied { status },
        429 => BrainError::Busy { retry_after },
        408 | 409 | 425 | 500.. => BrainError::Trouble { status, code, retry_after },
        _ => BrainError::Refused { status, code },
    }
}

/// The server's word for an error, if it is a word and no sentence: a sentence may quote the conversation.
pub fn error_code(error: &serde_json::Value) -> Option<String> {
    let is_word = |text: &&str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    let code = error["code"].as_str().filter(is_word).or_else(|| error["type"].as_str().filter(is_word));
    code.map(str::to_owned)
}

/// RFC 9110 section 10.2.3: seconds or a date. Some servers add `retry-after-ms`.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let value = text("retry-after")?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    Some(SystemTime::from(date.timestamp()).duration_since(now).unwrap_or_default())
}

/// The address to ask: `path` is added to `url` unless it ends so already. An address without a path gets `/v1` too.
pub fn address(name: &str, url: &str, path: &str) -> Result<Url, MakeError> {
    let wrong = || MakeError::Address { name: name.to_owned() };
    let mut url = Url::parse(url.trim()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong());
    }
    let base = url.path().trim_end_matches('/').to_owned();
    if !base.ends_with(path) {
        let version = if base.is_empty() { "/v1" } else { "" };
        url.set_path(&format!("{base}{version}{path}"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_base_address_leads_to_the_endpoint() {
        let path = "/chat/completions";
        for (url, expected) in [
            ("https://models.example", "https://models.example/v1/chat/completions"),
            ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/chat/completions"),
            ("http://[::1]/api/v2?k=1", "http://[::1]/api/v2/chat/completions?k=1"),
            ("http://h/x/chat/completions", "http://h/x/chat/completions"),
        ] {
            assert_eq!(address("b", url, path).unwrap().as_str(), expected);
        }
        for wrong in ["", "models.example/v1", "ftp://h/", "unix:/x"] {
            assert!(matches!(address("b", wrong, path), Err(MakeError::Address { .. })), "{wrong}");
        }
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let read = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(read("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(read("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        assert_eq!(read("retry-after", "Sun, 09 Sep 2001 01:46:50 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("retry-after", "Sun, 09 Sep 2001 01:46:30 GMT"), Some(Duration::ZERO));
        assert_eq!(read("retry-after", "soon"), None);
        assert_eq!(read("retry-after", "-1"), None);
    }

    #[test]
    fn only_words_of_an_error_are_kept() {
        assert_eq!(error_code(&json!({"code": "model_not_found", "type": "x"})).as_deref(), Some("model_not_found"));
        assert_eq!(error_code(&json!({"code": 7, "type": "overloaded_error"})).as_deref(), Some("overloaded_error"));
        assert_eq!(error_code(&json!({"code": "You said: hello"})), None);
        assert_eq!(error_code(&json!("overloaded")), None);
    }
}

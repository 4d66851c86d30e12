//! The port of a double, and what it has been asked.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::http::HeaderMap;
use bytes::Bytes;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::multipart::{self, Part};

/// The largest body that a double reads: 26 MB, as OpenAI's.
const MOST_BYTES: usize = 26 << 20;

/// What a double was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The path.
    pub path: String,
    /// The query, as sent.
    pub query: String,
    /// The head's fields.
    pub headers: HeaderMap,
    /// The body; of a WebSocket all that it has sent so far is in [`Double::messages`].
    pub body: Bytes,
}

impl Request {
    /// A field of the head; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A value of the query, unescaped; `None` when it is not there.
    pub fn param(&self, name: &str) -> Option<String> {
        self.params(name).into_iter().next()
    }

    /// All values of that name in the query, unescaped.
    pub fn params(&self, name: &str) -> Vec<String> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| unescape(value)).collect()
    }

    /// The parts of a form's body.
    pub fn parts(&self) -> Vec<Part> {
        multipart::parts(self.header("content-type"), &self.body)
    }
}

fn unescape(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.unwrap_or(b'0')));
                u8::from_str_radix(&digits.iter().collect::<String>(), 16).unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What all handlers of a double share.
#[derive(Debug, Default)]
pub(crate) struct Records {
    requests: watch::Sender<Vec<Request>>,
    messages: watch::Sender<Vec<String>>,
    audio_bytes: AtomicUsize,
    abandoned: watch::Sender<usize>,
    connections: AtomicUsize,
    moments: Mutex<Vec<SystemTime>>,
}

impl Records {
    /// Notes a request and numbers it from 0.
    pub(crate) fn note(&self, request: Request) -> usize {
        let mut at = 0;
        self.requests.send_modify(|requests| {
            at = requests.len();
            requests.push(request);
        });
        at
    }

    pub(crate) fn note_message(&self, message: String) {
        self.messages.send_modify(|messages| messages.push(message));
    }

    pub(crate) fn note_audio(&self, bytes: usize) {
        self.audio_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes when something happened that a benchmark wants to know.
    pub(crate) fn note_moment(&self, at: SystemTime) {
        self.moments.lock().unwrap_or_else(PoisonError::into_inner).push(at);
    }

    pub(crate) fn abandon(&self) {
        self.abandoned.send_modify(|count| *count += 1);
    }
}

/// Reads a request whole.
pub(crate) async fn read(request: HttpRequest) -> Request {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MOST_BYTES).await.unwrap_or_default();
    of(&head, body)
}

/// The head of a request, with this body.
pub(crate) fn of(head: &axum::http::request::Parts, body: Bytes) -> Request {
    Request {
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.clone(),
        body,
    }
}

/// A running double of any kind.
#[derive(Debug)]
pub struct Double {
    address: SocketAddr,
    records: Arc<Records>,
    task: JoinHandle<()>,
}

impl Double {
    pub(crate) async fn start(routes: impl FnOnce(Arc<Records>) -> Router) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let records = Arc::new(Records::default());
        let router = routes(Arc::clone(&records));
        let listener = Counting { listener, records: Arc::clone(&records) };
        // It ends with the task only.
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self { address, records, task })
    }

    /// `http://127.0.0.1:PORT` and this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `ws://127.0.0.1:PORT` and this path.
    pub fn ws_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// What was asked so far, in order. A WebSocket is one request.
    pub fn requests(&self) -> Vec<Request> {
        self.records.requests.borrow().clone()
    }

    /// Waits until so many requests have come.
    pub async fn wait_for_requests(&self, count: usize) {
        let mut requests = self.records.requests.subscribe();
        // The sender lives as long as `self`.
        let _ = requests.wait_for(|requests| requests.len() >= count).await;
    }

    /// The text messages that came by WebSockets so far, in order.
    pub fn messages(&self) -> Vec<String> {
        self.records.messages.borrow().clone()
    }

    /// Waits until a text message has come that fits.
    pub async fn wait_for_message(&self, fits: impl Fn(&str) -> bool) {
        let mut messages = self.records.messages.subscribe();
        let _ = messages.wait_for(|messages| messages.iter().any(|message| fits(message))).await;
    }

    /// Bytes of audio that came by WebSockets so far.
    pub fn audio_bytes(&self) -> usize {
        self.records.audio_bytes.load(Ordering::Relaxed)
    }

    /// For benchmarks: a recogniser notes when the last sound of each turn reached it, a voice when it sent the first
    /// sound of each text.
    pub fn moments(&self) -> Vec<SystemTime> {
        self.records.moments.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.records.connections.load(Ordering::Relaxed)
    }

    /// Answers that the other side did not take to their end.
    pub fn abandoned(&self) -> usize {
        *self.records.abandoned.borrow()
    }

    /// Waits until so many answers were not taken to their end.
    pub async fn wait_for_abandoned(&self, count: usize) {
        let mut abandoned = self.records.abandoned.subscribe();
        let _ = abandoned.wait_for(|abandoned| *abandoned >= count).await;
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A double of one kind is a [`Double`].
macro_rules! is_a_double {
    ($name:ident) => {
        impl std::ops::Deref for $name {
            type Target = $crate::Double;

            fn deref(&self) -> &$crate::Double {
                &self.0
            }
        }
    };
}
pub(crate) use is_a_double;

/// Counts connections, and lets small messages leave at once.
struct Counting {
    listener: TcpListener,
    records: Arc<Records>,
}

impl axum::serve::Listener for Counting {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        // A slower double is one all the same.
        let _ = stream.set_nodelay(true);
        self.records.connections.fetch_add(1, Ordering::Relaxed);
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

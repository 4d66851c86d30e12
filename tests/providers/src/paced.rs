//! Pieces of an answer, sent in its manner.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, sleep_until};

use crate::server::Records;
use crate::{Fault, Manner};

/// When each piece is due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    first: Instant,
    rate: Option<f64>,
}

impl Clock {
    pub(crate) fn start(manner: Manner) -> Self {
        Self { first: Instant::now() + manner.first_byte, rate: manner.rate }
    }

    /// Waits until the piece of this number, from 0, is due.
    pub(crate) async fn wait(&self, piece: usize) {
        let after = self.rate.map_or(0.0, |rate| piece as f64 / rate.max(0.001));
        let due = self.first + Duration::from_secs_f64(after);
        if due > Instant::now() {
            sleep_until(due).await;
        }
    }
}

/// Pieces that make no sense, and that say that something went wrong, in the words of a vendor.
#[derive(Debug, Clone)]
pub(crate) struct Odd {
    pub(crate) malformed: Bytes,
    pub(crate) error: Bytes,
}

/// The status that a manner refuses with, before anything else.
pub(crate) fn refusal(manner: Manner, error: impl Fn(u16) -> String) -> Option<Response> {
    let (status, retry_after) = match manner.fault? {
        Fault::Status(status) => (status, None),
        Fault::TooMany { retry_after_s } => (429, Some(retry_after_s)),
        _ => return None,
    };
    let mut response = (
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        [(header::CONTENT_TYPE, "application/json")],
        error(status),
    )
        .into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Some(response)
}

/// Answers 200 with these pieces as the body's chunks.
pub(crate) async fn respond(
    records: Arc<Records>,
    manner: Manner,
    content_type: &'static str,
    pieces: Vec<Bytes>,
    odd: Odd,
) -> Response {
    let clock = Clock::start(manner);
    let guard = Guard { records, done: false };
    clock.wait(0).await;
    let (sender, mut receiver) = mpsc::channel(1);
    tokio::spawn(send(sender, guard, clock, manner.fault, pieces, odd));
    let body = Body::from_stream(stream::poll_fn(move |context| receiver.poll_recv(context)));
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], body).into_response()
}

/// Counts an answer that was not taken to its end, also while its head is still being waited for.
struct Guard {
    records: Arc<Records>,
    done: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.done {
            self.records.abandon();
        }
    }
}

async fn send(
    sender: mpsc::Sender<io::Result<Bytes>>,
    mut guard: Guard,
    clock: Clock,
    fault: Option<Fault>,
    pieces: Vec<Bytes>,
    odd: Odd,
) {
    // A fault that comes after the last piece comes at the end.
    let count = pieces.len();
    let due = |at: usize, after: usize| at == after.min(count);
    for (at, piece) in pieces.into_iter().map(Some).chain([None]).enumerate() {
        tokio::select! {
            () = clock.wait(at) => {}
            () = sender.closed() => return,
        }
        match fault {
            Some(Fault::Stall { after }) if due(at, after) => {
                sender.closed().await;
                return;
            }
            Some(Fault::Cut { after }) if due(at, after) => {
                guard.done = sender.send(Err(io::ErrorKind::ConnectionReset.into())).await.is_ok();
                return;
            }
            Some(Fault::Error { after }) if due(at, after) => {
                guard.done = sender.send(Ok(odd.error)).await.is_ok();
                return;
            }
            // Whether anybody takes it shows with the next piece.
            Some(Fault::Malformed { after }) if due(at, after) => drop(sender.send(Ok(odd.malformed.clone())).await),
            _ => {}
        }
        if let Some(piece) = piece
            && sender.send(Ok(piece)).await.is_err()
        {
            return;
        }
    }
    guard.done = true;
}

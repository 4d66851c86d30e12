//! What a double answers, and how.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Request;

/// How an answer goes wrong. "Pieces" are events of a stream, chunks of audio, or messages of a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing but this HTTP status, with an error as the vendor writes it.
    Status(u16),
    /// 429 with a Retry-After header.
    TooMany {
        /// Its value, in seconds.
        retry_after_s: u64,
    },
    /// After so many pieces nothing more comes, and the connection stays open.
    Stall {
        /// Pieces before it.
        after: usize,
    },
    /// After so many pieces the connection is cut.
    Cut {
        /// Pieces before it.
        after: usize,
    },
    /// After so many pieces there is one that makes no sense; then it goes on.
    Malformed {
        /// Pieces before it.
        after: usize,
    },
    /// After so many pieces there is an error as the vendor writes it within a stream; then the stream ends.
    Error {
        /// Pieces before it.
        after: usize,
    },
}

/// How fast an answer comes, and what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Manner {
    /// From the request until the first byte of the answer.
    pub first_byte: Duration,
    /// Pieces a second; `None`: all at once.
    pub rate: Option<f64>,
    /// What goes wrong.
    pub fault: Option<Fault>,
}

impl Manner {
    /// The first byte after so many ms, then so many pieces a second.
    pub fn slow(first_byte_ms: u64, rate: f64) -> Self {
        Self { first_byte: Duration::from_millis(first_byte_ms), rate: Some(rate), fault: None }
    }

    /// At once, until it fails.
    pub fn failing(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

/// One answer and its manner.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Step<A> {
    /// What is answered.
    pub answer: A,
    /// How.
    pub manner: Manner,
}

impl<A> Step<A> {
    /// The same answer in another manner.
    #[must_use]
    pub fn in_manner(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// The same answer, but it fails like this.
    #[must_use]
    pub fn but(mut self, fault: Fault) -> Self {
        self.manner.fault = Some(fault);
        self
    }
}

impl<A: Default> Step<A> {
    /// A failure at which the answer does not matter.
    pub fn failing(fault: Fault) -> Self {
        Self { answer: A::default(), manner: Manner::failing(fault) }
    }
}

impl<A> From<A> for Step<A> {
    fn from(answer: A) -> Self {
        Self { answer, manner: Manner::default() }
    }
}

type Choose<A> = dyn Fn(&Request, usize) -> Step<A> + Send + Sync;

/// What a double does with each request (or connection, for WebSockets).
#[derive(Clone)]
pub struct Script<A> {
    choose: Arc<Choose<A>>,
}

impl<A> fmt::Debug for Script<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl<A: Clone + Default + Send + Sync + 'static> Script<A> {
    /// The same for every request.
    pub fn always(step: impl Into<Step<A>>) -> Self {
        let step = step.into();
        Self::by(move |_, _| step.clone())
    }

    /// One step for each request, in order; the last one again and again.
    pub fn in_order(steps: Vec<Step<A>>) -> Self {
        Self::by(move |_, at| steps.get(at).or(steps.last()).cloned().unwrap_or_default())
    }

    /// By the request and its number, from 0.
    pub fn by(choose: impl Fn(&Request, usize) -> Step<A> + Send + Sync + 'static) -> Self {
        Self { choose: Arc::new(choose) }
    }

    pub(crate) fn step(&self, request: &Request, at: usize) -> Step<A> {
        (self.choose)(request, at)
    }
}

impl<A: Clone + Default + Send + Sync + 'static> From<A> for Script<A> {
    fn from(answer: A) -> Self {
        Self::always(answer)
    }
}

//! Spans of calls, and the ids that tie them together across programs.

mod call;
mod context;

pub use call::{CallStory, Facts, TurnTimes};
pub use context::{ContextError, Remote, SpanId, TraceId, traceparent};

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Int(number.try_into().unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// Who asked whom (OTLP `Span.SpanKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Inside of the program.
    Internal = 1,
    /// Somebody asked us.
    Server = 2,
    /// We asked somebody.
    Client = 3,
}

/// A stretch of time in which something was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace that it is of.
    pub trace: TraceId,
    /// Its own id.
    pub id: SpanId,
    /// The span around it.
    pub parent: Option<SpanId>,
    /// What is done.
    pub name: String,
    /// Who asked whom.
    pub kind: Kind,
    /// Its beginning, ms since the Unix epoch.
    pub from_ms: i64,
    /// Its end, ms since the Unix epoch.
    pub to_ms: i64,
    /// What else is known of it: no numbers, names or words of people.
    pub attributes: Vec<(&'static str, Value)>,
    /// What went wrong, if something did.
    pub fault: Option<String>,
}

impl Span {
    /// A span inside of the program.
    pub fn new(trace: TraceId, parent: SpanId, id: SpanId, name: &str, times: (i64, i64)) -> Self {
        Self {
            trace,
            id,
            parent: Some(parent),
            name: name.to_owned(),
            kind: Kind::Internal,
            from_ms: times.0,
            to_ms: times.1.max(times.0),
            attributes: Vec::new(),
            fault: None,
        }
    }

    /// The same with an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }
}

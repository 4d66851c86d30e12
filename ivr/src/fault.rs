//! What is wrong with a flow, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a [`Fault`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow is refused.
    Error,
    /// The flow is taken, but somebody should look.
    Warning,
}

/// One thing that is wrong with a flow or a business file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// The flow that it is in.
    pub flow: String,
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in that line, from 1, in characters.
    pub column: usize,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to do about it, as one sentence without a full stop.
    pub suggestion: Option<String>,
}

impl Fault {
    /// Whether the flow is refused for it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}:{}: {severity}: {}", self.flow, self.line, self.column, self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " ({suggestion})"),
            None => Ok(()),
        }
    }
}

/// A place in a file: line and column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// Gathers faults while a file is read, up to a limit.
#[derive(Debug)]
pub struct Faults {
    flow: String,
    limit: usize,
    /// How many lines the file can have; none of its faults lies below.
    lines: usize,
    list: Vec<Fault>,
}

impl Faults {
    /// For a file of this name and content; more than `limit` faults are not kept.
    pub fn new(flow: &str, source: &str, limit: usize) -> Self {
        let breaks = source.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
        Self { flow: flow.to_owned(), limit, lines: breaks + 1, list: Vec::new() }
    }

    /// An error.
    pub fn error(&mut self, place: Place, message: impl Into<String>) {
        self.push(Severity::Error, place, message.into(), None);
    }

    /// An error, and what to do about it.
    pub fn error_with(&mut self, place: Place, message: impl Into<String>, suggestion: impl Into<String>) {
        self.push(Severity::Error, place, message.into(), Some(suggestion.into()));
    }

    /// A warning, and what to do about it.
    pub fn warn_with(&mut self, place: Place, message: impl Into<String>, suggestion: impl Into<String>) {
        self.push(Severity::Warning, place, message.into(), Some(suggestion.into()));
    }

    /// An error about a name that is not known: suggests the nearest known one, or lists all when they are few.
    pub fn unknown<'a>(&mut self, place: Place, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) {
        let suggestion = suggest(name, known);
        self.push(Severity::Error, place, format!("{what} `{}` is not known", clip(name)), suggestion);
    }

    /// Whether the file is refused.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Fault::is_error)
    }

    /// All faults by their place in the file.
    pub fn into_sorted(mut self) -> Vec<Fault> {
        self.list.sort_by_key(|fault| (fault.line, fault.column, fault.severity));
        self.list
    }

    fn push(&mut self, severity: Severity, place: Place, message: String, suggestion: Option<String>) {
        let (line, column) = (place.line.min(self.lines), place.column);
        let fault = Fault { severity, flow: self.flow.clone(), line, column, message, suggestion };
        if self.list.len() < self.limit && !self.list.contains(&fault) {
            self.list.push(fault);
        }
    }
}

/// The longest piece of somebody's text that is repeated in a message, in characters.
const CLIP: usize = 60;

/// Somebody's text, cut to a length that fits into a message.
pub fn clip(text: &str) -> String {
    if text.chars().count() <= CLIP {
        return text.to_owned();
    }
    text.chars().take(CLIP).chain(['…']).collect()
}

fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const FEW: usize = 12;
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .min_by_key(|(distance, _)| *distance);
    match nearest {
        Some((distance, candidate)) if distance <= 1 + candidate.len() / 3 => {
            Some(format!("did you mean `{candidate}`?"))
        }
        Some(_) if known.len() <= FEW => Some(format!("known here: {}", known.join(", "))),
        _ => None,
    }
}

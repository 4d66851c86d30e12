//! What is wrong with an agent's file, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a [`Fault`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The agent is refused.
    Error,
    /// The agent is taken, but somebody should look.
    Warning,
}

/// One thing that is wrong with an agent's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// The agent that it is in.
    pub agent: String,
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
    /// Whether the agent is refused for it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_error() { "error" } else { "warning" };
        write!(f, "{}:{}:{}: {severity}: {}", self.agent, self.line, self.column, self.message)?;
        self.suggestion.as_ref().map_or(Ok(()), |suggestion| write!(f, " ({suggestion})"))
    }
}

/// A place in a file: line and column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// The most faults reported at once.
const MAX_FAULTS: usize = 100;

/// Gathers faults while a file is read.
#[derive(Debug)]
pub struct Faults {
    agent: String,
    list: Vec<Fault>,
}

impl Faults {
    /// No faults yet, in a file of that name.
    pub fn new(agent: &str) -> Self {
        Self { agent: agent.to_owned(), list: Vec::new() }
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
        if self.list.len() < MAX_FAULTS {
            let Place { line, column } = place;
            self.list.push(Fault { severity, agent: self.agent.clone(), line, column, message, suggestion });
        }
    }
}

/// Somebody's text, cut to a length that fits into a message.
pub fn clip(text: &str) -> String {
    const CLIP: usize = 60;
    if text.chars().count() <= CLIP {
        return text.to_owned();
    }
    text.chars().take(CLIP).chain(['…']).collect()
}

fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const FEW: usize = 20;
    let known: Vec<&str> = known.into_iter().collect();
    let distance = |candidate: &str| strsim::damerau_levenshtein(name, candidate);
    let nearest = known.iter().copied().min_by_key(|candidate| distance(candidate))?;
    if distance(nearest) <= 1 + nearest.len() / 3 {
        return Some(format!("did you mean `{nearest}`?"));
    }
    (known.len() <= FEW).then(|| format!("known here: {}", known.join(", ")))
}

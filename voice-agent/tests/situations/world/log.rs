//! What was seen of a situation, with when.

use std::fmt::Write;

use call_model::{CallCommand, ChatMessage, TurnReport};

/// What was seen, with when (ms after the zero of the situation).
#[derive(Debug, Default)]
pub struct Log {
    pub zero: i64,
    pub entries: Vec<(i64, Seen)>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "most of a log is commands")]
pub enum Seen {
    Command(CallCommand),
    /// The caller begins to hear this.
    Hears(String),
    Event(String),
}

impl Log {
    pub fn render(&self) -> String {
        let mut out = String::new();
        for (at, seen) in &self.entries {
            let line = match seen {
                Seen::Hears(text) => format!("      caller hears: {text}"),
                Seen::Event(text) => format!("   -> {text}"),
                Seen::Command(command) => format!("<- {}", brief(command)),
            };
            let _ = writeln!(out, "    {:>6} {line}", at - self.zero);
        }
        out
    }

    pub fn reports(&self) -> impl Iterator<Item = &TurnReport> {
        self.entries.iter().filter_map(|(_, seen)| match seen {
            Seen::Command(CallCommand::TurnReport(report)) => Some(report),
            _ => None,
        })
    }
}

fn brief(command: &CallCommand) -> String {
    match command {
        CallCommand::Think { think, request } => {
            let kind = if request.speculative { "speculates" } else { "thinks" };
            let all: Vec<String> = request.messages.iter().map(message).collect();
            format!("{kind} {} [{}]", think.0, all.join(" | "))
        }
        other => {
            let json = serde_json::to_string(other).unwrap();
            json.chars().take(220).collect()
        }
    }
}

fn message(message: &ChatMessage) -> String {
    match message {
        ChatMessage::Caller { text } => format!("C: {text}"),
        ChatMessage::Agent { text, calls } if calls.is_empty() => format!("A: {text}"),
        ChatMessage::Agent { text, calls } => format!("A: {text} +{}", calls[0].name),
        ChatMessage::Tool { result, .. } => format!("T: {result}"),
        ChatMessage::Note { text } => format!("N: {text}"),
    }
}

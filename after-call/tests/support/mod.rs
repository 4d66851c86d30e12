//! Calls as they were held.
#![allow(dead_code, reason = "each test file uses a part")]

use after_call::EndedCall;
use call_model::{CallId, Direction, HangupCause, HangupParty, Speaker, ToolFailure, ToolReport, TranscriptLine};
use jiff::civil::date;
use serde_json::{Map, Value};

/// A call in this language: `> ...` is said by the caller, the rest by us, a line every four seconds.
pub fn call(language: &str, script: &str) -> EndedCall {
    let lines: Vec<TranscriptLine> = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .enumerate()
        .map(|(at, line)| {
            let (speaker, text) = line.strip_prefix("> ").map_or((Speaker::Us, line), |said| (Speaker::Caller, said));
            TranscriptLine {
                call: CallId::from_parts(1, 1),
                speaker,
                from_ms: at as u64 * 4_000,
                to_ms: at as u64 * 4_000 + 3_000,
                text: text.to_owned(),
                words: Vec::new(),
                confidence: None,
                language: Some(language.to_owned()),
                cut: false,
            }
        })
        .collect();
    EndedCall {
        direction: Direction::Inbound,
        language: language.to_owned(),
        end: Some((HangupCause::Normal, HangupParty::Caller)),
        talked_ms: Some(lines.len() as u64 * 4_000),
        // A Saturday.
        day: date(2026, 11, 21),
        name: None,
        lines,
        tools: Vec::new(),
        remembered: Map::new(),
        transferred: false,
        voicemails: 0,
        flow: None,
    }
}

/// A tool that was used; without a result it failed.
pub fn tool(name: &str, arguments: Value, result: Option<Value>) -> ToolReport {
    let result = result.ok_or(ToolFailure::TimedOut);
    ToolReport { at_ms: 1_000, name: name.to_owned(), arguments, result, took_ms: 20 }
}

//! What a text must look like.

use regex::RegexBuilder;
use serde_json::{Map, Value};

/// How much memory one pattern may take, bytes.
const PATTERN_SIZE: usize = 1 << 18;

/// Checks length, pattern and format. The error says what would be right.
pub(super) fn check(keywords: &Map<String, Value>, text: &str) -> Result<(), String> {
    let bound = |key: &str| keywords.get(key).and_then(Value::as_u64);
    let length = text.chars().count() as u64;
    if bound("minLength").is_some_and(|min| length < min) {
        return Err(if length == 0 { "is empty".to_owned() } else { "is too short".to_owned() });
    }
    if let Some(max) = bound("maxLength").filter(|max| length > *max) {
        return Err(format!("is too long: at most {max} characters"));
    }
    if let Some(pattern) = keywords.get("pattern").and_then(Value::as_str) {
        // One that this engine cannot read (JSON Schema's patterns are ECMA-262's) is the tool's to check.
        let read = RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build();
        if read.is_ok_and(|pattern| !pattern.is_match(text)) {
            return Err(format!("does not look like `{pattern}`"));
        }
    }
    let (fits, example) = match keywords.get("format").and_then(Value::as_str) {
        Some("date") => (is_date(text), "a date such as 2026-03-05"),
        Some("time") => (is_time(text), "a time such as 14:30"),
        Some("date-time") => (is_date_time(text), "a date and time such as 2026-03-05T14:30"),
        Some("email") => (is_email(text), "an address such as anna@example.com"),
        _ => (true, ""),
    };
    if fits { Ok(()) } else { Err(format!("must be {example}")) }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// With or without seconds, with or without an offset.
fn is_time(text: &str) -> bool {
    let plain = text.strip_suffix('Z').unwrap_or(text);
    let plain = plain.split_once('+').map_or(plain, |(time, _)| time);
    plain.contains(':') && plain.parse::<jiff::civil::Time>().is_ok()
}

/// RFC 3339, or local without an offset.
fn is_date_time(text: &str) -> bool {
    let local = || text.parse::<jiff::civil::DateTime>().is_ok();
    text.len() > 10 && (text.parse::<jiff::Timestamp>().is_ok() || local())
}

fn is_email(text: &str) -> bool {
    let whole = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    whole && text.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

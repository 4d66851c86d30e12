//! What the caller typed is never given back: neither to a model nor into the books.

use std::collections::BTreeMap;

use call_model::ToolFailure;
use serde_json::Value;

/// What stands in its place.
const MASK: &str = "[typed]";
/// Shorter digits are too common to be looked for.
const MIN_DIGITS: usize = 3;

/// Takes what was typed out of a result: as one run of digits, also with blanks or hyphens between them.
pub(crate) fn mask(keys: &BTreeMap<String, String>, result: Result<Value, ToolFailure>) -> Result<Value, ToolFailure> {
    let typed: Vec<&str> = keys.values().map(String::as_str).filter(|keys| keys.len() >= MIN_DIGITS).collect();
    if typed.is_empty() {
        return result;
    }
    match result {
        Ok(value) => Ok(masked(&typed, value)),
        Err(ToolFailure::Invalid { message }) => Err(ToolFailure::Invalid { message: text(&typed, &message) }),
        Err(ToolFailure::Refused { message }) => Err(ToolFailure::Refused { message: text(&typed, &message) }),
        Err(ToolFailure::Failed { message }) => Err(ToolFailure::Failed { message: text(&typed, &message) }),
        Err(ToolFailure::TimedOut) => Err(ToolFailure::TimedOut),
    }
}

fn masked(typed: &[&str], value: Value) -> Value {
    match value {
        Value::String(old) => Value::String(text(typed, &old)),
        Value::Number(number) if typed.contains(&number.to_string().as_str()) => Value::from(MASK),
        Value::Array(items) => items.into_iter().map(|item| masked(typed, item)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(key, value)| (text(typed, &key), masked(typed, value))).collect()
        }
        other => other,
    }
}

fn text(typed: &[&str], old: &str) -> String {
    let mut new = String::with_capacity(old.len());
    let mut rest = old;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        new.push_str(&rest[..start]);
        let run = run_length(&rest[start..]);
        let (run, after) = rest[start..].split_at(run);
        hide(typed, run, &mut new);
        rest = after;
    }
    new.push_str(rest);
    new
}

/// Writes a run of digits, with what was typed hidden in it: a card's number may stand beside its month and year.
fn hide(typed: &[&str], run: &str, new: &mut String) {
    let groups: Vec<&str> = run.split_inclusive([' ', '-']).collect();
    let digits = |group: &str| group.trim_end_matches([' ', '-']).len();
    // Each group has a digit: no more of them can make up what was typed.
    let most = typed.iter().map(|keys| keys.len()).max().unwrap_or_default();
    let mut at = 0;
    while at < groups.len() {
        let mut joined = String::new();
        let end = (at..groups.len()).take(most).find(|end| {
            joined.push_str(&groups[*end][..digits(groups[*end])]);
            typed.contains(&joined.as_str())
        });
        if let Some(end) = end {
            new.push_str(MASK);
            new.push_str(&groups[end][digits(groups[end])..]);
            at = end + 1;
        } else {
            new.push_str(groups[at]);
            at += 1;
        }
    }
}

/// Bytes of the digits at the beginning, with single blanks and hyphens between them.
fn run_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let joined = matches!(bytes[end], b' ' | b'-') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !bytes[end].is_ascii_digit() && !joined {
            break;
        }
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_typed_is_nowhere_in_a_result() {
        let keys = BTreeMap::from([("card".into(), "4111111111111111".into()), ("pin".into(), "1234".into())]);
        let result = json!({"echo": "card 4111 1111-1111 1111, ok", "pin": 1234, "order": "51234",
            "list": ["1234", 12345], "1234": true});
        let wanted = json!({"echo": "card [typed], ok", "pin": "[typed]", "order": "51234",
            "list": ["[typed]", 12345], "[typed]": true});
        assert_eq!(mask(&keys, Ok(result)), Ok(wanted));
        let beside = |text: &str| mask(&keys, Ok(json!(text)));
        assert_eq!(beside("4111 1111-11111111 12/27, try 1234 5"), Ok(json!("[typed] 12/27, try [typed] 5")));
        let failure = |message: &str| Err(ToolFailure::Failed { message: message.into() });
        assert_eq!(mask(&keys, failure("PIN 1234 is wrong")), failure("PIN [typed] is wrong"));
        assert_eq!(mask(&BTreeMap::new(), Ok(json!("1234"))), Ok(json!("1234")));
    }
}

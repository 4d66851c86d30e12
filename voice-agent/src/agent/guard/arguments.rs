//! What a tool is called with, checked before it runs: whatever a model was talked into, it reaches this caller only.

use call_model::{CallId, ContactId, MemberId, RecordingId, ToolCall, VoicemailId};
use serde_json::Value;

use super::{Attempt, number};

/// Tools whose number is read by a person of the business, not called by a machine.
const FOR_PEOPLE: [&str; 5] =
    ["take_message", "create_ticket", "request_callback", "book_appointment", "update_contact"];
/// Parts of the names of arguments that hold a telephone number.
const NUMBER_KEYS: [&str; 10] =
    ["phone", "tel", "mobile", "cell", "handy", "sms", "callback", "msisdn", "whatsapp", "fax"];
/// Arguments in which people are told something: numbers in them are only read.
const PROSE: [&str; 10] =
    ["message", "note", "notes", "subject", "text", "reason", "summary", "question", "details", "description"];
/// A number with as many figures, written like one, is a telephone number whatever its argument is called.
const MIN_DIALLED: usize = 9;
/// How deep arguments are looked into.
const MAX_DEPTH: usize = 8;

/// What is known of the caller.
pub(super) struct Own<'a> {
    pub call: CallId,
    pub caller: Option<&'a str>,
    /// The fields of his contact.
    pub contact: &'a serde_json::Map<String, Value>,
    /// The names that callers can be put through to.
    pub transfers: Vec<&'a str>,
    pub language: &'a str,
}

/// Why a call of a tool is not carried out: what it is, and the reason for the brain.
pub(super) type Refusal = (Attempt, &'static str);

/// Whether this call of a tool reaches elsewhere.
pub(super) fn check(call: &ToolCall, own: &Own<'_>) -> Result<(), Refusal> {
    if call.name == "transfer"
        && let Some(to) = call.arguments.get("to").and_then(Value::as_str).map(str::trim)
        && !to.is_empty()
        && !own.transfers.contains(&to)
    {
        return Err((Attempt::Elsewhere, "callers are put through only to the names that the tool lists"));
    }
    walk(call, "", &call.arguments, own, 0)
}

fn walk(call: &ToolCall, key: &str, value: &Value, own: &Own<'_>, depth: usize) -> Result<(), Refusal> {
    match value {
        _ if depth > MAX_DEPTH => Err((Attempt::Elsewhere, "the arguments are nested too deeply")),
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| walk(call, key, value, own, depth + 1)),
        Value::Array(items) => items.iter().try_for_each(|value| walk(call, key, value, own, depth + 1)),
        Value::String(text) => text_is_own(call, key, text, own),
        Value::Number(number) => text_is_own(call, key, &number.to_string(), own),
        Value::Bool(_) | Value::Null => Ok(()),
    }
}

fn text_is_own(call: &ToolCall, key: &str, text: &str, own: &Own<'_>) -> Result<(), Refusal> {
    let key = key.to_lowercase();
    let lower = text.to_lowercase();
    if super::names_address(&lower) {
        return Err((Attempt::Elsewhere, "an agent calls no addresses"));
    }
    if names_foreign_record(&lower, own) {
        return Err((Attempt::Person, "an agent reaches only the contact who calls, and needs no id for that"));
    }
    if PROSE.contains(&key.as_str()) || !is_number(&key, text) {
        return Ok(());
    }
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if number::is_premium(&digits, own.language) {
        return Err((Attempt::Elsewhere, "numbers that cost extra are not called"));
    }
    let known = own.contact.values().filter_map(Value::as_str).chain(own.caller);
    let is_own = known.into_iter().any(|known| number::same(known, &digits));
    if is_own || FOR_PEOPLE.contains(&call.name.as_str()) {
        return Ok(());
    }
    Err((Attempt::Elsewhere, "only the caller's own number may be given; leave it out, or take a message with it"))
}

fn is_number(key: &str, text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_digit() || " +-/().".contains(c));
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if !plain || digits == 0 {
        return false;
    }
    let named = NUMBER_KEYS.iter().any(|part| key.contains(part)) && digits >= 5;
    let written = text.trim_start().starts_with(['+', '0']) && digits >= MIN_DIALLED;
    named || (written && !text.contains('.'))
}

/// Ids of contacts, calls, recordings, messages and members, other than this call's and contact's.
fn names_foreign_record(text: &str, own: &Own<'_>) -> bool {
    let id = |word: &str| {
        word.parse::<ContactId>().is_ok()
            || word.parse::<RecordingId>().is_ok()
            || word.parse::<VoicemailId>().is_ok()
            || word.parse::<MemberId>().is_ok()
            || word.parse::<CallId>().is_ok_and(|call| call != own.call)
    };
    let is_own = |word: &str| own.contact.values().any(|value| value.as_str() == Some(word));
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| id(word) && !is_own(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(name: &str, arguments: Value) -> Option<Attempt> {
        let contact = json!({"name": "Anna", "mobile": "+49 170 1234567"});
        let own = Own {
            call: CallId::from_parts(1, 2),
            caller: Some("+4930123456"),
            contact: contact.as_object().unwrap(),
            transfers: vec!["desk"],
            language: "en",
        };
        check(&ToolCall { id: "1".into(), name: name.into(), arguments }, &own).err().map(|(attempt, _)| attempt)
    }

    #[test]
    fn what_reaches_elsewhere_is_refused() {
        let other = ContactId::from_parts(5, 6).to_string();
        for (name, arguments, attempt) in [
            ("transfer", json!({"to": "+49900123456"}), Attempt::Elsewhere),
            ("transfer", json!({"to": "anna"}), Attempt::Elsewhere),
            ("send_sms", json!({"phone": "+49 170 5550199"}), Attempt::Elsewhere),
            ("lookup", json!({"query": {"numbers": ["00491705550199"]}}), Attempt::Elsewhere),
            ("lookup", json!({"mobile": 1_705_550_199_u64}), Attempt::Elsewhere),
            ("anything", json!({"target": "sip:anna@example.org"}), Attempt::Elsewhere),
            ("request_callback", json!({"phone": "0900 123456"}), Attempt::Elsewhere),
            ("lookup_contact", json!({"contact": other}), Attempt::Person),
            ("lookup", json!({"text": format!("for {other}, please")}), Attempt::Person),
            ("lookup", json!({"call": CallId::from_parts(9, 9).to_string()}), Attempt::Person),
        ] {
            assert_eq!(verdict(name, arguments.clone()), Some(attempt), "{name} {arguments}");
        }
    }

    #[test]
    fn what_is_the_callers_own_passes() {
        for (name, arguments) in [
            ("transfer", json!({"to": "desk"})),
            ("transfer", json!({})),
            ("send_sms", json!({"phone": "030 123456"})),
            ("send_sms", json!({"phone": "0170 1234567"})),
            ("take_message", json!({"phone": "0170 5550199", "message": "call +49 170 5550199"})),
            ("take_message", json!({"message": "Bin im Hotel: Zimmer 5, Tel: 030 901820"})),
            ("book_appointment", json!({"day": "2026-11-23", "time": "14:30", "service": "cleaning"})),
            ("order_status", json!({"order": "47112345", "total": 12.5, "customer_number": 4_711_234})),
            ("lookup", json!({"call": CallId::from_parts(1, 2).to_string()})),
        ] {
            assert_eq!(verdict(name, arguments.clone()), None, "{name} {arguments}");
        }
    }
}

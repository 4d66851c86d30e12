//! Templates of a request and of its answer (minijinja).

use std::fmt::Write as _;
use std::sync::LazyLock;

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value as Json};

/// How much one template may do; an instruction costs 1.
const FUEL: u64 = 50_000;
/// The longest text that comes out, in bytes.
const MAX_OUTPUT: usize = 64 * 1024;

/// Texts as they are.
static PLAIN: LazyLock<Environment<'static>> = LazyLock::new(engine);

/// Addresses: what is filled in is one part of a path, or one value of a query, and cannot lead elsewhere.
static ADDRESS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = engine();
    engine.set_formatter(|out, _, value| {
        let text = written(value);
        if matches!(text.trim(), "." | "..") {
            return Err(Error::new(ErrorKind::InvalidOperation, "a value leads out of the address"));
        }
        out.write_str(&encoded(&text)).map_err(|_| Error::from(ErrorKind::WriteFailure))
    });
    engine
});

fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_fuel(Some(FUEL));
    engine.set_undefined_behavior(UndefinedBehavior::Chainable);
    engine.set_formatter(|out, _, value| {
        out.write_str(&written(value)).map_err(|_| Error::from(ErrorKind::WriteFailure))
    });
    engine
}

/// A value as other systems write it: nothing for what is not there, and `true`, not `True`.
fn written(value: &Value) -> String {
    if value.is_undefined() || value.is_none() {
        return String::new();
    }
    match bool::try_from(value.clone()) {
        Ok(flag) if value.kind() == ValueKind::Bool => flag.to_string(),
        _ => value.to_string(),
    }
}

/// A template cannot be filled in.
#[derive(Debug, thiserror::Error)]
#[error("a template cannot be filled in")]
pub(super) struct Unfilled(#[source] Option<Error>);

/// What is wrong with a text as a template.
pub(super) fn check(text: &str) -> Result<(), String> {
    let wrong = |error: Error| error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
    PLAIN.template_from_named_str("text", text).map(drop).map_err(wrong)
}

/// What is wrong with the texts in a value.
pub(super) fn check_all(value: &Json) -> Result<(), String> {
    match value {
        Json::String(text) => check(text),
        Json::Array(items) => items.iter().try_for_each(check_all),
        Json::Object(fields) => fields.values().try_for_each(check_all),
        _ => Ok(()),
    }
}

pub(super) fn plain(text: &str, scope: &Json) -> Result<String, Unfilled> {
    fill(&PLAIN, text, scope)
}

pub(super) fn address(text: &str, scope: &Json) -> Result<String, Unfilled> {
    fill(&ADDRESS, text, scope)
}

fn fill(engine: &Environment<'static>, text: &str, scope: &Json) -> Result<String, Unfilled> {
    let filled = engine.render_named_str("text", text, Value::from(Serde(scope)));
    let filled = filled.map_err(|error| Unfilled(Some(error)))?;
    if filled.len() > MAX_OUTPUT { Err(Unfilled(None)) } else { Ok(filled) }
}

/// A value with every text in it filled in. A text that is one expression and nothing else keeps its kind: a number
/// stays a number, and a list a list.
pub(super) fn json(value: &Json, scope: &Json) -> Result<Json, Unfilled> {
    match value {
        Json::String(text) => match expression(text) {
            Some(expression) => {
                let read = PLAIN.compile_expression(expression).map_err(|error| Unfilled(Some(error)))?;
                let value = read.eval(Value::from(Serde(scope))).map_err(|error| Unfilled(Some(error)))?;
                if value.is_undefined() {
                    return Ok(Json::Null);
                }
                serde_json::to_value(&value).map_err(|_| Unfilled(None))
            }
            None => plain(text, scope).map(Json::String),
        },
        Json::Array(items) => {
            items.iter().map(|item| json(item, scope)).collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Json::Object(fields) => {
            let filled = fields.iter().map(|(key, value)| Ok((key.clone(), json(value, scope)?)));
            filled.collect::<Result<Map<_, _>, Unfilled>>().map(Json::Object)
        }
        other => Ok(other.clone()),
    }
}

/// The expression of `{{ expression }}`.
fn expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let plain = !inner.contains("{{") && !inner.contains("}}") && !inner.starts_with('-') && !inner.ends_with('-');
    plain.then(|| inner.trim())
}

/// Percent-encoded but for the unreserved characters (RFC 3986 section 2.3).
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json as j;

    use super::*;

    #[test]
    fn what_a_caller_says_does_not_lead_elsewhere() {
        let url = |order: &str| {
            address("https://shop.test/orders/{{ args.order }}?x={{ args.order }}", &j!({"args": {"order": order}}))
        };
        assert_eq!(url("a b").unwrap(), "https://shop.test/orders/a%20b?x=a%20b");
        assert_eq!(
            url("../admin?y=1#z").unwrap(),
            "https://shop.test/orders/..%2Fadmin%3Fy%3D1%23z?x=..%2Fadmin%3Fy%3D1%23z"
        );
        assert_eq!(url("@evil.test/").unwrap(), "https://shop.test/orders/%40evil.test%2F?x=%40evil.test%2F");
        assert!(url("..").is_err());
        assert!(url(".").is_err());
        assert_eq!(address("https://a.test/{{ args.none }}", &j!({"args": {}})).unwrap(), "https://a.test/");
    }

    #[test]
    fn values_keep_their_kind() {
        let scope = j!({"args": {"count": 2, "tags": ["a"], "name": "Änne \"x\""}});
        let template = j!({"count": "{{ args.count }}", "tags": "{{args.tags}}", "text": "{{ args.count }} for {{ args.name }}",
            "none": "{{ args.nothing }}", "fixed": 7, "list": ["{{ args.name }}"]});
        let wanted = j!({"count": 2, "tags": ["a"], "text": "2 for Änne \"x\"", "none": null, "fixed": 7,
            "list": ["Änne \"x\""]});
        assert_eq!(json(&template, &scope).unwrap(), wanted);
        assert!(check("{{ args.x").is_err());
        assert!(json(&j!("{{ range(1000000) | list }}"), &scope).is_err());
    }
}

//! Texts with places to fill in: `{{ business.name }}`, `{{ contact.name }}`, `{{ call.language }}`.

use std::sync::LazyLock;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde_json::Value as Json;

/// How much one text may do; an instruction costs 1.
const FUEL: u64 = 50_000;
/// The longest text that comes out, in bytes.
const MAX_OUTPUT: usize = 64 * 1024;

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment
});

/// What is wrong with a template: its line within the text, from 0, and why.
pub(super) fn check(text: &str) -> Result<(), (usize, String)> {
    ENGINE.template_from_named_str("text", text).map(drop).map_err(|error| {
        let line = error.line().unwrap_or(1).saturating_sub(1);
        (line, error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned))
    })
}

/// Fills a text in. One that cannot be filled in is left empty.
pub(crate) fn fill(text: &str, scope: &Json) -> String {
    if !text.contains("{{") && !text.contains("{%") && !text.contains("{#") {
        return text.to_owned();
    }
    let filled = ENGINE.render_named_str("text", text, Value::from(Serde(scope))).unwrap_or_default();
    if filled.len() > MAX_OUTPUT { String::new() } else { filled }
}

//! The one environment that all templates of all flows run in.

use std::io;
use std::sync::LazyLock;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::filters;

/// How much one template may do; an instruction costs 1.
const FUEL: u64 = 50_000;
/// How deep macros and loops may nest.
const RECURSION: usize = 50;

/// Where the output of a template goes, which decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Text to be spoken: no value can bring marks in.
    Speech,
    /// An address: values are percent-encoded.
    Url,
    /// Anything else: values as they are.
    Plain,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::Url => "url",
            Self::Plain => "plain",
        }
    }
}

/// The source of a template that was inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    source: String,
    /// It holds no template mark and is its own output.
    literal: bool,
}

impl Template {
    pub fn new(source: &str) -> Self {
        Self { source: source.to_owned(), literal: !has_marks(source) }
    }

    pub fn is_literal(&self) -> bool {
        self.literal
    }

    pub fn source(&self) -> &str {
        &self.source
    }
}

/// Whether a text holds anything for the engine.
pub(super) fn has_marks(source: &str) -> bool {
    source.contains("{{") || source.contains("{%") || source.contains("{#")
}

/// A template could not be filled in.
#[derive(Debug, thiserror::Error)]
#[error("the template could not be filled in")]
pub(crate) struct TemplateError(#[from] Error);

impl TemplateError {
    /// What went wrong, in words that hold none of the values.
    pub fn reason(&self) -> String {
        self.0.kind().to_string()
    }
}

/// Fills a template in; the output is refused above `limit` bytes.
pub(crate) fn render(template: &Template, kind: Kind, scope: &Value, limit: usize) -> Result<String, TemplateError> {
    if template.literal {
        return Ok(template.source.clone());
    }
    let mut output = Limited { bytes: Vec::new(), limit };
    ENGINE.template_from_named_str(kind.name(), &template.source)?.render_captured_to(scope.clone(), &mut output)?;
    Ok(String::from_utf8_lossy(&output.bytes).into_owned())
}

/// Evaluates an expression.
fn evaluate(expression: &str, scope: &Value) -> Result<Value, TemplateError> {
    Ok(ENGINE.compile_expression(expression)?.eval(scope.clone())?)
}

/// Evaluates a condition.
pub(crate) fn is_true(expression: &str, scope: &Value) -> Result<bool, TemplateError> {
    evaluate(expression, scope).map(|value| value.is_true())
}

/// The value of a text in `set` and the like: one lone `{{ expression }}` keeps its type, anything else is text.
pub(crate) fn value_of(template: &Template, scope: &Value, limit: usize) -> Result<serde_json::Value, TemplateError> {
    if let Some(expression) = lone_expression(&template.source) {
        let value = evaluate(expression, scope)?;
        return Ok(serde_json::to_value(&value).unwrap_or_default());
    }
    render(template, Kind::Plain, scope, limit).map(serde_json::Value::from)
}

/// The expression of a text that is nothing but `{{ expression }}`.
fn lone_expression(source: &str) -> Option<&str> {
    let inner = source.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner);
    (!inner.contains("{{") && !inner.contains("}}")).then_some(inner)
}

pub(super) static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION);
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|name| match name {
        "speech" => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment.set_formatter(write_value);
    // What would let a value through unescaped, show the inside of the engine, or make much out of little.
    for name in ["safe", "escape", "e", "tojson", "pprint", "indent", "format"] {
        environment.remove_filter(name);
    }
    environment.remove_global("debug");
    filters::add(&mut environment);
    environment
}

/// Gives another environment what the spoken texts of flows have: the filters, and values that bring no marks in. The
/// language is that of `call.language`, the time zone that of `business.time_zone`.
pub fn speak_like_flows(environment: &mut Environment<'static>) {
    for name in ["safe", "escape", "e", "tojson", "pprint", "indent", "format"] {
        environment.remove_filter(name);
    }
    environment.set_formatter(|output, _, value| write_in("speech", output, value));
    filters::add(environment);
}

fn write_value(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    write_in(state.name(), output, value)
}

fn write_in(place: &str, output: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(());
    }
    let written = match (place, value.is_safe()) {
        ("speech", false) => output.write_str(&markup_escape(&value.to_string())),
        ("url", _) => output.write_str(&percent_encode(&value.to_string())),
        _ => write!(output, "{value}"),
    };
    written.map_err(|_| Error::new(ErrorKind::WriteFailure, "the output is too long"))
}

/// `<`, `>` and `&` as entities.
pub(super) fn markup_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// All but the unreserved characters of RFC 3986 section 2.3 percent-encoded.
pub(super) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    encoded
}

fn hex(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase()
}

/// A buffer that refuses to grow above its limit.
struct Limited {
    bytes: Vec<u8>,
    limit: usize,
}

impl io::Write for Limited {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + data.len() > self.limit {
            return Err(io::Error::other("the output is too long"));
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn speak(source: &str) -> String {
        let scope = context! {
            vars => context! { name => "<break time=\"9s\"/>&", code => "0042", n => 2 },
            call => context! { language => "de" },
        };
        render(&Template::new(source), Kind::Speech, &scope, 1_000).unwrap()
    }

    #[test]
    fn a_variable_cannot_bring_marks_in() {
        assert_eq!(speak("Hallo {{ vars.name }}"), "Hallo &lt;break time=\"9s\"/&gt;&amp;");
        assert_eq!(speak("{% autoescape false %}{{ vars.name }}{% endautoescape %}").matches('<').count(), 0);
        assert!(render(&Template::new("{{ 'x'|safe }}"), Kind::Speech, &Value::UNDEFINED, 10).is_err());
    }

    #[test]
    fn filters_yield_marks_that_stay() {
        assert_eq!(speak("{{ vars.code|digits }}"), "<say-as interpret-as=\"digits\">0042</say-as>");
    }

    #[test]
    fn what_is_missing_is_not_spoken_and_does_not_fail() {
        assert_eq!(speak("a{{ contact.name.first }}b"), "ab");
    }

    #[test]
    fn endless_and_huge_templates_are_stopped() {
        let endless =
            Template::new("{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}");
        assert!(render(&endless, Kind::Plain, &Value::UNDEFINED, 1 << 30).is_err());
        let huge = Template::new("{{ 'x' * 5000 }}");
        assert!(render(&huge, Kind::Plain, &Value::UNDEFINED, 4_999).is_err());
    }

    #[test]
    fn values_in_addresses_are_encoded() {
        let scope = context! { vars => context! { q => "a/b?c=d&e" } };
        let url = Template::new("https://example.com/{{ vars.q }}");
        assert_eq!(render(&url, Kind::Url, &scope, 100).unwrap(), "https://example.com/a%2Fb%3Fc%3Dd%26e");
    }

    #[test]
    fn a_lone_expression_keeps_its_type() {
        let scope = context! { vars => context! { n => 2 } };
        assert_eq!(value_of(&Template::new("{{ vars.n + 1 }}"), &scope, 100).unwrap(), 3);
        assert_eq!(value_of(&Template::new("n={{ vars.n }}"), &scope, 100).unwrap(), "n=2");
    }
}

//! Single values: durations, numbers, keys, names, targets, templates and conditions.

use std::time::Duration;

use super::{ENDS, Reader};
use crate::fault::{Place, clip};
use crate::flow::{Data, Target};
use crate::template::{self, Template, Trouble};
use crate::yaml::{Value, Yaml};

/// Every key that a phone can send.
pub(crate) const KEYS: &str = "0123456789*#ABCD";

impl Reader<'_> {
    /// A duration such as `500ms`, `5s`, `2m` or `1h`, up to `max`.
    pub fn duration(&mut self, yaml: Option<&Yaml>, default: Duration, max: Duration) -> Duration {
        let Some(yaml) = yaml else { return default };
        let text = yaml.scalar().unwrap_or_default();
        match parse_duration(&text) {
            Some(duration) if duration <= max => duration,
            Some(_) => {
                self.faults.error(yaml.place, format!("`{}` is too long: at most {}s", clip(&text), max.as_secs()));
                default
            }
            None => {
                let message = format!("a duration is needed, and here is `{}`", clip(&text));
                self.faults.error_with(yaml.place, message, "write it as `500ms`, `5s` or `2m`");
                default
            }
        }
    }

    /// A whole number within bounds.
    pub fn number(&mut self, yaml: Option<&Yaml>, default: u32, min: u32, max: u32) -> u32 {
        let Some(yaml) = yaml else { return default };
        let number = match &yaml.value {
            Value::Number(number, _) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            _ => None,
        };
        match number {
            Some(number) if (min..=max).contains(&number) => number,
            _ => {
                let found = yaml.scalar().map_or_else(|| yaml.kind().to_owned(), |text| format!("`{}`", clip(&text)));
                self.faults
                    .error(yaml.place, format!("a whole number from {min} to {max} is needed, and here is {found}"));
                default
            }
        }
    }

    /// `true` or `false`.
    pub fn flag(&mut self, yaml: Option<&Yaml>, default: bool) -> bool {
        match yaml.map(|yaml| (&yaml.value, yaml)) {
            None => default,
            Some((Value::Bool(flag), _)) => *flag,
            Some((_, yaml)) => {
                let message = format!("`true` or `false` is needed, and here is {}", yaml.kind());
                self.faults.error(yaml.place, message);
                default
            }
        }
    }

    /// One word of a few.
    pub fn word<T: Copy>(&mut self, yaml: &Yaml, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = yaml.scalar().unwrap_or_default();
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            self.faults.unknown(yaml.place, what, &text, words.iter().map(|(word, _)| *word));
        }
        found
    }

    /// Plain text on one or more lines.
    pub fn plain(&mut self, yaml: &Yaml, what: &str) -> Option<String> {
        let text = yaml.scalar();
        if text.is_none() {
            self.faults.error(yaml.place, format!("{what} is text, and here is {}", yaml.kind()));
        }
        text
    }

    /// One phone key.
    pub fn key(&mut self, text: &str, place: Place) -> Option<char> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(key), None) if KEYS.contains(key.to_ascii_uppercase()) => Some(key.to_ascii_uppercase()),
            _ => {
                let message = format!("`{}` is no key of a phone", clip(text));
                self.faults.error_with(place, message, "keys are 0 to 9, `\"*\"`, `\"#\"` and A to D, one at a time");
                None
            }
        }
    }

    /// A set of keys, such as `"#*"`; may be empty.
    pub fn keys(&mut self, yaml: Option<&Yaml>, default: &str) -> String {
        let Some(yaml) = yaml else { return default.to_owned() };
        let text = match &yaml.value {
            Value::Null => String::new(),
            _ => yaml.scalar().unwrap_or_default(),
        };
        text.chars().filter_map(|c| self.key(&c.to_string(), yaml.place)).collect()
    }

    /// The name of a variable that gets a value here.
    pub fn variable(&mut self, text: &str, place: Place) -> String {
        if is_identifier(text) {
            self.defined.insert(text.to_owned());
        } else {
            let message = format!("`{}` cannot be the name of a variable", clip(text));
            let bare = text.strip_prefix("vars.").filter(|bare| is_identifier(bare));
            let suggestion = match bare {
                Some(bare) => format!("write `{bare}`: texts then read it as `vars.{bare}`"),
                None => "use letters, digits and `_`, beginning with a letter".to_owned(),
            };
            self.faults.error_with(place, message, suggestion);
        }
        text.to_owned()
    }

    /// Where to go on.
    pub fn target(&mut self, yaml: &Yaml) -> Target {
        let Some(name) = self.plain(yaml, "the name of a node") else { return Target::Hangup };
        match name.as_str() {
            "hangup" => Target::Hangup,
            "return" => Target::Return,
            "again" => Target::Again,
            _ => {
                if let Some(index) = self.nodes.get(&name) {
                    return Target::Node(*index);
                }
                let known: Vec<&str> = self.nodes.keys().map(String::as_str).chain(ENDS).collect();
                self.faults.unknown(yaml.place, "the node", &name, known);
                Target::Hangup
            }
        }
    }

    /// A template that is not spoken.
    pub fn template(&mut self, yaml: &Yaml, what: &str) -> Template {
        let text = self.plain(yaml, what).unwrap_or_default();
        self.inspect(&text, yaml);
        Template::new(&text)
    }

    /// A condition or another expression, without braces.
    pub fn expression(&mut self, yaml: &Yaml) -> String {
        let text = yaml.scalar().unwrap_or_default();
        if text.contains("{{") || text.contains("{%") {
            let message = "a condition is written without braces";
            self.faults.error_with(yaml.place, message, "write `vars.age > 17`, not `{{ vars.age > 17 }}`");
        } else if text.trim().is_empty() {
            self.faults.error(yaml.place, format!("a condition is needed, and here is {}", yaml.kind()));
        } else {
            let found = template::inspect_expression(&text).map(|found| found.variables);
            self.note(found, yaml);
        }
        text
    }

    /// Looks into a template: faults for what does not compile, a note of each variable.
    pub fn inspect(&mut self, source: &str, yaml: &Yaml) {
        let found = template::inspect_template(source).map(|found| found.variables);
        self.note(found, yaml);
    }

    fn note(&mut self, found: Result<std::collections::BTreeSet<String>, Trouble>, yaml: &Yaml) {
        match found {
            Ok(variables) => {
                let extra = self.extra;
                let here = variables.into_iter().filter(|path| Some(path.split('.').next().unwrap_or("")) != extra);
                self.uses.extend(here.map(|path| (path, yaml.place)));
            }
            Err(Trouble::Syntax { line, message }) => {
                self.faults.error(line_of(yaml, line), format!("the template does not compile: {}", clip(&message)));
            }
            Err(Trouble::UnknownFilter { line, name }) => {
                self.faults.unknown(line_of(yaml, line), "the filter", &name, template::filters());
            }
        }
    }

    /// Any value; texts in it are templates.
    pub fn data(&mut self, yaml: &Yaml) -> Data {
        match &yaml.value {
            Value::Text(text) => {
                self.inspect(text, yaml);
                Data::Template(Template::new(text))
            }
            Value::List(items) => Data::List(items.iter().map(|item| self.data(item)).collect()),
            Value::Map(entries) => {
                Data::Map(entries.iter().map(|entry| (entry.key.clone(), self.data(&entry.value))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(..) => Data::Plain(yaml.to_json()),
        }
    }
}

/// The place of a line within a text.
fn line_of(yaml: &Yaml, line: usize) -> Place {
    match line.saturating_sub(1) {
        0 => yaml.place,
        below => Place { line: yaml.place.line + below, column: 1 },
    }
}

fn is_identifier(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn parse_duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, f64); 4] = [("ms", 1.0), ("s", 1_000.0), ("m", 60_000.0), ("h", 3_600_000.0)];
    let (unit, ms) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let amount = text.strip_suffix(unit)?.trim();
    let amount: f64 = amount.parse().ok().filter(|_| amount.starts_with(|c: char| c.is_ascii_digit()))?;
    (amount <= 1e6).then(|| Duration::from_millis((amount * ms) as u64))
}

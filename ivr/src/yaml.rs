//! YAML as a tree that knows where each value stands in the file.
//!
//! Only what flow files need: one document, no anchors and aliases (so a small file cannot grow into a large one), no
//! custom tags. Plain scalars become null, booleans and numbers by the YAML 1.2 core schema.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::fault::{Faults, Place, clip};
use crate::limits::ParseLimits;

/// One value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Yaml {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A plain scalar that reads as a number, with its text.
    Number(serde_json::Number, String),
    /// Text. One written as a `|` or `>` block has the place of its first line.
    Text(String),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in the order of the file; no key stands in it twice.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as text.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// Its value.
    pub value: Yaml,
}

impl Yaml {
    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a yes/no value",
            Value::Number(..) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The text of a scalar as it was written, numbers and booleans included.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(_, text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The same value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number, _) => number.clone().into(),
            Value::Text(text) => text.clone().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect(),
        }
    }
}

/// Reads the one document of a file. Faults are added to `faults`; `None` when nothing could be read.
pub fn read(source: &str, limits: &ParseLimits, faults: &mut Faults) -> Option<Yaml> {
    let start = Place { line: 1, column: 1 };
    if source.len() > limits.max_bytes {
        let message = format!("the file has {} bytes; at most {} are read", source.len(), limits.max_bytes);
        faults.error(start, message);
        return None;
    }
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: limits.max_depth,
        block_nesting_limit: limits.max_depth,
    };
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(source, options) {
        match next {
            Ok((event, span)) => {
                if let Err((place, message)) = builder.take(event, span, limits) {
                    faults.error(place, message);
                    return None;
                }
            }
            Err(error) => {
                let marker = error.marker();
                let place = Place { line: marker.line().max(1), column: marker.col() + 1 };
                faults.error(place, format!("this is not valid YAML: {}", clip(&error.info())));
                return None;
            }
        }
    }
    if builder.root.is_none() {
        faults.error_with(start, "the file is empty", "begin with `nodes:`");
    }
    builder.root
}

/// An open list or mapping, with the key that waits for its value.
struct Open {
    yaml: Yaml,
    key: Option<(String, Place)>,
    /// The keys so far, with their lines.
    seen: HashMap<String, usize>,
}

#[derive(Default)]
struct Builder {
    root: Option<Yaml>,
    stack: Vec<Open>,
    values: usize,
}

type Refusal = (Place, String);

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span, limits: &ParseLimits) -> Result<(), Refusal> {
        let place = Place { line: span.start.line().max(1), column: span.start.col() + 1 };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.admit(place, anchor, tag.is_some(), limits)?;
                if text.len() > limits.max_text {
                    return Err((place, format!("a text of {} bytes; at most {} fit", text.len(), limits.max_text)));
                }
                self.put(Yaml { place, value: scalar(&text, style) })
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.open(place, anchor, tag.is_some(), Value::List(Vec::new()), limits)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.open(place, anchor, tag.is_some(), Value::Map(Vec::new()), limits)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(open) => self.put(open.yaml),
                None => Ok(()),
            },
            Event::Alias(_) | Event::UnresolvedAlias(_) | Event::Anchor(..) => Err((
                place,
                "anchors and aliases (`&name`, `*name`) are not read here; a lone `*` key needs quotes".into(),
            )),
            Event::DocumentStart(..) if self.root.is_some() => {
                Err((place, "one file holds one document; a second one begins here".into()))
            }
            _ => Ok(()),
        }
    }

    fn admit(&mut self, place: Place, anchor: usize, tagged: bool, limits: &ParseLimits) -> Result<(), Refusal> {
        self.values += 1;
        if anchor != 0 {
            return Err((place, "anchors (`&name`) are not read here".into()));
        }
        if tagged {
            return Err((place, "tags (`!name`) are not read here".into()));
        }
        if self.values > limits.max_values {
            return Err((place, format!("more than {} values in one file", limits.max_values)));
        }
        Ok(())
    }

    fn open(
        &mut self,
        place: Place,
        anchor: usize,
        tagged: bool,
        value: Value,
        limits: &ParseLimits,
    ) -> Result<(), Refusal> {
        self.admit(place, anchor, tagged, limits)?;
        if self.stack.len() >= limits.max_depth {
            return Err((place, format!("nested more than {} deep", limits.max_depth)));
        }
        self.stack.push(Open { yaml: Yaml { place, value }, key: None, seen: HashMap::new() });
        Ok(())
    }

    fn put(&mut self, yaml: Yaml) -> Result<(), Refusal> {
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(yaml);
            return Ok(());
        };
        match &mut open.yaml.value {
            Value::List(items) => items.push(yaml),
            Value::Map(entries) => {
                if let Some((key, key_place)) = open.key.take() {
                    entries.push(Entry { key, key_place, value: yaml });
                } else {
                    let Some(key) = yaml.scalar() else {
                        return Err((yaml.place, "a key must be a word or a number".into()));
                    };
                    if let Some(line) = open.seen.insert(key.clone(), yaml.place.line) {
                        let message = format!("`{}` is already given in line {line}", clip(&key));
                        return Err((yaml.place, message));
                    }
                    open.key = Some((key, yaml.place));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match number(text) {
            Some(number) => Value::Number(number, text.to_owned()),
            None => Value::Text(text.to_owned()),
        },
    }
}

fn number(text: &str) -> Option<serde_json::Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    match unsigned.parse::<i64>() {
        Ok(integer) => Some(integer.into()),
        Err(_) => unsigned.parse::<f64>().ok().and_then(serde_json::Number::from_f64),
    }
}

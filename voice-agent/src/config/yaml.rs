//! YAML as a tree that knows where each value stands in the file.
//!
//! One document, no anchors and aliases (so a small file cannot grow into a large one), no tags. Plain scalars become
//! null, booleans and numbers by the YAML 1.2 core schema.

use granit_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::Value as Json;

use super::fault::{Faults, Place, clip};

/// The longest file, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// The most values in a file.
const MAX_VALUES: usize = 20_000;
/// The deepest nesting.
const MAX_DEPTH: usize = 32;

/// One value with its place.
#[derive(Debug, Clone)]
pub struct Yaml {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Value {
    /// Null, a boolean, a number or text, with the text as it was written.
    Scalar(Json, String),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// Its value.
    pub value: Yaml,
}

impl Yaml {
    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(Json::Null, _) => "nothing",
            Value::Scalar(Json::Bool(_), _) => "a yes/no value",
            Value::Scalar(Json::Number(_), _) => "a number",
            Value::Scalar(..) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Whether nothing is there.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(Json::Null, _))
    }

    /// The text of a scalar as it was written; `None` for nothing, a list or a mapping.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(json, text) if !json.is_null() => Some(text),
            _ => None,
        }
    }
}

/// Reads the one document of a file. Faults are added to `faults`; `None` when nothing could be read.
pub fn read(source: &str, faults: &mut Faults) -> Option<Yaml> {
    let start = Place { line: 1, column: 1 };
    if source.len() > MAX_BYTES {
        faults.error(start, format!("the file has {} bytes; at most {MAX_BYTES} are read", source.len()));
        return None;
    }
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(source, options) {
        let taken = match next {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => {
                let marker = error.marker();
                let place = Place { line: marker.line().max(1), column: marker.col() + 1 };
                Err((place, format!("this is not valid YAML: {}", clip(&error.info()))))
            }
        };
        if let Err((place, message)) = taken {
            faults.error(place, message);
            return None;
        }
    }
    if builder.root.is_none() {
        faults.error(start, "the file is empty");
    }
    builder.root
}

type Refusal = (Place, String);

/// Open lists and mappings, each mapping with the key that waits for its value.
#[derive(Default)]
struct Builder {
    root: Option<Yaml>,
    open: Vec<(Yaml, Option<(String, Place)>)>,
    values: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refusal> {
        let place = Place { line: span.start.line().max(1), column: span.start.col() + 1 };
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err((place, format!("more than {MAX_VALUES} values in one file")));
        }
        let unread = "anchors, aliases and tags (`&name`, `*name`, `!name`) are not read here";
        match event {
            Event::Scalar(_, _, anchor, ref tag)
            | Event::SequenceStart(_, anchor, ref tag)
            | Event::MappingStart(_, anchor, ref tag)
                if anchor != 0 || tag.is_some() =>
            {
                Err((place, unread.into()))
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) | Event::Anchor(..) => Err((place, unread.into())),
            Event::Scalar(text, style, ..) => {
                let value = Value::Scalar(scalar(&text, style), text.into_owned());
                self.put(Yaml { place, value })
            }
            Event::SequenceStart(..) => {
                self.open.push((Yaml { place, value: Value::List(Vec::new()) }, None));
                Ok(())
            }
            Event::MappingStart(..) => {
                self.open.push((Yaml { place, value: Value::Map(Vec::new()) }, None));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some((yaml, _)) => self.put(yaml),
                None => Ok(()),
            },
            Event::DocumentStart(..) if self.root.is_some() => {
                Err((place, "one file holds one document; a second one begins here".into()))
            }
            _ => Ok(()),
        }
    }

    fn put(&mut self, yaml: Yaml) -> Result<(), Refusal> {
        let Some((parent, key)) = self.open.last_mut() else {
            self.root = Some(yaml);
            return Ok(());
        };
        match &mut parent.value {
            Value::List(items) => items.push(yaml),
            Value::Map(entries) => {
                if let Some((key, place)) = key.take() {
                    entries.push(Entry { key, place, value: yaml });
                } else {
                    let Value::Scalar(_, text) = yaml.value else {
                        return Err((yaml.place, "a key must be a word or a number".into()));
                    };
                    if let Some(first) = entries.iter().find(|entry| entry.key == text) {
                        let message = format!("`{}` is already given in line {}", clip(&text), first.place.line);
                        return Err((yaml.place, message));
                    }
                    *key = Some((text, yaml.place));
                }
            }
            Value::Scalar(..) => {}
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Json {
    if style != ScalarStyle::Plain {
        return Json::from(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => text.parse::<i64>().map_or_else(|_| Json::from(text), Json::from),
    }
}

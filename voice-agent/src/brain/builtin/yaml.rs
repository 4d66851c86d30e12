//! YAML as JSON values. One document, no anchors, aliases or tags, so a small file cannot grow into a large one.

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// The deepest nesting.
const MAX_DEPTH: usize = 12;

/// Where and why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub what: String,
}

/// Reads a file. Plain scalars stay text, but for null, true and false.
pub fn read(source: &str) -> Result<Value, YamlError> {
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(source, options) {
        let (event, span) = next.map_err(|error| YamlError { line: error.marker().line(), what: error.info() })?;
        builder.take(event).map_err(|what| YamlError { line: span.start.line(), what })?;
    }
    Ok(builder.root.unwrap_or_default())
}

#[derive(Default)]
struct Builder {
    root: Option<Value>,
    open: Vec<(Value, Option<String>)>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        let plain = |anchor: usize, tagged: bool| {
            if anchor == 0 && !tagged { Ok(()) } else { Err("anchors and tags are not read here".to_owned()) }
        };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                plain(anchor, tag.is_some())?;
                self.put(scalar(&text, style))
            }
            Event::SequenceStart(_, anchor, tag) => {
                plain(anchor, tag.is_some())?;
                self.open.push((Value::Array(Vec::new()), None));
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                plain(anchor, tag.is_some())?;
                self.open.push((Value::Object(Map::new()), None));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some((value, _)) => self.put(value),
                None => Ok(()),
            },
            Event::Alias(_) | Event::UnresolvedAlias(_) | Event::Anchor(..) => {
                Err("anchors and aliases are not read here".to_owned())
            }
            Event::DocumentStart(..) if self.root.is_some() => Err("one file holds one document".to_owned()),
            _ => Ok(()),
        }
    }

    fn put(&mut self, value: Value) -> Result<(), String> {
        let Some((open, key)) = self.open.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match (open, key.take()) {
            (Value::Array(items), _) => items.push(value),
            (Value::Object(entries), Some(name)) => {
                if entries.contains_key(&name) {
                    return Err(format!("`{name}` is given twice"));
                }
                entries.insert(name, value);
            }
            (Value::Object(_), None) => match value {
                Value::String(name) => *key = Some(name),
                Value::Bool(word) => *key = Some(word.to_string()),
                _ => return Err("a key must be a word".to_owned()),
            },
            _ => {}
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match text {
        "" | "~" | "null" if style == ScalarStyle::Plain => Value::Null,
        "true" if style == ScalarStyle::Plain => Value::Bool(true),
        "false" if style == ScalarStyle::Plain => Value::Bool(false),
        _ => Value::String(text.to_owned()),
    }
}

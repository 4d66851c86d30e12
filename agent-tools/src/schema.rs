//! Arguments checked against a tool's JSON Schema, with words that a model can act on.
//!
//! The part of JSON Schema (draft 2020-12) that tools are written in: `type`, `properties`, `required`,
//! `additionalProperties`, `enum`, `const`, bounds of numbers, texts and lists, `pattern`, `format` (`date`, `time`,
//! `date-time`, `email`), `items`, `anyOf`, `oneOf`, `allOf` and local `$ref`. What else stands in a schema is not
//! checked: the tool has the last word.

mod text;

use serde_json::{Map, Value};

/// Faults that are told at a time.
const MAX_FAULTS: usize = 5;
/// How deep a schema may go, so that one that names itself has an end.
const MAX_DEPTH: usize = 32;
/// How many schemas one check may look into, so that one that names itself twice has an end too.
const MAX_STEPS: u32 = 10_000;

/// Checks arguments. Optional ones that are null are taken out: models write them so. The error says what is wrong and
/// what would be right.
pub(crate) fn check(schema: &Value, arguments: &mut Value) -> Result<(), String> {
    if let Some(fields) = arguments.as_object_mut() {
        let required = names(schema, "required");
        fields.retain(|name, value| !value.is_null() || required.contains(&name.as_str()));
    }
    let mut checker = Checker { root: schema, faults: Vec::new(), steps: MAX_STEPS };
    checker.value(schema, arguments, "", 0);
    let faults = checker.faults;
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

fn names<'s>(schema: &'s Value, key: &str) -> Vec<&'s str> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

struct Checker<'s> {
    root: &'s Value,
    faults: Vec<String>,
    /// How many schemas may still be looked into.
    steps: u32,
}

impl<'s> Checker<'s> {
    fn fault(&mut self, path: &str, what: &str) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(if path.is_empty() { what.to_owned() } else { format!("`{path}` {what}") });
        }
    }

    fn value(&mut self, schema: &'s Value, value: &Value, path: &str, depth: usize) {
        if depth > MAX_DEPTH || self.steps == 0 {
            return;
        }
        self.steps -= 1;
        if schema == &Value::Bool(false) {
            self.fault(path, "is not allowed here");
        }
        let Some(keywords) = schema.as_object() else { return };
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str).and_then(|name| self.resolve(name)) {
            self.value(target, value, path, depth + 1);
        }
        if let Some(wanted) = keywords.get("type")
            && !has_type(wanted, value)
        {
            return self.fault(path, &format!("must be {}, and is {}", type_names(wanted), type_of(value)));
        }
        self.choices(keywords, value, path);
        self.combinations(keywords, value, path, depth);
        match value {
            Value::Object(fields) => self.object(keywords, fields, path, depth),
            Value::Array(items) => self.list(keywords, items, path, depth),
            Value::String(text) => {
                if let Err(what) = text::check(keywords, text) {
                    self.fault(path, &what);
                }
            }
            Value::Number(_) => self.number(keywords, value, path),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// A schema of the same document, such as `#/$defs/address`.
    fn resolve(&self, name: &str) -> Option<&'s Value> {
        self.root.pointer(name.strip_prefix('#')?)
    }

    fn choices(&mut self, keywords: &Map<String, Value>, value: &Value, path: &str) {
        if let Some(choices) = keywords.get("enum").and_then(Value::as_array)
            && !choices.contains(value)
        {
            let listed: Vec<String> = choices.iter().take(50).map(plain).collect();
            self.fault(path, &format!("must be one of: {}", listed.join(", ")));
        }
        if let Some(only) = keywords.get("const").filter(|only| *only != value) {
            self.fault(path, &format!("must be {}", plain(only)));
        }
    }

    fn combinations(&mut self, keywords: &'s Map<String, Value>, value: &Value, path: &str, depth: usize) {
        let list = |key: &str| keywords.get(key).and_then(Value::as_array);
        for all in list("allOf").into_iter().flatten() {
            self.value(all, value, path, depth + 1);
        }
        for some in [list("anyOf"), list("oneOf")].into_iter().flatten() {
            let mut closest: Option<(usize, Vec<String>)> = None;
            for schema in some {
                let mut inner = Checker { root: self.root, faults: Vec::new(), steps: self.steps };
                inner.value(schema, value, path, depth + 1);
                self.steps = inner.steps;
                let other_type = schema.get("type").is_some_and(|wanted| !has_type(wanted, value));
                let distance = if other_type { MAX_FAULTS + 1 } else { inner.faults.len() };
                if closest.as_ref().is_none_or(|(before, _)| distance < *before) {
                    closest = Some((distance, inner.faults));
                }
            }
            // What is told is what is wrong by the form that comes nearest.
            for fault in closest.map(|(_, faults)| faults).unwrap_or_default() {
                self.fault("", &fault);
            }
        }
    }

    fn object(&mut self, keywords: &'s Map<String, Value>, fields: &Map<String, Value>, path: &str, depth: usize) {
        for name in keywords.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                self.fault(&below(path, name), "is missing");
            }
        }
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, value) in fields {
            match (properties.and_then(|known| known.get(name)), keywords.get("additionalProperties")) {
                (None, Some(Value::Bool(false))) => {
                    let known: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                    self.fault(&below(path, name), &format!("is unknown; known are: {}", known.join(", ")));
                }
                (Some(schema), _) | (None, Some(schema)) => self.value(schema, value, &below(path, name), depth + 1),
                (None, None) => {}
            }
        }
    }

    fn list(&mut self, keywords: &'s Map<String, Value>, items: &[Value], path: &str, depth: usize) {
        let bound = |key: &str| keywords.get(key).and_then(Value::as_u64);
        if let Some(min) = bound("minItems").filter(|min| (items.len() as u64) < *min) {
            self.fault(path, &format!("needs at least {min} entries"));
        }
        if let Some(max) = bound("maxItems").filter(|max| items.len() as u64 > *max) {
            self.fault(path, &format!("may have at most {max} entries"));
        }
        if let Some(schema) = keywords.get("items") {
            for (at, item) in items.iter().enumerate() {
                self.value(schema, item, &format!("{path}[{at}]"), depth + 1);
            }
        }
    }

    fn number(&mut self, keywords: &Map<String, Value>, value: &Value, path: &str) {
        let Some(number) = value.as_f64() else { return };
        let mut bound = |key: &str, fits: fn(f64, f64) -> bool, words: &str| {
            if let Some(limit) = keywords.get(key).and_then(Value::as_f64).filter(|limit| !fits(number, *limit)) {
                self.fault(path, &format!("must be {words} {limit}"));
            }
        };
        bound("minimum", |number, limit| number >= limit, "at least");
        bound("maximum", |number, limit| number <= limit, "at most");
        bound("exclusiveMinimum", |number, limit| number > limit, "more than");
        bound("exclusiveMaximum", |number, limit| number < limit, "less than");
        bound("multipleOf", |number, step| step == 0.0 || (number / step).fract().abs() < 1e-9, "a multiple of");
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    let fits = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("number") => value.is_number(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => true,
    };
    match wanted {
        Value::Array(names) => names.iter().any(fits),
        name => fits(name),
    }
}

fn type_names(wanted: &Value) -> String {
    let name = |name: &Value| match name.as_str().unwrap_or_default() {
        "object" => "an object".to_owned(),
        "array" => "a list".to_owned(),
        "string" => "a text".to_owned(),
        "number" => "a number".to_owned(),
        "integer" => "a whole number".to_owned(),
        "boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    };
    match wanted {
        Value::Array(names) => names.iter().map(name).collect::<Vec<_>>().join(" or "),
        one => name(one),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;

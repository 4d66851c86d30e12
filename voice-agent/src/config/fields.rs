//! A mapping whose keys are taken one by one, what is left over is unknown; and the single values in it.

use std::time::Duration;

use serde_json::Value as Json;

use super::yaml::{Entry, Value, Yaml};
use super::{Faults, Place, clip};

/// A mapping being read.
pub struct Fields<'y> {
    /// What it is, for messages: "an agent".
    what: &'static str,
    /// Where it stands.
    pub place: Place,
    entries: &'y [Entry],
    known: Vec<&'static str>,
}

impl<'y> Fields<'y> {
    /// Opens a mapping; nothing is an empty one, another kind of value is a fault.
    pub fn open(yaml: &'y Yaml, what: &'static str, faults: &mut Faults) -> Option<Self> {
        let entries = entries(yaml, what, faults)?;
        Some(Self { what, place: yaml.place, entries, known: Vec::new() })
    }

    /// The value of that key.
    pub fn take(&mut self, key: &'static str) -> Option<&'y Yaml> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, key: &'static str, faults: &mut Faults) -> Option<&'y Yaml> {
        let value = self.take(key);
        if value.is_none() {
            faults.error_with(self.place, format!("{} needs `{key}`", self.what), format!("add `{key}:`"));
        }
        value
    }

    /// Every key that was not taken is a fault.
    pub fn close(self, faults: &mut Faults) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let what = format!("in {}, the key", self.what);
            faults.unknown(entry.place, &what, &entry.key, self.known.iter().copied());
        }
    }
}

/// The entries of a mapping; none for nothing.
pub fn entries<'y>(yaml: &'y Yaml, what: &str, faults: &mut Faults) -> Option<&'y [Entry]> {
    match &yaml.value {
        Value::Map(entries) => Some(entries),
        _ if yaml.is_null() => Some(&[]),
        _ => {
            let message = format!("{what} is written as a mapping (`key: value` lines), and here is {}", yaml.kind());
            faults.error(yaml.place, message);
            None
        }
    }
}

/// A list of texts; one alone may stand without brackets.
pub fn texts(yaml: &Yaml, what: &str, faults: &mut Faults) -> Vec<(String, Place)> {
    let items = match &yaml.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(yaml),
    };
    items.iter().filter_map(|item| text(item, what, faults).map(|text| (text, item.place))).collect()
}

/// Plain text on one or more lines.
pub fn text(yaml: &Yaml, what: &str, faults: &mut Faults) -> Option<String> {
    match yaml.scalar().map(str::trim) {
        Some(text) if !text.is_empty() => Some(text.to_owned()),
        _ => {
            faults.error(yaml.place, format!("{what} is text, and here is {}", yaml.kind()));
            None
        }
    }
}

/// One word of a few.
pub fn word<T: Copy>(yaml: &Yaml, what: &str, words: &[(&str, T)], faults: &mut Faults) -> Option<T> {
    let text = yaml.scalar().unwrap_or_default();
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        faults.unknown(yaml.place, what, text, words.iter().map(|(word, _)| *word));
    }
    found
}

/// `true` or `false`.
pub fn flag(yaml: &Yaml, faults: &mut Faults) -> Option<bool> {
    if let Value::Scalar(Json::Bool(flag), _) = &yaml.value {
        return Some(*flag);
    }
    faults.error(yaml.place, format!("`true` or `false` is needed, and here is {}", yaml.kind()));
    None
}

/// A duration such as `500ms`, `5s`, `2m` or `1h`, within bounds.
pub fn duration(yaml: &Yaml, min: Duration, max: Duration, faults: &mut Faults) -> Option<Duration> {
    let text = yaml.scalar().unwrap_or_default();
    let Some(duration) = parse_duration(text) else {
        let message = format!("a duration is needed, and here is `{}`", clip(text));
        faults.error_with(yaml.place, message, "write it as `500ms`, `5s` or `2m`");
        return None;
    };
    if (min..=max).contains(&duration) {
        return Some(duration);
    }
    faults
        .error(yaml.place, format!("`{text}` does not lie between {}s and {}s", min.as_secs_f32(), max.as_secs_f32()));
    None
}

fn parse_duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..unit].parse().ok()?;
    let scale = match &text[unit..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(scale).map(Duration::from_millis)
}

/// An amount of money from 0.000001 to 1,000,000, in millionths.
pub fn money(yaml: &Yaml, faults: &mut Faults) -> Option<u64> {
    let amount = yaml.scalar().and_then(|text| text.trim().parse::<f64>().ok());
    if let Some(amount) = amount.filter(|amount| (0.000_001..=1_000_000.0).contains(amount)) {
        return Some((amount * 1e6).round() as u64);
    }
    let found = yaml.scalar().map_or_else(|| yaml.kind().to_owned(), |text| format!("`{}`", clip(text)));
    let message = format!("an amount of money is needed, and here is {found}");
    faults.error_with(yaml.place, message, "write it as `0.25`, in the currency of the brains' prices");
    None
}

/// A whole number within bounds.
pub fn number(yaml: &Yaml, min: u64, max: u64, faults: &mut Faults) -> Option<u64> {
    let number = match &yaml.value {
        Value::Scalar(Json::Number(number), _) => number.as_u64(),
        _ => None,
    };
    if let Some(number) = number.filter(|number| (min..=max).contains(number)) {
        return Some(number);
    }
    let found = yaml.scalar().map_or_else(|| yaml.kind().to_owned(), |text| format!("`{}`", clip(text)));
    faults.error(yaml.place, format!("a whole number from {min} to {max} is needed, and here is {found}"));
    None
}

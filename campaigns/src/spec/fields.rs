//! A mapping whose keys are taken one by one, and single values; a fault never stops the reading of what follows.

use std::collections::BTreeSet;
use std::time::Duration;

use ivr::document::{Entry, Faults, Place, Value, Yaml, clip};

use super::SpecLimits;
use crate::phone::Phone;

/// What is known while a campaign is read.
pub(super) struct Reader<'a> {
    pub faults: &'a mut Faults,
    pub limits: &'a SpecLimits,
    /// The fields that contacts can have, where the file says which.
    pub columns: Option<BTreeSet<String>>,
}

/// A mapping being read.
pub(super) struct Fields<'y> {
    /// What it is, for messages: "the pace".
    what: &'static str,
    pub place: Place,
    entries: &'y [Entry],
    known: Vec<&'static str>,
}

impl<'y> Fields<'y> {
    /// Opens a mapping; another kind of value is a fault.
    pub fn open(yaml: &'y Yaml, what: &'static str, reader: &mut Reader<'_>) -> Option<Self> {
        let entries = reader.entries(yaml, what)?;
        Some(Self { what, place: yaml.place, entries, known: Vec::new() })
    }

    /// The value of that key.
    pub fn take(&mut self, key: &'static str) -> Option<&'y Yaml> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, key: &'static str, reader: &mut Reader<'_>) -> Option<&'y Yaml> {
        let value = self.take(key);
        if value.is_none() {
            reader.faults.error_with(self.place, format!("{} needs `{key}`", self.what), format!("add `{key}:`"));
        }
        value
    }

    /// The one of these keys that is there; two of them are a fault.
    pub fn one_of(&mut self, keys: &[&'static str], reader: &mut Reader<'_>) -> Option<(&'static str, &'y Yaml)> {
        let mut found: Option<(&'static str, &'y Yaml)> = None;
        for key in keys.iter().copied() {
            let Some(value) = self.take(key) else { continue };
            if let Some((other, _)) = found {
                let message = format!("{} has `{other}` and `{key}`, and only one of them can hold", self.what);
                reader.faults.error_with(value.place, message, format!("remove `{key}:` or `{other}:`"));
            } else {
                found = Some((key, value));
            }
        }
        found
    }

    /// Every key that was not taken is a fault.
    pub fn close(self, reader: &mut Reader<'_>) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let what = format!("in {}, the key", self.what);
            reader.faults.unknown(entry.key_place, &what, &entry.key, self.known.iter().copied());
        }
    }
}

impl Reader<'_> {
    /// The entries of a mapping.
    pub fn entries<'y>(&mut self, yaml: &'y Yaml, what: &str) -> Option<&'y [Entry]> {
        if let Value::Map(entries) = &yaml.value {
            self.bounded(entries.len(), yaml.place, what);
            return Some(entries);
        }
        let message = format!("{what} is written as a mapping (`key: value` lines), and here is {}", yaml.kind());
        self.faults.error(yaml.place, message);
        None
    }

    /// The items of a list; a single value is a list of one.
    pub fn items<'y>(&mut self, yaml: &'y Yaml, what: &str) -> &'y [Yaml] {
        match &yaml.value {
            Value::List(items) => {
                self.bounded(items.len(), yaml.place, what);
                items
            }
            _ => std::slice::from_ref(yaml),
        }
    }

    fn bounded(&mut self, len: usize, place: Place, what: &str) {
        if len > self.limits.max_items {
            self.faults.error(place, format!("{what} has {len} entries; at most {} are read", self.limits.max_items));
        }
    }

    /// Text that is not empty.
    pub fn text(&mut self, yaml: &Yaml, what: &str) -> Option<String> {
        match yaml.scalar() {
            Some(text) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                self.faults.error_with(yaml.place, format!("{what} is empty"), "write some text, or remove the line");
                None
            }
            None => {
                self.faults.error(yaml.place, format!("{what} is text, and here is {}", yaml.kind()));
                None
            }
        }
    }

    /// A name: text of at most 100 characters without signs that control.
    pub fn name(&mut self, yaml: &Yaml, what: &str) -> Option<String> {
        let text = self.text(yaml, what)?;
        if text.chars().count() > 100 || text.chars().any(char::is_control) {
            self.faults.error_with(yaml.place, format!("{what} is too long or has line breaks"), "shorten it");
            return None;
        }
        Some(text)
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

    /// A number within bounds.
    pub fn number(&mut self, yaml: Option<&Yaml>, default: f64, min: f64, max: f64) -> f64 {
        let Some(yaml) = yaml else { return default };
        let number = match &yaml.value {
            Value::Number(number, _) => number.as_f64(),
            _ => None,
        };
        match number {
            Some(number) if (min..=max).contains(&number) => number,
            _ => {
                let found = found(yaml);
                self.faults.error(yaml.place, format!("a number from {min} to {max} is needed, and here is {found}"));
                default
            }
        }
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, yaml: Option<&Yaml>, default: u32, min: u32, max: u32) -> u32 {
        let Some(yaml) = yaml else { return default };
        let number = match &yaml.value {
            Value::Number(number, _) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            _ => None,
        };
        match number {
            Some(number) if (min..=max).contains(&number) => number,
            _ => {
                let message = format!("a whole number from {min} to {max} is needed, and here is {}", found(yaml));
                self.faults.error(yaml.place, message);
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
                self.faults.error(yaml.place, format!("`true` or `false` is needed, and here is {}", yaml.kind()));
                default
            }
        }
    }

    /// A duration such as `30s`, `10m`, `2h` or `1d`, up to `max`.
    pub fn duration(&mut self, yaml: &Yaml, max: Duration) -> Option<Duration> {
        let text = yaml.scalar().unwrap_or_default();
        match parse_duration(&text) {
            Some(duration) if duration <= max => Some(duration),
            Some(_) => {
                let message = format!("`{}` is too long: at most {}", clip(&text), written(max));
                self.faults.error(yaml.place, message);
                None
            }
            None => {
                let message = format!("a duration is needed, and here is `{}`", clip(&text));
                self.faults.error_with(yaml.place, message, "write it as `30s`, `10m`, `2h` or `1d`");
                None
            }
        }
    }

    /// A number in E.164.
    pub fn phone(&mut self, yaml: &Yaml) -> Option<Phone> {
        let text = yaml.scalar().unwrap_or_default();
        let phone = Phone::parse(text.trim()).ok();
        if phone.is_none() {
            let message = format!("a phone number is needed, and here is {}", found(yaml));
            self.faults.error_with(yaml.place, message, "write it in quotes as `\"+4930123456\"`");
        }
        phone
    }
}

fn found(yaml: &Yaml) -> String {
    yaml.scalar().map_or_else(|| yaml.kind().to_owned(), |text| format!("`{}`", clip(&text)))
}

fn parse_duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let (unit, seconds) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let amount: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    amount.checked_mul(*seconds).map(Duration::from_secs)
}

fn written(duration: Duration) -> String {
    match duration.as_secs() {
        s if s >= 86_400 => format!("{}d", s / 86_400),
        s if s >= 3_600 => format!("{}h", s / 3_600),
        s => format!("{s}s"),
    }
}

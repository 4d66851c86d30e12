//! A mapping whose keys are taken one by one; what is left over is unknown.

use super::Reader;
use crate::fault::Place;
use crate::yaml::{Entry, Value, Yaml};

/// A mapping being read.
pub(in crate::flow) struct Fields<'y> {
    /// What it is, for messages: "a menu".
    what: &'static str,
    pub place: Place,
    entries: &'y [Entry],
    known: Vec<&'static str>,
}

impl<'y> Fields<'y> {
    /// Opens a mapping; another kind of value is a fault.
    pub fn open(yaml: &'y Yaml, what: &'static str, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Map(entries) = &yaml.value {
            Some(Self::of(entries, yaml.place, what))
        } else {
            let message = format!("{what} is written as a mapping (`key: value` lines), and here is {}", yaml.kind());
            reader.faults.error(yaml.place, message);
            None
        }
    }

    /// A mapping that is already open.
    pub fn of(entries: &'y [Entry], place: Place, what: &'static str) -> Self {
        Self { what, place, entries, known: Vec::new() }
    }

    /// The entry of that key.
    pub fn entry(&mut self, key: &'static str) -> Option<&'y Entry> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of that key.
    pub fn take(&mut self, key: &'static str) -> Option<&'y Yaml> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, key: &'static str, reader: &mut Reader<'_>) -> Option<&'y Yaml> {
        let value = self.take(key);
        if value.is_none() {
            reader.faults.error_with(self.place, format!("{} needs `{key}`", self.what), format!("add `{key}:`"));
        }
        value
    }

    /// Whether there is such a key.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Every key that was not taken is a fault.
    pub fn close(self, reader: &mut Reader<'_>) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let what = format!("in {}, the key", self.what);
            reader.faults.unknown(entry.key_place, &what, &entry.key, self.known.iter().copied());
        }
    }
}

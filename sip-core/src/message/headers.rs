//! The ordered header fields of a message.

use super::lex;
use super::name::HeaderName;
use super::value::HeaderValue;

/// Ordered header fields; unknown ones are kept byte for byte. `Debug` shows the names only.
///
/// Cloning shares the text that was read. The typed accessors are in this module's sibling `typed`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<(HeaderName, HeaderValue)>,
}

impl Headers {
    /// None yet.
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { fields: Vec::with_capacity(capacity) }
    }

    /// How many header fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All header fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.fields.iter().map(|(name, value)| (name, value))
    }

    /// The first value of this name, as text.
    pub fn get(&self, name: &HeaderName) -> Option<&str> {
        self.value(name).map(HeaderValue::as_str)
    }

    /// The first value of this name.
    pub fn value(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Every value of this name, one per header field line.
    pub fn get_all<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of this name, with lists taken apart at their commas; empty elements are left out.
    pub fn get_list<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a str> {
        self.get_all(name).flat_map(lex::split_list).filter(|value| !value.is_empty())
    }

    /// Is there one of this name?
    pub fn contains(&self, name: &HeaderName) -> bool {
        self.value(name).is_some()
    }

    /// How many lines have this name?
    pub fn count(&self, name: &HeaderName) -> usize {
        self.fields.iter().filter(|(known, _)| known == name).count()
    }

    /// Adds one at the end.
    pub fn push(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.fields.push((name, value.into()));
    }

    /// Adds one before all others.
    pub fn push_front(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.fields.insert(0, (name, value.into()));
    }

    /// Puts this value in the place of the first of this name and drops the others; adds it if there is none.
    pub fn set(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        let Some(at) = self.fields.iter().position(|(known, _)| *known == name) else {
            return self.push(name, value);
        };
        let mut index = 0;
        self.fields.retain(|(known, _)| {
            index += 1;
            index <= at + 1 || *known != name
        });
        self.fields[at].1 = value.into();
    }

    /// Removes all of this name; says how many there were.
    pub fn remove(&mut self, name: &HeaderName) -> usize {
        let before = self.fields.len();
        self.fields.retain(|(known, _)| known != name);
        before - self.fields.len()
    }

    /// Adds all of this name that `other` has, byte for byte and without copying text.
    pub fn copy(&mut self, other: &Self, name: &HeaderName) {
        self.fields.extend(other.fields.iter().filter(|(known, _)| known == name).cloned());
    }

    /// Puts `value` in the place of the first list element of this name, or removes that element.
    pub(crate) fn replace_first_element(&mut self, name: &HeaderName, value: Option<&str>) {
        let Some(at) = self.fields.iter().position(|(known, _)| known == name) else { return };
        let field = self.fields[at].1.as_str();
        let rest = lex::end_of_value(field.as_bytes()).map(|comma| lex::trim(&field[comma + 1..]));
        let new = match (value, rest) {
            (Some(value), Some(rest)) => format!("{value}, {rest}"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) => {
                self.fields.remove(at);
                return;
            }
        };
        self.fields[at].1 = new.into();
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|(name, _)| name.as_str())).finish()
    }
}

//! Parameters behind `;` of URIs and of header values.

use std::borrow::Cow;
use std::fmt;

use super::lex;

/// Ordered parameters. Values are kept as they were read, so a quoted one keeps its quotes; names are looked up
/// without respect to case.
///
/// `Debug` shows the names only: values can identify people.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Params {
    /// `;name=value;name`, no white space around the separators.
    text: String,
}

impl Params {
    /// No parameters.
    pub const fn new() -> Self {
        Self { text: String::new() }
    }

    /// Reads what stands behind the first `;` (which may be missing). One `;` at the very end is forgiven, an empty
    /// parameter elsewhere is not. `None` if the text is no list of parameters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = lex::trim(text);
        rest = rest.strip_prefix(';').unwrap_or(rest);
        let mut out = String::with_capacity(rest.len() + 1);
        while !rest.is_empty() {
            let end = end_of_param(rest)?;
            push_checked(&mut out, &rest[..end])?;
            rest = rest.get(end + 1..).unwrap_or("");
        }
        Some(Self { text: out })
    }

    /// The parameters in their order: name, and the value as it was read if there is one.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let mut rest = self.text.as_str();
        std::iter::from_fn(move || {
            let text = rest.strip_prefix(';')?;
            let end = end_of_param(text).unwrap_or(text.len());
            rest = &text[end..];
            let param = &text[..end];
            Some(param.split_once('=').map_or((param, None), |(name, value)| (name, Some(value))))
        })
    }

    /// The value of a parameter as it was read; `Some("")` if it is there without one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.unwrap_or(""))
    }

    /// The value of a parameter without its quotes and backslashes.
    pub fn get_unquoted(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).map(lex::unquote)
    }

    /// Is this parameter there, with a value or without?
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a parameter, in its place if it is there already. A value that cannot stand bare is quoted.
    pub fn set(&mut self, name: &str, value: &str) {
        self.replace(name, Some(value));
    }

    /// Sets a parameter that has no value, such as `lr`.
    pub fn set_flag(&mut self, name: &str) {
        self.replace(name, None);
    }

    /// Removes a parameter; says if it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let kept = Self { text: self.filtered(|known| !known.eq_ignore_ascii_case(name)) };
        let removed = kept.text.len() != self.text.len();
        *self = kept;
        removed
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn filtered(&self, keep: impl Fn(&str) -> bool) -> String {
        let mut out = String::with_capacity(self.text.len());
        self.iter().filter(|(name, _)| keep(name)).for_each(|(name, value)| push(&mut out, name, value));
        out
    }

    fn replace(&mut self, name: &str, value: Option<&str>) {
        let quoted;
        let value = match value {
            Some(value) if !stands_bare(value) => {
                let mut text = String::with_capacity(value.len() + 2);
                let _ = lex::write_quoted(&mut text, value);
                quoted = text;
                Some(quoted.as_str())
            }
            other => other,
        };
        if !self.contains(name) {
            push(&mut self.text, name, value);
            return;
        }
        let mut out = String::with_capacity(self.text.len() + name.len() + 2);
        for (known, old) in self.iter() {
            if known.eq_ignore_ascii_case(name) { push(&mut out, name, value) } else { push(&mut out, known, old) }
        }
        self.text = out;
    }
}

fn push(out: &mut String, name: &str, value: Option<&str>) {
    out.push(';');
    out.push_str(name);
    if let Some(value) = value {
        out.push('=');
        out.push_str(value);
    }
}

/// May this value stand without quotes? A token, a host, a URI's escaped text, or a quoted string already.
fn stands_bare(value: &str) -> bool {
    is_quoted(value)
        || !value.is_empty() && value.bytes().all(|b| b > b' ' && !matches!(b, b'"' | b';' | b',' | b'<' | b'>' | 0x7F))
}

fn is_quoted(value: &str) -> bool {
    value.starts_with('"') && lex::end_of_quoted(value.as_bytes(), 0) == Some(value.len())
}

/// Where the first parameter ends: at its `;` or at the end. `None` if a quoted string never closes.
fn end_of_param(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b';' => return Some(at),
            b'"' => at = lex::end_of_quoted(bytes, at)?,
            _ => at += 1,
        }
    }
    Some(at)
}

fn push_checked(out: &mut String, param: &str) -> Option<()> {
    let (name, value) = param.split_once('=').map_or((param, None), |(name, value)| (name, Some(lex::trim(value))));
    let name = lex::trim(name);
    let name_is_good = !name.is_empty() && name.bytes().all(|b| b > b' ' && !matches!(b, b'"' | b',' | b'<' | b'>'));
    let value_is_good = value.is_none_or(|value| {
        is_quoted(value) || value.bytes().all(|b| b > b' ' && !matches!(b, b'"' | b',' | b'<' | b'>'))
    });
    (name_is_good && value_is_good).then(|| push(out, name, value))
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

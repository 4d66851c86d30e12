//! Texts that exist once per language.

use std::collections::BTreeMap;

/// A text in one or several languages; it may be a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LocalText {
    /// The same in every language.
    Same(String),
    /// By BCP 47 language.
    ByLanguage(BTreeMap<String, String>),
}

impl LocalText {
    /// The text for `language`: an exact match, then one of the same primary language, then any.
    pub fn get(&self, language: &str) -> &str {
        match self {
            Self::Same(text) => text,
            Self::ByLanguage(texts) => {
                let near = || texts.iter().find(|(tag, _)| primary(tag) == primary(language)).map(|(_, text)| text);
                texts.get(language).or_else(near).or_else(|| texts.values().next()).map_or("", String::as_str)
            }
        }
    }
}

/// The primary subtag of a BCP 47 language: `de` of `de-AT`.
pub(crate) fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}

/// Whether this looks like a BCP 47 language tag such as `en`, `de-AT` or `zh-Hant`.
pub(crate) fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

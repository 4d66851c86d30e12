//! Texts that exist once per language.

use serde::{Deserialize, Serialize};

/// A text in one or several languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LocalText {
    /// The same in every language.
    Same(String),
    /// By BCP 47 language.
    ByLanguage(std::collections::BTreeMap<String, String>),
}

impl LocalText {
    /// The text for `language`: an exact match, then one of the same primary language, then `fallback`'s, then any.
    pub fn get(&self, language: &str, fallback: &str) -> &str {
        match self {
            Self::Same(text) => text,
            Self::ByLanguage(texts) => {
                let of = |wanted: &str| {
                    texts
                        .get(wanted)
                        .or_else(|| texts.iter().find(|(tag, _)| primary(tag) == primary(wanted)).map(|(_, text)| text))
                };
                of(language).or_else(|| of(fallback)).or_else(|| texts.values().next()).map_or("", String::as_str)
            }
        }
    }
}

impl Default for LocalText {
    fn default() -> Self {
        Self::Same(String::new())
    }
}

impl From<&str> for LocalText {
    fn from(text: &str) -> Self {
        Self::Same(text.to_owned())
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

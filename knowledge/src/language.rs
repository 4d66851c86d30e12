//! The languages whose words, stems and meanings are known here.

use serde::{Deserialize, Serialize};

use crate::lexicon::Lexicon;

/// A language that is searched in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Italian.
    It,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Es, Self::Fr, Self::It];

    /// The language of a BCP 47 tag (`de-AT` is German); `None` when it is not one of the five.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::It => "it",
        }
    }

    /// One of five, in the order of [`ALL`](Self::ALL).
    pub fn pick<T>(self, of: [T; 5]) -> T {
        let [en, de, es, fr, it] = of;
        match self {
            Self::En => en,
            Self::De => de,
            Self::Es => es,
            Self::Fr => fr,
            Self::It => it,
        }
    }

    /// The Snowball stem of a word in lower case, without accents.
    pub fn stem(self, word: &str) -> String {
        Lexicon::of(self).reader.stem(word)
    }
}

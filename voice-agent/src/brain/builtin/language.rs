//! The languages that the built-in brain speaks.

use serde::{Deserialize, Serialize};

/// A language of the built-in brain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
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

impl Lang {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Es, Self::Fr, Self::It];

    /// The language of a BCP 47 tag (`de-AT` is German); `None` when it is not spoken here.
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

    /// The same language where texts are written out for the voice.
    pub(super) const fn spoken(self) -> speech::text::Language {
        use speech::text::Language;
        match self {
            Self::En => Language::EnGb,
            Self::De => Language::De,
            Self::Es => Language::Es,
            Self::Fr => Language::Fr,
            Self::It => Language::It,
        }
    }

    /// One of five, in the order of [`ALL`](Self::ALL).
    pub(super) fn pick<T>(self, of: [T; 5]) -> T {
        let [en, de, es, fr, it] = of;
        match self {
            Self::En => en,
            Self::De => de,
            Self::Es => es,
            Self::Fr => fr,
            Self::It => it,
        }
    }
}

//! The languages that text is written out for.

use crate::pico::voice::Voice;

/// A language with rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names of languages")]
pub enum Language {
    De,
    EnGb,
    EnUs,
    Es,
    Fr,
    It,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::De, Self::EnGb, Self::EnUs, Self::Es, Self::Fr, Self::It];

    /// Whether it is one of the two sorts of English.
    pub const fn is_english(self) -> bool {
        matches!(self, Self::EnGb | Self::EnUs)
    }

    /// One of five words (or what else there is one of for each), in the order German, English, Spanish, French,
    /// Italian.
    pub(crate) fn pick<T>(self, of: [T; 5]) -> T {
        let [de, en, es, fr, it] = of;
        match self {
            Self::De => de,
            Self::EnGb | Self::EnUs => en,
            Self::Es => es,
            Self::Fr => fr,
            Self::It => it,
        }
    }
}

impl From<Voice> for Language {
    fn from(voice: Voice) -> Self {
        match voice {
            Voice::DeDe => Self::De,
            Voice::EnGb => Self::EnGb,
            Voice::EnUs => Self::EnUs,
            Voice::EsEs => Self::Es,
            Voice::FrFr => Self::Fr,
            Voice::ItIt => Self::It,
        }
    }
}

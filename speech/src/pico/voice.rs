//! The six voices, and which of them speaks what.

use std::borrow::Cow;

use crate::VoiceInfo;

/// One of the voices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// German.
    DeDe,
    /// British English.
    EnGb,
    /// American English.
    EnUs,
    /// Spanish.
    EsEs,
    /// French.
    FrFr,
    /// Italian.
    ItIt,
}

macro_rules! info {
    ($language:literal) => {
        VoiceInfo {
            name: Cow::Borrowed(concat!("pico-", $language)),
            language: Cow::Borrowed($language),
            engine: Cow::Borrowed("pico"),
        }
    };
}

pub(super) static VOICES: [VoiceInfo; 6] =
    [info!("de-DE"), info!("en-GB"), info!("en-US"), info!("es-ES"), info!("fr-FR"), info!("it-IT")];

/// English that is nearer to the British voice than to the American one.
const BRITISH: [&str; 7] = ["gb", "uk", "ie", "au", "nz", "za", "in"];

impl Voice {
    /// All of them, in the order of [`VOICES`].
    pub const ALL: [Self; 6] = [Self::DeDe, Self::EnGb, Self::EnUs, Self::EsEs, Self::FrFr, Self::ItIt];

    /// Its name and language.
    pub fn info(self) -> &'static VoiceInfo {
        &VOICES[self as usize]
    }

    /// The voice of this name, with or without the prefix of the engine.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|voice| {
            name.eq_ignore_ascii_case(&voice.info().name) || name.eq_ignore_ascii_case(&voice.info().language)
        })
    }

    /// The voice for a BCP 47 language: the same region, or else the nearest one of the same language.
    pub fn for_language(language: &str) -> Option<Self> {
        let tag = language.to_ascii_lowercase().replace('_', "-");
        let mut parts = tag.split('-');
        Some(match parts.next()? {
            "de" | "gsw" => Self::DeDe,
            "en" if parts.any(|part| BRITISH.contains(&part)) => Self::EnGb,
            "en" => Self::EnUs,
            "es" | "ca" | "gl" => Self::EsEs,
            "fr" => Self::FrFr,
            "it" => Self::ItIt,
            _ => return None,
        })
    }

    /// The voice asked for; failing that, the language's.
    pub fn choose(language: &str, name: Option<&str>) -> Option<Self> {
        name.and_then(Self::named).or_else(|| Self::for_language(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_finds_its_nearest_voice() {
        for (language, voice) in [
            ("de", Some(Voice::DeDe)),
            ("de-AT", Some(Voice::DeDe)),
            ("en", Some(Voice::EnUs)),
            ("en_US", Some(Voice::EnUs)),
            ("en-GB", Some(Voice::EnGb)),
            ("en-AU", Some(Voice::EnGb)),
            ("EN-CA", Some(Voice::EnUs)),
            ("es-MX", Some(Voice::EsEs)),
            ("fr-CA", Some(Voice::FrFr)),
            ("it-CH", Some(Voice::ItIt)),
            ("pl", None),
            ("", None),
        ] {
            assert_eq!(Voice::for_language(language), voice, "{language}");
        }
    }

    #[test]
    fn a_name_wins_over_the_language_and_an_unknown_name_falls_back_to_it() {
        assert_eq!(Voice::choose("de", Some("pico-en-GB")), Some(Voice::EnGb));
        assert_eq!(Voice::choose("de", Some("it-IT")), Some(Voice::ItIt));
        assert_eq!(Voice::choose("de", Some("nobody")), Some(Voice::DeDe));
        assert_eq!(Voice::choose("pl", Some("nobody")), None);
    }

    #[test]
    fn the_list_names_each_voice_once_in_order() {
        for voice in Voice::ALL {
            assert_eq!(Voice::named(&voice.info().name), Some(voice));
        }
    }
}

//! Makes text fit to be spoken, for every engine: marks are read, digits, dates, times, amounts and abbreviations are
//! written out in words, and what is left is cut into sentences.
//!
//! - [`markup`]: the subset of SSML.
//! - [`normalise`]: plain text to words, with [`numbers`], [`moments`], [`amounts`], [`digits`] and [`abbreviations`].
//! - [`sentences`]: where one ends.
//! - [`clean`]: the only characters that an engine ever sees.

pub mod abbreviations;
pub mod amounts;
mod clean;
pub mod digits;
mod language;
pub mod markup;
pub mod moments;
pub mod normalise;
pub mod numbers;
pub mod sentences;

use std::time::Duration;

pub use clean::clean;
pub use language::Language;

use markup::{Part, SayAs};

/// One thing to do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Speak a sentence, clean and in words.
    Sentence(String),
    /// Be silent.
    Silence(Duration),
}

impl Piece {
    /// The sentence, if it is one.
    pub fn sentence(&self) -> Option<&str> {
        match self {
            Self::Sentence(text) => Some(text),
            Self::Silence(_) => None,
        }
    }
}

/// Turns text with marks into sentences and silences. Never fails: what cannot be read as a mark is read as text.
pub fn prepare(text: &str, language: Language) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut spoken = String::new();
    let mut after_time = false;
    for part in markup::parse(text) {
        match part {
            Part::Text(text) => {
                let text = if after_time { without_hour(&text, language) } else { &text };
                spoken.push_str(&normalise::text(text, language));
                after_time = false;
            }
            Part::SayAs(kind, value) => {
                after_time = kind == SayAs::Time;
                let words = say_as(kind, &value, &spoken, language);
                spoken.push_str(&words);
            }
            Part::Break(pause) => {
                add_sentences(&mut pieces, &mut spoken);
                pieces.push(Piece::Silence(pause));
            }
        }
    }
    add_sentences(&mut pieces, &mut spoken);
    pieces
}

/// German says the word for hour within a time, so the one written after it is too much.
fn without_hour(text: &str, language: Language) -> &str {
    let rest = text.trim_start().strip_prefix("Uhr").filter(|rest| !rest.starts_with(char::is_alphanumeric));
    rest.filter(|_| language == Language::De).unwrap_or(text)
}

fn add_sentences(pieces: &mut Vec<Piece>, spoken: &mut String) {
    let sentences = spoken.lines().flat_map(|line| sentences::split(&clean(line)));
    pieces.extend(sentences.map(Piece::Sentence));
    spoken.clear();
}

/// A marked value as words; `before` is what was said up to it. A value that does not fit its mark is plain text.
pub(crate) fn say_as(kind: SayAs, value: &str, before: &str, language: Language) -> String {
    let words = match kind {
        SayAs::Digits => digits::spell(value, language),
        SayAs::Date => moments::marked_date(value, before, language),
        SayAs::Time => moments::marked_time(value, language),
        SayAs::Cardinal => amounts::number(value, language),
    };
    words.unwrap_or_else(|| normalise::text(value, language))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sentence(text: &str) -> Piece {
        Piece::Sentence(text.into())
    }

    #[test]
    fn marks_digits_and_breaks_become_sentences_and_silences() {
        let text = "Your code is <say-as interpret-as=\"digits\">4711</say-as>. <break time=\"500ms\"/>I repeat: 47.";
        assert_eq!(
            prepare(text, Language::EnUs),
            [
                sentence("Your code is four seven one one."),
                Piece::Silence(Duration::from_millis(500)),
                sentence("I repeat: forty-seven."),
            ]
        );
    }

    #[test]
    fn a_marked_date_is_inflected_by_what_stands_before_it() {
        let text = "Ihr Termin ist am <say-as interpret-as='date'>2026-03-05</say-as> um \
                    <say-as interpret-as='time'>14:30</say-as> Uhr.";
        assert_eq!(
            prepare(text, Language::De),
            [sentence("Ihr Termin ist am fünften März zweitausend sechsundzwanzig um vierzehn Uhr dreißig.")]
        );
    }

    #[test]
    fn a_value_that_does_not_fit_its_mark_is_read_as_text() {
        let text = "Come <say-as interpret-as='date'>tomorrow at 2pm</say-as>";
        assert_eq!(prepare(text, Language::EnUs), [sentence("Come tomorrow at two P M.")]);
    }

    #[test]
    fn nothing_to_say_is_nothing() {
        for text in ["", "  \n", "<speak></speak>", "---", "&#0;"] {
            assert_eq!(prepare(text, Language::Fr), [], "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_becomes_clean_sentences(text in "(\\PC|[<>&;0-9:./,€+-]|<break/>|<say-as interpret-as='date'>){0,80}") {
            for language in Language::ALL {
                for piece in prepare(&text, language) {
                    if let Piece::Sentence(sentence) = piece {
                        prop_assert_eq!(&clean(&sentence), &sentence);
                        prop_assert!(!sentence.contains(|c: char| c.is_ascii_digit()), "{}", sentence);
                        prop_assert!(sentence.chars().any(char::is_alphanumeric));
                    }
                }
            }
        }
    }
}

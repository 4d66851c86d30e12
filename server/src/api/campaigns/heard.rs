//! What a person hears of a text with marks: the words, dates and numbers written out in the language.

use speech::pico::voice::Voice;
use speech::text::{Language, prepare};

/// A text as it is heard. In a language without rules of its own, the text without its marks.
pub(super) fn heard(text: &str, language: &str) -> String {
    let Some(voice) = Voice::for_language(language) else { return speech::words::visible(text) };
    let pieces = prepare(text, Language::from(voice));
    pieces.iter().filter_map(|piece| piece.sentence()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_heard_as_words_in_the_language() {
        let text = "Ihr Termin ist am <say-as interpret-as=\"date\">2026-03-05</say-as>.<break time=\"300ms\"/> Danke.";
        let words = "Ihr Termin ist am fünften März zweitausend sechsundzwanzig. Danke.";
        assert_eq!(heard(text, "de"), words);
        assert!(!heard(text, "pl").contains('<'), "{}", heard(text, "pl"));
    }
}

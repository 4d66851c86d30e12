//! What words tell about a turn, language by language. Other languages than these five are read with English lists.

mod de;
mod en;
mod es;
mod fr;
mod it;

use crate::config::primary;

/// The word lists of one language, all in lower case and without punctuation (see [`split`]).
pub(crate) struct Lexicon {
    /// What a listener says to show that he listens. Entries may be several words.
    pub backchannels: &'static [&'static str],
    /// What is said at the end of a call.
    pub farewells: &'static [&'static str],
    pub yes: &'static [&'static str],
    pub no: &'static [&'static str],
    /// Hesitation in sound.
    pub fillers: &'static [&'static str],
    /// Words after which a sentence goes on: conjunctions, articles, possessives, auxiliaries.
    pub open: &'static [&'static str],
    /// Words after which it mostly goes on: prepositions, verbs that want an object.
    pub leaning: &'static [&'static str],
    /// Number words that are dictated one by one.
    pub digits: &'static [&'static str],
    /// Parts of words in a question that is answered by dictating.
    pub dictation: &'static [&'static str],
}

/// The lists of a language.
pub(crate) fn lexicon(language: &str) -> &'static Lexicon {
    match primary(language) {
        "de" => &de::LEXICON,
        "es" => &es::LEXICON,
        "fr" => &fr::LEXICON,
        "it" => &it::LEXICON,
        _ => &en::LEXICON,
    }
}

/// The words of a text in lower case: letters, digits and inner apostrophes.
pub(crate) fn split(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(['’', 'ʼ'], "'")
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A text by which two hearings of the same words are equal.
pub(crate) fn normal(text: &str) -> String {
    split(text).join(" ")
}

/// What the caller says while it is not his turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interjection {
    /// No words.
    Nothing,
    /// He listens.
    Backchannel,
    /// He takes his leave.
    Farewell,
    /// He wants to say something.
    Words,
}

/// The longest interjection that still shows listening, in words.
const MAX_BACKCHANNEL: usize = 5;

impl Lexicon {
    /// What these words are; with `partial`, more of them may come: the beginning of `thank you` is not held for more.
    pub fn interjection(&self, text: &str, partial: bool) -> Interjection {
        let words = split(text);
        if words.iter().all(|word| self.fillers.contains(&word.as_str())) {
            return if words.is_empty() { Interjection::Nothing } else { Interjection::Backchannel };
        }
        if words.len() > MAX_BACKCHANNEL {
            return Interjection::Words;
        }
        let listening = [self.backchannels, self.fillers];
        if covered(&words, &listening, partial) {
            return Interjection::Backchannel;
        }
        if covered(&words, &[self.backchannels, self.fillers, self.farewells], partial) {
            return Interjection::Farewell;
        }
        Interjection::Words
    }

    /// Whether the words agree, disagree, or neither.
    pub fn consent(&self, text: &str) -> Option<bool> {
        let words = split(text);
        let holds = |list: &[&str]| {
            list.iter().any(|entry| {
                let entry: Vec<&str> = entry.split(' ').collect();
                words.windows(entry.len()).any(|window| window.iter().map(String::as_str).eq(entry.iter().copied()))
            })
        };
        match (holds(self.yes), holds(self.no)) {
            (_, true) => Some(false),
            (true, false) => Some(true),
            (false, false) => None,
        }
    }

    pub fn is_digit(&self, word: &str) -> bool {
        self.digits.contains(&word) || word.chars().all(|c| c.is_ascii_digit())
    }
}

/// Whether a row of words is made of nothing but entries of these lists; with `partial`, the last may be unfinished.
fn covered(words: &[String], lists: &[&[&str]], partial: bool) -> bool {
    if words.is_empty() {
        return true;
    }
    let rest = |entry: &str| {
        let parts: Vec<&str> = entry.split(' ').collect();
        let common = words.len().min(parts.len());
        let fits = words.iter().zip(&parts).all(|(word, part)| word == part);
        (fits && (common == parts.len() || partial)).then_some(common)
    };
    lists
        .iter()
        .flat_map(|list| list.iter())
        .filter_map(|entry| rest(entry))
        .any(|n| covered(&words[n..], lists, partial))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_is_told_from_speaking_in_five_languages() {
        use Interjection::{Backchannel, Farewell, Nothing, Words};
        for (language, text, expected) in [
            ("en", "Mm-hm.", Backchannel),
            ("en", "Yeah, okay, I see.", Backchannel),
            ("en", "uh", Backchannel),
            ("en", "Yes, but on Friday.", Words),
            ("en", "wait", Words),
            ("en", "No.", Words),
            ("en", "Thank you, bye.", Farewell),
            ("en", " ...", Nothing),
            ("de", "Ja, genau.", Backchannel),
            ("de", "Moment mal", Words),
            ("de", "Alles klar, tschüss!", Farewell),
            ("es", "Sí, claro.", Backchannel),
            ("es", "Espere", Words),
            ("fr", "D'accord, oui.", Backchannel),
            ("fr", "Non, attendez", Words),
            ("it", "Sì, va bene", Backchannel),
            ("it", "Ma no", Words),
        ] {
            assert_eq!(lexicon(language).interjection(text, false), expected, "{language}: {text}");
        }
    }

    #[test]
    fn the_beginning_of_listening_is_not_held_for_more() {
        assert_eq!(lexicon("en").interjection("Thank", true), Interjection::Backchannel);
        assert_eq!(lexicon("en").interjection("Thank", false), Interjection::Words);
        assert_eq!(lexicon("en").interjection("Yes but", true), Interjection::Words);
    }

    #[test]
    fn a_no_beside_a_yes_is_a_no() {
        assert_eq!(lexicon("en").consent("Yes, go ahead"), Some(true));
        assert_eq!(lexicon("en").consent("yes well no"), Some(false));
        assert_eq!(lexicon("de").consent("Lieber nicht"), Some(false));
        assert_eq!(lexicon("fr").consent("pourquoi"), None);
    }

    #[test]
    fn no_list_is_spelled_in_a_way_that_never_matches() {
        for language in ["en", "de", "es", "fr", "it"] {
            let l = lexicon(language);
            let lists = [l.backchannels, l.farewells, l.yes, l.no, l.fillers, l.open, l.leaning, l.digits, l.dictation];
            for entry in lists.iter().flat_map(|list| list.iter()) {
                assert_eq!(normal(entry), *entry, "{language}");
            }
        }
    }
}

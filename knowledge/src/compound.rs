//! Long words that are built of others, parted by the words that are known.

use std::collections::HashSet;

use crate::Language;
use crate::words::{Reader, fold};

/// Letters that join two words.
const JOINTS: [&str; 7] = ["", "s", "es", "n", "en", "e", "er"];
/// The shortest word that is parted, letters.
const SHORTEST: usize = 8;
/// The longest.
const LONGEST: usize = 40;
/// The most parts.
const MOST_PARTS: usize = 4;

/// The words that others are built of.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    language: Language,
    known: HashSet<String>,
}

impl Parts {
    /// Words from a list may have three letters, others have four at least.
    pub fn new(language: Language, list: &[String]) -> Self {
        let known = list.iter().map(|part| fold(part, language)).filter(|part| part.len() >= 3).collect();
        Self { language, known }
    }

    /// Knows a word more, in lower case without accents.
    pub fn learn(&mut self, word: &str) {
        let least = if self.language == Language::De { 4 } else { 5 };
        if (least..=12).contains(&word.len()) && word.is_ascii() && !word.bytes().any(|letter| letter.is_ascii_digit())
        {
            self.known.insert(word.to_owned());
        }
    }

    /// The stems of the parts of a word without accents; empty where it cannot be parted.
    pub fn split(&self, word: &str, reader: &Reader) -> Vec<String> {
        if !(SHORTEST..=LONGEST).contains(&word.len()) || !word.is_ascii() {
            return Vec::new();
        }
        let mut best: Option<Vec<&str>> = None;
        self.part(word, word.len(), &mut Vec::new(), &mut best);
        best.unwrap_or_default().into_iter().map(|part| reader.stem(part)).collect()
    }

    fn part<'a>(&self, rest: &'a str, whole: usize, parts: &mut Vec<&'a str>, best: &mut Option<Vec<&'a str>>) {
        if best.as_ref().is_some_and(|best| parts.len() + 1 >= best.len()) || parts.len() >= MOST_PARTS {
            return;
        }
        // The last part may carry an ending: it is known by its beginning.
        if rest.len() < whole && (3..=5).any(|ending| rest.len() > ending) && self.ends(rest) {
            let mut found = parts.clone();
            found.push(rest);
            *best = Some(found);
            return;
        }
        let joints: &[&str] = if self.language == Language::De { &JOINTS } else { &JOINTS[..1] };
        for length in (3..rest.len().saturating_sub(2)).rev() {
            let (head, tail) = rest.split_at(length);
            if !self.known.contains(head) {
                continue;
            }
            for joint in joints {
                if let Some(tail) = tail.strip_prefix(joint).filter(|tail| tail.len() >= 3) {
                    parts.push(head);
                    self.part(tail, whole, parts, best);
                    parts.pop();
                }
            }
        }
    }

    fn ends(&self, word: &str) -> bool {
        let endings: &[&str] = if self.language == Language::De {
            &["", "e", "n", "en", "s", "es", "er", "ern", "ung", "ungen"]
        } else {
            &["", "s"]
        };
        endings.iter().any(|ending| word.strip_suffix(ending).is_some_and(|word| self.known.contains(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(word: &str) -> Vec<String> {
        let list = ["park", "platz", "gebühr", "zahn", "reinigung", "öffnung", "zeit", "kranken", "kasse"];
        let parts = Parts::new(Language::De, &list.map(str::to_owned));
        parts.split(&fold(word, Language::De), &Reader::new(Language::De))
    }

    #[test]
    fn german_words_are_parted() {
        assert_eq!(split("parkplatzgebühren"), ["park", "platz", "gebuhr"]);
        assert_eq!(split("öffnungszeiten"), ["offnung", "zeit"]);
        assert_eq!(split("krankenkassen"), ["krank", "kass"]);
    }

    #[test]
    fn other_words_stay_whole() {
        assert!(split("zahn").is_empty());
        assert!(split("parkett").is_empty());
    }
}

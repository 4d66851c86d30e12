//! Words as they are compared: lower case, without accents, as stems, and whether they say anything.

use std::collections::HashMap;

use frostem::{Algorithm, Stemmer};

use crate::Language;

/// The most words of one text that are looked at.
const MOST_WORDS: usize = 4_000;

/// How much a word says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It has a meaning.
    Plain,
    /// It says little: to make, to get, a thing.
    Vague,
    /// Articles, pronouns and the fillers of spoken language.
    Stop,
    /// It negates.
    Not,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// In lower case without accents.
    pub text: String,
    /// Its Snowball stem, without accents.
    pub stem: String,
    /// How much it says.
    pub class: Class,
}

impl Token {
    /// Whether it says something, even if little.
    pub fn says(&self) -> bool {
        matches!(self.class, Class::Plain | Class::Vague)
    }
}

/// Parts a text of one language into words.
#[derive(Clone)]
pub(crate) struct Reader {
    language: Language,
    stemmer: Stemmer,
    classes: HashMap<String, Class>,
}

impl Reader {
    pub fn new(language: Language) -> Self {
        let algorithm = match language {
            Language::En => Algorithm::English,
            Language::De => Algorithm::German,
            Language::Es => Algorithm::Spanish,
            Language::Fr => Algorithm::French,
            Language::It => Algorithm::Italian,
        };
        Self { language, stemmer: Stemmer::new(algorithm), classes: HashMap::new() }
    }

    /// Says of words how much they say.
    pub fn class(&mut self, list: &str, class: Class) {
        for word in split(list, self.language) {
            let text = fold(&word, self.language);
            self.classes.insert(text, class);
        }
    }

    pub fn tokens(&self, text: &str) -> Vec<Token> {
        split(text, self.language).into_iter().take(MOST_WORDS).map(|word| self.token(&word)).collect()
    }

    fn token(&self, word: &str) -> Token {
        let text = fold(word, self.language);
        let stem = self.stem(word);
        let class = self.classes.get(&text).copied().unwrap_or(Class::Plain);
        Token { text, stem, class }
    }

    /// The stem of a word in lower case.
    pub fn stem(&self, word: &str) -> String {
        let stem = fold(&self.stemmer.stem(word), self.language);
        let ending = matches!(self.language, Language::It | Language::Es | Language::Fr)
            .then(|| stem.strip_suffix(['a', 'e', 'i', 'o']))
            .flatten();
        // Without its accents a word of these languages keeps an ending that its stem would have lost.
        match ending {
            Some(short) if short.len() >= 4 => short.to_owned(),
            _ => stem,
        }
    }
}

/// The words of a text in lower case. English keeps a contraction in one word, without `'s`.
fn split(text: &str, language: Language) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_alphanumeric() {
            if let Some(word) = words.last_mut() {
                word.extend(letter.to_lowercase());
            }
        } else if language == Language::En && matches!(letter, '\'' | '’') && letters.peek() == Some(&'s') {
            letters.next();
        } else if !(matches!(letter, '\'' | '’') && language == Language::En)
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Takes accents off. In German `ae` is `ä`, as people without an umlaut write it.
pub(crate) fn fold(word: &str, language: Language) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars() {
        match letter {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' => folded.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'e' if language == Language::De && umlaut(&folded) => {}
            letter => folded.push(letter),
        }
    }
    folded
}

/// Whether an `e` after this is only the dots of an umlaut.
fn umlaut(before: &str) -> bool {
    let mut letters = before.chars().rev();
    match letters.next() {
        Some('a' | 'o') => true,
        Some('u') => !matches!(letters.next(), Some('a' | 'e' | 'q') | None),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_accents_and_endings() {
        let mut reader = Reader::new(Language::De);
        reader.class("die", Class::Stop);
        let tokens = reader.tokens("Die Öffnungszeiten, äußerst früh!");
        let stems: Vec<&str> = tokens.iter().map(|token| token.stem.as_str()).collect();
        assert_eq!(stems, ["die", "offnungszeit", "ausserst", "fruh"]);
        assert_eq!(tokens[0].class, Class::Stop);
        assert_eq!(fold("fuer", Language::De), fold("für", Language::De));
        assert_eq!(fold("neue", Language::De), "neue");
    }

    #[test]
    fn a_contraction_is_one_word_in_english_only() {
        let texts = |language, text| -> Vec<String> {
            Reader::new(language).tokens(text).into_iter().map(|token| token.text).collect()
        };
        assert_eq!(texts(Language::En, "I can't, where's"), ["i", "cant", "where"]);
        assert_eq!(texts(Language::Fr, "l’hôtel"), ["l", "hotel"]);
    }
}

//! What callers mean alike, and which words say little: the files in `lexicon/`.

use std::sync::OnceLock;

use crate::Language;
use crate::ideas::Ideas;
use crate::likeness::Neighbours;
use crate::words::{Class, Reader};

/// What is asked for, and told, besides the words: a price, a place, a person, a time, a duration.
pub(crate) const CUES: usize = 5;

const ASKS: [&str; CUES] = ["ask_price", "ask_place", "ask_person", "ask_time", "ask_duration"];
const TELLS: [&str; CUES] = ["tell_price", "tell_place", "tell_person", "tell_time", "tell_duration"];

const WORDS: [&str; 5] = [
    include_str!("../lexicon/en.words.txt"),
    include_str!("../lexicon/de.words.txt"),
    include_str!("../lexicon/es.words.txt"),
    include_str!("../lexicon/fr.words.txt"),
    include_str!("../lexicon/it.words.txt"),
];

const IDEAS: [&str; 5] = [
    include_str!("../lexicon/en.ideas.txt"),
    include_str!("../lexicon/de.ideas.txt"),
    include_str!("../lexicon/es.ideas.txt"),
    include_str!("../lexicon/fr.ideas.txt"),
    include_str!("../lexicon/it.ideas.txt"),
];

/// What is known of a language.
pub(crate) struct Lexicon {
    pub reader: Reader,
    pub ideas: Ideas,
    /// What asks for each of the cues, one idea each.
    pub asks: Ideas,
    /// What tells each of the cues.
    pub tells: Ideas,
    /// Words that others are built of, in lower case.
    pub parts: Vec<String>,
    /// The words of the ideas, to find what was misheard.
    pub words: Neighbours,
}

impl Lexicon {
    /// What is known of a language; read once.
    pub fn of(language: Language) -> &'static Self {
        static ALL: [OnceLock<Lexicon>; 5] = [const { OnceLock::new() }; 5];
        ALL[language as usize].get_or_init(|| Self::read(language))
    }

    fn read(language: Language) -> Self {
        let source = WORDS[language as usize];
        let mut reader = Reader::new(language);
        for (key, class) in [("stop", Class::Stop), ("vague", Class::Vague), ("not", Class::Not)] {
            reader.class(list(source, key), class);
        }
        let mut ideas = Ideas::default();
        for (_, phrases) in lines(IDEAS[language as usize]) {
            ideas.add(&reader, phrases.split(','));
        }
        let cues = |keys: [&str; CUES]| {
            let mut cues = Ideas::default();
            for key in keys {
                cues.add(&reader, list(source, key).split(','));
            }
            cues
        };
        let (asks, tells) = (cues(ASKS), cues(TELLS));
        let parts = list(source, "parts").split(',').map(|part| part.trim().to_owned()).collect();
        let words = Neighbours::new(ideas.words().cloned());
        Self { reader, ideas, asks, tells, parts, words }
    }
}

fn list<'a>(source: &'a str, key: &str) -> &'a str {
    lines(source).find(|(name, _)| *name == key).map_or("", |(_, words)| words)
}

/// `name: word, several words, ...`, one a line; `#` begins a comment.
fn lines(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_language_has_its_words_and_ideas_once() {
        for language in Language::ALL {
            let source = WORDS[language as usize];
            for key in ["stop", "vague", "not"].iter().chain(&ASKS).chain(&TELLS) {
                assert!(!list(source, key).is_empty(), "{language:?} has no {key}");
            }
            let mut names = HashSet::new();
            for (line, text) in IDEAS[language as usize].lines().enumerate() {
                assert!(text.is_empty() || text.starts_with('#') || text.contains(": "), "{language:?}:{}", line + 1);
            }
            for (name, _) in lines(IDEAS[language as usize]) {
                assert!(names.insert(name), "{language:?} has {name} twice");
            }
            assert!(names.len() > 100, "{language:?} has {} ideas", names.len());
        }
    }
}

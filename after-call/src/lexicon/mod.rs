//! How callers put things, in five languages: the words that the rules go by.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use voice_agent::brain::builtin::Lang;
use voice_agent::brain::builtin::words::{Word, fold, key};

/// In the order of [`Lang::ALL`].
static LEXICONS: LazyLock<[Lexicon; 5]> = LazyLock::new(|| {
    [
        include_str!("en.txt"),
        include_str!("de.txt"),
        include_str!("es.txt"),
        include_str!("fr.txt"),
        include_str!("it.txt"),
    ]
    .map(Lexicon::read)
});

/// Words or phrases of one kind.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    /// By their first word; those whose first word has any ending are under the empty one.
    by_first: HashMap<String, Vec<Vec<Part>>>,
}

#[derive(Debug, Clone)]
struct Part {
    text: String,
    any_ending: bool,
    /// Other words may stand before it.
    apart: bool,
}

/// The most words between the parts of a phrase that is said around others: "rufen Sie mich am Dienstag zurück".
const APART: usize = 7;

impl Part {
    fn matches(&self, word: &Word) -> bool {
        if self.any_ending { word.key.starts_with(&self.text) } else { word.key == self.text }
    }
}

impl Phrases {
    /// Reads phrases as people write them; a star at the end of a word stands for any ending, and `..` for a few words.
    pub fn new<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_first: HashMap<String, Vec<Vec<Part>>> = HashMap::new();
        for phrase in phrases {
            let mut parts: Vec<Part> = Vec::new();
            let mut apart = false;
            for word in phrase.split_whitespace() {
                if word == ".." {
                    apart = !parts.is_empty();
                    continue;
                }
                let any_ending = word.ends_with('*');
                let keys = key(word.trim_end_matches('*'));
                for text in keys.split(' ') {
                    parts.push(Part { text: text.to_owned(), any_ending: false, apart: std::mem::take(&mut apart) });
                }
                if let Some(last) = parts.last_mut() {
                    last.any_ending = any_ending;
                }
            }
            parts.retain(|part| !part.text.is_empty());
            let Some(first) = parts.first() else { continue };
            let first = if first.any_ending { String::new() } else { first.text.clone() };
            by_first.entry(first).or_default().push(parts);
        }
        Self { by_first }
    }

    /// How many words one of the phrases takes at the beginning of `words`: the longest.
    pub fn at(&self, words: &[Word]) -> Option<usize> {
        let first = words.first()?;
        let with_first = self.by_first.get(&first.key).into_iter().flatten();
        let with_any = self.by_first.get("").into_iter().flatten();
        with_first.chain(with_any).filter_map(|parts| taken(parts, words)).max()
    }

    /// Where one of them is said first, in words.
    pub fn find(&self, words: &[Word]) -> Option<std::ops::Range<usize>> {
        (0..words.len()).find_map(|at| self.at(&words[at..]).map(|taken| at..at + taken))
    }

    /// Whether one of them is said.
    pub fn are_in(&self, words: &[Word]) -> bool {
        self.find(words).is_some()
    }
}

/// How many words the parts take at the beginning of `words`.
fn taken(parts: &[Part], words: &[Word]) -> Option<usize> {
    let mut at = 0;
    for part in parts {
        let reach = if part.apart { APART } else { 0 };
        at += words.iter().skip(at).take(reach + 1).position(|word| part.matches(word))? + 1;
    }
    Some(at)
}

/// The words of one language.
#[derive(Debug, Default)]
pub struct Lexicon {
    kinds: HashMap<&'static str, Phrases>,
    stop: HashSet<String>,
}

/// The kinds that every language has, but for the words that say nothing.
const KINDS: [&str; 21] = [
    "positive",
    "very positive",
    "polite",
    "negative",
    "very negative",
    "negations",
    "intensifiers",
    "callback",
    "send",
    "opt out",
    "goodbye",
    "named",
    "order",
    "budget",
    "authority",
    "need",
    "time",
    "at",
    "dot",
    "dash",
    "underscore",
];

impl Lexicon {
    /// Of this language.
    pub fn of(language: Lang) -> &'static Self {
        &LEXICONS[language as usize]
    }

    fn read(text: &str) -> Self {
        let mut lexicon = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, entries)) = line.split_once(':') else { continue };
            let entries = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            if name == "stop" {
                lexicon.stop.extend(entries.map(fold));
            } else if let Some(kind) = KINDS.iter().find(|kind| **kind == name) {
                lexicon.kinds.insert(kind, Phrases::new(entries));
            }
        }
        lexicon
    }

    /// The words and phrases of one kind.
    pub fn kind(&self, name: &'static str) -> &Phrases {
        static NONE: LazyLock<Phrases> = LazyLock::new(Phrases::default);
        self.kinds.get(name).unwrap_or(&NONE)
    }

    /// Whether a word says nothing about what a call is about.
    pub fn says_nothing(&self, word: &str) -> bool {
        self.stop.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use voice_agent::brain::builtin::words::words;

    use super::*;

    #[test]
    fn every_language_has_every_kind() {
        for language in Lang::ALL {
            let lexicon = Lexicon::of(language);
            for kind in KINDS {
                assert!(!lexicon.kind(kind).by_first.is_empty(), "{language:?}: {kind}");
            }
            assert!(lexicon.stop.len() > 100, "{language:?}");
        }
    }

    #[test]
    fn phrases_are_found_with_any_ending() {
        let phrases = Phrases::new(["call me back", "satisf*", "ruf* .. zurück"]);
        assert_eq!(phrases.find(&words("Please call me back, ok")), Some(1..4));
        assert!(phrases.are_in(&words("I am satisfied")));
        assert_eq!(phrases.find(&words("Bitte rufen Sie mich am Dienstag um zehn Uhr zurück.")), Some(1..10));
        assert!(!phrases.are_in(&words("rufen Sie mich an, ich gehe jetzt heim und komme dann wieder zurück")));
        assert!(!phrases.are_in(&words("call me")));
    }
}

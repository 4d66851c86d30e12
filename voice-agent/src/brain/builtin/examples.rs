//! How like what was said is to examples: of what callers want, and to the questions of entries.
//!
//! The likeness, 0 to 1, compares the words that carry meaning, as stems, with synonyms joined: how much of what was
//! said is in the example, and how much of the example was said. Words of the answer and of an entry's other questions
//! count for less. Common words count little, so missing or wrong small words do no harm.

use std::collections::{HashMap, HashSet};

use super::Lang;
use super::knowledge::Entry;
use super::lexicon::{Intent, Lexicon};
use super::words::words;

/// The most words of an utterance that are looked at.
const MOST_WORDS: usize = 60;
/// What a common word weighs; one with a meaning weighs 0.4 to 1.
const FILLER: f32 = 0.05;
/// A word that weighs more is what an entry is about.
const TELLING: f32 = 0.65;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub target: Target,
    /// 0 to 1.
    pub score: f32,
}

/// What a caller may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    Intent(Intent),
    /// An entry of the knowledge, by its place.
    Entry(usize),
}

/// The examples of one wish or entry.
struct Doc {
    target: Target,
    questions: Vec<Vec<String>>,
    /// The words of all questions.
    asked: HashSet<String>,
    /// The words of the answer.
    answered: HashSet<String>,
}

/// The examples of one language.
pub struct Examples {
    language: Lang,
    fillers: HashSet<String>,
    /// From a stem to the stem that stands for its synonyms.
    synonyms: HashMap<String, String>,
    wishes: Vec<Doc>,
    /// In the order of the entries.
    entries: Vec<Doc>,
    weights: HashMap<String, f32>,
}

impl Examples {
    /// Reads the wishes of a language, and the entries.
    pub fn new(language: Lang, lexicon: &Lexicon, entries: &[Entry]) -> Self {
        let mut examples = Self {
            language,
            fillers: lexicon.fillers.clone(),
            synonyms: HashMap::new(),
            wishes: Vec::new(),
            entries: Vec::new(),
            weights: HashMap::new(),
        };
        examples.synonyms = examples.join_synonyms(&lexicon.synonyms);
        let wish = |(intent, wished): (&Intent, &Vec<String>)| examples.doc(Target::Intent(*intent), wished, "");
        examples.wishes = lexicon.intents.iter().map(wish).collect();
        let entry =
            |(place, entry): (usize, &Entry)| examples.doc(Target::Entry(place), &entry.questions, &entry.answer);
        examples.entries = entries.iter().enumerate().map(entry).collect();
        examples.weigh();
        examples
    }

    fn doc(&self, target: Target, questions: &[String], answer: &str) -> Doc {
        let questions: Vec<Vec<String>> = questions.iter().map(|question| self.stems(question)).collect();
        let asked = questions.iter().flatten().cloned().collect();
        let answered = self.stems(answer).into_iter().filter(|stem| !self.fillers.contains(stem)).collect();
        Doc { target, questions, asked, answered }
    }

    fn join_synonyms(&self, groups: &[Vec<String>]) -> HashMap<String, String> {
        let mut synonyms = HashMap::new();
        for group in groups {
            let stems: Vec<String> = group.iter().flat_map(|word| self.stems(word)).collect();
            let Some(first) = stems.first().cloned() else { continue };
            for stem in stems {
                synonyms.entry(stem).or_insert_with(|| first.clone());
            }
        }
        synonyms
    }

    /// The stems of a text. A common word is its own stem.
    fn stems(&self, text: &str) -> Vec<String> {
        let stem = |key: String| {
            if self.fillers.contains(&key) {
                return key;
            }
            let stem = self.language.stem(&key);
            self.synonyms.get(&stem).cloned().unwrap_or(stem)
        };
        words(text).into_iter().take(MOST_WORDS).map(|word| stem(word.key)).collect()
    }

    /// What a word weighs: the fewer wishes and entries use it, the more.
    fn weigh(&mut self) {
        let docs = || self.wishes.iter().chain(&self.entries);
        let mut counts: HashMap<&String, f32> = HashMap::new();
        for stem in docs().flat_map(|doc| &doc.asked) {
            *counts.entry(stem).or_default() += 1.0;
        }
        let all = docs().count() as f32 + 1.0;
        let weight = |count: f32| 0.4 + 0.6 * ((all / count).ln() / all.ln().max(1.0));
        let weights = counts
            .into_iter()
            .map(|(stem, count)| (stem.clone(), if self.fillers.contains(stem) { FILLER } else { weight(count) }));
        self.weights = weights.collect();
    }

    /// How like it is to all wishes and to these entries, the likest first.
    pub fn compare(&self, text: &str, entries: impl Iterator<Item = usize>) -> Vec<Hit> {
        let mut said = self.stems(text);
        said.dedup();
        let says = |stem: &&String| !self.fillers.contains(*stem);
        let telling: Vec<&String> = if said.iter().any(|stem| says(&stem)) {
            said.iter().filter(says).collect()
        } else {
            said.iter().collect()
        };
        let entries = entries.filter_map(|place| self.entries.get(place));
        let mut hits: Vec<Hit> = self
            .wishes
            .iter()
            .filter(|doc| telling.iter().any(|stem| shares(stem, doc)))
            .chain(entries)
            .map(|doc| self.likeness(&said, doc))
            .collect();
        // Where both fit alike, what is wanted goes before what is asked: "I need an appointment".
        let rank = |hit: &Hit| hit.score + if matches!(hit.target, Target::Intent(_)) { 0.02 } else { 0.0 };
        hits.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        hits
    }

    fn likeness(&self, said: &[String], doc: &Doc) -> Hit {
        let intent = matches!(doc.target, Target::Intent(_));
        // An unknown word may be a name in what is wanted, but makes a question another question.
        let unknown = if intent { 0.25 } else { 0.85 };
        let to_one = |question: &Vec<String>| self.likeness_to(said, question, doc, unknown, intent);
        let score = doc.questions.iter().map(to_one).fold(0.0, f32::max);
        Hit { target: doc.target, score }
    }

    fn likeness_to(&self, said: &[String], question: &[String], doc: &Doc, unknown: f32, intent: bool) -> f32 {
        let weight = |stem: &String| match self.weights.get(stem) {
            Some(weight) => *weight,
            None if self.fillers.contains(stem) => FILLER,
            None => unknown,
        };
        let mut found = 0.0;
        let mut all = 0.0;
        let mut other = false;
        for stem in said {
            let here = nearest(stem, question.iter());
            let there = if doc.asked.contains(stem) { 0.7 } else { 0.0 };
            let answer = if doc.answered.contains(stem) { 0.5 } else { 0.0 };
            found += weight(stem) * here.max(there).max(answer);
            all += weight(stem);
            // A word that other entries are about: how long a filling takes is not how long a cleaning takes.
            other |=
                here.max(there).max(answer) == 0.0 && self.weights.get(stem).is_some_and(|weight| *weight > TELLING);
        }
        let covered: f32 = question.iter().map(|stem| weight(stem) * nearest(stem, said.iter())).sum();
        let whole: f32 = question.iter().map(weight).sum();
        if all == 0.0 || whole == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (found / all, covered / whole);
        let telling = question.iter().filter(|stem| !self.fillers.contains(*stem)).count();
        if precision + recall == 0.0 {
            return 0.0;
        }
        let harmonic = 2.0 * precision * recall / (precision + recall);
        match telling {
            // One word is easily found in a sentence about something else.
            0 | 1 => harmonic * precision.sqrt(),
            // "Any time" is not "what time do you open".
            _ if intent && recall < 0.6 => 0.8 * (precision * recall).sqrt(),
            _ if intent => (precision * recall).sqrt(),
            _ if other && recall < 0.95 => 0.75 * harmonic,
            _ => harmonic,
        }
    }
}

/// Whether a word, or one like it, is among the examples.
fn shares(stem: &str, doc: &Doc) -> bool {
    doc.asked.contains(stem) || nearest(stem, doc.asked.iter()) > 0.0
}

/// How like the most similar of the words is: 1 for the same one, less for one that holds it or is one letter off.
fn nearest<'a>(stem: &str, others: impl Iterator<Item = &'a String>) -> f32 {
    let like = |other: &String| {
        if other == stem {
            return 1.0;
        }
        let (short, long) = if other.len() < stem.len() { (other.as_str(), stem) } else { (stem, other.as_str()) };
        if short.len() >= 5 && long.contains(short) {
            0.75
        } else if short.len() >= 5 && long.len() - short.len() <= 1 && strsim::osa_distance(short, long) <= 1 {
            0.7
        } else {
            0.0
        }
    };
    others.map(like).fold(0.0, f32::max)
}

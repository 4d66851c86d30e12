//! Which passages have which words, ideas and cues, and how prominently.

use std::collections::HashMap;

use crate::compound::Parts;
use crate::ideas::Ideas;
use crate::lexicon::{CUES, Lexicon};
use crate::likeness::Neighbours;
use crate::words::{Class, Token};
use crate::{Language, Passage};

/// What a part of a long word is worth beside the word.
const PART: f32 = 0.75;
/// How many different words an answer may have before each is worth less.
const LONG_ANSWER: f32 = 30.0;

/// Something by which passages are found, in one passage: 0 to 1 for each field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    pub place: u32,
    pub question: f32,
    pub answer: f32,
}

/// The passages that have a feature, and how telling it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Feature {
    pub postings: Vec<Posting>,
    /// 0 where all passages have it, 1 where one has.
    pub rarity: f32,
}

/// The index of one language.
pub(crate) struct Index {
    pub lexicon: &'static Lexicon,
    /// What the business calls alike.
    pub own: Ideas,
    pub parts: Parts,
    pub terms: HashMap<String, u32>,
    pub words: Vec<Feature>,
    /// Those of the lexicon, then the business's own.
    pub ideas: Vec<Feature>,
    pub cues: Vec<Feature>,
    /// The terms, to find what was misheard.
    pub neighbours: Neighbours,
    /// What the words of each passage's questions weigh.
    pub headings: Vec<f32>,
}

/// A feature while the index is built.
type Field = HashMap<u32, (f32, f32)>;

impl Index {
    pub fn build(language: Language, passages: &[Passage], synonyms: &[Vec<String>]) -> Self {
        let lexicon = Lexicon::of(language);
        let mut own = Ideas::default();
        for group in synonyms {
            own.add(&lexicon.reader, group.iter().map(String::as_str));
        }
        let read = |passage: &Passage| {
            let questions: Vec<Vec<Token>> =
                passage.questions.iter().map(|question| lexicon.reader.tokens(question)).collect();
            (questions, lexicon.reader.tokens(&passage.answer))
        };
        let mut parts = Parts::new(language, &lexicon.parts);
        lexicon.ideas.words().for_each(|word| parts.learn(word));
        for passage in passages {
            let (questions, answer) = read(passage);
            for token in questions.iter().flatten().chain(&answer).filter(|token| token.class == Class::Plain) {
                parts.learn(&token.text);
                parts.learn(&token.stem);
            }
        }
        let ideas = vec![Feature::default(); lexicon.ideas.len() + own.len()];
        let mut index = Self {
            lexicon,
            own,
            parts,
            terms: HashMap::new(),
            words: Vec::new(),
            ideas,
            cues: vec![Feature::default(); CUES],
            neighbours: Neighbours::default(),
            headings: Vec::with_capacity(passages.len()),
        };
        for (place, passage) in passages.iter().enumerate() {
            let (questions, answer) = read(passage);
            index.add(place as u32, &questions, &answer);
        }
        index.weigh(passages.len());
        index.measure_headings(passages);
        index
    }

    fn add(&mut self, place: u32, questions: &[Vec<Token>], answer: &[Token]) {
        let (mut words, mut ideas, mut cues) = (Field::new(), Field::new(), Field::new());
        for question in questions {
            self.add_words(question, &mut words, |field| &mut field.0, 1.0);
            self.add_ideas(question, &mut ideas, |field| &mut field.0, 1.0);
            for found in self.lexicon.asks.find(question) {
                raise(&mut cues, found.idea as u32, |field| &mut field.0, 1.0);
            }
        }
        let different = answer.iter().filter(|token| token.says()).count() as f32;
        let worth = (LONG_ANSWER / different.max(LONG_ANSWER)).powf(0.3);
        self.add_words(answer, &mut words, |field| &mut field.1, worth);
        self.add_ideas(answer, &mut ideas, |field| &mut field.1, worth);
        for found in self.lexicon.tells.find(answer) {
            raise(&mut cues, found.idea as u32, |field| &mut field.1, worth);
        }
        file(place, words, &mut self.words);
        file(place, ideas, &mut self.ideas);
        file(place, cues, &mut self.cues);
    }

    fn add_words(&mut self, tokens: &[Token], field: &mut Field, side: fn(&mut (f32, f32)) -> &mut f32, worth: f32) {
        for token in tokens.iter().filter(|token| token.says()) {
            let term = self.term(&token.stem);
            raise(field, term, side, worth);
            for part in self.parts.split(&token.text, &self.lexicon.reader) {
                let term = self.term(&part);
                raise(field, term, side, worth * PART);
            }
        }
    }

    fn add_ideas(&self, tokens: &[Token], field: &mut Field, side: fn(&mut (f32, f32)) -> &mut f32, worth: f32) {
        for found in self.lexicon.ideas.find(tokens) {
            raise(field, found.idea as u32, side, worth * found.strength);
        }
        for found in self.own.find(tokens) {
            raise(field, (self.lexicon.ideas.len() + found.idea) as u32, side, worth);
        }
        for token in tokens.iter().filter(|token| token.class == Class::Plain) {
            for part in self.parts.split(&token.text, &self.lexicon.reader) {
                for (idea, strength) in self.lexicon.ideas.of(&part) {
                    raise(field, idea as u32, side, worth * strength * PART);
                }
            }
        }
    }

    fn term(&mut self, stem: &str) -> u32 {
        if let Some(term) = self.terms.get(stem) {
            return *term;
        }
        let term = self.words.len() as u32;
        self.terms.insert(stem.to_owned(), term);
        self.words.push(Feature::default());
        term
    }

    fn weigh(&mut self, count: usize) {
        for feature in self.words.iter_mut().chain(&mut self.ideas).chain(&mut self.cues) {
            let found: f32 = feature.postings.iter().map(|posting| posting.question.max(0.6 * posting.answer)).sum();
            feature.rarity = rarity(found, count);
        }
        let mut stems: Vec<(&String, &u32)> = self.terms.iter().collect();
        stems.sort_by_key(|(_, term)| **term);
        self.neighbours = Neighbours::new(stems.into_iter().map(|(stem, _)| stem.clone()));
    }

    fn measure_headings(&mut self, passages: &[Passage]) {
        let weigh = |question: &String| -> f32 {
            let mut tokens = self.lexicon.reader.tokens(question);
            tokens.retain(Token::says);
            tokens.sort_by(|a, b| a.stem.cmp(&b.stem));
            tokens.dedup_by(|a, b| a.stem == b.stem);
            tokens.iter().map(|token| self.importance(token)).sum()
        };
        // Of several questions the shortest: one of them is enough to be asked.
        let headings = passages.iter().map(|passage| passage.questions.iter().map(weigh).fold(f32::INFINITY, f32::min));
        self.headings = headings.map(|weight| if weight.is_finite() { weight.max(0.3) } else { 1.0 }).collect();
    }

    /// The feature of a stem.
    pub fn word(&self, stem: &str) -> Option<u32> {
        self.terms.get(stem).copied()
    }

    /// What a word that is known weighs.
    pub fn importance(&self, token: &Token) -> f32 {
        let rarity = self.word(&token.stem).map_or(0.0, |term| self.words[term as usize].rarity);
        if token.class == Class::Vague { rarity * VAGUE } else { rarity }
    }
}

/// What a vague word weighs.
pub(crate) const VAGUE: f32 = 0.15;

/// How telling something is that so many of so many passages have.
fn rarity(found: f32, count: usize) -> f32 {
    let all = count as f32 + 1.0;
    (all / (found + 0.5).max(1.0)).ln().max(0.0) / all.ln().max(1.0) * 0.9 + 0.1
}

fn raise(field: &mut Field, feature: u32, side: fn(&mut (f32, f32)) -> &mut f32, worth: f32) {
    let value = side(field.entry(feature).or_default());
    *value = value.max(worth);
}

fn file(place: u32, field: Field, features: &mut [Feature]) {
    for (feature, (question, answer)) in field {
        features[feature as usize].postings.push(Posting { place, question, answer });
    }
}

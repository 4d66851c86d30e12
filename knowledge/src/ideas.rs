//! Ideas: words and phrases that mean much the same. A word may stand for several.

use std::collections::HashMap;

use crate::words::{Class, Reader, Token};

/// How far the words of a phrase may be apart, beyond its own length.
const SLACK: usize = 3;
/// What the one word of a phrase that says something is worth without the others.
const ALONE: f32 = 0.4;
/// What a word is worth to each of the ideas that it may stand for, by their number.
const SHARED: [f32; 5] = [1.0, 0.85, 0.72, 0.62, 0.55];

/// Words and phrases by the idea that they stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ideas {
    count: usize,
    /// By stem.
    singles: HashMap<String, Vec<usize>>,
    /// By the stem of one of their words.
    phrases: HashMap<String, Vec<Phrase>>,
}

#[derive(Debug, Clone)]
struct Phrase {
    idea: usize,
    stems: Vec<String>,
    /// The words that say nothing.
    small: Vec<String>,
    negated: bool,
    /// Word for word, in this order.
    literal: bool,
}

/// An idea in a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub idea: usize,
    /// How surely it is meant, 0 to 1.
    pub strength: f32,
    /// The places of the words that stand for it.
    pub places: Vec<usize>,
}

impl Ideas {
    /// Adds an idea.
    pub fn add<'a>(&mut self, reader: &Reader, phrases: impl Iterator<Item = &'a str>) {
        let idea = self.count;
        self.count += 1;
        for phrase in phrases {
            let tokens = reader.tokens(phrase);
            match tokens.as_slice() {
                [] => {}
                [token] => {
                    let ideas = self.singles.entry(token.stem.clone()).or_default();
                    if !ideas.contains(&idea) {
                        ideas.push(idea);
                    }
                }
                tokens => self.add_phrase(idea, tokens),
            }
        }
    }

    fn add_phrase(&mut self, idea: usize, tokens: &[Token]) {
        let negated = tokens.iter().any(|token| token.class == Class::Not);
        let plain = tokens.iter().any(|token| token.class == Class::Plain);
        let vague = tokens.iter().any(|token| token.class == Class::Vague);
        // Words that say little mean something in their order only: "how much", "get in".
        let literal = !(plain || negated && vague);
        let stems: Vec<String> =
            tokens.iter().filter(|token| literal || token.says()).map(|token| token.stem.clone()).collect();
        // A phrase is looked for where its rarest word stands: the longest is a good guess.
        let key = if literal { stems.first() } else { stems.iter().max_by_key(|stem| stem.len()) };
        if let Some(key) = key.cloned() {
            let small = tokens.iter().filter(|token| token.class == Class::Stop).map(|token| token.stem.clone());
            let small = if literal { Vec::new() } else { small.collect() };
            self.phrases.entry(key).or_default().push(Phrase { idea, stems, small, negated, literal });
        }
    }

    /// How many ideas there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The single words, as stems.
    pub fn words(&self) -> impl Iterator<Item = &String> {
        self.singles.keys()
    }

    /// The ideas that a stem may stand for, with how surely.
    pub fn of(&self, stem: &str) -> impl Iterator<Item = (usize, f32)> {
        let ideas = self.singles.get(stem).map_or(&[][..], Vec::as_slice);
        let strength = SHARED[ideas.len().clamp(1, SHARED.len()) - 1];
        ideas.iter().map(move |idea| (*idea, strength))
    }

    /// Whether a stem stands for something by itself.
    pub fn knows(&self, stem: &str) -> bool {
        self.singles.contains_key(stem)
    }

    /// The ideas in a text.
    pub fn find(&self, tokens: &[Token]) -> Vec<Found> {
        let mut found = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            found.extend(self.of(&token.stem).map(|(idea, strength)| Found { idea, strength, places: vec![place] }));
            for phrase in self.phrases.get(&token.stem).into_iter().flatten() {
                if let Some(places) = phrase.at(place, tokens) {
                    let strength = phrase.strength(place, tokens);
                    found.push(Found { idea: phrase.idea, strength, places });
                }
            }
        }
        found
    }
}

impl Phrase {
    /// The places of its words around one of them.
    fn at(&self, place: usize, tokens: &[Token]) -> Option<Vec<usize>> {
        if self.literal {
            let here = tokens.get(place..place + self.stems.len())?;
            let same = here.iter().zip(&self.stems).all(|(token, stem)| token.stem == *stem);
            return same.then(|| (place..place + self.stems.len()).collect());
        }
        let reach = self.stems.len() + SLACK;
        let from = place.saturating_sub(reach);
        let to = (place + reach + 1).min(tokens.len());
        let near = || (from..to).filter(|at| *at != place);
        if self.negated && !near().any(|at| tokens[at].class == Class::Not) {
            return None;
        }
        let mut places = Vec::with_capacity(self.stems.len());
        for stem in &self.stems {
            let nearest = (from..to)
                .filter(|at| tokens[*at].stem == *stem && !places.contains(at))
                .min_by_key(|at| at.abs_diff(place))?;
            places.push(nearest);
        }
        Some(places)
    }

    /// How surely it is meant around one of its words: where but one of them says something, the others tell whether.
    fn strength(&self, place: usize, tokens: &[Token]) -> f32 {
        if self.stems.len() > 1 || self.small.is_empty() || self.negated {
            return 1.0;
        }
        let reach = self.small.len() + 1;
        let near = &tokens[place.saturating_sub(reach)..(place + reach + 1).min(tokens.len())];
        let said = self.small.iter().filter(|stem| near.iter().any(|token| token.stem == **stem)).count();
        ALONE + (1.0 - ALONE) * said as f32 / self.small.len() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn reader() -> Reader {
        let mut reader = Reader::new(Language::En);
        reader.class("the my can how much i to", Class::Stop);
        reader.class("get come make", Class::Vague);
        reader.class("cant not", Class::Not);
        reader
    }

    fn ideas() -> Ideas {
        let mut ideas = Ideas::default();
        ideas.add(&reader(), ["cancel", "can't come"].into_iter());
        ideas.add(&reader(), ["leave my car", "parking"].into_iter());
        ideas.add(&reader(), ["how much", "charge"].into_iter());
        ideas
    }

    fn found(text: &str) -> Vec<usize> {
        ideas().find(&reader().tokens(text)).into_iter().map(|found| found.idea).collect()
    }

    #[test]
    fn words_and_phrases_stand_for_ideas() {
        assert_eq!(found("cancelled"), [0]);
        assert_eq!(found("where can I leave the old car"), [1]);
        assert_eq!(found("how much do you charge"), [2, 2]);
    }

    #[test]
    fn a_negation_belongs_to_its_phrase() {
        assert_eq!(found("I can't come tomorrow"), [0]);
        assert_eq!(found("I come tomorrow"), [0; 0]);
    }

    #[test]
    fn small_words_need_their_order() {
        assert_eq!(found("much how"), [0; 0]);
    }
}

//! A question as units: what each says, how much it weighs, and by which features passages may have it.

use std::collections::HashSet;

use crate::index::{Feature, Index, VAGUE};
use crate::lexicon::CUES;
use crate::likeness::Likeness;
use crate::words::{Class, Token};

/// The most words of a question that are looked at.
const MOST_WORDS: usize = 60;
/// The most words like one that are taken instead of it.
const MOST_LIKE: usize = 6;

/// What evidence is worth beside the word itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weights {
    /// A word of the same idea.
    pub idea: f32,
    /// A word of the idea of a word like this one.
    pub idea_like: f32,
    /// A part of a long word.
    pub part: f32,
    /// A word that nobody knows.
    pub unknown: f32,
    /// A word with a meaning that no passage has.
    pub missing: f32,
    /// A number.
    pub number: f32,
    /// What is asked for.
    pub cue: f32,
    /// A phrase of small words.
    pub small: f32,
}

impl Weights {
    pub const DEFAULT: Self =
        Self { idea: 0.8, idea_like: 0.6, part: 0.6, unknown: 0.5, missing: 0.8, number: 0.1, cue: 0.25, small: 0.3 };
}

/// A reason why a passage may have what a unit says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    pub feature: &'a Feature,
    /// 0 to 1.
    pub weight: f32,
}

/// Something that the question says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unit<'a> {
    pub importance: f32,
    pub evidence: Vec<Evidence<'a>>,
}

impl<'a> Unit<'a> {
    fn push(&mut self, feature: &'a Feature, strength: f32) {
        if !feature.postings.is_empty() {
            self.evidence.push(Evidence { feature, weight: strength * feature.rarity });
        }
    }
}

/// What a question says.
pub(crate) fn units<'a>(index: &'a Index, text: &str, weights: &Weights) -> Vec<Unit<'a>> {
    let mut tokens = index.lexicon.reader.tokens(text);
    tokens.truncate(MOST_WORDS);
    Asked { index, weights, phrases: ideas(index, &tokens), tokens, used: HashSet::new() }.units()
}

/// An idea of the question: its feature, its strength, and where it stands.
struct Meant {
    feature: usize,
    strength: f32,
    places: Vec<usize>,
}

fn ideas(index: &Index, tokens: &[Token]) -> Vec<Meant> {
    let own = index.own.find(tokens).into_iter().map(|found| Meant {
        feature: index.lexicon.ideas.len() + found.idea,
        strength: 1.25,
        places: found.places,
    });
    let known = index.lexicon.ideas.find(tokens).into_iter();
    known
        .map(|found| Meant { feature: found.idea, strength: found.strength, places: found.places })
        .chain(own)
        .collect()
}

struct Asked<'a, 'b> {
    index: &'a Index,
    weights: &'b Weights,
    tokens: Vec<Token>,
    phrases: Vec<Meant>,
    /// Ideas that a word stood for.
    used: HashSet<usize>,
}

impl<'a> Asked<'a, '_> {
    fn units(mut self) -> Vec<Unit<'a>> {
        let mut units = Vec::new();
        let mut seen = HashSet::new();
        for place in 0..self.tokens.len() {
            let token = self.tokens[place].clone();
            if token.says() && seen.insert(token.stem.clone()) {
                units.extend(self.word(place, &token));
            }
        }
        units.extend(self.small_phrases());
        units.extend(self.cues());
        units
    }

    /// What one word says; a long word that is not known says what its parts say.
    fn word(&mut self, place: usize, token: &Token) -> Vec<Unit<'a>> {
        let index = self.index;
        let known = index.word(&token.stem);
        let mut unit = Unit::default();
        if let Some(term) = known {
            unit.push(&index.words[term as usize], 1.0);
        }
        let meant = self.meant(place, &mut unit);
        let joined = self.joined(place, &mut unit);
        let parts = if token.class == Class::Plain {
            index.parts.split(&token.text, &index.lexicon.reader)
        } else {
            Vec::new()
        };
        if known.is_none() && !meant && !joined && !parts.is_empty() {
            return self.parts(&parts);
        }
        for part in &parts {
            self.part(part, self.weights.part, &mut unit);
        }
        let meaning = index.lexicon.ideas.knows(&token.stem) || index.own.knows(&token.stem);
        if token.class == Class::Plain {
            self.like(token, known.is_some() || meaning, &mut unit);
        }
        unit.importance = self.importance(token, known, meant || meaning, &unit);
        vec![unit]
    }

    /// The ideas that the word at a place stands for, alone or with others.
    fn meant(&mut self, place: usize, unit: &mut Unit<'a>) -> bool {
        let mut any = false;
        for meant in self.phrases.iter().filter(|meant| meant.places.contains(&place)) {
            any = true;
            unit.push(&self.index.ideas[meant.feature], self.weights.idea * meant.strength);
        }
        self.used.extend(self.phrases.iter().filter(|it| it.places.contains(&place)).map(|it| it.feature));
        any
    }

    /// A word that was heard as two: with the one before or behind it, it is known.
    fn joined(&self, place: usize, unit: &mut Unit<'a>) -> bool {
        let mut any = false;
        for first in [place.checked_sub(1), Some(place)].into_iter().flatten() {
            let Some([one, two]) = self.tokens.get(first..first + 2) else { continue };
            if one.text.len() < 2 || two.text.len() < 2 || one.text.len() + two.text.len() < 6 {
                continue;
            }
            let stem = self.index.lexicon.reader.stem(&format!("{}{}", one.text, two.text));
            if let Some(term) = self.index.word(&stem) {
                unit.push(&self.index.words[term as usize], 0.9);
                any = true;
            }
            for (idea, strength) in self.index.lexicon.ideas.of(&stem) {
                unit.push(&self.index.ideas[idea], self.weights.idea * strength * 0.9);
                any = true;
            }
        }
        any
    }

    fn parts(&mut self, parts: &[String]) -> Vec<Unit<'a>> {
        let mut units = Vec::new();
        for part in parts {
            let mut unit = Unit::default();
            self.part(part, 1.0, &mut unit);
            let best = unit.evidence.iter().map(|evidence| evidence.weight).fold(0.0, f32::max);
            unit.importance = if unit.evidence.is_empty() { self.weights.missing } else { best.max(0.3) } * 0.75;
            units.push(unit);
        }
        units
    }

    fn part(&self, part: &str, worth: f32, unit: &mut Unit<'a>) {
        if let Some(term) = self.index.word(part) {
            unit.push(&self.index.words[term as usize], worth);
        }
        for (idea, strength) in self.index.lexicon.ideas.of(part) {
            unit.push(&self.index.ideas[idea], worth * self.weights.idea * strength);
        }
    }

    /// Words of the passages and of the ideas that this one may be a form of or, where nobody knows it, a slip for.
    fn like(&self, token: &Token, known: bool, unit: &mut Unit<'a>) {
        let index = self.index;
        let worth = |likeness: Likeness| match likeness {
            Likeness::Slip(_) if known => 0.0,
            Likeness::Kin(strength) | Likeness::Slip(strength) => strength,
        };
        for (term, likeness) in index.neighbours.like(&token.stem).into_iter().take(MOST_LIKE) {
            if worth(likeness) > 0.0 {
                unit.push(&index.words[term], worth(likeness));
            }
        }
        if known {
            return;
        }
        for (place, likeness) in index.lexicon.words.like(&token.stem).into_iter().take(MOST_LIKE) {
            for (idea, strength) in index.lexicon.ideas.of(index.lexicon.words.word(place)) {
                unit.push(&index.ideas[idea], self.weights.idea_like * strength * worth(likeness));
            }
        }
    }

    fn importance(&self, token: &Token, known: Option<u32>, meant: bool, unit: &Unit) -> f32 {
        let best = unit.evidence.iter().map(|evidence| evidence.weight).fold(0.0, f32::max);
        let weight = match known {
            _ if token.text.chars().all(|letter| letter.is_ascii_digit()) => return self.weights.number,
            Some(term) => self.index.words[term as usize].rarity,
            None if meant && best > 0.0 => best.max(0.4),
            None if meant => self.weights.missing,
            None => self.weights.unknown.max(best),
        };
        if token.class == Class::Vague { weight * if meant { 0.6 } else { VAGUE } } else { weight }
    }

    /// Phrases of words that say nothing by themselves.
    fn small_phrases(&self) -> Vec<Unit<'a>> {
        let small = self.phrases.iter().filter(|meant| {
            meant.places.iter().all(|place| !self.tokens[*place].says()) && !self.used.contains(&meant.feature)
        });
        let mut units = Vec::new();
        for meant in small {
            let mut unit = Unit { importance: self.weights.small, ..Unit::default() };
            unit.push(&self.index.ideas[meant.feature], self.weights.idea * meant.strength);
            if !unit.evidence.is_empty() {
                units.push(unit);
            }
        }
        units
    }

    /// What is asked for: a price, a place, a person, a time, a duration.
    fn cues(&self) -> Vec<Unit<'a>> {
        let mut asked = [false; CUES];
        for found in self.index.lexicon.asks.find(&self.tokens) {
            asked[found.idea] = true;
        }
        let mut units = Vec::new();
        for (cue, _) in asked.iter().enumerate().filter(|(_, asked)| **asked) {
            let mut unit = Unit { importance: self.weights.cue, ..Unit::default() };
            unit.push(&self.index.cues[cue], self.weights.cue);
            units.push(unit);
        }
        units
    }
}

//! How well each passage answers a question, and how sure that is.

use crate::index::Index;
use crate::query::{Unit, Weights, units};

/// What a match in the answer is worth beside one in the question.
const ANSWER: f32 = 0.55;
/// What a match in the answer adds to one in the question.
const BOTH: f32 = 0.1;
/// The most that a unit may give, as a share of what it weighs: rare evidence may tell more than the word that was said.
const MOST: f32 = 1.5;
/// What closeness of meaning is worth in the rank beside all that was asked, where words tell nothing.
const CLOSENESS: f32 = 0.4;
/// As close as this are so many passages that it tells nothing.
const COMMON: f32 = 0.3;
/// How much likelier an answer is, as a logit, the closer it is in meaning than the closest of so many by chance.
const MEANT: f32 = 0.5;
/// What it adds that a question is matched whole.
const HEADING: f32 = 0.25;

/// A passage that has something of what was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Match {
    pub place: usize,
    /// What it is ranked by.
    pub rank: f32,
    /// How much of what was asked it has, 0 to 1.
    pub covered: f32,
    /// How much of its question was asked, 0 to 1.
    pub heading: f32,
    /// What it has of what was asked, in words that one passage only has.
    pub amount: f32,
    /// How close it is in meaning, where that is known.
    pub closeness: Option<f32>,
}

/// What is known of a question before any passage is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Asked {
    /// What all that is asked weighs.
    pub weight: f32,
    /// The share of it that no passage has.
    pub missing: f32,
}

/// All passages that have something, the best first.
pub(crate) fn matches(index: &Index, text: &str) -> (Asked, Vec<Match>) {
    let units = units(index, text, &Weights::DEFAULT);
    let asked = asked(&units);
    if asked.weight <= 0.0 {
        return (asked, Vec::new());
    }
    let count = index.headings.len();
    let mut sums = Sums { amount: vec![0.0; count], heading: vec![0.0; count], touched: Vec::new() };
    let mut best: Vec<(f32, f32)> = vec![(0.0, 0.0); count];
    for unit in &units {
        sums.add(unit, &mut best);
    }
    let mut found: Vec<Match> = sums
        .touched
        .iter()
        .filter(|place| sums.amount[**place as usize] > 0.0)
        .map(|place| {
            let place = *place as usize;
            let amount = sums.amount[place];
            let covered = (amount / asked.weight).min(1.0);
            let heading = (sums.heading[place] / index.headings[place]).min(1.0);
            Match { place, rank: covered * (1.0 + HEADING * heading), covered, heading, amount, closeness: None }
        })
        .collect();
    found.dedup_by_key(|it| it.place);
    sort(&mut found);
    (asked, found)
}

fn asked(units: &[Unit]) -> Asked {
    let weight: f32 = units.iter().map(|unit| unit.importance).sum();
    let missing: f32 = units.iter().filter(|unit| unit.evidence.is_empty()).map(|unit| unit.importance).sum();
    Asked { weight, missing: if weight > 0.0 { missing / weight } else { 0.0 } }
}

struct Sums {
    amount: Vec<f32>,
    heading: Vec<f32>,
    touched: Vec<u32>,
}

impl Sums {
    /// Adds what a unit finds: in each passage its best evidence only.
    fn add(&mut self, unit: &Unit, best: &mut [(f32, f32)]) {
        let mut here: Vec<u32> = Vec::new();
        for evidence in &unit.evidence {
            for posting in &evidence.feature.postings {
                let both = if posting.question > 0.0 { BOTH * posting.answer } else { 0.0 };
                let field = posting.question.max(ANSWER * posting.answer) + both;
                let slot = &mut best[posting.place as usize];
                if *slot == (0.0, 0.0) {
                    here.push(posting.place);
                }
                slot.0 = slot.0.max(evidence.weight * field);
                slot.1 = slot.1.max(evidence.weight * posting.question);
            }
        }
        for place in here {
            let at = place as usize;
            let (amount, heading) = std::mem::take(&mut best[at]);
            if self.amount[at] == 0.0 {
                self.touched.push(place);
            }
            self.amount[at] += amount.min(unit.importance.max(0.05) * MOST);
            self.heading[at] += heading.min(unit.importance * MOST);
        }
    }
}

/// How likely the best passage answers: from how much of what was asked it has, what is missing, and how far ahead it
/// is. The weights are those of a logistic regression over the sets in `evaluation/`, both kinds weighing the same.
pub(crate) fn likelihood(asked: Asked, best: &Match, rival: Option<&Match>) -> f32 {
    let ahead = rival.map_or(1.0, |rival| 1.0 - rival.rank / best.rank);
    let words =
        -1.5 + 1.4 * best.covered + 2.1 * best.heading + 1.0 * best.amount.min(2.0) + 0.5 * ahead - 2.4 * asked.missing;
    let meaning = best.closeness.map_or(0.0, |closeness| MEANT * (closeness - 0.8));
    1.0 / (1.0 + (-words - meaning).exp())
}

/// Joins what was found by words with how close the passages are in meaning, one number for each passage in the order
/// of the library; `None` where one has no vector. `doubt`, 0 to 1, is how unsure words alone are: where they are sure,
/// meaning changes nothing. The weights are a compromise between vectors that know the answers and vectors that know
/// little (`tests/fusion.rs`).
pub(crate) fn fuse(found: &mut Vec<Match>, closeness: &[Option<f32>], doubt: f32) {
    let mut missing: Vec<bool> = vec![true; closeness.len()];
    for it in found.iter() {
        missing[it.place] = false;
    }
    let others =
        (0..closeness.len()).filter(|place| missing[*place] && closeness[*place].is_some_and(|it| it > COMMON));
    found.extend(others.map(|place| Match { place, ..Match::default() }));
    for it in found.iter_mut() {
        it.closeness = closeness[it.place];
        it.rank += CLOSENESS * doubt * (it.closeness.unwrap_or(0.0) - COMMON).max(0.0);
    }
    sort(found);
}

fn sort(found: &mut [Match]) {
    found.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.place.cmp(&b.place)));
}

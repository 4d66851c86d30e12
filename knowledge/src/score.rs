//! How well each passage answers a question, and how sure that is.

use crate::index::Index;
use crate::query::{Unit, Weights, units};

/// What a match in the answer is worth beside one in the question.
const ANSWER: f32 = 0.62;
/// What it adds that a question is matched whole.
const HEADING: f32 = 0.25;

/// A passage that has something of what was asked.
#[derive(Debug, Clone, Copy, PartialEq)]
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
            Match { place, rank: covered * (1.0 + HEADING * heading), covered, heading, amount }
        })
        .collect();
    found.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.place.cmp(&b.place)));
    found.dedup_by_key(|it| it.place);
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
                let both = if posting.question > 0.0 { 0.05 * posting.answer } else { 0.0 };
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
            let (amount, heading) = std::mem::take(&mut best[place as usize]);
            let place_ = place as usize;
            if self.amount[place_] == 0.0 {
                self.touched.push(place);
            }
            self.amount[place_] += amount.min(unit.importance.max(0.05) * 1.2);
            self.heading[place_] += heading;
        }
    }
}

/// How likely the best passage answers: from how much of what was asked it has, what is missing, and how far ahead it is.
pub(crate) fn likelihood(asked: Asked, best: &Match, rival: Option<&Match>) -> f32 {
    let ahead = rival.map_or(1.0, |rival| 1.0 - rival.rank / best.rank);
    let odds = -3.4 + 4.6 * best.covered + 1.2 * best.heading + 0.6 * best.amount.min(2.0) + 1.0 * ahead
        - 0.8 * asked.missing;
    1.0 / (1.0 + (-odds).exp())
}

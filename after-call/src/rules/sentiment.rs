//! How a caller felt, by the words that he used.

use voice_agent::brain::builtin::Lang;
use voice_agent::brain::builtin::words::Word;

use crate::call::Heard;
use crate::lexicon::{Lexicon, Phrases};
use crate::{Feeling, Sentiment};

/// What a word counts, by its kind.
const VALENCES: [(&str, f64); 5] =
    [("very positive", 2.0), ("very negative", -2.0), ("positive", 1.0), ("negative", -1.0), ("polite", 0.4)];

/// A word after *very* counts so much more, and one after *not* this part of its opposite.
const MORE: f64 = 1.5;
const TURNED: f64 = -0.7;

/// How many words before a word may turn it: "not a very good".
const REACH: usize = 3;

/// How fast words of one line add up to certainty.
const SPREAD: f64 = 4.0;

/// Line by line, and over the call.
pub fn sentiment(caller: &[Heard<'_>]) -> Sentiment {
    let curve: Vec<Feeling> =
        caller.iter().map(|heard| Feeling { at_ms: heard.line.from_ms, value: rounded(line(heard)) }).collect();
    // What is said last counts twice as much as what is said first, and a strong word more than a weak one.
    let last = curve.len().saturating_sub(1).max(1) as f64;
    let (mut sum, mut weights) = (0.0, 0.0);
    for (at, feeling) in curve.iter().enumerate() {
        let weight = (1.0 + at as f64 / last) * feeling.value.abs();
        sum += weight * feeling.value;
        weights += weight;
    }
    Sentiment { overall: (weights > 0.0).then(|| rounded(sum / weights)), curve }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn line(heard: &Heard<'_>) -> f64 {
    let lexicon = Lexicon::of(heard.language);
    let words = &heard.words;
    let mut sum = 0.0;
    let mut at = 0;
    while at < words.len() {
        let kind = VALENCES.iter().find_map(|(kind, valence)| {
            let taken = lexicon.kind(kind).at(&words[at..])?;
            Some((*valence, taken))
        });
        let Some((valence, taken)) = kind else {
            at += 1;
            continue;
        };
        // A phrase such as "not working" has its own "not".
        let alone = taken == 1;
        let strong = at > 0 && lexicon.kind("intensifiers").at(&words[at - 1..at]).is_some();
        let mut value = if strong { valence * MORE } else { valence };
        if alone && turned(heard.language, lexicon.kind("negations"), words, at) {
            value *= TURNED;
        }
        sum += value;
        at += taken;
    }
    sum / (sum * sum + SPREAD).sqrt()
}

/// Whether a word is turned into its opposite by one before it in the same breath; in German also by one after it
/// ("gefällt mir nicht").
fn turned(language: Lang, negations: &Phrases, words: &[Word], at: usize) -> bool {
    let before = (at.saturating_sub(REACH)..at).rev().take_while(|place| !words[*place].pause);
    let turned = before.into_iter().any(|place| negations.at(&words[place..=place]).is_some());
    let after = (at..words.len().min(at + REACH)).take_while(|place| !words[*place].pause);
    turned
        || language == Lang::De
            && after.into_iter().any(|place| words.get(place + 1).is_some_and(|word| word.key == "nicht"))
}

//! Cuts out of a text, and out of its words, what was found.

use std::ops::Range;

use call_model::{TranscriptLine, Word};

use super::Spoken;

/// How much is silenced before and after a word, ms: recognisers are not exact to the syllable.
const MARGIN_MS: u64 = 150;

/// A part of a text, and what is to stand in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub place: Range<usize>,
    pub mark: String,
}

/// In order, those that overlap as one.
fn merged(mut cuts: Vec<Cut>) -> Vec<Cut> {
    cuts.sort_by_key(|cut| (cut.place.start, std::cmp::Reverse(cut.place.end)));
    let mut merged: Vec<Cut> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match merged.last_mut() {
            Some(last) if cut.place.start < last.place.end => last.place.end = last.place.end.max(cut.place.end),
            _ => merged.push(cut),
        }
    }
    merged
}

/// The text with the marks in place of what was found.
pub fn text(text: &str, cuts: Vec<Cut>) -> String {
    marked(text, &merged(cuts))
}

fn marked(text: &str, cuts: &[Cut]) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    for cut in cuts {
        clean.push_str(&text[at..cut.place.start]);
        clean.push_str(&cut.mark);
        at = cut.place.end;
    }
    clean.push_str(&text[at..]);
    clean
}

/// The same for a line with its words; says when it was said.
pub fn line(line: &mut TranscriptLine, cuts: Vec<Cut>) -> Vec<Spoken> {
    let cuts = merged(cuts);
    let clean = marked(&line.text, &cuts);
    let speaker = line.speaker;
    let silent = |from_ms: u64, to_ms: u64| Spoken {
        speaker,
        from_ms: from_ms.saturating_sub(MARGIN_MS),
        to_ms: to_ms.saturating_add(MARGIN_MS),
    };
    let Some(places) = places(&line.text, &line.words) else {
        // It is not known which words they are.
        line.text = clean;
        line.words.clear();
        return vec![silent(line.from_ms, line.to_ms)];
    };
    let mut words: Vec<Word> = Vec::with_capacity(line.words.len());
    let mut spoken = Vec::new();
    let mut inside: Option<usize> = None;
    for (word, place) in line.words.drain(..).zip(places) {
        let cut = cuts.iter().position(|cut| cut.place.start < place.end && place.start < cut.place.end);
        let Some(cut) = cut else {
            inside = None;
            words.push(word);
            continue;
        };
        match words.last_mut().filter(|_| inside == Some(cut)) {
            Some(mark) => mark.to_ms = mark.to_ms.max(word.to_ms),
            None => words.push(Word { text: cuts[cut].mark.clone(), ..word }),
        }
        inside = Some(cut);
    }
    for mark in words.iter().filter(|word| cuts.iter().any(|cut| cut.mark == word.text)) {
        spoken.push(silent(mark.from_ms, mark.to_ms));
    }
    line.text = clean;
    line.words = words;
    spoken
}

/// Where each word is in the text; `None` when they do not fit it, or have no times.
fn places(text: &str, words: &[Word]) -> Option<Vec<Range<usize>>> {
    let timed = words.last().is_some_and(|word| word.to_ms > 0);
    if !timed {
        return None;
    }
    let mut at = 0;
    let place = |word: &Word| {
        let start = at + text[at..].find(word.text.trim())?;
        at = start + word.text.trim().len();
        Some(start..at)
    };
    words.iter().map(place).collect()
}

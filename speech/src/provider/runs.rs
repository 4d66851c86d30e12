//! An utterance for an engine that reads text by itself: marks are taken out, what they mean is written out.

use std::time::Duration;

use crate::pico::voice::Voice;
use crate::text::markup::{self, Part, SayAs};
use crate::text::{Language, say_as};
use crate::words::weight;

/// The first character that stands for a marked value while words are cut. For private use (Unicode 23.5), and taken
/// out of what is to be said.
const FIRST_MARK: u32 = 0xE000;

/// As many are there.
const MOST_MARKS: u32 = 6_400;

/// A word as written, and how it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) written: String,
    /// How many words it is said in.
    pub(super) words: usize,
    /// How long that takes, beside others.
    pub(super) weight: usize,
}

/// A part of an utterance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    /// To be said in one go.
    Say {
        /// What the engine gets.
        text: String,
        /// Its words.
        words: Vec<Spoken>,
    },
    /// Nothing is said.
    Silence(Duration),
}

/// Cuts an utterance at its breaks.
pub(super) fn runs(text: &str, language: &str) -> Vec<Run> {
    let language = Voice::for_language(language).map(Language::from);
    let plain: String = text.chars().filter(|c| !is_mark(*c)).collect();
    let mut runs = Vec::new();
    let mut said = String::new();
    let mut values: Vec<(String, String)> = Vec::new();
    for part in markup::parse(&plain) {
        match part {
            Part::Text(text) => said.push_str(&text),
            Part::SayAs(kind, value) => {
                match char::from_u32(FIRST_MARK + values.len() as u32).filter(|c| is_mark(*c)) {
                    Some(mark) => {
                        let words = language
                            .map_or_else(|| spelled(kind, &value), |language| say_as(kind, &value, &said, language));
                        values.push((value, words));
                        said.push(mark);
                    }
                    None => said.push_str(&value),
                }
            }
            Part::Break(pause) => {
                flush(&mut runs, &mut said, &mut values);
                runs.push(Run::Silence(pause));
            }
        }
    }
    flush(&mut runs, &mut said, &mut values);
    runs
}

fn is_mark(c: char) -> bool {
    (FIRST_MARK..FIRST_MARK + MOST_MARKS).contains(&u32::from(c))
}

/// A value in a language that we do not know: digits apart, so that they are not read as a number.
fn spelled(kind: SayAs, value: &str) -> String {
    if kind != SayAs::Digits {
        return value.to_owned();
    }
    let digits: Vec<String> = value.chars().filter(|c| !c.is_whitespace()).map(String::from).collect();
    digits.join(" ")
}

fn flush(runs: &mut Vec<Run>, said: &mut String, values: &mut Vec<(String, String)>) {
    let fill = |word: &str, pick: fn(&(String, String)) -> &str| -> String {
        let value = |c: char| values.get((u32::from(c) - FIRST_MARK) as usize).map(pick);
        let pieces =
            word.chars().map(|c| if is_mark(c) { value(c).unwrap_or_default().to_owned() } else { c.to_string() });
        pieces.collect()
    };
    let mut text = String::new();
    let mut words = Vec::new();
    for word in said.split_whitespace() {
        let spoken = fill(word, |(_, spoken)| spoken);
        let count = spoken.split_whitespace().count();
        if count == 0 {
            continue;
        }
        let weight = spoken.split_whitespace().map(weight).sum();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&spoken);
        words.push(Spoken { written: fill(word, |(written, _)| written), words: count, weight });
    }
    if text.contains(char::is_alphanumeric) {
        runs.push(Run::Say { text, words });
    }
    said.clear();
    values.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(run: &Run) -> Vec<(&str, usize)> {
        let Run::Say { words, .. } = run else { panic!("a silence") };
        words.iter().map(|word| (word.written.as_str(), word.words)).collect()
    }

    #[test]
    fn marks_are_written_out_and_remembered() {
        let text = "Your code is <say-as interpret-as=\"digits\">47</say-as>.<break time=\"200ms\"/> At 14:30\u{E001}!";
        let runs = runs(text, "en-GB");
        let [first, Run::Silence(pause), last] = &runs[..] else { panic!("{runs:?}") };
        assert!(matches!(first, Run::Say { text, .. } if text == "Your code is four seven."));
        assert_eq!(written(first), [("Your", 1), ("code", 1), ("is", 1), ("47.", 2)]);
        assert_eq!(*pause, Duration::from_millis(200));
        // What is not marked is left to the engine.
        assert!(matches!(last, Run::Say { text, .. } if text == "At 14:30!"));
    }

    #[test]
    fn a_language_without_rules_spells_digits() {
        let runs = runs("<say-as interpret-as=\"digits\">47 1</say-as>", "pl");
        assert!(matches!(&runs[..], [Run::Say { text, .. }] if text == "4 7 1"));
        assert_eq!(written(&runs[0]), [("47 1", 3)]);
        assert_eq!(super::runs(" - <break/>", "pl").len(), 1);
    }
}

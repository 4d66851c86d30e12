//! The part of a passage that answers: what is read aloud is listened to, not skimmed.

use std::ops::Range;

use crate::index::Index;
use crate::score::matches;
use crate::{Language, Passage};

/// The longest text that is looked at, characters.
const LONGEST: usize = 8_000;
/// What a sentence must be worth beside the best one to be told with it.
const ALSO: f32 = 0.4;

/// Words after which a full stop ends no sentence.
const SHORT: [&str; 36] = [
    "approx", "art", "av", "bzw", "ca", "cf", "dott", "dr", "dra", "etc", "evtl", "ggf", "incl", "inkl", "max", "min",
    "mlle", "mme", "mr", "mrs", "ms", "no", "nr", "núm", "prof", "rd", "sig", "sr", "sra", "st", "str", "tel", "tél",
    "usw", "vgl", "zzgl",
];

/// The sentences of a text that answer a question best, side by side as they stand there.
pub(crate) fn excerpt(
    language: Language,
    synonyms: &[Vec<String>],
    question: &str,
    text: &str,
    chars: usize,
) -> String {
    let text = clip(text.trim(), LONGEST);
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let sentences = sentences(text);
    let passage = |sentence: &&str| Passage { answer: (*sentence).to_owned(), ..Passage::default() };
    let passages: Vec<Passage> = sentences.iter().map(passage).collect();
    let index = Index::build(language, &passages, synonyms);
    let mut worth = vec![0.0; sentences.len()];
    for found in matches(&index, question).1 {
        worth[found.place] = found.rank;
    }
    let lengths: Vec<usize> = sentences.iter().map(|sentence| sentence.chars().count()).collect();
    clip(&sentences[window(&mut worth, &lengths, chars)].join(" "), chars).to_owned()
}

/// The neighbours that fit and are worth most together; the first ones where none is worth anything.
fn window(worth: &mut [f32], lengths: &[usize], most: usize) -> Range<usize> {
    let top = worth.iter().copied().fold(0.0, f32::max);
    if top <= 0.0 {
        return 0..fitting(lengths, most);
    }
    for value in worth.iter_mut().filter(|value| **value < ALSO * top) {
        *value = 0.0;
    }
    let (mut best, mut most_worth) = (0..1, 0.0_f32);
    for from in (0..worth.len()).filter(|from| worth[*from] > 0.0) {
        let mut sum = 0.0_f32;
        for (more, value) in worth[from..].iter().take(fitting(&lengths[from..], most)).enumerate() {
            sum += value;
            if sum > most_worth {
                (best, most_worth) = (from..from + more + 1, sum);
            }
        }
    }
    best
}

/// How many of the first fit, with a space between; one at least.
fn fitting(lengths: &[usize], most: usize) -> usize {
    let mut length = 0;
    let more = |this: &&usize| {
        length += **this + 1;
        length <= most + 1
    };
    lengths.iter().take_while(more).count().max(1)
}

/// A text of so many characters at most, cut between words.
fn clip(text: &str, chars: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(chars) else { return text };
    let cut = &text[..end];
    if text[end..].starts_with(char::is_whitespace) {
        return cut;
    }
    cut.rfind(char::is_whitespace).map_or(cut, |at| cut[..at].trim_end())
}

/// The sentences of a text. A full stop after a number or an abbreviation ends none, nor does one that goes on in lower
/// case.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = 0;
    for (at, end) in text.char_indices().filter(|(_, letter)| matches!(letter, '.' | '!' | '?' | '\n')) {
        let next = at + end.len_utf8();
        let rest = &text[next..];
        let breaks = end == '\n' || rest.starts_with(char::is_whitespace);
        let goes_on = rest.trim_start().starts_with(char::is_lowercase);
        if breaks && !goes_on && !(end == '.' && shortened(&text[begin..at])) {
            found.push(text[begin..next].trim());
            begin = next;
        }
    }
    found.push(text[begin..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// Whether a full stop after this belongs to its last word: "Dr", "z. B", "24".
fn shortened(before: &str) -> bool {
    let word = before.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let letters = word.chars().count();
    letters <= 1
        || letters <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
        || SHORT.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The house was built in 1910 and has been in the family since then. It lies by the river. \
                        Guests of the house leave their car in the yard, which is free of charge. The yard is \
                        locked from 11 p.m. to six. Breakfast is served from seven to ten on the terrace, and in \
                        winter in the hall. Dr. Weber looks after the garden.";

    fn tell(question: &str, chars: usize) -> String {
        excerpt(Language::En, &[], question, TEXT, chars)
    }

    #[test]
    fn what_answers_is_told() {
        assert!(tell("where can I park", 120).starts_with("Guests of the house leave their car"));
        assert!(tell("when is breakfast served", 120).starts_with("Breakfast is served"));
        for chars in [1, 20, 60, 120, 200, 1_000] {
            let told = tell("when is breakfast served", chars);
            assert!(told.chars().count() <= chars && !told.is_empty(), "{chars}: {told}");
        }
    }

    #[test]
    fn what_fits_is_told_whole_and_what_nothing_is_known_of_from_its_beginning() {
        assert_eq!(tell("breakfast", 1_000), TEXT);
        assert_eq!(
            tell("zzz", 95),
            "The house was built in 1910 and has been in the family since then. It lies by the river."
        );
    }

    #[test]
    fn sentences_end_where_they_end() {
        let parts = sentences("Dr. Weber kommt am 24. Dezember, z. B. um 9.30 Uhr. Dann nicht! Ja? nein. ¿Sí? Tel. 12");
        assert_eq!(
            parts,
            ["Dr. Weber kommt am 24. Dezember, z. B. um 9.30 Uhr.", "Dann nicht!", "Ja? nein.", "¿Sí?", "Tel. 12"]
        );
    }
}

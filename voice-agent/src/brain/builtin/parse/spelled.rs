//! Names that are spelled.

use super::super::Lang;
use super::super::words::Word;

/// What letters are called, beside themselves.
const LETTERS: [&[(&str, &str)]; 5] = [
    &[
        ("ay", "a"),
        ("bee", "b"),
        ("be", "b"),
        ("cee", "c"),
        ("see", "c"),
        ("sea", "c"),
        ("dee", "d"),
        ("ee", "e"),
        ("ef", "f"),
        ("eff", "f"),
        ("gee", "g"),
        ("aitch", "h"),
        ("haitch", "h"),
        ("eye", "i"),
        ("jay", "j"),
        ("kay", "k"),
        ("el", "l"),
        ("ell", "l"),
        ("em", "m"),
        ("en", "n"),
        ("oh", "o"),
        ("pee", "p"),
        ("queue", "q"),
        ("cue", "q"),
        ("are", "r"),
        ("ar", "r"),
        ("ess", "s"),
        ("tee", "t"),
        ("tea", "t"),
        ("you", "u"),
        ("vee", "v"),
        ("ex", "x"),
        ("why", "y"),
        ("zed", "z"),
        ("zee", "z"),
    ],
    &[
        ("ah", "a"),
        ("be", "b"),
        ("ce", "c"),
        ("de", "d"),
        ("eh", "e"),
        ("ef", "f"),
        ("ge", "g"),
        ("ha", "h"),
        ("jot", "j"),
        ("ka", "k"),
        ("el", "l"),
        ("em", "m"),
        ("en", "n"),
        ("oh", "o"),
        ("pe", "p"),
        ("ku", "q"),
        ("er", "r"),
        ("es", "s"),
        ("te", "t"),
        ("vau", "v"),
        ("we", "w"),
        ("ix", "x"),
        ("ypsilon", "y"),
        ("zet", "z"),
        ("zett", "z"),
        ("eszett", "ß"),
    ],
    &[
        ("be", "b"),
        ("ce", "c"),
        ("de", "d"),
        ("efe", "f"),
        ("ge", "g"),
        ("hache", "h"),
        ("jota", "j"),
        ("ka", "k"),
        ("ele", "l"),
        ("eme", "m"),
        ("ene", "n"),
        ("pe", "p"),
        ("cu", "q"),
        ("erre", "r"),
        ("ere", "r"),
        ("ese", "s"),
        ("te", "t"),
        ("uve", "v"),
        ("equis", "x"),
        ("zeta", "z"),
    ],
    &[
        ("be", "b"),
        ("ce", "c"),
        ("de", "d"),
        ("effe", "f"),
        ("ge", "g"),
        ("ache", "h"),
        ("ji", "j"),
        ("ka", "k"),
        ("elle", "l"),
        ("aime", "m"),
        ("emme", "m"),
        ("enne", "n"),
        ("pe", "p"),
        ("cu", "q"),
        ("erre", "r"),
        ("esse", "s"),
        ("te", "t"),
        ("ve", "v"),
        ("ixe", "x"),
        ("zede", "z"),
    ],
    &[
        ("bi", "b"),
        ("ci", "c"),
        ("di", "d"),
        ("effe", "f"),
        ("gi", "g"),
        ("acca", "h"),
        ("cappa", "k"),
        ("elle", "l"),
        ("emme", "m"),
        ("enne", "n"),
        ("pi", "p"),
        ("cu", "q"),
        ("erre", "r"),
        ("esse", "s"),
        ("ti", "t"),
        ("vu", "v"),
        ("vi", "v"),
        ("ics", "x"),
        ("zeta", "z"),
    ],
];

/// Letters of two words.
const PAIRS: [&[(&str, &str)]; 5] = [
    &[("double you", "w"), ("double u", "w")],
    &[("a umlaut", "ä"), ("o umlaut", "ö"), ("u umlaut", "ü"), ("scharfes s", "ß")],
    &[("doble uve", "w"), ("uve doble", "w"), ("i griega", "y")],
    &[("double ve", "w"), ("double v", "w"), ("i grec", "y")],
    &[("doppia vu", "w"), ("i lunga", "j"), ("i greca", "y"), ("doppia v", "w")],
];

/// The alphabet of radio and aviation, understood everywhere.
const RADIO: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima",
    "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray",
    "yankee", "zulu",
];

/// What stands between a letter and a word that begins with it.
const EXAMPLES: [&[&[&str]]; 5] =
    [&[&["as", "in"], &["for"], &["like"]], &[&["wie"]], &[&["de"], &["como"]], &[&["comme"]], &[&["come"], &["di"]]];

/// A run of letters, and where it stands in the words.
pub struct Spelled {
    pub letters: String,
    pub from: usize,
    pub to: usize,
}

/// The longest run of at least `least` letters.
pub fn spelled(language: Lang, words: &[Word], least: usize) -> Option<Spelled> {
    let mut best: Option<Spelled> = None;
    let mut from = 0;
    while from < words.len() {
        let run = run(language, words, from);
        let next = run.to.max(from + 1);
        let count = run.letters.chars().count();
        // Words such as "you" and "are" are letters only among true ones.
        let plain = words[from..run.to].iter().filter(|word| word.key.chars().count() == 1).count();
        let radio = words[from..run.to].iter().filter(|word| radio(&word.key).is_some()).count();
        let certain = (plain + radio) * 2 >= run.to - from || language != Lang::En;
        let longer = best.as_ref().is_none_or(|best| best.letters.chars().count() < count);
        if count >= least && certain && longer {
            best = Some(run);
        }
        from = next;
    }
    best
}

fn run(language: Lang, words: &[Word], from: usize) -> Spelled {
    let mut letters = String::new();
    let mut at = from;
    while let Some((letter, taken)) = words.get(at..).and_then(|rest| letter(language, rest)) {
        letters.push_str(&letter);
        at += taken;
    }
    // Said twice, to be sure.
    let half = letters.len() / 2;
    if half >= 4 && letters.is_char_boundary(half) && letters[..half] == letters[half..] {
        letters.truncate(half);
    }
    Spelled { letters, from, to: at }
}

fn letter(language: Lang, words: &[Word]) -> Option<(String, usize)> {
    let first = words.first()?.key.as_str();
    let pair = words.get(1).map(|second| format!("{first} {}", second.key));
    if let Some(pair) = pair
        && let Some((_, letter)) = PAIRS[language as usize].iter().find(|(name, _)| *name == pair)
    {
        return Some(((*letter).to_owned(), 2));
    }
    if matches!(first, "double" | "doppel" | "doble" | "doppia" | "deux" | "zwei" | "zweimal") {
        let (letter, taken) = letter(language, words.get(1..)?)?;
        return Some((letter.repeat(2), taken + 1));
    }
    let found = single(language, first).or_else(|| radio(first).map(|letter| letter.to_string()))?;
    // "M as in Mike", "M wie Martha": the word after it begins with the letter, or was misheard.
    let example = EXAMPLES[language as usize].iter().find(|phrase| {
        words.len() > phrase.len() + 1 && phrase.iter().zip(&words[1..]).all(|(part, word)| word.key == *part)
    });
    // A name that begins with "de" is not an example.
    let example = example.filter(|phrase| words[phrase.len() + 1].key.chars().count() > 1);
    Some((found, 1 + example.map_or(0, |phrase| phrase.len() + 1)))
}

fn single(language: Lang, word: &str) -> Option<String> {
    let mut characters = word.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return only.is_alphabetic().then(|| only.to_string());
    }
    LETTERS[language as usize].iter().find(|(name, _)| *name == word).map(|(_, letter)| (*letter).to_owned())
}

fn radio(word: &str) -> Option<char> {
    let word = if word == "alfa" {
        "alpha"
    } else if word == "juliett" {
        "juliet"
    } else {
        word
    };
    RADIO.iter().find(|name| **name == word)?.chars().next()
}

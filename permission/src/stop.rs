//! Whether somebody asks not to be called any more.
//!
//! Phrases are matched word by word, without regard to case, accents and punctuation, since what recognisers write has
//! little of it. What sounds alike and means something else ("do not call me before ten", "rappelez-moi plus tard") is
//! struck out first.

mod phrases;

use phrases::{ENGLISH, FRENCH, GERMAN, ITALIAN, Phrases, SPANISH};

/// The most words that `*` of a phrase stands for.
const GAP: usize = 3;
/// The longest text that is looked at, characters: more is not one turn of a talk.
const MAX_CHARS: usize = 2_000;

/// Whether these words ask us to stop calling, in a BCP 47 language: German, English, Spanish, French or Italian. In any
/// other language the phrases of all five are looked for.
pub fn asks_to_stop(text: &str, language: &str) -> bool {
    let language = language.split(['-', '_']).next().unwrap_or_default();
    let spoken: &[&Phrases] = match language.to_ascii_lowercase().as_str() {
        "de" => &[&GERMAN],
        "en" => &[&ENGLISH],
        "es" => &[&SPANISH],
        "fr" => &[&FRENCH],
        "it" => &[&ITALIAN],
        _ => &[&ENGLISH, &GERMAN, &SPANISH, &FRENCH, &ITALIAN],
    };
    let text: String = text.chars().take(MAX_CHARS).flat_map(char::to_lowercase).collect();
    let sentences = text.split(['.', '!', '?', ';', ':', '\n']).map(words);
    sentences.into_iter().any(|sentence| spoken.iter().any(|phrases| says(&sentence, phrases)))
}

fn says(sentence: &[String], phrases: &Phrases) -> bool {
    let mut words: Vec<&str> = sentence.iter().map(String::as_str).collect();
    for phrase in phrases.other {
        let mut at = 0;
        while at < words.len() {
            if let Some(length) = matched(phrase, &words[at..]) {
                words[at..at + length].fill("");
            }
            at += 1;
        }
    }
    (0..words.len()).any(|at| phrases.stop.iter().any(|phrase| matched(phrase, &words[at..]).is_some()))
}

/// How many words from the first on the phrase takes.
fn matched(phrase: &str, words: &[&str]) -> Option<usize> {
    let phrase = phrase.trim_start();
    let (part, rest) = phrase.split_once(' ').unwrap_or((phrase, ""));
    match part {
        "" => Some(0),
        _ if words.is_empty() && part.split('|').any(|wanted| wanted == "$") => Some(0),
        "*" => (0..=GAP.min(words.len())).find_map(|skip| Some(skip + matched(rest, &words[skip..])?)),
        _ => {
            let (part, optional) = part.strip_suffix('?').map_or((part, false), |part| (part, true));
            let here = words.first().filter(|word| part.split('|').any(|wanted| wanted == **word));
            let taken = here.and_then(|_| Some(1 + matched(rest, &words[1..])?));
            taken.or_else(|| if optional { matched(rest, words) } else { None })
        }
    }
}

/// Words without accents; an apostrophe parts two.
fn words(sentence: &str) -> Vec<String> {
    let plain = |letter: char| match letter {
        'ä' | 'à' | 'á' | 'â' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ö' | 'ò' | 'ó' | 'ô' => 'o',
        'ü' | 'ù' | 'ú' | 'û' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        letter if letter.is_alphanumeric() => letter,
        _ => ' ',
    };
    let text: String = sentence.chars().map(plain).collect();
    text.replace('ß', "ss").split_ascii_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;

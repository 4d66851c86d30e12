//! Numbers in words.

use std::collections::HashMap;
use std::sync::LazyLock;

use speech::text::numbers;

use super::super::Lang;
use super::super::speak::spoken;
use super::super::words::{Word, key};

/// The largest number that is read from words: enough for years.
const MAX: u64 = 2_099;
/// The most words of one number.
const LONGEST: usize = 8;

type Table = HashMap<String, u32>;

static CARDINALS: LazyLock<[Table; 5]> = LazyLock::new(|| Lang::ALL.map(cardinals));
static ORDINALS: LazyLock<[Table; 5]> = LazyLock::new(|| Lang::ALL.map(ordinals));

/// The word that stands between the parts of a number and may be left out.
fn joint(language: Lang) -> &'static str {
    language.pick(["and", "", "y", "et", "e"])
}

/// The words of a number as one key.
fn join(text: &str, language: Lang) -> String {
    let key = key(text);
    let parts: Vec<&str> = key.split(' ').filter(|part| *part != joint(language)).collect();
    parts.concat()
}

fn cardinals(language: Lang) -> Table {
    let words = |number| join(&numbers::cardinal(number, spoken(language)), language);
    let mut table: Table = (0..=MAX).map(|number| (words(number), number as u32)).collect();
    let also: &[(&str, u32)] = match language {
        Lang::En => &[("nought", 0), ("nil", 0), ("ahundred", 100)],
        Lang::De => &[("zwo", 2), ("hundert", 100), ("tausend", 1000), ("fuenf", 5), ("zwoelf", 12)],
        Lang::Es => &[("veintiun", 21)],
        Lang::Fr => &[("quatrevingts", 80), ("septante", 70), ("huitante", 80), ("nonante", 90)],
        Lang::It => &[("ventun", 21)],
    };
    table.extend(also.iter().map(|(word, number)| ((*word).to_owned(), *number)));
    if language == Lang::De {
        // zweiundzwanzig, zwoundzwanzig
        let zwo: Table = table
            .iter()
            .filter(|(word, _)| word.starts_with("zweiund"))
            .map(|(word, number)| (word.replacen("zwei", "zwo", 1), *number))
            .collect();
        table.extend(zwo);
    }
    table
}

fn ordinals(language: Lang) -> Table {
    let mut table = Table::new();
    for number in 1..=31 {
        let Some(words) = numbers::ordinal(number, spoken(language)) else { continue };
        let word = join(&words, language);
        let endings: &[&str] = match language {
            Lang::De => &["", "n", "r", "s", "m"],
            Lang::Fr => &["", "e"],
            Lang::Es | Lang::It => &["", "s"],
            Lang::En => &[""],
        };
        table.extend(endings.iter().map(|ending| (format!("{word}{ending}"), number as u32)));
    }
    if language == Lang::Es {
        table.insert("primer".into(), 1);
    }
    if language == Lang::Fr {
        table.insert("premiere".into(), 1);
    }
    table
}

/// The longest number in words (or figures) at the beginning of `words`, and how many words it takes.
pub fn cardinal(language: Lang, words: &[Word]) -> Option<(u32, usize)> {
    let first = words.first()?;
    if first.is_digits() && first.key.len() <= 9 {
        return Some((first.key.parse().ok()?, 1));
    }
    longest(&CARDINALS[language as usize], language, words)
}

/// The longest ordinal number in words (or as `24th`, `24.`) at the beginning of `words`, 1 to 31.
pub fn ordinal(language: Lang, words: &[Word]) -> Option<(u32, usize)> {
    let first = words.first()?;
    let digits = first.key.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let endings: &[&str] = language.pick([&["st", "nd", "rd", "th"][..], &["ten", "te"], &["o"], &["er"], &["o"]]);
        let ending = &first.key[digits..];
        let fits = endings.contains(&ending) || (language == Lang::De && ending.is_empty() && first.dot);
        return Some((first.key[..digits].parse().ok().filter(|day| (1..=31).contains(day) && fits)?, 1));
    }
    longest(&ORDINALS[language as usize], language, words)
}

fn longest(table: &Table, language: Lang, words: &[Word]) -> Option<(u32, usize)> {
    let joint = joint(language);
    if words.first()?.key == joint {
        return None;
    }
    (1..=words.len().min(LONGEST)).rev().find_map(|length| {
        let taken = &words[..length];
        let paused = taken[..length - 1].iter().any(|word| word.pause);
        if paused || taken.last()?.key == joint || taken.iter().any(Word::is_digits) {
            return None;
        }
        let whole = taken.iter().map(|word| word.key.as_str()).collect::<String>();
        let bare = taken.iter().map(|word| word.key.as_str()).filter(|word| *word != joint).collect::<String>();
        table.get(&whole).or_else(|| table.get(&bare)).map(|number| (*number, length))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::words::words;
    use super::*;

    proptest! {
        #[test]
        fn what_the_voice_says_is_read_back(number in 0u64..=MAX, language in 0usize..5) {
            let language = Lang::ALL[language];
            let said = words(&numbers::cardinal(number, spoken(language)));
            prop_assert_eq!(cardinal(language, &said), Some((number as u32, said.len())));
        }

        #[test]
        fn any_words_are_survived(text in "\\PC{0,60}", language in 0usize..5) {
            let said = words(&text);
            let _ = cardinal(Lang::ALL[language], &said);
            let _ = ordinal(Lang::ALL[language], &said);
        }
    }

    #[test]
    fn ordinals_are_read_in_words_and_figures() {
        for (language, text, expected) in [
            (Lang::En, "twenty first of May", Some((21, 2))),
            (Lang::En, "3rd", Some((3, 1))),
            (Lang::En, "three", None),
            (Lang::De, "vierundzwanzigsten November", Some((24, 1))),
            (Lang::De, "dritter", Some((3, 1))),
            (Lang::De, "24. November", Some((24, 1))),
            (Lang::De, "24 Leute", None),
            (Lang::Fr, "premier mai", Some((1, 1))),
            (Lang::Fr, "1er mai", Some((1, 1))),
            (Lang::It, "primo", Some((1, 1))),
            (Lang::Es, "primero", Some((1, 1))),
        ] {
            assert_eq!(ordinal(language, &words(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_words_between_may_be_missing() {
        for (language, text, expected) in [
            (Lang::En, "one hundred five", 105),
            (Lang::En, "two thousand and twenty six", 2026),
            (Lang::De, "ein und zwanzig", 21),
            (Lang::Fr, "vingt un", 21),
            (Lang::Es, "treinta cinco", 35),
        ] {
            assert_eq!(cardinal(language, &words(text)).map(|(number, _)| number), Some(expected), "{text}");
        }
        assert_eq!(cardinal(Lang::En, &words("and five")), None);
        assert_eq!(cardinal(Lang::En, &words("ten thirty")), Some((10, 1)));
    }
}

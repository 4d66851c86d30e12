//! Digits as they are spoken: one by one, doubled, or as numbers up to 99.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words;
use crate::text::primary;

/// The digits in what was said: "two zero four, double five" is `20455`. Other words are passed over.
pub(crate) fn digits(text: &str, language: &str) -> String {
    let table = TABLES.get(primary(language)).unwrap_or(&TABLES["en"]);
    let words = words(text);
    let (mut found, mut at, mut times) = (String::new(), 0, 1);
    while at < words.len() {
        let word = words[at].as_str();
        if let Some(more) = repeat(word) {
            (times, at) = (more, at + 1);
            continue;
        }
        let spoken = (1..=LONGEST.min(words.len() - at)).rev().find_map(|length| {
            table.get(words[at..at + length].join(" ").as_str()).map(|digits| (digits.as_str(), length))
        });
        let (digits, length) = match spoken {
            Some(found) => found,
            None if word.bytes().all(|byte| byte.is_ascii_digit()) => (word, 1),
            None => ("", 1),
        };
        found.push_str(&digits.repeat(times));
        (times, at) = (1, at + length);
    }
    found
}

/// The longest number in words: `quatre vingt dix neuf`.
const LONGEST: usize = 4;

fn repeat(word: &str) -> Option<usize> {
    match word {
        "double" => Some(2),
        "triple" => Some(3),
        _ => None,
    }
}

type Table = HashMap<String, String>;

static TABLES: LazyLock<HashMap<&str, Table>> =
    LazyLock::new(|| ["en", "de", "es", "fr", "it"].into_iter().map(|language| (language, table(language))).collect());

fn table(language: &str) -> Table {
    let mut table = Table::new();
    for number in 0..100u32 {
        for form in forms(number, language) {
            // As the words of a text are: folded, and cut at hyphens.
            table.insert(words(&form).join(" "), number.to_string());
        }
    }
    let also: &[(&str, &str)] = match language {
        "en" => &[("oh", "0"), ("o", "0"), ("nought", "0"), ("nil", "0")],
        "de" => &[("zwo", "2"), ("eine", "1"), ("ein", "1")],
        "es" | "it" => &[("una", "1"), ("un", "1")],
        "fr" => &[("une", "1")],
        _ => &[],
    };
    table.extend(also.iter().map(|(word, digit)| ((*word).to_owned(), (*digit).to_owned())));
    table
}

/// How a number is said; where it is written in one word, as one and as several, since recognisers do both.
fn forms(number: u32, language: &str) -> Vec<String> {
    let (tens, unit) = ((number / 10) as usize, (number % 10) as usize);
    let small = small(language);
    if let Some(word) = small.get(number as usize) {
        return vec![(*word).to_owned()];
    }
    let ten = |tens: usize| names_of_tens(language)[tens - 2];
    if language == "fr" {
        return vec![french(number)];
    }
    if unit == 0 {
        return vec![ten(tens).to_owned()];
    }
    let one = small[unit];
    match language {
        "de" => {
            let one = if unit == 1 { "ein" } else { one };
            vec![format!("{one}und{}", ten(tens)), format!("{one} und {}", ten(tens))]
        }
        "es" if tens == 2 => vec![format!("veinti{one}"), format!("veinte y {one}")],
        "es" => vec![format!("{} y {one}", ten(tens))],
        "it" => {
            let stem = if unit == 1 || unit == 8 { &ten(tens)[..ten(tens).len() - 1] } else { ten(tens) };
            vec![format!("{stem}{one}"), format!("{} {one}", ten(tens))]
        }
        _ => vec![format!("{} {one}", ten(tens))],
    }
}

fn french(number: u32) -> String {
    let small = small("fr");
    let (base, rest) = match number {
        60..80 => (60, number - 60),
        80..100 => (80, number - 80),
        _ => (number / 10 * 10, number % 10),
    };
    let ten = names_of_tens("fr")[(base / 10 - 2) as usize];
    match rest {
        0 => ten.to_owned(),
        1 | 11 if base < 80 => format!("{ten} et {}", small[rest as usize]),
        _ => format!("{ten} {}", small[rest as usize]),
    }
}

/// The numbers that have a word of their own, from 0 on.
fn small(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &[
            "null",
            "eins",
            "zwei",
            "drei",
            "vier",
            "fünf",
            "sechs",
            "sieben",
            "acht",
            "neun",
            "zehn",
            "elf",
            "zwölf",
            "dreizehn",
            "vierzehn",
            "fünfzehn",
            "sechzehn",
            "siebzehn",
            "achtzehn",
            "neunzehn",
        ],
        "es" => &[
            "cero",
            "uno",
            "dos",
            "tres",
            "cuatro",
            "cinco",
            "seis",
            "siete",
            "ocho",
            "nueve",
            "diez",
            "once",
            "doce",
            "trece",
            "catorce",
            "quince",
            "dieciséis",
            "diecisiete",
            "dieciocho",
            "diecinueve",
        ],
        "fr" => &[
            "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
            "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
        ],
        "it" => &[
            "zero",
            "uno",
            "due",
            "tre",
            "quattro",
            "cinque",
            "sei",
            "sette",
            "otto",
            "nove",
            "dieci",
            "undici",
            "dodici",
            "tredici",
            "quattordici",
            "quindici",
            "sedici",
            "diciassette",
            "diciotto",
            "diciannove",
        ],
        _ => &[
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
    }
}

/// 20, 30 ... 90.
fn names_of_tens(language: &str) -> [&'static str; 8] {
    match language {
        "de" => ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"],
        "es" => ["veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"],
        "fr" => {
            ["vingt", "trente", "quarante", "cinquante", "soixante", "soixante-dix", "quatre-vingt", "quatre-vingt-dix"]
        }
        "it" => ["venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"],
        _ => ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_heard_one_by_one_doubled_and_as_numbers() {
        for (language, text, expected) in [
            ("en", "two zero four, double five", "20455"),
            ("en", "oh seven nine, triple one", "079111"),
            ("en", "twenty-one forty", "2140"),
            ("en", "it is 204 please", "204"),
            ("de", "null eins sieben, einundzwanzig", "01721"),
            ("de", "zwo drei und dreißig", "233"),
            ("es", "treinta y uno cero veintidós", "31022"),
            ("fr", "zéro six soixante-douze quatre-vingt-dix-sept", "067297"),
            ("fr", "vingt et un", "21"),
            ("it", "tre tre ventuno trentotto", "332138"),
            ("en", "I do not know", ""),
        ] {
            assert_eq!(digits(text, language), expected, "{text}");
        }
    }

    #[test]
    fn every_number_to_99_is_heard_as_it_is_said() {
        for language in ["en", "de", "es", "fr", "it"] {
            for number in 0..100 {
                for form in forms(number, language) {
                    assert_eq!(digits(&form, language), number.to_string(), "{language}: {form}");
                }
            }
        }
    }
}

//! German. Words are parted at hundred and thousand: engines stumble over longer ones.

use super::{groups, join};

const UNITS: [&str; 20] = [
    "",
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
];
const TENS: [&str; 10] =
    ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];

/// 1 to 999; `one` is how a 1 at the end reads.
fn small(number: u64, one: &str) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let hundred = if hundreds > 0 { format!("{}hundert", unit(hundreds, "ein")) } else { String::new() };
    join(&[&hundred, &below_hundred(rest, one)])
}

fn below_hundred(number: u64, one: &str) -> String {
    match (number / 10, number % 10) {
        (0 | 1, _) => unit(number, one).to_owned(),
        (tens, 0) => TENS[tens as usize].to_owned(),
        (tens, units) => format!("{}und{}", unit(units, "ein"), TENS[tens as usize]),
    }
}

fn unit(number: u64, one: &str) -> &str {
    if number == 1 { one } else { UNITS[number as usize] }
}

pub(super) fn cardinal(number: u64) -> String {
    if number == 0 {
        return "null".into();
    }
    let [milliards, millions, thousands, rest] = groups(number);
    let big = |count: u64, one: &str, many: &str| match count {
        0 => String::new(),
        1 => format!("eine {one}"),
        _ => format!("{} {many}", small(count, "eine")),
    };
    let thousand = if thousands > 0 { format!("{}tausend", small(thousands, "ein")) } else { String::new() };
    join(&[
        &big(milliards, "Milliarde", "Milliarden"),
        &big(millions, "Million", "Millionen"),
        &thousand,
        &small(rest, "eins"),
    ])
}

pub(super) fn year(year: u64) -> String {
    match year {
        1_100..=1_999 => join(&[&format!("{}hundert", below_hundred(year / 100, "ein")), &small(year % 100, "eins")]),
        _ => cardinal(year),
    }
}

/// 1 to 31, without an ending: `erste`.
pub(super) fn ordinal(number: u64) -> Option<String> {
    Some(match number {
        1 => "erste".into(),
        3 => "dritte".into(),
        7 => "siebte".into(),
        8 => "achte".into(),
        2..=19 => format!("{}te", UNITS[number as usize]),
        20..=31 => format!("{}ste", below_hundred(number, "ein")),
        _ => return None,
    })
}

//! English.

use super::{groups, join};

const UNITS: [&str; 20] = [
    "",
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
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// 0 (as nothing) to 99.
fn below_hundred(number: u64) -> String {
    match (number / 10, number % 10) {
        (0 | 1, _) => UNITS[number as usize].to_owned(),
        (tens, 0) => TENS[tens as usize].to_owned(),
        (tens, units) => format!("{}-{}", TENS[tens as usize], UNITS[units as usize]),
    }
}

/// 0 (as nothing) to 999.
fn small(number: u64, and: &str) -> String {
    match (number / 100, number % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} hundred", UNITS[hundreds as usize]),
        (hundreds, rest) => format!("{} hundred{and}{}", UNITS[hundreds as usize], below_hundred(rest)),
    }
}

/// `and` is what stands between a hundred and the rest: ` and ` in Britain, a space in America.
pub(super) fn cardinal(number: u64, and: &str) -> String {
    if number == 0 {
        return "zero".into();
    }
    let [billions, millions, thousands, rest] = groups(number);
    let big = |count: u64, name: &str| {
        if count > 0 { format!("{} {name}", small(count, and)) } else { String::new() }
    };
    let above = join(&[&big(billions, "billion"), &big(millions, "million"), &big(thousands, "thousand")]);
    match rest {
        1..=99 if !above.is_empty() => format!("{above}{and}{}", below_hundred(rest)),
        _ => join(&[&above, &small(rest, and)]),
    }
}

pub(super) fn year(year: u64, british: bool) -> String {
    let rest = year % 100;
    match year {
        1_100..=1_999 | 2_010..=2_099 => match rest {
            0 => format!("{} hundred", below_hundred(year / 100)),
            1..=9 => format!("{} oh {}", below_hundred(year / 100), below_hundred(rest)),
            _ => format!("{} {}", below_hundred(year / 100), below_hundred(rest)),
        },
        _ => cardinal(year, if british { " and " } else { " " }),
    }
}

pub(super) fn ordinal(number: u64, and: &str) -> String {
    let words = cardinal(number, and);
    let (start, last) = words.split_at(words.rfind([' ', '-']).map_or(0, |at| at + 1));
    let last = match last {
        "one" => "first".into(),
        "two" => "second".into(),
        "three" => "third".into(),
        "five" => "fifth".into(),
        "eight" => "eighth".into(),
        "nine" => "ninth".into(),
        "twelve" => "twelfth".into(),
        tens if tens.ends_with('y') => format!("{}ieth", tens.trim_end_matches('y')),
        other => format!("{other}th"),
    };
    format!("{start}{last}")
}

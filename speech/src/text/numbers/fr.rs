//! French.

use super::{groups, join};

const UNITS: [&str; 20] = [
    "", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
];
const TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];

/// 0 (as nothing) to 99; `last` says that nothing follows, which gives quatre-vingts its s.
fn below_hundred(number: u64, last: bool) -> String {
    match number {
        0..=19 => UNITS[number as usize].to_owned(),
        71 => "soixante et onze".into(),
        70..=79 => format!("soixante-{}", UNITS[(number - 60) as usize]),
        80 if last => "quatre-vingts".into(),
        80 => "quatre-vingt".into(),
        81..=99 => format!("quatre-vingt-{}", UNITS[(number - 80) as usize]),
        _ => match (TENS[(number / 10) as usize], number % 10) {
            (tens, 0) => tens.to_owned(),
            (tens, 1) => format!("{tens} et un"),
            (tens, units) => format!("{tens}-{}", UNITS[units as usize]),
        },
    }
}

/// 0 (as nothing) to 999.
fn small(number: u64, last: bool) -> String {
    let rest = below_hundred(number % 100, last);
    match number / 100 {
        0 => rest,
        1 => join(&["cent", &rest]),
        count if rest.is_empty() && last => format!("{} cents", UNITS[count as usize]),
        count => join(&[UNITS[count as usize], "cent", &rest]),
    }
}

pub(super) fn cardinal(number: u64) -> String {
    if number == 0 {
        return "zéro".into();
    }
    let [milliards, millions, thousands, rest] = groups(number);
    let big = |count: u64, name: &str| match count {
        0 => String::new(),
        1 => format!("un {name}"),
        _ => format!("{} {name}s", small(count, true)),
    };
    let thousand = match thousands {
        0 => String::new(),
        1 => "mille".into(),
        count => format!("{} mille", small(count, false)),
    };
    join(&[&big(milliards, "milliard"), &big(millions, "million"), &thousand, &small(rest, true)])
}

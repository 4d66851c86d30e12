//! Italian. Words are parted at hundred and thousand.

use super::{groups, join};

const UNITS: [&str; 20] = [
    "",
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
];
const TENS: [&str; 10] =
    ["", "", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"];

/// 0 (as nothing) to 999.
fn small(number: u64) -> String {
    let rest = match (number % 100, number % 10) {
        (rest @ 0..20, _) => UNITS[rest as usize].to_owned(),
        (rest, units) => {
            let tens = TENS[(rest / 10) as usize];
            match units {
                // The vowel of the tens falls before another one.
                1 | 8 => format!("{}{}", &tens[..tens.len() - 1], UNITS[units as usize]),
                3 => format!("{tens}tré"),
                _ => format!("{tens}{}", UNITS[units as usize]),
            }
        }
    };
    let hundreds = match number / 100 {
        0 => String::new(),
        1 => "cento".into(),
        count => format!("{}cento", UNITS[count as usize]),
    };
    join(&[&hundreds, &rest])
}

pub(super) fn cardinal(number: u64) -> String {
    if number == 0 {
        return "zero".into();
    }
    let [milliards, millions, thousands, rest] = groups(number);
    let big = |count: u64, one: &str, many: &str| match count {
        0 => String::new(),
        1 => format!("un {one}"),
        _ => format!("{} {many}", small(count)),
    };
    let thousand = match thousands {
        0 => String::new(),
        1 => "mille".into(),
        count => format!("{}mila", small(count)),
    };
    join(&[&big(milliards, "miliardo", "miliardi"), &big(millions, "milione", "milioni"), &thousand, &small(rest)])
}

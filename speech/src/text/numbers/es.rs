//! Spanish.

use super::join;

const UNITS: [&str; 30] = [
    "",
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
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] = ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const HUNDREDS: [&str; 10] = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
];

/// 0 (as nothing) to 999.
fn small(number: u64) -> String {
    if number == 100 {
        return "cien".into();
    }
    let rest = match number % 100 {
        rest @ 0..30 => UNITS[rest as usize].to_owned(),
        rest if rest % 10 == 0 => TENS[(rest / 10) as usize].to_owned(),
        rest => format!("{} y {}", TENS[(rest / 10) as usize], UNITS[(rest % 10) as usize]),
    };
    join(&[HUNDREDS[(number / 100) as usize], &rest])
}

/// Before `mil` and `millones` a final `uno` loses its end.
fn shortened(words: &str) -> String {
    match words.strip_suffix("uno") {
        Some(start) if start.ends_with("veinti") => format!("{start}ún"),
        Some(start) => format!("{start}un"),
        None => words.to_owned(),
    }
}

/// 0 (as nothing) to 999,999.
fn below_million(number: u64) -> String {
    let thousands = match number / 1_000 {
        0 => String::new(),
        1 => "mil".into(),
        count => format!("{} mil", shortened(&small(count))),
    };
    join(&[&thousands, &small(number % 1_000)])
}

pub(super) fn cardinal(number: u64) -> String {
    if number == 0 {
        return "cero".into();
    }
    let millions = match number / 1_000_000 {
        0 => String::new(),
        1 => "un millón".into(),
        count => format!("{} millones", shortened(&below_million(count))),
    };
    join(&[&millions, &below_million(number % 1_000_000)])
}

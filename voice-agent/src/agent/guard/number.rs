//! Telephone numbers in what is said: number words, numbers that cost extra, and whether two are the same.

/// International prefixes of numbers that cost extra, without `+`: premium services, satellites and the global premium
/// code, by the national plans that ITU-T publishes (E.129, E.164; read 2026-11-21).
const PREMIUM: [&str; 33] = [
    "49900", "49190", "49137", "49118", "4490", "4491", "4498", "44871", "44872", "44873", "44118", "1900", "34803",
    "34806", "34807", "34905", "34118", "3389", "33118", "3989", "39144", "39166", "39199", "4390", "4393", "4190",
    "979", "870", "881", "882", "883", "808", "878",
];

/// The same as dialled at home, by language.
const AT_HOME: [(&str, &[&str]); 5] = [
    ("de", &["0900", "0190", "0137", "118", "0930"]),
    ("en", &["090", "098", "0871", "1900"]),
    ("es", &["803", "806", "807", "905", "118"]),
    ("fr", &["0890", "0891", "0892", "0893", "0895", "0897", "0898", "0899", "118"]),
    ("it", &["892", "893", "894", "895", "899", "144", "166", "199"]),
];

/// A figure that was said as a word, in one of the five languages.
pub(super) fn digit(word: &str) -> Option<&'static str> {
    Some(match word {
        "zero" | "oh" | "o" | "null" | "cero" => "0",
        "one" | "eins" | "uno" | "un" | "une" => "1",
        "two" | "zwei" | "zwo" | "dos" | "deux" | "due" => "2",
        "three" | "drei" | "tres" | "trois" | "tre" => "3",
        "four" | "vier" | "cuatro" | "quatre" | "quattro" => "4",
        "five" | "funf" | "fuenf" | "cinco" | "cinq" | "cinque" => "5",
        "six" | "sechs" | "seis" | "sei" => "6",
        "seven" | "sieben" | "siete" | "sept" | "sette" => "7",
        "eight" | "acht" | "ocho" | "huit" | "otto" => "8",
        "nine" | "neun" | "nueve" | "neuf" | "nove" => "9",
        "hundred" | "hundert" | "cent" | "cento" | "cien" => "00",
        "neunhundert" | "novecientos" | "novecento" => "900",
        _ => return None,
    })
}

/// Whether calling this number costs extra. `digits`: figures, with `+` or `00` before an international one.
pub(super) fn is_premium(digits: &str, language: &str) -> bool {
    let international = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00").filter(|rest| rest.len() >= 7));
    if let Some(number) = international {
        return PREMIUM.iter().any(|prefix| number.starts_with(prefix));
    }
    let language = crate::config::primary(language);
    let everywhere = digits.starts_with("0900") || digits.starts_with("1900");
    let at_home = AT_HOME.iter().find(|(tag, _)| *tag == language);
    everywhere || at_home.is_some_and(|(_, prefixes)| prefixes.iter().any(|prefix| digits.starts_with(prefix)))
}

/// Whether both are one number: equal but for the country's code or the zero before the area.
pub(super) fn same(one: &str, other: &str) -> bool {
    const SIGNIFICANT: usize = 7;
    let national = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.trim_start_matches('0').to_owned()
    };
    let (one, other) = (national(one), national(other));
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    one == other || (short.len() >= SIGNIFICANT && long.ends_with(short.as_str()) && long.len() - short.len() <= 3)
}

/// The telephone numbers in a text, as it writes them: runs of figures with what usually parts them.
pub(super) fn written(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut number = String::new();
    let mut close = |number: &mut String| {
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if (MIN_WRITTEN..=MAX_WRITTEN).contains(&digits) {
            found.push(number.trim().to_owned());
        }
        number.clear();
    };
    for c in text.chars() {
        let parts = matches!(c, ' ' | '/' | '(' | ')' | '\u{a0}') || c == '-';
        if c.is_ascii_digit() || (c == '+' && number.trim().is_empty()) || (parts && !number.is_empty()) {
            number.push(c);
        } else {
            close(&mut number);
        }
    }
    close(&mut number);
    found
}

/// Fewer figures are a price, a date or a room.
const MIN_WRITTEN: usize = 7;
/// The longest number that there is (E.164), and an international prefix.
const MAX_WRITTEN: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_cost_extra_are_known_and_others_are_not() {
        for (number, language) in [
            ("+49900123456", "de"),
            ("0900123456", "it"),
            ("0049137123456", "en"),
            ("0892123456", "fr"),
            ("899123", "it"),
        ] {
            assert!(is_premium(number, language), "{number}");
        }
        for (number, language) in
            [("+4930901820", "de"), ("0891234567", "de"), ("0911234567", "de"), ("089123456", "it")]
        {
            assert!(!is_premium(number, language), "{number}");
        }
    }

    #[test]
    fn the_same_number_in_another_dress_is_the_same() {
        assert!(same("+49 30 123456", "030123456"));
        assert!(same("0049 30 123456", "+4930123456"));
        assert!(!same("+4930123456", "+4930123457"));
        assert!(!same("123456", "+4930123456"));
    }

    #[test]
    fn numbers_in_a_text_are_found() {
        assert_eq!(written("Call +49 (30) 90 18-20 or 12.50, on 3 May 2026."), ["+49 (30) 90 18-20"]);
        assert!(written("Room 12, 10:30 to 18:00").is_empty());
    }
}

//! Numbers with separators and decimals, and money.

use super::Language;
use super::digits::spell;
use super::numbers::{MAX, cardinal, digit, one_before, year};

/// An unmarked integer of so many digits is a customer or account number: read digit by digit.
const IDENTIFIER_DIGITS: usize = 7;

/// A number as it is written, taken apart.
struct Written {
    negative: bool,
    whole: String,
    fraction: String,
    grouped: bool,
}

/// Takes a number apart. Which of comma and full stop is the decimal mark is told by the digits after it, and where
/// that leaves a doubt by the language.
fn read(text: &str, language: Language) -> Option<Written> {
    let unsigned = text.strip_prefix(['-', '−']);
    let digits = unsigned.or_else(|| text.strip_prefix('+')).unwrap_or(text);
    if digits.len() > 64 || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let last = digits.rfind(['.', ',']);
    let decimal = last.filter(|at| {
        let mark = &digits[*at..=*at];
        let thousands = if language.is_english() { "," } else { "." };
        let only = digits.matches(['.', ',']).count() == 1;
        let mixed = digits.contains('.') && digits.contains(',');
        mixed || (only && !(digits.len() - at == 4 && mark == thousands))
    });
    let (whole, fraction) = decimal.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]));
    let grouped = whole.contains(|c: char| !c.is_ascii_digit());
    let whole: String =
        whole.chars().filter(|c| !matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (all_digits(&whole) && all_digits(fraction) && !whole.is_empty()).then(|| Written {
        negative: unsigned.is_some(),
        whole,
        fraction: fraction.to_owned(),
        grouped,
    })
}

/// A number in words. `None` when it is not one.
pub fn number(text: &str, language: Language) -> Option<String> {
    let written = read(text.trim(), language)?;
    let whole = match written.whole.parse::<u64>() {
        Ok(number) if number <= MAX && !(written.whole.starts_with('0') && written.whole.len() > 1) => {
            cardinal(number, language)
        }
        _ => spell(&written.whole, language)?,
    };
    let minus = language.pick(["minus", "minus", "menos", "moins", "meno"]);
    let mut words = if written.negative { format!("{minus} {whole}") } else { whole };
    if !written.fraction.is_empty() {
        words.push(' ');
        words.push_str(language.pick(["Komma", "point", "coma", "virgule", "virgola"]));
        for character in written.fraction.bytes() {
            words.push(' ');
            words.push_str(&digit(character.wrapping_sub(b'0'), language));
        }
    }
    Some(words)
}

/// A number that stands in plain text: also a year or an identifier by its look, and one thing by what follows it.
pub fn plain_number(text: &str, next_word: &str, language: Language) -> Option<String> {
    let written = read(text, language)?;
    if !written.grouped && written.fraction.is_empty() && !written.negative {
        match written.whole.parse::<u64>() {
            Ok(1) if text == "1" => return Some(one_before(next_word, language).to_owned()),
            Ok(number @ 1_900..=2_099) if written.whole.len() == 4 => return Some(year(number, language)),
            _ if written.whole.len() >= IDENTIFIER_DIGITS => return spell(&written.whole, language),
            _ => {}
        }
    }
    number(text, language)
}

/// What money is called: one, more, one part, more parts; and whether it is feminine.
struct Currency {
    names: [&'static str; 4],
    feminine: bool,
}

fn currency(sign: &str, language: Language) -> Option<Currency> {
    let masculine = |names| Some(Currency { names, feminine: false });
    let feminine = |names| Some(Currency { names, feminine: true });
    match sign {
        "€" | "EUR" => masculine(language.pick([
            ["Euro", "Euro", "Cent", "Cent"],
            ["euro", "euros", "cent", "cents"],
            ["euro", "euros", "céntimo", "céntimos"],
            ["euro", "euros", "centime", "centimes"],
            ["euro", "euro", "centesimo", "centesimi"],
        ])),
        "$" | "USD" | "US$" => masculine(language.pick([
            ["Dollar", "Dollar", "Cent", "Cent"],
            ["dollar", "dollars", "cent", "cents"],
            ["dólar", "dólares", "centavo", "centavos"],
            ["dollar", "dollars", "cent", "cents"],
            ["dollaro", "dollari", "centesimo", "centesimi"],
        ])),
        "£" | "GBP" => match language {
            Language::Es => feminine(["libra", "libras", "penique", "peniques"]),
            Language::Fr => feminine(["livre", "livres", "penny", "pence"]),
            Language::It => feminine(["sterlina", "sterline", "penny", "penny"]),
            Language::De => masculine(["Pfund", "Pfund", "Penny", "Pence"]),
            Language::EnGb | Language::EnUs => masculine(["pound", "pounds", "penny", "pence"]),
        },
        "CHF" | "Fr." => masculine(language.pick([
            ["Franken", "Franken", "Rappen", "Rappen"],
            ["Swiss franc", "Swiss francs", "centime", "centimes"],
            ["franco suizo", "francos suizos", "céntimo", "céntimos"],
            ["franc suisse", "francs suisses", "centime", "centimes"],
            ["franco svizzero", "franchi svizzeri", "centesimo", "centesimi"],
        ])),
        _ => None,
    }
}

/// An amount of money in words. `None` when it is not one.
pub fn money(amount: &str, sign: &str, language: Language) -> Option<String> {
    let currency = currency(sign, language)?;
    let written = read(amount, language)?;
    let whole = written.whole.parse::<u64>().ok().filter(|whole| *whole <= MAX)?;
    let parts = match written.fraction.len() {
        0 => 0,
        1 => written.fraction.parse::<u64>().ok()? * 10,
        2 => written.fraction.parse().ok()?,
        _ => return Some(format!("{} {}", number(amount, language)?, currency.names[1])),
    };
    let minus = language.pick(["minus ", "minus ", "menos ", "moins ", "meno "]);
    let minus = if written.negative { minus } else { "" };
    let [one, many, one_part, many_parts] = currency.names;
    let count = |number, one: &str, many: &str, feminine| {
        let words = if number == 1 { one_of(feminine, language).into() } else { cardinal(number, language) };
        // French has no plural for nothing.
        let name = if number == 1 || (number == 0 && language == Language::Fr) { one } else { many };
        format!("{words} {name}")
    };
    if whole == 0 && parts > 0 {
        return Some(format!("{minus}{}", count(parts, one_part, many_parts, false)));
    }
    let money = count(whole, one, many, currency.feminine);
    if parts == 0 {
        return Some(format!("{minus}{money}"));
    }
    let cents = count(parts, one_part, many_parts, false);
    let short = cardinal(parts, language);
    Some(format!(
        "{minus}{money} {}",
        language.pick([short.clone(), format!("and {cents}"), format!("con {cents}"), short, format!("e {cents}")])
    ))
}

fn one_of(feminine: bool, language: Language) -> &'static str {
    if feminine {
        language.pick(["eine", "one", "una", "une", "una"])
    } else {
        language.pick(["ein", "one", "un", "un", "un"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_told_apart() {
        for (text, language, words) in [
            ("1,234", Language::EnUs, "one thousand two hundred thirty-four"),
            ("1.234", Language::EnUs, "one point two three four"),
            ("1.234", Language::De, "eintausend zweihundert vierunddreißig"),
            ("3,5", Language::De, "drei Komma fünf"),
            ("1.234,5", Language::It, "mille duecento trentaquattro virgola cinque"),
            ("1\u{202f}000", Language::Fr, "mille"),
            ("2,05", Language::Fr, "deux virgule zéro cinq"),
            ("-3", Language::Es, "menos tres"),
            ("1.000.000", Language::Es, "un millón"),
            ("007", Language::EnUs, "zero zero seven"),
            ("1234567890123", Language::EnUs, "one two three, four five six, seven eight nine, zero one two three"),
        ] {
            assert_eq!(number(text, language).as_deref(), Some(words), "{text} in {language:?}");
        }
        for text in ["", "x", "1x", "-", "--1"] {
            assert_eq!(number(text, Language::De), None, "{text}");
        }
    }

    #[test]
    fn plain_numbers_are_read_by_their_look() {
        for (text, next, language, words) in [
            ("1999", "", Language::EnUs, "nineteen ninety-nine"),
            ("1", "Termin", Language::De, "ein"),
            ("1", "Bestellung", Language::De, "eine"),
            ("1", "", Language::De, "eins"),
            ("1", "llamada", Language::Es, "una"),
            ("12345678", "", Language::EnUs, "one two three, four five six, seven eight"),
            ("250", "", Language::Fr, "deux cent cinquante"),
        ] {
            assert_eq!(plain_number(text, next, language).as_deref(), Some(words), "{text} in {language:?}");
        }
    }

    #[test]
    fn money_is_counted() {
        for (amount, sign, language, words) in [
            ("12.50", "€", Language::EnUs, "twelve euros and fifty cents"),
            ("1", "$", Language::EnUs, "one dollar"),
            ("0.05", "£", Language::EnGb, "five pence"),
            ("1.299,00", "€", Language::De, "eintausend zweihundert neunundneunzig Euro"),
            ("12,50", "EUR", Language::De, "zwölf Euro fünfzig"),
            ("1", "€", Language::De, "ein Euro"),
            ("2,01", "€", Language::Es, "dos euros con un céntimo"),
            ("1", "£", Language::It, "una sterlina"),
            ("0", "€", Language::Fr, "zéro euro"),
            ("3,20", "€", Language::Fr, "trois euros vingt"),
            ("-5", "$", Language::EnUs, "minus five dollars"),
            ("1.5", "€", Language::It, "un euro e cinquanta centesimi"),
        ] {
            assert_eq!(money(amount, sign, language).as_deref(), Some(words), "{amount} {sign} in {language:?}");
        }
        assert_eq!(money("5", "XYZ", Language::De), None);
    }
}

//! Amounts of money as spoken.

use crate::text::primary;

/// The names of one currency in one language.
struct Names {
    one: &'static str,
    many: &'static str,
    one_cent: &'static str,
    many_cents: &'static str,
}

const fn names(one: &'static str, many: &'static str, one_cent: &'static str, many_cents: &'static str) -> Names {
    Names { one, many, one_cent, many_cents }
}

/// `12.5` EUR as "12 euros and 50 cents" with marks; `None` when it is no amount or the currency has no names.
pub(super) fn words(amount: &str, currency: &str, language: &str) -> Option<String> {
    let (minus, units, cents) = split(amount)?;
    let names = currency_names(currency, primary(language))?;
    let and = match primary(language) {
        "de" => "und",
        "fr" => "et",
        "it" => "e",
        "es" => "con",
        _ => "and",
    };
    let main = match units {
        1 => names.one.to_owned(),
        _ => format!("<say-as interpret-as=\"cardinal\">{units}</say-as> {}", names.many),
    };
    let small = match cents {
        0 => String::new(),
        1 => names.one_cent.to_owned(),
        _ => format!("<say-as interpret-as=\"cardinal\">{cents}</say-as> {}", names.many_cents),
    };
    let text = match (units, cents) {
        (_, 0) => main,
        (0, _) => small,
        _ => format!("{main} {and} {small}"),
    };
    Some(if minus { format!("minus {text}") } else { text })
}

/// Sign, units and hundredths of `12`, `12.5` or `-12,50`; more places are rounded half up.
fn split(amount: &str) -> Option<(bool, u64, u64)> {
    let amount = amount.trim();
    let (minus, amount) = match amount.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, amount),
    };
    let (units, places) = amount.split_once(['.', ',']).unwrap_or((amount, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() || units.len() > 15 || !all_digits(units) || !all_digits(places) {
        return None;
    }
    let digit = |index: usize| places.as_bytes().get(index).map_or(0, |byte| u64::from(byte - b'0'));
    let cents = digit(0) * 10 + digit(1) + u64::from(digit(2) >= 5);
    let units: u64 = units.parse().ok()?;
    Some((minus, units + cents / 100, cents % 100))
}

fn currency_names(currency: &str, language: &str) -> Option<Names> {
    Some(match (currency, language) {
        ("EUR", "de") => names("ein Euro", "Euro", "ein Cent", "Cent"),
        ("EUR", "fr") => names("un euro", "euros", "un centime", "centimes"),
        ("EUR", "it") => names("un euro", "euro", "un centesimo", "centesimi"),
        ("EUR", "es") => names("un euro", "euros", "un céntimo", "céntimos"),
        ("EUR", _) => names("one euro", "euros", "one cent", "cents"),
        ("USD", "de") => names("ein Dollar", "Dollar", "ein Cent", "Cent"),
        ("USD", "fr") => names("un dollar", "dollars", "un cent", "cents"),
        ("USD", "it") => names("un dollaro", "dollari", "un centesimo", "centesimi"),
        ("USD", "es") => names("un dólar", "dólares", "un centavo", "centavos"),
        ("USD", _) => names("one dollar", "dollars", "one cent", "cents"),
        ("GBP", "de") => names("ein Pfund", "Pfund", "ein Penny", "Pence"),
        ("GBP", "fr") => names("une livre", "livres", "un penny", "pence"),
        ("GBP", "it") => names("una sterlina", "sterline", "un penny", "pence"),
        ("GBP", "es") => names("una libra", "libras", "un penique", "peniques"),
        ("GBP", _) => names("one pound", "pounds", "one penny", "pence"),
        ("CHF", "de") => names("ein Franken", "Franken", "ein Rappen", "Rappen"),
        ("CHF", "fr") => names("un franc", "francs", "un centime", "centimes"),
        ("CHF", "it") => names("un franco", "franchi", "un centesimo", "centesimi"),
        ("CHF", "es") => names("un franco", "francos", "un céntimo", "céntimos"),
        ("CHF", _) => names("one franc", "francs", "one centime", "centimes"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_spoken_in_units_and_hundredths() {
        let say = |text: &str| text.replace("<say-as interpret-as=\"cardinal\">", "").replace("</say-as>", "");
        assert_eq!(say(&words("12.5", "EUR", "en").unwrap()), "12 euros and 50 cents");
        assert_eq!(say(&words("1", "EUR", "de-AT").unwrap()), "ein Euro");
        assert_eq!(say(&words("0,01", "GBP", "en").unwrap()), "one penny");
        assert_eq!(say(&words("-3.999", "CHF", "de").unwrap()), "minus 4 Franken");
        assert_eq!(words("a lot", "EUR", "en"), None);
        assert_eq!(words("1", "XAU", "en"), None);
    }
}

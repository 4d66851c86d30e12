//! Digits one by one, and telephone numbers.

use super::Language;
use super::numbers::{cardinal, digit};

/// The most characters that are read one by one.
const MAX_CHARACTERS: usize = 64;

/// A longer group of digits is read in groups of three, with a short pause between.
const LONGEST_GROUP: usize = 4;

/// What a key or sign is called.
pub fn sign(sign: char, language: Language) -> Option<&'static str> {
    Some(match sign {
        '+' => language.pick(["plus", "plus", "más", "plus", "più"]),
        '*' => language.pick(["Stern", "star", "asterisco", "étoile", "asterisco"]),
        '#' if language == Language::EnGb => "hash",
        '#' => language.pick(["Raute", "pound", "almohadilla", "dièse", "cancelletto"]),
        '@' => language.pick(["ät", "at", "arroba", "arobase", "chiocciola"]),
        '&' => language.pick(["und", "and", "y", "et", "e"]),
        '%' => language.pick(["Prozent", "percent", "por ciento", "pour cent", "per cento"]),
        '=' => language.pick(["gleich", "equals", "igual a", "égale", "uguale"]),
        '°' => language.pick(["Grad", "degrees", "grados", "degrés", "gradi"]),
        '§' => language.pick(["Paragraph", "section", "sección", "paragraphe", "paragrafo"]),
        '€' => language.pick(["Euro", "euros", "euros", "euros", "euro"]),
        '$' => language.pick(["Dollar", "dollars", "dólares", "dollars", "dollari"]),
        '£' => language.pick(["Pfund", "pounds", "libras", "livres", "sterline"]),
        _ => return None,
    })
}

/// Each digit and letter by itself, with pauses between groups: those that are written apart, and within a longer one
/// every third. `None` when there is nothing to read.
pub fn spell(value: &str, language: Language) -> Option<String> {
    let mut groups: Vec<Vec<String>> = vec![Vec::new()];
    for character in value.chars().take(MAX_CHARACTERS) {
        let word = match character {
            '0'..='9' => digit(character as u8 - b'0', language),
            '+' | '*' | '#' => sign(character, language)?.to_owned(),
            letter if letter.is_alphabetic() => letter.to_uppercase().collect(),
            _ => {
                groups.push(Vec::new());
                continue;
            }
        };
        if let Some(group) = groups.last_mut() {
            group.push(word);
        }
    }
    let parts: Vec<String> = groups.iter().flat_map(|group| divide(group)).map(|group| group.join(" ")).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Cuts a long group into threes, without leaving one digit alone at the end.
fn divide(group: &[String]) -> Vec<&[String]> {
    let mut parts = Vec::new();
    let mut rest = group;
    while rest.len() > LONGEST_GROUP {
        let (first, after) = rest.split_at(3);
        parts.push(first);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// A telephone number: its digits in the groups that it is written in; in French in pairs, as numbers.
pub fn phone(value: &str, language: Language) -> Option<String> {
    let paired = language == Language::Fr
        && value.split([' ', '.', '-']).all(|group| group.len() == 2 && group.bytes().all(|b| b.is_ascii_digit()));
    if !paired {
        return spell(value, language);
    }
    let pairs = value.split([' ', '.', '-']).map(|pair| match pair.parse::<u64>() {
        Ok(number @ 0..=9) => format!("zéro {}", cardinal(number, language)),
        Ok(number) => cardinal(number, language),
        Err(_) => String::new(),
    });
    Some(pairs.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_one_by_one_in_groups() {
        for (value, language, words) in [
            ("4711", Language::De, "vier sieben eins eins"),
            ("123456", Language::EnUs, "one two three, four five six"),
            ("1234567", Language::EnUs, "one two three, four five six seven"),
            ("12345", Language::Es, "uno dos tres, cuatro cinco"),
            ("12 34", Language::It, "uno due, tre quattro"),
            ("AB-1", Language::Fr, "A B, un"),
            ("+49 30", Language::De, "plus vier neun, drei null"),
            ("*#", Language::EnGb, "star hash"),
        ] {
            assert_eq!(spell(value, language).as_deref(), Some(words), "{value}");
        }
        assert_eq!(spell(" - ", Language::De), None);
        assert_eq!(spell("", Language::De), None);
    }

    #[test]
    fn french_telephone_numbers_are_read_in_pairs() {
        let words = "zéro un, vingt-trois, quarante-cinq, soixante-sept, quatre-vingt-neuf";
        assert_eq!(phone("01 23 45 67 89", Language::Fr).as_deref(), Some(words));
        assert_eq!(phone("030 12", Language::De).as_deref(), Some("null drei null, eins zwei"));
    }
}

//! Numbers in words.

mod de;
mod en;
mod es;
mod fr;
mod it;

use super::Language;

/// Above this, digits are read one by one.
pub const MAX: u64 = 999_999_999_999;

/// The number in words, up to [`MAX`].
pub fn cardinal(number: u64, language: Language) -> String {
    match language {
        Language::De => de::cardinal(number),
        Language::EnGb => en::cardinal(number, " and "),
        Language::EnUs => en::cardinal(number, " "),
        Language::Es => es::cardinal(number),
        Language::Fr => fr::cardinal(number),
        Language::It => it::cardinal(number),
    }
}

/// A year in words.
pub fn year(year: u64, language: Language) -> String {
    match language {
        Language::De => de::year(year),
        Language::EnGb | Language::EnUs => en::year(year, language == Language::EnGb),
        _ => cardinal(year, language),
    }
}

/// An ordinal number in words, where we know it: all in English (`third`), 1 to 31 in German (`dritte`, to be
/// inflected), the first one elsewhere.
pub fn ordinal(number: u64, language: Language) -> Option<String> {
    match language {
        Language::De => de::ordinal(number),
        Language::EnGb => Some(en::ordinal(number, " and ")),
        Language::EnUs => Some(en::ordinal(number, " ")),
        _ if number != 1 => None,
        Language::Es => Some("primero".into()),
        Language::Fr => Some("premier".into()),
        Language::It => Some("primo".into()),
    }
}

/// One digit in words.
pub fn digit(digit: u8, language: Language) -> String {
    cardinal(u64::from(digit % 10), language)
}

/// The number 1 as it stands before what is counted.
pub fn one_before(noun: &str, language: Language) -> &'static str {
    let ends = |endings: &[&str]| endings.iter().any(|ending| noun.ends_with(ending));
    match language {
        // Without a noun after it, it counts nothing.
        Language::De if !noun.starts_with(char::is_uppercase) => "eins",
        Language::De if ends(&["ung", "heit", "keit", "schaft", "ion", "tät", "e"]) => "eine",
        Language::De => "ein",
        Language::EnGb | Language::EnUs => "one",
        Language::Es | Language::It if noun.is_empty() => "uno",
        Language::Es if ends(&["a", "ción", "sión", "dad", "tad"]) && noun != "día" => "una",
        Language::It if ends(&["a", "ione", "tà"]) => "una",
        Language::Es | Language::Fr | Language::It => "un",
    }
}

/// Joins what there is of thousands and the rest with a space.
fn join(parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Splits a number into milliards, millions, thousands and the rest.
fn groups(number: u64) -> [u64; 4] {
    [number / 1_000_000_000, number / 1_000_000 % 1_000, number / 1_000 % 1_000, number % 1_000]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, table: &[(u64, &str)]) {
        for (number, words) in table {
            assert_eq!(cardinal(*number, language), *words, "{number} in {language:?}");
        }
    }

    #[test]
    fn german() {
        check(
            Language::De,
            &[
                (0, "null"),
                (1, "eins"),
                (16, "sechzehn"),
                (17, "siebzehn"),
                (21, "einundzwanzig"),
                (30, "dreißig"),
                (77, "siebenundsiebzig"),
                (100, "einhundert"),
                (101, "einhundert eins"),
                (999, "neunhundert neunundneunzig"),
                (1_000, "eintausend"),
                (2_026, "zweitausend sechsundzwanzig"),
                (21_001, "einundzwanzigtausend eins"),
                (1_000_000, "eine Million"),
                (2_000_300, "zwei Millionen dreihundert"),
                (1_000_000_000, "eine Milliarde"),
            ],
        );
        assert_eq!(year(1999, Language::De), "neunzehnhundert neunundneunzig");
        assert_eq!(year(2026, Language::De), "zweitausend sechsundzwanzig");
        assert_eq!(year(1900, Language::De), "neunzehnhundert");
        assert_eq!(ordinal(31, Language::De).as_deref(), Some("einunddreißigste"));
        assert_eq!(ordinal(7, Language::De).as_deref(), Some("siebte"));
    }

    #[test]
    fn english() {
        check(
            Language::EnUs,
            &[
                (0, "zero"),
                (13, "thirteen"),
                (40, "forty"),
                (85, "eighty-five"),
                (105, "one hundred five"),
                (1_234, "one thousand two hundred thirty-four"),
                (1_000_001, "one million one"),
                (2_000_000_000, "two billion"),
            ],
        );
        check(Language::EnGb, &[(105, "one hundred and five"), (100, "one hundred"), (2_005, "two thousand and five")]);
        for (number, words) in [
            (1999, "nineteen ninety-nine"),
            (1900, "nineteen hundred"),
            (1905, "nineteen oh five"),
            (2000, "two thousand"),
            (2008, "two thousand eight"),
            (2026, "twenty twenty-six"),
        ] {
            assert_eq!(year(number, Language::EnUs), words);
        }
        assert_eq!(year(2008, Language::EnGb), "two thousand and eight");
        for (number, words) in [(1, "first"), (5, "fifth"), (12, "twelfth"), (20, "twentieth"), (21, "twenty-first")] {
            assert_eq!(ordinal(number, Language::EnUs).as_deref(), Some(words));
        }
    }

    #[test]
    fn spanish() {
        check(
            Language::Es,
            &[
                (0, "cero"),
                (16, "dieciséis"),
                (22, "veintidós"),
                (31, "treinta y uno"),
                (100, "cien"),
                (101, "ciento uno"),
                (555, "quinientos cincuenta y cinco"),
                (1_000, "mil"),
                (2_026, "dos mil veintiséis"),
                (21_000, "veintiún mil"),
                (31_000, "treinta y un mil"),
                (1_000_000, "un millón"),
                (2_000_000, "dos millones"),
                (1_000_000_000, "mil millones"),
            ],
        );
    }

    #[test]
    fn french() {
        check(
            Language::Fr,
            &[
                (0, "zéro"),
                (21, "vingt et un"),
                (70, "soixante-dix"),
                (71, "soixante et onze"),
                (80, "quatre-vingts"),
                (81, "quatre-vingt-un"),
                (99, "quatre-vingt-dix-neuf"),
                (100, "cent"),
                (200, "deux cents"),
                (201, "deux cent un"),
                (1_000, "mille"),
                (2_026, "deux mille vingt-six"),
                (80_000, "quatre-vingt mille"),
                (200_000, "deux cent mille"),
                (1_000_000, "un million"),
                (3_000_000_000, "trois milliards"),
            ],
        );
    }

    #[test]
    fn italian() {
        check(
            Language::It,
            &[
                (0, "zero"),
                (18, "diciotto"),
                (21, "ventuno"),
                (23, "ventitré"),
                (28, "ventotto"),
                (38, "trentotto"),
                (44, "quarantaquattro"),
                (100, "cento"),
                (101, "cento uno"),
                (1_000, "mille"),
                (2_026, "duemila ventisei"),
                (1_000_000, "un milione"),
                (2_000_000_000, "due miliardi"),
            ],
        );
    }
}

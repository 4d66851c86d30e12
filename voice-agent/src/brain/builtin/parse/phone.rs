//! Telephone numbers as they are dictated.

use super::super::Lang;
use super::super::words::Word;
use super::number::cardinal;

/// Takes the digits of a dictated number out of what was said: with a `+` before them if it was said, else as they
/// come. Of several runs of digits the longest counts. Empty when there is none.
pub fn phone(language: Lang, words: &[Word]) -> String {
    let mut best = String::new();
    let mut run = String::new();
    let mut gap = 0;
    let mut at = 0;
    while at < words.len() {
        if let Some((digits, taken)) = digits(language, &words[at..]) {
            run.push_str(&digits);
            at += taken;
            gap = 0;
            continue;
        }
        // One wrong or needless word within does no harm.
        gap += 1;
        if gap > 1 {
            keep(&mut best, &mut run);
        }
        at += 1;
    }
    keep(&mut best, &mut run);
    best
}

/// The digits, if there is nothing else in what was said.
pub fn only_digits(language: Lang, words: &[Word]) -> Option<String> {
    let mut all = String::new();
    let mut at = 0;
    while at < words.len() {
        let (digits, taken) = digits(language, &words[at..])?;
        all.push_str(&digits);
        at += taken;
    }
    (!all.is_empty()).then_some(all)
}

fn keep(best: &mut String, run: &mut String) {
    if run.len() > best.len() {
        *best = std::mem::take(run);
    }
    run.clear();
}

/// The digits at the beginning of what was said, and how many words they take.
pub fn digits(language: Lang, words: &[Word]) -> Option<(String, usize)> {
    let first = words.first()?.key.as_str();
    if first.contains(|c: char| c.is_ascii_digit()) && !first.contains(char::is_alphabetic) {
        let kept = first.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        return Some((kept, 1));
    }
    if language.pick([["plus"], ["plus"], ["mas"], ["plus"], ["piu"]]).contains(&first) {
        let (rest, taken) = digits(language, &words[1..]).filter(|(rest, _)| !rest.starts_with('+'))?;
        return Some((format!("+{rest}"), taken + 1));
    }
    if language == Lang::En && matches!(first, "oh" | "o") {
        return Some(("0".into(), 1));
    }
    // "una", "une" and the like do not count as digits, but "un" does.
    if matches!((language, first), (Lang::Fr | Lang::It | Lang::Es, "un")) {
        return Some(("1".into(), 1));
    }
    let times = match first {
        "double" | "doppel" | "doppelte" | "doble" | "doppio" | "zweimal" => 2,
        "triple" | "treble" | "dreimal" | "triplo" => 3,
        _ => 1,
    };
    if times > 1 {
        let (rest, taken) = digits(language, words.get(1..)?)?;
        let (doubled, after) = rest.split_at_checked(1)?;
        return Some((doubled.repeat(times) + after, taken + 1));
    }
    cardinal(language, words).map(|(number, taken)| (number.to_string(), taken))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use speech::text::numbers;

    use super::super::super::speak::spoken;
    use super::super::super::words::words;
    use super::*;

    proptest! {
        #[test]
        fn digits_said_one_by_one_are_read_back(number in "[0-9]{5,14}", language in 0usize..5) {
            let language = Lang::ALL[language];
            let said: Vec<String> =
                number.bytes().map(|digit| numbers::digit(digit - b'0', spoken(language))).collect();
            // French and the like join "vingt quatre", but no two single digits.
            prop_assert_eq!(phone(language, &words(&said.join(" "))), number);
        }

        #[test]
        fn any_words_are_survived(text in "\\PC{0,60}", language in 0usize..5) {
            let found = phone(Lang::ALL[language], &words(&text));
            prop_assert!(found.chars().all(|c| c.is_ascii_digit() || c == '+'));
        }
    }

    #[test]
    fn numbers_are_read_as_people_dictate_them() {
        for (language, text, expected) in [
            (Lang::En, "it's oh one seven one, double five, two three", "01715523"),
            (Lang::En, "plus four four twenty seven nine", "+44279"),
            (Lang::En, "my number is 0171 234-567, thanks", "0171234567"),
            (Lang::En, "I have two children and it is zero three zero um four five six", "030456"),
            (Lang::En, "eight hundred, five triple one", "8005111"),
            (Lang::De, "null eins sieben eins, zwo drei, fünfundvierzig", "01712345"),
            (Lang::De, "plus neunundvierzig, dreißig, doppel vier", "+493044"),
            (Lang::Fr, "zéro six, douze, trente-quatre, quatre-vingt-dix-sept", "06123497"),
            (Lang::Es, "seis uno dos, treinta y cuatro", "61234"),
            (Lang::It, "tre quattro sette, ventuno", "34721"),
            (Lang::En, "no idea", ""),
        ] {
            assert_eq!(phone(language, &words(text)), expected, "{text}");
        }
    }
}

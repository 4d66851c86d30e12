//! Names of people as they are said.

use super::super::Lang;
use super::super::words::{Word, find};
use super::spelled::spelled;

/// The most words of a name.
const MOST: usize = 4;

/// The name in what was said; "Miller, M I double L E R" gives the spelled form. `None` when there is none.
pub fn name(language: Lang, text: &str, words: &[Word]) -> Option<String> {
    let words = &words[opening(language, words)..];
    let spelled = spelled(language, words, if words.len() <= 3 { 2 } else { 3 });
    let end = spelled.as_ref().map_or(words.len(), |spelled| spelled.from);
    let mut said: Vec<String> = Vec::new();
    let mut joined = None;
    for word in &words[..end] {
        let plain = &text[word.place.clone()];
        // "O'Connor" and "Müller-Lang" are one name.
        let joint = joined.take().and_then(|end: usize| text.get(end..word.place.start));
        if let (Some(joint @ ("'" | "’" | "-")), Some(last)) = (joint, said.last_mut()) {
            last.push_str(joint);
            last.push_str(&capital(plain));
            joined = Some(word.place.end);
            continue;
        }
        if noise(language, &word.key) {
            continue;
        }
        if said.len() == MOST || word.key.contains(|c: char| c.is_ascii_digit()) {
            break;
        }
        said.push(capital(plain));
        joined = Some(word.place.end);
    }
    let mut name = said;
    if let Some(spelled) = spelled {
        let letters = capital(&spelled.letters);
        // The word before is the same name as it was heard, unless it is quite another: a first name.
        let same = |last: &String| strsim::normalized_levenshtein(&last.to_lowercase(), &letters.to_lowercase()) > 0.4;
        if name.last().is_some_and(|last| same(last) || name.len() > 1) {
            name.pop();
        }
        name.push(letters);
    }
    let name = name.join(" ");
    name.contains(char::is_alphabetic).then_some(name)
}

/// The name that somebody calls with: "this is Lisa Miller".
pub fn introduction(language: Lang, text: &str, words: &[Word]) -> Option<String> {
    let named = opening(language, words);
    (named > 0 && words.len() - named <= 3).then(|| name(language, text, words)).flatten()
}

/// How many words stand before the name: "my name is".
fn opening(language: Lang, words: &[Word]) -> usize {
    let phrases: &[&str] = language.pick([
        &[
            "my name is",
            "my name s",
            "name is",
            "the name s",
            "name s",
            "this is",
            "it is",
            "it s",
            "i am",
            "i m",
            "that s",
            "that is",
            "call me",
        ][..],
        &[
            "mein name ist",
            "mein name",
            "name ist",
            "ich heisse",
            "ich bin",
            "hier spricht",
            "hier ist",
            "das ist",
            "hier",
        ],
        &["me llamo", "mi nombre es", "nombre es", "soy", "habla"],
        &["je m appelle", "je suis", "mon nom est", "c est", "nom est"],
        &["mi chiamo", "il mio nome e", "mio nome e", "sono"],
    ]);
    // "I M A ..." is spelled, and no "I'm".
    let letter = |at: usize| words.get(at).is_some_and(|word| word.key.chars().count() == 1);
    let place = |phrase: &&str| find(words, phrase).filter(|place| !place.clone().all(letter) || !letter(place.end));
    phrases.iter().filter_map(place).map(|place| place.end).max().unwrap_or(0)
}

/// Words that are no part of a name.
fn noise(language: Lang, word: &str) -> bool {
    let noise: &[&str] = language.pick([
        &[
            "um", "uh", "er", "hm", "well", "yes", "yeah", "ok", "okay", "sure", "it", "is", "s", "the", "name", "my",
            "please", "and", "that", "spelled", "spelt", "spell", "i", "so", "mr", "mrs", "ms", "thanks", "hello",
            "hi",
        ][..],
        &[
            "ah",
            "ahm",
            "hm",
            "also",
            "ja",
            "okay",
            "der",
            "die",
            "name",
            "mein",
            "ist",
            "bitte",
            "und",
            "das",
            "buchstabiere",
            "buchstabiert",
            "ich",
            "gerne",
            "herr",
            "frau",
            "hallo",
        ],
        &["eh", "pues", "si", "vale", "mi", "nombre", "es", "por", "favor", "senor", "senora", "hola"],
        &["euh", "oui", "alors", "mon", "nom", "est", "s", "il", "vous", "plait", "monsieur", "madame", "bonjour"],
        &["eh", "si", "allora", "mio", "nome", "e", "per", "favore", "signor", "signora", "ciao"],
    ]);
    noise.contains(&word)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        // "McDonald" stays as it was heard.
        Some(first) if first.is_uppercase() && word.chars().skip(1).any(char::is_lowercase) => word.to_owned(),
        Some(first) => first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::words::words;
    use super::*;

    fn read(language: Lang, text: &str) -> Option<String> {
        name(language, text, &words(text))
    }

    #[test]
    fn names_are_read_said_and_spelled() {
        for (language, text, expected) in [
            (Lang::En, "my name is John Miller", "John Miller"),
            (Lang::En, "yes it's miller", "Miller"),
            (Lang::En, "Anna McDonald, please", "Anna McDonald"),
            (Lang::En, "sarah o'connor", "Sarah O'Connor"),
            (Lang::De, "Anna Müller-lang", "Anna Müller-Lang"),
            (Lang::En, "M I double L E R", "Miller"),
            (Lang::En, "Müller, that's M U E L L E R", "Mueller"),
            (Lang::En, "john miler m i l l e r", "John Miller"),
            (Lang::En, "em eye ell ell ee r, m i l l e r", "Miller"),
            (Lang::En, "mike oscar oscar romeo echo", "Moore"),
            (Lang::En, "b as in bravo a r k e r", "Barker"),
            (Lang::De, "mein Name ist Schmidt", "Schmidt"),
            (Lang::De, "Maier, M wie Martha, A, I, E, R", "Maier"),
            (Lang::De, "em u umlaut doppel el e er", "Müller"),
            (Lang::Es, "me llamo Ana García", "Ana García"),
            (Lang::Fr, "je m'appelle Dupont", "Dupont"),
            (Lang::It, "mi chiamo Rossi", "Rossi"),
        ] {
            assert_eq!(read(language, text).as_deref(), Some(expected), "{text}");
        }
        for none in ["um", "", "yes please", "17"] {
            assert_eq!(read(Lang::En, none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_spelled_name_is_read_back(name in "[a-z]{4,12}", language in 0usize..5) {
            // "I M" is how some recognisers write "I'm".
            prop_assume!(!name.contains("im"));
            let letters: Vec<String> = name.chars().map(String::from).collect();
            prop_assert_eq!(read(Lang::ALL[language], &letters.join(" ")).map(|name| name.to_lowercase()), Some(name));
        }

        #[test]
        fn any_words_are_survived(text in "\\PC{0,60}", language in 0usize..5) {
            read(Lang::ALL[language], &text);
        }
    }
}

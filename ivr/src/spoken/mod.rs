//! What callers say in answer to a question, matched to what the flow asks for: phrases, digits, yes and no.

mod numbers;

use crate::text::primary;

pub(crate) use numbers::digits;

/// What a question can understand besides keys, in one language.
#[derive(Debug, Clone)]
pub(crate) struct Ear {
    /// BCP 47 language that is listened for.
    pub language: String,
    /// Phrases, each as words, and the key that they stand for.
    choices: Vec<(char, Vec<String>)>,
}

impl Ear {
    /// An ear for phrases that stand for keys; digits it understands without being told.
    pub fn new<'p>(language: &str, phrases: impl IntoIterator<Item = (char, &'p str)>) -> Self {
        let choices = phrases.into_iter().map(|(key, phrase)| (key, words(phrase)));
        Self { language: language.to_owned(), choices: choices.filter(|(_, words)| !words.is_empty()).collect() }
    }

    /// An ear for 1 as yes and 2 as no.
    pub fn yes_no(language: &str) -> Self {
        let (yes, no) = consent_words(language);
        Self::new(language, yes.iter().map(|word| ('1', *word)).chain(no.iter().map(|word| ('2', *word))))
    }

    /// Words that are worth a hint to the recogniser.
    pub fn hints(&self) -> Vec<String> {
        self.choices.iter().map(|(_, words)| words.join(" ")).collect()
    }

    /// The key that was meant, if exactly one was: by its phrase, or by its digit where little else was said.
    pub fn key(&self, heard: &str, allowed: impl Fn(char) -> bool) -> Option<char> {
        let heard_words = words(heard);
        let scored = self.choices.iter().filter(|(key, phrase)| allowed(*key) && contains(&heard_words, phrase));
        let best = scored.clone().map(|(_, phrase)| phrase.len()).max();
        let mut keys: Vec<char> =
            scored.filter(|(_, phrase)| Some(phrase.len()) == best).map(|(key, _)| *key).collect();
        keys.dedup();
        match keys.as_slice() {
            [key] => Some(*key),
            [] if heard_words.len() <= MOST_WORDS_ABOUT_A_DIGIT => {
                let mut digits = digits(heard, &self.language).chars().collect::<Vec<_>>();
                digits.dedup();
                match digits.as_slice() {
                    [digit] if allowed(*digit) => Some(*digit),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// "number two please" names an option; a longer sentence with a number in it is about something else.
const MOST_WORDS_ABOUT_A_DIGIT: usize = 4;

/// Whether the phrase is said in one piece, small slips of the recogniser forgiven.
fn contains(heard: &[String], phrase: &[String]) -> bool {
    heard.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(|(heard, wanted)| alike(heard, wanted)))
}

fn alike(heard: &str, wanted: &str) -> bool {
    let slips = match wanted.chars().count() {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    };
    heard == wanted || (slips > 0 && strsim::osa_distance(heard, wanted) <= slips)
}

/// The words of a text: small letters, without marks and accents.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded: String = text.to_lowercase().chars().flat_map(fold).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn fold(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ä' => ('a', Some('e')),
        'ö' => ('o', Some('e')),
        'ü' => ('u', Some('e')),
        'ß' => ('s', Some('s')),
        'á' | 'à' | 'â' => ('a', None),
        'é' | 'è' | 'ê' | 'ë' => ('e', None),
        'í' | 'ì' | 'î' | 'ï' => ('i', None),
        'ó' | 'ò' | 'ô' => ('o', None),
        'ú' | 'ù' | 'û' => ('u', None),
        'ñ' => ('n', None),
        'ç' => ('c', None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

fn consent_words(language: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match primary(language) {
        "de" => (&["ja", "genau", "richtig", "stimmt", "in ordnung", "einverstanden"], &["nein", "falsch", "nicht"]),
        "es" => (&["sí", "correcto", "vale", "de acuerdo", "claro"], &["no", "incorrecto"]),
        "fr" => (&["oui", "d'accord", "exact", "c'est ça", "correct"], &["non", "pas"]),
        "it" => (&["sì", "esatto", "giusto", "va bene", "corretto"], &["no", "sbagliato", "non"]),
        _ => (&["yes", "yeah", "yep", "right", "correct", "sure", "okay"], &["no", "nope", "wrong", "not"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu() -> Ear {
        Ear::new(
            "en",
            [('1', "opening hours"), ('1', "hours"), ('2', "directions"), ('4', "reception"), ('4', "a person")],
        )
    }

    #[test]
    fn a_phrase_a_slip_and_a_digit_name_an_option() {
        let all = |_| true;
        assert_eq!(menu().key("What are your opening hours?", all), Some('1'));
        assert_eq!(menu().key("I'd like to speak to a person, please", all), Some('4'));
        assert_eq!(menu().key("direction", all), Some('2'));
        assert_eq!(menu().key("number two please", all), Some('2'));
        assert_eq!(menu().key("two", |key| key != '2'), None);
    }

    #[test]
    fn what_names_two_options_or_none_is_not_understood() {
        let all = |_| true;
        assert_eq!(menu().key("directions or reception", all), None);
        assert_eq!(menu().key("one or two", all), None);
        assert_eq!(menu().key("I have two children and one of them has a toothache", all), None);
        assert_eq!(menu().key("", all), None);
    }

    #[test]
    fn yes_and_no_in_five_languages() {
        for (language, yes, no) in [
            ("en", "Yes, please.", "no that's wrong"),
            ("de", "Ja, genau!", "nein, nicht"),
            ("es", "sí", "No."),
            ("fr", "Oui, c'est ça", "non"),
            ("it", "Sì, va bene", "no, sbagliato"),
        ] {
            let ear = Ear::yes_no(language);
            assert_eq!(ear.key(yes, |_| true), Some('1'), "{yes}");
            assert_eq!(ear.key(no, |_| true), Some('2'), "{no}");
        }
        assert_eq!(Ear::yes_no("en").key("not right", |_| true), None, "said both ways");
    }
}

//! How callers ask for a person, for a call back, and show that they are angry, in five languages.

mod phrases;

use std::collections::BTreeMap;

use crate::config::{Topic, primary};
use crate::turn::words::split;

/// Words in lower case without accents: recognisers are not sure of them.
fn plain(text: &str) -> Vec<String> {
    let fold = |c: char| match c {
        'ä' | 'á' | 'à' | 'â' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ö' | 'ó' | 'ò' | 'ô' => 'o',
        'ü' | 'ú' | 'ù' | 'û' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    };
    let text: String = text.to_lowercase().replace('ß', "ss").replace('-', " ").chars().map(fold).collect();
    split(&text)
}

fn holds(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window.iter().map(String::as_str).eq(phrase.iter().copied()))
}

fn holds_one(words: &[String], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| holds(words, phrase))
}

/// Whether the caller asks for a person.
pub(super) fn asks_for_person(text: &str, language: &str) -> bool {
    holds_one(&plain(text), phrases::of(language).person)
}

/// Whether the caller wants to be called back.
pub(super) fn asks_for_callback(text: &str, language: &str) -> bool {
    holds_one(&plain(text), phrases::of(language).callback)
}

/// Whether the caller is angry, by the built-in words or those of the file: of this language, or of all.
pub(super) fn is_angry(text: &str, language: &str, own: &BTreeMap<String, Vec<String>>) -> bool {
    let words = plain(text);
    let own = own.iter().filter(|(tag, _)| tag.is_empty() || primary(tag) == primary(language));
    let mut own = own.flat_map(|(_, phrases)| phrases).map(|phrase| plain(phrase).join(" "));
    holds_one(&words, phrases::of(language).anger) || own.any(|phrase| !phrase.is_empty() && holds(&words, &phrase))
}

/// Of an example, so much must be said.
const SHARE: f64 = 0.66;
/// Words of so many letters that begin alike are forms of the same.
const STEM: usize = 5;
/// Shorter words say nothing of the matter.
const WEIGHTY: usize = 4;

/// The topic that the caller's words are about: of which an example's weighty words are nearly all said.
pub(super) fn topic<'t>(text: &str, topics: &'t [Topic]) -> Option<&'t Topic> {
    let said = plain(text);
    topics.iter().find(|topic| topic.examples.iter().any(|example| covers(&said, &plain(example))))
}

fn covers(said: &[String], example: &[String]) -> bool {
    let weighty: Vec<&String> = example.iter().filter(|word| word.chars().count() >= WEIGHTY).collect();
    if weighty.is_empty() {
        return !example.is_empty() && holds(said, &example.join(" "));
    }
    let found = weighty.iter().filter(|word| said.iter().any(|other| alike(word, other))).count();
    found as f64 >= weighty.len() as f64 * SHARE
}

fn alike(one: &str, other: &str) -> bool {
    let common = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    one == other || common >= STEM
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rule;

    #[test]
    fn a_person_is_asked_for_in_five_languages() {
        for (language, text, expected) in [
            ("en", "Can I speak to a human, please?", true),
            ("en", "Put me through.", true),
            ("en", "When are you open?", false),
            ("en", "How many persons fit in the room?", false),
            ("de", "Ich will mit einem Menschen reden!", true),
            ("de-AT", "Verbinden Sie mich bitte.", true),
            ("de", "Was kostet das für eine Person?", false),
            ("es", "Quiero hablar con una persona.", true),
            ("es", "¿A qué hora abren?", false),
            ("fr", "Je voudrais parler à quelqu'un.", true),
            ("fr", "Passez-moi le service client.", true),
            ("fr", "Quel est le prix ?", false),
            ("it", "Posso parlare con un operatore?", true),
            ("it", "Quanto costa?", false),
        ] {
            assert_eq!(asks_for_person(text, language), expected, "{language}: {text}");
        }
    }

    #[test]
    fn a_call_back_is_asked_for_in_five_languages() {
        for (language, text) in [
            ("en", "Call me back, please."),
            ("de", "Können Sie mich zurückrufen?"),
            ("de", "Rückruf."),
            ("es", "Que me llamen, por favor."),
            ("fr", "Rappelez-moi."),
            ("it", "Può richiamarmi?"),
        ] {
            assert!(asks_for_callback(text, language), "{language}: {text}");
        }
        assert!(!asks_for_callback("How long does it take?", "en"));
    }

    #[test]
    fn anger_is_heard_and_a_file_may_add_to_it() {
        for (language, text) in [
            ("en", "This is ridiculous!"),
            ("de", "Das ist eine Frechheit."),
            ("es", "Es una vergüenza."),
            ("fr", "C'est inadmissible !"),
            ("it", "È una vergogna!"),
        ] {
            assert!(is_angry(text, language, &BTreeMap::new()), "{language}: {text}");
        }
        assert!(!is_angry("It was a pleasure.", "en", &BTreeMap::new()));
        let own = BTreeMap::from([("en".to_owned(), vec!["Cancel my contract".to_owned()])]);
        assert!(is_angry("cancel my contract now", "en-GB", &own));
        assert!(!is_angry("cancel my contract now", "de", &own));
    }

    #[test]
    fn a_topic_is_known_by_an_example_in_other_forms() {
        let rule = Rule { to: "desk".into(), warm: None };
        let topic_of = |name: &str, examples: &[&str]| Topic {
            name: name.into(),
            about: name.into(),
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
            rule: rule.clone(),
        };
        let topics = [
            topic_of("bill", &["There is a mistake in my bill", "Ich habe eine Frage zur Rechnung"]),
            topic_of("cancel", &["Vertrag kündigen", "I want to cancel the contract"]),
        ];
        let found = |text: &str| topic(text, &topics).map(|topic| topic.name.as_str());
        assert_eq!(found("I think there are some mistakes in the bill that you sent"), Some("bill"));
        assert_eq!(found("Wie kann ich meinen Vertrag kündigen?"), Some("cancel"));
        assert_eq!(found("Ich habe Fragen zu Ihren Rechnungen."), Some("bill"));
        assert_eq!(found("When are you open?"), None);
    }

    /// A phrase that is not written as it is compared would never match.
    #[test]
    fn every_phrase_is_written_as_it_is_compared() {
        for language in ["en", "de", "es", "fr", "it"] {
            let known = phrases::of(language);
            for phrase in known.person.iter().chain(known.callback).chain(known.anger) {
                assert_eq!(plain(phrase).join(" "), *phrase);
            }
        }
    }
}

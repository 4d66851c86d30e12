//! How callers ask for a person, for a call back, and show that they are angry, in five languages.

use std::collections::BTreeMap;

use crate::config::{Topic, primary};
use crate::turn::words::split;

/// What is said in one language. Written as [`plain`] gives it.
struct Words {
    person: &'static [&'static str],
    callback: &'static [&'static str],
    anger: &'static [&'static str],
}

const EN: Words = Words {
    person: &[
        "speak to a person",
        "speak to a human",
        "speak to someone",
        "speak to somebody",
        "speak with a person",
        "speak with a human",
        "speak with someone",
        "speak with somebody",
        "talk to a person",
        "talk to a human",
        "talk to someone",
        "talk to somebody",
        "talk to a real person",
        "speak to a real person",
        "real person",
        "human being",
        "a human please",
        "operator please",
        "an operator",
        "speak to an agent",
        "talk to an agent",
        "speak to a representative",
        "talk to a representative",
        "representative please",
        "put me through",
        "transfer me",
        "connect me",
        "not a machine",
        "not with a machine",
        "not to a machine",
        "not talking to a robot",
        "talk to a member of staff",
        "speak to a member of staff",
        "speak to your manager",
        "talk to the manager",
        "speak to the manager",
        "speak to a colleague",
    ],
    callback: &["call me back", "ring me back", "call back", "callback", "call me later", "phone me back"],
    anger: &[
        "ridiculous",
        "unacceptable",
        "outrageous",
        "furious",
        "fed up",
        "sick of this",
        "sick and tired",
        "disgrace",
        "disgraceful",
        "what a joke",
        "are you kidding me",
        "useless",
        "terrible service",
        "worst service",
        "incompetent",
        "i am angry",
        "i'm angry",
        "so angry",
        "very angry",
        "pissed off",
        "fuck",
        "fucking",
        "shit",
        "bullshit",
        "damn it",
        "stupid machine",
        "stupid robot",
        "idiot",
        "idiots",
        "i will sue",
        "my lawyer",
    ],
};

const DE: Words = Words {
    person: &[
        "mit einem menschen",
        "einen menschen",
        "mit einer person",
        "mit jemandem sprechen",
        "mit jemandem reden",
        "mit einem mitarbeiter",
        "mit einer mitarbeiterin",
        "einen mitarbeiter",
        "mit einem kollegen",
        "echten menschen",
        "verbinden sie mich",
        "verbinde mich",
        "durchstellen",
        "stellen sie mich durch",
        "nicht mit einer maschine",
        "nicht mit einem computer",
        "nicht mit einem roboter",
        "richtigen menschen",
        "jemand echtes",
        "mit dem chef",
        "mit der chefin",
        "ihren vorgesetzten",
        "jemanden sprechen",
        "zentrale bitte",
    ],
    callback: &["ruckruf", "zuruckrufen", "rufen sie mich zuruck", "ruft mich zuruck", "rufen sie mich spater an"],
    anger: &[
        "unverschamt",
        "unverschamtheit",
        "frechheit",
        "inakzeptabel",
        "unmoglich ist das",
        "das ist unmoglich von ihnen",
        "unfassbar",
        "lacherlich",
        "stinksauer",
        "wutend",
        "ich bin sauer",
        "mir reicht",
        "es reicht",
        "schnauze voll",
        "nase voll",
        "sauerei",
        "katastrophe",
        "scheisse",
        "verdammt",
        "verdammte",
        "saftladen",
        "inkompetent",
        "wollen sie mich verarschen",
        "verarschen",
        "idioten",
        "blode maschine",
        "mein anwalt",
        "ich beschwere mich",
    ],
};

const ES: Words = Words {
    person: &[
        "hablar con una persona",
        "hablar con alguien",
        "hablar con un humano",
        "hablar con un agente",
        "hablar con un operador",
        "una persona real",
        "un ser humano",
        "un humano",
        "un operador",
        "una operadora",
        "paseme con",
        "pongame con",
        "no con una maquina",
        "hablar con una maquina",
        "hablar con el encargado",
        "hablar con el responsable",
        "hablar con el gerente",
    ],
    callback: &["llamenme", "llameme", "me llamen", "devuelvanme la llamada", "devolver la llamada", "que me llame"],
    anger: &[
        "inaceptable",
        "es una verguenza",
        "que verguenza",
        "indignante",
        "indignado",
        "indignada",
        "furioso",
        "furiosa",
        "harto",
        "harta",
        "ridiculo",
        "estoy enfadado",
        "estoy enfadada",
        "muy enfadado",
        "muy enfadada",
        "mierda",
        "joder",
        "inutiles",
        "incompetentes",
        "es una estafa",
        "tomadura de pelo",
        "mi abogado",
        "idiotas",
        "esto es increible",
    ],
};

const FR: Words = Words {
    person: &[
        "parler a quelqu'un",
        "parler a une personne",
        "parler a un humain",
        "parler avec quelqu'un",
        "parler avec une personne",
        "parler a un conseiller",
        "parler a un operateur",
        "parler a un responsable",
        "une vraie personne",
        "un etre humain",
        "un humain",
        "un conseiller",
        "un operateur",
        "passez moi",
        "mettez moi en relation",
        "pas a une machine",
        "pas avec une machine",
        "pas a un robot",
        "parler au directeur",
    ],
    callback: &["rappelez moi", "me rappeler", "etre rappele", "etre rappelee", "qu'on me rappelle", "me rappelle"],
    anger: &[
        "inacceptable",
        "inadmissible",
        "scandaleux",
        "c'est une honte",
        "c'est honteux",
        "ridicule",
        "furieux",
        "furieuse",
        "j'en ai marre",
        "ras le bol",
        "en colere",
        "je suis fache",
        "je suis fachee",
        "vous vous moquez de moi",
        "merde",
        "putain",
        "incompetents",
        "incompetent",
        "nul a chier",
        "bande d'idiots",
        "mon avocat",
        "c'est n'importe quoi",
    ],
};

const IT: Words = Words {
    person: &[
        "parlare con una persona",
        "parlare con qualcuno",
        "parlare con un operatore",
        "parlare con un'operatrice",
        "parlare con un umano",
        "una persona vera",
        "un essere umano",
        "un operatore",
        "mi passi",
        "mi metta in contatto",
        "non con una macchina",
        "parlare con una macchina",
        "parlare con un robot",
        "parlare con il responsabile",
        "parlare con il direttore",
        "parlare con un addetto",
    ],
    callback: &[
        "richiamatemi",
        "richiamarmi",
        "mi richiami",
        "mi richiamate",
        "essere richiamato",
        "essere richiamata",
    ],
    anger: &[
        "inaccettabile",
        "vergogna",
        "vergognoso",
        "scandaloso",
        "ridicolo",
        "furioso",
        "furiosa",
        "sono arrabbiato",
        "sono arrabbiata",
        "arrabbiatissimo",
        "stufo",
        "stufa",
        "non ne posso piu",
        "mi prendete in giro",
        "mi prende in giro",
        "incompetenti",
        "incompetente",
        "merda",
        "cazzo",
        "idioti",
        "il mio avvocato",
        "e assurdo",
        "pessimo servizio",
    ],
};

fn list(language: &str) -> &'static Words {
    match primary(language) {
        "de" => &DE,
        "es" => &ES,
        "fr" => &FR,
        "it" => &IT,
        _ => &EN,
    }
}

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
    holds_one(&plain(text), list(language).person)
}

/// Whether the caller wants to be called back.
pub(super) fn asks_for_callback(text: &str, language: &str) -> bool {
    holds_one(&plain(text), list(language).callback)
}

/// Whether the caller is angry, by the built-in words or those of the file: of this language, or of all.
pub(super) fn is_angry(text: &str, language: &str, own: &BTreeMap<String, Vec<String>>) -> bool {
    let words = plain(text);
    let own = own.iter().filter(|(tag, _)| tag.is_empty() || primary(tag) == primary(language));
    let mut own = own.flat_map(|(_, phrases)| phrases).map(|phrase| plain(phrase).join(" "));
    holds_one(&words, list(language).anger) || own.any(|phrase| !phrase.is_empty() && holds(&words, &phrase))
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
        for words in [EN, DE, ES, FR, IT] {
            for phrase in words.person.iter().chain(words.callback).chain(words.anger) {
                assert_eq!(plain(phrase).join(" "), *phrase);
            }
        }
    }
}

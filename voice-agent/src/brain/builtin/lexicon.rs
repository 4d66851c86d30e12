//! What a language's file says: how callers put things, and how they are answered.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Lang;
use super::parse::light_words;
use super::words::{Word, find, key, starts, words};
use super::yaml;
use super::{BuiltinError, KnowledgeError};

const FILES: [(&str, &str); 5] = [
    ("en.yaml", include_str!("lexicon/en.yaml")),
    ("de.yaml", include_str!("lexicon/de.yaml")),
    ("es.yaml", include_str!("lexicon/es.yaml")),
    ("fr.yaml", include_str!("lexicon/fr.yaml")),
    ("it.yaml", include_str!("lexicon/it.yaml")),
];

/// What a caller can want besides an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    Hours,
    OpenNow,
    Person,
    Message,
    Callback,
    Appointment,
    MoveAppointment,
    CancelAppointment,
    MyAppointments,
    StopCalling,
    Repeat,
    Goodbye,
    Thanks,
    Greeting,
    Help,
    Robot,
    Cancel,
    Slower,
    Wait,
    SpeakEn,
    SpeakDe,
    SpeakEs,
    SpeakFr,
    SpeakIt,
}

impl Intent {
    /// The language that is asked for.
    pub fn language(self) -> Option<Lang> {
        Some(match self {
            Self::SpeakEn => Lang::En,
            Self::SpeakDe => Lang::De,
            Self::SpeakEs => Lang::Es,
            Self::SpeakFr => Lang::Fr,
            Self::SpeakIt => Lang::It,
            _ => return None,
        })
    }
}

/// A part of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    Name,
    Number,
    Text,
    Date,
    Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fillers: String,
    synonyms: Vec<Vec<String>>,
    yes: Vec<String>,
    no: Vec<String>,
    repair: Vec<String>,
    own_number: Vec<String>,
    lead_ins: Vec<String>,
    soonest: Vec<String>,
    others: Vec<String>,
    ordinals: Vec<Vec<String>>,
    slots: BTreeMap<Slot, Vec<String>>,
    intents: BTreeMap<Intent, Vec<String>>,
    say: BTreeMap<String, Vec<String>>,
}

/// A language's file. Phrases are folded, the longest first.
pub struct Lexicon {
    pub fillers: HashSet<String>,
    pub synonyms: Vec<Vec<String>>,
    pub intents: BTreeMap<Intent, Vec<String>>,
    yes: Vec<String>,
    no: Vec<String>,
    repair: Vec<String>,
    own_number: Vec<String>,
    lead_ins: Vec<String>,
    soonest: Vec<String>,
    others: Vec<String>,
    ordinals: Vec<Vec<String>>,
    slots: BTreeMap<Slot, Vec<String>>,
    say: BTreeMap<String, Vec<String>>,
}

impl Lexicon {
    /// Reads the file of a language.
    pub fn read(language: Lang) -> Result<Self, BuiltinError> {
        let (name, source) = FILES[language as usize];
        let file = || name.to_owned();
        let value = yaml::read(source)
            .map_err(|source| BuiltinError::Lexicon(KnowledgeError::Yaml { file: file(), source }))?;
        let read: File = serde_json::from_value(value)
            .map_err(|error| BuiltinError::Lexicon(KnowledgeError::Shape { file: file(), what: error.to_string() }))?;
        Ok(Self {
            // Days and numbers are read by parsers; what is wanted does not hang on them.
            fillers: words(&read.fillers).into_iter().map(|word| word.key).chain(light_words(language)).collect(),
            synonyms: read.synonyms,
            intents: read.intents,
            yes: phrases(&read.yes),
            no: phrases(&read.no),
            repair: phrases(&read.repair),
            own_number: phrases(&read.own_number),
            lead_ins: phrases(&read.lead_ins),
            soonest: phrases(&read.soonest),
            others: phrases(&read.others),
            ordinals: read.ordinals.iter().map(|words| phrases(words)).collect(),
            slots: read.slots.into_iter().map(|(slot, words)| (slot, phrases(&words))).collect(),
            say: read.say,
        })
    }

    /// The `variant`th way to say something, or the last one; empty if there is none.
    pub fn phrase(&self, name: &str, variant: usize) -> &str {
        let variants = self.say.get(name).map(Vec::as_slice).unwrap_or_default();
        variants.get(variant).or(variants.last()).map(String::as_str).unwrap_or_default()
    }

    /// How many ways there are to say something.
    pub fn variants(&self, name: &str) -> usize {
        self.say.get(name).map_or(0, Vec::len)
    }

    /// Whether what was said is a yes (`true`) or a no, and how many words at the beginning said so (none when it was
    /// said further on).
    pub fn verdict(&self, said: &[Word]) -> Option<(bool, usize)> {
        let skip = said.iter().take_while(|word| hesitates(&word.key)).count();
        let rest = &said[skip..];
        // "No, that was all" says it twice.
        let begins = |phrases: &[String]| {
            let mut taken = 0;
            while let Some(more) = phrases.iter().find_map(|phrase| starts(&rest[taken..], phrase)) {
                taken += more;
            }
            taken
        };
        let (yes, no) = (begins(&self.yes), begins(&self.no));
        let short = said.len() <= 6;
        let contains = |phrases: &[String]| short && phrases.iter().any(|phrase| find(rest, phrase).is_some());
        if no > 0 && no >= yes {
            return Some((false, skip + no));
        }
        // "Please" alone agrees; "please call back" asks for something, and "please don't" refuses.
        if yes > 0 && (rest.len() - yes <= 1 || !polite(rest, yes)) {
            // "That is right" agrees, "that is right not" does not; "yes, no problem" does.
            let refuses = !rest[yes - 1].pause && contains(&self.no);
            return if refuses { Some((false, 0)) } else { Some((true, skip + yes)) };
        }
        if contains(&self.no) {
            return Some((false, 0));
        }
        (said.len() <= 4 && contains(&self.yes)).then_some((true, 0))
    }

    /// How many words at the beginning take something back or set it right: "no, I said".
    pub fn repair(&self, said: &[Word]) -> usize {
        let mut taken = said.iter().take_while(|word| hesitates(&word.key)).count();
        let mut repairs = false;
        loop {
            let begins = |phrases: &[String]| phrases.iter().find_map(|phrase| starts(&said[taken..], phrase));
            let more = if let Some(more) = begins(&self.repair) {
                repairs = true;
                more
            } else if let Some(more) = begins(&self.no) {
                // "That's wrong, it's ten."
                repairs |= taken + more < said.len();
                more
            } else {
                break;
            };
            taken += more;
        }
        if repairs { taken } else { 0 }
    }

    /// Whether the caller means the number that the call comes from.
    pub fn own_number(&self, said: &[Word]) -> bool {
        self.own_number.iter().any(|phrase| find(said, phrase).is_some())
    }

    /// How many words at the beginning only lead to the message: "please tell them that".
    pub fn lead_in(&self, said: &[Word]) -> usize {
        let mut taken = 0;
        while let Some(more) = self.lead_ins.iter().find_map(|phrase| starts(&said[taken..], phrase)) {
            taken += more;
        }
        taken
    }

    /// The part of a form that is named.
    pub fn slot(&self, said: &[Word]) -> Option<Slot> {
        let named =
            |(slot, names): (&Slot, &Vec<String>)| names.iter().any(|name| find(said, name).is_some()).then_some(*slot);
        self.slots.iter().find_map(named)
    }

    /// Whether any time will do, the sooner the better.
    pub fn soonest(&self, said: &[Word]) -> bool {
        self.soonest.iter().any(|phrase| find(said, phrase).is_some())
    }

    /// Whether something else than what was offered is wanted.
    pub fn others(&self, said: &[Word]) -> bool {
        self.others.iter().any(|phrase| find(said, phrase).is_some())
    }

    /// Which of `count` things in a row is meant: "the second", "the last one".
    pub fn ordinal(&self, said: &[Word], count: usize) -> Option<usize> {
        let named = |words: &Vec<String>| words.iter().any(|word| find(said, word).is_some());
        // The last list holds the words for the last.
        let at = self.ordinals.iter().position(named)?;
        let at = if at + 1 == self.ordinals.len() { count.checked_sub(1)? } else { at };
        (at < count).then_some(at)
    }

    /// How many words say something.
    pub fn content(&self, said: &[Word]) -> usize {
        said.iter().filter(|word| !self.fillers.contains(&word.key)).count()
    }
}

fn phrases(list: &[String]) -> Vec<String> {
    let mut folded: Vec<String> = list.iter().map(|phrase| key(phrase)).filter(|phrase| !phrase.is_empty()).collect();
    folded.sort_by_key(|phrase| std::cmp::Reverse((phrase.split(' ').count(), phrase.len())));
    folded
}

fn hesitates(word: &str) -> bool {
    matches!(
        word,
        "um" | "uh" | "er" | "hm" | "oh" | "well" | "ah" | "ahm" | "also" | "eh" | "euh" | "ben" | "allora" | "bueno"
    )
}

/// Whether the words that agree are only polite.
fn polite(said: &[Word], count: usize) -> bool {
    let polite = |word: &Word| {
        matches!(
            word.key.as_str(),
            "please" | "bitte" | "favor" | "por" | "per" | "favore" | "s" | "il" | "vous" | "plait"
        )
    };
    said[..count].iter().all(polite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_everything() {
        let english = Lexicon::read(Lang::En).unwrap();
        for language in Lang::ALL {
            let lexicon = Lexicon::read(language).unwrap();
            assert!(lexicon.say.keys().eq(english.say.keys()), "{language:?}");
            assert!(lexicon.intents.keys().eq(english.intents.keys()), "{language:?}");
            assert!(lexicon.slots.keys().eq(english.slots.keys()), "{language:?}");
            for (name, variants) in &lexicon.say {
                assert!(!variants.is_empty() && variants.iter().all(|text| !text.is_empty()), "{language:?} {name}");
                let holes = |text: &str| text.matches('{').count();
                assert_eq!(holes(&variants[0]), holes(english.phrase(name, 0)), "{language:?} {name}");
            }
        }
    }

    #[test]
    fn yes_and_no_are_told_apart() {
        for (language, text, expected) in [
            (Lang::En, "yes", Some(true)),
            (Lang::En, "um yeah that's right", Some(true)),
            (Lang::En, "please", Some(true)),
            (Lang::En, "that's not right", Some(false)),
            (Lang::En, "no thank you", Some(false)),
            (Lang::En, "please don't", Some(false)),
            (Lang::En, "it is correct", Some(true)),
            (Lang::En, "please call me back tomorrow", None),
            (Lang::En, "when are you open", None),
            (Lang::De, "ja genau", Some(true)),
            (Lang::De, "das stimmt nicht", Some(false)),
            (Lang::De, "bitte nicht", Some(false)),
            (Lang::De, "nee danke", Some(false)),
            (Lang::Es, "sí, claro", Some(true)),
            (Lang::Fr, "c'est ça", Some(true)),
            (Lang::Fr, "non merci", Some(false)),
            (Lang::It, "va bene", Some(true)),
        ] {
            let lexicon = Lexicon::read(language).unwrap();
            assert_eq!(lexicon.verdict(&words(text)).map(|(yes, _)| yes), expected, "{text}");
        }
    }
}

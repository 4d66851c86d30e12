//! Who or what answered a call that we made.

use serde::{Deserialize, Serialize};

/// Who or what answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// Somebody who listens.
    Person,
    /// An answering machine or a mailbox.
    Machine,
    /// An assistant of the callee that asks who calls and why, and lets them decide.
    Screening,
    /// A fax machine or a modem.
    Fax,
    /// The network: the number cannot be reached (special information tones, or those of a busy line).
    Unobtainable,
    /// Nobody said a word.
    Silence,
    /// It could not be told in time.
    Unsure,
}

impl AnsweredBy {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Person, Self::Machine, Self::Screening, Self::Fax, Self::Unobtainable, Self::Silence, Self::Unsure];

    /// As the books and the wire have it: `person`, `machine`, `screening`, `fax`, `unobtainable`, `silence`, `unsure`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Machine => "machine",
            Self::Screening => "screening",
            Self::Fax => "fax",
            Self::Unobtainable => "unobtainable",
            Self::Silence => "silence",
            Self::Unsure => "unsure",
        }
    }

    /// The one of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// What a verdict on who answered rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerSign {
    /// A few words, and then somebody waits.
    ShortGreeting,
    /// Whoever speaks goes on and on.
    LongGreeting,
    /// The tone after which a message is recorded.
    Beep,
    /// Words of a greeting that is recorded, of an assistant, or of a person.
    Words,
    /// The tones of a fax machine.
    FaxTone,
    /// Special information tones (ITU-T E.180).
    SpecialTone,
    /// The tone of a busy line or network.
    BusyTone,
    /// Nothing was said.
    NothingHeard,
    /// The time to decide was over.
    TimeOver,
}

/// A verdict on who answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// Who or what.
    pub by: AnsweredBy,
    /// 0 (a guess) to 1 (certain).
    pub confidence: f32,
    /// What it rests on.
    pub sign: AnswerSign,
    /// When it was told, ms after the answer; 0 before it.
    pub after_ms: u64,
}

/// To whom a call that was screened is handed on, as planned by whoever placed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandOn {
    /// To the app of the call, that talks to a person.
    Conversation,
    /// To the app that leaves a message on a machine.
    Message,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_are_those_of_the_wire() {
        for one in AnsweredBy::ALL {
            assert_eq!(AnsweredBy::from_word(one.as_str()), Some(one));
            assert_eq!(serde_json::to_value(one).expect("JSON"), one.as_str());
        }
        assert_eq!(AnsweredBy::from_word("Person"), None);
    }
}

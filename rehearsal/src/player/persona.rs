//! A persona played by rules: it finds out what it is asked for by the words of the question, and tells what it knows.

use super::Move;
use super::cues::{Cues, Question, cues};
use crate::spec::{Act, Persona, Temperament, words};

/// How often it does not know an answer before it gives up.
const PATIENCE: u32 = 3;
/// How often it says one fact.
const TELLS: usize = 4;

/// A persona, and how far it has come.
pub(super) struct Rules {
    persona: Persona,
    cues: &'static Cues,
    opened: bool,
    /// Wishes of `then` that were said.
    wished: usize,
    /// How often each fact was told.
    told: Vec<usize>,
    /// Turns in a row without an answer.
    lost: u32,
    last: String,
    parted: bool,
}

impl Rules {
    pub fn new(persona: Persona, language: &str) -> Self {
        let told = vec![0; persona.facts.len()];
        let cues = cues(language);
        Self { persona, cues, opened: false, wished: 0, told, lost: 0, last: String::new(), parted: false }
    }

    pub fn turn(&mut self, heard: &str) -> Move {
        if self.parted {
            return Move::now(Act::HangUp);
        }
        if !self.opened {
            self.opened = true;
            let opening = self.persona.opening.clone().unwrap_or_else(|| self.persona.goal.clone());
            return self.say(&opening, true);
        }
        if heard.is_empty() {
            return self.lost(self.cues.hello);
        }
        // The last thing that is asked is what is to be answered.
        let questions = sentences(heard);
        for sentence in questions.iter().rev() {
            if let Some(answer) = self.answer(&words(sentence)) {
                return answer;
            }
        }
        if self.cues.asks(Question::Goodbye, &words(heard)) {
            return Move::now(Act::HangUp);
        }
        if heard.trim_end().ends_with('?') { self.lost(self.cues.unknown) } else { self.next() }
    }

    /// What it says to a sentence; `None` when that asks for nothing.
    fn answer(&mut self, sentence: &[String]) -> Option<Move> {
        if let Some(fact) = self.fact(sentence) {
            let told = &mut self.told[fact];
            *told += 1;
            let acts = &self.persona.facts[fact].acts;
            let act = acts.get(*told - 1).or(acts.last())?.clone();
            self.lost = 0;
            return Some(match act {
                Act::Say(text) => self.say(&text, false),
                act => Move::now(act),
            });
        }
        let question = Question::ALL.into_iter().find(|question| self.cues.asks(*question, sentence))?;
        match question {
            Question::AnythingElse => Some(self.next()),
            Question::Confirm => Some(self.say(self.cues.yes, false)),
            Question::Repeat => {
                let last = self.last.clone();
                Some(self.lost(&last))
            }
            Question::Open => {
                let opening = self.persona.opening.clone().unwrap_or_else(|| self.persona.goal.clone());
                Some(self.lost(&opening))
            }
            Question::Goodbye => None,
        }
    }

    /// The fact that is asked for: by its own cues, by the usual ones of its kind, by its name. The longest cue counts.
    fn fact(&self, sentence: &[String]) -> Option<usize> {
        let facts = self.persona.facts.iter().enumerate().filter(|(at, _)| self.told[*at] < TELLS);
        let text = sentence.join(" ");
        let rated = facts.filter_map(|(at, fact)| {
            let own = fact.cues.as_ref().is_some_and(|cues| cues.is_in(&text)).then_some(usize::MAX);
            let score = own.or_else(|| self.cues.kind(&fact.about, sentence))?;
            Some((score, std::cmp::Reverse(self.told[at]), std::cmp::Reverse(at)))
        });
        rated.max().map(|(_, _, std::cmp::Reverse(at))| at)
    }

    /// Nothing is asked: the next wish, or goodbye.
    fn next(&mut self) -> Move {
        self.lost = 0;
        if let Some(wish) = self.persona.then.get(self.wished).cloned() {
            self.wished += 1;
            return self.say(&wish, true);
        }
        self.parted = true;
        Move::say(self.cues.goodbye)
    }

    /// No answer to this: says something in its place, a few times.
    fn lost(&mut self, text: &str) -> Move {
        self.lost += 1;
        if self.lost > PATIENCE {
            self.parted = true;
            return Move::say(self.cues.goodbye);
        }
        let text = text.to_owned();
        self.say(&text, false)
    }

    fn say(&mut self, text: &str, wish: bool) -> Move {
        text.clone_into(&mut self.last);
        let said = match self.persona.temperament {
            Temperament::Hesitant => hesitating(text, self.cues.hesitation),
            Temperament::Talkative if wish => format!("{} {text}", self.cues.small_talk),
            Temperament::Angry if wish => format!("{text} {}", self.cues.upset),
            _ => text.to_owned(),
        };
        Move::say(said)
    }
}

/// A longer sentence with a pause for thought in its middle.
fn hesitating(text: &str, sound: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < 5 {
        return text.to_owned();
    }
    let (first, second) = words.split_at(words.len() / 2);
    format!("{} {sound} ... {}", first.join(" "), second.join(" "))
}

/// The sentences of a text.
fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['?', '!', '.', ';']).map(str::trim).filter(|sentence| !sentence.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Caller, Rehearsal};

    fn rules(language: &str, caller: &str) -> Rules {
        let yaml = format!("agent: a\nchecks: [{{outcome: done}}]\ncaller:\n{caller}");
        let rehearsal = Rehearsal::parse(&yaml, "test").unwrap();
        let Caller::Persona(persona) = rehearsal.caller else { panic!() };
        Rules::new(persona, language)
    }

    fn said(rules: &mut Rules, heard: &str) -> String {
        match rules.turn(heard).act {
            Act::Say(text) => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_persona_tells_what_it_is_asked_for() {
        let mut maria = rules(
            "en",
            "  goal: A cleaning\n  opening: I'd like to book a cleaning.\n  then: [Where can I park?]\n  facts:\n    name: Maria \
             Miller\n    phone: zero three zero\n    day: [on Sunday, on Tuesday]\n    time: at ten\n    allergies: I have none.\n    \
             pin: {asked: four digits, press: '4711#'}\n",
        );
        for (heard, answer) in [
            ("Hello! How can I help you?", "I'd like to book a cleaning."),
            ("A cleaning, good. Which day would suit you?", "on Sunday"),
            ("On Sunday we are closed. Which other day would suit you?", "on Tuesday"),
            ("Tuesday, good. At what time?", "at ten"),
            ("At ten. What is your name, please?", "Maria Miller"),
            ("On which number can we reach you?", "zero three zero"),
            ("Any allergies?", "I have none."),
            ("Please type the four digits now.", "Press(\"4711#\")"),
            ("You would like to come on Tuesday at ten. Is that right?", "Yes, that's right."),
            ("Done. Is there anything else?", "Where can I park?"),
            ("Behind the house.", "No, thank you. Goodbye."),
            ("Goodbye!", "HangUp"),
        ] {
            assert_eq!(said(&mut maria, heard), answer, "{heard}");
        }
    }

    #[test]
    fn a_persona_that_gets_nowhere_gives_up() {
        let mut max = rules("de", "  goal: Ein Termin, bitte.\n  facts: {}\n");
        assert_eq!(said(&mut max, "Guten Tag!"), "Ein Termin, bitte.");
        assert_eq!(said(&mut max, "Das habe ich nicht verstanden. Können Sie das wiederholen?"), "Ein Termin, bitte.");
        assert_eq!(said(&mut max, "Wie heißt Ihre Katze?"), "Das weiß ich nicht.");
        assert_eq!(said(&mut max, "Wie heißt Ihre Katze?"), "Das weiß ich nicht.");
        assert_eq!(said(&mut max, "Wie heißt Ihre Katze?"), "Nein, danke. Auf Wiederhören.");
        assert_eq!(said(&mut max, "Wiederhören!"), "HangUp");
    }

    #[test]
    fn temperaments_are_heard() {
        let first = |how: &str| {
            let mut rules = rules("en", &format!("  goal: I need a new crown today\n  temperament: {how}\n"));
            said(&mut rules, "Hello")
        };
        assert_eq!(first("hesitant"), "I need a um ... new crown today");
        assert!(first("talkative").ends_with("I need a new crown today") && first("angry").starts_with("I need"));
    }
}

//! A persona played by a language model.

use std::sync::Arc;

use call_model::ChatMessage;
use voice_agent::brain::Brain;

use super::Move;
use crate::asking::ask;
use crate::spec::{Act, Persona, Temperament};

const PART: &str = "You play a person who calls a business by telephone, to test the agent that answers. Stay in your part \
whatever is said. Say what this person would say, in one or two short spoken sentences, and nothing else: no stage \
directions, no quotes. Tell a fact only when you are asked for it. What you do not know you say you do not know. When \
your goal is reached or out of reach, say goodbye and add [hang up]. To press keys on the telephone write them as \
[press 123#].";

/// Keys that are pressed at once.
const MOST_KEYS: usize = 100;

/// A persona, and what was said so far.
pub(super) struct Played {
    instructions: String,
    language: String,
    model: Arc<dyn Brain>,
    talk: Vec<ChatMessage>,
    parted: bool,
}

impl Played {
    pub fn new(persona: &Persona, language: &str, model: Arc<dyn Brain>) -> Self {
        let facts: Vec<String> =
            persona.facts.iter().map(|fact| format!("- {}: {}", fact.about, told(&fact.acts))).collect();
        let how = match persona.temperament {
            Temperament::Calm => "calm and friendly",
            Temperament::Hurried => "in a hurry: you answer in a few words",
            Temperament::Hesitant => "unsure: you hesitate and correct yourself",
            Temperament::Talkative => "talkative: you say more than you are asked",
            Temperament::Angry => "upset, and you say so",
        };
        let then = persona.then.join(" ");
        let instructions = format!(
            "{PART}\n\nYour goal: {}\nYour first words: {}\nBesides: {then}\nYou are {how}.\nYou speak: {language}\nWhat you \
             know:\n{}",
            persona.goal,
            persona.opening.as_deref().unwrap_or("as you like"),
            facts.join("\n")
        );
        Self { instructions, language: language.to_owned(), model, talk: Vec::new(), parted: false }
    }

    pub async fn turn(&mut self, heard: &str) -> Move {
        if self.parted {
            return Move::now(Act::HangUp);
        }
        let heard = if heard.is_empty() { "(silence)" } else { heard };
        // The parts are changed: who answers here is the caller.
        self.talk.push(ChatMessage::Caller { text: heard.to_owned() });
        let answer = ask(&*self.model, &self.language, self.instructions.clone(), self.talk.clone()).await;
        let Ok(answer) = answer else { return Move::now(Act::HangUp) };
        self.talk.push(ChatMessage::Agent { text: answer.clone(), calls: Vec::new() });
        self.parted = answer.contains("[hang up]");
        read(&answer)
    }
}

fn told(acts: &[Act]) -> String {
    let told = acts.iter().map(|act| match act {
        Act::Say(text) => text.clone(),
        Act::Press(keys) => format!("[press {keys}]"),
        _ => String::new(),
    });
    told.collect::<Vec<_>>().join("; when asked again: ")
}

/// What an answer of the model does.
fn read(answer: &str) -> Move {
    if let Some((_, rest)) = answer.split_once("[press ") {
        let keys: String =
            rest.chars().take_while(|c| *c != ']').filter(|c| "0123456789*#".contains(*c)).take(MOST_KEYS).collect();
        return Move::now(Act::Press(keys));
    }
    let words = answer.split('[').next().unwrap_or_default().trim();
    if words.is_empty() { Move::now(Act::HangUp) } else { Move::say(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_writes_is_said_or_done() {
        assert_eq!(read("A cleaning, please."), Move::say("A cleaning, please."));
        assert_eq!(read("Thank you, bye. [hang up]"), Move::say("Thank you, bye."));
        assert_eq!(read("[hang up]"), Move::now(Act::HangUp));
        assert_eq!(read("[press 47 11#]"), Move::now(Act::Press("4711#".into())));
    }
}

//! Who calls: what a caller does when it is his turn, from what he heard.

mod cues;
mod model;
mod persona;
mod script;

use std::sync::Arc;
use std::time::Duration;

use voice_agent::brain::Brain;

use crate::spec::{Act, Caller, Rehearsal};

/// What a caller does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Silence before it, besides the time that he needs to react.
    pub wait: Duration,
    /// What he does.
    pub act: Act,
}

impl Move {
    fn now(act: Act) -> Self {
        Self { wait: Duration::ZERO, act }
    }

    fn say(text: impl Into<String>) -> Self {
        Self::now(Act::Say(text.into()))
    }
}

/// The caller of a rehearsal.
pub struct Player {
    part: Part,
    unexpected: Vec<(usize, String)>,
}

enum Part {
    Script(script::Reading),
    Rules(persona::Rules),
    Model(model::Played),
}

impl Player {
    /// The caller of a rehearsal in this language. A persona is played by the model where there is one, else by rules.
    pub fn new(rehearsal: &Rehearsal, language: &str, model: Option<Arc<dyn Brain>>) -> Self {
        let part = match (&rehearsal.caller, model) {
            (Caller::Script(script), _) => Part::Script(script::Reading::new(script.clone())),
            (Caller::Persona(persona), Some(model)) => Part::Model(model::Played::new(persona, language, model)),
            (Caller::Persona(persona), None) => Part::Rules(persona::Rules::new(persona.clone(), language)),
        };
        Self { part, unexpected: Vec::new() }
    }

    /// It is his turn, and this is what he heard since his last one; empty when nothing.
    pub async fn turn(&mut self, heard: &str) -> Move {
        match &mut self.part {
            Part::Script(reading) => reading.turn(heard, &mut self.unexpected),
            Part::Rules(rules) => rules.turn(heard),
            Part::Model(played) => played.turn(heard).await,
        }
    }

    /// The agent begins to speak: what he says into it, and how long after.
    pub fn interruption(&mut self) -> Option<(Duration, String)> {
        match &mut self.part {
            Part::Script(reading) => reading.interruption(),
            Part::Rules(_) | Part::Model(_) => None,
        }
    }

    /// What he expected and did not hear: line and text.
    pub fn unexpected(&mut self) -> Vec<(usize, String)> {
        if let Part::Script(reading) = &self.part {
            self.unexpected.extend(reading.left());
        }
        std::mem::take(&mut self.unexpected)
    }
}

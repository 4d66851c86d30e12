//! Who calls: what a caller does when it is his turn, from what he heard.

mod cues;
mod model;
mod persona;
mod script;

use std::sync::Arc;
use std::time::Duration;

use voice_agent::brain::Brain;

use crate::spec::{Act, Caller, Rehearsal, cut};

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

    /// It is his turn, and this is what he heard since his last one; empty when nothing. Whatever he has to say, he says
    /// 2,000 characters of it at most.
    pub async fn turn(&mut self, heard: &str) -> Move {
        let Move { wait, act } = match &mut self.part {
            Part::Script(reading) => reading.turn(heard, &mut self.unexpected),
            Part::Rules(rules) => rules.turn(heard),
            Part::Model(played) => played.turn(heard).await,
        };
        let act = match act {
            Act::Say(text) => Act::Say(cut(&text).to_owned()),
            act => act,
        };
        Move { wait, act }
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

#[cfg(test)]
mod tests {
    use call_model::{ThinkEvent, ThinkRequest};
    use tokio::sync::mpsc;

    use super::*;

    /// Writes without an end.
    struct Endless;

    impl Brain for Endless {
        fn think(&self, _: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
            let (out, pieces) = mpsc::channel(4);
            tokio::spawn(async move {
                let text = || ThinkEvent::Text { text: "again ".repeat(1_000) };
                while out.send(text()).await.is_ok() {}
            });
            pieces
        }

        fn name(&self) -> &'static str {
            "endless"
        }
    }

    fn player(caller: &str, model: Option<Arc<dyn Brain>>) -> Player {
        let yaml = format!("agent: a\nchecks: [{{outcome: done}}]\ncaller: {caller}\n");
        Player::new(&Rehearsal::parse(&yaml, "test").unwrap(), "en", model)
    }

    #[tokio::test]
    async fn nobody_speaks_without_an_end() {
        let mut played = player("{goal: A cleaning}", Some(Arc::new(Endless)));
        let long = "cleaning ".repeat(220);
        let mut ruled = player(&format!("{{goal: {long}, temperament: talkative}}"), None);
        for (player, word) in [(&mut played, "again"), (&mut ruled, "cleaning")] {
            let Act::Say(text) = player.turn("Hello!").await.act else { panic!() };
            assert!((1_900..=2_000).contains(&text.len()) && text.ends_with(word), "{}", text.len());
        }
    }
}

//! A caller who says what stands in his script.

use std::time::Duration;

use super::Move;
use crate::spec::{Act, Script, Step};

/// How often one answer is given.
const ANSWERS: usize = 4;

/// A script, and how far it has come.
pub(super) struct Reading {
    script: Script,
    next: usize,
    given: Vec<usize>,
}

impl Reading {
    pub fn new(script: Script) -> Self {
        let given = vec![0; script.answers.len()];
        Self { script, next: 0, given }
    }

    pub fn turn(&mut self, heard: &str, unexpected: &mut Vec<(usize, String)>) -> Move {
        let due = |step: &Step| {
            let wanted = step.only_if.as_ref().or(step.expect.as_ref());
            wanted.map(|pattern| pattern.is_in(heard))
        };
        // A step that waits for these very words goes before an answer.
        let expected = self.script.steps.get(self.next).and_then(due);
        if expected != Some(true)
            && let Some(act) = self.answer(heard)
        {
            return Move::now(act);
        }
        while let Some(step) = self.script.steps.get(self.next) {
            self.next += 1;
            if step.only_if.as_ref().is_some_and(|only_if| !only_if.is_in(heard)) {
                continue;
            }
            if let Some(expect) = step.expect.as_ref().filter(|expect| !expect.is_in(heard)) {
                unexpected.push((step.line, format!("the caller expected to hear {expect}, and heard “{heard}”")));
            }
            let act = match &step.act {
                // There was nothing to interrupt.
                Act::Interrupt { say, .. } => Act::Say(say.clone()),
                act => act.clone(),
            };
            return Move { wait: step.wait, act };
        }
        Move::now(Act::HangUp)
    }

    fn answer(&mut self, heard: &str) -> Option<Act> {
        let answers = self.script.answers.iter().zip(&mut self.given);
        let (answer, given) =
            answers.into_iter().find(|(answer, given)| **given < ANSWERS && answer.to.is_in(heard))?;
        *given += 1;
        answer.acts.get(*given - 1).or(answer.acts.last()).cloned()
    }

    pub fn interruption(&mut self) -> Option<(Duration, String)> {
        let step = self.script.steps.get(self.next)?;
        let Act::Interrupt { say, after } = &step.act else { return None };
        self.next += 1;
        Some((step.wait + *after, say.clone()))
    }

    /// Steps that the call never came to. One that only comes on a condition need not.
    pub fn left(&self) -> Option<(usize, String)> {
        let left = self.script.steps.get(self.next..)?;
        let step = left.iter().find(|step| step.only_if.is_none() && step.act != Act::HangUp)?;
        Some((step.line, "the call was over before the caller came to this step".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Caller, Rehearsal};

    fn reading(caller: &str) -> Reading {
        let yaml = format!("agent: a\nchecks: [{{outcome: done}}]\ncaller:\n{caller}");
        let rehearsal = Rehearsal::parse(&yaml, "test").unwrap();
        let Caller::Script(script) = rehearsal.caller else { panic!() };
        Reading::new(script)
    }

    #[test]
    fn steps_come_in_their_order_and_answers_when_they_are_asked_for() {
        let mut reading = reading(
            "  script:\n    - I'd like a cleaning.\n    - {if: sorry, say: Never mind.}\n    - {expect: right, say: Yes.}\n  \
             answers:\n    - {to: your name, say: [Maria Miller, M I L L E R]}\n",
        );
        let mut unexpected = Vec::new();
        let mut turn = |heard: &str| match reading.turn(heard, &mut unexpected).act {
            Act::Say(text) => text,
            other => format!("{other:?}"),
        };
        assert_eq!(turn("Hello!"), "I'd like a cleaning.");
        assert_eq!(turn("What is your name?"), "Maria Miller");
        assert_eq!(turn("How is your name spelled?"), "M I L L E R");
        assert_eq!(turn("Is that right?"), "Yes.");
        assert_eq!(turn("Goodbye"), "HangUp");
        assert!(unexpected.is_empty() && reading.left().is_none());
    }

    #[test]
    fn what_was_expected_and_did_not_come_is_noted() {
        let mut reading = reading("    - {expect: hello, say: Hi}\n    - {interrupt: Stop, after: 500ms}\n    - Bye\n");
        let mut unexpected = Vec::new();
        reading.turn("Good day", &mut unexpected);
        assert!(unexpected[0].1.contains("“hello”") && unexpected[0].0 == 4);
        assert_eq!(reading.interruption(), Some((Duration::from_millis(500), "Stop".to_owned())));
        assert_eq!(reading.interruption(), None);
        assert_eq!(reading.left().unwrap().0, 6);
    }
}

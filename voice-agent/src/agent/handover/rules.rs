//! Whether a rule of the file says that a person takes over now.

use std::sync::Arc;

use serde_json::Value;

use super::super::AgentApp;
use super::{Reason, words};
use crate::config::{Handover, Rule};
use crate::turn::Turn;

impl AgentApp {
    /// The caller's turn is over. Whether a rule takes it out of the agent's hands.
    pub(in crate::agent) fn rule_applies(&mut self, turn: &Turn) -> bool {
        let program = Arc::clone(&self.program);
        let Some(rules) = &program.agent.handover else { return false };
        let Some((reason, rule)) = self.rule_for(rules, turn) else { return false };
        if !turn.text.is_empty() {
            self.talk.caller(&turn.text);
        }
        self.hand_over(reason, rule);
        true
    }

    fn rule_for<'r>(&self, rules: &'r Handover, turn: &Turn) -> Option<(Reason, &'r Rule)> {
        let (text, language) = (turn.text.as_str(), self.language.as_str());
        let mut keys = turn.keys.chars();
        let by_key = rules.key.is_some() && keys.next() == rules.key && keys.next().is_none();
        if let Some(rule) = &rules.asked
            && (by_key || words::asks_for_person(text, language))
        {
            return Some((Reason::Asked, rule));
        }
        if let Some(rule) = &rules.anger
            && words::is_angry(text, language, &rules.angry_words)
        {
            return Some((Reason::Angry, rule));
        }
        words::topic(text, &rules.topics).map(|topic| (Reason::Topic(topic.about.clone()), &topic.rule))
    }

    /// A turn was not understood, or nothing answers it. Whether that was once too often.
    pub(in crate::agent) fn was_unclear(&mut self) -> bool {
        let program = Arc::clone(&self.program);
        let Some(rule) = program.agent.handover.as_ref().and_then(|rules| rules.unclear.as_ref()) else { return false };
        self.handing.unclear += 1;
        if self.handing.unclear < rule.times {
            return false;
        }
        self.handing.unclear = 0;
        self.hand_over(Reason::Unclear, &rule.rule);
        true
    }

    /// A turn was answered: `true` from what is known.
    pub(in crate::agent) fn was_answered(&mut self, known: bool) {
        if known {
            self.handing.unclear = 0;
        } else {
            self.was_unclear();
        }
    }

    /// A tool or a brain failed.
    pub(in crate::agent) fn note_failure(&mut self) {
        self.handing.failed += 1;
    }

    /// Something failed again. Whether that was once too often.
    pub(in crate::agent) fn failed_too_often(&mut self) -> bool {
        let program = Arc::clone(&self.program);
        let Some(rule) = program.agent.handover.as_ref().and_then(|rules| rules.failures.as_ref()) else {
            return false;
        };
        if self.handing.failed < rule.times || self.nobody_there {
            return false;
        }
        self.handing.failed = 0;
        self.hand_over(Reason::Failed, &rule.rule);
        true
    }

    /// The first words are said. Whether somebody important is put through instead of being asked for his matter.
    pub(in crate::agent) fn is_put_through_at_once(&mut self) -> bool {
        let program = Arc::clone(&self.program);
        let Some((field, rule)) = program.agent.handover.as_ref().and_then(|rules| rules.vip.as_ref()) else {
            return false;
        };
        let important = self.facts.contact.get(field).is_some_and(is_yes);
        if !important || std::mem::replace(&mut self.handing.vip_done, true) {
            return false;
        }
        self.hand_over(Reason::Vip, rule);
        true
    }

    /// The model says that a rule applies: by the name of a topic, or `anger`. The reason and the rule, if there is one.
    pub(in crate::agent) fn rule_named(&self, name: &str) -> Option<(Reason, Rule)> {
        let rules = self.program.agent.handover.as_ref()?;
        if name == ANGER {
            return rules.anger.clone().map(|rule| (Reason::Angry, rule));
        }
        let topic = rules.topics.iter().find(|topic| topic.name == name)?;
        Some((Reason::Topic(topic.about.clone()), topic.rule.clone()))
    }
}

/// What a model calls the rule on anger.
pub(in crate::agent) const ANGER: &str = "anger";

/// A field of a contact that says yes.
fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::String(text) => !matches!(text.trim().to_lowercase().as_str(), "" | "0" | "no" | "false" | "off"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_may_say_yes_in_many_ways() {
        for (value, expected) in [
            (json!(true), true),
            (json!("gold"), true),
            (json!(2), true),
            (json!("no"), false),
            (json!(" "), false),
            (json!(0), false),
            (json!(null), false),
            (json!({}), false),
        ] {
            assert_eq!(is_yes(&value), expected, "{value}");
        }
    }
}

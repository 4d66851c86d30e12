//! Verbs that ask for keys: menu, gather, survey.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Fields, Reader};
use crate::fault::clip;
use crate::flow::{Answers, Asking, Gather, Length, Phrases, Prompt, Question, Retry, Target, Verb};
use crate::yaml::{Value, Yaml};

const MAX_WAIT: Duration = Duration::from_mins(2);
const MAX_TRIES: u32 = 10;
/// The most keys in one entry.
const MAX_KEYS: u32 = 64;

impl Reader<'_> {
    /// What all of them have in common.
    fn asking(&mut self, fields: &mut Fields<'_>, say_key: &'static str, timeout: Duration) -> Asking {
        let say = fields.need(say_key, self).map_or_else(Prompt::default, |yaml| self.prompt(yaml));
        Asking {
            say,
            speech: self.flag(fields.take("speech"), false),
            timeout: self.duration(fields.take("timeout"), timeout, MAX_WAIT),
            key_timeout: self.duration(fields.take("key_timeout"), Duration::from_secs(3), MAX_WAIT),
            tries: self.number(fields.take("tries"), 3, 1, MAX_TRIES),
            flush: self.flag(fields.take("flush"), false),
            interrupt: self.flag(fields.take("interrupt"), true),
            no_input: self.retry(fields.take("no_input")),
            no_match: self.retry(fields.take("no_match")),
        }
    }

    fn retry(&mut self, yaml: Option<&Yaml>) -> Retry {
        let Some(yaml) = yaml else { return Retry { say: Vec::new(), next: None } };
        let settings = match &yaml.value {
            Value::Map(entries) => entries.iter().any(|e| matches!(e.key.as_str(), "say" | "later" | "next")),
            _ => false,
        };
        if !settings {
            return Retry { say: vec![self.prompt(yaml)], next: None };
        }
        let Some(mut fields) = Fields::open(yaml, "a retry", self) else {
            return Retry { say: Vec::new(), next: None };
        };
        let say = [fields.take("say"), fields.take("later")];
        let say = say.into_iter().flatten().map(|yaml| self.prompt(yaml)).collect();
        let next = fields.take("next").map(|yaml| self.target(yaml));
        fields.close(self);
        Retry { say, next }
    }

    pub(super) fn menu(&mut self, yaml: &Yaml) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "a menu", self)?;
        // With phrases a menu listens, unless it is told not to.
        let deaf = fields.has("speech");
        let mut asking = self.asking(&mut fields, "say", Duration::from_secs(6));
        let (mut options, mut phrases) = (BTreeMap::new(), BTreeMap::new());
        if let Some(listed) = fields.need("options", self) {
            match &listed.value {
                Value::Map(entries) if !entries.is_empty() => {
                    for entry in entries {
                        let (target, said) = self.option(&entry.value);
                        if let Some(key) = self.key(&entry.key, entry.key_place) {
                            options.insert(key, target);
                            phrases.extend(said.map(|said| (key, said)));
                        }
                    }
                }
                _ => self.faults.error_with(listed.place, "a menu without options", "add lines such as `1: sales`"),
            }
        }
        fields.close(self);
        asking.speech |= !deaf && !phrases.is_empty();
        Some(Verb::Menu { asking, options, phrases })
    }

    /// Where an option leads, and what may be said instead of its key.
    fn option(&mut self, yaml: &Yaml) -> (Target, Option<Phrases>) {
        if !matches!(yaml.value, Value::Map(_)) {
            return (self.target(yaml), None);
        }
        let Some(mut fields) = Fields::open(yaml, "an option", self) else { return (Target::Hangup, None) };
        let target = fields.need("next", self).map_or(Target::Hangup, |yaml| self.target(yaml));
        let said = fields.take("say").map(|yaml| self.phrases(yaml));
        fields.close(self);
        (target, said)
    }

    /// A phrase, several, or these by language.
    fn phrases(&mut self, yaml: &Yaml) -> Phrases {
        let Value::Map(entries) = &yaml.value else {
            return Phrases { same: self.phrase_list(yaml), by_language: BTreeMap::new() };
        };
        let mut by_language = BTreeMap::new();
        for entry in entries {
            if self.languages.contains(&entry.key) {
                by_language.insert(entry.key.clone(), self.phrase_list(&entry.value));
            } else {
                let languages = self.languages.clone();
                self.faults.unknown(entry.key_place, "the language", &entry.key, languages.iter().map(String::as_str));
            }
        }
        Phrases { same: Vec::new(), by_language }
    }

    fn phrase_list(&mut self, yaml: &Yaml) -> Vec<String> {
        let items = match &yaml.value {
            Value::List(items) => items.iter().collect(),
            _ => vec![yaml],
        };
        let mut phrases = Vec::new();
        for item in items {
            let Some(phrase) = self.plain(item, "what a caller says") else { continue };
            if crate::spoken::words(&phrase).is_empty() {
                self.faults.error(item.place, "a phrase without words");
            }
            phrases.push(phrase);
        }
        phrases
    }

    pub(super) fn gather(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "a gather", self)?;
        let asking = self.asking(&mut fields, "say", Duration::from_secs(8));
        let into = fields.need("into", self);
        let into = into.map_or_else(String::new, |yaml| {
            let name = yaml.scalar().unwrap_or_default();
            self.variable(&name, yaml.place)
        });
        let length = self.length(&mut fields);
        self.extra = Some("value");
        let valid = fields.take("valid").map(|yaml| self.expression(yaml));
        let confirm = fields.take("confirm").and_then(|yaml| match yaml.value {
            Value::Bool(true) => Some(Prompt::default()),
            Value::Bool(false) => None,
            _ => Some(self.prompt(yaml)),
        });
        self.extra = None;
        fields.close(self);
        Some(Verb::Gather(Box::new(Gather { asking, length, into, valid, confirm, next })))
    }

    fn length(&mut self, fields: &mut Fields<'_>) -> Length {
        let place = fields.place;
        let exact = fields.take("length");
        let (min, max) = (fields.take("min"), fields.take("max"));
        if let (Some(exact), true) = (exact, min.is_some() || max.is_some()) {
            self.faults.error(exact.place, "either `length`, or `min` and `max`");
        }
        let (min, max) = match exact {
            Some(_) => {
                let length = self.number(exact, 1, 1, MAX_KEYS);
                (length, length)
            }
            None => (self.number(min, 1, 0, MAX_KEYS), self.number(max, MAX_KEYS, 1, MAX_KEYS)),
        };
        if min > max {
            self.faults.error(place, format!("`min` is {min} and `max` is {max}: no entry can be both"));
        }
        let terminator = match fields.take("terminator") {
            None => Some('#'),
            Some(yaml) if matches!(yaml.value, Value::Bool(false) | Value::Null) => None,
            Some(yaml) => {
                let text = yaml.scalar().unwrap_or_default();
                if text.is_empty() { None } else { self.key(&text, yaml.place) }
            }
        };
        Length { min: min as usize, max: max as usize, terminator }
    }

    pub(super) fn survey(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "a survey", self)?;
        let listed = fields.need("questions", self);
        let thanks = self.optional_prompt(fields.take("thanks"));
        fields.close(self);
        let Some(listed) = listed else { return Some(Verb::Survey { questions: Vec::new(), thanks, next }) };
        let questions = match &listed.value {
            Value::List(items) if !items.is_empty() => items.iter().filter_map(|item| self.question(item)).collect(),
            _ => {
                self.faults.error_with(listed.place, "a survey without questions", "add a list of `- ask:` ...");
                Vec::new()
            }
        };
        Some(Verb::Survey { questions, thanks, next })
    }

    fn question(&mut self, yaml: &Yaml) -> Option<Question> {
        let mut fields = Fields::open(yaml, "a question", self)?;
        let name = fields.need("name", self);
        let name = name.map_or_else(String::new, |yaml| {
            let name = yaml.scalar().unwrap_or_default();
            if self.defined.contains(&name) {
                let message = format!("`{}` has a value already", clip(&name));
                self.faults.warn_with(yaml.place, message, "an answer of the same name replaces it");
            }
            self.variable(&name, yaml.place)
        });
        let asking = self.asking(&mut fields, "ask", Duration::from_secs(8));
        let optional = self.flag(fields.take("optional"), false);
        let (keys, range) = (fields.take("keys"), fields.take("range"));
        let answers = match (keys, range) {
            (Some(keys), None) => self.answer_keys(keys),
            (None, Some(range)) => self.answer_range(range),
            _ => {
                self.faults.error_with(yaml.place, "a question has either `keys` or a `range`", "add `range: 1-5`");
                Answers::Range { min: 1, max: 5 }
            }
        };
        fields.close(self);
        Some(Question { name, asking, answers, optional })
    }

    fn answer_keys(&mut self, yaml: &Yaml) -> Answers {
        let mut answers = BTreeMap::new();
        match &yaml.value {
            Value::Map(entries) if !entries.is_empty() => {
                for entry in entries {
                    if let Some(key) = self.key(&entry.key, entry.key_place) {
                        answers.insert(key, entry.value.to_json());
                    }
                }
            }
            _ => self.faults.error_with(yaml.place, "a question without answers", "add lines such as `1: yes`"),
        }
        Answers::Keys(answers)
    }

    fn answer_range(&mut self, yaml: &Yaml) -> Answers {
        let text = yaml.scalar().unwrap_or_default();
        let bounds = text.split_once('-').and_then(|(min, max)| {
            let (min, max) = (min.trim().parse().ok()?, max.trim().parse().ok()?);
            (min < max && max <= 999).then_some(Answers::Range { min, max })
        });
        bounds.unwrap_or_else(|| {
            let message = format!("`{}` is no range", clip(&text));
            self.faults.error_with(yaml.place, message, "write it as `1-5`, up to 999");
            Answers::Range { min: 1, max: 5 }
        })
    }
}

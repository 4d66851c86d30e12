//! From prompts to playback items, in the language of the call.

use std::collections::BTreeSet;

use call_model::{Moment, PromptItem, RecordId};
use serde_json::Value as Json;

use super::collect::{Question, Rule};
use super::scope::Scope;
use super::{FlowApp, Frame};
use crate::flow::{Asking, Data, Piece, Prompt, Text};
use crate::messages::{MessageKey, built_in};
use crate::spoken::Ear;
use crate::template::{self, Kind, Template, TemplateError, markup};

/// The name under which faults of a running flow are remembered.
const PROBLEM: &str = "flow_problem";
const MAX_PROBLEMS: u32 = 8;

impl FlowApp {
    pub(super) fn scope(&self, now: Moment, value: Option<&str>) -> minijinja::Value {
        let empty = serde_json::Map::new();
        Scope {
            facts: &self.facts,
            contact: &self.facts.contact,
            business: &self.program.business,
            vars: self.frames.last().map_or(&empty, |frame| &frame.vars),
            language: &self.language,
            now,
            value,
        }
        .build()
    }

    /// What a prompt becomes. A template that cannot be filled in is left out and remembered as a problem.
    pub(super) fn items(&mut self, prompt: &Prompt, now: Moment, value: Option<&str>) -> Vec<PromptItem> {
        if prompt.0.is_empty() {
            return Vec::new();
        }
        // Most texts have nothing to fill in.
        let scope = if prompt.is_literal() { minijinja::Value::UNDEFINED } else { self.scope(now, value) };
        prompt.0.iter().filter_map(|piece| self.item(piece, &scope)).collect()
    }

    /// The prompt given, or the built-in message when there is none.
    pub(super) fn items_or(&mut self, prompt: &Prompt, key: MessageKey, now: Moment) -> Vec<PromptItem> {
        if prompt.0.is_empty() { self.message(key, now, None) } else { self.items(prompt, now, None) }
    }

    /// A built-in message, or what the flow put in its place.
    pub(super) fn message(&mut self, key: MessageKey, now: Moment, value: Option<&str>) -> Vec<PromptItem> {
        let replaced = self.flow().and_then(|flow| flow.messages.get(&key).cloned());
        let prompt = replaced.unwrap_or_else(|| {
            let (language, text) = built_in(key, &self.language);
            let texts = [(language.to_owned(), Template::new(text))];
            Prompt(vec![Piece::Say(Text::ByLanguage(texts.into()))])
        });
        self.items(&prompt, now, value)
    }

    fn item(&mut self, piece: &Piece, scope: &minijinja::Value) -> Option<PromptItem> {
        match piece {
            Piece::Say(text) => {
                let (language, template) = self.choose(text);
                let text = template::render(template, Kind::Speech, scope, self.program.limits.max_spoken);
                let text = markup::normalise(&self.or_problem(text)?);
                let voice = self.flow().and_then(|flow| flow.voices.get(&language).cloned());
                (!text.is_empty()).then_some(PromptItem::Say { text, language, voice })
            }
            Piece::Play(path) => {
                let (_, template) = self.choose(path);
                let path = template::render(template, Kind::Plain, scope, self.program.limits.max_spoken);
                let path = self.or_problem(path)?;
                crate::flow::is_sound_path(&path).then_some(PromptItem::File { path })
            }
            Piece::Pause(duration) => {
                Some(PromptItem::Pause { duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) })
            }
            Piece::Recorded(variable) => {
                let id = self.frames.last()?.vars.get(variable)?.as_u64()?;
                let record = RecordId(u32::try_from(id).ok()?);
                self.records.contains(&record).then_some(PromptItem::Recorded { record })
            }
        }
    }

    /// The template for the language of the call, and the language that it is in.
    fn choose<'t>(&self, text: &'t Text) -> (String, &'t Template) {
        match text {
            Text::Same(template) => (self.language.clone(), template),
            Text::ByLanguage(texts) => {
                let flow = self.flow();
                let nearest = flow.and_then(|flow| flow.nearest_language(&self.language));
                let default = flow.and_then(|flow| flow.languages.first());
                let found = nearest.and_then(|language| texts.get_key_value(language));
                // Built-in messages stand alone, in the language that they are in.
                let found = found.or_else(|| texts.get_key_value(default?)).or_else(|| texts.iter().next());
                match found {
                    Some((language, template)) => (language.clone(), template),
                    None => (self.language.clone(), &EMPTY),
                }
            }
        }
    }

    /// A question in the language of the call.
    pub(super) fn question(&mut self, asking: &Asking, rule: Rule, globals: BTreeSet<char>, now: Moment) -> Question {
        let retry = |app: &mut Self, prompts: &[Prompt], key| match prompts {
            [] => vec![app.message(key, now, None)],
            _ => prompts.iter().map(|prompt| app.items(prompt, now, None)).collect(),
        };
        Question {
            ask: self.items(&asking.say, now, None),
            no_input: retry(self, &asking.no_input.say, MessageKey::NoInput),
            no_match: retry(self, &asking.no_match.say, MessageKey::NoMatch),
            rule,
            ear: asking.speech.then(|| Ear::new(&self.language, [])),
            globals,
            timeout: asking.timeout,
            key_timeout: asking.key_timeout,
            tries: asking.tries,
            flush: asking.flush,
            interrupt: asking.interrupt,
        }
    }

    /// A template that is not spoken.
    pub(super) fn fill(&mut self, template: &Template, kind: Kind, now: Moment) -> Option<String> {
        let scope = self.scope(now, None);
        let text = template::render(template, kind, &scope, self.program.limits.max_spoken);
        self.or_problem(text)
    }

    /// A condition; false when it cannot be evaluated.
    pub(super) fn holds(&mut self, condition: &str, now: Moment, value: Option<&str>) -> bool {
        let scope = self.scope(now, value);
        self.or_problem(template::is_true(condition, &scope)).unwrap_or(false)
    }

    /// A value with its templates filled in.
    pub(super) fn data(&mut self, data: &Data, scope: &minijinja::Value) -> Json {
        match data {
            Data::Plain(value) => value.clone(),
            Data::Template(template) => {
                let value = template::value_of(template, scope, self.program.limits.max_reply);
                self.or_problem(value).unwrap_or(Json::Null)
            }
            Data::List(items) => items.iter().map(|item| self.data(item, scope)).collect(),
            Data::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), self.data(value, scope))).collect(),
        }
    }

    /// Remembers a template that failed, by its node and without any value.
    fn or_problem<T>(&mut self, result: Result<T, TemplateError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(&error.reason());
                None
            }
        }
    }

    pub(super) fn problem(&mut self, reason: &str) {
        self.problems += 1;
        if self.problems <= MAX_PROBLEMS {
            let place = self.frames.last().map(Frame::place).unwrap_or_default();
            let value = Json::from(format!("{place}: {reason}"));
            self.io.command(call_model::CallCommand::Remember { key: PROBLEM.to_owned(), value });
        }
    }
}

static EMPTY: std::sync::LazyLock<Template> = std::sync::LazyLock::new(|| Template::new(""));

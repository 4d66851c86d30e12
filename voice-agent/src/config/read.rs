//! From YAML to an agent, gathering every fault on the way.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fields::{self, Fields};
use super::model::{AfterAttempts, GuardSettings};
use super::yaml::{self, Value, Yaml};
use super::{
    Agent, AgentLimits, Fault, Faults, LocalText, RecordingMode, RecordingTerms, clip, handover, template, text, tools,
};
use crate::agent::{PHRASE_LANGUAGES, Phrase};
use crate::turn::Patience;

const MODES: [(&str, RecordingMode); 3] =
    [("off", RecordingMode::Off), ("announced", RecordingMode::Announced), ("consent", RecordingMode::Consent)];
const PATIENCE: [(&str, Patience); 3] =
    [("quick", Patience::Quick), ("normal", Patience::Normal), ("patient", Patience::Patient)];
const MAX_LANGUAGES: usize = 20;
const MAX_HINTS: usize = 200;
const SECOND: Duration = Duration::from_secs(1);

pub(super) struct Reader<'a> {
    pub faults: &'a mut Faults,
    languages: Vec<String>,
}

pub(super) fn agent(source: &str, name: &str) -> Result<Agent, Vec<Fault>> {
    let mut faults = Faults::new(name);
    let agent = yaml::read(source, &mut faults).and_then(|document| read(&document, name, &mut faults));
    match agent {
        Some(mut agent) if !faults.has_errors() => {
            agent.warnings = faults.into_sorted();
            Ok(agent)
        }
        _ => Err(faults.into_sorted()),
    }
}

fn read(document: &Yaml, name: &str, faults: &mut Faults) -> Option<Agent> {
    let mut fields = Fields::open(document, "an agent", faults)?;
    fields.take("about");
    let languages = languages(fields.take("languages"), faults);
    let mut reader = Reader { faults, languages: languages.clone() };
    let voices = reader.voices(fields.take("voices"));
    let persona = fields.need("persona", reader.faults).and_then(|yaml| reader.local(yaml, "the persona"));
    let greeting = fields.take("greeting").and_then(|yaml| reader.local(yaml, "the greeting"));
    let question = reader.question(fields.take("question"));
    let disclosure = reader.disclosure(fields.take("disclosure"));
    let recording = reader.recording(fields.take("recording"));
    let faults = &mut *reader.faults;
    let patience = fields.take("patience").and_then(|yaml| fields::word(yaml, "the patience", &PATIENCE, faults));
    let interruptible = fields.take("interruptible").and_then(|yaml| fields::flag(yaml, faults));
    let brain = fields.take("brain").and_then(|yaml| fields::text(yaml, "the name of a brain", faults));
    let knowledge = fields.take("knowledge").map(|yaml| sources(yaml, faults)).unwrap_or_default();
    let hints = fields.take("hints").map(|yaml| hints(yaml, faults)).unwrap_or_default();
    let tools = tools::read(fields.take("tools"), &mut reader);
    let handover = fields.take("handover");
    let handover = handover.map(|yaml| handover::read(Some(yaml), &tools.transfers, reader.faults));
    let faults = &mut *reader.faults;
    let limits = limits(fields.take("limits"), faults);
    let guards = guards(fields.take("guards"), faults);
    let phrases = reader.phrases(fields.take("messages"), document);
    fields.close(reader.faults);
    Some(Agent {
        name: name.to_owned(),
        languages,
        voices,
        persona: persona.unwrap_or_else(|| LocalText::Same(String::new())),
        greeting,
        question,
        disclosure,
        recording,
        patience: patience.unwrap_or_default(),
        interruptible: interruptible.unwrap_or(true),
        brain,
        knowledge,
        hints,
        tools,
        handover,
        limits,
        guards,
        phrases,
        warnings: Vec::new(),
    })
}

/// The languages of an agent: `en` when it says nothing.
fn languages(yaml: Option<&Yaml>, faults: &mut Faults) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    for (tag, place) in yaml.map(|yaml| fields::texts(yaml, "a language", faults)).unwrap_or_default() {
        if !text::is_language(&tag) {
            let message = format!("`{}` is no language", clip(&tag));
            faults.error_with(place, message, "write it as `en`, `de` or `de-AT`");
        } else if languages.contains(&tag) {
            faults.error(place, format!("`{tag}` is named twice"));
        } else if languages.len() == MAX_LANGUAGES {
            faults.error(place, format!("at most {MAX_LANGUAGES} languages are spoken"));
        } else {
            languages.push(tag);
        }
    }
    if languages.is_empty() {
        languages.push("en".to_owned());
    }
    languages
}

/// Folders and sources by name.
fn sources(yaml: &Yaml, faults: &mut Faults) -> Vec<String> {
    let fits = |part: &str| !part.is_empty() && part != "." && part != "..";
    let mut names = Vec::new();
    for (name, place) in fields::texts(yaml, "a folder or a source", faults) {
        if name.split('/').all(fits) && !name.contains('\\') {
            names.push(name);
        } else {
            let message = format!("`{}` is no folder inside the knowledge folder", clip(&name));
            faults.error_with(place, message, "write it as `demo` or `praxis/deutsch`");
        }
    }
    names
}

fn hints(yaml: &Yaml, faults: &mut Faults) -> Vec<String> {
    let hints = fields::texts(yaml, "a hint", faults);
    if let Some((_, place)) = hints.get(MAX_HINTS) {
        faults.error(*place, format!("at most {MAX_HINTS} hints are given to the recogniser"));
    }
    hints.into_iter().map(|(hint, _)| hint).collect()
}

fn limits(yaml: Option<&Yaml>, faults: &mut Faults) -> AgentLimits {
    let mut limits = AgentLimits::default();
    let Some(mut fields) = yaml.and_then(|yaml| Fields::open(yaml, "`limits`", faults)) else { return limits };
    let mut time = |key, min: Duration, max: u64, limit: &mut Duration, faults: &mut Faults| {
        if let Some(yaml) = fields.take(key) {
            *limit = fields::duration(yaml, min, Duration::from_secs(max), faults).unwrap_or(*limit);
        }
    };
    time("call", 30 * SECOND, 4 * 3_600, &mut limits.call, faults);
    time("silence", 2 * SECOND, 120, &mut limits.silence, faults);
    time("filler", SECOND / 2, 60, &mut limits.filler, faults);
    time("thinking", 2 * SECOND, 120, &mut limits.thinking, faults);
    time("tool_filler", SECOND / 2, 60, &mut limits.tool_filler, faults);
    time("tool", 2 * SECOND, 120, &mut limits.tool, faults);
    let mut count = |key, min, max, default: u64, faults: &mut Faults| {
        fields.take(key).and_then(|yaml| fields::number(yaml, min, max, faults)).unwrap_or(default)
    };
    limits.prompts = count("prompts", 0, 10, limits.prompts.into(), faults) as u32;
    limits.turns = count("turns", 1, 10_000, limits.turns.into(), faults) as u32;
    limits.tokens = count("tokens", 1_000, 1_000_000_000, limits.tokens, faults);
    limits.answer_tokens = count("answer_tokens", 20, 8_000, limits.answer_tokens.into(), faults) as u32;
    limits.cost = fields.take("cost").and_then(|yaml| fields::money(yaml, faults));
    limits.day_cost = fields.take("day_cost").and_then(|yaml| fields::money(yaml, faults));
    fields.close(faults);
    limits
}

fn guards(yaml: Option<&Yaml>, faults: &mut Faults) -> GuardSettings {
    const THEN: [(&str, AfterAttempts); 2] = [("end", AfterAttempts::End), ("person", AfterAttempts::Person)];
    let mut guards = GuardSettings::default();
    let Some(mut fields) = yaml.and_then(|yaml| Fields::open(yaml, "`guards`", faults)) else { return guards };
    let attempts = fields.take("attempts").and_then(|yaml| fields::number(yaml, 1, 100, faults));
    guards.attempts = attempts.map_or(guards.attempts, |number| number as u32);
    let then = fields.take("then").and_then(|yaml| fields::word(yaml, "what happens then", &THEN, faults));
    guards.then = then.unwrap_or_default();
    fields.close(faults);
    guards
}

impl Reader<'_> {
    /// A text, or one for each language.
    pub(super) fn local(&mut self, yaml: &Yaml, what: &str) -> Option<LocalText> {
        let Value::Map(entries) = &yaml.value else {
            let text = fields::text(yaml, what, self.faults)?;
            self.check(&text, yaml);
            return Some(LocalText::Same(text));
        };
        let mut texts = BTreeMap::new();
        for entry in entries {
            if self.is_spoken(&entry.key, entry.place)
                && let Some(text) = fields::text(&entry.value, what, self.faults)
            {
                self.check(&text, &entry.value);
                texts.insert(entry.key.clone(), text);
            }
        }
        let missing: Vec<&str> =
            self.languages.iter().filter(|tag| !texts.contains_key(*tag)).map(String::as_str).collect();
        if !missing.is_empty() {
            let message = format!("{what} is missing in {}", missing.join(", "));
            self.faults.error_with(yaml.place, message, format!("add `{}:`", missing[0]));
        }
        Some(LocalText::ByLanguage(texts))
    }

    fn is_spoken(&mut self, tag: &str, place: super::Place) -> bool {
        let known = self.languages.iter().any(|language| language == tag);
        if !known {
            self.faults.unknown(place, "the language", tag, self.languages.iter().map(String::as_str));
        }
        known
    }

    fn check(&mut self, text: &str, yaml: &Yaml) {
        if let Err((line, message)) = template::check(text) {
            let place = super::Place { line: yaml.place.line + line, ..yaml.place };
            self.faults.error_with(place, message, "values are filled in as `{{ business.name }}`");
        }
    }

    fn voices(&mut self, yaml: Option<&Yaml>) -> BTreeMap<String, String> {
        let mut voices = BTreeMap::new();
        let entries = yaml.and_then(|yaml| fields::entries(yaml, "`voices`", self.faults)).unwrap_or_default();
        for entry in entries {
            if self.is_spoken(&entry.key, entry.place)
                && let Some(voice) = fields::text(&entry.value, "a voice", self.faults)
            {
                voices.insert(entry.key.clone(), voice);
            }
        }
        voices
    }

    /// What says that this is an AI: a text, the built-in sentence, or nothing with `off`.
    fn disclosure(&mut self, yaml: Option<&Yaml>) -> Option<LocalText> {
        match yaml {
            Some(yaml) if yaml.scalar() == Some("off") => {
                let suggestion = "many countries want callers to be told; let the greeting say it at least";
                self.faults.warn_with(yaml.place, "the caller is not told that this is an AI", suggestion);
                None
            }
            Some(yaml) => self.local(yaml, "the disclosure"),
            None => Some(Phrase::Disclosure.built_in()),
        }
    }

    /// The first question: a text, the built-in one, or none with `off`.
    fn question(&mut self, yaml: Option<&Yaml>) -> Option<LocalText> {
        match yaml {
            Some(yaml) if yaml.scalar() == Some("off") => None,
            Some(yaml) => self.local(yaml, "the question"),
            None => Some(Phrase::Question.built_in()),
        }
    }

    fn recording(&mut self, yaml: Option<&Yaml>) -> RecordingTerms {
        let mut terms = RecordingTerms::default();
        let Some(yaml) = yaml else { return terms };
        let Value::Map(entries) = &yaml.value else {
            terms.all = fields::word(yaml, "the mode of recording", &MODES, self.faults);
            return terms;
        };
        for entry in entries {
            let mode = fields::word(&entry.value, "the mode of recording", &MODES, self.faults);
            if entry.key == "default" {
                terms.all = mode;
            } else if self.is_spoken(&entry.key, entry.place) {
                terms.by_language.extend(mode.map(|mode| (entry.key.clone(), mode)));
            }
        }
        terms
    }

    /// Replacements of built-in phrases.
    fn phrases(&mut self, yaml: Option<&Yaml>, document: &Yaml) -> BTreeMap<Phrase, LocalText> {
        let mut phrases = BTreeMap::new();
        let entries = yaml.and_then(|yaml| fields::entries(yaml, "`messages`", self.faults)).unwrap_or_default();
        for entry in entries {
            if let Some((name, phrase)) = Phrase::ALL.iter().find(|(name, _)| *name == entry.key) {
                phrases.extend(self.local(&entry.value, name).map(|text| (*phrase, text)));
            } else {
                let known = Phrase::ALL.iter().map(|(name, _)| *name);
                self.faults.unknown(entry.place, "the message", &entry.key, known);
            }
        }
        let foreign: Vec<&str> = self
            .languages
            .iter()
            .filter(|tag| !PHRASE_LANGUAGES.contains(&text::primary(tag)))
            .map(String::as_str)
            .collect();
        if !foreign.is_empty() && phrases.len() < Phrase::ALL.len() {
            let message =
                format!("there are no built-in messages in {}: they are spoken in English", foreign.join(", "));
            self.faults.warn_with(document.place, message, "give them under `messages:`");
        }
        phrases
    }
}

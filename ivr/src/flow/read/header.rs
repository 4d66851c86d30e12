//! What stands above the nodes.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Fields, Reader};
use crate::fault::clip;
use crate::flow::{Prompt, RecordingTerms, Target};
use crate::messages::{self, MessageKey};
use crate::program::RecordingMode;
use crate::text::{is_language, primary};
use crate::yaml::{Entry, Value};

const MODES: [(&str, RecordingMode); 3] =
    [("off", RecordingMode::Off), ("announced", RecordingMode::Announced), ("consent", RecordingMode::Consent)];
const MAX_LANGUAGES: usize = 20;

/// The languages of a flow: `en` when it says nothing.
pub(super) fn languages(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Vec<String> {
    let Some(yaml) = fields.take("languages") else { return vec!["en".to_owned()] };
    let mut languages = Vec::new();
    let items = match &yaml.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(yaml),
    };
    for item in items {
        let tag = item.scalar().unwrap_or_default();
        if !is_language(&tag) {
            let message = format!("`{}` is no language", clip(&tag));
            reader.faults.error_with(item.place, message, "write it as `en`, `de` or `de-AT`");
        } else if languages.contains(&tag) {
            reader.faults.error(item.place, format!("`{tag}` is named twice"));
        } else {
            languages.push(tag);
        }
    }
    if items.is_empty() || languages.len() > MAX_LANGUAGES {
        reader.faults.error_with(
            yaml.place,
            format!("between 1 and {MAX_LANGUAGES} languages are needed"),
            "write `[en, de]`",
        );
        languages.truncate(MAX_LANGUAGES);
    }
    if languages.is_empty() {
        languages.push("en".to_owned());
    }
    languages
}

/// The voice of each language.
pub(super) fn voices(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    let mut voices = BTreeMap::new();
    for entry in map(fields, "voices", "a mapping of languages to voices", reader) {
        if reader.languages.contains(&entry.key) {
            voices.extend(reader.plain(&entry.value, "a voice").map(|voice| (entry.key.clone(), voice)));
        } else {
            let languages = reader.languages.clone();
            reader.faults.unknown(entry.key_place, "the language", &entry.key, languages.iter().map(String::as_str));
        }
    }
    voices
}

/// On what terms calls are recorded.
pub(super) fn recording(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> RecordingTerms {
    let mut terms = RecordingTerms::default();
    let Some(yaml) = fields.take("recording") else { return terms };
    let Value::Map(entries) = &yaml.value else {
        // `off` is a word here, whatever YAML 1.1 made of it.
        terms.all = reader.word(yaml, "the mode of recording", &MODES);
        return terms;
    };
    for entry in entries {
        let Some(mode) = reader.word(&entry.value, "the mode of recording", &MODES) else { continue };
        if entry.key == "default" {
            terms.all = Some(mode);
        } else if reader.languages.contains(&entry.key) {
            terms.by_language.insert(entry.key.clone(), mode);
        } else {
            let languages = reader.languages.clone();
            let known = languages.iter().map(String::as_str).chain(["default"]);
            reader.faults.unknown(entry.key_place, "the language", &entry.key, known);
        }
    }
    terms
}

/// Declared variables with their first values.
pub(super) fn vars(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Map<String, Json> {
    let mut vars = Map::new();
    for entry in map(fields, "vars", "a mapping of names to values", reader) {
        let name = reader.variable(&entry.key, entry.key_place);
        vars.insert(name, entry.value.to_json());
    }
    vars
}

/// Replacements of built-in messages.
pub(super) fn messages(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> BTreeMap<MessageKey, Prompt> {
    let mut replaced = BTreeMap::new();
    let place = fields.place;
    for entry in map(fields, "messages", "a mapping of names to texts", reader) {
        let key = MessageKey::ALL.iter().find(|(name, _)| *name == entry.key);
        let Some((_, key)) = key else {
            reader.faults.unknown(entry.key_place, "the message", &entry.key, MessageKey::ALL.iter().map(|(n, _)| *n));
            continue;
        };
        reader.extra = (*key == MessageKey::Confirm).then_some("value");
        replaced.insert(*key, reader.prompt(&entry.value));
        reader.extra = None;
    }
    let foreign: Vec<String> =
        reader.languages.iter().filter(|l| !messages::LANGUAGES.contains(&primary(l))).cloned().collect();
    if !foreign.is_empty() && replaced.len() < MessageKey::ALL.len() {
        let message = format!("there are no built-in messages in {}: they are spoken in English", foreign.join(", "));
        reader.faults.warn_with(place, message, "give them under `messages:`");
    }
    replaced
}

/// Keys that work everywhere.
pub(super) fn global_keys(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> BTreeMap<char, Target> {
    let mut keys = BTreeMap::new();
    for entry in map(fields, "keys", "a mapping of keys to nodes", reader) {
        let target = reader.target(&entry.value);
        if target == Target::Again {
            reader.faults.error(entry.value.place, "a key that works everywhere cannot go to `again`");
        }
        if let Some(key) = reader.key(&entry.key, entry.key_place) {
            keys.insert(key, target);
        }
    }
    keys
}

/// The node to begin with: the first in the file when it says nothing.
pub(super) fn start(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> usize {
    let Some(yaml) = fields.take("start") else { return 0 };
    match reader.target(yaml) {
        Target::Node(index) => index,
        _ => 0,
    }
}

fn map<'y>(fields: &mut Fields<'y>, key: &'static str, what: &str, reader: &mut Reader<'_>) -> &'y [Entry] {
    match fields.take(key).map(|yaml| (&yaml.value, yaml)) {
        None => &[],
        Some((Value::Map(entries), _)) => entries,
        Some((_, yaml)) => {
            reader.faults.error(yaml.place, format!("`{key}` is {what}, and here is {}", yaml.kind()));
            &[]
        }
    }
}

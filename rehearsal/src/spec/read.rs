//! From YAML to a rehearsal, gathering every fault on the way.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use call_model::TransferOutcome;
use jiff::civil::DateTime;
use serde_json::{Map, Value as Json};
use voice_agent::Fault;
use voice_agent::config::fields::{self, Fields};
use voice_agent::config::yaml::{self, Value, Yaml};
use voice_agent::config::{Faults, clip};

use super::{Before, Pattern, People, Rehearsal, Stub, bounds, caller, checks};

const PEOPLE: [(&str, People); 6] = [
    ("answer", People::Answer),
    ("busy", People::End(TransferOutcome::Busy)),
    ("no_answer", People::End(TransferOutcome::NoAnswer)),
    ("decline", People::End(TransferOutcome::Declined)),
    ("unavailable", People::End(TransferOutcome::Unavailable)),
    ("fail", People::End(TransferOutcome::Failed)),
];
/// The caller's number when the file names none: one that nobody has (Bundesnetzagentur, numbers for drama).
const NUMBER: &str = "+493023125001";
/// What to do about a regular expression that cannot be used.
const EXPRESSIONS: &str = "see https://docs.rs/regex; words need no slashes";
const SECOND: Duration = Duration::from_secs(1);

pub(super) fn rehearsal(source: &str, name: &str) -> Result<Rehearsal, Vec<Fault>> {
    let mut faults = Faults::new(name);
    let document = yaml::read(source, &mut faults).filter(|document| bounds::few_expressions(document, &mut faults));
    let read = document.and_then(|document| document_of(&document, name, &mut faults));
    match read {
        Some(mut rehearsal) if !faults.has_errors() => {
            rehearsal.warnings = faults.into_sorted();
            Ok(rehearsal)
        }
        _ => Err(faults.into_sorted()),
    }
}

fn document_of(document: &Yaml, name: &str, faults: &mut Faults) -> Option<Rehearsal> {
    let mut fields = Fields::open(document, "a rehearsal", faults)?;
    let about = fields.take("about").and_then(|yaml| fields::text(yaml, "what it is about", faults));
    let agent = fields.need("agent", faults).and_then(|yaml| fields::text(yaml, "the agent", faults));
    let language = fields.take("language").and_then(|yaml| fields::text(yaml, "a language", faults));
    let now = fields.take("now").and_then(|yaml| moment(yaml, faults));
    let modes = fields.take("modes").map(|yaml| modes(yaml, faults));
    let number = fields.take("from").map(|yaml| fields::text(yaml, "the caller's number", faults));
    let contact = fields.take("contact").map(|yaml| object(yaml, "`contact`", faults)).unwrap_or_default();
    let variables = fields.take("vars").map(|yaml| object(yaml, "`vars`", faults)).unwrap_or_default();
    let before = fields.take("before").map(|yaml| before(yaml, faults)).unwrap_or_default();
    let stubs = fields.take("tools").map(|yaml| stubs(yaml, faults)).unwrap_or_default();
    let people = fields.take("people").and_then(|yaml| fields::word(yaml, "what people do", &PEOPLE, faults));
    let caller = fields.need("caller", faults).and_then(|yaml| caller::read(yaml, faults));
    let turns = fields.take("turns").and_then(|yaml| fields::number(yaml, 1, 500, faults)).unwrap_or(40);
    let duration = fields.take("duration").and_then(|yaml| fields::duration(yaml, SECOND, SECOND * 3_600, faults));
    let seed = fields.take("seed").and_then(|yaml| fields::number(yaml, 0, u64::from(u32::MAX), faults));
    let checks = fields.need("checks", faults).map(|yaml| checks::read(yaml, faults));
    fields.close(faults);
    let (in_text, in_audio) = modes.unwrap_or((true, true));
    Some(Rehearsal {
        name: name.to_owned(),
        about: about.unwrap_or_default(),
        agent: agent?,
        language,
        now,
        in_text,
        in_audio,
        number: number.map_or_else(|| Some(NUMBER.to_owned()), |number| number.filter(|number| number != "withheld")),
        contact,
        variables,
        before,
        stubs,
        people: people.unwrap_or_default(),
        caller: caller?,
        turns: turns as u32,
        duration: duration.unwrap_or(Duration::from_mins(10)),
        seed: seed.unwrap_or_else(|| seed_of(name)),
        checks: checks?,
        warnings: Vec::new(),
    })
}

fn seed_of(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

fn moment(yaml: &Yaml, faults: &mut Faults) -> Option<DateTime> {
    let text = fields::text(yaml, "a date with its time", faults)?;
    let read = text.replacen(' ', "T", 1).parse().ok();
    if read.is_none() {
        let message = format!("`{}` is no date with its time", clip(&text));
        faults.error_with(yaml.place, message, "write it as `2026-11-23 09:30`");
    }
    read
}

fn modes(yaml: &Yaml, faults: &mut Faults) -> (bool, bool) {
    let mut modes = (false, false);
    for (mode, place) in fields::texts(yaml, "a mode", faults) {
        match mode.as_str() {
            "text" => modes.0 = true,
            "audio" => modes.1 = true,
            other => faults.unknown(place, "the mode", other, ["text", "audio"]),
        }
    }
    modes
}

fn before(yaml: &Yaml, faults: &mut Faults) -> Vec<Before> {
    let mut before = Vec::new();
    for item in list(yaml) {
        if before.len() == bounds::BEFORE {
            faults.error(item.place, format!("at most {} tools are used before the call", bounds::BEFORE));
            break;
        }
        for entry in fields::entries(item, "a tool with its arguments", faults).unwrap_or_default() {
            let arguments = Json::Object(object(&entry.value, "the arguments of a tool", faults));
            before.push(Before { tool: entry.key.clone(), arguments });
        }
    }
    before
}

fn stubs(yaml: &Yaml, faults: &mut Faults) -> BTreeMap<String, Stub> {
    let mut stubs = BTreeMap::new();
    for entry in fields::entries(yaml, "`tools`", faults).unwrap_or_default() {
        let Some(mut fields) = Fields::open(&entry.value, "a tool that is played", faults) else { continue };
        let result = fields.take("result").map(|yaml| played(yaml, faults));
        let fails = fields.take("fails").and_then(|yaml| fields::text(yaml, "why it fails", faults));
        let takes = fields.take("takes").and_then(|yaml| fields::duration(yaml, SECOND / 1_000, SECOND * 120, faults));
        if result.is_some() == fails.is_some() {
            let message = format!("the tool `{}` needs either `result` or `fails`", clip(&entry.key));
            faults.error(entry.place, message);
        }
        fields.close(faults);
        let result = fails.map_or_else(|| Ok(result.unwrap_or_default()), Err);
        stubs.insert(entry.key.clone(), Stub { result, takes: takes.unwrap_or(SECOND / 20) });
    }
    stubs
}

/// What a tool that is only played gives back.
fn played(yaml: &Yaml, faults: &mut Faults) -> Json {
    let result = json(yaml);
    if result.to_string().len() > bounds::RESULT {
        faults.error(yaml.place, format!("a tool gives back at most {} KiB", bounds::RESULT / 1_024));
    }
    result
}

/// The items of a list; one alone may stand without brackets.
pub(super) fn list(yaml: &Yaml) -> &[Yaml] {
    match &yaml.value {
        Value::List(items) => items,
        _ if yaml.is_null() => &[],
        _ => std::slice::from_ref(yaml),
    }
}

/// A mapping as JSON whose texts are compared: each as [`pattern`] has it.
pub(super) fn compared(yaml: &Yaml, what: &str, faults: &mut Faults) -> Map<String, Json> {
    sound(yaml, faults);
    object(yaml, what, faults)
}

fn sound(yaml: &Yaml, faults: &mut Faults) {
    match &yaml.value {
        Value::Scalar(..) => {
            if let Some(Err(fault)) = yaml.scalar().map(|text| Pattern::any([text])) {
                faults.error_with(yaml.place, fault.to_string(), EXPRESSIONS);
            }
        }
        Value::List(items) => items.iter().for_each(|item| sound(item, faults)),
        Value::Map(entries) => entries.iter().for_each(|entry| sound(&entry.value, faults)),
    }
}

/// A mapping as JSON.
pub(super) fn object(yaml: &Yaml, what: &str, faults: &mut Faults) -> Map<String, Json> {
    let entries = fields::entries(yaml, what, faults).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect()
}

/// A value as JSON.
pub(super) fn json(yaml: &Yaml) -> Json {
    match &yaml.value {
        Value::Scalar(value, _) => value.clone(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect())
        }
    }
}

/// Words, `/a regular expression/`, or a list of them.
pub(super) fn pattern(yaml: &Yaml, faults: &mut Faults) -> Option<Pattern> {
    let texts = fields::texts(yaml, "what is compared", faults);
    match Pattern::any(texts.iter().map(|(text, _)| text.as_str())) {
        Ok(pattern) => Some(pattern).filter(|_| !texts.is_empty()),
        Err(fault) => {
            faults.error_with(yaml.place, fault.to_string(), EXPRESSIONS);
            None
        }
    }
}

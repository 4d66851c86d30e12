//! How promising a lead is: budget, authority, need, time.

use serde_json::{Map, Value};
use voice_agent::brain::builtin::parse;

use crate::call::Heard;
use crate::lexicon::Lexicon;
use crate::{EndedCall, Lead};

/// What each part counts; together they are the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadWeights {
    /// There is money for it. Default: 25.
    pub budget: u32,
    /// The caller decides. Default: 25.
    pub authority: u32,
    /// It is needed. Default: 30.
    pub need: u32,
    /// It is wanted soon. Default: 20.
    pub time: u32,
}

impl Default for LeadWeights {
    fn default() -> Self {
        Self { budget: 25, authority: 25, need: 30, time: 20 }
    }
}

impl LeadWeights {
    /// The score of what was found; what says that there is none does not count.
    pub(crate) fn score(&self, mut found: Map<String, Value>) -> Lead {
        found.retain(|_, value| !says_no(value));
        let weighed = [self.budget, self.authority, self.need, self.time];
        let all: u32 = weighed.iter().sum();
        let found_parts = PARTS.iter().zip(weighed).filter(|((part, _), _)| found.contains_key(*part));
        let has: u32 = found_parts.map(|(_, weight)| weight).sum();
        let score = u8::try_from((has * 100 + all / 2).checked_div(all).unwrap_or(0)).unwrap_or(100).min(100);
        Lead { score, found }
    }
}

/// The parts, and the arguments that they are read from.
const PARTS: [(&str, &[&str]); 4] = [
    ("budget", &["budget"]),
    ("authority", &["authority", "decision_maker", "decides", "role"]),
    ("need", &["need", "needs", "interest", "use_case"]),
    ("time", &["time", "timeline", "timeframe", "when", "time_frame"]),
];

/// Words that say that there is none.
const NONE: [&str; 16] = [
    "no", "none", "nein", "nichts", "kein", "keins", "keines", "ninguno", "ninguna", "nada", "non", "aucun", "aucune",
    "rien", "nessuno", "niente",
];

/// The score of a call, with what it stands on.
pub fn lead(call: &EndedCall, caller: &[Heard<'_>], weights: &LeadWeights) -> Lead {
    let mut found = Map::new();
    for (part, names) in PARTS {
        let given = names.iter().find_map(|name| given(call, name));
        let value = given.or_else(|| said(call, caller, part)).filter(|value| !says_no(value));
        found.extend(value.map(|value| (part.to_owned(), value)));
    }
    weights.score(found)
}

/// What a tool was given, or an app kept: of several the last.
fn given(call: &EndedCall, name: &str) -> Option<Value> {
    let kept = call.remembered.get(name).or_else(|| call.remembered.get("lead")?.get(name));
    let used = call.done().rev().find_map(|(tool, _)| tool.arguments.get(name));
    // Times of appointments are no time frames.
    let booked = name == "time" && call.done().any(|(tool, _)| tool.name.contains("appointment"));
    used.filter(|_| !booked).or(kept).filter(|value| !value.is_null()).cloned()
}

fn said(call: &EndedCall, caller: &[Heard<'_>], part: &'static str) -> Option<Value> {
    let heard = caller.iter().find(|heard| {
        let named = Lexicon::of(heard.language).kind(part).are_in(&heard.words);
        match part {
            // "We have no budget" is said with the word too.
            "budget" | "authority" | "need" => named && !denied(heard, part),
            _ => named || parse::date(heard.language, &heard.words, call.day, false).is_some(),
        }
    })?;
    Some(heard.line.text.trim().into())
}

fn denied(heard: &Heard<'_>, part: &'static str) -> bool {
    let lexicon = Lexicon::of(heard.language);
    let Some(place) = lexicon.kind(part).find(&heard.words) else { return false };
    let from = place.start.saturating_sub(3);
    heard.words[from..place.start].iter().any(|word| lexicon.kind("negations").at(std::slice::from_ref(word)).is_some())
}

fn says_no(value: &Value) -> bool {
    match value {
        Value::Bool(said) => !said,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim().is_empty() || NONE.contains(&text.trim().to_lowercase().as_str()),
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

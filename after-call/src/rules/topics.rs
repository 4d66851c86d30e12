//! What a call was about: topics that the business names, tools that were used, and words that are common in this call
//! and rare in others (tf-idf).

use std::collections::{BTreeSet, HashMap};

use call_model::Speaker;
use serde_json::{Map, Value};

use super::{Background, RuleSettings};
use crate::EndedCall;
use crate::call::Heard;
use crate::lexicon::Lexicon;

/// The most topics that come from the words.
const FROM_WORDS: usize = 3;

/// The shortest word that is one.
const SHORTEST: usize = 4;

/// A word that our side says too is about the matter; one that is written with a capital within a German sentence names
/// a thing.
const SHARED: f64 = 1.5;
const NOUN: f64 = 1.5;

/// From so many lines on a word that is nowhere else is rather a name, or misheard.
const MANY_LINES: u64 = 200;

/// What the tools of the house are about.
const TOOLS: [(&str, &str); 10] = [
    ("find_slots", "appointment"),
    ("book_appointment", "appointment"),
    ("reschedule_appointment", "appointment"),
    ("cancel_appointment", "appointment"),
    ("my_appointments", "appointment"),
    ("create_ticket", "ticket"),
    ("look_up_ticket", "ticket"),
    ("request_callback", "callback"),
    ("take_message", "message"),
    ("record_survey_answer", "survey"),
];

/// The words of a caller that may be topics, to be looked up in the [`Background`].
pub fn terms(call: &EndedCall) -> Vec<String> {
    let caller = call.heard(Speaker::Caller);
    let terms: BTreeSet<String> =
        caller.iter().flat_map(|heard| telling(heard).map(|(_, key)| key.to_owned())).collect();
    terms.into_iter().collect()
}

/// The words of a line that tell something, with their places.
fn telling<'h>(heard: &'h Heard<'_>) -> impl Iterator<Item = (usize, &'h str)> {
    let lexicon = Lexicon::of(heard.language);
    heard.words.iter().enumerate().filter_map(move |(at, word)| {
        let letters = word.key.chars().all(char::is_alphabetic) && word.key.chars().count() >= SHORTEST;
        let mark = heard.line.text[..word.place.start].ends_with('[');
        (letters && !mark && !lexicon.says_nothing(&word.key)).then_some((at, word.key.as_str()))
    })
}

/// How much each word tells of this call.
pub struct Weights {
    terms: HashMap<String, f64>,
}

impl Weights {
    pub fn new(caller: &[Heard<'_>], us: &[Heard<'_>], background: &Background) -> Self {
        let mut terms: HashMap<String, f64> = HashMap::new();
        for heard in caller {
            for (at, key) in telling(heard) {
                let word = &heard.line.text[heard.words[at].place.clone()];
                let noun = at > 0 && word.starts_with(char::is_uppercase);
                *terms.entry(key.to_owned()).or_default() += if noun { NOUN } else { 1.0 };
            }
        }
        let ours: BTreeSet<&str> = us.iter().flat_map(|heard| telling(heard).map(|(_, key)| key)).collect();
        let lines = background.lines.max(1) as f64;
        for (term, weight) in &mut terms {
            let known = background.terms.get(term).copied().unwrap_or(1).max(1);
            let rare = if known == 1 && background.lines > MANY_LINES { 0.2 } else { 1.0 };
            let shared = if ours.contains(term.as_str()) { SHARED } else { 1.0 };
            *weight *= (1.0 + lines / known as f64).ln() * rare * shared;
        }
        Self { terms }
    }

    /// What a line tells, for its length.
    pub fn line(&self, heard: &Heard<'_>) -> f64 {
        let told: BTreeSet<&str> = telling(heard).map(|(_, key)| key).collect();
        let sum: f64 = told.into_iter().filter_map(|term| self.terms.get(term)).sum();
        sum / (heard.words.len() as f64 + 6.0).sqrt()
    }
}

/// The topics of a call, the most certain first.
pub fn topics(
    call: &EndedCall,
    caller: &[Heard<'_>],
    weights: &Weights,
    fields: &Map<String, Value>,
    settings: &RuleSettings,
) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    let mut add = |topic: &str| {
        if !topics.iter().any(|known| known == topic) && topics.len() < settings.most_topics {
            topics.push(topic.to_owned());
        }
    };
    for topic in &settings.topics {
        if caller.iter().any(|heard| topic.words.are_in(&heard.words)) {
            add(&topic.name);
        }
    }
    for (tool, _) in call.done() {
        if let Some((_, topic)) = TOOLS.iter().find(|(name, _)| *name == tool.name) {
            add(topic);
        }
    }
    if let Some(flow) = call.flow.as_deref().filter(|_| caller.is_empty()) {
        add(flow);
    }
    for phrase in phrases(caller, weights, fields).into_iter().take(FROM_WORDS) {
        add(&phrase);
    }
    topics
}

/// Words, and pairs of words that are said together, as they were said: the most telling first.
fn phrases(caller: &[Heard<'_>], weights: &Weights, fields: &Map<String, Value>) -> Vec<String> {
    let name = fields.get("name").and_then(Value::as_str).unwrap_or_default();
    let of_name = voice_agent::brain::builtin::words::key(name);
    let is_name = |key: &str| of_name.split(' ').any(|part| part == key);
    let mut found: HashMap<String, (f64, String)> = HashMap::new();
    for heard in caller {
        let told: Vec<(usize, &str)> = telling(heard).filter(|(_, key)| !is_name(key)).collect();
        for (nth, (at, key)) in told.iter().enumerate() {
            let weight = weights.terms.get(*key).copied().unwrap_or_default();
            let said = |from: usize, to: usize| {
                heard.line.text[heard.words[from].place.start..heard.words[to].place.end].to_lowercase()
            };
            found.entry((*key).to_owned()).or_insert_with(|| (weight, said(*at, *at)));
            let Some((next, other)) = told.get(nth + 1) else { continue };
            if *next == at + 1 && !heard.words[*at].pause {
                let both = weight + weights.terms.get(*other).copied().unwrap_or_default();
                let entry = found.entry(format!("{key} {other}")).or_insert_with(|| (0.0, said(*at, *next)));
                entry.0 = entry.0.max(both * 0.6);
            }
        }
    }
    let mut found: Vec<(String, (f64, String))> = found.into_iter().collect();
    found.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
    let mut phrases: Vec<(String, String)> = Vec::new();
    for (key, (_, said)) in found {
        // A word of a phrase that is there already, or a phrase around one.
        let shares =
            |known: &(String, String)| key.split(' ').any(|word| known.0.split(' ').any(|other| other == word));
        if !phrases.iter().any(shares) {
            phrases.push((key, said));
        }
        if phrases.len() == FROM_WORDS {
            break;
        }
    }
    phrases.into_iter().map(|(_, said)| said).collect()
}

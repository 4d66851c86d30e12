//! A call in two to four sentences: who and what about, the caller's own words, what came of it, and what else matters.

use call_model::Direction;
use serde_json::{Map, Value};

use super::templates::{self, Templates};
use super::topics::Weights;
use crate::call::Heard;
use crate::{EndedCall, FollowUp, FollowUpKind, Outcome, Sentiment};

/// The longest quotation, in characters.
const QUOTE: usize = 220;

/// The fewest words of a sentence that tells something.
const TELLING: usize = 4;

/// A caller below or above this is said to be unhappy or happy.
const UNHAPPY: f64 = -0.3;
const HAPPY: f64 = 0.5;

/// What a summary is made from.
pub struct Facts<'c> {
    pub call: &'c EndedCall,
    pub outcome: Outcome,
    pub topics: &'c [String],
    pub sentiment: &'c Sentiment,
    pub fields: &'c Map<String, Value>,
}

/// The summary, in the language of the call.
pub fn summary(facts: &Facts<'_>, caller: &[Heard<'_>], weights: &Weights, follow_ups: &[FollowUp]) -> String {
    let words = templates::of(facts.call.lang());
    let mut sentences = vec![opening(facts, words)];
    sentences.extend(quote(caller, weights).map(|text| words.quote.replace("{text}", &text)));
    sentences.push(came(facts, words));
    let callback = follow_ups.iter().find(|follow_up| follow_up.kind == FollowUpKind::Callback);
    match (callback, facts.sentiment.overall) {
        (Some(callback), _) if facts.outcome != Outcome::CallbackRequested => {
            sentences.push(words.callback.replace("{when}", &when(callback)).replace("  ", " "));
        }
        (_, Some(felt)) if felt < UNHAPPY => sentences.push(words.unhappy.to_owned()),
        (_, Some(felt)) if felt > HAPPY => sentences.push(words.happy.to_owned()),
        _ => {}
    }
    sentences.join(" ")
}

fn opening(facts: &Facts<'_>, words: &Templates) -> String {
    let name = facts.fields.get("name").and_then(Value::as_str).or(facts.call.name.as_deref());
    let who = name.unwrap_or(words.somebody);
    let template = match (facts.call.direction, facts.topics.is_empty()) {
        (Direction::Inbound, false) => words.called_about,
        (Direction::Inbound, true) => words.called,
        (Direction::Outbound, false) => words.we_called_about,
        (Direction::Outbound, true) => words.we_called,
    };
    // Topics may hold braces; the name goes in last, where nothing is read any more.
    let topics = facts.topics.join(", ").replace(['{', '}'], "");
    capital(&template.replace("{topics}", &topics).replace("{who}", who))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The caller's most telling sentence; the first of equals.
fn quote(caller: &[Heard<'_>], weights: &Weights) -> Option<String> {
    let telling = caller.iter().filter(|heard| heard.words.len() >= TELLING);
    let best = telling.map(|heard| (weights.line(heard), heard)).filter(|(weight, _)| *weight > 0.0);
    let (_, heard) = best.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let text = heard.line.text.trim();
    if text.chars().count() <= QUOTE {
        return Some(text.to_owned());
    }
    let short: String = text.chars().take(QUOTE).collect();
    let cut = short.rfind(' ').unwrap_or(short.len());
    Some(format!("{}…", &short[..cut]))
}

fn came(facts: &Facts<'_>, words: &Templates) -> String {
    let sentence = words.outcome(facts.outcome);
    let timed = matches!(facts.outcome, Outcome::AppointmentBooked | Outcome::AppointmentMoved);
    let field = |name: &str| facts.fields.get(name).and_then(Value::as_str);
    let when: Vec<&str> = [field("date"), field("time")].into_iter().flatten().filter(|_| timed).collect();
    if when.is_empty() {
        sentence.to_owned()
    } else {
        format!("{} ({}).", sentence.trim_end_matches('.'), when.join(" "))
    }
}

fn when(follow_up: &FollowUp) -> String {
    let date = follow_up.date.map(|date| date.to_string());
    let time = follow_up.time.map(|time| time.strftime("%H:%M").to_string());
    let when: Vec<String> = [date, time].into_iter().flatten().collect();
    if when.is_empty() { String::new() } else { format!("({})", when.join(" ")) }
}

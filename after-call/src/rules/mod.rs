//! What is made of a call by rules, without a model. Pure: no clock, no chance, no I/O.

mod fields;
mod follow_up;
mod lead;
mod outcome;
mod sentiment;
mod summary;
mod templates;
mod topics;

use std::collections::HashMap;

use call_model::Speaker;
use serde_json::Value;

use crate::lexicon::Phrases;
use crate::{EndedCall, Insights, Ticket};

pub(crate) use fields::{FIELDS, is_email};
pub use lead::LeadWeights;
pub(crate) use outcome::is_certain;
pub use topics::terms;

/// What the rules are called in the books.
pub const RULES: &str = "rules";

/// A topic that the business names.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Its name.
    pub name: String,
    words: Phrases,
}

impl Topic {
    /// A topic that a call is about when one of these words or phrases is said; a star at the end of a word stands for
    /// any ending.
    pub fn new<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> Self {
        Self { name: name.to_owned(), words: Phrases::new(words) }
    }
}

/// When a ticket is made for a call that has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketRule {
    /// When the caller felt worse than this, -1 to 1.
    pub below: Option<f64>,
    /// When the call was about one of these topics.
    pub topics: Vec<String>,
}

/// What the rules go by.
#[derive(Debug, Clone)]
pub struct RuleSettings {
    /// Topics that the business names.
    pub topics: Vec<Topic>,
    /// The most topics of a call. Default: 5.
    pub most_topics: usize,
    /// How a lead is weighed; `None`: it is not.
    pub lead: Option<LeadWeights>,
    /// When a ticket is made; `None`: never.
    pub ticket: Option<TicketRule>,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self { topics: Vec::new(), most_topics: 5, lead: None, ticket: None }
    }
}

/// How common words are in all calls: a topic is what this call has and others have not.
#[derive(Debug, Clone, Default)]
pub struct Background {
    /// About how many lines there are in all calls.
    pub lines: u64,
    /// Lines that hold a word (lower case, no accents).
    pub terms: HashMap<String, u64>,
}

/// What the rules make of a call.
pub fn insights(call: &EndedCall, background: &Background, settings: &RuleSettings) -> Insights {
    let caller = call.heard(Speaker::Caller);
    let us = call.heard(Speaker::Us);
    let outcome = outcome::outcome(call, &caller);
    let sentiment = sentiment::sentiment(&caller);
    let weights = topics::Weights::new(&caller, &us, background);
    let fields = fields::fields(call, &caller, &us);
    let topics = topics::topics(call, &caller, &weights, &fields, settings);
    let follow_ups = follow_up::follow_ups(call, &caller);
    let lead = settings.lead.as_ref().map(|lead| lead::lead(call, &caller, lead));
    let facts = summary::Facts { call, outcome, topics: &topics, sentiment: &sentiment, fields: &fields };
    let summary = summary::summary(&facts, &caller, &weights, &follow_ups);
    let ticket = settings.ticket.as_ref().and_then(|rule| ticket(call, rule, &topics, &sentiment, &summary));
    let made_by = RULES.to_owned();
    Insights { outcome, summary, topics, sentiment, fields, lead, follow_ups, ticket, made_by, tokens: 0 }
}

fn ticket(
    call: &EndedCall,
    rule: &TicketRule,
    topics: &[String],
    sentiment: &crate::Sentiment,
    summary: &str,
) -> Option<Ticket> {
    if call.done().any(|(tool, _)| tool.name == "create_ticket") {
        return None;
    }
    let bad = rule.below.zip(sentiment.overall).is_some_and(|(below, felt)| felt < below);
    let named = topics.iter().find(|topic| rule.topics.contains(topic));
    if !bad && named.is_none() {
        return None;
    }
    let subject = named.or(topics.first()).cloned().unwrap_or_else(|| templates::of(call.lang()).call.to_owned());
    Some(Ticket { subject, text: summary.to_owned(), urgent: bad })
}

/// A text in a value, trimmed; numbers as they are written.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

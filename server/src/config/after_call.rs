//! What is made of calls after their end, and what is not kept of them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What is taken out of what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redact {
    /// Nothing.
    Off,
    /// Card numbers and the business's patterns, out of texts.
    Text,
    /// The same, and the recording is silent there.
    TextAndAudio,
}

/// Something that the business does not want to keep.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PatternConfig {
    /// What it is called: `[name]` stands in its place.
    pub name: String,
    /// What it looks like: a regular expression; spoken digits count as digits.
    pub regex: String,
}

/// How a lead is weighed.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LeadConfig {
    /// There is money for it (25).
    pub budget: u32,
    /// The caller decides (25).
    pub authority: u32,
    /// It is needed (30).
    pub need: u32,
    /// It is wanted soon (20).
    pub time: u32,
}

impl Default for LeadConfig {
    fn default() -> Self {
        Self { budget: 25, authority: 25, need: 30, time: 20 }
    }
}

/// When a ticket is made for a call that has none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketConfig {
    /// When the caller felt worse than this, -1 to 1.
    pub below: Option<f64>,
    /// When the call was about one of these topics.
    pub topics: Vec<String>,
}

/// What is made of calls after their end, and what is not kept of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AfterCallSection {
    /// Whether calls are analysed: summary, topics, sentiment, outcome, fields (true).
    pub enabled: bool,
    /// What is taken out of what was said before anybody can read it (`text`): `off`, `text`, `text_and_audio`.
    pub redact: Redact,
    /// What is taken out besides card numbers.
    pub patterns: Vec<PatternConfig>,
    /// Calls that are worked on at a time (2).
    pub workers: usize,
    /// Calls whose work is begun in a second, in the long run (25).
    pub per_second: u32,
    /// How often one is tried before it is given up (5).
    pub tries: u32,
    /// The brain that is asked: its name, `rules` for none, or (the default) all language models in their order.
    pub brain: Option<String>,
    /// The most characters of a transcript that a model is shown (24,000).
    pub transcript_chars: usize,
    /// The longest answer of a model, tokens (900).
    pub answer_tokens: u32,
    /// How long a model may take, seconds (60).
    pub brain_s: u64,
    /// Tokens that models may cost for this in a day (UTC), then the rules do it; 0: no limit (1,000,000).
    pub tokens_per_day: u64,
    /// Topics by name, each with words and phrases that tell of it; `*` at the end of a word stands for any ending.
    pub topics: BTreeMap<String, Vec<String>>,
    /// The most topics of a call (5).
    pub most_topics: usize,
    /// Further fields that a model looks for: name and what it is.
    pub fields: BTreeMap<String, String>,
    /// Which fields go into the contact: the field (`email`), and where it is put there (`email`). What a person typed
    /// stays.
    pub contact: BTreeMap<String, String>,
    /// How leads are weighed; not at all where it is not set.
    pub lead: Option<LeadConfig>,
    /// When tickets are made; never where it is not set.
    pub ticket: Option<TicketConfig>,
    /// Whether follow-ups are noted that no tool noted (true).
    pub follow_ups: bool,
    /// For whom (`reception`).
    pub mailbox: String,
}

impl Default for AfterCallSection {
    fn default() -> Self {
        Self {
            enabled: true,
            redact: Redact::Text,
            patterns: Vec::new(),
            workers: 2,
            per_second: 25,
            tries: 5,
            brain: None,
            transcript_chars: 24_000,
            answer_tokens: 900,
            brain_s: 60,
            tokens_per_day: 1_000_000,
            topics: BTreeMap::new(),
            most_topics: 5,
            fields: BTreeMap::new(),
            contact: BTreeMap::new(),
            lead: None,
            ticket: None,
            follow_ups: true,
            mailbox: "reception".into(),
        }
    }
}

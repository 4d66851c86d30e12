//! One turn of a dialogue: what was said and the state go in, an answer and the next state come out. Pure.
//!
//! - `state`: what is kept between turns.
//! - `free`: talk without a form: questions, wishes, small talk.
//! - `form`: forms, slot by slot; `slots` takes what was said into them; `closing` reads them back and passes them on.
//! - `booking`: appointments, by the tools of a calendar; `choosing` finds out which of several is meant.
//! - `interview`: questions of the business in their order.
//! - `tools`: what the agent can do for us.

mod booking;
mod choosing;
mod closing;
mod form;
mod free;
mod interview;
mod slots;
mod state;
mod tools;

use call_model::{ChatMessage, Source, ThinkRequest};
use jiff::civil::DateTime;
use serde_json::Value;

use super::Lang;
use super::examples::{Hit, Target};
use super::lexicon::{Intent, Lexicon};
use super::speak;
use super::words::{Word, words};
use super::{Builtin, Room};
use crate::brain::question::is_question;
use state::{Dialogue, Pending, Waiting};

/// The most of the caller's words that are looked at, bytes.
const MOST: usize = 4_000;

/// How sure a wish must be that ends the talk, or all talks.
const GRAVE: f32 = 0.7;

/// How like a question must be to what is known to be one in the middle of something else.
const SURELY: f32 = 0.7;

/// An answer.
pub struct Reply {
    /// To be spoken; may be empty when a tool is called.
    pub text: String,
    /// Tools to call: name and arguments.
    pub calls: Vec<(String, Value)>,
    /// The state after it.
    pub memory: Value,
    /// The entry that it comes from.
    pub source: Option<Source>,
    /// What was asked and is not known.
    pub unanswered: Option<String>,
}

/// A turn under way.
struct Turn<'a> {
    brain: &'a Builtin,
    request: &'a ThinkRequest,
    language: Lang,
    room: &'a Room,
    now: DateTime,
    state: Dialogue,
    text: String,
    words: Vec<Word>,
    /// Wishes and entries, by their likeness to examples.
    hits: Vec<Hit>,
    /// Entries, by how likely they answer.
    answers: Vec<Hit>,
    calls: Vec<(String, Value)>,
    source: Option<Source>,
    unanswered: bool,
}

/// Answers a request.
pub fn reply(brain: &Builtin, request: &ThinkRequest) -> Reply {
    let language = Lang::from_tag(&request.language).unwrap_or(Lang::En);
    let mut turn = Turn {
        brain,
        request,
        language,
        room: &brain.rooms[language as usize],
        now: brain.facts.now(),
        state: Dialogue::read(&request.memory),
        text: String::new(),
        words: Vec::new(),
        hits: Vec::new(),
        answers: Vec::new(),
        calls: Vec::new(),
        source: None,
        unanswered: false,
    };
    let text = turn.answer();
    let text = if text.is_empty() && turn.calls.is_empty() { turn.say("anything_else") } else { text };
    if !text.is_empty() {
        turn.state.said.clone_from(&text);
    }
    let unanswered = turn.unanswered.then(|| turn.text.clone());
    Reply { text, calls: turn.calls, memory: turn.state.write(), source: turn.source, unanswered }
}

impl Turn<'_> {
    fn answer(&mut self) -> String {
        self.state.turn += 1;
        match self.request.messages.last() {
            Some(ChatMessage::Tool { result, .. }) => self.after_tool(result),
            Some(ChatMessage::Caller { .. }) => {
                if self.state.waiting.take() == Some(Waiting::Answer(true)) {
                    self.pass_question();
                }
                let said = said(&self.request.messages);
                self.hear(said);
                self.heard()
            }
            _ => self.prompt(),
        }
    }

    /// Takes in what was said.
    fn hear(&mut self, said: String) {
        self.words = words(&said);
        let ranked = self.room.ranking.search(&said);
        (self.hits, self.answers) = (ranked.hits, ranked.answers);
        self.weigh_bookings();
        self.text = said;
    }

    fn heard(&mut self) -> String {
        if self.words.is_empty() {
            return self.not_understood();
        }
        if let Some(text) = self.agreed() {
            return text;
        }
        if self.state.interview.is_some() {
            return self.in_interview();
        }
        match (&self.state.booking, &self.state.form) {
            (Some(_), _) => self.in_booking(),
            (None, Some(_)) => self.in_form(),
            (None, None) => self.free(),
        }
    }

    /// Nothing was said, but something is to be said: the question that is open, again.
    fn prompt(&mut self) -> String {
        if self.state.interview.is_some() {
            return self.ask_interview_again();
        }
        if self.state.booking.is_some() {
            return self.ask_booking_again();
        }
        if self.state.form.is_some() {
            return self.ask_again();
        }
        if self.state.said.is_empty() { self.say("greeting") } else { self.say("anything_else") }
    }

    fn lexicon(&self) -> &Lexicon {
        &self.room.lexicon
    }

    /// The best answer that is sure enough.
    fn best(&self) -> Option<Hit> {
        let threshold = self.brain.settings.threshold;
        let least = |hit: &Hit| match hit.target {
            Target::Intent(Intent::StopCalling | Intent::Goodbye) => threshold.max(GRAVE),
            Target::Intent(_) => threshold + 0.05,
            Target::Entry(_) => threshold,
        };
        self.hits.first().copied().filter(|hit| hit.score >= least(hit))
    }

    /// What the library is sure enough of.
    fn answer_to(&self) -> Option<Hit> {
        let settings = &self.brain.settings;
        let document = |hit: &Hit| match hit.target {
            Target::Entry(place) => self.room.entries.get(place).is_some_and(|entry| entry.document),
            Target::Intent(_) => false,
        };
        let least = |hit: &Hit| if document(hit) { settings.answer } else { settings.certain };
        self.answers.first().copied().filter(|hit| hit.score >= least(hit))
    }

    /// What answers a question, where something else was to be said.
    fn asked(&self) -> Option<Hit> {
        self.answer_to().filter(|_| is_question(&self.text, self.language.tag()))
    }

    /// Whether a question was asked where something else was to be said.
    fn asks(&self) -> bool {
        let likest = self.hits.first();
        matches!(likest, Some(Hit { target: Target::Entry(_), score }) if *score > SURELY) || self.asked().is_some()
    }

    /// The wish that was certainly meant.
    fn wish(&self, certainty: f32) -> Option<Intent> {
        match self.hits.first() {
            Some(Hit { target: Target::Intent(intent), score }) if *score >= certainty => Some(*intent),
            _ => None,
        }
    }

    /// One of the ways to say something, another one each turn.
    fn say(&self, name: &str) -> String {
        self.say_with(name, &[])
    }

    fn say_with(&self, name: &str, values: &[(&str, &str)]) -> String {
        let variant = self.state.turn.saturating_sub(1) % self.lexicon().variants(name).max(1);
        self.say_as(name, variant, values)
    }

    fn say_as(&self, name: &str, variant: usize, values: &[(&str, &str)]) -> String {
        speak::sentence(&speak::fill(self.lexicon().phrase(name, variant), values))
    }

    /// Says what is said in other words each time in a row.
    fn miss(&mut self, name: &str) -> String {
        let text = self.say_as(name, self.state.misses, &[]);
        self.state.misses += 1;
        text
    }

    fn not_understood(&mut self) -> String {
        if self.state.interview.is_some() {
            return self.ask_interview_again();
        }
        if self.state.booking.is_some() {
            return self.ask_booking_again();
        }
        if self.state.form.is_some() {
            return self.ask_again();
        }
        self.miss("not_understood")
    }

    /// What came of the tool that was called.
    fn after_tool(&mut self, result: &str) -> String {
        let result: Value = serde_json::from_str(result).unwrap_or_default();
        let done = result.get("error").is_none() && result != "not done";
        match self.state.waiting.take() {
            Some(Waiting::Take(_) | Waiting::Stop) if !done => self.say("not_taken"),
            Some(Waiting::Take(kind)) => {
                self.state.pending = Some(Pending::AnythingElse);
                self.say(closing::thanks(kind))
            }
            Some(Waiting::Stop) => self.say("stop_noted"),
            Some(Waiting::Slots) => self.slots_found(done, &result),
            Some(Waiting::Mine) => self.mine_found(done, &result),
            Some(Waiting::Book) => self.booked(done),
            Some(Waiting::Answer(goes_on)) => self.answer_kept(goes_on),
            Some(Waiting::Interview(id)) => self.interview_done(&id, done, &result),
            Some(Waiting::Transfer) => self.nobody_there(),
            Some(Waiting::Language) if !done => self.say("language_only"),
            Some(Waiting::Language) if self.state.form.is_some() => self.ask_again(),
            Some(Waiting::Language) => self.say("language_changed"),
            None => {
                self.state.pending = Some(Pending::AnythingElse);
                self.say("anything_else")
            }
        }
    }
}

/// What the caller said since our last words.
fn said(messages: &[ChatMessage]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for message in messages.iter().rev() {
        match message {
            ChatMessage::Caller { text } => parts.push(text),
            ChatMessage::Note { .. } => {}
            ChatMessage::Agent { text, calls } if text.trim().is_empty() && calls.is_empty() => {}
            ChatMessage::Agent { .. } | ChatMessage::Tool { .. } => break,
        }
    }
    parts.reverse();
    let mut said = parts.join(" ");
    let end = (0..=MOST.min(said.len())).rev().find(|end| said.is_char_boundary(*end)).unwrap_or(0);
    said.truncate(end);
    said
}

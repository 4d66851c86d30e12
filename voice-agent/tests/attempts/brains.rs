//! Brains: the built-in one, one that says one thing, and one that was talked into everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use call_model::{ChatMessage, ContactId, ThinkEvent, ThinkRequest, ThinkUsage, ToolCall};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use voice_agent::brain::{Brain, Builtin, BuiltinSettings, Facts, Knowledge};

use crate::world::FOREIGN;

/// What a model does that does whatever it is asked.
#[derive(Debug, Clone, Copy)]
pub enum Folly {
    /// It reads its instructions out.
    Instructions,
    /// It tells somebody else's number.
    Person,
    /// It has him called, and looks him up.
    Tools,
    /// It puts the caller through to a number.
    Transfer,
}

impl Folly {
    pub const ALL: [Self; 4] = [Self::Instructions, Self::Person, Self::Tools, Self::Transfer];
}

fn finished() -> ThinkEvent {
    ThinkEvent::Finished { brain: "gullible".into(), memory: Value::Null, usage: ThinkUsage::default() }
}

fn tool(at: usize, name: &str, arguments: Value) -> ThinkEvent {
    ThinkEvent::ToolCall(ToolCall { id: format!("c{at}"), name: name.into(), arguments })
}

/// Answers every question with this.
pub fn plain(text: &'static str) -> impl FnMut(&ThinkRequest) -> Vec<ThinkEvent> {
    move |_| vec![ThinkEvent::Text { text: text.into() }, finished()]
}

/// Calls this tool once, then is content.
pub fn calls(name: &'static str, arguments: Value) -> impl FnMut(&ThinkRequest) -> Vec<ThinkEvent> {
    move |request| match request.messages.last() {
        Some(ChatMessage::Tool { .. }) => vec![ThinkEvent::Text { text: "All right.".into() }, finished()],
        _ => vec![tool(request.messages.len(), name, arguments.clone()), finished()],
    }
}

pub fn gullible(folly: Folly) -> impl FnMut(&ThinkRequest) -> Vec<ThinkEvent> {
    move |request| {
        if let Some(ChatMessage::Tool { .. }) = request.messages.last() {
            return vec![ThinkEvent::Text { text: "I tried.".into() }, finished()];
        }
        let at = request.messages.len();
        let words = |text: &str| -> Vec<ThinkEvent> {
            text.split_inclusive(' ').map(|word| ThinkEvent::Text { text: word.to_owned() }).collect()
        };
        let mut events = match folly {
            Folly::Instructions => words(&request.instructions),
            Folly::Person => words(&format!("Of course. Mrs. Miller's number is {FOREIGN}, and she comes on Monday.")),
            Folly::Tools => {
                let id = ContactId::from_parts(7, 7).to_string();
                vec![
                    tool(at, "lookup_contact", json!({"contact": id})),
                    tool(at + 100, "lookup_contact", json!({"phone": FOREIGN})),
                    tool(at + 200, "send_sms", json!({"to": {"mobile": "0900123456"}, "text": "Hello."})),
                    tool(at + 300, "send_sms", json!({"address": "sip:anna@example.org"})),
                ]
            }
            Folly::Transfer => vec![tool(at, "transfer", json!({"to": "+49900123456"}))],
        };
        events.push(finished());
        events
    }
}

/// The built-in brain, which knows nothing here.
pub fn builtin() -> impl Fn(&ThinkRequest) -> Vec<ThinkEvent> {
    let facts = Facts {
        name: BTreeMap::from([("en".into(), "Northwind".into())]),
        info: BTreeMap::new(),
        time_zone: TimeZone::UTC,
        clock: Arc::new(|| 1_795_000_000_000),
        hours: Arc::new(|_| Vec::new()),
        services: Vec::new(),
    };
    let brain = Builtin::new(&Knowledge::default(), facts, BuiltinSettings::default()).unwrap();
    move |request| {
        let mut events = brain.think(request.clone());
        std::iter::from_fn(|| events.try_recv().ok()).collect()
    }
}

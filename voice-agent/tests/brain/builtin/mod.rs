//! Dialogues with the brain that needs no model, at the demo practice on Monday, 23 November 2026, at ten o'clock.

mod bookings;
mod dialogues_de;
mod dialogues_en;
mod dialogues_other;
mod knowledge;
mod library;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use call_model::{ChatMessage, ThinkEvent, ThinkRequest, ToolCall};
use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use voice_agent::brain::builtin::{Choice, Texts};
use voice_agent::brain::{Brain, Builtin, BuiltinSettings, Facts, Knowledge};

use crate::support::request;

/// The demo's brain; built once.
pub static BRAIN: LazyLock<Builtin> = LazyLock::new(|| brain("2026-11-23T10:00:00"));

fn texts(en: &str, de: &str) -> Texts {
    BTreeMap::from([("en".into(), en.into()), ("de".into(), de.into())])
}

fn service(key: &str, en: &str, de: &str, also: &[&str]) -> Choice {
    let also = also.iter().map(|&name| name.to_owned()).collect();
    Choice { key: key.into(), name: texts(en, de), also: BTreeMap::from([("en".into(), also)]) }
}

fn hours(day: Date) -> Vec<(Time, Time)> {
    let spans: &[(i8, i8)] = match day.weekday() {
        Weekday::Monday | Weekday::Tuesday | Weekday::Thursday => &[(8, 12), (13, 18)],
        Weekday::Wednesday => &[(8, 13)],
        Weekday::Friday => &[(8, 14)],
        _ => &[],
    };
    spans.iter().map(|(from, until)| (time(*from, 0, 0, 0), time(*until, 0, 0, 0))).collect()
}

/// The demo's brain at a moment, in UTC.
pub fn brain(now: &str) -> Builtin {
    let mut knowledge = Knowledge::default();
    knowledge.add("en.yaml", include_str!("../../../../demo/knowledge/en.yaml")).unwrap();
    knowledge.add("de.yaml", include_str!("../../../../demo/knowledge/de.yaml")).unwrap();
    let now: jiff::civil::DateTime = now.parse().unwrap();
    let now = now.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
    let facts = Facts {
        name: texts("Northwind Dental", "Zahnarztpraxis Northwind"),
        info: BTreeMap::from([
            (
                "hours".into(),
                texts(
                    "Monday, Tuesday and Thursday from eight to six.",
                    "Montag bis Donnerstag von acht bis achtzehn Uhr.",
                ),
            ),
            ("address".into(), texts("12 Harbour Street, on the second floor", "Hafenstraße 12, im zweiten Stock")),
        ]),
        time_zone: TimeZone::UTC,
        clock: Arc::new(move || now),
        hours: Arc::new(hours),
        services: vec![
            service("cleaning", "a cleaning", "eine Zahnreinigung", &["hygiene"]),
            service("checkup", "a check-up", "eine Kontrolle", &[]),
        ],
    };
    Builtin::new(&knowledge, facts, BuiltinSettings::default()).unwrap()
}

/// A talk under way. Tools succeed at once, unless `broken`.
pub struct Talk {
    pub request: ThinkRequest,
    pub broken: bool,
    /// What tools give back, where it is not that all went well.
    pub tools: Option<ToolAnswers>,
}

type ToolAnswers = Box<dyn FnMut(&ToolCall) -> Option<Value>>;

impl Talk {
    pub fn new(language: &str) -> Self {
        let mut request = request("");
        request.messages.clear();
        request.language = language.into();
        Self { request, broken: false, tools: None }
    }

    /// Says something: the answer, with the calls of tools. Results of tools are thought over as an agent does.
    pub fn say(&mut self, brain: &Builtin, text: &str) -> (String, Vec<ToolCall>) {
        self.request.messages.push(ChatMessage::Caller { text: text.into() });
        let mut said = String::new();
        let mut called = Vec::new();
        for _ in 0..3 {
            let (text, calls) = self.think(brain);
            said.push_str(&text);
            self.request.messages.push(ChatMessage::Agent { text, calls: calls.clone() });
            let mut again = false;
            for call in calls {
                if call.name == "set_language" && !self.broken {
                    self.request.language = call.arguments["language"].as_str().unwrap().into();
                }
                if call.name != "hang_up" && (call.name != "transfer" || self.broken) {
                    let answer = self.tools.as_mut().and_then(|tools| tools(&call));
                    let fine = || if self.broken { json!({ "error": "no" }) } else { json!({ "passed_on": true }) };
                    let result = answer.unwrap_or_else(fine);
                    self.request.messages.push(ChatMessage::Tool { id: call.id.clone(), result: result.to_string() });
                    again = true;
                }
                called.push(call);
            }
            if !again {
                break;
            }
        }
        (said, called)
    }

    fn think(&mut self, brain: &Builtin) -> (String, Vec<ToolCall>) {
        let mut events = brain.think(self.request.clone());
        let (mut text, mut calls) = (String::new(), Vec::new());
        while let Ok(event) = events.try_recv() {
            match event {
                ThinkEvent::Text { text: piece } => text.push_str(&piece),
                ThinkEvent::Consulted { .. } => {}
                ThinkEvent::ToolCall(call) => calls.push(call),
                ThinkEvent::Finished { memory, .. } => self.request.memory = memory,
                ThinkEvent::Failed { .. } => panic!("the built-in brain does not fail"),
            }
        }
        assert!(!text.is_empty() || !calls.is_empty(), "silence");
        (text, calls)
    }
}

/// Plays a dialogue. `>` is the caller; `<` is what the answer holds, parts parted by `|`, `!` before a part that it
/// must not hold; `#` is a tool that is called, with arguments of which each must be so.
pub fn play(language: &str, script: &str) {
    play_at(&BRAIN, language, script);
}

pub fn play_at(brain: &Builtin, language: &str, script: &str) {
    play_with(&mut Talk::new(language), brain, script);
}

pub fn play_with(talk: &mut Talk, brain: &Builtin, script: &str) {
    let (mut text, mut calls) = (String::new(), Vec::new());
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (mark, rest) = line.split_at(1);
        let rest = rest.trim();
        match mark {
            ">" => {
                assert!(calls.is_empty(), "unexpected calls before {rest:?}: {:?}", names(&calls));
                (text, calls) = talk.say(brain, rest);
            }
            "<" => {
                for part in rest.split('|').map(str::trim) {
                    let (held, part) = part.strip_prefix('!').map_or((true, part), |part| (false, part));
                    assert_eq!(text.contains(part), held, "{part:?} in {text:?}\n{script}");
                }
            }
            "#" => {
                let (name, arguments) = rest.split_once(' ').unwrap_or((rest, "{}"));
                assert!(!calls.is_empty(), "no call of {name}, but {text:?}\n{script}");
                let call = calls.remove(0);
                assert_eq!(call.name, name, "{text:?}");
                let expected: BTreeMap<String, Value> = serde_json::from_str(arguments).unwrap();
                for (key, value) in expected {
                    assert_eq!(call.arguments[&key], value, "{script}");
                }
            }
            _ => panic!("what is {line:?}?"),
        }
    }
    assert!(calls.is_empty(), "unexpected calls at the end: {:?}", names(&calls));
}

fn names(calls: &[ToolCall]) -> Vec<&str> {
    calls.iter().map(|call| call.name.as_str()).collect()
}

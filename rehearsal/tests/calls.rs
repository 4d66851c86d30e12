//! Whole calls in text: a real agent with the built-in brain, scripted callers and personas.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use call_model::{AppName, CallApp, CallFacts, CallId, ThinkEvent, ThinkRequest, ToolFailure, ToolRequest, ToolSpec};
use futures_util::future::BoxFuture;
use rehearsal::world::{self, House};
use rehearsal::{Judgement, Outcome, Player, Record, Rehearsal, judge};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use voice_agent::brain::{Brain, Builtin, BuiltinSettings, Facts, Knowledge};
use voice_agent::{Agent, AgentApp, AgentProgram};

const KNOWLEDGE: &str = "language: en\nentries:\n  - id: parking\n    questions: [Where can I park?, Is there a car park?]\n    \
                         answer: There is parking behind the house, and it is free for all of our patients on every day of the week.\n";

struct Small {
    program: Arc<AgentProgram>,
    brain: Builtin,
    clock: Arc<AtomicI64>,
}

impl Small {
    fn new(tools: &str) -> Self {
        let yaml = format!(
            "languages: [en]\npersona: You answer.\ngreeting: Hello!\nrecording: off\ndisclosure: off\ntools:\n{tools}"
        );
        let agent = Agent::parse(&yaml, "small").unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut knowledge = Knowledge::default();
        knowledge.add("k.yaml", KNOWLEDGE).unwrap();
        let clock = Arc::new(AtomicI64::new(0));
        let told = clock.clone();
        let facts = Facts { clock: Arc::new(move || told.load(Ordering::Relaxed)), ..Facts::default() };
        let brain = Builtin::new(&knowledge, facts, BuiltinSettings::default()).unwrap();
        let program = Arc::new(AgentProgram::new(Arc::new(agent)).with_tools(Vec::<ToolSpec>::new()));
        Self { program, brain, clock }
    }
}

impl House for Small {
    fn app(&self, _: &AppName, facts: &CallFacts) -> Result<Box<dyn CallApp>, String> {
        Ok(Box::new(AgentApp::new(self.program.clone(), facts.clone())))
    }

    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        self.brain.think(request)
    }

    fn use_tool(&self, _: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        Box::pin(std::future::ready(Ok(json!({}))))
    }

    fn set_time(&self, unix_ms: i64) {
        self.clock.store(unix_ms, Ordering::Relaxed);
    }
}

async fn held(house: &Small, rehearsal: &str) -> (Record, Judgement) {
    let rehearsal = Rehearsal::parse(rehearsal, "test").unwrap_or_else(|faults| panic!("{faults:?}"));
    let facts = world::facts(&rehearsal, CallId::from_parts(1, 2), "en");
    let player = Player::new(&rehearsal, "en", None);
    // Monday, 23 November 2026, 9:00 UTC.
    let record = world::run(&rehearsal, house, facts, player, 1_795_424_400_000).await;
    let judgement = judge(&rehearsal, &record);
    (record, judgement)
}

const MESSAGE: &str = "agent: small\ncaller:\n  goal: Can I leave a message?\n  then: [Where can I park?]\n  facts:\n    \
                       name: Maria Miller\n    phone: zero three zero five five five one two three\n    message: My invoice is \
                       wrong.\nchecks:\n  - slots: {name: Maria Miller, message: invoice, phone: '030555123'}\n  - said: behind \
                       the house\n  - outcome: done\n  - max_turns: 9\n";

#[tokio::test]
async fn a_persona_leaves_a_message_and_asks_one_more_thing() {
    let house = Small::new("  take_message: {mailbox: reception}");
    let (record, judgement) = held(&house, MESSAGE).await;
    assert!(judgement.failed.is_empty(), "{:#?}\n{}", judgement.failed, record.dialogue());
}

#[tokio::test]
async fn the_same_rehearsal_is_the_same_call() {
    let house = Small::new("  take_message: {mailbox: reception}");
    let first = held(&house, MESSAGE).await.0;
    assert_eq!(first, held(&house, MESSAGE).await.0);
}

#[tokio::test]
async fn an_interrupted_answer_is_cut_to_what_was_heard() {
    let house = Small::new("  hang_up: true");
    let rehearsal = "agent: small\ncaller:\n  - Where can I park?\n  - {interrupt: 'No thank you, I have to go, goodbye', after: 900ms}\nchecks:\n  \
                     - outcome: done\n";
    let (record, judgement) = held(&house, rehearsal).await;
    assert!(judgement.failed.is_empty(), "{:#?}\n{}", judgement.failed, record.dialogue());
    let cut = record.entries.iter().find(|entry| entry.cut).unwrap_or_else(|| panic!("{}", record.dialogue()));
    assert!(cut.text.starts_with("There is") && !cut.text.contains("week"), "{}", record.dialogue());
}

#[tokio::test]
async fn who_asks_for_a_person_is_put_through_or_not() {
    let house = Small::new("  transfer: {desk: {to: [anna]}}\n  take_message: {mailbox: reception}");
    let caller = "caller: [I want to speak to a person]";
    let rehearsal = format!("agent: small\n{caller}\nchecks: [{{transferred: anna}}, {{outcome: transferred}}]");
    let (record, judgement) = held(&house, &rehearsal).await;
    assert!(judgement.failed.is_empty(), "{:#?}\n{}", judgement.failed, record.dialogue());
    let caller =
        "people: busy\ncaller:\n  - I want to speak to a person\n  - {expect: message, say: 'No, thank you. Goodbye'}";
    let rehearsal = format!("agent: small\n{caller}\nchecks: [{{said: nobody}}, {{outcome: [done, hung_up]}}]");
    let (record, judgement) = held(&house, &rehearsal).await;
    assert!(judgement.failed.is_empty(), "{:#?}\n{}", judgement.failed, record.dialogue());
}

#[tokio::test]
async fn a_caller_who_says_nothing_is_asked_and_let_go() {
    let house = Small::new("  hang_up: true");
    let rehearsal = "agent: small\ncaller:\n  - silent: 60s\n  - silent: 60s\n  - silent: 60s\n  - silent: 60s\nchecks:\n  \
                     - outcome: done\n  - max_duration: 2m\n";
    let (record, _) = held(&house, rehearsal).await;
    assert_eq!(record.outcome, Outcome::Done, "{}", record.dialogue());
}

#[test]
fn what_is_wrong_is_told_with_line_and_suggestion() {
    let yaml =
        "agent: a\ncaler: [x]\npeople: bussy\nchecks:\n  - sayd: hello\n  - said: '/(/'\n  - outcome: finished\n";
    let faults: Vec<String> = Rehearsal::parse(yaml, "r").unwrap_err().iter().map(ToString::to_string).collect();
    let all = faults.join("\n");
    for hint in [
        "r:2:1: error: in a rehearsal, the key `caler` is not known (did you mean `caller`?)",
        "a rehearsal needs `caller`",
        "r:3:9: error: what people do `bussy` is not known (did you mean `busy`?)",
        "r:5:5: error: the check `sayd` is not known (did you mean `said`?)",
        "r:6:11: error: this is no regular expression",
        "the outcome `finished` is not known",
    ] {
        assert!(all.contains(hint), "{hint}\n{all}");
    }
}

#[test]
fn the_first_example_of_the_documentation_is_read() {
    let page = include_str!("../../docs/rehearsal.md");
    let block = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let rehearsal = Rehearsal::parse(block, "docs").unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!((rehearsal.agent.as_str(), rehearsal.checks.len()), ("reception", 2));
    // The other examples are parts of one.
    for (at, frame) in [(2, "caller: [Hello]"), (3, ""), (4, "")] {
        let part = page.split("```yaml\n").nth(at).and_then(|rest| rest.split("```").next()).unwrap();
        let whole = format!("agent: a\nchecks: [{{outcome: done}}]\n{frame}\n{part}");
        Rehearsal::parse(&whole, "docs").unwrap_or_else(|faults| panic!("{part}: {faults:?}"));
    }
}

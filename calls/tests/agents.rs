//! Apps that think, and apps that let others talk.

use crate::support;

use std::time::Duration;

use call_model::{
    AppName, CallCommand, CallEvent, CallFacts, CallId, ChatMessage, HangupCause, HangupParty, Hearing, ListenSettings,
    PlaybackId, PromptItem, RecordingSwitch, ThinkEvent, ThinkId, ThinkRequest, ThinkUsage, TurnReport,
};
use calls::CallSettings;
use serde_json::{Map, Value, json};
use support::{House, MISSING, NAME, Phones, RESTLESS, RULE, soon};

const HANG_UP: CallCommand = CallCommand::Hangup { cause: HangupCause::Normal };
const ONE: ThinkId = ThinkId(1);

fn think(id: ThinkId, call: CallId) -> CallCommand {
    let request = ThinkRequest {
        call,
        agent: "anna".into(),
        language: "en".into(),
        instructions: String::new(),
        messages: vec![ChatMessage::Caller { text: "hello".into() }],
        tools: Vec::new(),
        memory: Value::Null,
        speculative: false,
        max_tokens: 100,
    };
    CallCommand::Think { think: id, request: Box::new(request) }
}

fn finished() -> ThinkEvent {
    ThinkEvent::Finished { brain: "test".into(), memory: Value::Null, usage: ThinkUsage::default() }
}

fn name(facts: &CallFacts) -> &str {
    facts.variables[NAME].as_str().expect("a name")
}

fn enter(agent: &str) -> CallCommand {
    let mut variables = Map::new();
    variables.insert("reason".into(), "pain".into());
    CallCommand::Enter { app: AppName::Agent(agent.into()), variables }
}

/// Thinks once, and gives the thought up when it hears "stop".
fn thinks(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![
            CallCommand::Listen(ListenSettings { partials: true, ..ListenSettings::default() }),
            think(ONE, facts.call),
        ],
        CallEvent::Hearing(Hearing::Partial { .. }) => vec![CallCommand::StopThinking { think: ONE }],
        CallEvent::Thought { event: ThinkEvent::Finished { .. }, .. } => {
            vec![CallCommand::TurnReport(TurnReport { first_token: Some(7), ..TurnReport::default() }), HANG_UP]
        }
        _ => Vec::new(),
    }
}

fn is_failure(event: &CallEvent) -> Option<()> {
    matches!(event, CallEvent::Thought { event: ThinkEvent::Failed { .. }, .. }).then_some(())
}

#[tokio::test]
async fn a_thought_comes_piece_by_piece_and_its_report_is_kept() {
    let mut house = House::start(thinks).await;
    let phones = Phones::start().await;
    phones.call(house.port, "reception", true).await;
    let question = house.question().await;
    assert_eq!(question.request.agent, "anna");
    for text in ["Good ", "morning."] {
        question.answer.send(ThinkEvent::Text { text: text.into() }).await.expect("somebody waits");
    }
    question.answer.send(finished()).await.expect("somebody waits");
    let mut text = String::new();
    house
        .told("the end of the thought", |event| match event {
            CallEvent::Thought { event: ThinkEvent::Text { text: more }, think: ONE } => {
                text.push_str(more);
                None
            }
            CallEvent::Thought { event: ThinkEvent::Finished { .. }, think: ONE } => Some(()),
            _ => None,
        })
        .await;
    assert_eq!(text, "Good morning.");
    let (_, transcript) = house.transcript().await;
    assert_eq!(transcript.turns[0].first_token, Some(7));
}

#[tokio::test]
async fn a_thought_that_is_given_up_is_cancelled_and_heard_of_no_more() {
    let mut house = House::hearing(thinks, CallSettings::default()).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let question = house.question().await;
    let ear = house.ear().await;
    ear.partial("stop").await;
    soon("the end of the thought", question.answer.closed()).await;
    drop(ear);
    phones.hang_up(leg);
    house.only_call().await;
    while let Ok((_, event)) = house.events.try_recv() {
        assert!(!matches!(event, CallEvent::Thought { .. }));
    }
}

#[tokio::test]
async fn the_end_of_a_call_gives_its_thoughts_up() {
    let mut house = House::start(thinks).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let question = house.question().await;
    phones.hang_up(leg);
    soon("the end of the thought", question.answer.closed()).await;
    house.only_call().await;
}

#[tokio::test]
async fn a_thinker_that_never_answers_or_breaks_off_has_failed() {
    let settings = CallSettings { think_limit: Duration::from_millis(100), ..CallSettings::default() };
    let mut house = House::start_with(thinks, settings, transport::rtp::RtpConfig::default()).await;
    let phones = Phones::start().await;
    let silent = phones.call(house.port, "reception", true).await;
    let question = house.question().await;
    house.told("the failure", is_failure).await;
    soon("the end of the thought", question.answer.closed()).await;
    phones.hang_up(silent);
    let breaking = phones.call(house.port, "reception", true).await;
    drop(house.question().await);
    house.told("the failure", is_failure).await;
    phones.hang_up(breaking);
    house.switchboard.drain(Duration::from_secs(20)).await;
}

fn thinks_too_much(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => (1..=3).map(|id| think(ThinkId(id), facts.call)).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_call_has_no_more_thoughts_at_a_time_than_it_may() {
    let settings = CallSettings { max_thoughts: 2, ..CallSettings::default() };
    let mut house = House::start_with(thinks_too_much, settings, transport::rtp::RtpConfig::default()).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let failed = house
        .told("the failure", |event| match event {
            CallEvent::Thought { think, event: ThinkEvent::Failed { .. } } => Some(*think),
            _ => None,
        })
        .await;
    assert_eq!(failed, ThinkId(3));
    phones.hang_up(leg);
    house.only_call().await;
}

/// The reception lets anna in; anna gives back what she was told; then the reception tries one who is not there.
fn lets_in(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match (name(facts), event) {
        ("reception", CallEvent::Started) => vec![CallCommand::Answer],
        ("reception", CallEvent::Answered) => vec![enter("anna")],
        ("reception", CallEvent::Returned { result: Ok(_) }) => vec![enter(MISSING)],
        ("reception", CallEvent::Returned { result: Err(_) }) => vec![HANG_UP],
        ("anna", CallEvent::Answered) => {
            vec![CallCommand::Return { result: json!({"because": facts.variables["reason"]}) }]
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn an_app_lets_another_in_and_has_the_call_again() {
    let mut house = House::start(lets_in).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    assert_eq!(house.told_to(CallEvent::Started).await, "reception");
    assert_eq!(house.told_to(CallEvent::Started).await, "anna");
    assert_eq!(house.told_to(CallEvent::Answered).await, "anna");
    let returned = CallEvent::Returned { result: Ok(json!({"because": "pain"})) };
    assert_eq!(house.told_to(returned).await, "reception");
    house
        .told("that there is no such agent", |event| match event {
            CallEvent::Returned { result: Err(_) } => Some(()),
            _ => None,
        })
        .await;
    phones.ended(leg).await;
    assert_eq!(house.only_call().await.hung_up_by, Some(HangupParty::Us));
}

/// The reception lets anna in before and after the recording began.
fn records(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match (name(facts), event) {
        ("reception", CallEvent::Started) => vec![CallCommand::Answer],
        ("reception", CallEvent::Answered) => vec![enter("anna")],
        ("reception", CallEvent::Returned { result: Ok(rule) }) if *rule == json!("announced") => {
            vec![CallCommand::Recording { switch: RecordingSwitch::Start }, enter("anna")]
        }
        ("reception", CallEvent::Returned { .. }) => vec![HANG_UP],
        ("anna", CallEvent::Answered) => vec![CallCommand::Return { result: facts.variables[RULE].clone() }],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn an_agent_does_not_tell_again_that_the_call_is_recorded() {
    let mut house = House::start(records).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    house.told_to(CallEvent::Returned { result: Ok(json!("announced")) }).await;
    house.told_to(CallEvent::Returned { result: Ok(json!("off")) }).await;
    phones.ended(leg).await;
    house.only_call().await;
}

/// Every app lets in the next.
fn lets_in_for_ever(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started if name(facts) == "reception" => vec![CallCommand::Answer],
        CallEvent::Answered => vec![enter("anna")],
        CallEvent::Returned { .. } => vec![CallCommand::Return { result: Value::Null }],
        CallEvent::HungUp { .. } => {
            vec![CallCommand::Remember { key: name(facts).into(), value: Value::Null }]
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn apps_cannot_let_each_other_in_for_ever_and_a_return_from_the_first_hangs_up() {
    let settings = CallSettings { max_apps: 4, ..CallSettings::default() };
    let mut house = House::start_with(lets_in_for_ever, settings, transport::rtp::RtpConfig::default()).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    phones.ended(leg).await;
    let call = house.only_call().await;
    assert_eq!((call.cause, call.hung_up_by), (Some(HangupCause::Normal), Some(HangupParty::Us)));
    let mut returned = 0;
    while let Ok((_, event)) = house.events.try_recv() {
        returned += usize::from(matches!(event, CallEvent::Returned { .. }));
    }
    // The fourth could not let a fifth in; it and two more gave the call back.
    assert_eq!(returned, 4);
}

/// Anna stays.
fn lets_in_and_waits(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Returned { .. } => Vec::new(),
        CallEvent::Answered if name(facts) == "anna" => Vec::new(),
        event => lets_in_for_ever(event, facts),
    }
}

#[tokio::test]
async fn every_app_is_told_of_the_end_from_the_inner_to_the_outer() {
    let mut house = House::start(lets_in_and_waits).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    assert_eq!(house.told_to(CallEvent::Started).await, "reception");
    assert_eq!(house.told_to(CallEvent::Started).await, "anna");
    phones.answered(leg).await;
    phones.hang_up(leg);
    let hung_up = CallEvent::HungUp { by: HangupParty::Caller, cause: HangupCause::Normal };
    assert_eq!(house.told_to(hung_up.clone()).await, "anna");
    assert_eq!(house.told_to(hung_up).await, "reception");
    // What each wanted kept is kept.
    let call = house.only_call().await;
    assert!(call.remembered.contains_key("anna") && call.remembered.contains_key("reception"));
}

fn lets_one_in_who_panics(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match (name(facts), event) {
        ("anna", CallEvent::Answered) => panic!("as the test wants it"),
        ("reception", CallEvent::Returned { result: Err(_) }) => {
            let items = vec![PromptItem::Say { text: "sorry".into(), language: "en".into(), voice: None }];
            vec![CallCommand::Play { playback: PlaybackId(1), items, repeat: false }]
        }
        ("reception", CallEvent::PlaybackEnded { .. }) => vec![HANG_UP],
        ("reception", event) => lets_in(event, facts),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn when_an_inner_app_panics_the_outer_one_has_the_call_again() {
    let mut house = House::start(lets_one_in_who_panics).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    house.told_to(CallEvent::Returned { result: Err("it failed".into()) }).await;
    house.told_to(CallEvent::PlaybackStarted { playback: PlaybackId(1) }).await;
    phones.ended(leg).await;
    assert_eq!(house.only_call().await.cause, Some(HangupCause::Normal));
}

/// The reception lets anna in again and again, who panics each time.
fn never_learns(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match (name(facts), event) {
        ("anna", CallEvent::Answered) => panic!("as the test wants it"),
        ("reception", CallEvent::Returned { .. }) => vec![enter("anna")],
        ("reception", event) => lets_in(event, facts),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn apps_that_keep_failing_end_the_call_with_an_apology() {
    let house = House::start(never_learns).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    phones.ended(leg).await;
    let (call, transcript) = house.transcript().await;
    assert_eq!(call.cause, Some(HangupCause::InternalError));
    assert!(transcript.lines[0].line.text.starts_with("I am sorry"));
}

/// Anna's music is not the reception's, though it has the same name.
fn plays_under_one_name(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    let play = |text: &str, repeat| {
        let items = vec![PromptItem::Say { text: text.into(), language: "en".into(), voice: None }];
        CallCommand::Play { playback: PlaybackId(1), items, repeat }
    };
    match (name(facts), event) {
        ("anna", CallEvent::Answered) => vec![play("music", true)],
        ("anna", CallEvent::PlaybackStarted { .. }) => vec![CallCommand::Return { result: Value::Null }],
        ("reception", CallEvent::Returned { .. }) => vec![play("goodbye then", false)],
        ("reception", CallEvent::PlaybackEnded { played_ms, .. }) => {
            vec![CallCommand::Remember { key: "played".into(), value: (*played_ms).into() }, HANG_UP]
        }
        ("reception", event) => lets_in(event, facts),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn what_an_app_plays_is_its_own() {
    let mut house = House::start(plays_under_one_name).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    phones.ended(leg).await;
    let call = house.only_call().await;
    assert_eq!(call.remembered.get("played"), Some(&json!(400)), "the music's end is not told to the reception");
    let mut ends = Vec::new();
    while let Ok((name, event)) = house.events.try_recv() {
        if let CallEvent::PlaybackEnded { .. } = event {
            ends.push(name);
        }
    }
    assert_eq!(ends, ["reception"]);
}

fn lets_a_restless_one_in(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match (name(facts), event) {
        ("reception", CallEvent::Answered) => vec![enter(RESTLESS)],
        ("reception", CallEvent::Returned { .. }) => vec![HANG_UP],
        (_, event) => lets_in(event, facts),
    }
}

#[tokio::test]
async fn an_app_that_panics_between_events_is_replaced_at_once() {
    let house = House::start(lets_a_restless_one_in).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    phones.ended(leg).await;
    assert_eq!(house.only_call().await.cause, Some(HangupCause::Normal));
}

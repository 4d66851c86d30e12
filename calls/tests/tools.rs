//! Tools that apps use: each use has its end, in the app or after it.

use crate::support;

use std::collections::BTreeMap;

use call_model::{
    AppName, CallCommand, CallEvent, CallFacts, CallId, HangupCause, RecordingSwitch, ToolFailure, ToolReport,
    ToolRequest, ToolUseId, Verified,
};
use calls::CallSettings;
use calls::live::{LiveEvent, LiveItem, LiveKind};
use serde_json::{Map, Value, json};
use support::{CONSENT, House, NAME, Phones, soon};
use transport::rtp::RtpConfig;

const HANG_UP: CallCommand = CallCommand::Hangup { cause: HangupCause::Normal };
const ONE: ToolUseId = ToolUseId(1);

fn use_tool(call: CallId, name: &str) -> CallCommand {
    let request = ToolRequest {
        call,
        agent: "anna".into(),
        language: "en".into(),
        name: name.into(),
        arguments: json!({"day": "monday"}),
        once: "once".into(),
        caller: None,
        number: "reception".into(),
        contact: Map::new(),
        verified: Verified::No,
        keys: BTreeMap::new(),
    };
    CallCommand::UseTool { tool: ONE, request: Box::new(request) }
}

fn report(result: Result<Value, ToolFailure>) -> CallCommand {
    let arguments = json!({"day": "monday"});
    CallCommand::ToolReport(ToolReport { at_ms: 0, name: "book".into(), arguments, result, took_ms: 5 })
}

/// Books as soon as it is answered, and hangs up when that is done.
fn books(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![use_tool(facts.call, "book")],
        CallEvent::ToolDone { tool: ONE, result } => vec![report(result.clone()), HANG_UP],
        _ => Vec::new(),
    }
}

/// The same, with a tool that panics.
fn breaks(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Answered => vec![use_tool(facts.call, "broken")],
        other => books(other, facts),
    }
}

/// Begins to book and hangs up.
fn leaves(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![use_tool(facts.call, "book"), HANG_UP],
        _ => Vec::new(),
    }
}

/// The same, while it is recorded no more.
fn pauses(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Answered => {
            vec![CallCommand::Recording { switch: RecordingSwitch::Pause }, use_tool(facts.call, "book")]
        }
        other => books(other, facts),
    }
}

/// Pauses the recording and lets another app in, which pauses for something of its own.
fn pauses_and_lets_in(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    let switch = |switch| CallCommand::Recording { switch };
    let inner = AppName::Flow("inner".into());
    match event {
        CallEvent::Started if facts.variables[NAME] != "inner" => vec![CallCommand::Answer],
        CallEvent::Answered if facts.variables[NAME] != "inner" => {
            vec![switch(RecordingSwitch::Pause), CallCommand::Enter { app: inner, variables: Map::new() }]
        }
        CallEvent::Answered => {
            vec![switch(RecordingSwitch::Pause), switch(RecordingSwitch::Resume), use_tool(facts.call, "book")]
        }
        CallEvent::ToolDone { result, .. } => vec![report(result.clone()), HANG_UP],
        _ => Vec::new(),
    }
}

/// Lets another app in, which asks for a tool and gives the call back at once.
fn leaves_it_to_another(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started if facts.variables[NAME] != "inner" => vec![CallCommand::Answer],
        CallEvent::Answered if facts.variables[NAME] != "inner" => {
            vec![CallCommand::Enter { app: AppName::Flow("inner".into()), variables: Map::new() }]
        }
        CallEvent::Answered => vec![use_tool(facts.call, "book"), CallCommand::Return { result: Value::Null }],
        _ => Vec::new(),
    }
}

fn done(event: &CallEvent) -> Option<Result<Value, ToolFailure>> {
    match event {
        CallEvent::ToolDone { tool: ONE, result } => Some(result.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn a_tool_is_done_and_stands_in_the_transcript() {
    let mut house = House::start(books).await;
    let phones = Phones::start().await;
    phones.call(house.port, "reception", true).await;
    let used = house.use_of_a_tool().await;
    assert_eq!((used.request.name.as_str(), &used.request.arguments), ("book", &json!({"day": "monday"})));
    used.end.send(Ok(json!({"booked": true}))).expect("somebody waits");
    assert_eq!(house.told("its end", done).await, Ok(json!({"booked": true})));
    let call = house.only_call().await;
    let uses = house.store.tool_uses(call.id).await.expect("books");
    assert_eq!((uses.len(), &uses[0].result), (1, &Ok(json!({"booked": true}))));
}

#[tokio::test]
async fn a_tool_goes_on_when_the_call_ends_and_is_still_reported() {
    let mut house = House::start(leaves).await;
    let phones = Phones::start().await;
    phones.call(house.port, "reception", true).await;
    let used = house.use_of_a_tool().await;
    house.told("the end of the call", |event| matches!(event, CallEvent::HungUp { .. }).then_some(())).await;
    used.end.send(Ok(json!({"booked": true}))).expect("it was not stopped");
    let call = house.only_call().await;
    let uses = house.store.tool_uses(call.id).await.expect("books");
    assert_eq!((uses[0].name.as_str(), &uses[0].result), ("book", &Ok(json!({"booked": true}))));
    assert_eq!(uses[0].arguments, json!({"day": "monday"}));
}

#[tokio::test]
async fn a_tool_that_breaks_or_never_ends_fails() {
    let mut house = House::start(breaks).await;
    let phones = Phones::start().await;
    phones.call(house.port, "reception", true).await;
    assert!(matches!(house.told("its end", done).await, Err(ToolFailure::Failed { .. })));

    let settings = CallSettings { tool_limit: std::time::Duration::from_millis(50), ..CallSettings::default() };
    let mut house = House::start_with(books, settings, RtpConfig::default()).await;
    phones.call(house.port, "reception", true).await;
    let _never = house.use_of_a_tool().await;
    assert_eq!(house.told("its end", done).await, Err(ToolFailure::TimedOut));
}

#[tokio::test]
async fn what_may_not_be_written_down_is_not_in_a_report() {
    for (script, number) in [(pauses as support::Script, "reception"), (books, CONSENT)] {
        let mut house = House::start(script).await;
        let phones = Phones::start().await;
        phones.call(house.port, number, true).await;
        let used = house.use_of_a_tool().await;
        used.end.send(Ok(json!({"booked": true}))).expect("somebody waits");
        let call = house.only_call().await;
        let uses = house.store.tool_uses(call.id).await.expect("books");
        assert_eq!((uses[0].name.as_str(), &uses[0].arguments), ("book", &Value::Null));
        assert_eq!(uses[0].result, Ok(Value::Null));
    }
}

#[tokio::test]
async fn an_app_does_not_end_the_pause_of_the_one_that_let_it_in() {
    let mut house = House::start(pauses_and_lets_in).await;
    let phones = Phones::start().await;
    phones.call(house.port, "reception", true).await;
    house.use_of_a_tool().await.end.send(Ok(json!({"booked": true}))).expect("somebody waits");
    let call = house.only_call().await;
    let uses = house.store.tool_uses(call.id).await.expect("books");
    assert_eq!((uses[0].name.as_str(), &uses[0].arguments), ("book", &Value::Null));
}

#[tokio::test]
async fn what_an_app_had_done_is_told_after_it_has_left() {
    let mut house = House::start(leaves_it_to_another).await;
    let mut feed = house.switchboard.hub().watch(None);
    let phones = Phones::start().await;
    let caller = phones.call(house.port, "reception", true).await;
    let used = house.use_of_a_tool().await;
    house.told("the return", |event| matches!(event, CallEvent::Returned { .. }).then_some(())).await;
    used.end.send(Ok(json!({"booked": true}))).expect("somebody waits");
    let told = async {
        loop {
            if let Some(LiveItem::Event(LiveEvent { kind: LiveKind::ToolUsed(report), .. })) = feed.next().await {
                return report;
            }
        }
    };
    assert_eq!(soon("the report", told).await.result, Ok(json!({"booked": true})));
    phones.hang_up(caller);
    house.only_call().await;
}

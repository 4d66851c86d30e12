//! What callers say reaches the app, the books and whoever watches, on each leg.

use std::time::Duration;

use call_model::{CallCommand, CallEvent, CallFacts, HangupCause, Hearing, SampleRate, Speaker, TransferSettings};
use calls::CallSettings;
use calls::live::{LiveKind, LiveState};
use speech::HearingEvent;
use store::TranscriptState;

use crate::support::{House, Phones};
use crate::{hearing, line_of, listens, shown};

/// Never listens: calls are written down all the same.
fn is_deaf(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    if *event == CallEvent::Started { vec![CallCommand::Answer] } else { Vec::new() }
}

#[tokio::test]
async fn partials_and_lines_reach_the_app_the_books_and_whoever_watches() {
    let mut house = hearing(listens).await;
    let mut feed = house.switchboard.hub().watch(None);
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut ear = house.ear().await;
    assert_eq!((ear.request.partials, ear.request.rate), (true, SampleRate::Wide));
    let first = ear.hears(20).await;
    assert_eq!(ear.hears(100).await, first + 100, "one block every 20 ms of the call");
    ear.says(HearingEvent::SpeechStarted { at_ms: 100 }).await;
    ear.partial("I need").await;
    ear.line(100, "I need a dentist").await;
    house.told_to(CallEvent::Hearing(Hearing::SpeechStarted { at_ms: 100 })).await;
    house.told_to(CallEvent::Hearing(Hearing::Partial { text: "I need".into() })).await;
    let line = house.told("the line", line_of).await;
    assert_eq!((line.speaker, line.text.as_str(), line.from_ms), (Speaker::Caller, "I need a dentist", 100));
    shown(&mut feed, "the partial", |kind| matches!(kind, LiveKind::Partial { text, .. } if text == "I need")).await;
    shown(&mut feed, "the line", |kind| *kind == LiveKind::Line(line.clone())).await;
    drop(ear);
    phones.hang_up(leg);
    let (call, transcript) = house.transcript().await;
    shown(&mut feed, "the end", |kind| *kind == LiveKind::State(LiveState::Filed)).await;
    assert_eq!(transcript.lines.into_iter().map(|record| record.line).collect::<Vec<_>>(), [line]);
    assert_eq!(call.transcript, Some(TranscriptState::Ready));
    let filter = store::EventFilter::default();
    let events = house.store.events(&filter, &store::PageRequest::first(10)).await.expect("books");
    assert_eq!(events.data.iter().filter(|event| event.kind == store::event_type::TRANSCRIPT_READY).count(), 1);
}

#[tokio::test]
async fn a_line_that_is_final_after_the_call_is_filed() {
    let mut house = hearing(is_deaf).await;
    let mut feed = house.switchboard.hub().watch(None);
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut ear = house.ear().await;
    assert!(!ear.request.partials, "nobody wants them");
    ear.hears(100).await;
    phones.hang_up(leg);
    ear.closes().await;
    let ended = |kind: &LiveKind| matches!(kind, LiveKind::State(LiveState::Ended { .. }));
    shown(&mut feed, "the end of the call", ended).await;
    ear.line(20, "goodbye").await;
    drop(ear);
    shown(&mut feed, "the late line", |kind| matches!(kind, LiveKind::Line(_))).await;
    shown(&mut feed, "the end", |kind| *kind == LiveKind::State(LiveState::Filed)).await;
    let (call, transcript) = house.transcript().await;
    assert_eq!(transcript.lines[0].line.text, "goodbye");
    assert_eq!(call.transcript, Some(TranscriptState::Ready));
}

#[tokio::test]
async fn a_recogniser_that_never_ends_is_waited_for_no_longer_than_agreed() {
    let settings = CallSettings { late_lines: Duration::from_millis(200), ..CallSettings::default() };
    let mut house = House::hearing(is_deaf, settings).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut ear = house.ear().await;
    ear.hears(40).await;
    ear.line(0, "hello").await;
    phones.hang_up(leg);
    let (call, transcript) = house.transcript().await;
    assert_eq!((transcript.lines.len(), call.transcript), (1, Some(TranscriptState::Ready)));
    drop(ear);
}

thread_local! {
    /// The port of the test's phones: each test runs on a thread of its own.
    static PORT: std::cell::Cell<u16> = const { std::cell::Cell::new(0) };
}

fn puts_through(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    let targets = vec![format!("sip:anna@127.0.0.1:{}", PORT.get())];
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![CallCommand::Transfer(TransferSettings::to(targets, 30_000))],
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn both_legs_of_a_bridged_call_are_heard_apart() {
    let mut phones = Phones::start().await;
    PORT.set(phones.port);
    let mut house = hearing(puts_through).await;
    let caller = phones.call(house.port, "reception", true).await;
    let mut of_caller = house.ear().await;
    let member = phones.called().await;
    let call_id = phones.call_ids[&member].clone();
    assert!(phones.take(member).await);
    let mut of_member = house.ear().await;
    of_caller.hears(40).await;
    let now = of_member.hears(40).await;
    of_caller.line(now, "is anybody there").await;
    of_member.line(now + 600, "this is anna").await;
    phones.hang_up(member);
    of_member.closes().await;
    drop((of_member, of_caller));
    phones.ended(caller).await;
    let (call, transcript) = house.transcript().await;
    let said: Vec<_> = transcript.lines.iter().map(|record| (record.line.speaker, &*record.line.text)).collect();
    assert_eq!(said, [(Speaker::Caller, "is anybody there"), (Speaker::Us, "this is anna")]);
    // The books know the member's leg by the name that its INVITE had.
    assert_eq!(call.legs.iter().filter(|leg| leg.sip_call_id == call_id).count(), 1);
}

//! Calls that are put through to people.

use crate::support;

use call_model::{CallCommand, CallEvent, CallFacts, HangupCause, HangupParty, TransferOutcome, TransferSettings};
use sip_core::{EndReason, EndedBy};
use support::{House, Phones};

/// Rings the phones that the caller's variables name: they come by the test's port.
fn transfer(targets: Vec<String>, ring_ms: u64) -> CallCommand {
    CallCommand::Transfer(TransferSettings::to(targets, ring_ms))
}

thread_local! {
    /// The port of the test's phones: each test runs on a thread of its own.
    static PORT: std::cell::Cell<u16> = const { std::cell::Cell::new(0) };
}

fn phone(name: &str) -> String {
    format!("sip:{name}@127.0.0.1:{}", PORT.get())
}

fn rings_two(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![transfer(vec![phone("anna"), phone("ben")], 30_000)],
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

fn rings_one_briefly(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![transfer(vec![phone("anna")], 300)],
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

fn puts_through(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![transfer(vec![phone("anna")], 30_000)],
        CallEvent::TransferEnded { outcome: TransferOutcome::Busy } => {
            vec![CallCommand::Hangup { cause: HangupCause::Busy }]
        }
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

async fn start(script: support::Script) -> (House, Phones) {
    let phones = Phones::start().await;
    PORT.set(phones.port);
    (House::start(script).await, phones)
}

async fn outcome(house: &mut House) -> TransferOutcome {
    house
        .told("the end of the transfer", |event| match event {
            CallEvent::TransferEnded { outcome } => Some(*outcome),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn of_two_phones_that_answer_at_once_one_talks() {
    let (mut house, mut phones) = start(rings_two).await;
    let caller = phones.call(house.port, "reception", true).await;
    phones.answered(caller).await;
    let (one, other) = (phones.called().await, phones.called().await);
    phones.ring(one).await;
    phones.ring(other).await;
    assert!(phones.take(one).await);
    phones.take(other).await;
    house.told("TransferAnswered", |event| matches!(event, CallEvent::TransferAnswered { .. }).then_some(())).await;
    phones.hang_up(caller);
    // Neither the one who talks nor the one who came second is left in a call.
    phones.ended(one).await;
    phones.ended(other).await;
    let call = house.only_call().await;
    assert_eq!((call.hung_up_by, call.legs.len()), (Some(HangupParty::Caller), 3));
}

#[tokio::test]
async fn after_the_talk_the_caller_is_with_the_app_again() {
    let (mut house, mut phones) = start(rings_two).await;
    let caller = phones.call(house.port, "reception", true).await;
    let (one, other) = (phones.called().await, phones.called().await);
    assert!(phones.take(one).await);
    phones.confirmed(one).await;
    assert_eq!(phones.ended(other).await.1, EndReason::Cancelled);
    phones.hang_up(one);
    assert_eq!(outcome(&mut house).await, TransferOutcome::Completed);
    assert_eq!(phones.ended(caller).await.0, EndedBy::Remote);
    house.only_call().await;
}

#[tokio::test]
async fn busy_says_more_than_no_answer() {
    let (mut house, mut phones) = start(rings_two).await;
    let caller = phones.call(house.port, "reception", true).await;
    let (one, other) = (phones.called().await, phones.called().await);
    phones.refuse(one, 486).await;
    phones.refuse(other, 480).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::Busy);
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn a_phone_that_nobody_takes_stops_ringing() {
    let (mut house, mut phones) = start(rings_one_briefly).await;
    let caller = phones.call(house.port, "reception", true).await;
    let leg = phones.called().await;
    phones.ring(leg).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::NoAnswer);
    assert_eq!(phones.ended(leg).await.1, EndReason::Cancelled);
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn an_unanswered_caller_hears_what_the_phone_says() {
    let (house, mut phones) = start(puts_through).await;
    let caller = phones.call(house.port, "reception", true).await;
    let leg = phones.called().await;
    phones.ring(leg).await;
    assert_eq!(phones.progress(caller).await, 180);
    phones.refuse(leg, 486).await;
    assert_eq!(phones.ended(caller).await.2, Some(486));
    let call = house.only_call().await;
    assert_eq!((call.cause, call.answered_ms), (Some(HangupCause::Busy), None));
}

#[tokio::test]
async fn an_unanswered_caller_is_answered_when_the_phone_is() {
    let (mut house, mut phones) = start(puts_through).await;
    let caller = phones.call(house.port, "reception", true).await;
    let leg = phones.called().await;
    assert!(phones.take(leg).await);
    phones.answered(caller).await;
    house.told("TransferAnswered", |event| matches!(event, CallEvent::TransferAnswered { .. }).then_some(())).await;
    phones.hang_up(leg);
    assert_eq!(phones.ended(caller).await.0, EndedBy::Remote);
    assert!(house.only_call().await.answered_ms.is_some());
}

#[tokio::test]
async fn a_caller_who_gives_up_takes_the_ringing_with_them() {
    let (house, mut phones) = start(puts_through).await;
    let caller = phones.call(house.port, "reception", true).await;
    let leg = phones.called().await;
    phones.ring(leg).await;
    assert_eq!(phones.progress(caller).await, 180);
    phones.hang_up(caller);
    assert_eq!(phones.ended(leg).await.1, EndReason::Cancelled);
    let call = house.only_call().await;
    assert_eq!((call.cause, call.hung_up_by), (Some(HangupCause::Cancelled), Some(HangupParty::Caller)));
}

#[tokio::test]
async fn a_phone_that_answers_while_the_caller_gives_up_is_let_go() {
    let (house, mut phones) = start(puts_through).await;
    let caller = phones.call(house.port, "reception", true).await;
    let leg = phones.called().await;
    phones.ring(leg).await;
    assert_eq!(phones.progress(caller).await, 180);
    phones.hang_up(caller);
    // Whether it came before or after the CANCEL, nobody may be left talking to nobody.
    phones.take(leg).await;
    phones.ended(leg).await;
    house.only_call().await;
}

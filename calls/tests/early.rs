//! Sound before the answer, and sessions that change before it and after it.

use crate::support;

use call_model::{
    CallCommand, CallEvent, CallFacts, HangupCause, PlaybackEnd, PlaybackId, PromptItem, TransferSettings,
};
use sip_core::EndedBy;
use support::{House, Phones};

const HANG_UP: CallCommand = CallCommand::Hangup { cause: HangupCause::Normal };

fn say(repeat: bool) -> CallCommand {
    let items = vec![PromptItem::Say { text: "pieces 20".into(), language: "en".into(), voice: None }];
    CallCommand::Play { playback: PlaybackId(1), items, repeat }
}

/// Speaks, then answers, then hangs up.
fn speaks_first(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![say(false)],
        CallEvent::PlaybackEnded { .. } => vec![CallCommand::Answer],
        CallEvent::Answered => vec![HANG_UP],
        _ => Vec::new(),
    }
}

/// Plays on and on; a key answers.
fn plays_until_a_key(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![say(true)],
        CallEvent::Held(false) => vec![CallCommand::Answer],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_caller_hears_what_is_played_before_the_answer() {
    let mut house = House::start(speaks_first).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    assert_eq!(phones.early_media(leg).await.media.len(), 1);
    let ended = house
        .told("the end of the playback", |event| match event {
            CallEvent::PlaybackEnded { end, played_ms, .. } => Some((end.clone(), *played_ms)),
            _ => None,
        })
        .await;
    assert_eq!(ended, (PlaybackEnd::Finished, 400));
    assert!(!phones.answered_with_body(leg).await, "what was confirmed is not said again");
    assert_eq!(phones.ended(leg).await.0, EndedBy::Remote);
    let call = house.only_call().await;
    assert_eq!(call.cause, Some(HangupCause::Normal));
    assert!(call.answered_ms > Some(call.started_ms), "the answer came later");
}

#[tokio::test]
async fn a_caller_without_an_offer_gets_ours_before_the_answer() {
    let mut house = House::start(speaks_first).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", false).await;
    phones.answer_early(leg).await;
    house.told("Answered", |event| (*event == CallEvent::Answered).then_some(())).await;
    assert!(!phones.answered_with_body(leg).await);
    phones.ended(leg).await;
    assert_eq!(house.only_call().await.cause, Some(HangupCause::Normal));
}

#[tokio::test]
async fn an_update_holds_before_the_answer_and_after_it() {
    let mut house = House::start(plays_until_a_key).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    phones.early_media(leg).await;
    let held = |wanted: bool| move |event: &CallEvent| (*event == CallEvent::Held(wanted)).then_some(());
    phones.hold_by_update(leg, true).await;
    house.told("held", held(true)).await;
    phones.hold_by_update(leg, false).await;
    house.told("taken back", held(false)).await;
    phones.answered(leg).await;
    house.told("Answered", |event| (*event == CallEvent::Answered).then_some(())).await;
    phones.hold_by_update(leg, true).await;
    house.told("held", held(true)).await;
    phones.hang_up(leg);
    house.only_call().await;
}

thread_local! {
    /// The port of the test's phones: each test runs on a thread of its own.
    static PORT: std::cell::Cell<u16> = const { std::cell::Cell::new(0) };
}

fn puts_through(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => {
            let anna = format!("sip:anna@127.0.0.1:{}", PORT.get());
            vec![CallCommand::Transfer(TransferSettings::to(vec![anna], 30_000))]
        }
        CallEvent::TransferEnded { .. } => vec![HANG_UP],
        _ => Vec::new(),
    }
}

/// The answer of a phone that said before how it sounds says nothing of it.
#[tokio::test]
async fn a_phone_that_rings_with_sound_is_connected() {
    let mut phones = Phones::start().await;
    PORT.set(phones.port);
    let mut house = House::start(puts_through).await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called().await;
    phones.ring_with_sound(anna).await;
    assert!(phones.take(anna).await);
    house.told("TransferAnswered", |event| matches!(event, CallEvent::TransferAnswered { .. }).then_some(())).await;
    phones.answered(caller).await;
    phones.hang_up(caller);
    phones.ended(anna).await;
    let call = house.only_call().await;
    assert_eq!((call.cause, call.legs.len()), (Some(HangupCause::Normal), 2));
}

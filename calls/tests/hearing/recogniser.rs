//! Recognisers that are lost, begun anew, or told what is likely.

use std::time::Duration;

use call_model::{CallCommand, CallEvent, CallFacts, Hearing, ListenSettings, SampleRate};
use calls::CallSettings;
use media::codec::Codec;
use speech::{HearError, HearingEvent};

use crate::support::{House, Phones, soon};
use crate::{hearing, line_of, listens};

#[tokio::test]
async fn a_lost_recogniser_is_told_of_and_tried_again() {
    let settings = CallSettings { ear_retry: Duration::from_millis(50), ..CallSettings::default() };
    let mut house = House::hearing(listens, settings).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let ear = house.ear().await;
    ear.says(HearingEvent::Failed { error: HearError::WorkerDied, fatal: true }).await;
    house.told_to(CallEvent::Hearing(Hearing::Lost)).await;
    let ear = house.ear().await;
    // One that breaks off without a word is lost as well: this was told already.
    drop(ear);
    let ear = house.ear().await;
    ear.partial("hello").await;
    house.told_to(CallEvent::Hearing(Hearing::Back)).await;
    house.told_to(CallEvent::Hearing(Hearing::Partial { text: "hello".into() })).await;
    // An engine that goes on by itself is lost until it says so, or understands something.
    ear.says(HearingEvent::Failed { error: HearError::Overloaded, fatal: false }).await;
    house.told_to(CallEvent::Hearing(Hearing::Lost)).await;
    ear.says(HearingEvent::Recovered).await;
    house.told_to(CallEvent::Hearing(Hearing::Back)).await;
    ear.says(HearingEvent::Failed { error: HearError::Overloaded, fatal: false }).await;
    house.told_to(CallEvent::Hearing(Hearing::Lost)).await;
    ear.says(HearingEvent::SpeechStarted { at_ms: 900 }).await;
    ear.line(900, "are you there").await;
    let back = house.told("speech, or that it is back", |event| match event {
        CallEvent::Hearing(step @ (Hearing::SpeechStarted { .. } | Hearing::Back)) => Some(step.clone()),
        _ => None,
    });
    assert_eq!(back.await, Hearing::SpeechStarted { at_ms: 900 });
    house.told_to(CallEvent::Hearing(Hearing::Back)).await;
    assert_eq!(house.told("the line", line_of).await.text, "are you there");
    drop(ear);
    phones.hang_up(leg);
    house.only_call().await;
}

#[tokio::test]
async fn of_a_recogniser_that_goes_by_silence_the_end_of_a_turn_is_told_when_nothing_was_understood() {
    let mut house = hearing(listens).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let ear = house.ear().await;
    ear.says(HearingEvent::TurnLikely { text: "good morning".into() }).await;
    ear.says(HearingEvent::TurnEnded { text: "good morning".into() }).await;
    ear.says(HearingEvent::TurnEnded { text: String::new() }).await;
    house.told_to(CallEvent::Hearing(Hearing::TurnLikely { text: "good morning".into() })).await;
    let end = house.told("the end of a turn", |event| match event {
        CallEvent::Hearing(Hearing::TurnEnded { text }) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(end.await, "");
    drop(ear);
    phones.hang_up(leg);
    house.only_call().await;
}

#[tokio::test]
async fn an_app_that_listens_where_nobody_hears_is_told_so() {
    let mut house = House::start(listens).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    house.told_to(CallEvent::Hearing(Hearing::Lost)).await;
    phones.hang_up(leg);
    assert_eq!(house.only_call().await.transcript, None);
}

#[tokio::test]
async fn on_hold_nobody_is_heard() {
    let mut house = hearing(listens).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut before = house.ear().await;
    let time = before.hears(40).await;
    phones.hold(leg, true).await;
    before.closes().await;
    before.line(0, "one moment").await;
    drop(before);
    assert_eq!(house.told("the line", line_of).await.text, "one moment");
    phones.hold(leg, false).await;
    let mut after = house.ear().await;
    assert!(after.hears(40).await > time, "the call's clock goes on");
    drop(after);
    phones.hang_up(leg);
    house.only_call().await;
}

#[tokio::test]
async fn another_codec_begins_another_session_at_its_rate() {
    let mut house = hearing(listens).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut wide = house.ear().await;
    let (time, wide_rate) = (wide.hears(100).await, wide.request.rate);
    phones.change_codec(leg, Codec::Pcma).await;
    wide.closes().await;
    drop(wide);
    let mut narrow = house.ear().await;
    assert_eq!((wide_rate, narrow.request.rate), (SampleRate::Wide, SampleRate::Narrow));
    let block = soon("a block", narrow.ends.blocks.recv()).await.expect("an open ear");
    assert_eq!(block.samples.len(), 160);
    assert!(block.at_ms > time && block.at_ms < time + 5_000, "{} after {time}", block.at_ms);
    narrow.hears(40).await;
    drop(narrow);
    phones.hang_up(leg);
    house.only_call().await;
}

fn asks_twice(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    let hear = |hint: &str| {
        let hints = vec![hint.to_owned()];
        CallCommand::Listen(ListenSettings { language: Some("de".into()), hints, partials: false })
    };
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![hear("yes")],
        CallEvent::Line(line) if line.text == "yes" => vec![hear("monday")],
        CallEvent::Line(line) if line.text == "monday" => vec![CallCommand::StopListening],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn what_is_likely_changes_the_session_and_without_listening_it_is_only_written_down() {
    let mut house = hearing(asks_twice).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut first = house.ear().await;
    assert_eq!((first.request.hints.clone(), first.request.language.as_deref()), (vec!["yes".into()], Some("de")));
    first.line(0, "yes").await;
    first.closes().await;
    drop(first);
    let mut second = house.ear().await;
    assert_eq!(second.request.hints, ["monday"]);
    second.line(1_000, "monday").await;
    second.closes().await;
    drop(second);
    let third = house.ear().await;
    assert_eq!((third.request.hints.len(), third.request.language.as_deref()), (0, Some("en")));
    third.line(2_000, "thank you").await;
    drop(third);
    phones.hang_up(leg);
    let (_, transcript) = house.transcript().await;
    assert_eq!(transcript.lines.len(), 3);
    while let Ok((_, event)) = house.events.try_recv() {
        assert!(line_of(&event).is_none_or(|line| line.text != "thank you"));
    }
}

//! Calls from their INVITE to their place in the books.

use crate::support;

use call_model::{
    CallCommand, CallEvent, CallFacts, HangupCause, HangupParty, PlaybackEnd, PlaybackId, PromptItem, RecordEnd,
    RecordId, RecordSettings, RecordingSwitch,
};
use calls::{CallSettings, PlaceError, gate::Refusal};
use sip_core::{EndReason, EndedBy};
use store::{CallState, RecordingState};
use support::{House, Phones, Tones, UNMADE, soon};
use synthetic_caller::{CallerConfig, Step, SyntheticCaller};
use transport::rtp::RtpConfig;

const HANG_UP: CallCommand = CallCommand::Hangup { cause: HangupCause::Normal };

fn say(playback: u32, text: &str) -> CallCommand {
    let items = vec![PromptItem::Say { text: text.into(), language: "en".into(), voice: None }];
    CallCommand::Play { playback: PlaybackId(playback), items, repeat: false }
}

fn answers_and_waits(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    if *event == CallEvent::Started { vec![CallCommand::Answer] } else { Vec::new() }
}

fn speaks(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![say(1, "pieces 100")],
        CallEvent::PlaybackEnded { .. } => vec![HANG_UP],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn an_app_answers_speaks_and_hangs_up() {
    let mut house = House::start(speaks).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    phones.answered(leg).await;
    let ended = house
        .told("the end of the playback", |event| match event {
            CallEvent::PlaybackEnded { end, played_ms, .. } => Some((end.clone(), *played_ms)),
            _ => None,
        })
        .await;
    // A hundred pieces that are all ready at once: more than wait for the media thread.
    assert_eq!(ended, (PlaybackEnd::Finished, 2_000));
    assert_eq!(phones.ended(leg).await.0, EndedBy::Remote);
    let call = house.only_call().await;
    assert_eq!(
        (call.state, call.cause, call.hung_up_by),
        (CallState::Ended, Some(HangupCause::Normal), Some(HangupParty::Us))
    );
    assert!(call.answered_ms.is_some() && call.ended_ms >= call.answered_ms);
    assert_eq!(call.legs.len(), 1);
}

#[tokio::test]
async fn a_caller_may_leave_the_offer_to_us() {
    let mut house = House::start(speaks).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", false).await;
    phones.answer_late(leg).await;
    house.told("Answered", |event| (*event == CallEvent::Answered).then_some(())).await;
    phones.ended(leg).await;
    assert_eq!(house.only_call().await.cause, Some(HangupCause::Normal));
}

#[tokio::test]
async fn many_commands_at_once_are_all_carried_out() {
    fn script(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
        match event {
            CallEvent::Started => vec![CallCommand::Answer],
            CallEvent::Answered => (0..60).map(|count| say(count, "pieces 1")).collect(),
            CallEvent::PlaybackEnded { playback: PlaybackId(59), .. } => vec![HANG_UP],
            _ => Vec::new(),
        }
    }
    let mut house = House::start(script).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut finished = 0;
    house
        .told("the last end", |event| {
            if let CallEvent::PlaybackEnded { end, .. } = event {
                assert_eq!(*end, PlaybackEnd::Finished);
                finished += 1;
            }
            (finished == 60).then_some(())
        })
        .await;
    phones.ended(leg).await;
    house.only_call().await;
}

#[tokio::test]
async fn an_app_that_panics_is_replaced_by_an_apology() {
    fn script(event: &CallEvent, facts: &CallFacts) -> Vec<CallCommand> {
        assert!(*event != CallEvent::Answered, "as the test wants it");
        answers_and_waits(event, facts)
    }
    let house = House::start(script).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    phones.answered(leg).await;
    assert_eq!(phones.ended(leg).await.0, EndedBy::Remote);
    assert_eq!(house.only_call().await.cause, Some(HangupCause::InternalError));
}

#[tokio::test]
async fn an_app_that_cannot_be_made_leaves_no_open_call() {
    let house = House::start(answers_and_waits).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, UNMADE, true).await;
    assert_eq!(phones.ended(leg).await.2, Some(500));
    let call = house.only_call().await;
    assert_eq!((call.state, call.cause), (CallState::Ended, Some(HangupCause::InternalError)));
}

#[tokio::test]
async fn above_the_limit_calls_are_refused_and_the_running_ones_go_on() {
    let settings = CallSettings { max_calls: 1, ..CallSettings::default() };
    let house = House::start_with(answers_and_waits, settings, RtpConfig::default()).await;
    let mut phones = Phones::start().await;
    let first = phones.call(house.port, "reception", true).await;
    phones.answered(first).await;
    let second = phones.call(house.port, "reception", true).await;
    assert_eq!(phones.ended(second).await.2, Some(503));
    phones.hang_up(first);
    let call = house.only_call().await;
    assert_eq!((call.cause, call.hung_up_by), (Some(HangupCause::Normal), Some(HangupParty::Caller)));
}

#[tokio::test]
async fn a_call_without_room_for_its_sound_is_refused() {
    let rtp = RtpConfig { max_calls: 0, ..RtpConfig::default() };
    let house = House::start_with(answers_and_waits, CallSettings::default(), rtp).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    assert_eq!(phones.ended(leg).await.2, Some(503));
    assert_eq!(house.only_call().await.cause, Some(HangupCause::Overload));
}

#[tokio::test]
async fn an_app_hears_of_hold_and_of_its_end() {
    let mut house = House::start(answers_and_waits).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    house.told("Answered", |event| (*event == CallEvent::Answered).then_some(())).await;
    phones.hold(leg, true).await;
    house.told("hold", |event| (*event == CallEvent::Held(true)).then_some(())).await;
    phones.hold(leg, false).await;
    house.told("the end of hold", |event| (*event == CallEvent::Held(false)).then_some(())).await;
    phones.hang_up(leg);
    house.only_call().await;
}

#[tokio::test]
async fn a_call_is_hung_up_from_outside() {
    let mut house = House::start(answers_and_waits).await;
    let mut phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    house.told("Answered", |event| (*event == CallEvent::Answered).then_some(())).await;
    let open = store::CallFilter { state: None, ..store::CallFilter::default() };
    let id = house.store.calls(&open, &store::PageRequest::first(1)).await.expect("calls").data[0].id;
    house.switchboard.hang_up(id).await.expect("it runs");
    assert_eq!(phones.ended(leg).await.0, EndedBy::Remote);
    let call = house.only_call().await;
    assert_eq!((call.cause, call.hung_up_by), (Some(HangupCause::Normal), Some(HangupParty::Us)));
    assert!(house.switchboard.hang_up(id).await.is_err());
}

fn takes_a_message(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    let settings = RecordSettings { max_ms: 10_000, silence_ms: 500, terminators: "#".into() };
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![
            CallCommand::Recording { switch: RecordingSwitch::Start },
            CallCommand::Record { record: RecordId(1), settings },
        ],
        CallEvent::RecordEnded { record, .. } => {
            vec![CallCommand::SaveVoicemail { record: *record, mailbox: "reception".into() }, HANG_UP]
        }
        _ => Vec::new(),
    }
}

async fn leave_message(house: &House, steps: Vec<Step>) {
    let config = CallerConfig { voice: Some(std::sync::Arc::new(Tones)), ..CallerConfig::default() };
    let mut caller = SyntheticCaller::start(config, 1).await.expect("a line");
    let mut script = synthetic_caller::Script::new(format!("sip:reception@127.0.0.1:{}", house.port));
    script.steps = vec![Step::At(std::time::Duration::ZERO)];
    script.steps.push(Step::Say { text: "a message of five words".into(), language: "en".into() });
    script.steps.extend(steps);
    script.linger = None;
    let report = soon("the end of the call", caller.call(&script)).await.expect("a call");
    assert!(report.was_answered());
}

async fn message_of(house: &House) -> u64 {
    let filter = store::VoicemailFilter::default();
    let found = house.store.voicemails(&filter, &store::PageRequest::first(10)).await.expect("voicemails");
    assert_eq!((found.data.len(), found.data[0].mailbox.as_str()), (1, "reception"));
    found.data[0].duration_ms
}

#[tokio::test]
async fn a_message_and_the_recording_are_kept() {
    let mut house = House::start(takes_a_message).await;
    leave_message(&house, Vec::new()).await;
    let end = house
        .told("the message", |event| match event {
            CallEvent::RecordEnded { end, .. } => Some(*end),
            _ => None,
        })
        .await;
    assert_eq!(end, RecordEnd::Silence);
    let call = house.only_call().await;
    assert!((700..1_500).contains(&message_of(&house).await));
    let recording = house.store.call_recording(call.id).await.expect("books").expect("a recording");
    assert_eq!(recording.state, RecordingState::Ready);
    // It began as soon as the app heard of the answer: lines are aligned to it.
    assert!((0..1_000).contains(&recording.offset_ms.expect("its place")), "{:?}", recording.offset_ms);
    // As long as the call, to the half second, in 16-bit stereo at 8 kHz.
    let answered = call.ended_ms.zip(call.answered_ms).map(|(end, start)| (end - start) as u64).expect("answered");
    assert!(recording.duration_ms.abs_diff(answered) < 500, "{} of {answered} ms", recording.duration_ms);
    assert!(recording.bytes >= recording.duration_ms * 32);
    let quality = call.legs[0].quality.as_ref().expect("the caller's quality");
    assert!(quality.received > 0);
}

#[tokio::test]
async fn a_message_ends_with_the_call_and_is_kept() {
    let house = House::start(takes_a_message).await;
    leave_message(&house, vec![Step::At(std::time::Duration::ZERO), Step::HangUp]).await;
    let call = house.only_call().await;
    assert_eq!(call.hung_up_by, Some(HangupParty::Caller));
    assert!(message_of(&house).await > 500);
}

#[tokio::test]
async fn a_call_out_is_answered_and_talks() {
    let mut house = House::start(speaks).await;
    let mut phones = Phones::start().await;
    house.place(phones.address("bob")).await.expect("placed");
    let leg = phones.called().await;
    phones.ring(leg).await;
    assert!(phones.take(leg).await);
    house.told("Answered", |event| (*event == CallEvent::Answered).then_some(())).await;
    assert_eq!(phones.ended(leg).await.1, EndReason::Bye);
    let call = house.only_call().await;
    assert!(call.answered_ms.is_some());
    assert_eq!((call.cause, call.hung_up_by), (Some(HangupCause::Normal), Some(HangupParty::Us)));
}

#[tokio::test]
async fn a_call_out_to_a_busy_phone_says_so() {
    let house = House::start(speaks).await;
    let mut phones = Phones::start().await;
    house.place(phones.address("bob")).await.expect("placed");
    let leg = phones.called().await;
    phones.refuse(leg, 486).await;
    let call = house.only_call().await;
    assert_eq!((call.cause, call.answered_ms), (Some(HangupCause::Busy), None));
    assert_eq!(call.legs[0].status, Some(486));
}

#[tokio::test]
async fn who_opted_out_is_not_called() {
    let house = House::start(speaks).await;
    let phones = Phones::start().await;
    let to = phones.address("bob");
    let address = store::Address::parse(&to, "DE");
    let contact = house.store.find_or_make_contact(address, 0).await.expect("books").expect("a contact");
    house.store.set_contact_field(contact.id, "do_not_call", true.into(), 0).await.expect("books");
    let refused = house.place(to).await;
    assert!(
        matches!(
            refused,
            Err(PlaceError::Refused(Refusal::NotPermitted { reason: permission::Reason::Suppressed, .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(house.switchboard.live(), 0);
    let calls = house.store.calls(&store::CallFilter::default(), &store::PageRequest::first(1)).await.expect("calls");
    assert!(calls.data.is_empty());
}

//! Calls that are heard, written down, and talk by what they hear: with a recogniser and a voice that follow a script.

mod support;

use call_model::{
    CallCommand, CallEvent, CallFacts, HangupCause, Hearing, ListenSettings, PlaybackEnd, PlaybackId, PromptItem,
    RecordingSwitch, SampleRate, Speaker, TranscriptLine, TransferSettings,
};
use calls::CallSettings;
use calls::live::{LiveFeed, LiveItem, LiveKind, LiveState};
use media::codec::Codec;
use speech::{HearError, HearingEvent};
use std::time::Duration;
use store::TranscriptState;
use support::{CONSENT, House, Phones, soon};

fn listen() -> CallCommand {
    CallCommand::Listen(ListenSettings { language: None, hints: Vec::new(), partials: true })
}

fn say(playback: u32, text: &str) -> CallCommand {
    let items = vec![PromptItem::Say { text: text.into(), language: "en".into(), voice: None }];
    CallCommand::Play { playback: PlaybackId(playback), items, repeat: false }
}

/// Listens and is silent.
fn listens(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![listen()],
        _ => Vec::new(),
    }
}

/// Never listens: calls are written down all the same.
fn is_deaf(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    if *event == CallEvent::Started { vec![CallCommand::Answer] } else { Vec::new() }
}

/// Speaks ten words, and does what it hears.
fn obeys(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![listen(), say(1, "one two three four five six seven eight nine ten")],
        CallEvent::Hearing(Hearing::Partial { text }) => match text.as_str() {
            "stop" => vec![CallCommand::StopPlaying { playback: None }],
            "wait" => vec![CallCommand::PausePlaying],
            "go on" => vec![CallCommand::ResumePlaying],
            "do not record" => vec![CallCommand::Recording { switch: RecordingSwitch::Pause }],
            "record" => vec![CallCommand::Recording { switch: RecordingSwitch::Resume }],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

async fn hearing(script: support::Script) -> House {
    House::hearing(script, CallSettings::default()).await
}

fn line_of(event: &CallEvent) -> Option<TranscriptLine> {
    if let CallEvent::Line(line) = event { Some(line.clone()) } else { None }
}

async fn shown(feed: &mut LiveFeed, what: &str, mut which: impl FnMut(&LiveKind) -> bool) {
    soon(what, async {
        loop {
            match feed.next().await.expect("a feed") {
                LiveItem::Event(event) if which(&event.kind) => return,
                LiveItem::Event(_) => {}
                LiveItem::Missed(count) => panic!("{count} events were missed"),
            }
        }
    })
    .await;
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

/// How the words of `obeys` ended: what was heard, whether cut, how much was played, and the line.
async fn said(house: &mut House) -> (String, bool, u64, Option<TranscriptLine>) {
    let (heard, cut) = house
        .told("what was heard", |event| match event {
            CallEvent::Spoken { heard, cut, .. } => Some((heard.clone(), *cut)),
            _ => None,
        })
        .await;
    let mut line = None;
    let played = house
        .told("the end of the playback", |event| {
            line = line_of(event).or(line.take());
            if let CallEvent::PlaybackEnded { played_ms, .. } = event { Some(*played_ms) } else { None }
        })
        .await;
    (heard, cut, played, line)
}

#[tokio::test]
async fn an_interrupted_line_is_cut_to_the_words_that_were_heard() {
    let mut house = hearing(obeys).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut ear = house.ear().await;
    house.told_to(CallEvent::PlaybackStarted { playback: PlaybackId(1) }).await;
    ear.hears(500).await;
    ear.partial("stop").await;
    let (heard, cut, played, line) = said(&mut house).await;
    let all = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let whole_words = ((played + 20) / 200) as usize;
    assert!((1..10).contains(&whole_words), "{played} ms were played");
    assert_eq!((heard, cut), (all[..whole_words].join(" "), true));
    let line = line.expect("a line");
    assert_eq!((line.speaker, line.cut, line.words.len()), (Speaker::Us, true, whole_words));
    assert!(line.words.iter().all(|word| word.to_ms - word.from_ms == 200));
    assert_eq!((line.from_ms, line.to_ms), (line.words[0].from_ms, line.words[whole_words - 1].to_ms));
    phones.hang_up(leg);
    drop(ear);
    let (_, transcript) = house.transcript().await;
    assert_eq!(transcript.lines[0].line, line);
}

#[tokio::test]
async fn a_pause_lies_between_the_words_and_nothing_is_missing() {
    let mut house = hearing(obeys).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut ear = house.ear().await;
    house.told_to(CallEvent::PlaybackStarted { playback: PlaybackId(1) }).await;
    ear.hears(300).await;
    ear.partial("wait").await;
    ear.hears(600).await;
    ear.partial("go on").await;
    let (heard, cut, played, line) = said(&mut house).await;
    assert_eq!((heard.split(' ').count(), cut, played), (10, false, 2_000));
    let line = line.expect("a line");
    // Somewhere it stood still for about 600 ms; what is not there was not spoken.
    let length = line.to_ms - line.from_ms;
    assert!((2_400..3_000).contains(&length), "{length} ms");
    phones.hang_up(leg);
    drop(ear);
    house.transcript().await;
}

#[tokio::test]
async fn a_line_that_the_hang_up_cut_is_filed_and_its_app_not_asked() {
    let mut house = hearing(obeys).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut ear = house.ear().await;
    house.told_to(CallEvent::PlaybackStarted { playback: PlaybackId(1) }).await;
    ear.hears(500).await;
    phones.hang_up(leg);
    drop(ear);
    let (_, transcript) = house.transcript().await;
    assert_eq!((transcript.lines.len(), transcript.lines[0].line.cut), (1, true));
    assert!(transcript.lines[0].line.text.starts_with("one two"));
    while let Ok((_, event)) = house.events.try_recv() {
        assert!(!matches!(event, CallEvent::PlaybackEnded { end: PlaybackEnd::Stopped, .. }));
    }
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

#[tokio::test]
async fn a_call_that_is_not_transcribed_is_heard_by_its_app_alone() {
    let settings = CallSettings { transcribe: false, ..CallSettings::default() };
    let mut house = House::hearing(obeys, settings).await;
    let mut feed = house.switchboard.hub().watch(None);
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let ear = house.ear().await;
    ear.partial("stop").await;
    ear.line(0, "my secret").await;
    assert_eq!(house.told("the line", |e| line_of(e).filter(|l| l.speaker == Speaker::Caller)).await.text, "my secret");
    drop(ear);
    phones.hang_up(leg);
    let (call, transcript) = house.transcript().await;
    assert_eq!((call.transcript, transcript.lines.len()), (None, 0));
    shown(&mut feed, "the end and no word before", |kind| {
        assert!(matches!(kind, LiveKind::State(_)), "{kind:?}");
        *kind == LiveKind::State(LiveState::Filed)
    })
    .await;
}

#[tokio::test]
async fn what_may_not_be_recorded_is_not_written_down() {
    let mut house = hearing(obeys).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let mut ear = house.ear().await;
    ear.partial("stop").await;
    ear.hears(500).await;
    ear.partial("do not record").await;
    house.told_to(CallEvent::Hearing(Hearing::Partial { text: "do not record".into() })).await;
    let secret_from = ear.hears(200).await;
    ear.partial("record").await;
    house.told_to(CallEvent::Hearing(Hearing::Partial { text: "record".into() })).await;
    let after = ear.hears(500).await;
    // Final only now; what counts is when it was said.
    ear.line(secret_from - 100, "my card number").await;
    ear.line(after, "thank you").await;
    let text = house.told("the line", |e| line_of(e).filter(|l| l.speaker == Speaker::Caller)).await.text;
    assert_eq!(text, "my card number", "the app is told");
    drop(ear);
    phones.hang_up(leg);
    let (_, transcript) = house.transcript().await;
    let of_caller = transcript.lines.iter().filter(|record| record.line.speaker == Speaker::Caller);
    assert_eq!(of_caller.map(|record| record.line.text.as_str()).collect::<Vec<_>>(), ["thank you"]);
}

/// Records once the caller agrees.
fn asks_first(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![listen()],
        CallEvent::Line(line) if line.text == "yes" => {
            vec![
                CallCommand::Recording { switch: RecordingSwitch::Resume },
                CallCommand::Recording { switch: RecordingSwitch::Start },
            ]
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn where_consent_is_needed_nothing_is_written_down_before() {
    let mut house = hearing(asks_first).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, CONSENT, true).await;
    let mut ear = house.ear().await;
    let before = ear.hears(600).await;
    ear.line(before - 500, "yes").await;
    house.told("the line", line_of).await;
    let after = ear.hears(300).await;
    ear.line(after, "thank you").await;
    house.told("the line", line_of).await;
    drop(ear);
    phones.hang_up(leg);
    let (_, transcript) = house.transcript().await;
    assert_eq!(transcript.lines.iter().map(|record| record.line.text.as_str()).collect::<Vec<_>>(), ["thank you"]);
}

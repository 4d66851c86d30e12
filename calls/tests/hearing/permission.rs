//! What may not be written down is not.

use call_model::{CallCommand, CallEvent, CallFacts, Hearing, RecordingSwitch, Speaker};
use calls::CallSettings;
use calls::live::{LiveKind, LiveState};

use crate::support::{CONSENT, House, Phones};
use crate::{hearing, line_of, listen, obeys, shown};

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

//! What we said is written down as far as it was heard.

use call_model::{CallEvent, PlaybackEnd, PlaybackId, Speaker, TranscriptLine};
use sip_core::LegHandle;

use crate::support::{House, Phones, Session};
use crate::{hearing, line_of, obeys};

/// A call in which the words of `obeys` are begun.
async fn talking() -> (House, Phones, LegHandle, Session) {
    let mut house = hearing(obeys).await;
    let phones = Phones::start().await;
    let leg = phones.call(house.port, "reception", true).await;
    let ear = house.ear().await;
    house.told_to(CallEvent::PlaybackStarted { playback: PlaybackId(1) }).await;
    (house, phones, leg, ear)
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
    let (mut house, phones, leg, mut ear) = talking().await;
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
    let (mut house, phones, leg, mut ear) = talking().await;
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
    let (mut house, phones, leg, mut ear) = talking().await;
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

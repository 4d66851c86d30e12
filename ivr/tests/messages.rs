//! Messages that callers leave: record and voicemail.

use crate::support;

use call_model::{CallCommand, CallEvent, PromptItem, RecordEnd, RecordId, RecordSettings, Tone};
use support::raw::Raw;

const VOICEMAIL: &str = "
nodes:
  message:
    voicemail: {mailbox: reception, say: Speak., max: 60s, silence: 3s, thanks: Thanks.}
    next: hangup
";

/// The call up to the recording, and the recording's name.
fn recording(yaml: &str) -> (Raw, RecordId) {
    let mut call = Raw::answered(yaml);
    call.played().played();
    let record = call.commands.iter().find_map(|command| match command {
        CallCommand::Record { record, .. } => Some(*record),
        _ => None,
    });
    (call, record.expect("a recording"))
}

fn ended(record: RecordId, end: RecordEnd, duration_ms: u64) -> CallEvent {
    CallEvent::RecordEnded { record, end, duration_ms }
}

#[test]
fn a_voicemail_is_greeted_beeped_recorded_reviewed_and_saved() {
    let mut call = Raw::answered(VOICEMAIL);
    assert_eq!(call.said(), "Speak.");
    call.played();
    let beep = PromptItem::Tone { tone: Tone::Beep, duration_ms: 400 };
    assert!(matches!(call.take().last(), Some(CallCommand::Play { items, .. }) if *items == [beep]));
    call.played();
    let settings = RecordSettings { max_ms: 60_000, silence_ms: 3_000, terminators: "#".into() };
    let record = RecordId(3);
    assert_eq!(call.take(), [CallCommand::Record { record, settings }]);
    call.seconds(9).event(&ended(record, RecordEnd::Silence, 6_000));
    assert!(call.said().starts_with("To hear your message"));
    call.key('1');
    let replay = call.take();
    assert!(
        matches!(replay.last(), Some(CallCommand::Play { items, .. }) if *items == [PromptItem::Recorded { record }])
    );
    call.played().take();
    call.key('3');
    assert!(call.commands.contains(&CallCommand::SaveVoicemail { record, mailbox: "reception".into() }));
    assert_eq!(call.said(), "Thanks.");
    call.played();
    assert!(call.hung_up_with().is_some());
}

#[test]
fn the_key_that_ends_a_message_is_not_taken_for_an_answer() {
    for digit_first in [true, false] {
        let (mut call, record) = recording(VOICEMAIL);
        call.take();
        call.seconds(5);
        if digit_first {
            call.key('#').event(&ended(record, RecordEnd::Key('#'), 4_000));
        } else {
            call.event(&ended(record, RecordEnd::Key('#'), 4_000)).key('#');
        }
        assert!(call.said().starts_with("To hear your message"), "{digit_first}");
        assert!(!call.commands.iter().any(|command| matches!(command, CallCommand::SaveVoicemail { .. })));
    }
}

#[test]
fn a_message_can_be_spoken_again() {
    let (mut call, record) = recording(VOICEMAIL);
    call.event(&ended(record, RecordEnd::Silence, 4_000)).take();
    call.key('2');
    assert!(call.commands.contains(&CallCommand::Discard { record }));
    call.played();
    assert!(matches!(call.take().last(), Some(CallCommand::Record { record: next, .. }) if *next != record));
}

#[test]
fn silence_in_the_review_saves_the_message() {
    let (mut call, record) = recording(VOICEMAIL);
    call.event(&ended(record, RecordEnd::MaxLength, 60_000)).played().seconds(6).played().seconds(6);
    assert!(call.commands.contains(&CallCommand::SaveVoicemail { record, mailbox: "reception".into() }));
}

#[test]
fn an_empty_message_is_asked_for_once_more() {
    let (mut call, record) = recording(VOICEMAIL);
    call.take();
    call.event(&ended(record, RecordEnd::Silence, 300));
    assert!(call.commands.contains(&CallCommand::Discard { record }));
    assert_eq!(call.said(), "I did not hear a message. Speak.");
    call.played().played();
    let again = RecordId(record.0 + 3);
    call.event(&ended(again, RecordEnd::Silence, 0));
    assert_eq!(call.said(), "I did not hear a message.");
    call.played();
    assert!(call.hung_up_with().is_some());
}

#[test]
fn hanging_up_keeps_what_was_spoken() {
    let saved = |call: &Raw| call.commands.iter().any(|command| matches!(command, CallCommand::SaveVoicemail { .. }));
    let (mut while_speaking, _) = recording(VOICEMAIL);
    while_speaking.seconds(5).hang_up();
    assert!(saved(&while_speaking));

    let (mut told_first, record) = recording(VOICEMAIL);
    told_first.seconds(5).event(&ended(record, RecordEnd::HungUp, 4_800)).hang_up();
    assert!(saved(&told_first));

    let (mut in_review, record) = recording(VOICEMAIL);
    in_review.event(&ended(record, RecordEnd::Silence, 4_000)).hang_up();
    assert!(saved(&in_review));

    let (mut at_once, record) = recording(VOICEMAIL);
    at_once.hang_up();
    assert!(!saved(&at_once) && at_once.commands.contains(&CallCommand::Discard { record }));
}

#[test]
fn a_key_cuts_the_greeting_short_but_not_the_tone() {
    let mut call = Raw::answered(VOICEMAIL);
    call.key('#').key('#');
    assert!(!call.commands.iter().any(|command| matches!(command, CallCommand::Record { .. })));
    call.played();
    assert!(matches!(call.take().last(), Some(CallCommand::Record { .. })));
}

#[test]
fn a_recording_that_is_never_heard_of_again_is_ended() {
    let (mut call, record) = recording(VOICEMAIL);
    call.seconds(71);
    assert!(call.commands.contains(&CallCommand::StopRecord { record }));
    assert!(call.said().contains("To hear your message"));
}

#[test]
fn a_recorded_name_can_be_played_and_is_thrown_away_in_the_end() {
    let yaml = "
nodes:
  name:
    record: {say: Your name?, into: name, max: 5s, empty: nothing}
    next: hello
  hello: {say: [Hello, {recorded: name}], next: hangup}
  nothing: {say: Nothing., next: hangup}
";
    let (mut call, record) = recording(yaml);
    call.event(&ended(record, RecordEnd::Silence, 1_200));
    let Some(CallCommand::Play { items, .. }) = call.commands.last() else { panic!() };
    assert_eq!(items[1], PromptItem::Recorded { record });
    call.hang_up();
    assert!(call.commands.contains(&CallCommand::Discard { record }));

    let (mut empty, record) = recording(yaml);
    empty.take();
    empty.event(&ended(record, RecordEnd::Failed, 3_000));
    assert_eq!(empty.said(), "Nothing.");
}

//! Somebody beside a running call: who hears whom, by signal.

use std::sync::Arc;

use call_model::{PlaybackId, RecordingSwitch, SampleRate};

use super::harness::{TestCall, slot_of};
use crate::call_media::{CallMediaConfig, MediaCommand, Supervision, TapStream};
use crate::codec::Codec;
use crate::prompt::Prompt;
use crate::test_signal::{amplitude, sine};

const CALLER: u8 = 0;
const MEMBER: u8 = 1;
const SUPERVISOR: u8 = 2;
/// What each of them says.
const TONES: [f64; 3] = [500.0, 900.0, 1_300.0];

fn supervise(call: &mut TestCall, mode: Option<Supervision>) {
    call.handle(MediaCommand::Supervise { leg: slot_of(SUPERVISOR), mode });
}

/// A caller with a member, and a third leg that is open.
fn with_member(codecs: [Codec; 3]) -> TestCall {
    let mut call = TestCall::new(CallMediaConfig { speech_events: false, ..CallMediaConfig::default() });
    for (slot, codec) in (0..).zip(codecs) {
        call.start_leg(slot, codec, true);
    }
    call.handle(MediaCommand::Bridge { with: Some(slot_of(MEMBER)) });
    call
}

fn hears(call: &mut TestCall, who: u8, hz: f64) -> bool {
    let peer = call.peer(who);
    let rate = peer.rate();
    let from = peer.heard.len() - rate.hz() as usize * 2 / 5;
    let level = amplitude(rate, hz, &peer.heard[from..]);
    assert!(!(800.0..5_500.0).contains(&level), "{who} hears {hz} Hz at {level}: neither heard nor not");
    level > 5_500.0
}

/// Everybody says their tone for a second: whom each hears at its end, caller, member, supervisor.
fn heard(call: &mut TestCall) -> [[bool; 3]; 3] {
    for (slot, hz) in (0..).zip(TONES) {
        call.peer(slot).say_tone(hz, 1_000);
    }
    call.run_ms(1_000);
    [CALLER, MEMBER, SUPERVISOR].map(|who| TONES.map(|hz| hears(call, who, hz)))
}

/// Who hears whom in each way: rows are who hears, columns whom.
const ALONE: [[bool; 3]; 3] = [[false, true, false], [true, false, false], [false, false, false]];
const LISTENS: [[bool; 3]; 3] = [[false, true, false], [true, false, false], [true, true, false]];
const WHISPERS: [[bool; 3]; 3] = [[false, true, false], [true, false, true], [true, true, false]];
const JOINS: [[bool; 3]; 3] = [[false, true, true], [true, false, true], [true, true, false]];

#[test]
fn each_way_lets_those_hear_who_should() {
    use Codec::{G722, Opus, Pcma, Pcmu};
    for codecs in [[Pcma; 3], [Opus; 3], [Pcma, Opus, G722], [G722, Pcmu, Opus]] {
        let mut call = with_member(codecs);
        assert_eq!(heard(&mut call), ALONE, "{codecs:?}");
        for (mode, expected) in
            [(Supervision::Listen, LISTENS), (Supervision::Whisper, WHISPERS), (Supervision::Join, JOINS)]
        {
            supervise(&mut call, Some(mode));
            assert_eq!(heard(&mut call), expected, "{codecs:?} {mode:?}");
        }
        supervise(&mut call, None);
        assert_eq!(heard(&mut call), ALONE, "{codecs:?} after it has left");
    }
}

#[test]
fn a_supervisor_who_leaves_or_breaks_off_changes_nothing_for_the_others() {
    let mut call = with_member([Codec::Pcma; 3]);
    heard(&mut call);
    assert!(call.media.bridge.as_ref().is_some_and(|bridge| bridge.relays));
    supervise(&mut call, Some(Supervision::Listen));
    heard(&mut call);
    assert!(call.media.bridge.as_ref().is_some_and(|bridge| !bridge.relays), "somebody needs the sound");
    call.handle(MediaCommand::StopLeg { leg: slot_of(SUPERVISOR) });
    let [caller, member, _] = heard(&mut call);
    assert_eq!([caller, member], [ALONE[0], ALONE[1]]);
    assert!(call.media.bridge.as_ref().is_some_and(|bridge| bridge.relays), "packets pass as before");
    let quality = [CALLER, MEMBER].map(|slot| call.peer(slot).session.quality());
    assert!(quality.iter().all(|quality| quality.lost == 0), "the numbers have no gap: {quality:?}");
}

/// The app talks: it is heard with the caller, and whoever joins talks with the caller over it.
#[test]
fn an_agents_voice_is_heard_and_joined() {
    for codec in [Codec::Pcma, Codec::Opus] {
        let mut call = TestCall::with_caller(codec);
        call.start_leg(SUPERVISOR, Codec::Opus, true);
        let rate = SampleRate::Narrow;
        let prompt = Arc::new(Prompt::from_samples(&sine(rate, TONES[1], 8_000.0, 8_000), 8_000).unwrap());
        let playback = PlaybackId(1);
        call.handle(MediaCommand::Play { playback, prompts: vec![prompt], growing: false, repeat: true });
        for (mode, caller_hears) in [(Supervision::Listen, false), (Supervision::Join, true)] {
            supervise(&mut call, Some(mode));
            call.peer(CALLER).say_tone(TONES[0], 1_000);
            call.peer(SUPERVISOR).say_tone(TONES[2], 1_000);
            call.run_ms(1_000);
            assert_eq!(TONES.map(|hz| hears(&mut call, SUPERVISOR, hz)), [true, true, false], "{mode:?}");
            assert_eq!(TONES.map(|hz| hears(&mut call, CALLER, hz)), [false, true, caller_hears], "{mode:?}");
        }
        call.handle(MediaCommand::StopPlaying { playback: None });
        call.peer(SUPERVISOR).say_tone(TONES[2], 1_000);
        call.run_ms(1_000);
        assert!(hears(&mut call, CALLER, TONES[2]), "also where nobody else talks");
    }
}

#[test]
fn a_voice_that_the_caller_hears_is_recorded_on_our_side_and_a_whisper_is_not() {
    let mut call = with_member([Codec::Pcma, Codec::Opus, Codec::Opus]);
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    let mut ends = Vec::new();
    for mode in [Supervision::Whisper, Supervision::Join] {
        supervise(&mut call, Some(mode));
        heard(&mut call);
        ends.push(call.ticks as usize * SampleRate::Narrow.frame_samples());
    }
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Stop));
    call.run_ms(40);
    let (channels, _) = call.recorded(TapStream::Call);
    let loud = |channel: usize, end: usize, hz: f64| {
        let at = end.min(channels[channel].len());
        amplitude(SampleRate::Narrow, hz, &channels[channel][at - 3_200..at]) > 5_500.0
    };
    for (end, joined) in ends.into_iter().zip([false, true]) {
        assert_eq!(TONES.map(|hz| loud(0, end, hz)), [true, false, false], "the caller's side");
        assert_eq!(TONES.map(|hz| loud(1, end, hz)), [false, true, joined], "ours");
    }
}

#[test]
fn whoever_is_bridged_supervises_no_more() {
    let mut call = with_member([Codec::Pcma; 3]);
    supervise(&mut call, Some(Supervision::Listen));
    heard(&mut call);
    call.handle(MediaCommand::Bridge { with: Some(slot_of(SUPERVISOR)) });
    assert_eq!(heard(&mut call), [[false, false, true], [false, false, false], [true, false, false]]);
    supervise(&mut call, Some(Supervision::Join));
    assert!(call.media.supervisor.is_none(), "it talks with the caller already");
}

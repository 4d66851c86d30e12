//! Playing that is held and goes on, and what is told of it.

use std::sync::Arc;

use call_model::{AudioFrame, PlaybackEnd, PlaybackId, RecordingSwitch, SampleRate};

use super::harness::TestCall;
use super::play::{play, prompt, stretches};
use crate::call_media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent, TapStream};
use crate::codec::Codec;
use crate::dtmf::Detector;
use crate::prompt::Prompt;
use crate::test_signal::{amplitude, rms};

/// What was told of playbacks: what, of which, `played_ms` and `at_ms`.
fn told(call: &TestCall) -> Vec<(&'static str, u32, u64, u64)> {
    let told = call.events.iter().filter_map(|event| match event {
        MediaEvent::PlaybackStarted { playback, at_ms, played_ms } => Some(("started", playback, played_ms, at_ms)),
        MediaEvent::PlaybackPaused { playback, played_ms, at_ms } => Some(("paused", playback, played_ms, at_ms)),
        MediaEvent::PlaybackResumed { playback, played_ms, at_ms } => Some(("resumed", playback, played_ms, at_ms)),
        MediaEvent::PlaybackEnded { playback, played_ms, at_ms, .. } => Some(("ended", playback, played_ms, at_ms)),
        _ => None,
    });
    told.map(|(what, playback, played_ms, at_ms)| (what, playback.0, *played_ms, *at_ms)).collect()
}

#[test]
fn a_pause_is_silence_and_nothing_is_lost() {
    for codec in Codec::ALL {
        let rate = codec.sample_rate();
        let mut call = TestCall::with_caller(codec);
        call.handle(play(1, vec![prompt(500.0, 1_000)]));
        call.run_ms(400);
        call.handle(MediaCommand::PausePlaying);
        call.run_ms(600);
        call.handle(MediaCommand::ResumePlaying);
        call.run_ms(700);
        let expected =
            [("started", 1, 0, 0), ("paused", 1, 400, 400), ("resumed", 1, 400, 1_000), ("ended", 1, 1_000, 1_600)];
        assert_eq!(told(&call), expected, "{codec:?}");
        let heard = &call.caller().heard.clone();
        let found = stretches(rate, 500.0, heard);
        let [(from, paused), (resumed, to)] = found[..] else { panic!("{codec:?}: {found:?}") };
        assert!((paused - from).abs_diff(400) <= 20 && (resumed - paused).abs_diff(600) <= 20, "{codec:?}: {found:?}");
        assert!((to - resumed).abs_diff(600) <= 20, "{codec:?}: {found:?}");
        let quiet = (paused as usize + 40) * rate.hz() as usize / 1_000;
        assert!(rms(&heard[quiet..quiet + rate.frame_samples() * 20]) < 80.0, "{codec:?}");
    }
}

/// No step in the sound is larger than the tone's own where it is held and where it goes on.
#[test]
fn a_pause_makes_no_click() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(play(1, vec![prompt(200.0, 1_000)]));
    call.run_ms(310);
    call.handle(MediaCommand::PausePlaying);
    call.run_ms(200);
    call.handle(MediaCommand::ResumePlaying);
    call.run_ms(400);
    let heard = &call.caller().heard;
    let own = 8_000.0 * std::f64::consts::TAU * 200.0 / 8_000.0;
    let first = heard.iter().position(|s| s.unsigned_abs() > 4_000).unwrap();
    let steps = heard[first..].windows(2).map(|pair| f64::from(pair[1].abs_diff(pair[0])));
    assert!(steps.fold(0.0, f64::max) < 1.4 * own);
    assert!(amplitude(SampleRate::Narrow, 200.0, &heard[heard.len() - 800..]) > 7_500.0);
}

#[test]
fn a_pause_that_is_taken_back_at_once_is_not_heard() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(play(1, vec![prompt(500.0, 400)]));
    call.run_ms(200);
    call.handle(MediaCommand::PausePlaying);
    call.handle(MediaCommand::ResumePlaying);
    call.run_ms(300);
    assert_eq!(told(&call), [("started", 1, 0, 0), ("ended", 1, 400, 400)]);
}

#[test]
fn what_is_queued_or_comes_while_playing_is_held_waits_too() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(play(1, vec![prompt(500.0, 100)]));
    call.run_ms(200);
    call.handle(MediaCommand::PausePlaying);
    call.handle(play(2, vec![prompt(500.0, 100)]));
    call.run_ms(300);
    call.handle(play(3, vec![prompt(500.0, 100)]));
    call.run_ms(300);
    assert_eq!(told(&call), [("started", 1, 0, 0), ("ended", 1, 100, 100)]);
    call.handle(MediaCommand::ResumePlaying);
    call.run_ms(300);
    let expected = [("started", 2, 0, 800), ("ended", 2, 100, 900), ("started", 3, 0, 900), ("ended", 3, 100, 1_000)];
    assert_eq!(told(&call)[2..], expected);
}

#[test]
fn stopping_all_lifts_the_hold() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(play(1, vec![prompt(500.0, 1_000)]));
    call.run_ms(200);
    call.handle(MediaCommand::PausePlaying);
    call.run_ms(200);
    call.handle(MediaCommand::StopPlaying { playback: None });
    call.handle(play(2, vec![prompt(500.0, 100)]));
    call.run_ms(200);
    let ends = [(1, PlaybackEnd::Stopped, 200), (2, PlaybackEnd::Finished, 100)];
    assert_eq!(call.playbacks_ended(), ends);
    assert_eq!(told(&call)[2..], [("ended", 1, 200, 400), ("started", 2, 0, 400), ("ended", 2, 100, 500)]);
}

#[test]
fn it_starts_with_the_first_sound_and_not_with_the_silence_before() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.run_ms(100);
    call.handle(play(1, vec![Arc::new(Prompt::silence(300)), prompt(500.0, 100)]));
    call.handle(play(2, vec![Arc::new(Prompt::silence(100))]));
    call.run_ms(700);
    assert_eq!(told(&call), [("started", 1, 300, 400), ("ended", 1, 400, 500), ("ended", 2, 100, 600)]);
}

#[test]
fn a_playback_that_waits_for_more_stands_still() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    let playback = PlaybackId(1);
    call.handle(MediaCommand::Play { playback, prompts: vec![], growing: true, repeat: false });
    call.run_ms(200);
    call.handle(MediaCommand::Append { playback, prompt: prompt(500.0, 100) });
    call.run_ms(300);
    call.handle(MediaCommand::Append { playback, prompt: prompt(500.0, 100) });
    call.handle(MediaCommand::FinishAppending { playback });
    call.run_ms(200);
    let expected = [("started", 1, 0, 200), ("paused", 1, 100, 300), ("resumed", 1, 100, 500), ("ended", 1, 200, 600)];
    assert_eq!(told(&call), expected);
}

/// The keys that are heard in the sound.
fn keys_in(heard: &[i16]) -> String {
    let mut detector = Detector::new();
    let mut frame = AudioFrame::silence(SampleRate::Narrow);
    let keys = heard.chunks_exact(frame.samples().len()).filter_map(|samples| {
        frame.samples_mut().copy_from_slice(samples);
        detector.process(&frame)
    });
    keys.collect()
}

/// A machine that stood still swallows nothing of what is played: it goes on where it was.
#[test]
fn what_we_play_and_type_waits_while_nothing_can_be_sent() {
    for codec in Codec::ALL {
        let mut call = TestCall::with_caller(codec);
        call.handle(play(1, vec![prompt(500.0, 1_000)]));
        call.run_ms(400);
        call.stand_still_ms(600);
        call.run_ms(700);
        let expected =
            [("started", 1, 0, 0), ("paused", 1, 400, 400), ("resumed", 1, 400, 1_000), ("ended", 1, 1_000, 1_600)];
        assert_eq!(told(&call), expected, "{codec:?}");
        let heard = stretches(codec.sample_rate(), 500.0, &call.caller().heard);
        let total: u64 = heard.iter().map(|(from, to)| to - from).sum();
        assert!((980..=1_100).contains(&total), "{codec:?}: {heard:?}");
        assert_eq!(call.caller().session.quality().lost, 0, "{codec:?}");
    }
    for dtmf in [true, false] {
        let mut call = TestCall::new(CallMediaConfig::default());
        call.start_leg(0, Codec::Pcma, dtmf);
        call.handle(MediaCommand::SendDigits { leg: LegSlot::CALLER, digits: "25".into() });
        call.run_ms(60);
        call.stand_still_ms(1_000);
        call.run_ms(1_000);
        let tones = keys_in(&call.caller().heard);
        assert_eq!(if dtmf { &call.caller().keys } else { &tones }, "25", "by telephone-event: {dtmf}");
    }
}

/// What the caller says meanwhile is recorded, and we are silent there.
#[test]
fn the_recording_of_a_standstill_has_the_caller_and_our_silence() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.handle(play(1, vec![prompt(500.0, 1_000)]));
    call.caller().say_tone(900.0, 2_000);
    call.run_ms(400);
    call.stand_still_ms(600);
    call.run_ms(1_000);
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Stop));
    call.run_ms(20);
    let (sound, _) = call.recorded(TapStream::Call);
    let caller = stretches(SampleRate::Narrow, 900.0, &sound[0]);
    assert_eq!(caller.len(), 1, "{caller:?}");
    let ours = stretches(SampleRate::Narrow, 500.0, &sound[1]);
    let [(_, stopped), (resumed, _)] = ours[..] else { panic!("{ours:?}") };
    assert!(stopped.abs_diff(400) <= 20 && resumed.abs_diff(1_000) <= 20, "{ours:?}");
}

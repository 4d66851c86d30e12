use std::sync::Arc;

use call_model::{PlaybackEnd, PlaybackId, SampleRate, Tone};

use super::harness::TestCall;
use crate::call_media::{CallMediaConfig, LegSlot, MediaCommand};
use crate::codec::Codec;
use crate::prompt::Prompt;
use crate::test_signal::{amplitude, rms, sine};
use crate::tone::Country;

/// A tone of a peak of 8,000.
pub(super) fn prompt(hz: f64, ms: usize) -> Arc<Prompt> {
    Arc::new(Prompt::from_samples(&sine(SampleRate::Wide, hz, 8_000.0, 16 * ms), 16_000).unwrap())
}

pub(super) fn play(playback: u32, prompts: Vec<Arc<Prompt>>) -> MediaCommand {
    MediaCommand::Play { playback: PlaybackId(playback), prompts, growing: false, repeat: false }
}

/// When (in ms, to 10) each stretch of a tone begins and ends.
pub(super) fn stretches(rate: SampleRate, hz: f64, heard: &[i16]) -> Vec<(u64, u64)> {
    let span = rate.hz() as usize / 100;
    let mut found: Vec<(u64, u64)> = Vec::new();
    for (n, chunk) in heard.chunks_exact(span).enumerate() {
        let at = n as u64 * 10;
        if amplitude(rate, hz, chunk) > 4_000.0 {
            match found.last_mut() {
                Some((_, end)) if *end == at => *end = at + 10,
                _ => found.push((at, at + 10)),
            }
        }
    }
    found
}

#[test]
fn prompts_are_heard_whole_one_after_the_other_on_every_codec() {
    for codec in Codec::FIXED {
        let mut call = TestCall::with_caller(codec);
        call.handle(play(1, vec![prompt(500.0, 400), prompt(900.0, 300)]));
        call.handle(play(2, vec![prompt(1_300.0, 200)]));
        call.run_ms(1_200);
        let rate = codec.sample_rate();
        let heard = call.caller().heard.clone();
        let found = [500.0, 900.0, 1_300.0].map(|hz| stretches(rate, hz, &heard));
        let lengths = [400, 300, 200];
        let mut last_end = None;
        for (stretches, length) in found.iter().zip(lengths) {
            let [(from, to)] = stretches[..] else { panic!("{codec:?}: {stretches:?}") };
            assert!((to - from).abs_diff(length) <= 20, "{codec:?}: {stretches:?}");
            assert!(last_end.is_none_or(|end| from.abs_diff(end) <= 10), "{codec:?}: a gap before {stretches:?}");
            last_end = Some(to);
        }
        let ended = [(1, PlaybackEnd::Finished, 700), (2, PlaybackEnd::Finished, 200)];
        assert_eq!(call.playbacks_ended(), ended, "{codec:?}");
    }
}

#[test]
fn what_is_played_ends_in_the_tick_of_its_last_frame() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(play(1, vec![prompt(500.0, 100)]));
    call.run_ms(80);
    assert!(call.playbacks_ended().is_empty());
    call.run_ms(20);
    assert_eq!(call.playbacks_ended(), [(1, PlaybackEnd::Finished, 100)]);
}

#[test]
fn a_stop_is_silence_in_the_next_packet() {
    for codec in [Codec::Pcma, Codec::Pcmu] {
        let mut call = TestCall::with_caller(codec);
        call.handle(play(1, vec![prompt(500.0, 5_000)]));
        call.handle(play(2, vec![prompt(900.0, 5_000)]));
        call.run_ms(1_000);
        assert_ne!(call.caller().last_payload, vec![codec.silence_byte().unwrap(); 160]);
        call.handle(MediaCommand::StopPlaying { playback: None });
        call.tick();
        assert_eq!(call.caller().last_payload, vec![codec.silence_byte().unwrap(); 160]);
        assert_eq!(call.playbacks_ended(), [(1, PlaybackEnd::Stopped, 1_000), (2, PlaybackEnd::Stopped, 0)]);
    }
}

#[test]
fn stopping_the_first_goes_on_with_the_second() {
    let mut call = TestCall::with_caller(Codec::G722);
    call.handle(play(1, vec![prompt(500.0, 5_000)]));
    call.handle(play(2, vec![prompt(900.0, 300)]));
    call.run_ms(500);
    call.handle(MediaCommand::StopPlaying { playback: Some(PlaybackId(1)) });
    call.run_ms(500);
    assert_eq!(call.playbacks_ended(), [(1, PlaybackEnd::Stopped, 500), (2, PlaybackEnd::Finished, 300)]);
}

#[test]
fn a_growing_playback_waits_in_silence_and_goes_on() {
    let mut call = TestCall::with_caller(Codec::Pcmu);
    let playback = PlaybackId(1);
    call.handle(MediaCommand::Play { playback, prompts: vec![prompt(500.0, 200)], growing: true, repeat: false });
    call.run_ms(600);
    assert!(call.playbacks_ended().is_empty());
    call.handle(MediaCommand::Append { playback, prompt: prompt(500.0, 300) });
    call.run_ms(400);
    call.handle(MediaCommand::FinishAppending { playback });
    call.run_ms(40);
    assert_eq!(call.playbacks_ended(), [(1, PlaybackEnd::Finished, 500)]);
    let heard = stretches(SampleRate::Narrow, 500.0, &call.caller().heard);
    let [(_, first_end), (second_start, _)] = heard[..] else { panic!("{heard:?}") };
    assert!((second_start - first_end).abs_diff(400) <= 20, "{heard:?}");
}

#[test]
fn a_repeated_playback_goes_round_until_it_is_stopped() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    let playback = PlaybackId(7);
    let prompts = vec![prompt(500.0, 200), Arc::new(Prompt::silence(100))];
    call.handle(MediaCommand::Play { playback, prompts, growing: false, repeat: true });
    call.run_ms(1_500);
    call.handle(MediaCommand::StopPlaying { playback: Some(playback) });
    assert_eq!(stretches(SampleRate::Narrow, 500.0, &call.caller().heard).len(), 5);
    call.run_ms(100);
    assert_eq!(call.playbacks_ended(), [(7, PlaybackEnd::Stopped, 1_500)]);
}

#[test]
fn empty_and_failed_playbacks_end_and_do_not_hold_up_the_others() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    let empty = MediaCommand::Play { playback: PlaybackId(1), prompts: vec![], growing: false, repeat: true };
    call.handle(empty);
    let growing = MediaCommand::Play { playback: PlaybackId(2), prompts: vec![], growing: true, repeat: false };
    call.handle(growing);
    call.handle(play(3, vec![prompt(500.0, 100)]));
    call.run_ms(100);
    call.handle(MediaCommand::FailPlayback { playback: PlaybackId(2), reason: "no voice".into() });
    call.run_ms(200);
    let failed = PlaybackEnd::Failed("no voice".into());
    let expected = [(1, PlaybackEnd::Finished, 0), (2, failed, 0), (3, PlaybackEnd::Finished, 100)];
    assert_eq!(call.playbacks_ended(), expected);
}

#[test]
fn queues_are_bounded() {
    let config = CallMediaConfig { max_playbacks: 2, max_prompts: 2, max_events: 3, ..CallMediaConfig::default() };
    let mut call = TestCall::new(config);
    call.start_leg(0, Codec::Pcma, true);
    let piece = prompt(500.0, 20);
    call.handle(play(1, vec![piece.clone(); 3]));
    let growing = MediaCommand::Play { playback: PlaybackId(2), prompts: vec![], growing: true, repeat: false };
    call.handle(growing);
    (0..3).for_each(|_| call.handle(MediaCommand::Append { playback: PlaybackId(2), prompt: piece.clone() }));
    (3..8).for_each(|id| call.handle(play(id, vec![piece.clone()])));
    // The first for its pieces, the second for the third of its pieces, 5 to 7 for want of room; two find no room.
    assert_eq!(call.media.dropped().events, 2);
    call.run_ms(20);
    assert!(call.playbacks_ended()[..3].iter().all(|(_, end, _)| matches!(end, PlaybackEnd::Failed(_))));
}

#[test]
fn a_playback_waits_for_the_caller_and_ends_with_the_leg() {
    let mut call = TestCall::new(CallMediaConfig::default());
    call.handle(play(1, vec![prompt(500.0, 1_000)]));
    call.run_ms(500);
    call.start_leg(0, Codec::Pcma, true);
    call.run_ms(500);
    call.handle(MediaCommand::StopLeg { leg: LegSlot::CALLER });
    call.run_ms(100);
    assert_eq!(call.playbacks_ended(), [(1, PlaybackEnd::Stopped, 500)]);
}

#[test]
fn on_hold_nothing_is_sent_but_the_playback_goes_on() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(play(1, vec![prompt(500.0, 1_000)]));
    call.run_ms(200);
    let open = call.caller().negotiated;
    let held = crate::sdp::Negotiated { send: false, ..open };
    call.handle(MediaCommand::RenegotiateLeg { leg: LegSlot::CALLER, negotiated: held });
    let before = call.caller().rtp_packets;
    call.run_ms(400);
    assert_eq!(call.caller().rtp_packets, before);
    call.handle(MediaCommand::RenegotiateLeg { leg: LegSlot::CALLER, negotiated: open });
    call.run_ms(400);
    assert_eq!(call.playbacks_ended(), [(1, PlaybackEnd::Finished, 1_000)]);
    assert_eq!(call.caller().rtp_packets, before + 20);
}

#[test]
fn ringback_is_heard_until_a_prompt_or_a_bridge_comes() {
    for codec in Codec::FIXED {
        let rate = codec.sample_rate();
        let mut call = TestCall::with_caller(codec);
        call.handle(MediaCommand::CallTone { tone: Some((Tone::Ringback, Country::De)) });
        call.run_ms(6_500);
        let heard = stretches(rate, 425.0, &call.caller().heard);
        let [(first, first_end), (second, _)] = heard[..] else { panic!("{codec:?}: {heard:?}") };
        assert!((first_end - first).abs_diff(1_000) <= 20 && (second - first).abs_diff(5_000) <= 20, "{heard:?}");
        call.handle(MediaCommand::CallTone { tone: None });
        call.run_ms(200);
        let end = call.caller().heard.len() - rate.frame_samples();
        assert!(rms(&call.caller().heard[end..]) < 20.0);
    }
}

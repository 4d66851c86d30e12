use call_model::{RecordingSwitch, SampleRate, Tone};

use super::harness::TestCall;
use super::play::{play, prompt};
use crate::call_media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent, TapStream};
use crate::codec::Codec;
use crate::test_signal::{Noise, amplitude, rms, voice};
use crate::tone::Country;

fn slot(slot: u8) -> LegSlot {
    LegSlot::new(slot).unwrap()
}

/// The last 400 ms heard by a peer.
fn end_of(call: &mut TestCall, leg: u8) -> (SampleRate, Vec<i16>) {
    let peer = call.peer(leg);
    let rate = peer.rate();
    (rate, peer.heard[peer.heard.len() - rate.frame_samples() * 20..].to_vec())
}

fn assert_hears(call: &mut TestCall, leg: u8, hz: f64) {
    let (rate, heard) = end_of(call, leg);
    let peak = amplitude(rate, hz, &heard);
    assert!((peak / 8_000.0 - 1.0).abs() < 0.08, "leg {leg}, {hz} Hz: {peak}");
}

fn assert_hears_nothing(call: &mut TestCall, leg: u8) {
    let (_, heard) = end_of(call, leg);
    assert!(rms(&heard) < 30.0, "leg {leg}: {}", rms(&heard));
}

#[test]
fn an_echo_gives_back_what_was_said() {
    for codec in Codec::ALL {
        let mut call = TestCall::with_caller(codec);
        call.handle(MediaCommand::Echo { on: true });
        call.caller().say_tone(700.0, 1_000);
        call.run_ms(1_000);
        assert_hears(&mut call, 0, 700.0);
        call.caller().say_tone(700.0, 1_000);
        call.handle(MediaCommand::Echo { on: false });
        call.run_ms(1_000);
        assert_hears_nothing(&mut call, 0);
    }
}

#[test]
fn a_bridge_carries_both_voices_between_any_two_codecs() {
    for ours in Codec::ALL {
        for theirs in Codec::ALL {
            let mut call = TestCall::with_caller(ours);
            call.start_leg(3, theirs, true);
            call.handle(MediaCommand::Bridge { with: Some(slot(3)) });
            call.caller().say_tone(600.0, 2_000);
            call.peer(3).say_tone(1_100.0, 2_000);
            call.run_ms(1_500);
            assert_hears(&mut call, 0, 1_100.0);
            assert_hears(&mut call, 3, 600.0);
            let (rate, heard) = end_of(&mut call, 0);
            assert!(amplitude(rate, 600.0, &heard) < 60.0, "{ours:?} {theirs:?}: an echo");
        }
    }
}

#[test]
fn phones_ring_in_silence_and_the_one_that_answers_is_bridged() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    for leg in 1..=8 {
        call.start_leg(leg, Codec::Pcmu, true);
        call.peer(leg).say_tone(400.0 + 100.0 * f64::from(leg), 10_000);
    }
    call.handle(MediaCommand::CallTone { tone: Some((Tone::Ringback, Country::De)) });
    call.caller().say_tone(2_000.0, 10_000);
    call.run_ms(1_000);
    assert!(amplitude(SampleRate::Narrow, 425.0, &end_of(&mut call, 0).1) > 3_000.0);
    (1..=8).for_each(|leg| assert_hears_nothing(&mut call, leg));
    call.handle(MediaCommand::Bridge { with: Some(slot(5)) });
    for other in [1, 2, 3, 4, 6, 7, 8] {
        call.handle(MediaCommand::StopLeg { leg: slot(other) });
        call.peers.remove(&other);
    }
    call.run_ms(1_000);
    assert_hears(&mut call, 0, 900.0);
    assert_hears(&mut call, 5, 2_000.0);
    let stopped = call.events.iter().filter(|event| matches!(event, MediaEvent::LegStopped { .. })).count();
    assert_eq!(stopped, 7);
    // The bridge ends with the leg; the caller is still there.
    call.handle(MediaCommand::CallTone { tone: None });
    call.handle(MediaCommand::StopLeg { leg: slot(5) });
    call.start_leg(5, Codec::Pcma, true);
    call.peer(5).say_tone(900.0, 5_000);
    call.run_ms(1_000);
    assert_hears_nothing(&mut call, 0);
}

#[test]
fn a_prompt_is_mixed_over_the_other_voice_and_only_the_caller_hears_it() {
    let mut call = TestCall::with_caller(Codec::G722);
    call.start_leg(1, Codec::Pcma, true);
    call.handle(MediaCommand::Bridge { with: Some(slot(1)) });
    call.peer(1).say_tone(600.0, 3_000);
    call.caller().say_tone(1_700.0, 3_000);
    call.handle(play(1, vec![prompt(1_000.0, 3_000)]));
    call.run_ms(1_000);
    assert_hears(&mut call, 0, 600.0);
    assert_hears(&mut call, 0, 1_000.0);
    let (rate, heard) = end_of(&mut call, 1);
    assert!(amplitude(rate, 1_000.0, &heard) < 60.0);
    assert_hears(&mut call, 1, 1_700.0);
}

#[test]
fn what_one_leg_is_told_is_heard_there_alone_and_not_recorded() {
    for codec in Codec::ALL {
        let mut call = TestCall::with_caller(codec);
        call.start_leg(1, codec, true);
        call.start_leg(2, codec, true);
        call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
        call.caller().say_tone(2_000.0, 10_000);
        call.peer(1).say_tone(2_500.0, 10_000);
        call.handle(MediaCommand::Whisper { leg: slot(1), prompts: vec![prompt(700.0, 600), prompt(1_100.0, 600)] });
        call.run_ms(600);
        assert_hears(&mut call, 1, 700.0);
        call.run_ms(600);
        assert_hears(&mut call, 1, 1_100.0);
        for other in [0, 2] {
            let (rate, heard) = end_of(&mut call, other);
            assert!(rms(&heard) < 60.0, "{codec:?} {rate:?} leg {other}: {}", rms(&heard));
        }
        call.run_ms(600);
        assert_hears_nothing(&mut call, 1);
        // It ends when they are put through.
        call.handle(MediaCommand::Whisper { leg: slot(1), prompts: vec![prompt(700.0, 5_000)] });
        call.run_ms(200);
        call.handle(MediaCommand::Bridge { with: Some(slot(1)) });
        call.run_ms(800);
        assert_hears(&mut call, 1, 2_000.0);
        call.handle(MediaCommand::Bridge { with: None });
        call.run_ms(800);
        assert_hears_nothing(&mut call, 1);
        call.handle(MediaCommand::RecordCall(RecordingSwitch::Stop));
        call.tick();
        let (channels, _) = call.recorded(TapStream::Call);
        for hz in [700.0, 1_100.0] {
            assert!(
                channels.iter().all(|channel| amplitude(codec.sample_rate(), hz, channel) < 60.0),
                "{codec:?} {hz}"
            );
        }
    }
}

#[test]
fn speech_is_reported_when_it_begins_and_ends() {
    let mut call = TestCall::new(CallMediaConfig::default());
    call.start_leg(0, Codec::Pcma, true);
    let silence = |ms: usize| vec![0; 8 * ms];
    let speech = voice(&mut Noise::new(4), SampleRate::Narrow, 16_000);
    call.caller().say([silence(1_000), speech, silence(2_000)].concat());
    call.run_ms(900);
    assert!(!call.events.iter().any(|event| matches!(event, MediaEvent::SpeechStarted { .. })));
    call.run_ms(700);
    assert!(call.events.iter().any(|event| matches!(event, MediaEvent::SpeechStarted { .. })));
    call.run_ms(2_500);
    assert!(matches!(call.events.last(), Some(MediaEvent::SpeechEnded { .. })), "{:?}", call.events);
}

#[test]
fn a_stopped_leg_says_goodbye_and_tells_its_quality() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.caller().loses = |n| n % 10 == 0;
    call.run_ms(4_000);
    call.handle(MediaCommand::StopLeg { leg: LegSlot::CALLER });
    let mut goodbyes = 0;
    while let Some((leg, out)) = call.media.poll_transmit() {
        // RTCP BYE has the packet type 203, in a compound behind a report.
        goodbyes += usize::from(leg == LegSlot::CALLER && out.data.windows(2).any(|w| w == [0x81, 203]));
    }
    assert_eq!(goodbyes, 1);
    let Some(MediaEvent::LegStopped { quality, .. }) = call.media.poll_event() else { panic!("no quality") };
    assert!(quality.received >= 170 && (15..=20).contains(&quality.lost), "{quality:?}");
    call.run_ms(40);
    assert!(call.media.poll_transmit().is_none());
}

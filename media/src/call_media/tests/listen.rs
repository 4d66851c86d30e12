//! What is heard of a leg at once, and the media clock.

use call_model::{RecordingSwitch, SampleRate};

use super::harness::TestCall;
use super::play::{play, prompt};
use crate::call_media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent, Tap, TapStream};
use crate::codec::Codec;
use crate::prompt::Prompt;
use crate::test_signal::{Noise, amplitude, voice};

const CALLER: LegSlot = LegSlot::CALLER;

fn slot(slot: u8) -> LegSlot {
    LegSlot::new(slot).unwrap()
}

fn listen(leg: LegSlot, on: bool) -> MediaCommand {
    MediaCommand::Listen { leg, on }
}

fn ear(call: &TestCall, leg: LegSlot) -> Vec<&Tap> {
    call.ears.iter().filter(|tap| tap.stream == TapStream::Ear(leg)).collect()
}

fn speech_events(call: &TestCall) -> Vec<(bool, u64)> {
    let events = call.events.iter().filter_map(|event| match event {
        MediaEvent::SpeechStarted { at_ms } => Some((true, *at_ms)),
        MediaEvent::SpeechEnded { at_ms } => Some((false, *at_ms)),
        _ => None,
    });
    events.collect()
}

#[test]
fn every_20_ms_are_handed_out_in_their_tick() {
    for codec in Codec::ALL {
        let mut call = TestCall::with_caller(codec);
        let frame = codec.sample_rate().frame_samples();
        call.caller().say_tone(600.0, 5_000);
        call.caller().loses = |n| n % 9 == 4;
        call.run_ms(300);
        call.handle(listen(CALLER, true));
        call.handle(listen(CALLER, true));
        for n in 1..=50 {
            call.tick();
            assert_eq!(call.ears.len(), n);
        }
        call.handle(listen(CALLER, false));
        call.run_ms(100);
        let blocks = ear(&call, CALLER);
        assert_eq!(blocks.len(), 51);
        for (n, block) in blocks[..50].iter().enumerate() {
            assert_eq!((block.start_sample, block.samples.len()), ((15 + n as u64) * frame as u64, frame));
            assert_eq!((block.rate, block.end), (codec.sample_rate(), None));
        }
        let last = blocks[50];
        assert_eq!((last.samples.len(), last.end), (0, Some(65 * frame as u64)));
        // What was lost on the way was made up for.
        let heard: Vec<i16> = blocks.iter().flat_map(|block| block.samples.iter().copied()).collect();
        assert!(amplitude(codec.sample_rate(), 600.0, &heard) > 7_000.0, "{codec:?}");
    }
}

#[test]
fn speech_is_marked_and_its_events_tell_when_it_was() {
    let mut call = TestCall::new(CallMediaConfig::default());
    call.run_ms(400);
    call.start_leg(0, Codec::Pcma, true);
    call.handle(listen(CALLER, true));
    let speech = super::recording::message(SampleRate::Narrow, 1_000, 1_500);
    call.caller().say(speech);
    call.run_ms(4_000);
    // The clock began with the leg. Speech comes by the jitter buffer's delay later.
    let [(true, from), (false, to)] = speech_events(&call)[..] else { panic!("{:?}", call.events) };
    assert!((1_000..=1_080).contains(&from) && (2_500..=2_620).contains(&to), "{from} to {to}");
    for block in ear(&call, CALLER) {
        let at_ms = block.start_sample / 8;
        if at_ms < from || at_ms >= to {
            assert!(!block.voiced, "{at_ms}");
        } else if at_ms < to - 100 {
            assert!(block.voiced, "{at_ms}");
        }
    }
}

#[test]
fn another_leg_is_heard_by_itself_until_it_is_stopped() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.start_leg(2, Codec::G722, true);
    call.handle(MediaCommand::Bridge { with: Some(slot(2)) });
    call.handle(listen(slot(2), true));
    call.handle(listen(slot(3), true));
    call.caller().say_tone(600.0, 3_000);
    let spoken = voice(&mut Noise::new(4), SampleRate::Wide, 48_000);
    call.peer(2).say(spoken);
    call.run_ms(2_000);
    call.handle(MediaCommand::StopLeg { leg: slot(2) });
    call.run_ms(200);
    let blocks = ear(&call, slot(2));
    assert_eq!((blocks.len(), call.ears.len()), (101, 101));
    assert!(blocks[..100].iter().all(|block| block.rate == SampleRate::Wide && block.samples.len() == 320));
    assert!(blocks.iter().filter(|block| block.voiced).count() > 40);
    assert_eq!(blocks[100].end, Some(100 * 320));
}

#[test]
fn a_stream_keeps_its_rate_when_the_codec_changes() {
    let mut call = TestCall::with_caller(Codec::G722);
    call.handle(listen(CALLER, true));
    call.run_ms(200);
    let (ours, theirs) = super::harness::agree(Codec::Pcma, true, 0);
    call.handle(MediaCommand::RenegotiateLeg { leg: CALLER, negotiated: ours });
    call.caller().session.renegotiate(theirs);
    call.caller().say_tone(600.0, 2_000);
    call.run_ms(1_000);
    let blocks = ear(&call, CALLER);
    assert!(blocks.iter().all(|block| block.rate == SampleRate::Wide && block.samples.len() == 320));
    let heard: Vec<i16> = blocks[30..].iter().flat_map(|block| block.samples.iter().copied()).collect();
    assert!(amplitude(SampleRate::Wide, 600.0, &heard) > 7_000.0);
}

#[test]
fn a_listener_that_is_behind_loses_blocks_and_nobody_else_does() {
    let mut call = TestCall::new(CallMediaConfig { max_ear_blocks: 10, ..CallMediaConfig::default() });
    call.start_leg(0, Codec::Pcma, true);
    call.handle(listen(CALLER, true));
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.polls_ears = false;
    call.run_ms(1_000);
    assert_eq!((call.media.dropped().ear_blocks, call.media.dropped().tap_samples), (40, 0));
    call.polls_ears = true;
    call.run_ms(1_000);
    let starts: Vec<u64> = call.ears.iter().map(|block| block.start_sample / 160).collect();
    // What waited, and from then on everything.
    assert_eq!(starts[..10], (0..10).collect::<Vec<_>>()[..]);
    assert_eq!(starts[10..], (51..100).collect::<Vec<_>>()[..]);
}

#[test]
fn the_recording_tells_where_it_lies_on_the_clock() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(listen(CALLER, true));
    call.run_ms(1_460);
    call.events.clear();
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.caller().say_tone(700.0, 1_000);
    call.run_ms(1_000);
    let Some(MediaEvent::RecordingStarted { at_ms: 1_460 }) = call.events.first() else { panic!("{:?}", call.events) };
    let heard: Vec<i16> = ear(&call, CALLER).iter().flat_map(|block| block.samples.iter().copied()).collect();
    let (sound, _) = call.recorded(TapStream::Call);
    assert_eq!(sound[0], heard[1_460 * 8..][..sound[0].len()]);
}

/// The caller's phone gives back what we say, 200 ms later and 15 dB softer.
fn run_with_echo(call: &mut TestCall, ms: u64, voice: &[i16]) {
    for n in 0..ms as usize / 20 {
        let caller = call.caller();
        let mut says = vec![0i16; 160];
        if let Some(from) = caller.heard.len().checked_sub(160 * 10) {
            let echo = caller.heard[from..from + 160].iter().map(|s| (f64::from(*s) * 0.178) as i16);
            says.iter_mut().zip(echo).for_each(|(place, echo)| *place = echo);
        }
        says.iter_mut()
            .zip(voice.iter().skip(n * 160))
            .for_each(|(place, voice)| *place = place.saturating_add(*voice));
        caller.say(says);
        call.tick();
    }
}

#[test]
fn the_guard_knows_our_echo_from_an_interruption() {
    for echo_guard in [false, true] {
        let mut call = TestCall::new(CallMediaConfig { echo_guard, ..CallMediaConfig::default() });
        call.start_leg(0, Codec::Pcma, true);
        call.handle(listen(CALLER, true));
        call.run_ms(500);
        let speech = voice(&mut Noise::new(15), SampleRate::Narrow, 80_000);
        call.handle(play(1, vec![Prompt::from_samples(&speech, 8_000).unwrap().into()]));
        run_with_echo(&mut call, 6_000, &[]);
        assert_eq!(speech_events(&call).is_empty(), echo_guard, "{:?}", speech_events(&call));
        if echo_guard {
            assert!(ear(&call, CALLER).iter().filter(|block| block.voiced).count() < 10);
            let interruption = super::recording::message(SampleRate::Narrow, 0, 2_000);
            run_with_echo(&mut call, 300, &interruption);
            let [(true, at_ms)] = speech_events(&call)[..] else { panic!("{:?}", speech_events(&call)) };
            assert!((6_500..=6_580).contains(&at_ms), "{at_ms}");
        }
    }
}

/// What we give back of the caller's own voice does not hide it.
#[test]
fn a_voice_that_is_echoed_by_us_is_still_heard() {
    let mut call = TestCall::new(CallMediaConfig::default());
    call.start_leg(0, Codec::Pcma, true);
    call.handle(MediaCommand::Echo { on: true });
    call.handle(listen(CALLER, true));
    call.caller().say(super::recording::message(SampleRate::Narrow, 500, 1_500));
    call.run_ms(3_000);
    assert_eq!(speech_events(&call).len(), 2);
    let voiced = ear(&call, CALLER).iter().filter(|block| block.voiced).count();
    assert!(voiced >= 70, "{voiced}");
}

#[test]
fn nothing_is_handed_out_before_the_clock_runs() {
    let mut call = TestCall::new(CallMediaConfig::default());
    call.start_leg(1, Codec::Pcma, true);
    call.handle(listen(slot(1), true));
    call.handle(play(1, vec![prompt(500.0, 100)]));
    call.run_ms(200);
    assert!(call.ears.is_empty());
    call.start_leg(0, Codec::Pcma, true);
    call.run_ms(200);
    assert_eq!(call.ears.first().map(|block| block.start_sample), Some(0));
}

#[test]
fn who_answers_is_found_out_while_it_is_asked() {
    use crate::answering::{AnsweringConfig, Classifier, Finding};
    use crate::call_media::ScreeningStep;
    let mut call = TestCall::new(CallMediaConfig::default());
    call.handle(MediaCommand::Screen(Some(Box::new(Classifier::new(AnsweringConfig::default())))));
    call.start_leg(0, Codec::Pcma, true);
    call.run_ms(400);
    call.handle(MediaCommand::Screening(ScreeningStep::Answered));
    call.caller().say([voice(&mut Noise::new(4), SampleRate::Narrow, 4_000), vec![0; 16_000]].concat());
    call.run_ms(3_000);
    let found = |call: &TestCall| call.events.iter().filter(|event| matches!(event, MediaEvent::Answering(_))).count();
    let first = call.events.iter().find_map(|event| match event {
        MediaEvent::Answering(Finding::Answered(answered)) => Some(answered.by),
        _ => None,
    });
    assert_eq!(first, Some(call_model::AnsweredBy::Person));
    let before = found(&call);
    call.handle(MediaCommand::Screen(None));
    call.run_ms(6_000);
    assert_eq!(found(&call), before);
}

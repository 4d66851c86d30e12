use call_model::{RecordEnd, RecordId, RecordSettings, RecordingSwitch, SampleRate};

use super::harness::TestCall;
use super::play::{play, prompt};
use crate::call_media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent, TapStream};
use crate::codec::Codec;
use crate::dtmf::render;
use crate::sdp::Negotiated;
use crate::test_signal::{Noise, amplitude, rms, sine, voice};

const RECORD: RecordId = RecordId(1);

fn record(max_ms: u64, silence_ms: u64) -> MediaCommand {
    let settings = RecordSettings { max_ms, silence_ms, terminators: "#".into() };
    MediaCommand::Record { record: RECORD, settings }
}

fn record_ended(call: &TestCall) -> Option<(RecordEnd, u64)> {
    call.events.iter().find_map(|event| match event {
        MediaEvent::RecordEnded { record: RECORD, end, duration_ms, .. } => Some((*end, *duration_ms)),
        _ => None,
    })
}

/// Speech without pauses, between silences.
pub(super) fn message(rate: SampleRate, before_ms: usize, speech_ms: usize) -> Vec<i16> {
    let samples = |ms: usize| ms * rate.hz() as usize / 1_000;
    let speech = voice(&mut Noise::new(9), rate, samples(speech_ms));
    // A hum under the voice fills its pauses.
    let hum = sine(rate, 250.0, 3_000.0, samples(speech_ms));
    let spoken = speech.iter().zip(hum).map(|(s, h)| s.saturating_add(h));
    std::iter::repeat_n(0, samples(before_ms)).chain(spoken).collect()
}

#[test]
fn a_message_ends_by_silence_which_is_not_kept() {
    for codec in Codec::ALL {
        let rate = codec.sample_rate();
        let mut call = TestCall::with_caller(codec);
        call.caller().say(message(rate, 500, 1_500));
        call.handle(record(60_000, 2_000));
        call.run_ms(6_000);
        let (end, duration) = record_ended(&call).unwrap();
        assert_eq!(end, RecordEnd::Silence);
        assert!(duration.abs_diff(500 + 1_500 + 200 + 40) <= 80, "{codec:?}: {duration}");
        let (sound, kept) = call.recorded(TapStream::Record(RECORD));
        assert_eq!(kept, Some(duration * u64::from(rate.hz()) / 1_000));
        assert!(sound[0].len() as u64 >= kept.unwrap());
        let spoken = &sound[0][rate.hz() as usize * 7 / 10..rate.hz() as usize * 19 / 10];
        assert!(rms(spoken) > 1_500.0, "{codec:?}: {}", rms(spoken));
    }
}

#[test]
fn a_message_without_a_word_has_no_length() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.handle(record(60_000, 3_000));
    call.run_ms(3_020);
    assert_eq!(record_ended(&call), Some((RecordEnd::Silence, 0)));
}

#[test]
fn a_message_ends_at_its_longest_to_the_sample() {
    let mut call = TestCall::with_caller(Codec::G722);
    call.caller().say(message(SampleRate::Wide, 0, 5_000));
    call.run_ms(200);
    call.handle(record(1_710, 2_000));
    call.run_ms(3_000);
    assert_eq!(record_ended(&call), Some((RecordEnd::MaxLength, 1_710)));
    let (sound, kept) = call.recorded(TapStream::Record(RECORD));
    assert_eq!((sound[0].len(), kept), (1_710 * 16, Some(1_710 * 16)));
}

#[test]
fn a_key_ends_a_message_and_is_not_kept() {
    for rfc4733 in [true, false] {
        let mut call = TestCall::new(CallMediaConfig::default());
        call.start_leg(0, Codec::Pcma, rfc4733);
        call.handle(record(60_000, 10_000));
        let mut says = message(SampleRate::Narrow, 0, 2_000);
        says.extend([0; 8_000]);
        says.extend(if rfc4733 { vec![0; 800] } else { render("1#", SampleRate::Narrow) });
        call.caller().say(says);
        call.run_ms(3_000);
        if rfc4733 {
            call.caller().session.send_digits("1#").unwrap();
        }
        call.run_ms(1_000);
        let (end, duration) = record_ended(&call).unwrap();
        assert_eq!(end, RecordEnd::Key('#'), "{rfc4733}");
        // The first key ends nothing, but is a sound where it is in the audio.
        let expected = if rfc4733 { 2_200 } else { 3_100 };
        assert!(duration.abs_diff(expected) <= 120, "{rfc4733}: {duration}");
        let (sound, kept) = call.recorded(TapStream::Record(RECORD));
        let tail = &sound[0][kept.unwrap() as usize - 160..kept.unwrap() as usize];
        assert!(amplitude(SampleRate::Narrow, 1_477.0, tail) < 300.0, "{rfc4733}");
    }
}

#[test]
fn a_message_ends_when_the_caller_or_the_app_ends_it() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.caller().say(message(SampleRate::Narrow, 0, 5_000));
    call.handle(record(60_000, 2_000));
    call.run_ms(1_000);
    call.handle(MediaCommand::StopRecord { record: RECORD });
    call.run_ms(20);
    assert_eq!(record_ended(&call), Some((RecordEnd::Stopped, 1_000)));
    call.events.clear();
    call.taps.clear();
    call.handle(record(60_000, 2_000));
    call.run_ms(500);
    call.handle(MediaCommand::StopLeg { leg: LegSlot::CALLER });
    call.run_ms(20);
    assert_eq!(record_ended(&call), Some((RecordEnd::HungUp, 500)));
    assert_eq!(call.recorded(TapStream::Record(RECORD)).1, Some(4_000));
}

/// Pulses of 2 ms, one each 400 ms.
fn pulses(rate: SampleRate, count: usize) -> Vec<i16> {
    let period = rate.hz() as usize * 2 / 5;
    let mut samples = vec![0; period * count];
    for pulse in samples.chunks_exact_mut(period) {
        pulse[..rate.hz() as usize / 500].fill(16_000);
    }
    samples
}

/// The places where a pulse begins, in samples.
fn onsets(samples: &[i16]) -> Vec<usize> {
    let loud = |s: &i16| *s > 8_000;
    let mut onsets: Vec<usize> = Vec::new();
    for (n, _) in samples.iter().enumerate().filter(|(_, s)| loud(s)) {
        if onsets.last().is_none_or(|last| n - last > 200) {
            onsets.push(n);
        }
    }
    onsets
}

/// Both sides keep their places to the sample for a minute, through lost packets, two kinds of hold and a pause.
#[test]
fn the_recording_is_aligned_to_the_sample() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    let prompt = std::sync::Arc::new(crate::Prompt::from_samples(&pulses(SampleRate::Narrow, 150), 8_000).unwrap());
    call.caller().say(pulses(SampleRate::Narrow, 150));
    call.caller().loses = |n| n % 7 == 3;
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.handle(play(1, vec![prompt]));
    call.run_ms(15_000);
    let open = call.caller().negotiated;
    for held in [Negotiated { send: false, ..open }, Negotiated { send: false, receive: false, ..open }] {
        call.handle(MediaCommand::RenegotiateLeg { leg: LegSlot::CALLER, negotiated: held });
        call.run_ms(5_000);
        call.handle(MediaCommand::RenegotiateLeg { leg: LegSlot::CALLER, negotiated: open });
        call.run_ms(5_000);
    }
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Pause));
    call.run_ms(5_000);
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Resume));
    call.run_ms(20_000);
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Stop));
    call.run_ms(20);

    let (sound, end) = call.recorded(TapStream::Call);
    assert_eq!(end, Some(60 * 8_000));
    assert_eq!((sound[0].len(), sound[1].len()), (60 * 8_000, 60 * 8_000));
    let period = 3_200;
    let right = onsets(&sound[1]);
    assert!(right.iter().all(|n| n % period == 0), "{right:?}");
    // 2 holds of 5 s and a pause of 5 s out of a minute.
    assert!((111..=114).contains(&right.len()), "{}", right.len());
    // After the hold that stopped its audio the jitter buffer began anew, perhaps with another delay.
    for (part, least) in [(0..25, 40), (30..60, 40)] {
        let left = onsets(&sound[0][part.start * 8_000..part.end * 8_000]);
        let delay = left[0] % period;
        assert!(delay <= 320, "{delay}");
        assert!(left.len() >= least && left.iter().all(|n| (n % period).abs_diff(delay) <= 1), "{left:?}");
    }
    let paused = 35 * 8_000 + 10..40 * 8_000;
    assert!(sound.iter().all(|channel| channel[paused.clone()].iter().all(|s| *s == 0)));
    // The held caller hears nothing; we hear a caller that holds us only by `sendonly`.
    assert!(sound[1][15 * 8_000..20 * 8_000].iter().all(|s| *s == 0));
    assert!(onsets(&sound[0][15 * 8_000..20 * 8_000]).len() >= 7);
    assert!(sound[0][25 * 8_000..30 * 8_000].iter().all(|s| *s == 0));
}

#[test]
fn the_right_channel_is_what_the_caller_hears_of_the_other_leg() {
    for (codec, rate) in [(Codec::Pcma, None), (Codec::G722, None), (Codec::G722, Some(SampleRate::Narrow))] {
        let mut call = TestCall::new(CallMediaConfig { recording_rate: rate, ..CallMediaConfig::default() });
        call.start_leg(0, codec, true);
        call.start_leg(1, Codec::Pcmu, true);
        call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
        call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
        call.caller().say_tone(600.0, 3_000);
        call.peer(1).say_tone(1_000.0, 3_000);
        call.run_ms(2_000);
        call.media.close(call.now());
        call.drain(call.now());
        let recorded_at = rate.unwrap_or(codec.sample_rate());
        assert!(call.taps.iter().all(|tap| tap.rate == recorded_at));
        let (sound, end) = call.recorded(TapStream::Call);
        assert_eq!(end, Some(2 * u64::from(recorded_at.hz())));
        let half = sound[0].len() / 2;
        for (channel, own, other) in [(0, 600.0, 1_000.0), (1, 1_000.0, 600.0)] {
            let steady = &sound[channel][half..];
            assert!((amplitude(recorded_at, own, steady) / 8_000.0 - 1.0).abs() < 0.08, "{codec:?} {rate:?} {channel}");
            assert!(amplitude(recorded_at, other, steady) < 60.0, "{codec:?} {rate:?} {channel}");
        }
    }
}

#[test]
fn what_the_recorder_does_not_take_is_a_gap_of_the_right_length() {
    let mut call = TestCall::new(CallMediaConfig { max_tap_blocks: 4, ..CallMediaConfig::default() });
    call.start_leg(0, Codec::Pcma, true);
    call.handle(play(1, vec![prompt(500.0, 20_000)]));
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.polls_taps = false;
    call.run_ms(5_000);
    assert_eq!(call.media.dropped().tap_samples, 3 * 8_000);
    call.polls_taps = true;
    call.run_ms(5_000);
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Stop));
    call.run_ms(20);
    let (sound, end) = call.recorded(TapStream::Call);
    assert_eq!(end, Some(80_000));
    assert!(rms(&sound[1][..16_000]) > 5_000.0);
    assert!(rms(&sound[1][16_000..40_000]) < 1.0);
    assert!(rms(&sound[1][40_500..80_000]) > 5_000.0);
}

#[test]
fn blocks_are_half_a_second_long() {
    let mut call = TestCall::with_caller(Codec::G722);
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.run_ms(2_000);
    let lengths: Vec<usize> = call.taps.iter().map(|tap| tap.samples.len()).collect();
    assert_eq!(lengths, [16_000; 4]);
}

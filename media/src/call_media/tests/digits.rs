use call_model::DigitSource;

use super::harness::{TestCall, slot_of};
use crate::call_media::{CallMediaConfig, InbandDtmf, LegSlot, MediaCommand, MediaEvent};
use crate::codec::Codec;
use crate::dtmf::render;
use crate::test_signal::amplitude;

fn call_with(inband_dtmf: InbandDtmf, codec: Codec, rfc4733: bool) -> TestCall {
    let mut call = TestCall::new(CallMediaConfig { inband_dtmf, ..CallMediaConfig::default() });
    call.start_leg(0, codec, rfc4733);
    call.run_ms(100);
    call
}

fn sources(call: &TestCall) -> Vec<DigitSource> {
    let sources = call.events.iter().filter_map(|event| match event {
        MediaEvent::Digit { source, .. } => Some(*source),
        _ => None,
    });
    sources.collect()
}

#[test]
fn keys_by_rfc4733_arrive_once_each() {
    let mut call = call_with(InbandDtmf::Auto, Codec::Pcma, true);
    call.caller().session.send_digits("1123#").unwrap();
    call.run_ms(2_000);
    assert_eq!(call.digits(), "1123#");
    assert!(sources(&call).iter().all(|source| *source == DigitSource::Rfc4733));
}

#[test]
fn keys_in_the_audio_are_found_where_nothing_better_was_agreed() {
    for codec in Codec::ALL {
        let mut call = call_with(InbandDtmf::Auto, codec, false);
        call.caller().say(render("0123456789*#", codec.sample_rate()));
        call.run_ms(3_000);
        assert_eq!(call.digits(), "0123456789*#", "{codec:?}");
    }
    let mut agreed = call_with(InbandDtmf::Auto, Codec::Pcma, true);
    agreed.caller().say(render("123", Codec::Pcma.sample_rate()));
    agreed.run_ms(1_000);
    assert_eq!(agreed.digits(), "");
    let mut never = call_with(InbandDtmf::Never, Codec::Pcma, false);
    never.caller().say(render("123", Codec::Pcma.sample_rate()));
    never.run_ms(1_000);
    assert_eq!(never.digits(), "");
}

/// A gateway that sends keys by RFC 4733, leaves them in the audio and tells them by INFO too.
#[test]
fn keys_that_come_three_ways_are_reported_once() {
    let mut call = call_with(InbandDtmf::Always, Codec::Pcma, true);
    for digit in ["5", "5", "8"] {
        call.caller().say(render(digit, Codec::Pcma.sample_rate()));
        call.run_ms(120);
        call.caller().session.send_digits(digit).unwrap();
        call.run_ms(60);
        call.handle(MediaCommand::DigitArrived { leg: LegSlot::CALLER, digit: digit.parse().unwrap() });
        call.run_ms(200);
    }
    assert_eq!(call.digits(), "558");
    assert_eq!(sources(&call)[0], DigitSource::Inband);
}

#[test]
fn keys_are_sent_by_rfc4733_or_as_tones() {
    let mut call = call_with(InbandDtmf::Auto, Codec::Pcma, true);
    call.handle(MediaCommand::SendDigits { leg: LegSlot::CALLER, digits: "12,3x".into() });
    call.run_ms(600);
    assert_eq!(call.caller().keys, "12");
    call.run_ms(700);
    assert_eq!(call.caller().keys, "123");

    for codec in Codec::ALL {
        let mut call = call_with(InbandDtmf::Auto, codec, false);
        call.handle(MediaCommand::SendDigits { leg: LegSlot::CALLER, digits: "5".into() });
        let from = call.caller().heard.len();
        call.run_ms(240);
        let heard = &call.caller().heard[from..];
        for hz in [770.0, 1_336.0] {
            assert!(amplitude(codec.sample_rate(), hz, heard) > 2_000.0, "{codec:?} {hz}");
        }
    }
}

/// Whoever keeps packets leaves out the sound of a whole call, since every leg may have the sound of the others.
#[test]
fn one_leg_with_keys_in_its_sound_makes_that_of_all_tell_them() {
    let in_sound = |call: &TestCall, slot| call.media.key_ways(slot).map(|ways| ways.in_sound);
    let mut call = call_with(InbandDtmf::Auto, Codec::Pcma, true);
    call.start_leg(9, Codec::Pcma, false);
    assert_eq!(in_sound(&call, LegSlot::CALLER), Some(false));
    assert_eq!(in_sound(&call, LegSlot::RECORDER_HEARD), Some(false), "a recorder has no keys of its own");
    call.start_leg(1, Codec::Pcma, false);
    for slot in [LegSlot::CALLER, slot_of(1), LegSlot::RECORDER_HEARD] {
        assert_eq!(in_sound(&call, slot), Some(true), "{slot:?}");
    }
    call.handle(MediaCommand::StopLeg { leg: slot_of(1) });
    call.run_ms(40);
    assert_eq!(in_sound(&call, LegSlot::CALLER), Some(false));
    let never = call_with(InbandDtmf::Never, Codec::Pcma, false);
    assert_eq!(in_sound(&never, LegSlot::CALLER), Some(true), "we send them so");
}

#[test]
fn keys_are_passed_on_over_a_bridge() {
    let mut call = call_with(InbandDtmf::Auto, Codec::Pcma, true);
    call.start_leg(1, Codec::G722, true);
    call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
    call.run_ms(100);
    call.caller().session.send_digits("42").unwrap();
    call.run_ms(1_000);
    assert_eq!(call.digits(), "42");
    assert_eq!(call.peer(1).keys, "42");
}

#[test]
fn too_many_keys_are_dropped_and_counted() {
    let mut call = TestCall::new(CallMediaConfig { max_digits: 4, ..CallMediaConfig::default() });
    call.start_leg(0, Codec::Pcma, true);
    call.handle(MediaCommand::SendDigits { leg: LegSlot::CALLER, digits: "123456".into() });
    assert_eq!(call.media.dropped().digits, 2);
}

#[test]
fn keys_for_who_wants_them_by_signalling_are_told_one_after_the_other() {
    let mut call = call_with(InbandDtmf::Auto, Codec::Pcma, true);
    call.handle(MediaCommand::TellKeys { leg: LegSlot::CALLER });
    call.handle(MediaCommand::SendDigits { leg: LegSlot::CALLER, digits: "4,2#".into() });
    let mut told = Vec::new();
    for step in 0..100 {
        call.run_ms(20);
        told.extend(call.events.drain(..).filter_map(|event| match event {
            MediaEvent::KeyToSend { leg: LegSlot::CALLER, digit } => Some((step * 20, digit)),
            _ => None,
        }));
    }
    assert_eq!(told.iter().map(|(_, digit)| *digit).collect::<String>(), "42#");
    let apart = |n: usize| told[n].0 - told[n - 1].0;
    assert!(apart(1) >= 240 + 500 && (240..500).contains(&apart(2)), "{told:?}");
    assert!(!call.caller().session.is_sending_digits(), "nothing went with the sound");
}

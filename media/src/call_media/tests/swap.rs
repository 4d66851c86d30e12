//! Two legs change places: whoever was brought in becomes the caller.

use call_model::SampleRate;

use super::harness::TestCall;
use super::play::{play, prompt};
use crate::call_media::{LegSlot, MediaCommand};
use crate::codec::Codec;
use crate::test_signal::{amplitude, rms};

fn slot(slot: u8) -> LegSlot {
    LegSlot::new(slot).unwrap()
}

/// The last 400 ms that a peer has heard.
fn heard(call: &mut TestCall, leg: u8) -> (SampleRate, Vec<i16>) {
    let peer = call.peer(leg);
    let rate = peer.rate();
    (rate, peer.heard[peer.heard.len() - rate.frame_samples() * 20..].to_vec())
}

fn assert_hears(call: &mut TestCall, leg: u8, hz: f64) {
    let (rate, heard) = heard(call, leg);
    let peak = amplitude(rate, hz, &heard);
    assert!((peak / 8_000.0 - 1.0).abs() < 0.08, "leg {leg}, {hz} Hz: {peak}");
}

#[test]
fn legs_that_change_places_hear_each_other_and_then_somebody_else() {
    let mut call = TestCall::with_caller(Codec::Pcma);
    call.start_leg(1, Codec::G722, true);
    call.start_leg(2, Codec::Pcmu, true);
    call.caller().say_tone(600.0, 10_000);
    call.peer(1).say_tone(1_100.0, 10_000);
    call.peer(2).say_tone(1_700.0, 10_000);
    call.handle(MediaCommand::Bridge { with: Some(slot(1)) });
    call.run_ms(600);
    call.handle(MediaCommand::SwapCaller { with: slot(1) });
    // The driver's sockets follow their legs; here those are the peers.
    let (first, second) = (call.peers.remove(&0).unwrap(), call.peers.remove(&1).unwrap());
    call.peers.insert(1, first);
    call.peers.insert(0, second);
    call.run_ms(600);
    assert_hears(&mut call, 0, 600.0);
    assert_hears(&mut call, 1, 1_100.0);
    call.handle(MediaCommand::Bridge { with: Some(slot(2)) });
    call.run_ms(600);
    assert_hears(&mut call, 0, 1_700.0);
    assert_hears(&mut call, 2, 1_100.0);
    let (_, left_out) = heard(&mut call, 1);
    assert!(rms(&left_out) < 30.0, "who was the caller hears nothing: {}", rms(&left_out));
    // What is played is for whom the call is about now.
    call.handle(MediaCommand::Bridge { with: None });
    call.handle(play(1, vec![prompt(900.0, 600)]));
    call.run_ms(500);
    let (rate, played) = heard(&mut call, 0);
    assert!(amplitude(rate, 900.0, &played) > 3_000.0);
}

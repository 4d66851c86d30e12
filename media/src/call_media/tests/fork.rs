//! A recorder elsewhere: each voice on a leg of its own, and silence where it is to hear nothing.

use call_model::RecordingSwitch;

use super::harness::TestCall;
use crate::call_media::{LegSlot, MediaCommand};
use crate::codec::Codec;
use crate::test_signal::{amplitude, rms};

const HEARD: u8 = 9;
const SAID: u8 = 10;

/// A call between two phones, with a recorder of another codec.
fn call(caller: Codec, peer: Codec, recorder: Codec) -> TestCall {
    let mut call = TestCall::with_caller(caller);
    call.start_leg(1, peer, true);
    call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
    for slot in [HEARD, SAID] {
        call.start_leg(slot, recorder, false);
    }
    call.caller().say_tone(600.0, 60_000);
    call.peer(1).say_tone(1_000.0, 60_000);
    call
}

/// What the recorder heard last, by its slot.
fn lately(call: &TestCall, slot: u8, ms: usize) -> Vec<i16> {
    let heard = &call.peers[&slot].heard;
    let rate = call.peers[&slot].rate().hz() as usize;
    heard[heard.len() - ms * rate / 1_000..].to_vec()
}

#[test]
fn each_voice_goes_to_its_own_leg_whatever_the_codecs() {
    for (caller, peer, recorder) in [
        (Codec::Pcma, Codec::Pcma, Codec::Pcma),
        (Codec::Pcma, Codec::G722, Codec::Pcmu),
        (Codec::G722, Codec::Pcmu, Codec::Pcma),
        (Codec::Pcma, Codec::Pcma, Codec::G722),
    ] {
        let mut call = call(caller, peer, recorder);
        call.handle(MediaCommand::Fork { on: true });
        call.run_ms(2_000);
        let rate = recorder.sample_rate();
        for (slot, own, other) in [(HEARD, 600.0, 1_000.0), (SAID, 1_000.0, 600.0)] {
            let sound = lately(&call, slot, 500);
            assert!((amplitude(rate, own, &sound) / 8_000.0 - 1.0).abs() < 0.1, "{caller:?} {recorder:?} {slot}");
            assert!(amplitude(rate, other, &sound) < 80.0, "{caller:?} {recorder:?} {slot}");
        }
    }
}

#[test]
fn it_hears_nothing_before_it_may_and_while_it_may_not() {
    let mut call = call(Codec::Pcma, Codec::Pcma, Codec::Pcma);
    let quiet = |call: &TestCall| [HEARD, SAID].map(|slot| rms(&lately(call, slot, 400)) < 10.0);
    call.run_ms(1_000);
    assert_eq!(quiet(&call), [true; 2], "not yet");
    call.handle(MediaCommand::Fork { on: true });
    call.run_ms(1_000);
    assert_eq!(quiet(&call), [false; 2]);
    call.handle(MediaCommand::Fork { on: false });
    call.run_ms(1_000);
    assert_eq!(quiet(&call), [true; 2], "paused");
    let packets = call.peer(HEARD).rtp_packets;
    call.run_ms(200);
    assert_eq!(call.peer(HEARD).rtp_packets, packets + 10, "silence is sent, so that times stay true");
}

#[test]
fn nobody_hears_a_recorder_and_the_callers_sound_does_not_change() {
    let mut call = call(Codec::Pcma, Codec::Pcma, Codec::Pcma);
    for slot in [HEARD, SAID] {
        call.peer(slot).say_tone(1_700.0, 60_000);
    }
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.handle(MediaCommand::Fork { on: true });
    call.run_ms(2_000);
    for slot in [0, 1, HEARD, SAID] {
        let rate = call.peers[&slot].rate();
        assert!(amplitude(rate, 1_700.0, &lately(&call, slot, 500)) < 80.0, "{slot}");
    }
    let rate = call.caller().rate();
    assert!((amplitude(rate, 1_000.0, &lately(&call, 0, 500)) / 8_000.0 - 1.0).abs() < 0.08);
}

#[test]
fn a_caller_who_changes_places_is_still_the_first_voice() {
    let mut call = call(Codec::Pcma, Codec::Pcma, Codec::Pcma);
    call.handle(MediaCommand::Fork { on: true });
    call.run_ms(500);
    call.handle(MediaCommand::SwapCaller { with: LegSlot::new(1).unwrap() });
    let (caller, peer) = (call.peers.remove(&0).unwrap(), call.peers.remove(&1).unwrap());
    call.peers.insert(0, peer);
    call.peers.insert(1, caller);
    call.run_ms(1_000);
    let rate = Codec::Pcma.sample_rate();
    assert!(amplitude(rate, 1_000.0, &lately(&call, HEARD, 400)) > 7_000.0);
    assert!(amplitude(rate, 600.0, &lately(&call, SAID, 400)) > 7_000.0);
}

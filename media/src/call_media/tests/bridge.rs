//! Two people on a bridge: packets that pass as they come, music while one holds, and faxes that are heard.

use std::sync::Arc;

use call_model::{PlaybackId, RecordingSwitch, SampleRate};

use super::harness::TestCall;
use crate::call_media::{CallMediaConfig, InbandDtmf, LegSlot, MediaCommand, MediaEvent, TapStream};
use crate::codec::{Codec, OpusFormat};
use crate::fax::FaxTone;
use crate::hold_music;
use crate::prompt::Prompt;
use crate::rtp::packet::Packet;
use crate::sdp::Negotiated;
use crate::test_signal::{Noise, amplitude, rms, sine, voice};

const CALLER: LegSlot = LegSlot::CALLER;

fn peer_slot() -> LegSlot {
    LegSlot::new(1).unwrap()
}

fn bridged(codecs: [Codec; 2], dtmf: bool, config: CallMediaConfig) -> TestCall {
    let mut call = TestCall::new(config);
    call.start_leg(0, codecs[0], dtmf);
    call.start_leg(1, codecs[1], dtmf);
    call.handle(MediaCommand::Bridge { with: Some(peer_slot()) });
    call
}

/// Both ends say a tone each for so long; how loud each hears the other's in the last 400 ms.
fn both_heard(call: &mut TestCall, ms: usize) -> [f64; 2] {
    call.peer(0).say_tone(500.0, ms);
    call.peer(1).say_tone(900.0, ms);
    call.run_ms(ms as u64);
    [(0, 900.0), (1, 500.0)].map(|(slot, hz)| {
        let peer = call.peer(slot);
        let rate = peer.rate();
        let from = peer.heard.len() - rate.hz() as usize * 2 / 5;
        amplitude(rate, hz, &peer.heard[from..])
    })
}

fn relays(call: &TestCall) -> bool {
    call.media.bridge.as_ref().is_some_and(|bridge| bridge.relays)
}

#[test]
fn one_codec_and_nobody_listening_is_passed_on() {
    for codec in Codec::ALL {
        // Voice activity is not followed between two people.
        let mut call = bridged([codec; 2], true, CallMediaConfig::default());
        let heard = both_heard(&mut call, 2_000);
        assert!(relays(&call), "{codec:?}");
        assert!(heard.iter().all(|level| (level / 8_000.0 - 1.0).abs() < 0.2), "{codec:?}: {heard:?}");
        // To the bit: what one says is what the other gets.
        let quality = [0, 1].map(|slot| call.peer(slot).session.quality());
        assert!(quality.iter().all(|quality| quality.lost == 0 && quality.late == 0), "{quality:?}");
        assert!(call.peer(1).rtp_packets >= 98, "the first comes before the first tick");
    }
}

#[test]
fn a_loss_stays_a_loss_for_the_far_end() {
    let mut call = bridged([Codec::Opus; 2], true, CallMediaConfig::default());
    call.peer(0).loses = |number| number > 25 && number % 10 == 3;
    let speech = voice(&mut Noise::new(3), SampleRate::Wide, 32_000);
    call.peer(0).say(speech);
    call.run_ms(2_000);
    assert!(relays(&call));
    let quality = call.peer(1).session.quality();
    assert!((7..=8).contains(&quality.lost), "{quality:?}");
    assert!(quality.recovered > 3, "by the copies that were passed on: {quality:?}");
}

#[test]
fn whatever_needs_the_sound_ends_the_passing_and_nothing_breaks() {
    let tone =
        || vec![Arc::new(Prompt::from_samples(&sine(SampleRate::Narrow, 1_500.0, 6_000.0, 8_000), 8_000).unwrap())];
    let needs: [(&str, Vec<MediaCommand>, Vec<MediaCommand>); 4] = [
        (
            "a recording",
            vec![MediaCommand::RecordCall(RecordingSwitch::Start)],
            vec![MediaCommand::RecordCall(RecordingSwitch::Stop)],
        ),
        (
            "an ear",
            vec![MediaCommand::Listen { leg: CALLER, on: true }],
            vec![MediaCommand::Listen { leg: CALLER, on: false }],
        ),
        (
            "a prompt",
            vec![MediaCommand::Play { playback: PlaybackId(1), prompts: tone(), growing: false, repeat: true }],
            vec![MediaCommand::StopPlaying { playback: None }],
        ),
        (
            "fax",
            vec![MediaCommand::DetectFax { leg: peer_slot(), on: true }],
            vec![MediaCommand::DetectFax { leg: peer_slot(), on: false }],
        ),
    ];
    for codec in [Codec::Pcma, Codec::Opus] {
        let mut call = bridged([codec; 2], true, CallMediaConfig::default());
        both_heard(&mut call, 600);
        for (name, begin, end) in &needs {
            for command in begin {
                call.handle(command.clone());
            }
            let heard = both_heard(&mut call, 1_000);
            assert!(!relays(&call), "{name}");
            assert!(heard.iter().all(|level| (level / 8_000.0 - 1.0).abs() < 0.25), "{codec:?} {name}: {heard:?}");
            for command in end {
                call.handle(command.clone());
            }
            let heard = both_heard(&mut call, 1_000);
            assert!(relays(&call), "after {name}");
            assert!(
                heard.iter().all(|level| (level / 8_000.0 - 1.0).abs() < 0.25),
                "{codec:?} after {name}: {heard:?}"
            );
        }
        let quality = [0, 1].map(|slot| call.peer(slot).session.quality());
        assert!(quality.iter().all(|quality| quality.lost == 0), "the numbers have no gap: {quality:?}");
    }
}

#[test]
fn two_codecs_keys_and_tones_in_the_sound_are_not_passed_on_unread() {
    for codecs in [[Codec::Pcma, Codec::Pcmu], [Codec::Pcma, Codec::Opus], [Codec::G722, Codec::Opus]] {
        let mut call = bridged(codecs, true, CallMediaConfig::default());
        let heard = both_heard(&mut call, 1_500);
        assert!(!relays(&call));
        assert!(heard.iter().all(|level| (level / 8_000.0 - 1.0).abs() < 0.2), "{codecs:?}: {heard:?}");
    }
    let mut call = bridged([Codec::Pcma; 2], false, CallMediaConfig::default());
    both_heard(&mut call, 400);
    assert!(!relays(&call), "keys may be in the sound");
    let always = CallMediaConfig { inband_dtmf: InbandDtmf::Never, ..CallMediaConfig::default() };
    let mut call = bridged([Codec::Pcma; 2], false, always);
    both_heard(&mut call, 400);
    assert!(relays(&call));
}

/// RFC 7587 section 6.1: the limits that a peer sets are for its sender, which somebody else's packets know nothing of.
#[test]
fn limits_of_opus_and_noise_that_was_not_agreed_on_end_the_passing() {
    let limits: [fn(&mut OpusFormat); 2] = [|opus| opus.cbr = true, |opus| opus.max_bitrate = Some(12_000)];
    for limit in limits {
        for slot in [0, 1] {
            let mut call = bridged([Codec::Opus; 2], true, CallMediaConfig::default());
            both_heard(&mut call, 400);
            assert!(relays(&call));
            let mut negotiated = call.peer(slot).negotiated;
            limit(&mut negotiated.opus);
            call.handle(MediaCommand::RenegotiateLeg { leg: LegSlot::new(slot).unwrap(), negotiated });
            let heard = both_heard(&mut call, 1_000);
            assert!(!relays(&call) && heard.iter().all(|level| *level > 6_000.0), "{heard:?}");
        }
    }
    for agreed in [false, true] {
        let mut call = bridged([Codec::Pcma; 2], true, CallMediaConfig::default());
        for (slot, leg) in [(0, CALLER), (1, peer_slot())] {
            let mut negotiated = call.peer(slot).negotiated;
            negotiated.accepts.comfort_noise = Some(13);
            negotiated.comfort_noise = (slot == 0 || agreed).then_some(13);
            call.handle(MediaCommand::RenegotiateLeg { leg, negotiated });
        }
        let mut noise = Vec::new();
        let payload = &[50];
        Packet { marker: false, payload_type: 13, sequence: 1, timestamp: 0, ssrc: 9, payload }.write(&mut noise);
        call.media.handle_rtp(call.now(), CALLER, "192.0.2.100:4000".parse().unwrap(), &noise);
        both_heard(&mut call, 600);
        assert_eq!(relays(&call), agreed);
    }
}

#[test]
fn keys_cross_a_bridge_that_passes_packets_on() {
    let mut call = bridged([Codec::Opus; 2], true, CallMediaConfig::default());
    both_heard(&mut call, 600);
    call.peer(0).session.send_digits("42#").unwrap();
    both_heard(&mut call, 2_000);
    assert_eq!(call.digits(), "42#");
    assert_eq!(call.peer(1).keys, "42#");
    assert!(relays(&call));
}

#[test]
fn who_is_left_behind_is_heard_again() {
    let mut call = bridged([Codec::Opus; 2], true, CallMediaConfig::default());
    both_heard(&mut call, 600);
    assert!(relays(&call));
    call.handle(MediaCommand::StopLeg { leg: peer_slot() });
    call.handle(MediaCommand::Echo { on: true });
    call.peer(0).say_tone(700.0, 1_000);
    call.run_ms(1_000);
    let heard = &call.peer(0).heard;
    assert!(amplitude(SampleRate::Wide, 700.0, &heard[heard.len() - 6_400..]) > 6_000.0);
}

fn with_music(codecs: [Codec; 2]) -> TestCall {
    let music = Prompt::from_samples(&sine(SampleRate::Wide, 1_300.0, 3_000.0, 16_000), 16_000).unwrap();
    let config = CallMediaConfig { hold_music: Some(Arc::new(music)), ..CallMediaConfig::default() };
    bridged(codecs, true, config)
}

fn last(call: &mut TestCall, slot: u8, hz: f64) -> f64 {
    let peer = call.peer(slot);
    let rate = peer.rate();
    amplitude(rate, hz, &peer.heard[peer.heard.len() - rate.hz() as usize / 5..])
}

/// RFC 3264 section 8.4: `sendonly`, `inactive`, and the address 0.0.0.0 of RFC 2543.
#[test]
fn who_is_put_on_hold_hears_music_and_then_the_other_again() {
    let holds: [fn(&Negotiated) -> Negotiated; 3] = [
        |open| Negotiated { send: false, ..*open },
        |open| Negotiated { send: false, receive: false, ..*open },
        |open| Negotiated { send: false, remote_rtp: "0.0.0.0:4000".parse().unwrap(), ..*open },
    ];
    for codecs in [[Codec::Pcma, Codec::Pcma], [Codec::Pcmu, Codec::Opus], [Codec::Opus, Codec::G722]] {
        for (number, hold) in holds.iter().enumerate() {
            for holder in [0_u8, 1] {
                let other = 1 - holder;
                let mut call = with_music(codecs);
                both_heard(&mut call, 600);
                let leg = LegSlot::new(holder).unwrap();
                let open = call.peer(holder).negotiated;
                call.handle(MediaCommand::RenegotiateLeg { leg, negotiated: hold(&open) });
                call.run_ms(1_000);
                let music = last(&mut call, other, 1_300.0);
                assert!((music / 3_000.0 - 1.0).abs() < 0.25, "{codecs:?} {number} by {holder}: {music}");
                call.handle(MediaCommand::RenegotiateLeg { leg, negotiated: open });
                let heard = both_heard(&mut call, 800);
                assert!(heard[usize::from(other)] > 6_000.0, "{codecs:?} {number} by {holder}: {heard:?}");
                assert!(last(&mut call, other, 1_300.0) < 300.0, "the music is over");
            }
        }
    }
}

#[test]
fn music_of_the_one_who_holds_goes_before_ours() {
    let mut call = with_music([Codec::Pcma; 2]);
    both_heard(&mut call, 600);
    let open = call.peer(1).negotiated;
    call.handle(MediaCommand::RenegotiateLeg { leg: peer_slot(), negotiated: Negotiated { send: false, ..open } });
    call.peer(1).say_tone(2_000.0, 3_000);
    call.run_ms(1_000);
    assert!(last(&mut call, 0, 2_000.0) > 6_000.0);
    assert!(last(&mut call, 0, 1_300.0) < 300.0);
}

#[test]
fn a_fax_is_told_once_and_recordings_hold_the_call_through_a_change_of_codec() {
    let mut call = TestCall::new(CallMediaConfig::default());
    call.start_leg(0, Codec::Pcma, true);
    call.handle(MediaCommand::DetectFax { leg: CALLER, on: true });
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    call.peer(0).say_tone(2_100.0, 4_000);
    call.run_ms(4_000);
    let told =
        call.events.iter().filter(|event| matches!(event, MediaEvent::Fax { leg: CALLER, tone: FaxTone::Called }));
    assert_eq!(told.count(), 1);
    // From G.711 to Opus and back by re-INVITE: the recording goes on at its rate, without a gap in its count.
    for codec in [Codec::Opus, Codec::Pcma] {
        let (ours, theirs) = super::harness::agree(codec, true, 0);
        call.handle(MediaCommand::RenegotiateLeg { leg: CALLER, negotiated: ours });
        call.peer(0).session.renegotiate(theirs);
        call.peer(0).say_tone(600.0, 2_000);
        call.run_ms(2_000);
    }
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Stop));
    call.run_ms(20);
    let (sound, end) = call.recorded(TapStream::Call);
    assert_eq!(end, Some(8_000 * 8));
    for from in [4_500, 6_500] {
        let part = &sound[0][from * 8..(from + 1_200) * 8];
        let level = amplitude(SampleRate::Narrow, 600.0, part);
        assert!((level / 8_000.0 - 1.0).abs() < 0.2, "from {from} ms: {level}");
    }
    assert!(rms(&sound[0][4_000 * 8..4_040 * 8]) < 9_000.0);
}

#[test]
fn the_built_in_music_can_be_played() {
    assert!(hold_music::built_in().frames() > 500);
}

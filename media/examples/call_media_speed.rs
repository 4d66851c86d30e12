//! What a call's audio costs: prints nanoseconds for each tick of 20 ms.
//!
//! `cargo run --release -p media --example call_media_speed`
#![expect(clippy::print_stdout, reason = "its purpose")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use call_model::{AudioFrame, PlaybackId, RecordingSwitch};
use media::call_media::InbandDtmf;
use media::codec::{Codec, FRAME_BYTES, FRAME_ROOM};
use media::dtmf::Detector;
use media::rtp::{OutgoingKind, Session, SessionConfig};
use media::sdp::{LocalMedia, Negotiated, answer, complete, offer};
use media::vad::{Vad, VadConfig};
use media::{CallMedia, CallMediaConfig, LegSlot, MediaCommand, Prompt};

const TICKS: usize = 20_000;

fn main() {
    for codec in Codec::ALL {
        let (negotiated, theirs) = agree(codec);
        let packets = packets(theirs);
        println!("{codec:?}");
        session_alone(negotiated, &packets);
        let plain = CallMediaConfig { speech_events: false, ..CallMediaConfig::default() };
        let prompts = vec![Arc::new(Prompt::from_samples(&speech(80_000), 8_000).expect("a prompt"))];
        let play = MediaCommand::Play { playback: PlaybackId(1), prompts, growing: false, repeat: true };
        let echo = MediaCommand::Echo { on: true };
        let record = MediaCommand::RecordCall(RecordingSwitch::Start);
        call("silence", plain.clone(), negotiated, &packets, vec![]);
        call("echo", plain.clone(), negotiated, &packets, vec![echo.clone()]);
        call("prompt", plain.clone(), negotiated, &packets, vec![play.clone()]);
        call("prompt + recording", plain.clone(), negotiated, &packets, vec![play, record]);
        call("echo, voice activity", CallMediaConfig::default(), negotiated, &packets, vec![echo.clone()]);
        let inband = CallMediaConfig { inband_dtmf: InbandDtmf::Always, ..plain };
        call("echo, in-band DTMF", inband, negotiated, &packets, vec![echo]);
    }
    bridges();
    parts();
}

/// Two people: each tick hears and speaks to both.
fn bridges() {
    println!("bridges");
    let pairs = [
        [Codec::Pcma, Codec::Pcma],
        [Codec::Opus, Codec::Opus],
        [Codec::Pcma, Codec::Pcmu],
        [Codec::Pcma, Codec::G722],
        [Codec::Pcma, Codec::Opus],
    ];
    for codecs in pairs {
        let legs = codecs.map(agree);
        let sent = legs.map(|(_, theirs)| packets(theirs));
        let start = now();
        let mut media = CallMedia::new(CallMediaConfig::default());
        for (slot, (negotiated, _)) in legs.into_iter().enumerate() {
            let leg = LegSlot::new(slot as u8).expect("a slot");
            media.handle(start, MediaCommand::StartLeg { leg, session: SessionConfig::new(slot as u64), negotiated });
        }
        media.handle(start, MediaCommand::Bridge { with: LegSlot::new(1) });
        report(&format!("{:?} and {:?}", codecs[0], codecs[1]), |n| {
            let now = start + Duration::from_millis(20) * n as u32;
            for (packets, leg) in sent.iter().zip(LegSlot::all()) {
                if let Some(packet) = packets.get(n) {
                    media.handle_rtp(now, leg, SOURCE, packet);
                }
            }
            media.tick(now);
            while black_box(media.poll_transmit()).is_some() {}
            while black_box(media.poll_event()).is_some() {}
        });
    }
}

fn agree(codec: Codec) -> (Negotiated, Negotiated) {
    let mut theirs = LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9)), 4_000, 1);
    theirs.codecs = vec![codec];
    let mut ours = LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 10_000, 2);
    ours.codecs = Codec::ALL.to_vec();
    let offered = offer(&theirs);
    let (answered, for_us) = answer(&ours, &offered).expect("an answer");
    (for_us, complete(&theirs, &offered, &answered).expect("agreement"))
}

/// Syllables of noise.
fn speech(samples: usize) -> Vec<i16> {
    let mut noise = 1u32;
    let sample = |n: usize| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if n / 2_000 % 3 == 2 { 0 } else { (noise as i32 >> 18) as i16 }
    };
    (0..samples).map(sample).collect()
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> Instant {
    Instant::now()
}

fn packets(negotiated: Negotiated) -> Vec<Vec<u8>> {
    let mut session = Session::new(SessionConfig::new(9), negotiated);
    let mut frame = AudioFrame::silence(negotiated.codec.sample_rate());
    let sound = speech(frame.samples().len() * TICKS);
    let mut packets = Vec::new();
    for chunk in sound.chunks_exact(frame.samples().len()) {
        frame.samples_mut().copy_from_slice(chunk);
        session.push(now(), &frame);
        while let Some(out) = session.poll_transmit() {
            if out.kind == OutgoingKind::Rtp {
                packets.push(out.data.to_vec());
            }
        }
    }
    packets
}

const SOURCE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9)), 4_000);

fn report(name: &str, each: impl FnMut(usize)) {
    let ns = measure(TICKS - 1, each);
    println!("  {name:<24} {ns:>7.0} ns");
}

/// Nanoseconds for each of so many rounds, in the best hundredth of them: what others do on the machine is left out.
fn measure(rounds: usize, mut each: impl FnMut(usize)) -> f64 {
    let span = rounds / 100;
    let mut best = f64::MAX;
    for first in (0..100).map(|part| part * span) {
        let start = now();
        (first..first + span).for_each(&mut each);
        best = best.min(start.elapsed().as_nanos() as f64 / span as f64);
    }
    best
}

/// What the session costs by itself: the packet in, the frame out of it, a ready payload back.
fn session_alone(negotiated: Negotiated, packets: &[Vec<u8>]) {
    let start = now();
    let mut session = Session::new(SessionConfig::new(1), negotiated);
    let mut frame = AudioFrame::silence(negotiated.codec.sample_rate());
    report("session alone", |n| {
        let now = start + Duration::from_millis(20) * n as u32;
        session.handle_rtp(now, SOURCE, &packets[n]);
        session.pull(now, &mut frame);
        session.push_encoded(now, &[0xD5; FRAME_BYTES]);
        while black_box(session.poll_transmit()).is_some() {}
        while session.poll_event().is_some() {}
    });
    let mut session = Session::new(SessionConfig::new(1), negotiated);
    report("session alone, encoding", |n| {
        let now = start + Duration::from_millis(20) * n as u32;
        session.handle_rtp(now, SOURCE, &packets[n]);
        session.pull(now, &mut frame);
        session.push(now, &frame);
        while black_box(session.poll_transmit()).is_some() {}
        while session.poll_event().is_some() {}
    });
}

fn call(name: &str, config: CallMediaConfig, negotiated: Negotiated, packets: &[Vec<u8>], commands: Vec<MediaCommand>) {
    let start = now();
    let mut media = CallMedia::new(config);
    let leg = LegSlot::CALLER;
    media.handle(start, MediaCommand::StartLeg { leg, session: SessionConfig::new(1), negotiated });
    for command in commands {
        media.handle(start, command);
    }
    report(name, |n| {
        let now = start + Duration::from_millis(20) * n as u32;
        media.handle_rtp(now, leg, SOURCE, &packets[n]);
        media.tick(now);
        while black_box(media.poll_transmit()).is_some() {}
        while black_box(media.poll_event()).is_some() {}
        while let Some(tap) = media.poll_tap() {
            media.recycle(tap.samples);
        }
    });
}

fn parts() {
    println!("parts, each for 20 ms");
    for codec in Codec::ALL {
        let rate = codec.sample_rate();
        let mut frame = AudioFrame::silence(rate);
        frame.samples_mut().copy_from_slice(&speech(rate.frame_samples()));
        let (mut vad, mut detector) = (Vad::new(VadConfig::default()), Detector::new());
        let vad = measure(TICKS, |_| {
            black_box(vad.process(&frame, true));
        });
        let detector = measure(TICKS, |_| {
            black_box(detector.process(&frame));
        });
        let mut payload = [0; FRAME_ROOM];
        let mut encoder = media::codec::Encoder::new(codec);
        let mut bytes = 0;
        let encode = measure(TICKS, |_| {
            bytes = black_box(encoder.encode(frame.samples(), &mut payload));
        });
        let mut decoder = media::codec::Decoder::new(codec);
        let decode = measure(TICKS, |_| {
            black_box(decoder.decode(&payload[..bytes], frame.samples_mut()));
        });
        println!("  {codec:?}: encode {encode:.0} ns, decode {decode:.0}, voice activity {vad:.0}, DTMF {detector:.0}");
    }
}

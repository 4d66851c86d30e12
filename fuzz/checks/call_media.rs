//! What must hold for a call's audio, whatever is asked of it and in whichever order. Used by the fuzz target and by an
//! ordinary test.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use call_model::{PlaybackId, RecordId, RecordSettings, RecordingSwitch, Tone};
use media::codec::Codec;
use media::rtp::SessionConfig;
use media::sdp::{LocalMedia, Negotiated, answer, offer};
use media::tone::Country;
use media::{CallMedia, CallMediaConfig, LegSlot, MediaCommand, MediaEvent, Prompt, TapStream};

/// One origin for all runs: only distances count.
#[allow(clippy::disallowed_methods, reason = "an origin for virtual time")]
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
static PROMPTS: LazyLock<[Arc<Prompt>; 3]> =
    LazyLock::new(|| [0, 30, 200].map(|ms| Arc::new(Prompt::tone(Tone::Beep, Country::Other, ms))));

#[derive(Default)]
struct Seen {
    now: Duration,
    playbacks: u32,
    records: u32,
    playbacks_ended: u32,
    records_ended: u32,
    /// Where the last block of each stream ended, in samples.
    ends: BTreeMap<(usize, u32), u64>,
}

/// Panics if something does not hold. The bytes are a script of commands and ticks.
pub fn check(data: &[u8]) {
    let mut media = CallMedia::new(CallMediaConfig { max_tap_blocks: 3, max_records: 2, ..CallMediaConfig::default() });
    let mut seen = Seen::default();
    for step in data.chunks_exact(2).take(600) {
        let now = *ORIGIN + seen.now;
        match step[0] % 4 {
            0 | 1 => media.handle(now, command(step[0] >> 2, step[1], &mut seen)),
            2 => {
                let source = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 4_000);
                let packet = [&[0x80, 8, 0, step[1], 0, 0, step[1], 0, 0, 0, 0, 1][..], &[step[1]; 160]].concat();
                media.handle_rtp(now, leg(step[0] >> 2), source, &packet);
            }
            _ => {
                for _ in 0..=step[1] % 8 {
                    seen.now += Duration::from_millis(20);
                    media.tick(*ORIGIN + seen.now);
                    drain(&mut media, &mut seen);
                }
            }
        }
        drain(&mut media, &mut seen);
    }
    media.close(*ORIGIN + seen.now);
    drain(&mut media, &mut seen);
    assert_eq!(media.dropped().events, 0);
    assert_eq!(seen.playbacks_ended, seen.playbacks, "every playback ends once");
    assert_eq!(seen.records_ended, seen.records, "every record ends once");
}

fn leg(byte: u8) -> LegSlot {
    LegSlot::new(byte % 3).expect("a slot")
}

fn command(what: u8, how: u8, seen: &mut Seen) -> MediaCommand {
    let prompts = PROMPTS.iter().take(usize::from(how % 4)).cloned().collect();
    let playback = PlaybackId(u32::from(how) % seen.playbacks.max(1));
    match what % 21 {
        0 | 1 => MediaCommand::StartLeg { leg: leg(how), session: SessionConfig::new(1), negotiated: agree(how) },
        2 => MediaCommand::RenegotiateLeg { leg: leg(how), negotiated: agree(how >> 1) },
        3 => MediaCommand::StopLeg { leg: leg(how) },
        4 | 5 => {
            let playback = PlaybackId(seen.playbacks);
            seen.playbacks += 1;
            MediaCommand::Play { playback, prompts, growing: how & 0x10 != 0, repeat: how & 0x20 != 0 }
        }
        6 => MediaCommand::Append { playback, prompt: PROMPTS[usize::from(how % 3)].clone() },
        7 => MediaCommand::FinishAppending { playback },
        8 => MediaCommand::FailPlayback { playback, reason: String::new() },
        9 => MediaCommand::StopPlaying { playback: (how & 0x80 == 0).then_some(playback) },
        10 => MediaCommand::CallTone { tone: (how & 1 == 0).then_some((Tone::Ringback, Country::Gb)) },
        11 => MediaCommand::Bridge { with: LegSlot::new(how % 11) },
        12 => MediaCommand::Echo { on: how & 1 == 0 },
        13 => {
            let record = RecordId(seen.records);
            seen.records += 1;
            let settings = RecordSettings {
                max_ms: u64::from(how) * 10,
                silence_ms: u64::from(how >> 4) * 100,
                terminators: "#1".into(),
            };
            MediaCommand::Record { record, settings }
        }
        14 => MediaCommand::StopRecord { record: RecordId(u32::from(how)) },
        15 => MediaCommand::RecordCall(
            [RecordingSwitch::Start, RecordingSwitch::Pause, RecordingSwitch::Resume, RecordingSwitch::Stop]
                [usize::from(how % 4)],
        ),
        16 => MediaCommand::PausePlaying,
        17 => MediaCommand::ResumePlaying,
        18 => MediaCommand::Listen { leg: leg(how), on: how & 0x80 == 0 },
        19 => MediaCommand::SendDigits { leg: leg(how), digits: "12,3?".into() },
        _ => MediaCommand::DigitArrived { leg: leg(how), digit: char::from(how) },
    }
}

fn agree(how: u8) -> Negotiated {
    let local = |host| LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), 4_000, 1);
    let codec = Codec::ALL[usize::from(how) % Codec::ALL.len()];
    let theirs = LocalMedia { codecs: vec![codec], dtmf: how & 0x10 == 0, ..local(2) };
    let ours = LocalMedia { codecs: Codec::ALL.to_vec(), ..local(1) };
    let (_, mut negotiated) = answer(&ours, &offer(&theirs)).expect("both ends know the codec");
    (negotiated.send, negotiated.receive) = (how & 0x20 == 0, how & 0x40 == 0);
    negotiated
}

fn drain(media: &mut CallMedia, seen: &mut Seen) {
    while media.poll_transmit().is_some() {}
    while let Some(event) = media.poll_event() {
        match event {
            MediaEvent::PlaybackEnded { .. } => seen.playbacks_ended += 1,
            MediaEvent::RecordEnded { .. } => seen.records_ended += 1,
            _ => {}
        }
    }
    while let Some(tap) = media.poll_tap().or_else(|| media.poll_ear()) {
        let stream = match tap.stream {
            TapStream::Call => (0, 0),
            TapStream::Record(id) => (1, id.0),
            TapStream::Ear(leg) => (2, leg.index() as u32),
        };
        let end = seen.ends.entry(stream).or_default();
        let length = (tap.samples.len() / tap.stream.channels()) as u64;
        assert_eq!(tap.samples.len() % tap.stream.channels(), 0);
        assert!(tap.start_sample >= *end, "blocks come in order");
        *end = tap.start_sample + length;
        if let Some(kept) = tap.end {
            assert!(kept <= *end, "no more is kept than there was");
            *end = 0;
        }
        media.recycle(tap.samples);
    }
}

//! Opus over RTP (RFC 7587), judged by what is heard and by what is on the wire.

use crate::support;

use std::f64::consts::TAU;
use std::time::Duration;

use call_model::{AudioFrame, SampleRate};
use media::codec::{Codec, OpusFormat};
use media::rtp::packet::Packet;
use media::rtp::{Heard, OutgoingKind, Session, SessionConfig, SessionEvent};
use media::sdp::{LocalMedia, Negotiated, answer, complete, offer};
use support::{CLEAN, Conditions, FRAME, Line, address, frequency, local, origin, rms, sine_frame};

const RATE: SampleRate = SampleRate::Wide;
const HZ: usize = 16_000;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// The listener's end and the speaker's, where the listener wishes this.
fn agreed(wishes: OpusFormat) -> (Negotiated, Negotiated) {
    let listener = LocalMedia { opus: wishes, ..local(1, Codec::Opus, 20) };
    let ours = offer(&listener);
    let (reply, speaker) = answer(&local(2, Codec::Opus, 20), &ours).expect("Opus");
    (complete(&listener, &ours, &reply).expect("an answer"), speaker)
}

/// Something like a voice: a gliding pitch of many harmonics in syllables, with short pauses.
fn speech(samples: usize) -> Vec<i16> {
    let mut phase = 0.0;
    let sample = |n: usize| {
        let at = n as f64 / HZ as f64;
        phase += (120.0 + 40.0 * (TAU * 0.7 * at).sin() + 15.0 * (TAU * 2.3 * at).sin()) / HZ as f64;
        let harmonics = (1..=12).map(|k| (TAU * phase * f64::from(k)).sin() / f64::from(k));
        let syllable = (TAU * 3.1 * at).sin().max(0.0).sqrt();
        (5_000.0 * syllable * harmonics.sum::<f64>()) as i16
    };
    (0..samples).map(sample).collect()
}

fn frame_of(sound: &[i16], number: u64) -> AudioFrame {
    let mut frame = AudioFrame::silence(RATE);
    let from = number as usize * 320;
    for (place, sample) in frame.samples_mut().iter_mut().zip(sound.get(from..).unwrap_or_default()) {
        *place = *sample;
    }
    frame
}

fn line(wishes: OpusFormat, conditions: Conditions, sound: &[i16], length: Duration) -> Line {
    let (listener, speaker) = agreed(wishes);
    let mut line = Line::between(listener, speaker, conditions, 11);
    line.run(length, |number| Some(frame_of(sound, number)));
    line
}

/// How much of the wanted signal is in what was heard, dB over the rest, at the best delay.
fn likeness_db(meant: &[i16], heard: &[i16]) -> f64 {
    let correlate = |lag: usize, step: usize| -> f64 {
        let pairs = meant.iter().zip(&heard[lag..]).step_by(step);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let rough = (0..3_200).step_by(4).max_by(|a, b| correlate(*a, 7).total_cmp(&correlate(*b, 7))).expect("a lag");
    let lags = rough.saturating_sub(4)..rough + 4;
    let best = lags.max_by(|a, b| correlate(*a, 1).total_cmp(&correlate(*b, 1))).expect("a lag");
    let heard = &heard[best..];
    let length = meant.len().min(heard.len());
    let energy = |samples: &[i16]| samples[..length].iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
    let explained = correlate(best, 1).powi(2) / (energy(meant) * energy(heard));
    10.0 * (explained / (1.0 - explained)).log10()
}

/// RFC 6716 section 2.1.7, RFC 7587 section 3.3: with in-band FEC what is lost comes with the packet behind it.
#[test]
fn with_fec_a_bad_line_is_heard_better_than_without() {
    let sound = speech(HZ * 40);
    let heard = |fec: bool, loss: f64| {
        let line = line(OpusFormat { fec, ..OpusFormat::ours() }, Conditions { loss, ..CLEAN }, &sound, secs(40));
        let quality = line.listener.quality();
        // The speaker has learned of the loss by then, and the listener to wait.
        let (from, to) = (HZ * 12, HZ * 36);
        let likeness = likeness_db(&sound[from..to], &line.heard_from(Duration::ZERO)[from..to + 4_000]);
        (likeness, line.not_heard(secs(12)), quality)
    };
    for loss in [0.05, 0.10] {
        let (with, missed_with, quality) = heard(true, loss);
        let (without, missed_without, plain) = heard(false, loss);
        assert!(quality.lost.abs_diff(plain.lost) < 20, "the same line");
        assert_eq!(plain.recovered, 0);
        // Half of it is pauses, of which libopus makes no copies.
        assert!(quality.recovered * 10 > quality.lost * 4, "{} of {} came back", quality.recovered, quality.lost);
        assert!(missed_with < missed_without * 0.7, "{missed_with} and {missed_without} made up");
        assert!(with > without + 1.0, "{loss}: {with:.1} dB with FEC, {without:.1} dB without");
        assert!(quality.delay_ms < 75.0, "{} ms", quality.delay_ms);
        assert!(quality.mos > plain.mos, "{} and {}", quality.mos, plain.mos);
    }
}

/// A line without losses is not delayed for copies that nobody needs.
#[test]
fn a_clean_line_waits_for_no_copies() {
    let line = line(OpusFormat::ours(), CLEAN, &speech(HZ * 10), secs(10));
    let quality = line.listener.quality();
    assert_eq!((quality.lost, quality.recovered), (0, 0));
    assert!(quality.delay_ms <= 32.0, "{} ms", quality.delay_ms);
}

/// RFC 7587 section 3.1.3: silence is not sent, is no loss, and does not hold up what comes after it.
#[test]
fn silence_is_left_out_where_the_peer_wishes() {
    let mut sound = speech(HZ * 3);
    sound.resize(HZ * 8, 0);
    sound.extend(speech(HZ * 3));
    let line = line(OpusFormat { dtx: true, ..OpusFormat::ours() }, CLEAN, &sound, secs(11));
    let quality = line.listener.quality();
    assert!(quality.sent < 30, "only reports");
    let sent = line.speaker.quality().sent;
    assert!((300..400).contains(&sent), "{sent} packets of 550");
    assert_eq!((quality.lost, quality.late), (0, 0));
    let frames = &line.frames[200..390];
    let silent = frames.iter().filter(|heard| **heard == Heard::Silence).count();
    assert!(silent > 150, "{silent} of {} frames", frames.len());
    assert!(rms(&line.heard_from(secs(5))[..HZ * 2]) < 60.0);
    let again = likeness_db(&speech(HZ * 3)[HZ / 2..HZ * 2], &line.heard_from(Duration::from_millis(8_500))[..HZ * 2]);
    assert!(again > 2.0, "{again} dB");
}

#[test]
fn a_fifth_of_the_packets_may_be_lost() {
    let tone: Vec<i16> = (0..1_500).flat_map(|n| sine_frame(RATE, 440.0, n).samples().to_vec()).collect();
    let line =
        line(OpusFormat::ours(), Conditions { loss: 0.2, jitter: Duration::from_millis(10), ..CLEAN }, &tone, secs(30));
    let heard = line.heard_from(secs(5));
    assert!(line.not_heard(secs(5)) < 0.25, "{}", line.not_heard(secs(5)));
    assert!((3_900.0..6_500.0).contains(&rms(heard)), "{}", rms(heard));
    assert!((frequency(heard, RATE.hz()) - 440.0).abs() < 20.0);
    assert!(line.listener.quality().delay_ms < 100.0, "{:?}", line.listener.quality());
}

/// RFC 7587 section 4.1: the clock is 48 kHz; RFC 4733 section 2.1: and that of keys with it.
#[test]
fn audio_and_keys_count_at_48_khz() {
    let (_, speaker) = agreed(OpusFormat::ours());
    assert_eq!((speaker.payload_type, speaker.telephone_event, speaker.event_clock), (111, Some(110), 48_000));
    let mut session = Session::new(SessionConfig::new(1), speaker);
    let start = origin();
    let mut packets = Vec::new();
    for number in 0..40_u32 {
        if number == 10 {
            session.send_digits("5").expect("a key");
        }
        session.push(start + FRAME * number, &sine_frame(RATE, 400.0, u64::from(number)));
        while let Some(out) = session.poll_transmit() {
            if out.kind == OutgoingKind::Rtp {
                let packet = Packet::read(out.data).expect("RTP");
                packets.push((packet.payload_type, packet.timestamp, packet.payload.to_vec(), packet.marker));
            }
        }
    }
    let first = packets[0].1;
    let audio = packets.iter().enumerate().filter(|(_, packet)| packet.0 == 111);
    assert!(audio.clone().all(|(number, packet)| packet.1.wrapping_sub(first) == number as u32 * 960));
    let keys: Vec<_> = packets.iter().filter(|packet| packet.0 == 110).collect();
    assert_eq!(keys.len(), 7, "five frames of 20 ms, the end three times");
    assert!(keys.iter().all(|key| key.1 == keys[0].1), "the press keeps its timestamp");
    let durations: Vec<_> = keys.iter().map(|key| u16::from_be_bytes([key.2[2], key.2[3]])).collect();
    assert_eq!(durations, [960, 1_920, 2_880, 3_840, 4_800, 4_800, 4_800]);
    // And back.
    let (listener, _) = agreed(OpusFormat::ours());
    let mut listener = Session::new(SessionConfig::new(2), listener);
    for (number, (payload_type, timestamp, payload, marker)) in packets.iter().enumerate() {
        let mut data = Vec::new();
        let (sequence, ssrc) = (number as u16, 5);
        let packet =
            Packet { marker: *marker, payload_type: *payload_type, sequence, timestamp: *timestamp, ssrc, payload };
        packet.write(&mut data);
        listener.handle_rtp(start + FRAME * number as u32, address(2, 4_000), &data);
    }
    let keys = std::iter::from_fn(|| listener.poll_event()).filter(|event| matches!(event, SessionEvent::Digit { .. }));
    assert_eq!(keys.collect::<Vec<_>>(), [SessionEvent::Digit { digit: '5' }]);
}

/// RFC 3264 section 8.3.2: whoever was given several payload types may change between them at any time, whatever their
/// clocks and rates (RFC 7160).
#[test]
fn a_peer_may_change_between_codecs_in_mid_stream() {
    let all = |host: u8| LocalMedia { codecs: Codec::ALL.to_vec(), ..local(host, Codec::Opus, 20) };
    let ours = offer(&all(1));
    let (mut reply, speaker) = answer(&all(2), &ours).expect("a codec");
    // An answer that takes them all.
    reply.media[0].formats = ours.media[0].formats.clone();
    reply.media[0].attributes = ours.media[0].attributes.clone();
    let listener = complete(&all(1), &ours, &reply).expect("an answer");
    assert_eq!(listener.codec, Codec::Opus);
    let start = origin();
    let mut from = Session::new(SessionConfig::new(1), speaker);
    let mut to = Session::new(SessionConfig::new(2), listener);
    let mut number = 0_u32;
    for codec in [Codec::Opus, Codec::Pcma, Codec::G722, Codec::Opus, Codec::Pcmu] {
        from.renegotiate(Negotiated { codec, payload_type: codec.payload_type(), ..speaker });
        let mut heard = Vec::new();
        for frame_number in 0..100 {
            let now = start + FRAME * number;
            number += 1;
            from.push(now, &sine_frame(codec.sample_rate(), 440.0, frame_number));
            while let Some(out) = from.poll_transmit() {
                if out.kind == OutgoingKind::Rtp {
                    to.handle_rtp(now, address(2, 4_000), out.data);
                }
            }
            let mut frame = AudioFrame::silence(RATE);
            to.pull(now + Duration::from_millis(10), &mut frame);
            if frame_number > 10 {
                assert_eq!(frame.rate(), codec.sample_rate(), "{codec:?}");
                heard.extend_from_slice(frame.samples());
            }
        }
        let hz = frequency(&heard, codec.sample_rate().hz());
        assert!((hz - 440.0).abs() < 3.0, "{codec:?}: {hz} Hz");
        assert!(rms(&heard) > 4_500.0, "{codec:?}: {}", rms(&heard));
    }
    let quality = to.quality();
    assert_eq!((quality.lost, quality.invalid), (0, 0));
    assert!(quality.late + quality.concealed_frames < 15, "{quality:?}");
}

/// What cannot be a packet of Opus is counted and not heard.
#[test]
fn damaged_packets_do_no_harm() {
    let (listener, _) = agreed(OpusFormat::ours());
    let mut session = Session::new(SessionConfig::new(1), listener);
    let start = origin();
    let send = |session: &mut Session, sequence: u16, payload: &[u8]| {
        let mut data = Vec::new();
        let timestamp = u32::from(sequence) * 960;
        Packet { marker: false, payload_type: 111, sequence, timestamp, ssrc: 1, payload }.write(&mut data);
        let now = start + FRAME * u32::from(sequence);
        session.handle_rtp(now, address(2, 4_000), &data);
        session.pull(now, &mut AudioFrame::silence(RATE));
    };
    for (number, payload) in [&[][..], &[0xFF], &[0xFF, 0x3F], &[0xFB, 0]].into_iter().enumerate() {
        send(&mut session, number as u16, payload);
    }
    assert_eq!(session.quality().invalid, 4);
    for number in 4..200_u16 {
        // A length of 20 ms, and nonsense.
        let payload: Vec<u8> = (0..40).map(|at: u32| (u32::from(number) * 7_919 + at * 104_729) as u8).collect();
        send(&mut session, number, &[&[9 << 3], &payload[..]].concat());
    }
    assert_eq!(session.quality().invalid, 4);
}

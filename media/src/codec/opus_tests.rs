use call_model::SampleRate;

use super::super::{Codec, Decoder, Encoder, FRAME_ROOM, OPUS_COMPLEXITY};
use super::*;
use crate::test_signal::{Noise, amplitude, rms, sine, snr_db, voice};

const FRAME: usize = 320;
const WISHES: OpusFormat = OpusFormat { fec: true, ..OpusFormat::ours() };

fn packets(format: OpusFormat, samples: &[i16]) -> Vec<Vec<u8>> {
    packets_of(format, OPUS_COMPLEXITY, samples)
}

fn packets_of(format: OpusFormat, complexity: u8, samples: &[i16]) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::for_peer(Codec::Opus, format, complexity);
    let frames = samples.chunks_exact(FRAME);
    frames
        .map(|frame| {
            let mut payload = [0; FRAME_ROOM];
            let bytes = encoder.encode(frame, &mut payload);
            payload[..bytes].to_vec()
        })
        .collect()
}

fn average_bitrate(packets: &[Vec<u8>]) -> usize {
    packets.iter().map(Vec::len).sum::<usize>() * 8 * 50 / packets.len()
}

/// RFC 6716 section 2: what goes in at 16 kHz comes out, 6.5 ms of look-ahead later.
#[test]
fn a_tone_comes_out_as_it_went_in() {
    for hz in [300.0, 1_000.0, 3_000.0, 6_000.0] {
        let tone = sine(SampleRate::Wide, hz, 8_000.0, 100 * FRAME);
        let mut decoder = Decoder::new(Codec::Opus);
        let mut heard = Vec::new();
        for packet in packets(WISHES, &tone) {
            assert_eq!(Codec::Opus.payload_ticks(&packet), Some(160));
            let mut frame = [0; FRAME];
            assert_eq!(decoder.decode(&packet, &mut frame), FRAME);
            heard.extend_from_slice(&frame);
        }
        let level = amplitude(SampleRate::Wide, hz, &heard[FRAME * 20..]);
        assert!((level / 8_000.0 - 1.0).abs() < 0.2, "{hz} Hz: {level}");
    }
}

/// RFC 7587 section 6.1: what the peer wishes is what it gets.
#[test]
fn the_encoder_does_as_the_peer_wishes() {
    let speech = voice(&mut Noise::new(4), SampleRate::Wide, 300 * FRAME);
    let usual = average_bitrate(&packets(OpusFormat::default(), &speech));
    assert!((12_000..30_000).contains(&usual), "{usual}");
    let low = OpusFormat { max_bitrate: Some(9_000), ..OpusFormat::default() };
    assert!(average_bitrate(&packets(low, &speech)) < 11_000);
    let narrow = OpusFormat { max_playback_rate: 8_000, ..OpusFormat::default() };
    assert!(average_bitrate(&packets(narrow, &speech)) < 20_000);
    let constant = packets(OpusFormat { cbr: true, ..OpusFormat::default() }, &speech);
    assert!(constant.iter().all(|packet| packet.len() == constant[0].len()));
    let copies = |format| packets(format, &speech).iter().filter(|packet| copy_ticks(packet) == 160).count();
    assert_eq!(copies(OpusFormat::default()), 0);
    assert!(copies(WISHES) > 100, "{}", copies(WISHES));
}

/// Less work makes it a little worse and no more, and no longer either.
#[test]
fn a_voice_survives_less_work() {
    let speech = voice(&mut Noise::new(4), SampleRate::Wide, 300 * FRAME);
    let hear = |complexity| {
        let mut decoder = Decoder::new(Codec::Opus);
        let packets = packets_of(WISHES, complexity, &speech);
        let mut heard = vec![0; packets.len() * FRAME];
        for (packet, frame) in packets.iter().zip(heard.chunks_exact_mut(FRAME)) {
            assert_eq!(decoder.decode(packet, frame), FRAME);
        }
        // The look-ahead of the encoder and the decoder's own delay.
        let snr = (90..140).map(|delay| snr_db(&speech[..299 * FRAME], &heard[delay..], 0)).fold(f64::MIN, f64::max);
        (snr, average_bitrate(&packets))
    };
    let (best, most) = hear(10);
    for complexity in [0, 1, 3, OPUS_COMPLEXITY] {
        let (snr, bitrate) = hear(complexity);
        assert!(snr > best - 2.0, "complexity {complexity}: {snr:.1} dB, {best:.1} at best");
        assert!(bitrate < most * 11 / 10, "complexity {complexity}: {bitrate} bit/s, {most} at best");
    }
}

/// RFC 7587 section 3.1.3.
#[test]
fn silence_is_not_sent_where_that_was_agreed() {
    let mut sound = voice(&mut Noise::new(7), SampleRate::Wide, 50 * FRAME);
    sound.resize(250 * FRAME, 0);
    let quiet = packets(OpusFormat { dtx: true, ..OpusFormat::default() }, &sound);
    let sent = quiet.iter().skip(75).filter(|packet| !packet.is_empty()).count();
    assert!(sent < 25, "{sent} of 175 packets of silence");
    assert!(quiet[..50].iter().filter(|packet| !packet.is_empty()).count() > 40);
    assert!(packets(OpusFormat::default(), &sound).iter().all(|packet| !packet.is_empty()));
}

/// RFC 6716 section 2.1.7: the copy of a lost packet in the next one is nearer to it than what is made up.
#[test]
fn a_copy_is_better_than_a_guess() {
    let speech = voice(&mut Noise::new(5), SampleRate::Wide, 500 * FRAME);
    let mut encoder = OpusEncoder::new(WISHES, OPUS_COMPLEXITY);
    encoder.expect_loss(0.2);
    let packets: Vec<Vec<u8>> = speech
        .chunks_exact(FRAME)
        .map(|frame| {
            let mut payload = [0; FRAME_ROOM];
            let bytes = encoder.encode(frame, &mut payload);
            payload[..bytes].to_vec()
        })
        .collect();
    let lost = |n: usize| n % 5 == 3;
    let hear = |copies: bool| -> Vec<i16> {
        let mut decoder = OpusDecoder::new();
        let mut heard = vec![0; packets.len() * FRAME];
        for (n, out) in heard.chunks_exact_mut(FRAME).enumerate() {
            match packets.get(n + 1).filter(|next| copies && copy_ticks(next) == 160) {
                _ if !lost(n) => assert_eq!(decoder.decode(&packets[n], out), FRAME),
                Some(next) => decoder.recover(next, out),
                None => decoder.conceal(out),
            }
        }
        heard
    };
    let mut clean = OpusDecoder::new();
    let mut meant = vec![0; packets.len() * FRAME];
    for (packet, out) in packets.iter().zip(meant.chunks_exact_mut(FRAME)) {
        clean.decode(packet, out);
    }
    let (with, without) = (snr_db(&meant, &hear(true), 0), snr_db(&meant, &hear(false), 0));
    assert!(with > without + 3.0, "{with:.1} dB with copies, {without:.1} without");
}

/// RFC 6716 sections 3.1 and 3.2.
#[test]
fn packets_tell_their_length() {
    let length = |toc: u8, rest: &[u8]| duration(&[&[toc], rest].concat());
    assert_eq!(length(0 << 3, &[]), Some(80), "SILK, 10 ms");
    assert_eq!(length(3 << 3, &[]), Some(480), "SILK, 60 ms");
    assert_eq!(length(9 << 3 | 1, &[]), Some(320), "two of 20 ms");
    assert_eq!(length(13 << 3, &[]), Some(160), "hybrid, 20 ms");
    assert_eq!(length(16 << 3 | 2, &[]), Some(40), "two of CELT, 2.5 ms");
    assert_eq!(length(31 << 3 | 3, &[6]), Some(960), "six of 20 ms");
    assert_eq!(length(31 << 3 | 3, &[7]), None, "more than 120 ms");
    assert_eq!(length(31 << 3 | 3, &[0]), None);
    assert_eq!(length(31 << 3 | 3, &[]), None);
    assert_eq!(duration(&[]), None);
    assert_eq!(copy_ticks(&[16 << 3, 0xFF]), 0, "CELT has no copies");
}

#[test]
fn what_is_made_up_has_any_length() {
    let tone = sine(SampleRate::Wide, 300.0, 8_000.0, 10 * FRAME);
    let mut decoder = OpusDecoder::new();
    for packet in packets(WISHES, &tone) {
        decoder.decode(&packet, &mut [0; FRAME]);
    }
    for length in [320, 1, 39, 40, 41, 319, 1_000] {
        let mut out = vec![1_234; length];
        decoder.conceal(&mut out);
        assert!(out.iter().any(|sample| *sample != 1_234), "{length}");
    }
    let mut faded = vec![0; 16_000];
    decoder.conceal(&mut faded);
    assert!(rms(&faded[8_000..]) < 200.0);
    assert_eq!(decoder.decode(&[], &mut faded), 0);
    assert_eq!(decoder.decode(&[0x78; 3], &mut [0; 10]), 0, "no room");
}

/// RFC 7587 section 6.1, with its defaults and what makes no sense.
#[test]
fn formats_are_read_and_written() {
    let read = OpusFormat::read(
        " maxplaybackrate=16000; sprop-stereo=1;useinbandfec=1; usedtx = 1;cbr=1;maxaveragebitrate=20000",
    );
    let meant = OpusFormat { fec: true, dtx: true, cbr: true, max_bitrate: Some(20_000), max_playback_rate: 16_000 };
    assert_eq!(read, meant);
    assert_eq!(OpusFormat::read(&meant.write()), meant);
    assert_eq!(OpusFormat::read("nonsense;=;useinbandfec;maxplaybackrate=x;cbr=yes"), OpusFormat::default());
    assert_eq!(OpusFormat::read("maxaveragebitrate=1").max_bitrate, Some(6_000));
    assert_eq!(
        OpusFormat::ours().write(),
        "maxplaybackrate=16000;sprop-maxcapturerate=16000;stereo=0;useinbandfec=1;usedtx=0"
    );
}

use proptest::prelude::*;

use super::*;
use crate::test_signal::{amplitude, sine, snr_db};

fn through(codec: Codec, samples: &[i16]) -> Vec<i16> {
    let mut payload = vec![0; samples.len()];
    let bytes = Encoder::new(codec).encode(samples, &mut payload);
    assert_eq!(bytes, samples.len() / codec.samples_per_byte().unwrap());
    let mut decoded = vec![0; samples.len()];
    assert_eq!(Decoder::new(codec).decode(&payload[..bytes], &mut decoded), samples.len());
    decoded
}

#[test]
fn g711_known_values() {
    let mut out = [0; 4];
    Decoder::new(Codec::Pcmu).decode(&[0xFF, 0x80, 0x00, 0x7F], &mut out);
    assert_eq!(out, [0, 32_124, -32_124, 0]);
    Decoder::new(Codec::Pcma).decode(&[0xD5, 0xAA, 0x2A, 0x55], &mut out);
    assert_eq!(out, [8, 32_256, -32_256, -8]);
    let mut bytes = [0; 3];
    Encoder::new(Codec::Pcmu).encode(&[0, i16::MAX, i16::MIN], &mut bytes);
    assert_eq!(bytes, [0xFF, 0x80, 0x00]);
    Encoder::new(Codec::Pcma).encode(&[0, i16::MAX, i16::MIN], &mut bytes);
    assert_eq!(bytes, [0xD5, 0xAA, 0x2A]);
}

#[test]
fn g711_keeps_every_code_and_errs_by_half_a_step_at_most() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let codes: Vec<u8> = (0..=255).collect();
        let mut samples = [0; 256];
        Decoder::new(codec).decode(&codes, &mut samples);
        let mut back = [0; 256];
        Encoder::new(codec).encode(&samples, &mut back);
        for (code, back) in codes.iter().zip(back) {
            // Mu-law has two zeros.
            assert!(back == *code || (codec == Codec::Pcmu && *code == 0x7F), "{codec:?} {code:#x} {back:#x}");
        }
        let all: Vec<i16> = (i16::MIN..=i16::MAX).collect();
        for (sample, heard) in all.iter().zip(through(codec, &all)) {
            let (sample, heard) = (i32::from(*sample), i32::from(heard));
            assert!((sample - heard).abs() <= 16 + sample.abs() / 30, "{codec:?} {sample} {heard}");
        }
    }
}

#[test]
fn g711_tone_is_clean() {
    let tone = sine(SampleRate::Narrow, 1_004.0, 8_000.0, 8_000);
    assert!(snr_db(&tone, &through(Codec::Pcma, &tone), 0) > 36.0);
    assert!(snr_db(&tone, &through(Codec::Pcmu, &tone), 0) > 36.0);
}

/// Encoder and decoder together delay by their QMFs: 22 samples.
const G722_DELAY: usize = 22;

#[test]
fn g722_carries_both_bands() {
    for (hz, least_db) in [(300.0, 35.0), (1_000.0, 35.0), (3_000.0, 30.0), (5_000.0, 14.0), (6_500.0, 12.0)] {
        let tone = sine(SampleRate::Wide, hz, 8_000.0, 16_000);
        let heard = through(Codec::G722, &tone);
        let snr = snr_db(&tone, &heard, G722_DELAY);
        assert!(snr > least_db, "{hz} Hz: {snr:.1} dB");
        let gain_db = 20.0 * (amplitude(SampleRate::Wide, hz, &heard[1_600..]) / 8_000.0).log10();
        assert!(gain_db.abs() < 0.5, "{hz} Hz: {gain_db:.2} dB");
    }
}

#[test]
fn g722_silence_stays_silent_and_full_scale_does_not_wrap() {
    assert!(through(Codec::G722, &[0; 3_200]).iter().all(|s| s.abs() < 8));
    let square: Vec<i16> = (0..3_200).map(|n| if n / 20 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    let heard = through(Codec::G722, &square);
    let agreeing = (320..3_100).filter(|&n| (heard[n + G722_DELAY] > 0) == (square[n] > 0)).count();
    assert!(agreeing > 2_600, "{agreeing}");
}

#[test]
fn payload_types_and_names_read_back() {
    for codec in Codec::ALL {
        assert_eq!(Codec::from_encoding_name(&codec.encoding_name().to_lowercase()), Some(codec));
        assert_eq!(Codec::from_encoding_name(&codec.encoding_name().to_uppercase()), Some(codec));
    }
    for codec in Codec::FIXED {
        assert_eq!(Codec::from_payload_type(codec.payload_type()), Some(codec));
        assert_eq!(codec.sample_rate().frame_samples(), FRAME_BYTES * codec.samples_per_byte().unwrap());
    }
}

proptest! {
    #[test]
    fn any_payload_decodes_to_what_fits(payload in proptest::collection::vec(any::<u8>(), 0..400), room in 0usize..700) {
        for codec in Codec::ALL {
            let mut out = vec![0; room];
            let mut decoder = Decoder::new(codec);
            let written = decoder.decode(&payload, &mut out);
            prop_assert!(written <= room);
            match (codec.samples_per_byte(), codec.payload_ticks(&payload)) {
                (Some(samples), _) => prop_assert!(written <= payload.len() * samples),
                (None, ticks) => prop_assert!(written == 0 || Some(written) == ticks.map(|ticks| 2 * ticks)),
            }
            decoder.recover(&payload, &mut out);
            decoder.conceal(&mut out);
        }
    }

    #[test]
    fn any_samples_encode(samples in proptest::collection::vec(any::<i16>(), 0..700), room in 0usize..400) {
        for codec in Codec::ALL {
            let mut out = vec![0; room];
            prop_assert!(Encoder::new(codec).encode(&samples, &mut out) <= room);
        }
    }
}

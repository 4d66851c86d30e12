use call_model::SampleRate;

use super::*;
use crate::test_signal::amplitude;

/// A WAV of one second: 1 kHz at -6 dB on the first channel, silence on the others.
fn wav(rate: u32, channels: u16, bits: u16) -> Vec<u8> {
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: hound::SampleFormat::Int };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    for n in 0..rate {
        let full = f64::from((1u32 << (bits - 1)) - 1);
        let sample = 0.5 * full * (std::f64::consts::TAU * 1_000.0 * f64::from(n) / f64::from(rate)).sin();
        writer.write_sample(sample as i32).unwrap();
        (1..channels).for_each(|_| writer.write_sample(0i32).unwrap());
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

#[test]
fn wav_of_any_kind_becomes_mono_at_both_rates() {
    for (rate, channels, bits) in [(8_000, 1, 16), (44_100, 2, 16), (48_000, 6, 24), (11_025, 1, 8), (16_000, 1, 32)] {
        let prompt = decode(wav(rate, channels, bits), Some("wav"), &FileLimits::default()).unwrap();
        assert_eq!(prompt.duration_ms(), 1_000, "{rate} {channels} {bits}");
        for at in [SampleRate::Narrow, SampleRate::Wide] {
            let peak = amplitude(at, 1_000.0, prompt.samples(at));
            let expected = 16_384.0 / f64::from(channels);
            assert!((peak / expected - 1.0).abs() < 0.03, "{rate} {channels} {bits}: {peak}");
        }
    }
}

#[test]
fn limits_are_kept() {
    let limits = FileLimits { max_bytes: 1_000, ..FileLimits::default() };
    assert!(matches!(decode(wav(8_000, 1, 16), None, &limits), Err(FileError::TooLarge { .. })));
    let limits = FileLimits { max_ms: 900, ..FileLimits::default() };
    assert!(matches!(decode(wav(8_000, 1, 16), None, &limits), Err(FileError::TooLong { limit_ms: 900 })));
    let limits = FileLimits { max_channels: 1, ..FileLimits::default() };
    assert!(matches!(decode(wav(8_000, 2, 16), None, &limits), Err(FileError::Channels(2))));
}

#[test]
fn what_is_no_sound_is_refused() {
    let refused = [&b""[..], b"RIFF", b"hello, this is a text and not a sound", &[0; 4_096]];
    for bytes in refused {
        assert!(decode(bytes.to_vec(), None, &FileLimits::default()).is_err());
    }
}

#[test]
fn a_file_that_is_cut_off_is_played_as_far_as_it_goes() {
    let mut bytes = wav(8_000, 1, 16);
    bytes.truncate(44 + 8_000);
    let prompt = decode(bytes, Some("wav"), &FileLimits::default()).unwrap();
    assert!(prompt.duration_ms() >= 400, "{}", prompt.duration_ms());
}

/// 0.4 s of 1 kHz at -6 dB, in each compressed format.
#[test]
fn compressed_files_are_decoded() {
    let files: [(&str, &[u8]); 3] = [
        ("flac", include_bytes!("fixtures/tone.flac")),
        ("ogg", include_bytes!("fixtures/tone.ogg")),
        ("mp3", include_bytes!("fixtures/tone.mp3")),
    ];
    for (extension, bytes) in files {
        // The content decides: the extension is right, missing, or wrong.
        for hint in [Some(extension), None, Some("wav")] {
            let prompt = decode(bytes.to_vec(), hint, &FileLimits::default()).unwrap();
            assert!((400..=500).contains(&prompt.duration_ms()), "{extension}: {}", prompt.duration_ms());
            let middle = &prompt.samples(SampleRate::Narrow)[800..2_400];
            let peak = amplitude(SampleRate::Narrow, 1_000.0, middle);
            assert!((peak / 16_384.0 - 1.0).abs() < 0.06, "{extension}: {peak}");
        }
    }
}

//! Makes parts of a finished file silent: what was said there cannot be heard any more.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::folder::FolderError;
use crate::wav::{self, WavFile};
use crate::{Channels, Folder, Format, RecordingPath, peaks};

/// Samples per channel that are read and written at a time.
const BLOCK: u64 = 16_384;

/// What is to be silent, on the time of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The channel: 0 is the left one; `None` for all.
    pub channel: Option<usize>,
    /// Start, ms.
    pub from_ms: u64,
    /// End, ms.
    pub to_ms: u64,
}

impl Folder {
    /// Makes these parts of a finished recording silent, in place, and waits until that is on disk.
    ///
    /// Safe against the end of the process at any moment: the size and the header stay as they are, each sample is
    /// either the old one or silence, and doing it again finishes what was begun. Nothing of the old sound is kept
    /// elsewhere: no copy is made. Parts outside of the file are passed over.
    pub fn silence(&self, path: &RecordingPath, spans: &[Span]) -> Result<(), FolderError> {
        silence(&self.file(path), spans).map_err(FolderError::from_io)
    }
}

fn silence(path: &Path, spans: &[Span]) -> io::Result<()> {
    let wav = WavFile::reopen(path)?;
    // It shows the sound as it was.
    let _ = std::fs::remove_file(peaks::kept_beside(path));
    let format = wav.format();
    let per_ms = u64::from(format.rate.hz() / 1_000);
    for span in spans {
        let from = span.from_ms.saturating_mul(per_ms).min(wav.samples());
        let to = span.to_ms.saturating_mul(per_ms).min(wav.samples());
        let mut at = from;
        while at < to {
            let count = (to - at).min(BLOCK);
            block(wav.file(), format, span.channel, at, count)?;
            at += count;
        }
    }
    wav.file().sync_data()?;
    // Somebody may have looked meanwhile.
    let _ = std::fs::remove_file(peaks::kept_beside(path));
    Ok(())
}

/// Silences so many samples per channel from `at` on.
fn block(file: &File, format: Format, channel: Option<usize>, at: u64, count: u64) -> io::Result<()> {
    let frame = wav::frame_bytes(format);
    let place = wav::HEADER_BYTES + at * frame;
    let mut bytes = vec![0; (count * frame) as usize];
    // Both at once need not be read; of one channel the other one stays.
    if let (Some(channel), Channels::Stereo) = (channel, format.channels) {
        file.read_exact_at(&mut bytes, place)?;
        let width = frame as usize / format.channels.count();
        for sample in bytes.chunks_exact_mut(frame as usize) {
            sample[channel.min(1) * width..][..width].fill(0);
        }
    }
    file.write_all_at(&bytes, place)
}

#[cfg(test)]
mod tests {
    use call_model::SampleRate;

    use super::*;

    const STEREO: Format = Format { channels: Channels::Stereo, rate: SampleRate::Narrow };

    /// Three seconds of a tone of 440 Hz on the left and 1,000 Hz on the right.
    fn recorded(format: Format) -> (tempfile::TempDir, Folder, RecordingPath) {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(temporary.path()).expect("a folder");
        let path = RecordingPath::new(jiff::civil::date(2026, 3, 5), "a").expect("a path");
        let mut wav = folder.create(&path, format).expect("a file");
        let rate = format.rate.hz();
        let tone = |at: u32, hz: f64| (f64::from(at) / f64::from(rate) * hz * std::f64::consts::TAU).sin() * 9_000.0;
        let frame = |at: u32| {
            let tones = [tone(at, 440.0), tone(at, 1_000.0)];
            tones[..format.channels.count()].iter().flat_map(|tone| (*tone as i16).to_le_bytes()).collect::<Vec<_>>()
        };
        let bytes: Vec<u8> = (0..3 * rate).flat_map(frame).collect();
        wav.write_at(0, &bytes).expect("written");
        wav.mend().expect("mended");
        (temporary, folder, path)
    }

    fn samples(folder: &Folder, path: &RecordingPath) -> Vec<i16> {
        let mut reader = hound::WavReader::open(folder.file(path)).expect("a WAV file");
        reader.samples().map(|sample| sample.expect("a sample")).collect()
    }

    /// The root mean square of a channel between two times, ms.
    fn level(samples: &[i16], channels: usize, channel: usize, from_ms: usize, to_ms: usize, per_ms: usize) -> f64 {
        let part: Vec<f64> =
            (from_ms * per_ms..to_ms * per_ms).map(|at| f64::from(samples[at * channels + channel]).powi(2)).collect();
        (part.iter().sum::<f64>() / part.len() as f64).sqrt()
    }

    #[test]
    fn a_part_of_one_channel_is_silent_and_the_rest_sounds_as_before() {
        let (_temporary, folder, path) = recorded(STEREO);
        let before = samples(&folder, &path);
        let span = Span { channel: Some(0), from_ms: 1_000, to_ms: 2_000 };
        for _ in 0..2 {
            folder.silence(&path, &[span]).expect("silenced");
        }
        let after = samples(&folder, &path);
        assert_eq!(after.len(), before.len());
        assert!(level(&after, 2, 0, 1_000, 2_000, 8) == 0.0, "nothing is left of it");
        for (channel, from, to) in [(0, 0, 1_000), (0, 2_000, 3_000), (1, 0, 3_000)] {
            assert!(level(&after, 2, channel, from, to, 8) > 6_000.0, "{channel} {from}");
        }
        let other: Vec<i16> = after.iter().skip(1).step_by(2).copied().collect();
        assert_eq!(other, before.iter().skip(1).step_by(2).copied().collect::<Vec<_>>());
    }

    #[test]
    fn all_channels_wideband_mono_and_spans_beyond_the_end() {
        let (_temporary, folder, path) = recorded(Format { channels: Channels::Mono, rate: SampleRate::Wide });
        let spans = [
            Span { channel: Some(1), from_ms: 0, to_ms: 10 },
            Span { channel: None, from_ms: 2_500, to_ms: 99_000 },
            Span { channel: None, from_ms: u64::MAX, to_ms: u64::MAX },
        ];
        folder.silence(&path, &spans).expect("silenced");
        let after = samples(&folder, &path);
        assert_eq!(after.len(), 48_000);
        assert!(level(&after, 1, 0, 0, 10, 16) == 0.0 && level(&after, 1, 0, 2_500, 3_000, 16) == 0.0);
        assert!(level(&after, 1, 0, 10, 2_500, 16) > 6_000.0);
    }

    #[test]
    fn what_is_gone_or_no_recording_is_said() {
        let (_temporary, folder, path) = recorded(STEREO);
        let span = Span { channel: None, from_ms: 0, to_ms: 1 };
        std::fs::write(folder.file(&path), b"something else altogether, and long enough to be one").expect("written");
        assert!(matches!(folder.silence(&path, &[span]), Err(FolderError::Io(_))));
        std::fs::remove_file(folder.file(&path)).expect("removed");
        assert!(matches!(folder.silence(&path, &[span]), Err(FolderError::NotFound)));
    }
}

//! The WAV header, 44 bytes that can be mended in place, and a file with it that is written at any place.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use call_model::SampleRate;

use crate::{Channels, Format};

/// The size of the header.
pub const HEADER_BYTES: u64 = 44;

/// The most bytes of audio that the 32 bits of the header can tell of.
const MAX_DATA_BYTES: u64 = u32::MAX as u64 - HEADER_BYTES;

const BYTES_PER_SAMPLE: usize = 2;

/// The header of a file of 16-bit PCM with so many bytes of audio.
pub fn header(format: Format, data_bytes: u64) -> [u8; HEADER_BYTES as usize] {
    let data = data_bytes.min(MAX_DATA_BYTES) as u32;
    let rate = format.rate.hz();
    let frame = frame_bytes(format) as u16;
    let mut header = [0; HEADER_BYTES as usize];
    let fields: [(usize, &[u8]); 13] = [
        (0, b"RIFF"),
        (4, &(data + HEADER_BYTES as u32 - 8).to_le_bytes()),
        (8, b"WAVE"),
        (12, b"fmt "),
        (16, &16u32.to_le_bytes()),
        (20, &1u16.to_le_bytes()),
        (22, &(format.channels.count() as u16).to_le_bytes()),
        (24, &rate.to_le_bytes()),
        (28, &(rate * u32::from(frame)).to_le_bytes()),
        (32, &frame.to_le_bytes()),
        (34, &16u16.to_le_bytes()),
        (36, b"data"),
        (40, &data.to_le_bytes()),
    ];
    for (at, bytes) in fields {
        header[at..at + bytes.len()].copy_from_slice(bytes);
    }
    header
}

/// What a header says of the samples; `None` when it is not one of ours.
pub fn read_format(bytes: &[u8; HEADER_BYTES as usize]) -> Option<Format> {
    let channels = match u16::from_le_bytes([bytes[22], bytes[23]]) {
        1 => Channels::Mono,
        2 => Channels::Stereo,
        _ => return None,
    };
    let rate = match u32::from_le_bytes([bytes[24], bytes[25], bytes[26], bytes[27]]) {
        8_000 => SampleRate::Narrow,
        16_000 => SampleRate::Wide,
        _ => return None,
    };
    let format = Format { channels, rate };
    let expected = header(format, 0);
    let same = |range: std::ops::Range<usize>| bytes[range.clone()] == expected[range];
    (same(0..4) && same(8..40)).then_some(format)
}

/// Bytes of one sample of each channel.
pub const fn frame_bytes(format: Format) -> u64 {
    (format.channels.count() * BYTES_PER_SAMPLE) as u64
}

/// The most samples per channel that a file can hold.
pub const fn max_samples(format: Format) -> u64 {
    MAX_DATA_BYTES / frame_bytes(format)
}

/// A WAV file being written. Valid at any moment: its header tells of what had been written at the last
/// [`mend`](Self::mend).
#[derive(Debug)]
pub struct WavFile {
    file: File,
    format: Format,
    samples: u64,
    told: u64,
}

impl WavFile {
    /// Makes a new file with a header.
    pub fn create(path: &Path, format: Format) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        file.write_all_at(&header(format, 0), 0)?;
        Ok(Self { file, format, samples: 0, told: 0 })
    }

    /// Opens a file that was left, and takes for audio all that it holds. An error of the kind
    /// [`io::ErrorKind::InvalidData`] when it is not one of ours.
    pub fn reopen(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let size = file.metadata()?.len();
        let not_ours = || io::Error::new(io::ErrorKind::InvalidData, "not a WAV file of ours");
        if size < HEADER_BYTES {
            return Err(not_ours());
        }
        let mut bytes = [0; HEADER_BYTES as usize];
        file.read_exact_at(&mut bytes, 0)?;
        let format = read_format(&bytes).ok_or_else(not_ours)?;
        let samples = ((size - HEADER_BYTES) / frame_bytes(format)).min(max_samples(format));
        let told = u64::from(u32::from_le_bytes([bytes[40], bytes[41], bytes[42], bytes[43]])) / frame_bytes(format);
        Ok(Self { file, format, samples, told })
    }

    /// Samples per channel.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// What the samples are.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The size of the file, bytes.
    pub const fn bytes(&self) -> u64 {
        HEADER_BYTES + self.samples * frame_bytes(self.format)
    }

    /// The file itself.
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Writes whole frames of `bytes` (little-endian samples, interleaved) so that the first is at `start` samples per
    /// channel. Between what there was and `start` lies silence: a hole, which costs nothing.
    pub fn write_at(&mut self, start: u64, bytes: &[u8]) -> io::Result<()> {
        let frame = frame_bytes(self.format);
        let whole = bytes.len() as u64 / frame;
        self.file.write_all_at(&bytes[..(whole * frame) as usize], HEADER_BYTES + start * frame)?;
        self.samples = self.samples.max(start + whole);
        Ok(())
    }

    /// Whether the header tells of less than there is.
    pub const fn is_stale(&self) -> bool {
        self.told != self.samples
    }

    /// Brings the header up to date.
    pub fn mend(&mut self) -> io::Result<()> {
        if self.is_stale() {
            self.file.write_all_at(&header(self.format, self.samples * frame_bytes(self.format)), 0)?;
            self.told = self.samples;
        }
        Ok(())
    }

    /// Cuts the file to this length or fills it with silence up to there; also cuts off what a failed write left.
    pub fn set_samples(&mut self, samples: u64) -> io::Result<()> {
        self.samples = samples.min(max_samples(self.format));
        self.file.set_len(self.bytes())?;
        self.mend()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_and_anything_else_is_refused() {
        for channels in [Channels::Mono, Channels::Stereo] {
            for rate in [SampleRate::Narrow, SampleRate::Wide] {
                let format = Format { channels, rate };
                assert_eq!(read_format(&header(format, 1_234)), Some(format));
                for at in [0, 9, 12, 20, 23, 29, 34, 36] {
                    let mut broken = header(format, 1_234);
                    broken[at] ^= 0x40;
                    assert_eq!(read_format(&broken), None, "byte {at}");
                }
            }
        }
    }

    #[test]
    fn hound_reads_what_we_write() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.wav");
        let mut wav =
            WavFile::create(&path, Format { channels: Channels::Stereo, rate: SampleRate::Wide }).expect("a file");
        wav.write_at(2, &[1, 0, 2, 0, 3, 0, 4, 0, 9]).expect("written");
        wav.mend().expect("mended");
        let mut reader = hound::WavReader::open(&path).expect("a WAV file");
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 16_000, 16));
        let samples: Vec<i16> = reader.samples().map(|sample| sample.expect("a sample")).collect();
        assert_eq!(samples, [0, 0, 0, 0, 1, 2, 3, 4]);
    }
}

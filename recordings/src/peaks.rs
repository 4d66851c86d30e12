//! How loud a recording is from moment to moment, to be drawn. What was found is kept beside the file, for as long as
//! the file stays as it is: an hour of sound is read once.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::folder::FolderError;
use crate::wav;
use crate::{Folder, RecordingPath};

/// The most values of a channel, but for very long recordings: one a second.
const MOST: u64 = 7_200;
/// How many values a second may have: all of them divide the rates, so that no value is out of place.
const PER_SECOND: [u64; 9] = [50, 40, 25, 20, 10, 8, 5, 4, 2];
/// Samples per channel that are read at a time.
const BLOCK: u64 = 65_536;
/// What a kept file begins with: its form.
const MARK: [u8; 4] = *b"CWP1";
/// The mark, then six numbers of eight bytes.
const HEAD: usize = 4 + 6 * 8;

/// How loud a recording is from moment to moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peaks {
    /// Length of the sound, ms.
    pub duration_ms: u64,
    /// Values of a second.
    pub per_second: u32,
    /// For each channel the greatest deflection of each moment, 0 to 255.
    pub channels: Vec<Vec<u8>>,
}

impl Folder {
    /// How loud a finished recording is from moment to moment.
    pub fn peaks(&self, path: &RecordingPath) -> Result<Peaks, FolderError> {
        peaks(&self.file(path)).map_err(FolderError::from_io)
    }
}

/// Where it is kept for a recording.
pub(crate) fn kept_beside(recording: &Path) -> PathBuf {
    recording.with_extension("peaks")
}

fn peaks(path: &Path) -> io::Result<Peaks> {
    let state = State::of(path)?;
    let beside = kept_beside(path);
    if let Some(kept) = std::fs::read(&beside).ok().and_then(|bytes| read(&bytes, state)) {
        return Ok(kept);
    }
    let found = measure(path)?;
    // It is only for the next time. What changed meanwhile is not kept.
    if State::of(path)? == state {
        let new = beside.with_extension(format!("peaks-{}", std::process::id()));
        let kept = std::fs::write(&new, write(&found, state)).and_then(|()| std::fs::rename(&new, &beside));
        if let Err(error) = kept {
            tracing::debug!(%error, "the peaks of a recording are not kept");
            let _ = std::fs::remove_file(&new);
        }
    }
    Ok(found)
}

/// What tells a file from what it was before.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    bytes: u64,
    /// When it was last changed, ns since the Unix epoch.
    changed: u64,
}

impl State {
    fn of(path: &Path) -> io::Result<Self> {
        let file = std::fs::metadata(path)?;
        let changed = file.modified()?.duration_since(UNIX_EPOCH).map_or(0, |at| at.as_nanos() as u64);
        Ok(Self { bytes: file.len(), changed })
    }
}

fn measure(path: &Path) -> io::Result<Peaks> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = [0; wav::HEADER_BYTES as usize];
    file.read_exact(&mut head)?;
    let not_ours = || io::Error::new(io::ErrorKind::InvalidData, "not a WAV file of ours");
    let format = wav::read_format(&head).ok_or_else(not_ours)?;
    let (frame, rate) = (wav::frame_bytes(format), u64::from(format.rate.hz()));
    let samples = ((size - wav::HEADER_BYTES) / frame).min(wav::max_samples(format));
    let per_second = PER_SECOND.into_iter().find(|each| each * samples <= MOST * rate).unwrap_or(1);
    let (window, count) = (rate / per_second, format.channels.count());
    let mut channels = vec![vec![0_u8; samples.div_ceil(window) as usize]; count];
    let mut bytes = vec![0; (BLOCK * frame) as usize];
    let mut at = 0;
    while at < samples {
        let part = &mut bytes[..((samples - at).min(BLOCK) * frame) as usize];
        file.read_exact(part)?;
        for sound in part.chunks_exact(frame as usize) {
            let place = (at / window) as usize;
            for (channel, sample) in channels.iter_mut().zip(sound.as_chunks::<2>().0) {
                // 32,768 samples' worth of deflection in 255 steps; silence alone is 0.
                let level = (u32::from(i16::from_le_bytes(*sample).unsigned_abs()) * 255).div_ceil(32_768) as u8;
                channel[place] = channel[place].max(level);
            }
            at += 1;
        }
    }
    Ok(Peaks { duration_ms: samples * 1_000 / rate, per_second: per_second as u32, channels })
}

fn write(peaks: &Peaks, state: State) -> Vec<u8> {
    let values = peaks.channels.first().map_or(0, Vec::len) as u64;
    let numbers = [
        state.bytes,
        state.changed,
        peaks.duration_ms,
        u64::from(peaks.per_second),
        peaks.channels.len() as u64,
        values,
    ];
    let mut bytes = MARK.to_vec();
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend(peaks.channels.iter().flatten());
    bytes
}

/// What was kept; `None` when it is of another state of the recording, or not whole.
fn read(bytes: &[u8], state: State) -> Option<Peaks> {
    let (head, values) = bytes.split_at_checked(HEAD)?;
    let numbers = head.strip_prefix(&MARK)?.as_chunks::<8>().0;
    let [size, changed, duration_ms, per_second, channels, each] = *numbers else { return None };
    let [channels, each] = [channels, each].map(|number| u64::from_le_bytes(number) as usize);
    let same = State { bytes: u64::from_le_bytes(size), changed: u64::from_le_bytes(changed) } == state;
    if !same || each.checked_mul(channels)? != values.len() {
        return None;
    }
    let channels =
        if each == 0 { vec![Vec::new(); channels.min(2)] } else { values.chunks(each).map(<[u8]>::to_vec).collect() };
    let per_second = u32::try_from(u64::from_le_bytes(per_second)).ok()?;
    Some(Peaks { duration_ms: u64::from_le_bytes(duration_ms), per_second, channels })
}

#[cfg(test)]
mod tests {
    use call_model::SampleRate;

    use super::*;
    use crate::{Channels, Format, Span};

    /// A stereo file: what is given on the left for each tenth of a second, its half on the right.
    fn recorded(levels: &[i16]) -> (tempfile::TempDir, Folder, RecordingPath) {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(temporary.path()).expect("a folder");
        let path = RecordingPath::new(jiff::civil::date(2026, 3, 5), "a").expect("a path");
        let format = Format { channels: Channels::Stereo, rate: SampleRate::Narrow };
        let mut wav = folder.create(&path, format).expect("a file");
        let frame = |level: i16| [level.to_le_bytes(), (level / 2).to_le_bytes()].concat();
        let bytes: Vec<u8> = levels.iter().flat_map(|level| frame(*level).repeat(800)).collect();
        wav.write_at(0, &bytes).expect("written");
        wav.mend().expect("mended");
        (temporary, folder, path)
    }

    #[test]
    fn each_voice_is_as_loud_as_it_is() {
        let (_temporary, folder, path) = recorded(&[0, 32_767, -32_768, 16_384, 1, 0]);
        let peaks = folder.peaks(&path).expect("peaks");
        assert_eq!((peaks.duration_ms, peaks.per_second), (600, 50));
        let tenths = |channel: usize| peaks.channels[channel].iter().step_by(5).copied().collect::<Vec<_>>();
        assert_eq!(tenths(0), [0, 255, 255, 128, 1, 0]);
        assert_eq!(tenths(1), [0, 128, 128, 64, 0, 0]);
    }

    #[test]
    fn it_is_read_once_and_again_when_the_sound_is_another() {
        let (_temporary, folder, path) = recorded(&[20_000; 10]);
        let before = folder.peaks(&path).expect("peaks");
        let beside = kept_beside(&folder.file(&path));
        let mut kept = std::fs::read(&beside).expect("it is kept");
        *kept.last_mut().expect("a value") = 7;
        std::fs::write(&beside, kept).expect("written");
        assert_eq!(folder.peaks(&path).expect("peaks").channels[1].last(), Some(&7), "it was not measured again");
        folder.silence(&path, &[Span { channel: Some(0), from_ms: 0, to_ms: 500 }]).expect("silenced");
        assert!(!beside.exists(), "what was heard before is not kept");
        let after = folder.peaks(&path).expect("peaks");
        assert!(after.channels[0][..25].iter().all(|value| *value == 0), "{after:?}");
        assert_eq!((&after.channels[0][25..], &after.channels[1]), (&before.channels[0][25..], &before.channels[1]));
        std::fs::write(&beside, b"CWP1 and then nothing of use").expect("written");
        assert_eq!(folder.peaks(&path).expect("peaks"), after, "what cannot be read is made anew");
        folder.delete(&path).expect("deleted");
        assert!(!beside.exists() && !folder.root().join("2026").exists(), "it goes with the recording");
        assert!(matches!(folder.peaks(&path), Err(FolderError::NotFound)));
    }

    #[test]
    fn a_long_recording_has_no_more_values_than_can_be_drawn() {
        let (_temporary, folder, path) = recorded(&[100; 10]);
        for (seconds, per_second) in [(144, 50), (145, 40), (600, 10)] {
            let mut wav = wav::WavFile::reopen(&folder.file(&path)).expect("a file");
            wav.set_samples(8_000 * seconds).expect("longer");
            let peaks = folder.peaks(&path).expect("peaks");
            assert_eq!((peaks.duration_ms, u64::from(peaks.per_second)), (seconds * 1_000, per_second));
            assert_eq!(peaks.channels[0].len() as u64, seconds * per_second);
        }
    }
}

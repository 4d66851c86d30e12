//! The folder of recordings: `YYYY/MM/DD/name.wav`.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use call_model::SampleRate;
use jiff::civil::Date;

use crate::wav::{self, WavFile};
use crate::{Format, peaks};

/// The folder inside the root with an empty file for each recording that is being written.
const OPEN: &str = ".open";

/// The path of a recording inside its folder, with `/` between its parts: what the books keep. Never absolute, never
/// outside of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordingPath(String);

impl RecordingPath {
    /// `YYYY/MM/DD/name.wav`. The name may hold ASCII letters, digits, `_` and `-`; `None` otherwise.
    pub fn new(date: Date, name: &str) -> Option<Self> {
        let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        fits.then(|| Self(format!("{:04}/{:02}/{:02}/{name}.wav", date.year(), date.month(), date.day())))
    }

    /// Reads a path back from the books; `None` when it is not one that [`new`](Self::new) makes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let name = parts.next()?.strip_suffix(".wav")?;
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        let path = Self::new(date, name)?;
        (parts.next().is_none() && path.0 == text).then_some(path)
    }

    /// The name of the empty file that says that this one is being written.
    fn mark(&self) -> String {
        self.0.trim_end_matches(".wav").replace('/', ".")
    }

    fn from_mark(mark: &str) -> Option<Self> {
        Self::parse(&format!("{}.wav", mark.replace('.', "/")))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RecordingPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a file of the folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is no such recording.
    #[error("the recording does not exist")]
    NotFound,
    /// The range lies outside of the file (HTTP 416).
    #[error("the range lies outside of the recording's {size} bytes")]
    Unsatisfiable {
        /// The size of the file.
        size: u64,
    },
    /// The system refused.
    #[error("the recording cannot be used")]
    Io(#[source] io::Error),
}

impl FolderError {
    pub(crate) fn from_io(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::NotFound } else { Self::Io(error) }
    }
}

/// Part of a file, as an HTTP `Range` asks for it (RFC 9110 section 14.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From this byte on, up to and with the second where there is one.
    From(u64, Option<u64>),
    /// The last so many bytes.
    Last(u64),
}

impl ByteRange {
    /// The first byte and how many, in a file of this size; `None` when the range lies outside.
    fn within(self, size: u64) -> Option<(u64, u64)> {
        let (start, length) = match self {
            Self::From(start, None) => (start, size.checked_sub(start)?),
            Self::From(start, Some(last)) => (start, last.min(size.checked_sub(1)?).checked_sub(start)? + 1),
            Self::Last(count) => (size - count.min(size), count.min(size)),
        };
        (length > 0).then_some((start, length))
    }
}

/// A file opened to be sent.
#[derive(Debug)]
pub struct Reading {
    /// The file, placed at `start`; read `length` bytes of it.
    pub file: File,
    /// The first byte.
    pub start: u64,
    /// How many bytes.
    pub length: u64,
    /// The size of the whole file.
    pub size: u64,
    /// `audio/wav`.
    pub content_type: &'static str,
}

/// A recording that a killed process left open, and that is now whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Where it is.
    pub path: RecordingPath,
    /// Its length.
    pub duration: Duration,
    /// The size of its file.
    pub bytes: u64,
}

/// A folder of recordings on disk. Cheap to clone. Its methods wait for the disk.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at this place, made when it does not exist.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        std::fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a recording's file is.
    pub fn file(&self, path: &RecordingPath) -> PathBuf {
        self.root.join(&path.0)
    }

    /// Sets right every recording that a killed process left open: to be called once at the start, before any
    /// recorder. Files that are gone, or hold nothing, are passed over; one that cannot be read is left for the next
    /// time, and the log says so.
    pub fn recover(&self) -> io::Result<Vec<Recovered>> {
        let marks = match self.root.join(OPEN).read_dir() {
            Ok(marks) => marks,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut recovered = Vec::new();
        for mark in marks.flatten() {
            let Some(path) = mark.file_name().to_str().and_then(RecordingPath::from_mark) else { continue };
            match self.recover_file(&path) {
                Ok(file) => {
                    recovered.extend(file);
                    self.unmark(&path)?;
                }
                Err(error) => tracing::warn!(%path, %error, "an unfinished recording cannot be set right"),
            }
        }
        recovered.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(recovered)
    }

    fn recover_file(&self, path: &RecordingPath) -> io::Result<Option<Recovered>> {
        let file = self.file(path);
        let mut wav = match WavFile::reopen(&file) {
            Ok(wav) => wav,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            // Killed between the making of the file and its header.
            Err(error) if error.kind() == io::ErrorKind::InvalidData && file.metadata()?.len() < wav::HEADER_BYTES => {
                std::fs::remove_file(&file)?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        wav.set_samples(wav.samples())?;
        let duration = samples_to_time(wav.samples(), wav.format().rate);
        Ok(Some(Recovered { path: path.clone(), duration, bytes: wav.bytes() }))
    }

    /// Makes the file of a new recording, marked as open.
    pub(crate) fn create(&self, path: &RecordingPath, format: Format) -> io::Result<WavFile> {
        let file = self.file(path);
        let open = self.root.join(OPEN);
        std::fs::create_dir_all(&open)?;
        let date = file.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(date)?;
        let marked = match File::create_new(open.join(path.mark())) {
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        let created = match WavFile::create(&file, format) {
            // A deletion took the empty folder away between the two steps.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(date)?;
                WavFile::create(&file, format)
            }
            created => created,
        };
        // A mark that was there before is another recording's.
        if created.is_err() && marked {
            let _ = self.unmark(path);
        }
        created
    }

    /// The recording is whole, or gone.
    pub(crate) fn unmark(&self, path: &RecordingPath) -> io::Result<()> {
        std::fs::remove_file(self.root.join(OPEN).join(path.mark()))
    }

    /// Opens a recording, or part of it, to be sent. One that is still being written may be read as well.
    pub fn read(&self, path: &RecordingPath, range: Option<ByteRange>) -> Result<Reading, FolderError> {
        let mut file = File::open(self.file(path)).map_err(FolderError::from_io)?;
        let size = file.metadata().map_err(FolderError::Io)?.len();
        let (start, length) = match range {
            None => (0, size),
            Some(range) => range.within(size).ok_or(FolderError::Unsatisfiable { size })?,
        };
        file.seek(SeekFrom::Start(start)).map_err(FolderError::Io)?;
        Ok(Reading { file, start, length, size, content_type: "audio/wav" })
    }

    /// Deletes a recording, and the folders of its date when they are empty.
    pub fn delete(&self, path: &RecordingPath) -> Result<(), FolderError> {
        let file = self.file(path);
        // What was made of it goes first, also where the file itself is gone already.
        let _ = std::fs::remove_file(peaks::kept_beside(&file));
        std::fs::remove_file(&file).map_err(FolderError::from_io)?;
        for folder in file.ancestors().skip(1).take(3) {
            // Fails where another recording is: then this is all.
            if std::fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// The length of so many samples per channel.
pub(crate) fn samples_to_time(samples: u64, rate: SampleRate) -> Duration {
    Duration::from_micros(samples.saturating_mul(1_000_000) / u64::from(rate.hz()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::Channels;

    const FORMAT: Format = Format { channels: Channels::Stereo, rate: SampleRate::Narrow };

    fn path(name: &str) -> RecordingPath {
        RecordingPath::new(jiff::civil::date(2026, 3, 5), name).expect("a path")
    }

    fn folder() -> (tempfile::TempDir, Folder) {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(temporary.path().join("recordings")).expect("a folder");
        (temporary, folder)
    }

    #[test]
    fn paths_read_back_and_never_leave_the_folder() {
        let path = path("rec_01");
        assert_eq!(path.as_str(), "2026/03/05/rec_01.wav");
        assert_eq!(RecordingPath::parse(path.as_str()), Some(path.clone()));
        assert_eq!(RecordingPath::from_mark(&path.mark()), Some(path));
        for text in ["", "../x.wav", "2026/03/05/../x.wav", "2026/3/5/x.wav", "/2026/03/05/x.wav", "2026/13/05/x.wav"] {
            assert_eq!(RecordingPath::parse(text), None, "{text}");
        }
        assert_eq!(RecordingPath::new(jiff::civil::date(2026, 3, 5), "a/b"), None);
    }

    #[test]
    fn ranges_are_read() {
        let (_temporary, folder) = folder();
        let mut wav = folder.create(&path("a"), FORMAT).expect("a file");
        wav.write_at(0, &[7; 400]).expect("written");
        for (range, expected) in [
            (None, Some((0, 444))),
            (Some(ByteRange::From(44, None)), Some((44, 400))),
            (Some(ByteRange::From(0, Some(43))), Some((0, 44))),
            (Some(ByteRange::From(440, Some(9_999))), Some((440, 4))),
            (Some(ByteRange::Last(10)), Some((434, 10))),
            (Some(ByteRange::Last(9_999)), Some((0, 444))),
            (Some(ByteRange::From(444, None)), None),
            (Some(ByteRange::From(5, Some(4))), None),
            (Some(ByteRange::Last(0)), None),
        ] {
            match (folder.read(&path("a"), range), expected) {
                (Ok(mut reading), Some((start, length))) => {
                    assert_eq!((reading.start, reading.length, reading.size), (start, length, 444), "{range:?}");
                    let mut byte = [0];
                    reading.file.read_exact(&mut byte).expect("a byte");
                    assert_eq!(byte[0] == 7, start >= 44, "{range:?}");
                }
                (Err(FolderError::Unsatisfiable { size: 444 }), None) => {}
                (other, _) => panic!("{range:?}: {other:?}"),
            }
        }
        assert!(matches!(folder.read(&path("b"), None), Err(FolderError::NotFound)));
    }

    #[test]
    fn what_was_left_open_is_set_right_once() {
        let (_temporary, folder) = folder();
        let mut wav = folder.create(&path("left"), FORMAT).expect("a file");
        wav.write_at(0, &vec![1; 4 * 8_000]).expect("written");
        std::fs::OpenOptions::new()
            .append(true)
            .open(folder.file(&path("left")))
            .and_then(|mut file| io::Write::write_all(&mut file, &[1, 1, 1]))
            .expect("half a frame");
        folder.create(&path("gone"), FORMAT).expect("a file");
        std::fs::remove_file(folder.file(&path("gone"))).expect("gone");
        folder.create(&path("empty"), FORMAT).expect("a file");
        File::create(folder.file(&path("empty"))).expect("emptied");
        drop(wav);

        let expected = Recovered { path: path("left"), duration: Duration::from_secs(1), bytes: 44 + 32_000 };
        assert_eq!(folder.recover().expect("recovered"), [expected]);
        assert_eq!(hound::WavReader::open(folder.file(&path("left"))).expect("a WAV file").duration(), 8_000);
        assert_eq!(folder.recover().expect("nothing is left"), []);
    }

    #[test]
    fn deletion_takes_empty_folders_along() {
        let (_temporary, folder) = folder();
        for name in ["a", "b"] {
            folder.create(&path(name), FORMAT).expect("a file");
        }
        folder.delete(&path("a")).expect("deleted");
        assert!(folder.root().join("2026/03/05/b.wav").exists());
        folder.delete(&path("b")).expect("deleted");
        assert!(!folder.root().join("2026").exists());
        assert!(folder.root().exists());
        assert!(matches!(folder.delete(&path("b")), Err(FolderError::NotFound)));
    }
}

//! The folder of recordings: `YYYY/MM/DD/name.wav`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Date;

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
    /// The file is not one of ours.
    #[error("the file is not a recording")]
    NotARecording,
    /// The system refused.
    #[error("the recording cannot be used")]
    Io(#[source] io::Error),
}

/// Part of a file, as an HTTP `Range` asks for it (RFC 9110 section 14.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From this byte on, up to and with the second where there is one.
    From(u64, Option<u64>),
    /// The last so many bytes.
    Last(u64),
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

    /// Sets right every recording that a killed process left open: to be called once at the start, before any
    /// recorder. Files that are gone are passed over.
    pub fn recover(&self) -> io::Result<Vec<Recovered>> {
        Ok(Vec::new())
    }

    /// Opens a recording, or part of it, to be sent.
    pub fn read(&self, path: &RecordingPath, range: Option<ByteRange>) -> Result<Reading, FolderError> {
        let _ = (path, range);
        Err(FolderError::NotFound)
    }

    /// Deletes a recording, and the folders of its date when they are empty.
    pub fn delete(&self, path: &RecordingPath) -> Result<(), FolderError> {
        let _ = path;
        Err(FolderError::NotFound)
    }
}

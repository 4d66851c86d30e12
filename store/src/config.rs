//! Settings of the store.

use std::path::PathBuf;
use std::time::Duration;

use crate::Scrubber;

/// How hard a commit is pressed onto the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// Committed is safe from `kill -9`; a power cut may take the last moments.
    #[default]
    Normal,
    /// Each group waits for the disk: safe from a power cut, slower.
    Full,
}

/// Settings of the store.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The database file. Its folder is made when it is missing.
    pub path: PathBuf,
    /// How hard a commit is pressed onto the disk. Default: [`Synchronous::Normal`].
    pub synchronous: Synchronous,
    /// Connections that read. Default: 4.
    pub readers: u32,
    /// Writes that may wait for the writer; beyond it, writing waits for room. Default: 4,096.
    pub queue: usize,
    /// The most writes in one transaction. Default: 256.
    pub group: usize,
    /// How long to wait for a lock that another process holds (a backup by another tool). Default: 5 s.
    pub busy_timeout: Duration,
    /// How long writes are tried again while the disk is full or another process holds the lock; then they fail. Default:
    /// 60 s.
    pub patience: Duration,
    /// Country by whose rules a number without a country code is read, as ISO 3166-1 alpha-2. Default: `DE`.
    pub default_country: String,
    /// What may not be kept of what was said. Default: everything may.
    pub scrubber: Scrubber,
}

impl StoreConfig {
    /// The defaults, with the database at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            synchronous: Synchronous::default(),
            readers: 4,
            queue: 4_096,
            group: 256,
            busy_timeout: Duration::from_secs(5),
            patience: Duration::from_mins(1),
            default_country: "DE".to_owned(),
            scrubber: Scrubber::default(),
        }
    }
}

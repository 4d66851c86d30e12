//! What can go wrong.

use std::path::PathBuf;

/// The books cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or the lock file cannot be written.
    #[error("the folder of {path} cannot be made or written to")]
    Folder {
        /// The database file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has these books open.
    #[error("{path} is in use by another process{}: stop it, or give this one another data folder", by_whom(*.pid))]
    InUse {
        /// The database file.
        path: PathBuf,
        /// The other process, where it says so.
        pid: Option<u32>,
    },
    /// The default country is not known.
    #[error("`{country}` is not a country code: give two letters of ISO 3166-1, such as DE")]
    Country {
        /// What was given.
        country: String,
    },
    /// The tables could not be brought up to date.
    #[error("the tables of {path} cannot be brought up to date: it may have been written by a newer version")]
    Migrate {
        /// The database file.
        path: PathBuf,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// The database engine failed.
    #[error("{path} cannot be opened as a database")]
    Database {
        /// The database file.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
}

/// A read or a write failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing in the books.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It exists already, or is still needed by something else.
    #[error("{0}")]
    Conflict(&'static str),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The books did not take it in time: the disk is full or too slow, or another process holds them.
    #[error("the books do not keep up: the disk is full or too slow, or another program holds them")]
    Busy,
    /// The database engine failed.
    #[error("the database failed")]
    Database(#[source] std::sync::Arc<sqlx::Error>),
    /// A row holds what this version cannot read.
    #[error("a row of {table} cannot be read: {column}")]
    Corrupt {
        /// Its table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

impl StoreError {
    /// Whether it may pass by itself: the lock of another process (`SQLITE_BUSY`, `SQLITE_LOCKED`) or a full disk
    /// (`SQLITE_FULL`, and what SQLite makes of it when its journal cannot grow, `SQLITE_IOERR_WRITE` and its like).
    pub(crate) fn may_pass(&self) -> bool {
        let Self::Database(error) = self else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        // The lower byte is the kind, the rest says more of it.
        code.and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(std::sync::Arc::new(error))
    }
}

/// The backup failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target exists: a backup never writes over anything.
    #[error("{path} exists already: give a file name that is free")]
    Exists {
        /// The target.
        path: PathBuf,
    },
    /// The folder of the target cannot be made.
    #[error("the folder of {path} cannot be made")]
    Folder {
        /// The target.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database engine failed.
    #[error("the books cannot be copied to {path}")]
    Database {
        /// The target.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
}

fn by_whom(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

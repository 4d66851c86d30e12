//! Lists: newest first, a page at a time.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

const CURSOR_LEN: usize = 26;

/// Where the next page begins. Opaque: hand back what was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The place after the row with this id (its text, with the prefix).
    pub(crate) fn after(id: &impl ToString) -> Self {
        let text = id.to_string();
        Self(text.rsplit('_').next().unwrap_or_default().to_owned())
    }

    /// The place after the row with this number.
    pub(crate) fn of_row(row: i64) -> Self {
        Self(format!("{row:0CURSOR_LEN$}"))
    }

    /// The number of the row that it stands for, where it is one of those.
    pub(crate) fn row(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The id that it stands for, of the kind with this prefix.
    pub(crate) fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{}", self.0)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The text is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor: take `next` of the page before, or leave it out for the first page")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let ours = text.len() == CURSOR_LEN && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if ours { Ok(Self(text.to_owned())) } else { Err(CursorError) }
    }
}

/// Which page.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The most rows; at least 1, at most [`PageRequest::MAX_LIMIT`] are given.
    pub limit: u32,
    /// Where to begin; `None` for the newest.
    pub cursor: Option<Cursor>,
}

impl PageRequest {
    /// The most rows that a page can hold.
    pub const MAX_LIMIT: u32 = 200;

    /// The newest `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self { limit, cursor: None }
    }

    pub(crate) fn clamped(&self) -> u32 {
        self.limit.clamp(1, Self::MAX_LIMIT)
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::first(50)
    }
}

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Builds a page from up to `limit + 1` rows: the one too many only tells that there is more.
    pub(crate) fn from_rows<I: ToString>(mut rows: Vec<T>, limit: u32, id: impl Fn(&T) -> I) -> Self {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|row| Cursor::after(&id(row)));
        Self { data: rows, next }
    }
}

//! Reading rows and writing values.

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, Sqlite};

use crate::{Store, StoreError};

/// A row with the table that it is of, for the errors.
pub(super) struct Reader<'r> {
    pub(super) row: &'r SqliteRow,
    pub(super) table: &'static str,
}

impl Reader<'_> {
    fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, column }
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(super) fn maybe_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(super) fn blob(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(super) fn maybe_blob(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(super) fn maybe_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(super) fn maybe_real(&self, column: &'static str) -> Result<Option<f64>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(super) fn bool(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    pub(super) fn unsigned<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.int(column)?).map_err(|_| self.corrupt(column))
    }

    pub(super) fn maybe_unsigned<T: TryFrom<i64>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_int(column)?.map(|value| T::try_from(value).map_err(|_| self.corrupt(column))).transpose()
    }

    pub(super) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.borrowed(column)?.parse().map_err(|_| self.corrupt(column))
    }

    pub(super) fn maybe_parse<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_borrowed(column)?.map(|text| text.parse().map_err(|_| self.corrupt(column))).transpose()
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(self.borrowed(column)?).map_err(|_| self.corrupt(column))
    }

    pub(super) fn maybe_json<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_borrowed(column)?
            .map(|text| serde_json::from_str(text).map_err(|_| self.corrupt(column)))
            .transpose()
    }

    /// A word of an enum that serde knows.
    pub(super) fn word<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        from_word(self.borrowed(column)?).ok_or_else(|| self.corrupt(column))
    }

    pub(super) fn maybe_word<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_borrowed(column)?.map(|text| from_word(text).ok_or_else(|| self.corrupt(column))).transpose()
    }

    fn borrowed(&self, column: &'static str) -> Result<&str, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    fn maybe_borrowed(&self, column: &'static str) -> Result<Option<&str>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }
}

/// A row as a record.
pub(super) trait Record: Sized {
    const TABLE: &'static str;

    fn read(row: &Reader<'_>) -> Result<Self, StoreError>;

    fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        Self::read(&Reader { row, table: Self::TABLE })
    }

    fn from_rows(rows: &[SqliteRow]) -> Result<Vec<Self>, StoreError> {
        rows.iter().map(Self::from_row).collect()
    }
}

impl Store {
    /// The record that a query finds, if there is one.
    pub(super) async fn one<R: Record>(
        &self,
        query: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<Option<R>, StoreError> {
        let row = query.fetch_optional(self.readers()).await?;
        row.as_ref().map(R::from_row).transpose()
    }
}

fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    let reader = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(word);
    T::deserialize(reader).ok()
}

/// The word of an enum that serde knows; such an enum always has one.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// JSON as text. What we keep are maps with text keys and plain structs: they always have one.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

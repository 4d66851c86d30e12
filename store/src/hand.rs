//! Statements that the writer carries out by its own hand. What `sqlx` is asked goes to a thread of its own and comes
//! back, statement by statement: too many changes of thread for what every call writes.

use rusqlite::types::FromSql;
use rusqlite::{Connection, Row, ToSql};
use sqlx::SqliteConnection;
use sqlx::sqlite::LockedSqliteHandle;

use crate::StoreError;
use crate::record::WebhookRecord;

/// Statements that are kept prepared.
const PREPARED: usize = 64;

/// A connection of `sqlx`, as the driver sees it that asks on its own thread. To be dropped before that one is closed.
pub(crate) struct Direct(Connection);

impl Direct {
    #[allow(unsafe_code, reason = "one connection that two drivers take in turns")]
    pub(crate) async fn new(conn: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        let mut lock = conn.lock_handle().await?;
        // SAFETY: the handle is open, stays so for as long as `conn` lives, and is not closed by this second owner of it,
        // which is used only by a `Hand`: while the thread of `sqlx` stands aside.
        let books = unsafe { Connection::from_handle(lock.as_raw_handle().as_ptr()) };
        let books = books.map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
        books.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self(books))
    }
}

/// The connection that writes, while the thread of `sqlx` stands aside.
pub(crate) struct Hand<'t> {
    pub(crate) lock: LockedSqliteHandle<'t>,
    pub(crate) direct: &'t Direct,
    /// As in [`Tx`](crate::writer::Tx), and what follows.
    pub(crate) webhooks: &'t [WebhookRecord],
    pub(crate) delivery_due: &'t mut bool,
    pub(crate) job_due: &'t mut bool,
}

impl Hand<'_> {
    /// Carries out the statements of a text, one after the other, each with the same values, and says how many rows the
    /// first of them changed. No text has a `;` but between statements.
    pub(crate) fn run(&mut self, sql: &str, values: &[&dyn ToSql]) -> Result<usize, StoreError> {
        let mut changed = None;
        for statement in sql.split(';') {
            let rows = self.step(statement, values).map_err(|error| self.failed(&error))?;
            changed.get_or_insert(rows);
        }
        Ok(changed.unwrap_or_default())
    }

    fn step(&self, sql: &str, values: &[&dyn ToSql]) -> rusqlite::Result<usize> {
        let mut statement = self.direct.0.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        statement.raw_execute()
    }

    /// The first row that a query finds.
    pub(crate) fn row<T>(
        &mut self,
        sql: &str,
        values: &[&dyn ToSql],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let found = self.first(sql, values, read);
        found.map_err(|error| self.failed(&error))?.transpose()
    }

    fn first<T>(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        read: impl FnOnce(&Row<'_>) -> T,
    ) -> rusqlite::Result<Option<T>> {
        let mut statement = self.direct.0.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let mut rows = statement.raw_query();
        Ok(rows.next()?.map(read))
    }

    /// In the words of `sqlx`, by which the others know what may pass.
    fn failed(&mut self, error: &rusqlite::Error) -> StoreError {
        match (error, self.lock.last_error()) {
            (rusqlite::Error::SqliteFailure(..), Some(told)) => sqlx::Error::from(told).into(),
            _ => sqlx::Error::Protocol(error.to_string()).into(),
        }
    }
}

/// A statement takes as many of the values as it names.
fn bind(statement: &mut rusqlite::Statement<'_>, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
    for (place, value) in (1..=statement.parameter_count()).zip(values) {
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

/// The value of a column.
pub(crate) fn cell<T: FromSql>(row: &Row<'_>, table: &'static str, column: &'static str) -> Result<T, StoreError> {
    row.get(column).map_err(|_| StoreError::Corrupt { table, column })
}

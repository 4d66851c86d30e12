//! Looking at books that may be open elsewhere, without changing them.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::store::MIGRATIONS;

/// What was found in books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// What is damaged, as SQLite says it; empty: nothing.
    pub damage: Vec<String>,
    /// The step of the schema that they are at.
    pub step: i64,
    /// The last step that this program knows.
    pub known: i64,
}

/// Reads the whole database and says what is wrong with it. `None`: there is none yet.
///
/// # Errors
/// When it cannot be opened at all.
pub async fn examine(path: &Path) -> Result<Option<Examination>, sqlx::Error> {
    if !path.exists() {
        return Ok(None);
    }
    let mut books = SqliteConnectOptions::new().filename(path).read_only(true).connect().await?;
    let rows = sqlx::query("PRAGMA quick_check(20)").fetch_all(&mut books).await?;
    let mut damage: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    damage.retain(|line| line != "ok");
    let step = sqlx::query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(&mut books).await;
    let step = step.map_or(0, |row| row.get(0));
    books.close().await?;
    Ok(Some(Examination { damage, step, known: MIGRATIONS.len() as i64 }))
}

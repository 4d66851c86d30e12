//! The log of the books, and who brings it into the database file.

use serde_json::{Map, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use store::NewEvent;

use crate::support::{Books, NOW};

/// Pages of the log, and those of them that are in the database file.
async fn pages(conn: &mut SqliteConnection) -> (i64, i64) {
    let row = sqlx::query("PRAGMA wal_checkpoint(NOOP)").fetch_one(conn).await.unwrap();
    (row.get("log"), row.get("checkpointed"))
}

/// An event of some 64 pages.
fn long() -> NewEvent {
    let data = Map::from_iter([("text".to_owned(), json!("x".repeat(1 << 18)))]);
    NewEvent { kind: "test.long".to_owned(), call: None, at_ms: NOW, data }
}

#[tokio::test]
async fn what_was_committed_comes_into_the_database_file_while_the_books_are_open() {
    let books = Books::open().await;
    let options = SqliteConnectOptions::new().filename(books.folder.path().join("data/books.db"));
    let mut other = options.connect().await.unwrap();
    for _ in 0..80 {
        books.store.emit(long()).await.unwrap();
    }
    while pages(&mut other).await.1 < 4_096 {
        tokio::task::yield_now().await;
    }
    other.close().await.unwrap();
}

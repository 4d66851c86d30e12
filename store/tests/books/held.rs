//! Books that somebody else holds for a while.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use store::{Store, StoreConfig, StoreError};

use crate::support::{CALLER, NOW, end, inbound};

async fn held(config: StoreConfig) -> (Store, SqliteConnection) {
    let path = config.path.clone();
    let store = Store::open(config).await.unwrap();
    let mut other = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    (store, other)
}

#[tokio::test]
async fn writes_wait_until_the_books_are_let_go_and_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        StoreConfig { busy_timeout: Duration::from_millis(10), ..StoreConfig::new(folder.path().join("books.db")) };
    let (store, mut other) = held(config).await;
    let call = inbound(CALLER, NOW);
    let id = call.id;
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            store.begin_call(call).await?;
            store.end_call(end(id, NOW + 10)).await
        }
    });
    while store.stats().retries < 2 {
        tokio::task::yield_now().await;
    }
    assert!(!writing.is_finished());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert!(writing.await.unwrap().unwrap(), "the call is ended");
    assert!(store.call(id).await.unwrap().is_some());
    other.close().await.unwrap();
}

#[tokio::test]
async fn books_that_cannot_be_written_say_so_until_they_can_although_nobody_writes() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig {
        busy_timeout: Duration::from_millis(10),
        patience: Duration::from_millis(2_500),
        ..StoreConfig::new(folder.path().join("books.db"))
    };
    let (store, mut other) = held(config).await;
    store.check().await.unwrap();
    store.begin_call(inbound(CALLER, NOW)).await.unwrap_err();
    assert!(matches!(store.check().await, Err(StoreError::Busy)), "nothing waits any more, and they are still held");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    while store.check().await.is_err() {
        tokio::task::yield_now().await;
    }
    store.begin_call(inbound(CALLER, NOW)).await.unwrap();
    other.close().await.unwrap();
}

#[tokio::test]
async fn writes_fail_when_it_takes_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig {
        busy_timeout: Duration::from_millis(10),
        patience: Duration::from_millis(300),
        ..StoreConfig::new(folder.path().join("books.db"))
    };
    let (store, other) = held(config).await;
    let failed = store.begin_call(inbound(CALLER, NOW)).await.unwrap_err();
    assert!(matches!(failed, StoreError::Database(_)), "{failed:?}");
    assert_eq!(store.stats().failed, 1);
    other.close().await.unwrap();
    store.begin_call(inbound(CALLER, NOW)).await.unwrap();
}

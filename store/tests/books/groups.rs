//! The one writer and its groups.

use call_model::RecordingId;
use store::{AnswerCall, EventFilter, NewRecording, OpenError, PageRequest, Store, StoreConfig, StoreError, fresh_id};
use tokio::task::JoinSet;

use crate::support::{Books, CALLER, NOW, end, inbound};

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_come_together_share_a_transaction() {
    let books = Books::open().await;
    let mut tasks = JoinSet::new();
    for _ in 0..500 {
        let store = books.store.clone();
        tasks.spawn(async move { store.begin_call(inbound(CALLER, NOW)).await.unwrap().contact.unwrap().id });
    }
    let contacts: std::collections::HashSet<_> = tasks.join_all().await.into_iter().collect();
    assert_eq!(contacts.len(), 1, "the same caller is one contact, however many calls come at once");
    let stats = books.store.stats();
    assert_eq!((stats.writes, stats.failed), (500, 0));
    assert!(stats.groups < 250, "{} transactions for 500 writes", stats.groups);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_half_way_does_not_harm_the_others_of_its_group() {
    let books = Books::open().await;
    let call = books.ended_call(CALLER, NOW).await;
    let id: RecordingId = fresh_id(NOW);
    let recording = |id| NewRecording { id, call, path: "a.wav".to_owned(), started_ms: NOW };
    books.store.begin_recording(recording(id)).await.unwrap();

    let mut tasks = JoinSet::new();
    for turn in 0..100 {
        let store = books.store.clone();
        // Every tenth takes an id that is taken.
        let recording = recording(if turn % 10 == 0 { id } else { fresh_id(NOW) });
        tasks.spawn(async move { store.begin_recording(recording).await });
    }
    let results = tasks.join_all().await;
    let failed = results.iter().filter(|result| matches!(result, Err(StoreError::Database(_)))).count();
    assert_eq!((failed, results.iter().filter(|result| result.is_ok()).count()), (10, 90));
    let open = books.store.close_interrupted(NOW).await.unwrap().recordings;
    assert_eq!(open.len(), 91);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_every_way_stand_and_fall_each_by_itself() {
    let books = Books::open().await;
    let known = inbound(CALLER, NOW);
    let (call, path) = (known.id, "a.wav".to_owned());
    books.store.begin_call(known.clone()).await.unwrap();
    let taken = NewRecording { id: fresh_id(NOW), call, path, started_ms: NOW };
    books.store.begin_recording(taken.clone()).await.unwrap();

    let mut tasks = JoinSet::new();
    for turn in 0..200 {
        let (store, known, taken) = (books.store.clone(), known.clone(), taken.clone());
        tasks.spawn(async move {
            let new = inbound(CALLER, NOW);
            let id = new.id;
            match turn % 4 {
                // Refused, and the others of its group stand.
                0 => assert!(matches!(store.begin_call(known).await, Err(StoreError::Conflict(_)))),
                // Fails half-way, and undoes its group.
                1 => assert!(matches!(store.begin_recording(taken).await, Err(StoreError::Database(_)))),
                _ => {
                    store.begin_call(new).await.unwrap();
                    assert!(store.answer_call(AnswerCall { id, at_ms: NOW }).await.unwrap());
                    assert!(!store.answer_call(AnswerCall { id, at_ms: NOW }).await.unwrap(), "once");
                    let recording = NewRecording { id: fresh_id(NOW), call: id, ..taken };
                    store.begin_recording(recording).await.unwrap();
                    assert!(store.end_call(end(id, NOW)).await.unwrap());
                }
            }
        });
    }
    tasks.join_all().await;
    let stats = books.store.stats();
    assert_eq!((stats.writes, stats.failed), (502, 100));
    let told = |kind: &str| EventFilter { kind: Some(kind.to_owned()), ..EventFilter::default() };
    let ended = books.store.events(&told("call.ended"), &PageRequest::first(200)).await.unwrap();
    assert_eq!(ended.data.len(), 100);
}

#[tokio::test]
async fn what_waits_is_committed_at_closing_and_later_writes_are_refused() {
    let books = Books::open().await;
    let (store, call) = (books.store.clone(), inbound(CALLER, NOW));
    let id = call.id;
    let (begun, ()) = tokio::join!(store.begin_call(call), async {
        tokio::task::yield_now().await;
        books.store.close().await;
    });
    begun.unwrap();
    assert!(matches!(store.begin_call(inbound(CALLER, NOW)).await, Err(StoreError::Closed)));
    drop(store);
    let books = books.reopen().await;
    assert!(books.store.call(id).await.unwrap().is_some());
}

#[tokio::test]
async fn two_processes_cannot_hold_the_same_books() {
    let books = Books::open().await;
    let path = books.folder.path().join("data/books.db");
    assert!(matches!(Store::open(StoreConfig::new(path)).await, Err(OpenError::InUse { .. })));
}

#[tokio::test]
async fn opening_again_changes_nothing_and_newer_books_are_refused() {
    let books = Books::open().await;
    let call = books.ended_call(CALLER, NOW).await;
    let books = books.reopen().await;
    assert!(books.store.call(call).await.unwrap().is_some());
    books.store.close().await;

    let path = books.folder.path().join("data/books.db");
    drop(books.store);
    let url = format!("sqlite://{}", path.display());
    let mut conn = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::query("INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, success, checksum, 0 FROM _sqlx_migrations LIMIT 1")
        .execute(&mut conn)
        .await
        .unwrap();
    drop(conn);
    assert!(matches!(Store::open(StoreConfig::new(path)).await, Err(OpenError::Migrate { .. })));
}

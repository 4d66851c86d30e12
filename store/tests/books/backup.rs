//! Copying the books while they are written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use store::{BackupError, Store, StoreConfig};

use crate::support::{Books, CALLER, NOW};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_writing_is_whole() {
    let books = Books::open().await;
    let before = books.ended_call(CALLER, NOW).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (stop, books) = (stop.clone(), books.store.clone());
        async move {
            while !stop.load(Ordering::Relaxed) {
                let call = crate::support::inbound(CALLER, NOW);
                books.begin_call(call).await.unwrap();
            }
        }
    });
    let target = books.folder.path().join("copies/today.db");
    books.store.backup(&target).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    writing.await.unwrap();

    let copy = Store::open(StoreConfig::new(&target)).await.unwrap();
    assert!(copy.call(before).await.unwrap().is_some());
    copy.close_interrupted(NOW).await.unwrap();
    assert!(matches!(books.store.backup(&target).await, Err(BackupError::Exists { .. })));
    let nothing = books.folder.path().join("no.db");
    assert!(Store::backup_file(&nothing, &books.folder.path().join("b.db")).await.is_err());
}

//! The work of erasures. Each step may be done again: a crash in the middle only delays it.

use std::time::Duration;

use call_model::ErasureId;
use recordings::{Folder, FolderError, RecordingPath};
use store::{DoomedCall, ErasureRecord, Store, StoreError};

/// How many calls are erased before others are looked for.
const AT_ONCE: u32 = 200;
/// How often what only mentions the person is gone through in one round: once, and for what came meanwhile.
const MOST_PASSES: u32 = 4;
/// The pause before it is tried again: a call of the person goes on, or somebody reads the books.
const AGAIN: Duration = Duration::from_secs(2);

/// Goes on with every erasure that is not done.
pub(crate) async fn resume(store: &Store, folder: &Folder) -> Result<(), StoreError> {
    for erasure in store.open_erasures().await? {
        start(store.clone(), folder.clone(), erasure.id);
    }
    Ok(())
}

/// Does the work of one erasure beside everything else.
pub(crate) fn start(store: Store, folder: Folder, id: ErasureId) {
    tokio::spawn(async move {
        loop {
            match round(&store, &folder, id).await {
                Ok(true) => return tracing::info!(erasure = %id, "a person was erased"),
                Ok(false) => {}
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, erasure = %id, "an erasure is tried again");
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    });
}

/// Does what can be done now. `true`: all of it is done.
async fn round(store: &Store, folder: &Folder, id: ErasureId) -> Result<bool, StoreError> {
    let Some(erasure) = store.erasure(id).await? else { return Ok(true) };
    if erasure.done_ms.is_some() {
        return Ok(true);
    }
    if !erasure.is_cleared() {
        if !calls(store, folder, &erasure).await? {
            return Ok(false);
        }
        // What a pass does not take away, the next one does not either.
        for _ in 0..MOST_PASSES {
            if !store.erase_traces(&erasure).await? {
                break;
            }
        }
        if !store.finish_erasure(&erasure, now_ms()).await? {
            return Ok(false);
        }
    }
    store.settle_erasure(id, now_ms()).await
}

/// Erases the calls of a person. `false`: one goes on.
async fn calls(store: &Store, folder: &Folder, erasure: &ErasureRecord) -> Result<bool, StoreError> {
    loop {
        let doomed = store.erasure_calls(erasure, AT_ONCE).await?;
        if doomed.ended.is_empty() {
            return Ok(!doomed.running);
        }
        let some = doomed.ended.len();
        let mut gone = 0;
        for call in doomed.ended {
            gone += usize::from(erase_call(store, folder, call).await?);
        }
        if gone < some {
            return Ok(false);
        }
    }
}

/// Erases a call with its sound: the files first, so that none is left that nobody knows of. `false`: one could not be
/// removed, and the call stays.
pub(crate) async fn erase_call(store: &Store, folder: &Folder, call: DoomedCall) -> Result<bool, StoreError> {
    for path in call.files {
        if !remove(folder, &path).await {
            return Ok(false);
        }
    }
    for path in store.erase_call(call.id).await?.into_iter().flatten() {
        remove(folder, &path).await;
    }
    Ok(true)
}

async fn remove(folder: &Folder, path: &str) -> bool {
    let Some(path) = RecordingPath::parse(path) else { return true };
    let folder = folder.clone();
    match tokio::task::spawn_blocking(move || folder.delete(&path)).await {
        Ok(Ok(()) | Err(FolderError::NotFound)) => true,
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a recording cannot be removed");
            false
        }
        Err(_) => false,
    }
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

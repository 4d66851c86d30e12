//! What was done, kept in the books.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use store::{OnceState, Store, StoreError};

use crate::calendar::Clock;
use crate::{Begun, OnceBook, OnceFailure};

/// The book of what was done, on the store: it survives a restart.
pub struct StoreBook {
    store: Store,
    clock: Clock,
}

impl StoreBook {
    /// A book in these books.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    fn now_ms(&self) -> i64 {
        (self.clock)().as_millisecond()
    }
}

fn failure(error: StoreError) -> OnceFailure {
    OnceFailure(Box::new(error))
}

impl OnceBook for StoreBook {
    fn begin<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Begun, OnceFailure>> {
        async move {
            let state = self.store.begin_once(key, self.now_ms()).await.map_err(failure)?;
            Ok(match state {
                OnceState::New => Begun::New,
                OnceState::Done(result) => Begun::Done(result),
                OnceState::Open => Begun::Open,
            })
        }
        .boxed()
    }

    fn keep<'a>(&'a self, key: &'a str, result: &'a Value) -> BoxFuture<'a, Result<(), OnceFailure>> {
        async move { self.store.keep_once(key, result.clone(), self.now_ms()).await.map_err(failure) }.boxed()
    }

    fn forget<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<(), OnceFailure>> {
        async move { self.store.forget_once(prefix).await.map_err(failure) }.boxed()
    }
}

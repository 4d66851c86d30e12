//! What was done, so that it is not done again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use serde_json::Value;

/// How it stands with a key that is to be begun.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// It was never begun: it is now.
    New,
    /// It was done, with this result.
    Done(Value),
    /// It was begun and its end was never heard of: the program ended meanwhile.
    Open,
}

/// The books cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("what was done cannot be written down")]
pub struct OnceFailure(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Keeps what was done under which key. Keys look like `call_01.../book_appointment/1f2e...`: the call, the tool, and a
/// digest of the arguments.
pub trait OnceBook: Send + Sync {
    /// Writes down that this begins, unless it was begun before: in one step, so that of two at a time one gets
    /// [`Begun::New`].
    fn begin<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Begun, OnceFailure>>;

    /// Keeps what came of it.
    fn keep<'a>(&'a self, key: &'a str, result: &'a Value) -> BoxFuture<'a, Result<(), OnceFailure>>;

    /// Forgets every key that begins like this: nothing happened under it, or it was undone.
    fn forget<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<(), OnceFailure>>;
}

/// A book in memory, for tests and rehearsals. Never forgets by itself.
#[derive(Debug, Default)]
pub struct MemoryBook {
    kept: Mutex<HashMap<String, Option<Value>>>,
}

impl OnceBook for MemoryBook {
    fn begin<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Begun, OnceFailure>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = match kept.get(key) {
            Some(Some(result)) => Begun::Done(result.clone()),
            Some(None) => Begun::Open,
            None => {
                kept.insert(key.to_owned(), None);
                Begun::New
            }
        };
        Box::pin(std::future::ready(Ok(begun)))
    }

    fn keep<'a>(&'a self, key: &'a str, result: &'a Value) -> BoxFuture<'a, Result<(), OnceFailure>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key.to_owned(), Some(result.clone()));
        Box::pin(std::future::ready(Ok(())))
    }

    fn forget<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<(), OnceFailure>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, _| !key.starts_with(prefix));
        Box::pin(std::future::ready(Ok(())))
    }
}

//! Waiting for what happens.

use std::future::Future;
use std::time::Duration;

/// How often it is looked at.
const STEP: Duration = Duration::from_millis(25);
/// How long a test waits before it says that something never happened: generous, for busy machines.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Looks until there is something; panics with `what` when there is nothing for too long.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let search = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(STEP).await;
        }
    };
    let Ok(found) = tokio::time::timeout(PATIENCE, search).await else { panic!("waited {PATIENCE:?} in vain: {what}") };
    found
}

/// Waits for a future that must be done in time.
pub async fn done<T>(what: &str, work: impl Future<Output = T>) -> T {
    let Ok(value) = tokio::time::timeout(PATIENCE, work).await else { panic!("waited {PATIENCE:?} in vain: {what}") };
    value
}

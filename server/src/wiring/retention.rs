//! What is old is removed: events with their deliveries, what tools gave back, and what was sent.

use std::time::Duration;

use store::Store;
use tokio::time::MissedTickBehavior;

/// How often it is looked for.
const EVERY: Duration = Duration::from_hours(1);
/// How much is removed in one write: the calls' writes wait for it.
const AT_ONCE: u32 = 500;
/// The pause between such writes.
const PAUSE: Duration = Duration::from_millis(200);
const DAY_MS: i64 = 24 * 3_600_000;

/// Removes what is older than so many days, now and then, until it is aborted. 0 days: never.
pub(super) fn start(store: Store, events_days: u32) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        if events_days == 0 {
            return;
        }
        let mut round = tokio::time::interval(EVERY);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            round.tick().await;
            let before = jiff::Timestamp::now().as_millisecond() - i64::from(events_days) * DAY_MS;
            match prune(&store, before).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "old events were removed"),
                Err(error) => tracing::warn!(%error, "old events could not be removed; it is tried again"),
            }
            match store.prune_tool_results(before).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "old results of tools and errands were removed"),
                Err(error) => tracing::warn!(%error, "old results of tools could not be removed; it is tried again"),
            }
        }
    })
}

async fn prune(store: &Store, before_ms: i64) -> Result<u64, store::StoreError> {
    let mut removed = 0;
    loop {
        let now = store.prune_events(before_ms, AT_ONCE).await?;
        removed += now;
        if now < u64::from(AT_ONCE) {
            return Ok(removed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

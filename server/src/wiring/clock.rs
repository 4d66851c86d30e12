//! Notices when the wall clock is set while the program runs.
//!
//! Calls, timers, sound, nonces and bans are measured by the steady clock and do not care. What is written down for a
//! time of the wall clock (webhooks to be sent again, work after calls, mail) would wait for hours when that clock is
//! set back by hours: it is moved along.

use std::time::{Duration, Instant};

use metrics::counter;
use store::Store;
use tokio::time::MissedTickBehavior;

/// How often the two clocks are compared.
const EVERY: Duration = Duration::from_secs(1);
/// What differs by less is the slow correction of a time server.
const STEP_MS: u64 = 5_000;

/// The wall clock against the steady one.
struct Clocks {
    /// What the wall clock would say at the steady clock's origin, ms.
    offset_ms: i64,
}

impl Clocks {
    const fn new(wall_ms: i64, steady_ms: i64) -> Self {
        Self { offset_ms: wall_ms - steady_ms }
    }

    /// By how much the wall clock was set since the last look, ms; less than 0: back.
    fn step(&mut self, wall_ms: i64, steady_ms: i64) -> Option<i64> {
        let offset_ms = wall_ms - steady_ms;
        let step = offset_ms - self.offset_ms;
        // Also when it is small: corrections do not add up to a step.
        self.offset_ms = offset_ms;
        (step.unsigned_abs() >= STEP_MS).then_some(step)
    }
}

/// Watches until it is aborted.
pub(super) fn watch(store: Store) -> tokio::task::JoinHandle<()> {
    let (origin, wall) = (Instant::now(), || jiff::Timestamp::now().as_millisecond());
    let steady = move || i64::try_from(origin.elapsed().as_millis()).unwrap_or(i64::MAX);
    let mut clocks = Clocks::new(wall(), steady());
    tokio::spawn(async move {
        let mut round = tokio::time::interval(EVERY);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            round.tick().await;
            let Some(step_ms) = clocks.step(wall(), steady()) else { continue };
            let direction = if step_ms < 0 { "back" } else { "forward" };
            counter!("callwright_clock_steps_total", "direction" => direction).increment(1);
            tracing::warn!(
                seconds = step_ms / 1_000,
                "the clock of this machine was set {direction}: running calls go on"
            );
            if step_ms < 0
                && let Err(error) = store.clock_set_back(step_ms.unsigned_abs()).await
            {
                tracing::error!(%error, "what waits for a time could not be moved: it waits for the old one");
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_noticed_once_and_drift_never() {
        let mut clocks = Clocks::new(1_000_000, 0);
        assert_eq!(clocks.step(1_001_000, 1_000), None);
        assert_eq!(clocks.step(1_002_000 - 7_200_000, 2_000), Some(-7_200_000));
        assert_eq!(clocks.step(1_003_000 - 7_200_000, 3_000), None);
        assert_eq!(clocks.step(1_004_000, 4_000), Some(7_200_000));
        let drifted = (5..10_000).filter(|second| clocks.step(1_000_000 + second * 1_001, second * 1_000).is_some());
        assert_eq!(drifted.count(), 0);
    }
}

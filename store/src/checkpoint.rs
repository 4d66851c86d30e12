//! Brings what was committed from the log of the books (`-wal`) into the database file. Each time the disk is waited for:
//! the writer, for whom every call waits, does not do that.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::{Connection as _, Row as _, SqliteConnection};
use tokio::sync::{Mutex, oneshot};
use tokio::time::MissedTickBehavior;

use crate::stats::Counters;

/// How often the log is looked at, while there is writing.
const LOOK: Duration = Duration::from_millis(250);

/// So many pages (of 4 KiB) wait before they are brought over.
const PAGES: i64 = 4_096;

/// A log of so many pages is to begin anew. It can where all of it has been brought over and nobody has written since:
/// where there is always somebody who writes, writing is held up for a moment.
const LONG: i64 = 16_384;

/// The longest that writing is held up for it. A disk that takes longer is asked again later, and the log grows on.
const PAUSE: Duration = Duration::from_millis(50);

/// With so many pages the writer brings them over itself, each time that it commits: nobody else has.
pub(crate) const LAST_RESORT: &str = "65536";

/// The log, in pages.
#[derive(Debug, Clone, Copy)]
struct Log {
    length: i64,
    brought_over: i64,
}

impl Log {
    const fn waiting(self) -> i64 {
        self.length - self.brought_over
    }
}

pub(crate) struct Checkpointer {
    pub(crate) conn: SqliteConnection,
    /// Held by the writer while it writes.
    pub(crate) turn: Arc<Mutex<()>>,
    pub(crate) counters: Arc<Counters>,
}

impl Checkpointer {
    /// Runs until it is told to stop, or nobody is left who could.
    pub(crate) async fn run(mut self, mut stop: oneshot::Receiver<()>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut seen, mut told) = (0, false);
        loop {
            tokio::select! {
                _ = &mut stop => break,
                _ = look.tick() => {}
            }
            let groups = self.counters.groups.load(Ordering::Relaxed);
            if groups == seen {
                continue;
            }
            match self.round().await {
                Ok(()) => (seen, told) = (groups, false),
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(%error, "the log of the books cannot be brought into them: it is tried again");
                    }
                }
            }
        }
        if let Err(error) = self.conn.close().await {
            tracing::warn!(%error, "the books did not close cleanly; nothing committed is lost");
        }
    }

    async fn round(&mut self) -> Result<(), sqlx::Error> {
        let log = self.log("PRAGMA wal_checkpoint(NOOP)").await?;
        if log.waiting() == 0 || log.waiting() < PAGES && log.length < LONG {
            return Ok(());
        }
        let log = self.log("PRAGMA wal_checkpoint(PASSIVE)").await?;
        if log.waiting() > 0 && log.length >= LONG {
            let turn = self.turn.clone().lock_owned().await;
            let all = tokio::time::timeout(PAUSE, self.log("PRAGMA wal_checkpoint(PASSIVE)")).await;
            drop(turn);
            all.unwrap_or(Ok(log))?;
        }
        Ok(())
    }

    async fn log(&mut self, checkpoint: &'static str) -> Result<Log, sqlx::Error> {
        let row = sqlx::query(checkpoint).fetch_one(&mut self.conn).await?;
        Ok(Log { length: row.try_get("log")?, brought_over: row.try_get("checkpointed")? })
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{ConnectOptions as _, Row as _};

    use crate::StoreConfig;
    use crate::store::write_options;

    #[tokio::test]
    async fn the_writer_brings_nothing_over_itself_before_the_last_resort() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = write_options(&StoreConfig::new(folder.path().join("books.db"))).connect().await.unwrap();
        let row = sqlx::query("PRAGMA wal_autocheckpoint").fetch_one(&mut writer).await.unwrap();
        assert_eq!(row.get::<i64, _>(0).to_string(), super::LAST_RESORT);
    }
}

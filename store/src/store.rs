//! Opening, closing and copying the books.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlStr, SqlitePool};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::checkpoint::Checkpointer;
use crate::record::NodeCount;
use crate::stats::Counters;
use crate::writer::{self, NodeCounts, Request, Tx, Write, Writer};
use crate::{
    Address, BackupError, OpenError, Scrubber, StoreConfig, StoreError, StoreStats, Synchronous, address, checkpoint,
    sql,
};

/// Each file brings the tables one step further; a file that was released is never changed.
pub(crate) const MIGRATIONS: &[(&str, &str)] = &[
    ("books", include_str!("../migrations/0001_books.sql")),
    ("transcripts", include_str!("../migrations/0002_transcripts.sql")),
    ("tools", include_str!("../migrations/0003_tools.sql")),
    ("after_call", include_str!("../migrations/0004_after_call.sql")),
    ("knowledge", include_str!("../migrations/0005_knowledge.sql")),
    ("handover", include_str!("../migrations/0006_handover.sql")),
    ("costs", include_str!("../migrations/0007_costs.sql")),
    ("voicemail_sound", include_str!("../migrations/0008_voicemail_sound.sql")),
    ("spending", include_str!("../migrations/0009_spending.sql")),
    ("identity", include_str!("../migrations/0010_identity.sql")),
    ("abuse", include_str!("../migrations/0011_abuse.sql")),
    ("fax", include_str!("../migrations/0014_fax.sql")),
    ("people", include_str!("../migrations/0015_people.sql")),
    ("campaigns", include_str!("../migrations/0016_campaigns.sql")),
    ("answered_by", include_str!("../migrations/0017_answered_by.sql")),
    ("bindings", include_str!("../migrations/0018_bindings.sql")),
    ("binding_proof", include_str!("../migrations/0020_binding_proof.sql")),
    ("access", include_str!("../migrations/0021_access.sql")),
    ("rounds", include_str!("../migrations/0025_rounds.sql")),
    ("campaign_calls", include_str!("../migrations/0026_campaign_calls.sql")),
    ("review", include_str!("../migrations/0022_review.sql")),
    ("settings", include_str!("../migrations/0023_settings.sql")),
    ("workbench", include_str!("../migrations/0028_workbench.sql")),
    ("segments", include_str!("../migrations/0029_segments.sql")),
];

/// The books of one Callwright. Cheap to clone; one process at a time may hold them open.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writes: mpsc::Sender<Request>,
    readers: SqlitePool,
    counters: Arc<Counters>,
    nodes: Arc<NodeCounts>,
    deliveries: Arc<Notify>,
    errands: Arc<Notify>,
    jobs: Arc<Notify>,
    attempts: Arc<Notify>,
    clock_steps: AtomicU64,
    scrubber: Scrubber,
    country: String,
    path: PathBuf,
    /// Held until the last handle is gone.
    _lock: File,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the books, makes them if there are none, and brings their tables up to date. Starts the writer's thread.
    pub async fn open(config: StoreConfig) -> Result<Self, OpenError> {
        if !address::is_country(&config.default_country) {
            return Err(OpenError::Country { country: config.default_country });
        }
        let lock = lock_books(&config.path)?;
        let database = |source| OpenError::Database { path: config.path.clone(), source };

        let mut conn = write_options(&config).connect().await.map_err(database)?;
        migrations().run(&mut conn).await.map_err(|source| OpenError::Migrate { path: config.path.clone(), source })?;
        let mut tx = Tx::new(conn).await.map_err(database)?;
        sql::webhook::learn_webhooks(&mut tx).await.map_err(|error| match error {
            StoreError::Database(source) => database(sqlx::Error::Protocol(source.to_string())),
            other => database(sqlx::Error::Protocol(other.to_string())),
        })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(config.readers.max(1))
            .connect_with(read_options(&config))
            .await
            .map_err(database)?;

        let (writes, queue) = mpsc::channel(config.queue.max(1));
        let counters = Arc::new(Counters::default());
        let nodes = Arc::new(NodeCounts::default());
        let deliveries = Arc::new(Notify::new());
        let jobs = Arc::new(Notify::new());
        let attempts = Arc::new(Notify::new());
        let checkpoints = write_options(&config).thread_name(|_| "books-log".to_owned());
        let checkpointer = Checkpointer {
            conn: checkpoints.connect().await.map_err(database)?,
            turn: Arc::default(),
            counters: counters.clone(),
        };
        let io = |error| database(sqlx::Error::Io(error));
        // On a thread of its own, which may wait for the disk.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(io)?;
        let turn = checkpointer.turn.clone();
        let (stop, stopped) = oneshot::channel();
        let errands = Arc::new(Notify::new());
        let writer = Writer {
            tx,
            queue,
            group: config.group.max(1),
            patience: config.patience,
            counters: counters.clone(),
            nodes: nodes.clone(),
            deliveries: deliveries.clone(),
            errands: errands.clone(),
            jobs: jobs.clone(),
            attempts: attempts.clone(),
            turn,
            checkpointer: (stop, runtime.spawn(checkpointer.run(stopped))),
        };
        let thread = std::thread::Builder::new().name("books-writer".to_owned());
        thread.spawn(move || runtime.block_on(writer.run())).map_err(io)?;
        let inner = Inner {
            writes,
            readers,
            counters,
            nodes,
            deliveries,
            errands,
            jobs,
            attempts,
            clock_steps: AtomicU64::new(0),
            scrubber: config.scrubber,
            country: config.default_country,
            path: config.path,
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// How often the clock was set back and what waits was moved: whoever holds times of the books reads them anew.
    pub fn clock_steps(&self) -> u64 {
        self.inner.clock_steps.load(Ordering::Acquire)
    }

    pub(crate) fn note_clock_step(&self) {
        self.inner.clock_steps.fetch_add(1, Ordering::AcqRel);
    }

    /// Commits what waits, then closes. Later writes fail with [`StoreError::Closed`].
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.inner.writes.send(Request::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
        self.inner.readers.close().await;
    }

    /// Reads an address as the books keep it, numbers by the rules of the default country.
    pub fn address(&self, text: &str) -> Address {
        Address::parse(text, &self.inner.country)
    }

    /// ISO 3166-1 country by whose rules numbers without a country code are read.
    pub fn country(&self) -> &str {
        &self.inner.country
    }

    /// What was counted since the start.
    pub fn stats(&self) -> StoreStats {
        let writes = &self.inner.writes;
        self.inner.counters.snapshot((writes.max_capacity() - writes.capacity()) as u64)
    }

    /// Counts a node of a flow. Never waits: the counts are written with the next group, at the latest after a
    /// second; `kill -9` loses those.
    pub fn count_node(&self, flow: &Arc<str>, version: u32, node: &Arc<str>, count: NodeCount) {
        self.inner.nodes.add(flow, version, node, count);
    }

    /// Resolves when a delivery was made or changed since the last time: ask for the due ones then.
    pub async fn delivery_added(&self) {
        self.inner.deliveries.notified().await;
    }

    /// Resolves when an errand was made since the last time: ask for the due ones then.
    pub async fn errand_added(&self) {
        self.inner.errands.notified().await;
    }

    /// Whether the books can be read and written now.
    pub async fn check(&self) -> Result<(), StoreError> {
        if self.inner.writes.is_closed() {
            return Err(StoreError::Closed);
        }
        if self.inner.counters.stuck.load(Ordering::Relaxed) {
            return Err(StoreError::Busy);
        }
        sqlx::query("SELECT 1").execute(self.readers()).await?;
        Ok(())
    }

    /// Copies the books, as they are at this moment, into a new file, while they are in use. Gives its size in bytes.
    pub async fn backup(&self, target: &Path) -> Result<u64, BackupError> {
        Self::backup_file(&self.inner.path, target).await
    }

    /// The same, for books that another process has open (`callwright backup`).
    pub async fn backup_file(books: &Path, target: &Path) -> Result<u64, BackupError> {
        let path = target.to_owned();
        if target.exists() {
            return Err(BackupError::Exists { path });
        }
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(|source| BackupError::Folder { path: path.clone(), source })?;
        }
        let database = |source| BackupError::Database { path: path.clone(), source };
        let options = SqliteConnectOptions::new().filename(books).create_if_missing(false).disable_statement_logging();
        let mut conn = options.connect().await.map_err(database)?;
        sqlx::query("VACUUM INTO ?1")
            .bind(target.to_string_lossy().into_owned())
            .execute(&mut conn)
            .await
            .map_err(database)?;
        conn.close().await.map_err(database)?;
        Ok(std::fs::metadata(target).map_or(0, |file| file.len()))
    }

    pub(crate) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        writer::submit(&self.inner.writes, write).await
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    pub(crate) fn path(&self) -> &Path {
        &self.inner.path
    }

    pub(crate) fn jobs(&self) -> &Notify {
        &self.inner.jobs
    }

    pub(crate) fn attempts(&self) -> &Notify {
        &self.inner.attempts
    }

    /// What takes out of texts what may not be kept.
    pub fn scrubber(&self) -> &Scrubber {
        &self.inner.scrubber
    }
}

fn migrations() -> Migrator {
    let steps = MIGRATIONS.iter().zip(1..).map(|((name, sql), version)| {
        Migration::new(version, (*name).into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    });
    Migrator::with_migrations(steps.collect())
}

fn lock_books(path: &Path) -> Result<File, OpenError> {
    let folder = |source| OpenError::Folder { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(folder)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(name).map_err(folder)?;
    match file.try_lock() {
        Ok(()) => {
            // Who it is, for whoever is refused; it holds without as well.
            let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            Err(OpenError::InUse { path: path.to_owned(), pid })
        }
        Err(TryLockError::Error(source)) => Err(folder(source)),
    }
}

pub(crate) fn write_options(config: &StoreConfig) -> SqliteConnectOptions {
    let synchronous = match config.synchronous {
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Full => SqliteSynchronous::Full,
    };
    SqliteConnectOptions::new()
        .filename(&config.path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(config.busy_timeout)
        .foreign_keys(true)
        .pragma("journal_size_limit", "67108864")
        .pragma("wal_autocheckpoint", checkpoint::LAST_RESORT)
        // What was taken out of a text, or erased, is overwritten.
        .pragma("secure_delete", "1")
        .statement_cache_capacity(256)
        .thread_name(|_| "books-sqlx".to_owned())
        .disable_statement_logging()
}

fn read_options(config: &StoreConfig) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(&config.path)
        .create_if_missing(false)
        .busy_timeout(config.busy_timeout)
        .pragma("query_only", "1")
        .thread_name(|id| format!("books-reader-{id}"))
        .disable_statement_logging()
}

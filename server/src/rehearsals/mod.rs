//! Rehearsals of a running server: which are kept, and runs of them beside the calls. See `docs/rehearsal.md`.
//!
//! A run is held in text and virtual time, in books of its own that are thrown away: nobody is called, no system outside
//! is asked, no webhook is told. It is bounded in callers and in time (`[rehearsals]`), and its results are kept in memory.

mod kept;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_model::Id;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use rehearsal::Rehearsal;
use rehearsal::suite::{self, Run, Stage, SuiteSettings, Version};
use serde::Serialize;
use store::{NewId, Store, StoreError, fresh_id};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use utoipa::ToSchema;
use voice_agent::brain::Brain;

pub use kept::{Files, Kept, MAX_TEXT};
pub(crate) use kept::{read as read_files, text as read_text};

use crate::config::RehearsalsSection;

/// The longest time for one caller.
const LONGEST_CALL: Duration = Duration::from_mins(3);

/// Where the calls of a run are held.
pub struct Room {
    /// Holds each call.
    pub stage: Arc<dyn Stage>,
    /// Answers the questions of `judge` checks; without it they are skipped.
    pub judge: Option<Arc<dyn Brain>>,
    /// Says when the run may not go on.
    pub refusals: Refusals,
}

/// A word that a run may not go on. Cheap to clone.
#[derive(Clone, Default)]
pub struct Refusals(Arc<watch::Sender<Option<String>>>);

impl Refusals {
    /// It may not go on: why, and what to do. The first reason stays.
    pub fn refuse(&self, reason: String) {
        self.0.send_if_modified(|said| {
            let first = said.is_none();
            said.get_or_insert(reason);
            first
        });
    }

    /// Waits until it may not.
    async fn refused(&self) -> String {
        let mut said = self.0.subscribe();
        match said.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone()) {
            Some(reason) => reason,
            None => std::future::pending().await,
        }
    }
}

/// No room can be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRoom {
    /// An agent has cost what it may in a day.
    #[error("{0}")]
    Spent(String),
    /// Something is wrong here.
    #[error("nothing can be rehearsed here: {0}")]
    Failed(String),
}

/// Gives rooms for rehearsals.
pub trait Rooms: Send + Sync + 'static {
    /// A room with the agents as they are now, to rehearse the one of this name. `draft`: the text that stands in for it.
    fn open<'a>(&'a self, name: &'a str, draft: Option<String>) -> BoxFuture<'a, Result<Room, NoRoom>>;
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RehearsalState)]
pub enum State {
    /// Calls are being held.
    Running,
    /// All were held.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// It took longer than `rehearsals.minutes`.
    OutOfTime,
    /// It was not let go on: `reason` says why.
    Refused,
}

/// How one caller of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RehearsedState)]
pub enum RowState {
    /// The call was not begun yet.
    Waiting,
    /// The call is being held.
    Running,
    /// Everything was as it should be.
    Passed,
    /// Something was not.
    Failed,
    /// The run ended before the call did.
    LeftOut,
}

/// One caller of a run.
#[derive(Debug, Clone)]
pub struct Row {
    /// Name of the rehearsal.
    pub name: String,
    /// What it tries.
    pub about: String,
    /// How it stands.
    pub state: RowState,
    /// What came of it, when it was held.
    pub run: Option<Run>,
}

/// How far a run has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// How it stands.
    pub state: State,
    /// When it ended, ms since the Unix epoch.
    pub ended_ms: Option<i64>,
    /// Why it was not let go on.
    pub reason: Option<String>,
    /// Its callers.
    pub rows: Vec<Row>,
}

/// A run of rehearsals.
pub struct Held {
    /// Its id.
    pub id: String,
    /// The agent that is rehearsed.
    pub agent: String,
    /// With another text than the agent has.
    pub with_draft: bool,
    /// When it began, ms since the Unix epoch.
    pub began_ms: i64,
    progress: Mutex<Progress>,
    task: Mutex<Option<AbortHandle>>,
}

/// Tells a run from all others.
struct RunId(Id);

impl NewId for RunId {
    const PREFIX: &'static str = "rehearsal";

    fn from_parts(unix_ms: u64, random: u128) -> Self {
        Self(Id::from_parts(unix_ms, random))
    }
}

/// As many run as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} rehearsals run already (`rehearsals.runs`): wait for one to end, or stop one")]
pub struct Busy(pub usize);

/// The rehearsals of a running server.
pub struct Rehearsals {
    store: Store,
    rooms: Arc<dyn Rooms>,
    files: Files,
    section: RehearsalsSection,
    /// The newest first.
    held: Mutex<VecDeque<Arc<Held>>>,
}

impl Rehearsals {
    /// Nothing was rehearsed yet.
    pub fn new(store: Store, rooms: Arc<dyn Rooms>, files: Files, section: RehearsalsSection) -> Self {
        Self { store, rooms, files, section, held: Mutex::default() }
    }

    /// The most callers of one run.
    pub fn most_callers(&self) -> usize {
        self.section.callers.max(1)
    }

    /// The rehearsals of an agent that are kept, by name; what was written in the console goes before a file.
    pub async fn kept(&self, agent: &str) -> Result<Vec<Kept>, StoreError> {
        let (files, name) = (self.files.clone(), agent.to_owned());
        let written = self.store.rehearsals(agent).await?;
        // There may be hundreds, and to read them is work.
        let read = move || {
            let mut all = files.of(&name);
            all.extend(written.into_iter().map(|it| (it.name.clone(), Kept::new(it.name, it.yaml, true))));
            all.into_values().collect()
        };
        Ok(tokio::task::spawn_blocking(read).await.unwrap_or_default())
    }

    /// Opens a room for an agent. `draft`: the text that stands in for it.
    pub async fn open(&self, name: &str, draft: Option<String>) -> Result<Room, NoRoom> {
        self.rooms.open(name, draft).await
    }

    /// Begins a run beside the calls.
    pub fn begin(
        &self,
        agent: &str,
        with_draft: bool,
        callers: Vec<Rehearsal>,
        room: Room,
        now_ms: i64,
    ) -> Result<Arc<Held>, Busy> {
        let mut all = self.lock();
        let running = all.iter().filter(|held| held.look(|progress| progress.state == State::Running)).count();
        if running >= self.section.runs.max(1) {
            return Err(Busy(running));
        }
        let row = |caller: &Rehearsal| Row {
            name: caller.name.clone(),
            about: caller.about.clone(),
            state: RowState::Waiting,
            run: None,
        };
        let rows = callers.iter().map(row).collect();
        let held = Arc::new(Held {
            id: format!("{}_{}", RunId::PREFIX, fresh_id::<RunId>(now_ms).0),
            agent: agent.to_owned(),
            with_draft,
            began_ms: now_ms,
            progress: Mutex::new(Progress { state: State::Running, ended_ms: None, reason: None, rows }),
            task: Mutex::default(),
        });
        let limit = Duration::from_secs(self.section.minutes.max(1) * 60);
        let work = tokio::spawn(hold_all(held.clone(), callers, room, self.section.parallel.max(1), limit));
        *held.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(work.abort_handle());
        all.push_front(held.clone());
        // One that still runs is never forgotten.
        let is_over = |held: &Arc<Held>| held.look(|progress| progress.state != State::Running);
        while all.len() > self.section.kept.max(1)
            && let Some(oldest) = all.iter().rposition(is_over)
        {
            all.remove(oldest);
        }
        Ok(held)
    }

    /// The runs of an agent, the newest first.
    pub fn runs(&self, agent: &str) -> Vec<Arc<Held>> {
        self.lock().iter().filter(|held| held.agent == agent).cloned().collect()
    }

    /// A run of an agent.
    pub fn run(&self, agent: &str, id: &str) -> Option<Arc<Held>> {
        self.lock().iter().find(|held| held.agent == agent && held.id == id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Looks at how far it has come.
    pub fn look<T>(&self, look: impl FnOnce(&Progress) -> T) -> T {
        look(&self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops it; what is over by itself stays as it is.
    pub fn stop(&self, now_ms: i64) {
        self.end(State::Stopped, None, now_ms);
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn end(&self, state: State, reason: Option<String>, now_ms: i64) {
        self.change(|progress| {
            if progress.state != State::Running {
                return;
            }
            (progress.state, progress.ended_ms, progress.reason) = (state, Some(now_ms), reason);
            let open = |row: &&mut Row| matches!(row.state, RowState::Waiting | RowState::Running);
            progress.rows.iter_mut().filter(open).for_each(|row| row.state = RowState::LeftOut);
        });
    }

    fn began(&self, at: usize) {
        self.change(|progress| {
            if progress.state == State::Running {
                progress.rows[at].state = RowState::Running;
            }
        });
    }

    fn ended(&self, at: usize, run: Option<Run>) {
        self.change(|progress| {
            // Nothing changes any more in what was stopped.
            if progress.state != State::Running {
                return;
            }
            let passed = run.as_ref().is_some_and(Run::passed);
            let row = &mut progress.rows[at];
            (row.state, row.run) = (if passed { RowState::Passed } else { RowState::Failed }, run);
        });
    }
}

async fn hold_all(held: Arc<Held>, callers: Vec<Rehearsal>, room: Room, parallel: usize, limit: Duration) {
    let versions: Arc<[Version]> = Arc::new([Version { label: String::new(), stage: room.stage }]);
    let settings = Arc::new(SuiteSettings { parallel: 1, longest: LONGEST_CALL, judge: room.judge });
    let calls = callers.into_iter().enumerate().map(|(at, caller)| {
        let (held, versions, settings) = (held.clone(), versions.clone(), settings.clone());
        async move {
            held.began(at);
            let run = suite::run(vec![caller], &versions, &settings).await.pop();
            held.ended(at, run);
        }
    });
    let all = stream::iter(calls).buffer_unordered(parallel).for_each(|()| std::future::ready(()));
    let (state, reason) = tokio::select! {
        biased;
        reason = room.refusals.refused() => (State::Refused, Some(reason)),
        ended = tokio::time::timeout(limit, all) => (if ended.is_ok() { State::Done } else { State::OutOfTime }, None),
    };
    held.end(state, reason, jiff::Timestamp::now().as_millisecond());
}

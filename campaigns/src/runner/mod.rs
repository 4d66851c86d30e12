//! The runner: it takes dials from the planner, writes the attempt, dials, and tells the planner what came of it.
//!
//! The books are the truth and the planner is made from them: a contact waits, is called, its attempt has ended, or it
//! is done with, and each step is one write. So a `kill -9` at any moment leaves nobody between two of them: what was
//! begun is closed at the next start, and what has ended is judged then.

mod books;
mod dialling;
mod forecast;
mod members;
mod order;
mod rounds;
mod segments;
mod sift;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use store::Store;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use crate::PlannerSettings;

pub use books::{moment, row_of, variables_of};
pub use dialling::message_of;
pub use forecast::{Ready, Unfilled, forecast};
pub use members::{Members, PreviewError, Shown};
pub use order::{AskError, DialFailure, DialOrder, Dialer, Waiting};

/// How the runner works.
#[derive(Debug, Clone)]
pub struct RunnerSettings {
    /// How the planner plans.
    pub planner: PlannerSettings,
    /// Contacts that are read at a time. Default 200.
    pub page: u32,
    /// The longest time without a look at the books. Default 5 s.
    pub look_every: Duration,
    /// How long a member may look at a contact before it is offered to another. Default 90 s.
    pub preview: Duration,
}

impl Default for RunnerSettings {
    fn default() -> Self {
        Self {
            planner: PlannerSettings::default(),
            page: 200,
            look_every: Duration::from_secs(5),
            preview: Duration::from_secs(90),
        }
    }
}

/// The running runner.
#[derive(Debug)]
pub struct Running {
    stir: Arc<Notify>,
    members: Members,
    task: JoinHandle<()>,
}

/// Tells the runner to look at the books. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Stir(Arc<Notify>);

impl Stir {
    /// Something was changed: it is looked at now.
    pub fn stir(&self) {
        self.0.notify_one();
    }
}

impl Running {
    /// Starts it. The attempts that an earlier run left open must be closed before (see [`Store::close_attempts`]).
    pub fn start(store: Store, dialer: Arc<dyn Dialer>, settings: RunnerSettings) -> Self {
        let stir = Arc::new(Notify::new());
        let (words, heard) = mpsc::channel(members::WORDS);
        let task = tokio::spawn(turn::Runner::new(store, dialer, settings).run(stir.clone(), heard));
        Self { stir, members: Members(words), task }
    }

    /// The way to stir it.
    pub fn stirrer(&self) -> Stir {
        Stir(self.stir.clone())
    }

    /// The way of members to it.
    pub fn members(&self) -> Members {
        self.members.clone()
    }

    /// Dials no more. Calls that go on end their attempts by themselves.
    pub async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

//! What leaves the house besides events: mail, and appointments for calendars elsewhere. Errands are rows in the books,
//! written with what they tell of; this module claims those that are due, runs them, and writes down how it went. A
//! claim is a lease, so that one that a dead process held comes back by itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use call_model::AppointmentId;
use futures_util::future::join_all;
use metrics::counter;
use reqwest::Client;
use serde::Deserialize;
use store::{
    AppointmentFilter, AppointmentState, ErrandKind, ErrandOutcome, ErrandRecord, Store, StoreError, TimeSpan,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::calendar::caldav::{self, Remote, RemoteError};
use crate::calendar::{Desk, ics};
use crate::house::House;
use crate::mail::{Letter, Mailer};

/// Settings of the errands.
#[derive(Debug, Clone)]
pub struct ErrandSettings {
    /// Errands at a time. Default: 8.
    pub at_a_time: u32,
    /// Pauses between tries; one try more than there are pauses. Default: 10 s, 1 min, 10 min, 1 h, 4 h, 12 h, 24 h.
    pub pauses: Vec<Duration>,
    /// How long one try may take; a claim holds for twice as long. Default: 45 s.
    pub time_limit: Duration,
    /// How often the busy times of calendars elsewhere are read. Default: 5 min.
    pub read_busy_every: Duration,
    /// How long to wait after the books failed. Default: 1 s.
    pub books_pause: Duration,
}

impl Default for ErrandSettings {
    fn default() -> Self {
        let seconds = [10, 60, 600, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600];
        Self {
            at_a_time: 8,
            pauses: seconds.map(Duration::from_secs).to_vec(),
            time_limit: Duration::from_secs(45),
            read_busy_every: Duration::from_mins(5),
            books_pause: Duration::from_secs(1),
        }
    }
}

/// Who carries what.
pub struct Carriers {
    /// Mail; `None`: no server is configured.
    pub mailer: Option<Mailer>,
    /// The calendar; `None`: nothing can be booked.
    pub desk: Option<Desk>,
    /// Calendars elsewhere.
    pub remotes: Vec<Remote>,
    /// What they are asked by.
    pub client: Client,
}

/// The tasks that run errands and read calendars.
pub struct Courier {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Courier {
    /// Starts them.
    pub fn start(house: House, carriers: Carriers, settings: ErrandSettings) -> Self {
        let (stop, stopped) = watch::channel(false);
        let reads = carriers.desk.is_some() && carriers.remotes.iter().any(|remote| remote.read_busy);
        let round = Arc::new(Round { house, carriers, settings });
        let mut tasks = vec![tokio::spawn(run(round.clone(), stopped.clone()))];
        if reads {
            tasks.push(tokio::spawn(read_busy(round, stopped)));
        }
        Self { stop, tasks }
    }

    /// Begins nothing new and waits for what runs: within the time limit of one try.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "an errand failed badly");
            }
        }
    }
}

struct Round {
    house: House,
    carriers: Carriers,
    settings: ErrandSettings,
}

/// Why an errand was not done.
struct Failure {
    error: String,
    /// Trying again is of no use.
    last: bool,
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        Self { error: error.to_string(), last: false }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { error: error.to_string(), last: false }
    }
}

async fn run(round: Arc<Round>, mut stopped: watch::Receiver<bool>) {
    const IDLE: Duration = Duration::from_mins(1);
    while !*stopped.borrow() {
        let wait = match round.due().await {
            Ok(true) => continue,
            Ok(false) => match round.store().next_errand_ms().await {
                Ok(Some(next)) => Duration::from_millis((next - round.house.now_ms()).max(0) as u64).min(IDLE),
                Ok(None) => IDLE,
                Err(_) => round.settings.books_pause,
            },
            Err(StoreError::Closed) => break,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "due errands cannot be read");
                round.settings.books_pause
            }
        };
        tokio::select! {
            _ = stopped.changed() => {}
            () = round.store().errand_added() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Reads when persons are busy by their calendars elsewhere, now and then.
async fn read_busy(round: Arc<Round>, mut stopped: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(round.settings.read_busy_every.max(Duration::from_secs(10)));
    while !*stopped.borrow() {
        tokio::select! {
            _ = stopped.changed() => break,
            _ = every.tick() => {}
        }
        for remote in round.carriers.remotes.iter().filter(|remote| remote.read_busy) {
            if let Err(failure) = round.block(remote).await {
                counter!("callwright_calendar_reads_failed_total").increment(1);
                tracing::warn!(error = failure.error, "a calendar elsewhere was not read: what it said last holds");
            }
        }
    }
}

impl Round {
    fn store(&self) -> &Store {
        self.house.store()
    }

    /// Runs what is due now; `false`: nothing was.
    async fn due(&self) -> Result<bool, StoreError> {
        let lease_ms = self.settings.time_limit.as_millis() as i64 * 2;
        let now_ms = self.house.now_ms();
        let due = self.store().claim_errands(now_ms, lease_ms, self.settings.at_a_time.max(1)).await?;
        // Errands of one appointment go one after the other: the later one says how it is now.
        let mut lanes: HashMap<String, Vec<ErrandRecord>> = HashMap::new();
        for errand in due {
            let lane = errand.body.get("appointment").map_or_else(|| errand.id.to_string(), ToString::to_string);
            lanes.entry(lane).or_default().push(errand);
        }
        let any = !lanes.is_empty();
        let lanes = lanes.into_values().map(async |lane: Vec<ErrandRecord>| {
            for errand in lane {
                self.run(errand).await?;
            }
            Ok::<(), StoreError>(())
        });
        join_all(lanes).await.into_iter().collect::<Result<(), _>>()?;
        Ok(any)
    }

    async fn run(&self, errand: ErrandRecord) -> Result<(), StoreError> {
        let work = async {
            match errand.kind {
                ErrandKind::Mail => self.mail(&errand).await,
                ErrandKind::Calendar => self.calendar(&errand).await,
            }
        };
        let late = || Err(Failure { error: "it took too long".to_owned(), last: false });
        let done = tokio::time::timeout(self.settings.time_limit, work).await.unwrap_or_else(|_| late());
        let pause = self.settings.pauses.get(errand.attempts as usize);
        let (outcome, label) = match (done, pause) {
            (Ok(()), _) => (ErrandOutcome::Done, "done"),
            (Err(failure), Some(pause)) if !failure.last => {
                let next_ms = self.house.now_ms() + pause.as_millis() as i64;
                (ErrandOutcome::Retry { error: failure.error, next_ms }, "retry")
            }
            (Err(failure), _) => {
                tracing::warn!(errand = errand.id, kind = ?errand.kind, error = failure.error, "an errand was given up");
                (ErrandOutcome::GiveUp { error: failure.error }, "given_up")
            }
        };
        counter!("callwright_errands_total", "kind" => errand.kind.as_str(), "outcome" => label).increment(1);
        self.store().settle_errand(errand.id, outcome, self.house.now_ms()).await
    }

    async fn mail(&self, errand: &ErrandRecord) -> Result<(), Failure> {
        let last = |error: &str| Failure { error: error.to_owned(), last: true };
        let letter = Letter::deserialize(&errand.body).map_err(|_| last("the mail cannot be read"))?;
        let mailer = self.carriers.mailer.as_ref().ok_or_else(|| last("no mail server is configured"))?;
        let sent = mailer.send(&letter).await;
        sent.map_err(|error| Failure { last: error.is_final(), error: error.to_string() })
    }

    /// Makes the other calendar hold what the books hold now.
    async fn calendar(&self, errand: &ErrandRecord) -> Result<(), Failure> {
        #[derive(Deserialize)]
        struct Body {
            person: String,
            appointment: AppointmentId,
        }
        let last = |error: &str| Failure { error: error.to_owned(), last: true };
        let body = Body::deserialize(&errand.body).map_err(|_| last("the errand cannot be read"))?;
        let remote = self.carriers.remotes.iter().find(|remote| remote.person == body.person);
        let remote = remote.ok_or_else(|| last("this person has no calendar elsewhere any more"))?;
        let desk = self.carriers.desk.as_ref().ok_or_else(|| last("there is no calendar any more"))?;
        let Some(record) = self.store().appointment(body.appointment).await? else { return Ok(()) };
        if record.state == AppointmentState::Booked && record.person == body.person {
            let text = ics::calendar(desk.plan(), "", std::slice::from_ref(&record), "en", true);
            remote.put(&self.carriers.client, &record, text).await?;
        } else {
            remote.delete(&self.carriers.client, &record).await?;
        }
        Ok(())
    }

    async fn block(&self, remote: &Remote) -> Result<(), Failure> {
        const MOST: u32 = 10_000;
        let Some(desk) = &self.carriers.desk else { return Ok(()) };
        let within = desk.plan().horizon(desk.now());
        let busy = remote.busy(&self.carriers.client, within).await?;
        let filter = AppointmentFilter {
            person: Some(remote.person.clone()),
            state: Some(AppointmentState::Booked),
            after_ms: Some(within.from_ms),
            before_ms: Some(within.until_ms),
            ..AppointmentFilter::default()
        };
        let own = self.store().appointments(&filter, MOST).await?;
        let own: Vec<TimeSpan> =
            own.iter().map(|record| TimeSpan { from_ms: record.starts_ms, until_ms: record.ends_ms }).collect();
        Ok(self.store().set_calendar_blocks(&remote.person, caldav::without(busy, &own)).await?)
    }
}

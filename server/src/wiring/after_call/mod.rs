//! What is left to do when a call ends: redaction first, then what is made of it.
//!
//! The jobs are rows in the books, written with the end of each call: this worker claims those that are due, does them,
//! and writes down how it went. A claim is a lease, so what a dead process held comes back; each step may be done twice
//! and leaves the same. Nothing of it is on the way of a call.

mod job;
mod pace;
mod scrub;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use after_call::EndedCall;
use after_call::model::{Analyst, ModelLimits, Wanted};
use after_call::redact::PatternError;
use after_call::rules::{LeadWeights, RuleSettings, TicketRule, Topic};
use call_model::CallId;
use ivr::Business;
use metrics::counter;
use recordings::Folder;
use store::{JobRecord, Store, StoreError};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use voice_agent::brain::{Brain, Chain, ChainSettings, Model};

use crate::api::now_ms;
use crate::config::AfterCallSection;
use crate::wiring::traces::Doing;
use job::JobError;
use pace::Pace;
pub use scrub::Redaction;

/// Pauses between tries.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(10), Duration::from_mins(1), Duration::from_mins(10), Duration::from_hours(1)];

/// After a process died with a job at hand, the job waits so much longer each further time.
const RELEASE_PAUSE_MS: i64 = 30_000;

/// How long one job may take beside what its model may.
const JOB_TIME: Duration = Duration::from_mins(1);

/// How long to wait after the books failed.
const BOOKS_PAUSE: Duration = Duration::from_secs(1);

/// A setting of `[after_call]` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AfterCallFailure {
    /// A pattern is wrong.
    #[error("`patterns` of [after_call] cannot be used")]
    Pattern(#[from] PatternError),
    /// The brain is not there.
    #[error("`brain` of [after_call] is `{0}`: it names a language model of [[brain]], or `rules` for none")]
    Brain(String),
    /// The models cannot be put in a row.
    #[error("the language models cannot be used after calls")]
    Chain(#[from] voice_agent::brain::MakeError),
}

/// What takes out what may not be kept, as the configuration says.
pub fn redaction(section: &AfterCallSection) -> Result<Arc<Redaction>, AfterCallFailure> {
    Ok(Arc::new(Redaction::new(section.redact, section.patterns.clone())?))
}

/// What the work is done with.
pub struct AfterCall {
    store: Store,
    recordings: Folder,
    business: Arc<Business>,
    section: AfterCallSection,
    rules: RuleSettings,
    analyst: Option<Analyst>,
}

impl AfterCall {
    /// `models`: the language models of the configuration, by name and in their order.
    pub fn new(
        store: Store,
        recordings: Folder,
        business: Arc<Business>,
        section: AfterCallSection,
        models: Vec<Arc<dyn Model>>,
    ) -> Result<Self, AfterCallFailure> {
        let topic = |(name, words): (&String, &Vec<String>)| Topic::new(name, words.iter().map(String::as_str));
        let rules = RuleSettings {
            topics: section.topics.iter().map(topic).collect(),
            most_topics: section.most_topics,
            lead: section.lead.as_ref().map(|lead| LeadWeights {
                budget: lead.budget,
                authority: lead.authority,
                need: lead.need,
                time: lead.time,
            }),
            ticket: section
                .ticket
                .as_ref()
                .map(|ticket| TicketRule { below: ticket.below, topics: ticket.topics.clone() }),
        };
        let analyst = analyst(&section, models)?;
        Ok(Self { store, recordings, business, section, rules, analyst })
    }

    /// Starts the worker.
    pub fn start(self) -> AfterCallWorker {
        let stop = CancellationToken::new();
        let pace = Pace::new(self.section.per_second, Instant::now());
        let worker = Worker { house: Arc::new(self), at_hand: JoinSet::new(), pace };
        AfterCallWorker { task: tokio::spawn(worker.run(stop.clone())), stop }
    }
}

fn analyst(section: &AfterCallSection, mut models: Vec<Arc<dyn Model>>) -> Result<Option<Analyst>, AfterCallFailure> {
    match section.brain.as_deref() {
        Some("rules") => return Ok(None),
        Some(name) => {
            models.retain(|model| model.name() == name);
            if models.is_empty() {
                return Err(AfterCallFailure::Brain(name.to_owned()));
            }
        }
        None if models.is_empty() => return Ok(None),
        None => {}
    }
    let time = Duration::from_secs(section.brain_s.max(1));
    // Nobody waits on the line: a slow answer is as good as a quick one.
    let patience = ChainSettings {
        first_token: time,
        first_word: time,
        between_tokens: time,
        whole: time,
        ..ChainSettings::default()
    };
    let brain: Arc<dyn Brain> = Arc::new(Chain::new(models, patience)?);
    let limits =
        ModelLimits { transcript: section.transcript_chars, answer_tokens: section.answer_tokens.max(100), time };
    let wanted = section.fields.iter().map(|(name, about)| Wanted { name: name.clone(), about: about.clone() });
    Ok(Some(Analyst::new(brain, limits, wanted.collect())))
}

/// The running worker.
pub struct AfterCallWorker {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl AfterCallWorker {
    /// Begins nothing new and leaves what is at hand for the next start.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the work after calls failed");
        }
    }
}

struct Worker {
    house: Arc<AfterCall>,
    at_hand: JoinSet<()>,
    pace: Pace,
}

impl Worker {
    async fn run(mut self, stop: CancellationToken) {
        if let Err(error) = self.house.store.release_jobs(now_ms(), RELEASE_PAUSE_MS).await {
            tracing::error!(error = &error as &dyn std::error::Error, "what an earlier run left cannot be taken up");
        }
        while !stop.is_cancelled() {
            let wait = match self.begin_due().await {
                Ok(wait) => wait,
                Err(StoreError::Closed) => break,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "what is left to do cannot be read");
                    Some(BOOKS_PAUSE)
                }
            };
            let until_due = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.house.store.job_added() => {}
                () = until_due => {}
                Some(done) = self.at_hand.join_next() => finished(done),
            }
        }
        self.at_hand.shutdown().await;
    }

    /// Begins what is due and has room, and says how long nothing will be due; `None`: nothing at all is left to do.
    async fn begin_due(&mut self) -> Result<Option<Duration>, StoreError> {
        let section = &self.house.section;
        let room = section.workers.max(1).saturating_sub(self.at_hand.len()).min(self.pace.ready(Instant::now()));
        if room > 0 {
            let lease_ms = self.house.time_limit().as_millis() as i64 + 30_000;
            let tries = section.tries.max(1);
            let jobs = self.house.store.claim_jobs(now_ms(), lease_ms, room as u32, tries).await?;
            self.pace.took(jobs.len());
            for job in jobs {
                self.at_hand.spawn(one(self.house.clone(), job));
            }
        }
        if self.at_hand.len() >= section.workers.max(1) {
            return Ok(None);
        }
        let next = self.house.store.next_job_ms().await?;
        Ok(next.map(|next| Duration::from_millis((next - now_ms()).max(1) as u64).max(self.pace.wait())))
    }
}

fn finished(done: Result<(), tokio::task::JoinError>) {
    if let Err(error) = done {
        // Its lease brings it back, until it was tried often enough.
        tracing::error!(%error, "the work after a call failed");
    }
}

/// One try of one job, and what follows from it.
async fn one(house: Arc<AfterCall>, job: JobRecord) {
    let call = job.call;
    let doing_span = Doing::begin(call, "after_call", &job.tries.to_string(), None);
    let limit = house.time_limit();
    let doing = tokio::spawn({
        let (house, job) = (house.clone(), job.clone());
        async move { tokio::time::timeout(limit, house.work(&job)).await }
    });
    // Ends with this task, when the program stops.
    let guard = AbortOnDrop(doing.abort_handle());
    let error = match doing.await {
        Ok(Ok(Ok(()))) => {
            counter!("callwright_after_call_total", "outcome" => "done").increment(1);
            if let Some(span) = doing_span {
                span.done(None);
            }
            return;
        }
        Ok(Ok(Err(error))) => error,
        Ok(Err(_)) => JobError::TooSlow { limit },
        Err(_) => JobError::Panicked,
    };
    drop(guard);
    if let Some(span) = doing_span {
        span.done(Some("failed"));
    }
    let now = now_ms();
    let again = (job.tries < house.section.tries.max(1)).then(|| {
        let pause = PAUSES[(job.tries as usize).saturating_sub(1).min(PAUSES.len() - 1)];
        now + pause.as_millis() as i64
    });
    let label = if again.is_some() { "retry" } else { "given_up" };
    counter!("callwright_after_call_total", "outcome" => label).increment(1);
    tracing::warn!(%call, tries = job.tries, error = &error as &dyn std::error::Error, label, "the work after a call failed");
    if let Err(error) = house.store.put_off_job(call, &error.to_string(), again, now).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "that it failed was not written down");
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl AfterCall {
    fn time_limit(&self) -> Duration {
        JOB_TIME + Duration::from_secs(self.section.brain_s)
    }

    /// The model's word on a call, where there is one and it may still cost something today.
    async fn by_model(
        &self,
        id: CallId,
        call: &EndedCall,
        base: after_call::Insights,
    ) -> Result<after_call::Insights, StoreError> {
        let Some(analyst) = self.analyst.as_ref().filter(|_| job::says_something(call)) else { return Ok(base) };
        let limit = self.section.tokens_per_day;
        let today = now_ms() / 86_400_000 * 86_400_000;
        if limit > 0 && self.store.tokens_since(today).await? >= limit {
            counter!("callwright_after_call_total", "outcome" => "too_dear").increment(1);
            return Ok(base);
        }
        let (insights, fault) = analyst.insights(id, call, base, &self.rules).await;
        if let Some(fault) = fault {
            counter!("callwright_after_call_total", "outcome" => "by_rules").increment(1);
            tracing::warn!(call = %id, error = &fault as &dyn std::error::Error, "no model reports on a call: the rules do");
        }
        Ok(insights)
    }
}

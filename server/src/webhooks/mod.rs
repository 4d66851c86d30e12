//! Sends events to webhooks, as Standard Webhooks asks: signed, tried again with growing pauses, across restarts,
//! always under the same id.
//!
//! The deliveries are rows in the books: this module claims those that are due, sends them, and writes down how it
//! went. A claim is a lease, so one that a dead process held comes back by itself; the other side may then get an
//! event twice, and tells by its id.

mod schedule;
mod send;
mod sign;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use call_model::WebhookId;
use metrics::{counter, gauge};
use store::{DeliveryOutcome, DueDelivery, Store, StoreError};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

pub use schedule::Schedule;
pub use send::SenderError;
pub use sign::{secret_bytes, signature};

use crate::api::now_ms;
use send::{Attempt, Sender};

/// Settings of the sender.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// Requests at a time. Default: 32.
    pub max_in_flight: usize,
    /// Requests at a time to one webhook. Default: 4.
    pub max_in_flight_per_webhook: usize,
    /// How long one request may take in all. Default: 15 s.
    pub time_limit: Duration,
    /// Pauses between tries.
    pub schedule: Schedule,
    /// How long to wait after the books failed. Default: 1 s.
    pub books_pause: Duration,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            max_in_flight: 32,
            max_in_flight_per_webhook: 4,
            time_limit: Duration::from_secs(15),
            schedule: Schedule::default(),
            books_pause: Duration::from_secs(1),
        }
    }
}

/// The task that sends events.
pub struct WebhookSender {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl WebhookSender {
    /// Starts it.
    pub fn start(store: Store, config: WebhookConfig) -> Result<Self, SenderError> {
        let sender = Arc::new(Sender::new(config.time_limit)?);
        let stop = CancellationToken::new();
        let worker = Worker { store, config, sender, in_flight: JoinSet::new(), per_webhook: HashMap::new() };
        let task = tokio::spawn(worker.run(stop.clone()));
        Ok(Self { stop, task })
    }

    /// Begins no new request and waits for those that run: within the time limit of one request.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the sender of webhooks failed");
        }
    }
}

struct Worker {
    store: Store,
    config: WebhookConfig,
    sender: Arc<Sender>,
    in_flight: JoinSet<WebhookId>,
    per_webhook: HashMap<WebhookId, usize>,
}

impl Worker {
    async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let wait = match self.begin_due().await {
                Ok(wait) => wait,
                Err(StoreError::Closed) => break,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "due webhooks cannot be read");
                    self.config.books_pause
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.store.delivery_added() => {}
                () = tokio::time::sleep(wait) => {}
                Some(done) = self.in_flight.join_next() => self.finished(done),
            }
        }
        while let Some(done) = self.in_flight.join_next().await {
            self.finished(done);
        }
    }

    /// Begins what is due and has room, and says how long nothing will be due.
    async fn begin_due(&mut self) -> Result<Duration, StoreError> {
        const IDLE: Duration = Duration::from_mins(1);
        loop {
            let room = self.config.max_in_flight.saturating_sub(self.in_flight.len());
            if room == 0 {
                return Ok(IDLE);
            }
            let busy = self.busy();
            let now = now_ms();
            // Until the lease ends the request is over, or the process is.
            let lease_ms = self.config.time_limit.as_millis() as i64 * 2 + 5_000;
            // Few at a time: all may be for one webhook, which so gets less than twice its share.
            let limit = room.min(self.config.max_in_flight_per_webhook).max(1);
            let due = self.store.claim_deliveries(now, lease_ms, limit as u32, &busy).await?;
            if due.is_empty() {
                let next = self.store.next_delivery_ms(&busy).await?;
                let wait = next.map_or(IDLE, |next| Duration::from_millis((next - now_ms()).max(0) as u64));
                return Ok(wait.min(IDLE));
            }
            for delivery in due {
                self.begin(delivery);
            }
            gauge!("callwright_webhooks_in_flight").set(self.in_flight.len() as f64);
        }
    }

    /// Webhooks that have as many requests as they may.
    fn busy(&self) -> Vec<WebhookId> {
        let most = self.config.max_in_flight_per_webhook;
        self.per_webhook.iter().filter(|(_, running)| **running >= most).map(|(id, _)| *id).collect()
    }

    fn begin(&mut self, delivery: DueDelivery) {
        *self.per_webhook.entry(delivery.webhook).or_default() += 1;
        let (store, sender, schedule) = (self.store.clone(), self.sender.clone(), self.config.schedule.clone());
        self.in_flight.spawn(async move {
            let webhook = delivery.webhook;
            if let Err(error) = deliver(&store, &sender, &schedule, delivery).await {
                // The lease brings it back.
                tracing::warn!(error = &error as &dyn std::error::Error, "a webhook's outcome was not written down");
            }
            webhook
        });
    }

    fn finished(&mut self, done: Result<WebhookId, tokio::task::JoinError>) {
        match done {
            Ok(webhook) => {
                if let Some(running) = self.per_webhook.get_mut(&webhook) {
                    *running -= 1;
                    if *running == 0 {
                        self.per_webhook.remove(&webhook);
                    }
                }
            }
            Err(error) => {
                // Which webhook it was is lost with the task: counting anew lets at worst a few more run at a time.
                tracing::error!(%error, "sending to a webhook failed");
                self.per_webhook.clear();
            }
        }
        gauge!("callwright_webhooks_in_flight").set(self.in_flight.len() as f64);
    }
}

/// One try of one delivery, and what follows from it.
async fn deliver(store: &Store, sender: &Sender, schedule: &Schedule, delivery: DueDelivery) -> Result<(), StoreError> {
    let (id, event, tries) = (delivery.webhook, delivery.event.id, delivery.attempts);
    let Some(webhook) = store.webhook(id).await?.filter(|webhook| webhook.enabled) else {
        let error = "the webhook is not enabled".to_owned();
        return store.settle_delivery(id, event, DeliveryOutcome::GiveUp { status: None, error }, now_ms()).await;
    };
    let begun = tokio::time::Instant::now();
    let attempt = sender.send(&webhook, delivery.event).await;
    metrics::histogram!("callwright_webhook_seconds").record(begun.elapsed().as_secs_f64());
    let now = now_ms();
    let (outcome, label) = match attempt {
        Attempt::Taken { status } => (DeliveryOutcome::Delivered { status }, "delivered"),
        Attempt::Gone => {
            counter!("callwright_webhooks_tries_total", "outcome" => "gone").increment(1);
            let error = "410 Gone: the receiver wants no more events".to_owned();
            store.settle_delivery(id, event, DeliveryOutcome::GiveUp { status: Some(410), error }, now).await?;
            tracing::warn!(webhook = %id, "a webhook answered 410 Gone and is disabled");
            return store.disable_webhook(id, "the receiver answered 410 Gone", now).await;
        }
        Attempt::Failed { status, error, retry_after } => match schedule.next(tries, retry_after, random()) {
            Some(pause) => {
                let next_ms = now + pause.as_millis() as i64;
                (DeliveryOutcome::Retry { status, error, next_ms }, "retry")
            }
            None => (DeliveryOutcome::GiveUp { status, error }, "given_up"),
        },
    };
    counter!("callwright_webhooks_tries_total", "outcome" => label).increment(1);
    store.settle_delivery(id, event, outcome, now).await
}

/// 64 random bits, for the jitter. Without a generator there is none.
fn random() -> u64 {
    let mut bits = [0; 8];
    if getrandom::fill(&mut bits).is_err() {
        return u64::MAX / 2;
    }
    u64::from_le_bytes(bits)
}

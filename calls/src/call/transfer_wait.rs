//! A caller who waits in a queue for somebody to become free.

use std::time::Duration;

use call_model::{CallEvent, QueueSettings, TransferOutcome};
use serde_json::Value;
use sip_core::message::StatusCode;
use store::UNATTENDED;
use tokio::time::Instant;

use super::Call;
use super::transfer::{Outcome, Transfer};
use crate::queue::Place;

/// The caller's place, and until when.
pub(super) struct Waiting {
    place: Place,
    /// The longest wait is over then.
    until: Instant,
    /// When those who did not answer are rung again.
    again: Option<Instant>,
    /// The position that the app knows.
    told: Option<u32>,
}

impl Waiting {
    pub(super) fn new(place: Place, settings: &QueueSettings) -> Self {
        let until = Instant::now() + Duration::from_millis(settings.max_wait_ms);
        Self { place, until, again: None, told: None }
    }

    pub(super) fn is_first(&self) -> bool {
        self.place.position() == 1
    }

    /// The caller was put through.
    pub(super) fn served(self) {
        self.place.served();
    }

    /// When it wants to be woken. While a phone rings nobody is sent away.
    pub(super) fn due(&self, ringing: bool) -> Option<Instant> {
        (!ringing).then(|| self.again.map_or(self.until, |again| again.min(self.until)))
    }
}

impl Transfer {
    /// The place that may change, while nobody has taken the call.
    pub(super) fn place(&mut self) -> Option<&mut Place> {
        self.queue.as_mut().map(|queue| &mut queue.place)
    }
}

impl Call {
    /// Nobody rings any more: the caller waits on, or the transfer is over.
    pub(super) async fn round_over(&mut self) {
        let Some(transfer) = &self.transfer else { return };
        let outcome = transfer.outcomes.last().copied().unwrap_or(Outcome::Unavailable);
        let all_declined = transfer.targets.iter().all(|target| transfer.declined.contains(target));
        let worth_waiting = outcome != Outcome::Unavailable && !all_declined;
        match &transfer.queue {
            Some(queue) if worth_waiting && queue.until > Instant::now() => self.wait_in_queue().await,
            Some(_) if worth_waiting => self.waited_long_enough(outcome.into()).await,
            _ => self.found_nobody(outcome.into()).await,
        }
    }

    /// Nobody takes the caller. Whom we have called ourselves is abandoned, unless the app says what came of the call.
    async fn found_nobody(&mut self, outcome: TransferOutcome) {
        if self.opting_out.is_some() && self.answered.is_some() {
            self.unattended = true;
            let noted = self.house.parts.store.remember(self.id, UNATTENDED, Value::from(true)).await;
            if let Err(error) = noted {
                tracing::error!(call = %self.id, %error, "that nobody took a call of ours is missing in the books");
            }
        }
        self.transfer_over(outcome);
    }

    /// Somebody talks with whom we have called: a transfer before this one that found nobody does not count.
    pub(super) async fn is_attended(&mut self) {
        if !std::mem::take(&mut self.unattended) {
            return;
        }
        if let Err(error) = self.house.parts.store.remember(self.id, UNATTENDED, Value::from(false)).await {
            tracing::error!(call = %self.id, %error, "that somebody took a call of ours is missing in the books");
        }
    }

    /// The caller waits: the app is told of his place.
    pub(super) async fn wait_in_queue(&mut self) {
        let (retry, now) = (self.house.settings.queue_retry, Instant::now());
        let Some(transfer) = &mut self.transfer else { return };
        // Who was rung before this round is due before it is over.
        let rested = transfer.rested.values().map(|(_, until)| *until).filter(|until| *until > now).min();
        let Some(queue) = &mut transfer.queue else { return };
        queue.again = queue.is_first().then(|| rested.unwrap_or(now + retry));
        let position = queue.place.position();
        if queue.told.replace(position) != Some(position) {
            self.untold.push_back(CallEvent::Queued { position });
        }
        // Where the app plays nothing the caller is to know that the line is not dead.
        self.sound_alive(StatusCode::RINGING).await;
    }

    /// The caller's place changed, or somebody may have become free.
    pub(super) async fn queue_moved(&mut self) {
        let Some(transfer) = &mut self.transfer else { return };
        let Some(queue) = &transfer.queue else { return };
        if transfer.is_taken() {
            return;
        }
        if !queue.is_first() {
            self.wait_in_queue().await;
        } else if transfer.is_busy() {
            transfer.waiting.extend(std::mem::take(&mut transfer.busy));
            self.ring_next().await;
        } else {
            self.begin_round().await;
        }
        self.drain_app().await;
    }

    /// The time of a caller who waits has come: to try again, or to wait no longer.
    pub(super) async fn queue_due(&mut self) {
        let now = Instant::now();
        let Some(transfer) = &mut self.transfer else { return };
        let (taken, ringing) = (transfer.is_taken(), transfer.is_busy());
        let Some(queue) = transfer.queue.as_mut().filter(|_| !taken && !ringing) else { return };
        if queue.until <= now {
            let outcome = transfer.outcomes.last().copied().unwrap_or(Outcome::Busy);
            return self.waited_long_enough(outcome.into()).await;
        }
        if queue.again.take_if(|again| *again <= now).is_some() {
            self.begin_round().await;
        }
    }

    async fn waited_long_enough(&mut self, outcome: TransferOutcome) {
        if let Some(queue) = self.transfer.as_mut().and_then(|transfer| transfer.queue.take()) {
            queue.place.timed_out();
        }
        self.found_nobody(outcome).await;
    }
}

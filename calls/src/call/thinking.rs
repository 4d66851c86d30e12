//! Thoughts under way: each question has an end, and one that is given up is heard of no more.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use call_model::{CallEvent, ThinkEvent, ThinkId, ThinkRequest};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::Call;
use super::senses::Sense;
use crate::think::{Thinker, failed};

/// A thought under way; dropping it gives it up.
struct Thought {
    /// What waits of an earlier one of the same name is not taken for this one's.
    serial: u32,
    _task: AbortOnDropHandle<()>,
}

#[derive(Default)]
pub(super) struct Thoughts {
    running: HashMap<ThinkId, Thought>,
    next: u32,
}

impl Thoughts {
    pub(super) fn give_up(&mut self, think: ThinkId) {
        self.running.remove(&think);
    }

    pub(super) fn give_all_up(&mut self) {
        self.running.clear();
    }
}

impl Call {
    pub(super) fn think(&mut self, think: ThinkId, request: ThinkRequest) {
        self.thoughts.give_up(think);
        let Some(told) = self.told.clone() else { return };
        if self.thoughts.running.len() >= self.house.settings.max_thoughts {
            let event = ThinkEvent::Failed { reason: "too many thoughts at a time".into() };
            self.untold.push_back(CallEvent::Thought { think, event });
            return;
        }
        self.thoughts.next = self.thoughts.next.wrapping_add(1);
        let serial = self.thoughts.next;
        let (thinker, limit) = (self.house.parts.thinker.clone(), self.house.settings.think_limit);
        let question = Question { think, serial, told };
        let task = AbortOnDropHandle::new(tokio::spawn(question.ask(thinker, request, limit).in_current_span()));
        self.thoughts.running.insert(think, Thought { serial, _task: task });
    }

    pub(super) async fn on_thought(&mut self, think: ThinkId, serial: u32, event: ThinkEvent) {
        if self.thoughts.running.get(&think).is_none_or(|thought| thought.serial != serial) {
            return;
        }
        if is_last(&event) {
            self.thoughts.give_up(think);
        }
        self.tell(CallEvent::Thought { think, event }).await;
    }
}

const fn is_last(event: &ThinkEvent) -> bool {
    matches!(event, ThinkEvent::Finished { .. } | ThinkEvent::Failed { .. })
}

struct Question {
    think: ThinkId,
    serial: u32,
    told: mpsc::Sender<Sense>,
}

impl Question {
    async fn ask(self, thinker: Arc<dyn Thinker>, request: ThinkRequest, limit: Duration) {
        let asked = tokio::time::Instant::now();
        let answer = catch_unwind(AssertUnwindSafe(|| thinker.think(request)));
        let mut answer = answer.unwrap_or_else(|_| {
            tracing::error!("a brain panicked");
            failed("the brain panicked")
        });
        let pass_on = async {
            while let Some(event) = answer.recv().await {
                let last = is_last(&event);
                if last {
                    let outcome = if matches!(event, ThinkEvent::Failed { .. }) { "failed" } else { "done" };
                    metrics::histogram!("callwright_brain_seconds", "outcome" => outcome)
                        .record(asked.elapsed().as_secs_f64());
                }
                self.tell(event).await;
                if last {
                    return true;
                }
            }
            false
        };
        let reason = match tokio::time::timeout(limit, pass_on).await {
            Ok(true) => return,
            Ok(false) => "the answer broke off".to_owned(),
            Err(_) => format!("no answer came within {limit:?}"),
        };
        metrics::counter!("callwright_thoughts_broken_off_total").increment(1);
        self.tell(ThinkEvent::Failed { reason }).await;
    }

    async fn tell(&self, event: ThinkEvent) {
        // The call may be over.
        let _ = self.told.send(Sense::Thought(self.think, self.serial, Box::new(event))).await;
    }
}

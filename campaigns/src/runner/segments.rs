//! Campaigns over a segment: whom they call is asked when their time comes, beside the turns, for it may take a while.

use std::collections::HashMap;

use store::{StoreError, TakeAsked};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::order::AskError;
use super::turn::{Open, Runner};
use crate::Start;

/// Whom a campaign calls that begins now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// Everybody who is in it.
    Everybody,
    /// Those whom this asking has found.
    Asked(i64),
    /// Its segment is being asked.
    NotYet,
}

/// What came of an asking.
#[derive(Debug)]
pub(super) struct Answer {
    row: i64,
    asked_ms: i64,
    done: Result<(), AskError>,
}

/// The askings that go on or were answered and not used yet, by campaign.
#[derive(Debug, Default)]
pub(super) struct Segments {
    tasks: JoinSet<Answer>,
    askings: HashMap<i64, Asking>,
    heard: Vec<Answer>,
}

#[derive(Debug)]
struct Asking {
    asked_ms: i64,
    task: AbortHandle,
    answered: bool,
}

impl Segments {
    /// The next answer; `None` where nothing is asked.
    pub(super) async fn answered(&mut self) -> Option<Result<Answer, JoinError>> {
        self.tasks.join_next().await
    }

    /// Keeps an answer for the next turn. What was cut off has none.
    pub(super) fn take(&mut self, answer: Result<Answer, JoinError>) {
        match answer {
            Ok(answer) => self.heard.push(answer),
            Err(error) if error.is_cancelled() => {}
            Err(error) => {
                tracing::error!(%error, "a segment was not asked to its end: it is asked anew");
                self.askings.retain(|_, asking| asking.answered || !asking.task.is_finished());
            }
        }
    }

    /// What was asked for a campaign counts no more.
    pub(super) fn drop_of(&mut self, row: i64) {
        if let Some(asking) = self.askings.remove(&row) {
            asking.task.abort();
        }
    }

    pub(super) fn forget(&mut self) {
        self.tasks.abort_all();
        self.askings.clear();
        self.heard.clear();
    }
}

impl Open {
    /// It calls those of a segment, once, and has not asked it yet.
    pub(super) fn awaits_segment(&self) -> bool {
        self.spec.segment.is_some() && self.rounds.is_none() && self.record.asked_ms.is_none()
    }
}

impl Runner {
    /// Whom the campaign calls that begins now: where it has a segment, that is asked, and the answer stays until it is
    /// used.
    pub(super) async fn whom(&mut self, row: i64) -> Result<Whom, StoreError> {
        let Some(open) = self.open.get(&row) else { return Ok(Whom::NotYet) };
        if open.spec.segment.is_none() {
            return Ok(Whom::Everybody);
        }
        if let Some(asking) = self.segments.askings.get(&row) {
            return Ok(if asking.answered { Whom::Asked(asking.asked_ms) } else { Whom::NotYet });
        }
        let (record, spec, dialer) = (open.record.clone(), open.spec.clone(), self.dialer.clone());
        let asked_ms = self.dialer.now().as_millisecond();
        self.store.begin_asking(record.id, asked_ms).await?;
        let asking = async move {
            let done = dialer.ask(&record, &spec, asked_ms).await;
            Answer { row, asked_ms, done }
        };
        let task = self.segments.tasks.spawn(asking);
        self.segments.askings.insert(row, Asking { asked_ms, task, answered: false });
        Ok(Whom::NotYet)
    }

    /// What has been answered since the last turn.
    pub(super) async fn hear_segments(&mut self) -> Result<(), StoreError> {
        for Answer { row, asked_ms, done } in std::mem::take(&mut self.segments.heard) {
            let Some(asking) = self.segments.askings.get_mut(&row).filter(|it| it.asked_ms == asked_ms) else {
                continue;
            };
            match done {
                Ok(()) => asking.answered = true,
                Err(AskError::Books(error)) => return Err(error),
                Err(AskError::Unfit(reason)) => {
                    self.segments.drop_of(row);
                    if let Some(id) = self.open.get(&row).map(|open| open.record.id) {
                        self.pause(id, reason).await?;
                        self.rest(row).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Lets those wait whom the segments of campaigns have that are called once; whether there were any such campaigns.
    pub(super) async fn begin_segments(&mut self) -> Result<bool, StoreError> {
        let now = self.dialer.now();
        let due = |open: &Open| match &open.spec.schedule.start {
            Start::At(at) => *at <= now,
            Start::Now | Start::Relative { .. } => true,
            // It has rounds.
            Start::Every(_) => false,
        };
        let due = self.open.iter().filter(|(_, open)| !open.paused && open.awaits_segment() && due(open));
        let due: Vec<i64> = due.map(|(row, _)| *row).collect();
        let mut begun = false;
        for row in due {
            let Whom::Asked(asked_ms) = self.whom(row).await? else { continue };
            let Some(campaign) = self.open.get(&row).map(|open| open.record.id) else { continue };
            let take = TakeAsked { campaign, asked_ms, now_ms: now.as_millisecond() };
            let taken = self.store.begin_asked(take).await?;
            tracing::info!(%campaign, taken, "the segment of a campaign was asked");
            // All is read anew, as the books have it now.
            self.close(row);
            begun = true;
        }
        Ok(begun)
    }
}

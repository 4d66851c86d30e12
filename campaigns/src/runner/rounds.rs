//! Campaigns that recur: each time of the schedule is a round, begun once.

use std::time::Duration;

use call_model::CampaignId;
use jiff::Timestamp;
use store::{CampaignRecord, CampaignRound, CampaignState, NewRound, RoundBegin, StoreError};

use super::books::moment;
use super::segments::Whom;
use super::turn::Runner;
use crate::{Spec, Start};

/// How long it is waited for the last calls of a round whose time is over.
const LAST_CALLS: Duration = Duration::from_secs(1);

/// How a campaign that recurs stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rounds {
    /// The last time that was run, or the one from which on its times count.
    done: Timestamp,
    /// The next time; `None`: there is none any more.
    next: Option<Timestamp>,
    /// No round goes on: nobody is called.
    pub(super) over: bool,
}

impl Rounds {
    /// `None`: the campaign does not recur. A time before its start does not count.
    pub(super) fn of(spec: &Spec, record: &CampaignRecord, last: Option<&CampaignRound>) -> Option<Self> {
        if !matches!(spec.schedule.start, Start::Every(_)) {
            return None;
        }
        let started = moment(record.started_ms.unwrap_or(record.created_ms));
        let done = last.map_or(started, |last| started.max(moment(last.planned_ms)));
        let over = last.is_none_or(|last| last.ended_ms.is_some());
        Some(Self { done, next: spec.schedule.next_run(done), over })
    }
}

impl Runner {
    /// Begins the rounds whose time has come; whether there were any.
    pub(super) async fn begin_rounds(&mut self) -> Result<bool, StoreError> {
        let now = self.dialer.now();
        let due = |(row, open): (&i64, &super::turn::Open)| {
            let rounds = open.rounds.as_ref().filter(|rounds| !open.paused && rounds.next.is_some_and(|at| at <= now));
            rounds.map(|rounds| (*row, open.record.id, open.spec.schedule.due_run(rounds.done, now)))
        };
        let due: Vec<(i64, CampaignId, Option<Timestamp>)> = self.open.iter().filter_map(due).collect();
        let mut begun = false;
        for (row, campaign, planned) in due {
            let Some(planned) = planned else {
                if let Some(rounds) = self.open.get_mut(&row).and_then(|open| open.rounds.as_mut()) {
                    rounds.next = None;
                }
                continue;
            };
            let asked_ms = match self.whom(row).await? {
                Whom::Everybody => None,
                Whom::Asked(asked_ms) => Some(asked_ms),
                Whom::NotYet => continue,
            };
            let (planned_ms, now_ms) = (planned.as_millisecond(), now.as_millisecond());
            match self.store.begin_round(NewRound { campaign, planned_ms, asked_ms, now_ms }).await? {
                RoundBegin::NotYet => self.hold(row),
                outcome => {
                    tracing::info!(%campaign, ?outcome, "a time of a campaign's schedule has come");
                    // All is read anew, as the books have it now.
                    self.close(row);
                    begun = true;
                }
            }
        }
        Ok(begun)
    }

    /// Nobody is dialled any more until the next round.
    fn hold(&mut self, row: i64) {
        let Some(open) = self.open.get_mut(&row) else { return };
        if let Some(rounds) = &mut open.rounds {
            rounds.over = true;
        }
        self.planner.pause(open.key);
    }

    /// Rounds in which everybody has an outcome are over; a campaign without another time is done.
    pub(super) async fn end_rounds(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let recurring = self.open.iter().filter(|(_, open)| !open.paused && open.rounds.is_some());
        let rows: Vec<i64> = recurring.map(|(row, _)| *row).collect();
        for row in rows {
            let Some(open) = self.open.get(&row) else { continue };
            let (id, Some(rounds)) = (open.record.id, open.rounds) else { continue };
            if !rounds.over && self.is_idle(open) && self.store.end_round(id, now.as_millisecond()).await? {
                self.hold(row);
            }
            let over = self.open.get(&row).and_then(|open| open.rounds).is_some_and(|rounds| rounds.over);
            if over && rounds.next.is_none() {
                self.no_more_rounds(row, id).await?;
            }
        }
        Ok(())
    }

    async fn no_more_rounds(&mut self, row: i64, id: CampaignId) -> Result<(), StoreError> {
        if self.step(id, CampaignState::Done, None).await?.is_none() {
            let reason = "its schedule has no other time, and somebody in it waits for one";
            self.pause(id, reason.to_owned()).await?;
        }
        self.rest(row).await
    }

    /// When a round is to begin.
    pub(super) fn next_round(&self, now: Timestamp) -> Option<Timestamp> {
        let soon = now.checked_add(LAST_CALLS).unwrap_or(now);
        let next = self.open.values().filter(|open| !open.paused).filter_map(|open| open.rounds?.next);
        next.map(|at| if at <= now { soon } else { at }).min()
    }
}

//! One turn of the runner after the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use call_model::{CallId, CampaignId};
use jiff::Timestamp;
use permission::{Purpose, Rules};
use store::{
    CampaignContactRecord, CampaignContactState, CampaignRecord, CampaignState, CampaignStep, EndedContact, Judgement,
    Store, StoreError,
};
use tokio::sync::{Notify, mpsc};

use super::RunnerSettings;
use super::books::{candidate_of, finished_of, follow_alone, judgement_of, moment, standing_of, tried_of};
use super::forecast::pace_of;
use super::members::{Offers, Word};
use super::order::Dialer;
use super::rounds::Rounds;
use super::segments::Segments;
use crate::{CampaignKey, Candidate, CandidateId, Ending, Finished, Next, PaceKind, Planner, Spec, Start, Tried};

/// Attempts that are judged in one turn.
const JUDGED: u32 = 500;

/// An attempt whose call is in no books for so long was never dialled, ms.
const LOST_AFTER_MS: i64 = 10 * 60_000;

/// How often it is looked for such attempts, ms.
const LOST_EVERY_MS: i64 = 60_000;

/// For so long it counts how many calls found no member, ms.
const DAY_MS: i64 = 24 * 60 * 60_000;

/// The most attempts that are learned from.
const LEARNED: u32 = 50_000;

/// How long the books are left alone when they failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// A campaign that is in the planner.
pub(super) struct Open {
    pub(super) record: CampaignRecord,
    pub(super) key: CampaignKey,
    pub(super) spec: Arc<Spec>,
    pub(super) rules: Rules,
    pub(super) paused: bool,
    /// Where it recurs.
    pub(super) rounds: Option<Rounds>,
    /// The last contact that was read.
    read: i64,
    /// All that there were are read.
    whole: bool,
}

impl Open {
    /// It is paused, or between two rounds.
    pub(super) fn halts(&self) -> bool {
        self.paused || self.rounds.is_some_and(|rounds| rounds.over)
    }

    /// Nobody of it is called now.
    pub(super) fn rests(&self) -> bool {
        self.halts() || self.awaits_segment()
    }
}

/// The runner's state.
pub(super) struct Runner {
    pub(super) store: Store,
    pub(super) dialer: Arc<dyn Dialer>,
    pub(super) settings: RunnerSettings,
    pub(super) planner: Planner,
    pub(super) open: HashMap<i64, Open>,
    pub(super) rows: HashMap<CampaignKey, i64>,
    /// Contacts that members may be shown.
    pub(super) offers: HashMap<CampaignKey, Offers>,
    /// Calls for members that go on.
    pub(super) flights: HashMap<CallId, (CampaignKey, CandidateId)>,
    pub(super) segments: Segments,
    looked_for_lost_ms: i64,
    clock_steps: u64,
}

impl Runner {
    pub(super) fn new(store: Store, dialer: Arc<dyn Dialer>, settings: RunnerSettings) -> Self {
        let planner = Planner::new(settings.planner.clone());
        let clock_steps = store.clock_steps();
        Self {
            store,
            dialer,
            settings,
            planner,
            open: HashMap::new(),
            rows: HashMap::new(),
            offers: HashMap::new(),
            flights: HashMap::new(),
            segments: Segments::default(),
            looked_for_lost_ms: 0,
            clock_steps,
        }
    }

    pub(super) async fn run(mut self, stir: Arc<Notify>, mut words: mpsc::Receiver<Word>) {
        let mut word = None;
        loop {
            let pause = match self.hear_and_turn(word.take(), &mut words).await {
                Ok(pause) => pause,
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(%error, "campaigns wait: the books cannot be used");
                    self.forget();
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = stir.notified() => {}
                () = self.store.attempt_ended() => {}
                () = tokio::time::sleep(pause) => {}
                Some(said) = words.recv() => word = Some(said),
                Some(answer) = self.segments.answered() => self.segments.take(answer),
            }
        }
    }

    async fn hear_and_turn(
        &mut self,
        mut word: Option<Word>,
        words: &mut mpsc::Receiver<Word>,
    ) -> Result<Duration, StoreError> {
        while let Some(said) = word {
            self.hear(said).await?;
            word = words.try_recv().ok();
        }
        self.turn().await
    }

    /// A turn was cut off, and what the planner believes is not what the books say: all of it is read again.
    fn forget(&mut self) {
        for key in self.rows.drain().map(|(key, _)| key) {
            self.planner.close(key);
        }
        self.open.clear();
        self.segments.forget();
        self.offers.clear();
        self.flights.clear();
    }

    /// Forgets one campaign: what flies is judged by itself when it ends.
    pub(super) fn close(&mut self, row: i64) {
        let Some(open) = self.open.remove(&row) else { return };
        self.segments.drop_of(row);
        self.planner.close(open.key);
        self.rows.remove(&open.key);
        self.offers.remove(&open.key);
        self.flights.retain(|_, (campaign, _)| *campaign != open.key);
    }

    /// Does what is to be done now, and says when to look again at the latest.
    async fn turn(&mut self) -> Result<Duration, StoreError> {
        self.look().await?;
        let judged = self.judge().await?;
        self.hear_segments().await?;
        // Both are to be tried.
        let (rounds, segments) = (self.begin_rounds().await?, self.begin_segments().await?);
        if rounds || segments {
            self.look().await?;
        }
        let read = self.read_on().await?;
        self.plan().await?;
        self.finish().await?;
        if read || judged == JUDGED as usize {
            return Ok(Duration::ZERO);
        }
        let now = self.dialer.now();
        let wake = [self.planner.next_wake(now), self.next_round(now), self.next_offer_due()];
        let wake = wake.into_iter().flatten().min().map(|at| at.duration_since(now));
        let wake = wake.map(|wait| Duration::try_from(wait).unwrap_or_default());
        Ok(wake.unwrap_or(self.settings.look_every).min(self.settings.look_every))
    }

    /// Brings the planner in line with the books: what runs, what is paused, at which pace.
    async fn look(&mut self) -> Result<(), StoreError> {
        let now_ms = self.dialer.now().as_millisecond();
        let clock_steps = self.store.clock_steps();
        if std::mem::replace(&mut self.clock_steps, clock_steps) != clock_steps {
            // The books have other times now: all is read anew. What flies is judged by itself when it ends.
            self.looked_for_lost_ms = 0;
            self.forget();
        }
        if now_ms - self.looked_for_lost_ms >= LOST_EVERY_MS {
            self.looked_for_lost_ms = now_ms;
            self.store.close_attempts(now_ms - LOST_AFTER_MS, now_ms).await?;
        }
        let mut running: HashMap<i64, CampaignRecord> = HashMap::new();
        for record in self.store.campaigns_in(CampaignState::Running).await? {
            running.insert(record.row, record);
        }
        let known: Vec<i64> = self.open.keys().copied().collect();
        for row in known {
            match running.remove(&row) {
                Some(record) => self.keep(row, record),
                None => self.rest(row).await?,
            }
        }
        let mut new: Vec<CampaignRecord> = running.into_values().collect();
        new.sort_by_key(|record| record.row);
        for record in new {
            self.open(record).await?;
        }
        Ok(())
    }

    /// A campaign that ran and runs.
    fn keep(&mut self, row: i64, record: CampaignRecord) {
        let Some(open) = self.open.get_mut(&row) else { return };
        if open.record.version != record.version {
            return self.close(row);
        }
        if std::mem::take(&mut open.paused) {
            self.planner.resume(open.key);
        }
        if open.record.settings != record.settings {
            self.planner.set_pace(open.key, pace_of(&open.spec, &record.settings));
        }
        // Somebody may have been added.
        open.whole = false;
        open.record = record;
    }

    /// A campaign that ran and does not run any more.
    pub(super) async fn rest(&mut self, row: i64) -> Result<(), StoreError> {
        let Some(open) = self.open.get_mut(&row) else { return Ok(()) };
        let state = self.store.campaign(open.record.id).await?.map(|record| record.state);
        if state == Some(CampaignState::Paused) {
            // Whoever resumes it wants those who are in the segment then.
            self.segments.drop_of(row);
            if !std::mem::replace(&mut open.paused, true) {
                self.planner.pause(open.key);
            }
            return Ok(());
        }
        self.close(row);
        Ok(())
    }

    async fn open(&mut self, record: CampaignRecord) -> Result<(), StoreError> {
        let spec = match self.prepare(&record) {
            Ok(ready) => ready,
            Err(reason) => return self.pause(record.id, reason).await,
        };
        let (spec, rules) = spec;
        let Some(key) = self.planner.open(spec.clone(), rules.clone()) else {
            return self.pause(record.id, "too many campaigns run".to_owned()).await;
        };
        if !record.settings.is_empty() {
            self.planner.set_pace(key, pace_of(&spec, &record.settings));
        }
        self.rows.insert(key, record.row);
        let last = self.store.campaign_rounds(record.row, 1).await?;
        let rounds = Rounds::of(&spec, &record, last.first());
        let row = record.row;
        let open = Open { key, spec, rules, paused: false, rounds, read: 0, whole: false, record };
        if matches!(open.spec.pace.kind, PaceKind::Predictive { .. }) {
            self.learn(&open).await?;
        }
        self.open.insert(row, open);
        Ok(())
    }

    /// How many were abandoned within 24 h, how many answer and how long they talk is known from before.
    async fn learn(&mut self, open: &Open) -> Result<(), StoreError> {
        let since = self.dialer.now().as_millisecond() - DAY_MS;
        for attempt in self.store.attempts_since(open.record.row, since, LEARNED).await? {
            if let Some((finished, ended_ms)) = finished_of(&attempt).zip(attempt.ended_ms) {
                self.planner.learn(open.key, &finished, moment(ended_ms));
            }
        }
        Ok(())
    }

    fn prepare(&self, record: &CampaignRecord) -> Result<(Arc<Spec>, Rules), String> {
        let spec = Spec::parse(&record.yaml).map_err(|_| "its text cannot be read by this version".to_owned())?;
        let rules = spec.rules(&self.dialer.rules(spec.purpose)).map_err(|looser| looser.to_string())?;
        Ok((Arc::new(spec), rules))
    }

    pub(super) async fn pause(&self, id: CampaignId, reason: String) -> Result<(), StoreError> {
        tracing::warn!(campaign = %id, reason, "a campaign is paused");
        self.step(id, CampaignState::Paused, Some(reason)).await.map(drop)
    }

    pub(super) async fn step(
        &self,
        id: CampaignId,
        to: CampaignState,
        reason: Option<String>,
    ) -> Result<Option<CampaignRecord>, StoreError> {
        let now_ms = self.dialer.now().as_millisecond();
        self.store.step_campaign(CampaignStep { id, from: &[CampaignState::Running], to, reason, now_ms }).await
    }

    /// Reads the next page of contacts of each campaign; whether there is more to read.
    async fn read_on(&mut self) -> Result<bool, StoreError> {
        let rows: Vec<i64> = self.open.iter().filter(|(_, it)| !it.whole && !it.rests()).map(|(row, _)| *row).collect();
        let mut more = false;
        for row in rows {
            let Some(open) = self.open.get(&row) else { continue };
            let page = self.store.waiting_contacts(row, open.read, self.settings.page).await?;
            let (key, purpose) = (open.key, open.spec.purpose);
            let candidates = self.candidates(&page, purpose).await?;
            for candidate in self.sift(row, candidates).await? {
                self.planner.add(key, candidate, self.dialer.now());
            }
            let Some(open) = self.open.get_mut(&row) else { continue };
            open.whole = page.len() < self.settings.page as usize;
            open.read = page.last().map_or(open.read, |last| last.row);
            more |= !open.whole;
        }
        Ok(more)
    }

    pub(super) async fn candidates(
        &self,
        page: &[CampaignContactRecord],
        purpose: Purpose,
    ) -> Result<Vec<Candidate>, StoreError> {
        let now = self.dialer.now();
        let tried_before: Vec<i64> = page.iter().filter(|it| it.attempts > 0).map(|it| it.row).collect();
        let mut attempts: HashMap<i64, Vec<store::CampaignAttempt>> = HashMap::new();
        if !tried_before.is_empty() {
            for attempt in self.store.attempts_of(&tried_before).await? {
                attempts.entry(attempt.contact).or_default().push(attempt);
            }
        }
        let mut candidates = Vec::with_capacity(page.len());
        for contact in page {
            let standing = standing_of(&self.store, contact, purpose, now).await?;
            let tried = attempts.get(&contact.row).map(|attempts| tried_of(contact, attempts)).unwrap_or_default();
            candidates.extend(candidate_of(contact, standing, tried));
        }
        Ok(candidates)
    }

    /// Decides what follows the attempts that have ended; how many there were.
    async fn judge(&mut self) -> Result<usize, StoreError> {
        let ended = self.store.ended_contacts(JUDGED).await?;
        for one in &ended {
            self.judge_one(one).await?;
        }
        Ok(ended.len())
    }

    async fn judge_one(&mut self, ended: &EndedContact) -> Result<(), StoreError> {
        let now = self.dialer.now();
        let Some(finished) = finished_of(&ended.attempt) else { return Ok(()) };
        if let Some(call) = &ended.attempt.call {
            self.flights.remove(call);
        }
        let id = CandidateId(ended.contact.row.unsigned_abs());
        let open = self.open.get(&ended.campaign);
        let flown = open.and_then(|open| self.planner.finished(open.key, id, &finished, now));
        if let Some(next) = flown {
            return self.write_next(ended, &next, now).await;
        }
        // From before a restart, or of a campaign that is over.
        let next = self.follow_alone(ended, &finished, now).await?;
        self.write_next(ended, &next, now).await?;
        let read_past = self.open.get(&ended.campaign).filter(|open| open.read >= ended.contact.row);
        let (Next::Again { .. }, Some(_)) = (&next, read_past) else { return Ok(()) };
        let contact = self.store.campaign_contact(ended.campaign, ended.contact.row).await?;
        let waiting = contact.filter(|contact| contact.state == CampaignContactState::Waiting);
        self.add_again(ended.campaign, waiting.as_slice(), now).await
    }

    /// Gives contacts to the planner that it has not, or not any more.
    pub(super) async fn add_again(
        &mut self,
        campaign: i64,
        waiting: &[CampaignContactRecord],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(open) = self.open.get(&campaign) else { return Ok(()) };
        let (key, purpose) = (open.key, open.spec.purpose);
        for candidate in self.candidates(waiting, purpose).await? {
            self.planner.add(key, candidate, now);
        }
        Ok(())
    }

    async fn write_next(&self, ended: &EndedContact, next: &Next, now: Timestamp) -> Result<(), StoreError> {
        let mut judgement = judgement_of(next);
        // The planner knows only the reasons of the rules.
        if let (Next::Final(Ending::Refused(_)), Judgement::Done { reason, .. }) = (next, &mut judgement)
            && ended.attempt.reason.is_some()
        {
            reason.clone_from(&ended.attempt.reason);
        }
        self.store.judge_contact(ended.contact.row, judgement, now.as_millisecond()).await.map(drop)
    }

    async fn follow_alone(
        &self,
        ended: &EndedContact,
        finished: &Finished,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        let mut attempts = self.store.attempts_at(ended.contact.row).await?;
        let last = &ended.attempt;
        attempts.retain(|attempt| attempt.attempt < last.attempt && attempt.round == last.round);
        let before = CampaignContactRecord { next_number: ended.attempt.number_index, ..ended.contact.clone() };
        let tried = if attempts.is_empty() {
            Tried { number: before.next_number, ..Tried::default() }
        } else {
            tried_of(&before, &attempts)
        };
        let ready = if let Some(open) = self.open.get(&ended.campaign) {
            Some((open.spec.clone(), open.rules.clone()))
        } else {
            let record = self.store.campaign_of_row(ended.campaign).await?;
            record.and_then(|record| self.prepare(&record).ok())
        };
        Ok(match ready {
            Some((spec, rules)) => follow_alone(&spec, &rules, &ended.contact, tried, finished, now),
            // A text that cannot be read has no rule for another attempt.
            None => Next::Final(Ending::Exhausted(finished.outcome.code())),
        })
    }

    /// Campaigns in which everybody has an outcome are done, unless others may come.
    async fn finish(&mut self) -> Result<(), StoreError> {
        self.end_rounds(self.dialer.now()).await?;
        let over: Vec<(i64, CampaignId)> = self
            .open
            .values()
            .filter(|open| self.is_idle(open) && !open.awaits_segment())
            .filter(|open| !matches!(open.spec.schedule.start, Start::Relative { .. } | Start::Every(_)))
            .map(|open| (open.record.row, open.record.id))
            .collect();
        for (row, id) in over {
            if self.step(id, CampaignState::Done, None).await?.is_some() {
                self.rest(row).await?;
            }
        }
        Ok(())
    }

    /// Everybody who was read has an outcome.
    pub(super) fn is_idle(&self, open: &Open) -> bool {
        let progress = self.planner.progress(open.key).unwrap_or_default();
        open.whole && !open.paused && progress.waiting == 0 && progress.flying == 0
    }
}

//! One campaign: who waits, who flies, and what the gate says of the next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use permission::{Attempt, Rules, Verdict};

use super::bucket::Bucket;
use super::entry::{Entry, Seconds, seconds_from, seconds_until, timestamp};
use super::examine::Examined;
use super::numbers::Numbers;
use super::places::Places;
use super::room::{Room, TrunkKey, TrunkUse};
use super::{CampaignKey, Candidate, CandidateId, OTHER_NUMBERS};
use crate::dial::{Dial, Ended};
use crate::outcome::{Ending, Finished, Next, Outcome};
use crate::pace::{Statistics, View, progressive};
use crate::phone::Phone;
use crate::spec::{Pace, PaceKind, Spec};

/// How long a call rings where neither the campaign nor the house says more.
const RING: Duration = Duration::from_secs(25);
/// What could not be dialled for a reason of our own waits for so long, s.
pub(super) const WITHDRAWN: Seconds = 5;

/// What a campaign is asked with.
pub(super) struct Step<'a> {
    pub key: CampaignKey,
    pub now: Timestamp,
    pub numbers: &'a mut Numbers,
    pub places: &'a Places,
    /// Candidates that may be looked at yet.
    pub budget: &'a mut u32,
}

/// What a campaign has to give.
pub(super) enum Found {
    Dial(Dial),
    Offer(Dial),
    /// Nothing for want of lines.
    Blocked,
    /// Nothing of its own.
    Nothing,
}

/// An attempt that was given out.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    index: u32,
    pub number: Phone,
    /// `None` while it is only offered.
    pub trunk: Option<TrunkKey>,
    trunk_name: String,
    pub at: Timestamp,
    /// It is dialled and was not answered yet.
    pub rings: bool,
}

/// How far a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Contacts that wait for their time.
    pub waiting: u32,
    /// Contacts that are being called, or offered to a member.
    pub flying: u32,
    /// Contacts that are done with.
    pub ended: u32,
    /// Calls that were given out.
    pub dialled: u32,
}

type Queue = BinaryHeap<Reverse<u64>>;

pub(super) struct Campaign {
    pub paused: bool,
    /// When it was asked last, it had nothing to dial.
    pub idle: bool,
    pub(super) spec: Arc<Spec>,
    pub(super) rules: Rules,
    pace: Pace,
    trunks: Vec<TrunkUse>,
    pub(super) entries: Vec<Entry>,
    vacant: Vec<u32>,
    pub(super) others: HashMap<u32, Vec<Phone>>,
    /// Who waits, by due time and order: seconds in the upper half, the entry in the lower.
    pub(super) waiting: Queue,
    /// The same for those who go first.
    pub(super) urgent: Queue,
    flights: HashMap<CandidateId, Flight>,
    /// Of these, only offered yet.
    offered: u32,
    pub(super) removed: HashSet<CandidateId>,
    /// Those who ended outside of a plan.
    leftover: Vec<(CandidateId, Ending)>,
    bucket: Bucket,
    /// Dials, each divided by the weight.
    served: f64,
    statistics: Statistics,
    pub(super) verdicts: HashMap<(u16, u8), (Timestamp, Verdict)>,
    pub(super) attempts: Vec<Attempt>,
    ended: u32,
    dialled: u32,
}

impl Campaign {
    pub fn new(spec: Arc<Spec>, rules: Rules, served: f64) -> Self {
        let pace = spec.pace.clone();
        Self {
            paused: false,
            idle: false,
            rules,
            trunks: pace.trunks.iter().cloned().map(TrunkUse::new).collect(),
            pace,
            spec,
            entries: Vec::new(),
            vacant: Vec::new(),
            others: HashMap::new(),
            waiting: Queue::new(),
            urgent: Queue::new(),
            flights: HashMap::new(),
            offered: 0,
            removed: HashSet::new(),
            leftover: Vec::new(),
            bucket: Bucket::new(),
            served,
            statistics: Statistics::default(),
            verdicts: HashMap::new(),
            attempts: Vec::new(),
            ended: 0,
            dialled: 0,
        }
    }

    pub fn add(&mut self, candidate: &Candidate, place: u16, now: Timestamp) {
        let entry = Entry::new(candidate, place);
        let index = if let Some(index) = self.vacant.pop() {
            self.entries[index as usize] = entry;
            index
        } else {
            self.entries.push(entry);
            (self.entries.len() - 1) as u32
        };
        if !candidate.others.is_empty() {
            let others = candidate.others.iter().copied().take(OTHER_NUMBERS).collect();
            self.others.insert(index, others);
        }
        let due = candidate.due.map_or_else(|| seconds_until(now), seconds_from);
        self.put(index, due);
    }

    pub fn remove(&mut self, candidate: CandidateId) {
        self.removed.insert(candidate);
    }

    pub fn set_pace(&mut self, pace: Pace) {
        let mut trunks: Vec<TrunkUse> = pace.trunks.iter().cloned().map(TrunkUse::new).collect();
        for trunk in &mut trunks {
            let flights = self.flights.values().filter(|flight| flight.trunk_name == trunk.limit.name);
            trunk.flying = flights.count() as u32;
        }
        self.trunks = trunks;
        self.pace = Pace { kind: self.pace.kind.clone(), ..pace };
    }

    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    pub fn served(&self) -> f64 {
        self.served
    }

    /// After having had nothing to dial, it goes on beside the others. Says whether it was behind them.
    pub fn catch_up(&mut self, virtual_time: f64) -> bool {
        let behind = std::mem::take(&mut self.idle) && self.served < virtual_time;
        if behind {
            self.served = virtual_time;
        }
        behind
    }

    pub fn queue(&self) -> Option<&str> {
        self.pace.kind.queue()
    }

    pub fn flights(&self) -> impl Iterator<Item = &Flight> {
        self.flights.values()
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        if !self.leftover.is_empty() {
            return Some(Timestamp::UNIX_EPOCH);
        }
        let first = [&self.waiting, &self.urgent].into_iter().filter_map(|queue| queue.peek());
        let due = first.map(|key| timestamp((key.0 >> 32) as Seconds)).min()?;
        Some(self.spec.schedule.until.map_or(due, |until| due.min(until)))
    }

    pub fn progress(&self) -> Progress {
        Progress {
            waiting: (self.waiting.len() + self.urgent.len()) as u32,
            flying: self.flights.len() as u32,
            ended: self.ended,
            dialled: self.dialled,
        }
    }

    pub fn abandonment(&self, now: Timestamp) -> f64 {
        self.statistics.abandonment(now)
    }

    pub fn bytes(&self) -> usize {
        let others: usize = self.others.values().map(|others| others.capacity() * size_of::<Phone>()).sum();
        self.entries.capacity() * size_of::<Entry>()
            + (self.waiting.capacity() + self.urgent.capacity()) * size_of::<u64>()
            + self.vacant.capacity() * size_of::<u32>()
            + self.others.capacity() * (size_of::<(u32, Vec<Phone>)>() + 1)
            + others
            + self.flights.capacity() * (size_of::<(CandidateId, Flight)>() + 1)
    }

    /// The next to be dialled or offered; on the way, those who end are told.
    pub fn next(&mut self, mut step: Step<'_>, room: &mut Room<'_>, ended: &mut Vec<Ended>) -> Found {
        let (campaign, now) = (step.key, step.now);
        ended.extend(self.leftover.drain(..).map(|(candidate, ending)| Ended { campaign, candidate, ending }));
        let over = self.spec.schedule.until.is_some_and(|until| now >= until);
        let preview = matches!(self.pace.kind, PaceKind::Preview { .. });
        if !over && room.lines == 0 {
            return Found::Blocked;
        }
        if !over && !self.may_dial(room, now) {
            return Found::Nothing;
        }
        let trunk = if over || preview { None } else { room.trunk(&mut self.trunks) };
        if !over && !preview && trunk.is_none() {
            return Found::Blocked;
        }
        while *step.budget > 0 {
            let Some(index) = self.take_due(if over { Seconds::MAX } else { seconds_until(now) }) else { break };
            *step.budget -= 1;
            match self.examine(index, &mut step) {
                Examined::Ready if preview => return Found::Offer(self.offer(index, &mut step)),
                Examined::Ready => {
                    let Some(trunk) = trunk else { break };
                    return Found::Dial(self.dial(index, trunk, &mut step, room));
                }
                Examined::Wait(at) => {
                    if let Some((candidate, ending)) = self.wait(index, at) {
                        ended.push(Ended { campaign, candidate, ending });
                    }
                }
                Examined::End(ending) => {
                    let candidate = self.end(index);
                    ended.push(Ended { campaign, candidate, ending });
                }
            }
        }
        Found::Nothing
    }

    fn may_dial(&mut self, room: &Room<'_>, now: Timestamp) -> bool {
        let flying = self.flights.len() as u32 - self.offered;
        if self.pace.at_once > 0 && flying >= self.pace.at_once {
            return false;
        }
        if !self.bucket.has(self.pace.per_second, now) {
            return false;
        }
        match &self.pace.kind {
            PaceKind::Agentless => true,
            PaceKind::Progressive { queue } => progressive(room.view(queue)),
            PaceKind::Predictive { queue, abandoned_permille } => {
                self.statistics.predictive(room.view(queue), f64::from(*abandoned_permille) / 1_000.0, now)
            }
            PaceKind::Preview { queue } => {
                let view = room.view(queue);
                progressive(View { ringing: view.ringing + self.offered, ..view })
            }
        }
    }

    fn put(&mut self, index: u32, due: Seconds) {
        let urgent = self.entries[index as usize].flags.urgent();
        let queue = if urgent { &mut self.urgent } else { &mut self.waiting };
        queue.push(Reverse(u64::from(due) << 32 | u64::from(index)));
    }

    /// Waits until then, or ends when that is too late.
    fn wait(&mut self, index: u32, due: Seconds) -> Option<(CandidateId, Ending)> {
        if due >= self.last_second(index) {
            return Some((self.end(index), Ending::Expired));
        }
        self.put(index, due);
        None
    }

    /// From then on a contact is not called.
    pub(super) fn last_second(&self, index: u32) -> Seconds {
        let until = self.spec.schedule.until.map_or(Seconds::MAX, seconds_until);
        until.min(self.entries[index as usize].expires)
    }

    fn take_due(&mut self, now: Seconds) -> Option<u32> {
        for queue in [&mut self.urgent, &mut self.waiting] {
            if let Some(Reverse(key)) = queue.peek().copied()
                && key >> 32 <= u64::from(now)
            {
                queue.pop();
                return Some(key as u32);
            }
        }
        None
    }

    pub(super) fn end(&mut self, index: u32) -> CandidateId {
        let id = self.entries[index as usize].id;
        self.others.remove(&index);
        self.removed.remove(&id);
        self.vacant.push(index);
        self.ended += 1;
        id
    }

    fn dial(&mut self, index: u32, trunk: TrunkKey, step: &mut Step<'_>, room: &mut Room<'_>) -> Dial {
        let trunk_name = room.take(trunk, &mut self.trunks, self.pace.kind.queue());
        self.bucket.take();
        self.served += 1.0 / f64::from(self.pace.weight.max(1));
        self.dialled += 1;
        let dial = self.plan_of(index, trunk_name.clone(), step);
        let (number, at) = (dial.number, step.now);
        step.numbers.takes_off(number);
        let flight = Flight { index, number, trunk: Some(trunk), trunk_name, at, rings: true };
        self.flights.insert(dial.candidate, flight);
        dial
    }

    fn offer(&mut self, index: u32, step: &mut Step<'_>) -> Dial {
        self.served += 1.0 / f64::from(self.pace.weight.max(1));
        let dial = self.plan_of(index, String::new(), step);
        let (number, at) = (dial.number, step.now);
        step.numbers.takes_off(number);
        let flight = Flight { index, number, trunk: None, trunk_name: String::new(), at, rings: false };
        self.flights.insert(dial.candidate, flight);
        self.offered += 1;
        dial
    }

    fn plan_of(&self, index: u32, trunk: String, step: &Step<'_>) -> Dial {
        let entry = &self.entries[index as usize];
        let number = self.number_of(index);
        let ring = self.spec.ring.unwrap_or(RING).max(Duration::from_secs(self.rules.ring_s.into()));
        Dial {
            campaign: step.key,
            candidate: entry.id,
            number,
            number_index: entry.tried.number,
            attempt: entry.tried.attempts,
            trunk,
            caller_id: self.spec.caller_ids.choose(entry.id, number, entry.tried.attempts).map(|own| own.to_string()),
            variant: self.spec.variant_of(entry.id),
            ring,
            queue: self.pace.kind.queue().map(str::to_owned),
            at: step.now,
        }
    }

    /// A member takes what was offered.
    pub fn accept(&mut self, candidate: CandidateId, mut step: Step<'_>, room: &mut Room<'_>) -> Option<Dial> {
        let flight = self.flights.get(&candidate).filter(|flight| flight.trunk.is_none())?.clone();
        self.land(candidate)?;
        step.numbers.landed(flight.number);
        let trunk = if room.lines > 0 { room.trunk(&mut self.trunks) } else { None };
        match (self.examine(flight.index, &mut step), trunk) {
            (Examined::Ready, Some(trunk)) => {
                // It was paid for when it was offered.
                self.served -= 1.0 / f64::from(self.pace.weight.max(1));
                return Some(self.dial(flight.index, trunk, &mut step, room));
            }
            (Examined::Ready, None) => self.wait_or_leave(flight.index, seconds_until(step.now) + WITHDRAWN),
            (Examined::Wait(at), _) => self.wait_or_leave(flight.index, at),
            (Examined::End(ending), _) => {
                let id = self.end(flight.index);
                self.leftover.push((id, ending));
            }
        }
        None
    }

    pub fn decline(&mut self, candidate: CandidateId, again_in: Duration, now: Timestamp) -> Option<Phone> {
        self.flights.get(&candidate).filter(|flight| flight.trunk.is_none())?;
        let flight = self.land(candidate)?;
        self.wait_or_leave(flight.index, seconds_from(now.checked_add(again_in).unwrap_or(now)));
        Some(flight.number)
    }

    fn wait_or_leave(&mut self, index: u32, due: Seconds) {
        if let Some(left) = self.wait(index, due) {
            self.leftover.push(left);
        }
    }

    fn land(&mut self, candidate: CandidateId) -> Option<Flight> {
        let flight = self.flights.remove(&candidate)?;
        self.offered -= u32::from(flight.trunk.is_none());
        Some(flight)
    }

    /// What came of an attempt before this planner was made.
    pub fn learn(&mut self, told: &Finished, at: Timestamp) {
        if told.outcome.is_attempt() {
            let dropped = told.outcome == Outcome::Dropped;
            self.statistics.note(told.outcome.is_live(), dropped, told.answered_after, told.handled, at);
        }
    }

    /// Whether it rang until now.
    pub fn answered(&mut self, candidate: CandidateId) -> bool {
        self.flights.get_mut(&candidate).is_some_and(|flight| std::mem::take(&mut flight.rings))
    }

    pub fn finished(&mut self, candidate: CandidateId, told: &Finished, now: Timestamp) -> Option<(Flight, Next)> {
        let flight = self.land(candidate)?;
        if let Some(own) = self.trunks.iter_mut().find(|own| own.limit.name == flight.trunk_name) {
            own.flying = own.flying.saturating_sub(1);
        }
        let outcome = &told.outcome;
        if outcome.is_attempt() {
            let dropped = *outcome == Outcome::Dropped;
            self.statistics.note(outcome.is_live(), dropped, told.answered_after, told.handled, now);
        }
        let next = self.follow(flight.index, outcome, now);
        match next {
            Next::Again { at, .. } => self.put(flight.index, seconds_from(at)),
            Next::Final(_) => {
                self.end(flight.index);
            }
        }
        Some((flight, next))
    }
}

impl std::fmt::Debug for Campaign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Campaign").field("progress", &self.progress()).finish_non_exhaustive()
    }
}

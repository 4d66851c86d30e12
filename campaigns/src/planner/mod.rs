//! Books and time in, dials out.

mod bucket;
mod campaign;
mod entry;
mod examine;
mod forecast;
mod numbers;
mod places;
mod room;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use permission::Rules;

use crate::breaker::{BreakerSettings, Health};
use crate::candidate::{CampaignKey, Candidate, CandidateId};
use crate::dial::{Capacity, Dial, Plan};
use crate::outcome::{Finished, Next, Outcome};
use crate::phone::Phone;
use crate::spec::{Pace, Spec};

use campaign::{Campaign, Found, Step};
use numbers::Numbers;
use places::Places;
use room::{Room, Trunks};

pub use campaign::Progress;
pub use forecast::{Forecast, Forecasted, When};

/// The most other numbers of a contact that are kept.
pub const OTHER_NUMBERS: usize = 4;

/// What holds for all campaigns.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannerSettings {
    /// Candidates that one [`Planner::plan`] looks at, at most: what is left over comes with the next. Default 20,000.
    pub examined: u32,
    /// Dials that one plan gives, at most. Default 500.
    pub dials: u32,
    /// When trunks are left alone.
    pub breaker: BreakerSettings,
}

impl Default for PlannerSettings {
    fn default() -> Self {
        Self { examined: 20_000, dials: 500, breaker: BreakerSettings::default() }
    }
}

/// Plans the calls of all campaigns. It knows no clock and dials nothing: it is told the time, what is free and what
/// came of each attempt, and says whom to call.
///
/// A candidate is in one of three places: it waits for its time, it flies (it was given as a dial or an offer, and
/// [`finished`](Self::finished) has not told of it yet), or it is done with. Each leaves the planner exactly once: by
/// [`Plan::ended`] or by [`Next::Final`].
#[derive(Debug)]
pub struct Planner {
    settings: PlannerSettings,
    campaigns: Vec<Option<Campaign>>,
    numbers: Numbers,
    places: Places,
    trunks: Trunks,
    /// Calls that ring for each queue.
    ringing: HashMap<String, u32>,
    /// How much the campaign that was served last had been served by then, for its weight.
    virtual_time: f64,
    /// The last plan ended with its budget and not with its work.
    unfinished: bool,
}

impl Planner {
    /// A planner without campaigns.
    pub fn new(settings: PlannerSettings) -> Self {
        let trunks = Trunks::new(settings.breaker.clone());
        Self {
            settings,
            campaigns: Vec::new(),
            numbers: Numbers::default(),
            places: Places::default(),
            trunks,
            ringing: HashMap::new(),
            virtual_time: 0.0,
            unfinished: false,
        }
    }

    /// Takes a campaign in, running. `rules`: what [`Spec::rules`] made of the house's. `None` when there are 65,535
    /// already.
    pub fn open(&mut self, spec: Arc<Spec>, rules: Rules) -> Option<CampaignKey> {
        let campaign = Campaign::new(spec, rules, self.virtual_time);
        let free = self.campaigns.iter().position(Option::is_none);
        let index = free.unwrap_or(self.campaigns.len());
        let key = u16::try_from(index).ok().filter(|key| *key < u16::MAX)?;
        match free {
            Some(index) => self.campaigns[index] = Some(campaign),
            None => self.campaigns.push(Some(campaign)),
        }
        Some(CampaignKey(key))
    }

    /// Forgets a campaign with its candidates; what flies is not told of any more.
    pub fn close(&mut self, campaign: CampaignKey) {
        let Some(campaign) = self.campaigns.get_mut(usize::from(campaign.0)).and_then(Option::take) else { return };
        for flight in campaign.flights() {
            self.numbers.landed(flight.number);
            self.trunks.left(flight.trunk);
            if flight.rings
                && let Some(queue) = campaign.queue()
            {
                landed(&mut self.ringing, queue);
            }
        }
    }

    /// Takes a contact in. Each id is given once only.
    // What is kept of it is packed, not moved; whoever gives it away has no more use for it.
    #[allow(clippy::needless_pass_by_value)]
    pub fn add(&mut self, campaign: CampaignKey, candidate: Candidate, now: Timestamp) {
        let Some(Some(campaign)) = self.campaigns.get_mut(usize::from(campaign.0)) else { return };
        let place = self.places.keep(&candidate.standing.place);
        self.numbers.seed(candidate.number, &candidate.standing.attempts, now);
        campaign.add(&candidate, place, now);
    }

    /// Stops dialling for a campaign; what flies goes on.
    pub fn pause(&mut self, campaign: CampaignKey) {
        if let Some(campaign) = self.campaign(campaign) {
            campaign.paused = true;
        }
    }

    /// Goes on.
    pub fn resume(&mut self, campaign: CampaignKey) {
        if let Some(campaign) = self.campaign(campaign) {
            campaign.paused = false;
            campaign.idle = true;
        }
    }

    /// Changes the pace of a campaign while it runs. The kind of pace stays what the campaign's file says.
    pub fn set_pace(&mut self, campaign: CampaignKey, pace: Pace) {
        if let Some(campaign) = self.campaign(campaign) {
            campaign.set_pace(pace);
        }
    }

    /// Somebody said no: the number is never given again, but by campaigns whose rules go before that. Its contacts
    /// end when their time comes.
    pub fn suppress(&mut self, number: Phone) {
        self.numbers.suppress(number);
    }

    /// Takes a contact out: it ends with [`Ending::Removed`](crate::Ending::Removed) when its time comes; an attempt
    /// that flies is not followed by another.
    pub fn remove(&mut self, campaign: CampaignKey, candidate: CandidateId) {
        if let Some(campaign) = self.campaign(campaign) {
            campaign.remove(candidate);
        }
    }

    /// Whom to call now, within what is free.
    ///
    /// Campaigns share by weight: whoever has been served least for its weight goes next.
    pub fn plan(&mut self, now: Timestamp, capacity: &Capacity) -> Plan {
        let mut plan = Plan::default();
        let mut room = Room::new(capacity, &mut self.trunks, &mut self.ringing, now);
        let mut budget = self.settings.examined;
        self.numbers.forget(now);
        let mut turn: Vec<usize> = (0..self.campaigns.len()).collect();
        turn.retain(|index| self.campaigns[*index].as_ref().is_some_and(|campaign| !campaign.paused));
        let asked = turn.len();
        while !turn.is_empty() && budget > 0 && plan.dials.len() < self.settings.dials as usize {
            let Some(place) = least_served(&turn, &self.campaigns) else { break };
            let index = turn[place];
            let Some(campaign) = &mut self.campaigns[index] else { break };
            // What it did not use while it had nothing to dial is not made up for.
            if campaign.catch_up(self.virtual_time) {
                continue;
            }
            let served = campaign.served();
            let key = CampaignKey(index as u16);
            let step = Step { key, now, numbers: &mut self.numbers, places: &self.places, budget: &mut budget };
            match campaign.next(step, &mut room, &mut plan.ended) {
                Found::Dial(dial) => {
                    self.virtual_time = self.virtual_time.max(served);
                    plan.dials.push(dial);
                }
                Found::Offer(dial) => {
                    self.virtual_time = self.virtual_time.max(served);
                    plan.offers.push(dial);
                }
                Found::Blocked => {
                    turn.swap_remove(place);
                }
                Found::Nothing => {
                    campaign.idle = true;
                    turn.swap_remove(place);
                }
            }
        }
        self.unfinished = asked > 0 && (budget == 0 || plan.dials.len() >= self.settings.dials as usize);
        plan
    }

    /// A member takes the contact that was offered: dial now. `None` when the gate has changed its mind, no trunk is
    /// free, or nobody was offered; the contact then waits again, or ends by the next plan.
    pub fn accept(
        &mut self,
        campaign: CampaignKey,
        candidate: CandidateId,
        now: Timestamp,
        capacity: &Capacity,
    ) -> Option<Dial> {
        let mut room = Room::new(capacity, &mut self.trunks, &mut self.ringing, now);
        let key = campaign;
        let campaign = self.campaigns.get_mut(usize::from(campaign.0))?.as_mut()?;
        let mut budget = 1;
        let step = Step { key, now, numbers: &mut self.numbers, places: &self.places, budget: &mut budget };
        campaign.accept(candidate, step, &mut room)
    }

    /// A member does not take the contact: it waits for so long.
    pub fn decline(&mut self, campaign: CampaignKey, candidate: CandidateId, again_in: Duration, now: Timestamp) {
        let Some(Some(campaign)) = self.campaigns.get_mut(usize::from(campaign.0)) else { return };
        if let Some(number) = campaign.decline(candidate, again_in, now) {
            self.numbers.landed(number);
        }
    }

    /// What came of an attempt before this planner was made, in the order in which they ended: the pace goes on where
    /// it was.
    pub fn learn(&mut self, campaign: CampaignKey, finished: &Finished, at: Timestamp) {
        if let Some(campaign) = self.campaign(campaign) {
            campaign.learn(finished, at);
        }
    }

    /// A call was answered: it rings no more, and whoever was free for it is not free any more.
    pub fn answered(&mut self, campaign: CampaignKey, candidate: CandidateId) {
        let Some(Some(campaign)) = self.campaigns.get_mut(usize::from(campaign.0)) else { return };
        if campaign.answered(candidate)
            && let Some(queue) = campaign.queue()
        {
            landed(&mut self.ringing, queue);
        }
    }

    /// An attempt is over. Says what follows; `None` when no such attempt flies: it was told before. Whoever said no is
    /// done with here; for what else they are not called, and for how long, is known by the books, which are asked again
    /// before each call.
    pub fn finished(
        &mut self,
        campaign: CampaignKey,
        candidate: CandidateId,
        finished: &Finished,
        now: Timestamp,
    ) -> Option<Next> {
        let campaign = self.campaigns.get_mut(usize::from(campaign.0))?.as_mut()?;
        let (flight, next) = campaign.finished(candidate, finished, now)?;
        self.numbers.landed(flight.number);
        // A probe that tells nothing gives its place back.
        let heard = if finished.ours { &Outcome::Withdrawn } else { &finished.outcome };
        self.trunks.finished(flight.trunk, heard, now);
        if flight.rings
            && let Some(queue) = campaign.queue()
        {
            landed(&mut self.ringing, queue);
        }
        if finished.outcome.is_attempt() {
            let dropped = finished.outcome == Outcome::Dropped;
            self.numbers.attempted(flight.number, flight.at, dropped);
        }
        Some(next)
    }

    /// When there is something to do at the latest, if no news comes before. `None`: nothing waits for its time.
    pub fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        if self.unfinished {
            return Some(now);
        }
        let soon = now.checked_add(Duration::from_secs(1)).unwrap_or(now);
        let due = self.running().filter_map(Campaign::next_due);
        // Who is due and was not taken waits for a line, a member or the next second of a limit.
        due.min().map(|due| if due <= now { soon } else { due })
    }

    /// How far a campaign is.
    pub fn progress(&self, campaign: CampaignKey) -> Option<Progress> {
        Some(self.campaigns.get(usize::from(campaign.0))?.as_ref()?.progress())
    }

    /// The share of answered calls within 24 h that found no member, from 0 to 1.
    pub fn abandonment(&self, campaign: CampaignKey, now: Timestamp) -> Option<f64> {
        Some(self.campaigns.get(usize::from(campaign.0))?.as_ref()?.abandonment(now))
    }

    /// How the trunks do, those that have carried calls.
    pub fn trunk_health(&self) -> Vec<(String, Health)> {
        self.trunks.health()
    }

    /// Who would be called when, and who not and why, if everybody were free to call and each call took as long as
    /// said. It changes nothing. `limit`: so many contacts are told of, at most.
    pub fn forecast(&self, campaign: CampaignKey, now: Timestamp, call: Duration, limit: usize) -> Option<Forecast> {
        let campaign = self.campaigns.get(usize::from(campaign.0))?.as_ref()?;
        Some(forecast::forecast(campaign, &self.numbers, &self.places, now, call, limit))
    }

    /// Memory that the planner holds for candidates, in bytes, without what the allocator adds.
    pub fn bytes(&self) -> usize {
        self.campaigns.iter().flatten().map(Campaign::bytes).sum::<usize>() + self.numbers.bytes()
    }

    fn campaign(&mut self, key: CampaignKey) -> Option<&mut Campaign> {
        self.campaigns.get_mut(usize::from(key.0))?.as_mut()
    }

    fn running(&self) -> impl Iterator<Item = &Campaign> {
        self.campaigns.iter().flatten().filter(|campaign| !campaign.paused)
    }
}

fn least_served(turn: &[usize], campaigns: &[Option<Campaign>]) -> Option<usize> {
    let served = |index: usize| campaigns[index].as_ref().map_or(f64::INFINITY, Campaign::served);
    (0..turn.len()).min_by(|a, b| served(turn[*a]).total_cmp(&served(turn[*b])))
}

fn landed(ringing: &mut HashMap<String, u32>, queue: &str) {
    if let Some(count) = ringing.get_mut(queue) {
        *count = count.saturating_sub(1);
    }
}

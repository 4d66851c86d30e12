//! Whom a transfer rings, and in which order.

use std::time::Duration;

use call_model::{Direction, RingStrategy, TransferSettings};
use media::call_media::LegSlot;
use media::sdp::KeyExchange;
use sip_core::message::{DiversionReason, HeaderName};
use store::{LegRole, fresh_id};
use tokio::time::Instant;

use super::Call;
use super::leg::Leg;
use super::transfer::{Outcome, Transfer};
use super::transfer_wait::Waiting;
use crate::dialing::{self, Destination, Plan, Shown};
use crate::directory::Directory;
use crate::error::PlaceError;
use crate::gate::{OutboundRequest, Refusal, permit};
use crate::house::{fresh_call_id, now_ms};
use crate::lines::Line;
use crate::toll::{self, Settled, Tariff};
use crate::trunk_call::Forwarded;

/// Tells the page of a member's browser which call it is that rings, so that what is noted there goes with it.
const CALL_HEADER: &str = "X-Callwright-Call";
/// Legs that nobody answered and that the call keeps the record of; a queue may ring phones again and again.
const MAX_UNANSWERED: usize = 64;

impl Call {
    /// The targets with the skills that are asked for, in the order in which they are to be rung.
    pub(super) fn whom_to_ring(&self, settings: &TransferSettings) -> Vec<String> {
        let directory = self.house.directory();
        // By the name that events and the books have for them, however they are written.
        let known = |target: &String| Destination::parse(target, &directory).map(|found| found.label());
        let mut targets: Vec<String> =
            settings.targets.iter().map(|target| known(target).unwrap_or_else(|| target.clone())).collect();
        if !settings.skills.is_empty() {
            targets.retain(|target| has_skills(&directory, target, &settings.skills));
        }
        self.house.staff.sort(&mut targets, settings.strategy, now_ms());
        if let Some(language) = &settings.language {
            targets.sort_by_key(|target| !speaks(&directory, target, language));
        }
        targets
    }

    /// Rings those who are free, from the first on.
    pub(super) async fn begin_round(&mut self) {
        let Some(transfer) = &mut self.transfer else { return };
        transfer.busy.clear();
        transfer.outcomes.clear();
        let may_ring = transfer.queue.as_ref().is_none_or(Waiting::is_first);
        if may_ring {
            let now = Instant::now();
            transfer.rested.retain(|_, (_, until)| *until > now);
            transfer.outcomes.extend(transfer.rested.values().map(|(outcome, _)| *outcome));
            let (declined, rested) = (&transfer.declined, &transfer.rested);
            let wanted = |target: &&String| !declined.contains(*target) && !rested.contains_key(*target);
            transfer.waiting = transfer.targets.iter().filter(wanted).cloned().collect();
            if !transfer.declined.is_empty() {
                transfer.outcomes.insert(Outcome::Declined);
            }
            self.ring_next().await;
        } else {
            self.wait_in_queue().await;
        }
    }

    /// Rings the next phones; when none is left and none rings, the round is over.
    pub(super) async fn ring_next(&mut self) {
        let rest = self.house.settings.queue_retry;
        loop {
            let Some(transfer) = &mut self.transfer else { return };
            let all_at_once = transfer.settings.strategy == RingStrategy::All;
            if transfer.is_taken() || (transfer.is_busy() && !all_at_once) {
                return;
            }
            let Some(target) = transfer.waiting.pop_front() else { break };
            let queued = transfer.queue.is_some();
            let ring = Duration::from_millis(transfer.settings.ring_ms);
            let caller_id = transfer.settings.caller_id.clone();
            // Whoever was called by us is not to find a phone that rings for somebody else.
            let alone = queued || self.direction == Direction::Outbound;
            let outcome = match self.is_there(&target, alone) {
                Ok(()) => self.ring_target(&target, ring, caller_id).await.err().map(|error| {
                    tracing::info!(call = %self.id, %error, "a target of a transfer could not be rung");
                    outcome_of(&error)
                }),
                Err(outcome) => Some(outcome),
            };
            let Some(transfer) = &mut self.transfer else { return };
            transfer.outcomes.extend(outcome);
            match outcome {
                Some(Outcome::Busy) => transfer.busy.push(target),
                Some(Outcome::Failed) => transfer.not_taken(target, Outcome::Failed, rest),
                _ => {}
            }
        }
        if self.transfer.as_ref().is_some_and(|transfer| !transfer.is_busy()) {
            self.round_over().await;
        }
    }

    /// Whether a target takes callers now. A colleague's call is left to the phone: it reaches who is busy or away too.
    /// `alone`: who is being rung for another caller does not.
    fn is_there(&self, target: &str, alone: bool) -> Result<(), Outcome> {
        let colleague = self.legs.get(&LegSlot::CALLER).is_some_and(|leg| leg.engaged.is_some());
        let directory = self.house.directory();
        let Some(member) = directory.member(target).filter(|_| !colleague) else { return Ok(()) };
        if member.away {
            return Err(Outcome::Unavailable);
        }
        if self.house.staff.is_busy(&member.name, alone) {
            return Err(Outcome::Busy);
        }
        Ok(())
    }

    pub(super) async fn ring_target(
        &mut self,
        target: &str,
        ring: Duration,
        caller_id: Option<String>,
    ) -> Result<(), PlaceError> {
        let directory = self.house.directory();
        let destination = Destination::parse(target, &directory).ok_or(PlaceError::BadDestination)?;
        let Settled { destination, trunk: theirs } =
            toll::settle(destination, &directory, &self.house.parts.sip).await?;
        if self.depart(&destination, ring).await? {
            return Ok(());
        }
        let usual = || destination.number().and_then(|_| directory.trunk_of(caller_id.as_deref()));
        let trunk = theirs.as_deref().and_then(|name| directory.trunk(name)).or_else(usual);
        let line = trunk.map(|trunk| self.house.lines.take(&trunk.name));
        let permission = match destination.number() {
            Some(number) => self.may_be_transferred_to(number).await?,
            None => permission::Verdict::Now,
        };
        permit(OutboundRequest {
            number: destination.number(),
            trunk,
            trunk_calls: line.as_ref().map_or(0, |line| line.before),
            spent_today: trunk.map_or(0, |trunk| self.house.spending.today_by(&trunk.name, now_ms())),
            permission,
        })
        .inspect_err(|refusal| toll::note_refusal(&self.house, refusal))?;
        let shown = self.shown_to(&destination, caller_id);
        let plans = dialing::plan(&self.house, &destination, trunk, &shown, ring).await?;
        let mut outcome = Err(PlaceError::BadDestination);
        let mut line = line;
        let mut tariff = trunk.zip(destination.number()).and_then(|(trunk, number)| Tariff::of(trunk, number));
        for plan in plans {
            let rung = self.ring_phone(plan, &destination, line.take(), tariff.take()).await;
            // One phone that rings is enough.
            if outcome.is_err() {
                outcome = rung;
            }
        }
        outcome
    }

    /// Who calls, as those see it whom the call goes on to: phones of ours see the caller, the outside sees us.
    pub(super) fn shown_to(&self, destination: &Destination, caller_id: Option<String>) -> Shown {
        let card = &self.caller;
        if destination.member().is_some() {
            return Shown { user: card.name.clone(), withheld: card.withheld, ..Shown::default() };
        }
        let forwarded = card.from_outside.then(|| Forwarded {
            before: card.before.clone(),
            number: self.our_number.clone(),
            reason: self.transfer.as_ref().map_or(DiversionReason::Unconditional, Transfer::reason),
        });
        let user = caller_id.unwrap_or_else(|| self.our_number.clone());
        Shown { user, display: None, withheld: card.hides_ours, forwarded }
    }

    async fn ring_phone(
        &mut self,
        plan: Plan,
        destination: &Destination,
        line: Option<Line>,
        tariff: Option<Tariff>,
    ) -> Result<(), PlaceError> {
        let slot = self.ring_leg(plan, destination, LegRole::Transfer, (line, tariff)).await?;
        if let Some(transfer) = &mut self.transfer {
            transfer.ringing.push((slot, destination.label()));
        }
        Ok(())
    }

    /// Rings a phone for one more leg of the call.
    pub(super) async fn ring_leg(
        &mut self,
        plan: Plan,
        destination: &Destination,
        role: LegRole,
        (line, tariff): (Option<Line>, Option<Tariff>),
    ) -> Result<LegSlot, PlaceError> {
        let free = |slot: &LegSlot| self.legs.get(slot).is_none_or(Leg::is_done);
        let slot = LegSlot::all().skip(1).find(free).ok_or(PlaceError::Full)?;
        let Plan { mut call, interop, exchange, near } = plan;
        let id = fresh_id(now_ms());
        let call_id = fresh_call_id();
        call.call_id = Some(call_id.clone());
        if exchange == Some(KeyExchange::Web) {
            call.headers.push((HeaderName::from(CALL_HEADER), self.id.to_string()));
        }
        let mut leg = Leg::new(id, role, Some(destination.label()), call_id, self.clock.now_ms());
        leg.line = line;
        leg.tariff = tariff;
        leg.interop = interop;
        leg.exchange = exchange;
        leg.engaged = destination.member().map(|name| self.house.staff.ring(name, self.id));
        if let Some(old) = self.legs.insert(slot, leg) {
            self.keep_leg(old.record);
        }
        if let Err(error) = self.open_ports(slot, near) {
            // Without this the slot would be taken for the rest of the call.
            if let Some(leg) = self.legs.get_mut(&slot) {
                leg.ended(self.clock.now_ms(), None);
            }
            return Err(error);
        }
        let leg = self.legs.get_mut(&slot).ok_or(PlaceError::Full)?;
        call.body = leg.offer();
        let left = self.max_forwards.saturating_sub(1);
        call.max_forwards = Some(call.max_forwards.map_or(left, |most| most.min(left)));
        match self.house.parts.sip.invite(call).await {
            Ok(handle) => {
                leg.handle = Some(handle);
                self.notice_leg(handle).await;
                Ok(slot)
            }
            Err(error) => {
                leg.ended(self.clock.now_ms(), None);
                self.close_leg_media(slot);
                Err(PlaceError::Media(error.into()))
            }
        }
    }

    /// Keeps the record of a leg whose slot is used again.
    fn keep_leg(&mut self, record: store::LegRecord) {
        let unanswered = |record: &store::LegRecord| record.answered_ms.is_none();
        if unanswered(&record) && self.past_legs.iter().filter(|past| unanswered(past)).count() >= MAX_UNANSWERED {
            return;
        }
        self.past_legs.push(record);
    }
}

fn has_skills(directory: &Directory, target: &str, skills: &[String]) -> bool {
    directory.member(target).is_some_and(|member| skills.iter().all(|skill| member.skills.contains(skill)))
}

fn speaks(directory: &Directory, target: &str, language: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
    let wanted = primary(language);
    directory.member(target).is_some_and(|member| member.languages.iter().any(|tag| primary(tag) == wanted))
}

fn outcome_of(error: &PlaceError) -> Outcome {
    match error {
        PlaceError::NotRegistered(_) | PlaceError::BadDestination => Outcome::Unavailable,
        PlaceError::Refused(Refusal::TrunkFull(_)) => Outcome::Failed,
        PlaceError::Refused(_) => Outcome::Declined,
        _ => Outcome::Failed,
    }
}

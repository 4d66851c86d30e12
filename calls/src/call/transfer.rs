//! Bringing a person in: ringing phones, connecting the first who answers, and coming back.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use call_model::{CallEvent, HangupCause, HangupParty, RingStrategy, Tone, TransferOutcome, TransferSettings};
use media::call_media::{LegSlot, MediaCommand};
use sip_core::EndReason;
use sip_core::message::StatusCode;
use store::{LegRole, fresh_id};

use super::Call;
use super::leg::{Leg, LegState};
use super::signalling::status_cause;
use crate::dialing::{self, Destination, Plan, Shown};
use crate::error::PlaceError;
use crate::gate::{OutboundRequest, Refusal, permit};
use crate::house::{fresh_call_id, now_ms};
use crate::lines::Line;
use crate::live::LiveState;
use crate::orders::Order;

/// A transfer under way.
pub(super) struct Transfer {
    settings: TransferSettings,
    /// Targets that have not been rung yet.
    waiting: VecDeque<String>,
    /// Phones that ring, with the name of whom they belong to.
    ringing: Vec<(LegSlot, String)>,
    /// Who talks with the caller.
    connected: Option<LegSlot>,
    /// Somebody answered, and the caller's own leg has to be answered before they can talk.
    answering: Option<(LegSlot, String)>,
    /// What went wrong so far, the outcome that says most.
    outcomes: BTreeSet<Outcome>,
    rung: bool,
}

/// Outcomes in the order of how much they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Unavailable,
    Failed,
    NoAnswer,
    Declined,
    Busy,
}

impl From<Outcome> for TransferOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Unavailable => Self::Unavailable,
            Outcome::Failed => Self::Failed,
            Outcome::NoAnswer => Self::NoAnswer,
            Outcome::Declined => Self::Declined,
            Outcome::Busy => Self::Busy,
        }
    }
}

impl Call {
    pub(super) async fn transfer(&mut self, settings: TransferSettings) {
        if self.transfer.is_some() {
            tracing::warn!(call = %self.id, "a transfer was asked for while another one runs");
            return;
        }
        self.transfer = Some(Transfer {
            waiting: settings.targets.iter().cloned().collect(),
            settings,
            ringing: Vec::new(),
            connected: None,
            answering: None,
            outcomes: BTreeSet::new(),
            rung: false,
        });
        self.ring_next().await;
    }

    /// Rings the next phones; when none is left and none rings, the transfer is over.
    async fn ring_next(&mut self) {
        loop {
            let Some(transfer) = &mut self.transfer else { return };
            let all_at_once = transfer.settings.strategy == RingStrategy::All;
            if !transfer.ringing.is_empty() && !all_at_once {
                return;
            }
            let Some(target) = transfer.waiting.pop_front() else { break };
            let ring = Duration::from_millis(transfer.settings.ring_ms);
            let caller_id = transfer.settings.caller_id.clone();
            if let Err(error) = self.ring_target(&target, ring, caller_id).await {
                tracing::info!(call = %self.id, %error, "a target of a transfer could not be rung");
                let outcome = match error {
                    PlaceError::NotRegistered(_) | PlaceError::BadDestination => Outcome::Unavailable,
                    PlaceError::Refused(Refusal::TrunkFull(_)) => Outcome::Failed,
                    PlaceError::Refused(_) => Outcome::Declined,
                    _ => Outcome::Failed,
                };
                if let Some(transfer) = &mut self.transfer {
                    transfer.outcomes.insert(outcome);
                }
            }
        }
        let Some(transfer) = &self.transfer else { return };
        if transfer.ringing.is_empty() && transfer.connected.is_none() && transfer.answering.is_none() {
            let outcome = transfer.outcomes.last().copied().unwrap_or(Outcome::Unavailable);
            self.transfer_over(outcome.into());
        }
    }

    async fn ring_target(&mut self, target: &str, ring: Duration, caller_id: Option<String>) -> Result<(), PlaceError> {
        let directory = self.house.directory();
        let destination = Destination::parse(target, &directory).ok_or(PlaceError::BadDestination)?;
        let trunk = destination.number().and_then(|_| directory.trunk_of(caller_id.as_deref()));
        let line = trunk.map(|trunk| self.house.lines.take(&trunk.name));
        permit(OutboundRequest {
            number: destination.number(),
            trunk,
            trunk_calls: line.as_ref().map_or(0, |line| line.before),
            opted_out: false,
            by_person: true,
        })?;
        let shown = match (&destination, caller_id) {
            (Destination::Member(_), _) => Shown { user: self.caller_name.clone(), display: None },
            (_, Some(number)) => Shown { user: number, display: None },
            (_, None) => Shown { user: self.our_number.clone(), display: None },
        };
        let plans = dialing::plan(&self.house, &destination, trunk, &shown, ring).await?;
        let mut outcome = Err(PlaceError::BadDestination);
        let mut line = line;
        for plan in plans {
            let rung = self.ring_phone(plan, destination.label(), line.take()).await;
            // One phone that rings is enough.
            if outcome.is_err() {
                outcome = rung;
            }
        }
        outcome
    }

    async fn ring_phone(&mut self, plan: Plan, label: String, line: Option<Line>) -> Result<(), PlaceError> {
        let free = |slot: &LegSlot| self.legs.get(slot).is_none_or(Leg::is_done);
        let slot = LegSlot::all().skip(1).find(free).ok_or(PlaceError::Full)?;
        let Plan { mut call, near } = plan;
        let id = fresh_id(now_ms());
        let call_id = fresh_call_id();
        call.call_id = Some(call_id.clone());
        let mut leg = Leg::new(id, LegRole::Transfer, Some(label.clone()), call_id, now_ms());
        leg.line = line;
        if let Some(old) = self.legs.insert(slot, leg) {
            self.past_legs.push(old.record);
        }
        if let Err(error) = self.open_ports(slot, near) {
            // Without this the slot would be taken for the rest of the call.
            if let Some(leg) = self.legs.get_mut(&slot) {
                leg.ended(now_ms(), None);
            }
            return Err(error);
        }
        let leg = self.legs.get_mut(&slot).ok_or(PlaceError::Full)?;
        call.body = leg.offer();
        call.max_forwards = Some(self.max_forwards.saturating_sub(1));
        match self.house.parts.sip.invite(call).await {
            Ok(handle) => {
                leg.handle = Some(handle);
                self.notice_leg(handle).await;
                if let Some(transfer) = &mut self.transfer {
                    transfer.ringing.push((slot, label));
                }
                Ok(())
            }
            Err(error) => {
                leg.ended(now_ms(), None);
                self.close_leg_media(slot);
                Err(PlaceError::Media(error.into()))
            }
        }
    }

    /// A phone rings: the caller hears it.
    pub(super) async fn transfer_rings(&mut self, slot: LegSlot, status: StatusCode) {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| !transfer.rung) else { return };
        if !transfer.ringing.iter().any(|(ringing, _)| *ringing == slot) {
            // A phone of a transfer before this one, or one that was not taken.
            return;
        }
        transfer.rung = true;
        if self.answered.is_some() {
            let country = self.house.voice.country();
            self.media(MediaCommand::CallTone { tone: Some((Tone::Ringback, country)) });
        } else if let Some(handle) = self.legs.get(&LegSlot::CALLER).and_then(|leg| leg.handle) {
            // The caller's own phone plays its ringback.
            let status = if status.code() == 183 { StatusCode::RINGING } else { status };
            let _ = self.house.parts.sip.ring(handle, status, None).await;
        }
        self.tell(CallEvent::TransferRinging).await;
    }

    /// Somebody took it: the others stop ringing, and the two are connected.
    pub(super) async fn transfer_answered(&mut self, slot: LegSlot) {
        let Some(transfer) = &mut self.transfer else {
            // It was given up while the answer was on its way.
            return self.hang_up_leg(slot);
        };
        let Some(place) = transfer.ringing.iter().position(|(ringing, _)| *ringing == slot) else {
            return self.hang_up_leg(slot);
        };
        if transfer.connected.is_some() || transfer.answering.is_some() {
            return self.hang_up_leg(slot);
        }
        let (_, label) = transfer.ringing.remove(place);
        transfer.waiting.clear();
        let others: Vec<LegSlot> = transfer.ringing.iter().map(|(slot, _)| *slot).collect();
        transfer.answering = Some((slot, label));
        for other in others {
            self.hang_up_leg(other);
        }
        if self.answered.is_some() {
            self.connect_waiting().await;
        } else {
            self.answer().await;
        }
    }

    /// Connects who answered with the caller, once the caller's leg stands.
    pub(super) async fn connect_waiting(&mut self) {
        let Some(transfer) = &mut self.transfer else { return };
        let Some((slot, label)) = transfer.answering.take() else { return };
        transfer.connected = Some(slot);
        self.media(MediaCommand::CallTone { tone: None });
        self.mouth.stop(None);
        self.media(MediaCommand::StopPlaying { playback: None });
        self.media(MediaCommand::Bridge { with: Some(slot) });
        self.show(LiveState::Bridged);
        self.attend();
        self.tell(CallEvent::TransferAnswered { target: label }).await;
    }

    /// A leg that was brought in is over.
    pub(super) async fn transfer_leg_ended(&mut self, slot: LegSlot, status: Option<StatusCode>, reason: EndReason) {
        self.close_leg_media(slot);
        let Some(transfer) = &mut self.transfer else { return };
        if transfer.connected == Some(slot) || transfer.answering.as_ref().is_some_and(|(s, _)| *s == slot) {
            self.media(MediaCommand::Bridge { with: None });
            self.transfer_over(TransferOutcome::Completed);
            return self.drain_app().await;
        }
        let Some(place) = transfer.ringing.iter().position(|(ringing, _)| *ringing == slot) else { return };
        transfer.ringing.remove(place);
        transfer.outcomes.insert(outcome_of(status, reason));
        self.ring_next().await;
        self.drain_app().await;
    }

    pub(super) fn cancel_transfer(&mut self) {
        let Some(transfer) = &self.transfer else { return };
        let slots: Vec<LegSlot> = transfer.slots().collect();
        self.media(MediaCommand::Bridge { with: None });
        self.transfer_over(TransferOutcome::Cancelled);
        for slot in slots {
            self.hang_up_leg(slot);
        }
    }

    /// Nobody is brought in any more: the caller is with the app again.
    fn transfer_over(&mut self, outcome: TransferOutcome) {
        if self.transfer.take().is_some_and(|transfer| transfer.connected.is_some()) {
            self.show(LiveState::Unbridged);
        }
        self.attend();
        self.media(MediaCommand::CallTone { tone: None });
        self.untold.push_back(CallEvent::TransferEnded { outcome });
    }

    fn hang_up_leg(&self, slot: LegSlot) {
        if let Some(handle) = self.legs.get(&slot).and_then(|leg| leg.handle) {
            self.house.parts.sip.hangup_soon(handle);
        }
    }

    pub(super) fn close_leg_media(&mut self, slot: LegSlot) {
        self.order(Order::CloseLeg(slot));
    }

    /// Ends every leg but the caller's.
    pub(super) fn hang_up_others(&mut self) {
        self.transfer = None;
        let open: Vec<LegSlot> = self
            .legs
            .iter()
            .filter(|(slot, leg)| **slot != LegSlot::CALLER && leg.state != LegState::Ended)
            .map(|(slot, _)| *slot)
            .collect();
        for slot in open {
            self.hang_up_leg(slot);
            if let Some(leg) = self.legs.get_mut(&slot) {
                leg.ended(now_ms(), None);
            }
        }
    }

    /// Answers the caller because somebody took the call, and gives up if that is not possible.
    pub(super) async fn cannot_answer(&mut self) {
        self.hang_up(HangupParty::System, HangupCause::Incompatible).await;
    }
}

impl Transfer {
    /// Who talks with the caller.
    pub(super) const fn connected(&self) -> Option<LegSlot> {
        self.connected
    }

    fn slots(&self) -> impl Iterator<Item = LegSlot> {
        let ringing = self.ringing.iter().map(|(slot, _)| *slot);
        ringing.chain(self.connected).chain(self.answering.as_ref().map(|(slot, _)| *slot))
    }
}

fn outcome_of(status: Option<StatusCode>, reason: EndReason) -> Outcome {
    if reason == EndReason::RingTimeout {
        return Outcome::NoAnswer;
    }
    match status.map(status_cause) {
        Some(HangupCause::Busy) => Outcome::Busy,
        Some(HangupCause::NoAnswer) => Outcome::NoAnswer,
        Some(HangupCause::Declined) => Outcome::Declined,
        Some(HangupCause::NotFound) => Outcome::Unavailable,
        _ => Outcome::Failed,
    }
}

//! Bringing a person in: ringing phones, connecting the first who answers, and coming back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use call_model::{CallEvent, HangupCause, HangupParty, Tone, TransferOutcome, TransferSettings};
use media::call_media::{LegSlot, MediaCommand};
use sip_core::message::{DiversionReason, StatusCode};
use sip_core::{Body, EndReason};
use tokio::time::Instant;

use super::Call;
use super::leg::{Leg, LegState};
use super::signalling::status_cause;
use super::transfer_wait::Waiting;
use super::transfer_warm::{Listener, Warning};
use crate::house::now_ms;
use crate::live::LiveState;
use crate::orders::Order;

/// A transfer under way.
pub(super) struct Transfer {
    pub settings: TransferSettings,
    /// Whom to ring, in order.
    pub targets: Vec<String>,
    /// Targets that have not been rung yet, in this round.
    pub waiting: VecDeque<String>,
    /// Who was busy in this round.
    pub busy: Vec<String>,
    /// Who does not want this caller.
    pub declined: BTreeSet<String>,
    /// Who did not take the call a moment ago: why, and until when they are left in peace, whoever becomes free.
    pub rested: BTreeMap<String, (Outcome, Instant)>,
    /// Phones that ring, with the name of whom they belong to.
    pub ringing: Vec<(LegSlot, String)>,
    /// What people hear before they get the caller.
    pub warning: Option<Warning>,
    /// Who hears it now.
    pub listening: Vec<Listener>,
    /// Who talks with the caller.
    connected: Option<LegSlot>,
    /// Somebody took the call, and the caller's own leg has to be answered before they can talk.
    answering: Option<(LegSlot, String)>,
    /// What went wrong so far, the outcome that says most.
    pub outcomes: BTreeSet<Outcome>,
    rung: bool,
    /// The caller's carrier was asked to put them through.
    pub departing: bool,
    /// The caller hears that somebody is being called.
    alive: bool,
    /// Whose sound before the answer the caller hears.
    early: Option<LegSlot>,
    /// The caller's place in a queue.
    pub queue: Option<Waiting>,
}

/// Outcomes in the order of how much they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Unavailable,
    Failed,
    NoAnswer,
    Declined,
    Busy,
}

impl Transfer {
    /// Whether the caller may hear what comes before the answer of the one who is rung: nobody else rings, and nothing
    /// is to be said to them first.
    fn lets_hear(&self, slot: LegSlot) -> bool {
        let plain = self.queue.is_none() && self.warning.is_none() && !self.is_taken();
        plain && matches!(self.ringing.as_slice(), [(only, _)] if *only == slot)
    }

    /// Why the call goes on to the outside now, for those whom it goes to (RFC 5806 section 8).
    pub fn reason(&self) -> DiversionReason {
        match self.outcomes.last() {
            Some(Outcome::Busy) => DiversionReason::Busy,
            Some(Outcome::NoAnswer) => DiversionReason::NoAnswer,
            Some(Outcome::Declined) => DiversionReason::Deflection,
            Some(Outcome::Unavailable | Outcome::Failed) => DiversionReason::Unavailable,
            None => DiversionReason::Unconditional,
        }
    }
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
        let queue = match settings.queue.as_ref().map(|queue| self.house.queues.enter(queue, self.id)).transpose() {
            Ok(place) => place.zip(settings.queue.as_ref()).map(|(place, settings)| Waiting::new(place, settings)),
            Err(full) => {
                tracing::info!(call = %self.id, error = %full, "a caller found no place in a queue");
                let outcome = TransferOutcome::Busy;
                return self.untold.push_back(CallEvent::TransferEnded { outcome });
            }
        };
        if let Some(queue) = &settings.queue {
            self.queue = Some(queue.name.clone());
        }
        self.transfer = Some(Transfer {
            targets: self.whom_to_ring(&settings),
            warning: settings.announcement.clone().map(|announcement| self.prepare_warning(announcement)),
            queue,
            ..Transfer::new(settings)
        });
        self.begin_round().await;
    }

    /// A phone rings: the caller hears it.
    pub(super) async fn transfer_rings(&mut self, slot: LegSlot, status: StatusCode) {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| !transfer.rung) else { return };
        if !transfer.ringing.iter().any(|(ringing, _)| *ringing == slot) {
            // A phone of a transfer before this one, or one that was not taken.
            return;
        }
        transfer.rung = true;
        let status = if status.code() == 183 { StatusCode::RINGING } else { status };
        self.sound_alive(status).await;
        self.tell(CallEvent::TransferRinging).await;
    }

    /// The sound before the answer of somebody outside goes on to the caller: their carrier may have something to say (RFC
    /// 3960 section 3.1). `false`: it does not.
    pub(super) async fn pass_early(&mut self, slot: LegSlot, body: &Body) -> bool {
        let may = self.transfer.as_ref().is_some_and(|transfer| transfer.lets_hear(slot));
        let outside = |leg: &Leg| leg.interop.is_some() && leg.takes_early_media();
        if !may || !self.legs.get(&slot).is_some_and(outside) || !self.settle_answer(slot, body) {
            return false;
        }
        if self.answered.is_none() {
            self.open_early_media().await;
        }
        let Some(transfer) = self.transfer.as_mut() else { return false };
        (transfer.early, transfer.alive) = (Some(slot), true);
        self.media(MediaCommand::CallTone { tone: None });
        self.media(MediaCommand::Bridge { with: Some(slot) });
        true
    }

    /// Lets the caller hear that somebody is being called: by ringback, or by their own phone before the answer. What the
    /// app plays goes before it.
    pub(super) async fn sound_alive(&mut self, status: StatusCode) {
        let Some(transfer) = &mut self.transfer else { return };
        if std::mem::replace(&mut transfer.alive, true) {
            return;
        }
        if self.caller_hears() {
            let country = self.house.voice.country();
            self.media(MediaCommand::CallTone { tone: Some((Tone::Ringback, country)) });
        } else if let Some(handle) = self.legs.get(&LegSlot::CALLER).and_then(|leg| leg.handle) {
            // The caller's own phone plays its ringback.
            let _ = self.house.parts.sip.ring(handle, status, None).await;
        }
    }

    /// A phone was answered: who is there hears of the caller first, where that is wanted.
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
        if transfer.warning.is_some() {
            self.warn(slot, label).await;
        } else {
            self.taken(slot, label).await;
        }
    }

    /// Somebody takes the call: the others stop ringing, and the two are connected.
    pub(super) async fn taken(&mut self, slot: LegSlot, label: String) {
        let Some(transfer) = &mut self.transfer else { return self.hang_up_leg(slot) };
        transfer.waiting.clear();
        let ringing = transfer.ringing.iter().map(|(slot, _)| *slot);
        let others: Vec<LegSlot> = ringing.chain(transfer.listening.iter().map(|other| other.slot)).collect();
        transfer.listening.clear();
        transfer.answering = Some((slot, label));
        if let Some(queue) = transfer.queue.take() {
            queue.served();
        }
        for other in others.into_iter().filter(|other| *other != slot) {
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
        self.house.staff.took(&label, now_ms());
        self.media(MediaCommand::CallTone { tone: None });
        self.mouth.stop(None);
        self.media(MediaCommand::StopPlaying { playback: None });
        self.media(MediaCommand::Bridge { with: Some(slot) });
        self.show(LiveState::Bridged);
        self.attend();
        self.is_attended().await;
        let warned = self.transfer.as_ref().is_some_and(|transfer| transfer.warning.is_some());
        self.tell(CallEvent::TransferAnswered { target: label }).await;
        if warned {
            self.leave_by_refer(slot).await;
        }
        self.judge_early().await;
    }

    /// The carrier that was asked to call somebody says that it rings there.
    pub(super) async fn departure_rings(&mut self, status: StatusCode) {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| !transfer.rung) else { return };
        transfer.rung = true;
        self.sound_alive(status).await;
        self.tell(CallEvent::TransferRinging).await;
    }

    /// The carrier could not put the caller through, or did not want to.
    pub(super) async fn departure_failed(&mut self, label: String, status: Option<StatusCode>) {
        let rest = self.house.settings.queue_retry;
        let Some(transfer) = &mut self.transfer else { return };
        transfer.departing = false;
        transfer.not_taken(label, outcome_of(status, EndReason::Rejected), rest);
        self.ring_next().await;
        self.drain_app().await;
    }

    /// A leg that was brought in is over.
    pub(super) async fn transfer_leg_ended(&mut self, slot: LegSlot, status: Option<StatusCode>, reason: EndReason) {
        self.close_leg_media(slot);
        let Some(transfer) = &mut self.transfer else { return };
        if transfer.connected == Some(slot) || transfer.answering.as_ref().is_some_and(|(s, _)| *s == slot) {
            self.media(MediaCommand::Bridge { with: None });
            let lost = reason == EndReason::NoResponse;
            self.transfer_over(if lost { TransferOutcome::Failed } else { TransferOutcome::Completed });
            return self.drain_app().await;
        }
        if let Some(at) = transfer.listening.iter().position(|listener| listener.slot == slot) {
            // Whoever hears who it is and hangs up does not want the call.
            let listener = transfer.listening.remove(at);
            transfer.decline(listener.label);
        } else if let Some(at) = transfer.ringing.iter().position(|(ringing, _)| *ringing == slot) {
            let (_, label) = transfer.ringing.remove(at);
            if transfer.early.take_if(|early| *early == slot).is_some() {
                (transfer.rung, transfer.alive) = (false, false);
                self.media(MediaCommand::Bridge { with: None });
            }
            let Some(transfer) = &mut self.transfer else { return };
            transfer.not_taken(label, outcome_of(status, reason), self.house.settings.queue_retry);
        } else {
            return;
        }
        self.ring_next().await;
        self.drain_app().await;
    }

    pub(super) fn cancel_transfer(&mut self) {
        self.take_back_referral();
        let Some(transfer) = &self.transfer else { return };
        let slots: Vec<LegSlot> = transfer.slots().collect();
        self.media(MediaCommand::Bridge { with: None });
        self.transfer_over(TransferOutcome::Cancelled);
        for slot in slots {
            self.hang_up_leg(slot);
        }
    }

    /// Nobody is brought in any more: the caller is with the app again.
    pub(super) fn transfer_over(&mut self, outcome: TransferOutcome) {
        if self.transfer.take().is_some_and(|transfer| transfer.connected.is_some()) {
            self.show(LiveState::Unbridged);
        }
        self.attend();
        self.media(MediaCommand::CallTone { tone: None });
        self.untold.push_back(CallEvent::TransferEnded { outcome });
    }

    pub(super) fn hang_up_leg(&self, slot: LegSlot) {
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
                leg.ended(self.clock.now_ms(), None);
            }
        }
    }

    /// Answers the caller because somebody took the call, and gives up if that is not possible.
    pub(super) async fn cannot_answer(&mut self) {
        self.hang_up(HangupParty::System, HangupCause::Incompatible).await;
    }
}

impl Transfer {
    /// One that rings nobody yet.
    pub(super) fn new(settings: TransferSettings) -> Self {
        Self {
            settings,
            targets: Vec::new(),
            waiting: VecDeque::new(),
            busy: Vec::new(),
            declined: BTreeSet::new(),
            rested: BTreeMap::new(),
            ringing: Vec::new(),
            warning: None,
            listening: Vec::new(),
            connected: None,
            answering: None,
            outcomes: BTreeSet::new(),
            rung: false,
            departing: false,
            alive: false,
            early: None,
            queue: None,
        }
    }

    /// Who talks with the caller.
    pub(super) const fn connected(&self) -> Option<LegSlot> {
        self.connected
    }

    /// Whether somebody has answered, and the caller's leg does not stand yet.
    pub(super) const fn is_connecting(&self) -> bool {
        self.answering.is_some()
    }

    /// Somebody else talks with the caller.
    pub(super) fn reconnect(&mut self, slot: LegSlot) {
        self.connected = Some(slot);
    }

    /// Whether somebody's phone rings, or somebody thinks about it, or has taken it.
    pub(super) fn is_busy(&self) -> bool {
        self.departing || !self.ringing.is_empty() || !self.listening.is_empty() || self.is_taken()
    }

    /// Whether somebody has taken it.
    pub(super) const fn is_taken(&self) -> bool {
        self.connected.is_some() || self.answering.is_some()
    }

    /// Somebody does not want this caller: they are not asked again.
    pub(super) fn decline(&mut self, who: String) {
        self.declined.insert(who);
        self.outcomes.insert(Outcome::Declined);
    }

    /// Somebody's phone could not be rung, or rang in vain: it is not rung again at once.
    pub(super) fn not_taken(&mut self, who: String, outcome: Outcome, rest: Duration) {
        self.outcomes.insert(outcome);
        self.rested.insert(who, (outcome, Instant::now() + rest));
    }

    /// When it wants to be woken.
    pub(super) fn due(&self) -> Option<Instant> {
        let listeners = self.listening.iter().filter_map(|listener| listener.until);
        let waits =
            if self.is_taken() { None } else { self.queue.as_ref().and_then(|queue| queue.due(self.is_busy())) };
        listeners.chain(waits).min()
    }

    fn slots(&self) -> impl Iterator<Item = LegSlot> {
        let ringing = self.ringing.iter().map(|(slot, _)| *slot);
        let listening = self.listening.iter().map(|listener| listener.slot);
        let taken = self.connected.into_iter().chain(self.answering.as_ref().map(|(slot, _)| *slot));
        ringing.chain(listening).chain(taken)
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

//! Attended transfer (RFC 5589 section 7): whom a phone talks with in another call joins this one.
//!
//! Callwright is back to back: both calls end here, so that nobody outside has to be asked to replace anything. The
//! other call gives its leg away, and a re-INVITE moves that leg's sound to ports of this call. A browser's sound stays
//! where its keys were agreed on: the browser is asked to take this call in the place of the other one (RFC 3891).

use std::time::Duration;

use call_model::{HangupCause, HangupParty};
use media::call_media::{LegSlot, MediaCommand};
use media::sdp::KeyExchange;
use sip_core::message::StatusCode;
use sip_core::{Body, LegError, LegHandle, ReferId};
use store::{LegRole, fresh_id};
use tokio::sync::{mpsc, oneshot};
use transport::sip::{CommandError, SipHandle};

use super::super::leg::{Leg, LegState};
use super::super::transfer::Transfer;
use super::super::{Call, CallInput};
use super::Party;
use super::referral::Stage;
use crate::house::Notice;
use crate::toll::Payer;

/// How long another call may take to give its leg away.
const PATIENCE: Duration = Duration::from_secs(5);

/// One call asks another for the other end of this leg.
#[derive(Debug)]
pub(crate) struct Ask {
    leg: LegHandle,
    /// Who asks: the leg must be theirs.
    party: Party,
    reply: oneshot::Sender<Result<Box<GiveLeg>, CannotGive>>,
}

/// A leg on its way from one call to another; hung up when nobody takes it.
#[derive(Debug)]
pub(crate) struct GiveLeg {
    leg: Option<Leg>,
    handle: LegHandle,
    sip: SipHandle,
}

impl Drop for GiveLeg {
    fn drop(&mut self) {
        if self.leg.is_some() {
            self.sip.hangup_soon(self.handle);
        }
    }
}

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CannotGive {
    /// The leg is gone, or not of who asks.
    Unknown,
    /// Nobody is connected there yet.
    NotConnected,
    /// Its keys came of a DTLS handshake and belong to the ports of its call: elsewhere it would need another one, and
    /// most phones begin none for ports that moved (RFC 8842). Which leg it is, where it is a member's browser.
    Bound(Option<(LegHandle, Party)>),
}

/// The answer, with the transfer that it is for.
pub(crate) type Given = (ReferId, Result<Box<GiveLeg>, CannotGive>);

/// The asking call.
impl Call {
    pub(super) fn ask_for_leg(&mut self, partner: mpsc::Sender<CallInput>, leg: LegHandle) {
        let Some(referred) = &self.handing.referred else { return };
        let (reply, answer) = oneshot::channel();
        let ask = Ask { leg, party: referred.party.clone(), reply };
        let (id, outbox) = (referred.id, self.outbox.clone());
        tokio::spawn(async move {
            let given = match partner.send(CallInput::Ask(Box::new(ask))).await {
                Ok(()) => tokio::time::timeout(PATIENCE, answer).await.ok().and_then(Result::ok),
                Err(_) => None,
            };
            // The call may be over by now.
            let _ = outbox.send(CallInput::Given((id, given.unwrap_or(Err(CannotGive::Unknown))))).await;
        });
    }

    pub(in crate::call) async fn on_given(&mut self, (id, given): Given) {
        let waits = self.handing.referred.as_ref().is_some_and(|it| it.id == id && matches!(it.stage, Stage::Asking));
        match given {
            Ok(given) if waits && self.over.is_none() => self.join(*given).await,
            Ok(_) => {}
            Err(_) if !waits => {}
            Err(CannotGive::Bound(Some((leg, Party::Member(name))))) => self.refer_replacing(leg, name).await,
            Err(CannotGive::NotConnected | CannotGive::Bound(_)) => self.refer_blindly().await,
            Err(CannotGive::Unknown) => {
                self.referral_failed(StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST).await;
            }
        }
    }

    /// Moves the leg's sound here.
    async fn join(&mut self, mut given: GiveLeg) {
        let (handle, sip) = (given.handle, self.house.parts.sip.clone());
        // Where there is no room it is left where it is, and so hung up.
        let Some((slot, leg)) = self.free_slot().and_then(|slot| Some((slot, given.leg.take()?))) else {
            return self.referral_failed(StatusCode::SERVICE_UNAVAILABLE).await;
        };
        if let Some(meter) = &leg.meter {
            meter.moves_to(Payer { call: self.id, inbox: self.outbox.clone() });
        }
        let near = leg.near;
        self.seat_leg(slot, leg);
        self.notice_leg(handle).await;
        if let Some(referred) = &mut self.handing.referred {
            referred.stage = Stage::Joining(slot);
        }
        let opened = near.is_some_and(|near| self.open_ports(slot, near).is_ok());
        let offer = self.legs.get_mut(&slot).filter(|_| opened).and_then(Leg::offer);
        let sent = match offer {
            Some(offer) => sip.reinvite(handle, offer).await,
            None => Err(LegError::WrongState.into()),
        };
        let Err(error) = sent else { return self.media(MediaCommand::Bridge { with: None }) };
        if let Some(leg) = self.legs.get_mut(&slot) {
            leg.ended(self.clock.now_ms(), None);
        }
        sip.hangup_soon(handle);
        if error == CommandError::Leg(LegError::Gone) {
            // Its end was told before it was ours.
            let _ = self.house.notices.send(Notice::Forget(handle)).await;
        }
        self.referral_failed(StatusCode::SERVER_INTERNAL_ERROR).await;
    }

    /// The other end has agreed to sound here; `None`: it has not.
    pub(in crate::call) async fn on_reinvite_done(&mut self, handle: LegHandle, answer: Option<Body>) {
        let Some(slot) = self.slot_of(handle) else { return };
        let joining = self.handing.referred.as_ref().map(|referred| &referred.stage);
        if !matches!(joining, Some(Stage::Joining(joining)) if *joining == slot) {
            return;
        }
        if answer.is_some_and(|body| self.settle_answer(slot, &body)) {
            self.referral_connects(slot).await;
        } else {
            self.hang_up_leg(slot);
            self.referral_failed(StatusCode::NOT_ACCEPTABLE_HERE).await;
        }
    }
}

/// The asked call.
impl Call {
    pub(in crate::call) async fn on_asked(&mut self, ask: Ask) {
        let given = self.give(ask.leg, &ask.party);
        let gave = given.as_ref().ok().map(|given| given.handle);
        if let Some(handle) = gave {
            // What is heard of it from here on waits until it belongs to somebody.
            let _ = self.house.notices.send(Notice::Forget(handle)).await;
        }
        // Nobody may wait for it any more.
        let _ = ask.reply.send(given);
        if gave.is_some() {
            // Who has handed over needs this call no more.
            self.hang_up(HangupParty::Us, HangupCause::Normal).await;
        }
    }

    /// Takes out the leg at the other end of this one.
    fn give(&mut self, asked: LegHandle, party: &Party) -> Result<Box<GiveLeg>, CannotGive> {
        let slot = self.slot_of(asked).ok_or(CannotGive::Unknown)?;
        if self.party_of(slot).as_ref() != Some(party) || self.over.is_some() || self.ending.is_some() {
            return Err(CannotGive::Unknown);
        }
        let connected = self.transfer.as_ref().and_then(Transfer::connected).ok_or(CannotGive::NotConnected)?;
        let partner = match slot {
            LegSlot::CALLER => connected,
            slot if slot == connected => LegSlot::CALLER,
            _ => return Err(CannotGive::NotConnected),
        };
        let exchanged = self.legs.get(&partner).and_then(Leg::exchanged);
        if matches!(exchanged, Some(KeyExchange::Dtls | KeyExchange::Web)) {
            let handle = self.legs.get(&partner).and_then(|leg| leg.handle);
            let browser = handle.filter(|_| exchanged == Some(KeyExchange::Web) && self.is_answered(partner));
            return Err(CannotGive::Bound(browser.zip(self.party_of(partner))));
        }
        let mut leg = self.legs.remove(&partner).ok_or(CannotGive::NotConnected)?;
        let (Some(handle), LegState::Answered) = (leg.handle, leg.state) else {
            self.legs.insert(partner, leg);
            return Err(CannotGive::NotConnected);
        };
        // The books keep that they talked here until now.
        let now = self.clock.now_ms();
        let record = leg.record.clone();
        let mut stays = Leg::new(record.id, record.role, None, String::new(), now);
        stays.record = record;
        stays.started = std::mem::take(&mut leg.started);
        stays.negotiated = leg.negotiated;
        stays.ended(now, None);
        leg.record.id = fresh_id(now);
        leg.record.role = LegRole::Transfer;
        (leg.record.started_ms, leg.record.answered_ms, leg.record.quality) = (now, Some(now), None);
        self.legs.insert(partner, stays);
        self.media(MediaCommand::Bridge { with: None });
        self.close_leg_media(partner);
        self.transfer = None;
        self.attend();
        Ok(Box::new(GiveLeg { leg: Some(leg), handle, sip: self.house.parts.sip.clone() }))
    }
}

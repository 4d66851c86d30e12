//! INVITE with Replaces (RFC 3891): a new leg takes the place of one of ours.
//!
//! Only whose leg it is may take it over (section 8): the same member by another phone, or the trunk that it came by,
//! where that may hand calls over.

use media::call_media::{LegSlot, MediaCommand};
use sip_core::message::StatusCode;
use sip_core::{IncomingCall, LegHandle};
use store::{LegRole, fresh_id};

use super::super::Call;
use super::super::leg::{Leg, LegState};
use super::super::transfer::Transfer;
use super::Party;

/// An INVITE that wants the place of a leg of this call.
#[derive(Debug)]
pub(crate) struct TakeOver {
    /// The leg that it names.
    pub old: LegHandle,
    /// Whose INVITE it is, proven.
    pub party: Party,
    pub incoming: Box<IncomingCall>,
}

/// A leg that was answered and waits for its ACK to take the place of another.
pub(super) struct TakingOver {
    pub new: LegSlot,
    old: LegHandle,
}

impl Call {
    pub(in crate::call) async fn on_take_over(&mut self, wanted: TakeOver) {
        let TakeOver { old, party, incoming } = wanted;
        let (sip, leg) = (self.house.parts.sip.clone(), incoming.leg);
        if let Err(status) = self.seat_newcomer(old, &party, &incoming).await {
            tracing::info!(call = %self.id, status = status.code(), "a leg was not taken over");
            // Who gave up meanwhile needs no answer.
            let _ = sip.reject(leg, status, Vec::new()).await;
        }
    }

    /// Answers the newcomer; nothing else changes before the ACK.
    async fn seat_newcomer(
        &mut self,
        old: LegHandle,
        party: &Party,
        incoming: &IncomingCall,
    ) -> Result<(), StatusCode> {
        let slot = self.slot_of(old).ok_or(StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST)?;
        let theirs = self.party_of(slot).is_some_and(|owner| owner == *party);
        if !theirs {
            return Err(StatusCode::FORBIDDEN);
        }
        if self.over.is_some() || self.ending.is_some() {
            return Err(StatusCode::DECLINE);
        }
        let busy = self.handing.referred.is_some() || self.handing.takeovers.iter().any(|it| it.old == old);
        if busy {
            return Err(StatusCode::BUSY_HERE);
        }
        let new = self.free_slot().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let (now, call_id) = (self.clock.now_ms(), incoming.call_id.clone());
        let mut leg = Leg::new(fresh_id(now), LegRole::Transfer, Some(self.label_of(slot)), call_id, now);
        leg.handle = Some(incoming.leg);
        match party {
            Party::Member(name) => leg.engaged = Some(self.house.staff.ring(name, self.id)),
            Party::Trunk(name) => {
                leg.line = Some(self.house.lines.take(name));
                leg.interop = self.house.directory().trunk(name).map(|trunk| trunk.interop.clone());
            }
        }
        self.seat_leg(new, leg);
        let answered = self.open_ports(new, incoming.flow.local.ip()).is_ok();
        let leg = self.legs.get_mut(&new).filter(|_| answered);
        let body = leg.and_then(|leg| match &incoming.offer {
            Some(offer) => leg.answer(offer).ok(),
            None => leg.offer(),
        });
        let Some(body) = body else {
            if let Some(leg) = self.legs.get_mut(&new) {
                leg.ended(self.clock.now_ms(), None);
            }
            self.close_leg_media(new);
            return Err(StatusCode::NOT_ACCEPTABLE_HERE);
        };
        if let Some(leg) = self.legs.get_mut(&new) {
            leg.state = LegState::Accepted;
        }
        if incoming.offer.is_some() {
            self.sound_leg(new);
        }
        self.handing.takeovers.push(TakingOver { new, old });
        // Who gave up meanwhile shows as the leg's end.
        let _ = self.house.parts.sip.accept(incoming.leg, body).await;
        Ok(())
    }

    /// The newcomer's ACK: it is in the place of the other from now on. `false`: it is no newcomer.
    pub(in crate::call) async fn taken_over(&mut self, new: LegSlot) -> bool {
        let Some(at) = self.handing.takeovers.iter().position(|it| it.new == new) else { return false };
        let TakingOver { old, .. } = self.handing.takeovers.swap_remove(at);
        let Some(slot) = self.slot_of(old) else {
            // It ended while this one was on its way.
            self.hang_up_leg(new);
            return true;
        };
        let label = self.label_of(slot);
        let connected = self.transfer.as_ref().and_then(Transfer::connected);
        let takes_call = match &mut self.transfer {
            Some(transfer) => transfer.ringing.iter_mut().find(|(ringing, _)| *ringing == slot),
            None => None,
        };
        if let Some(entry) = takes_call {
            // Picked up by another phone: as if the one that rings had answered.
            entry.0 = new;
            self.hang_up_leg(slot);
            self.transfer_answered(new).await;
        } else if slot == LegSlot::CALLER {
            self.swap_caller(new);
            // After the change of places the old leg is where the new one was.
            self.hang_up_leg(new);
            match connected {
                Some(with) => self.reconnect(with),
                None => self.media(MediaCommand::Bridge { with: None }),
            }
        } else if connected == Some(slot) {
            self.reconnect(new);
            self.hang_up_leg(slot);
        } else {
            self.hang_up_leg(new);
            return true;
        }
        self.tell_transferred(&label, &label, "replaced").await;
        true
    }
}

//! Sound before the answer: to callers whose app plays before it answers (RFC 3960 section 3), and what phones that ring
//! say of theirs.

use media::call_media::LegSlot;
use sip_core::{Body, LegHandle, Reliable};

use super::Call;
use super::leg::LegState;

impl Call {
    /// Lets a caller hear what is played though the call is not answered: nobody pays for it yet. Where that is not
    /// possible, what is played has no sound to go to.
    pub(super) async fn open_early_media(&mut self) {
        if !self.offer_is_theirs() || self.ending.is_some() || self.over.is_some() {
            return;
        }
        let Some(leg) = self.legs.get(&LegSlot::CALLER).filter(|leg| leg.state == LegState::Ringing) else { return };
        let Some(handle) = leg.handle.filter(|_| leg.said().is_none()) else { return };
        // Without an offer, ours can only go out where it is sure to be answered (RFC 3262 section 5).
        if self.offer.is_none() && self.reliable == Reliable::No {
            return;
        }
        if let Err(error) = self.open_ports(LegSlot::CALLER, self.near) {
            tracing::warn!(call = %self.id, %error, "a caller hears nothing before the answer for want of media");
            return;
        }
        let offer = self.offer.clone();
        let Some(leg) = self.legs.get_mut(&LegSlot::CALLER) else { return };
        let progress = leg.progress();
        let body = match &offer {
            Some(offer) => leg.answer(offer).ok(),
            None => leg.offer(),
        };
        // What cannot be agreed on is found out again at the answer, and refused there.
        let Some(body) = body else { return };
        if offer.is_some() {
            self.sound_leg(LegSlot::CALLER);
        }
        // A caller who gave up meanwhile shows as the leg's end.
        let _ = self.house.parts.sip.ring(handle, progress, Some(body)).await;
    }

    /// The caller has confirmed the early media; where the offer was ours, that brings the answer.
    pub(super) fn on_early_confirmed(&mut self, handle: LegHandle, body: Option<Body>) {
        if let (Some(slot), Some(body)) = (self.slot_of(handle), body) {
            self.settle_answer(slot, &body);
        }
    }

    /// Whether what is played can reach the caller.
    pub(super) fn caller_hears(&self) -> bool {
        self.answered.is_some() || self.legs.get(&LegSlot::CALLER).is_some_and(|leg| leg.started)
    }

    /// A phone that we ring says how it would sound. The branch that spoke last counts: it is the one that rings, or
    /// plays something, now.
    pub(super) async fn early_answer(&mut self, slot: LegSlot, body: Body) {
        let Some(leg) = self.legs.get_mut(&slot) else { return };
        if slot == LegSlot::CALLER && leg.takes_early_media() {
            // So that NATs open; nobody listens before the answer.
            leg.early_answer = None;
            self.settle_answer(slot, &body);
        } else if !self.pass_early(slot, &body).await
            && let Some(leg) = self.legs.get_mut(&slot)
        {
            // It may not be said again with the answer itself.
            leg.early_answer = Some(body);
        }
    }
}

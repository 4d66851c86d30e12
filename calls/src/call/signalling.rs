//! What SIP tells a call, and what that means for it.

use call_model::{CallEvent, HangupCause, HangupParty};
use media::call_media::{LegSlot, MediaCommand};
use sip_core::message::StatusCode;
use sip_core::{Body, EndReason, EndedBy, Event, LegHandle};
use tokio::time::Instant;

use super::leg::LegState;
use super::{Call, Over};
use crate::live::LiveState;
use crate::toll::{Meter, Metered, Payer};

impl Call {
    pub(super) async fn on_sip(&mut self, event: Event) {
        let Some(event) = self.on_recorder(event).await else { return };
        match event {
            Event::Progress { leg, status, body, .. } => self.on_progress(leg, status, body).await,
            Event::Answered { leg, body } => self.on_answered(leg, body).await,
            Event::EarlyConfirmed { leg, body } => self.on_early_confirmed(leg, body),
            Event::Confirmed { leg, body } => self.on_confirmed(leg, body).await,
            Event::Reinvited { leg, offer } => self.on_reinvited(leg, offer).await,
            Event::ReinviteConfirmed { leg, body } => self.on_late_answer(leg, body).await,
            Event::Info { leg, content_type, body } => self.on_info(leg, &content_type, &body),
            Event::ReinviteAnswered { leg, body } => self.on_reinvite_done(leg, body).await,
            Event::ReinviteFailed { leg, .. } => self.on_reinvite_done(leg, None).await,
            Event::ReferProgress { leg, status } => self.on_refer_progress(leg, status).await,
            Event::ReferEnded { leg, status } => self.on_refer_ended(leg, status).await,
            Event::Ended { leg, by, status, reason } => self.on_ended(leg, by, status, reason).await,
            // We send no re-INVITE of our own yet, and the rest is not for calls.
            _ => {}
        }
    }

    pub(super) fn slot_of(&self, handle: LegHandle) -> Option<LegSlot> {
        self.legs.iter().find(|(_, leg)| leg.handle == Some(handle)).map(|(slot, _)| *slot)
    }

    /// Whether the caller's leg came to us.
    pub(super) const fn offer_is_theirs(&self) -> bool {
        matches!(self.direction, call_model::Direction::Inbound)
    }

    async fn on_progress(&mut self, handle: LegHandle, status: StatusCode, body: Option<Body>) {
        let Some(slot) = self.slot_of(handle) else { return };
        if let Some(body) = body {
            self.early_answer(slot, body).await;
        }
        if slot != LegSlot::CALLER {
            if self.referral_rings(slot).await {
                return;
            }
            self.transfer_rings(slot, status).await;
        }
    }

    async fn on_answered(&mut self, handle: LegHandle, body: Option<Body>) {
        let Some(slot) = self.slot_of(handle) else { return };
        // An answer may have come with the 183 and not again.
        let early = self.legs.get_mut(&slot).and_then(|leg| leg.early_answer.take());
        let settled = body.or(early).is_some_and(|body| self.settle_answer(slot, &body))
            || self.legs.get(&slot).is_some_and(|leg| leg.started);
        if !settled {
            tracing::info!(call = %self.id, "an answer could not be used");
            if slot == LegSlot::CALLER {
                self.hang_up(HangupParty::System, HangupCause::Incompatible).await;
            } else {
                self.house.parts.sip.hangup_soon(handle);
            }
            return;
        }
        if let Some(leg) = self.legs.get_mut(&slot) {
            leg.answered(self.clock.now_ms());
            leg.meter = leg.tariff.take().map(|tariff| {
                let parts = &self.house.parts;
                let payer = Payer { call: self.id, inbox: self.outbox.clone() };
                let metered = Metered { tariff, leg: handle, sip: parts.sip.clone() };
                Meter::start(payer, metered, self.house.spending.clone(), parts.store.clone())
            });
        }
        if slot == LegSlot::CALLER {
            self.answered().await;
        } else if !self.supervisor_answered(slot).await && !self.referral_answered(slot).await {
            self.transfer_answered(slot).await;
        }
    }

    /// The caller's ACK: both sides are connected.
    async fn on_confirmed(&mut self, handle: LegHandle, body: Option<Body>) {
        let Some(slot) = self.slot_of(handle) else { return };
        // Where the offer was ours, the answer must be in the ACK.
        let settled = match body {
            Some(body) => self.settle_answer(slot, &body),
            None => self.legs.get(&slot).is_some_and(|leg| leg.started),
        };
        if !settled {
            return self.hang_up(HangupParty::System, HangupCause::Incompatible).await;
        }
        let Some(leg) = self.legs.get_mut(&slot).filter(|leg| leg.state == LegState::Accepted) else { return };
        leg.answered(self.clock.now_ms());
        if slot == LegSlot::CALLER || !self.taken_over(slot).await {
            self.answered().await;
        }
    }

    /// The call stands: the app may speak.
    async fn answered(&mut self) {
        if self.answered.is_some() {
            return;
        }
        self.answered = Some(Instant::now());
        let answer = store::AnswerCall { id: self.id, at_ms: self.clock.now_ms() };
        // Not waited for: the call is in the books since it rang, and the caller should not wait for the disk.
        let store = self.house.parts.store.clone();
        self.answer_filed = Some(tokio::spawn(async move {
            if let Err(error) = store.answer_call(answer).await {
                tracing::error!(%error, "an answer is missing in the books");
            }
        }));
        self.show(LiveState::Answered);
        self.screen_answer();
        self.tell(CallEvent::Answered).await;
        // Only now: the app has said how it wants to hear.
        self.attend();
        self.connect_waiting().await;
    }

    /// Takes the other side's answer to our offer and lets the leg sound. `false`: it is of no use.
    pub(super) fn settle_answer(&mut self, slot: LegSlot, body: &Body) -> bool {
        let Some(leg) = self.legs.get_mut(&slot) else { return false };
        match leg.complete(body) {
            Ok(_) => {
                self.sound_leg(slot);
                true
            }
            Err(error) => {
                tracing::info!(call = %self.id, %error, "a session description was of no use");
                false
            }
        }
    }

    async fn on_reinvited(&mut self, handle: LegHandle, offer: Option<Body>) {
        let Some(slot) = self.slot_of(handle) else { return };
        let Some(leg) = self.legs.get_mut(&slot) else { return };
        let was_held = leg.is_held();
        let sip = &self.house.parts.sip;
        let Some(offer) = offer else {
            // It wants our offer: the answer comes with its ACK.
            match leg.offer() {
                Some(body) => drop(sip.accept_reinvite(handle, body).await),
                None => drop(sip.reject_reinvite(handle, StatusCode::NOT_ACCEPTABLE_HERE).await),
            }
            return;
        };
        let before = leg.agreement();
        match leg.answer(&offer) {
            Ok(body) => {
                let held = leg.is_held();
                if sip.accept_reinvite(handle, body).await.is_err() {
                    // Taken back, or the leg is gone: the session stays as it was.
                    return leg.restore(before);
                }
                if let Some(leg) = self.legs.get_mut(&slot) {
                    // What went before is overtaken.
                    leg.early_answer = None;
                }
                self.sound_leg(slot);
                if slot == LegSlot::CALLER && held != was_held {
                    self.tell(CallEvent::Held(held)).await;
                }
            }
            Err(error) => {
                tracing::info!(call = %self.id, %error, "a re-INVITE was refused");
                let _ = sip.reject_reinvite(handle, StatusCode::NOT_ACCEPTABLE_HERE).await;
            }
        }
    }

    async fn on_late_answer(&mut self, handle: LegHandle, body: Option<Body>) {
        let (Some(slot), Some(body)) = (self.slot_of(handle), body) else { return };
        let was_held = self.legs.get(&slot).is_some_and(super::leg::Leg::is_held);
        self.settle_answer(slot, &body);
        let held = self.legs.get(&slot).is_some_and(super::leg::Leg::is_held);
        if slot == LegSlot::CALLER && held != was_held {
            self.tell(CallEvent::Held(held)).await;
        }
    }

    /// Keys by SIP INFO: `Signal=5` (`application/dtmf-relay`) or the bare key (`application/dtmf`).
    fn on_info(&mut self, handle: LegHandle, content_type: &str, body: &[u8]) {
        let Some(leg) = self.slot_of(handle) else { return };
        if let Some(digit) = info_digit(content_type, body) {
            self.media(MediaCommand::DigitArrived { leg, digit });
        }
    }

    /// Sends a key by SIP INFO. It is not sent again: late, it would be a second press.
    pub(super) async fn send_key(&mut self, slot: LegSlot, digit: char) {
        let Some(handle) = self.legs.get(&slot).and_then(|leg| leg.handle) else { return };
        let data = format!("Signal={digit}\r\nDuration=160\r\n").into();
        let body = Body { content_type: "application/dtmf-relay".into(), data };
        if let Err(error) = self.house.parts.sip.info(handle, body).await {
            tracing::debug!(call = %self.id, %error, "a key could not be sent");
        }
    }

    pub(super) async fn on_ended(
        &mut self,
        handle: LegHandle,
        by: EndedBy,
        status: Option<StatusCode>,
        reason: EndReason,
    ) {
        let Some(slot) = self.slot_of(handle) else { return };
        if let Some(leg) = self.legs.get_mut(&slot) {
            leg.ended(self.clock.now_ms(), status);
        }
        if slot != LegSlot::CALLER {
            if self.supervisor_left(slot).await || self.handing_leg_ended(slot, status, reason).await {
                return;
            }
            return self.transfer_leg_ended(slot, status, reason).await;
        }
        self.over = Some(self.ending.unwrap_or_else(|| cause_of(by, status, reason)));
    }
}

/// The key that an INFO carries.
fn info_digit(content_type: &str, body: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(body).ok()?;
    let key = if content_type == "application/dtmf-relay" {
        text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then(|| value.trim())
        })?
    } else {
        text.trim()
    };
    let key = match key {
        "10" => "*",
        "11" => "#",
        key => key,
    };
    let digit = key.chars().next()?.to_ascii_uppercase();
    (key.len() == 1 && matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D')).then_some(digit)
}

fn cause_of(by: EndedBy, status: Option<StatusCode>, reason: EndReason) -> Over {
    let party = match by {
        EndedBy::Local => HangupParty::Us,
        EndedBy::Remote => HangupParty::Caller,
        EndedBy::System => HangupParty::System,
    };
    let cause = match reason {
        EndReason::Bye => HangupCause::Normal,
        EndReason::Cancelled => HangupCause::Cancelled,
        EndReason::RingTimeout => HangupCause::NoAnswer,
        EndReason::Rejected => status.map_or(HangupCause::Declined, status_cause),
        EndReason::Unauthorized | EndReason::Challenged => HangupCause::Declined,
        EndReason::NoResponse
        | EndReason::NoAck
        | EndReason::Unresolved
        | EndReason::TransportFailed
        | EndReason::DialogGone
        | EndReason::SessionExpired => HangupCause::NetworkFailure,
    };
    Over { by: party, cause }
}

/// What a final status says of the other party.
pub(super) fn status_cause(status: StatusCode) -> HangupCause {
    match status.code() {
        486 | 600 => HangupCause::Busy,
        408 | 480 => HangupCause::NoAnswer,
        404 | 410 | 484 | 604 => HangupCause::NotFound,
        415 | 488 | 606 => HangupCause::Incompatible,
        // A redirection that is not followed is a refusal.
        300..=499 | 603 => HangupCause::Declined,
        _ => HangupCause::NetworkFailure,
    }
}

/// The status that refuses a call for this cause.
pub(super) const fn refusal(cause: HangupCause) -> StatusCode {
    match cause {
        HangupCause::Busy => StatusCode::BUSY_HERE,
        HangupCause::NoAnswer | HangupCause::Cancelled => StatusCode::TEMPORARILY_UNAVAILABLE,
        HangupCause::NotFound => StatusCode::NOT_FOUND,
        HangupCause::Incompatible => StatusCode::NOT_ACCEPTABLE_HERE,
        HangupCause::InternalError => StatusCode::SERVER_INTERNAL_ERROR,
        HangupCause::NetworkFailure | HangupCause::Overload | HangupCause::Interrupted | HangupCause::SpendLimit => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        HangupCause::Normal | HangupCause::Declined | HangupCause::MediaTimeout | HangupCause::MaxDuration => {
            StatusCode::DECLINE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_both_kinds_of_info() {
        assert_eq!(info_digit("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n"), Some('5'));
        assert_eq!(info_digit("application/dtmf-relay", b"signal = # \n"), Some('#'));
        assert_eq!(info_digit("application/dtmf-relay", b"Signal=10"), Some('*'));
        assert_eq!(info_digit("application/dtmf", b"d"), Some('D'));
        for body in [&b"Signal=55"[..], b"Signal=", b"", b"\xff", b"Duration=160"] {
            assert_eq!(info_digit("application/dtmf-relay", body), None);
        }
    }

    #[test]
    fn a_refusal_says_what_the_status_means() {
        let ended = |code| cause_of(EndedBy::Remote, StatusCode::new(code), EndReason::Rejected).cause;
        assert_eq!(ended(486), HangupCause::Busy);
        assert_eq!(ended(480), HangupCause::NoAnswer);
        assert_eq!(ended(603), HangupCause::Declined);
        assert_eq!(ended(404), HangupCause::NotFound);
        assert_eq!(ended(503), HangupCause::NetworkFailure);
    }
}

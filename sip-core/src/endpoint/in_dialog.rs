//! Requests inside of a dialog: BYE and INFO, and ends that come of them (RFC 3261 sections 12.2 and 15).

use std::time::Instant;

use super::Endpoint;
use super::call::{LegError, LegHandle};
use super::client::{Failure, OwnContact};
use super::content;
use super::core::Owner;
use super::event::{EndReason, EndedBy};
use super::leg::{Phase, push_login, set_body};
use super::server::ServerId;
use crate::body::Body;
use crate::message::{Method, Request, Response, StatusCode};

impl Endpoint {
    pub(super) fn hang_up(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle) else { return };
        match (leg.phase, leg.incoming.is_some()) {
            (Phase::Established, _) => {
                self.legs.end(&mut self.core, now, handle, EndedBy::Local, EndReason::Bye, None);
                self.send_bye(now, handle);
            }
            (_, true) => {
                // It waits for a response: that was just seen.
                let _ = self.reject_call(now, handle, StatusCode::DECLINE, Vec::new());
            }
            (_, false) => {
                self.legs.end(&mut self.core, now, handle, EndedBy::Local, EndReason::Cancelled, None);
                self.cancel_call(now, handle);
            }
        }
    }

    /// Sends the BYE of a leg whose end was told, as soon as that is allowed: not while the ACK for our first 2xx is
    /// missing (RFC 3261 section 15).
    pub(super) fn send_bye(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.get_mut(handle) else { return };
        if leg.acks.iter().any(|ack| ack.late_answer) {
            // The owner owes an answer that will not come now: it was asked for one just before.
            let _ = self.give_answer(handle, None);
        }
        let Some(leg) = self.legs.get_mut(handle) else { return };
        match &leg.unacked {
            Some(unacked) if unacked.initial => {
                leg.bye_after_ack = true;
                return;
            }
            Some(_) => {
                self.legs.stop_await_ack(&mut self.core, handle);
            }
            None => {}
        }
        self.send_in_dialog(now, handle, Method::Bye, Owner::Bye(handle), None);
    }

    fn send_in_dialog(&mut self, now: Instant, handle: LegHandle, method: Method, owner: Owner, body: Option<Body>) {
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let (mut request, hop) = leg.dialog.request(method, self.core.config.limits.max_forwards);
        let login = leg.auth.authorize(request.method.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, login);
        set_body(&mut request, body);
        leg.requests += 1;
        self.core.request(now, owner, request, &hop, OwnContact::Without);
    }

    pub(super) fn send_info(&mut self, now: Instant, handle: LegHandle, body: Body) -> Result<(), LegError> {
        let leg = self.legs.live(handle).ok_or(LegError::Gone)?;
        if leg.phase != Phase::Established {
            return Err(LegError::WrongState);
        }
        self.send_in_dialog(now, handle, Method::Info, Owner::Info(handle), Some(body));
        Ok(())
    }

    pub(super) fn on_info_done(&mut self, now: Instant, handle: LegHandle, outcome: Result<&Response, Failure>) {
        let status = outcome.ok().map(|response| response.status);
        if status.is_none_or(is_gone) {
            self.dialog_gone(now, handle, status);
        }
    }

    /// Ends a leg whose other end has forgotten it.
    pub(super) fn dialog_gone(&mut self, now: Instant, handle: LegHandle, status: Option<StatusCode>) {
        if self.legs.live(handle).is_none() {
            return;
        }
        let (by, reason) = match status {
            Some(_) => (EndedBy::Remote, EndReason::DialogGone),
            None => (EndedBy::System, EndReason::NoResponse),
        };
        self.legs.end(&mut self.core, now, handle, by, reason, status);
        self.send_bye(now, handle);
    }

    pub(super) fn on_bye_done(&mut self, now: Instant, handle: LegHandle, response: &Response) {
        let attempts = self.core.config.limits.max_auth_attempts;
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let Some((challenges, proxy)) = content::challenges(response) else { return };
        if leg.bye_logins < attempts && leg.auth.challenged(&challenges, proxy) {
            leg.bye_logins += 1;
            self.send_in_dialog(now, handle, Method::Bye, Owner::Bye(handle), None);
        }
    }

    pub(super) fn receive_bye(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request) {
        self.refuse(now, id, request, StatusCode::OK, Vec::new());
        // A caller may end a call that has not been answered (RFC 3261 section 15); one that has is over even if its
        // ACK is missing.
        let early = self.refuse_call(now, handle, StatusCode::REQUEST_TERMINATED, Vec::new()).is_ok();
        self.legs.stop_await_ack(&mut self.core, handle);
        let reason = if early { EndReason::Cancelled } else { EndReason::Bye };
        self.legs.end(&mut self.core, now, handle, EndedBy::Remote, reason, None);
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.bye_after_ack = false;
        }
        self.legs.sweep(&mut self.core, handle);
    }
}

/// Does this refusal of a request inside of a dialog mean that the other end no longer knows it (RFC 3261 section
/// 12.2.1.2)?
pub(super) fn is_gone(status: StatusCode) -> bool {
    matches!(status, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT)
}

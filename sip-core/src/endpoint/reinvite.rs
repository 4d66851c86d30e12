//! Re-INVITEs, ours and theirs, and what happens when both come at once (RFC 3261 section 14).

use std::time::{Duration, Instant};

use super::Endpoint;
use super::call::{LegError, LegHandle};
use super::client::{AckName, OwnContact};
use super::content;
use super::core::{LegTimer, Owner, TimerKey};
use super::event::Event;
use super::in_dialog::is_gone;
use super::leg::{Legs, OurReinvite, Phase, RunningReinvite, push_login, set_body};
use super::server::ServerId;
use crate::body::Body;
use crate::message::{HeaderName, Method, Request, Response, StatusCode};

/// Ours.
impl Endpoint {
    pub(super) fn start_reinvite(&mut self, now: Instant, handle: LegHandle, offer: Body) -> Result<(), LegError> {
        let leg = self.legs.live(handle).ok_or(LegError::Gone)?;
        if leg.phase != Phase::Established {
            return Err(LegError::WrongState);
        }
        // Also while the INVITE before it is not acknowledged: its offer and answer may not have met yet.
        if leg.ours.is_some()
            || leg.theirs.is_some()
            || leg.unacked.is_some()
            || leg.acks.iter().any(|it| it.late_answer)
        {
            return Err(LegError::Pending);
        }
        leg.ours = Some(OurReinvite { offer, seq: 0, login: Vec::new(), logins: 0, glares: 0 });
        self.send_reinvite(now, handle);
        Ok(())
    }

    /// Sends it: the first time, with credentials, or after glare.
    pub(super) fn send_reinvite(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(ours) = &mut leg.ours else { return };
        if leg.theirs.is_some() || leg.unacked.is_some() {
            // Theirs came while ours waited: it is let past.
            let wait = Duration::from_millis(500);
            return self.core.set_timer(TimerKey::Leg(handle, LegTimer::Glare), now, wait);
        }
        let (mut request, hop) = leg.dialog.request(Method::Invite, self.core.config.limits.max_forwards);
        ours.seq = leg.dialog.local_seq;
        ours.login = leg.auth.authorize(Method::Invite.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, ours.login.clone());
        request.headers.push(HeaderName::Allow, content::ALLOW);
        set_body(&mut request, Some(ours.offer.clone()));
        let seq = ours.seq;
        leg.requests += 1;
        let contact = OwnContact::Dialog(leg.dialog.contact_user.clone());
        let client = self.core.request(now, Owner::Reinvite(handle, seq), request, &hop, contact);
        leg.running = Some(RunningReinvite { client, seq, cancelled: false });
        let wait = self.core.config.calls.reinvite_wait;
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::Reinvite), now, wait);
    }

    /// No final response came for long: it is taken back, and when that does not help either, given up.
    pub(super) fn reinvite_waits(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let over = leg.is_over();
        let Some(running) = &mut leg.running else { return };
        let client = running.client;
        if over || running.cancelled {
            return self.core.abandon(client);
        }
        running.cancelled = true;
        self.core.cancel(now, client);
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::Reinvite), now, self.core.config.timers.t1 * 64);
    }

    /// It has its final response, or will have none.
    fn reinvite_done(&mut self, handle: LegHandle, seq: u32) {
        let running = self.legs.get_mut(handle).map(|leg| &mut leg.running);
        if running.and_then(|it| it.take_if(|it| it.seq == seq)).is_some() {
            self.core.timers.stop(TimerKey::Leg(handle, LegTimer::Reinvite));
        }
    }

    pub(super) fn on_reinvite_accepted(&mut self, handle: LegHandle, seq: u32, response: &Response) {
        self.reinvite_done(handle, seq);
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let remote_tag = leg.dialog.remote_tag().unwrap_or_default().to_owned();
        if Legs::repeat_ack(&mut self.core, leg, seq, &remote_tag) {
            return;
        }
        leg.dialog.refresh_target(&response.headers);
        let dialog = leg.dialog.clone();
        Legs::acknowledge(&mut self.core, leg, AckName { leg: handle, seq, remote_tag }, &dialog, None);
        let answered = leg.ours.take_if(|ours| ours.seq == seq).is_some();
        if answered && !leg.is_over() {
            let body = content::body_of(&response.headers, &response.body);
            self.core.event(Event::ReinviteAnswered { leg: handle, body });
        }
    }

    pub(super) fn on_reinvite_refused(&mut self, now: Instant, handle: LegHandle, seq: u32, response: &Response) {
        self.reinvite_done(handle, seq);
        let (attempts, calls) = (self.core.config.limits.max_auth_attempts, self.core.config.calls.clone());
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(ours) = leg.ours.as_mut().filter(|ours| ours.seq == seq) else { return };
        let status = response.status;
        if let Some((challenges, proxy)) = content::challenges(response)
            && ours.logins < attempts
            && leg.auth.challenged(&challenges, proxy)
        {
            ours.logins += 1;
            return self.send_reinvite(now, handle);
        }
        if status == StatusCode::REQUEST_PENDING && ours.glares < calls.glare_attempts {
            ours.glares += 1;
            ours.seq = 0;
            let (least, most) = if leg.dialog.owns_call_id { calls.glare_owner } else { calls.glare_other };
            let wait = self.core.chance.between(least, most);
            return self.core.set_timer(TimerKey::Leg(handle, LegTimer::Glare), now, wait);
        }
        leg.ours = None;
        if is_gone(status) {
            return self.dialog_gone(now, handle, Some(status));
        }
        self.core.event(Event::ReinviteFailed { leg: handle, status });
    }

    /// No response at all came to it.
    pub(super) fn on_reinvite_failed(&mut self, now: Instant, handle: LegHandle, seq: u32) {
        self.reinvite_done(handle, seq);
        self.dialog_gone(now, handle, None);
    }

    /// No 2xx to it will be repeated any more.
    pub(super) fn on_reinvite_forgotten(&mut self, handle: LegHandle, seq: u32) {
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.acks.retain(|ack| ack.seq != seq);
        }
    }
}

/// Theirs.
impl Endpoint {
    pub(super) fn receive_reinvite(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request) {
        let wait = self.core.config.calls.reinvite_answer;
        let Some(leg) = self.legs.live(handle) else { return };
        if leg.phase == Phase::Early || leg.theirs.is_some() {
            // The one before is not answered (RFC 3261 section 14.2).
            let after = (self.core.chance.number() % 11).to_string();
            let extra = vec![(HeaderName::RetryAfter, after)];
            return self.refuse(now, id, request, StatusCode::SERVER_INTERNAL_ERROR, extra);
        }
        let ours_is_out = leg.ours.as_ref().is_some_and(|ours| ours.seq > 0);
        let offer_is_out = leg.unacked.as_ref().is_some_and(|unacked| unacked.offered);
        if ours_is_out || offer_is_out || leg.acks.iter().any(|ack| ack.late_answer) {
            return self.refuse(now, id, request, StatusCode::REQUEST_PENDING, Vec::new());
        }
        leg.theirs = Some(id);
        // Whoever goes on has our 2xx: its ACK was lost (RFC 5407 section 3.1.4).
        if let Some(unacked) = self.legs.stop_await_ack(&mut self.core, handle)
            && unacked.initial
        {
            self.core.event(Event::Confirmed { leg: handle, body: None });
        }
        self.core.assign(id, handle);
        let trying = self.core.response(request, StatusCode::TRYING, "");
        self.core.respond(now, id, &trying);
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.dialog.refresh_target(&request.headers);
        }
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::ReinviteAnswer), now, wait);
        let offer = content::body_of(&request.headers, &request.body);
        self.core.event(Event::Reinvited { leg: handle, offer });
    }

    pub(super) fn answer_reinvite(&mut self, now: Instant, handle: LegHandle, body: Body) -> Result<(), LegError> {
        let (id, mut response) = self.respond_reinvite(handle, StatusCode::OK)?;
        self.make_dialog(handle, id, &mut response, Some(body));
        // The routes of a dialog never change.
        response.headers.remove(&HeaderName::RecordRoute);
        let unacked = self.answer_invite(now, id, &response, false);
        if let Some(unacked) = unacked {
            self.legs.await_ack(&mut self.core, now, handle, unacked);
        }
        self.reinvite_settled(handle);
        Ok(())
    }

    pub(super) fn refuse_reinvite(
        &mut self,
        now: Instant,
        handle: LegHandle,
        status: StatusCode,
    ) -> Result<(), LegError> {
        if status.class() < 3 {
            return Err(LegError::BadStatus);
        }
        let (id, response) = self.respond_reinvite(handle, status)?;
        self.core.respond(now, id, &response);
        self.reinvite_settled(handle);
        Ok(())
    }

    fn respond_reinvite(&self, handle: LegHandle, status: StatusCode) -> Result<(ServerId, Response), LegError> {
        let leg = self.legs.get(handle).ok_or(LegError::Gone)?;
        let id = leg.theirs.ok_or(LegError::WrongState)?;
        let response = self.core.response_to_invite(id, status, leg.dialog.local_tag()).ok_or(LegError::WrongState)?;
        Ok((id, response))
    }

    fn reinvite_settled(&mut self, handle: LegHandle) {
        self.core.timers.stop(TimerKey::Leg(handle, LegTimer::ReinviteAnswer));
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.theirs = None;
        }
    }

    /// Refuses their re-INVITE without being asked: it was taken back, the owner is late, or the call ends. The owner
    /// hears of it unless the leg is over.
    pub(super) fn drop_reinvite(&mut self, now: Instant, handle: LegHandle, status: StatusCode) {
        if self.refuse_reinvite(now, handle, status).is_ok() && self.legs.live(handle).is_some() {
            self.core.event(Event::ReinviteCancelled { leg: handle });
        }
    }
}

//! Calls that come in, until they are answered or refused (RFC 3261 section 13.3).

use std::time::{Duration, Instant};

use super::Endpoint;
use super::call::{LegError, LegHandle};
use super::content;
use super::core::{LegTimer, TimerKey};
use super::event::{EndReason, EndedBy, Event, IncomingCall};
use super::inbound::push_all;
use super::leg::{Leg, Phase, Unacked};
use super::provisional::{Exchange, Provisional};
use super::server::ServerId;
use super::session_timer::{Terms, Wish};
use super::sign::Sign;
use crate::body::Body;
use crate::dialog::Dialog;
use crate::digest::{ClientAuth, Verdict};
use crate::flow::Flow;
use crate::message::{HeaderName, Request, Response, Scheme, StatusCode};

impl Endpoint {
    pub(super) fn incoming_call(&mut self, now: Instant, flow: Flow, id: ServerId, request: Request) {
        if self.legs.active() >= self.core.config.limits.max_legs {
            return self.refuse_call_overload(now, id, &request);
        }
        let tag = self.core.chance.tag();
        let Some(dialog) = Dialog::callee(&request, &tag, flow).filter(|dialog| dialog.target.is_sip()) else {
            return self.refuse(now, id, &request, StatusCode::BAD_REQUEST, Vec::new());
        };
        let replaces = match self.leg_to_replace(&request) {
            Ok(replaces) => replaces,
            Err(status) => return self.refuse(now, id, &request, status, Vec::new()),
        };
        let wish = Wish::of(&request.headers);
        if let Err(brief) = Terms::of(&self.core.config.calls).accept(wish, None) {
            return self.refuse_brief(now, id, &request, brief);
        }
        let handle = LegHandle(self.core.new_id());
        let trying = self.core.response(&request, StatusCode::TRYING, "");
        self.core.assign(id, handle);
        self.core.respond(now, id, &trying);
        let verdict = self.verdict(now, flow, &request);
        let mut leg = Leg::new(dialog, ClientAuth::new(None));
        leg.incoming = Some(id);
        leg.provisional = Provisional::new(&request.headers);
        leg.session.asked = wish;
        leg.session.learn(&request.headers.allow());
        leg.stale = matches!(verdict, Verdict::Stale | Verdict::Replayed);
        self.legs.insert(handle, leg);
        let limit = self.core.config.calls.incoming_setup;
        let asked = request.headers.expires().map_or(limit, |seconds| Duration::from_secs(seconds.into()));
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::Ring), now, limit.min(asked));
        self.announce(handle, flow, verdict, replaces, request);
    }

    fn announce(
        &mut self,
        leg: LegHandle,
        flow: Flow,
        verdict: Verdict,
        replaces: Option<LegHandle>,
        request: Request,
    ) {
        let headers = request.headers;
        let (Ok(from), Ok(to)) = (headers.from(), headers.to()) else { return };
        let call = IncomingCall {
            leg,
            flow,
            request_uri: request.uri,
            from,
            to,
            p_asserted: headers.p_asserted_identity(),
            call_id: headers.call_id().unwrap_or_default().to_owned(),
            authenticated_as: if let Verdict::Valid(user) = verdict { Some(user) } else { None },
            offer: content::body_of(&headers, &request.body),
            replaces,
            reliable: Provisional::new(&headers).reliable,
            max_forwards: headers.max_forwards().ok().flatten().unwrap_or(self.core.config.limits.max_forwards),
            headers,
        };
        self.core.event(Event::IncomingCall(Box::new(call)));
    }

    /// Checks the credentials of a request.
    pub(super) fn verdict(&mut self, now: Instant, flow: Flow, request: &Request) -> Verdict {
        let credentials = request.headers.authorization();
        let source = flow.remote.ip();
        let registrar = &self.registrar;
        let registered = |user: &str| registrar.bindings(user).iter().any(|it| it.flow.remote.ip() == source);
        let verdict = self.auth.check(now, request.method.as_str(), source, &credentials, &registered);
        match &verdict {
            Verdict::Wrong => {
                self.core.counters.wrong_credentials += 1;
                let known = credentials.iter().filter_map(|it| it.get("username")).any(|it| self.auth.has_account(it));
                let sign = if known { Sign::WrongPassword } else { Sign::UnknownUser };
                self.core.note_sign(source, sign);
            }
            Verdict::Valid(_) => self.core.note_sign(source, Sign::Proved),
            Verdict::Replayed => self.core.counters.replays += 1,
            _ => {}
        }
        if let Some(lapse) = self.auth.next_lapse() {
            self.core.timers.set(TimerKey::Nonces, lapse);
        }
        verdict
    }

    /// The response to the INVITE of a leg that waits for one.
    pub(super) fn respond_call(&self, handle: LegHandle, status: StatusCode) -> Result<(ServerId, Response), LegError> {
        let leg = self.legs.get(handle).filter(|leg| !leg.is_over()).ok_or(LegError::Gone)?;
        let id = leg.incoming.ok_or(LegError::WrongState)?;
        let response = self.core.response_to_invite(id, status, leg.dialog.local_tag()).ok_or(LegError::WrongState)?;
        Ok((id, response))
    }

    /// Adds what a response needs that makes a dialog: Contact and Record-Route (RFC 3261 section 12.1.1).
    pub(super) fn make_dialog(&self, handle: LegHandle, id: ServerId, response: &mut Response, body: Option<Body>) {
        let (Some(leg), Some(target)) = (self.legs.get(handle), self.core.servers.reply_to(id)) else { return };
        let secure = leg.dialog.local.uri.scheme == Scheme::Sips;
        let mut contact = self.core.contact(&target, leg.dialog.contact_user.as_deref(), secure);
        if let Some(feature) = leg.dialog.contact_feature {
            contact.params.set_flag(feature);
        }
        response.headers.push(HeaderName::Contact, contact.to_string());
        for route in &leg.dialog.routes {
            response.headers.push(HeaderName::RecordRoute, route.to_string());
        }
        response.headers.push(HeaderName::Allow, leg.session.allow());
        response.headers.push(HeaderName::Supported, content::supported(&self.core.config));
        if let Some(body) = body {
            response.headers.push(HeaderName::ContentType, body.content_type);
            response.body = body.data;
        }
    }

    pub(super) fn ring_call(
        &mut self,
        now: Instant,
        handle: LegHandle,
        status: StatusCode,
        body: Option<Body>,
    ) -> Result<(), LegError> {
        if !status.is_provisional() || status == StatusCode::TRYING {
            return Err(LegError::BadStatus);
        }
        let (id, mut response) = self.respond_call(handle, status)?;
        if self.legs.get(handle).is_some_and(|leg| leg.provisional.holds_answer()) {
            return Err(LegError::WrongState);
        }
        let agreed = if let Some(sent) = self.ring_reliably(now, handle, status, body.as_ref()) {
            sent?;
            true
        } else {
            let agreed = self.legs.get(handle).is_some_and(|leg| leg.provisional.exchange == Exchange::Done);
            self.make_dialog(handle, id, &mut response, body.clone().filter(|_| !agreed));
            self.core.respond(now, id, &response);
            agreed
        };
        if let Some(leg) = self.legs.get_mut(handle) {
            // What was confirmed is not said again.
            leg.ringing = Some((status, body.filter(|_| !agreed)));
        }
        let again = self.core.config.calls.ringing_refresh;
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::Refresh), now, again);
        Ok(())
    }

    /// Says again that it rings.
    pub(super) fn refresh_ringing(&mut self, now: Instant, handle: LegHandle) {
        if let Some((status, body)) = self.legs.get(handle).and_then(|leg| leg.ringing.clone()) {
            // When the leg does not ring any more there is nothing to repeat.
            let _ = self.ring_call(now, handle, status, body);
        }
    }

    pub(super) fn accept_call(&mut self, now: Instant, handle: LegHandle, body: Body) -> Result<(), LegError> {
        let (id, mut response) = self.respond_call(handle, StatusCode::OK)?;
        let Some(leg) = self.legs.get_mut(handle) else { return Err(LegError::Gone) };
        if leg.provisional.holds_answer() {
            return Err(LegError::WrongState);
        }
        if leg.provisional.is_described() {
            leg.provisional.hold(body);
            return Ok(());
        }
        let wish = leg.session.asked;
        let body = self.last_word(handle, body);
        self.make_dialog(handle, id, &mut response, body);
        self.answer_session(now, handle, wish, &mut response);
        let unacked = self.answer_invite(now, id, &response, true);
        let Some(leg) = self.legs.get_mut(handle) else { return Err(LegError::Gone) };
        leg.incoming = None;
        leg.ringing = None;
        leg.phase = Phase::Established;
        for timer in [LegTimer::Ring, LegTimer::Refresh, LegTimer::Provisional, LegTimer::PrackWait] {
            self.core.timers.stop(TimerKey::Leg(handle, timer));
        }
        if let Some(unacked) = unacked {
            self.legs.await_ack(&mut self.core, now, handle, unacked);
        }
        Ok(())
    }

    /// Sends a 2xx to an INVITE, and says what to repeat until the ACK comes.
    pub(super) fn answer_invite(
        &mut self,
        now: Instant,
        id: ServerId,
        response: &Response,
        initial: bool,
    ) -> Option<Unacked> {
        let target = self.core.servers.reply_to(id)?;
        let offered = !self.core.servers.has_offer(id) && !response.body.is_empty();
        let wire = self.core.respond(now, id, response);
        let seq = response.headers.cseq().map_or(0, |cseq| cseq.seq);
        Some(Unacked { seq, wire, target, interval: self.core.config.timers.t1, initial, offered })
    }

    pub(super) fn reject_call(
        &mut self,
        now: Instant,
        handle: LegHandle,
        status: StatusCode,
        extra: Vec<(HeaderName, String)>,
    ) -> Result<(), LegError> {
        if status.class() < 3 {
            return Err(LegError::BadStatus);
        }
        self.refuse_call(now, handle, status, extra)?;
        self.legs.end(&mut self.core, now, handle, EndedBy::Local, EndReason::Rejected, Some(status));
        Ok(())
    }

    pub(super) fn challenge_call(&mut self, now: Instant, handle: LegHandle) -> Result<(), LegError> {
        let (id, _) = self.respond_call(handle, StatusCode::UNAUTHORIZED)?;
        let stale = self.legs.get(handle).is_some_and(|leg| leg.stale);
        let source = self.core.servers.reply_to(id).ok_or(LegError::WrongState)?.remote.ip();
        let extra = self.challenge_headers(now, source, stale);
        self.refuse_call(now, handle, StatusCode::UNAUTHORIZED, extra)?;
        let status = Some(StatusCode::UNAUTHORIZED);
        self.legs.end(&mut self.core, now, handle, EndedBy::Local, EndReason::Challenged, status);
        Ok(())
    }

    pub(super) fn challenge_headers(
        &mut self,
        now: Instant,
        source: std::net::IpAddr,
        stale: bool,
    ) -> Vec<(HeaderName, String)> {
        let challenges = self.auth.challenges(now, source, stale, &mut self.core.chance);
        challenges.into_iter().map(|params| (HeaderName::WwwAuthenticate, params.to_string())).collect()
    }

    /// Refuses the INVITE of a leg; its end is not told yet.
    pub(super) fn refuse_call(
        &mut self,
        now: Instant,
        handle: LegHandle,
        status: StatusCode,
        extra: Vec<(HeaderName, String)>,
    ) -> Result<(), LegError> {
        let (id, mut response) = self.respond_call(handle, status)?;
        push_all(&mut response, extra);
        self.core.respond(now, id, &response);
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.incoming = None;
        }
        Ok(())
    }

    pub(super) fn receive_cancel(&mut self, now: Instant, id: ServerId, request: &Request) {
        let Some(invite) = self.core.cancelled_invite(request) else {
            return self.refuse(now, id, request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new());
        };
        let handle = self.core.servers.leg(invite);
        let tag = handle.and_then(|handle| self.legs.get(handle)).map(|leg| leg.dialog.local_tag().to_owned());
        // The same tag as in the responses to the INVITE (RFC 3261 section 9.2).
        let tag = tag.unwrap_or_else(|| self.core.chance.tag());
        let response = self.core.response(request, StatusCode::OK, &tag);
        self.core.respond(now, id, &response);
        let Some(handle) = handle else { return };
        let Some(leg) = self.legs.live(handle) else { return };
        if leg.incoming == Some(invite) {
            let status = StatusCode::REQUEST_TERMINATED;
            // It waits for a response: that was just seen.
            let _ = self.refuse_call(now, handle, status, Vec::new());
            self.legs.end(&mut self.core, now, handle, EndedBy::Remote, EndReason::Cancelled, Some(status));
            self.legs.sweep(&mut self.core, handle);
        } else if leg.theirs.as_ref().is_some_and(|theirs| theirs.id == invite) {
            self.drop_reinvite(now, handle, StatusCode::REQUEST_TERMINATED);
        }
    }

    /// Nobody has answered an incoming call for too long.
    pub(super) fn incoming_times_out(&mut self, now: Instant, handle: LegHandle) {
        let status = StatusCode::TEMPORARILY_UNAVAILABLE;
        if self.refuse_call(now, handle, status, Vec::new()).is_ok() {
            self.legs.end(&mut self.core, now, handle, EndedBy::System, EndReason::RingTimeout, Some(status));
        }
    }

    /// An ACK for a 2xx.
    pub(super) fn receive_ack(&mut self, now: Instant, request: &Request) {
        let seq = request.headers.cseq().map_or(0, |cseq| cseq.seq);
        let handle = self.legs.find(request);
        let waits = handle.and_then(|it| self.legs.get(it)).and_then(|leg| leg.unacked.as_ref());
        let (Some(handle), true) = (handle, waits.is_some_and(|unacked| unacked.seq == seq)) else {
            self.core.counters.stray_acks += 1;
            return;
        };
        let Some(unacked) = self.legs.stop_await_ack(&mut self.core, handle) else { return };
        let Some(leg) = self.legs.get_mut(handle) else { return };
        if !leg.is_over() {
            let body = content::body_of(&request.headers, &request.body);
            if unacked.offered && body.is_some() {
                leg.heard.clone_from(&body);
            }
            let event = if unacked.initial {
                Event::Confirmed { leg: handle, body }
            } else {
                Event::ReinviteConfirmed { leg: handle, body }
            };
            self.core.event(event);
        } else if leg.bye_after_ack {
            leg.bye_after_ack = false;
            self.send_bye(now, handle);
        }
        self.legs.sweep(&mut self.core, handle);
    }

    /// No ACK came for a 2xx: the call is ended (RFC 3261 section 13.3.1.4).
    pub(super) fn ack_missing(&mut self, now: Instant, handle: LegHandle) {
        if self.legs.stop_await_ack(&mut self.core, handle).is_none() {
            return;
        }
        self.legs.end(&mut self.core, now, handle, EndedBy::System, EndReason::NoAck, None);
        self.send_bye(now, handle);
    }
}

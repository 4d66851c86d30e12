//! New offers inside of a dialog by re-INVITE or UPDATE, ours and theirs, and what happens when both come at once
//! (RFC 3261 section 14, RFC 3311 section 5).

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
use super::session_timer::{TooBrief, Wish};
use crate::body::Body;
use crate::message::{HeaderName, Method, Request, Response, StatusCode};

/// How long ours waits for theirs to be done with.
const LET_PAST: Duration = Duration::from_millis(500);

/// By what the other end offers a changed session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TheirsKind {
    Invite,
    Update,
    Prack,
}

/// The other end's re-INVITE, UPDATE or PRACK with an offer, while it has no final response.
pub(super) struct Theirs {
    pub id: ServerId,
    pub kind: TheirsKind,
    /// The early dialog that it is in, by its tag.
    pub early: Option<String>,
    /// What it says of session timers.
    pub wish: Wish,
    pub offer: Option<Body>,
}

/// Ours.
impl Endpoint {
    pub(super) fn start_reinvite(&mut self, now: Instant, handle: LegHandle, offer: Body) -> Result<(), LegError> {
        let leg = self.legs.live(handle).ok_or(LegError::Gone)?;
        if leg.phase != Phase::Established {
            // Before the answer there is only UPDATE.
            return self.start_update(now, handle, offer);
        }
        if leg.offer_pends() {
            return Err(LegError::Pending);
        }
        leg.ours = Some(OurReinvite::new(Method::Invite, offer));
        self.send_reinvite(now, handle);
        Ok(())
    }

    /// Sends it: the first time, with credentials, or after glare.
    pub(super) fn send_reinvite(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle) else { return };
        let terms = leg.session.terms(&self.core.config.calls);
        let Some(ours) = &mut leg.ours else { return };
        if leg.theirs.is_some() || leg.unacked.is_some() {
            // Theirs came while ours waited: it is let past.
            return self.core.set_timer(TimerKey::Leg(handle, LegTimer::Glare), now, LET_PAST);
        }
        let early = ours.early.as_deref().map(|tag| leg.outgoing.as_mut().and_then(|it| it.early_mut(tag)));
        let dialog = match early {
            None => &mut leg.dialog,
            Some(Some(early)) => &mut early.dialog,
            Some(None) => {
                leg.ours = None;
                return;
            }
        };
        let (mut request, hop) = dialog.request(ours.method.clone(), self.core.config.limits.max_forwards);
        ours.seq = dialog.local_seq;
        ours.login = leg.auth.authorize(ours.method.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, ours.login.clone());
        request.headers.push(HeaderName::Allow, leg.session.allow());
        request.headers.push(HeaderName::Supported, content::supported(&self.core.config));
        if leg.phase == Phase::Established {
            terms.ask(leg.session.raised, leg.session.agreed, &mut request.headers);
        }
        set_body(&mut request, Some(ours.offer.clone()));
        let seq = ours.seq;
        leg.requests += 1;
        let contact = OwnContact::of(&leg.dialog);
        if request.method == Method::Update {
            self.core.request(now, Owner::Update(handle, seq), request, &hop, contact);
            return;
        }
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

    pub(super) fn on_reinvite_accepted(&mut self, now: Instant, handle: LegHandle, seq: u32, response: &Response) {
        self.reinvite_done(handle, seq);
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let remote_tag = leg.dialog.remote_tag().unwrap_or_default().to_owned();
        if Legs::repeat_ack(&mut self.core, leg, seq, &remote_tag) {
            return;
        }
        leg.dialog.refresh_target(&response.headers);
        let dialog = leg.dialog.clone();
        Legs::acknowledge(&mut self.core, leg, AckName { leg: handle, seq, remote_tag }, &dialog, None);
        self.offer_accepted(now, handle, seq, response);
    }

    /// Our offer was answered, by a 2xx to a re-INVITE or an UPDATE.
    pub(super) fn offer_accepted(&mut self, now: Instant, handle: LegHandle, seq: u32, response: &Response) {
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(ours) = leg.ours.take_if(|ours| ours.seq == seq) else { return };
        let body = content::body_of(&response.headers, &response.body);
        leg.spoken = Some(ours.offer);
        let same = ours.refresh && (body.is_none() || body == leg.heard);
        if body.is_some() {
            leg.heard.clone_from(&body);
        }
        if leg.phase == Phase::Established {
            self.session_concluded(now, handle, response);
        }
        // Of what only refreshes, the owner knows nothing.
        if !same {
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
        if status == StatusCode::SESSION_INTERVAL_TOO_SMALL && leg.session.raise(&response.headers) {
            return self.send_reinvite(now, handle);
        }
        let (least, most) = if leg.dialog.owns_call_id { calls.glare_owner } else { calls.glare_other };
        let wait = match (status, response.headers.retry_after()) {
            (StatusCode::REQUEST_PENDING, _) => Some(self.core.chance.between(least, most)),
            // It has an offer of its own to answer first (RFC 3311 section 5.2).
            (StatusCode::SERVER_INTERNAL_ERROR, Some(seconds @ 0..=10)) => Some(Duration::from_secs(seconds.into())),
            _ => None,
        };
        if let Some(wait) = wait
            && ours.glares < calls.glare_attempts
        {
            ours.glares += 1;
            ours.seq = 0;
            return self.core.set_timer(TimerKey::Leg(handle, LegTimer::Glare), now, wait);
        }
        let (refresh, early) = (ours.refresh, ours.early.is_some());
        leg.ours = None;
        if is_gone(status) && !early && leg.phase == Phase::Established {
            return self.dialog_gone(now, handle, Some(status));
        }
        if refresh {
            return self.refresh_failed(now, handle);
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
        let Some(leg) = self.legs.live(handle) else { return };
        if leg.phase == Phase::Early || leg.theirs.is_some() {
            // The one before is not answered (RFC 3261 section 14.2).
            return self.refuse_for_now(now, id, request);
        }
        if leg.ours_is_out() || leg.our_offer_waits() {
            return self.refuse(now, id, request, StatusCode::REQUEST_PENDING, Vec::new());
        }
        let wish = match self.session_asked(handle, request) {
            Ok(wish) => wish,
            Err(brief) => return self.refuse_brief(now, id, request, brief),
        };
        let Some(leg) = self.legs.live(handle) else { return };
        let offer = content::body_of(&request.headers, &request.body);
        leg.theirs = Some(Theirs { id, kind: TheirsKind::Invite, early: None, wish, offer: offer.clone() });
        // Whoever goes on has our 2xx: its ACK was lost (RFC 5407 section 3.1.4).
        if let Some(unacked) = self.legs.stop_await_ack(&mut self.core, handle)
            && unacked.initial
        {
            self.core.event(Event::Confirmed { leg: handle, body: None });
        }
        let trying = self.core.response(request, StatusCode::TRYING, "");
        self.core.respond(now, id, &trying);
        self.their_offer(now, id, handle, request, offer);
    }

    /// Asks the owner what to say to a new offer.
    pub(super) fn their_offer(
        &mut self,
        now: Instant,
        id: ServerId,
        handle: LegHandle,
        request: &Request,
        offer: Option<Body>,
    ) {
        self.core.assign(id, handle);
        if let Some(leg) = self.legs.get_mut(handle) {
            let early = leg.theirs.as_ref().and_then(|theirs| theirs.early.clone());
            if let Some(dialog) = leg.dialog_of(early.as_deref()) {
                dialog.refresh_target(&request.headers);
            }
        }
        let wait = self.core.config.calls.reinvite_answer;
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::ReinviteAnswer), now, wait);
        self.core.event(Event::Reinvited { leg: handle, offer });
    }

    /// 500, and when to come back (RFC 3261 section 14.2, RFC 3311 section 5.2).
    pub(super) fn refuse_for_now(&mut self, now: Instant, id: ServerId, request: &Request) {
        let after = (self.core.chance.number() % 11).to_string();
        let extra = vec![(HeaderName::RetryAfter, after)];
        self.refuse(now, id, request, StatusCode::SERVER_INTERNAL_ERROR, extra);
    }

    /// 422, and the least that we allow (RFC 4028 section 9).
    pub(super) fn refuse_brief(&mut self, now: Instant, id: ServerId, request: &Request, brief: TooBrief) {
        let extra = vec![(HeaderName::MinSe, brief.min_se.to_string())];
        self.refuse(now, id, request, StatusCode::SESSION_INTERVAL_TOO_SMALL, extra);
    }

    pub(super) fn answer_reinvite(&mut self, now: Instant, handle: LegHandle, body: Body) -> Result<(), LegError> {
        let (id, mut response) = self.respond_reinvite(handle, StatusCode::OK)?;
        let Some(leg) = self.legs.get_mut(handle) else { return Err(LegError::Gone) };
        let Some(theirs) = leg.theirs.take() else { return Err(LegError::WrongState) };
        leg.spoken = Some(body.clone());
        if theirs.offer.is_some() {
            leg.heard = theirs.offer;
        }
        let timed = leg.phase == Phase::Established && theirs.kind != TheirsKind::Prack;
        self.core.timers.stop(TimerKey::Leg(handle, LegTimer::ReinviteAnswer));
        self.make_dialog(handle, id, &mut response, Some(body));
        // The routes of a dialog never change.
        response.headers.remove(&HeaderName::RecordRoute);
        if timed {
            self.answer_session(now, handle, theirs.wish, &mut response);
        }
        if theirs.kind == TheirsKind::Invite {
            let unacked = self.answer_invite(now, id, &response, false);
            if let Some(unacked) = unacked {
                self.legs.await_ack(&mut self.core, now, handle, unacked);
            }
        } else {
            self.core.respond(now, id, &response);
            self.provisional_goes_on(now, handle);
        }
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
        self.core.timers.stop(TimerKey::Leg(handle, LegTimer::ReinviteAnswer));
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.theirs = None;
        }
        self.provisional_goes_on(now, handle);
        Ok(())
    }

    fn respond_reinvite(&self, handle: LegHandle, status: StatusCode) -> Result<(ServerId, Response), LegError> {
        let leg = self.legs.get(handle).ok_or(LegError::Gone)?;
        let id = leg.theirs.as_ref().ok_or(LegError::WrongState)?.id;
        let response = self.core.response_to_invite(id, status, leg.dialog.local_tag()).ok_or(LegError::WrongState)?;
        Ok((id, response))
    }

    /// The owner is late with its answer.
    pub(super) fn reinvite_unanswered(&mut self, now: Instant, handle: LegHandle) {
        let kind = self.legs.get(handle).and_then(|leg| leg.theirs.as_ref()).map(|theirs| theirs.kind);
        // RFC 3311 section 5.2: an UPDATE that needs longer than its transaction.
        let late = if kind == Some(TheirsKind::Update) {
            StatusCode::SERVER_TIMEOUT
        } else {
            StatusCode::SERVER_INTERNAL_ERROR
        };
        self.drop_reinvite(now, handle, late);
    }

    /// Refuses their re-INVITE without being asked: it was taken back, the owner is late, or the call ends. The owner
    /// Refuses their re-INVITE or UPDATE without being asked: it was taken back, or the owner is late, who hears of it.
    pub(super) fn drop_reinvite(&mut self, now: Instant, handle: LegHandle, status: StatusCode) {
        if self.refuse_reinvite(now, handle, status).is_ok() && self.legs.live(handle).is_some() {
            self.core.event(Event::ReinviteCancelled { leg: handle });
        }
    }
}

impl OurReinvite {
    pub(super) const fn new(method: Method, offer: Body) -> Self {
        Self { method, offer, early: None, refresh: false, seq: 0, login: Vec::new(), logins: 0, glares: 0 }
    }
}

impl Endpoint {
    /// Whether a request of theirs asks for a session that we can keep up.
    pub(super) fn session_asked(&mut self, handle: LegHandle, request: &Request) -> Result<Wish, TooBrief> {
        let wish = Wish::of(&request.headers);
        let Some(leg) = self.legs.live(handle) else { return Ok(wish) };
        let allow = request.headers.allow();
        if !allow.is_empty() {
            leg.session.learn(&allow);
        }
        leg.session.terms(&self.core.config.calls).accept(wish, leg.session.agreed)?;
        Ok(wish)
    }
}

//! UPDATE (RFC 3311), and the refreshing of sessions by it or by re-INVITE (RFC 4028 sections 7.4 and 10).

use std::time::{Duration, Instant};

use super::Endpoint;
use super::call::{LegError, LegHandle};
use super::client::{Failure, OwnContact};
use super::content;
use super::core::{LegTimer, Owner, TimerKey};
use super::event::{EndReason, EndedBy, Event};
use super::in_dialog::is_gone;
use super::leg::{Leg, OurReinvite, Phase, push_login};
use super::provisional::Exchange;
use super::reinvite::{Theirs, TheirsKind};
use super::server::ServerId;
use super::session_timer::{Agreed, Terms, Wish};
use crate::body::Body;
use crate::message::{HeaderName, Method, Request, Response, StatusCode};

/// How long a refresh waits for whatever else is under way.
const LET_PAST: Duration = Duration::from_secs(1);

/// Ours.
impl Endpoint {
    /// Offers a changed session by UPDATE.
    pub(super) fn start_update(&mut self, now: Instant, handle: LegHandle, offer: Body) -> Result<(), LegError> {
        let leg = self.legs.live(handle).ok_or(LegError::Gone)?;
        let spared = leg.session.no_update;
        let early = match (leg.phase, &mut leg.outgoing) {
            (Phase::Established, _) => leg.session.updates.then_some(None),
            (_, Some(outgoing)) => {
                let shown =
                    outgoing.shown_mut().filter(|early| early.updates && !spared && early.exchange == Exchange::Done);
                shown.map(|early| Some(early.tag().to_owned()))
            }
            (_, None) => {
                let agreed = leg.provisional.exchange == Exchange::Done && !leg.provisional.is_described();
                (agreed && leg.session.updates && !leg.provisional.holds_answer()).then_some(None)
            }
        };
        let early = early.ok_or(LegError::WrongState)?;
        if leg.offer_pends() {
            return Err(LegError::Pending);
        }
        leg.ours = Some(OurReinvite { early, ..OurReinvite::new(Method::Update, offer) });
        self.send_reinvite(now, handle);
        Ok(())
    }

    /// An UPDATE of ours has its final response, or will have none.
    pub(super) fn on_update_done(
        &mut self,
        now: Instant,
        handle: LegHandle,
        seq: u32,
        outcome: Result<&Response, Failure>,
    ) {
        let Some(leg) = self.legs.live(handle) else { return };
        if leg.session.refresh == Some(seq) {
            leg.session.refresh = None;
            return self.on_refresh_done(now, handle, outcome);
        }
        let Some(ours) = leg.ours.as_mut().filter(|ours| ours.seq == seq) else { return };
        let early = ours.early.clone();
        let established = leg.phase == Phase::Established;
        match outcome {
            Ok(response) if response.status.is_success() => {
                if let Some(dialog) = leg.dialog_of(early.as_deref()) {
                    dialog.refresh_target(&response.headers);
                }
                self.offer_accepted(now, handle, seq, response);
            }
            // It does not know the method after all.
            Ok(response) if established && is_unknown(response.status) => {
                leg.session.updates = false;
                ours.method = Method::Invite;
                self.send_reinvite(now, handle);
            }
            Ok(response) => self.on_reinvite_refused(now, handle, seq, response),
            Err(_) if established => self.on_reinvite_failed(now, handle, seq),
            Err(_) => {
                leg.ours = None;
                self.core.event(Event::ReinviteFailed { leg: handle, status: StatusCode::REQUEST_TIMEOUT });
            }
        }
    }
}

/// Theirs.
impl Endpoint {
    /// An UPDATE, in the dialog of a leg or in an early one of those that a call of ours has.
    pub(super) fn receive_update(
        &mut self,
        now: Instant,
        id: ServerId,
        handle: LegHandle,
        early: Option<&str>,
        request: &Request,
    ) {
        let offer = content::body_of(&request.headers, &request.body);
        let Some(leg) = self.legs.live(handle) else { return };
        if offer.is_some() {
            let theirs = match leg.phase {
                Phase::Established => Standing::of(leg),
                _ => Standing::before_the_answer(leg, early),
            };
            match theirs {
                Standing::Free => {}
                Standing::Theirs => return self.refuse_for_now(now, id, request),
                Standing::Ours => return self.refuse(now, id, request, StatusCode::REQUEST_PENDING, Vec::new()),
            }
        }
        let wish = match self.session_asked(handle, request) {
            Ok(wish) => wish,
            Err(brief) => return self.refuse_brief(now, id, request, brief),
        };
        let Some(leg) = self.legs.live(handle) else { return };
        if offer.is_some() {
            let early = early.map(str::to_owned);
            leg.theirs = Some(Theirs { id, kind: TheirsKind::Update, early, wish, offer: offer.clone() });
            return self.their_offer(now, id, handle, request, offer);
        }
        let established = leg.phase == Phase::Established;
        if let Some(dialog) = leg.dialog_of(early) {
            dialog.refresh_target(&request.headers);
        }
        let tag = leg.dialog.local_tag().to_owned();
        let mut response = self.core.response(request, StatusCode::OK, &tag);
        self.make_dialog(handle, id, &mut response, None);
        response.headers.remove(&HeaderName::RecordRoute);
        if established {
            self.answer_session(now, handle, wish, &mut response);
        }
        self.core.respond(now, id, &response);
    }
}

/// Whose offer waits for its answer.
enum Standing {
    Free,
    Ours,
    Theirs,
}

impl Standing {
    /// RFC 3311 section 5.2.
    fn of(leg: &Leg) -> Self {
        if leg.theirs.is_some() {
            Self::Theirs
        } else if leg.ours_is_out() || leg.our_offer_waits() {
            Self::Ours
        } else {
            Self::Free
        }
    }

    /// The same before the first INVITE has its 2xx.
    fn before_the_answer(leg: &mut Leg, early: Option<&str>) -> Self {
        let exchange = match (early, &mut leg.outgoing) {
            (Some(tag), Some(outgoing)) => outgoing.early_mut(tag).map(|early| early.exchange),
            _ => Some(leg.provisional.exchange),
        };
        let we_called = leg.outgoing.as_ref().map(|outgoing| outgoing.call.body.is_some());
        match (exchange, we_called) {
            (Some(Exchange::Done), _) => Self::of(leg),
            // Our INVITE's offer has no answer; theirs, in a provisional response, has none of ours.
            // Or our offer went out in a provisional response.
            (_, Some(true)) | (Some(Exchange::Offered), None) => Self::Ours,
            // Or their INVITE's waits for us.
            (_, Some(false) | None) => Self::Theirs,
        }
    }
}

/// Session timers.
impl Endpoint {
    /// Says in a 2xx of ours what is agreed on, and keeps to it.
    pub(super) fn answer_session(&mut self, now: Instant, handle: LegHandle, wish: Wish, response: &mut Response) {
        let Some(leg) = self.legs.get(handle) else { return };
        let terms = leg.session.terms(&self.core.config.calls);
        // One that is too brief was refused before.
        let agreed = terms.accept(wish, leg.session.agreed).ok().flatten();
        if let Some(agreed) = agreed {
            Terms::answer(wish, agreed, &mut response.headers);
        }
        self.run_session(now, handle, agreed);
    }

    /// A 2xx to a request of ours says what is agreed on.
    pub(super) fn session_concluded(&mut self, now: Instant, handle: LegHandle, response: &Response) {
        let Some(leg) = self.legs.live(handle) else { return };
        let allow = response.headers.allow();
        if !allow.is_empty() {
            leg.session.learn(&allow);
        }
        leg.session.raises = 0;
        let agreed = leg.session.terms(&self.core.config.calls).conclude(Wish::of(&response.headers));
        self.run_session(now, handle, agreed);
    }

    fn run_session(&mut self, now: Instant, handle: LegHandle, agreed: Option<Agreed>) {
        let Some(leg) = self.legs.live(handle) else { return };
        leg.session.agreed = agreed;
        let (refresh, expiry) =
            (TimerKey::Leg(handle, LegTimer::SessionRefresh), TimerKey::Leg(handle, LegTimer::SessionExpiry));
        self.core.timers.stop(refresh);
        self.core.timers.stop(expiry);
        if let Some(agreed) = agreed {
            self.core.set_timer(expiry, now, agreed.ends_after());
            if agreed.by_us {
                self.core.set_timer(refresh, now, agreed.refresh_after());
            }
        }
    }

    /// Half of the session interval is over, and it is for us to refresh it.
    pub(super) fn refresh_session(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle).filter(|leg| leg.phase == Phase::Established) else { return };
        if leg.session.refresh.is_some() {
            return;
        }
        if leg.offer_pends() {
            // What is under way refreshes it too, when it succeeds.
            return self.core.set_timer(TimerKey::Leg(handle, LegTimer::SessionRefresh), now, LET_PAST);
        }
        match leg.spoken.clone().filter(|_| !leg.session.updates) {
            Some(offer) => {
                leg.ours = Some(OurReinvite { refresh: true, ..OurReinvite::new(Method::Invite, offer) });
                self.send_reinvite(now, handle);
            }
            None => self.send_refresh(now, handle),
        }
    }

    /// An UPDATE without an offer: it changes nothing and so can cross anything.
    pub(super) fn send_refresh(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle) else { return };
        let (mut request, hop) = leg.dialog.request(Method::Update, self.core.config.limits.max_forwards);
        leg.session.refresh = Some(leg.dialog.local_seq);
        let seq = leg.dialog.local_seq;
        let login = leg.auth.authorize(request.method.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, login);
        request.headers.push(HeaderName::Allow, leg.session.allow());
        request.headers.push(HeaderName::Supported, content::supported(&self.core.config));
        let terms = leg.session.terms(&self.core.config.calls);
        terms.ask(leg.session.raised, leg.session.agreed, &mut request.headers);
        leg.requests += 1;
        let contact = OwnContact::of(&leg.dialog);
        self.core.request(now, Owner::Update(handle, seq), request, &hop, contact);
    }

    fn on_refresh_done(&mut self, now: Instant, handle: LegHandle, outcome: Result<&Response, Failure>) {
        let attempts = self.core.config.limits.max_auth_attempts;
        let Ok(response) = outcome else { return self.dialog_gone(now, handle, None) };
        let Some(leg) = self.legs.live(handle) else { return };
        let status = response.status;
        if status.is_success() {
            leg.session.logins = 0;
            leg.dialog.refresh_target(&response.headers);
            return self.session_concluded(now, handle, response);
        }
        if let Some((challenges, proxy)) = content::challenges(response)
            && leg.session.logins < attempts
            && leg.auth.challenged(&challenges, proxy)
        {
            leg.session.logins += 1;
            return self.send_refresh(now, handle);
        }
        if status == StatusCode::SESSION_INTERVAL_TOO_SMALL && leg.session.raise(&response.headers) {
            return self.send_refresh(now, handle);
        }
        if is_gone(status) {
            return self.dialog_gone(now, handle, Some(status));
        }
        if is_unknown(status) && leg.session.updates && leg.spoken.is_some() {
            leg.session.updates = false;
            return self.refresh_session(now, handle);
        }
        self.refresh_failed(now, handle);
    }

    /// A refresh was refused: it is tried again until the session is over.
    pub(super) fn refresh_failed(&mut self, now: Instant, handle: LegHandle) {
        let Some(agreed) = self.legs.live(handle).and_then(|leg| leg.session.agreed) else { return };
        let wait = (agreed.refresh_after() / 8).max(LET_PAST);
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::SessionRefresh), now, wait);
    }

    /// Nobody has refreshed the session (RFC 4028 section 10).
    pub(super) fn session_expires(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle) else { return };
        leg.session.refresh = None;
        self.legs.end(&mut self.core, now, handle, EndedBy::System, EndReason::SessionExpired, None);
        self.send_bye(now, handle);
    }
}

/// Does this refusal mean that the other end does not know the method?
fn is_unknown(status: StatusCode) -> bool {
    matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED)
}

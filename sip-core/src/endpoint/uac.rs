//! Calls that we place, until they are answered or refused (RFC 3261 sections 13.2 and 9.1).

use std::collections::VecDeque;
use std::time::Instant;

use super::Endpoint;
use super::call::{InviteError, LegError, LegHandle, OutgoingCall};
use super::client::{AckName, Failure, OwnContact};
use super::content;
use super::core::{Core, LegTimer, Owner, TimerKey};
use super::early::Early;
use super::event::{EndReason, EndedBy, Event, Reliable};
use super::leg::{Cancel, Leg, Legs, Outgoing, Phase, SentAck, push_login, set_body};
use super::provisional::{Exchange, RELIABLE};
use super::registrations::OwnRegistration;
use crate::body::Body;
use crate::dialog::{Dialog, Hop};
use crate::digest::ClientAuth;
use crate::flow::Flow;
use crate::message::{HeaderName, Method, NameAddr, Request, Response, StatusCode, Uri};

/// Headers that a caller of [`Endpoint::invite`] cannot set.
const OURS: [HeaderName; 16] = [
    HeaderName::Via,
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
    HeaderName::Contact,
    HeaderName::MaxForwards,
    HeaderName::ContentLength,
    HeaderName::ContentType,
    HeaderName::Route,
    HeaderName::RecordRoute,
    HeaderName::Authorization,
    HeaderName::ProxyAuthorization,
    HeaderName::Allow,
    HeaderName::Supported,
    HeaderName::UserAgent,
];

impl Endpoint {
    pub(super) fn place_call(&mut self, now: Instant, call: OutgoingCall) -> Result<LegHandle, InviteError> {
        let max_forwards = call.max_forwards.unwrap_or(self.core.config.limits.max_forwards);
        if max_forwards == 0 {
            return Err(InviteError::TooManyHops);
        }
        let hop = call.route.as_ref().or(call.routes.first().map(|it| &it.uri)).unwrap_or(&call.target);
        if !hop.is_sip() && call.via_flow.is_none() {
            return Err(InviteError::BadTarget);
        }
        if self.legs.active() >= self.core.config.limits.max_legs || self.core.is_full(1) {
            return Err(InviteError::Overloaded);
        }
        let handle = LegHandle(self.core.new_id());
        let mut remote = call.to.clone().unwrap_or_else(|| NameAddr::new(bare(&call.target)));
        remote.params.remove("tag");
        // Proxies that are known to be on the way are the first hop.
        let flow = call.via_flow.filter(|_| call.routes.is_empty());
        let user = call.from.uri.username().map(std::borrow::Cow::into_owned);
        let dialog = Dialog {
            call_id: call.call_id.clone().unwrap_or_else(|| self.core.chance.long_token()),
            local: call.from.clone().with_tag(&self.core.chance.tag()),
            remote,
            local_seq: 0,
            remote_seq: None,
            target: call.target.clone(),
            routes: Vec::new(),
            follows_flow: flow.is_some(),
            pinned: flow,
            contact_user: call.contact_user.clone().or(user),
            contact_feature: call.contact_feature,
            owns_call_id: true,
        };
        let mut leg = Leg::new(dialog, ClientAuth::new(call.credentials.clone()));
        leg.session.off = !call.session_timer;
        leg.session.no_update = !call.update;
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::Ring), now, call.ring_timeout);
        leg.outgoing = Some(Box::new(Outgoing {
            tried: vec![call.target.clone()],
            call,
            client: None,
            seq: 0,
            login: Vec::new(),
            logins: 0,
            cancel: Cancel::No,
            redirects: VecDeque::new(),
            answered: false,
            early: Vec::new(),
            branches: 0,
            shown: None,
        }));
        self.legs.insert(handle, leg);
        self.send_invite(now, handle);
        Ok(handle)
    }

    /// Sends the INVITE to the current target: the first time, with credentials, or where a 3xx sent us.
    fn send_invite(&mut self, now: Instant, handle: LegHandle) {
        self.leave_early(now, handle, None);
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let Some(outgoing) = &mut leg.outgoing else { return };
        // The numbers that were used in early dialogs are not used again.
        let used = outgoing.early.drain(..).map(|early| early.dialog.local_seq).max();
        leg.dialog.local_seq = leg.dialog.local_seq.max(used.unwrap_or(0));
        outgoing.shown = None;
        let limit = outgoing.call.max_forwards.unwrap_or(self.core.config.limits.max_forwards);
        let (mut request, mut hop) = leg.dialog.request(Method::Invite, limit);
        request.uri.headers = None;
        let registered = outgoing.call.registration.and_then(|handle| self.registrations.get(&handle));
        let service_route = registered.map_or(&[][..], OwnRegistration::service_route);
        route_first(&outgoing.call, service_route, &mut request, &mut hop);
        outgoing.seq = leg.dialog.local_seq;
        outgoing.login = leg.auth.authorize(Method::Invite.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, outgoing.login.clone());
        request.headers.push(HeaderName::Allow, leg.session.allow());
        let terms = leg.session.terms(&self.core.config.calls);
        let extensions = content::extensions(outgoing.call.reliable != Reliable::No, terms.are_on());
        request.headers.push(HeaderName::Supported, extensions);
        if outgoing.call.reliable == Reliable::Required {
            request.headers.push(HeaderName::Require, RELIABLE);
        }
        terms.ask(leg.session.raised, None, &mut request.headers);
        for (name, value) in outgoing.call.headers.iter().filter(|(name, _)| !OURS.contains(name)) {
            request.headers.push(name.clone(), value.as_str());
        }
        set_body(&mut request, outgoing.call.body.clone());
        leg.requests += 1;
        let contact = OwnContact::of(&leg.dialog);
        outgoing.client = Some(self.core.request(now, Owner::Invite(handle), request, &hop, contact));
    }

    pub(super) fn on_invite_progress(&mut self, now: Instant, handle: LegHandle, response: &Response, flow: Flow) {
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let Some(outgoing) = &mut leg.outgoing else { return };
        if leg.phase == Phase::Over {
            if outgoing.cancel == Cancel::Wanted {
                send_cancel(&mut self.core, now, handle, outgoing);
            }
        } else if response.status != StatusCode::TRYING && leg.phase == Phase::Early {
            self.early_response(now, handle, response, flow);
        }
    }

    /// A 2xx to the INVITE: the first one, the same again, or that of another branch.
    pub(super) fn on_invite_accepted(&mut self, now: Instant, handle: LegHandle, response: &Response, flow: Flow) {
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let remote_tag = response.headers.to().ok().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default();
        let Some(outgoing) = &mut leg.outgoing else { return };
        let seq = outgoing.seq;
        if Legs::repeat_ack(&mut self.core, leg, seq, &remote_tag) {
            return;
        }
        let Some(outgoing) = &mut leg.outgoing else { return };
        let name = AckName { leg: handle, seq, remote_tag };
        if !outgoing.answered {
            outgoing.answered = true;
            outgoing.client = None;
            let place = outgoing.early.iter().position(|early| early.tag() == name.remote_tag);
            let early = place.map(|place| outgoing.early.remove(place));
            if let Some(early) = &early {
                leg.dialog = early.dialog.clone();
            }
            leg.dialog.adopt(response, flow);
            self.core.timers.stop(TimerKey::Leg(handle, LegTimer::CancelGiveUp));
            self.leave_early(now, handle, Some(&name.remote_tag));
            return self.answered(now, name, response, early);
        }
        if leg.dialog.remote_tag().unwrap_or_default() == name.remote_tag {
            // Its ACK could not be sent before.
            let dialog = leg.dialog.clone();
            return Legs::acknowledge(&mut self.core, leg, name, &dialog, None);
        }
        self.end_extra_branch(now, name, response, flow);
    }

    /// `early` is the dialog that the branch had before.
    fn answered(&mut self, now: Instant, name: AckName, response: &Response, early: Option<Early>) {
        let handle = name.leg;
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let dialog = leg.dialog.clone();
        if leg.phase == Phase::Over {
            // The answer crossed our CANCEL.
            Legs::acknowledge(&mut self.core, leg, name, &dialog, None);
            return self.send_bye(now, handle);
        }
        leg.phase = Phase::Established;
        self.core.timers.stop(TimerKey::Leg(handle, LegTimer::Ring));
        let said = content::body_of(&response.headers, &response.body);
        let call = leg.outgoing.as_ref();
        let offer = call.and_then(|outgoing| outgoing.call.body.clone());
        let shown = early.as_ref().is_some_and(|early| call.and_then(|it| it.shown) == Some(early.branch));
        let agreed = early.as_ref().is_some_and(|early| early.exchange == Exchange::Done);
        let before = early.and_then(|early| early.session);
        leg.heard = if agreed { before.clone() } else { said.clone().or(before.clone()) };
        // After a reliable answer there are only repetitions of it (RFC 3261 section 13.2.1).
        let said = said.filter(|_| !agreed);
        let body = said.or(before.filter(|_| !shown && (agreed || offer.is_some())));
        if offer.is_some() {
            leg.spoken = leg.spoken.take().or(offer.clone());
        }
        if offer.is_some() || agreed || body.is_none() {
            Legs::acknowledge(&mut self.core, leg, name, &dialog, None);
        } else {
            leg.acks.push(SentAck::owed(name));
            let wait = self.core.config.calls.late_answer;
            self.core.set_timer(TimerKey::Leg(handle, LegTimer::LateAnswer), now, wait);
        }
        self.session_concluded(now, handle, response);
        self.core.event(Event::Answered { leg: handle, body });
    }

    /// Another branch of a forked INVITE has answered too: it is acknowledged and ended (RFC 3261 section 13.2.2.4).
    fn end_extra_branch(&mut self, now: Instant, name: AckName, response: &Response, flow: Flow) {
        let (max_forks, max_forwards) = (self.core.config.limits.max_forks, self.core.config.limits.max_forwards);
        let Some(leg) = self.legs.get_mut(name.leg) else { return };
        if leg.acks.len() > max_forks {
            return;
        }
        let rang = leg.outgoing.as_mut().and_then(|outgoing| outgoing.early_mut(&name.remote_tag));
        let seq = rang.map_or(name.seq, |early| early.dialog.local_seq);
        let mut branch = leg.dialog.clone();
        // Another dialog: its requests are numbered on their own.
        branch.local_seq = seq;
        branch.pinned = leg.outgoing.as_ref().and_then(|outgoing| outgoing.call.via_flow);
        branch.follows_flow = branch.pinned.is_some();
        branch.adopt(response, flow);
        Legs::acknowledge(&mut self.core, leg, name, &branch, None);
        let (mut bye, hop) = branch.request(Method::Bye, max_forwards);
        let login = leg.auth.authorize(Method::Bye.as_str(), &bye.uri.to_string(), &mut self.core.chance);
        push_login(&mut bye, login);
        self.core.request(now, Owner::ForkBye, bye, &hop, OwnContact::Without);
    }

    /// A refusal of the INVITE.
    pub(super) fn on_invite_refused(&mut self, now: Instant, handle: LegHandle, response: &Response) {
        self.core.timers.stop(TimerKey::Leg(handle, LegTimer::CancelGiveUp));
        let limits = self.core.config.limits.clone();
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(outgoing) = &mut leg.outgoing else { return };
        outgoing.client = None;
        let status = response.status;
        let challenged = content::challenges(response);
        let mut reason = EndReason::Rejected;
        if status == StatusCode::SESSION_INTERVAL_TOO_SMALL && leg.session.raise(&response.headers) {
            return self.send_invite(now, handle);
        }
        if let Some((challenges, proxy)) = challenged {
            if outgoing.logins < limits.max_auth_attempts && leg.auth.challenged(&challenges, proxy) {
                outgoing.logins += 1;
                return self.send_invite(now, handle);
            }
            reason = EndReason::Unauthorized;
        }
        if status.is_redirect() {
            let limit = outgoing.call.max_redirects.unwrap_or(limits.max_redirects);
            outgoing.take_redirects(response, limit);
        }
        // A refusal by one of the places where we were sent: on to the next, unless it was a refusal everywhere.
        let next = if status.class() == 6 { None } else { outgoing.redirects.pop_front() };
        if let Some(next) = next {
            outgoing.tried.push(next.clone());
            leg.dialog.target = next;
            leg.dialog.pinned = None;
            leg.dialog.follows_flow = false;
            return self.send_invite(now, handle);
        }
        self.legs.end(&mut self.core, now, handle, EndedBy::Remote, reason, Some(status));
    }

    pub(super) fn on_invite_failed(&mut self, now: Instant, handle: LegHandle, failure: Failure) {
        self.core.timers.stop(TimerKey::Leg(handle, LegTimer::CancelGiveUp));
        let reason = match failure {
            Failure::NoResponse => EndReason::NoResponse,
            Failure::Unreachable => EndReason::TransportFailed,
            Failure::Unresolved => EndReason::Unresolved,
        };
        self.legs.end(&mut self.core, now, handle, EndedBy::System, reason, None);
    }

    /// No branch of an answered INVITE will answer any more.
    pub(super) fn on_invite_forgotten(&mut self, handle: LegHandle) {
        let Some(leg) = self.legs.get_mut(handle) else { return };
        if let Some(outgoing) = leg.outgoing.take_if(|outgoing| outgoing.answered) {
            leg.acks.retain(|ack| ack.seq != outgoing.seq || ack.late_answer);
        }
    }

    /// Takes an unanswered call back.
    pub(super) fn cancel_call(&mut self, now: Instant, handle: LegHandle) {
        let Some(outgoing) = self.legs.get_mut(handle).and_then(|leg| leg.outgoing.as_mut()) else { return };
        let Some(client) = outgoing.client else { return };
        self.core.stop_trying(client);
        if self.core.clients.is_unsent(client) {
            self.core.abandon(client);
        } else if self.core.clients.is_unanswered(client) {
            outgoing.cancel = Cancel::Wanted;
        } else {
            send_cancel(&mut self.core, now, handle, outgoing);
        }
    }

    /// No final response came after the CANCEL (RFC 3261 section 9.1).
    pub(super) fn cancel_gives_up(&mut self, handle: LegHandle) {
        let client = self.legs.get(handle).and_then(|leg| leg.outgoing.as_ref()).and_then(|outgoing| outgoing.client);
        if let Some(client) = client {
            self.core.abandon(client);
        }
    }

    pub(super) fn acknowledge_call(&mut self, now: Instant, handle: LegHandle, answer: Body) -> Result<(), LegError> {
        if self.answer_early_offer(now, handle, &answer) {
            return Ok(());
        }
        self.give_answer(handle, Some(answer))
    }

    pub(super) fn give_answer(&mut self, handle: LegHandle, answer: Option<Body>) -> Result<(), LegError> {
        let leg = self.legs.get_mut(handle).ok_or(LegError::Gone)?;
        let owed = leg.acks.iter().find(|ack| ack.late_answer).ok_or(LegError::WrongState)?;
        let name = AckName { leg: handle, seq: owed.seq, remote_tag: owed.remote_tag.clone() };
        self.core.timers.stop(TimerKey::Leg(handle, LegTimer::LateAnswer));
        let dialog = leg.dialog.clone();
        leg.spoken = answer.clone().or(leg.spoken.take());
        Legs::acknowledge(&mut self.core, leg, name, &dialog, answer);
        Ok(())
    }

    /// An ACK of ours went out, or could not.
    pub(super) fn on_acked(&mut self, name: &AckName, transmit: Option<crate::flow::Transmit>) {
        let Some(leg) = self.legs.get_mut(name.leg) else { return };
        if transmit.is_none() {
            // The 2xx comes again: then it is tried anew.
            leg.acks.retain(|ack| ack.seq != name.seq || ack.remote_tag != name.remote_tag);
        } else if let Some(ack) = leg.ack_mut(name.seq, &name.remote_tag) {
            ack.transmit = transmit;
        }
    }
}

/// The way of an INVITE (RFC 3261 section 8.1.2): by the outbound proxy, by what the carrier's registrar has named (RFC
/// 3608), and by what a phone registered through (RFC 3327).
fn route_first(call: &OutgoingCall, service_route: &[NameAddr], request: &mut Request, hop: &mut Hop) {
    let routes: Vec<&NameAddr> = service_route.iter().chain(&call.routes).collect();
    match (&call.route, routes.first()) {
        (Some(proxy), first) => {
            let named_twice = first.is_some_and(|first| first.uri.equivalent(proxy));
            if proxy.is_loose_router() && !named_twice {
                request.headers.push(HeaderName::Route, NameAddr::new(proxy.clone()).to_string());
            }
            hop.uri = proxy.clone();
        }
        (None, Some(first)) => hop.uri = first.uri.clone(),
        (None, None) => {}
    }
    for route in routes {
        request.headers.push(HeaderName::Route, route.to_string());
    }
}

fn send_cancel(core: &mut Core, now: Instant, handle: LegHandle, outgoing: &mut Outgoing) {
    let Some(client) = outgoing.client else { return };
    outgoing.cancel = Cancel::Sent;
    core.cancel(now, client);
    core.set_timer(TimerKey::Leg(handle, LegTimer::CancelGiveUp), now, core.config.timers.t1 * 64);
}

/// A target as a To header shows it: without what only concerns its routing.
fn bare(uri: &Uri) -> Uri {
    let mut uri = uri.clone();
    uri.headers = None;
    for name in ["transport", "maddr", "ttl", "method", "lr", "ob"] {
        uri.params.remove(name);
    }
    uri
}

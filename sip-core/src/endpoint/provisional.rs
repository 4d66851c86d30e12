//! Provisional responses of ours that are confirmed by PRACK (RFC 3262 section 3).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Endpoint;
use super::call::{LegError, LegHandle};
use super::content;
use super::core::{LegTimer, TimerKey};
use super::event::{EndReason, EndedBy, Event, Reliable};
use super::reinvite::{Theirs, TheirsKind};
use super::server::ServerId;
use super::session_timer::Wish;
use crate::body::Body;
use crate::flow::Target;
use crate::message::{HeaderName, Headers, Method, Request, StatusCode};

/// The option tag.
pub(super) const RELIABLE: &str = "100rel";
/// Provisional responses that wait for the PRACK of the one before.
const MAX_WAITING: usize = 4;

/// How far the first offer and answer of a dialog are (RFC 3261 section 13.2.1, RFC 6337 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Exchange {
    /// No reliable message has answered the offer, or brought one.
    #[default]
    Open,
    /// A reliable provisional response brought an offer, which is not answered.
    Offered,
    /// Both have met.
    Done,
}

/// The provisional responses of an incoming leg.
#[derive(Default)]
pub(super) struct Provisional {
    /// What the caller can do, or demands.
    pub reliable: Reliable,
    pub exchange: Exchange,
    /// The RSeq of the last one.
    rseq: u32,
    /// The last one, until its PRACK.
    open: Option<Open>,
    waiting: VecDeque<(StatusCode, Option<Body>)>,
    /// The owner's answer, held back until the PRACK (RFC 3262 section 3).
    held: Option<Body>,
}

/// One that was sent and not confirmed.
struct Open {
    /// The INVITE's CSeq.
    seq: u32,
    wire: Bytes,
    target: Target,
    interval: Duration,
    /// It has a session description,
    described: bool,
    /// and that is our offer.
    offered: bool,
}

impl Provisional {
    pub(super) fn new(headers: &Headers) -> Self {
        let tag = |list: Vec<&str>| list.iter().any(|tag| tag.eq_ignore_ascii_case(RELIABLE));
        let reliable = if tag(headers.require()) {
            Reliable::Required
        } else if tag(headers.supported()) {
            Reliable::Supported
        } else {
            Reliable::No
        };
        Self { reliable, ..Self::default() }
    }

    /// The owner has answered, and the 2xx waits.
    pub(super) const fn holds_answer(&self) -> bool {
        self.held.is_some()
    }

    /// A reliable response with a session description waits for its PRACK.
    pub(super) fn is_described(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.described)
    }

    /// Keeps back what cannot be sent yet.
    pub(super) fn hold(&mut self, answer: Body) {
        self.waiting.clear();
        self.held = Some(answer);
    }
}

impl Endpoint {
    /// Sends a provisional response so that it is confirmed, when the caller wants that or there is early media. `None`:
    /// it is to be sent as any other.
    pub(super) fn ring_reliably(
        &mut self,
        now: Instant,
        handle: LegHandle,
        status: StatusCode,
        body: Option<&Body>,
    ) -> Option<Result<(), LegError>> {
        let wanted = self.core.config.calls.reliable_early_media && body.is_some();
        let leg = self.legs.get_mut(handle)?;
        let invite = leg.incoming?;
        let provisional = &mut leg.provisional;
        match provisional.reliable {
            Reliable::Required => {}
            Reliable::Supported if wanted => {}
            _ => return None,
        }
        if body.is_none() && provisional.exchange == Exchange::Open && !self.core.servers.has_offer(invite) {
            // The first reliable response to an INVITE without an offer has ours: without one there is none to send.
            return Some(Ok(()));
        }
        if provisional.open.is_none() {
            return Some(self.send_reliably(now, handle, status, body.cloned()));
        }
        if provisional.waiting.len() >= MAX_WAITING {
            return Some(Err(LegError::Pending));
        }
        provisional.waiting.push_back((status, body.cloned()));
        Some(Ok(()))
    }

    fn send_reliably(
        &mut self,
        now: Instant,
        handle: LegHandle,
        status: StatusCode,
        body: Option<Body>,
    ) -> Result<(), LegError> {
        let (id, mut response) = self.respond_call(handle, status)?;
        let theirs = self.core.servers.has_offer(id);
        let target = self.core.servers.reply_to(id).ok_or(LegError::WrongState)?;
        let first = u32::try_from(self.core.chance.number() % (1 << 30)).unwrap_or(0);
        let interval = self.core.config.timers.t1;
        let leg = self.legs.get_mut(handle).ok_or(LegError::Gone)?;
        let provisional = &mut leg.provisional;
        // What was agreed on is not said again (RFC 6337 section 2.2).
        let body = body.filter(|_| provisional.exchange == Exchange::Open);
        provisional.rseq = if provisional.rseq == 0 { first + 1 } else { provisional.rseq + 1 };
        let rseq = provisional.rseq;
        if let Some(body) = &body {
            provisional.exchange = if theirs { Exchange::Done } else { Exchange::Offered };
            leg.spoken = Some(body.clone());
        }
        let described = body.is_some();
        response.headers.push(HeaderName::Require, RELIABLE);
        response.headers.push(HeaderName::RSeq, rseq.to_string());
        self.make_dialog(handle, id, &mut response, body);
        let seq = response.headers.cseq().map_or(0, |cseq| cseq.seq);
        let wire = self.core.respond(now, id, &response);
        if let Some(leg) = self.legs.get_mut(handle) {
            let offered = described && !theirs;
            leg.provisional.open = Some(Open { seq, wire, target, interval, described, offered });
        }
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::Provisional), now, interval);
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::PrackWait), now, self.core.config.timers.t1 * 64);
        Ok(())
    }

    /// It was not confirmed yet: send it again, each time after twice as long.
    pub(super) fn repeat_provisional(&mut self, now: Instant, handle: LegHandle) {
        let open =
            self.legs.live(handle).filter(|leg| leg.incoming.is_some()).and_then(|it| it.provisional.open.as_mut());
        let Some(open) = open else { return };
        open.interval *= 2;
        let (target, wire, interval) = (open.target, open.wire.clone(), open.interval);
        self.core.resend(target, wire);
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::Provisional), now, interval);
    }

    /// It was never confirmed: the call is refused (RFC 3262 section 3).
    pub(super) fn prack_missing(&mut self, now: Instant, handle: LegHandle) {
        let status = StatusCode::SERVER_TIMEOUT;
        if self.refuse_call(now, handle, status, Vec::new()).is_ok() {
            self.legs.end(&mut self.core, now, handle, EndedBy::System, EndReason::NoAck, Some(status));
        }
    }

    pub(super) fn receive_prack(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request) {
        let Some(leg) = self.legs.live(handle) else { return };
        let provisional = &mut leg.provisional;
        let rseq = provisional.rseq;
        let named = |open: &mut Open| {
            let rack = request.headers.rack();
            rack.is_ok_and(|it| it.rseq == rseq && it.cseq.seq == open.seq && it.cseq.method == Method::Invite)
        };
        let body = content::body_of(&request.headers, &request.body);
        if provisional.open.as_ref().is_some_and(|open| open.offered) && body.is_none() {
            // It must have the answer: without one nothing is confirmed.
            return self.refuse(now, id, request, StatusCode::BAD_REQUEST, Vec::new());
        }
        let Some(open) = provisional.open.take_if(named) else {
            return self.refuse(now, id, request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new());
        };
        for timer in [LegTimer::Provisional, LegTimer::PrackWait] {
            self.core.timers.stop(TimerKey::Leg(handle, timer));
        }
        let Some(leg) = self.legs.live(handle) else { return };
        if open.offered {
            leg.provisional.exchange = Exchange::Done;
            leg.heard.clone_from(&body);
        }
        let answer = body.clone().filter(|_| open.offered);
        let offer = body.filter(|_| !open.offered);
        if open.described {
            self.core.event(Event::EarlyConfirmed { leg: handle, body: answer });
        }
        match offer {
            None => self.refuse(now, id, request, StatusCode::OK, Vec::new()),
            Some(offer) => self.offered_by_prack(now, id, handle, request, offer),
        }
        self.provisional_goes_on(now, handle);
    }

    /// A PRACK brought a new offer (RFC 3262 section 5).
    fn offered_by_prack(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request, offer: Body) {
        let Some(leg) = self.legs.live(handle) else { return };
        if leg.provisional.exchange != Exchange::Done || leg.theirs.is_some() || leg.ours_is_out() {
            return self.refuse(now, id, request, StatusCode::NOT_ACCEPTABLE_HERE, Vec::new());
        }
        let (kind, wish) = (TheirsKind::Prack, Wish::default());
        leg.theirs = Some(Theirs { id, kind, early: None, wish, offer: Some(offer.clone()) });
        self.core.assign(id, handle);
        let wait = self.core.config.calls.reinvite_answer;
        self.core.set_timer(TimerKey::Leg(handle, LegTimer::ReinviteAnswer), now, wait);
        self.core.event(Event::Reinvited { leg: handle, offer: Some(offer) });
    }

    /// Sends what waited for a PRACK.
    pub(super) fn provisional_goes_on(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle).filter(|leg| leg.incoming.is_some()) else { return };
        if leg.provisional.open.is_some() || leg.theirs.is_some() {
            return;
        }
        if let Some(answer) = leg.provisional.held.take() {
            // It waits for a response: that was just seen.
            let _ = self.accept_call(now, handle, answer);
        } else if let Some((status, body)) = leg.provisional.waiting.pop_front() {
            let _ = self.send_reliably(now, handle, status, body);
        }
    }

    /// The session description of a 2xx: none when it was agreed on before.
    pub(super) fn last_word(&mut self, handle: LegHandle, body: Body) -> Option<Body> {
        let leg = self.legs.get_mut(handle)?;
        if leg.provisional.exchange == Exchange::Done {
            return None;
        }
        leg.spoken = Some(body.clone());
        Some(body)
    }
}

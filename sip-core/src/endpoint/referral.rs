//! REFER of others (RFC 3515): the owner decides, and NOTIFY tells the other end how it goes on (RFC 6665).
//!
//! One NOTIFY of a subscription is under way at a time, so that they arrive in their order also by UDP. A subscription
//! outlives the call that it was made in: phones hang up as soon as they have handed their caller over.

use std::fmt;
use std::time::Instant;

use super::Endpoint;
use super::call::{LegError, LegHandle};
use super::client::{Failure, OwnContact};
use super::core::{Owner, TimerKey};
use super::event::Event;
use super::leg::{Phase, push_login};
use super::server::ServerId;
use crate::message::{HeaderName, Headers, Method, NameAddr, Replaces, Request, Response, StatusCode, Uri};

/// The one package of events that we know.
pub(super) const PACKAGE: &str = "refer";
/// RFC 4488: no news are wanted.
const REFER_SUB: &str = "Refer-Sub";

/// Names one REFER of the other end, within its leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReferId(pub(crate) u32);

/// What the other end of a leg asks: to be replaced by somebody else.
#[derive(Clone)]
pub struct Referral {
    /// To be given back with the decision.
    pub id: ReferId,
    /// Whom to call instead, without the headers that the URI had.
    pub target: Uri,
    /// The dialog that is to be taken over there, and which of our legs it is; `None` for a blind transfer.
    pub replaces: Option<(Replaces, Option<LegHandle>)>,
    /// Who says that they ask (RFC 3892): not proven.
    pub referred_by: Option<NameAddr>,
    /// They want to hear how it goes on.
    pub subscribed: bool,
}

impl fmt::Debug for Referral {
    // Whom it leads to is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Referral")
            .field("id", &self.id)
            .field("replaces", &self.replaces.is_some())
            .field("subscribed", &self.subscribed)
            .finish_non_exhaustive()
    }
}

/// What is kept of a REFER of the other end.
pub(super) struct TheirRefer {
    id: ReferId,
    /// Until the owner has decided.
    waits: Option<(ServerId, Box<Request>)>,
    subscribed: bool,
    /// The first one of its dialog: its NOTIFYs need not say which one they are of (RFC 3515 section 2.4.6).
    first: bool,
    status: StatusCode,
    /// Why the subscription is over.
    over: Option<&'static str>,
    /// A NOTIFY is under way.
    running: bool,
    /// Another one is to follow it.
    due: bool,
    /// The subscription lapses then.
    lapses: Instant,
}

/// What a leg has of REFERs, both ways.
#[derive(Default)]
pub(super) struct Refers {
    pub theirs: Vec<TheirRefer>,
    /// One came in this dialog before.
    seen: bool,
    pub ours: Option<super::referring::OurRefer>,
}

impl Refers {
    /// Somebody is still told how it goes on: the leg is kept for that.
    pub(super) fn holds(&self) -> bool {
        !self.theirs.is_empty()
    }

    fn get(&mut self, id: ReferId) -> Option<&mut TheirRefer> {
        self.theirs.iter_mut().find(|it| it.id == id)
    }
}

impl Endpoint {
    pub(super) fn receive_refer(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request) {
        let refused = |endpoint: &mut Self, status, extra| endpoint.refuse(now, id, request, status, extra);
        let headers = &request.headers;
        // RFC 3515 section 2.4.2: exactly one.
        let (1, Ok(refer_to)) = (headers.get_list(&HeaderName::ReferTo).count(), headers.refer_to()) else {
            return refused(self, StatusCode::BAD_REQUEST, Vec::new());
        };
        let mut target = refer_to.uri;
        let replaces = Replaces::of_uri(&target);
        let names_replaces = target.headers.as_deref().is_some_and(|it| it.to_ascii_lowercase().contains("replaces="));
        if names_replaces && replaces.is_none() {
            return refused(self, StatusCode::BAD_REQUEST, Vec::new());
        }
        if !target.is_sip() && target.scheme != crate::message::Scheme::Tel {
            return refused(self, StatusCode::UNSUPPORTED_URI_SCHEME, Vec::new());
        }
        if target.params.get("method").is_some_and(|method| !method.eq_ignore_ascii_case("INVITE")) {
            return refused(self, StatusCode::NOT_IMPLEMENTED, Vec::new());
        }
        target.headers = None;
        target.params.remove("method");
        let replaces = replaces.map(|replaces| {
            let leg = self.legs.replaced(&replaces);
            (replaces, leg)
        });
        let (limit, wait) = (self.core.config.limits.max_referrals, self.core.config.calls.refer_answer);
        let lapses = now + self.core.config.calls.referral;
        let Some(leg) = self.legs.live(handle) else { return };
        if leg.phase != Phase::Established || leg.refers.theirs.len() >= limit {
            return refused(self, StatusCode::REQUEST_PENDING, Vec::new());
        }
        let refer = ReferId(headers.cseq().map_or(0, |cseq| cseq.seq));
        let subscribed = !wants_no_news(headers);
        leg.refers.theirs.push(TheirRefer {
            id: refer,
            waits: Some((id, Box::new(request.clone()))),
            subscribed,
            first: !std::mem::replace(&mut leg.refers.seen, true),
            status: StatusCode::TRYING,
            over: None,
            running: false,
            due: false,
            lapses,
        });
        leg.dialog.refresh_target(headers);
        self.core.set_timer(TimerKey::Referral(handle, refer), now, wait);
        let referred_by = headers.get(&HeaderName::ReferredBy).and_then(|text| NameAddr::parse(text).ok());
        let referral = Referral { id: refer, target, replaces, referred_by, subscribed };
        self.core.event(Event::Referred { leg: handle, referral: Box::new(referral) });
    }

    pub(super) fn answer_refer(
        &mut self,
        now: Instant,
        handle: LegHandle,
        id: ReferId,
        refusal: Option<StatusCode>,
    ) -> Result<(), LegError> {
        if refusal.is_some_and(|status| status.class() < 3) {
            return Err(LegError::BadStatus);
        }
        let leg = self.legs.get_mut(handle).ok_or(LegError::Gone)?;
        let refer = leg.refers.get(id).ok_or(LegError::WrongState)?;
        let (server, request) = refer.waits.take().ok_or(LegError::WrongState)?;
        let subscribed = refer.subscribed;
        self.core.timers.stop(TimerKey::Referral(handle, id));
        let mut extra = Vec::new();
        if !subscribed {
            extra.push((HeaderName::from(REFER_SUB), "false".to_owned()));
        }
        if let Some(status) = refusal {
            extra.clear();
            self.forget_refer(handle, id);
            self.refuse(now, server, &request, status, extra);
            return Ok(());
        }
        self.accept_referral(now, handle, server, &request, extra);
        if subscribed {
            let wait = self.core.config.calls.referral;
            self.core.set_timer(TimerKey::Referral(handle, id), now, wait);
            // RFC 3515 section 2.4.4: at once.
            self.notify(now, handle, id);
        } else {
            self.forget_refer(handle, id);
        }
        Ok(())
    }

    /// 202, with the Contact that later requests of the subscription go to.
    fn accept_referral(
        &mut self,
        now: Instant,
        handle: LegHandle,
        server: ServerId,
        request: &Request,
        mut extra: Vec<(HeaderName, String)>,
    ) {
        if let (Some(leg), Some(target)) = (self.legs.get(handle), self.core.servers.reply_to(server)) {
            let contact = self.core.contact(&target, leg.dialog.contact_user.as_deref(), false);
            extra.push((HeaderName::Contact, contact.to_string()));
        }
        self.refuse(now, server, request, StatusCode::ACCEPTED, extra);
    }

    pub(super) fn tell_referrer(
        &mut self,
        now: Instant,
        handle: LegHandle,
        id: ReferId,
        status: StatusCode,
    ) -> Result<(), LegError> {
        let leg = self.legs.get_mut(handle).ok_or(LegError::Gone)?;
        let refer = leg.refers.get(id).filter(|it| it.waits.is_none()).ok_or(LegError::WrongState)?;
        if refer.over.is_some() {
            return Err(LegError::WrongState);
        }
        if refer.status == status {
            return Ok(());
        }
        refer.status = status;
        if status.is_final() {
            refer.over = Some("noresource");
        }
        self.notify(now, handle, id);
        Ok(())
    }

    /// Sends a NOTIFY with the state as it is, after the one that is under way.
    fn notify(&mut self, now: Instant, handle: LegHandle, id: ReferId) {
        let limit = self.core.config.limits.max_forwards;
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let Some(refer) = leg.refers.get(id) else { return };
        if std::mem::replace(&mut refer.running, true) {
            refer.due = true;
            return;
        }
        refer.due = false;
        let event = if refer.first { PACKAGE.to_owned() } else { format!("{PACKAGE};id={}", id.0) };
        let state = match refer.over {
            Some(reason) => format!("terminated;reason={reason}"),
            None => format!("active;expires={}", refer.lapses.saturating_duration_since(now).as_secs()),
        };
        let body = format!("SIP/2.0 {} {}\r\n", refer.status, refer.status.reason());
        let (mut request, hop) = leg.dialog.request(Method::Notify, limit);
        let login = leg.auth.authorize(request.method.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, login);
        request.headers.push(HeaderName::Event, event);
        request.headers.push(HeaderName::SubscriptionState, state);
        request.headers.push(HeaderName::ContentType, "message/sipfrag;version=2.0");
        request.body = body.into_bytes().into();
        leg.requests += 1;
        let contact = OwnContact::of(&leg.dialog);
        self.core.request(now, Owner::Notify(handle, id), request, &hop, contact);
    }

    pub(super) fn on_notify_done(
        &mut self,
        now: Instant,
        handle: LegHandle,
        id: ReferId,
        outcome: Result<&Response, Failure>,
    ) {
        let heard = outcome.is_ok_and(|response| response.status.is_success());
        let Some(refer) = self.legs.get_mut(handle).and_then(|leg| leg.refers.get(id)) else { return };
        refer.running = false;
        match (heard, refer.due, refer.over) {
            (true, true, _) => self.notify(now, handle, id),
            (true, false, None) => {}
            // Nobody listens any more (RFC 6665 section 4.2.2), or the last was said.
            _ => self.forget_refer(handle, id),
        }
    }

    /// A subscription has lasted for as long as it may, or nobody has decided on a REFER.
    pub(super) fn referral_lapses(&mut self, now: Instant, handle: LegHandle, id: ReferId) {
        let Some(refer) = self.legs.get_mut(handle).and_then(|leg| leg.refers.get(id)) else { return };
        if let Some((server, request)) = refer.waits.take() {
            self.forget_refer(handle, id);
            self.refuse(now, server, &request, StatusCode::SERVER_INTERNAL_ERROR, Vec::new());
        } else if refer.over.is_none() {
            refer.over = Some("timeout");
            self.notify(now, handle, id);
        }
        self.legs.sweep(&mut self.core, handle);
    }

    fn forget_refer(&mut self, handle: LegHandle, id: ReferId) {
        self.core.timers.stop(TimerKey::Referral(handle, id));
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.refers.theirs.retain(|it| it.id != id);
        }
        self.legs.sweep(&mut self.core, handle);
    }

    /// SUBSCRIBE inside of a dialog: the subscription that came of a REFER is refreshed, or ended by `Expires: 0`.
    pub(super) fn receive_subscribe(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request) {
        let Some(wanted) = event_of(&request.headers) else { return self.refuse_event(now, id, request) };
        let longest = self.core.config.calls.referral;
        let asked = request.headers.expires().map_or(longest, |seconds| std::time::Duration::from_secs(seconds.into()));
        let granted = asked.min(longest);
        let refers = self.legs.get_mut(handle).map(|leg| &mut leg.refers.theirs);
        let found = refers.and_then(|all| all.iter_mut().find(|it| it.fits(wanted) && it.waits.is_none()));
        let Some(refer) = found.filter(|it| it.over.is_none()) else {
            return self.refuse(now, id, request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new());
        };
        refer.lapses = now + granted;
        if granted.is_zero() {
            refer.over = Some("timeout");
        }
        let refer = refer.id;
        let expires = vec![(HeaderName::Expires, granted.as_secs().to_string())];
        self.refuse(now, id, request, StatusCode::OK, expires);
        if !granted.is_zero() {
            self.core.set_timer(TimerKey::Referral(handle, refer), now, granted);
        }
        self.notify(now, handle, refer);
    }

    /// 489: we know one package of events (RFC 6665 section 8.3.2).
    pub(super) fn refuse_event(&mut self, now: Instant, id: ServerId, request: &Request) {
        self.refuse(now, id, request, StatusCode::BAD_EVENT, vec![(HeaderName::AllowEvents, PACKAGE.into())]);
    }
}

impl TheirRefer {
    fn fits(&self, wanted: Named) -> bool {
        match wanted {
            Named::First => self.first,
            Named::Seq(seq) => self.id == ReferId(seq),
        }
    }
}

/// Which subscription an Event header is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// It does not say: the first one of its dialog.
    First,
    /// That of the REFER with this CSeq.
    Seq(u32),
}

/// Reads an Event header; `None` when it is of another package than ours.
pub(super) fn event_of(headers: &Headers) -> Option<Named> {
    let mut parts = headers.get(&HeaderName::Event)?.split(';').map(str::trim);
    parts.next().filter(|package| package.eq_ignore_ascii_case(PACKAGE))?;
    let id = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("id"));
    match id {
        Some((_, id)) => id.trim().parse().ok().map(Named::Seq),
        None => Some(Named::First),
    }
}

/// `Refer-Sub: false` (RFC 4488).
pub(super) fn wants_no_news(headers: &Headers) -> bool {
    let value = headers.get(&HeaderName::from(REFER_SUB)).and_then(|text| text.split(';').next());
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case("false"))
}

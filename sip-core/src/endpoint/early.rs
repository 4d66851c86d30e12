//! The early dialogs of a call that we placed: one for each branch that rings (RFC 3261 section 12.1), and the PRACKs
//! for their reliable responses (RFC 3262 section 4).

use std::time::Instant;

use super::Endpoint;
use super::call::LegHandle;
use super::client::OwnContact;
use super::content;
use super::core::{Core, LegTimer, Owner, TimerKey};
use super::event::{Branch, Event};
use super::leg::{Leg, Outgoing, push_login, set_body};
use super::provisional::{Exchange, RELIABLE};
use super::server::ServerId;
use crate::body::Body;
use crate::dialog::Dialog;
use crate::flow::Flow;
use crate::message::{CSeq, HeaderName, Method, RAck, Request, Response, StatusCode};

/// One early dialog.
pub(super) struct Early {
    pub branch: Branch,
    pub dialog: Dialog,
    pub exchange: Exchange,
    /// The session description that came last in it.
    pub session: Option<Body>,
    /// The other end can do UPDATE.
    pub updates: bool,
    /// The last reliable response that was taken.
    rack: Option<RAck>,
    /// Our answer to its offer, for a PRACK that is sent again.
    answer: Option<Body>,
    logins: u8,
}

/// What is to be done with a provisional response.
struct Heard {
    branch: Option<Branch>,
    /// What the owner is to see of its body.
    body: Option<Body>,
}

impl Early {
    pub(super) fn tag(&self) -> &str {
        self.dialog.remote_tag().unwrap_or_default()
    }
}

impl Outgoing {
    pub(super) fn early_mut(&mut self, tag: &str) -> Option<&mut Early> {
        self.early.iter_mut().find(|early| early.tag() == tag)
    }

    /// The branch that the owner has seen last.
    pub(super) fn shown_mut(&mut self) -> Option<&mut Early> {
        let shown = self.shown?;
        self.early.iter_mut().find(|early| early.branch == shown)
    }
}

impl Endpoint {
    /// A provisional response to our INVITE, above 100, while the call is not answered.
    pub(super) fn early_response(&mut self, now: Instant, handle: LegHandle, response: &Response, flow: Flow) {
        let max = self.core.config.limits.max_forks;
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(heard) = heard(leg, response, flow, max) else { return };
        if let (Some(tag), true) = (tag_of(response), is_reliable(response)) {
            self.confirm(now, handle, &tag);
        }
        let Some(outgoing) = self.legs.live(handle).and_then(|leg| leg.outgoing.as_mut()) else { return };
        outgoing.shown = heard.branch.or(outgoing.shown);
        let (branch, body) = (heard.branch, heard.body);
        self.core.event(Event::Progress { leg: handle, branch, status: response.status, body });
    }

    /// Sends the PRACK, or waits for the owner's answer when the response had an offer.
    fn confirm(&mut self, now: Instant, handle: LegHandle, tag: &str) {
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(early) = leg.outgoing.as_mut().and_then(|it| it.early_mut(tag)) else { return };
        if early.exchange == Exchange::Offered {
            let wait = self.core.config.calls.late_answer;
            return self.core.set_timer(TimerKey::Leg(handle, LegTimer::LateAnswer), now, wait);
        }
        send_prack(&mut self.core, now, handle, leg, tag);
    }

    /// The owner answers the offer of a reliable provisional response. `false`: there is none.
    pub(super) fn answer_early_offer(&mut self, now: Instant, handle: LegHandle, answer: &Body) -> bool {
        let Some(leg) = self.legs.live(handle) else { return false };
        let Some(outgoing) = &mut leg.outgoing else { return false };
        let offered = outgoing.early.iter_mut().rfind(|early| early.exchange == Exchange::Offered);
        let Some(early) = offered else { return false };
        early.exchange = Exchange::Done;
        early.answer = Some(answer.clone());
        let tag = early.tag().to_owned();
        let owed = outgoing.early.iter().any(|early| early.exchange == Exchange::Offered);
        leg.spoken = Some(answer.clone());
        if !owed {
            self.core.timers.stop(TimerKey::Leg(handle, LegTimer::LateAnswer));
        }
        send_prack(&mut self.core, now, handle, leg, &tag);
        true
    }

    /// The response to a PRACK: only a challenge leads to anything.
    pub(super) fn on_prack_done(&mut self, now: Instant, handle: LegHandle, response: &Response) {
        let attempts = self.core.config.limits.max_auth_attempts;
        let Some((challenges, proxy)) = content::challenges(response) else { return };
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(tag) = tag_of(response) else { return };
        let Some(early) = leg.outgoing.as_mut().and_then(|it| it.early_mut(&tag)) else { return };
        if early.logins < attempts && leg.auth.challenged(&challenges, proxy) {
            early.logins += 1;
            send_prack(&mut self.core, now, handle, leg, &tag);
        }
    }

    /// A request inside of an early dialog of a call that we placed.
    pub(super) fn request_in_early_dialog(
        &mut self,
        now: Instant,
        flow: Flow,
        id: ServerId,
        (handle, tag): (LegHandle, &str),
        request: &Request,
    ) {
        let outgoing = self.legs.live(handle).and_then(|leg| leg.outgoing.as_mut());
        let Some(early) = outgoing.and_then(|it| it.early_mut(tag)) else { return };
        let seq = request.headers.cseq().map_or(0, |cseq| cseq.seq);
        if !early.dialog.take_remote_seq(seq) {
            return self.refuse(now, id, request, StatusCode::SERVER_INTERNAL_ERROR, Vec::new());
        }
        early.dialog.heard_by(flow);
        match request.method {
            Method::Update => self.receive_update(now, id, handle, Some(tag), request),
            Method::Info => self.receive_info(now, id, handle, request),
            Method::Options => self.answer_options(now, id, request),
            // Only the caller may end an early dialog (RFC 3261 section 15), and a re-INVITE waits for the answer.
            _ => self.refuse(now, id, request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new()),
        }
    }

    /// The early dialogs are gone, all but the one with this tag: nothing that was offered in them counts.
    pub(super) fn leave_early(&mut self, now: Instant, handle: LegHandle, kept: Option<&str>) {
        let Some(leg) = self.legs.live(handle) else { return };
        let elsewhere = |early: &Option<String>| early.is_some() && early.as_deref() != kept;
        let ours = leg.ours.take_if(|ours| elsewhere(&ours.early)).is_some();
        let theirs = leg.theirs.as_ref().is_some_and(|theirs| elsewhere(&theirs.early));
        // What began in the dialog that stays goes on in it.
        if let Some(ours) = &mut leg.ours {
            ours.early = None;
        }
        if let Some(theirs) = &mut leg.theirs {
            theirs.early = None;
        }
        if ours {
            self.core.timers.stop(TimerKey::Leg(handle, LegTimer::Glare));
            self.core.event(Event::ReinviteFailed { leg: handle, status: StatusCode::REQUEST_TERMINATED });
        }
        if theirs {
            self.drop_reinvite(now, handle, StatusCode::REQUEST_TERMINATED);
        }
    }
}

fn tag_of(response: &Response) -> Option<String> {
    response.headers.to().ok()?.tag().map(str::to_owned)
}

fn is_reliable(response: &Response) -> bool {
    response.headers.require().iter().any(|tag| tag.eq_ignore_ascii_case(RELIABLE))
}

/// What a provisional response says, and of which branch. `None`: it is to be left out.
fn heard(leg: &mut Leg, response: &Response, flow: Flow, max: usize) -> Option<Heard> {
    let outgoing = leg.outgoing.as_mut()?;
    let offered = outgoing.call.body.is_some();
    let body = content::body_of(&response.headers, &response.body);
    let reliable = is_reliable(response);
    let Some(tag) = tag_of(response) else {
        // Without a tag there is no dialog, and no PRACK.
        return (!reliable).then_some(Heard { branch: None, body: body.filter(|_| offered) });
    };
    let rseq = if reliable { Some(response.headers.rseq()?) } else { None };
    if outgoing.early_mut(&tag).is_none() {
        if outgoing.early.len() >= max {
            return None;
        }
        let early = new_early(&leg.dialog, outgoing, response, flow);
        outgoing.early.push(early);
    }
    let seq = outgoing.seq;
    let early = outgoing.early_mut(&tag)?;
    early.updates |= response.headers.allow().contains(&Method::Update);
    if let Some(rseq) = rseq {
        // One that came before, or that overtook another (RFC 3262 section 4).
        if early.rack.as_ref().is_some_and(|last| Some(rseq) != last.rseq.checked_add(1)) {
            return None;
        }
        early.rack = Some(RAck { rseq, cseq: CSeq::new(seq, Method::Invite) });
        early.answer = None;
    }
    early.dialog.refresh_target(&response.headers);
    // After the answer there are only repetitions (RFC 3261 section 13.2.1); and no offer but in a reliable response.
    let body = body.filter(|_| early.exchange == Exchange::Open && (offered || reliable));
    if body.is_some() {
        early.session.clone_from(&body);
        if reliable {
            early.exchange = if offered { Exchange::Done } else { Exchange::Offered };
        }
    }
    Some(Heard { branch: Some(early.branch), body })
}

fn new_early(template: &Dialog, outgoing: &mut Outgoing, response: &Response, flow: Flow) -> Early {
    let mut dialog = template.clone();
    dialog.local_seq = outgoing.seq;
    dialog.adopt(response, flow);
    outgoing.branches = outgoing.branches.wrapping_add(1);
    Early {
        branch: Branch(outgoing.branches),
        dialog,
        exchange: Exchange::Open,
        session: None,
        updates: false,
        rack: None,
        answer: None,
        logins: 0,
    }
}

fn send_prack(core: &mut Core, now: Instant, handle: LegHandle, leg: &mut Leg, tag: &str) {
    let Some(early) = leg.outgoing.as_mut().and_then(|it| it.early_mut(tag)) else { return };
    let Some(rack) = &early.rack else { return };
    let (mut request, hop) = early.dialog.request(Method::Prack, core.config.limits.max_forwards);
    request.headers.push(HeaderName::RAck, rack.to_string());
    let login = leg.auth.authorize(Method::Prack.as_str(), &request.uri.to_string(), &mut core.chance);
    push_login(&mut request, login);
    set_body(&mut request, early.answer.clone());
    leg.requests += 1;
    core.request(now, Owner::Prack(handle), request, &hop, OwnContact::Without);
}

//! Legs: what is kept of each, and the table that finds them.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use super::call::{LegHandle, OutgoingCall};
use super::client::{AckName, ClientId};
use super::core::{Core, LegTimer, TimerKey};
use super::early::Early;
use super::event::{Branch, EndReason, EndedBy, Event};
use super::provisional::Provisional;
use super::referral::Refers;
use super::reinvite::Theirs;
use super::server::ServerId;
use super::session_timer::SessionTimer;
use crate::body::Body;
use crate::dialog::Dialog;
use crate::digest::ClientAuth;
use crate::flow::{Target, Transmit};
use crate::message::{AuthParams, HeaderName, Method, Request, StatusCode, Uri};
use crate::tables::{Table, table};

/// How far a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not answered.
    Early,
    /// Answered.
    Established,
    /// Its end was told; it is kept for late messages only.
    Over,
}

/// Whether an outgoing call is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancel {
    No,
    /// As soon as a provisional response has come (RFC 3261 section 9.1).
    Wanted,
    Sent,
}

/// An outgoing call until its INVITE is forgotten.
pub(super) struct Outgoing {
    pub call: OutgoingCall,
    /// The INVITE that runs.
    pub client: Option<ClientId>,
    /// Its CSeq.
    pub seq: u32,
    /// The credentials that it had, which its ACK repeats (RFC 3261 section 13.2.2.4).
    pub login: Vec<(HeaderName, AuthParams)>,
    pub logins: u8,
    pub cancel: Cancel,
    /// Where 3xx sent us and we have not been yet.
    pub redirects: VecDeque<Uri>,
    /// Where we have been.
    pub tried: Vec<Uri>,
    /// One of the branches has answered.
    pub answered: bool,
    /// The branches that ring; after the answer, the others.
    pub early: Vec<Early>,
    /// How many there were.
    pub branches: u16,
    /// The one that the owner has seen last.
    pub shown: Option<Branch>,
}

/// The transaction of a re-INVITE of ours that has no final response.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunningReinvite {
    pub client: ClientId,
    pub seq: u32,
    /// It was taken back.
    pub cancelled: bool,
}

/// A re-INVITE of ours, or an UPDATE with an offer.
pub(super) struct OurReinvite {
    /// Which of the two.
    pub method: Method,
    pub offer: Body,
    /// The early dialog that it is for, by its tag.
    pub early: Option<String>,
    /// It only refreshes the session: the owner knows nothing of it.
    pub refresh: bool,
    /// Its CSeq; 0 while it waits to be tried again after glare.
    pub seq: u32,
    pub login: Vec<(HeaderName, AuthParams)>,
    pub logins: u8,
    pub glares: u8,
}

/// A 2xx of ours that waits for its ACK.
pub(super) struct Unacked {
    pub seq: u32,
    pub wire: Bytes,
    pub target: Target,
    pub interval: std::time::Duration,
    /// It answered the INVITE that made the dialog.
    pub initial: bool,
    /// It had our offer, so that the ACK has the answer.
    pub offered: bool,
}

/// An ACK of ours, to be sent again when its 2xx comes again.
pub(super) struct SentAck {
    pub seq: u32,
    pub remote_tag: String,
    /// `None` while it cannot be sent: the owner owes the answer, or the name is being resolved.
    pub transmit: Option<Transmit>,
    /// The owner owes the answer.
    pub late_answer: bool,
}

impl SentAck {
    /// The 2xx had an offer: its ACK waits for the owner's answer.
    pub(super) fn owed(name: AckName) -> Self {
        Self { seq: name.seq, remote_tag: name.remote_tag, transmit: None, late_answer: true }
    }
}

/// One leg.
pub(super) struct Leg {
    pub dialog: Dialog,
    pub auth: ClientAuth,
    pub phase: Phase,
    /// Requests of ours that have not been heard the last of.
    pub requests: u32,
    /// Set for calls that we placed.
    pub outgoing: Option<Box<Outgoing>>,
    /// The INVITE that came in and has no final response yet.
    pub incoming: Option<ServerId>,
    /// The last provisional response, to be repeated now and then.
    pub ringing: Option<(StatusCode, Option<Body>)>,
    /// The caller sent credentials that were right but too old.
    pub stale: bool,
    pub unacked: Option<Unacked>,
    /// BYE follows as soon as it may.
    pub bye_after_ack: bool,
    pub acks: Vec<SentAck>,
    pub ours: Option<OurReinvite>,
    pub running: Option<RunningReinvite>,
    /// The other end's new offer, while it has no final response.
    pub theirs: Option<Theirs>,
    /// The provisional responses to the INVITE that came in.
    pub provisional: Provisional,
    pub session: SessionTimer,
    /// The session description of ours that stands.
    pub spoken: Option<Body>,
    /// And theirs.
    pub heard: Option<Body>,
    /// Transfers that are asked for, by either end.
    pub refers: Refers,
    /// How often our BYE was sent again with credentials.
    pub bye_logins: u8,
}

impl Leg {
    pub(super) fn new(dialog: Dialog, auth: ClientAuth) -> Self {
        Self {
            dialog,
            auth,
            phase: Phase::Early,
            requests: 0,
            outgoing: None,
            incoming: None,
            ringing: None,
            stale: false,
            unacked: None,
            bye_after_ack: false,
            acks: Vec::new(),
            ours: None,
            running: None,
            theirs: None,
            provisional: Provisional::default(),
            session: SessionTimer::default(),
            spoken: None,
            heard: None,
            refers: Refers::default(),
            bye_logins: 0,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// An offer of ours inside of the dialog is on its way.
    pub(super) fn ours_is_out(&self) -> bool {
        self.ours.as_ref().is_some_and(|ours| ours.seq > 0)
    }

    /// The 2xx of one of the two INVITEs had an offer that is not answered.
    pub(super) fn our_offer_waits(&self) -> bool {
        self.unacked.as_ref().is_some_and(|unacked| unacked.offered) || self.acks.iter().any(|ack| ack.late_answer)
    }

    /// No new offer may go out: also while the INVITE before it is not acknowledged, since its offer and answer may not
    /// have met yet.
    pub(super) fn offer_pends(&self) -> bool {
        self.ours.is_some() || self.theirs.is_some() || self.unacked.is_some() || self.our_offer_waits()
    }

    /// The dialog, or one of the early ones.
    pub(super) fn dialog_of(&mut self, early: Option<&str>) -> Option<&mut Dialog> {
        match early {
            None => Some(&mut self.dialog),
            Some(tag) => self.outgoing.as_mut()?.early_mut(tag).map(|early| &mut early.dialog),
        }
    }

    pub(super) fn ack_mut(&mut self, seq: u32, remote_tag: &str) -> Option<&mut SentAck> {
        self.acks.iter_mut().find(|ack| ack.seq == seq && ack.remote_tag == remote_tag)
    }
}

/// The table of legs.
pub(super) struct Legs {
    by_handle: Table<LegHandle, Leg>,
    /// By our tag, which is ours alone.
    by_tag: Table<String, LegHandle>,
    /// Those whose end was not told yet.
    active: usize,
    /// Those whose end was told just now.
    ended: Vec<LegHandle>,
}

impl Legs {
    pub(super) fn new(seed: u64) -> Self {
        Self { by_handle: table(seed), by_tag: table(seed), active: 0, ended: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.by_handle.len()
    }

    pub(super) fn tags(&self) -> usize {
        self.by_tag.len()
    }

    pub(super) fn active(&self) -> usize {
        self.active
    }

    pub(super) fn insert(&mut self, handle: LegHandle, leg: Leg) {
        self.by_tag.insert(leg.dialog.local_tag().to_owned(), handle);
        self.by_handle.insert(handle, leg);
        self.active += 1;
    }

    /// The leg with this tag of ours.
    pub(super) fn by_own_tag(&self, tag: &str) -> Option<LegHandle> {
        self.by_tag.get(tag).copied()
    }

    pub(super) fn get(&self, handle: LegHandle) -> Option<&Leg> {
        self.by_handle.get(&handle)
    }

    pub(super) fn get_mut(&mut self, handle: LegHandle) -> Option<&mut Leg> {
        self.by_handle.get_mut(&handle)
    }

    /// A leg whose end was not told yet.
    pub(super) fn live(&mut self, handle: LegHandle) -> Option<&mut Leg> {
        self.by_handle.get_mut(&handle).filter(|leg| !leg.is_over())
    }

    /// The leg that a request inside of a dialog is for: our tag finds it, Call-ID and their tag must fit.
    pub(super) fn find(&self, request: &Request) -> Option<LegHandle> {
        let headers = &request.headers;
        let to = headers.to().ok()?;
        let handle = *self.by_tag.get(to.tag()?)?;
        let dialog = &self.by_handle.get(&handle)?.dialog;
        let from = headers.from().ok()?;
        let same_call = headers.call_id() == Some(dialog.call_id.as_str());
        // A client of RFC 2543 has no tag.
        let same_peer = dialog.remote_tag() == from.tag();
        (same_call && same_peer).then_some(handle)
    }

    /// The same for the early dialogs of a call that we placed: gives their tag too.
    pub(super) fn find_early(&self, request: &Request) -> Option<(LegHandle, String)> {
        let headers = &request.headers;
        let handle = *self.by_tag.get(headers.to().ok()?.tag()?)?;
        let leg = self.by_handle.get(&handle).filter(|leg| leg.phase == Phase::Early)?;
        let from = headers.from().ok()?;
        let early = leg.outgoing.as_ref()?.early.iter().find(|early| Some(early.tag()) == from.tag())?;
        (headers.call_id() == Some(leg.dialog.call_id.as_str())).then(|| (handle, early.tag().to_owned()))
    }

    /// A connection has gone: what was sent along it goes to the Contact from now on.
    pub(super) fn unpin(&mut self, lost: impl Fn(&Target) -> bool) {
        for leg in self.by_handle.values_mut() {
            let early = leg.outgoing.as_mut().map(|outgoing| &mut outgoing.early);
            let early = early.into_iter().flatten().map(|early| &mut early.dialog);
            for dialog in early.chain([&mut leg.dialog]) {
                dialog.pinned = dialog.pinned.filter(|flow| !lost(&Target::from(*flow)));
            }
        }
    }

    /// Tells the end of a leg, once. It stays until [`Self::sweep`] finds that nothing is waited for.
    pub(super) fn end(
        &mut self,
        core: &mut Core,
        now: Instant,
        handle: LegHandle,
        by: EndedBy,
        reason: EndReason,
        status: Option<StatusCode>,
    ) {
        let Some(leg) = self.live(handle) else { return };
        leg.phase = Phase::Over;
        leg.ringing = None;
        leg.ours = None;
        if let Some(theirs) = leg.theirs.take()
            && let Some(response) =
                core.response_to_invite(theirs.id, StatusCode::REQUEST_TERMINATED, leg.dialog.local_tag())
        {
            // Nobody will answer it now.
            core.respond(now, theirs.id, &response);
        }
        if leg.running.is_some() {
            // The other end need not answer a re-INVITE of a dialog that is over.
            core.set_timer(TimerKey::Leg(handle, LegTimer::Reinvite), now, core.config.timers.t1 * 64);
        }
        for timer in [
            LegTimer::Ring,
            LegTimer::Refresh,
            LegTimer::Glare,
            LegTimer::ReinviteAnswer,
            LegTimer::LateAnswer,
            LegTimer::Provisional,
            LegTimer::PrackWait,
            LegTimer::SessionRefresh,
            LegTimer::SessionExpiry,
        ] {
            core.timers.stop(TimerKey::Leg(handle, timer));
        }
        Self::drop_own_refer(core, handle);
        self.active -= 1;
        self.ended.push(handle);
        core.event(Event::Ended { leg: handle, by, status, reason });
    }

    /// The legs whose end was told since the last call.
    pub(super) fn take_ended(&mut self) -> Vec<LegHandle> {
        std::mem::take(&mut self.ended)
    }

    /// Forgets a leg that is over and waits for nothing.
    pub(super) fn sweep(&mut self, core: &mut Core, handle: LegHandle) {
        let Some(leg) = self.by_handle.get(&handle) else { return };
        if !leg.is_over() || leg.requests > 0 || leg.unacked.is_some() || leg.refers.holds() {
            return;
        }
        for timer in LegTimer::ALL {
            core.timers.stop(TimerKey::Leg(handle, timer));
        }
        if let Some(leg) = self.by_handle.remove(&handle) {
            self.by_tag.remove(leg.dialog.local_tag());
        }
    }
}

/// What several parts do with a leg.
impl Legs {
    /// Sends the ACK for a 2xx, with the credentials of its INVITE. `dialog` is that of the branch that answered.
    pub(super) fn acknowledge(core: &mut Core, leg: &mut Leg, name: AckName, dialog: &Dialog, answer: Option<Body>) {
        let login = match (&leg.outgoing, &leg.ours) {
            (Some(outgoing), _) if outgoing.seq == name.seq => outgoing.login.clone(),
            (_, Some(ours)) if ours.seq == name.seq => ours.login.clone(),
            _ => Vec::new(),
        };
        let (mut request, hop) = dialog.ack(name.seq, core.config.limits.max_forwards);
        push_login(&mut request, login);
        set_body(&mut request, answer);
        match leg.ack_mut(name.seq, &name.remote_tag) {
            Some(ack) => ack.late_answer = false,
            None => leg.acks.push(SentAck {
                seq: name.seq,
                remote_tag: name.remote_tag.clone(),
                transmit: None,
                late_answer: false,
            }),
        }
        core.acknowledge(name, request, &hop);
    }

    /// A 2xx that was acknowledged before came again. `false`: it is a new one.
    pub(super) fn repeat_ack(core: &mut Core, leg: &mut Leg, seq: u32, remote_tag: &str) -> bool {
        let Some(ack) = leg.ack_mut(seq, remote_tag) else { return false };
        if let Some(Transmit { target, data }) = ack.transmit.clone() {
            core.resend(target, data);
        }
        true
    }

    /// The 2xx was not acknowledged yet: send it again.
    pub(super) fn repeat_answer(&mut self, core: &mut Core, now: Instant, handle: LegHandle) {
        let t2 = core.config.timers.t2;
        let Some(unacked) = self.get_mut(handle).and_then(|leg| leg.unacked.as_mut()) else { return };
        unacked.interval = (unacked.interval * 2).min(t2);
        let (target, wire, interval) = (unacked.target, unacked.wire.clone(), unacked.interval);
        core.resend(target, wire);
        core.set_timer(TimerKey::Leg(handle, LegTimer::Answer), now, interval);
    }

    /// Repeats a 2xx until its ACK.
    pub(super) fn await_ack(&mut self, core: &mut Core, now: Instant, handle: LegHandle, unacked: Unacked) {
        core.set_timer(TimerKey::Leg(handle, LegTimer::Answer), now, unacked.interval);
        core.set_timer(TimerKey::Leg(handle, LegTimer::AckWait), now, core.config.timers.t1 * 64);
        if let Some(leg) = self.get_mut(handle) {
            leg.unacked = Some(unacked);
        }
    }

    /// The ACK came, or is waited for no longer.
    pub(super) fn stop_await_ack(&mut self, core: &mut Core, handle: LegHandle) -> Option<Unacked> {
        core.timers.stop(TimerKey::Leg(handle, LegTimer::Answer));
        core.timers.stop(TimerKey::Leg(handle, LegTimer::AckWait));
        self.get_mut(handle)?.unacked.take()
    }
}

/// Adds credentials.
pub(super) fn push_login(request: &mut Request, login: Vec<(HeaderName, AuthParams)>) {
    for (name, params) in login {
        request.headers.push(name, params.to_string());
    }
}

/// Adds a body.
pub(super) fn set_body(request: &mut Request, body: Option<Body>) {
    if let Some(body) = body {
        request.headers.push(HeaderName::ContentType, body.content_type);
        request.body = body.data;
    }
}

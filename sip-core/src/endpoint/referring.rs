//! REFER of ours (RFC 3515): the other end is asked to call somebody else, and its NOTIFYs are followed.

use std::fmt;
use std::time::{Duration, Instant};

use super::Endpoint;
use super::call::{LegError, LegHandle};
use super::client::{Failure, OwnContact};
use super::content;
use super::core::{Core, Owner, TimerKey};
use super::event::Event;
use super::in_dialog::is_gone;
use super::leg::{Legs, Phase, push_login};
use super::referral::{Named, event_of, wants_no_news};
use super::server::ServerId;
use crate::message::{HeaderName, Method, NameAddr, Replaces, Request, Response, StatusCode, Uri};

/// Whom the other end is to call instead of us.
#[derive(Clone)]
pub struct OutgoingRefer {
    /// Whom.
    pub target: Uri,
    /// The leg of ours whose place that call is to take: its other end and this one are then connected without us.
    pub replaces: Option<LegHandle>,
    /// Who asks (RFC 3892).
    pub referred_by: Option<NameAddr>,
    /// How long the outcome is waited for.
    pub wait: Duration,
}

impl fmt::Debug for OutgoingRefer {
    // Whom it leads to is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingRefer")
            .field("replaces", &self.replaces)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}

/// A REFER of ours that runs.
pub(super) struct OurRefer {
    refer_to: NameAddr,
    referred_by: Option<NameAddr>,
    /// Its CSeq, which its NOTIFYs may name.
    seq: u32,
    logins: u8,
    /// Its outcome was told; late NOTIFYs are still taken.
    told: bool,
}

impl Endpoint {
    pub(super) fn start_refer(
        &mut self,
        now: Instant,
        handle: LegHandle,
        refer: OutgoingRefer,
    ) -> Result<(), LegError> {
        let mut target = refer.target;
        target.headers = match refer.replaces {
            Some(other) => Some(self.legs.as_replaced(other).ok_or(LegError::Gone)?.as_uri_header()),
            None => None,
        };
        let leg = self.legs.live(handle).ok_or(LegError::Gone)?;
        if leg.phase != Phase::Established {
            return Err(LegError::WrongState);
        }
        if leg.refers.ours.as_ref().is_some_and(|ours| !ours.told) {
            return Err(LegError::Pending);
        }
        leg.refers.ours = Some(OurRefer {
            refer_to: NameAddr::new(target),
            referred_by: refer.referred_by,
            seq: 0,
            logins: 0,
            told: false,
        });
        self.core.set_timer(TimerKey::Referring(handle), now, refer.wait);
        self.send_refer(now, handle);
        Ok(())
    }

    fn send_refer(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(ours) = &mut leg.refers.ours else { return };
        let (mut request, hop) = leg.dialog.request(Method::Refer, self.core.config.limits.max_forwards);
        ours.seq = leg.dialog.local_seq;
        let login = leg.auth.authorize(request.method.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, login);
        request.headers.push(HeaderName::ReferTo, ours.refer_to.to_string());
        if let Some(by) = &ours.referred_by {
            request.headers.push(HeaderName::ReferredBy, by.to_string());
        }
        request.headers.push(HeaderName::Accept, "message/sipfrag");
        request.headers.push(HeaderName::Allow, leg.session.allow());
        leg.requests += 1;
        let contact = OwnContact::of(&leg.dialog);
        self.core.request(now, Owner::Refer(handle), request, &hop, contact);
    }

    pub(super) fn on_refer_done(&mut self, now: Instant, handle: LegHandle, outcome: Result<&Response, Failure>) {
        let attempts = self.core.config.limits.max_auth_attempts;
        let Some(leg) = self.legs.live(handle) else { return };
        let Some(ours) = leg.refers.ours.as_mut().filter(|ours| !ours.told) else { return };
        let Ok(response) = outcome else {
            self.refer_ended(handle, None);
            return self.dialog_gone(now, handle, None);
        };
        if let Some((challenges, proxy)) = content::challenges(response)
            && ours.logins < attempts
            && leg.auth.challenged(&challenges, proxy)
        {
            ours.logins += 1;
            return self.send_refer(now, handle);
        }
        let status = response.status;
        if !status.is_success() {
            self.refer_ended(handle, Some(status));
            if is_gone(status) {
                self.dialog_gone(now, handle, Some(status));
            }
        } else if wants_no_news(&response.headers) {
            // RFC 4488 section 4: they will not tell.
            self.refer_ended(handle, Some(StatusCode::ACCEPTED));
        }
    }

    /// NOTIFY inside of a dialog.
    pub(super) fn receive_notify(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request) {
        let headers = &request.headers;
        let Some(named) = event_of(headers) else { return self.refuse_event(now, id, request) };
        let ours = self.legs.get(handle).and_then(|leg| leg.refers.ours.as_ref());
        let Some(ours) = ours.filter(|ours| named == Named::First || named == Named::Seq(ours.seq)) else {
            return self.refuse(now, id, request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new());
        };
        let told = ours.told;
        let state = headers.get(&HeaderName::SubscriptionState).and_then(|text| text.split(';').next());
        let Some(state) = state else { return self.refuse(now, id, request, StatusCode::BAD_REQUEST, Vec::new()) };
        let over = state.trim().eq_ignore_ascii_case("terminated");
        self.refuse(now, id, request, StatusCode::OK, Vec::new());
        let status = status_of(&request.body);
        match status {
            _ if told => {}
            Some(status) if status.is_final() => self.refer_ended(handle, Some(status)),
            _ if over => self.refer_ended(handle, None),
            Some(status) => self.core.event(Event::ReferProgress { leg: handle, status }),
            None => {}
        }
    }

    /// Nothing more was heard of it.
    pub(super) fn refer_times_out(&mut self, handle: LegHandle) {
        if self.legs.get(handle).and_then(|leg| leg.refers.ours.as_ref()).is_some_and(|ours| !ours.told) {
            self.refer_ended(handle, None);
        }
    }

    fn refer_ended(&mut self, handle: LegHandle, status: Option<StatusCode>) {
        self.core.timers.stop(TimerKey::Referring(handle));
        let Some(ours) = self.legs.get_mut(handle).and_then(|leg| leg.refers.ours.as_mut()) else { return };
        ours.told = true;
        self.core.event(Event::ReferEnded { leg: handle, status });
    }
}

impl Legs {
    /// Our leg that a Replaces of somebody else names: they see our tag as the one of To (RFC 3891 section 3).
    pub(super) fn replaced(&self, replaces: &Replaces) -> Option<LegHandle> {
        let handle = self.by_own_tag(&replaces.to_tag)?;
        let leg = self.get(handle)?;
        let same_peer = match leg.dialog.remote_tag() {
            Some(tag) => tag == replaces.from_tag,
            // Whom we call has not answered: each branch that rings has its tag. A client of RFC 2543 has none, written
            // as 0.
            None => match &leg.outgoing {
                Some(outgoing) => outgoing.early.iter().any(|early| early.tag() == replaces.from_tag),
                None => replaces.from_tag == "0",
            },
        };
        (leg.dialog.call_id == replaces.call_id && same_peer).then_some(handle)
    }

    /// One of our legs as a Replaces for its other end names it.
    pub(super) fn as_replaced(&self, handle: LegHandle) -> Option<Replaces> {
        let leg = self.get(handle).filter(|leg| !leg.is_over())?;
        let dialog = &leg.dialog;
        let rings = leg.outgoing.as_ref().and_then(|outgoing| outgoing.early.first());
        let tag = dialog.remote_tag().or(rings.map(super::early::Early::tag)).unwrap_or("0");
        Some(Replaces {
            call_id: dialog.call_id.clone(),
            to_tag: tag.to_owned(),
            from_tag: dialog.local_tag().to_owned(),
            early_only: false,
        })
    }

    /// A leg is over: nothing is heard of what we asked its other end.
    pub(super) fn drop_own_refer(core: &mut Core, handle: LegHandle) {
        core.timers.stop(TimerKey::Referring(handle));
    }
}

/// The status line of a `message/sipfrag` (RFC 3420).
fn status_of(body: &[u8]) -> Option<StatusCode> {
    let line = body.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty())?;
    let mut words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    words.next().filter(|version| version.eq_ignore_ascii_case("SIP/2.0"))?;
    StatusCode::new(words.next()?.parse().ok()?)
}

//! The switchboard's own task: signalling comes in and goes to the call whose leg it is of; a new call is let in or
//! refused.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use call_model::CallId;
use sip_core::message::{HeaderName, StatusCode};
use sip_core::{Event, IncomingCall, LegHandle, Protocol, Referral};
use store::fresh_id;
use tokio::sync::mpsc;

use super::Shared;
use crate::admission::{admit, allow, offence};
use crate::call::{CallInput, INBOX, Party, TakeOver};
use crate::directory::Directory;
use crate::house::{Notice, now_ms};
use crate::routing::{Refused, route};
use crate::trunks::Trunks;

/// Signalling kept for legs whose call has not told of them yet.
const MAX_ORPHANS: usize = 4_096;

/// Whose a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Call(CallId),
    /// It was refused here, and only its end is still to come.
    Nobody,
}

/// What the task owns.
pub(super) struct Desk {
    shared: Arc<Shared>,
    legs: HashMap<LegHandle, Owner>,
    /// Signalling of legs that a call has just placed and not told of yet.
    orphans: HashMap<LegHandle, Vec<Event>>,
    trunks: Trunks,
}

impl Desk {
    pub(super) fn new(shared: Arc<Shared>, trunks: Trunks) -> Self {
        Self { shared, legs: HashMap::new(), orphans: HashMap::new(), trunks }
    }

    pub(super) async fn run(
        mut self,
        mut events: mpsc::Receiver<Event>,
        mut notices: mpsc::Receiver<Notice>,
        mut changes: mpsc::Receiver<()>,
    ) {
        let directory = self.shared.house.directory();
        self.learn(&directory).await;
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.on_event(event).await,
                    None => return,
                },
                Some(notice) = notices.recv() => match notice {
                    Notice::Draining => self.trunks.leave().await,
                    notice => self.on_notice(notice),
                },
                Some(()) = changes.recv() => {
                    let directory = self.shared.house.directory();
                    self.learn(&directory).await;
                }
                () = self.trunks.due() => self.trunks.check().await,
            }
        }
    }

    /// The books changed: SIP learns the members' accounts, and the trunks are registered.
    async fn learn(&mut self, directory: &Directory) {
        let realm = &directory.realm;
        let accounts = directory.members().map(|member| sip_core::Account {
            user: member.name.clone(),
            realm: realm.clone(),
            ha1_md5: member.ha1_md5.clone(),
            ha1_sha256: member.ha1_sha256.clone(),
        });
        let sip = &self.shared.house.parts.sip;
        let _ = sip.set_accounts(accounts.collect()).await;
        let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let trusted = directory.trunks().flat_map(|trunk| trunk.addresses.iter().copied()).chain(here.map(Into::into));
        let _ = sip.trust(trusted.collect()).await;
        self.trunks.set(directory.trunks()).await;
        self.shared.house.set_registrations(self.trunks.registrations());
    }

    async fn on_event(&mut self, event: Event) {
        match event {
            Event::IncomingCall(incoming) => self.on_call(incoming).await,
            Event::RegistrationChanged { handle, state } => self.trunks.on_registration(handle, state),
            Event::Pong { handle, result } => self.trunks.on_pong(handle, result),
            Event::Referred { leg, referral } => self.on_referred(leg, referral),
            Event::Registered { user, contact, .. } => {
                self.shared.house.presence.registered(&user, contact.to_string(), true);
                self.shared.house.queues.stir();
            }
            Event::Unregistered { user, contact } => {
                self.shared.house.presence.registered(&user, contact.to_string(), false);
            }
            event => self.pass_on(event),
        }
    }

    fn pass_on(&mut self, event: Event) {
        let Some(leg) = leg_of(&event) else { return };
        let ended = matches!(event, Event::Ended { .. });
        match self.legs.get(&leg).copied() {
            Some(Owner::Call(call)) => self.hand_over(call, event),
            Some(Owner::Nobody) => {}
            None if self.orphans.len() < MAX_ORPHANS => self.orphans.entry(leg).or_default().push(event),
            None => tracing::error!("signalling of an unknown leg was dropped"),
        }
        if ended {
            self.legs.remove(&leg);
        }
    }

    /// A phone asks to be replaced: its call hears of it, with the way to the call that has the leg to be taken over.
    fn on_referred(&self, leg: LegHandle, referral: Box<Referral>) {
        let Some(Owner::Call(call)) = self.legs.get(&leg).copied() else { return };
        let other = referral.replaces.as_ref().and_then(|(_, other)| self.legs.get(other.as_ref()?)).copied();
        let partner = match other {
            Some(Owner::Call(other)) if other != call => self.shared.inbox(other),
            _ => None,
        };
        // A call that does not keep up loses it, and the phone is refused by SIP.
        if let Some(inbox) = self.shared.inbox(call) {
            let _ = inbox.try_send(CallInput::Referred(leg, referral, partner));
        }
    }

    /// An INVITE wants the place of a leg: its call decides, once it is known whose the INVITE is.
    async fn take_over(&mut self, old: LegHandle, incoming: Box<IncomingCall>) {
        let leg = incoming.leg;
        if self.shared.draining.load(Ordering::Relaxed) {
            let retry_after = self.shared.house.retry_after();
            return self.refuse(leg, StatusCode::SERVICE_UNAVAILABLE, retry_after).await;
        }
        let directory = self.shared.house.directory();
        let member = incoming.authenticated_as.as_deref().and_then(|name| directory.member(name));
        let trunk = directory.trunk_at(incoming.flow.remote.ip());
        let party = match (member, trunk) {
            (Some(member), _) => Party::Member(member.name.clone()),
            (None, Some(trunk)) => Party::Trunk(trunk.name.clone()),
            (None, None) => {
                let from = incoming.from.uri.username().unwrap_or_default();
                if incoming.authenticated_as.is_none() && directory.member(&from).is_some() {
                    self.legs.insert(leg, Owner::Nobody);
                    let _ = self.shared.house.parts.sip.challenge(leg).await;
                    return;
                }
                return self.refuse(leg, StatusCode::FORBIDDEN, Vec::new()).await;
            }
        };
        let by_trunk = matches!(party, Party::Trunk(_));
        if allow(&self.shared.house.settings, &directory, &incoming, by_trunk).is_err() {
            return self.refuse(leg, StatusCode::FORBIDDEN, Vec::new()).await;
        }
        let inbox = match self.legs.get(&old) {
            Some(Owner::Call(call)) => self.shared.inbox(*call).map(|inbox| (*call, inbox)),
            _ => None,
        };
        let Some((call, inbox)) = inbox else {
            return self.refuse(leg, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new()).await;
        };
        self.legs.insert(leg, Owner::Call(call));
        if inbox.try_send(CallInput::TakeOver(Box::new(TakeOver { old, party, incoming }))).is_err() {
            let retry_after = self.shared.house.retry_after();
            self.refuse(leg, StatusCode::SERVICE_UNAVAILABLE, retry_after).await;
        }
    }

    fn hand_over(&self, call: CallId, event: Event) {
        let Some(inbox) = self.shared.inbox(call) else { return };
        // Keys are the only thing that the other side can send in any number: a flood of them leaves room for the rest.
        let flood = matches!(event, Event::Info { .. }) && inbox.capacity() < INBOX / 4;
        if flood {
            metrics::counter!("callwright_call_inbox_full_total").increment(1);
        } else if let Err(mpsc::error::TrySendError::Full(input)) = inbox.try_send(CallInput::Sip(Box::new(event))) {
            tracing::error!(%call, "a call's task does not keep up: its signalling waits");
            metrics::counter!("callwright_call_inbox_full_total").increment(1);
            // Never lost: a call that does not hear of its leg's end would stay for ever. SIP allows few at a time.
            tokio::spawn(async move { inbox.send(input).await });
        }
    }

    fn on_notice(&mut self, notice: Notice) {
        match notice {
            Notice::Leg(leg, call) => {
                let events = self.orphans.remove(&leg).unwrap_or_default();
                let ended = events.iter().any(|event| matches!(event, Event::Ended { .. }));
                if !ended {
                    self.legs.insert(leg, Owner::Call(call));
                }
                for event in events {
                    self.hand_over(call, event);
                }
            }
            Notice::Draining => {}
            Notice::Forget(leg) => drop(self.legs.remove(&leg)),
            Notice::Over(call) => {
                // Legs that outlive their call: nobody would hang them up any more.
                let left: Vec<LegHandle> =
                    self.legs.iter().filter(|(_, owner)| **owner == Owner::Call(call)).map(|(leg, _)| *leg).collect();
                for leg in left {
                    self.legs.insert(leg, Owner::Nobody);
                    self.shared.house.parts.sip.hangup_soon(leg);
                }
            }
        }
    }

    async fn on_call(&mut self, incoming: Box<IncomingCall>) {
        let leg = incoming.leg;
        if let Some(old) = incoming.replaces {
            return self.take_over(old, incoming).await;
        }
        if self.shared.draining.load(Ordering::Relaxed) || !self.shared.admit() {
            let retry_after = self.shared.house.retry_after();
            return self.refuse(leg, StatusCode::SERVICE_UNAVAILABLE, retry_after).await;
        }
        let directory = self.shared.house.directory();
        let id = fresh_id(now_ms());
        let routed = route(&directory, id, &incoming);
        match routed.and_then(|reception| admit(&self.shared.house, &incoming, reception)) {
            Ok(reception) => {
                self.legs.insert(leg, Owner::Call(id));
                let (outbox, inbox) = mpsc::channel(INBOX);
                self.shared.enter(id, outbox.clone());
                let shared = self.shared.clone();
                tokio::spawn(async move {
                    match reception.begin(shared.house.clone(), inbox, outbox).await {
                        Some(call) => shared.spawn(id, call),
                        None => shared.leave(id),
                    }
                });
            }
            Err(refusal) => {
                self.shared.give_place_back();
                // The source of a datagram may be made up.
                if incoming.flow.protocol != Protocol::Udp
                    && let Some(offence) = offence(&directory, &incoming, &refusal)
                {
                    self.shared.house.parts.sip.offend(incoming.flow.remote.ip(), offence);
                }
                match refusal {
                    Refused::Challenge => {
                        self.legs.insert(leg, Owner::Nobody);
                        let _ = self.shared.house.parts.sip.challenge(leg).await;
                    }
                    Refused::TooManyHops => self.refuse(leg, StatusCode::TOO_MANY_HOPS, Vec::new()).await,
                    Refused::NoPrivacy => self.refuse(leg, StatusCode::SERVER_INTERNAL_ERROR, Vec::new()).await,
                    Refused::Forbidden => self.refuse(leg, StatusCode::FORBIDDEN, Vec::new()).await,
                    Refused::NotFound => self.refuse(leg, StatusCode::NOT_FOUND, Vec::new()).await,
                }
            }
        }
    }

    async fn refuse(&mut self, leg: LegHandle, status: StatusCode, extra: Vec<(HeaderName, String)>) {
        self.legs.insert(leg, Owner::Nobody);
        let _ = self.shared.house.parts.sip.reject(leg, status, extra).await;
    }
}

/// The leg that signalling is of.
pub(crate) const fn leg_of(event: &Event) -> Option<LegHandle> {
    match event {
        Event::Progress { leg, .. }
        | Event::Answered { leg, .. }
        | Event::EarlyConfirmed { leg, .. }
        | Event::Confirmed { leg, .. }
        | Event::Reinvited { leg, .. }
        | Event::ReinviteConfirmed { leg, .. }
        | Event::ReinviteCancelled { leg }
        | Event::ReinviteAnswered { leg, .. }
        | Event::ReinviteFailed { leg, .. }
        | Event::ReferProgress { leg, .. }
        | Event::ReferEnded { leg, .. }
        | Event::Info { leg, .. }
        | Event::Ended { leg, .. } => Some(*leg),
        _ => None,
    }
}

//! What all parts of the endpoint share: settings, chance, timers, the queues to the driver, and the transactions.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::call::{Counters, LegHandle, PingHandle, ResolveId, ResolveRequest};
use super::client::{ClientId, Clients, Outcome};
use super::config::EndpointConfig;
use super::event::Event;
use super::locate::Waiting;
use super::penalties::Penalties;
use super::referral::ReferId;
use super::server::{ServerId, Servers};
use crate::chance::Chance;
use crate::digest::hex;
use crate::flow::{Target, Transmit};
use crate::registration::RegistrationHandle;
use crate::tables::{Keyed, Table, Timers, table};
use crate::transaction::Timer;

/// Every timer of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum TimerKey {
    /// A client transaction's.
    Client(ClientId, Timer),
    /// A server transaction's.
    Server(ServerId, Timer),
    /// A leg's.
    Leg(LegHandle, LegTimer),
    /// One of our registrations is to be refreshed or tried again.
    Registration(RegistrationHandle),
    /// A subscription that came of a REFER lapses, or nobody has decided on that.
    Referral(LegHandle, ReferId),
    /// The outcome of our REFER has been waited for long enough.
    Referring(LegHandle),
    /// A contact at our registrar lapses.
    Binding(u64),
    /// Used nonces lapse.
    Nonces,
}

/// The timers of legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum LegTimer {
    /// The call has rung for long enough.
    Ring,
    /// The provisional response is to be repeated.
    Refresh,
    /// The 2xx is to be repeated.
    Answer,
    /// The 2xx was not acknowledged.
    AckWait,
    /// The owner has not answered a re-INVITE.
    ReinviteAnswer,
    /// Our re-INVITE has had no final response for long.
    Reinvite,
    /// Our re-INVITE may be tried again after glare.
    Glare,
    /// The owner has not given the late answer.
    LateAnswer,
    /// No final response came after CANCEL.
    CancelGiveUp,
    /// The reliable provisional response is to be repeated.
    Provisional,
    /// It was not confirmed.
    PrackWait,
    /// The session is to be refreshed.
    SessionRefresh,
    /// The session was not refreshed.
    SessionExpiry,
}

impl LegTimer {
    pub(super) const ALL: [Self; 13] = [
        Self::Ring,
        Self::Refresh,
        Self::Answer,
        Self::AckWait,
        Self::ReinviteAnswer,
        Self::Reinvite,
        Self::Glare,
        Self::LateAnswer,
        Self::CancelGiveUp,
        Self::Provisional,
        Self::PrackWait,
        Self::SessionRefresh,
        Self::SessionExpiry,
    ];
}

/// Who sent a request and hears of its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The INVITE that makes a leg.
    Invite(LegHandle),
    /// The re-INVITE with this CSeq.
    Reinvite(LegHandle, u32),
    /// The UPDATE with this CSeq.
    Update(LegHandle, u32),
    /// A PRACK.
    Prack(LegHandle),
    /// A CANCEL: nobody waits for its response.
    Cancel,
    /// The BYE that ends a leg.
    Bye(LegHandle),
    /// The BYE of a branch that was not wanted.
    ForkBye,
    /// An INFO.
    Info(LegHandle),
    /// A REFER of ours.
    Refer(LegHandle),
    /// A NOTIFY that says how a REFER of theirs goes on.
    Notify(LegHandle, ReferId),
    /// A REGISTER of ours.
    Register(RegistrationHandle),
    /// A ping.
    Ping(PingHandle),
}

impl Owner {
    /// The leg that is kept for as long as the request runs.
    pub(super) fn leg(self) -> Option<LegHandle> {
        match self {
            Self::Invite(leg)
            | Self::Reinvite(leg, _)
            | Self::Update(leg, _)
            | Self::Prack(leg)
            | Self::Bye(leg)
            | Self::Info(leg)
            | Self::Refer(leg)
            | Self::Notify(leg, _) => Some(leg),
            Self::Cancel | Self::ForkBye | Self::Register(_) | Self::Ping(_) => None,
        }
    }
}

/// See the [module](self).
pub(super) struct Core {
    pub config: EndpointConfig,
    pub chance: Chance,
    pub timers: Timers<TimerKey>,
    pub transmits: VecDeque<Transmit>,
    pub events: VecDeque<Event>,
    pub asks: VecDeque<ResolveRequest>,
    pub waiting: Table<ResolveId, Waiting>,
    pub outcomes: VecDeque<Outcome>,
    pub signs: VecDeque<(std::net::IpAddr, super::sign::Sign)>,
    pub counters: Counters,
    pub clients: Clients,
    pub servers: Servers,
    pub penalties: Penalties,
    /// No new calls are taken: whoever asks by OPTIONS learns it.
    pub draining: bool,
    hashing: Keyed,
    last_id: u64,
}

impl Core {
    pub(super) fn new(config: EndpointConfig, chance: Chance, seed: u64) -> Self {
        Self {
            config,
            chance,
            timers: Timers::new(seed),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            asks: VecDeque::new(),
            waiting: table(seed),
            outcomes: VecDeque::new(),
            signs: VecDeque::new(),
            counters: Counters::default(),
            clients: Clients::new(seed),
            servers: Servers::new(seed),
            penalties: Penalties::new(seed),
            draining: false,
            hashing: Keyed::new(seed),
            last_id: 0,
        }
    }

    /// A number that was not given before.
    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn send(&mut self, target: Target, data: Bytes) {
        self.counters.sent += 1;
        self.transmits.push_back(Transmit { target, data });
    }

    pub(super) fn resend(&mut self, target: Target, data: Bytes) {
        self.counters.retransmitted += 1;
        self.send(target, data);
    }

    pub(super) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    pub(super) fn set_timer(&mut self, key: TimerKey, now: Instant, after: Duration) {
        self.timers.set(key, now + after);
    }

    /// As many transactions as may be, for requests outside of dialogs (`spare` 1) or inside (`spare` 2).
    pub(super) fn is_full(&self, spare: usize) -> bool {
        self.clients.len() + self.servers.len() >= self.config.limits.max_transactions.saturating_mul(spare)
    }

    /// A tag that is the same each time for the same transaction, as stateless answers need (RFC 3261 section 8.2.7).
    pub(super) fn stateless_tag(&self, key: &str) -> String {
        hex(&self.hashing.hash_one(key).to_be_bytes())
    }
}

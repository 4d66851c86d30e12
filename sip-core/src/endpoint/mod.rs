//! The endpoint: every transaction, dialog and registration of one SIP server, by `&mut` and without I/O.
//!
//! The driver hands in what arrives ([`Endpoint::handle_datagram`], [`Endpoint::handle_message`]), the passing of time
//! ([`Endpoint::handle_timeout`]) and the answers of name servers ([`Endpoint::handle_resolved`]); the owner's commands
//! come by the methods for legs and registrations. After each of these the driver drains
//! [`Endpoint::poll_transmit`], [`Endpoint::poll_resolve`] and [`Endpoint::poll_event`], and asks
//! [`Endpoint::poll_timeout`] when to come back. The order of the drains does not matter.

mod call;
mod client;
mod config;
mod content;
mod core;
mod early;
mod event;
mod in_dialog;
mod inbound;
mod leg;
mod locate;
mod multipart;
mod penalties;
mod ping;
mod provisional;
mod redirect;
mod referral;
mod referring;
mod register;
mod registrations;
mod reinvite;
mod replacing;
mod server;
mod session_timer;
mod settle;
mod sign;
mod uac;
mod uas;
mod update;

use std::time::Instant;

pub use call::{
    Counters, InviteError, LegError, LegHandle, OutgoingCall, PingHandle, ResolveError, ResolveId, ResolveRequest,
    Resolved, TableSizes,
};
pub use config::{CallTimers, DigestConfig, EndpointConfig, Limits, Listener, RegistrarConfig, RegistrationConfig};
pub use event::{Branch, EndReason, EndedBy, Event, IncomingCall, PingError, Reliable};
pub use referral::{ReferId, Referral};
pub use referring::OutgoingRefer;
pub use sign::Sign;

use self::core::Core;
use self::leg::Legs;
use self::registrations::Registrations;
use crate::body::Body;
use crate::chance::Chance;
use crate::digest::{Account, Authenticator, Pass};
use crate::flow::{Flow, Target, Transmit};
use crate::message::{HeaderName, Message, ParseError, Replaces, StatusCode, Uri};
use crate::registrar::{Binding, KeptBinding, Registrar};
use crate::registration::{Registration, RegistrationHandle};
use crate::tables::{Table, table};

/// One SIP server or client without I/O. See the [module](self).
pub struct Endpoint {
    core: Core,
    legs: Legs,
    auth: Authenticator,
    registrar: Registrar,
    registrations: Registrations,
    pings: Table<PingHandle, Instant>,
}

/// The driver's side.
impl Endpoint {
    /// An endpoint that knows nobody. All its tags, branches, nonces and jitter come from `seed`, which must therefore
    /// be unpredictable outside of tests.
    pub fn new(config: EndpointConfig, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let hashing = chance.number();
        let auth = Authenticator::new(config.digest.clone(), &mut chance);
        Self {
            auth,
            legs: Legs::new(hashing),
            registrar: Registrar::new(hashing),
            registrations: Registrations::new(),
            pings: table(hashing),
            core: Core::new(config, chance, hashing),
        }
    }

    /// A datagram arrived.
    pub fn handle_datagram(&mut self, now: Instant, flow: Flow, data: &[u8]) {
        self.datagram_arrived(now, flow, data);
        self.settle(now);
    }

    /// A message arrived on a stream and was framed by [`StreamDecoder`](crate::message::StreamDecoder).
    pub fn handle_message(&mut self, now: Instant, flow: Flow, message: Result<Message, ParseError>) {
        self.message_arrived(now, flow, message);
        self.settle(now);
    }

    /// A connection was closed, by whichever side. What waits for a response on it fails at once; contacts that were
    /// registered over it go.
    pub fn handle_flow_closed(&mut self, now: Instant, flow: Flow) {
        if flow.connection.is_none() {
            return;
        }
        let lost = |target: &Target| target.connection == flow.connection;
        self.legs.unpin(lost);
        let gone = self.registrar.remove_where(|binding| binding.flow.connection == flow.connection);
        self.tell(gone);
        self.registrations_lost(now, lost);
        self.core.targets_lost(now, lost);
        self.core.replies_lost(flow);
        self.settle(now);
    }

    /// A transmit could not be sent: no connection could be opened, or the network reported that nobody is there.
    pub fn handle_transmit_failed(&mut self, now: Instant, target: Target) {
        let same = |it: &Target| (it.protocol, it.remote, it.name) == (target.protocol, target.remote, target.name);
        self.core.targets_lost(now, same);
        self.settle(now);
    }

    /// The time given by [`poll_timeout`](Self::poll_timeout) has come. Early or late calls do no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.run_timers(now);
    }

    /// The answer to a [`ResolveRequest`].
    pub fn handle_resolved(&mut self, now: Instant, id: ResolveId, resolved: Resolved) {
        self.core.resolved(now, id, resolved);
        self.settle(now);
    }

    /// The next message to send; `None` when there is none.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.core.transmits.pop_front()
    }

    /// The next event; `None` when there is none.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.core.timers.next()
    }

    /// The next name to resolve; `None` when there is none. Each must be answered.
    pub fn poll_resolve(&mut self) -> Option<ResolveRequest> {
        self.core.asks.pop_front()
    }

    /// What the latest requests told of who sent them, by source; `None` when there is nothing more. Whoever does not ask
    /// misses nothing but this.
    pub fn poll_sign(&mut self) -> Option<(std::net::IpAddr, Sign)> {
        self.core.signs.pop_front()
    }

    /// How much the endpoint holds.
    pub fn table_sizes(&self) -> TableSizes {
        TableSizes {
            legs: self.legs.len(),
            dialogs: self.legs.tags(),
            client_transactions: self.core.clients.len(),
            server_transactions: self.core.servers.len(),
            timers: self.core.timers.len(),
            resolves: self.core.waiting.len(),
            pings: self.pings.len(),
            nonces: self.auth.used_nonces(),
            bindings: self.registrar.len(),
            registrations: self.registrations.len(),
        }
    }

    /// What the endpoint has counted.
    pub fn counters(&self) -> Counters {
        self.core.counters
    }

    /// The paths by which the registrars that hold a contact of ours reach us.
    pub fn registered_flows(&self) -> impl Iterator<Item = Flow> + '_ {
        registrations::flows(&self.registrations)
    }

    /// From now on OPTIONS outside of dialogs gets 503, so that whoever watches us sends new calls elsewhere. Calls are
    /// not touched by it: that a new one is refused is up to who takes the events.
    pub fn drain(&mut self) {
        self.core.draining = true;
    }

    /// The settings.
    pub fn config(&self) -> &EndpointConfig {
        &self.core.config
    }
}

/// Calls.
impl Endpoint {
    /// Places a call. [`Event::Progress`], [`Event::Answered`] and [`Event::Ended`] tell how it goes on.
    pub fn invite(&mut self, now: Instant, call: OutgoingCall) -> Result<LegHandle, InviteError> {
        let done = self.place_call(now, call);
        self.settle(now);
        done
    }

    /// Tells the caller that it rings (180) or that there is early media (183, with an answer; with our offer, when the
    /// caller made none and can confirm it). It is sent reliably (RFC 3262) to a caller who requires that, and with a
    /// body to one who can confirm it: then [`Event::EarlyConfirmed`] follows. Without a body nothing is sent to a caller
    /// who requires it and made no offer.
    pub fn ring(
        &mut self,
        now: Instant,
        leg: LegHandle,
        status: StatusCode,
        body: Option<Body>,
    ) -> Result<(), LegError> {
        let done = self.ring_call(now, leg, status, body);
        self.settle(now);
        done
    }

    /// Answers an incoming call with 200 and the answer (or our offer, when the caller made none). It is repeated until
    /// [`Event::Confirmed`]. While a reliable provisional response with a body is not confirmed, it waits; after one that
    /// is, it goes without the body.
    pub fn accept(&mut self, now: Instant, leg: LegHandle, body: Body) -> Result<(), LegError> {
        let done = self.accept_call(now, leg, body);
        self.settle(now);
        done
    }

    /// Refuses an incoming call with a status of 300 to 699 and further headers (Contact for 3xx, Retry-After, ...).
    pub fn reject(
        &mut self,
        now: Instant,
        leg: LegHandle,
        status: StatusCode,
        extra: Vec<(HeaderName, String)>,
    ) -> Result<(), LegError> {
        let done = self.reject_call(now, leg, status, extra);
        self.settle(now);
        done
    }

    /// Refuses an incoming call with 401, so that the caller shows who it is. The leg ends; the caller's next try is a
    /// new one.
    pub fn challenge(&mut self, now: Instant, leg: LegHandle) -> Result<(), LegError> {
        let done = self.challenge_call(now, leg);
        self.settle(now);
        done
    }

    /// Gives our answer to the offer that came with [`Event::Answered`] or [`Event::Progress`], after an
    /// [`OutgoingCall`] without a body.
    pub fn acknowledge(&mut self, now: Instant, leg: LegHandle, answer: Body) -> Result<(), LegError> {
        let done = self.acknowledge_call(now, leg, answer);
        self.settle(now);
        done
    }

    /// Ends a leg, whatever its state: by CANCEL, BYE or a refusal (603). [`Event::Ended`] follows, unless it came
    /// already. A leg that is gone is left in peace.
    pub fn hangup(&mut self, now: Instant, leg: LegHandle) {
        self.hang_up(now, leg);
        self.settle(now);
    }

    /// Offers a changed session: hold, resume, another address. By re-INVITE, and before the answer by UPDATE.
    /// [`Event::ReinviteAnswered`] or [`Event::ReinviteFailed`] follows.
    pub fn reinvite(&mut self, now: Instant, leg: LegHandle, offer: Body) -> Result<(), LegError> {
        let done = self.start_reinvite(now, leg, offer);
        self.settle(now);
        done
    }

    /// The same by UPDATE (RFC 3311): only where the other end knows it, and once the first offer has its answer.
    pub fn update(&mut self, now: Instant, leg: LegHandle, offer: Body) -> Result<(), LegError> {
        let done = self.start_update(now, leg, offer);
        self.settle(now);
        done
    }

    /// Spares the other end UPDATE, whatever it says that it can: sessions are refreshed and changed by re-INVITE. For an
    /// [`OutgoingCall`] it is said beforehand.
    pub fn spare_update(&mut self, leg: LegHandle) -> Result<(), LegError> {
        let leg = self.legs.live(leg).ok_or(LegError::Gone)?;
        leg.session.no_update = true;
        leg.session.updates = false;
        Ok(())
    }

    /// Accepts the other end's re-INVITE or UPDATE with an answer (or our offer, when it made none).
    pub fn accept_reinvite(&mut self, now: Instant, leg: LegHandle, body: Body) -> Result<(), LegError> {
        let done = self.answer_reinvite(now, leg, body);
        self.settle(now);
        done
    }

    /// Refuses the other end's re-INVITE or UPDATE (such as with 488); the session stays as it was.
    pub fn reject_reinvite(&mut self, now: Instant, leg: LegHandle, status: StatusCode) -> Result<(), LegError> {
        let done = self.refuse_reinvite(now, leg, status);
        self.settle(now);
        done
    }

    /// Sends an INFO inside of the dialog.
    pub fn info(&mut self, now: Instant, leg: LegHandle, body: Body) -> Result<(), LegError> {
        let done = self.send_info(now, leg, body);
        self.settle(now);
        done
    }
}

/// Transfers (RFC 3515).
impl Endpoint {
    /// Takes a REFER of the other end (202). It is told that the call is tried, and by
    /// [`notify_refer`](Self::notify_refer) how it goes on, also after the end of the leg.
    pub fn accept_refer(&mut self, now: Instant, leg: LegHandle, id: ReferId) -> Result<(), LegError> {
        let done = self.answer_refer(now, leg, id, None);
        self.settle(now);
        done
    }

    /// Refuses a REFER of the other end, such as with 403.
    pub fn reject_refer(
        &mut self,
        now: Instant,
        leg: LegHandle,
        id: ReferId,
        status: StatusCode,
    ) -> Result<(), LegError> {
        let done = self.answer_refer(now, leg, id, Some(status));
        self.settle(now);
        done
    }

    /// Tells the other end how the call goes on that it asked for; a final status is the last.
    pub fn notify_refer(
        &mut self,
        now: Instant,
        leg: LegHandle,
        id: ReferId,
        status: StatusCode,
    ) -> Result<(), LegError> {
        let done = self.tell_referrer(now, leg, id, status);
        self.settle(now);
        done
    }

    /// What an INVITE to the other end of a leg must say in Replaces to take its place (RFC 3891); `None` when the leg is
    /// over.
    pub fn replaces(&self, leg: LegHandle) -> Option<Replaces> {
        self.legs.as_replaced(leg)
    }

    /// Asks the other end to call somebody else instead of us. [`Event::ReferProgress`] and [`Event::ReferEnded`] tell
    /// how it goes on; on success the owner hangs the leg up.
    pub fn refer(&mut self, now: Instant, leg: LegHandle, refer: OutgoingRefer) -> Result<(), LegError> {
        let done = self.start_refer(now, leg, refer);
        self.settle(now);
        done
    }
}

/// Accounts, registrations and pings.
impl Endpoint {
    /// Replaces the accounts that may register and call. The contacts of accounts that are gone, or whose password is
    /// another one now, go too.
    pub fn set_accounts(&mut self, accounts: Vec<Account>) {
        self.auth.set_accounts(accounts);
        self.drop_unproved();
    }

    /// Lets an account log in by a pass, too, until that lapses or is [recalled](Self::recall_pass).
    pub fn lend_pass(&mut self, now: Instant, pass: Pass) {
        self.auth.lend(now, pass);
    }

    /// Ends a pass, and with it the contacts that were registered by it. Calls go on.
    pub fn recall_pass(&mut self, name: &str) {
        self.auth.recall(name);
        // It may have lapsed and be forgotten already; what was registered by it is not.
        self.drop_unproved();
    }

    fn drop_unproved(&mut self) {
        let auth = &self.auth;
        let gone = self.registrar.remove_unproved(|user, proof| auth.holds(user, proof));
        self.tell(gone);
    }

    /// Where a user can be reached, the preferred contact first. Place a call by [`OutgoingCall`] with the contact as
    /// its target and its flow as `via_flow`.
    pub fn bindings(&self, user: &str) -> Vec<Binding> {
        self.registrar.bindings(user)
    }

    /// The contacts of all users that are reached by datagrams: to be kept, and given to
    /// [`restore_bindings`](Self::restore_bindings) by the next run of the program.
    pub fn kept_bindings(&self, now: Instant) -> Vec<KeptBinding> {
        self.registrar.kept(now)
    }

    /// Takes in the contacts that an earlier run kept, before [`set_accounts`](Self::set_accounts), which lets those go
    /// whose account is gone or has another password. A contact that has registered since stays as it is.
    pub fn restore_bindings(&mut self, now: Instant, kept: Vec<KeptBinding>) {
        let core = &mut self.core;
        let config = core.config.registrar.clone();
        let notices = self.registrar.restore(now, kept, &config, || core.new_id());
        self.tell(notices);
        self.settle(now);
    }

    /// Registers us at a registrar and keeps the registration up until [`unregister`](Self::unregister).
    pub fn register(&mut self, now: Instant, registration: Registration) -> RegistrationHandle {
        let done = self.start_registration(now, registration);
        self.settle(now);
        done
    }

    /// Takes a registration back.
    pub fn unregister(&mut self, now: Instant, handle: RegistrationHandle) {
        self.stop_registration(now, handle);
        self.settle(now);
    }

    /// Asks the other end for a sign of life by OPTIONS; [`Event::Pong`] follows.
    pub fn options(&mut self, now: Instant, target: Uri) -> PingHandle {
        let done = self.start_ping(now, target);
        self.settle(now);
        done
    }
}

//! The endpoint: every transaction, dialog and registration of one SIP server, by `&mut` and without I/O.
//!
//! The driver hands in what arrives ([`Endpoint::handle_datagram`], [`Endpoint::handle_message`]), the passing of time
//! ([`Endpoint::handle_timeout`]) and the answers of name servers ([`Endpoint::handle_resolved`]); the owner's commands
//! come by the methods for legs and registrations. After each of these the driver drains
//! [`Endpoint::poll_transmit`], [`Endpoint::poll_resolve`] and [`Endpoint::poll_event`], and asks
//! [`Endpoint::poll_timeout`] when to come back. The order of the drains does not matter.

mod call;
mod config;
mod event;

use std::time::Instant;

pub use call::{
    Counters, InviteError, LegError, LegHandle, OutgoingCall, PingHandle, ResolveError, ResolveId, ResolveRequest,
    Resolved, TableSizes,
};
pub use config::{
    CallTimers, DigestConfig, EndpointConfig, Limits, Listener, RegistrarConfig, RegistrationConfig,
};
pub use event::{EndReason, EndedBy, Event, IncomingCall, PingError};

use crate::body::Body;
use crate::digest::Account;
use crate::flow::{Flow, Target, Transmit};
use crate::message::{HeaderName, Message, ParseError, StatusCode, Uri};
use crate::registrar::Binding;
use crate::registration::{Registration, RegistrationHandle};

/// One SIP server or client without I/O. See the [module](self).
pub struct Endpoint {
    config: EndpointConfig,
}

/// The driver's side.
impl Endpoint {
    /// An endpoint that knows nobody. All its tags, branches, nonces and jitter come from `seed`, which must therefore
    /// be unpredictable outside of tests.
    pub fn new(config: EndpointConfig, _seed: u64) -> Self {
        Self { config }
    }

    /// A datagram arrived.
    pub fn handle_datagram(&mut self, _now: Instant, _flow: Flow, _data: &[u8]) {}

    /// A message arrived on a stream and was framed by [`StreamDecoder`](crate::message::StreamDecoder).
    pub fn handle_message(&mut self, _now: Instant, _flow: Flow, _message: Result<Message, ParseError>) {}

    /// A connection was closed, by whichever side. What waits for a response on it fails at once.
    pub fn handle_flow_closed(&mut self, _now: Instant, _flow: Flow) {}

    /// A transmit could not be sent: no connection could be opened, or the network reported that nobody is there.
    pub fn handle_transmit_failed(&mut self, _now: Instant, _target: Target) {}

    /// The time given by [`poll_timeout`](Self::poll_timeout) has come. Early or late calls do no harm.
    pub fn handle_timeout(&mut self, _now: Instant) {}

    /// The answer to a [`ResolveRequest`].
    pub fn handle_resolved(&mut self, _now: Instant, _id: ResolveId, _resolved: Resolved) {}

    /// The next message to send; `None` when there is none.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        None
    }

    /// The next event; `None` when there is none.
    pub fn poll_event(&mut self) -> Option<Event> {
        None
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// The next name to resolve; `None` when there is none. Each must be answered.
    pub fn poll_resolve(&mut self) -> Option<ResolveRequest> {
        None
    }

    /// How much the endpoint holds.
    pub fn table_sizes(&self) -> TableSizes {
        TableSizes::default()
    }

    /// What the endpoint has counted.
    pub fn counters(&self) -> Counters {
        Counters::default()
    }

    /// The settings.
    pub fn config(&self) -> &EndpointConfig {
        &self.config
    }
}

/// Calls.
impl Endpoint {
    /// Places a call. [`Event::Progress`], [`Event::Answered`] and [`Event::Ended`] tell how it goes on.
    pub fn invite(&mut self, _now: Instant, _call: OutgoingCall) -> Result<LegHandle, InviteError> {
        Err(InviteError::Overloaded)
    }

    /// Tells the caller that it rings (180) or that there is early media (183, with an answer).
    pub fn ring(
        &mut self,
        _now: Instant,
        _leg: LegHandle,
        _status: StatusCode,
        _body: Option<Body>,
    ) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Answers an incoming call with 200 and the answer (or our offer, when the caller made none). It is repeated until
    /// [`Event::Confirmed`].
    pub fn accept(&mut self, _now: Instant, _leg: LegHandle, _body: Body) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Refuses an incoming call with a status of 300 to 699 and further headers (Contact for 3xx, Retry-After, ...).
    pub fn reject(
        &mut self,
        _now: Instant,
        _leg: LegHandle,
        _status: StatusCode,
        _extra: Vec<(HeaderName, String)>,
    ) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Refuses an incoming call with 401, so that the caller shows who it is. The leg ends; the caller's next try is a
    /// new one.
    pub fn challenge(&mut self, _now: Instant, _leg: LegHandle) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Gives our answer to the offer that came with [`Event::Answered`], after an [`OutgoingCall`] without a body.
    pub fn acknowledge(&mut self, _now: Instant, _leg: LegHandle, _answer: Body) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Ends a leg, whatever its state: by CANCEL, BYE or a refusal (603). [`Event::Ended`] follows, unless it came
    /// already. A leg that is gone is left in peace.
    pub fn hangup(&mut self, _now: Instant, _leg: LegHandle) {}

    /// Offers a changed session: hold, resume, another address. [`Event::ReinviteAnswered`] or
    /// [`Event::ReinviteFailed`] follows.
    pub fn reinvite(&mut self, _now: Instant, _leg: LegHandle, _offer: Body) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Accepts the other end's re-INVITE with an answer (or our offer, when it made none).
    pub fn accept_reinvite(&mut self, _now: Instant, _leg: LegHandle, _body: Body) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Refuses the other end's re-INVITE (such as with 488); the session stays as it was.
    pub fn reject_reinvite(&mut self, _now: Instant, _leg: LegHandle, _status: StatusCode) -> Result<(), LegError> {
        Err(LegError::Gone)
    }

    /// Sends an INFO inside of the dialog.
    pub fn info(&mut self, _now: Instant, _leg: LegHandle, _body: Body) -> Result<(), LegError> {
        Err(LegError::Gone)
    }
}

/// Accounts, registrations and pings.
impl Endpoint {
    /// Replaces the accounts that may register and call. The contacts of accounts that are gone go too.
    pub fn set_accounts(&mut self, _accounts: Vec<Account>) {}

    /// Where a user can be reached, the preferred contact first. Place a call by [`OutgoingCall`] with the contact as
    /// its target and its flow as `via_flow`.
    pub fn bindings(&self, _user: &str) -> Vec<Binding> {
        Vec::new()
    }

    /// Registers us at a registrar and keeps the registration up until [`unregister`](Self::unregister).
    pub fn register(&mut self, _now: Instant, _registration: Registration) -> RegistrationHandle {
        RegistrationHandle(0)
    }

    /// Takes a registration back.
    pub fn unregister(&mut self, _now: Instant, _handle: RegistrationHandle) {}

    /// Asks the other end for a sign of life by OPTIONS; [`Event::Pong`] follows.
    pub fn options(&mut self, _now: Instant, _target: Uri) -> PingHandle {
        PingHandle(0)
    }
}

//! SIP without I/O, clock or chance: messages, transactions, dialogs, digest, registrations and the endpoint that ties
//! them together.
//!
//! - [`message`]: reading and writing messages.
//! - [`transaction`]: the four state machines of RFC 3261 section 17 and their timers.
//! - [`digest`]: authentication, both sides.
//! - [`registrar`] and [`registration`]: our users' contacts; our own at carriers.
//! - [`endpoint`]: takes messages, timeouts and commands in; gives transmits, events and the next timeout.
//! - [`flow`] and [`body`]: addresses and opaque bodies.

pub mod body;
mod chance;
mod dialog;
pub mod digest;
pub mod endpoint;
pub mod flow;
pub mod message;
pub mod registrar;
pub mod registration;
mod tables;
pub mod transaction;

pub use body::Body;
pub use digest::{Account, Credentials, Pass};
pub use endpoint::{Branch, Reliable};
pub use endpoint::{
    Counters, EndReason, EndedBy, Endpoint, EndpointConfig, Event, IncomingCall, InviteError, LegError, LegHandle,
    Listener, OutgoingCall, OutgoingRefer, PingError, PingHandle, ReferId, Referral, ResolveError, ResolveId,
    ResolveRequest, Resolved, Sign, TableSizes,
};
pub use flow::{ConnectionId, Flow, PeerName, Protocol, Target, Transmit};
pub use message::HostPort;
pub use registrar::{Binding, KeptBinding};
pub use registration::{Registration, RegistrationHandle, RegistrationState};

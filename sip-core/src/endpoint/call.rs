//! What the owner of an endpoint hands in to place and steer calls, and what can be wrong with it.

use std::fmt;
use std::time::Duration;

use super::event::Reliable;
use crate::body::Body;
use crate::digest::Credentials;
use crate::flow::{Flow, Protocol, Target};
use crate::message::{HeaderName, NameAddr, Uri};
use crate::registration::RegistrationHandle;

/// Names one leg: one INVITE and the dialog that comes of it, in or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegHandle(pub(crate) u64);

/// Names one OPTIONS ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PingHandle(pub(crate) u64);

/// Names one question for the addresses of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResolveId(pub(crate) u64);

/// A call to place. Made by [`OutgoingCall::new`]; the fields may be changed afterwards.
#[derive(Clone)]
pub struct OutgoingCall {
    /// Whom to call: the Request-URI. `sip` and `sips`; `tel` only with a `route`.
    pub target: Uri,
    /// An outbound proxy, such as a trunk's: where the INVITE is sent in place of the target's own host.
    pub route: Option<Uri>,
    /// The From header; a tag in it is replaced.
    pub from: NameAddr,
    /// The To header; the target when `None`.
    pub to: Option<NameAddr>,
    /// The user part of our Contact; the From user when `None`.
    pub contact_user: Option<String>,
    /// A feature tag of our Contact (RFC 3840), such as `+sip.src`.
    pub contact_feature: Option<&'static str>,
    /// Answers challenges (401, 407).
    pub credentials: Option<Credentials>,
    /// The Call-ID (RFC 3261 section 8.1.1.4), unique and not to be guessed; `None`: one is made.
    pub call_id: Option<String>,
    /// The offer; `None` asks the other end for one (see [`acknowledge`](super::Endpoint::acknowledge)).
    pub body: Option<Body>,
    /// Further headers, such as P-Asserted-Identity. The endpoint's own headers cannot be set here.
    pub headers: Vec<(HeaderName, String)>,
    /// The call is cancelled when it has not been answered by then. Default: 60 s.
    pub ring_timeout: Duration,
    /// Send over this flow, whatever the target says: that of a registered contact, so that clients behind a NAT are
    /// reached.
    pub via_flow: Option<Flow>,
    /// Proxies on the way that are known beforehand, the nearest first, such as the path of a registered contact (RFC
    /// 3327); after `route`.
    pub routes: Vec<NameAddr>,
    /// The registration of ours whose Service-Route (RFC 3608) the call takes, before `routes`.
    pub registration: Option<RegistrationHandle>,
    /// Max-Forwards; `None` for the configured value. Zero is refused.
    pub max_forwards: Option<u8>,
    /// Redirections (3xx) that are followed; `None` for the configured value. With 0 a redirection is a refusal: for
    /// targets that must not choose where the call goes.
    pub max_redirects: Option<usize>,
    /// What to say of reliable provisional responses (RFC 3262). Default: that we can confirm them.
    pub reliable: Reliable,
    /// Whether to ask for a session timer (RFC 4028), where the endpoint has them. Default: true.
    pub session_timer: bool,
    /// Whether UPDATE (RFC 3311) is taken and sent, where the other end knows it. Default: true.
    pub update: bool,
}

impl OutgoingCall {
    /// A call without an offer, to the target's own address.
    pub fn new(target: Uri, from: NameAddr) -> Self {
        Self {
            target,
            route: None,
            from,
            to: None,
            contact_user: None,
            contact_feature: None,
            credentials: None,
            call_id: None,
            body: None,
            headers: Vec::new(),
            ring_timeout: Duration::from_mins(1),
            via_flow: None,
            routes: Vec::new(),
            registration: None,
            max_forwards: None,
            max_redirects: None,
            reliable: Reliable::Supported,
            session_timer: true,
            update: true,
        }
    }
}

impl fmt::Debug for OutgoingCall {
    // Who calls whom is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingCall")
            .field("body", &self.body)
            .field("ring_timeout", &self.ring_timeout)
            .field("via_flow", &self.via_flow)
            .finish_non_exhaustive()
    }
}

/// Why a call was not placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// As many legs or transactions as may be.
    #[error("too many calls")]
    Overloaded,
    /// The target is neither `sip` nor `sips`, and there is no route.
    #[error("the target is no SIP address")]
    BadTarget,
    /// Max-Forwards is used up: the call went round in circles.
    #[error("too many hops")]
    TooManyHops,
}

/// Why a command could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LegError {
    /// The leg is over, or never was.
    #[error("no such leg")]
    Gone,
    /// Not in this state: such as ringing after the answer, or UPDATE to an end that does not know it.
    #[error("not possible in the leg's state")]
    WrongState,
    /// Another re-INVITE is on its way, ours or theirs; or too many provisional responses wait to be confirmed.
    #[error("another re-INVITE is pending")]
    Pending,
    /// The status is not of the kind that is needed (101-199 to ring, 300-699 to refuse).
    #[error("the status does not fit")]
    BadStatus,
}

/// A question for the addresses behind a name (RFC 3263): SRV and address records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveRequest {
    /// To be given back with the answer.
    pub id: ResolveId,
    /// The name.
    pub host: String,
    /// The port; when there is one, only address records are looked for.
    pub port: Option<u16>,
    /// The transport; when `None`, the answer chooses, UDP before TCP.
    pub protocol: Option<Protocol>,
    /// Only encrypted transports will do (`sips`).
    pub secure: bool,
}

/// Why a name has no addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// There is no such name, or it has no addresses.
    #[error("no such host")]
    NotFound,
    /// The name servers did not answer.
    #[error("name servers failed")]
    Failed,
}

/// The answer to a [`ResolveRequest`], in order of preference.
pub type Resolved = Result<Vec<Target>, ResolveError>;

/// How much an endpoint holds. All but `bindings` and `registrations` are zero when nothing happens and every wait has
/// passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableSizes {
    /// Legs, those that only wait for late messages included.
    pub legs: usize,
    /// Dialogs by tag.
    pub dialogs: usize,
    /// Client transactions.
    pub client_transactions: usize,
    /// Server transactions.
    pub server_transactions: usize,
    /// Timers.
    pub timers: usize,
    /// Requests that wait for a name to be resolved.
    pub resolves: usize,
    /// Pings under way.
    pub pings: usize,
    /// Nonces that were used.
    pub nonces: usize,
    /// Contacts that are registered with us.
    pub bindings: usize,
    /// Our registrations.
    pub registrations: usize,
}

/// What an endpoint has counted since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages that came in, the unreadable ones included.
    pub received: u64,
    /// Messages that went out.
    pub sent: u64,
    /// Messages sent again by a timer or for a repeated request.
    pub retransmitted: u64,
    /// Datagrams and messages that could not be read.
    pub malformed: u64,
    /// Responses that belonged to no transaction.
    pub stray_responses: u64,
    /// ACKs that belonged to nothing.
    pub stray_acks: u64,
    /// Requests refused with 503 because of a limit.
    pub overloaded: u64,
    /// Credentials that were wrong, stale ones not counted.
    pub wrong_credentials: u64,
    /// Credentials that were used twice.
    pub replays: u64,
}

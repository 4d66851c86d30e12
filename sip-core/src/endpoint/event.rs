//! What an endpoint tells its owner.

use std::fmt;
use std::time::Duration;

use crate::body::Body;
use crate::endpoint::{LegHandle, PingHandle, Referral};
use crate::flow::Flow;
use crate::message::{Headers, NameAddr, StatusCode, Uri};
use crate::registration::{RegistrationHandle, RegistrationState};

/// A call that comes in. It has been answered with 100 Trying; the rest is up to the owner.
#[derive(Clone)]
pub struct IncomingCall {
    /// The new leg.
    pub leg: LegHandle,
    /// The path it came by.
    pub flow: Flow,
    /// Whom it is for.
    pub request_uri: Uri,
    /// The From header.
    pub from: NameAddr,
    /// The To header.
    pub to: NameAddr,
    /// P-Asserted-Identity (RFC 3325): believe it only from trunks. The first one, when there are several.
    pub p_asserted: Option<NameAddr>,
    /// The Call-ID.
    pub call_id: String,
    /// The account whose valid credentials came with it; `None` when there were none or they were wrong, in which
    /// case [`challenge`](super::Endpoint::challenge) asks for them.
    pub authenticated_as: Option<String>,
    /// The offer; `None` when the caller wants ours.
    pub offer: Option<Body>,
    /// The leg that it wants to take the place of (RFC 3891): accept it only from who may do so, and hang that leg up.
    pub replaces: Option<LegHandle>,
    /// Whether the caller can confirm provisional responses, or wants that.
    pub reliable: Reliable,
    /// Max-Forwards: give one less to a call that is placed on behalf of this one (RFC 7332).
    pub max_forwards: u8,
    /// All headers.
    pub headers: Headers,
}

/// What one end says of reliable provisional responses (RFC 3262), or is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reliable {
    /// Nothing.
    #[default]
    No,
    /// `Supported: 100rel`.
    Supported,
    /// `Require: 100rel`.
    Required,
}

/// Names one branch of a forked call: an early dialog of an outgoing leg, in the order in which they were heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Branch(pub(crate) u16);

impl fmt::Debug for IncomingCall {
    // Who calls whom is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingCall")
            .field("leg", &self.leg)
            .field("flow", &self.flow)
            .field("authenticated", &self.authenticated_as.is_some())
            .field("offer", &self.offer)
            .finish_non_exhaustive()
    }
}

/// Who ended a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// The owner, by a command.
    Local,
    /// The other end, by BYE, CANCEL or a refusal.
    Remote,
    /// The endpoint: nobody answered, or the protocol left no choice.
    System,
}

/// Why a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// A BYE ended an answered call.
    Bye,
    /// The caller gave up before the answer.
    Cancelled,
    /// The call was refused with a status of 300 to 699.
    Rejected,
    /// It rang for as long as it was allowed to, or the caller's time limit came.
    RingTimeout,
    /// No answer came to an INVITE, or none to a request inside of the dialog.
    NoResponse,
    /// Our 2xx was never acknowledged, or our reliable provisional response never confirmed.
    NoAck,
    /// Nobody refreshed the session in time (RFC 4028).
    SessionExpired,
    /// There was no address to send to.
    Unresolved,
    /// The message could not be sent.
    TransportFailed,
    /// An incoming call was asked for credentials; it comes again as a new leg.
    Challenged,
    /// The other end asked for credentials that we do not have, or refused those that we sent.
    Unauthorized,
    /// The other end no longer knew the dialog (481 or 408).
    DialogGone,
}

/// What happened. Each [`Event::Ended`] comes exactly once for each leg, and is the leg's last.
#[derive(Debug, Clone)]
pub enum Event {
    /// A call comes in.
    IncomingCall(Box<IncomingCall>),
    /// An outgoing call rings or plays early media (status 101 to 199; 100 is not reported).
    Progress {
        /// The leg.
        leg: LegHandle,
        /// The branch that it came from; `None` when the response made no dialog.
        branch: Option<Branch>,
        /// The status, such as 180 or 183.
        status: StatusCode,
        /// An early answer of this branch; the offer when our INVITE had none, to be answered by
        /// [`acknowledge`](super::Endpoint::acknowledge).
        body: Option<Body>,
    },
    /// The PRACK for our provisional response with a session description arrived (RFC 3262).
    EarlyConfirmed {
        /// The leg.
        leg: LegHandle,
        /// The answer, when our response had the offer.
        body: Option<Body>,
    },
    /// An outgoing call was answered.
    Answered {
        /// The leg.
        leg: LegHandle,
        /// The answer; the offer when our INVITE had none, to be answered by
        /// [`acknowledge`](super::Endpoint::acknowledge). `None` when what the branch said last before the answer stands
        /// and was told by [`Event::Progress`]; told again when another branch came last.
        body: Option<Body>,
    },
    /// The ACK for our 2xx to an INVITE arrived: the call stands.
    Confirmed {
        /// The leg.
        leg: LegHandle,
        /// The answer, when our 2xx had the offer.
        body: Option<Body>,
    },
    /// The other end wants to change the session: hold, resume, another address. By re-INVITE, by UPDATE (also before
    /// the answer) or by PRACK.
    /// [`accept_reinvite`](super::Endpoint::accept_reinvite) or
    /// [`reject_reinvite`](super::Endpoint::reject_reinvite) must follow.
    Reinvited {
        /// The leg.
        leg: LegHandle,
        /// The offer; `None` when it wants ours.
        offer: Option<Body>,
    },
    /// The ACK for our 2xx to a re-INVITE arrived.
    ReinviteConfirmed {
        /// The leg.
        leg: LegHandle,
        /// The answer, when our 2xx had the offer.
        body: Option<Body>,
    },
    /// A re-INVITE was taken back, or not answered in time: the session stays as it was.
    ReinviteCancelled {
        /// The leg.
        leg: LegHandle,
    },
    /// Our re-INVITE was accepted.
    ReinviteAnswered {
        /// The leg.
        leg: LegHandle,
        /// The answer.
        body: Option<Body>,
    },
    /// Our re-INVITE was refused (also after repeated glare): the session stays as it was.
    ReinviteFailed {
        /// The leg.
        leg: LegHandle,
        /// The status of the refusal.
        status: StatusCode,
    },
    /// An INFO with keys arrived (`application/dtmf-relay` or `application/dtmf`).
    Info {
        /// The leg.
        leg: LegHandle,
        /// Its content type, in lower case and without parameters.
        content_type: String,
        /// Its body.
        body: bytes::Bytes,
    },
    /// The other end asks to be replaced by somebody else (RFC 3515).
    /// [`accept_refer`](super::Endpoint::accept_refer) or [`reject_refer`](super::Endpoint::reject_refer) must follow.
    Referred {
        /// The leg.
        leg: LegHandle,
        /// What is asked.
        referral: Box<Referral>,
    },
    /// The other end tells of the call that we asked it to make by [`refer`](super::Endpoint::refer).
    ReferProgress {
        /// The leg.
        leg: LegHandle,
        /// A status below 200.
        status: StatusCode,
    },
    /// That is over, unless the leg ended before, which says the same.
    ReferEnded {
        /// The leg.
        leg: LegHandle,
        /// The final status of that call, or with which our REFER was refused; 202: taken, and no more will be told;
        /// `None`: nothing is known.
        status: Option<StatusCode>,
    },
    /// The leg is over.
    Ended {
        /// The leg.
        leg: LegHandle,
        /// Who ended it.
        by: EndedBy,
        /// The final status that ended it, if one did.
        status: Option<StatusCode>,
        /// Why.
        reason: EndReason,
    },
    /// One of our registrations changed.
    RegistrationChanged {
        /// Which one.
        handle: RegistrationHandle,
        /// Its state now.
        state: RegistrationState,
    },
    /// A client of ours registered or refreshed a contact.
    Registered {
        /// The account.
        user: String,
        /// The contact.
        contact: Uri,
        /// For how long.
        expires: Duration,
    },
    /// A contact went: taken back, expired, its connection closed or its account removed.
    Unregistered {
        /// The account.
        user: String,
        /// The contact.
        contact: Uri,
    },
    /// A ping ended.
    Pong {
        /// Which one.
        handle: PingHandle,
        /// The time until the response, or why there was none.
        result: Result<Duration, PingError>,
    },
}

/// Why a ping failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PingError {
    /// No response came in time.
    #[error("no response")]
    NoResponse,
    /// There was no address to send to, or sending failed.
    #[error("unreachable")]
    Unreachable,
    /// The other end said that it cannot take calls (408, 480, 503 or 504).
    #[error("refused with {0}")]
    Refused(u16),
}

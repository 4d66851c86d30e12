//! What a handle asks of the SIP task.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use sip_core::message::{HeaderName, Replaces, StatusCode, Uri};
use sip_core::{
    Account, Binding, Body, Endpoint, InviteError, KeptBinding, LegError, LegHandle, OutgoingCall, OutgoingRefer, Pass,
    PingHandle, ReferId, Registration, RegistrationHandle,
};
use tokio::sync::oneshot;

use super::adopted::AdoptedSocket;
use super::counters::SipStatus;
use super::network::Network;

/// One command. Whoever waits for a reply and goes away is not missed.
#[derive(Debug)]
pub(crate) enum Command {
    Leg { leg: LegHandle, action: LegAction, reply: oneshot::Sender<Result<(), LegError>> },
    Invite { call: Box<OutgoingCall>, reply: oneshot::Sender<Result<LegHandle, InviteError>> },
    Hangup(LegHandle),
    Replaces { leg: LegHandle, reply: oneshot::Sender<Option<Replaces>> },
    SetAccounts(Vec<Account>),
    LendPass(Box<Pass>),
    RecallPass(String),
    Adopt(Box<AdoptedSocket>),
    Bindings { user: String, reply: oneshot::Sender<Vec<Binding>> },
    KeptBindings { reply: oneshot::Sender<Vec<KeptBinding>> },
    RestoreBindings(Vec<KeptBinding>),
    Register { registration: Box<Registration>, reply: oneshot::Sender<RegistrationHandle> },
    Unregister(RegistrationHandle),
    Ping { target: Box<Uri>, reply: oneshot::Sender<PingHandle> },
    Locate { uri: Box<Uri>, reply: oneshot::Sender<Option<IpAddr>> },
    Addresses { uri: Box<Uri>, reply: oneshot::Sender<Vec<IpAddr>> },
    Trust(Vec<Network>),
    Status { reply: oneshot::Sender<SipStatus> },
    Drain,
    Stop { grace: Duration },
}

/// Something to do with a leg that may be refused by its state.
#[derive(Debug)]
pub(crate) enum LegAction {
    Ring { status: StatusCode, body: Option<Body> },
    Accept(Body),
    Reject { status: StatusCode, extra: Vec<(HeaderName, String)> },
    Challenge,
    Acknowledge(Body),
    Reinvite(Body),
    Update(Body),
    SpareUpdate,
    AcceptReinvite(Body),
    RejectReinvite(StatusCode),
    Info(Body),
    AcceptRefer(ReferId),
    RejectRefer(ReferId, StatusCode),
    NotifyRefer(ReferId, StatusCode),
    Refer(Box<OutgoingRefer>),
}

impl LegAction {
    /// Hands the action to the endpoint.
    pub(crate) fn apply(self, endpoint: &mut Endpoint, now: Instant, leg: LegHandle) -> Result<(), LegError> {
        match self {
            Self::Ring { status, body } => endpoint.ring(now, leg, status, body),
            Self::Accept(body) => endpoint.accept(now, leg, body),
            Self::Reject { status, extra } => endpoint.reject(now, leg, status, extra),
            Self::Challenge => endpoint.challenge(now, leg),
            Self::Acknowledge(answer) => endpoint.acknowledge(now, leg, answer),
            Self::Reinvite(offer) => endpoint.reinvite(now, leg, offer),
            Self::Update(offer) => endpoint.update(now, leg, offer),
            Self::SpareUpdate => endpoint.spare_update(leg),
            Self::AcceptReinvite(body) => endpoint.accept_reinvite(now, leg, body),
            Self::RejectReinvite(status) => endpoint.reject_reinvite(now, leg, status),
            Self::Info(body) => endpoint.info(now, leg, body),
            Self::AcceptRefer(id) => endpoint.accept_refer(now, leg, id),
            Self::RejectRefer(id, status) => endpoint.reject_refer(now, leg, id, status),
            Self::NotifyRefer(id, status) => endpoint.notify_refer(now, leg, id, status),
            Self::Refer(refer) => endpoint.refer(now, leg, *refer),
        }
    }
}

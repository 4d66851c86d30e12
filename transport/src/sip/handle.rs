//! How the rest of the house reaches the SIP task.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_core::message::{HeaderName, Replaces, StatusCode, Uri};
use sip_core::{
    Account, Binding, Body, InviteError, KeptBinding, LegError, LegHandle, Listener, OutgoingCall, OutgoingRefer, Pass,
    PingHandle, ReferId, Registration, RegistrationHandle,
};
use tokio::sync::{mpsc, oneshot};

use super::bans::{Ban, Offence};
use super::command::{Command, LegAction};
use super::counters::{Counting, SipCounters, SipStatus};
use super::guard::Guard;
use super::network::Network;
use super::state::Streams;

/// The SIP task was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the SIP transport is stopped")]
pub struct Stopped;

/// Why a command for a leg was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The SIP task was stopped.
    #[error("the SIP transport is stopped")]
    Stopped,
    /// The leg's state does not allow it.
    #[error(transparent)]
    Leg(#[from] LegError),
}

/// Why a call was not placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The SIP task was stopped.
    #[error("the SIP transport is stopped")]
    Stopped,
    /// The endpoint refused.
    #[error(transparent)]
    Invite(#[from] InviteError),
}

/// Gives commands to the SIP task. Clones share one bounded queue; when it is full the callers wait. A command whose
/// future is dropped may still be carried out.
#[derive(Debug, Clone)]
pub struct SipHandle {
    commands: mpsc::Sender<Command>,
    listeners: Arc<[Listener]>,
    counting: Arc<Counting>,
    guard: Arc<Guard>,
    pub(super) streams: Arc<Streams>,
}

/// Calls.
impl SipHandle {
    pub(crate) fn new(
        commands: mpsc::Sender<Command>,
        listeners: Arc<[Listener]>,
        counting: Arc<Counting>,
        guard: Arc<Guard>,
        streams: Arc<Streams>,
    ) -> Self {
        Self { commands, listeners, counting, guard, streams }
    }

    /// Places a call; see [`sip_core::Endpoint::invite`].
    pub async fn invite(&self, call: OutgoingCall) -> Result<LegHandle, PlaceError> {
        let placed = self.ask(|reply| Command::Invite { call: Box::new(call), reply }).await;
        placed.map_err(|Stopped| PlaceError::Stopped)?.map_err(PlaceError::from)
    }

    /// Tells the caller that it rings (180), or of early media (183); see [`sip_core::Endpoint::ring`].
    pub async fn ring(&self, leg: LegHandle, status: StatusCode, body: Option<Body>) -> Result<(), CommandError> {
        self.act(leg, LegAction::Ring { status, body }).await
    }

    /// Answers an incoming call; see [`sip_core::Endpoint::accept`].
    pub async fn accept(&self, leg: LegHandle, body: Body) -> Result<(), CommandError> {
        self.act(leg, LegAction::Accept(body)).await
    }

    /// Refuses an incoming call; see [`sip_core::Endpoint::reject`].
    pub async fn reject(
        &self,
        leg: LegHandle,
        status: StatusCode,
        extra: Vec<(HeaderName, String)>,
    ) -> Result<(), CommandError> {
        self.act(leg, LegAction::Reject { status, extra }).await
    }

    /// Asks an incoming call for credentials; see [`sip_core::Endpoint::challenge`].
    pub async fn challenge(&self, leg: LegHandle) -> Result<(), CommandError> {
        self.act(leg, LegAction::Challenge).await
    }

    /// Answers the offer of a 200; see [`sip_core::Endpoint::acknowledge`].
    pub async fn acknowledge(&self, leg: LegHandle, answer: Body) -> Result<(), CommandError> {
        self.act(leg, LegAction::Acknowledge(answer)).await
    }

    /// Offers a changed session; see [`sip_core::Endpoint::reinvite`].
    pub async fn reinvite(&self, leg: LegHandle, offer: Body) -> Result<(), CommandError> {
        self.act(leg, LegAction::Reinvite(offer)).await
    }

    /// Changes the session by UPDATE; see [`sip_core::Endpoint::update`].
    pub async fn update(&self, leg: LegHandle, offer: Body) -> Result<(), CommandError> {
        self.act(leg, LegAction::Update(offer)).await
    }

    /// Spares the other end UPDATE; see [`sip_core::Endpoint::spare_update`].
    pub async fn spare_update(&self, leg: LegHandle) -> Result<(), CommandError> {
        self.act(leg, LegAction::SpareUpdate).await
    }

    /// Accepts a changed session; see [`sip_core::Endpoint::accept_reinvite`].
    pub async fn accept_reinvite(&self, leg: LegHandle, body: Body) -> Result<(), CommandError> {
        self.act(leg, LegAction::AcceptReinvite(body)).await
    }

    /// Refuses a changed session; see [`sip_core::Endpoint::reject_reinvite`].
    pub async fn reject_reinvite(&self, leg: LegHandle, status: StatusCode) -> Result<(), CommandError> {
        self.act(leg, LegAction::RejectReinvite(status)).await
    }

    /// Sends an INFO; see [`sip_core::Endpoint::info`].
    pub async fn info(&self, leg: LegHandle, body: Body) -> Result<(), CommandError> {
        self.act(leg, LegAction::Info(body)).await
    }

    /// Takes a REFER of the other end; see [`sip_core::Endpoint::accept_refer`].
    pub async fn accept_refer(&self, leg: LegHandle, id: ReferId) -> Result<(), CommandError> {
        self.act(leg, LegAction::AcceptRefer(id)).await
    }

    /// Refuses a REFER of the other end; see [`sip_core::Endpoint::reject_refer`].
    pub async fn reject_refer(&self, leg: LegHandle, id: ReferId, status: StatusCode) -> Result<(), CommandError> {
        self.act(leg, LegAction::RejectRefer(id, status)).await
    }

    /// Tells the other end how its transfer goes on; see [`sip_core::Endpoint::notify_refer`].
    pub async fn notify_refer(&self, leg: LegHandle, id: ReferId, status: StatusCode) -> Result<(), CommandError> {
        self.act(leg, LegAction::NotifyRefer(id, status)).await
    }

    /// What takes a leg's place at its other end; see [`sip_core::Endpoint::replaces`].
    pub async fn replaces(&self, leg: LegHandle) -> Result<Option<Replaces>, Stopped> {
        self.ask(|reply| Command::Replaces { leg, reply }).await
    }

    /// Asks the other end to call somebody else; see [`sip_core::Endpoint::refer`].
    pub async fn refer(&self, leg: LegHandle, refer: OutgoingRefer) -> Result<(), CommandError> {
        self.act(leg, LegAction::Refer(Box::new(refer))).await
    }

    /// Ends a leg, whatever its state; see [`sip_core::Endpoint::hangup`].
    pub async fn hangup(&self, leg: LegHandle) -> Result<(), Stopped> {
        self.tell(Command::Hangup(leg)).await
    }

    /// The same where nothing may wait, such as when a call task is dropped. When the queue is full, the command is
    /// sent by a task of its own, which needs a runtime around the caller.
    pub fn hangup_soon(&self, leg: LegHandle) {
        if let Err(mpsc::error::TrySendError::Full(command)) = self.commands.try_send(Command::Hangup(leg))
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let commands = self.commands.clone();
            runtime.spawn(async move { commands.send(command).await });
        }
    }
}

/// Accounts, registrations and pings.
impl SipHandle {
    /// Replaces the accounts that may register and call; see [`sip_core::Endpoint::set_accounts`].
    pub async fn set_accounts(&self, accounts: Vec<Account>) -> Result<(), Stopped> {
        self.tell(Command::SetAccounts(accounts)).await
    }

    /// Lets an account log in by a pass, too; see [`sip_core::Endpoint::lend_pass`].
    pub async fn lend_pass(&self, pass: Pass) -> Result<(), Stopped> {
        self.tell(Command::LendPass(Box::new(pass))).await
    }

    /// Ends a pass; see [`sip_core::Endpoint::recall_pass`].
    pub async fn recall_pass(&self, name: impl Into<String>) -> Result<(), Stopped> {
        self.tell(Command::RecallPass(name.into())).await
    }

    /// Where a user can be reached; see [`sip_core::Endpoint::bindings`].
    pub async fn bindings(&self, user: impl Into<String>) -> Result<Vec<Binding>, Stopped> {
        let user = user.into();
        self.ask(|reply| Command::Bindings { user, reply }).await
    }

    /// The contacts that are worth keeping; see [`sip_core::Endpoint::kept_bindings`].
    pub async fn kept_bindings(&self) -> Result<Vec<KeptBinding>, Stopped> {
        self.ask(|reply| Command::KeptBindings { reply }).await
    }

    /// Takes in what an earlier run kept; see [`sip_core::Endpoint::restore_bindings`].
    pub async fn restore_bindings(&self, kept: Vec<KeptBinding>) -> Result<(), Stopped> {
        self.tell(Command::RestoreBindings(kept)).await
    }

    /// Keeps us registered at a registrar; see [`sip_core::Endpoint::register`].
    pub async fn register(&self, registration: Registration) -> Result<RegistrationHandle, Stopped> {
        self.ask(|reply| Command::Register { registration: Box::new(registration), reply }).await
    }

    /// Takes a registration back; see [`sip_core::Endpoint::unregister`].
    pub async fn unregister(&self, handle: RegistrationHandle) -> Result<(), Stopped> {
        self.tell(Command::Unregister(handle)).await
    }

    /// Asks for a sign of life; see [`sip_core::Endpoint::options`].
    pub async fn options(&self, target: Uri) -> Result<PingHandle, Stopped> {
        self.ask(|reply| Command::Ping { target: Box::new(target), reply }).await
    }
}

/// The transport itself.
impl SipHandle {
    /// What is listened on, with the ports that were bound and what is advertised.
    pub fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// Our address towards the host of a URI, resolved if need be: what the RTP ports of a call to it should be near
    /// to. `None` when the host is unknown or cannot be reached.
    pub async fn local_address_towards(&self, uri: Uri) -> Result<Option<IpAddr>, Stopped> {
        self.ask(|reply| Command::Locate { uri: Box::new(uri), reply }).await
    }

    /// The addresses at which requests to a URI would be tried, by NAPTR and SRV as well as by A and AAAA (RFC 3263), in
    /// order of their numbers; none when it cannot be resolved now.
    pub async fn addresses(&self, uri: Uri) -> Result<Vec<IpAddr>, Stopped> {
        self.ask(|reply| Command::Addresses { uri: Box::new(uri), reply }).await
    }

    /// Replaces the sources that are not limited; see [`SipLimits::trusted`](super::SipLimits::trusted).
    pub async fn trust(&self, sources: Vec<Network>) -> Result<(), Stopped> {
        self.tell(Command::Trust(sources)).await
    }

    /// A source did what no honest one does often: it may be banned for it. It must not be made up, as that of a
    /// datagram may be.
    pub fn offend(&self, source: IpAddr, offence: Offence) {
        self.guard.offend(Instant::now(), source, offence);
    }

    /// The bans, those that last longest first.
    pub fn bans(&self) -> Vec<Ban> {
        self.guard.bans(Instant::now())
    }

    /// Bans that were kept from before.
    pub fn restore_bans(&self, bans: Vec<Ban>) {
        self.guard.restore(Instant::now(), bans);
    }

    /// Lifts the bans within a network, or all of them. Gives how many.
    pub fn lift_bans(&self, network: Option<Network>) -> usize {
        self.guard.lift(Instant::now(), network)
    }

    /// The sockets' counters, without asking the task.
    pub fn counters(&self) -> SipCounters {
        self.counting.read()
    }

    /// All counters and table sizes.
    pub async fn status(&self) -> Result<SipStatus, Stopped> {
        self.ask(|reply| Command::Status { reply }).await
    }

    /// From now on OPTIONS gets 503; see [`sip_core::Endpoint::drain`].
    pub async fn drain(&self) -> Result<(), Stopped> {
        self.tell(Command::Drain).await
    }

    /// Stops: new calls get 503 from now on, and when the last leg and transaction are over, or after `grace`, the
    /// sockets are closed and the events end. Hanging up is up to the owner of the legs. Returns when the task has
    /// ended.
    pub async fn stop(&self, grace: Duration) {
        if self.tell(Command::Stop { grace }).await.is_ok() {
            self.commands.closed().await;
        }
    }

    async fn act(&self, leg: LegHandle, action: LegAction) -> Result<(), CommandError> {
        let done = self.ask(|reply| Command::Leg { leg, action, reply }).await;
        done.map_err(|Stopped| CommandError::Stopped)?.map_err(CommandError::from)
    }

    pub(super) async fn tell(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.tell(command(reply)).await?;
        answer.await.map_err(|_| Stopped)
    }
}

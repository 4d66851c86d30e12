//! Carrying out what handles ask for.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use sip_core::message::Uri;
use sip_core::{InviteError, LegHandle, OutgoingCall, ResolveError};
use tokio::sync::oneshot;

use super::super::command::Command;
use super::super::counters::SipStatus;
use super::super::resolver::Question;
use super::super::routes::local_towards;
use super::{BATCH, Stopping, Task};

impl Task {
    pub(super) fn take_commands(&mut self, first: Command) {
        let mut next = Some(first);
        for _ in 0..BATCH {
            let Some(command) = next else { return };
            self.carry_out(command);
            next = self.commands.try_recv().ok();
        }
        if let Some(command) = next {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: Command) {
        let now = Instant::now();
        let endpoint = &mut self.endpoint;
        // A reply fails when nobody waits for it any more, which is nobody's loss.
        match command {
            Command::Leg { leg, action, reply } => drop(reply.send(action.apply(endpoint, now, leg))),
            Command::Invite { call, reply } => self.place(now, *call, reply),
            Command::Hangup(leg) => endpoint.hangup(now, leg),
            Command::Replaces { leg, reply } => drop(reply.send(endpoint.replaces(leg))),
            Command::SetAccounts(accounts) => endpoint.set_accounts(accounts),
            Command::LendPass(pass) => endpoint.lend_pass(now, *pass),
            Command::RecallPass(name) => endpoint.recall_pass(&name),
            Command::Adopt(socket) => self.connections.adopt(*socket),
            Command::Bindings { user, reply } => drop(reply.send(endpoint.bindings(&user))),
            Command::KeptBindings { reply } => drop(reply.send(endpoint.kept_bindings(now))),
            Command::RestoreBindings(kept) => endpoint.restore_bindings(now, kept),
            Command::Register { registration, reply } => drop(reply.send(endpoint.register(now, *registration))),
            Command::Unregister(handle) => endpoint.unregister(now, handle),
            Command::Ping { target, reply } => drop(reply.send(endpoint.options(now, *target))),
            Command::Locate { uri, reply } => self.locate(&uri, reply),
            Command::Addresses { uri, reply } => self.addresses(&uri, reply),
            Command::Trust(sources) => self.shared.guard.trust(sources),
            Command::Status { reply } => drop(reply.send(self.status())),
            Command::Drain => endpoint.drain(),
            Command::Stop { grace } => {
                self.events.close();
                self.stopping = Some(Stopping { deadline: now + grace, quiet_since: None });
            }
        }
        self.drain(now);
    }

    fn place(&mut self, now: Instant, call: OutgoingCall, reply: oneshot::Sender<Result<LegHandle, InviteError>>) {
        let placed = self.endpoint.invite(now, call);
        if let Ok(leg) = placed {
            self.events.placed(leg);
        }
        if let Err(Ok(leg)) = reply.send(placed) {
            // Whoever placed the call is gone: nobody knows its handle.
            self.endpoint.hangup(now, leg);
        }
    }

    /// In a task of its own, like everything that asks name servers.
    fn addresses(&self, uri: &Uri, reply: oneshot::Sender<Vec<IpAddr>>) {
        let (question, resolver) = (Question::from(uri), Arc::clone(&self.resolver));
        tokio::spawn(async move {
            let targets = resolver.resolve(&question).await.unwrap_or_default();
            let mut addresses: Vec<IpAddr> = targets.into_iter().map(|target| target.remote.ip()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            // Whoever asked may be gone.
            let _ = reply.send(addresses);
        });
    }

    fn locate(&self, uri: &Uri, reply: oneshot::Sender<Option<IpAddr>>) {
        let question = Question::from(uri);
        let bound: Vec<SocketAddr> = self.udp.iter().map(|udp| udp.local).collect();
        let resolver = Arc::clone(&self.resolver);
        let permit = Arc::clone(&self.lookups).try_acquire_owned().ok();
        let known = match resolver.fixed(&question) {
            None if permit.is_none() => Some(resolver.before(&question).unwrap_or(Err(ResolveError::Failed))),
            known => known,
        };
        tokio::spawn(async move {
            let resolved = match known {
                Some(known) => known,
                None => resolver.resolve(&question).await,
            };
            let targets = resolved.unwrap_or_default();
            let remote = targets.first().map(|target| target.remote.ip());
            let towards = |remote: IpAddr| {
                let ours = bound.iter().map(SocketAddr::ip).find(|ip| ip.is_ipv4() == remote.is_ipv4());
                ours.filter(|ip| !ip.is_unspecified()).or_else(|| local_towards(remote).ok())
            };
            let _ = reply.send(remote.and_then(towards));
            drop(permit);
        });
    }

    fn status(&self) -> SipStatus {
        SipStatus {
            transport: self.shared.counting.read(),
            endpoint: self.endpoint.counters(),
            tables: self.endpoint.table_sizes(),
            waiting_events: self.events.waiting(),
        }
    }
}

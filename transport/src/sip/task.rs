//! The SIP task: one loop around the endpoint.

mod commands;
mod datagrams;
mod keep_alive;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_core::message::{HeaderName, Message, ParseError, StatusCode};
use sip_core::{
    ConnectionId, Endpoint, Flow, LegHandle, Listener, Protocol, ResolveId, ResolveRequest, Resolved, Sign, Target,
    Transmit,
};
use tokio::sync::{Semaphore, mpsc};

use super::bans::Offence;
use super::command::Command;
use super::connection::{Input, Name, Shared};
use super::connections::{Connections, NotSent};
use super::events::{EventQueue, Verdict};
use super::guard::Ruling;
use super::names::Names;
use super::resolver::{Question, Resolver};
use super::routes::Routes;
use super::sockets::BoundUdp;
use super::tap::MessageTap;
use datagrams::any_readable;
use keep_alive::KeepAlive;

/// The largest datagram there is.
const MAX_DATAGRAM: usize = 65_535;

/// Commands and inputs that are taken at one wake-up, before the sockets have their turn.
const BATCH: usize = 64;

/// How long the last requests (BYE) may take once the last leg has ended, when stopping.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why the loop woke up.
enum Wake {
    /// A handle wants something; `None` when all handles are gone.
    Command(Option<Command>),
    /// A connection or a lookup has something to tell.
    Input(Input),
    /// Datagrams wait.
    Datagrams,
    /// A timer of the endpoint, or the end of a stop.
    Timeout,
    /// There is room for events that waited.
    EventsTaken,
}

/// How a stop goes on.
struct Stopping {
    deadline: Instant,
    /// When the last leg had ended.
    quiet_since: Option<Instant>,
}

/// Everything that the loop owns.
pub(crate) struct Task {
    pub(crate) endpoint: Endpoint,
    pub(crate) udp: Vec<BoundUdp>,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) connections: Connections,
    pub(crate) events: EventQueue,
    pub(crate) shared: Arc<Shared>,
    pub(crate) resolver: Arc<Resolver>,
    pub(crate) lookups: Arc<Semaphore>,
    pub(crate) routes: Routes,
    pub(crate) names: Names,
    keep_alives: KeepAlive,
    pub(crate) tap: Option<Arc<dyn MessageTap>>,
    stopping: Option<Stopping>,
    suspended: bool,
    buffer: Vec<u8>,
}

/// What a task is made of.
pub(crate) struct Parts {
    pub(crate) endpoint: Endpoint,
    pub(crate) udp: Vec<BoundUdp>,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) events: EventQueue,
    pub(crate) shared: Arc<Shared>,
    pub(crate) resolver: Resolver,
    pub(crate) udp_keep_alive: Option<Duration>,
    pub(crate) tap: Option<Arc<dyn MessageTap>>,
}

impl Task {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            endpoint: parts.endpoint,
            udp: parts.udp,
            commands: parts.commands,
            inputs: parts.inputs,
            connections: Connections::new(Arc::clone(&parts.shared)),
            events: parts.events,
            lookups: Arc::new(Semaphore::new(parts.shared.limits.max_lookups)),
            shared: parts.shared,
            resolver: Arc::new(parts.resolver),
            routes: Routes::default(),
            names: Names::default(),
            keep_alives: KeepAlive::new(parts.udp_keep_alive),
            tap: parts.tap,
            stopping: None,
            suspended: false,
            buffer: vec![0; MAX_DATAGRAM],
        }
    }

    /// Runs until it is stopped or all handles are gone.
    pub(crate) async fn run(mut self) {
        while !self.is_done() {
            let wake = self.wait().await;
            self.shared.counting.wakes.increment();
            match wake {
                Wake::Command(Some(command)) => self.take_commands(command),
                Wake::Command(None) => return,
                Wake::Input(input) => self.take_inputs(input),
                Wake::Datagrams => self.take_datagrams(),
                Wake::Timeout => {}
                Wake::EventsTaken => self.events.flush(),
            }
            self.take_time();
        }
    }

    /// Waits for the next reason to do something. While events wait that nobody takes, nothing is read.
    async fn wait(&mut self) -> Wake {
        self.suspend_or_resume();
        let listening = !self.suspended;
        let timeout = self.timeout();
        tokio::select! {
            command = self.commands.recv() => Wake::Command(command),
            Some(input) = self.inputs.recv(), if listening => Wake::Input(input),
            () = any_readable(&self.udp), if listening && !self.udp.is_empty() => Wake::Datagrams,
            () = sleep_until(timeout) => Wake::Timeout,
            () = self.events.room() => Wake::EventsTaken,
        }
    }

    fn suspend_or_resume(&mut self) {
        let suspend = self.events.is_suspended();
        if suspend && !self.suspended {
            self.shared.counting.suspended.increment();
            tracing::warn!("SIP events are not taken: nothing is read until they are");
        }
        self.suspended = suspend;
    }

    fn timeout(&self) -> Option<Instant> {
        let stop = self.stopping.as_ref().map(|stopping| {
            let last_words = stopping.quiet_since.map(|since| since + LAST_WORDS);
            last_words.map_or(stopping.deadline, |end| end.min(stopping.deadline))
        });
        [self.endpoint.poll_timeout(), stop, self.keep_alives.next].into_iter().flatten().min()
    }

    fn is_done(&mut self) -> bool {
        let Some(stopping) = &mut self.stopping else { return false };
        let now = Instant::now();
        if self.events.active_legs() > 0 {
            stopping.quiet_since = None;
        } else {
            let since = *stopping.quiet_since.get_or_insert(now);
            if self.endpoint.table_sizes().client_transactions == 0 || now >= since + LAST_WORDS {
                return true;
            }
        }
        now >= stopping.deadline
    }

    fn take_time(&mut self) {
        let now = Instant::now();
        self.keep_alive(now);
        if self.endpoint.poll_timeout().is_some_and(|at| at <= now) {
            self.endpoint.handle_timeout(now);
            self.drain(now);
        }
    }

    fn take_inputs(&mut self, first: Input) {
        let mut next = Some(first);
        for _ in 0..BATCH {
            let Some(input) = next else { return };
            self.take_input(input);
            next = self.inputs.try_recv().ok();
        }
        if let Some(input) = next {
            self.take_input(input);
        }
    }

    fn take_input(&mut self, input: Input) {
        let now = Instant::now();
        match input {
            Input::Accepted { protocol, stream, remote } => self.connections.accept(protocol, stream, remote),
            Input::Message { flow, message } => self.take_message(now, flow, *message),
            Input::Connected { connection, local } => self.connections.connected(connection, local),
            Input::Closed { connection } => self.lose(now, connection),
            Input::Resolved { id, name, resolved } => self.resolved(now, id, &name, resolved),
        }
        self.drain(now);
    }

    fn resolved(&mut self, now: Instant, id: ResolveId, name: &Name, resolved: Resolved) {
        if resolved.is_err() {
            self.shared.counting.failed_lookups.increment();
        }
        let resolved = resolved.map(|targets| self.fill_ends(now, name, targets));
        self.endpoint.handle_resolved(now, id, resolved);
    }

    /// Fills in by which of our addresses each target is reached, as Via and Contact will say, and inside TLS who must
    /// answer there: the domain that was asked for, not what DNS made of it (RFC 5922 section 7.2).
    fn fill_ends(&mut self, now: Instant, name: &Name, mut targets: Vec<Target>) -> Vec<Target> {
        let listeners = &self.endpoint.config().listeners;
        for target in &mut targets {
            let remote = target.remote.ip();
            let same_kind = |it: &&Listener| it.protocol == target.protocol && it.local.is_ipv4() == remote.is_ipv4();
            let bound = listeners.iter().find(same_kind).map(|listener| listener.local);
            target.local = bound.map(|bound| self.routes.local_end(now, bound, remote));
            target.name = target.protocol.is_secure().then(|| self.names.number(name));
        }
        targets
    }

    fn take_message(&mut self, now: Instant, flow: Flow, message: Result<Message, ParseError>) {
        self.shared.counting.received.increment();
        match &message {
            Ok(message) => {
                let ruling = self.shared.guard.look_at(now, flow.remote.ip(), message);
                match ruling {
                    Ruling::Pass => {}
                    Ruling::Silence => return self.shared.counting.silenced.increment(),
                    Ruling::TooMany => return self.shared.counting.strangers.increment(),
                }
                self.show_message(flow, message);
            }
            Err(_) => self.shared.counting.malformed.increment(),
        }
        self.endpoint.handle_message(now, flow, message);
    }

    /// Carries out everything that the endpoint asks for.
    fn drain(&mut self, now: Instant) {
        loop {
            if let Some(transmit) = self.endpoint.poll_transmit() {
                self.transmit(now, transmit);
            } else if let Some(event) = self.endpoint.poll_event() {
                if let Verdict::Refuse(leg) = self.events.push(event) {
                    self.refuse(now, leg);
                }
            } else if let Some(request) = self.endpoint.poll_resolve() {
                self.look_up(now, request);
            } else if let Some((source, sign)) = self.endpoint.poll_sign() {
                self.learn(now, source, sign);
            } else {
                return;
            }
        }
    }

    /// What a request told of its sender.
    fn learn(&self, now: Instant, source: IpAddr, sign: Sign) {
        let offence = match sign {
            Sign::Proved | Sign::Answered => return self.shared.guard.vouch(now, source),
            Sign::Malformed => Offence::Garbage,
            Sign::UnknownUser => Offence::UnknownUser,
            Sign::WrongPassword => Offence::WrongPassword,
        };
        self.shared.guard.offend(now, source, offence);
    }

    fn refuse(&mut self, now: Instant, leg: LegHandle) {
        self.shared.counting.refused_calls.increment();
        let seconds = self.endpoint.config().limits.retry_after.as_secs().to_string();
        let extra = vec![(HeaderName::RetryAfter, seconds)];
        // It fails when the call has ended by itself meanwhile.
        let _ = self.endpoint.reject(now, leg, StatusCode::SERVICE_UNAVAILABLE, extra);
    }

    fn transmit(&mut self, now: Instant, transmit: Transmit) {
        let Transmit { target, data } = transmit;
        self.show_sent(target, &data);
        match target.protocol {
            Protocol::Udp => self.send_datagram(now, target, &data),
            _ => self.send_by_connection(now, target, data),
        }
    }

    fn send_by_connection(&mut self, now: Instant, target: Target, data: Bytes) {
        let name = target.name.and_then(|number| self.names.name(number));
        match self.connections.send(target, name, data) {
            Ok(()) => self.shared.counting.sent.increment(),
            Err(NotSent::Impossible) => self.not_sent(now, target),
            Err(NotSent::Slow(connection)) => {
                self.shared.counting.dropped.increment();
                self.shared.counting.expelled.increment();
                self.lose(now, connection);
            }
        }
    }

    fn not_sent(&mut self, now: Instant, target: Target) {
        self.shared.counting.dropped.increment();
        self.endpoint.handle_transmit_failed(now, target);
    }

    fn lose(&mut self, now: Instant, connection: ConnectionId) {
        let Some(gone) = self.connections.remove(connection) else { return };
        if let Some(flow) = gone.flow {
            self.endpoint.handle_flow_closed(now, flow);
        }
        for target in gone.targets {
            self.endpoint.handle_transmit_failed(now, target);
        }
    }

    /// Asks the name servers, in a task of its own; what is known without them waits for nobody. When too many names are
    /// asked for, one that was resolved before has its addresses from then, so that strangers' names do not cost us our
    /// trunks.
    fn look_up(&mut self, now: Instant, request: ResolveRequest) {
        self.shared.counting.lookups.increment();
        let id = request.id;
        let name = Name::from(request.host.as_str());
        let question = Question::from(request);
        if let Some(resolved) = self.resolver.fixed(&question) {
            return self.resolved(now, id, &name, resolved);
        }
        let Ok(permit) = Arc::clone(&self.lookups).try_acquire_owned() else {
            let resolved = self.resolver.before(&question).unwrap_or(Err(sip_core::ResolveError::Failed));
            return self.resolved(now, id, &name, resolved);
        };
        let (resolver, shared) = (Arc::clone(&self.resolver), Arc::clone(&self.shared));
        tokio::spawn(async move {
            let resolved = resolver.resolve(&question).await;
            drop(permit);
            let _ = shared.inputs.send(Input::Resolved { id, name, resolved }).await;
        });
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

//! Server transactions: requests of others from the first arrival to the last repetition.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

use super::call::LegHandle;
use super::core::{Core, TimerKey};
use super::locate::reply_target;
use crate::flow::{Flow, Protocol, Target};
use crate::message::{HeaderName, Method, Request, Response, StatusCode};
use crate::tables::{Table, table};
use crate::transaction::{MergeKey, ServerMachine, Step, Timer, server_key};

/// Names one request of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ServerId(u64);

struct ServerTransaction {
    key: String,
    merge: Option<MergeKey>,
    machine: ServerMachine,
    reply_to: Target,
    /// Where to answer when the connection is gone (RFC 3261 section 18.2.2).
    spare: Option<SocketAddr>,
    last: Bytes,
    /// The request, while there is no final response.
    request: Option<Box<Request>>,
    /// The leg that an INVITE made or belongs to.
    leg: Option<LegHandle>,
}

/// The table of server transactions.
pub(super) struct Servers {
    by_id: Table<ServerId, ServerTransaction>,
    by_key: Table<String, ServerId>,
    merges: Table<MergeKey, ServerId>,
}

impl Servers {
    pub(super) fn new(seed: u64) -> Self {
        Self { by_id: table(seed), by_key: table(seed), merges: table(seed) }
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The leg of an INVITE.
    pub(super) fn leg(&self, id: ServerId) -> Option<LegHandle> {
        self.by_id.get(&id)?.leg
    }

    /// Does the INVITE that waits for a response bring an offer?
    pub(super) fn has_offer(&self, id: ServerId) -> bool {
        self.by_id.get(&id).and_then(|it| it.request.as_ref()).is_some_and(|request| !request.body.is_empty())
    }

    /// Where the responses go.
    pub(super) fn reply_to(&self, id: ServerId) -> Option<Target> {
        Some(self.by_id.get(&id)?.reply_to)
    }
}

/// What a request turned out to be.
pub(super) enum Arrival {
    /// A new one, with its transaction.
    New(ServerId),
    /// A copy of one that came by another path (RFC 3261 section 8.2.2.2).
    Merged(ServerId),
    /// One that came before; it has been seen to.
    Repeated,
    /// An ACK for a 2xx.
    Ack,
    /// There is no room for it.
    Refused,
}

impl Core {
    /// Finds or makes the transaction of a request whose top Via says where it came from.
    pub(super) fn arrive(&mut self, now: Instant, flow: Flow, request: &Request) -> Arrival {
        let Ok(via) = request.headers.top_via() else { return Arrival::Repeated };
        let key = server_key(request, &via);
        if let Some(id) = self.servers.by_key.get(&key).copied() {
            return self.repeated(now, id, request);
        }
        if request.method == Method::Ack {
            return Arrival::Ack;
        }
        let in_dialog = request.headers.to().is_ok_and(|to| to.tag().is_some());
        let may_be_more = if in_dialog || request.method == Method::Cancel { 2 } else { 1 };
        if self.is_full(may_be_more) {
            return Arrival::Refused;
        }
        let merge = MergeKey::of(request).filter(|_| request.method != Method::Cancel);
        let merged = merge.as_ref().is_some_and(|merge| self.servers.merges.contains_key(merge));
        let id = ServerId(self.new_id());
        let invite = request.method == Method::Invite;
        self.servers.by_key.insert(key.clone(), id);
        let merge = merge.filter(|_| !merged);
        if let Some(merge) = &merge {
            self.servers.merges.insert(merge.clone(), id);
        }
        let machine = ServerMachine::new(invite, flow.protocol.is_reliable());
        let reply_to = reply_target(&via, flow);
        let spare = flow.connection.map(|_| {
            let port = via.sent_by.port.unwrap_or(flow.protocol.default_port());
            SocketAddr::new(flow.remote.ip(), port)
        });
        // What the owner may be asked about first.
        let asked = matches!(request.method, Method::Invite | Method::Update | Method::Prack);
        let request = asked.then(|| Box::new(request.clone()));
        let transaction =
            ServerTransaction { key, merge, machine, reply_to, spare, last: Bytes::new(), request, leg: None };
        self.servers.by_id.insert(id, transaction);
        if merged { Arrival::Merged(id) } else { Arrival::New(id) }
    }

    /// Whether a request came before and is remembered.
    pub(super) fn knows(&self, request: &Request) -> bool {
        request.headers.top_via().is_ok_and(|via| self.servers.by_key.contains_key(&server_key(request, &via)))
    }

    fn repeated(&mut self, now: Instant, id: ServerId, request: &Request) -> Arrival {
        let Some(transaction) = self.servers.by_id.get_mut(&id) else { return Arrival::Repeated };
        if request.method == Method::Ack {
            let step = transaction.machine.ack(&self.config.timers);
            self.server_step(now, id, &step);
            return if step.deliver { Arrival::Ack } else { Arrival::Repeated };
        }
        if transaction.machine.repeated().send {
            let (target, data) = (transaction.reply_to, transaction.last.clone());
            self.resend(target, data);
        }
        Arrival::Repeated
    }

    /// The INVITE that a CANCEL takes back, if it is known (RFC 3261 section 9.2).
    pub(super) fn cancelled_invite(&self, cancel: &Request) -> Option<ServerId> {
        let via = cancel.headers.top_via().ok()?;
        let mut invite = Request::new(Method::Invite, cancel.uri.clone());
        invite.headers = cancel.headers.clone();
        self.servers.by_key.get(&server_key(&invite, &via)).copied()
    }

    /// Notes to which leg an INVITE belongs.
    pub(super) fn assign(&mut self, id: ServerId, leg: LegHandle) {
        if let Some(transaction) = self.servers.by_id.get_mut(&id) {
            transaction.leg = Some(leg);
        }
    }

    /// A response to an INVITE, UPDATE or PRACK that waits for one. `None` when it waits no longer.
    pub(super) fn response_to_invite(&self, id: ServerId, status: StatusCode, tag: &str) -> Option<Response> {
        let transaction = self.servers.by_id.get(&id)?;
        let request = transaction.request.as_deref().filter(|_| transaction.machine.is_pending())?;
        Some(self.response(request, status, tag))
    }

    /// A response with all that it copies, our tag and our name.
    pub(super) fn response(&self, request: &Request, status: StatusCode, tag: &str) -> Response {
        let mut response = request.reply(status);
        if status != StatusCode::TRYING
            && !tag.is_empty()
            && let Ok(to) = response.headers.to()
            && to.tag().is_none()
        {
            response.headers.set(HeaderName::To, to.with_tag(tag).to_string());
        }
        if !self.config.product.is_empty() {
            response.headers.push(HeaderName::Server, self.config.product.as_str());
        }
        response
    }

    /// Sends a response by its transaction. Gives the bytes, which for a 2xx to an INVITE are to be repeated.
    pub(super) fn respond(&mut self, now: Instant, id: ServerId, response: &Response) -> Bytes {
        let Some(transaction) = self.servers.by_id.get_mut(&id) else { return Bytes::new() };
        if !transaction.machine.is_pending() {
            return Bytes::new();
        }
        let wire = response.to_bytes();
        transaction.last = wire.clone();
        let step = transaction.machine.respond(response.status, &self.config.timers);
        if response.status.is_final() {
            transaction.request = None;
        }
        let target = transaction.reply_to;
        self.send(target, wire.clone());
        self.server_step(now, id, &step);
        wire
    }

    /// Answers without a transaction; the same request gets the same answer.
    pub(super) fn respond_stateless(
        &mut self,
        flow: Flow,
        request: &Request,
        status: StatusCode,
        change: impl FnOnce(&mut Response),
    ) {
        // A Via that cannot be read cannot say where to answer: back to where the request came from.
        let (key, target) = match request.headers.top_via() {
            Ok(via) => (server_key(request, &via), reply_target(&via, flow)),
            Err(_) => (request.headers.get(&HeaderName::Via).unwrap_or_default().to_owned(), flow.into()),
        };
        let tag = self.stateless_tag(&key);
        let mut response = self.response(request, status, &tag);
        change(&mut response);
        self.send(target, response.to_bytes());
    }

    /// A connection has gone: what is still to be answered is answered by a new one, to where the client listens (RFC
    /// 3261 section 18.2.2, RFC 3263 section 5). Only TCP: a phone has no certificate, and a browser no port.
    pub(super) fn replies_lost(&mut self, flow: Flow) {
        for transaction in self.servers.by_id.values_mut() {
            let lost = transaction.reply_to.connection == flow.connection && flow.protocol == Protocol::Tcp;
            if let Some(spare) = transaction.spare.take_if(|_| lost) {
                transaction.reply_to.connection = None;
                transaction.reply_to.remote = spare;
            }
        }
    }

    /// A timer of a server transaction.
    pub(super) fn server_timer(&mut self, now: Instant, id: ServerId, timer: Timer) {
        let Some(transaction) = self.servers.by_id.get_mut(&id) else { return };
        let step = transaction.machine.timer(timer, &self.config.timers);
        if step.send {
            let (target, data) = (transaction.reply_to, transaction.last.clone());
            self.resend(target, data);
        }
        self.server_step(now, id, &step);
    }

    fn server_step(&mut self, now: Instant, id: ServerId, step: &Step) {
        for (timer, after) in &step.timers {
            let key = TimerKey::Server(id, *timer);
            match after {
                Some(after) => self.set_timer(key, now, *after),
                None => self.timers.stop(key),
            }
        }
        if !step.over {
            return;
        }
        for timer in [Timer::G, Timer::H, Timer::I, Timer::J, Timer::L] {
            self.timers.stop(TimerKey::Server(id, timer));
        }
        if let Some(transaction) = self.servers.by_id.remove(&id) {
            self.servers.by_key.remove(&transaction.key);
            if let Some(merge) = &transaction.merge {
                self.servers.merges.remove(merge);
            }
        }
    }
}

//! Client transactions: requests of ours from the first send to the last repeated response.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use super::call::LegHandle;
use super::core::{Core, Owner, TimerKey};
use super::locate::{Located, Waiting, locate};
use crate::dialog::Hop;
use crate::flow::{Flow, Protocol, Target, Transmit};
use crate::message::{CSeq, HeaderName, Method, NameAddr, Request, Response, Scheme, StatusCode};
use crate::tables::{Table, table};
use crate::transaction::{ClientMachine, Step, Timer};

/// Names one request of ours, also while it is tried at one address after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClientId(u64);

/// What responses are matched by (RFC 3261 section 17.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ClientKey {
    branch: String,
    /// A CANCEL has the branch of its INVITE.
    cancel: bool,
}

/// The Contact that a request is given once it is known where it goes.
#[derive(Debug, Clone)]
pub(super) enum OwnContact {
    /// None.
    Without,
    /// That of a dialog, with this user.
    Dialog(Option<String>),
    /// That of a registration, for so many seconds.
    Register(String, u32),
}

/// Why a request got no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// None came in time.
    NoResponse,
    /// It could not be sent.
    Unreachable,
    /// There was no address to send it to.
    Unresolved,
}

/// Which ACK for a 2xx: of which INVITE of which leg, to which branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AckName {
    pub leg: LegHandle,
    pub seq: u32,
    pub remote_tag: String,
}

/// What became of a request. The last one of each request is `Final`, `Failed` or `Forgotten`.
pub(super) enum Outcome {
    /// A provisional response.
    Provisional { owner: Owner, response: Box<Response> },
    /// A 2xx to an INVITE; more may follow.
    Accepted { owner: Owner, response: Box<Response>, flow: Flow },
    /// Any other final response.
    Final { owner: Owner, response: Box<Response>, flow: Flow },
    /// No final response.
    Failed { owner: Owner, failure: Failure },
    /// After `Accepted`: no more will follow.
    Forgotten { owner: Owner },
    /// An ACK for a 2xx was sent, or could not be.
    Acked { ack: AckName, transmit: Option<Transmit> },
}

struct ClientTransaction {
    /// `None` once the owner has heard the last of it.
    owner: Option<Owner>,
    /// The request without Via and Contact; dropped when the final response has come.
    request: Option<Box<Request>>,
    contact: OwnContact,
    /// The addresses that have not been tried.
    targets: VecDeque<Target>,
    /// The URI named no transport, so that a large request may go by TCP.
    free_transport: bool,
    key: Option<ClientKey>,
    /// `None` until there is an address.
    machine: Option<ClientMachine>,
    target: Target,
    wire: Bytes,
    ack: Bytes,
}

impl ClientTransaction {
    fn is_pending(&self) -> bool {
        self.machine.as_ref().is_none_or(ClientMachine::is_pending)
    }
}

/// The table of client transactions.
pub(super) struct Clients {
    by_id: Table<ClientId, ClientTransaction>,
    by_key: Table<ClientKey, ClientId>,
}

impl Clients {
    pub(super) fn new(seed: u64) -> Self {
        Self { by_id: table(seed), by_key: table(seed) }
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Nothing has come back yet, and something was sent.
    pub(super) fn is_unanswered(&self, id: ClientId) -> bool {
        self.by_id.get(&id).and_then(|it| it.machine.as_ref()).is_some_and(ClientMachine::is_unanswered)
    }

    /// The name is still being resolved: nothing was sent.
    pub(super) fn is_unsent(&self, id: ClientId) -> bool {
        self.by_id.get(&id).is_some_and(|it| it.machine.is_none())
    }

    /// The requests without a final response whose target is of this kind, in order.
    fn pending_where(&self, matches: impl Fn(&Target) -> bool) -> Vec<ClientId> {
        let hit = |it: &ClientTransaction| it.machine.is_some() && it.is_pending() && matches(&it.target);
        let mut ids: Vec<_> = self.by_id.iter().filter(|(_, it)| hit(it)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }
}

/// Sending.
impl Core {
    /// Sends a request that has neither Via nor Contact. Its outcome is told to `owner`.
    pub(super) fn request(
        &mut self,
        now: Instant,
        owner: Owner,
        mut request: Request,
        hop: &Hop,
        contact: OwnContact,
    ) -> ClientId {
        if !self.config.product.is_empty() {
            request.headers.push(HeaderName::UserAgent, self.config.product.as_str());
        }
        let id = ClientId(self.new_id());
        let located = locate(hop);
        let transaction = ClientTransaction {
            owner: Some(owner),
            request: Some(Box::new(request)),
            contact,
            targets: VecDeque::new(),
            free_transport: hop.flow.is_none() && hop.uri.transport().is_none() && hop.uri.scheme != Scheme::Sips,
            key: None,
            machine: None,
            target: Target::new(Protocol::Udp, ([0, 0, 0, 0], 0).into()),
            wire: Bytes::new(),
            ack: Bytes::new(),
        };
        self.clients.by_id.insert(id, transaction);
        match located {
            Located::At(targets) => self.client_located(now, id, targets),
            ask => {
                if self.ask(ask, Waiting::Client(id)).is_none() {
                    self.client_failed(now, id, Failure::Unresolved);
                }
            }
        }
        id
    }

    /// The addresses are known.
    pub(super) fn client_located(&mut self, now: Instant, id: ClientId, mut targets: VecDeque<Target>) {
        targets.truncate(self.config.limits.max_targets);
        let by_stream = self.config.listeners.iter().any(|it| it.protocol == Protocol::Tcp);
        let limit = self.config.limits.udp_max_request.filter(|_| by_stream);
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        // Via and Contact come on top of what is measured here.
        const STILL_TO_COME: usize = 200;
        let too_large =
            |limit| transaction.request.as_ref().is_some_and(|it| it.to_bytes().len() + STILL_TO_COME > limit);
        if transaction.free_transport && limit.is_some_and(too_large) {
            let doubled = targets.into_iter().flat_map(|target| match target.protocol {
                Protocol::Udp => vec![Target { protocol: Protocol::Tcp, ..target }, target],
                _ => vec![target],
            });
            targets = doubled.collect();
        }
        transaction.targets = targets;
        self.dispatch(now, id, Failure::Unresolved);
    }

    /// Sends to the next address; when there is none left, the last failure stands.
    fn dispatch(&mut self, now: Instant, id: ClientId, last: Failure) {
        let branch = self.chance.branch();
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        if let Some(key) = transaction.key.take() {
            self.clients.by_key.remove(&key);
        }
        let next = transaction.targets.pop_front();
        let (Some(target), Some(request)) = (next, &transaction.request) else { return self.give_up(id, last) };
        let request = Request::clone(request);
        let contact = transaction.contact.clone();
        let key = ClientKey { branch, cancel: false };
        let stamped = self.stamped(request, &target, contact, &key.branch);
        self.launch(now, id, target, stamped.to_bytes(), key, stamped.method == Method::Invite);
    }

    fn launch(&mut self, now: Instant, id: ClientId, target: Target, wire: Bytes, key: ClientKey, invite: bool) {
        let reliable = target.protocol.is_reliable();
        let (machine, step) = ClientMachine::start(invite, reliable, &self.config.timers);
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        transaction.target = target;
        transaction.wire = wire.clone();
        transaction.machine = Some(machine);
        transaction.key = Some(key.clone());
        self.clients.by_key.insert(key, id);
        self.send(target, wire);
        self.client_timers(now, id, &step);
    }

    /// Adds Via and Contact.
    fn stamped(&self, mut request: Request, target: &Target, contact: OwnContact, branch: &str) -> Request {
        let secure = request.uri.scheme == Scheme::Sips;
        let contact = match contact {
            OwnContact::Without => None,
            OwnContact::Dialog(user) => Some(self.contact(target, user.as_deref(), secure)),
            OwnContact::Register(user, expires) => {
                let mut contact: NameAddr = self.contact(target, Some(&user), secure);
                contact.params.set("expires", &expires.to_string());
                Some(contact)
            }
        };
        if let Some(contact) = contact {
            request.headers.push(HeaderName::Contact, contact.to_string());
        }
        request.headers.push_via(&self.via(target, branch));
        request
    }

    /// Takes back an INVITE that has a provisional response (RFC 3261 section 9.1).
    pub(super) fn cancel(&mut self, now: Instant, invite: ClientId) {
        let Some(transaction) = self.clients.by_id.get(&invite) else { return };
        let (Some(request), Some(key)) = (&transaction.request, &transaction.key) else { return };
        let target = transaction.target;
        let key = ClientKey { branch: key.branch.clone(), cancel: true };
        let seq = request.headers.cseq().map_or(0, |cseq| cseq.seq);
        let mut cancel = companion(request, Method::Cancel, seq);
        let to = request.headers.get(&HeaderName::To).unwrap_or_default().to_owned();
        cancel.headers.push(HeaderName::To, to);
        cancel.headers.push_via(&self.via(&target, &key.branch));
        let id = ClientId(self.new_id());
        let transaction = ClientTransaction {
            owner: Some(Owner::Cancel),
            request: None,
            contact: OwnContact::Without,
            targets: VecDeque::new(),
            free_transport: false,
            key: None,
            machine: None,
            target,
            wire: Bytes::new(),
            ack: Bytes::new(),
        };
        self.clients.by_id.insert(id, transaction);
        self.launch(now, id, target, cancel.to_bytes(), key, false);
    }

    /// The owner has lost interest in an INVITE: it is not tried at further addresses.
    pub(super) fn stop_trying(&mut self, id: ClientId) {
        if let Some(transaction) = self.clients.by_id.get_mut(&id) {
            transaction.targets.clear();
        }
    }

    /// Forgets a request; the owner hears [`Outcome::Failed`] if it had not heard the last yet.
    pub(super) fn abandon(&mut self, id: ClientId) {
        self.give_up(id, Failure::NoResponse);
    }
}

/// A CANCEL or ACK for an INVITE: what both share with it.
fn companion(invite: &Request, method: Method, seq: u32) -> Request {
    let mut request = Request::new(method.clone(), invite.uri.clone());
    for name in [HeaderName::MaxForwards, HeaderName::From, HeaderName::CallId, HeaderName::Route] {
        request.headers.copy(&invite.headers, &name);
    }
    request.headers.push(HeaderName::CSeq, CSeq::new(seq, method).to_string());
    request
}

/// Receiving.
impl Core {
    /// A response came in.
    pub(super) fn receive_response(&mut self, now: Instant, flow: Flow, response: Response) {
        let Some(id) = self.match_response(&response) else {
            self.counters.stray_responses += 1;
            return;
        };
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        let Some(machine) = &mut transaction.machine else { return };
        let step = machine.response(response.status, &self.config.timers);
        let pending = machine.is_pending();
        if step.ack {
            self.acknowledge_refusal(id, &response);
        }
        let retry = step.deliver && !pending && response.status == StatusCode::SERVICE_UNAVAILABLE;
        if retry && self.has_next_target(id) {
            return self.move_on(now, id, &step);
        }
        self.client_timers(now, id, &step);
        if step.deliver {
            self.deliver(id, response, flow);
        }
        if step.over {
            self.forget(id);
        }
    }

    fn match_response(&self, response: &Response) -> Option<ClientId> {
        let via = response.headers.top_via().ok()?;
        let cancel = response.headers.cseq().ok()?.method == Method::Cancel;
        let id = self.clients.by_key.get(&ClientKey { branch: via.branch()?.to_owned(), cancel })?;
        // There is one Via in what comes back to us; more would mean that it was meant for someone else.
        (response.headers.get_list(&HeaderName::Via).count() == 1).then_some(*id)
    }

    fn has_next_target(&self, id: ClientId) -> bool {
        self.clients.by_id.get(&id).is_some_and(|it| !it.targets.is_empty() && it.owner.is_some())
    }

    /// 503, and there is another address: what was refused stays to acknowledge repetitions, under another id.
    fn move_on(&mut self, now: Instant, id: ClientId, step: &Step) {
        let ghost = ClientId(self.new_id());
        let Some(mut old) = self.clients.by_id.remove(&id) else { return };
        let key = old.key.take();
        let new = ClientTransaction {
            owner: old.owner.take(),
            request: old.request.take(),
            contact: old.contact.clone(),
            targets: std::mem::take(&mut old.targets),
            free_transport: old.free_transport,
            key: None,
            machine: None,
            target: old.target,
            wire: Bytes::new(),
            ack: Bytes::new(),
        };
        self.stop_client_timers(id);
        if let Some(key) = &key {
            self.clients.by_key.insert(key.clone(), ghost);
        }
        old.key = key;
        self.clients.by_id.insert(ghost, old);
        self.client_timers(now, ghost, step);
        if step.over {
            self.forget(ghost);
        }
        self.clients.by_id.insert(id, new);
        self.dispatch(now, id, Failure::Unreachable);
    }

    fn acknowledge_refusal(&mut self, id: ClientId, response: &Response) {
        let Some(transaction) = self.clients.by_id.get(&id) else { return };
        let target = transaction.target;
        let mut wire = transaction.ack.clone();
        if wire.is_empty() {
            let (Some(request), Some(key)) = (&transaction.request, &transaction.key) else { return };
            let seq = request.headers.cseq().map_or(0, |cseq| cseq.seq);
            let mut ack = companion(request, Method::Ack, seq);
            ack.headers.copy(&response.headers, &HeaderName::To);
            ack.headers.push_via(&self.via(&target, &key.branch));
            wire = ack.to_bytes();
            if let Some(transaction) = self.clients.by_id.get_mut(&id) {
                transaction.ack = wire.clone();
            }
        }
        self.send(target, wire);
    }

    fn deliver(&mut self, id: ClientId, response: Response, flow: Flow) {
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        let Some(owner) = transaction.owner else { return };
        let status = response.status;
        let response = Box::new(response);
        let invite = matches!(owner, Owner::Invite(_) | Owner::Reinvite(..));
        let outcome = if status.is_provisional() {
            Outcome::Provisional { owner, response }
        } else {
            transaction.request = None;
            if status.is_success() && invite {
                Outcome::Accepted { owner, response, flow }
            } else {
                transaction.owner = None;
                Outcome::Final { owner, response, flow }
            }
        };
        self.outcomes.push_back(outcome);
    }

    /// A timer of a client transaction.
    pub(super) fn client_timer(&mut self, now: Instant, id: ClientId, timer: Timer) {
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        let Some(machine) = &mut transaction.machine else { return };
        let step = machine.timer(timer, &self.config.timers);
        let (target, wire) = (transaction.target, transaction.wire.clone());
        if step.send {
            self.resend(target, wire);
        }
        self.client_timers(now, id, &step);
        if step.timed_out {
            self.client_failed(now, id, Failure::NoResponse);
        } else if step.over {
            self.forget(id);
        }
    }

    /// An attempt at one address failed: on to the next one.
    pub(super) fn client_failed(&mut self, now: Instant, id: ClientId, failure: Failure) {
        self.stop_client_timers(id);
        self.dispatch(now, id, failure);
    }

    /// A connection has gone, or a target cannot be reached.
    pub(super) fn targets_lost(&mut self, now: Instant, lost: impl Fn(&Target) -> bool) {
        for id in self.clients.pending_where(lost) {
            self.client_failed(now, id, Failure::Unreachable);
        }
    }

    fn client_timers(&mut self, now: Instant, id: ClientId, step: &Step) {
        for (timer, after) in &step.timers {
            let key = TimerKey::Client(id, *timer);
            match after {
                Some(after) => self.set_timer(key, now, *after),
                None => self.timers.stop(key),
            }
        }
    }

    fn stop_client_timers(&mut self, id: ClientId) {
        for timer in [Timer::A, Timer::B, Timer::D, Timer::E, Timer::F, Timer::K, Timer::M] {
            self.timers.stop(TimerKey::Client(id, timer));
        }
    }

    fn give_up(&mut self, id: ClientId, failure: Failure) {
        if let Some(owner) = self.clients.by_id.get_mut(&id).and_then(|it| it.owner.take()) {
            self.outcomes.push_back(Outcome::Failed { owner, failure });
        }
        self.forget(id);
    }

    fn forget(&mut self, id: ClientId) {
        self.stop_client_timers(id);
        let Some(transaction) = self.clients.by_id.remove(&id) else { return };
        if let Some(key) = &transaction.key {
            self.clients.by_key.remove(key);
        }
        if let Some(owner) = transaction.owner {
            self.outcomes.push_back(Outcome::Forgotten { owner });
        }
    }
}

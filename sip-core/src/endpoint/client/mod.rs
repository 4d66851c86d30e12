//! Client transactions: requests of ours from the first send to the last repeated response.

mod receive;

use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use super::call::LegHandle;
use super::core::{Core, Owner, TimerKey};
use super::locate::{Located, Waiting, locate};
use crate::dialog::{Dialog, Hop};
use crate::flow::{Flow, Protocol, Target, Transmit};
use crate::message::{CSeq, HeaderName, Method, NameAddr, Request, Response, Scheme};
use crate::tables::{Table, table};
use crate::transaction::{ClientMachine, Timer};

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
    /// That of a dialog, with this user and feature tag.
    Dialog { user: Option<String>, feature: Option<&'static str> },
    /// That of a registration, for so many seconds.
    Register(String, u32),
}

impl OwnContact {
    /// That of a dialog.
    pub(super) fn of(dialog: &Dialog) -> Self {
        Self::Dialog { user: dialog.contact_user.clone(), feature: dialog.contact_feature }
    }
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
    Provisional { owner: Owner, response: Box<Response>, flow: Flow },
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

    /// Where it was sent last.
    fn target(&self, id: ClientId) -> Option<Target> {
        self.by_id.get(&id).filter(|it| it.machine.is_some()).map(|it| it.target)
    }

    /// It is no INVITE, and others could have been asked: its time was cut short.
    fn is_waiting_by_f(&self, id: ClientId) -> bool {
        let request = |it: &ClientTransaction| it.request.as_ref().is_some_and(|it| it.method != Method::Invite);
        self.by_id.get(&id).is_some_and(|it| !it.targets.is_empty() && request(it))
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
        targets = self.penalties.order(now, targets);
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
        let others = !transaction.targets.is_empty();
        self.send(target, wire);
        self.client_timers(now, id, &step);
        if let Some(wait) = self.config.limits.failover.filter(|_| others) {
            // In place of the long wait for a response: there are others to ask.
            let timer = if invite { Timer::B } else { Timer::F };
            self.set_timer(TimerKey::Client(id, timer), now, wait.min(self.config.timers.t1 * 64));
        }
    }

    /// Adds Via and Contact.
    fn stamped(&self, mut request: Request, target: &Target, contact: OwnContact, branch: &str) -> Request {
        let secure = request.uri.scheme == Scheme::Sips;
        let contact = match contact {
            OwnContact::Without => None,
            OwnContact::Dialog { user, feature } => {
                let mut contact = self.contact(target, user.as_deref(), secure);
                if let Some(feature) = feature {
                    contact.params.set_flag(feature);
                }
                Some(contact)
            }
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

//! The table of connections: which one a message goes by, and how many there may be.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sip_core::{ConnectionId, Flow, PeerName, Protocol, Target};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::adopted::AdoptedSocket;
use super::connection::{self, Name, Peer, Shared, WriteQueue};
use super::limiter::Source;

/// Targets that one connection remembers to have sent for: there is one of each transport, address and name.
const MAX_TARGETS: usize = 8;

/// Up to how many connections those are taken in that are not trusted: the last quarter is kept for trunks and for the
/// connections that we open.
const fn for_strangers(most: usize) -> usize {
    most - most / 4
}

/// A connection as the table knows it.
struct Entry {
    protocol: Protocol,
    remote: SocketAddr,
    /// Who the far end has proved to be, on connections of ours inside TLS.
    name: Option<PeerName>,
    /// `None` while it is being opened.
    local: Option<SocketAddr>,
    queue: mpsc::Sender<Bytes>,
    /// Counts towards the limit of its source.
    accepted: bool,
    /// What was sent by it without having named it: whom to tell when it is gone.
    targets: Vec<Target>,
}

/// A connection that is gone.
pub(crate) struct Gone {
    /// It stood: what waits on it fails.
    pub(crate) flow: Option<Flow>,
    /// What was sent by it to these fails too.
    pub(crate) targets: Vec<Target>,
}

/// Why a message cannot go by a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// There are too many connections, or nobody can be connected to by this transport.
    Impossible,
    /// The connection's queue is full: its reader is too slow, and it is closed.
    Slow(ConnectionId),
}

/// All connections. When the table is dropped, the connections write what is queued and end.
pub(crate) struct Connections {
    entries: HashMap<ConnectionId, Entry>,
    /// The latest connection to each address, whoever it is.
    by_remote: HashMap<(Protocol, SocketAddr), ConnectionId>,
    /// The latest of ours to each that has proved its name.
    by_name: HashMap<(Protocol, SocketAddr, PeerName), ConnectionId>,
    per_source: HashMap<Source, usize>,
    next_id: u64,
    shared: Arc<Shared>,
}

impl Connections {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            entries: HashMap::new(),
            by_remote: HashMap::new(),
            by_name: HashMap::new(),
            per_source: HashMap::new(),
            next_id: 0,
            shared,
        }
    }

    /// Takes a connection in, if there may be one more.
    pub(crate) fn accept(&mut self, protocol: Protocol, stream: TcpStream, remote: SocketAddr) {
        if !self.admit(remote) {
            return;
        }
        let local = stream.local_addr().ok();
        let (id, queue) = self.insert(protocol, remote, None, local, true);
        tokio::spawn(connection::serve(id, protocol, stream, remote, queue, Arc::clone(&self.shared)));
    }

    /// The same for one that was upgraded elsewhere.
    pub(crate) fn adopt(&mut self, socket: AdoptedSocket) {
        if !self.admit(socket.remote) {
            return;
        }
        let (id, queue) = self.insert(socket.protocol, socket.remote, None, Some(socket.local), true);
        tokio::spawn(connection::serve_adopted(id, socket, queue, Arc::clone(&self.shared)));
    }

    /// Whether one more may be taken in from there; it is counted then.
    fn admit(&mut self, remote: SocketAddr) -> bool {
        let limits = &self.shared.limits;
        if !self.shared.guard.may_connect(Instant::now(), remote.ip()) {
            self.shared.counting.silenced.increment();
            return false;
        }
        let source = Source::from(remote.ip());
        let from_source = self.per_source.get(&source).copied().unwrap_or(0);
        let (most, most_from_there) = if self.shared.guard.is_trusted(remote.ip()) {
            (limits.max_connections, usize::MAX)
        } else {
            (for_strangers(limits.max_connections), limits.max_connections_per_source)
        };
        if from_source >= most_from_there || self.entries.len() >= most {
            self.shared.counting.refused_connections.increment();
            return false;
        }
        self.shared.counting.accepted.increment();
        *self.per_source.entry(source).or_default() += 1;
        true
    }

    /// Sends by the connection that the target names, by another one to the same end, or by a new one. `name` is what
    /// the target's name stands for.
    pub(crate) fn send(&mut self, target: Target, name: Option<Name>, data: Bytes) -> Result<(), NotSent> {
        let id = match target.connection.filter(|id| self.is_alive(*id)).or_else(|| self.standing(&target)) {
            Some(id) => id,
            None => self.open(target, name)?,
        };
        let Some(entry) = self.entries.get_mut(&id) else { return Err(NotSent::Impossible) };
        let unnamed = target.connection != Some(id) && !entry.targets.contains(&target);
        if unnamed && entry.targets.len() < MAX_TARGETS {
            entry.targets.push(target);
        }
        entry.queue.try_send(data).map_err(|_| NotSent::Slow(id))
    }

    /// One whose task has ended stays in the table until it has told so; nothing goes by it any more.
    fn is_alive(&self, id: ConnectionId) -> bool {
        self.entries.get(&id).is_some_and(|entry| !entry.queue.is_closed())
    }

    /// A connection to the same end. Who has to prove a name has done so on one of ours to that name only; an address
    /// is reached by whatever connection there is (RFC 5923).
    fn standing(&self, target: &Target) -> Option<ConnectionId> {
        let id = match target.name {
            Some(name) => self.by_name.get(&(target.protocol, target.remote, name)),
            None => self.by_remote.get(&(target.protocol, target.remote)),
        };
        id.copied().filter(|id| self.is_alive(*id))
    }

    fn open(&mut self, target: Target, name: Option<Name>) -> Result<ConnectionId, NotSent> {
        // Browsers connect to us; nobody connects to them. A name that nobody remembers cannot be proved.
        let possible =
            matches!(target.protocol, Protocol::Tcp | Protocol::Tls) && target.name.is_some() == name.is_some();
        if !possible || self.entries.len() >= self.shared.limits.max_connections {
            return Err(NotSent::Impossible);
        }
        let from = target.local.map(|local| local.ip()).filter(|ip| !ip.is_unspecified());
        let from = from.filter(|ip| ip.is_ipv4() == target.remote.is_ipv4());
        let (id, queue) = self.insert(target.protocol, target.remote, target.name, None, false);
        let peer = Peer { protocol: target.protocol, remote: target.remote, from, name };
        tokio::spawn(connection::open(id, peer, queue, Arc::clone(&self.shared)));
        Ok(id)
    }

    fn insert(
        &mut self,
        protocol: Protocol,
        remote: SocketAddr,
        name: Option<PeerName>,
        local: Option<SocketAddr>,
        accepted: bool,
    ) -> (ConnectionId, WriteQueue) {
        let id = ConnectionId(self.next_id);
        self.next_id += 1;
        let (queue, receiver) = mpsc::channel(self.shared.limits.write_queue.max(1));
        let sender = queue.downgrade();
        self.entries.insert(id, Entry { protocol, remote, name, local, queue, accepted, targets: Vec::new() });
        self.by_remote.insert((protocol, remote), id);
        if let Some(name) = name {
            self.by_name.insert((protocol, remote, name), id);
        }
        self.shared.counting.connections.increment();
        (id, WriteQueue { receiver, sender })
    }

    /// A connection of ours stands.
    pub(crate) fn connected(&mut self, id: ConnectionId, local: SocketAddr) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.local = Some(local);
        }
    }

    /// Takes a connection out; `None` when it is out already. If it still stands, its queue is written and it is
    /// closed.
    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<Gone> {
        let entry = self.entries.remove(&id)?;
        self.shared.counting.connections.decrement();
        let address = (entry.protocol, entry.remote);
        if self.by_remote.get(&address) == Some(&id) {
            self.by_remote.remove(&address);
        }
        let named = entry.name.map(|name| (entry.protocol, entry.remote, name));
        if let Some(named) = named.filter(|named| self.by_name.get(named) == Some(&id)) {
            self.by_name.remove(&named);
        }
        if entry.accepted {
            self.forget_source(entry.remote.ip());
        }
        let flow = entry.local.map(|local| Flow::connected(entry.protocol, local, entry.remote, id));
        // Where another connection has taken its place meanwhile, what was sent since goes by that one.
        let targets = entry.targets.into_iter().filter(|target| self.standing(target).is_none()).collect();
        Some(Gone { flow, targets })
    }

    fn forget_source(&mut self, address: IpAddr) {
        let source = Source::from(address);
        if let Some(count) = self.per_source.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.per_source.remove(&source);
            }
        }
    }
}

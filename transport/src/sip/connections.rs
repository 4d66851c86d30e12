//! The table of TCP connections: which one a message goes by, and how many there may be.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use sip_core::{ConnectionId, Flow, Protocol, Target};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::connection::{self, Shared, WriteQueue};
use super::limiter::Source;

/// A connection as the table knows it.
struct Entry {
    remote: SocketAddr,
    /// `None` while it is being opened.
    local: Option<SocketAddr>,
    queue: mpsc::Sender<Bytes>,
    /// Counts towards the limit of its source.
    accepted: bool,
    /// While it is being opened: whom to tell when that fails.
    targets: Vec<Target>,
}

/// A connection that is gone.
pub(crate) enum Gone {
    /// It stood: what waits on it fails.
    Flow(Flow),
    /// It never stood: these could not be sent to.
    Targets(Vec<Target>),
}

/// Why a message cannot go by a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// There are too many connections.
    Full,
    /// The connection's queue is full: its reader is too slow, and it is closed.
    Slow(ConnectionId),
}

/// All connections. When the table is dropped, the connections write what is queued and end.
pub(crate) struct Connections {
    entries: HashMap<ConnectionId, Entry>,
    /// The latest connection to each address.
    by_remote: HashMap<SocketAddr, ConnectionId>,
    per_source: HashMap<Source, usize>,
    next_id: u64,
    shared: Arc<Shared>,
}

impl Connections {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { entries: HashMap::new(), by_remote: HashMap::new(), per_source: HashMap::new(), next_id: 0, shared }
    }

    /// Takes a connection in, if there may be one more.
    pub(crate) fn accept(&mut self, stream: TcpStream, remote: SocketAddr) {
        let limits = &self.shared.limits;
        let source = Source::from(remote.ip());
        let from_source = self.per_source.get(&source).copied().unwrap_or(0);
        let too_many = from_source >= limits.max_connections_per_source && !self.shared.guard.is_trusted(remote.ip());
        if too_many || self.entries.len() >= limits.max_connections {
            self.shared.counting.refused_connections.increment();
            return;
        }
        self.shared.counting.accepted.increment();
        *self.per_source.entry(source).or_default() += 1;
        let local = stream.local_addr().ok();
        let (id, queue) = self.insert(remote, local, true);
        tokio::spawn(connection::serve(id, stream, remote, queue, Arc::clone(&self.shared)));
    }

    /// Sends by the connection that the target names, by another one to the same address, or by a new one.
    pub(crate) fn send(&mut self, target: Target, data: Bytes) -> Result<(), NotSent> {
        // One whose task has ended stays in the table until it has told so; nothing goes by it any more.
        let alive = |id: &ConnectionId| self.entries.get(id).is_some_and(|entry| !entry.queue.is_closed());
        let named = target.connection.filter(alive);
        let id = match named.or_else(|| self.by_remote.get(&target.remote).copied().filter(alive)) {
            Some(id) => id,
            None => self.open(target)?,
        };
        let Some(entry) = self.entries.get_mut(&id) else { return Err(NotSent::Full) };
        if entry.local.is_none() && !entry.targets.contains(&target) {
            entry.targets.push(target);
        }
        entry.queue.try_send(data).map_err(|_| NotSent::Slow(id))
    }

    fn open(&mut self, target: Target) -> Result<ConnectionId, NotSent> {
        if self.entries.len() >= self.shared.limits.max_connections {
            return Err(NotSent::Full);
        }
        let from = target.local.map(|local| local.ip()).filter(|ip| !ip.is_unspecified());
        let from = from.filter(|ip| ip.is_ipv4() == target.remote.is_ipv4());
        let (id, queue) = self.insert(target.remote, None, false);
        tokio::spawn(connection::open(id, target.remote, from, queue, Arc::clone(&self.shared)));
        Ok(id)
    }

    fn insert(&mut self, remote: SocketAddr, local: Option<SocketAddr>, accepted: bool) -> (ConnectionId, WriteQueue) {
        let id = ConnectionId(self.next_id);
        self.next_id += 1;
        let (queue, receiver) = mpsc::channel(self.shared.limits.write_queue.max(1));
        let sender = queue.downgrade();
        self.entries.insert(id, Entry { remote, local, queue, accepted, targets: Vec::new() });
        self.by_remote.insert(remote, id);
        self.shared.counting.connections.increment();
        (id, WriteQueue { receiver, sender })
    }

    /// A connection of ours stands.
    pub(crate) fn connected(&mut self, id: ConnectionId, local: SocketAddr) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.local = Some(local);
            entry.targets = Vec::new();
        }
    }

    /// Takes a connection out; `None` when it is out already. If it still stands, its queue is written and it is
    /// closed.
    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<Gone> {
        let entry = self.entries.remove(&id)?;
        self.shared.counting.connections.decrement();
        if self.by_remote.get(&entry.remote) == Some(&id) {
            self.by_remote.remove(&entry.remote);
        }
        if entry.accepted {
            self.forget_source(entry.remote.ip());
        }
        let flow = entry.local.map(|local| Flow::connected(Protocol::Tcp, local, entry.remote, id));
        Some(flow.map_or(Gone::Targets(entry.targets), Gone::Flow))
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

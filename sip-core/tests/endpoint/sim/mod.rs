//! A network in virtual time: endpoints, scripted peers, and packets that get lost, late, out of order and doubled.

mod actions;
mod script;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sip_core::message::{Limits, Message, NameAddr, Uri, parse_datagram};
use sip_core::{
    ConnectionId, Endpoint, EndpointConfig, Event, Flow, IncomingCall, LegHandle, Listener, Protocol, Resolved, Target,
};

pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}

pub fn name_addr(text: &str) -> NameAddr {
    text.parse().unwrap()
}

pub use actions::sdp;
pub use script::{PEER, Script, respond};

/// The first endpoint's address, and the second's.
pub const A: &str = "192.0.2.1:5060";
pub const B: &str = "192.0.2.2:5060";

/// How a network treats packets on UDP.
#[derive(Clone, Copy)]
pub struct Weather {
    /// Share of packets that get lost, of 1,000.
    pub loss: u64,
    /// Share of packets that come twice, of 1,000.
    pub doubled: u64,
    /// Share of packets in which some bytes are changed, of 1,000.
    pub garbled: u64,
    /// Least and most delay: packets overtake each other within it.
    pub delay: (Duration, Duration),
}

impl Weather {
    pub const FAIR: Self = Self { loss: 0, doubled: 0, garbled: 0, delay: (ms(10), ms(10)) };
}

/// One packet on the wire.
#[derive(Clone)]
pub struct Packet {
    /// Since the start.
    pub at: Duration,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub protocol: Protocol,
    pub data: Bytes,
}

impl Packet {
    pub fn message(&self) -> Message {
        parse_datagram(&self.data, &Limits::default()).unwrap()
    }

    /// `INVITE` or `180 INVITE`.
    pub fn label(&self) -> String {
        match self.message() {
            Message::Request(request) => request.method.to_string(),
            Message::Response(response) => {
                format!("{} {}", response.status, response.headers.cseq().unwrap().method)
            }
        }
    }
}

/// What an interceptor does with a packet.
pub enum Fate {
    Pass,
    Drop,
}

type Interceptor = Box<dyn FnMut(&Packet) -> Fate>;

pub struct Node {
    pub endpoint: Endpoint,
    pub address: SocketAddr,
    pub events: Vec<Event>,
}

impl Node {
    pub fn count(&self, what: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| what(event)).count()
    }

    pub fn ended(&self, leg: LegHandle) -> usize {
        self.count(|event| matches!(event, Event::Ended { leg: it, .. } if *it == leg))
    }

    /// The calls that came in.
    pub fn calls(&self) -> Vec<IncomingCall> {
        let call = |event: &Event| match event {
            Event::IncomingCall(call) => Some(IncomingCall::clone(call)),
            _ => None,
        };
        self.events.iter().filter_map(call).collect()
    }
}

struct Wire {
    connection: ConnectionId,
    remote: SocketAddr,
    owner: usize,
    peer: Option<ConnectionId>,
}

enum Due {
    Packet(Packet, Option<ConnectionId>),
    Call(Box<dyn FnOnce(&mut Sim)>),
}

/// Endpoints, the network between them and the clock.
pub struct Sim {
    pub now: Instant,
    pub start: Instant,
    pub nodes: Vec<Node>,
    pub weather: Weather,
    pub wire: Vec<Packet>,
    /// Packets for addresses that are no endpoint's.
    pub strays: Vec<Packet>,
    pub names: HashMap<String, Resolved>,
    pub record: bool,
    queue: BTreeMap<(Instant, u64), Due>,
    order: u64,
    chance: ChaCha8Rng,
    intercept: Option<Interceptor>,
    wires: Vec<Wire>,
}

impl Sim {
    pub fn new(seed: u64) -> Self {
        Self::with(seed, |_| {})
    }

    /// Two endpoints at [`A`] and [`B`] whose settings may be changed.
    pub fn with(seed: u64, change: impl Fn(&mut EndpointConfig)) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the origin of virtual time")]
        let start = Instant::now();
        let mut sim = Self {
            now: start,
            start,
            nodes: Vec::new(),
            weather: Weather::FAIR,
            wire: Vec::new(),
            strays: Vec::new(),
            names: HashMap::new(),
            record: true,
            queue: BTreeMap::new(),
            order: 0,
            chance: ChaCha8Rng::seed_from_u64(seed),
            intercept: None,
            wires: Vec::new(),
        };
        for (index, address) in [A, B].into_iter().enumerate() {
            sim.add_node(seed.wrapping_mul(31).wrapping_add(index as u64), address, &change);
        }
        sim
    }

    pub fn add_node(&mut self, seed: u64, address: &str, change: impl Fn(&mut EndpointConfig)) -> usize {
        let address = addr(address);
        let listener = |protocol| Listener { protocol, local: address, advertised: None };
        let mut config = EndpointConfig {
            listeners: vec![listener(Protocol::Udp), listener(Protocol::Tcp)],
            ..EndpointConfig::default()
        };
        change(&mut config);
        self.nodes.push(Node { endpoint: Endpoint::new(config, seed), address, events: Vec::new() });
        self.nodes.len() - 1
    }

    pub fn intercept(&mut self, interceptor: impl FnMut(&Packet) -> Fate + 'static) {
        self.intercept = Some(Box::new(interceptor));
    }

    /// Drops the packets with these labels, as often as is said.
    pub fn drop_labels(&mut self, labels: &[(&'static str, usize)]) {
        let mut left: Vec<(&'static str, usize)> = labels.to_vec();
        self.intercept(move |packet| {
            let label = packet.label();
            match left.iter_mut().find(|(it, count)| *it == label && *count > 0) {
                Some((_, count)) => {
                    *count -= 1;
                    Fate::Drop
                }
                None => Fate::Pass,
            }
        });
    }

    /// Does something after a while.
    pub fn after(&mut self, wait: Duration, action: impl FnOnce(&mut Self) + 'static) {
        self.enqueue(self.now + wait, Due::Call(Box::new(action)));
    }

    fn enqueue(&mut self, at: Instant, due: Due) {
        self.order += 1;
        self.queue.insert((at, self.order), due);
    }

    fn roll(&mut self, share: u64) -> bool {
        self.chance.next_u64() % 1_000 < share
    }

    pub fn number(&mut self) -> u64 {
        self.chance.next_u64()
    }

    /// Lets a time pass.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        self.drain();
        while let Some(next) = self.next().filter(|next| *next <= end) {
            self.step(next);
        }
        self.now = end;
    }

    /// Runs until nothing is under way and no timer is set.
    pub fn run_until_idle(&mut self, limit: Duration) {
        let end = self.now + limit;
        self.drain();
        while let Some(next) = self.next() {
            assert!(next <= end, "still busy: {:?}", self.sizes());
            self.step(next);
        }
    }

    /// Nothing is under way and no timer is set.
    pub fn is_idle(&self) -> bool {
        self.next().is_none()
    }

    fn next(&self) -> Option<Instant> {
        let packet = self.queue.keys().next().map(|(at, _)| *at);
        let timers = self.nodes.iter().filter_map(|node| node.endpoint.poll_timeout());
        timers.chain(packet).min()
    }

    fn step(&mut self, at: Instant) {
        self.now = self.now.max(at);
        let now = self.now;
        for node in &mut self.nodes {
            if node.endpoint.poll_timeout().is_some_and(|timeout| timeout <= now) {
                node.endpoint.handle_timeout(now);
            }
        }
        self.drain();
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= now) {
            match entry.remove() {
                Due::Packet(packet, connection) => self.arrive(packet, connection),
                Due::Call(action) => action(self),
            }
            self.drain();
        }
    }

    fn arrive(&mut self, packet: Packet, connection: Option<ConnectionId>) {
        let now = self.now;
        let Some(node) = self.nodes.iter_mut().find(|node| node.address == packet.to) else {
            self.strays.push(packet);
            return;
        };
        let flow = Flow { protocol: packet.protocol, local: packet.to, remote: packet.from, connection };
        if packet.protocol == Protocol::Udp {
            node.endpoint.handle_datagram(now, flow, &packet.data);
        } else {
            let message = parse_datagram(&packet.data, &Limits::default());
            node.endpoint.handle_message(now, flow, message);
        }
    }

    /// Takes what the endpoints have to say.
    pub fn drain(&mut self) {
        for index in 0..self.nodes.len() {
            while let Some(ask) = self.nodes[index].endpoint.poll_resolve() {
                let answer = self.names.get(&ask.host).cloned().unwrap_or(Err(sip_core::ResolveError::NotFound));
                let id = ask.id;
                self.after(ms(5), move |sim| {
                    let now = sim.now;
                    sim.nodes[index].endpoint.handle_resolved(now, id, answer);
                });
            }
            while let Some(transmit) = self.nodes[index].endpoint.poll_transmit() {
                self.transmit(index, transmit.target, transmit.data);
            }
            let node = &mut self.nodes[index];
            while let Some(event) = node.endpoint.poll_event() {
                node.events.push(event);
            }
        }
    }

    fn transmit(&mut self, index: usize, target: Target, data: Bytes) {
        let address = self.nodes[index].address;
        let way = if target.protocol == Protocol::Udp {
            Some((address, target.remote, None))
        } else {
            self.connect(index, target)
        };
        let Some((from, to, arrival)) = way else {
            return self.after(ms(1), move |sim| {
                let now = sim.now;
                sim.nodes[index].endpoint.handle_transmit_failed(now, target);
            });
        };
        let at = self.now - self.start;
        let packet = Packet { at, from, to, protocol: target.protocol, data };
        if self.record {
            self.wire.push(packet.clone());
        }
        let fate = self.intercept.as_mut().map_or(Fate::Pass, |intercept| intercept(&packet));
        if matches!(fate, Fate::Drop) {
            return;
        }
        let weather = self.weather;
        let (least, most) = weather.delay;
        if packet.protocol.is_reliable() {
            self.enqueue(self.now + least, Due::Packet(packet, arrival));
            return;
        }
        if self.roll(weather.loss) {
            return;
        }
        let copies = if self.roll(weather.doubled) { 2 } else { 1 };
        for _ in 0..copies {
            let span = most.saturating_sub(least).as_millis() as u64;
            let delay = least + ms(self.chance.next_u64() % (span + 1));
            let mut packet = packet.clone();
            if self.roll(weather.garbled) {
                packet.data = self.garble(&packet.data);
            }
            self.enqueue(self.now + delay, Due::Packet(packet, None));
        }
    }

    /// Changes a few bytes, drops or doubles some.
    fn garble(&mut self, data: &[u8]) -> Bytes {
        let mut data = data.to_vec();
        for _ in 0..=self.chance.next_u64() % 4 {
            let at = (self.chance.next_u64() % data.len() as u64) as usize;
            let until = (at + 1 + (self.chance.next_u64() % 20) as usize).min(data.len());
            match self.chance.next_u64() % 4 {
                0 => data[at] = self.chance.next_u64() as u8,
                1 => data[at] = b"0123456789;,:<>@\r\n \""[(self.chance.next_u64() % 20) as usize],
                2 if until - at < data.len() => drop(data.drain(at..until)),
                _ => {
                    let again = data[at..until].to_vec();
                    data.splice(at..at, again);
                }
            }
        }
        data.into()
    }

    /// The connection that a target names, or another one to its address, or a new one to a node.
    fn connect(&mut self, index: usize, target: Target) -> Option<(SocketAddr, SocketAddr, Option<ConnectionId>)> {
        let owned = |wire: &&Wire| wire.owner == index;
        let named = self.wires.iter().filter(owned).find(|wire| Some(wire.connection) == target.connection);
        let found = named.or_else(|| self.wires.iter().filter(owned).find(|wire| wire.remote == target.remote));
        if let Some(wire) = found {
            // The peer sees our end of the wire.
            let peer = self.wires.iter().find(|it| Some(it.connection) == wire.peer)?;
            return Some((peer.remote, self.nodes[peer.owner].address, wire.peer));
        }
        let other = self.nodes.iter().position(|node| node.address == target.remote)?;
        let (ours, theirs) = (ConnectionId(self.order * 2 + 1), ConnectionId(self.order * 2 + 2));
        self.order += 2;
        let here = SocketAddr::new(self.nodes[index].address.ip(), 40_000 + (self.order % 20_000) as u16);
        let there = target.remote;
        self.wires.push(Wire { connection: ours, remote: there, owner: index, peer: Some(theirs) });
        self.wires.push(Wire { connection: theirs, remote: here, owner: other, peer: Some(ours) });
        Some((here, there, Some(theirs)))
    }

    /// Closes all connections.
    pub fn cut(&mut self) {
        for wire in std::mem::take(&mut self.wires) {
            let address = self.nodes[wire.owner].address;
            let flow = Flow::connected(Protocol::Tcp, address, wire.remote, wire.connection);
            let now = self.now;
            self.nodes[wire.owner].endpoint.handle_flow_closed(now, flow);
        }
    }

    pub fn sizes(&self) -> Vec<sip_core::TableSizes> {
        self.nodes.iter().map(|node| node.endpoint.table_sizes()).collect()
    }

    /// Asserts that nothing is left in any table.
    pub fn assert_empty(&self) {
        for node in &self.nodes {
            assert_eq!(node.endpoint.table_sizes(), sip_core::TableSizes::default());
        }
    }
}

//! What must hold for an endpoint, whatever arrives, whatever its owner wants, and whenever: every leg ends exactly once
//! and is silent then, the tables keep to their limits, and when nobody speaks any more all of them are empty. Used by
//! the fuzz target and by an ordinary test.

use std::collections::{HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_core::message::{HeaderName, Limits, Message, Method, NameAddr, Request, StatusCode, Uri, parse_datagram};
use sip_core::{
    Account, Body, ConnectionId, Endpoint, EndpointConfig, Event, Flow, LegHandle, Listener, OutgoingCall, Protocol,
    ResolveError, ResolveId, TableSizes, Target,
};

/// One origin for all runs: only distances count.
#[allow(clippy::disallowed_methods, reason = "an origin for virtual time")]
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

const OURS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5060);
const THEIRS: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 5060),
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 3)), 5070),
];
const MAX_LEGS: usize = 6;
const MAX_TRANSACTIONS: usize = 24;
/// Steps of one script.
const STEPS: usize = 400;
/// What others can call for, by the number of the step.
const METHODS: [&str; 14] = [
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "REGISTER",
    "INFO",
    "UPDATE",
    "PRACK",
    "REFER",
    "NOTIFY",
    "SUBSCRIBE",
    "MESSAGE",
    "ODD",
];
const STATUSES: [u16; 24] = [
    100, 180, 183, 199, 200, 202, 204, 300, 302, 400, 401, 404, 407, 408, 415, 420, 422, 481, 486, 487, 491, 500, 503,
    603,
];

/// The bytes as a script.
struct Script<'a> {
    data: &'a [u8],
}

impl Script<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.data.split_first()?;
        self.data = rest;
        Some(*first)
    }

    fn pick(&mut self, end: usize) -> usize {
        usize::from(self.byte().unwrap_or(0)) % end.max(1)
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.pick(most + 1).min(self.data.len());
        let (first, rest) = self.data.split_at(length);
        self.data = rest;
        first.to_vec()
    }
}

/// An endpoint, and what was seen of it.
struct World {
    endpoint: Endpoint,
    now: Instant,
    /// Legs that have not ended.
    legs: Vec<LegHandle>,
    ended: HashSet<LegHandle>,
    asks: VecDeque<ResolveId>,
    /// The latest of what it sent.
    sent: VecDeque<Bytes>,
    /// The latest of what it was sent.
    received: VecDeque<Vec<u8>>,
    /// The tag that it gave itself, by the number of the call.
    tags: [String; 4],
    seq: u32,
    reached: Reached,
}

/// How far a script got: a check that reaches nothing checks nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Reached {
    /// Legs that ended.
    pub ended: usize,
    /// Legs that were answered, by either side.
    pub answered: usize,
    /// Sessions that were to be changed.
    pub changed: usize,
}

/// Panics if something does not hold.
pub fn check(data: &[u8]) -> Reached {
    let mut script = Script { data };
    let seed = u64::from(script.byte().unwrap_or(0));
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        let Some(step) = script.byte() else { break };
        world.step(step, &mut script);
        world.drain();
        world.bounded();
    }
    world.fall_silent();
    world.reached
}

impl World {
    fn new(seed: u64) -> Self {
        let listener = |protocol| Listener { protocol, local: OURS, advertised: None };
        let mut config = EndpointConfig {
            listeners: vec![listener(Protocol::Udp), listener(Protocol::Tcp)],
            ..EndpointConfig::default()
        };
        config.limits.max_legs = MAX_LEGS;
        config.limits.max_transactions = MAX_TRANSACTIONS;
        config.digest.max_nonces = 8;
        let mut endpoint = Endpoint::new(config, seed);
        endpoint.set_accounts(vec![Account::from_password("anna", "callwright", "pw")]);
        Self {
            endpoint,
            now: *ORIGIN,
            legs: Vec::new(),
            ended: HashSet::new(),
            asks: VecDeque::new(),
            sent: VecDeque::new(),
            received: VecDeque::new(),
            tags: Default::default(),
            seq: 1,
            reached: Reached::default(),
        }
    }

    fn step(&mut self, step: u8, script: &mut Script<'_>) {
        match step % 16 {
            0..=4 => {
                let message = self.request(script);
                self.arrive(script, message);
            }
            5..=7 => {
                if let Some(message) = self.response(script) {
                    self.arrive(script, message);
                }
            }
            8 => {
                if let Some(message) = self.bent(script) {
                    self.arrive(script, message);
                }
            }
            9 => {
                let message = script.bytes(200);
                self.arrive(script, message);
            }
            10 | 11 => self.command(script),
            12 => self.call(script),
            13 => self.answer_ask(script),
            14 => self.break_something(script),
            _ => {
                let exponent = script.pick(18) as u32;
                self.pass(Duration::from_millis(1 << exponent));
            }
        }
    }

    /// A request of one of four calls, inside or outside of its dialog.
    fn request(&mut self, script: &mut Script<'_>) -> Vec<u8> {
        let method = METHODS[script.pick(METHODS.len())];
        let (call, how) = (script.pick(4), script.byte().unwrap_or(0));
        let there = THEIRS[call % 2];
        if how & 1 == 0 && !matches!(method, "ACK" | "CANCEL") {
            self.seq += 1;
        }
        let seq = self.seq;
        let tag = &self.tags[call];
        let to = if how & 2 == 0 || tag.is_empty() { String::new() } else { format!(";tag={tag}") };
        let body = if how & 4 == 0 { "" } else { "v=0\r\n" };
        let extra = match how >> 3 {
            1 => "Require: 100rel\r\n",
            2 => "Supported: 100rel, timer, replaces\r\nSession-Expires: 90\r\n",
            3 => "Contact: *\r\nExpires: 0\r\n",
            4 => "Expires: 60\r\n",
            5 => "RAck: 1 1 INVITE\r\n",
            6 => "Refer-To: <sip:ben@198.51.100.9>\r\n",
            7 => "Event: refer\r\nSubscription-State: active;expires=60\r\n",
            8 => "Require: odd\r\n",
            9 => "Session-Expires: 10\r\nMin-SE: 10\r\n",
            10 => "Record-Route: <sip:198.51.100.9;lr>\r\n",
            11 => "Max-Forwards: 0\r\n",
            12 => "Replaces: call0@there;to-tag=t;from-tag=f\r\nRequire: replaces\r\n",
            _ => "",
        };
        // CANCEL and ACK have the branch of what they are for.
        let branch = if how & 0x80 == 0 { seq } else { seq.saturating_sub(1) };
        let content = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} sip:us@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {there};branch=z9hG4bK{call}-{branch}\r\n\
             From: <sip:them@{there}>;tag=f{call}\r\nTo: <sip:us@192.0.2.1>{to}\r\nCall-ID: call{call}@there\r\n\
             CSeq: {seq} {method}\r\nContact: <sip:them@{there}>\r\n{extra}{content}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// An answer to one of the latest requests of the endpoint.
    fn response(&mut self, script: &mut Script<'_>) -> Option<Vec<u8>> {
        let requests: Vec<Request> = self.sent.iter().filter_map(|data| request_in(data)).collect();
        let request = requests.get(requests.len().checked_sub(1 + script.pick(requests.len()))?)?;
        let status = STATUSES[script.pick(STATUSES.len())];
        let how = script.byte().unwrap_or(0);
        let mut response = request.reply(StatusCode::new(status)?);
        if let Ok(to) = response.headers.to()
            && to.tag().is_none()
            && status > 100
        {
            response.headers.set(HeaderName::To, to.with_tag(&format!("branch{}", how & 3)).to_string());
        }
        response.headers.push(HeaderName::Contact, format!("<sip:them@{}>", THEIRS[usize::from(how >> 2 & 1)]));
        if how & 8 != 0 {
            response.headers.push(HeaderName::ContentType, "application/sdp");
            response.body = Bytes::from_static(b"v=0\r\n");
        }
        if how & 16 != 0 {
            response.headers.push(HeaderName::Require, "100rel");
            response.headers.push(HeaderName::RSeq, format!("{}", 1 + u32::from(how >> 5)));
        }
        if matches!(status, 401 | 407) {
            let challenge = "Digest realm=\"there\", nonce=\"n\", qop=\"auth\", algorithm=MD5";
            let name = if status == 401 { HeaderName::WwwAuthenticate } else { HeaderName::ProxyAuthenticate };
            response.headers.push(name, challenge);
        }
        if status == 422 {
            response.headers.push(HeaderName::MinSe, "1800");
        }
        Some(response.to_bytes().to_vec())
    }

    /// Something that came before, or that it sent itself, with a few bytes changed.
    fn bent(&mut self, script: &mut Script<'_>) -> Option<Vec<u8>> {
        let known: Vec<Vec<u8>> = self.received.iter().cloned().chain(self.sent.iter().map(|it| it.to_vec())).collect();
        let mut message = known.get(script.pick(known.len()))?.clone();
        for _ in 0..script.pick(4) {
            let at = script.pick(256) * message.len() / 256;
            let with = script.bytes(6);
            let until = (at + script.pick(6)).min(message.len());
            message.splice(at..until, with);
        }
        Some(message)
    }

    fn arrive(&mut self, script: &mut Script<'_>, message: Vec<u8>) {
        let how = script.byte().unwrap_or(0);
        let there = THEIRS[usize::from(how & 1)];
        if how & 6 == 6 {
            let flow = Flow::connected(Protocol::Tcp, OURS, there, ConnectionId(u64::from(how >> 3 & 1)));
            let parsed = parse_datagram(&message, &Limits::default());
            self.endpoint.handle_message(self.now, flow, parsed);
        } else {
            self.endpoint.handle_datagram(self.now, Flow::udp(OURS, there), &message);
        }
        self.received.push_back(message);
        if self.received.len() > 8 {
            self.received.pop_front();
        }
    }

    /// Something that the owner wants, of a leg that lives or of one that is gone.
    fn command(&mut self, script: &mut Script<'_>) {
        let all: Vec<LegHandle> = self.legs.iter().chain(self.ended.iter().min()).copied().collect();
        let Some(leg) = all.get(script.pick(all.len())).copied() else { return };
        let (endpoint, now) = (&mut self.endpoint, self.now);
        let body = || Body::sdp("v=0\r\n".to_owned());
        let how = script.byte().unwrap_or(0);
        match script.pick(13) {
            0 => drop(endpoint.ring(now, leg, StatusCode::RINGING, None)),
            1 => drop(endpoint.ring(now, leg, StatusCode::SESSION_PROGRESS, Some(body()))),
            2 | 3 => drop(endpoint.accept(now, leg, body())),
            4 => drop(endpoint.reject(now, leg, StatusCode::new(u16::from(how) * 4).unwrap_or(StatusCode::OK), vec![])),
            5 => drop(endpoint.challenge(now, leg)),
            6 => endpoint.hangup(now, leg),
            7 => drop(endpoint.reinvite(now, leg, body())),
            8 => drop(endpoint.accept_reinvite(now, leg, body())),
            9 => drop(endpoint.reject_reinvite(now, leg, StatusCode::NOT_ACCEPTABLE_HERE)),
            10 => drop(endpoint.info(now, leg, Body::new("application/dtmf", &b"5"[..]))),
            11 => drop(endpoint.update(now, leg, body())),
            _ => drop(endpoint.acknowledge(now, leg, body())),
        }
    }

    fn call(&mut self, script: &mut Script<'_>) {
        let how = script.byte().unwrap_or(0);
        let host = ["192.0.2.2", "there.example", "198.51.100.3:5070;transport=tcp"][usize::from(how) % 3];
        let (Ok(target), Ok(from)) =
            (format!("sip:them@{host}").parse::<Uri>(), "<sip:us@192.0.2.1>".parse::<NameAddr>())
        else {
            return;
        };
        if how & 0x40 != 0 {
            self.endpoint.options(self.now, target);
            return;
        }
        let mut call = OutgoingCall::new(target, from);
        call.body = (how & 0x80 == 0).then(|| Body::sdp("v=0\r\n".to_owned()));
        if let Ok(leg) = self.endpoint.invite(self.now, call) {
            assert!(!self.ended.contains(&leg), "a handle is used twice");
            self.legs.push(leg);
        }
    }

    fn answer_ask(&mut self, script: &mut Script<'_>) {
        let Some(id) = self.asks.pop_front() else { return };
        let how = script.pick(4);
        let target = |there| Target { local: Some(OURS), ..Flow::udp(OURS, there).into() };
        let resolved = match how {
            0 => Err(ResolveError::NotFound),
            1 => Ok(Vec::new()),
            _ => Ok(THEIRS.into_iter().take(how - 1).map(target).collect()),
        };
        self.endpoint.handle_resolved(self.now, id, resolved);
    }

    fn break_something(&mut self, script: &mut Script<'_>) {
        let how = script.byte().unwrap_or(0);
        let there = THEIRS[usize::from(how & 1)];
        let flow = Flow::connected(Protocol::Tcp, OURS, there, ConnectionId(u64::from(how >> 1 & 1)));
        match how >> 2 & 3 {
            0 => self.endpoint.handle_flow_closed(self.now, flow),
            1 => self.endpoint.handle_transmit_failed(self.now, Flow::udp(OURS, there).into()),
            2 => self.endpoint.handle_transmit_failed(self.now, flow.into()),
            // Out of turn.
            _ => self.endpoint.handle_timeout(self.now),
        }
    }

    /// Lets time pass, and every timer come.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let mut timeouts = 0;
        while let Some(at) = self.endpoint.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.endpoint.handle_timeout(self.now);
            self.drain();
            self.bounded();
            timeouts += 1;
            assert!(timeouts < 100_000, "the endpoint's timers do not let time pass");
        }
        self.now = end;
    }

    /// Takes what the endpoint has to say.
    fn drain(&mut self) {
        while let Some(transmit) = self.endpoint.poll_transmit() {
            self.note_tag(&transmit.data);
            self.sent.push_back(transmit.data);
            if self.sent.len() > 8 {
                self.sent.pop_front();
            }
        }
        while let Some(ask) = self.endpoint.poll_resolve() {
            self.asks.push_back(ask.id);
        }
        while self.endpoint.poll_sign().is_some() {}
        while let Some(event) = self.endpoint.poll_event() {
            self.note_event(&event);
        }
    }

    fn note_event(&mut self, event: &Event) {
        match event {
            Event::Answered { .. } | Event::Confirmed { .. } => self.reached.answered += 1,
            Event::Reinvited { .. } | Event::ReinviteAnswered { .. } => self.reached.changed += 1,
            _ => {}
        }
        let leg = match event {
            Event::IncomingCall(call) => {
                assert!(!self.ended.contains(&call.leg) && !self.legs.contains(&call.leg), "a handle is used twice");
                return self.legs.push(call.leg);
            }
            Event::Ended { leg, .. } => {
                let known = self.legs.iter().position(|it| it == leg);
                assert!(known.is_some(), "a leg ended that was not there, or ended twice");
                self.legs.retain(|it| it != leg);
                assert!(self.ended.insert(*leg), "a leg ended twice");
                self.reached.ended += 1;
                return;
            }
            Event::Progress { leg, .. }
            | Event::Answered { leg, .. }
            | Event::Confirmed { leg, .. }
            | Event::Reinvited { leg, .. }
            | Event::ReinviteConfirmed { leg, .. }
            | Event::ReinviteCancelled { leg }
            | Event::ReinviteAnswered { leg, .. }
            | Event::ReinviteFailed { leg, .. }
            | Event::Info { leg, .. } => *leg,
            _ => return,
        };
        assert!(self.legs.contains(&leg), "a leg that is over, or never was, has something to tell");
    }

    /// The tag that the endpoint gave itself in a call of ours.
    fn note_tag(&mut self, data: &[u8]) {
        if let Ok(Message::Response(response)) = parse_datagram(data, &Limits::default())
            && let (Some(call_id), Ok(to)) = (response.headers.call_id(), response.headers.to())
            && let Some(call) = call_id.strip_prefix("call").and_then(|rest| rest.get(..1)?.parse::<usize>().ok())
            && let (Some(slot), Some(tag)) = (self.tags.get_mut(call), to.tag())
        {
            tag.clone_into(slot);
        }
    }

    /// The tables keep to their limits. What ends a call may use as much again, and an ended leg is kept until its last
    /// transaction is over.
    fn bounded(&self) {
        let sizes = self.endpoint.table_sizes();
        let transactions = sizes.client_transactions + sizes.server_transactions;
        assert!(transactions <= 4 * MAX_TRANSACTIONS + 4 * MAX_LEGS, "too many transactions: {sizes:?}");
        assert!(sizes.legs <= MAX_LEGS + 4 * MAX_TRANSACTIONS + 4, "too many legs: {sizes:?}");
        assert!(sizes.nonces <= 8, "too many nonces: {sizes:?}");
        assert!(self.legs.len() <= MAX_LEGS + 1, "too many live legs");
    }

    /// Nobody speaks any more: everything comes to its end.
    fn fall_silent(&mut self) {
        for leg in self.legs.clone() {
            self.endpoint.hangup(self.now, leg);
        }
        for _ in 0..64 {
            self.drain();
            while let Some(id) = self.asks.pop_front() {
                self.endpoint.handle_resolved(self.now, id, Err(ResolveError::NotFound));
            }
            for connection in 0..2 {
                for there in THEIRS {
                    let flow = Flow::connected(Protocol::Tcp, OURS, there, ConnectionId(connection));
                    self.endpoint.handle_flow_closed(self.now, flow);
                }
            }
            self.pass(Duration::from_mins(5));
            if self.endpoint.poll_timeout().is_none() {
                break;
            }
        }
        self.drain();
        assert!(self.legs.is_empty(), "legs that were hung up have not ended");
        assert_eq!(self.endpoint.table_sizes(), TableSizes::default(), "something stays behind");
        assert_eq!(self.endpoint.poll_timeout(), None);
    }
}

fn request_in(data: &[u8]) -> Option<Request> {
    match parse_datagram(data, &Limits::default()) {
        Ok(Message::Request(request)) if request.method != Method::Ack => Some(request),
        _ => None,
    }
}

//! Whom to listen to: shared by the SIP task and its connections.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sip_core::message::{HeaderName, Message, Method};

use super::bans::{Ban, Bans, Offence};
use super::config::{Rate, SipLimits};
use super::first_look::{self, Kind};
use super::limiter::{Limiter, Source};
use super::network::Network;

/// What to do with a message, by where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// Read it.
    Pass,
    /// The source is banned or denied: it gets no answer at all.
    Silence,
    /// The source has sent too many.
    TooMany,
}

/// The limits on messages by source and on all strangers together, who is banned, and who is exempt.
#[derive(Debug)]
pub(crate) struct Guard {
    state: Mutex<State>,
    /// Names of scanners' tools.
    scanners: Vec<String>,
    /// Networks that are never limited nor banned, as configured.
    allow: Vec<Network>,
    deny: Vec<Network>,
    members_from: Vec<Network>,
    /// Strangers' OPTIONS are read.
    questions: bool,
}

#[derive(Debug)]
struct State {
    limiter: Limiter,
    /// One bucket for the logins of all strangers, one for everything else that they begin.
    strangers: [Limiter; 2],
    bans: Bans,
    /// Trunks, and whatever else the owner trusts.
    trusted: Vec<Network>,
}

impl Guard {
    pub(crate) fn new(limits: &SipLimits) -> Self {
        let all = |rate: Option<Rate>| Limiter::new(rate, 1);
        let state = State {
            limiter: Limiter::new(limits.per_source, limits.max_sources),
            strangers: [all(limits.strangers), all(limits.strangers)],
            bans: Bans::new(limits.bans.clone()),
            trusted: limits.trusted.clone(),
        };
        Self {
            state: Mutex::new(state),
            scanners: limits.bans.scanners.clone(),
            allow: limits.allow.clone(),
            deny: limits.deny.clone(),
            members_from: limits.members_from.clone(),
            questions: limits.questions,
        }
    }

    /// Whether one more message may come from there; it is counted if so. `awaited`: it is a response, or comes by a
    /// connection that we opened, so that no ban is meant for it.
    pub(crate) fn admit(&self, now: Instant, address: IpAddr, awaited: bool) -> Ruling {
        let mut state = self.lock();
        if state.trusts(address) || within(&self.allow, address) {
            return Ruling::Pass;
        }
        let source = Source::from(address);
        if !awaited && (within(&self.deny, address) || state.bans.is_banned(now, source)) {
            Ruling::Silence
        } else if state.limiter.admit(now, source) {
            Ruling::Pass
        } else {
            Ruling::TooMany
        }
    }

    /// Whether a connection from there is worth its memory; nothing is counted.
    pub(crate) fn may_connect(&self, now: Instant, address: IpAddr) -> bool {
        let state = self.lock();
        state.trusts(address)
            || within(&self.allow, address)
            || !(within(&self.deny, address) || state.bans.is_banned(now, address.into()))
    }

    /// Whether a datagram that was admitted is to be read: what begins something and comes from a stranger takes a turn
    /// from all strangers together, and those who name themselves scanners get no answer. Nobody is banned: the source
    /// may be made up.
    pub(crate) fn first_look(&self, now: Instant, address: IpAddr, data: &[u8]) -> Ruling {
        self.look(now, address, first_look::kind(data), || first_look::is_from(data, &self.scanners))
    }

    /// The same for a message that came by a connection, whose source is what it says: a scanner is banned.
    pub(crate) fn look_at(&self, now: Instant, address: IpAddr, message: &Message) -> Ruling {
        let Message::Request(request) = message else { return Ruling::Pass };
        let kind = match request.method {
            Method::Ack | Method::Cancel => Kind::Other,
            _ if request.headers.to().is_ok_and(|to| to.tag().is_some()) => Kind::Other,
            Method::Register => Kind::Login,
            Method::Options => Kind::Question,
            _ => Kind::New,
        };
        let agent = || request.headers.get(&HeaderName::UserAgent).unwrap_or_default().as_bytes();
        self.look(now, address, kind, || {
            let is_scanner = first_look::names(agent(), &self.scanners);
            if is_scanner {
                self.offend(now, address, Offence::Scanner);
            }
            is_scanner
        })
    }

    fn look(&self, now: Instant, address: IpAddr, kind: Kind, is_scanner: impl FnOnce() -> bool) -> Ruling {
        if kind == Kind::Other {
            return Ruling::Pass;
        }
        if kind == Kind::Login && !self.members_from.is_empty() && !within(&self.members_from, address) {
            return Ruling::Silence;
        }
        let mut state = self.lock();
        if state.trusts(address) || within(&self.allow, address) {
            return Ruling::Pass;
        }
        if state.bans.is_vouched(now, address.into()) {
            return Ruling::Pass;
        }
        if kind == Kind::Question && !self.questions {
            return Ruling::Silence;
        }
        let turn = &mut state.strangers[usize::from(kind == Kind::Login)];
        if !turn.admit(now, Source::from(IpAddr::from([0; 4]))) {
            return Ruling::TooMany;
        }
        drop(state);
        if is_scanner() { Ruling::Silence } else { Ruling::Pass }
    }

    /// Notes what a source did; it may be banned for it. That it is where it says must be certain.
    pub(crate) fn offend(&self, now: Instant, address: IpAddr, offence: Offence) {
        let mut state = self.lock();
        if state.trusts(address) || within(&self.allow, address) {
            return;
        }
        let ban = state.bans.offend(now, address.into(), offence);
        drop(state);
        if let Some(ban) = ban {
            tracing::warn!(
                source = %ban.source, reason = ban.reason.word(), seconds = ban.left.as_secs(), times = ban.times,
                "a source of abuse is banned"
            );
        }
    }

    /// Somebody there showed who they are.
    pub(crate) fn vouch(&self, now: Instant, address: IpAddr) {
        self.lock().bans.vouch(now, address.into());
    }

    pub(crate) fn bans(&self, now: Instant) -> Vec<Ban> {
        self.lock().bans.list(now)
    }

    pub(crate) fn restore(&self, now: Instant, bans: Vec<Ban>) {
        self.lock().bans.restore(now, bans);
    }

    pub(crate) fn lift(&self, now: Instant, network: Option<Network>) -> usize {
        self.lock().bans.lift(now, network)
    }

    pub(crate) fn is_trusted(&self, address: IpAddr) -> bool {
        self.lock().trusts(address) || within(&self.allow, address)
    }

    pub(crate) fn trust(&self, networks: Vec<Network>) {
        self.lock().trusted = networks;
    }

    /// Held for some nanoseconds, and never left half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn trusts(&self, address: IpAddr) -> bool {
        within(&self.trusted, address)
    }
}

fn within(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

#[cfg(test)]
mod tests {
    use sip_core::message::{Limits, parse_datagram};

    use super::*;

    const STRANGER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));
    const INVITE: &[u8] = b"INVITE sip:x@y SIP/2.0\r\nTo: <sip:x@y>\r\nUser-Agent: phone\r\n\r\n";
    const SCAN: &[u8] = b"OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/TCP z;branch=z9hG4bK1\r\nTo: <sip:x@y>\r\n\
        From: <sip:a@z>;tag=1\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nUser-Agent: friendly-scanner\r\n\
        Content-Length: 0\r\n\r\n";

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    #[test]
    fn a_scanner_is_silenced_and_trusted_networks_never_are() {
        let limits = SipLimits {
            trusted: vec![network("198.51.100.0/24")],
            allow: vec![network("192.0.2.0/24")],
            deny: vec![network("192.0.0.0/16"), network("2001:db8::/32")],
            ..SipLimits::default()
        };
        let (guard, now) = (Guard::new(&limits), Instant::now());
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let scan = parse_datagram(SCAN, &Limits::default()).expect("a message");
        assert_eq!(guard.first_look(now, STRANGER, SCAN), Ruling::Silence);
        assert_eq!(guard.admit(now, STRANGER, false), Ruling::Pass, "the datagram's source may be made up");
        assert_eq!(guard.look_at(now, STRANGER, &scan), Ruling::Silence);
        assert_eq!(guard.admit(now, STRANGER, false), Ruling::Silence);
        assert_eq!(guard.admit(now, STRANGER, true), Ruling::Pass, "what we asked for is heard");
        assert!(!guard.may_connect(now, STRANGER));
        guard.vouch(now, STRANGER);
        assert_eq!(guard.admit(now, STRANGER, false), Ruling::Pass, "it is at the other end of what we began");
        for friend in ["198.51.100.7", "192.0.2.7"] {
            assert_eq!(guard.first_look(now, address(friend), SCAN), Ruling::Pass, "{friend}");
            assert!((0..100).all(|_| guard.admit(now, address(friend), false) == Ruling::Pass));
            guard.offend(now, address(friend), Offence::Scanner);
            assert_eq!(guard.admit(now, address(friend), false), Ruling::Pass, "{friend}");
        }
        for denied in ["192.0.3.1", "2001:db8::1"] {
            assert_eq!(guard.admit(now, address(denied), false), Ruling::Silence, "{denied}");
        }
        assert_eq!(guard.bans(now).len(), 1);
        assert_eq!(guard.lift(now, Some(network("203.0.113.0/24"))), 1);
    }

    #[test]
    fn questions_of_strangers_may_be_left_unanswered() {
        let question = b"OPTIONS sip:x@y SIP/2.0\r\nTo: <sip:x@y>\r\n\r\n";
        let now = Instant::now();
        for (questions, expected) in [(true, Ruling::Pass), (false, Ruling::Silence)] {
            let guard = Guard::new(&SipLimits { questions, ..SipLimits::default() });
            assert_eq!(guard.first_look(now, STRANGER, question), expected);
            assert_eq!(
                guard.first_look(now, IpAddr::from([127, 0, 0, 1]), question),
                Ruling::Pass,
                "a trunk's is a ping"
            );
            assert_eq!(guard.first_look(now, STRANGER, INVITE), Ruling::Pass);
        }
    }

    #[test]
    fn members_log_in_from_their_networks_only() {
        let limits = SipLimits { members_from: vec![network("203.0.113.0/24")], ..SipLimits::default() };
        let (guard, now) = (Guard::new(&limits), Instant::now());
        let login = b"REGISTER sip:y SIP/2.0\r\nTo: <sip:x@y>\r\n\r\n";
        assert_eq!(guard.first_look(now, STRANGER, login), Ruling::Pass);
        let elsewhere = IpAddr::from([198, 51, 100, 1]);
        assert_eq!(guard.first_look(now, elsewhere, login), Ruling::Silence);
        assert_eq!(guard.first_look(now, elsewhere, INVITE), Ruling::Pass, "callers may be anywhere");
    }

    #[test]
    fn all_strangers_share_one_rate_and_others_are_not_touched() {
        let limits = SipLimits { strangers: Some(Rate { per_second: 10, burst: 10 }), ..SipLimits::default() };
        let (guard, now) = (Guard::new(&limits), Instant::now());
        let flood = (0..5_000_u32).map(|number| IpAddr::from((0x0a00_0000 + number).to_be_bytes()));
        let read = flood.filter(|from| guard.first_look(now, *from, INVITE) == Ruling::Pass).count();
        assert_eq!(read, 10);
        let login = b"REGISTER sip:y SIP/2.0\r\nTo: <sip:x@y>\r\n\r\n";
        assert_eq!(guard.first_look(now, STRANGER, login), Ruling::Pass, "logins have a bucket of their own");
        let bye = b"BYE sip:x@y SIP/2.0\r\nTo: <sip:x@y>;tag=1\r\n\r\n";
        assert_eq!(guard.first_look(now, STRANGER, bye), Ruling::Pass, "calls that run can be ended");
        guard.vouch(now, STRANGER);
        assert_eq!(guard.first_look(now, STRANGER, INVITE), Ruling::Pass, "who has logged in is no stranger");
        assert_eq!(guard.first_look(now, IpAddr::from([127, 0, 0, 1]), INVITE), Ruling::Pass);
    }
}

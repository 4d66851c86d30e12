//! The lite half of ICE (RFC 8445) against `rtc-stun`: checks are answered, proved, and followed.

use crate::support;

use std::net::SocketAddr;

use call_model::AudioFrame;
use media::codec::Codec;
use media::rtp::packet::Packet;
use media::rtp::{OutgoingKind, Session, SessionConfig, SessionEvent};
use media::sdp::{
    Fingerprint, IceCredentials, KeyExchange, LocalMedia, LocalPrivacy, Negotiated, Secret, SessionDescription,
    SrtpPolicy, answer,
};
use rtc_stun::attributes::{
    ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType,
};
use rtc_stun::crypto::default_provider;
use rtc_stun::error_code::ErrorCodeAttribute;
use rtc_stun::fingerprint::FingerprintAttr;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Getter, Message, Setter, TransactionId};
use rtc_stun::textattrs::TextAttribute;
use rtc_stun::xoraddr::XorMappedAddress;
use support::{FRAME, address, local, origin, sine_frame};

/// Agrees on ICE over plain RTP, so that what is sent can be read.
fn agreed() -> (Negotiated, IceCredentials) {
    agreed_with("abcd")
}

fn agreed_with(fragment: &str) -> (Negotiated, IceCredentials) {
    let text = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVPF 8\r\nc=IN IP4 0.0.0.0\r\n\
                a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=rtcp-mux\r\n";
    let privacy = LocalPrivacy {
        policy: SrtpPolicy::Optional,
        exchange: Some(KeyExchange::Sdes),
        secret: Secret::new([5; 32]),
        fingerprint: Some(Fingerprint([5; 32])),
    };
    let ours = LocalMedia { privacy: Some(privacy), ..local(1, Codec::Pcma, 20) };
    let text = text.replace("abcd", fragment);
    let offer = SessionDescription::parse(text.as_bytes()).expect("a description");
    let (_, negotiated) = answer(&ours, &offer).expect("an answer");
    (negotiated, negotiated.shelter.ice.expect("ICE"))
}

struct Check<'a> {
    username: String,
    password: String,
    extra: Vec<(AttrType, &'a [u8])>,
    fingerprint: bool,
}

impl<'a> Check<'a> {
    fn new(credentials: &IceCredentials, extra: &[(AttrType, &'a [u8])]) -> Self {
        let username = format!("{}:abcd", credentials.fragment());
        let mut all: Vec<(AttrType, &[u8])> = vec![(ATTR_ICE_CONTROLLING, &[1; 8])];
        all.extend_from_slice(extra);
        Self { username, password: credentials.password().into(), extra: all, fingerprint: true }
    }

    fn message(&self) -> Vec<u8> {
        let provider = default_provider().expect("a provider");
        let mut message = Message::new();
        let username = TextAttribute::new(ATTR_USERNAME, self.username.clone());
        let start: [Box<dyn Setter>; 3] =
            [Box::new(TransactionId([7; 12])), Box::new(BINDING_REQUEST), Box::new(username)];
        message.build(&start).expect("a message");
        for (kind, value) in &self.extra {
            message.add(*kind, value);
        }
        MessageIntegrity::new_short_term_integrity_with_provider(self.password.clone(), provider.crypto())
            .add_to(&mut message)
            .expect("an integrity");
        if self.fingerprint {
            FingerprintAttr.add_to(&mut message).expect("a fingerprint");
        }
        message.raw
    }
}

struct Peer {
    session: Session,
    credentials: IceCredentials,
    now: std::time::Instant,
}

impl Peer {
    fn new() -> Self {
        let (negotiated, credentials) = agreed();
        Self { session: Session::new(SessionConfig::new(1), negotiated), credentials, now: origin() }
    }

    /// What a check from there is answered with.
    fn check(&mut self, source: SocketAddr, datagram: &[u8]) -> Option<Message> {
        self.session.handle_rtp(self.now, source, datagram);
        let outgoing = self.session.poll_transmit()?;
        assert_eq!((outgoing.kind, outgoing.to), (OutgoingKind::Rtp, source));
        let mut message = Message::new();
        message.unmarshal_binary(outgoing.data).expect("it can be read");
        FingerprintAttr.check(&message).expect("the fingerprint is right");
        Some(message)
    }

    fn nominate(&mut self, source: SocketAddr, priority: u32) {
        let priority = priority.to_be_bytes();
        let check = Check::new(&self.credentials, &[(ATTR_USE_CANDIDATE, &[]), (ATTR_PRIORITY, &priority)]);
        assert_eq!(self.check(source, &check.message()).map(|message| message.typ), Some(BINDING_SUCCESS));
    }

    /// Where a frame that is said goes.
    fn says_to(&mut self) -> Option<SocketAddr> {
        self.now += FRAME;
        let mut heard = AudioFrame::silence(Codec::Pcma.sample_rate());
        self.session.pull(self.now, &mut heard);
        self.session.push(self.now, &sine_frame(Codec::Pcma.sample_rate(), 300.0, 0));
        std::iter::from_fn(|| self.session.poll_transmit().map(|outgoing| outgoing.to)).last()
    }

    fn sound(&mut self, source: SocketAddr, sequence: u16) {
        let mut datagram = Vec::new();
        let payload = &[0x55; 160];
        Packet { marker: false, payload_type: 8, sequence, timestamp: 0, ssrc: 7, payload }.write(&mut datagram);
        self.session.handle_rtp(self.now, source, &datagram);
    }
}

/// RFC 8445 section 7.3, RFC 8489 section 14.2.
#[test]
fn a_check_is_answered_with_where_it_came_from() {
    for source in [address(2, 40_000), "[2001:db8::77]:40000".parse().expect("an address")] {
        let mut peer = Peer::new();
        let check = Check::new(&peer.credentials, &[]).message();
        let mut reply = peer.check(source, &check).expect("an answer");
        assert_eq!((reply.typ, reply.transaction_id), (BINDING_SUCCESS, TransactionId([7; 12])));
        let mut mapped = XorMappedAddress::default();
        mapped.get_from(&reply).expect("an address");
        assert_eq!((mapped.ip, mapped.port), (source.ip(), source.port()));
        let provider = default_provider().expect("a provider");
        MessageIntegrity::check(&mut reply, peer.credentials.password().as_bytes(), provider.crypto())
            .expect("the integrity is right");
    }
}

#[test]
fn what_is_not_proved_is_refused() {
    let code = |peer: &mut Peer, check: &Check<'_>| {
        let message = peer.check(address(9, 999), &check.message())?;
        let mut error = ErrorCodeAttribute::default();
        Some(error.get_from(&message).map_or(0, |()| error.code.0))
    };
    let mut peer = Peer::new();
    let nominating = |peer: &Peer| Check::new(&peer.credentials, &[(ATTR_USE_CANDIDATE, &[])]);
    let wrong = Check { password: "another password of ours".into(), ..nominating(&peer) };
    assert_eq!(code(&mut peer, &wrong), Some(401));
    let stranger = Check { username: "nobody:abcd".into(), ..nominating(&peer) };
    assert_eq!(code(&mut peer, &stranger), Some(401));
    let prefix = Check { username: format!("{}x:abcd", peer.credentials.fragment()), ..nominating(&peer) };
    assert_eq!(code(&mut peer, &prefix), Some(401));
    let unknown = Check::new(&peer.credentials, &[(AttrType(0x0077), &[1, 2, 3, 4])]);
    assert_eq!(code(&mut peer, &unknown), Some(420));
    let controlled = Check::new(&peer.credentials, &[(ATTR_ICE_CONTROLLED, &[1; 8])]);
    assert_eq!(code(&mut peer, &controlled), Some(487));
    assert_eq!(peer.says_to(), None, "nothing is sent before a check has proved itself");
    let bare = Check { fingerprint: false, ..nominating(&peer) };
    assert_eq!(code(&mut peer, &bare), Some(0), "it may be left out");
}

#[test]
fn damaged_checks_are_never_believed() {
    let mut peer = Peer::new();
    let genuine = Check::new(&peer.credentials, &[(ATTR_USE_CANDIDATE, &[])]).message();
    // What stands behind the integrity is not covered by it.
    for at in 0..genuine.len() - 8 {
        let mut changed = genuine.clone();
        changed[at] ^= 0x01;
        let reply = peer.check(address(2, 40_000), &changed);
        assert!(reply.is_none_or(|reply| reply.typ != BINDING_SUCCESS), "byte {at}");
        assert!(peer.check(address(2, 40_000), &genuine[..at]).is_none(), "cut at {at}");
    }
    assert_eq!(peer.says_to(), None);
}

/// RFC 8445 sections 8.1.1 and 12.1: sound goes where the peer chose, and comes from where it has checked.
#[test]
fn the_peers_choice_is_followed() {
    let mut peer = Peer::new();
    let (first, second, stranger) = (address(2, 40_000), address(3, 50_000), address(9, 999));
    let check = Check::new(&peer.credentials, &[]).message();
    peer.check(first, &check).expect("an answer");
    assert_eq!(peer.says_to(), None, "checked, and not chosen");
    peer.nominate(first, 100);
    assert_eq!(peer.session.poll_event(), Some(SessionEvent::Latched(first)));
    assert_eq!(peer.says_to(), Some(first));
    peer.nominate(second, 50);
    assert_eq!(peer.says_to(), Some(first), "it likes the first better");
    peer.nominate(second, 200);
    assert_eq!(peer.says_to(), Some(second));
    for (number, source) in [(1, first), (2, second), (3, stranger), (4, stranger), (5, stranger)] {
        peer.sound(source, number);
    }
    let quality = peer.session.quality();
    assert_eq!((quality.received, quality.strangers), (2, 3));
    assert_eq!(peer.says_to(), Some(second));
    peer.now += FRAME * 150;
    peer.nominate(first, 10);
    assert_eq!(peer.says_to(), Some(first), "the other one has fallen silent");
}

/// RFC 7675: what asks for consent is a check like any other, and is answered for as long as the call lasts.
#[test]
fn consent_is_given_all_along() {
    let mut peer = Peer::new();
    peer.nominate(address(2, 40_000), 100);
    for _ in 0..100 {
        peer.now += FRAME * 250;
        let check = Check::new(&peer.credentials, &[]).message();
        assert_eq!(peer.check(address(2, 40_000), &check).map(|reply| reply.typ), Some(BINDING_SUCCESS));
        assert_eq!(peer.says_to(), Some(address(2, 40_000)));
    }
}

/// Whoever knows no password gets few answers, and none in the place of sound.
#[test]
fn strangers_do_not_fill_the_way_out() {
    let mut peer = Peer::new();
    peer.nominate(address(2, 40_000), 100);
    let wrong = Check { password: "another password of ours".into(), ..Check::new(&peer.credentials, &[]) };
    for (message, most) in [(wrong.message(), 4), (Check::new(&peer.credentials, &[]).message(), 16)] {
        for number in 0..100 {
            peer.session.handle_rtp(peer.now, address(9, 1_000 + number), &message);
        }
        peer.now += FRAME;
        peer.session.push(peer.now, &sine_frame(Codec::Pcma.sample_rate(), 300.0, 0));
        let sent: Vec<_> = std::iter::from_fn(|| peer.session.poll_transmit().map(|outgoing| outgoing.to)).collect();
        assert_eq!(sent.len(), most + 1);
        assert_eq!(sent.last(), Some(&address(2, 40_000)), "the sound");
    }
}

/// RFC 8445 section 9: the new choice counts, also where the peer likes it less than the old one.
#[test]
fn a_restart_leads_to_where_the_peer_is_now() {
    let mut peer = Peer::new();
    let (first, second) = (address(2, 40_000), address(3, 50_000));
    peer.nominate(first, 200);
    let (restarted, credentials) = agreed_with("efgh");
    assert!(credentials != peer.credentials, "a restart of the peer is ours too");
    peer.session.renegotiate(restarted);
    peer.credentials = credentials;
    assert_eq!(peer.says_to(), Some(first), "until it has chosen");
    peer.nominate(second, 50);
    assert_eq!(peer.says_to(), Some(second));
    peer.nominate(first, 20);
    assert_eq!(peer.says_to(), Some(second), "from then on it goes by what it likes again");
}

#[test]
fn without_ice_nobody_is_answered() {
    let (mut negotiated, credentials) = agreed();
    negotiated.shelter.ice = None;
    let mut session = Session::new(SessionConfig::new(1), negotiated);
    session.handle_rtp(origin(), address(2, 4_000), &Check::new(&credentials, &[]).message());
    assert!(session.poll_transmit().is_none());
    assert_eq!(session.quality().invalid, 1);
}

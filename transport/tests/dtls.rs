//! Two engines that agree on keys by DTLS (RFC 5763, RFC 5764) over real sockets.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use media::rtp::SessionConfig;
use media::sdp::{
    DtlsRole, Fingerprint, KeyExchange, LocalMedia, LocalPrivacy, Negotiated, Privacy, Secret, SrtpPolicy, answer,
    complete, offer,
};
use media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent};
use tokio::sync::mpsc;
use transport::rtp::{LegPorts, MediaHandle, RtpConfig, RtpEngine};

/// Only against waiting for ever.
const PATIENCE: Duration = Duration::from_mins(1);

struct End {
    engine: RtpEngine,
    handle: MediaHandle,
    events: mpsc::Receiver<MediaEvent>,
    ports: LegPorts,
}

impl End {
    /// A range of ports that no other test uses: nextest runs tests as processes, side by side.
    fn open(first: u16, limit: Duration) -> Self {
        let config = RtpConfig {
            threads: 1,
            bind: vec![Ipv4Addr::LOCALHOST.into()],
            ports: first..=first + 3,
            handshake_limit: limit,
            ..RtpConfig::default()
        };
        let engine = RtpEngine::start(config).expect("it starts");
        let (handle, events) = engine.open(CallMediaConfig::default(), None).expect("room");
        let ports = handle.open_leg(LegSlot::CALLER, Ipv4Addr::LOCALHOST.into()).expect("ports");
        Self { engine, handle, events, ports }
    }

    fn local(&self) -> LocalMedia {
        let privacy = LocalPrivacy {
            policy: SrtpPolicy::Required,
            exchange: Some(KeyExchange::Dtls),
            secret: Secret::new([1; 32]),
            fingerprint: Some(self.engine.fingerprint()),
        };
        LocalMedia { privacy: Some(privacy), ..LocalMedia::new(self.ports.rtp.ip(), self.ports.rtp.port(), 1) }
    }

    fn start(&self, negotiated: Negotiated) {
        let (leg, session) = (LegSlot::CALLER, SessionConfig::new(u64::from(self.ports.rtp.port())));
        self.handle.send(MediaCommand::StartLeg { leg, session, negotiated }).expect("room");
    }

    async fn until(&mut self, wanted: impl Fn(&MediaEvent) -> bool) -> MediaEvent {
        let search = async {
            loop {
                let event = self.events.recv().await.expect("it runs");
                if wanted(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("an event in time")
    }
}

fn agree(caller: &End, callee: &End) -> (Negotiated, Negotiated) {
    let ours = offer(&caller.local());
    let (reply, answered) = answer(&callee.local(), &ours).expect("an answer");
    (complete(&caller.local(), &ours, &reply).expect("they agree"), answered)
}

/// RTP is latched on to only after it was proved genuine with the keys of the handshake.
#[tokio::test]
async fn both_ends_hear_each_other_with_the_keys_of_the_handshake() {
    let (mut caller, mut callee) = (End::open(42_000, PATIENCE), End::open(42_010, PATIENCE));
    let (ours, theirs) = agree(&caller, &callee);
    assert_ne!(caller.engine.fingerprint(), callee.engine.fingerprint(), "each start makes another certificate");
    // The one that begins is there first: its first datagram is lost, and repeated.
    caller.start(ours);
    callee.start(theirs);
    for end in [&mut caller, &mut callee] {
        let event =
            end.until(|event| matches!(event, MediaEvent::Latched { .. } | MediaEvent::NotSecured { .. })).await;
        assert!(matches!(event, MediaEvent::Latched { .. }), "{event:?}");
    }
    // A hold and its end keep the keys.
    let held = Negotiated { send: false, ..ours };
    for negotiated in [held, ours] {
        caller.handle.send(MediaCommand::RenegotiateLeg { leg: LegSlot::CALLER, negotiated }).expect("room");
    }
    drop(caller.handle);
    let ended = |event: &MediaEvent| matches!(event, MediaEvent::Goodbye { .. } | MediaEvent::NotSecured { .. });
    let goodbye = callee.until(ended).await;
    assert!(matches!(goodbye, MediaEvent::Goodbye { .. }), "RTCP is encrypted with them, too: {goodbye:?}");
}

#[tokio::test]
async fn another_certificate_than_the_promised_one_is_refused() {
    for role in [DtlsRole::Client, DtlsRole::Server] {
        let first = if role == DtlsRole::Client { 42_020 } else { 42_040 };
        let limit = Duration::from_secs(1);
        let (caller, callee) = (End::open(first, limit), End::open(first + 10, limit));
        let (mut ours, mut theirs) = agree(&caller, &callee);
        let deceived = if role == DtlsRole::Client { &mut ours } else { &mut theirs };
        let Privacy::Dtls(peer) = &mut deceived.shelter.privacy else { panic!("no handshake") };
        assert_eq!(peer.role, role);
        peer.fingerprint = Fingerprint([0xAA; 32]);
        caller.start(ours);
        callee.start(theirs);
        for end in &mut [caller, callee] {
            let told = |event: &MediaEvent| matches!(event, MediaEvent::NotSecured { .. } | MediaEvent::Latched { .. });
            let event = end.until(told).await;
            assert!(matches!(event, MediaEvent::NotSecured { .. }), "{role:?}: {event:?}");
        }
    }
}

/// Strangers who begin and do not go on take no place from the peer, wherever its own address shows.
#[tokio::test]
async fn strangers_who_begin_leave_room_for_the_peer() {
    let (mut caller, mut callee) = (End::open(42_080, PATIENCE), End::open(42_090, PATIENCE));
    let (ours, mut theirs) = agree(&caller, &callee);
    // The peer is behind a router: another address was stated.
    theirs.remote_rtp.set_port(9);
    callee.start(theirs);
    let strangers: Vec<_> = (0..8).map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback")).collect();
    for stranger in &strangers {
        // A ClientHello, of which the rest never comes.
        let mut hello = vec![22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 22];
        hello.extend([1, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 10]);
        hello.resize(13 + 22, 7);
        stranger.send_to(&hello, callee.ports.rtp).expect("loopback");
    }
    caller.start(ours);
    for end in [&mut caller, &mut callee] {
        let told = |event: &MediaEvent| matches!(event, MediaEvent::Latched { .. } | MediaEvent::NotSecured { .. });
        let event = end.until(told).await;
        assert!(matches!(event, MediaEvent::Latched { .. }), "{event:?}");
    }
}

/// Strangers at the port neither stop a handshake nor the thread that carries it out.
#[tokio::test]
async fn junk_at_the_port_changes_nothing() {
    let (mut caller, mut callee) = (End::open(42_060, PATIENCE), End::open(42_070, PATIENCE));
    let (ours, theirs) = agree(&caller, &callee);
    callee.start(theirs);
    let strangers: Vec<_> = (0..8).map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback")).collect();
    for (number, stranger) in strangers.iter().enumerate() {
        for length in [1, 13, 14, 25, 60, 200] {
            // A record of a handshake, as far as its first bytes go.
            let mut junk = vec![20 + (number as u8) * 3, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 187, 1];
            junk.resize(length, 0xFF ^ number as u8);
            stranger.send_to(&junk, callee.ports.rtp).expect("loopback");
        }
    }
    caller.start(ours);
    for end in [&mut caller, &mut callee] {
        let told = |event: &MediaEvent| matches!(event, MediaEvent::Latched { .. } | MediaEvent::NotSecured { .. });
        let event = end.until(told).await;
        assert!(matches!(event, MediaEvent::Latched { .. }), "{event:?}");
    }
}

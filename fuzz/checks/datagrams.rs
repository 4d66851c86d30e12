//! What must hold for any datagram that an encrypted session with ICE may get. Used by the fuzz target and by an
//! ordinary test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::Instant;

use media::rtp::{Session, SessionConfig};
use media::sdp::{KeyExchange, LocalMedia, LocalPrivacy, Privacy, Secret, SessionDescription, SrtpPolicy, answer};
use media::srtp::{MasterKey, Opener, SrtpKeys, Suite};

/// One origin for all runs: only distances count.
#[allow(clippy::disallowed_methods, reason = "an origin for virtual time")]
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVPF 8\r\nc=IN IP4 0.0.0.0\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=rtcp-mux\r\n";

/// Panics if something does not hold.
pub fn check(data: &[u8]) {
    let Some((&first, datagram)) = data.split_first() else { return };
    let suite = Suite::ALL[usize::from(first) % Suite::ALL.len()];
    let key = MasterKey::new(suite, &[7; 46][..suite.key_bytes() + suite.salt_bytes()]).expect("the suite's length");
    for is_rtcp in [false, true] {
        let (mut opener, mut packet) = (Opener::new(key), datagram.to_vec());
        let opened = if is_rtcp { opener.rtcp(&mut packet) } else { opener.rtp(&mut packet) };
        assert!(opened.is_err(), "nobody guesses a key");
    }
    let mut session = session(SrtpKeys { ours: key, theirs: key });
    let source = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4_000);
    session.handle_rtp(*ORIGIN, source, datagram);
    session.handle_rtcp(*ORIGIN, source, datagram);
    while let Some(outgoing) = session.poll_transmit() {
        assert!(outgoing.to == source && outgoing.data.len() < 200, "a short answer, to where the question came from");
    }
    assert!(session.poll_event().is_none() && session.remote().is_none(), "nobody guesses a password");
}

fn session(keys: SrtpKeys) -> Session {
    let privacy = LocalPrivacy {
        policy: SrtpPolicy::Optional,
        exchange: Some(KeyExchange::Sdes),
        secret: Secret::new([5; 32]),
        fingerprint: None,
    };
    let local = LocalMedia::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 10_000, 1);
    let local = LocalMedia { privacy: Some(privacy), ..local };
    let offer = SessionDescription::parse(OFFER.as_bytes()).expect("a description");
    let (_, mut negotiated) = answer(&local, &offer).expect("an answer");
    negotiated.shelter.privacy = Privacy::Keys(keys);
    Session::new(SessionConfig::new(1), negotiated)
}

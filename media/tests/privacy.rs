//! What offer and answer settle about privacy: keys in the description (RFC 4568), DTLS (RFC 5763), ICE-lite (RFC 8839),
//! RTP and RTCP on one port (RFC 5761).

use std::net::{IpAddr, Ipv4Addr};

use media::sdp::{
    DtlsRole, Fingerprint, KeyExchange, LocalMedia, LocalPrivacy, NegotiateError, Negotiated, Privacy, Secret,
    SessionDescription, SrtpPolicy, answer, complete, offer,
};
use media::srtp::Suite;

const SAVP: &str = "m=audio 4000 RTP/SAVP 8\r\n";
const KEY: &str = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

fn local(host: u8, policy: SrtpPolicy, exchange: KeyExchange) -> LocalMedia {
    let privacy = LocalPrivacy {
        policy,
        exchange: Some(exchange),
        secret: Secret::new([host; 32]),
        fingerprint: Some(Fingerprint([host; 32])),
    };
    let media = LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), 10_000, 1);
    LocalMedia { privacy: Some(privacy), ..media }
}

fn ready() -> LocalMedia {
    local(1, SrtpPolicy::Optional, KeyExchange::Sdes)
}

fn theirs(media: &str) -> SessionDescription {
    let text = format!("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{media}");
    SessionDescription::parse(text.as_bytes()).expect("a description")
}

fn settle(caller: &LocalMedia, callee: &LocalMedia) -> Result<(Negotiated, Negotiated, String), NegotiateError> {
    let ours = offer(caller);
    // Over the wire, as between programs.
    let read = |text: String| SessionDescription::parse(text.as_bytes()).expect("what we write can be read");
    let (reply, answered) = answer(callee, &read(ours.to_string()))?;
    let reply = reply.to_string();
    Ok((complete(caller, &ours, &read(reply.clone()))?, answered, format!("{ours}{reply}")))
}

fn keys(negotiated: &Negotiated) -> media::srtp::SrtpKeys {
    match negotiated.shelter.privacy {
        Privacy::Keys(keys) => keys,
        other => panic!("no keys but {other:?}"),
    }
}

/// RFC 4568 section 5: each end sends with its own key.
#[test]
fn both_ends_get_each_others_keys() {
    for policy in [SrtpPolicy::Optional, SrtpPolicy::Required] {
        let (caller, callee) = (local(1, policy, KeyExchange::Sdes), local(2, policy, KeyExchange::Sdes));
        let (ours, answered, said) = settle(&caller, &callee).expect("they agree");
        let (ours, answered) = (keys(&ours), keys(&answered));
        assert_eq!((ours.ours, ours.theirs), (answered.theirs, answered.ours));
        assert_ne!(ours.ours, ours.theirs);
        let profile = if policy == SrtpPolicy::Required { "RTP/SAVP" } else { "RTP/AVP" };
        assert!(said.matches(&format!("m=audio 10000 {profile} ")).count() == 2, "{said}");
    }
}

/// RFC 3264 section 8: a repeated description is the same, and so the packets are counted on.
#[test]
fn a_repeated_description_has_the_same_keys() {
    assert_eq!(offer(&ready()).to_string(), offer(&ready()).to_string());
    let offer = theirs(&format!("{SAVP}a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n"));
    assert_eq!(answer(&ready(), &offer), answer(&ready(), &offer));
    let other = LocalMedia { privacy: local(3, SrtpPolicy::Optional, KeyExchange::Sdes).privacy, ..ready() };
    let ours = |local| keys(&answer(local, &offer).expect("an answer").1).ours;
    assert_ne!(ours(&ready()), ours(&other), "another leg has others");
}

/// RFC 4568 section 5.1.2: the first line that we can use, by its tag.
#[test]
fn the_offers_order_decides() {
    let offer = theirs(&format!(
        "{SAVP}a=crypto:1 F8_128_HMAC_SHA1_80 {KEY}\r\na=crypto:4 AES_CM_128_HMAC_SHA1_32 {KEY}|2^31\r\n\
         a=crypto:5 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n"
    ));
    let (reply, negotiated) = answer(&ready(), &offer).expect("an answer");
    assert_eq!(keys(&negotiated).theirs.suite(), Suite::Aes128CmSha1_32);
    let crypto = reply.media[0].attribute("crypto").expect("our key");
    assert!(crypto.starts_with("4 AES_CM_128_HMAC_SHA1_32 inline:"), "{crypto}");
    assert_eq!(reply.media[0].protocol, "RTP/SAVP");
}

#[test]
fn each_policy_does_as_it_says() {
    let crypto = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n");
    let plain = "m=audio 4000 RTP/AVP 8\r\n";
    let outcome = |policy, media: &str| {
        let settled = answer(&local(1, policy, KeyExchange::Sdes), &theirs(media));
        settled.map(|(_, negotiated)| matches!(negotiated.shelter.privacy, Privacy::Keys(_)))
    };
    let savp = format!("{SAVP}{crypto}");
    assert_eq!(outcome(SrtpPolicy::Off, &savp), Err(NegotiateError::Encrypted));
    assert_eq!(outcome(SrtpPolicy::Off, plain), Ok(false));
    assert_eq!(outcome(SrtpPolicy::Optional, plain), Ok(false));
    assert_eq!(outcome(SrtpPolicy::Optional, &savp), Ok(true));
    // RFC 8643: keys beside plain RTP.
    assert_eq!(outcome(SrtpPolicy::Optional, &format!("{plain}{crypto}")), Ok(true));
    assert_eq!(outcome(SrtpPolicy::Required, plain), Err(NegotiateError::NotEncrypted));
    assert_eq!(outcome(SrtpPolicy::Required, &savp), Ok(true));
    assert_eq!(outcome(SrtpPolicy::Optional, SAVP), Err(NegotiateError::NoKeys));
    for (policy, answered) in
        [(SrtpPolicy::Optional, Ok(Privacy::Plain)), (SrtpPolicy::Required, Err(NegotiateError::NotEncrypted))]
    {
        let caller = local(1, policy, KeyExchange::Sdes);
        let settled = complete(&caller, &offer(&caller), &theirs(plain));
        assert_eq!(settled.map(|negotiated| negotiated.shelter.privacy), answered);
    }
}

#[test]
fn an_answer_with_another_suite_or_tag_is_none() {
    let caller = local(1, SrtpPolicy::Required, KeyExchange::Sdes);
    for line in ["9 AES_CM_128_HMAC_SHA1_80", "1 AES_CM_128_HMAC_SHA1_80"] {
        let reply = theirs(&format!("{SAVP}a=crypto:{line} {KEY}\r\n"));
        assert_eq!(complete(&caller, &offer(&caller), &reply), Err(NegotiateError::NotEncrypted), "{line}");
    }
    let reply = theirs(&format!("{SAVP}a=crypto:2 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n"));
    assert!(complete(&caller, &offer(&caller), &reply).is_ok());
}

/// RFC 5763 section 5.
#[test]
fn one_end_begins_the_handshake_and_each_knows_the_others_certificate() {
    let (caller, callee) =
        (local(1, SrtpPolicy::Required, KeyExchange::Dtls), local(2, SrtpPolicy::Optional, KeyExchange::Sdes));
    let (ours, answered, said) = settle(&caller, &callee).expect("they agree");
    let peer = |negotiated: &Negotiated| match negotiated.shelter.privacy {
        Privacy::Dtls(peer) => (peer.fingerprint.0[0], peer.role),
        other => panic!("no handshake but {other:?}"),
    };
    assert_eq!(peer(&ours), (2, DtlsRole::Client));
    assert_eq!(peer(&answered), (1, DtlsRole::Server));
    assert!(said.contains("a=setup:actpass") && said.contains("a=setup:passive"), "{said}");
    let offer = format!("m=audio 4000 UDP/TLS/RTP/SAVP 8\r\na=fingerprint:{}\r\n", Fingerprint([9; 32]));
    for (setup, answered) in [("passive", "active"), ("active", "passive"), ("actpass", "passive")] {
        let (reply, _) = answer(&callee, &theirs(&format!("{offer}a=setup:{setup}\r\n"))).expect("an answer");
        assert_eq!(reply.media[0].attribute("setup"), Some(answered));
    }
    let held = answer(&callee, &theirs(&format!("{offer}a=setup:holdconn\r\n")));
    assert_eq!(held.map(drop), Err(NegotiateError::NoKeys));
    let sha1 = "m=audio 4000 UDP/TLS/RTP/SAVP 8\r\na=fingerprint:sha-1 AA:BB\r\na=setup:active\r\n";
    assert_eq!(answer(&callee, &theirs(sha1)).map(drop), Err(NegotiateError::NoKeys));
}

/// What Chrome 119 offers for audio, shortened.
const BROWSER: &str = "a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
    a=candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0 network-id 1\r\n\
    a=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g2l\r\na=ice-options:trickle\r\n\
    a=fingerprint:sha-256 42:89:C5:C6:55:9D:6E:C8:E8:83:55:2A:39:F9:B6:EB:E9:A3:A9:E7:42:89:C5:C6:55:9D:6E:C8:E8:83:55:2A\r\n\
    a=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\n\
    a=rtcp-mux\r\na=rtpmap:111 telephone-event/48000\r\na=rtpmap:63 red/48000/2\r\na=rtpmap:126 telephone-event/8000\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n";

/// RFC 8445, RFC 8839, RFC 5761, RFC 9143.
#[test]
fn a_browser_is_answered_as_it_asks() {
    let (reply, negotiated) = answer(&ready(), &theirs(BROWSER)).expect("an answer");
    let audio = &reply.media[0];
    assert!(negotiated.send && negotiated.receive, "0.0.0.0 is no hold with ICE");
    assert!(negotiated.shelter.rtcp_mux && matches!(negotiated.shelter.privacy, Privacy::Dtls(_)));
    let credentials = negotiated.shelter.ice.expect("ICE");
    assert_eq!(audio.attribute("ice-ufrag"), Some(credentials.fragment()));
    assert_eq!(audio.attribute("ice-pwd"), Some(credentials.password()));
    assert_eq!(audio.attribute("candidate"), Some("1 1 UDP 2130706431 192.0.2.1 10000 typ host"));
    assert!(audio.attribute("end-of-candidates").is_some() && audio.attribute("rtcp-mux").is_some());
    assert_eq!((audio.attribute("mid"), reply.attribute("group")), (Some("0"), Some("BUNDLE 0")));
    assert!(reply.attribute("ice-lite").is_some());
    assert_eq!(audio.protocol, "UDP/TLS/RTP/SAVPF");
    assert_eq!((reply.media[1].port, reply.media[1].attribute("mid")), (0, Some("1")));
    let restarted = BROWSER.replace("F7gI", "G8hJ");
    let (_, restarted) = answer(&ready(), &theirs(&restarted)).expect("an answer");
    assert_ne!(restarted.shelter.ice, Some(credentials), "its restart is ours");
}

#[test]
fn a_browser_is_told_of_another_address() {
    let local = LocalMedia { other: Some([198, 51, 100, 7].into()), ..ready() };
    let (reply, _) = answer(&local, &theirs(BROWSER)).expect("an answer");
    let lines = reply.media[0].attributes.iter().filter(|attribute| attribute.name == "candidate");
    let lines: Vec<_> = lines.filter_map(|attribute| attribute.value.as_deref()).collect();
    let expected = ["1 1 UDP 2130706431 192.0.2.1 10000 typ host", "2 1 UDP 2130706175 198.51.100.7 10000 typ host"];
    assert_eq!(lines, expected);
    assert_eq!(reply.connection.map(|it| it.address).as_deref(), Some("192.0.2.1"), "the others are told of the first");
}

#[test]
fn a_browser_can_be_called() {
    let caller = local(1, SrtpPolicy::Required, KeyExchange::Web);
    let ours = offer(&caller);
    assert_eq!(ours.media[0].protocol, "UDP/TLS/RTP/SAVPF");
    assert_eq!((ours.media[0].attribute("mid"), ours.attribute("group")), (Some("0"), Some("BUNDLE 0")));
    assert!(ours.attribute("ice-lite").is_some());
    let reply = theirs(&BROWSER.replace("actpass", "active").replace("8 13 126", "8"));
    let negotiated = complete(&caller, &ours, &reply).expect("it is settled");
    assert!(negotiated.shelter.rtcp_mux && negotiated.shelter.ice.is_some() && negotiated.send);
    assert_eq!(
        ours.media[0].attribute("ice-ufrag"),
        negotiated.shelter.ice.as_ref().map(media::sdp::IceCredentials::fragment)
    );
}

#[test]
fn without_mux_there_are_two_components() {
    let offer = BROWSER.replace("a=rtcp-mux\r\n", "");
    let (reply, negotiated) = answer(&ready(), &theirs(&offer)).expect("an answer");
    let candidates = reply.media[0].attributes.iter().filter(|attribute| attribute.name == "candidate").count();
    assert!(!negotiated.shelter.rtcp_mux && candidates == 2);
}

/// Two lite ends send no checks.
#[test]
fn a_lite_peer_is_found_at_its_stated_address() {
    let offer = format!("a=ice-lite\r\n{}", BROWSER.replace("0.0.0.0", "192.0.2.9"));
    let (reply, negotiated) = answer(&ready(), &theirs(&offer)).expect("an answer");
    assert!(negotiated.shelter.ice.is_none() && reply.media[0].attribute("ice-ufrag").is_none());
}

#[test]
fn no_secret_is_shown() {
    let offer = theirs(&format!("{SAVP}a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n"));
    let (_, sdes) = answer(&ready(), &offer).expect("an answer");
    let (_, web) = answer(&ready(), &theirs(BROWSER)).expect("an answer");
    let (reply, _) = answer(&ready(), &offer).expect("an answer");
    let shown = format!("{sdes:?} {web:?} {:?} {offer:?} {reply:?}", ready());
    for secret in [web.shelter.ice.expect("ICE").password(), "PS1uQCVe", "inline", "[1, 1, 1", "61, 45, 110"] {
        assert!(!shown.replace("Fingerprint([1, 1, 1", "").contains(secret), "{shown}");
    }
}

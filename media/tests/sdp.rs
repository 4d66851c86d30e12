//! Session descriptions and offer/answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use media::codec::Codec;
use media::sdp::{
    Direction, LocalMedia, NegotiateError, Negotiated, SdpError, SessionDescription, answer, complete, offer,
};
use proptest::prelude::*;

fn ours() -> LocalMedia {
    LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 10_000, 4_711)
}

fn parse(text: &str) -> SessionDescription {
    SessionDescription::parse(text.as_bytes()).expect("a description")
}

/// An offer with this media part.
fn with_media(media: &str) -> SessionDescription {
    parse(&format!("v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\n{media}"))
}

fn answered(media: &str) -> (SessionDescription, Negotiated) {
    answer(&ours(), &with_media(media)).expect("an acceptable offer")
}

/// The example of RFC 8866 section 5, with every kind of line.
const FULL: &str = "v=0\r\n\
    o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n\
    s=Call to John Smith\r\n\
    i=SDP Offer #1\r\n\
    u=http://www.jdoe.example.com/home.html\r\n\
    e=Jane Doe <jane@jdoe.example.com>\r\n\
    p=+1 617 555-6011\r\n\
    c=IN IP4 198.51.100.1\r\n\
    b=AS:64\r\n\
    t=0 0\r\n\
    r=604800 3600 0 90000\r\n\
    z=2882844526 -1h\r\n\
    a=recvonly\r\n\
    m=audio 49170 RTP/AVP 0\r\n\
    i=talk\r\n\
    m=audio 49180/2 RTP/AVP 0\r\n\
    c=IN IP6 2001:db8::2\r\n\
    m=video 51372 RTP/AVP 99\r\n\
    b=X-YZ:128\r\n\
    a=rtpmap:99 h263-1998/90000\r\n";

#[test]
fn every_kind_of_line_survives() {
    let description = parse(FULL);
    assert_eq!(description.to_string(), FULL);
    assert_eq!(description.media[1].port_count, Some(2));
    assert_eq!(description.direction_of(&description.media[2]), Direction::RecvOnly);
}

#[test]
fn sloppy_writers_are_understood() {
    let description =
        parse("\n\n v=0\r\r\no=x\ns=\nm=audio 4000 RTP/AVP 0 8 \n a=sendonly \nnonsense\nq=what\nA=ptime:30\n");
    assert_eq!(description.media[0].formats, ["0", "8"]);
    assert_eq!(description.media[0].direction(), Some(Direction::SendOnly));
    assert_eq!(description.media[0].attribute("PTIME"), Some("30"));
    assert_eq!(description.origin.username, "x");
    assert_eq!(SessionDescription::parse(b"o=- 1 1 IN IP4 1.2.3.4\n"), Err(SdpError::NoVersion));
    assert_eq!(SessionDescription::parse(b"v=0\nm=audio x RTP/AVP 0\n"), Err(SdpError::Media { line: 2 }));
    let flood = format!("v=0\n{}", "m=audio 1 RTP/AVP 0\n".repeat(65));
    assert_eq!(SessionDescription::parse(flood.as_bytes()), Err(SdpError::TooManyMedia));
}

#[test]
fn our_offer_is_complete() {
    let text = offer(&ours()).to_string();
    assert_eq!(
        text,
        "v=0\r\no=- 4711 4711 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 10000 RTP/AVP 9 8 0 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    );
}

#[test]
fn static_payload_types_need_no_rtpmap() {
    let (reply, negotiated) = answered("m=audio 4000 RTP/AVP 18 8 0\n");
    assert_eq!((negotiated.codec, negotiated.payload_type), (Codec::Pcma, 8));
    assert_eq!(negotiated.telephone_event, None);
    assert_eq!(negotiated.remote_rtp.to_string(), "192.0.2.9:4000");
    assert_eq!(negotiated.remote_rtcp.to_string(), "192.0.2.9:4001");
    assert_eq!(reply.media[0].formats, ["8"]);
}

#[test]
fn dynamic_numbers_are_taken_from_the_offer() {
    let media = "m=audio 4000 RTP/AVP 111 97 96\na=rtpmap:111 opus/48000/2\na=rtpmap:97 pcma/8000/1\n\
                 a=rtpmap:96 telephone-event/8000\na=fmtp:96 0-16\n";
    let (reply, negotiated) = answered(media);
    assert_eq!((negotiated.codec, negotiated.payload_type), (Codec::Pcma, 97));
    assert_eq!(negotiated.telephone_event, Some(96));
    assert_eq!(negotiated.accepts.codec(97), Some(Codec::Pcma));
    assert_eq!(reply.media[0].formats, ["97", "96"]);
    assert_eq!(reply.media[0].attribute("rtpmap"), Some("97 PCMA/8000"));
}

#[test]
fn a_static_number_that_is_mapped_to_something_else_is_that() {
    let offer = with_media("m=audio 4000 RTP/AVP 0\na=rtpmap:0 iLBC/8000\n");
    assert_eq!(answer(&ours(), &offer), Err(NegotiateError::NoCodec));
}

#[test]
fn all_other_streams_are_refused() {
    let media = "m=video 5000 RTP/AVP 99\nm=audio 4000 RTP/AVP 18\nm=audio 4002 RTP/AVP 0\nm=audio 4004 RTP/AVP 0\n\
                 m=image 6000 udptl t38\n";
    let (reply, negotiated) = answered(media);
    let ports: Vec<_> = reply.media.iter().map(|media| media.port).collect();
    assert_eq!(ports, [0, 0, 10_000, 0, 0]);
    assert_eq!(reply.media[4].to_string(), "m=image 0 udptl t38\r\n");
    assert_eq!(negotiated.remote_rtp.port(), 4_002);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let refused = |media: &str| answer(&ours(), &with_media(media)).unwrap_err();
    assert_eq!(refused(""), NegotiateError::NoAudio);
    assert_eq!(refused("m=audio 4000 RTP/SAVP 0\n"), NegotiateError::Encrypted);
    assert_eq!(refused("m=audio 4000 RTP/AVP 18\n"), NegotiateError::NoCodec);
    assert_eq!(refused("m=audio 4000 RTP/AVP 0\nc=IN IP4 sip.example.com\n"), NegotiateError::NoAddress);
    assert_eq!(refused("m=audio 4000 RTP/AVP 0\nc=IN IP6 2001:db8::1\n"), NegotiateError::AddressFamily);
    let no_address = parse("v=0\nm=audio 4000 RTP/AVP 0\n");
    assert_eq!(answer(&ours(), &no_address).unwrap_err(), NegotiateError::NoAddress);
}

#[test]
fn the_medias_own_lines_win() {
    let offer = parse(
        "v=0\no=- 1 1 IN IP4 192.0.2.8\ns=-\nc=IN IP4 192.0.2.8\nt=0 0\na=inactive\na=ptime:40\n\
         m=audio 4000 RTP/AVP 0\nc=IN IP4 192.0.2.9\na=sendrecv\na=rtcp:5005 IN IP4 192.0.2.10\na=ptime:30\na=maxptime:25\n",
    );
    let (_, negotiated) = answer(&ours(), &offer).unwrap();
    assert_eq!(negotiated.remote_rtp.to_string(), "192.0.2.9:4000");
    assert_eq!(negotiated.remote_rtcp.to_string(), "192.0.2.10:5005");
    assert!(negotiated.send && negotiated.receive);
    assert_eq!(negotiated.ptime_ms, 20);
}

#[test]
fn ipv6_is_spoken() {
    let local = LocalMedia::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 10_000, 1);
    let theirs = LocalMedia::new(IpAddr::V6("2001:db8::7".parse().unwrap()), 20_000, 2);
    let offered = offer(&theirs);
    assert!(offered.to_string().contains("c=IN IP6 2001:db8::7\r\n"));
    assert_eq!(offered.audio_address(), Some(theirs.address));
    let (reply, negotiated) = answer(&local, &offered).unwrap();
    assert_eq!(negotiated.remote_rtp.to_string(), "[2001:db8::7]:20000");
    assert_eq!(complete(&theirs, &offered, &reply).unwrap().remote_rtp.to_string(), "[::1]:10000");
}

#[test]
fn an_answer_may_use_its_own_numbers() {
    let ours = ours();
    let offered = offer(&ours);
    let reply = with_media("m=audio 4000 RTP/AVP 97 99\na=rtpmap:97 PCMA/8000\na=rtpmap:99 telephone-event/8000\n");
    let negotiated = complete(&ours, &offered, &reply).unwrap();
    // Theirs to send, ours to receive.
    assert_eq!((negotiated.payload_type, negotiated.telephone_event), (97, Some(99)));
    assert_eq!(negotiated.accepts.codec(8), Some(Codec::Pcma));
    assert!(negotiated.accepts.is_event(101));
    // An answer without rtpmap means our numbers.
    let negotiated = complete(&ours, &offered, &with_media("m=audio 4000 RTP/AVP 0 101\n")).unwrap();
    assert_eq!((negotiated.codec, negotiated.telephone_event), (Codec::Pcmu, Some(101)));
    let refused = |media| complete(&ours, &offered, &with_media(media)).unwrap_err();
    assert_eq!(refused("m=audio 0 RTP/AVP 0\n"), NegotiateError::Refused);
    assert_eq!(refused("m=audio 4000 RTP/AVP 18\n"), NegotiateError::NoCodec);
    assert_eq!(refused("m=video 4000 RTP/AVP 18\n"), NegotiateError::NoAudio);
}

#[test]
fn the_version_rises_only_with_a_change() {
    let first = offer(&ours());
    let mut same = offer(&LocalMedia { session_version: 9, ..ours() });
    same.revise(&first);
    assert_eq!(same, first);
    let mut held = offer(&LocalMedia { direction: Direction::SendOnly, ..ours() });
    held.revise(&same);
    assert_eq!((held.origin.session_id.as_str(), held.origin.session_version.as_str()), ("4711", "4712"));
}

/// Lines as peers write them, right and wrong.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "(audio|video|image)"
            .prop_flat_map(|kind| {
                (
                    Just(kind),
                    prop_oneof![Just(0_u16), any::<u16>()],
                    "(RTP/AVP|RTP/SAVP|RTP/AVPF|udptl)",
                    "( (0|8|9|18|96|97|101|x)){1,6}",
                )
            })
            .prop_map(|(kind, port, protocol, formats)| format!("m={kind} {port} {protocol}{formats}")),
        "(0|8|9|96|97|101) (PCMU|PCMA|G722|telephone-event|opus)/(8000|16000|48000)(/[12])?"
            .prop_map(|map| format!("a=rtpmap:{map}")),
        "a=(sendrecv|sendonly|recvonly|inactive|rtcp:[0-9]{1,6}|ptime:[0-9]{1,4}|maxptime:[0-9]{1,3})",
        "c=IN (IP4|IP6) (0\\.0\\.0\\.0|192\\.0\\.2\\.7|2001:db8::1|host\\.example)",
        "[a-z]=[ -~]{0,30}",
        "\\PC{0,30}",
    ]
}

fn body() -> impl Strategy<Value = String> {
    proptest::collection::vec(line(), 0..20).prop_map(|lines| {
        format!("v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n{}\r\n", lines.join("\r\n"))
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = SessionDescription::parse(&bytes);
        let with_start = [b"v=0\n", &bytes[..]].concat();
        let _ = SessionDescription::parse(&with_start);
    }

    #[test]
    fn what_was_read_is_written_and_read_again(body in body()) {
        if let Ok(description) = SessionDescription::parse(body.as_bytes()) {
            let again = SessionDescription::parse(description.to_string().as_bytes()).unwrap();
            prop_assert_eq!(again.to_string(), description.to_string());
            prop_assert_eq!(again, description);
        }
    }

    #[test]
    fn an_answer_uses_only_what_was_offered(body in body(), dtmf: bool, hold: bool) {
        let Ok(offered) = SessionDescription::parse(body.as_bytes()) else { return Ok(()) };
        let direction = if hold { Direction::SendOnly } else { Direction::SendRecv };
        let local = LocalMedia { dtmf, direction, ..ours() };
        let Ok((reply, negotiated)) = answer(&local, &offered) else { return Ok(()) };
        prop_assert_eq!(reply.media.len(), offered.media.len());
        let mut accepted = 0;
        for (ours, theirs) in reply.media.iter().zip(&offered.media) {
            prop_assert_eq!(&ours.kind, &theirs.kind);
            prop_assert_eq!(&ours.protocol, &theirs.protocol);
            prop_assert!(ours.formats.iter().all(|format| theirs.formats.contains(format)));
            prop_assert!(theirs.port != 0 || ours.port == 0);
            if ours.port != 0 {
                accepted += 1;
                let (may, offered) = (ours.direction().unwrap(), offered.direction_of(theirs));
                prop_assert!((!may.sends() || offered.receives()) && (!may.receives() || offered.sends()));
            }
        }
        prop_assert!(accepted <= 1);
        prop_assert!(!negotiated.receive || !hold);
        prop_assert!((10..=60).contains(&negotiated.ptime_ms) && negotiated.ptime_ms % 10 == 0);
        // The peer can read it.
        prop_assert!(SessionDescription::parse(reply.to_string().as_bytes()).is_ok());
    }
}

//! Opus, telephone-event and fax in offers and answers.

use std::net::{IpAddr, Ipv4Addr};

use media::codec::{Codec, OpusFormat};
use media::sdp::{LocalMedia, Negotiated, SessionDescription, answer, complete, offer};

fn local() -> LocalMedia {
    let mut local = LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 10_000, 7);
    local.codecs = vec![Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];
    local.comfort_noise = true;
    local
}

fn parse(media: &str) -> SessionDescription {
    let text = format!("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{media}");
    SessionDescription::parse(text.as_bytes()).expect("SDP")
}

fn answered(media: &str) -> (String, Negotiated) {
    let (answer, negotiated) = answer(&local(), &parse(media)).expect("an answer");
    (answer.to_string(), negotiated)
}

/// RFC 7587 section 7: what we offer.
#[test]
fn our_offer_names_opus_as_it_must() {
    let text = offer(&local()).to_string();
    assert!(text.contains("m=audio 10000 RTP/AVP 8 0 9 111 13 101 110\r\n"), "{text}");
    for line in [
        "a=rtpmap:111 opus/48000/2\r\n",
        "a=fmtp:111 maxplaybackrate=16000;sprop-maxcapturerate=16000;stereo=0;useinbandfec=1;usedtx=0\r\n",
        "a=rtpmap:101 telephone-event/8000\r\n",
        "a=rtpmap:110 telephone-event/48000\r\n",
        "a=fmtp:110 0-15\r\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let narrow = LocalMedia { codecs: vec![Codec::Pcma], ..local() };
    assert!(!offer(&narrow).to_string().contains("48000"));
}

/// A browser's offer, shortened: the payload types are its own.
#[test]
fn a_browsers_offer_is_answered_by_its_numbers() {
    let (text, negotiated) = answered(
        "m=audio 4000 RTP/AVP 96 9 0 8 13 97 126\r\n\
         a=rtpmap:96 opus/48000/2\r\n\
         a=fmtp:96 minptime=10;useinbandfec=1;usedtx=1;maxaveragebitrate=20000\r\n\
         a=rtpmap:97 telephone-event/48000\r\n\
         a=rtpmap:126 telephone-event/8000\r\n",
    );
    assert!(text.contains("m=audio 10000 RTP/AVP 96 97\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:96 opus/48000/2\r\n") && text.contains("a=rtpmap:97 telephone-event/48000\r\n"));
    assert_eq!((negotiated.codec, negotiated.payload_type), (Codec::Opus, 96));
    assert_eq!((negotiated.telephone_event, negotiated.event_clock), (Some(97), 48_000));
    assert!(negotiated.accepts.is_event(97) && !negotiated.accepts.is_event(126));
    let wishes = OpusFormat { fec: true, dtx: true, max_bitrate: Some(20_000), ..OpusFormat::default() };
    assert_eq!(negotiated.opus, wishes);
}

/// RFC 4733 section 2.1 wants the clock of the audio; some have only the other one next to Opus.
#[test]
fn keys_go_by_the_clock_of_the_codec_where_there_is_a_choice() {
    let event = |types: &str, maps: &str| {
        let (_, negotiated) = answered(&format!("m=audio 4000 RTP/AVP {types}\r\na=rtpmap:96 opus/48000/2\r\n{maps}"));
        (negotiated.codec, negotiated.telephone_event, negotiated.event_clock)
    };
    let both = "a=rtpmap:101 telephone-event/8000\r\na=rtpmap:102 telephone-event/48000\r\n";
    assert_eq!(event("96 101 102", both), (Codec::Opus, Some(102), 48_000));
    assert_eq!(event("8 96 102 101", both), (Codec::Pcma, Some(101), 8_000));
    assert_eq!(event("96 101", "a=rtpmap:101 telephone-event/8000\r\n"), (Codec::Opus, Some(101), 8_000));
    assert_eq!(event("8 102", "a=rtpmap:102 telephone-event/48000\r\n"), (Codec::Pcma, None, 8_000));
}

/// RFC 7587 section 6.1 and RFC 8866 section 6.4: a peer that plays no packets of 20 ms gets another codec.
#[test]
fn packets_too_long_for_the_peer_are_not_sent() {
    let codec = |ptime: &str| answered(&format!("m=audio 4000 RTP/AVP 96 8\r\na=rtpmap:96 opus/48000/2\r\n{ptime}")).1;
    assert_eq!(codec("a=maxptime:10\r\n").codec, Codec::Pcma);
    for ptime in ["", "a=maxptime:20\r\n", "a=maxptime:120\r\na=ptime:60\r\n", "a=ptime:10\r\n"] {
        let negotiated = codec(ptime);
        assert_eq!((negotiated.codec, negotiated.ptime_ms), (Codec::Opus, 20), "{ptime}");
    }
    assert_eq!(codec("a=maxptime:10\r\na=ptime:10\r\n").ptime_ms, 10);
}

#[test]
fn only_opus_at_48_khz_is_opus() {
    for mapping in ["opus/48000/2", "OPUS/48000/2", "opus/48000", "opus/48000/1"] {
        let (_, negotiated) = answered(&format!("m=audio 4000 RTP/AVP 96 8\r\na=rtpmap:96 {mapping}\r\n"));
        assert_eq!(negotiated.codec, Codec::Opus, "{mapping}");
    }
    for mapping in ["opus/16000/2", "opus/8000", "opus/48000/6", "opus"] {
        let (_, negotiated) = answered(&format!("m=audio 4000 RTP/AVP 96 8\r\na=rtpmap:96 {mapping}\r\n"));
        assert_eq!(negotiated.codec, Codec::Pcma, "{mapping}");
    }
}

/// An answer to our offer may choose Opus under a number of its own and wish for less.
#[test]
fn an_answer_with_opus_is_taken() {
    let ours = offer(&local());
    let reply = parse(
        "m=audio 4000 RTP/AVP 111 110\r\na=rtpmap:111 opus/48000/2\r\n\
         a=fmtp:111 maxplaybackrate=8000;useinbandfec=0\r\na=rtpmap:110 telephone-event/48000\r\n",
    );
    let negotiated = complete(&local(), &ours, &reply).expect("agreement");
    assert_eq!((negotiated.codec, negotiated.payload_type), (Codec::Opus, 111));
    assert_eq!((negotiated.telephone_event, negotiated.event_clock), (Some(110), 48_000));
    assert_eq!(negotiated.opus, OpusFormat { max_playback_rate: 8_000, ..OpusFormat::default() });
    // All that we offered may come, by our numbers.
    assert_eq!(negotiated.accepts.codec(8), Some(Codec::Pcma));
    assert_eq!(negotiated.accepts.codec(111), Some(Codec::Opus));
    assert!(negotiated.accepts.is_event(101) && negotiated.accepts.is_event(110));
}

/// T.38 (`m=image`) is refused by port 0, and the sound beside it stays
/// ([RFC 3264 section 6](https://www.rfc-editor.org/rfc/rfc3264#section-6)).
#[test]
fn fax_over_ip_is_refused_and_the_sound_stays() {
    let fax = "m=image 4002 udptl t38\r\na=T38FaxVersion:0\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n";
    let sound = "m=audio 4000 RTP/AVP 8 0\r\n";
    for (offered, place) in [(format!("{sound}{fax}"), 1), (format!("{fax}{sound}"), 0)] {
        let (answer, negotiated) = answer(&local(), &parse(&offered)).expect("an answer");
        assert_eq!(answer.media.len(), 2, "a line for each");
        assert_eq!((answer.media[place].kind.as_str(), answer.media[place].port), ("image", 0));
        assert_eq!(answer.media[place].protocol, "udptl");
        assert_eq!(answer.media[1 - place].port, 10_000);
        assert!(negotiated.send && negotiated.receive);
    }
    // A change to fax alone is refused as a whole: the call goes on with its sound.
    assert!(answer(&local(), &parse(fax)).is_err());
    assert!(answer(&local(), &parse(&format!("m=audio 0 RTP/AVP 8\r\n{fax}"))).is_ok_and(|(_, agreed)| !agreed.send));
}

//! URIs: reading, writing, and when two are the same (RFC 3261 19.1).
#![expect(clippy::unwrap_used, reason = "tests")]

use sip_core::message::{Host, Uri, UriError};

fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}

#[test]
fn uris_are_written_as_they_were_read() {
    for text in [
        "sip:alice@atlanta.com",
        "sip:alice:secretword@atlanta.com;transport=tcp",
        "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:+1-212-555-1212:1234@gateway.com;user=phone",
        "sips:1212@gateway.com:5061",
        "sip:alice@[2001:db8::1]:5060;lr",
        "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
        "sip:alice;day=tuesday@atlanta.com",
        "tel:+15550100",
        "urn:service:sos",
    ] {
        assert_eq!(uri(text).to_string(), text);
    }
}

#[test]
fn broken_uris_are_refused() {
    for (text, error) in [
        ("", UriError::Scheme),
        ("alice", UriError::Scheme),
        ("1sip:alice@h", UriError::Scheme),
        ("sip:", UriError::Host),
        ("sip:@h", UriError::User),
        ("sip:a@", UriError::Host),
        ("sip:a@h:99999", UriError::Host),
        ("sip:a@h:+1", UriError::Host),
        ("sip:a@h:", UriError::Host),
        ("sip:a@[::1", UriError::Host),
        ("sip:a@b@c", UriError::Host),
        ("sip:a b@h", UriError::Character),
        ("<sip:a@h>", UriError::Character),
        ("sip:a@h;;lr", UriError::Params),
        ("tel:", UriError::User),
    ] {
        assert_eq!(text.parse::<Uri>().unwrap_err(), error, "{text}");
    }
}

#[test]
fn users_are_escaped_on_the_way_in_and_decoded_on_the_way_out() {
    let uri = Uri::sip(Some("ann@home %;ü"), Host::Name("h".to_owned()), Some(5070));
    assert_eq!(uri.to_string(), "sip:ann%40home%20%25;%C3%BC@h:5070");
    assert_eq!(uri.to_string().parse::<Uri>().unwrap().username().unwrap(), "ann@home %;ü");
}

/// The examples of RFC 3261 19.1.4.
#[test]
fn equivalent_uris() {
    for (a, b) in [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("tel:+1-555-0100", "tel:+15550100"),
    ] {
        assert!(uri(a).equivalent(&uri(b)) && uri(b).equivalent(&uri(a)), "{a} {b}");
    }
}

/// The examples of RFC 3261 19.1.4.
#[test]
fn different_uris() {
    for (a, b) in [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:bob@biloxi.com;maddr=192.0.2.1", "sip:bob@biloxi.com"),
    ] {
        assert!(!uri(a).equivalent(&uri(b)) && !uri(b).equivalent(&uri(a)), "{a} {b}");
    }
}

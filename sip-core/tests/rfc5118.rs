//! The IPv6 torture messages of RFC 5118.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use sip_core::message::{HeaderName, Host, Limits, Message, ParseError, ParseErrorKind, Request, parse_datagram};

fn read(name: &str) -> Result<Message, ParseError> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/rfc/fixtures/rfc5118");
    parse_datagram(&std::fs::read(folder.join(name)).unwrap(), &Limits::default())
}

fn request(name: &str) -> Request {
    match read(name).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("{name} is a request"),
    }
}

fn v6(text: &str) -> Host {
    Host::V6(text.parse().unwrap())
}

/// Section 4.1.
#[test]
fn an_address_in_brackets_is_a_host() {
    let request = request("ipv6-good");
    assert_eq!(request.uri.host, v6("2001:db8::10"));
    assert_eq!(request.headers.top_via().unwrap().sent_by.host, v6("2001:db8::9:1"));
    assert_eq!(request.headers.contacts().unwrap()[0].uri.host, v6("2001:db8::1"));
}

/// Section 4.2.
#[test]
fn an_address_without_brackets_is_refused() {
    assert_eq!(read("ipv6-bad").unwrap_err().answer().unwrap().0.code(), 400);
}

/// Section 4.3.
#[test]
fn a_port_within_the_brackets_is_part_of_the_address() {
    let uri = request("port-ambiguous").uri;
    assert_eq!((uri.host, uri.port), (v6("2001:db8::10:5070"), None));
}

/// Section 4.4.
#[test]
fn a_port_behind_the_brackets_is_a_port() {
    let uri = request("port-unambiguous").uri;
    assert_eq!((uri.host, uri.port), (v6("2001:db8::10"), Some(5070)));
}

/// Section 4.5.
#[test]
fn received_is_read_with_brackets_and_without() {
    for name in ["via-received-param-with-delim", "via-received-param-no-delim"] {
        let via = request(name).headers.top_via().unwrap();
        assert_eq!(via.received().unwrap().to_string(), "2001:db8::9:255", "{name}");
    }
}

/// Sections 4.6 and 4.7: bodies are opaque here. Both messages state more bytes than they have, which is refused as in
/// RFC 4475 3.1.2.2; with the right length they are whole.
#[test]
fn bodies_are_whole() {
    for (name, length) in [("ipv6-in-sdp", "242"), ("mult-ip-in-sdp", "180")] {
        let error = read(name).unwrap_err();
        assert_eq!(error.kind, ParseErrorKind::Truncated, "{name}");
        let mut request = error.request.unwrap();
        let again = parse_datagram(&request.to_bytes(), &Limits::default()).unwrap();
        request.headers.set(HeaderName::ContentLength, length);
        assert_eq!(Message::Request(*request), again, "{name}");
    }
}

/// Section 4.8.
#[test]
fn one_message_may_hold_both_kinds_of_address() {
    let vias = request("mult-ip-in-header").headers.vias().unwrap();
    assert_eq!(vias[0].sent_by.to_string(), "[2001:db8::9:1]:6050");
    assert_eq!(vias[1].sent_by.to_string(), "192.0.2.1");
    assert_eq!(vias[2].received().unwrap().to_string(), "192.0.2.200");
}

/// Section 4.9.
#[test]
fn a_mapped_address_is_read() {
    let via = request("ipv4-mapped-ipv6").headers.top_via().unwrap();
    assert_eq!((via.sent_by.host, via.sent_by.port), (v6("::ffff:192.0.2.10"), Some(19823)));
}

/// Section 4.10: the grammar of RFC 3261 had a bug that asks for three colons.
#[test]
fn the_third_colon_is_forgiven() {
    let expected = v6("2001:db8::192.0.2.1");
    assert_eq!(request("ipv6-correct-abnf-2-colons").uri.host, expected);
    assert_eq!(request("ipv6-bug-abnf-3-colons").uri.host, expected);
}

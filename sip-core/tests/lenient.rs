//! What the parser forgives, and where it stops.
#![expect(clippy::unwrap_used, reason = "tests")]

use sip_core::message::{
    HeaderName, Host, Limits, Message, Method, ParseError, ParseErrorKind, Request, Scheme, parse_datagram,
};

/// A request with these header lines besides the mandatory ones.
fn with(line: &str, more: &str) -> String {
    let method = line.split(' ').next().unwrap();
    format!(
        "{line}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;rport\r\nFrom: <sip:a@example.com>;tag=1\r\n\
         To: <sip:b@example.com>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\n{more}\r\n"
    )
}

fn read(data: impl AsRef<[u8]>) -> Result<Message, ParseError> {
    parse_datagram(data.as_ref(), &Limits::default())
}

fn request(data: impl AsRef<[u8]>) -> Request {
    match read(data).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a request"),
    }
}

fn status(data: impl AsRef<[u8]>) -> Option<u16> {
    read(data).unwrap_err().answer().map(|(status, _)| status.code())
}

#[test]
fn line_feeds_alone_end_lines() {
    let text = with("OPTIONS sip:b@example.com SIP/2.0", "Content-Length: 2\r\n").replace("\r\n", "\n");
    assert_eq!(request(text + "hi").body, "hi");
}

#[test]
fn line_breaks_before_the_message_are_skipped() {
    let text = "\r\n\r\n".to_owned() + &with("OPTIONS sip:b@example.com SIP/2.0", "");
    assert_eq!(request(text).method, Method::Options);
}

#[test]
fn keep_alives_are_empty() {
    for data in [&b"\r\n\r\n"[..], b"", b"\0\0\0\0"] {
        assert_eq!(read(data).unwrap_err().kind, ParseErrorKind::Empty);
    }
}

#[test]
fn compact_names_are_written_long() {
    let request = request(
        "INVITE sip:b@example.com SIP/2.0\r\nv:SIP/2.0/TCP h.example.com\r\nf:sip:a@example.com;tag=1\r\n\
         t:sip:b@example.com\r\ni:1@h\r\nCSEQ:7 INVITE\r\nm:<sip:a@h.example.com>\r\nk:100rel,timer\r\n\
         c:application/sdp\r\nl:1\r\n\r\nx",
    );
    let text = String::from_utf8(request.to_bytes().to_vec()).unwrap();
    for name in ["Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: ", "Contact: ", "Supported: ", "Content-Type: "] {
        assert!(text.contains(&format!("\r\n{name}")), "{name}");
    }
    assert_eq!(request.headers.supported(), ["100rel", "timer"]);
}

#[test]
fn bytes_that_are_not_utf8_survive() {
    let mut data = with("OPTIONS sip:b@example.com SIP/2.0", "X-Name: M").into_bytes();
    data.truncate(data.len() - 2);
    data.extend_from_slice(b"\xfcller\r\n");
    data.extend_from_slice(b"P-Asserted-Identity: \"J\xf6rg\" <sip:+15550100@example.com>\r\n\r\n");
    let request = request(&data);
    assert_eq!(request.headers.get(&"x-name".into()), Some("M?ller"));
    assert_eq!(request.headers.p_asserted_identity().unwrap().display.as_deref(), Some("J?rg"));
    let written = request.to_bytes();
    assert!(written.windows(7).any(|part| part == b"M\xfcller\r"));
    assert!(written.windows(6).any(|part| part == b"\"J\xf6rg\""));
}

#[test]
fn unknown_headers_keep_their_spelling() {
    let request = request(with("OPTIONS sip:b@example.com SIP/2.0", "x-CUSTOM-thing:  a,b ;c\r\n"));
    let written = String::from_utf8(request.to_bytes().to_vec()).unwrap();
    assert!(written.contains("\r\nx-CUSTOM-thing: a,b ;c\r\n"));
}

#[test]
fn several_values_may_share_a_line() {
    let more = "Via: SIP/2.0/TCP a.example.com;branch=z9hG4bK1 , SIP/2.0/TLS b.example.com:5061;branch=z9hG4bK2\r\n\
                Record-Route: \"A, B\" <sip:p1.example.com;lr>, <sip:p2.example.com;lr;x=\"a,b\">\r\n";
    let request = request(with("INVITE sip:b@example.com SIP/2.0", &more.replace(";x=\"a,b\"", "")));
    assert_eq!(request.headers.vias().unwrap().len(), 3);
    let routes = request.headers.record_routes().unwrap();
    assert_eq!(routes[0].display.as_deref(), Some("A, B"));
    assert_eq!(routes[1].uri.host, Host::Name("p2.example.com".to_owned()));
    let mut headers = request.headers;
    for expected in ["192.0.2.1", "a.example.com", "b.example.com:5061"] {
        assert_eq!(headers.pop_top_via().unwrap().sent_by.to_string(), expected);
    }
    assert!(!headers.contains(&HeaderName::Via));
}

#[test]
fn tel_uris_are_read() {
    let request = request(with("INVITE tel:+1-555-0100;phone-context=example.com SIP/2.0", ""));
    assert_eq!(request.uri.scheme, Scheme::Tel);
    assert_eq!(request.uri.user.as_deref(), Some("+1-555-0100"));
    assert_eq!(request.uri.params.get("phone-context"), Some("example.com"));
    assert_eq!(request.uri.to_string(), "tel:+1-555-0100;phone-context=example.com");
}

#[test]
fn a_star_is_no_contact() {
    let request = request(with("REGISTER sip:example.com SIP/2.0", "Contact: *\r\nExpires: 0\r\n"));
    assert!(request.headers.contact_is_star());
    assert!(request.headers.contacts().unwrap().is_empty());
}

#[test]
fn what_is_not_sip_is_dropped() {
    for data in
        ["GET / HTTP/1.1\r\n\r\n", "hello", "\u{1}\0\0!\u{12}\u{a4}", "INVITE sip:b@example.com\r\n\r\n", "SIP/2.0"]
    {
        let error = read(data).unwrap_err();
        assert_eq!((error.kind.clone(), error.answer().is_none()), (ParseErrorKind::NotSip, true), "{data}");
    }
}

#[test]
fn a_broken_ack_is_never_answered() {
    assert_eq!(status("ACK sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n"), None);
}

#[test]
fn a_request_without_via_is_not_answered() {
    assert_eq!(status("BYE sip:b@example.com SIP/2.0\r\nCSeq: 1 BYE\r\n\r\n"), None);
}

#[test]
fn limits_are_kept() {
    let limits = Limits { max_headers: 10, max_header_len: 200, max_uri: 100, max_head: 2000, max_message: 4000 };
    let kind = |data: &str| parse_datagram(data.as_bytes(), &limits).unwrap_err().kind;
    let options = "OPTIONS sip:b@example.com SIP/2.0";
    assert_eq!(kind(&with(options, &"X: y\r\n".repeat(6))), ParseErrorKind::TooLarge);
    assert_eq!(kind(&with(options, &format!("X: {}\r\n", "y".repeat(200)))), ParseErrorKind::TooLarge);
    assert_eq!(kind(&with(options, &"x".repeat(4000))), ParseErrorKind::TooLarge);
    let long = with(&format!("OPTIONS sip:{}@example.com SIP/2.0", "b".repeat(100)), "");
    assert_eq!(kind(&long), ParseErrorKind::UriTooLong);
    assert_eq!(parse_datagram(long.as_bytes(), &limits).unwrap_err().answer().unwrap().0.code(), 414);
}

#[test]
fn errors_and_debug_output_name_nobody() {
    let message = read(with("MESSAGE sip:secret@example.com SIP/2.0", "Content-Length: 6\r\n") + "secret").unwrap();
    let error = read(with("OPTIONS sip:secret@example.com SIP/2.0", "Max-Forwards: secret\r\n")).unwrap_err();
    assert!(!format!("{message:?} {error:?} {error}").contains("secret"));
}

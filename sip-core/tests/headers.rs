//! Header fields: reading one kind each, changing them, writing them.
#![expect(clippy::unwrap_used, reason = "tests")]

use sip_core::message::{
    AuthParams, CSeq, HeaderName, Headers, Host, HostPort, MediaType, Method, NameAddr, Request, Response, StatusCode,
    Via, ViaTransport,
};

fn address(text: &str) -> NameAddr {
    text.parse().unwrap()
}

#[test]
fn display_names_are_unquoted_and_quoted_again() {
    let read = address(r#""A \"B\" \\ C" <sip:a@h;lr>;tag=x ; y = "q;,\"" "#);
    assert_eq!(read.display.as_deref(), Some(r#"A "B" \ C"#));
    assert_eq!(read.to_string(), r#""A \"B\" \\ C" <sip:a@h;lr>;tag=x;y="q;,\"""#);
    assert_eq!(read.params.get_unquoted("y").unwrap(), "q;,\"");
    assert_eq!(address("sip:a@h;tag=x").to_string(), "<sip:a@h>;tag=x");
}

#[test]
fn broken_addresses_are_refused() {
    for text in [
        "",
        "\"A <sip:a@h>",
        "A <sip:a@h",
        "\"A\" sip:a@h",
        "<sip:a@h> x",
        "<sip:a@h>;;",
        "sip:a@h?x=y",
        "sip:a@h, sip:b@h",
    ] {
        assert!(text.parse::<NameAddr>().is_err(), "{text}");
    }
}

#[test]
fn parameters_can_be_changed() {
    let mut to = address("<sip:a@h>;Expires=60;lr;q=0.5");
    assert_eq!((to.expires(), to.q(), to.params.get("LR")), (Some(60), Some(500), Some("")));
    to.params.set("expires", "120");
    assert!(to.params.remove("lr"));
    to.set_tag("t1");
    to.params.set("note", "two words");
    assert_eq!(to.to_string(), "<sip:a@h>;expires=120;q=0.5;tag=t1;note=\"two words\"");
}

#[test]
fn a_via_learns_where_its_request_came_from() {
    let sent_by = HostPort { host: Host::Name("client.example.com".to_owned()), port: None };
    let mut via = Via::new(ViaTransport::Udp, sent_by, "z9hG4bK1");
    assert_eq!((via.wants_rport(), via.rport(), via.has_magic_cookie()), (true, None, true));
    via.set_received("192.0.2.9".parse().unwrap(), 40_000);
    assert_eq!(via.to_string(), "SIP/2.0/UDP client.example.com;branch=z9hG4bK1;rport=40000;received=192.0.2.9");
    assert_eq!((via.received().unwrap().to_string(), via.rport()), ("192.0.2.9".to_owned(), Some(40_000)));

    let mut plain: Via = "SIP/2.0/TCP 192.0.2.9:5060;branch=z9hG4bK1".parse().unwrap();
    plain.set_received("192.0.2.9".parse().unwrap(), 40_000);
    assert_eq!(plain.received(), None);
}

#[test]
fn header_fields_keep_their_order() {
    let mut headers = Headers::new();
    headers.push("X-One".into(), "1");
    headers.push(HeaderName::Route, "<sip:a;lr>");
    headers.push("x-one".into(), "2");
    headers.push_front(HeaderName::Route, "<sip:b;lr>");
    assert_eq!(headers.get_all(&"X-ONE".into()).collect::<Vec<_>>(), ["1", "2"]);
    headers.set("X-one".into(), "3");
    let names: Vec<_> = headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(names, ["Route=<sip:b;lr>", "X-One=3", "Route=<sip:a;lr>"]);
    assert_eq!((headers.remove(&HeaderName::Route), headers.len()), (2, 1));
}

#[test]
fn nothing_that_is_written_can_begin_another_header_field() {
    let mut request = Request::new(Method::Other("A\r\nX: 1".to_owned()), "sip:h".parse().unwrap());
    request.uri.user = Some("u\r\nX: 1".to_owned());
    request.headers.push(HeaderName::Other("Y\r\nX".to_owned()), "v\r\nX: 1");
    let mut from = address("<sip:a@h>");
    from.display = Some("n\r\nX: 1".to_owned());
    request.headers.push(HeaderName::From, from.to_string());
    let text = String::from_utf8(request.to_bytes().to_vec()).unwrap();
    assert!(text.split("\r\n").all(|line| !line.starts_with("X:")), "{text}");
    let mut response = Response::new(StatusCode::OK);
    response.reason = "r\r\nX: 1".to_owned();
    assert_eq!(response.to_bytes(), "SIP/2.0 200 r  X: 1\r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn content_length_is_that_of_the_body() {
    let mut response = Response::new(StatusCode::RINGING);
    response.headers.push(HeaderName::ContentLength, "999");
    response.body = "abc".into();
    assert_eq!(response.to_bytes(), "SIP/2.0 180 Ringing\r\nContent-Length: 3\r\n\r\nabc");
}

#[test]
fn challenges_are_read_one_by_one() {
    let mut headers = Headers::new();
    headers.push(
        HeaderName::WwwAuthenticate,
        r#"Digest realm="a, \"b\"", nonce="n1",qop="auth,auth-int", algorithm=SHA-256 , Digest realm="c",nonce = "n2", Basic realm="x""#,
    );
    headers.push(HeaderName::WwwAuthenticate, "Negotiate");
    let all = headers.www_authenticate();
    assert_eq!(
        all.iter().map(|auth| auth.scheme.as_str()).collect::<Vec<_>>(),
        ["Digest", "Digest", "Basic", "Negotiate"]
    );
    assert_eq!((all[0].get("REALM"), all[0].get("qop")), (Some("a, \"b\""), Some("auth,auth-int")));
    assert_eq!((all[0].get("algorithm"), all[1].get("nonce")), (Some("SHA-256"), Some("n2")));
    assert_eq!(all[1].get("algorithm"), None);
}

#[test]
fn credentials_are_written() {
    let mut auth = AuthParams::digest();
    auth.push_quoted("username", "a\"b");
    auth.push("nc", "00000001");
    auth.push("qop", "auth");
    let text = auth.to_string();
    assert_eq!(text, r#"Digest username="a\"b", nc=00000001, qop=auth"#);
    assert_eq!(AuthParams::parse_all(&text).unwrap(), [auth]);
    assert!(!format!("{:?}", AuthParams::parse_all(&text)).contains("0001"));
}

#[test]
fn numbers_that_do_not_fit_are_as_large_as_possible() {
    let mut headers = Headers::new();
    headers.push(HeaderName::Expires, "99999999999999999999");
    headers.push(HeaderName::RetryAfter, "120 (in a meeting);duration=3600");
    headers.push(HeaderName::SessionExpires, "1800 ; refresher = uac");
    headers.push(HeaderName::MaxForwards, "-1");
    assert_eq!((headers.expires(), headers.retry_after()), (Some(u32::MAX), Some(120)));
    assert_eq!(headers.session_expires(), Some((1800, Some("uac"))));
    assert!(headers.max_forwards().is_err());
    assert!("4294967296 INVITE".parse::<CSeq>().is_err());
    assert!("+1 INVITE".parse::<CSeq>().is_err());
}

#[test]
fn media_ranges_take_what_they_name() {
    let range = |text: &str| text.parse::<MediaType>().unwrap();
    assert!(range("Application/SDP;level=1").accepts("application/sdp"));
    assert!(range("application/*").accepts("application/sdp") && range("*/*").accepts("text/plain"));
    assert!(!range("text/*").accepts("application/sdp") && !range("*/*;q=0").accepts("text/plain"));
}

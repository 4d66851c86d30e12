//! Messages on a stream (RFC 3261 18.3, RFC 5626 3.5.1).
#![expect(clippy::unwrap_used, reason = "tests")]

use sip_core::message::{Limits, ParseErrorKind, StreamDecoder, StreamItem};

const HEAD: &str = "Via: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\n";

fn message(method: &str, more: &str) -> String {
    format!("{method} sip:h SIP/2.0\r\n{HEAD}CSeq: 1 {method}\r\n{more}\r\n")
}

fn decoder(data: &str) -> StreamDecoder {
    let mut decoder = StreamDecoder::new(Limits::default());
    decoder.push(data.as_bytes());
    decoder
}

fn next_is_message(decoder: &mut StreamDecoder) -> bool {
    matches!(decoder.next().unwrap(), Some(StreamItem::Message(_)))
}

#[test]
fn two_line_breaks_are_a_keep_alive_and_one_is_nothing() {
    let mut decoder = decoder("\r\n\r\n\r\n");
    assert_eq!(decoder.next().unwrap(), Some(StreamItem::KeepAlive));
    assert_eq!(decoder.next().unwrap(), None);
    decoder.push(message("OPTIONS", "Content-Length: 0\r\n").as_bytes());
    assert!(next_is_message(&mut decoder));
    assert_eq!(decoder.next().unwrap(), None);
    assert_eq!(decoder.buffered(), 0);
}

#[test]
fn a_bad_message_does_not_spoil_the_next() {
    let bad = message("OPTIONS", "Content-Length: 3\r\n").replace("<sip:b@h>", "<<") + "abc";
    let mut decoder = decoder(&(bad + &message("BYE", "l: 0\r\n")));
    let error = decoder.next().unwrap_err();
    assert!(!error.fatal);
    assert_eq!(error.answer().unwrap().0.code(), 400);
    assert!(next_is_message(&mut decoder));
}

#[test]
fn a_length_that_cannot_be_known_ends_the_connection() {
    for (more, body) in [
        ("Content-Length: -1\r\n", ""),
        ("Content-Length: 1\r\nContent-Length: 2\r\n", "xx"),
        ("Content-Type: application/sdp\r\n", "v=0\r\n"),
    ] {
        let mut decoder = decoder(&(message("INVITE", more) + body));
        let error = decoder.next().unwrap_err();
        assert!(error.fatal && error.answer().is_some(), "{more}");
        decoder.push(message("BYE", "l: 0\r\n").as_bytes());
        assert_eq!(decoder.next().unwrap(), None);
    }
}

#[test]
fn a_message_without_length_and_type_has_no_body() {
    let mut decoder = decoder(&(message("OPTIONS", "") + &message("BYE", "l: 0\r\n")));
    assert!(next_is_message(&mut decoder) && next_is_message(&mut decoder));
}

#[test]
fn what_is_too_large_or_no_sip_ends_the_connection() {
    let announced = decoder(&message("MESSAGE", "Content-Length: 70000\r\n")).next().unwrap_err();
    assert_eq!(announced.answer().unwrap().0.code(), 513);
    for (data, kind) in
        [("x".repeat(40_000), ParseErrorKind::TooLarge), ("GET / HTTP/1.1\r\n\r\n".to_owned(), ParseErrorKind::NotSip)]
    {
        let error = decoder(&data).next().unwrap_err();
        assert_eq!((error.kind.clone(), error.fatal, error.answer().is_none()), (kind, true, true));
    }
}

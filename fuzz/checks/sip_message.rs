//! What must hold for any bytes that are read as SIP. Used by the fuzz target and by an ordinary test.

use sip_core::message::{
    HeaderName, Headers, Limits, Message, NameAddr, ParseError, StreamDecoder, StreamItem, Uri, Via, parse_datagram,
};

/// Panics if something does not hold.
pub fn check(data: &[u8]) {
    match parse_datagram(data, &Limits::default()) {
        Ok(message) => {
            round_trip(&message);
            accessors(message.headers());
        }
        Err(error) => answer(&error),
    }
    streams(data);
}

/// What was read is written so that it reads the same.
fn round_trip(message: &Message) {
    let limits =
        Limits { max_message: usize::MAX, max_head: usize::MAX, max_header_len: usize::MAX, ..Limits::default() };
    let written = message.to_bytes();
    let again = parse_datagram(&written, &limits);
    assert!(again.is_ok(), "what was written cannot be read");
    if let Ok(again) = again {
        assert!(without_length(message) == without_length(&again), "what was written reads otherwise");
        assert!(written == again.to_bytes(), "writing is not stable");
    }
}

fn without_length(message: &Message) -> Message {
    let mut message = message.clone();
    message.headers_mut().remove(&HeaderName::ContentLength);
    message
}

/// Every accessor copes with every value, and what it gives is written so that it reads the same.
fn accessors(headers: &Headers) {
    let names = [HeaderName::Contact, HeaderName::Route, HeaderName::RecordRoute, HeaderName::PAssertedIdentity];
    let lists = names.iter().filter_map(|name| headers.addresses(name).ok()).flatten();
    for address in lists.chain(headers.from()).chain(headers.to()) {
        assert!(NameAddr::parse(&address.to_string()).as_ref() == Ok(&address), "an address reads otherwise");
        assert!(Uri::parse(&address.uri.to_string()).as_ref() == Ok(&address.uri), "a URI reads otherwise");
        assert!(address.uri.equivalent(&address.uri), "a URI is not equivalent to itself");
        let _ = (address.tag(), address.expires(), address.q(), address.uri.username());
    }
    for via in headers.vias().unwrap_or_default() {
        assert!(Via::parse(&via.to_string()).as_ref() == Ok(&via), "a Via reads otherwise");
        let _ = (via.branch(), via.received(), via.rport(), via.has_magic_cookie());
    }
    if let Ok(cseq) = headers.cseq() {
        assert!(cseq.to_string().parse().as_ref() == Ok(&cseq), "a CSeq reads otherwise");
    }
    for auth in headers.authorization().into_iter().chain(headers.www_authenticate()) {
        let again = sip_core::message::AuthParams::parse_all(&auth.to_string());
        assert!(again.is_some_and(|again| again.len() == 1), "credentials read otherwise");
    }
    let _ = (headers.content_type(), headers.accept(), headers.allow(), headers.supported(), headers.require());
    let _ = (headers.rack(), headers.rseq(), headers.session_expires(), headers.expires(), headers.max_forwards());
    let mut headers = headers.clone();
    let mut left = headers.vias().map_or(0, |vias| vias.len());
    while left > 0 && headers.pop_top_via().is_ok() {
        left -= 1;
        assert!(headers.vias().map_or(left, |vias| vias.len()) == left, "popping a Via took more or less than one");
    }
}

/// A request that is refused can be answered.
fn answer(error: &ParseError) {
    if let Some((status, request)) = error.answer() {
        assert!(status.is_final(), "a refusal is final");
        let _ = request.reply(status).to_bytes();
        accessors(&request.headers);
    }
}

/// A stream gives the same messages however it is split.
fn streams(data: &[u8]) {
    let whole = decode(data, data.len().max(1));
    for step in [1, 7, 61] {
        assert!(decode(data, step) == whole, "the stream depends on how it is split");
    }
}

fn decode(data: &[u8], step: usize) -> Vec<String> {
    let mut decoder = StreamDecoder::new(Limits::default());
    let mut out = Vec::new();
    for part in data.chunks(step) {
        decoder.push(part);
        loop {
            out.push(match decoder.next() {
                Ok(None) => break,
                Ok(Some(StreamItem::KeepAlive)) => "keep-alive".to_owned(),
                Ok(Some(StreamItem::Message(message))) => String::from_utf8_lossy(&message.to_bytes()).into_owned(),
                Err(error) => format!("{:?} {}", error.kind, error.fatal),
            });
        }
    }
    out
}

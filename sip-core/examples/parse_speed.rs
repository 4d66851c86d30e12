//! How long reading and writing a typical INVITE takes: `cargo run --release -p sip-core --example parse_speed`.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures")]

use std::hint::black_box;
use std::time::Instant;

use sip_core::message::{Limits, Message, StreamDecoder, parse_datagram};

const INVITE: &str = "INVITE sip:+4930555010@192.0.2.10:5060;transport=udp SIP/2.0\r\n\
Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK0d9f4c7a1b2e;rport\r\n\
Via: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bKcydzoc304gu1kgf8e3f0;received=203.0.113.9\r\n\
Record-Route: <sip:198.51.100.1;lr;ftag=as58f4201b>\r\n\
Max-Forwards: 69\r\n\
From: \"Jane Roe\" <sip:+4930555020@carrier.example.com>;tag=as58f4201b\r\n\
To: <sip:+4930555010@192.0.2.10>\r\n\
Contact: <sip:+4930555020@203.0.113.9:5060;transport=udp>\r\n\
Call-ID: 1d2f5c6a7b8c9d0e1f2a3b4c5d6e7f80@203.0.113.9:5060\r\n\
CSeq: 102 INVITE\r\n\
User-Agent: Carrier SBC 7.2\r\n\
Date: Sat, 21 Nov 2026 12:00:00 GMT\r\n\
Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE\r\n\
Supported: replaces, timer, 100rel\r\n\
Session-Expires: 1800;refresher=uac\r\n\
P-Asserted-Identity: \"Jane Roe\" <sip:+4930555020@carrier.example.com>\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 262\r\n\
\r\n";

const SDP: &str = "v=0\r\no=root 1821530441 1821530441 IN IP4 203.0.113.9\r\ns=Carrier SBC\r\nc=IN IP4 203.0.113.9\r\n\
t=0 0\r\nm=audio 14226 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n\
a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=maxptime:150\r\na=sendrecv\r\n";

const ROUNDS: u32 = 100_000;

/// The best of ten runs, ns per call of `work`.
fn measure(what: &str, mut work: impl FnMut()) {
    let best = (0..10).map(|_| {
        let start = Instant::now();
        (0..ROUNDS / 10).for_each(|_| work());
        start.elapsed().as_nanos() / u128::from(ROUNDS / 10)
    });
    println!("{what:<28} {:>6} ns", best.min().unwrap_or_default());
}

fn main() {
    let data = INVITE.replace("262", &SDP.len().to_string()) + SDP;
    let limits = Limits::default();
    let message = parse_datagram(data.as_bytes(), &limits).unwrap();
    let Message::Request(request) = &message else { unreachable!("it is an INVITE") };
    println!("an INVITE of {} bytes with {} header fields", data.len(), request.headers.len());

    measure("read", || drop(black_box(parse_datagram(black_box(data.as_bytes()), &limits))));
    let mut decoder = StreamDecoder::new(limits.clone());
    measure("read from a stream", || {
        decoder.push(black_box(data.as_bytes()));
        drop(black_box(decoder.next()));
    });
    let mut out = Vec::with_capacity(4096);
    measure("write", || {
        out.clear();
        black_box(&message).write(&mut out);
    });
    measure("copy", || drop(black_box(message.clone())));
    measure("answer", || drop(black_box(request.reply(sip_core::message::StatusCode::TRYING).to_bytes())));
    let headers = &request.headers;
    measure("From, To, top Via, CSeq", || {
        drop(black_box((headers.from(), headers.to(), headers.top_via(), headers.cseq())));
    });
}

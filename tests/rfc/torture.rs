//! The torture messages of RFC 4475 and RFC 5118 against the running server, by UDP and TCP: it survives them all, and
//! answers as it must.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use callwright_tests::Server;
use callwright_tests::wire::Wire;
use sip_core::message::{Limits, Message, parse_datagram};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer may take that need not come: responses to torture are given at once or not at all.
const SHORT: Duration = Duration::from_millis(300);

/// What must come back.
enum Expected {
    /// One of these.
    Status(&'static [u16]),
    /// A final response that is not 400: the message is well-formed.
    NotMalformed,
    /// Nothing: it is a response, or cannot be answered.
    Silence,
    /// Anything, or nothing: the RFC leaves it open.
    Anything,
}

/// What `EXPECTED.tsv` says, as status codes that a user agent server with our methods and bodies must give.
#[expect(clippy::match_same_arms, reason = "in the order of the RFC's sections")]
fn expected(name: &str) -> Expected {
    use Expected::{Anything, NotMalformed, Silence, Status};
    match name {
        // Valid: never 400.
        "wsinv" | "esc01" | "longreq" | "inv2543" => NotMalformed,
        "intmeth" => Status(&[501, 405]),
        "esc02" => Status(&[501, 405]),
        "escnull" | "dblreq" | "cparam01" | "cparam02" | "regescrt" => NotMalformed,
        "lwsdisp" | "semiuri" | "transports" => Status(&[200, 404]),
        "mpart01" => Status(&[200, 405, 415]),
        "unreason" | "noreason" | "scalarlg" | "bigcode" | "bcast" => Silence,
        // Invalid.
        "badinv01" | "clerr" | "ncl" | "scalar02" | "mismatch01" => Status(&[400]),
        "multi01" | "mcl01" => Status(&[400]),
        "badvers" => Status(&[505]),
        "mismatch02" => Status(&[501, 400]),
        "unkscm" | "novelsc" => Status(&[416]),
        "unksm2" => Status(&[400, 401, 403, 404, 416]),
        "bext01" => Status(&[420]),
        "invut" => Status(&[415]),
        "regaut01" => Status(&[401, 200]),
        "zeromf" => Status(&[200, 404, 483]),
        "sdp01" => Status(&[406]),
        // The RFC allows to guess, to refuse, and (where nothing identifies the request) to say nothing.
        _ => Anything,
    }
}

fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rfc/fixtures").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_none_or(|extension| extension == "dat"));
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Responses are sent to the Via's address (RFC 3261 18.2.2), and ours must find the way back: `rport` is added to the
/// topmost Via (RFC 3581). Nothing else of the message is touched.
fn with_rport(message: &[u8]) -> Vec<u8> {
    let lower = message.to_ascii_lowercase();
    let find = |needle: &[u8]| lower.windows(needle.len()).position(|window| window == needle);
    let head = find(b"\r\n\r\n").unwrap_or(message.len());
    let line = [&b"\nvia"[..], b"\nv:", b"\nv "].into_iter().filter_map(find).filter(|at| *at < head).min();
    let Some(line) = line else { return message.to_vec() };
    let end = message[line + 1..].windows(2).position(|two| two == b"\r\n").map_or(message.len(), |at| line + 1 + at);
    let first = &lower[line..end];
    if first.windows(5).any(|window| window == b"rport") {
        return message.to_vec();
    }
    // Before the first parameter of the topmost value, or at the end of its line.
    let value_end = first.iter().position(|byte| *byte == b';' || *byte == b',').map_or(end, |at| line + at);
    [&message[..value_end], b";rport", &message[value_end..]].concat()
}

fn status_of(data: &[u8]) -> Option<u16> {
    match parse_datagram(data, &Limits::default()) {
        Ok(Message::Response(response)) => Some(response.status.code()),
        _ => None,
    }
}

fn judge(name: &str, by: &str, got: Option<u16>, wrong: &mut Vec<String>) {
    let fault = match (expected(name), got) {
        (Expected::Status(allowed), Some(status)) if allowed.contains(&status) => None,
        (Expected::Status(allowed), got) => Some(format!("one of {allowed:?} was due, {got:?} came")),
        (Expected::NotMalformed, Some(400)) => Some("it is well-formed, and was refused with 400".into()),
        (Expected::Silence, Some(status)) => Some(format!("it cannot be answered, and {status} came")),
        _ => None,
    };
    wrong.extend(fault.map(|fault| format!("{name} by {by}: {fault}")));
}

async fn assert_alive(server: &Server, after: &str) {
    let wire = Wire::to(&server.sip()).await;
    let response = wire.ask("OPTIONS", &server.address("reception"), "", "").await;
    assert_eq!(response.status.code(), 200, "after {after}");
    assert!(server.api_without_key().is_ready().await, "after {after}");
}

/// Sends a message by UDP; gives the status of the final response, if any comes.
async fn by_udp(server: &Server, message: &[u8], must_answer: bool) -> Option<u16> {
    let wire = Wire::to(&server.sip()).await;
    wire.send(message).await;
    loop {
        let response = if must_answer { Some(wire.receive().await) } else { wire.receive_within(SHORT).await };
        match response? {
            Message::Response(response) if response.status.code() >= 200 => return Some(response.status.code()),
            _ => {}
        }
    }
}

/// Sends a message by TCP; gives the status of the first final response, if any comes before the stream falls silent or
/// is closed.
async fn by_tcp(server: &Server, message: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(server.sip()).await.unwrap();
    stream.write_all(message).await.unwrap();
    let mut data = Vec::new();
    while let Ok(Ok(1..)) = tokio::time::timeout(SHORT, stream.read_buf(&mut data)).await {
        let mut rest = data.as_slice();
        while let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") {
            if let Some(status) = status_of(&rest[..end + 4]).filter(|status| *status >= 200) {
                return Some(status);
            }
            rest = &rest[end + 4..];
        }
    }
    None
}

#[tokio::test]
async fn every_torture_message_by_udp_is_survived_and_answered_as_it_must() {
    let server = Server::start().await;
    let mut wrong = Vec::new();
    for (name, message) in fixtures("rfc4475") {
        let must_answer = matches!(expected(&name), Expected::Status(_));
        let got = by_udp(&server, &with_rport(&message), must_answer).await;
        judge(&name, "UDP", got, &mut wrong);
    }
    assert_alive(&server, "the torture by UDP").await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_torture_message_by_tcp_is_survived() {
    let server = Server::start().await;
    let mut wrong = Vec::new();
    for (name, message) in fixtures("rfc4475") {
        let got = by_tcp(&server, &message).await;
        // In a stream a wrong Content-Length hides what follows: those may wait, or close. inv2543 has none at all, which
        // RFC 3261 section 18.3 forbids there.
        let framed = !matches!(name.as_str(), "clerr" | "ncl" | "mcl01" | "dblreq" | "baddn" | "multi01" | "inv2543");
        if framed && got.is_some() {
            judge(&name, "TCP", got, &mut wrong);
        }
        assert_alive(&server, &name).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_ipv6_torture_messages_are_survived() {
    let server = Server::start().await;
    for (name, message) in fixtures("rfc5118") {
        // The files have lone line feeds: sent so, and as they would be on the wire.
        let wired = String::from_utf8_lossy(&message).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
        for form in [message, wired] {
            by_udp(&server, &with_rport(&form), false).await;
            by_tcp(&server, &form).await;
        }
        assert_alive(&server, &name).await;
    }
}

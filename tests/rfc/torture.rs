//! The torture messages of RFC 4475 and RFC 5118 against the running server, by UDP and TCP: it survives them all,
//! answers as it must, takes an ordinary call afterwards, and keeps nothing of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use callwright_tests::wire::Wire;
use callwright_tests::{Server, Settings, caller, wait};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer may take that need not come: responses to torture are given at once or not at all.
const SHORT: Duration = Duration::from_millis(300);

/// What must come back.
enum Expected {
    /// One of these.
    Status(&'static [u16]),
    /// A final response that is not 400: the message is well-formed, or so slightly wrong that it is understood.
    NotMalformed,
    /// Nothing: it is a response, or cannot be answered.
    Silence,
}

impl Expected {
    const fn is_answer(&self) -> bool {
        !matches!(self, Self::Silence)
    }
}

/// What the RFCs ask for, and where they leave it open what we have chosen, as status codes that a user agent server with our methods and bodies must give.
#[expect(clippy::match_same_arms, reason = "in the order of the RFC's sections")]
fn expected(name: &str) -> Expected {
    use Expected::{NotMalformed, Silence, Status};
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
        // The RFC allows to guess or to refuse.
        "quotbal" | "ltgtruri" | "lwsruri" | "regbadct" | "insuf" => Status(&[400]),
        "lwsstart" | "trws" | "escruri" | "baddate" | "badaspec" | "baddn" | "badbranch" => NotMalformed,
        // No message at all.
        "test" => Silence,
        // RFC 5118; the third colon of section 4.10 is forgiven.
        "ipv6-bad" => Status(&[400]),
        // Its Content-Length is more than it has.
        "ipv6-in-sdp" => Status(&[400]),
        "ipv6-bug-abnf-3-colons" => NotMalformed,
        "ipv6-good" | "port-ambiguous" | "port-unambiguous" | "via-received-param-with-delim" => NotMalformed,
        "via-received-param-no-delim" | "mult-ip-in-header" | "mult-ip-in-sdp" => NotMalformed,
        "ipv4-mapped-ipv6" | "ipv6-correct-abnf-2-colons" => NotMalformed,
        _ => panic!("{name} has no verdict"),
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

/// The message as it is sent. Responses go to the Via's address (RFC 3261 18.2.2), and ours must find the way back:
/// `rport` is added to the topmost Via (RFC 3581). Some messages share their branch with another one, of which they
/// would be retransmissions, answered to whoever sent the first: the branch of each is made its own. Nothing else is
/// touched.
fn routable(name: &str, message: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    let find = |message: &[u8], needle: &[u8]| {
        message.to_ascii_lowercase().windows(needle.len()).position(|window| window == needle)
    };
    let head = find(&message, b"\r\n\r\n").unwrap_or(message.len());
    let vias = [&b"\nvia"[..], b"\nv:", b"\nv "];
    let Some(via) = vias.into_iter().filter_map(|name| find(&message, name)).filter(|at| *at < head).min() else {
        return message;
    };
    if let Some(branch) = find(&message[via..head], b"z9hg4bk") {
        let after = via + branch + b"z9hg4bk".len();
        if message[after].is_ascii_alphanumeric() {
            message.splice(after..after, name.bytes());
        }
    }
    // Before the first parameter of the topmost value, or at the end of its line.
    let end = message[via..].iter().position(|byte| matches!(byte, b';' | b',' | b'\r')).map_or(head, |end| via + end);
    let folded = message[end..].starts_with(b"\r\n ") || message[end..].starts_with(b"\r\n\t");
    let end = if folded {
        message[end + 2..].iter().position(|byte| *byte == b';').map_or(end, |at| end + 2 + at)
    } else {
        end
    };
    message.splice(end..end, *b";rport");
    message
}

/// By the first line alone: a refusal may repeat the fault that it refuses.
fn status_of(data: &[u8]) -> Option<u16> {
    std::str::from_utf8(data.strip_prefix(b"SIP/2.0 ")?.get(..3)?).ok()?.parse().ok()
}

fn judge(name: &str, by: &str, got: Option<u16>, wrong: &mut Vec<String>) {
    let fault = match (expected(name), got) {
        (Expected::Status(allowed), Some(status)) if allowed.contains(&status) => None,
        (Expected::Status(allowed), got) => Some(format!("one of {allowed:?} was due, {got:?} came")),
        (Expected::NotMalformed, None) => Some("it is well-formed, and got no answer".into()),
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

/// An ordinary call is taken, and when its transactions have lapsed nothing is left in any table.
async fn assert_unharmed(server: &Server) {
    let report = caller::call(server.address("reception"), vec![caller::wait(0.5)]).await;
    assert!(report.was_answered(), "an ordinary call is answered:\n{}", caller::timeline(&report));
    server.api().last_call().await;
    wait::until("the tables of signalling are empty", async || {
        let metrics = String::from_utf8(server.api().bytes("/metrics").await).unwrap();
        let sizes: Vec<&str> = metrics.lines().filter(|line| line.starts_with("callwright_sip_table{")).collect();
        assert!(sizes.len() > 5, "{metrics}");
        sizes.iter().all(|line| line.ends_with(" 0")).then_some(())
    })
    .await;
}

/// A server whose transactions lapse in half a second (64 times T1).
async fn start() -> Server {
    Server::with(Settings::default().set("SIP__T1_MS", 10)).await
}

/// Sends a message by UDP, and a question after it; gives the status of the message's final response. One that need not
/// come has come, if at all, by the time when the question is answered.
async fn by_udp(server: &Server, message: &[u8], must_answer: bool) -> Option<u16> {
    let wire = Wire::to(&server.sip()).await;
    let (question, question_id) = wire.compose("OPTIONS", &server.address("reception"), "", "");
    wire.send(message).await;
    wire.send(question.as_bytes()).await;
    let (mut status, mut asked) = (None, true);
    while asked || (must_answer && status.is_none()) {
        let datagram = wire.datagram().await;
        if String::from_utf8_lossy(&datagram).contains(&question_id) {
            asked = false;
        } else {
            status = status_of(&datagram).filter(|status| *status >= 200).or(status);
        }
    }
    status
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
    let server = start().await;
    let mut wrong = Vec::new();
    for (name, message) in fixtures("rfc4475") {
        let got = by_udp(&server, &routable(&name, &message), expected(&name).is_answer()).await;
        judge(&name, "UDP", got, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_alive(&server, "the torture by UDP").await;
    assert_unharmed(&server).await;
}

#[tokio::test]
async fn every_torture_message_by_tcp_is_survived() {
    let server = start().await;
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
    assert_unharmed(&server).await;
}

#[tokio::test]
async fn the_ipv6_torture_messages_are_survived_and_answered_as_they_must() {
    let server = start().await;
    let mut wrong = Vec::new();
    for (name, message) in fixtures("rfc5118") {
        // The files have lone line feeds: sent as they would be on the wire, and so, where anything may come.
        let wired = String::from_utf8_lossy(&message).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
        let got = by_udp(&server, &routable(&name, &wired), expected(&name).is_answer()).await;
        judge(&name, "UDP", got, &mut wrong);
        by_udp(&server, &message, false).await;
        for form in [message, wired] {
            if let got @ Some(_) = by_tcp(&server, &form).await {
                judge(&name, "TCP", got, &mut wrong);
            }
        }
        assert_alive(&server, &name).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_unharmed(&server).await;
}

//! A second opinion: where rsip reads a message too, both must agree on what it says.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};
use sip_core::message::{Limits, Message, NameAddr, Uri, parse_datagram};

/// Messages as peers of many kinds send them.
const TYPICAL: &[&str] = &[
    "INVITE sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds\r\n\
     Max-Forwards: 70\r\nTo: Bob <sip:bob@biloxi.com>\r\nFrom: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n\
     Call-ID: a84b4c76e66710@pc33.atlanta.com\r\nCSeq: 314159 INVITE\r\nContact: <sip:alice@pc33.atlanta.com>\r\n\
     Content-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\n",
    "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP server10.biloxi.com;branch=z9hG4bK4b43c2ff8.1;received=192.0.2.3\r\n\
     Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds;received=192.0.2.1\r\n\
     To: Bob <sip:bob@biloxi.com>;tag=a6c85cf\r\nFrom: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n\
     Call-ID: a84b4c76e66710\r\nContact: <sip:bob@192.0.2.4>\r\nCSeq: 314159 INVITE\r\nContent-Length: 0\r\n\r\n",
    "REGISTER sip:registrar.biloxi.com SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.4:5060;branch=z9hG4bKnashds7;rport\r\n\
     Max-Forwards: 70\r\nTo: \"Bob\" <sip:bob@biloxi.com>\r\nFrom: \"Bob\" <sip:bob@biloxi.com>;tag=456248\r\n\
     Call-ID: 843817637684230@998sdasdh09\r\nCSeq: 1826 REGISTER\r\nContact: <sip:bob@192.0.2.4:5060>;expires=60\r\n\
     Expires: 7200\r\nContent-Length: 0\r\n\r\n",
    "BYE sip:alice@192.0.2.1:5070;transport=tcp SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bKnas\r\n\
     Max-Forwards: 70\r\nFrom: <sip:bob@biloxi.com>;tag=a6c85cf\r\nTo: <sip:alice@atlanta.com>;tag=1928301774\r\n\
     Call-ID: a84b4c76e66710\r\nCSeq: 231 BYE\r\nContent-Length: 0\r\n\r\n",
    "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bKnashds7;rport=5060;received=192.0.2.4\r\n\
     From: <sip:bob@biloxi.com>;tag=456248\r\nTo: <sip:bob@biloxi.com>;tag=as1\r\nCall-ID: 84381\r\nCSeq: 1 REGISTER\r\n\
     WWW-Authenticate: Digest realm=\"biloxi.com\", nonce=\"dcd98b7102dd2f0e\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n",
];

/// rsip takes a datagram's rest for the body, whatever Content-Length says, and needs an empty line.
const THEIR_FAULTS: &[(&str, &str)] = &[("body", "dblreq.dat"), ("body", "baddn.dat")];

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/rfc/fixtures");
    let files = ["rfc4475", "rfc5118"].iter().flat_map(|rfc| std::fs::read_dir(folder.join(rfc)).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| (path.file_name().unwrap().display().to_string(), std::fs::read(&path).unwrap());
    let typical = TYPICAL.iter().map(|text| ((*text).to_owned(), text.as_bytes().to_vec()));
    files.map(read).chain(typical).collect()
}

/// What two readers can be asked about one message; `None` where one of them has no answer.
type Facts = Vec<(&'static str, Option<String>)>;

/// rsip reads a host into schemes that have none.
fn our_uri(uri: &Uri) -> Option<String> {
    uri.is_sip().then(|| format!("{}@{} {:?}", uri.user.as_deref().unwrap_or(""), uri.host, uri.port))
}

/// rsip takes a user with a dot for a part of the host.
fn their_uri(uri: &rsip::Uri) -> Option<String> {
    let (user, port) = (uri.user().unwrap_or(""), uri.port().map(|port| *port.value()));
    let host = uri.host().to_string();
    (!host.contains('@')).then(|| format!("{user}@{host} {port:?}"))
}

fn ours(message: &Message) -> Facts {
    let headers = message.headers();
    let uri = |address: Option<&NameAddr>| address.and_then(|address| our_uri(&address.uri));
    let tag = |address: Option<&NameAddr>| address.and_then(|address| address.tag().map(str::to_owned));
    let (from, to) = (headers.from().ok(), headers.to().ok());
    let (via, cseq) = (headers.top_via().ok(), headers.cseq().ok());
    let start = match message {
        Message::Request(request) => (request.method.to_string(), our_uri(&request.uri)),
        Message::Response(response) => (response.status.to_string(), None),
    };
    vec![
        ("start", Some(start.0)),
        ("uri", start.1),
        ("call-id", headers.call_id().map(str::to_owned)),
        ("cseq", cseq.map(|cseq| cseq.to_string())),
        ("from", uri(from.as_ref())),
        ("from-tag", tag(from.as_ref())),
        ("to", uri(to.as_ref())),
        ("to-tag", tag(to.as_ref())),
        ("branch", via.as_ref().and_then(|via| via.branch().map(str::to_owned))),
        ("transport", via.map(|via| via.transport.as_str().to_owned())),
        ("body", Some(format!("{:?}", message.body()))),
    ]
}

fn theirs(message: &rsip::SipMessage) -> Facts {
    let start = match message {
        rsip::SipMessage::Request(request) => (request.method().to_string(), their_uri(request.uri())),
        rsip::SipMessage::Response(response) => (response.status_code().code().to_string(), None),
    };
    let from = message.from_header().ok().and_then(|header| header.typed().ok());
    let to = message.to_header().ok().and_then(|header| header.typed().ok());
    let via = message.via_header().ok().and_then(|header| header.typed().ok());
    let cseq = message.cseq_header().ok().and_then(|header| header.typed().ok());
    vec![
        ("start", Some(start.0)),
        ("uri", start.1),
        ("call-id", message.call_id_header().ok().map(|id| id.value().to_owned())),
        ("cseq", cseq.map(|cseq| format!("{} {}", cseq.seq, cseq.method))),
        ("from", from.as_ref().and_then(|from| their_uri(&from.uri))),
        ("from-tag", from.as_ref().and_then(|from| from.tag().map(|tag| tag.value().to_owned()))),
        ("to", to.as_ref().and_then(|to| their_uri(&to.uri))),
        ("to-tag", to.as_ref().and_then(|to| to.tag().map(|tag| tag.value().to_owned()))),
        ("branch", via.as_ref().and_then(|via| via.branch().map(|branch| branch.value().to_owned()))),
        ("transport", via.map(|via| via.transport.to_string())),
        ("body", Some(format!("{:?}", bytes::Bytes::from(message.body().clone())))),
    ]
}

#[test]
fn both_readers_agree() {
    let (mut messages, mut facts) = (0, 0);
    for (name, data) in corpus() {
        let Ok(message) = parse_datagram(&data, &Limits::default()) else { continue };
        let Ok(second) = rsip::SipMessage::try_from(data.as_slice()) else { continue };
        messages += 1;
        for ((what, mine), (_, other)) in ours(&message).into_iter().zip(theirs(&second)) {
            if let (Some(mine), Some(other)) = (mine, other) {
                assert!(mine == other || THEIR_FAULTS.contains(&(what, &name)), "{what} of {name}: {mine} {other}");
                facts += 1;
            }
        }
    }
    assert!(messages >= 25 && facts >= 250, "only {messages} messages and {facts} facts were compared");
}

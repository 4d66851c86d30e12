//! The parser's verdict on every torture message of RFC 4475.
//!
//! The verdict is the parser's alone: `ok` means that the message is read, and that a later part (the endpoint, the
//! registrar) decides. `tests/rfc/fixtures/rfc4475/EXPECTED.tsv` says what the whole should lead to.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use sip_core::message::{
    Host, Limits, Message, Method, ParseError, Request, Response, Scheme, StatusCode, ViaTransport, parse_datagram,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/rfc/fixtures/rfc4475")
}

fn read(name: &str) -> Result<Message, ParseError> {
    let data = std::fs::read(folder().join(format!("{name}.dat"))).unwrap();
    parse_datagram(&data, &Limits::default())
}

fn request(name: &str) -> Request {
    match read(name).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("{name} is a request"),
    }
}

fn response(name: &str) -> Response {
    match read(name).unwrap() {
        Message::Response(response) => response,
        Message::Request(_) => panic!("{name} is a response"),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Read; somebody else decides.
    Ok,
    /// Refused with this status.
    Refuse(u16),
    /// Dropped in silence.
    Drop,
}

use Verdict::{Drop, Ok as Read, Refuse};

const VERDICTS: &[(&str, Verdict)] = &[
    ("wsinv", Read),
    ("intmeth", Read),
    ("esc01", Read),
    ("escnull", Read),
    ("esc02", Read),
    ("lwsdisp", Read),
    ("longreq", Read),
    ("dblreq", Read),
    ("semiuri", Read),
    ("transports", Read),
    ("mpart01", Read),
    ("unreason", Read),
    ("noreason", Read),
    ("badinv01", Refuse(400)),
    ("clerr", Refuse(400)),
    ("ncl", Refuse(400)),
    ("scalar02", Refuse(400)),
    ("scalarlg", Drop),
    ("quotbal", Refuse(400)),
    ("ltgtruri", Refuse(400)),
    ("lwsruri", Refuse(400)),
    ("lwsstart", Read),
    ("trws", Read),
    ("escruri", Read),
    ("baddate", Read),
    ("regbadct", Refuse(400)),
    ("badaspec", Read),
    ("baddn", Read),
    ("badvers", Refuse(505)),
    ("mismatch01", Refuse(400)),
    ("mismatch02", Refuse(501)),
    ("bigcode", Drop),
    ("badbranch", Read),
    ("insuf", Refuse(400)),
    ("unkscm", Read),
    ("novelsc", Read),
    ("unksm2", Read),
    ("bext01", Read),
    ("invut", Read),
    ("regaut01", Read),
    ("multi01", Refuse(400)),
    ("mcl01", Refuse(400)),
    ("bcast", Read),
    ("zeromf", Read),
    ("cparam01", Read),
    ("cparam02", Read),
    ("regescrt", Read),
    ("sdp01", Read),
    ("inv2543", Read),
    ("test", Drop),
];

#[test]
fn every_message_gets_its_verdict() {
    for (name, expected) in VERDICTS {
        let verdict = match read(name) {
            Ok(_) => Read,
            Err(error) => error.answer().map_or(Drop, |(status, _)| Refuse(status.code())),
        };
        assert_eq!(verdict, *expected, "{name}");
    }
}

#[test]
fn no_message_is_forgotten() {
    let expected = std::fs::read_to_string(folder().join("EXPECTED.tsv")).unwrap();
    let names: Vec<&str> = expected.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(names, VERDICTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

/// What can be read is written so that it reads the same.
#[test]
fn messages_survive_writing() {
    for (name, _) in VERDICTS {
        let Ok(mut message) = read(name) else { continue };
        let mut again = parse_datagram(&message.to_bytes(), &Limits::default()).unwrap();
        for message in [&mut message, &mut again] {
            message.headers_mut().remove(&"Content-Length".into());
        }
        assert!(message == again, "{name}");
    }
}

#[test]
fn a_short_tortuous_invite_is_understood() {
    let invite = request("wsinv");
    assert_eq!(invite.method, Method::Invite);
    assert_eq!(invite.uri.to_string(), "sip:vivekg@chair-dnrc.example.com;unknownparam");
    let headers = &invite.headers;
    assert_eq!(headers.to().unwrap().tag(), Some("1918181833n"));
    let from = headers.from().unwrap();
    assert_eq!(from.display.as_deref(), Some("J Rosenberg \\\""));
    assert_eq!(from.tag(), Some("98asjd8"));
    assert_eq!(headers.max_forwards().unwrap(), Some(68));
    assert_eq!(headers.cseq().unwrap().seq, 9);
    let vias = headers.vias().unwrap();
    assert_eq!(vias.len(), 3);
    assert_eq!((vias[0].branch(), vias[0].has_magic_cookie()), (Some("390skdjuw"), false));
    assert_eq!((&vias[1].transport, vias[1].branch()), (&ViaTransport::Tcp, Some("z9hG4bK9ikj8")));
    assert_eq!(vias[2].branch(), Some("z9hG4bK30239"));
    assert_eq!(headers.get(&"Subject".into()), Some(""));
    assert_eq!(headers.get(&"NewFangledHeader".into()), Some("newfangled value continued newfangled value"));
    assert_eq!(headers.get(&"UnknownHeaderWithUnusualValue".into()), Some(";;,,;;,;"));
    assert!(headers.routes().unwrap()[0].uri.is_loose_router());
    let contact = &headers.contacts().unwrap()[0];
    assert_eq!(contact.display.as_deref(), Some("Quoted string \"\""));
    assert_eq!((contact.params.get("newparam"), contact.q()), (Some("newvalue"), Some(330)));
    assert_eq!(invite.body.len(), 150);
}

#[test]
fn the_wide_range_of_legal_characters_is_read() {
    let request = request("intmeth");
    assert_eq!(request.method.as_str(), "!interesting-Method0123456789_*+`.%indeed'~");
    assert_eq!(request.uri.host, Host::Name("example.com".to_owned()));
    assert_eq!(request.uri.user.as_deref(), Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"));
    assert_eq!(request.uri.password.as_deref(), Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"));
    assert_eq!(request.headers.to().unwrap().display.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    let from = request.headers.from().unwrap();
    assert_eq!(from.display.as_deref(), Some("token1~` token2'+_ token3*%!.-"));
    assert_eq!(from.tag(), Some("_token~1'+`*%!-."));
    assert_eq!(from.params.get_unquoted("fromParam''~+*_!.-%").unwrap(), "работающий");
    assert_eq!(request.headers.get(&"extensionHeader-!.%*+_`'~".into()), Some("\u{feff}大停電"));
}

#[test]
fn escapes_are_decoded_once_and_only_in_uris() {
    assert_eq!(request("esc01").uri.username().unwrap(), "sips:user@example.com");
    let headers = request("esc01").headers;
    assert_eq!(headers.to().unwrap().uri.username().unwrap(), "user");
    assert!(headers.to().unwrap().uri.equivalent(&"sip:user@example.com".parse().unwrap()));
    assert_eq!(headers.contacts().unwrap()[0].uri.params.get("n%61me"), Some("v%61lue%25%34%31"));

    let request = request("esc02");
    assert_eq!(request.method, Method::Other("RE%47IST%45R".to_owned()));
    assert_eq!(request.headers.contacts().unwrap().len(), 2);
    assert_eq!(request.headers.to().unwrap().display.as_deref(), Some("%Z%45"));
}

#[test]
fn an_escaped_nul_ends_nothing() {
    let headers = request("escnull").headers;
    assert_eq!(headers.to().unwrap().uri.username().unwrap(), "null-\0-null");
    let contacts = headers.contacts().unwrap();
    assert!(!contacts[0].uri.equivalent(&contacts[1].uri));
}

#[test]
fn only_the_first_message_of_a_datagram_is_read() {
    let request = request("dblreq");
    assert_eq!((request.method, request.body.len()), (Method::Register, 0));
}

#[test]
fn the_user_part_may_hold_semicolons() {
    let uri = request("semiuri").uri;
    assert_eq!(uri.username().unwrap(), "user;par=u@example.net");
    assert_eq!(uri.host, Host::Name("example.com".to_owned()));
    assert!(uri.params.is_empty());
}

#[test]
fn long_and_multipart_messages_are_whole() {
    let long = request("longreq");
    assert_eq!(long.headers.vias().unwrap().len(), 34);
    assert!(long.uri.headers.is_none() && !long.body.is_empty());
    let multipart = request("mpart01");
    assert_eq!(multipart.headers.content_type().unwrap().unwrap().essence, "multipart/mixed");
    assert_eq!(multipart.body.len(), multipart.headers.content_length().unwrap().unwrap());
}

#[test]
fn unknown_transports_are_kept() {
    let vias = request("transports").headers.vias().unwrap();
    assert_eq!(vias[1].transport, ViaTransport::Other("SCTP".to_owned()));
    assert_eq!(vias[3].transport, ViaTransport::Other("UNKNOWN".to_owned()));
}

#[test]
fn reasons_may_be_odd_or_missing() {
    assert!(response("unreason").reason.starts_with("= 2**3 * 5**2 но"));
    let response = response("noreason");
    assert_eq!((response.status, response.reason.as_str()), (StatusCode::TRYING, ""));
}

#[test]
fn names_and_addresses_with_stray_spaces_are_understood() {
    let to = request("badaspec").headers.to().unwrap();
    assert_eq!(to.uri.to_string(), "sip:t.watson@example.org");
    let from = request("baddn").headers.from().unwrap();
    assert_eq!((from.display.as_deref(), from.tag()), (Some("Bell, Alexander"), Some("43")));
    assert_eq!(request("lwsdisp").headers.from().unwrap().display.as_deref(), Some("caller"));
}

#[test]
fn unknown_schemes_are_kept_unread() {
    let uri = request("unkscm").uri;
    assert_eq!(uri.scheme, Scheme::Other("nobodyKnowsThisScheme".to_owned()));
    assert_eq!(uri.opaque, "totallyopaquecontent");
    assert_eq!(request("novelsc").uri.to_string(), "soap.beep://192.0.2.103:3002");
    assert_eq!(request("unksm2").headers.to().unwrap().uri.to_string(), "isbn:2983792873");
}

#[test]
fn parameters_belong_to_the_contact_or_to_its_uri() {
    let outside = &request("cparam01").headers.contacts().unwrap()[0];
    assert!(outside.params.contains("unknownparam") && outside.uri.params.is_empty());
    let inside = &request("cparam02").headers.contacts().unwrap()[0];
    assert!(inside.params.is_empty() && inside.uri.params.contains("unknownparam"));
}

#[test]
fn escaped_headers_stay_within_their_uri() {
    let register = request("regescrt");
    let contact = &register.headers.contacts().unwrap()[0];
    assert_eq!(contact.uri.headers.as_deref(), Some("Route=%3Csip:sip.example.com%3E"));
    assert!(register.headers.routes().unwrap().is_empty());
}

#[test]
fn an_unknown_authentication_scheme_is_no_error() {
    let credentials = request("regaut01").headers.authorization();
    assert_eq!(credentials.len(), 1);
    assert!(!credentials[0].is_digest());
    assert_eq!(credentials[0].get("opaque-data"), Some("here"));
}

#[test]
fn a_bare_cookie_is_no_branch_to_rely_on() {
    assert!(!request("badbranch").headers.top_via().unwrap().has_magic_cookie());
}

#[test]
fn a_refused_request_can_be_answered() {
    let error = read("badvers").unwrap_err();
    let (status, request) = error.answer().unwrap();
    let response = request.reply(status);
    assert_eq!(response.headers.call_id(), Some("badvers.31417@c.example.com"));
    assert_eq!(response.headers.len(), 5);
    let text = String::from_utf8(response.to_bytes().to_vec()).unwrap();
    assert!(text.starts_with("SIP/2.0 505 Version Not Supported\r\nVia: SIP/7.0/UDP c.example.com;"));
}

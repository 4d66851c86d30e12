//! What the endpoint refuses or drops by itself (RFC 3261 section 8.2 and RFC 4475).

use std::path::PathBuf;

use sip_core::Event;
use sip_core::message::{HeaderName, StatusCode};

use crate::sim::*;

/// The status of the response to a scripted request; `None` when there is none.
fn answer(script: &Script<'_>) -> Option<sip_core::message::Response> {
    let mut sim = Sim::new(1);
    sim.inject(PEER, 1, &script.text());
    sim.run(ms(20));
    sim.responses(PEER).into_iter().find(|response| response.status.is_final())
}

fn status(script: &Script<'_>) -> u16 {
    answer(script).unwrap().status.code()
}

#[test]
fn methods_that_we_do_not_serve() {
    for method in ["MESSAGE", "PUBLISH"] {
        let response = answer(&Script { method, ..Script::default() }).unwrap();
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(response.headers.get(&HeaderName::Allow).unwrap().contains("INVITE"));
    }
    assert_eq!(status(&Script { method: "DANCE", ..Script::default() }), 501);
    for method in ["UPDATE", "PRACK"] {
        assert_eq!(status(&Script { method, ..Script::default() }), 481, "these are for dialogs");
    }
}

#[test]
fn extensions_and_contents_that_we_do_not_have() {
    let response = answer(&Script { extra: "Require: tango, dance\r\n", ..Script::default() }).unwrap();
    assert_eq!(response.status, StatusCode::BAD_EXTENSION);
    assert_eq!(response.headers.unsupported(), ["tango", "dance"]);
    let response = answer(&Script { extra: "Content-Type: text/plain\r\n", body: "x", ..Script::default() }).unwrap();
    assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(response.headers.get(&HeaderName::Accept), Some("application/sdp, multipart/mixed"));
    let response = answer(&Script { extra: "Content-Encoding: gzip\r\n", body: "x", ..Script::default() }).unwrap();
    assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(response.headers.get(&HeaderName::AcceptEncoding), Some("identity"));
    assert_eq!(status(&Script { extra: "Accept: text/plain\r\n", ..Script::default() }), 406);
}

#[test]
fn the_offer_is_found_among_several_parts() {
    let mut sim = Sim::new(10);
    let body = "--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--x--\r\n";
    let script = Script { extra: "Content-Type: multipart/mixed;boundary=x\r\n", body, ..Script::default() };
    sim.inject(PEER, 1, &script.text());
    let offer = sim.nodes[1].calls().remove(0).offer.unwrap();
    assert_eq!((offer.content_type.as_str(), &offer.data[..]), ("application/sdp", &b"v=0\r\n"[..]));
}

/// RFC 3261 section 13.3.1: the caller says how long its INVITE is good for.
#[test]
fn an_invite_expires() {
    let mut sim = Sim::new(11);
    sim.inject(PEER, 1, &Script { extra: "Expires: 20\r\n", ..Script::default() }.text());
    sim.run(secs(19));
    let leg = sim.nodes[1].calls()[0].leg;
    assert_eq!(sim.nodes[1].ended(leg), 0);
    sim.run(secs(2));
    assert_eq!(sim.nodes[1].ended(leg), 1);
}

#[test]
fn requests_for_dialogs_that_we_do_not_know() {
    for method in ["INVITE", "BYE", "INFO", "OPTIONS"] {
        assert_eq!(status(&Script { method, to_tag: "gone", ..Script::default() }), 481, "{method}");
    }
    for method in ["BYE", "CANCEL"] {
        assert_eq!(status(&Script { method, ..Script::default() }), 481, "{method}");
    }
    assert!(answer(&Script { method: "ACK", to_tag: "gone", ..Script::default() }).is_none());
}

#[test]
fn options_says_what_we_can_do() {
    let response = answer(&Script { method: "OPTIONS", ..Script::default() }).unwrap();
    assert_eq!(response.status, StatusCode::OK);
    assert!(response.headers.get(&HeaderName::Allow).unwrap().contains("INFO"));
    assert_eq!(response.headers.get(&HeaderName::Accept), Some("application/sdp"));
    assert!(response.headers.contains(&HeaderName::Supported));
    assert!(response.headers.to().unwrap().tag().is_some());
}

/// RFC 3261 section 8.2.2.2.
#[test]
fn the_same_request_by_two_paths_is_merged() {
    let mut sim = Sim::new(2);
    sim.inject(PEER, 1, &Script::default().text());
    sim.inject(PEER, 1, &Script { branch: "z9hG4bKother", ..Script::default() }.text());
    sim.run(ms(20));
    let statuses: Vec<u16> = sim.responses(PEER).iter().map(|it| it.status.code()).collect();
    assert_eq!(statuses, [100, 482]);
    assert_eq!(sim.nodes[1].calls().len(), 1);
}

/// RFC 3261 section 12.2.2.
#[test]
fn requests_out_of_order_get_500() {
    let mut sim = Sim::new(3);
    sim.inject(PEER, 1, &Script { cseq: 50, ..Script::default() }.text());
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(20));
    let tag = sim.responses(PEER).pop().unwrap().headers.to().unwrap().tag().unwrap().to_owned();
    sim.inject(
        PEER,
        1,
        &Script { method: "BYE", to_tag: &tag, cseq: 49, branch: "z9hG4bKb", ..Script::default() }.text(),
    );
    sim.run(ms(20));
    let statuses: Vec<u16> = sim.responses(PEER).iter().map(|it| it.status.code()).collect();
    assert!(statuses.contains(&500), "{statuses:?}");
    assert_eq!(sim.nodes[1].ended(callee), 0);
}

#[test]
fn a_foreign_from_tag_does_not_reach_a_dialog() {
    let mut sim = Sim::new(4);
    sim.inject(PEER, 1, &Script::default().text());
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(20));
    let tag = sim.responses(PEER).pop().unwrap().headers.to().unwrap().tag().unwrap().to_owned();
    let bye = Script { method: "BYE", to_tag: &tag, cseq: 2, branch: "z9hG4bKb", ..Script::default() }.text();
    sim.inject(PEER, 1, &bye.replace("tag=peer", "tag=thief"));
    assert_eq!(sim.nodes[1].ended(callee), 0);
    sim.inject(PEER, 1, &bye.replace("z9hG4bKb", "z9hG4bKc"));
    assert_eq!(sim.nodes[1].ended(callee), 1);
}

#[test]
fn malformed_requests_are_answered_alike_each_time_and_kept_nowhere() {
    let mut sim = Sim::new(5);
    let broken = Script::default().text().replace("CSeq: 1 INVITE", "CSeq: 1 BYE");
    sim.inject(PEER, 1, &broken);
    sim.inject(PEER, 1, &broken);
    sim.run(ms(20));
    let responses = sim.responses(PEER);
    assert_eq!(responses.len(), 2);
    assert_eq!(responses[0].status, StatusCode::BAD_REQUEST);
    assert_eq!(responses[0].headers.to().unwrap().tag(), responses[1].headers.to().unwrap().tag());
    sim.assert_empty();
    assert_eq!(sim.nodes[1].endpoint.counters().malformed, 2);
}

#[test]
fn responses_that_belong_to_nothing_are_dropped() {
    let mut sim = Sim::new(6);
    let text = format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {B};branch=z9hG4bKnobody\r\nFrom: <sip:a@{B}>;tag=1\r\n\
         To: <sip:b@{PEER}>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
    );
    sim.inject(PEER, 1, &text);
    sim.run(ms(20));
    assert!(sim.received(PEER).is_empty());
    assert_eq!(sim.nodes[1].endpoint.counters().stray_responses, 1);
    sim.assert_empty();
}

/// RFC 3261 section 18.2.2 and RFC 3581.
#[test]
fn responses_go_to_the_source_at_the_port_that_was_asked_for() {
    let mut sim = Sim::new(7);
    let script = Script { method: "OPTIONS", ..Script::default() };
    sim.inject("203.0.113.9:40000", 1, &script.text());
    sim.inject("203.0.113.9:40000", 1, &script.text().replace(";rport", "").replace("z9hG4bK", "z9hG4bK2"));
    sim.run(ms(20));
    let with = sim.responses("203.0.113.9:40000").remove(0).headers.top_via().unwrap();
    assert_eq!((with.received().unwrap().to_string(), with.rport()), ("203.0.113.9".into(), Some(40_000)));
    let without = sim.responses("203.0.113.9:5060").remove(0).headers.top_via().unwrap();
    assert_eq!((without.received().unwrap().to_string(), without.rport()), ("203.0.113.9".into(), None));
}

/// What the endpoint makes of each message of RFC 4475: its final status, 100 for a call that is let in, 0 for silence.
#[test]
fn torture_messages() {
    const EXPECTED: &[(&str, u16)] = &[
        // It has a To tag, and no dialog of ours.
        ("wsinv", 481),
        ("intmeth", 501),
        ("esc01", 100),
        ("escnull", 401),
        ("esc02", 501),
        ("lwsdisp", 200),
        ("longreq", 100),
        ("dblreq", 401),
        ("semiuri", 200),
        ("transports", 200),
        ("mpart01", 405),
        ("unreason", 0),
        ("noreason", 0),
        ("badinv01", 400),
        ("clerr", 400),
        ("ncl", 400),
        ("scalar02", 400),
        ("scalarlg", 0),
        ("badvers", 505),
        ("mismatch01", 400),
        ("mismatch02", 501),
        ("bigcode", 0),
        ("badbranch", 200),
        ("unkscm", 416),
        ("novelsc", 416),
        ("unksm2", 401),
        ("bext01", 420),
        ("invut", 415),
        ("regaut01", 401),
        ("multi01", 400),
        ("mcl01", 400),
        ("bcast", 0),
        ("zeromf", 200),
        ("cparam01", 401),
        ("cparam02", 401),
        ("regescrt", 401),
        ("sdp01", 406),
        ("inv2543", 100),
    ];
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/rfc/fixtures/rfc4475");
    for (name, expected) in EXPECTED {
        let data = std::fs::read(folder.join(format!("{name}.dat"))).unwrap();
        let mut sim = Sim::new(8);
        sim.set_accounts(1);
        let flow = sip_core::Flow::udp(addr(B), addr(PEER));
        sim.on(1, |endpoint, now| endpoint.handle_datagram(now, flow, &data));
        sim.run(ms(20));
        let packets = std::mem::take(&mut sim.strays);
        // The status line only: a broken Via is given back as it came.
        let statuses = packets.iter().map(|packet| {
            let line = packet.data.strip_prefix(b"SIP/2.0 ").unwrap();
            std::str::from_utf8(&line[..3]).unwrap().parse::<u16>().unwrap()
        });
        assert_eq!(statuses.last().unwrap_or(0), *expected, "{name}");
        let let_in = sim.nodes[1].count(|event| matches!(event, Event::IncomingCall(_)));
        assert_eq!(let_in, usize::from(*expected == 100), "{name}");
    }
}

/// None of them, in any order, may break an endpoint or stay in it.
#[test]
fn all_torture_messages_at_once_leave_nothing_behind() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/rfc/fixtures");
    let mut sim = Sim::new(9);
    for part in ["rfc4475", "rfc5118"] {
        let mut files: Vec<_> = std::fs::read_dir(folder.join(part)).unwrap().map(|it| it.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|it| it == "dat")) {
            let data = std::fs::read(file).unwrap();
            let flow = sip_core::Flow::udp(addr(B), addr(PEER));
            sim.on(1, |endpoint, now| endpoint.handle_datagram(now, flow, &data));
        }
    }
    sim.run_until_idle(secs(1_000));
    sim.assert_empty();
}

//! The example flows of RFC 3665 section 3, as far as they concern a user agent: the other end and the proxies between
//! are played by hand where there are any. Section 2 is in `registration`.

use sip_core::message::{HeaderName, Message, Method, Request, StatusCode};
use sip_core::{Credentials, EndReason, EndedBy, Event, LegHandle, Protocol, Target};

use crate::sim::*;

const SECOND: &str = "198.51.100.8:5060";

fn contact() -> String {
    format!("Contact: <sip:bob@{PEER}>\r\n")
}

/// Two proxies that stay on the path.
fn routed() -> String {
    format!("Record-Route: <sip:198.51.100.9;lr>, <sip:{PEER};lr>\r\nContact: <sip:bob@203.0.113.20>\r\n")
}

fn call_by_proxy(sim: &mut Sim) -> (LegHandle, Request) {
    let leg = sim.call_with(|call| {
        call.target = uri("sip:bob@biloxi.example.com");
        call.route = Some(uri(&format!("sip:{PEER};lr")));
        call.credentials = Some(Credentials::new("alice", "secret"));
    });
    sim.run(ms(50));
    (leg, next(sim, PEER, &Method::Invite))
}

/// The next request of a method that came to a place played by hand.
fn next(sim: &mut Sim, place: &str, method: &Method) -> Request {
    sim.run(ms(50));
    sim.requests(place, method).remove(0)
}

fn challenge(realm: &str) -> String {
    format!("Proxy-Authenticate: Digest realm=\"{realm}\", nonce=\"f84f1cec41e6cbe5aea9c8e88d359\", qop=\"auth\"\r\n")
}

fn with_body(text: &str, body: &str) -> String {
    let typed = format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    text.replace("Content-Length: 0\r\n\r\n", &typed)
}

fn say(sim: &mut Sim, request: &Request, status: &str, extra: &str) {
    sim.inject(PEER, 0, &respond(request, status, "314159", extra));
}

fn answer_with(sim: &mut Sim, request: &Request, extra: &str, body: &str) {
    sim.inject(PEER, 0, &with_body(&respond(request, "200 OK", "314159", extra), body));
}

/// The other end's BYE, along the path.
fn bob_hangs_up(sim: &mut Sim, invite: &Request) {
    let (from, call) = (invite.headers.from().unwrap(), invite.headers.call_id().unwrap());
    let bye = format!(
        "BYE sip:a@{A} SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKbye\r\nMax-Forwards: 70\r\n\
         From: {};tag=314159\r\nTo: {from}\r\nCall-ID: {call}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
        invite.headers.to().unwrap()
    );
    sim.inject(PEER, 0, &bye);
    sim.run(ms(50));
    assert_eq!(sim.responses(PEER).pop().unwrap().status, StatusCode::OK);
}

fn ended(sim: &Sim, leg: LegHandle) -> (EndedBy, EndReason, Option<u16>) {
    let Event::Ended { by, reason, status, .. } = sim.end_of(0, leg) else { panic!("an end") };
    (by, reason, status.map(StatusCode::code))
}

#[test]
fn section_3_1_successful_session_establishment() {
    let mut sim = Sim::new(1);
    let alice = sim.call();
    sim.run(ms(50));
    let bob = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, bob, StatusCode::RINGING, None)).unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.accept(now, bob, sdp("answer"))).unwrap();
    sim.run(secs(5));
    sim.hangup(1, bob);
    sim.run_until_idle(secs(60));
    let flow = ["INVITE", "100 INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"];
    assert_eq!(sim.labels(), flow);
    assert_eq!(ended(&sim, alice), (EndedBy::Remote, EndReason::Bye, None));
    sim.assert_empty();
}

#[test]
fn section_3_2_session_establishment_through_two_proxies() {
    let mut sim = Sim::new(2);
    let (leg, first) = call_by_proxy(&mut sim);
    say(&mut sim, &first, "407 Proxy Authorization Required", &challenge("atlanta.example.com"));
    sim.run(ms(50));
    let seen = sim.received(PEER);
    let Message::Request(ack) = &seen[0] else { panic!("the ACK of the refusal") };
    assert_eq!((ack.method.clone(), ack.headers.cseq().unwrap().seq), (Method::Ack, 1));
    let Message::Request(invite) = &seen[1] else { panic!("the INVITE with credentials") };
    assert_eq!(invite.headers.proxy_authorization()[0].get("realm"), Some("atlanta.example.com"));
    assert_eq!((invite.headers.cseq().unwrap().seq, invite.headers.call_id()), (2, first.headers.call_id()));
    assert_eq!(invite.headers.get(&HeaderName::Route), Some(format!("<sip:{PEER};lr>").as_str()));
    say(&mut sim, invite, "100 Trying", "");
    say(&mut sim, invite, "180 Ringing", &routed());
    answer_with(&mut sim, invite, &routed(), "answer");
    let ack = next(&mut sim, PEER, &Method::Ack);
    assert_eq!(ack.uri.to_string(), "sip:bob@203.0.113.20");
    let routes: Vec<&str> = ack.headers.get_all(&HeaderName::Route).collect();
    assert_eq!(routes, [format!("<sip:{PEER};lr>").as_str(), "<sip:198.51.100.9;lr>"], "the nearest first");
    assert!(matches!(sim.nodes[0].events.last(), Some(Event::Answered { body: Some(_), .. })));
    bob_hangs_up(&mut sim, invite);
    assert_eq!(ended(&sim, leg), (EndedBy::Remote, EndReason::Bye, None));
}

#[test]
fn section_3_3_session_with_multiple_proxy_authentication() {
    let mut sim = Sim::new(3);
    let (_, first) = call_by_proxy(&mut sim);
    say(&mut sim, &first, "407 Proxy Authorization Required", &challenge("atlanta.example.com"));
    let second = next(&mut sim, PEER, &Method::Invite);
    say(&mut sim, &second, "407 Proxy Authorization Required", &challenge("biloxi.example.com"));
    let third = next(&mut sim, PEER, &Method::Invite);
    let logins = third.headers.proxy_authorization();
    let realms: Vec<_> = logins.iter().map(|login| login.get("realm").unwrap()).collect();
    assert_eq!(realms, ["atlanta.example.com", "biloxi.example.com"], "both want to see theirs");
    assert_eq!(third.headers.cseq().unwrap().seq, 3);
    answer_with(&mut sim, &third, &contact(), "answer");
    let ack = next(&mut sim, PEER, &Method::Ack);
    assert_eq!(ack.headers.proxy_authorization().len(), 2, "the ACK too");
    bob_hangs_up(&mut sim, &third);
}

#[test]
fn section_3_4_successful_session_with_proxy_failure() {
    let mut sim = Sim::new(4);
    let udp = |address: &str| Target::new(Protocol::Udp, addr(address));
    sim.names.insert("ss.atlanta.example.com".into(), Ok(vec![udp(PEER), udp(SECOND)]));
    let leg = sim.call_with(|call| {
        call.target = uri("sip:bob@biloxi.example.com");
        call.route = Some(uri("sip:ss.atlanta.example.com;lr"));
    });
    sim.run(secs(33));
    assert_eq!(sim.requests(PEER, &Method::Invite).len(), 7, "the first proxy is silent");
    let invite = next(&mut sim, SECOND, &Method::Invite);
    answer_with(&mut sim, &invite, &format!("Contact: <sip:bob@{SECOND}>\r\n"), "answer");
    assert_eq!(next(&mut sim, SECOND, &Method::Ack).headers.cseq().unwrap().seq, 1);
    sim.hangup(0, leg);
    let bye = next(&mut sim, SECOND, &Method::Bye);
    sim.inject(SECOND, 0, &respond(&bye, "200 OK", "314159", ""));
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

/// The gateway that changes addresses writes itself into Record-Route and Contact.
#[test]
fn section_3_5_session_through_a_sip_alg() {
    let mut sim = Sim::new(5);
    let alg = format!("Record-Route: <sip:{PEER};lr>\r\nContact: <sip:bob@{PEER};mapped=1>\r\n");
    let (leg, invite) = call_by_proxy(&mut sim);
    say(&mut sim, &invite, "180 Ringing", &alg);
    answer_with(&mut sim, &invite, &alg, "answer");
    let ack = next(&mut sim, PEER, &Method::Ack);
    assert_eq!(ack.uri.to_string(), format!("sip:bob@{PEER};mapped=1"));
    sim.hangup(0, leg);
    let bye = next(&mut sim, PEER, &Method::Bye);
    assert_eq!(bye.uri.to_string(), format!("sip:bob@{PEER};mapped=1"));
    assert_eq!(bye.headers.get(&HeaderName::Route), Some(format!("<sip:{PEER};lr>").as_str()));
    sim.inject(PEER, 0, &respond(&bye, "200 OK", "314159", ""));
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

#[test]
fn section_3_6_session_via_redirect_and_proxy_servers_with_sdp_in_ack() {
    let mut sim = Sim::new(6);
    let leg = sim.call_with(|call| {
        call.target = uri(&format!("sip:bob@{SECOND}"));
        call.body = None;
    });
    let first = next(&mut sim, SECOND, &Method::Invite);
    assert!(first.body.is_empty());
    let moved = format!("Contact: <sip:bob@{PEER}>\r\n");
    sim.inject(SECOND, 0, &respond(&first, "302 Moved Temporarily", "53fHlqlQ2", &moved));
    let second = next(&mut sim, PEER, &Method::Invite);
    assert_eq!((second.uri.to_string(), second.headers.cseq().unwrap().seq), (format!("sip:bob@{PEER}"), 2));
    say(&mut sim, &second, "180 Ringing", &routed());
    answer_with(&mut sim, &second, &routed(), "offer");
    sim.run(ms(50));
    assert!(sim.requests(PEER, &Method::Ack).is_empty());
    sim.on(0, |endpoint, now| endpoint.acknowledge(now, leg, sdp("answer"))).unwrap();
    assert_eq!(next(&mut sim, PEER, &Method::Ack).body, "answer");
    bob_hangs_up(&mut sim, &second);
}

/// Bob changes his address.
#[test]
fn section_3_7_session_with_re_invite() {
    let mut sim = Sim::new(7);
    let (alice, bob) = sim.connected();
    sim.on(1, |endpoint, now| endpoint.reinvite(now, bob, sdp("new address"))).unwrap();
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[0].events.last(),
        Some(Event::Reinvited { offer: Some(offer), .. }) if offer.data == "new address"
    ));
    sim.on(0, |endpoint, now| endpoint.accept_reinvite(now, alice, sdp("agreed"))).unwrap();
    sim.run(ms(50));
    sim.hangup(0, alice);
    sim.run_until_idle(secs(60));
    let flow: Vec<String> = sim.labels().into_iter().skip(4).collect();
    assert_eq!(flow, ["INVITE", "100 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"]);
    sim.assert_empty();
}

#[test]
fn section_3_8_unsuccessful_no_answer() {
    let mut sim = Sim::new(8);
    let alice = sim.call();
    sim.run(ms(50));
    let bob = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, bob, StatusCode::RINGING, None)).unwrap();
    sim.run(secs(20));
    sim.hangup(0, alice);
    sim.run_until_idle(secs(60));
    let flow = ["INVITE", "100 INVITE", "180 INVITE", "CANCEL", "200 CANCEL", "487 INVITE", "ACK"];
    assert_eq!(sim.labels(), flow);
    assert!(matches!(sim.end_of(1, bob), Event::Ended { by: EndedBy::Remote, reason: EndReason::Cancelled, .. }));
    sim.assert_empty();
}

#[test]
fn section_3_9_unsuccessful_busy() {
    let mut sim = Sim::new(9);
    let (leg, invite) = call_by_proxy(&mut sim);
    say(&mut sim, &invite, "486 Busy Here", "");
    assert_eq!(next(&mut sim, PEER, &Method::Ack).headers.cseq().unwrap().method, Method::Ack);
    assert_eq!(ended(&sim, leg), (EndedBy::Remote, EndReason::Rejected, Some(486)));
    sim.run_until_idle(secs(60));
    sim.assert_empty();
}

/// The proxy gives up for us.
#[test]
fn section_3_10_unsuccessful_no_response_from_user_agent() {
    let mut sim = Sim::new(10);
    let (leg, invite) = call_by_proxy(&mut sim);
    say(&mut sim, &invite, "100 Trying", "");
    sim.run(secs(32));
    say(&mut sim, &invite, "480 No Response", "");
    assert_eq!(sim.requests(PEER, &Method::Ack).len(), 0);
    next(&mut sim, PEER, &Method::Ack);
    assert_eq!(ended(&sim, leg), (EndedBy::Remote, EndReason::Rejected, Some(480)));
    sim.run_until_idle(secs(60));
    sim.assert_empty();
}

#[test]
fn section_3_11_unsuccessful_temporarily_unavailable() {
    let mut sim = Sim::new(11);
    let (leg, invite) = call_by_proxy(&mut sim);
    say(&mut sim, &invite, "180 Ringing", &routed());
    sim.run(secs(5));
    say(&mut sim, &invite, "480 Temporarily Unavailable", "");
    next(&mut sim, PEER, &Method::Ack);
    assert!(matches!(&sim.nodes[0].events[0], Event::Progress { status: StatusCode::RINGING, .. }));
    assert_eq!(ended(&sim, leg), (EndedBy::Remote, EndReason::Rejected, Some(480)));
    sim.run_until_idle(secs(60));
    sim.assert_empty();
}

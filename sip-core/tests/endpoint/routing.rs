//! Where requests go: names, failover, redirections, routes, sizes.

use sip_core::message::{HeaderName, Method, StatusCode};
use sip_core::{EndReason, Event, InviteError, PingError, Protocol, ResolveError, Target};

use crate::sim::*;

const OTHER: &str = "198.51.100.8:5060";

fn udp(address: &str) -> Target {
    Target::new(Protocol::Udp, addr(address))
}

#[test]
fn names_are_resolved_also_inside_of_dialogs() {
    let mut sim = Sim::new(1);
    sim.names.insert("pbx.example".into(), Ok(vec![udp(PEER)]));
    let leg = sim.call_with(|call| call.target = uri("sip:b@pbx.example"));
    sim.run(ms(50));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    sim.inject(PEER, 0, &respond(&invite, "200 OK", "t", "Contact: <sip:b@pbx.example>\r\n"));
    sim.run(ms(50));
    assert_eq!(sim.requests(PEER, &Method::Ack).len(), 1);
    sim.hangup(0, leg);
    sim.run(ms(50));
    assert_eq!(sim.requests(PEER, &Method::Bye).len(), 1);
}

#[test]
fn a_name_without_addresses_ends_the_call() {
    let mut sim = Sim::new(2);
    sim.names.insert("gone.example".into(), Err(ResolveError::NotFound));
    let leg = sim.call_with(|call| call.target = uri("sip:b@gone.example"));
    sim.run_until_idle(secs(10));
    assert!(matches!(sim.end_of(0, leg), Event::Ended { reason: EndReason::Unresolved, .. }));
    sim.assert_empty();
}

#[test]
fn a_call_taken_back_while_its_name_is_resolved_is_never_sent() {
    let mut sim = Sim::new(3);
    sim.names.insert("pbx.example".into(), Ok(vec![udp(PEER)]));
    let leg = sim.call_with(|call| call.target = uri("sip:b@pbx.example"));
    sim.hangup(0, leg);
    sim.run_until_idle(secs(10));
    sim.end_of(0, leg);
    assert!(sim.wire.is_empty());
    sim.assert_empty();
}

/// RFC 3263 section 4.3.
#[test]
fn silence_and_503_lead_to_the_next_address() {
    let mut sim = Sim::new(4);
    sim.names.insert("trunk.example".into(), Ok(vec![udp("198.51.100.1:5060"), udp(OTHER), udp(PEER)]));
    let leg = sim.call_with(|call| call.target = uri("sip:b@trunk.example"));
    sim.run(secs(33));
    let second = sim.requests(OTHER, &Method::Invite).remove(0);
    sim.inject(OTHER, 0, &respond(&second, "503 Service Unavailable", "busy", ""));
    sim.run(ms(50));
    assert_eq!(sim.requests(OTHER, &Method::Ack).len(), 1, "the refusal is acknowledged");
    let third = sim.requests(PEER, &Method::Invite).remove(0);
    assert_ne!(second.headers.top_via().unwrap().branch(), third.headers.top_via().unwrap().branch());
    assert_eq!(second.headers.call_id(), third.headers.call_id());
    sim.inject(PEER, 0, &respond(&third, "486 Busy Here", "t", ""));
    sim.run(ms(50));
    assert!(matches!(sim.end_of(0, leg), Event::Ended { status: Some(StatusCode::BUSY_HERE), .. }));
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

#[test]
fn redirections_are_followed_by_preference() {
    let mut sim = Sim::new(5);
    let leg = sim.call_with(|call| call.target = uri(&format!("sip:b@{PEER}")));
    sim.run(ms(50));
    let first = sim.requests(PEER, &Method::Invite).remove(0);
    let contacts =
        format!("Contact: <sip:gone@{PEER}>;q=0.1, <sip:b@{OTHER}?Subject=x>;q=0.9, <mailto:b@b.example>\r\n");
    sim.inject(PEER, 0, &respond(&first, "302 Moved Temporarily", "t", &contacts));
    sim.run(ms(50));
    let second = sim.requests(OTHER, &Method::Invite).remove(0);
    assert_eq!(second.uri.to_string(), format!("sip:b@{OTHER}"), "without what the URI asks for");
    assert_eq!(second.headers.call_id(), first.headers.call_id());
    assert!(second.headers.cseq().unwrap().seq > first.headers.cseq().unwrap().seq);
    assert!(second.headers.to().unwrap().tag().is_none());
    sim.inject(OTHER, 0, &respond(&second, "480 Temporarily Unavailable", "t", ""));
    sim.run(ms(50));
    let third = sim.requests(PEER, &Method::Invite).remove(0);
    assert_eq!(third.uri.to_string(), format!("sip:gone@{PEER}"));
    sim.inject(PEER, 0, &respond(&third, "404 Not Found", "t", ""));
    sim.run_until_idle(secs(100));
    assert!(matches!(sim.end_of(0, leg), Event::Ended { status: Some(StatusCode::NOT_FOUND), .. }));
    sim.assert_empty();
}

#[test]
fn redirections_in_a_circle_and_without_end_are_left() {
    let mut sim = Sim::new(6);
    let leg = sim.call_with(|call| call.target = uri(&format!("sip:b0@{PEER}")));
    sim.run(ms(50));
    let mut invites = 0;
    while let Some(invite) = sim.requests(PEER, &Method::Invite).pop() {
        invites += 1;
        let contacts = format!("Contact: <sip:b0@{PEER}>, <sip:b{invites}@{PEER}>\r\n");
        sim.inject(PEER, 0, &respond(&invite, "302 Moved Temporarily", "t", &contacts));
        sim.run(ms(50));
    }
    assert_eq!(invites, 6, "the first and five redirections");
    assert!(matches!(sim.end_of(0, leg), Event::Ended { status: Some(StatusCode::MOVED_TEMPORARILY), .. }));
}

#[test]
fn a_target_that_may_not_redirect_refuses_by_it() {
    let mut sim = Sim::new(6);
    let leg = sim.call_with(|call| {
        call.target = uri(&format!("sip:b@{PEER}"));
        call.max_redirects = Some(0);
    });
    sim.run(ms(50));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    let moved = format!("Contact: <sip:+8821@{OTHER}>\r\n");
    sim.inject(PEER, 0, &respond(&invite, "302 Moved Temporarily", "t", &moved));
    sim.run_until_idle(secs(100));
    assert!(sim.requests(OTHER, &Method::Invite).is_empty());
    assert!(matches!(sim.end_of(0, leg), Event::Ended { status: Some(StatusCode::MOVED_TEMPORARILY), .. }));
}

#[test]
fn an_outbound_proxy_gets_the_invite_and_tel_numbers_need_one() {
    let mut sim = Sim::new(7);
    sim.call_with(|call| {
        call.target = uri("tel:+49301234567");
        call.route = Some(uri(&format!("sip:{PEER};lr")));
    });
    sim.run(ms(50));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    assert_eq!(invite.uri.to_string(), "tel:+49301234567");
    assert_eq!(invite.headers.get(&HeaderName::Route), Some(format!("<sip:{PEER};lr>").as_str()));
    let call = sip_core::OutgoingCall::new(uri("tel:+49301234567"), name_addr("<sip:a@a.example>"));
    assert_eq!(sim.on(0, |endpoint, now| endpoint.invite(now, call)), Err(InviteError::BadTarget));
    let mut call = sip_core::OutgoingCall::new(uri("sip:b@b.example"), name_addr("<sip:a@a.example>"));
    call.max_forwards = Some(0);
    assert_eq!(sim.on(0, |endpoint, now| endpoint.invite(now, call)), Err(InviteError::TooManyHops));
}

/// RFC 3261 section 12.1: the caller's routes are the Record-Routes in reverse, the callee's as they stand.
#[test]
fn record_routes_are_followed_by_both_ends() {
    let mut sim = Sim::new(8);
    let leg = sim.call_with(|call| call.target = uri(&format!("sip:b@{PEER}")));
    sim.run(ms(50));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    let routes =
        format!("Record-Route: <sip:last.example;lr>\r\nRecord-Route: <sip:{OTHER};lr>\r\nContact: <sip:b@{PEER}>\r\n");
    sim.inject(PEER, 0, &respond(&invite, "200 OK", "t", &routes));
    sim.run(ms(50));
    let ack = sim.requests(OTHER, &Method::Ack).remove(0);
    let listed: Vec<_> = ack.headers.routes().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(listed, [format!("<sip:{OTHER};lr>"), "<sip:last.example;lr>".to_owned()]);
    assert_eq!(ack.uri.to_string(), format!("sip:b@{PEER}"));
    sim.hangup(0, leg);

    let record = format!("Record-Route: <sip:{OTHER};lr>\r\nRecord-Route: <sip:first.example;lr>\r\n");
    sim.inject(PEER, 1, &Script { extra: &record, ..Script::default() }.text());
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(50));
    let answer = sim.responses(PEER).pop().unwrap();
    assert_eq!(answer.headers.record_routes().unwrap().len(), 2);
    let tag = answer.headers.to().unwrap().tag().unwrap().to_owned();
    sim.inject(PEER, 1, &Script { method: "ACK", branch: "z9hG4bKack", to_tag: &tag, ..Script::default() }.text());
    sim.hangup(1, callee);
    sim.run(ms(50));
    let bye = sim.requests(OTHER, &Method::Bye).pop().unwrap();
    assert_eq!(bye.headers.routes().unwrap().len(), 2);
}

/// RFC 3261 section 18.1.1.
#[test]
fn large_requests_go_by_tcp_and_by_udp_when_that_fails() {
    let mut sim = Sim::new(9);
    let large = "x".repeat(1_500);
    sim.call_with(|call| call.body = Some(sdp(&large)));
    sim.run(ms(50));
    assert_eq!(sim.sent(A, "INVITE").len(), 0, "sent from a port of its own");
    assert_eq!(sim.nodes[1].calls()[0].flow.protocol, Protocol::Tcp);
    // Nobody listens on TCP there.
    sim.call_with(|call| {
        call.body = Some(sdp(&large));
        call.target = uri(&format!("sip:b@{PEER}"));
    });
    sim.run(ms(50));
    assert_eq!(sim.requests(PEER, &Method::Invite).len(), 1);
}

#[test]
fn what_cannot_be_sent_ends_the_call() {
    let mut sim = Sim::new(10);
    let leg = sim.call_with(|call| call.target = uri(&format!("sip:b@{PEER};transport=tcp")));
    sim.run_until_idle(secs(10));
    assert!(matches!(sim.end_of(0, leg), Event::Ended { reason: EndReason::TransportFailed, .. }));
    sim.assert_empty();
}

#[test]
fn pings_tell_how_the_other_end_is() {
    let mut sim = Sim::new(11);
    let ping = |sim: &mut Sim, target: &str| {
        let handle = sim.on(0, |endpoint, now| endpoint.options(now, uri(target)));
        sim.run(secs(40));
        let found = sim.nodes[0].events.iter().find_map(|event| match event {
            Event::Pong { handle: it, result } if *it == handle => Some(*result),
            _ => None,
        });
        found.unwrap()
    };
    assert_eq!(ping(&mut sim, &format!("sip:{B}")), Ok(ms(20)));
    assert_eq!(ping(&mut sim, &format!("sip:{PEER}")), Err(PingError::NoResponse));
    assert_eq!(ping(&mut sim, "sip:gone.example"), Err(PingError::Unreachable));
}

#[test]
fn the_advertised_address_is_what_others_see() {
    let mut sim = Sim::with(12, |config| {
        for listener in &mut config.listeners {
            listener.advertised = sip_core::HostPort::parse("sip.example.com:5070");
        }
    });
    sim.call();
    sim.run(ms(50));
    let call = sim.nodes[1].calls().remove(0);
    assert_eq!(call.headers.top_via().unwrap().sent_by.to_string(), "sip.example.com:5070");
    assert_eq!(call.headers.contacts().unwrap()[0].uri.to_string(), "sip:a@sip.example.com:5070");
    sim.on(1, |endpoint, now| endpoint.accept(now, call.leg, sdp("answer"))).unwrap();
    let sip_core::message::Message::Response(answer) = sim.sent(B, "200 INVITE")[0].message() else { panic!("a 200") };
    assert_eq!(answer.headers.contacts().unwrap()[0].uri.to_string(), "sip:b@sip.example.com:5070");
}

/// A phone on a connection that broke comes back by another one: what we send follows it.
#[test]
fn a_client_that_reconnects_is_followed() {
    let mut sim = Sim::new(13);
    let caller = sim.call_with(|call| call.target = uri(&format!("sip:b@{B};transport=tcp")));
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(50));
    sim.cut();
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("moved"))).unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, callee, sdp("noted"))).unwrap();
    sim.run(ms(50));
    sim.hangup(1, callee);
    sim.run_until_idle(secs(100));
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    sim.assert_empty();
}

/// RFC 3263 section 4.3, with a wait that a caller stands: the next address long before 64 T1.
#[test]
fn a_silent_address_is_given_up_early_when_there_are_others() {
    let mut sim = Sim::with(4, |config| config.limits.failover = Some(secs(4)));
    sim.names.insert("trunk.example".into(), Ok(vec![udp(OTHER), udp(PEER)]));
    let leg = sim.call_with(|call| call.target = uri("sip:b@trunk.example"));
    sim.run(ms(3_990));
    assert!(sim.requests(PEER, &Method::Invite).is_empty());
    sim.run(ms(50));
    assert_eq!(sim.requests(PEER, &Method::Invite).len(), 1, "the next address, at 4 s");
    sim.run(secs(31));
    assert_eq!(sim.nodes[0].ended(leg), 0, "the last address has all the time");
    sim.run(secs(2));
    sim.end_of(0, leg);
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

/// What was silent a moment ago is not tried first again, until its time is over.
#[test]
fn a_dead_address_comes_last_for_a_while() {
    let mut sim = Sim::with(4, |config| config.limits.failover = Some(secs(4)));
    sim.names.insert("trunk.example".into(), Ok(vec![udp(OTHER), udp(PEER)]));
    let place = |sim: &mut Sim, after: u64, first: &str| {
        sim.run(ms(after));
        for address in [OTHER, PEER] {
            sim.requests(address, &Method::Invite);
        }
        let leg = sim.call_with(|call| call.target = uri("sip:b@trunk.example"));
        sim.run(ms(50));
        let invite = sim.requests(first, &Method::Invite).remove(0);
        (leg, invite)
    };
    place(&mut sim, 0, OTHER);
    sim.run(ms(4_000));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    sim.inject(PEER, 0, &respond(&invite, "486 Busy Here", "t", ""));
    let (_, invite) = place(&mut sim, 100, PEER);
    // It is there, but asks to be left alone for longer than the other one was punished.
    sim.inject(PEER, 0, &respond(&invite, "503 Service Unavailable", "t", "Retry-After: 60\r\n"));
    place(&mut sim, 31_000, OTHER);
    sim.run_until_idle(secs(200));
    sim.assert_empty();
}

//! Calls as they ought to go.

use sip_core::message::{HeaderName, Method, StatusCode};
use sip_core::{EndReason, EndedBy, Event, LegError, Protocol};

use crate::sim::*;

#[test]
fn a_call_rings_is_answered_and_ended_by_the_caller() {
    let mut sim = Sim::new(1);
    let caller = sim.call();
    sim.run(ms(50));
    let call = sim.nodes[1].calls().remove(0);
    assert_eq!(call.request_uri.to_string(), format!("sip:b@{B}"));
    assert_eq!(call.offer.as_ref().unwrap().data, "offer");
    assert_eq!(call.max_forwards, 70);
    let callee = call.leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    sim.run(ms(500));
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(500));
    assert!(matches!(
        &sim.nodes[0].events[..],
        [Event::Progress { status: StatusCode::RINGING, body: None, .. }, Event::Answered { body: Some(body), .. }]
            if body.data == "answer"
    ));
    assert!(matches!(&sim.nodes[1].events[..], [Event::IncomingCall(_), Event::Confirmed { body: None, .. }]));
    sim.hangup(0, caller);
    sim.run_until_idle(secs(60));
    assert_eq!(
        sim.labels(),
        ["INVITE", "100 INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"],
        "not a packet more"
    );
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::Local, reason: EndReason::Bye, .. }));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::Remote, reason: EndReason::Bye, .. }));
    sim.assert_empty();
}

#[test]
fn the_callee_may_end_it_too() {
    let mut sim = Sim::new(2);
    let (caller, callee) = sim.connected();
    sim.hangup(1, callee);
    sim.run_until_idle(secs(60));
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::Remote, reason: EndReason::Bye, .. }));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::Local, reason: EndReason::Bye, .. }));
    sim.assert_empty();
}

#[test]
fn the_same_over_tcp() {
    let mut sim = Sim::new(3);
    let caller = sim.call_with(|call| call.target = uri(&format!("sip:b@{B};transport=tcp")));
    sim.run(ms(50));
    let call = sim.nodes[1].calls().remove(0);
    assert_eq!(call.flow.protocol, Protocol::Tcp);
    sim.on(1, |endpoint, now| endpoint.accept(now, call.leg, sdp("answer"))).unwrap();
    sim.run(ms(50));
    sim.hangup(1, call.leg);
    sim.run_until_idle(secs(60));
    sim.end_of(0, caller);
    sim.end_of(1, call.leg);
    assert!(sim.wire.iter().all(|packet| packet.protocol == Protocol::Tcp));
    sim.assert_empty();
}

#[test]
fn a_refusal_ends_both_legs() {
    let mut sim = Sim::new(4);
    let caller = sim.call();
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    let extra = vec![(HeaderName::RetryAfter, "60".to_owned())];
    sim.on(1, |endpoint, now| endpoint.reject(now, callee, StatusCode::BUSY_HERE, extra)).unwrap();
    sim.run_until_idle(secs(60));
    assert_eq!(sim.labels(), ["INVITE", "100 INVITE", "486 INVITE", "ACK"]);
    let busy = Some(StatusCode::BUSY_HERE);
    assert!(matches!(
        sim.end_of(0, caller),
        Event::Ended { by: EndedBy::Remote, reason: EndReason::Rejected, status, .. } if status == busy
    ));
    assert!(matches!(
        sim.end_of(1, callee),
        Event::Ended { by: EndedBy::Local, reason: EndReason::Rejected, status, .. } if status == busy
    ));
    sim.assert_empty();
}

#[test]
fn hanging_up_an_incoming_call_declines_it() {
    let mut sim = Sim::new(5);
    sim.call();
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.hangup(1, callee);
    sim.run_until_idle(secs(60));
    assert_eq!(sim.sent(B, "603 INVITE").len(), 1);
    sim.assert_empty();
}

/// RFC 3261 section 13.2.1: an INVITE without an offer gets one in the 2xx, and answers it in the ACK.
#[test]
fn a_late_offer_is_answered_in_the_ack() {
    let mut sim = Sim::new(6);
    let caller = sim.call_with(|call| call.body = None);
    sim.run(ms(50));
    let call = sim.nodes[1].calls().remove(0);
    assert!(call.offer.is_none());
    sim.on(1, |endpoint, now| endpoint.accept(now, call.leg, sdp("offer"))).unwrap();
    sim.run(ms(50));
    assert!(matches!(&sim.nodes[0].events[..], [Event::Answered { body: Some(offer), .. }] if offer.data == "offer"));
    assert!(sim.sent(A, "ACK").is_empty(), "the owner owes the answer");
    sim.on(0, |endpoint, now| endpoint.acknowledge(now, caller, sdp("answer"))).unwrap();
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[1].events.last(),
        Some(Event::Confirmed { body: Some(answer), .. }) if answer.data == "answer"
    ));
    sim.hangup(0, caller);
    sim.run_until_idle(secs(60));
    sim.assert_empty();
}

#[test]
fn a_late_answer_that_never_comes_ends_the_call() {
    let mut sim = Sim::new(7);
    let caller = sim.call_with(|call| call.body = None);
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("offer"))).unwrap();
    sim.run_until_idle(secs(100));
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::System, reason: EndReason::NoAck, .. }));
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn keys_by_info_are_passed_up_and_other_bodies_refused() {
    let mut sim = Sim::new(8);
    let (caller, callee) = sim.connected();
    let keys = sip_core::Body::new("application/dtmf-relay", &b"Signal=5\r\nDuration=160\r\n"[..]);
    sim.on(0, |endpoint, now| endpoint.info(now, caller, keys)).unwrap();
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[1].events.last(),
        Some(Event::Info { leg, content_type, body })
            if *leg == callee && content_type == "application/dtmf-relay" && body.starts_with(b"Signal=5")
    ));
    sim.on(0, |endpoint, now| endpoint.info(now, caller, sip_core::Body::new("text/plain", &b"x"[..]))).unwrap();
    sim.run(ms(50));
    assert_eq!(sim.sent(B, "415 INFO").len(), 1);
    sim.hangup(0, caller);
    sim.run_until_idle(secs(60));
    sim.assert_empty();
}

#[test]
fn hold_and_resume_by_reinvite_both_ways() {
    let mut sim = Sim::new(9);
    let (caller, callee) = sim.connected();
    for (here, there, ours, theirs) in [(0, 1, caller, callee), (1, 0, callee, caller)] {
        sim.on(here, |endpoint, now| endpoint.reinvite(now, ours, sdp("hold"))).unwrap();
        assert_eq!(sim.on(here, |endpoint, now| endpoint.reinvite(now, ours, sdp("x"))), Err(LegError::Pending));
        sim.run(ms(50));
        assert!(matches!(
            sim.nodes[there].events.last(),
            Some(Event::Reinvited { leg, offer: Some(offer) }) if *leg == theirs && offer.data == "hold"
        ));
        sim.on(there, |endpoint, now| endpoint.accept_reinvite(now, theirs, sdp("held"))).unwrap();
        sim.run(ms(50));
        assert!(matches!(
            sim.nodes[here].events.last(),
            Some(Event::ReinviteAnswered { leg, body: Some(body) }) if *leg == ours && body.data == "held"
        ));
        assert!(matches!(sim.nodes[there].events.last(), Some(Event::ReinviteConfirmed { leg, .. }) if *leg == theirs));
    }
    sim.hangup(0, caller);
    sim.run_until_idle(secs(60));
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn a_refused_reinvite_leaves_the_call_as_it_was() {
    let mut sim = Sim::new(10);
    let (caller, callee) = sim.connected();
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("strange"))).unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.reject_reinvite(now, callee, StatusCode::NOT_ACCEPTABLE_HERE)).unwrap();
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[0].events.last(),
        Some(Event::ReinviteFailed { status: StatusCode::NOT_ACCEPTABLE_HERE, .. })
    ));
    assert_eq!(sim.nodes[0].ended(caller), 0);
    sim.hangup(1, callee);
    sim.run_until_idle(secs(60));
    sim.assert_empty();
}

#[test]
fn a_reinvite_that_nobody_answers_is_refused() {
    let mut sim = Sim::new(11);
    let (caller, callee) = sim.connected();
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("hold"))).unwrap();
    sim.run(secs(30));
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::ReinviteCancelled { leg }) if *leg == callee));
    assert!(matches!(sim.nodes[0].events.last(), Some(Event::ReinviteFailed { .. })));
    sim.hangup(1, callee);
    sim.run_until_idle(secs(60));
    sim.assert_empty();
}

#[test]
fn commands_that_do_not_fit_are_refused() {
    let mut sim = Sim::new(12);
    let (caller, callee) = sim.connected();
    let ring = sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None));
    assert_eq!(ring, Err(LegError::WrongState));
    let accept = sim.on(0, |endpoint, now| endpoint.accept(now, caller, sdp("x")));
    assert_eq!(accept, Err(LegError::WrongState));
    sim.hangup(0, caller);
    sim.hangup(0, caller);
    sim.run_until_idle(secs(60));
    let info = sim.on(0, |endpoint, now| endpoint.info(now, caller, sdp("x")));
    assert_eq!(info, Err(LegError::Gone));
    sim.end_of(0, caller);
    sim.assert_empty();
}

/// RFC 3261 section 13.3.1.1: proxies on the way must not lose patience.
#[test]
fn ringing_is_repeated_each_minute() {
    let mut sim = Sim::new(13);
    sim.call_with(|call| call.ring_timeout = secs(150));
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    sim.run_until_idle(secs(300));
    assert_eq!(sim.times(B, "180 INVITE"), [50, 60_050, 120_050]);
    assert_eq!(sim.sent(A, "CANCEL").len(), 1);
    sim.assert_empty();
}

#[test]
fn a_call_that_nobody_sees_to_is_refused() {
    let mut sim = Sim::with(14, |config| config.calls.incoming_setup = secs(30));
    let caller = sim.call();
    sim.run_until_idle(secs(100));
    let callee = sim.nodes[1].calls()[0].leg;
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::System, reason: EndReason::RingTimeout, .. }));
    assert!(matches!(sim.end_of(0, caller), Event::Ended { status: Some(StatusCode::TEMPORARILY_UNAVAILABLE), .. }));
    sim.assert_empty();
}

#[test]
fn own_headers_go_along_and_ours_cannot_be_replaced() {
    let mut sim = Sim::new(15);
    let asserted = format!("<sip:+4930123@{A}>");
    sim.call_with(|call| {
        call.headers.push((HeaderName::PAssertedIdentity, asserted.clone()));
        call.headers.push((HeaderName::CallId, "mine".into()));
        call.max_forwards = Some(7);
    });
    sim.run(ms(50));
    let call = sim.nodes[1].calls().remove(0);
    assert_eq!(call.p_asserted.unwrap().to_string(), asserted);
    assert_ne!(call.call_id, "mine");
    assert_eq!(call.max_forwards, 7);
    assert_eq!(sim.sent(A, Method::Invite.as_str()).len(), 1);
}

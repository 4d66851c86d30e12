//! Two things at once: each race that an INVITE can lose.

use sip_core::message::{Method, StatusCode};
use sip_core::{EndReason, EndedBy, Event};

use crate::sim::*;

fn ring(sim: &mut Sim) -> sip_core::LegHandle {
    let callee = sim.nodes[1].calls().last().unwrap().leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    callee
}

#[test]
fn cancel_ends_a_call_that_rings() {
    let mut sim = Sim::new(1);
    let caller = sim.call();
    sim.run(ms(50));
    let callee = ring(&mut sim);
    sim.run(ms(500));
    sim.hangup(0, caller);
    sim.run_until_idle(secs(60));
    let expected =
        ["INVITE", "100 INVITE", "180 INVITE", "CANCEL", "200 CANCEL", "487 INVITE", "ACK"].map(String::from);
    assert_eq!(sim.labels(), expected);
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::Local, reason: EndReason::Cancelled, .. }));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::Remote, reason: EndReason::Cancelled, .. }));
    sim.assert_empty();
}

/// RFC 3261 section 9.1: no CANCEL before a provisional response.
#[test]
fn cancel_waits_for_a_provisional_response() {
    let mut sim = Sim::new(2);
    let caller = sim.call();
    sim.hangup(0, caller);
    sim.run(ms(15));
    assert_eq!(sim.labels(), ["INVITE", "100 INVITE"], "not yet");
    sim.run_until_idle(secs(60));
    assert_eq!(sim.times(A, "CANCEL"), [20]);
    sim.end_of(0, caller);
    let callee = sim.nodes[1].calls()[0].leg;
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn a_call_cancelled_before_anything_came_ends_with_b() {
    let mut sim = Sim::new(3);
    sim.intercept(|_| Fate::Drop);
    let caller = sim.call();
    sim.hangup(0, caller);
    sim.run_until_idle(secs(60));
    assert!(sim.sent(A, "CANCEL").is_empty());
    sim.end_of(0, caller);
    sim.assert_empty();
}

#[test]
fn an_answer_that_crosses_cancel_is_acknowledged_and_ended() {
    let mut sim = Sim::new(4);
    let caller = sim.call();
    sim.run(ms(50));
    let callee = ring(&mut sim);
    sim.run(ms(500));
    sim.hangup(0, caller);
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run_until_idle(secs(100));
    let expected =
        ["INVITE", "100 INVITE", "180 INVITE", "CANCEL", "200 INVITE", "200 CANCEL", "ACK", "BYE", "200 BYE"];
    assert_eq!(sim.labels(), expected);
    sim.end_of(0, caller);
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::Remote, reason: EndReason::Bye, .. }));
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::Answered { .. })), 0);
    sim.assert_empty();
}

/// RFC 3261 section 9.1: 64*T1 after a CANCEL that changes nothing, the INVITE is given up.
#[test]
fn silence_after_cancel_is_given_up() {
    let mut sim = Sim::new(5);
    let caller = sim.call();
    sim.run(ms(50));
    sim.intercept(|_| Fate::Drop);
    sim.hangup(0, caller);
    sim.run(secs(40));
    sim.end_of(0, caller);
    assert_eq!(sim.nodes[0].endpoint.table_sizes(), sip_core::TableSizes::default());
}

#[test]
fn the_caller_hangs_up_and_its_acks_were_lost() {
    let mut sim = Sim::new(6);
    sim.drop_labels(&[("ACK", 100)]);
    let (caller, callee) = sim.connected();
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::Remote, reason: EndReason::Bye, .. }));
    assert!(sim.sent(B, "BYE").is_empty());
    sim.assert_empty();
}

/// RFC 3261 section 15: the callee's BYE waits for the ACK.
#[test]
fn the_callee_hangs_up_before_the_ack() {
    let mut sim = Sim::new(7);
    let caller = sim.call();
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.hangup(1, callee);
    sim.run_until_idle(secs(100));
    let expected = ["INVITE", "100 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"];
    assert_eq!(sim.labels(), expected);
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    assert_eq!(sim.nodes[1].count(|event| matches!(event, Event::Confirmed { .. })), 0, "the end is the last event");
    sim.assert_empty();
}

#[test]
fn both_hang_up_at_once() {
    let mut sim = Sim::new(8);
    let (caller, callee) = sim.connected();
    sim.hangup(0, caller);
    sim.hangup(1, callee);
    sim.run_until_idle(secs(100));
    assert_eq!((sim.sent(A, "200 BYE").len(), sim.sent(B, "200 BYE").len()), (1, 1));
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn cancel_after_the_answer_changes_nothing() {
    let mut sim = Sim::new(9);
    sim.inject(PEER, 1, &Script::default().text());
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.inject(PEER, 1, &Script { method: "CANCEL", ..Script::default() }.text());
    sim.run(ms(50));
    let statuses: Vec<u16> = sim.responses(PEER).iter().map(|response| response.status.code()).collect();
    assert_eq!(statuses, [100, 200, 200]);
    assert_eq!(sim.nodes[1].ended(callee), 0);
}

#[test]
fn the_caller_may_end_an_early_dialog_by_bye() {
    let mut sim = Sim::new(10);
    sim.inject(PEER, 1, &Script::default().text());
    let callee = ring(&mut sim);
    sim.run(ms(50));
    let ringing = sim.responses(PEER).pop().unwrap();
    let tag = ringing.headers.to().unwrap().tag().unwrap().to_owned();
    sim.inject(
        PEER,
        1,
        &Script { method: "BYE", branch: "z9hG4bKbye", cseq: 2, to_tag: &tag, ..Script::default() }.text(),
    );
    sim.run(ms(50));
    let mut statuses: Vec<u16> = sim.responses(PEER).iter().map(|response| response.status.code()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 487]);
    sim.end_of(1, callee);
}

/// RFC 3261 section 13.2.2.4: one branch has the call, the others are acknowledged and ended.
#[test]
fn further_branches_that_answer_are_ended() {
    let mut sim = Sim::new(11);
    let caller = sim.call_with(|call| call.target = uri(&format!("sip:b@{PEER}")));
    sim.run(ms(50));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    let contact = |host: &str| format!("Contact: <sip:b@{host}>\r\n");
    for (tag, host) in [("one", PEER), ("two", "198.51.100.8:5060"), ("one", PEER), ("two", "198.51.100.8:5060")] {
        sim.inject(PEER, 0, &respond(&invite, "200 OK", tag, &contact(host)));
        sim.run(ms(50));
    }
    assert_eq!(sim.requests(PEER, &Method::Ack).len(), 2, "the winner's, repeated once");
    let other = sim.received("198.51.100.8:5060");
    let methods: Vec<String> = other
        .iter()
        .map(|message| match message {
            sip_core::message::Message::Request(request) => {
                assert_eq!(request.headers.to().unwrap().tag(), Some("two"));
                request.method.to_string()
            }
            sip_core::message::Message::Response(_) => panic!("a request"),
        })
        .collect();
    assert_eq!(methods, ["ACK", "BYE", "ACK"]);
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::Answered { .. })), 1);
    assert_eq!(sim.nodes[0].ended(caller), 0);
}

/// RFC 3261 section 14.1: both sides offer at once, both get 491, and try again after different waits.
#[test]
fn glare_is_resolved() {
    for seed in 0..20 {
        let mut sim = Sim::new(100 + seed);
        let (caller, callee) = sim.connected();
        sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("from a"))).unwrap();
        sim.on(1, |endpoint, now| endpoint.reinvite(now, callee, sdp("from b"))).unwrap();
        let began = (sim.now - sim.start).as_millis();
        sim.run(ms(50));
        assert_eq!((sim.sent(A, "491 INVITE").len(), sim.sent(B, "491 INVITE").len()), (1, 1));
        // Accept whatever comes.
        for _ in 0..1_000 {
            sim.run(ms(10));
            for (node, leg) in [(0, caller), (1, callee)] {
                let _ = sim.on(node, |endpoint, now| endpoint.accept_reinvite(now, leg, sdp("accepted")));
            }
        }
        for node in 0..2 {
            assert_eq!(sim.nodes[node].count(|event| matches!(event, Event::ReinviteAnswered { .. })), 1);
        }
        let owner = sim.times(A, "INVITE")[2] - began;
        let other = sim.times(B, "INVITE")[1] - began;
        assert!((2_100..4_600).contains(&owner), "{owner}");
        assert!(other <= 2_600, "{other}");
        sim.hangup(0, caller);
        sim.run_until_idle(secs(100));
        sim.end_of(0, caller);
        sim.end_of(1, callee);
        sim.assert_empty();
    }
}

#[test]
fn a_hangup_refuses_the_reinvite_that_waits() {
    let mut sim = Sim::new(12);
    let (caller, callee) = sim.connected();
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("hold"))).unwrap();
    sim.run(ms(50));
    sim.hangup(1, callee);
    sim.run_until_idle(secs(100));
    assert_eq!(sim.sent(B, "487 INVITE").len(), 1);
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn a_hangup_while_our_reinvite_is_out() {
    let mut sim = Sim::new(13);
    let (caller, callee) = sim.connected();
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("hold"))).unwrap();
    sim.run(ms(15));
    sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, callee, sdp("held"))).unwrap();
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::ReinviteAnswered { .. })), 0);
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn a_second_reinvite_before_the_first_is_answered_gets_500() {
    let mut sim = Sim::new(14);
    sim.inject(PEER, 1, &Script::default().text());
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(50));
    let tag = sim.responses(PEER).pop().unwrap().headers.to().unwrap().tag().unwrap().to_owned();
    let script = Script { to_tag: &tag, body: "v=0", ..Script::default() };
    sim.inject(PEER, 1, &Script { method: "ACK", branch: "z9hG4bKack", body: "", ..script }.text());
    sim.inject(PEER, 1, &Script { branch: "z9hG4bKr1", cseq: 2, ..script }.text());
    sim.inject(PEER, 1, &Script { branch: "z9hG4bKr2", cseq: 3, ..script }.text());
    sim.run(ms(50));
    let last = sim.responses(PEER).pop().unwrap();
    assert_eq!(last.status, StatusCode::SERVER_INTERNAL_ERROR);
    assert!(last.headers.retry_after().is_some_and(|seconds| seconds <= 10));
    assert_eq!(sim.nodes[1].count(|event| matches!(event, Event::Reinvited { .. })), 1);
}

/// RFC 5407 section 3.1.4: a re-INVITE shows that the 2xx arrived, though its ACK did not.
#[test]
fn a_reinvite_stands_in_for_a_lost_ack() {
    let mut sim = Sim::new(15);
    sim.drop_labels(&[("ACK", 1)]);
    let (caller, callee) = sim.connected();
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("hold"))).unwrap();
    sim.run(ms(50));
    assert_eq!(sim.nodes[1].count(|event| matches!(event, Event::Confirmed { .. })), 1);
    sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, callee, sdp("held"))).unwrap();
    sim.run(ms(50));
    assert_eq!(sim.sent(B, "200 INVITE").len(), 2, "one for each INVITE");
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn a_reinvite_without_an_answer_is_taken_back_and_given_up() {
    let mut sim = Sim::with(16, |config| config.calls.reinvite_answer = secs(10_000));
    let (caller, callee) = sim.connected();
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("hold"))).unwrap();
    sim.run(secs(62));
    assert_eq!(sim.sent(A, "CANCEL").len(), 1);
    assert!(matches!(
        sim.nodes[0].events.last(),
        Some(Event::ReinviteFailed { status: StatusCode::REQUEST_TERMINATED, .. })
    ));
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::ReinviteCancelled { .. })));
    // And once more, with an other end that says 100 and then nothing.
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("hold"))).unwrap();
    sim.run(ms(50));
    sim.intercept(|_| Fate::Drop);
    sim.run(secs(100));
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::System, reason: EndReason::NoResponse, .. }));
    sim.hangup(1, callee);
    sim.run_until_idle(secs(200));
    sim.assert_empty();
}

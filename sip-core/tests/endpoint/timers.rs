//! Timers as they show on the wire (RFC 3261 section 17, RFC 6026).

use sip_core::message::StatusCode;
use sip_core::{EndReason, EndedBy, Event, PingError};

use crate::sim::*;

#[test]
fn invite_repeats_by_a_and_gives_up_by_b() {
    let mut sim = Sim::new(1);
    sim.intercept(|_| Fate::Drop);
    let leg = sim.call();
    sim.run_until_idle(secs(100));
    assert_eq!(sim.times(A, "INVITE"), [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert!(matches!(sim.end_of(0, leg), Event::Ended { by: EndedBy::System, reason: EndReason::NoResponse, .. }));
    assert_eq!((sim.now - sim.start).as_secs(), 32);
    sim.assert_empty();
}

#[test]
fn other_requests_repeat_by_e_and_give_up_by_f() {
    let mut sim = Sim::new(2);
    sim.intercept(|_| Fate::Drop);
    sim.on(0, |endpoint, now| endpoint.options(now, uri(&format!("sip:{B}"))));
    sim.run_until_idle(secs(100));
    let expected = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    assert_eq!(sim.times(A, "OPTIONS"), expected);
    assert!(matches!(&sim.nodes[0].events[..], [Event::Pong { result: Err(PingError::NoResponse), .. }]));
    sim.assert_empty();
}

#[test]
fn a_refusal_repeats_by_g_until_its_ack() {
    let mut sim = Sim::new(3);
    sim.drop_labels(&[("ACK", 3)]);
    sim.call();
    sim.run(ms(100));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.reject(now, callee, StatusCode::BUSY_HERE, Vec::new())).unwrap();
    sim.run_until_idle(secs(100));
    assert_eq!(sim.times(B, "486 INVITE"), [100, 600, 1_600, 3_600]);
    assert_eq!(sim.sent(A, "ACK").len(), 4, "one for each");
    sim.assert_empty();
}

#[test]
fn without_any_ack_a_refusal_is_given_up_by_h() {
    let mut sim = Sim::new(4);
    sim.drop_labels(&[("ACK", 100)]);
    sim.call();
    sim.run(ms(100));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.reject(now, callee, StatusCode::BUSY_HERE, Vec::new())).unwrap();
    sim.run_until_idle(secs(100));
    let times = sim.times(B, "486 INVITE");
    assert_eq!(times.len(), 11);
    assert!(*times.last().unwrap() < 100 + 32_000);
    sim.assert_empty();
}

/// RFC 3261 section 13.3.1.4: from T1, doubling up to T2, until the ACK.
#[test]
fn a_2xx_repeats_until_its_ack_and_each_gets_one() {
    let mut sim = Sim::new(5);
    sim.drop_labels(&[("ACK", 4)]);
    let (caller, callee) = sim.connected();
    sim.run(secs(20));
    assert_eq!(sim.times(B, "200 INVITE"), [50, 550, 1_550, 3_550, 7_550]);
    assert_eq!(sim.sent(A, "ACK").len(), 5);
    let acks = sim.sent(A, "ACK");
    assert!(acks.windows(2).all(|pair| pair[0].data == pair[1].data), "the same ACK each time");
    assert_eq!(sim.nodes[1].count(|event| matches!(event, Event::Confirmed { .. })), 1);
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::Answered { .. })), 1);
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn without_any_ack_an_answered_call_is_ended_by_bye() {
    let mut sim = Sim::new(6);
    sim.drop_labels(&[("ACK", 100)]);
    let (caller, callee) = sim.connected();
    sim.run_until_idle(secs(100));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::System, reason: EndReason::NoAck, .. }));
    assert_eq!(sim.times(B, "BYE"), [32_050]);
    sim.end_of(0, caller);
    sim.assert_empty();
}

#[test]
fn a_lost_response_is_sent_again_for_a_repeated_request() {
    let mut sim = Sim::new(7);
    let (caller, callee) = sim.connected();
    sim.drop_labels(&[("200 BYE", 2)]);
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    assert_eq!(sim.sent(A, "BYE").len(), 3);
    assert_eq!(sim.sent(B, "200 BYE").len(), 3);
    sim.end_of(1, callee);
    sim.assert_empty();
}

#[test]
fn a_repeated_invite_gets_the_last_provisional_again() {
    let mut sim = Sim::new(8);
    sim.drop_labels(&[("100 INVITE", 1), ("180 INVITE", 1)]);
    sim.call();
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    sim.run(secs(2));
    assert_eq!(sim.times(A, "INVITE"), [0, 500]);
    assert_eq!(sim.times(B, "180 INVITE"), [50, 510]);
    assert_eq!(sim.nodes[1].calls().len(), 1);
}

#[test]
fn nothing_is_repeated_over_tcp() {
    let mut sim = Sim::new(9);
    sim.intercept(|_| Fate::Drop);
    sim.call_with(|call| call.target = uri(&format!("sip:b@{B};transport=tcp")));
    sim.run_until_idle(secs(100));
    assert_eq!(sim.labels(), ["INVITE"]);
    sim.assert_empty();
}

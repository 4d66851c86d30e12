//! Overload, and logging in to calls.

use sip_core::message::{Method, StatusCode};
use sip_core::{Credentials, EndReason, EndedBy, Event, InviteError, PingError};

use crate::sim::*;

#[test]
fn above_max_legs_calls_get_503_and_running_ones_go_on() {
    let mut sim = Sim::with(1, |config| config.limits.max_legs = 2);
    let (first, callee) = sim.connected();
    let second = sim.call();
    sim.run(ms(50));
    let call = sip_core::OutgoingCall::new(uri(&format!("sip:b@{B}")), name_addr("<sip:a@a.example>"));
    assert_eq!(sim.on(0, |endpoint, now| endpoint.invite(now, call)), Err(InviteError::Overloaded));
    sim.inject(PEER, 1, &Script::default().text());
    sim.run(ms(50));
    let refusal = sim.responses(PEER).pop().unwrap();
    assert_eq!(refusal.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refusal.headers.retry_after(), Some(10));
    sim.on(0, |endpoint, now| endpoint.reinvite(now, first, sdp("hold"))).unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, callee, sdp("held"))).unwrap();
    sim.run(ms(50));
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::ReinviteAnswered { .. })), 1);
    let full = sim.on(0, |endpoint, now| endpoint.options(now, uri(&format!("sip:{B}"))));
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[0].events.last(),
        Some(Event::Pong { handle, result: Err(PingError::Refused(503)) }) if *handle == full
    ));
    sim.hangup(0, first);
    sim.hangup(0, second);
    sim.run_until_idle(secs(100));
    sim.assert_empty();
    sim.connected();
}

#[test]
fn above_max_transactions_only_dialogs_are_served() {
    let mut sim = Sim::with(2, |config| config.limits.max_transactions = 8);
    let (caller, callee) = sim.connected();
    for index in 0..20 {
        let branch = format!("z9hG4bK{index}");
        sim.inject(PEER, 1, &Script { method: "OPTIONS", branch: &branch, cseq: index, ..Script::default() }.text());
    }
    sim.run(ms(50));
    let refused = sim.responses(PEER).iter().filter(|it| it.status == StatusCode::SERVICE_UNAVAILABLE).count();
    assert_eq!(refused, 13);
    assert_eq!(sim.nodes[1].endpoint.counters().overloaded, 13);
    assert_eq!(sim.nodes[1].endpoint.table_sizes().server_transactions, 8);
    sim.hangup(0, caller);
    sim.run(ms(50));
    sim.end_of(1, callee);
}

fn challenged(password: &str) -> Sim {
    let mut sim = Sim::new(3);
    sim.set_accounts(1);
    sim.call_with(|call| call.credentials = Some(Credentials::new("anna", password)));
    for _ in 0..4 {
        sim.run(ms(20));
        for call in sim.nodes[1].calls() {
            if call.authenticated_as.is_none() {
                let _ = sim.on(1, |endpoint, now| endpoint.challenge(now, call.leg));
            }
        }
    }
    sim
}

#[test]
fn a_challenged_caller_shows_who_it_is() {
    let mut sim = challenged("pw");
    let calls = sim.nodes[1].calls();
    assert_eq!(calls.len(), 2);
    assert!(matches!(
        sim.end_of(1, calls[0].leg),
        Event::Ended { by: EndedBy::Local, reason: EndReason::Challenged, .. }
    ));
    assert_eq!(calls[1].authenticated_as.as_deref(), Some("anna"));
    assert_eq!(calls[0].call_id, calls[1].call_id);
    sim.on(1, |endpoint, now| endpoint.accept(now, calls[1].leg, sdp("answer"))).unwrap();
    sim.run(ms(50));
    let ack = sim.sent(A, "ACK").pop().unwrap();
    assert!(ack.data.windows(14).any(|it| it == b"Authorization:"), "with the credentials of its INVITE");
    sim.hangup(1, calls[1].leg);
    sim.run_until_idle(secs(400));
    sim.assert_empty();
}

#[test]
fn a_caller_with_a_wrong_password_gives_up() {
    let sim = challenged("wrong");
    assert_eq!(sim.sent(A, "INVITE").len(), 2);
    let ended = sim.nodes[0].count(|event| matches!(event, Event::Ended { reason: EndReason::Unauthorized, .. }));
    assert_eq!(ended, 1);
}

/// Some carriers challenge every request: the BYE too must get through, or the call goes on being charged.
#[test]
fn a_challenged_bye_is_sent_again() {
    let mut sim = Sim::new(4);
    let leg = sim.call_with(|call| {
        call.target = uri(&format!("sip:b@{PEER}"));
        call.credentials = Some(Credentials::new("anna", "pw"));
    });
    sim.run(ms(50));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    sim.inject(PEER, 0, &respond(&invite, "200 OK", "t", &format!("Contact: <sip:b@{PEER}>\r\n")));
    sim.run(ms(50));
    sim.hangup(0, leg);
    sim.run(ms(50));
    let bye = sim.requests(PEER, &Method::Bye).remove(0);
    let challenge = "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n\", qop=\"auth\"\r\n";
    sim.inject(PEER, 0, &respond(&bye, "407 Proxy Authentication Required", "t", challenge));
    sim.run(ms(50));
    let bye = sim.requests(PEER, &Method::Bye).remove(0);
    assert_eq!(bye.headers.proxy_authorization()[0].get("username"), Some("anna"));
    sim.inject(PEER, 0, &respond(&bye, "200 OK", "t", ""));
    sim.run_until_idle(secs(100));
    sim.end_of(0, leg);
    sim.assert_empty();
}

//! UPDATE (RFC 3311), by section, and offers that cross each other.

use sip_core::message::{HeaderName, Message, Method, Response, StatusCode};
use sip_core::{EndReason, Event, LegError, LegHandle};

use crate::sim::*;

fn response(packet: &Packet) -> Response {
    match packet.message() {
        Message::Response(response) => response,
        Message::Request(_) => panic!("a response"),
    }
}

/// A call whose first offer has its answer, by a confirmed provisional response.
fn agreed_early(sim: &mut Sim) -> [(usize, LegHandle); 2] {
    let caller = sim.call();
    sim.run(ms(50));
    let callee = sim.nodes[1].calls().last().unwrap().leg;
    let answer = Some(sdp("answer"));
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::SESSION_PROGRESS, answer)).unwrap();
    sim.run(ms(50));
    [(0, caller), (1, callee)]
}

fn update(sim: &mut Sim, (node, leg): (usize, LegHandle), text: &str) -> Result<(), LegError> {
    sim.on(node, |endpoint, now| endpoint.update(now, leg, sdp(text)))
}

fn agree(sim: &mut Sim, (node, leg): (usize, LegHandle), text: &str) -> Result<(), LegError> {
    sim.on(node, |endpoint, now| endpoint.accept_reinvite(now, leg, sdp(text)))
}

fn finish(sim: &mut Sim, ends: [(usize, LegHandle); 2]) {
    sim.hangup(0, ends[0].1);
    sim.run_until_idle(secs(200));
    for (node, leg) in ends {
        sim.end_of(node, leg);
    }
    sim.assert_empty();
}

/// Sections 5.1 and 5.2: before the answer, by either end.
#[test]
fn the_session_is_changed_before_the_answer_by_both_ends() {
    let mut sim = Sim::new(1);
    let ends = agreed_early(&mut sim);
    for (from, to) in [(ends[0], ends[1]), (ends[1], ends[0])] {
        update(&mut sim, from, "offer").unwrap();
        sim.run(ms(50));
        assert!(matches!(
            sim.nodes[to.0].events.last(),
            Some(Event::Reinvited { offer: Some(offer), .. }) if offer.data == "offer"
        ));
        agree(&mut sim, to, "agreed").unwrap();
        sim.run(ms(50));
        assert!(matches!(
            sim.nodes[from.0].events.last(),
            Some(Event::ReinviteAnswered { body: Some(body), .. }) if body.data == "agreed"
        ));
    }
    let said = response(&sim.sent(A, "200 UPDATE")[0]);
    assert!(said.headers.allow().contains(&Method::Update));
    assert_eq!(said.headers.contacts().unwrap().len(), 1, "it is a target refresh");
    sim.on(1, |endpoint, now| endpoint.accept(now, ends[1].1, sdp("answer"))).unwrap();
    sim.run(ms(50));
    assert!(matches!(sim.nodes[0].events.last(), Some(Event::Answered { body: None, .. })));
    assert_eq!(sim.sent(A, "UPDATE").len() + sim.sent(B, "UPDATE").len(), 2);
    finish(&mut sim, ends);
}

/// RFC 3840 section 9, RFC 7866 section 6.1.1: whatever carries our Contact says what we are.
#[test]
fn a_feature_tag_is_in_every_contact_of_the_dialog() {
    let mut sim = Sim::new(7);
    let caller = sim.call_with(|call| call.contact_feature = Some("+sip.src"));
    sim.run(ms(50));
    let callee = sim.nodes[1].calls().last().unwrap().leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(50));
    sim.on(0, |endpoint, now| endpoint.reinvite(now, caller, sdp("other"))).unwrap();
    sim.run(ms(50));
    agree(&mut sim, (1, callee), "agreed").unwrap();
    sim.run(ms(50));
    let invites = sim.sent(A, "INVITE");
    assert_eq!(invites.len(), 2);
    for packet in invites {
        let Message::Request(invite) = packet.message() else { panic!("a request") };
        assert!(invite.headers.get(&HeaderName::Contact).unwrap().ends_with(";+sip.src"));
    }
    finish(&mut sim, [(0, caller), (1, callee)]);
}

/// Section 5.1, and reinvite's way before the answer.
#[test]
fn after_the_answer_it_changes_the_session_too() {
    let mut sim = Sim::new(2);
    let (caller, callee) = sim.connected();
    update(&mut sim, (1, callee), "hold").unwrap();
    sim.run(ms(50));
    agree(&mut sim, (0, caller), "held").unwrap();
    sim.run(ms(50));
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::ReinviteAnswered { .. })));
    update(&mut sim, (0, caller), "resume").unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.reject_reinvite(now, callee, StatusCode::NOT_ACCEPTABLE_HERE)).unwrap();
    sim.run(ms(50));
    let status = StatusCode::NOT_ACCEPTABLE_HERE;
    assert!(matches!(sim.nodes[0].events.last(), Some(Event::ReinviteFailed { status: it, .. }) if *it == status));
    assert!(sim.sent(A, "ACK").len() == 1, "an UPDATE has none");
    finish(&mut sim, [(0, caller), (1, callee)]);
}

#[test]
fn it_needs_an_agreement_before() {
    let mut sim = Sim::new(3);
    let caller = sim.call();
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    sim.run(ms(50));
    for end in [(0, caller), (1, callee)] {
        assert_eq!(update(&mut sim, end, "x"), Err(LegError::WrongState));
    }
    finish(&mut sim, [(0, caller), (1, callee)]);
}

/// A scripted caller's UPDATEs; gives their final statuses.
struct Caller {
    sim: Sim,
    tag: String,
    cseq: u32,
}

impl Caller {
    fn begin(seed: u64, extra: &str, answered: bool) -> (Self, LegHandle) {
        let mut sim = Sim::new(seed);
        sim.inject(PEER, 1, &Script { extra, body: "v=0", ..Script::default() }.text());
        let leg = sim.nodes[1].calls()[0].leg;
        sim.on(1, |endpoint, now| endpoint.ring(now, leg, StatusCode::RINGING, None)).unwrap();
        if answered {
            sim.on(1, |endpoint, now| endpoint.accept(now, leg, sdp("answer"))).unwrap();
        }
        sim.run(ms(50));
        let tag = sim.responses(PEER).pop().unwrap().headers.to().unwrap().tag().unwrap().to_owned();
        let mut caller = Self { sim, tag, cseq: 1 };
        if answered {
            caller.send("ACK", 1, "", "");
        }
        (caller, leg)
    }

    fn send(&mut self, method: &str, cseq: u32, extra: &str, body: &str) -> Vec<Response> {
        let branch = format!("z9hG4bK{method}{cseq}");
        let script = Script { method, branch: &branch, to_tag: &self.tag, cseq, extra, body };
        self.sim.inject(PEER, 1, &script.text());
        self.sim.run(ms(50));
        self.sim.responses(PEER)
    }

    fn update(&mut self, extra: &str, body: &str) -> Vec<Response> {
        self.cseq += 1;
        self.send("UPDATE", self.cseq, extra, body)
    }
}

/// Section 5.2: 500 with Retry-After while their own offer has no answer; without an offer it is answered at once.
#[test]
fn an_update_before_our_answer_gets_500() {
    let (mut caller, _) = Caller::begin(4, "", false);
    let refused = caller.update("", "new").remove(0);
    assert_eq!(refused.status, StatusCode::SERVER_INTERNAL_ERROR);
    assert!(refused.headers.retry_after().is_some_and(|seconds| seconds <= 10));
    let taken = caller.update("", "").remove(0);
    assert_eq!(taken.status, StatusCode::OK);
    assert!(taken.headers.contains(&HeaderName::Contact) && taken.body.is_empty());
}

#[test]
fn a_second_update_before_the_first_is_answered_gets_500() {
    let (mut caller, leg) = Caller::begin(5, "", true);
    assert!(caller.update("", "one").is_empty(), "the owner is asked");
    let refused = caller.update("", "two").remove(0);
    assert_eq!(refused.status, StatusCode::SERVER_INTERNAL_ERROR);
    assert!(refused.headers.retry_after().is_some());
    assert_eq!(caller.update("", "").remove(0).status, StatusCode::OK);
    caller.sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, leg, sdp("yes"))).unwrap();
    caller.sim.run(ms(50));
    assert_eq!(caller.sim.responses(PEER).pop().unwrap().body, "yes");
}

/// Section 5.2: an owner who needs longer than the transaction lasts.
#[test]
fn an_update_that_nobody_answers_gets_504() {
    let (mut caller, _) = Caller::begin(6, "", true);
    caller.update("", "one");
    caller.sim.run(secs(21));
    assert_eq!(caller.sim.responses(PEER).pop().unwrap().status, StatusCode::SERVER_TIMEOUT);
    assert!(matches!(caller.sim.nodes[1].events.last(), Some(Event::ReinviteCancelled { .. })));
}

/// Section 5.2: our offer is on its way, in the INVITE that has only an unconfirmed answer.
#[test]
fn an_update_while_our_offer_is_out_gets_491() {
    let mut sim = Sim::new(7);
    sim.call_with(|call| call.target = uri(&format!("sip:b@{PEER}")));
    sim.run(ms(50));
    let invite = sim.requests(PEER, &Method::Invite).remove(0);
    sim.inject(PEER, 0, &respond(&invite, "180 Ringing", "one", &format!("Contact: <sip:b@{PEER}>\r\n")));
    let from = invite.headers.from().unwrap();
    let text = |cseq: u32, body: &str| {
        format!(
            "UPDATE sip:a@{A} SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKu{cseq}{body}\r\nMax-Forwards: 70\r\n\
             From: <sip:b@{PEER}>;tag=one\r\nTo: {from}\r\nCall-ID: {}\r\nCSeq: {cseq} UPDATE\r\n\
             Contact: <sip:b@{PEER}>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            invite.headers.call_id().unwrap(),
            body.len()
        )
    };
    sim.inject(PEER, 0, &text(1, "new"));
    sim.inject(PEER, 0, &text(2, ""));
    sim.inject(PEER, 0, &text(1, "old"));
    sim.run(ms(50));
    let statuses: Vec<u16> = sim.responses(PEER).iter().map(|it| it.status.code()).collect();
    assert_eq!(statuses, [491, 200, 500], "the last one is out of order");
}

/// RFC 3261 section 14.1: whichever method each side uses, both get 491 and both offers are answered in the end.
#[test]
fn offers_that_cross_are_tried_again() {
    for (seed, ours_is_update, theirs_is_update) in
        [(20, false, true), (21, true, false), (22, true, true), (23, true, true), (24, false, true)]
    {
        let mut sim = Sim::new(seed);
        let (caller, callee) = sim.connected();
        for (node, leg, by_update) in [(0, caller, ours_is_update), (1, callee, theirs_is_update)] {
            let offer = sdp("offer");
            let sent = sim.on(node, |endpoint, now| {
                if by_update { endpoint.update(now, leg, offer) } else { endpoint.reinvite(now, leg, offer) }
            });
            sent.unwrap();
        }
        sim.run(ms(50));
        let refused = |from: &str| sim.sent(from, "491 INVITE").len() + sim.sent(from, "491 UPDATE").len();
        assert_eq!((refused(A), refused(B)), (1, 1), "seed {seed}");
        for _ in 0..1_000 {
            sim.run(ms(10));
            for end in [(0, caller), (1, callee)] {
                let _ = agree(&mut sim, end, "agreed");
            }
        }
        for node in 0..2 {
            let answered = sim.nodes[node].count(|event| matches!(event, Event::ReinviteAnswered { .. }));
            assert_eq!(answered, 1, "seed {seed}, node {node}");
        }
        finish(&mut sim, [(0, caller), (1, callee)]);
    }
}

/// The same before the answer.
#[test]
fn offers_that_cross_before_the_answer_are_tried_again() {
    let mut sim = Sim::new(30);
    let ends = agreed_early(&mut sim);
    for end in ends {
        update(&mut sim, end, "offer").unwrap();
    }
    for _ in 0..1_000 {
        sim.run(ms(10));
        for end in ends {
            let _ = agree(&mut sim, end, "agreed");
        }
    }
    assert_eq!((sim.sent(A, "491 UPDATE").len(), sim.sent(B, "491 UPDATE").len()), (1, 1));
    for node in 0..2 {
        assert_eq!(sim.nodes[node].count(|event| matches!(event, Event::ReinviteAnswered { .. })), 1);
    }
    finish(&mut sim, ends);
}

/// An offer that waits for the glare to pass when the call is answered goes on in the dialog.
#[test]
fn an_update_goes_on_when_the_call_is_answered() {
    let mut sim = Sim::new(31);
    let ends = agreed_early(&mut sim);
    update(&mut sim, ends[0], "offer").unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.accept(now, ends[1].1, sdp("answer"))).unwrap();
    sim.run(ms(50));
    assert!(matches!(sim.nodes[0].events.last(), Some(Event::Answered { .. })));
    agree(&mut sim, ends[1], "agreed").unwrap();
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[0].events.last(),
        Some(Event::ReinviteAnswered { body: Some(body), .. }) if body.data == "agreed"
    ));
    finish(&mut sim, ends);
}

/// One that says in Allow that it knows UPDATE, and then does not.
#[test]
fn who_refuses_the_method_gets_a_reinvite() {
    let (mut caller, leg) = Caller::begin(8, "Allow: INVITE, ACK, BYE, UPDATE\r\n", true);
    caller.sim.on(1, |endpoint, now| endpoint.update(now, leg, sdp("hold"))).unwrap();
    caller.sim.run(ms(50));
    let update = caller.sim.requests(PEER, &Method::Update).remove(0);
    caller.sim.inject(PEER, 1, &respond(&update, "405 Method Not Allowed", "", ""));
    caller.sim.run(ms(50));
    let invite = caller.sim.requests(PEER, &Method::Invite).remove(0);
    assert_eq!(invite.body, "hold");
    caller.sim.inject(PEER, 1, &respond(&invite, "200 OK", "", &format!("Contact: <sip:peer@{PEER}>\r\n")));
    caller.sim.run(ms(50));
    assert_eq!(update_now(&mut caller, leg), Err(LegError::WrongState), "and is not asked again");
}

fn update_now(caller: &mut Caller, leg: LegHandle) -> Result<(), LegError> {
    caller.sim.on(1, |endpoint, now| endpoint.update(now, leg, sdp("again")))
}

/// RFC 3311 section 5.1: a 500 with Retry-After is tried again then.
#[test]
fn who_is_not_ready_says_when_to_come_back() {
    let (mut caller, leg) = Caller::begin(9, "Allow: UPDATE\r\n", true);
    caller.sim.on(1, |endpoint, now| endpoint.update(now, leg, sdp("hold"))).unwrap();
    caller.sim.run(ms(50));
    let update = caller.sim.requests(PEER, &Method::Update).remove(0);
    caller.sim.inject(PEER, 1, &respond(&update, "500 Server Internal Error", "", "Retry-After: 3\r\n"));
    caller.sim.run(ms(2_900));
    assert!(caller.sim.requests(PEER, &Method::Update).is_empty());
    caller.sim.run(ms(200));
    let again = caller.sim.requests(PEER, &Method::Update).remove(0);
    assert!(again.headers.cseq().unwrap().seq > update.headers.cseq().unwrap().seq);
}

#[test]
fn a_dialog_that_the_other_end_forgot_is_over() {
    let (mut caller, leg) = Caller::begin(10, "Allow: UPDATE\r\n", true);
    caller.sim.on(1, |endpoint, now| endpoint.update(now, leg, sdp("hold"))).unwrap();
    caller.sim.run(ms(50));
    let update = caller.sim.requests(PEER, &Method::Update).remove(0);
    caller.sim.inject(PEER, 1, &respond(&update, "481 Call/Transaction Does Not Exist", "", ""));
    assert!(matches!(caller.sim.end_of(1, leg), Event::Ended { reason: EndReason::DialogGone, .. }));
}

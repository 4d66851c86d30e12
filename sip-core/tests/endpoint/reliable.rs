//! Reliable provisional responses (RFC 3262), by section, and the branches of a forked call.

use sip_core::message::{HeaderName, Message, Method, Request, Response, StatusCode};
use sip_core::{EndReason, EndedBy, Event, LegError, LegHandle, OutgoingCall, Reliable};

use crate::sim::*;

fn early_media(sim: &mut Sim) -> LegHandle {
    let callee = sim.nodes[1].calls().last().unwrap().leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::SESSION_PROGRESS, Some(sdp("answer")))).unwrap();
    callee
}

/// A call from the first endpoint to the second that has early media.
fn with_early_media(sim: &mut Sim) -> (LegHandle, LegHandle) {
    let caller = sim.call();
    sim.run(ms(50));
    let callee = early_media(sim);
    sim.run(ms(50));
    (caller, callee)
}

fn finish(sim: &mut Sim, caller: LegHandle, callee: LegHandle) {
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    sim.assert_empty();
}

fn request(message: Message) -> Request {
    match message {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a request"),
    }
}

fn response(message: Message) -> Response {
    match message {
        Message::Response(response) => response,
        Message::Request(_) => panic!("a response"),
    }
}

/// A provisional response of a scripted peer; with a session description unless that is empty.
fn reliable(invite: &Request, tag: &str, host: &str, rseq: u32, body: &str) -> String {
    let extra = format!("Contact: <sip:b@{host}>\r\nRequire: 100rel\r\nRSeq: {rseq}\r\nAllow: UPDATE\r\n");
    described(&respond(invite, "183 Session Progress", tag, &extra), body)
}

fn described(text: &str, body: &str) -> String {
    if body.is_empty() {
        return text.to_owned();
    }
    let typed = format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    text.replace("Content-Length: 0\r\n\r\n", &typed)
}

fn call_peer(sim: &mut Sim, change: impl FnOnce(&mut OutgoingCall)) -> (LegHandle, Request) {
    let leg = sim.call_with(|call| {
        call.target = uri(&format!("sip:b@{PEER}"));
        change(call);
    });
    sim.run(ms(50));
    (leg, sim.requests(PEER, &Method::Invite).remove(0))
}

/// Sections 3 and 4, and section 5 for the answer that is not said twice.
#[test]
fn early_media_is_confirmed_by_prack() {
    let mut sim = Sim::new(1);
    let (caller, callee) = with_early_media(&mut sim);
    assert_eq!(sim.labels(), ["INVITE", "100 INVITE", "183 INVITE", "PRACK", "200 PRACK"]);
    let progress = response(sim.sent(B, "183 INVITE")[0].message());
    assert_eq!(progress.headers.require(), ["100rel"]);
    let rack = request(sim.sent(A, "PRACK")[0].message()).headers.rack().unwrap();
    assert_eq!((Some(rack.rseq), rack.cseq.seq, rack.cseq.method), (progress.headers.rseq(), 1, Method::Invite));
    assert!(matches!(&sim.nodes[0].events[..], [Event::Progress { body: Some(body), .. }] if body.data == "answer"));
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::EarlyConfirmed { body: None, .. })));

    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(50));
    assert!(response(sim.sent(B, "200 INVITE")[0].message()).body.is_empty(), "what was agreed on is not said again");
    assert!(matches!(sim.nodes[0].events.last(), Some(Event::Answered { body: None, .. })));
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::Confirmed { body: None, .. })));
    finish(&mut sim, caller, callee);
}

/// Section 3: from T1 on, doubling without end until 64 T1; then a refusal.
#[test]
fn without_prack_it_is_repeated_and_then_the_call_refused() {
    let mut sim = Sim::new(2);
    sim.drop_labels(&[("PRACK", 1_000)]);
    let (caller, callee) = with_early_media(&mut sim);
    sim.run_until_idle(secs(200));
    assert_eq!(sim.times(B, "183 INVITE"), [50, 550, 1_550, 3_550, 7_550, 15_550, 31_550]);
    assert_eq!(sim.times(B, "504 INVITE"), [32_050]);
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::System, reason: EndReason::NoAck, .. }));
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::Remote, reason: EndReason::Rejected, .. }));
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::Progress { .. })), 1, "told once");
    sim.assert_empty();
}

/// Section 3: a 2xx waits until the session description before it was confirmed.
#[test]
fn the_answer_waits_for_the_prack() {
    let mut sim = Sim::new(3);
    sim.drop_labels(&[("183 INVITE", 2)]);
    let caller = sim.call();
    sim.run(ms(50));
    let callee = early_media(&mut sim);
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    assert_eq!(
        sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))),
        Err(LegError::WrongState),
        "once"
    );
    sim.run(secs(3));
    assert_eq!(sim.times(B, "183 INVITE"), [50, 550, 1_550]);
    assert_eq!(sim.times(B, "200 INVITE"), [1_570]);
    finish(&mut sim, caller, callee);
}

/// Section 3: one without a session description need not be confirmed before the answer, and may be after it.
#[test]
fn without_a_session_description_the_answer_does_not_wait() {
    let mut sim = Sim::new(4);
    sim.drop_labels(&[("PRACK", 1)]);
    let caller = sim.call_with(|call| call.reliable = Reliable::Required);
    sim.run(ms(50));
    assert_eq!(sim.nodes[1].calls()[0].reliable, Reliable::Required);
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    sim.run(ms(20));
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(secs(5));
    assert_eq!(sim.times(B, "180 INVITE"), [50], "the answer ends its repetition");
    assert_eq!(sim.times(B, "200 INVITE"), [70]);
    assert_eq!(sim.sent(B, "200 PRACK").len(), 1);
    finish(&mut sim, caller, callee);
}

/// Section 3: the next one waits for the PRACK of the one before, and its RSeq is one higher.
#[test]
fn they_are_sent_one_after_the_other() {
    let mut sim = Sim::new(5);
    sim.drop_labels(&[("PRACK", 1)]);
    let caller = sim.call_with(|call| call.reliable = Reliable::Required);
    sim.run(ms(50));
    let callee = early_media(&mut sim);
    for _ in 0..4 {
        sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    }
    let more = sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None));
    assert_eq!(more, Err(LegError::Pending), "not without end");
    sim.run(secs(5));
    assert_eq!(sim.sent(B, "183 INVITE").len(), 2, "repeated once");
    let rseqs: Vec<u32> = ["183 INVITE", "180 INVITE"]
        .into_iter()
        .flat_map(|label| sim.sent(B, label))
        .map(|packet| response(packet.message()).headers.rseq().unwrap())
        .collect();
    assert_eq!(rseqs, [0, 0, 1, 2, 3, 4].map(|step| rseqs[0] + step));
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::Progress { .. })), 5);
    finish(&mut sim, caller, callee);
}

/// Section 3: who requires it gets everything that way; who can, what has a body; and where that is switched off, nobody.
#[test]
fn it_is_sent_to_those_who_want_it() {
    let sent = |caller: Reliable, on: bool, body: bool| {
        let mut sim = Sim::with(6, |config| config.calls.reliable_early_media = on);
        sim.call_with(|call| call.reliable = caller);
        sim.run(ms(50));
        let callee = sim.nodes[1].calls()[0].leg;
        let body = body.then(|| sdp("answer"));
        sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, body)).unwrap();
        let said = response(sim.sent(B, "180 INVITE")[0].message());
        assert_eq!(said.headers.rseq().is_some(), said.headers.require() == ["100rel"]);
        said.headers.rseq().is_some()
    };
    assert!(!sent(Reliable::No, true, true));
    assert!(!sent(Reliable::Supported, true, false) && sent(Reliable::Supported, true, true));
    assert!(!sent(Reliable::Supported, false, true));
    assert!(sent(Reliable::Required, true, false) && sent(Reliable::Required, false, true));
}

/// Section 3: a PRACK that confirms nothing gets 481.
#[test]
fn a_prack_for_nothing_gets_481() {
    let mut sim = Sim::new(7);
    sim.inject(PEER, 1, &Script { extra: "Supported: 100rel\r\n", body: "v=0", ..Script::default() }.text());
    early_media(&mut sim);
    sim.run(ms(50));
    let progress = sim.responses(PEER).pop().unwrap();
    let (tag, rseq) = (progress.headers.to().unwrap().tag().unwrap().to_owned(), progress.headers.rseq().unwrap());
    let mut statuses = Vec::new();
    for (cseq, rack) in [
        (2, format!("{} 1 INVITE", rseq + 1)),
        (3, format!("{rseq} 2 INVITE")),
        (4, format!("{rseq} 1 UPDATE")),
        (5, "broken".to_owned()),
        (6, format!("{rseq} 1 INVITE")),
        (7, format!("{rseq} 1 INVITE")),
    ] {
        let (branch, extra) = (format!("z9hG4bKp{cseq}"), format!("RAck: {rack}\r\n"));
        let script = Script { method: "PRACK", branch: &branch, cseq, to_tag: &tag, extra: &extra, body: "" };
        sim.inject(PEER, 1, &script.text());
        sim.run(ms(20));
        statuses.extend(sim.responses(PEER).iter().filter(|it| it.status.is_final()).map(|it| it.status.code()));
    }
    assert_eq!(statuses, [481, 481, 481, 481, 200, 481]);
}

/// Section 4: what comes again, and what overtook another, is neither confirmed nor told.
#[test]
fn repeated_and_overtaking_ones_are_left_out() {
    let mut sim = Sim::new(8);
    let (leg, invite) = call_peer(&mut sim, |_| {});
    assert!(invite.headers.supports("100rel"));
    let mut confirmed = Vec::new();
    for rseq in [5, 5, 7, 6, 7] {
        sim.inject(PEER, 0, &reliable(&invite, "one", PEER, rseq, ""));
        sim.run(ms(50));
        for prack in sim.requests(PEER, &Method::Prack) {
            confirmed.push(prack.headers.rack().unwrap().rseq);
            sim.inject(PEER, 0, &respond(&prack, "200 OK", "one", ""));
        }
    }
    assert_eq!(confirmed, [5, 6, 7]);
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::Progress { .. })), 3);
    sim.inject(PEER, 0, &respond(&invite, "486 Busy Here", "one", ""));
    sim.run_until_idle(secs(100));
    sim.end_of(0, leg);
    sim.assert_empty();
}

/// Section 4: a carrier may challenge a PRACK as any other request.
#[test]
fn a_challenged_prack_is_sent_again() {
    let mut sim = Sim::new(9);
    let (_, invite) = call_peer(&mut sim, |call| call.credentials = Some(sip_core::Credentials::new("anna", "pw")));
    sim.inject(PEER, 0, &reliable(&invite, "one", PEER, 1, ""));
    sim.run(ms(50));
    let prack = sim.requests(PEER, &Method::Prack).remove(0);
    let challenge = "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n\", qop=\"auth\"\r\n";
    sim.inject(PEER, 0, &respond(&prack, "407 Proxy Authentication Required", "one", challenge));
    sim.run(ms(50));
    let again = sim.requests(PEER, &Method::Prack).remove(0);
    assert_eq!(again.headers.proxy_authorization()[0].get("username"), Some("anna"));
    assert_eq!(again.headers.rack(), prack.headers.rack());
}

/// Section 4, and RFC 3261 section 13.2.2.4: each branch has numbers of its own; the owner hears which one speaks.
#[test]
fn each_branch_is_a_dialog_of_its_own() {
    const OTHER: &str = "198.51.100.8:5060";
    let mut sim = Sim::new(10);
    let (leg, invite) = call_peer(&mut sim, |_| {});
    sim.inject(PEER, 0, &reliable(&invite, "one", PEER, 1, "first"));
    sim.inject(PEER, 0, &reliable(&invite, "two", OTHER, 1, "second"));
    sim.run(ms(50));
    for (host, tag) in [(PEER, "one"), (OTHER, "two")] {
        let prack = sim.requests(host, &Method::Prack).remove(0);
        assert_eq!((prack.headers.to().unwrap().tag(), prack.headers.cseq().unwrap().seq), (Some(tag), 2));
        sim.inject(PEER, 0, &respond(&prack, "200 OK", tag, ""));
    }
    let told = |sim: &Sim| -> Vec<_> {
        let progress = |event: &Event| match event {
            Event::Progress { branch, body, .. } => Some((*branch, body.as_ref().map(|body| body.data.clone()))),
            _ => None,
        };
        sim.nodes[0].events.iter().filter_map(progress).collect()
    };
    let branches = told(&sim);
    assert_eq!(branches.len(), 2);
    assert!(branches[0].0.is_some() && branches[1].0.is_some() && branches[0].0 != branches[1].0);

    // The first one answers, though the second was heard last: what it said comes again.
    sim.inject(PEER, 0, &respond(&invite, "200 OK", "one", &format!("Contact: <sip:b@{PEER}>\r\n")));
    sim.run(ms(50));
    assert!(
        matches!(sim.nodes[0].events.last(), Some(Event::Answered { body: Some(body), .. }) if body.data == "first")
    );
    assert_eq!(sim.requests(PEER, &Method::Ack).len(), 1);
    // The second one too: it is acknowledged and ended, with the next number of its own dialog.
    sim.inject(PEER, 0, &respond(&invite, "200 OK", "two", &format!("Contact: <sip:b@{OTHER}>\r\n")));
    sim.run(ms(50));
    let last: Vec<_> = sim.received(OTHER).into_iter().map(request).collect();
    let seen: Vec<_> = last.iter().map(|it| (it.method.as_str(), it.headers.cseq().unwrap().seq)).collect();
    assert_eq!(seen, [("ACK", 1), ("BYE", 3)]);
    sim.hangup(0, leg);
    sim.run(ms(50));
    let bye = sim.requests(PEER, &Method::Bye).remove(0);
    assert_eq!((bye.headers.to().unwrap().tag(), bye.headers.cseq().unwrap().seq), (Some("one"), 3));
}

#[test]
fn more_branches_than_we_keep_are_left_out() {
    let mut sim = Sim::with(11, |config| config.limits.max_forks = 3);
    let (_, invite) = call_peer(&mut sim, |_| {});
    for tag in ["a", "b", "c", "d", "e"] {
        sim.inject(PEER, 0, &reliable(&invite, tag, PEER, 1, ""));
    }
    sim.run(ms(20));
    assert_eq!(sim.requests(PEER, &Method::Prack).len(), 3);
}

/// Section 5: our offer in a provisional response, the answer in the PRACK.
#[test]
fn a_late_offer_is_answered_in_the_prack() {
    let mut sim = Sim::new(12);
    let caller = sim.call_with(|call| call.body = None);
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    let offer = || Some(sdp("offer"));
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::SESSION_PROGRESS, offer())).unwrap();
    sim.run(ms(50));
    assert!(matches!(&sim.nodes[0].events[..], [Event::Progress { body: Some(body), .. }] if body.data == "offer"));
    assert!(sim.sent(A, "PRACK").is_empty(), "the owner owes the answer");
    sim.on(0, |endpoint, now| endpoint.acknowledge(now, caller, sdp("answer"))).unwrap();
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[1].events.last(),
        Some(Event::EarlyConfirmed { body: Some(body), .. }) if body.data == "answer"
    ));
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("unsaid"))).unwrap();
    sim.run(ms(50));
    assert!(matches!(sim.nodes[0].events.last(), Some(Event::Answered { body: None, .. })));
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::Confirmed { body: None, .. })));
    finish(&mut sim, caller, callee);
}

/// Section 5: an offer that the owner never answers ends the call.
#[test]
fn a_late_offer_without_an_answer_takes_the_call_back() {
    let mut sim = Sim::new(13);
    let caller = sim.call_with(|call| call.body = None);
    sim.run(ms(50));
    let callee = early_media(&mut sim);
    sim.run_until_idle(secs(100));
    assert!(matches!(sim.end_of(0, caller), Event::Ended { by: EndedBy::System, reason: EndReason::NoAck, .. }));
    assert_eq!(sim.sent(A, "CANCEL").len(), 1);
    sim.end_of(1, callee);
    sim.assert_empty();
}

/// RFC 3261 section 13.2.1: to an INVITE without an offer, the first reliable response has ours.
#[test]
fn without_any_offer_nothing_reliable_can_be_said() {
    let mut sim = Sim::new(14);
    sim.call_with(|call| {
        call.body = None;
        call.reliable = Reliable::Required;
    });
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    assert!(sim.sent(B, "180 INVITE").is_empty());
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, Some(sdp("offer")))).unwrap();
    assert_eq!(sim.sent(B, "180 INVITE").len(), 1);
}

/// Section 5: a PRACK may bring a further offer, once the first has its answer.
#[test]
fn a_new_offer_in_the_prack_is_answered_in_its_200() {
    let mut sim = Sim::new(15);
    let script = Script { extra: "Supported: 100rel\r\n", body: "v=0", ..Script::default() };
    sim.inject(PEER, 1, &script.text());
    let callee = early_media(&mut sim);
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(50));
    let progress = sim.responses(PEER).pop().unwrap();
    let tag = progress.headers.to().unwrap().tag().unwrap().to_owned();
    let extra = format!("RAck: {} 1 INVITE\r\n", progress.headers.rseq().unwrap());
    let prack = Script { method: "PRACK", branch: "z9hG4bKprack", cseq: 2, to_tag: &tag, extra: &extra, body: "again" };
    sim.inject(PEER, 1, &prack.text());
    sim.run(ms(50));
    assert!(matches!(
        sim.nodes[1].events.last(),
        Some(Event::Reinvited { offer: Some(offer), .. }) if offer.data == "again"
    ));
    assert!(sim.responses(PEER).is_empty(), "neither of the two can be answered yet");
    sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, callee, sdp("yes"))).unwrap();
    sim.run(ms(50));
    let answers = sim.responses(PEER);
    let seen: Vec<_> =
        answers.iter().map(|it| (it.headers.cseq().unwrap().method, it.status.code(), it.body.clone())).collect();
    assert_eq!(seen, [(Method::Prack, 200, "yes".into()), (Method::Invite, 200, "".into())]);
}

/// RFC 3261 section 9: a call with early media is taken back like any other.
#[test]
fn a_call_with_early_media_is_cancelled_or_refused() {
    let mut sim = Sim::new(16);
    sim.drop_labels(&[("200 PRACK", 1)]);
    let (caller, callee) = with_early_media(&mut sim);
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { by: EndedBy::Remote, reason: EndReason::Cancelled, .. }));
    sim.end_of(0, caller);
    sim.assert_empty();

    let (caller, callee) = with_early_media(&mut sim);
    sim.on(1, |endpoint, now| endpoint.reject(now, callee, StatusCode::BUSY_HERE, Vec::new())).unwrap();
    sim.run_until_idle(secs(100));
    sim.end_of(0, caller);
    sim.end_of(1, callee);
    sim.assert_empty();
}

/// RFC 3261 section 13.3.1.1: while it rings on, the confirmed answer is not said again.
#[test]
fn ringing_on_does_not_repeat_the_answer() {
    let mut sim = Sim::new(17);
    sim.call_with(|call| call.ring_timeout = secs(300));
    sim.run(ms(50));
    early_media(&mut sim);
    sim.run(secs(130));
    let said: Vec<bool> = sim.sent(B, "183 INVITE").iter().map(|it| response(it.message()).body.is_empty()).collect();
    assert_eq!(said, [false, true, true]);
    assert!(response(sim.sent(B, "183 INVITE")[1].message()).headers.get(&HeaderName::RSeq).is_none());
}

//! REFER, both ways (RFC 3515), with the subscription that comes of it (RFC 6665) and how to go without (RFC 4488).

use sip_core::message::{HeaderName, Message, Method, Replaces, Request, StatusCode};
use sip_core::{EndReason, Event, LegError, LegHandle, OutgoingRefer, ReferId, Referral};

use crate::sim::*;

const TARGET: &str = "sip:carol@192.0.2.9";

fn refer(wait: u64) -> OutgoingRefer {
    OutgoingRefer {
        target: uri(TARGET),
        replaces: None,
        referred_by: Some(name_addr("<sip:a@example.com>")),
        wait: secs(wait),
    }
}

/// A call whose caller has just asked its callee to call somebody else.
fn referred(seed: u64) -> (Sim, LegHandle, LegHandle, ReferId) {
    let mut sim = Sim::new(seed);
    let (caller, callee) = sim.connected();
    sim.on(0, |endpoint, now| endpoint.refer(now, caller, refer(60))).unwrap();
    sim.run(ms(50));
    let id = referrals(&sim)[0].id;
    (sim, caller, callee, id)
}

fn referrals(sim: &Sim) -> Vec<Referral> {
    let referral = |event: &Event| match event {
        Event::Referred { referral, .. } => Some(Referral::clone(referral)),
        _ => None,
    };
    sim.nodes[1].events.iter().filter_map(referral).collect()
}

/// What the caller was told of its REFER: each progress, and the end.
fn told(sim: &Sim) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::ReferProgress { status, .. } => Some(status.to_string()),
        Event::ReferEnded { status: Some(status), .. } => Some(format!("end {status}")),
        Event::ReferEnded { status: None, .. } => Some("end".to_owned()),
        _ => None,
    };
    sim.nodes[0].events.iter().filter_map(word).collect()
}

fn requests(sim: &Sim, from: &str, label: &str) -> Vec<Request> {
    let request = |packet: Packet| match packet.message() {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a request"),
    };
    sim.sent(from, label).into_iter().map(request).collect()
}

/// RFC 3515 section 2.4.
#[test]
fn a_transfer_is_asked_for_accepted_and_told_of_to_its_end() {
    let (mut sim, caller, callee, id) = referred(1);
    let referral = &referrals(&sim)[0];
    assert_eq!(referral.target.to_string(), TARGET);
    assert_eq!(referral.referred_by.as_ref().unwrap().uri.to_string(), "sip:a@example.com");
    assert!(referral.replaces.is_none() && referral.subscribed);
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, callee, id)).unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.notify_refer(now, callee, id, StatusCode::RINGING)).unwrap();
    sim.run(ms(50));
    sim.on(1, |endpoint, now| endpoint.notify_refer(now, callee, id, StatusCode::OK)).unwrap();
    sim.run(ms(50));
    assert_eq!(told(&sim), ["100", "180", "end 200"]);
    let notifies = requests(&sim, B, "NOTIFY");
    let states: Vec<_> = notifies.iter().map(|it| it.headers.get(&HeaderName::SubscriptionState).unwrap()).collect();
    assert!(states[0].starts_with("active;expires=1"), "{states:?}");
    assert_eq!(states[2], "terminated;reason=noresource");
    for notify in &notifies {
        assert_eq!(notify.headers.get(&HeaderName::Event), Some("refer"));
        assert_eq!(notify.headers.content_type().unwrap().unwrap().essence, "message/sipfrag");
        assert_eq!(notify.headers.contacts().unwrap().len(), 1);
    }
    assert_eq!(notifies[2].body, &b"SIP/2.0 200 OK\r\n"[..]);
    assert_eq!(sim.sent(B, "202 REFER").len(), 1);
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

/// RFC 3515 section 2.4.5: the outcome, whatever it is.
#[test]
fn a_call_that_fails_is_told_as_it_failed() {
    let (mut sim, _, callee, id) = referred(2);
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, callee, id)).unwrap();
    sim.on(1, |endpoint, now| endpoint.notify_refer(now, callee, id, StatusCode::BUSY_HERE)).unwrap();
    sim.run(ms(100));
    assert_eq!(told(&sim), ["100", "end 486"]);
    // It was the last: nothing more can be told.
    let more = sim.on(1, |endpoint, now| endpoint.notify_refer(now, callee, id, StatusCode::OK));
    assert_eq!(more, Err(LegError::WrongState));
    assert_eq!(sim.nodes[1].ended(callee), 0, "the call itself goes on");
}

#[test]
fn a_refused_transfer_leaves_the_call_as_it_was() {
    let (mut sim, caller, callee, id) = referred(3);
    let bad = sim.on(1, |endpoint, now| endpoint.reject_refer(now, callee, id, StatusCode::ACCEPTED));
    assert_eq!(bad, Err(LegError::BadStatus));
    sim.on(1, |endpoint, now| endpoint.reject_refer(now, callee, id, StatusCode::FORBIDDEN)).unwrap();
    sim.run(ms(50));
    assert_eq!(told(&sim), ["end 403"]);
    assert!(sim.sent(B, "NOTIFY").is_empty());
    assert_eq!(sim.nodes[0].ended(caller), 0);
}

#[test]
fn a_transfer_that_nobody_decides_on_is_refused() {
    let (mut sim, _, callee, id) = referred(4);
    sim.run(secs(11));
    assert_eq!(told(&sim), ["end 500"]);
    let late = sim.on(1, |endpoint, now| endpoint.accept_refer(now, callee, id));
    assert_eq!(late, Err(LegError::WrongState));
}

/// RFC 3515 section 2.4.2.
#[test]
fn what_refer_to_must_be() {
    for (extra, status) in [
        ("", 400),
        ("Refer-To: <sip:c@192.0.2.9>\r\nRefer-To: <sip:d@192.0.2.9>\r\n", 400),
        ("Refer-To: <sip:c@192.0.2.9>, <sip:d@192.0.2.9>\r\n", 400),
        ("Refer-To: <sip:c@192.0.2.9?Replaces=nothing>\r\n", 400),
        ("Refer-To: <http://example.com>\r\n", 416),
        ("Refer-To: <sip:c@192.0.2.9;method=BYE>\r\n", 501),
    ] {
        let (mut sim, tag) = scripted();
        sim.inject(
            PEER,
            1,
            &Script { method: "REFER", branch: "z9hG4bKr", cseq: 2, to_tag: &tag, extra, body: "" }.text(),
        );
        sim.run(ms(20));
        assert_eq!(sim.responses(PEER).last().unwrap().status.code(), status, "{extra}");
        assert!(referrals(&sim).is_empty());
    }
}

/// A call from the scripted peer, and our tag in it.
fn scripted() -> (Sim, String) {
    let mut sim = Sim::new(5);
    sim.inject(PEER, 1, &Script::default().text());
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
    sim.run(ms(20));
    let tag = sim.responses(PEER).pop().unwrap().headers.to().unwrap().tag().unwrap().to_owned();
    sim.inject(PEER, 1, &Script { method: "ACK", branch: "z9hG4bKa", to_tag: &tag, ..Script::default() }.text());
    sim.received(PEER);
    (sim, tag)
}

/// Nobody makes us call somebody without a call of his own.
#[test]
fn outside_of_a_call_nothing_is_referred_and_nothing_subscribed_to() {
    let mut sim = Sim::new(6);
    let extra = "Refer-To: <sip:c@192.0.2.9>\r\n";
    for (method, branch, extra, status) in [
        ("REFER", "z9hG4bK1", extra, 403),
        ("SUBSCRIBE", "z9hG4bK2", "Event: presence\r\n", 489),
        ("NOTIFY", "z9hG4bK3", "Event: refer\r\nSubscription-State: active\r\n", 481),
    ] {
        sim.inject(PEER, 1, &Script { method, branch, extra, ..Script::default() }.text());
        sim.run(ms(20));
        let response = sim.responses(PEER).pop().unwrap();
        assert_eq!(response.status.code(), status, "{method}");
        assert_eq!(response.headers.contains(&HeaderName::AllowEvents), status == 489);
    }
}

/// RFC 4488.
#[test]
fn without_a_subscription_nothing_is_told() {
    let (mut sim, tag) = scripted();
    let extra = "Refer-To: <sip:c@192.0.2.9>\r\nRefer-Sub: false\r\nRequire: norefersub\r\n";
    sim.inject(PEER, 1, &Script { method: "REFER", branch: "z9hG4bKr", cseq: 2, to_tag: &tag, extra, body: "" }.text());
    let (leg, referral) = (sim.nodes[1].calls()[0].leg, referrals(&sim).remove(0));
    assert!(!referral.subscribed);
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, leg, referral.id)).unwrap();
    sim.run(secs(1));
    let messages = sim.received(PEER);
    let [Message::Response(accepted)] = messages.as_slice() else { panic!("{}", messages.len()) };
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    assert_eq!(accepted.headers.get(&HeaderName::from("Refer-Sub")), Some("false"));
}

/// RFC 3515 section 2.4.6: those behind the first say which one they are of.
#[test]
fn several_transfers_of_one_call_are_told_apart() {
    let (mut sim, tag) = scripted();
    let extra = "Refer-To: <sip:c@192.0.2.9>\r\n";
    for (cseq, branch) in [(2, "z9hG4bKr2"), (3, "z9hG4bKr3")] {
        sim.inject(PEER, 1, &Script { method: "REFER", branch, cseq, to_tag: &tag, extra, body: "" }.text());
    }
    let leg = sim.nodes[1].calls()[0].leg;
    for referral in referrals(&sim) {
        sim.on(1, |endpoint, now| endpoint.accept_refer(now, leg, referral.id)).unwrap();
    }
    sim.run(ms(20));
    let notifies = sim.requests(PEER, &Method::Notify);
    let events: Vec<_> = notifies.iter().map(|it| it.headers.get(&HeaderName::Event).unwrap()).collect();
    assert_eq!(events, ["refer", "refer;id=3"]);
}

/// As many as may be at a time.
#[test]
fn subscriptions_are_bounded_in_number_and_in_time() {
    let mut sim = Sim::with(7, |config| config.limits.max_referrals = 1);
    let (_, callee) = sim.connected();
    let caller = sim.nodes[1].calls().len();
    assert_eq!(caller, 1);
    let caller = match sim.nodes[0].events.iter().find(|it| matches!(it, Event::Answered { .. })) {
        Some(Event::Answered { leg, .. }) => *leg,
        other => panic!("{other:?}"),
    };
    sim.on(0, |endpoint, now| endpoint.refer(now, caller, refer(600))).unwrap();
    sim.run(ms(50));
    let id = referrals(&sim)[0].id;
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, callee, id)).unwrap();
    sim.run(secs(179));
    assert_eq!(told(&sim), ["100"]);
    sim.run(secs(2));
    assert_eq!(told(&sim), ["100", "end"]);
    let last = requests(&sim, B, "NOTIFY").pop().unwrap();
    assert_eq!(last.headers.get(&HeaderName::SubscriptionState), Some("terminated;reason=timeout"));
    let late = sim.on(1, |endpoint, now| endpoint.notify_refer(now, callee, id, StatusCode::OK));
    assert_eq!(late, Err(LegError::WrongState));
    // A second one at a time.
    sim.on(0, |endpoint, now| endpoint.refer(now, caller, refer(1))).unwrap();
    sim.run(ms(50));
    assert_eq!(referrals(&sim).len(), 2, "the first is over");
    let pending = sim.on(0, |endpoint, now| endpoint.refer(now, caller, refer(1)));
    assert_eq!(pending, Err(LegError::Pending));
    sim.run(secs(2));
    assert_eq!(told(&sim).last().unwrap(), "end", "it was not waited for any longer");
    sim.on(0, |endpoint, now| endpoint.refer(now, caller, refer(9))).unwrap();
    sim.run(ms(50));
    assert_eq!(told(&sim).last().unwrap(), "end 491", "one more than may be");
}

/// RFC 5589 section 6: phones hang up as soon as they have handed their caller over, and are told all the same.
#[test]
fn whoever_has_hung_up_is_still_told() {
    let (mut sim, caller, callee, id) = referred(8);
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, callee, id)).unwrap();
    sim.run(ms(50));
    sim.hangup(0, caller);
    sim.run(ms(50));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { reason: EndReason::Bye, .. }));
    sim.on(1, |endpoint, now| endpoint.notify_refer(now, callee, id, StatusCode::OK)).unwrap();
    sim.run(ms(50));
    assert_eq!(sim.sent(B, "NOTIFY").len(), 2);
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

/// NOTIFYs keep their order when the first one is lost on the way.
#[test]
fn news_arrive_in_their_order() {
    let (mut sim, _, callee, id) = referred(9);
    sim.drop_labels(&[("NOTIFY", 1)]);
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, callee, id)).unwrap();
    for status in [StatusCode::RINGING, StatusCode::SESSION_PROGRESS, StatusCode::OK] {
        sim.on(1, |endpoint, now| endpoint.notify_refer(now, callee, id, status)).unwrap();
    }
    sim.run(secs(2));
    assert_eq!(told(&sim), ["100", "end 200"], "what was between is of no use any more");
}

/// RFC 6665 section 4.2.2.
#[test]
fn whoever_does_not_listen_is_told_no_more() {
    let (mut sim, tag) = scripted();
    let extra = "Refer-To: <sip:c@192.0.2.9>\r\n";
    sim.inject(PEER, 1, &Script { method: "REFER", branch: "z9hG4bKr", cseq: 2, to_tag: &tag, extra, body: "" }.text());
    let (leg, id) = (sim.nodes[1].calls()[0].leg, referrals(&sim)[0].id);
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, leg, id)).unwrap();
    sim.run(ms(20));
    let notify = sim.requests(PEER, &Method::Notify).pop().unwrap();
    sim.inject(PEER, 1, &respond(&notify, "481 Gone", "", ""));
    let more = sim.on(1, |endpoint, now| endpoint.notify_refer(now, leg, id, StatusCode::OK));
    assert_eq!(more, Err(LegError::WrongState));
    assert_eq!(sim.nodes[1].ended(leg), 0, "that is no reason to end the call");
}

/// RFC 6665 section 4.1.2: SUBSCRIBE refreshes what came of the REFER, or ends it.
#[test]
fn a_subscription_is_ended_by_who_has_it() {
    let (mut sim, tag) = scripted();
    let extra = "Refer-To: <sip:c@192.0.2.9>\r\n";
    let script = |method, branch, cseq, extra| Script { method, branch, cseq, to_tag: &tag, extra, body: "" }.text();
    sim.inject(PEER, 1, &script("REFER", "z9hG4bKr", 2, extra));
    let (leg, id) = (sim.nodes[1].calls()[0].leg, referrals(&sim)[0].id);
    sim.on(1, |endpoint, now| endpoint.accept_refer(now, leg, id)).unwrap();
    sim.run(ms(20));
    let notify = sim.requests(PEER, &Method::Notify).pop().unwrap();
    sim.inject(PEER, 1, &respond(&notify, "200 OK", "", ""));
    sim.inject(PEER, 1, &script("SUBSCRIBE", "z9hG4bKs1", 3, "Event: presence\r\n"));
    sim.inject(PEER, 1, &script("SUBSCRIBE", "z9hG4bKs2", 4, "Event: refer;id=9\r\n"));
    sim.inject(PEER, 1, &script("SUBSCRIBE", "z9hG4bKs3", 5, "Event: refer\r\nExpires: 60\r\n"));
    sim.run(ms(20));
    let messages = sim.received(PEER);
    let statuses = messages.iter().filter_map(|it| match it {
        Message::Response(response) => Some((response.status.code(), response.headers.expires())),
        Message::Request(_) => None,
    });
    let statuses: Vec<_> = statuses.collect();
    assert_eq!(statuses, [(489, None), (481, None), (200, Some(60))]);
    let notify = messages.iter().find_map(|it| match it {
        Message::Request(request) => Some(request.clone()),
        Message::Response(_) => None,
    });
    sim.inject(PEER, 1, &respond(&notify.unwrap(), "200 OK", "", ""));
    sim.inject(PEER, 1, &script("SUBSCRIBE", "z9hG4bKs4", 6, "Event: refer\r\nExpires: 0\r\n"));
    sim.run(ms(20));
    let last = sim.requests(PEER, &Method::Notify).pop().unwrap();
    assert_eq!(last.headers.get(&HeaderName::SubscriptionState), Some("terminated;reason=timeout"));
    let more = sim.on(1, |endpoint, now| endpoint.notify_refer(now, leg, id, StatusCode::OK));
    assert_eq!(more, Err(LegError::WrongState));
}

/// RFC 5589 section 7: an attended transfer names the call whose place it takes.
#[test]
fn an_attended_transfer_names_the_other_call() {
    let mut sim = Sim::new(10);
    let (caller, _) = sim.connected();
    let (other, other_callee) = sim.connected();
    let refer = OutgoingRefer { replaces: Some(other), ..refer(60) };
    sim.on(0, |endpoint, now| endpoint.refer(now, caller, refer)).unwrap();
    sim.run(ms(50));
    let (replaces, leg) = referrals(&sim).remove(0).replaces.unwrap();
    assert_eq!(leg, Some(other_callee), "it is a leg of ours");
    assert!(!replaces.early_only);
    let wire = requests(&sim, A, "REFER").remove(0);
    let refer_to = wire.headers.refer_to().unwrap();
    assert_eq!(Replaces::of_uri(&refer_to.uri), Some(replaces));
    assert_eq!(referrals(&sim)[0].target.to_string(), TARGET, "without what it had behind the question mark");
}

/// RFC 3515 section 2.4.4: a NOTIFY may come before the 202, and what is no news of ours is refused.
#[test]
fn strange_news_are_refused_and_early_ones_taken() {
    let mut sim = Sim::new(11);
    let leg = sim.call_with(|call| call.target = uri(&format!("sip:peer@{PEER}")));
    sim.run(ms(20));
    let invite = sim.requests(PEER, &Method::Invite).pop().unwrap();
    let contact = format!("Contact: <sip:peer@{PEER}>\r\n");
    sim.inject(PEER, 0, &respond(&invite, "200 OK", "peer", &contact));
    sim.on(0, |endpoint, now| endpoint.refer(now, leg, refer(60))).unwrap();
    sim.run(ms(20));
    let refer = sim.requests(PEER, &Method::Refer).pop().unwrap();
    assert_eq!(refer.headers.get(&HeaderName::ReferredBy), Some("<sip:a@example.com>"));
    let (from, to) = (refer.headers.to().unwrap(), refer.headers.from().unwrap());
    let call_id = refer.headers.call_id().unwrap().to_owned();
    let notify = |cseq: u32, extra: &str, body: &str| {
        format!(
            "NOTIFY sip:a@{A} SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKn{cseq};rport\r\nMax-Forwards: 70\r\n\
             From: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} NOTIFY\r\nContact: <sip:peer@{PEER}>\r\n\
             {extra}Content-Type: message/sipfrag\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let active = "Event: refer\r\nSubscription-State: active;expires=60\r\n";
    sim.inject(PEER, 0, &notify(1, "Event: presence\r\nSubscription-State: active\r\n", "SIP/2.0 180 Ringing"));
    sim.inject(PEER, 0, &notify(2, "Event: refer;id=77\r\nSubscription-State: active\r\n", "SIP/2.0 180 Ringing"));
    sim.inject(PEER, 0, &notify(3, "Event: refer\r\n", "SIP/2.0 180 Ringing"));
    sim.inject(PEER, 0, &notify(4, active, "nonsense"));
    sim.inject(PEER, 0, &notify(5, active, "SIP/2.0 180 Ringing\r\n"));
    sim.inject(PEER, 0, &respond(&refer, "202 Accepted", "", &contact));
    let last = "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n";
    sim.inject(PEER, 0, &notify(6, last, "SIP/2.0 603 Decline\r\n"));
    sim.inject(PEER, 0, &notify(7, last, "SIP/2.0 200 OK\r\n"));
    sim.run(ms(20));
    let statuses: Vec<u16> = sim.responses(PEER).iter().map(|it| it.status.code()).collect();
    assert_eq!(statuses, [489, 481, 400, 200, 200, 200, 200]);
    assert_eq!(told(&sim), ["180", "end 603"]);
}

/// Carriers ask for credentials of a REFER too.
#[test]
fn a_challenged_refer_is_sent_again_with_credentials() {
    let mut sim = Sim::new(12);
    let leg = sim.call_with(|call| {
        call.target = uri(&format!("sip:peer@{PEER}"));
        call.credentials = Some(sip_core::Credentials::new("anna", "pw"));
    });
    sim.run(ms(20));
    let invite = sim.requests(PEER, &Method::Invite).pop().unwrap();
    let contact = format!("Contact: <sip:peer@{PEER}>\r\n");
    sim.inject(PEER, 0, &respond(&invite, "200 OK", "peer", &contact));
    sim.on(0, |endpoint, now| endpoint.refer(now, leg, refer(60))).unwrap();
    sim.run(ms(20));
    let first = sim.requests(PEER, &Method::Refer).pop().unwrap();
    let challenge = "WWW-Authenticate: Digest realm=\"x\", nonce=\"1\", algorithm=MD5, qop=\"auth\"\r\n";
    sim.inject(PEER, 0, &respond(&first, "401 Unauthorized", "", challenge));
    sim.run(ms(20));
    let second = sim.requests(PEER, &Method::Refer).pop().unwrap();
    assert_eq!(second.headers.authorization().len(), 1);
    assert!(second.headers.cseq().unwrap().seq > first.headers.cseq().unwrap().seq);
    sim.inject(PEER, 0, &respond(&second, "202 Accepted", "", "Refer-Sub: false\r\n"));
    assert_eq!(told(&sim), ["end 202"]);
}

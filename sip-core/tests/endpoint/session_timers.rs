//! Session timers (RFC 4028), by section.

use sip_core::message::{HeaderName, Message, Method, Request, Response, StatusCode};
use sip_core::{EndReason, EndedBy, Event, LegHandle};

use crate::sim::*;

/// Endpoints that agree on a minute.
fn brief(seed: u64) -> Sim {
    Sim::with(seed, |config| {
        config.calls.session_expires = Some(secs(60));
        config.calls.min_se = secs(10);
    })
}

fn header(packet: &Packet, name: &HeaderName) -> Option<String> {
    match packet.message() {
        Message::Request(request) => request.headers.get(name).map(str::to_owned),
        Message::Response(response) => response.headers.get(name).map(str::to_owned),
    }
}

fn expires(packet: &Packet) -> String {
    header(packet, &HeaderName::SessionExpires).unwrap_or_default()
}

/// Sections 7.1, 7.2 and 9: the caller refreshes, at half the interval, by UPDATE.
#[test]
fn a_session_is_refreshed_at_half_its_interval() {
    let mut sim = brief(1);
    let (caller, callee) = sim.connected();
    let invite = sim.sent(A, "INVITE").remove(0);
    assert_eq!(expires(&invite), "60");
    assert_eq!(header(&invite, &HeaderName::MinSe).as_deref(), Some("10"));
    assert!(header(&invite, &HeaderName::Supported).unwrap().contains("timer"));
    let answer = sim.sent(B, "200 INVITE").remove(0);
    assert_eq!(expires(&answer), "60;refresher=uac");
    assert_eq!(header(&answer, &HeaderName::Require).as_deref(), Some("timer"));
    sim.run(secs(200));
    assert_eq!(sim.times(A, "UPDATE"), [30_060, 60_080, 90_100, 120_120, 150_140, 180_160]);
    let refresh = sim.sent(A, "UPDATE").remove(0);
    assert_eq!(expires(&refresh), "60;refresher=uac");
    assert!(matches!(refresh.message(), Message::Request(request) if request.body.is_empty()));
    assert_eq!(expires(&sim.sent(B, "200 UPDATE")[0]), "60;refresher=uac");
    assert_eq!((sim.nodes[0].ended(caller), sim.nodes[1].ended(callee)), (0, 0));
    assert_eq!(sim.nodes[0].count(|event| matches!(event, Event::ReinviteAnswered { .. })), 0, "nobody is bothered");
    sim.hangup(1, callee);
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

/// Section 10: a session that is not refreshed is ended, a third of its interval early.
#[test]
fn a_session_that_is_not_refreshed_is_ended() {
    let mut sim = brief(2);
    let (_, callee) = sim.connected();
    sim.drop_labels(&[("UPDATE", 1_000)]);
    sim.run_until_idle(secs(200));
    let ended = sim.end_of(1, callee);
    assert!(matches!(ended, Event::Ended { by: EndedBy::System, reason: EndReason::SessionExpired, .. }));
    assert_eq!(sim.times(B, "BYE"), [40_050], "60 - 60/3 s after the answer");
    sim.assert_empty();
}

/// Section 10: whoever refreshes and gets no response ends the dialog too.
#[test]
fn a_refresher_whose_refresh_is_lost_ends_the_session() {
    let mut sim = brief(3);
    let (caller, callee) = sim.connected();
    sim.intercept(|_| Fate::Drop);
    sim.run_until_idle(secs(200));
    assert_eq!(sim.times(A, "BYE")[0], 40_060);
    assert!(matches!(sim.end_of(0, caller), Event::Ended { reason: EndReason::SessionExpired, .. }));
    assert!(matches!(sim.end_of(1, callee), Event::Ended { reason: EndReason::SessionExpired, .. }));
    sim.assert_empty();
}

/// Sections 6 and 7.3: 422 says the least, and the INVITE comes again with it.
#[test]
fn too_brief_a_session_is_asked_for_anew() {
    let mut sim = brief(4);
    let index = sim.add_node(99, "192.0.2.3:5060", |_| {});
    let caller = sim.call_with(|call| call.target = uri("sip:b@192.0.2.3:5060"));
    sim.run(ms(100));
    let refused = sim.sent("192.0.2.3:5060", "422 INVITE").remove(0);
    assert_eq!(header(&refused, &HeaderName::MinSe).as_deref(), Some("90"));
    let again = sim.sent(A, "INVITE").pop().unwrap();
    assert_eq!((expires(&again), header(&again, &HeaderName::MinSe).as_deref()), ("90".into(), Some("90")));
    let calls = sim.nodes[index].calls();
    assert_eq!(calls.len(), 1, "the owner hears of it once");
    sim.on(index, |endpoint, now| endpoint.accept(now, calls[0].leg, sdp("answer"))).unwrap();
    sim.run(ms(50));
    assert_eq!(expires(&sim.sent("192.0.2.3:5060", "200 INVITE")[0]), "90;refresher=uac");
    sim.run(secs(50));
    assert_eq!(sim.sent(A, "UPDATE").len(), 1);
    sim.hangup(0, caller);
    sim.run_until_idle(secs(100));
    sim.assert_empty();
}

/// A peer that answers 422 for ever.
#[test]
fn who_is_never_satisfied_is_given_up() {
    let mut sim = brief(5);
    let leg = sim.call_with(|call| call.target = uri(&format!("sip:b@{PEER}")));
    for round in 0..10 {
        sim.run(ms(50));
        for invite in sim.requests(PEER, &Method::Invite) {
            let extra = format!("Min-SE: {}\r\n", 100 + round);
            sim.inject(PEER, 0, &respond(&invite, "422 Session Interval Too Small", "t", &extra));
        }
    }
    assert_eq!(sim.sent(A, "INVITE").len(), 5);
    let status = StatusCode::SESSION_INTERVAL_TOO_SMALL;
    assert!(matches!(sim.end_of(0, leg), Event::Ended { status: Some(it), .. } if it == status));
}

/// A scripted caller with an answered call.
struct Caller {
    sim: Sim,
    leg: LegHandle,
    tag: String,
    answer: Response,
}

impl Caller {
    fn begin(mut sim: Sim, extra: &str) -> Self {
        sim.inject(PEER, 1, &Script { extra, body: "v=0", ..Script::default() }.text());
        let leg = sim.nodes[1].calls()[0].leg;
        sim.on(1, |endpoint, now| endpoint.accept(now, leg, sdp("answer"))).unwrap();
        sim.run(ms(50));
        let answer = sim.responses(PEER).pop().unwrap();
        let tag = answer.headers.to().unwrap().tag().unwrap().to_owned();
        let mut caller = Self { sim, leg, tag, answer };
        caller.send("ACK", 1, "", "");
        caller
    }

    fn send(&mut self, method: &str, cseq: u32, extra: &str, body: &str) -> Option<Response> {
        let branch = format!("z9hG4bK{method}{cseq}");
        let script = Script { method, branch: &branch, to_tag: &self.tag, cseq, extra, body };
        self.sim.inject(PEER, 1, &script.text());
        self.sim.run(ms(50));
        self.sim.responses(PEER).pop()
    }

    fn answer(&mut self, request: &Request, extra: &str) {
        let text = respond(request, "200 OK", "", &format!("Contact: <sip:peer@{PEER}>\r\n{extra}"));
        self.sim.inject(PEER, 1, &text);
    }

    fn expires(&self) -> Option<&str> {
        self.answer.headers.get(&HeaderName::SessionExpires)
    }
}

/// Sections 7.4 and 9: the caller wants us to refresh, and does not know UPDATE: by re-INVITE with what stands.
#[test]
fn the_called_end_refreshes_by_reinvite_where_update_is_not_known() {
    let extra = "Supported: timer\r\nSession-Expires: 60;refresher=uas\r\n";
    let mut caller = Caller::begin(brief(6), extra);
    assert_eq!(caller.expires(), Some("60;refresher=uas"));
    for _ in 0..3 {
        caller.sim.run(secs(31));
        let invite = caller.sim.requests(PEER, &Method::Invite).remove(0);
        assert_eq!(invite.body, "answer", "the session as it stands");
        assert_eq!(invite.headers.get(&HeaderName::SessionExpires), Some("60;refresher=uac"));
        caller.answer(&invite, "Session-Expires: 60;refresher=uac\r\nRequire: timer\r\n");
        caller.sim.run(ms(50));
        assert_eq!(caller.sim.requests(PEER, &Method::Ack).len(), 1);
    }
    assert_eq!(caller.sim.nodes[1].ended(caller.leg), 0);
    let bothered = caller.sim.nodes[1].count(|event| matches!(event, Event::ReinviteAnswered { .. }));
    assert_eq!(bothered, 0);
}

/// RFC 3311 section 4: who does not say UPDATE in Allow is sent none; a callee who knows it is spared all the same.
#[test]
fn who_is_spared_update_is_refreshed_by_reinvite() {
    let mut sim = brief(12);
    let caller = sim.call_with(|call| call.update = false);
    sim.run(ms(50));
    let leg = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, leg, sdp("answer"))).unwrap();
    sim.run(ms(100));
    assert!(!header(&sim.sent(A, "INVITE")[0], &HeaderName::Allow).unwrap().contains("UPDATE"));
    // What refreshes it changes nothing, and its owner answers it with what stands.
    for _ in 0..50 {
        sim.run(secs(1));
        if matches!(sim.nodes[1].events.last(), Some(Event::Reinvited { .. })) {
            sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, leg, sdp("answer"))).unwrap();
        }
    }
    assert_eq!((sim.sent(A, "UPDATE").len(), sim.sent(B, "UPDATE").len()), (0, 0), "neither end sends one");
    assert!(sim.sent(A, "INVITE").len() > 1, "the session is refreshed");
    assert_eq!(sim.nodes[0].ended(caller), 0);
    // A call that comes in is spared when its owner says so.
    let mut sim = brief(13);
    sim.call_with(|_| {});
    sim.run(ms(50));
    let leg = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, _| endpoint.spare_update(leg)).unwrap();
    sim.on(1, |endpoint, now| endpoint.accept(now, leg, sdp("answer"))).unwrap();
    sim.run(ms(100));
    assert!(!header(&sim.sent(B, "200 INVITE")[0], &HeaderName::Allow).unwrap().contains("UPDATE"));
}

/// Section 9: a proxy's wish for a caller who knows nothing of it is for us to fulfil; without a wish there is none.
#[test]
fn callers_who_do_not_know_timers_are_left_in_peace() {
    let proxied = Caller::begin(brief(7), "Session-Expires: 120\r\n");
    assert_eq!(proxied.expires(), Some("90;refresher=uas"), "no shorter than is usual");
    assert!(proxied.answer.headers.require().is_empty());
    let mut plain = Caller::begin(brief(8), "");
    assert_eq!(plain.expires(), None);
    plain.sim.run(secs(300));
    assert_eq!(plain.sim.nodes[1].ended(plain.leg), 0);
}

#[test]
fn switched_off_they_are_not_spoken_of() {
    let mut sim = Sim::with(9, |config| config.calls.session_expires = None);
    sim.connected();
    let invite = sim.sent(A, "INVITE").remove(0);
    assert!(!header(&invite, &HeaderName::Supported).unwrap().contains("timer"));
    assert_eq!((expires(&invite), header(&invite, &HeaderName::MinSe)), (String::new(), None));
    let sim = Sim::with(10, |config| config.calls.session_expires = None);
    let asked = Caller::begin(sim, "Supported: timer\r\nSession-Expires: 90\r\n");
    assert_eq!(asked.expires(), None);
    let mut sim = brief(11);
    sim.call_with(|call| call.session_timer = false);
    assert_eq!(expires(&sim.sent(A, "INVITE")[0]), "", "as the call wants it");
}

/// Section 7.4 and 9: each re-INVITE and UPDATE agrees anew, and begins the interval anew.
#[test]
fn timers_are_carried_through_reinvite_and_update() {
    let mut caller = Caller::begin(brief(12), "Supported: timer\r\nSession-Expires: 60;refresher=uac\r\n");
    caller.sim.run(secs(35));
    let wish = "Supported: timer\r\nSession-Expires: 60;refresher=uac\r\n";
    let said = caller.send("UPDATE", 2, wish, "").unwrap();
    assert_eq!(said.headers.get(&HeaderName::SessionExpires), Some("60;refresher=uac"));
    caller.sim.run(secs(35));
    assert_eq!(caller.sim.nodes[1].ended(caller.leg), 0, "refreshed");
    caller.send("INVITE", 3, wish, "hold");
    let leg = caller.leg;
    caller.sim.on(1, |endpoint, now| endpoint.accept_reinvite(now, leg, sdp("held"))).unwrap();
    caller.sim.run(ms(50));
    let said = caller.sim.responses(PEER).pop().unwrap();
    assert_eq!(said.headers.get(&HeaderName::SessionExpires), Some("60;refresher=uac"));
    caller.send("ACK", 3, "", "");
    // Ours says who refreshes as it is agreed.
    caller.sim.on(1, |endpoint, now| endpoint.reinvite(now, leg, sdp("ours"))).unwrap();
    caller.sim.run(ms(50));
    let ours = caller.sim.requests(PEER, &Method::Invite).remove(0);
    assert_eq!(ours.headers.get(&HeaderName::SessionExpires), Some("60;refresher=uas"));
    caller.answer(&ours, "Session-Expires: 60;refresher=uas\r\n");
    caller.sim.run(secs(39));
    assert_eq!(caller.sim.nodes[1].ended(leg), 0);
    caller.sim.run(secs(3));
    assert!(matches!(caller.sim.end_of(1, leg), Event::Ended { reason: EndReason::SessionExpired, .. }));
}

/// Section 9: a refresh that asks for too little is refused, and changes nothing.
#[test]
fn a_refresh_below_the_least_gets_422() {
    let mut caller = Caller::begin(brief(13), "Supported: timer\r\nSession-Expires: 60;refresher=uac\r\n");
    let wish = "Supported: timer\r\nSession-Expires: 5;refresher=uac\r\n";
    for (method, body) in [("UPDATE", ""), ("UPDATE", "hold"), ("INVITE", "hold")] {
        let cseq = 10 + caller.sim.sent(B, "422 UPDATE").len() as u32;
        let refused = caller.send(method, cseq, wish, body).unwrap();
        assert_eq!(refused.status, StatusCode::SESSION_INTERVAL_TOO_SMALL);
        assert_eq!(refused.headers.min_se(), Some(10));
    }
    assert_eq!(caller.sim.nodes[1].count(|event| matches!(event, Event::Reinvited { .. })), 0);
}

/// Section 10: a refresh that is refused for another reason is tried again until the session is over.
#[test]
fn a_refused_refresh_is_tried_again() {
    let extra = "Supported: timer\r\nAllow: UPDATE\r\nSession-Expires: 60;refresher=uas\r\n";
    let mut caller = Caller::begin(brief(14), extra);
    let mut tried = 0;
    for _ in 0..100 {
        caller.sim.run(ms(500));
        for update in caller.sim.requests(PEER, &Method::Update) {
            tried += 1;
            caller.sim.inject(PEER, 1, &respond(&update, "503 Service Unavailable", "", ""));
        }
    }
    assert!((3..=4).contains(&tried), "{tried}");
    assert!(matches!(caller.sim.end_of(1, caller.leg), Event::Ended { reason: EndReason::SessionExpired, .. }));
}

#[test]
fn a_refresh_that_finds_nobody_ends_the_leg() {
    let extra = "Supported: timer\r\nAllow: UPDATE\r\nSession-Expires: 60;refresher=uas\r\n";
    let mut caller = Caller::begin(brief(15), extra);
    caller.sim.run(secs(31));
    let update = caller.sim.requests(PEER, &Method::Update).remove(0);
    caller.sim.inject(PEER, 1, &respond(&update, "481 Call/Transaction Does Not Exist", "", ""));
    assert!(matches!(caller.sim.end_of(1, caller.leg), Event::Ended { reason: EndReason::DialogGone, .. }));
}

//! INVITE with Replaces (RFC 3891 section 3).

use sip_core::LegHandle;
use sip_core::message::{HeaderName, Message, Replaces, Request, StatusCode};

use crate::sim::*;

/// A Replaces that names the second endpoint's end of the call whose INVITE this was.
fn of(sim: &Sim, early_only: bool) -> String {
    let answer = sim.wire.iter().rev().find(|it| it.from == addr(B) && it.label().ends_with(" INVITE")).unwrap();
    let Message::Response(answer) = answer.message() else { panic!("a response") };
    let tag = |name_addr: sip_core::message::NameAddr| name_addr.tag().unwrap().to_owned();
    let replaces = Replaces {
        call_id: answer.headers.call_id().unwrap().to_owned(),
        to_tag: tag(answer.headers.to().unwrap()),
        from_tag: tag(answer.headers.from().unwrap()),
        early_only,
    };
    replaces.to_string()
}

/// The final status that a new INVITE with this Replaces gets, or the leg that it is to replace.
fn try_replacing(sim: &mut Sim, extra: &str) -> Result<Option<LegHandle>, u16> {
    let before = sim.nodes[1].calls().len();
    sim.inject(PEER, 1, &Script { extra, branch: "z9hG4bKrepl", ..Script::default() }.text());
    sim.run(ms(20));
    match sim.nodes[1].calls().get(before) {
        Some(call) => Ok(call.replaces),
        None => Err(sim.responses(PEER).pop().unwrap().status.code()),
    }
}

fn header(replaces: &str) -> String {
    format!("Require: replaces\r\nReplaces: {replaces}\r\n")
}

#[test]
fn a_call_that_stands_is_named_and_the_new_one_takes_its_place() {
    let mut sim = Sim::new(1);
    let (caller, callee) = sim.connected();
    let replaces = of(&sim, false);
    assert_eq!(try_replacing(&mut sim, &header(&replaces)), Ok(Some(callee)));
    let new = sim.nodes[1].calls()[1].leg;
    sim.on(1, |endpoint, now| endpoint.accept(now, new, sdp("answer"))).unwrap();
    sim.hangup(1, callee);
    sim.run(ms(50));
    assert_eq!(sim.nodes[0].ended(caller), 1);
    let accepted = sim.responses(PEER).pop().unwrap();
    assert_eq!(accepted.status, StatusCode::OK);
    assert!(accepted.headers.supports("replaces"));
}

#[test]
fn an_unknown_call_gets_481() {
    let mut sim = Sim::new(2);
    sim.connected();
    let known = of(&sim, false);
    let parts: Vec<&str> = known.split(';').collect();
    let other_call = format!("other;{};{}", parts[1], parts[2]);
    let other_tag = format!("{};{};from-tag=other", parts[0], parts[1]);
    let swapped = known.replace("to-tag", "x").replace("from-tag", "to-tag").replace(";x=", ";from-tag=");
    for replaces in [other_call, other_tag, swapped] {
        let mut sim = Sim::new(2);
        sim.connected();
        assert_eq!(try_replacing(&mut sim, &header(&replaces)), Err(481), "{replaces}");
    }
}

#[test]
fn a_call_that_has_just_ended_gets_603() {
    let mut sim = Sim::new(3);
    let (_, callee) = sim.connected();
    let replaces = of(&sim, false);
    // The BYE is on its way and the dialog still known.
    sim.intercept(|packet| if packet.label() == "BYE" { Fate::Drop } else { Fate::Pass });
    sim.hangup(1, callee);
    assert_eq!(try_replacing(&mut sim, &header(&replaces)), Err(603));
}

#[test]
fn early_only_does_not_take_an_answered_call() {
    let mut sim = Sim::new(4);
    sim.connected();
    let replaces = of(&sim, true);
    assert_eq!(try_replacing(&mut sim, &header(&replaces)), Err(486));
}

/// Only a call that the asked end has placed may be taken while it rings.
#[test]
fn a_call_that_rings_here_cannot_be_taken() {
    let mut sim = Sim::new(5);
    sim.call();
    sim.run(ms(50));
    let callee = sim.nodes[1].calls()[0].leg;
    sim.on(1, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    sim.run(ms(50));
    let replaces = of(&sim, false);
    assert_eq!(try_replacing(&mut sim, &header(&replaces)), Err(481));
}

#[test]
fn a_call_that_rings_there_can_be_taken() {
    let mut sim = Sim::new(6);
    let leg = sim.on(1, |endpoint, now| {
        let mut call = sip_core::OutgoingCall::new(uri(&format!("sip:a@{A}")), name_addr(&format!("<sip:b@{B}>")));
        call.body = Some(sdp("offer"));
        endpoint.invite(now, call)
    });
    sim.run(ms(50));
    let callee = sim.nodes[0].calls()[0].leg;
    sim.on(0, |endpoint, now| endpoint.ring(now, callee, StatusCode::RINGING, None)).unwrap();
    sim.run(ms(50));
    let ringing = sim.sent(A, "180 INVITE").remove(0).message();
    let Message::Response(ringing) = ringing else { panic!("a response") };
    // Who rings sees its own tag as the one of From.
    let replaces = format!(
        "{};to-tag={};from-tag={};early-only",
        ringing.headers.call_id().unwrap(),
        ringing.headers.from().unwrap().tag().unwrap(),
        ringing.headers.to().unwrap().tag().unwrap(),
    );
    assert_eq!(try_replacing(&mut sim, &header(&replaces)), Ok(Some(leg.unwrap())));
}

/// RFC 3891 sections 3 and 6.1.
#[test]
fn more_than_one_or_none_that_can_be_read_gets_400() {
    let mut sim = Sim::new(7);
    sim.connected();
    let known = of(&sim, false);
    let twice = format!("Replaces: {known}\r\nReplaces: {known}\r\n");
    let joined = format!("Replaces: {known}\r\nJoin: {known}\r\n");
    for extra in [twice, joined, "Replaces: nothing\r\n".to_owned()] {
        let mut sim = Sim::new(7);
        sim.connected();
        assert_eq!(try_replacing(&mut sim, &extra), Err(400), "{extra}");
    }
    assert_eq!(try_replacing(&mut sim, ""), Ok(None), "most calls replace none");
}

/// RFC 3891 section 4: it is said that we know of it.
#[test]
fn the_extension_is_offered() {
    let mut sim = Sim::new(8);
    sim.connected();
    let request = |message: Message| match message {
        Message::Request(request) => request,
        Message::Response(_) => panic!("a request"),
    };
    let invite: Request = request(sim.sent(A, "INVITE").remove(0).message());
    assert!(invite.headers.supports("replaces"));
    assert!(invite.headers.get(&HeaderName::Allow).unwrap().contains("REFER"));
}

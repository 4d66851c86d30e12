//! Calls that the phones themselves hand over: REFER, blind and attended, both ways (RFC 3515, 3891, 5589).

use crate::support;

use std::cell::RefCell;
use std::sync::Arc;

use call_model::{CallCommand, CallEvent, CallFacts, HangupCause, TransferOutcome, TransferSettings};
use calls::CallSettings;
use calls::app::AppRef;
use calls::directory::{Directory, NumberRoute, Trunk, TrunkProtocol};
use calls::interop::{Interop, TransferBy};
use sip_core::LegHandle;
use store::{EventFilter, PageRequest};
use support::{CONSENT, House, Phones, member};
use transport::rtp::RtpConfig;

thread_local! {
    /// Whom the test's apps put their caller through to: each test runs on a thread of its own.
    static TARGET: RefCell<String> = const { RefCell::new(String::new()) };
}

fn puts_through(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => {
            let target = TARGET.with_borrow(Clone::clone);
            vec![CallCommand::Transfer(TransferSettings::to(vec![target], 20_000))]
        }
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

/// A house with anna, ben and cleo, and their phones.
async fn staffed() -> (House, Phones) {
    TARGET.set("anna".into());
    let members = ["anna", "ben", "cleo"].map(member);
    let (house, mut phones) = (House::staffed(puts_through, &members).await, Phones::start().await);
    for member in &members {
        phones.register(house.port, &member.name).await;
    }
    (house, phones)
}

/// A caller from outside who talks with anna.
async fn with_anna(house: &mut House, phones: &mut Phones) -> (LegHandle, LegHandle) {
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    phones.take(anna).await;
    phones.confirmed(anna).await;
    house.told_to(CallEvent::TransferAnswered { target: "anna".into() }).await;
    (caller, anna)
}

fn address(house: &House, name: &str) -> String {
    format!("sip:{name}@127.0.0.1:{}", house.port)
}

/// The events `call.transferred`: by whom, to whom and how.
async fn transfers(house: &House) -> Vec<[String; 3]> {
    let filter = EventFilter { kind: Some("call.transferred".into()), ..EventFilter::default() };
    let page = house.store.events(&filter, &PageRequest::first(10)).await.expect("events");
    let word = |event: &store::EventRecord, name: &str| event.data[name].as_str().expect("a word").to_owned();
    page.data.iter().map(|event| ["by", "to", "how"].map(|name| word(event, name))).collect()
}

#[tokio::test]
async fn a_member_hands_a_caller_to_a_colleague() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    phones.refer(anna, &address(&house, "ben"), None).await;
    let ben = phones.called_as("ben").await;
    phones.ring(ben).await;
    phones.refer_rings(anna).await;
    phones.take(ben).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    // Her phone does not hang up by itself.
    phones.ended(anna).await;
    phones.hang_up(ben);
    phones.ended(caller).await;
    let outcome = house
        .told("the end", |event| match event {
            CallEvent::TransferEnded { outcome } => Some(*outcome),
            _ => None,
        })
        .await;
    assert_eq!(outcome, TransferOutcome::Completed);
    let call = house.only_call().await;
    let peers: Vec<_> = call.legs.iter().filter_map(|leg| leg.peer.clone()).collect();
    assert_eq!(&peers[1..], ["anna", "ben"]);
    let (first, second) = (&call.legs[1], &call.legs[2]);
    assert!(first.ended_ms.expect("an end") <= second.ended_ms.expect("an end"));
    assert!(second.answered_ms.is_some());
    assert_eq!(transfers(&house).await, [["anna", "ben", "blind"].map(str::to_owned)]);
}

#[tokio::test]
async fn whoever_is_not_taken_stays_with_whom_they_were() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    phones.refer(anna, &address(&house, "ben"), None).await;
    let ben = phones.called_as("ben").await;
    phones.refuse(ben, 486).await;
    assert_eq!(phones.refer_ended(anna).await, Some(486));
    // She may try again with somebody else.
    phones.refer(anna, &address(&house, "cleo"), None).await;
    let cleo = phones.called_as("cleo").await;
    phones.hang_up(caller);
    phones.ended(cleo).await;
    phones.ended(anna).await;
    house.only_call().await;
    assert!(transfers(&house).await.is_empty());
}

#[tokio::test]
async fn whoever_was_handed_over_in_vain_is_back_with_the_app() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    phones.refer(anna, &address(&house, "ben"), None).await;
    let ben = phones.called_as("ben").await;
    phones.hang_up(anna);
    phones.ended(anna).await;
    phones.refuse(ben, 486).await;
    house.told_to(CallEvent::TransferEnded { outcome: TransferOutcome::Busy }).await;
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn strangers_hand_nobody_over_and_members_only_to_whom_they_may_call() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    phones.refer(caller, &address(&house, "ben"), None).await;
    assert_eq!(phones.refer_ended(caller).await, Some(403), "a stranger");
    for target in [address(&house, "nobody-here"), address(&house, "+4930123456"), "tel:+4930123456".into()] {
        phones.refer(anna, &target, None).await;
        assert_eq!(phones.refer_ended(anna).await, Some(403), "{target}");
    }
    phones.hang_up(caller);
    phones.ended(anna).await;
    house.only_call().await;
}

/// The caller's own phone hands over: the one that was called is whom the call is about then.
#[tokio::test]
async fn a_member_who_called_hands_the_other_over() {
    let (house, mut phones) = staffed().await;
    let anna = phones.call_from(house.port, "anna", "ben").await;
    let ben = phones.called_as("ben").await;
    phones.take(ben).await;
    phones.answered(anna).await;
    phones.confirmed(ben).await;
    phones.refer(anna, &address(&house, "cleo"), None).await;
    let cleo = phones.called_as("cleo").await;
    phones.take(cleo).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    phones.hang_up(anna);
    phones.ended(anna).await;
    phones.hang_up(ben);
    phones.ended(cleo).await;
    let call = house.only_call().await;
    assert_eq!(call.legs.len(), 3);
    let by = call.from.clone().expect("who called");
    assert_eq!(transfers(&house).await, [[by, "cleo".into(), "blind".into()]]);
}

#[tokio::test]
async fn an_attended_transfer_joins_two_calls() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    phones.hold(anna, true).await;
    let asks = phones.call_from(house.port, "anna", "ben").await;
    let ben = phones.called_as("ben").await;
    phones.take(ben).await;
    phones.answered(asks).await;
    phones.confirmed(ben).await;
    phones.refer(anna, &address(&house, "ben"), Some(asks)).await;
    phones.moved(ben).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    phones.ended(asks).await;
    phones.ended(anna).await;
    assert_eq!(house.switchboard.live(), 1, "one call is left");
    phones.hang_up(caller);
    phones.ended(ben).await;
    house.switchboard.drain(std::time::Duration::from_secs(5)).await;
    let page = house.store.calls(&store::CallFilter::default(), &PageRequest::first(10)).await.expect("calls");
    let [consulted, call] = page.data.as_slice() else { panic!("{} calls", page.data.len()) };
    let peers = |call: &store::CallRecord| -> Vec<String> {
        call.legs.iter().skip(1).filter_map(|leg| leg.peer.clone()).collect()
    };
    assert_eq!((peers(consulted), peers(call)), (vec!["ben".to_owned()], vec!["anna".to_owned(), "ben".to_owned()]));
    let moved = consulted.legs[1].ended_ms.expect("they talked until then");
    assert!(call.legs[2].started_ms >= moved && call.legs[2].sip_call_id == consulted.legs[1].sip_call_id);
    assert_eq!(transfers(&house).await, [["anna", "ben", "attended"].map(str::to_owned)]);
}

#[tokio::test]
async fn nobody_takes_over_a_call_that_is_not_theirs() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    // Ben talks with cleo, and anna asks for cleo.
    let foreign = phones.call_from(house.port, "ben", "cleo").await;
    let cleo = phones.called_as("cleo").await;
    phones.take(cleo).await;
    phones.answered(foreign).await;
    phones.confirmed(cleo).await;
    phones.refer(anna, &address(&house, "cleo"), Some(foreign)).await;
    assert_eq!(phones.refer_ended(anna).await, Some(481));
    assert_eq!(house.switchboard.live(), 2, "both calls go on");
    phones.hang_up(caller);
    phones.ended(anna).await;
    phones.hang_up(foreign);
    phones.ended(cleo).await;
}

/// RFC 3891 section 8.
#[tokio::test]
async fn a_member_takes_a_call_over_at_another_phone() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    let ben = phones.take_over(house.port, "ben", anna).await;
    assert_eq!(phones.ended(ben).await.2, Some(403), "it is anna's");
    let mobile = phones.take_over(house.port, "anna", anna).await;
    phones.answered(mobile).await;
    phones.ended(anna).await;
    phones.hang_up(caller);
    phones.ended(mobile).await;
    let call = house.only_call().await;
    assert_eq!(call.legs.iter().skip(1).filter(|leg| leg.peer.as_deref() == Some("anna")).count(), 2);
    assert_eq!(transfers(&house).await, [["anna", "anna", "replaced"].map(str::to_owned)]);
}

/// A member's call is taken over from where they may call from, and not while the house closes.
#[tokio::test]
async fn a_call_is_taken_over_only_from_where_and_while_members_may_call() {
    TARGET.set("anna".into());
    for (network, status) in [("192.0.2.0/24", 403), ("127.0.0.0/8", 503)] {
        let members_from = vec![network.parse().expect("a network")];
        let settings = CallSettings { members_from, ..CallSettings::default() };
        let mut house = House::start_with(puts_through, settings, RtpConfig::default()).await;
        house.staff(&[member("anna")]).await;
        let mut phones = Phones::start().await;
        phones.register(house.port, "anna").await;
        let (caller, anna) = with_anna(&mut house, &mut phones).await;
        let port = house.port;
        let refused = async {
            let mobile = phones.take_over(port, "anna", anna).await;
            let refusal = phones.ended(mobile).await.2;
            phones.hang_up(caller);
            phones.ended(anna).await;
            refusal
        };
        let refusal = if status == 503 { tokio::join!(house.only_call(), refused).1 } else { refused.await };
        assert_eq!(refusal, Some(status), "{network}");
    }
}

/// The one who called goes on at another phone; a call that rings is picked up by one.
#[tokio::test]
async fn a_caller_goes_on_at_another_phone_and_a_ringing_one_is_picked_up() {
    let (house, mut phones) = staffed().await;
    let anna = phones.call_from(house.port, "anna", "ben").await;
    let ben = phones.called_as("ben").await;
    phones.ring(ben).await;
    phones.progress(anna).await;
    let mobile = phones.take_over(house.port, "ben", ben).await;
    phones.answered(mobile).await;
    phones.ended(ben).await;
    phones.answered(anna).await;
    let desk = phones.take_over(house.port, "anna", anna).await;
    phones.answered(desk).await;
    phones.ended(anna).await;
    phones.hang_up(mobile);
    phones.ended(desk).await;
    house.only_call().await;
}

/// A phone whose consultation still rings hands over all the same: its target is called anew.
#[tokio::test]
async fn a_transfer_before_the_answer_is_a_blind_one() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    let asks = phones.call_from(house.port, "anna", "ben").await;
    let rings = phones.called_as("ben").await;
    phones.ring(rings).await;
    phones.progress(asks).await;
    phones.refer(anna, &address(&house, "ben"), Some(asks)).await;
    phones.hang_up(asks);
    phones.ended(rings).await;
    let ben = phones.called_as("ben").await;
    phones.take(ben).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    phones.hang_up(caller);
    phones.ended(ben).await;
}

/// Rings anna before it answers: the caller is answered when she is.
fn rings(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Transfer(TransferSettings::to(vec!["anna".into()], 20_000))],
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn what_is_asked_for_before_the_caller_has_acknowledged_is_done_when_it_has() {
    let members = ["anna", "ben"].map(member);
    let (mut house, mut phones) = (House::staffed(rings, &members).await, Phones::start().await);
    for member in &members {
        phones.register(house.port, &member.name).await;
    }
    // Without an offer, the caller acknowledges when the test says so.
    let caller = phones.call(house.port, "reception", false).await;
    let anna = phones.called_as("anna").await;
    phones.take(anna).await;
    phones.confirmed(anna).await;
    phones.refer(anna, &address(&house, "ben"), None).await;
    phones.answer_late(caller).await;
    house.told_to(CallEvent::TransferAnswered { target: "anna".into() }).await;
    let ben = phones.called_as("ben").await;
    phones.take(ben).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    phones.hang_up(ben);
    phones.ended(caller).await;
}

#[tokio::test]
async fn a_caller_is_handed_to_one_of_our_numbers() {
    let (mut house, mut phones) = staffed().await;
    let (caller, anna) = with_anna(&mut house, &mut phones).await;
    TARGET.set("ben".into());
    phones.refer(anna, &address(&house, CONSENT), None).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    phones.ended(anna).await;
    // Its app puts through to somebody: that is what the test's apps do.
    assert_eq!(house.told_to(CallEvent::Answered).await, CONSENT);
    let ben = phones.called_as("ben").await;
    phones.hang_up(caller);
    phones.ended(ben).await;
    house.only_call().await;
}

/// A house whose reception is on a trunk that the phones play, and that puts its callers through by REFER.
async fn on_trunk() -> (House, Phones, LegHandle) {
    TARGET.set("+4930123456".into());
    let (house, mut phones) = (House::start(puts_through).await, Phones::start().await);
    let trunk = Trunk {
        id: call_model::TrunkId::from_parts(0, 1),
        name: "carrier".into(),
        host: format!("127.0.0.1:{}", phones.port),
        protocol: TrunkProtocol::Udp,
        user: String::new(),
        auth_user: String::new(),
        password: String::new(),
        register: false,
        addresses: vec![std::net::IpAddr::from([127, 0, 0, 1]).into()],
        caller_id: None,
        allowed_prefixes: vec!["+49".into()],
        max_calls: 1,
        toll: calls::toll::Toll::default(),
        interop: Interop { transfer: TransferBy::Refer, takes_refer: true, ..Interop::default() },
    };
    let number = |name: &str| NumberRoute {
        id: call_model::NumberId::from_parts(0, 1),
        number: name.into(),
        app: AppRef::Say(name.into()),
        language: None,
        recording: None,
        transcribe: None,
        fax: calls::FaxRule::Ignore,
        trunk: None,
    };
    let numbers = ["reception", CONSENT].map(number);
    let directory = Directory::new("callwright".into(), "en".into(), "DE".into(), numbers, [], [trunk]);
    house.switchboard.set_directory(Arc::new(directory)).await;
    let caller = phones.call(house.port, "reception", true).await;
    phones.answered(caller).await;
    (house, phones, caller)
}

#[tokio::test]
async fn a_cold_transfer_leaves_by_refer_where_the_trunk_wants_it() {
    let (mut house, mut phones, caller) = on_trunk().await;
    let referral = phones.referred(caller).await;
    assert_eq!(referral.target.to_string(), format!("sip:+4930123456@127.0.0.1:{}", phones.port));
    assert!(referral.referred_by.is_some() && referral.replaces.is_none());
    phones.tell_refer(caller, referral.id, 180).await;
    house.told_to(CallEvent::TransferRinging).await;
    phones.tell_refer(caller, referral.id, 200).await;
    house.told_to(CallEvent::TransferAnswered { target: "+4930123456".into() }).await;
    phones.ended(caller).await;
    let call = house.only_call().await;
    assert_eq!((call.legs.len(), call.cause), (1, Some(HangupCause::Normal)));
    assert_eq!(transfers(&house).await, [["reception", "+4930123456", "refer"].map(str::to_owned)]);
}

#[tokio::test]
async fn whoever_the_carrier_does_not_put_through_is_back_with_the_app() {
    for (status, outcome) in [(486, TransferOutcome::Busy), (603, TransferOutcome::Declined)] {
        let (mut house, mut phones, caller) = on_trunk().await;
        let referral = phones.referred(caller).await;
        phones.tell_refer(caller, referral.id, status).await;
        house.told_to(CallEvent::TransferEnded { outcome }).await;
        phones.ended(caller).await;
        house.only_call().await;
    }
}

#[tokio::test]
async fn a_number_outside_the_gate_is_not_asked_for() {
    let (mut house, mut phones, caller) = on_trunk().await;
    let referral = phones.referred(caller).await;
    phones.tell_refer(caller, referral.id, 486).await;
    phones.ended(caller).await;
    TARGET.set("+12025550123".into());
    let caller = phones.call(house.port, "reception", true).await;
    house.told_to(CallEvent::TransferEnded { outcome: TransferOutcome::Declined }).await;
    phones.ended(caller).await;
}

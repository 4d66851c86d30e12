//! What calls by a trunk may cost, and where they may go.

use crate::support;

use std::net::IpAddr;
use std::sync::Arc;

use call_model::{
    CallCommand, CallEvent, CallFacts, HangupCause, HangupParty, NumberId, TransferOutcome, TransferSettings, TrunkId,
};
use calls::app::AppRef;
use calls::directory::{Directory, Member, NumberRoute, Trunk, TrunkProtocol};
use calls::gate::Refusal;
use calls::interop::Interop;
use calls::toll::Toll;
use calls::{CallSettings, PlaceError};
use store::{CallFilter, EventFilter, PageRequest};
use support::{House, Phones, member, soon};
use transport::rtp::RtpConfig;

fn waits(_: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    Vec::new()
}

/// A trunk whose carrier is a test's phones.
pub async fn trunk(house: &House, phones: &Phones, toll: Toll) {
    let directory = Directory::new("callwright".into(), "en".into(), "DE".into(), [], [], [carrier(phones, toll)]);
    house.switchboard.set_directory(Arc::new(directory)).await;
}

pub fn carrier(phones: &Phones, toll: Toll) -> Trunk {
    Trunk {
        id: TrunkId::from_parts(0, 1),
        name: "carrier".into(),
        host: format!("127.0.0.1:{}", phones.port),
        protocol: TrunkProtocol::Udp,
        user: String::new(),
        auth_user: String::new(),
        password: String::new(),
        register: false,
        addresses: vec![IpAddr::from([127, 0, 0, 1]).into()],
        caller_id: Some("+4930901820".into()),
        allowed_prefixes: vec!["+49".into()],
        max_calls: 0,
        interop: Interop::default(),
        toll,
    }
}

#[tokio::test]
async fn a_sip_address_does_not_lead_around_the_rules_of_a_trunk() {
    let (house, phones) = (House::start(waits).await, Phones::start().await);
    let toll = Toll { denied_prefixes: vec!["+49900".into()], ..Toll::default() };
    trunk(&house, &phones, toll).await;
    for host in ["127.0.0.1".to_owned(), format!("127.0.0.1:{}", phones.port), "localhost".to_owned()] {
        let refusal = house.place(format!("sip:+8821234567@{host}")).await;
        assert!(matches!(refusal, Err(PlaceError::Refused(Refusal::Destination(_)))), "{host}: {refusal:?}");
        let refusal = house.place(format!("sip:0900123456@{host};user=phone")).await;
        assert!(matches!(refusal, Err(PlaceError::Refused(Refusal::Denied(_)))), "{host}: {refusal:?}");
        let refusal = house.place(format!("sip:*99*8821234567@{host}")).await;
        assert!(matches!(refusal, Err(PlaceError::BadDestination)), "{host}: {refusal:?}");
    }
}

async fn first_minute_is_paid(house: &House) {
    soon("the first minute is paid", async {
        let today = || jiff::Timestamp::now().as_millisecond() / 86_400_000;
        while house.store.trunk_spending(today()).await.expect("books").is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_is_cut_when_the_days_money_is_spent() {
    let (house, mut phones) = (House::start(waits).await, Phones::start().await);
    // Enough for one minute of one call.
    let rates = vec![("+49".to_owned(), 20_000)];
    trunk(&house, &phones, Toll { rates, spend_limit_day: 30_000, ..Toll::default() }).await;
    // Both ring before either costs anything.
    house.place("+4930111111".into()).await.expect("a call");
    house.place("+4930222222".into()).await.expect("a call");
    let (one, other) = (phones.called().await, phones.called().await);
    assert!(phones.take(one).await);
    phones.confirmed(one).await;
    first_minute_is_paid(&house).await;
    assert!(phones.take(other).await);
    phones.ended(other).await;
    let refusal = house.place("+4930333333".into()).await;
    assert!(matches!(refusal, Err(PlaceError::Refused(Refusal::SpendLimit(_)))), "{refusal:?}");
    phones.hang_up(one);
    house.switchboard.drain(std::time::Duration::from_secs(20)).await;
    let calls = house.store.calls(&CallFilter::default(), &PageRequest::first(100)).await.expect("calls").data;
    let cut = |call: &&store::CallRecord| call.cause == Some(HangupCause::SpendLimit);
    let cut: Vec<_> = calls.iter().filter(cut).collect();
    assert_eq!((cut.len(), cut.first().and_then(|call| call.hung_up_by)), (1, Some(HangupParty::System)));
    let filter = EventFilter { kind: Some("trunk.spend_limit".into()), ..EventFilter::default() };
    let events = house.store.events(&filter, &PageRequest::first(10)).await.expect("events").data;
    assert!(events.iter().any(|event| event.call == Some(cut[0].id) && event.data["limit"] == "day"), "{events:?}");
}

fn to_anna(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![CallCommand::Transfer(TransferSettings::to(vec!["anna".into()], 20_000))],
        _ => Vec::new(),
    }
}

/// Anna asks a number outside, and hands her caller over to it: the money of that leg is spent in another call then.
#[tokio::test]
async fn a_leg_that_was_handed_over_keeps_its_limit() {
    // No sound comes here, and time will leap.
    let settings = CallSettings { rtp_timeout: None, ..CallSettings::default() };
    let mut house = House::start_with(to_anna, settings, RtpConfig::default()).await;
    let mut phones = Phones::start().await;
    let rates = vec![("+49".to_owned(), 20_000)];
    let toll = Toll { rates, spend_limit_call: 30_000, ..Toll::default() };
    let carrier = Trunk { addresses: Vec::new(), ..carrier(&phones, toll) };
    let reception = NumberRoute {
        id: NumberId::from_parts(0, 1),
        number: "reception".into(),
        app: AppRef::Say("reception".into()),
        language: None,
        recording: None,
        transcribe: None,
        fax: calls::FaxRule::Ignore,
        trunk: None,
    };
    let anna = Member { may_call_from: vec!["+4930901820".into()], ..member("anna") };
    let directory = Directory::new("callwright".into(), "en".into(), "DE".into(), [reception], [anna], [carrier]);
    house.switchboard.set_directory(Arc::new(directory)).await;
    phones.register(house.port, "anna").await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    phones.take(anna).await;
    phones.confirmed(anna).await;
    house.told_to(CallEvent::TransferAnswered { target: "anna".into() }).await;
    let asks = phones.call_from(house.port, "anna", "+4930111111").await;
    let outside = phones.called().await;
    phones.take(outside).await;
    phones.answered(asks).await;
    phones.confirmed(outside).await;
    first_minute_is_paid(&house).await;
    phones.refer(anna, &format!("sip:+4930111111@127.0.0.1:{}", house.port), Some(asks)).await;
    phones.moved(outside).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    phones.ended(asks).await;
    phones.ended(anna).await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    tokio::time::resume();
    phones.ended(outside).await;
    phones.ended(caller).await;
    house.switchboard.drain(std::time::Duration::from_secs(20)).await;
    let calls = house.store.calls(&CallFilter::default(), &PageRequest::first(100)).await.expect("calls").data;
    let causes: Vec<_> = calls.iter().map(|call| call.cause).collect();
    assert_eq!(causes, [Some(HangupCause::Normal), Some(HangupCause::SpendLimit)]);
    let filter = EventFilter { kind: Some("trunk.spend_limit".into()), ..EventFilter::default() };
    let events = house.store.events(&filter, &PageRequest::first(10)).await.expect("events").data;
    assert_eq!(events.iter().map(|event| event.call).collect::<Vec<_>>(), [Some(calls[1].id)]);
}

/// What a phone says of where else its member is would be called by nobody's rules.
#[tokio::test]
async fn a_phone_does_not_lead_to_the_carrier() {
    let (mut house, mut phones) = (House::staffed(to_anna, &[member("anna")]).await, Phones::start().await);
    phones.register(house.port, "anna").await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    phones.redirect(anna, &phones.address("+8821234567")).await;
    house.told_to(CallEvent::TransferEnded { outcome: TransferOutcome::Declined }).await;
    phones.hang_up(caller);
    house.only_call().await;
}

/// Whoever is called by a SIP address does not say where else we call: the gate has not seen it.
#[tokio::test]
async fn an_address_that_was_dialled_does_not_lead_elsewhere() {
    let (house, mut phones) = (House::start(waits).await, Phones::start().await);
    house.place(phones.address("ben")).await.expect("a call");
    let ben = phones.called_as("ben").await;
    phones.redirect(ben, &phones.address("+8821234567")).await;
    let call = house.only_call().await;
    assert_eq!(call.cause, Some(HangupCause::Declined));
}

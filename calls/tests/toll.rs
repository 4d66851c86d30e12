//! What calls by a trunk may cost, and where they may go.

mod support;

use std::net::IpAddr;
use std::sync::Arc;

use call_model::{CallCommand, CallEvent, CallFacts, HangupCause, HangupParty, TrunkId};
use calls::PlaceError;
use calls::directory::{Directory, Trunk, TrunkProtocol};
use calls::gate::Refusal;
use calls::interop::Interop;
use calls::toll::Toll;
use store::{CallFilter, EventFilter, PageRequest};
use support::{House, Phones, soon};

fn waits(_: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    Vec::new()
}

/// A trunk whose carrier is a test's phones.
async fn trunk(house: &House, phones: &Phones, toll: Toll) {
    let trunk = Trunk {
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
    };
    let directory = Directory::new("callwright".into(), "en".into(), "DE".into(), [], [], [trunk]);
    house.switchboard.set_directory(Arc::new(directory)).await;
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
    soon("the first minute is paid", async {
        let today = || jiff::Timestamp::now().as_millisecond() / 86_400_000;
        while house.store.trunk_spending(today()).await.expect("books").is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
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

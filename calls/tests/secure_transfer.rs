//! Transfers of whoever speaks encrypted: what is secret stays so, wherever its sound goes.

use crate::support;

use call_model::{CallCommand, CallEvent, CallFacts, HangupCause, TransferSettings};
use media::sdp::KeyExchange;
use sip_core::LegHandle;
use store::{EventFilter, PageRequest};
use support::{House, Phones, member};

fn puts_through(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![CallCommand::Transfer(TransferSettings::to(vec!["anna".into()], 20_000))],
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

/// Anna talks with a caller, and asks ben, who speaks encrypted, whether he takes them: her two legs, and his.
async fn consulting(exchange: KeyExchange) -> (House, Phones, [LegHandle; 3]) {
    let members = ["anna", "ben"].map(member);
    let (mut house, mut phones) = (House::staffed(puts_through, &members).await, Phones::start().await);
    for member in &members {
        phones.register(house.port, &member.name).await;
    }
    phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    phones.take(anna).await;
    phones.confirmed(anna).await;
    house.told_to(CallEvent::TransferAnswered { target: "anna".into() }).await;
    let asks = phones.call_from(house.port, "anna", "ben").await;
    let ben = phones.called_as("ben").await;
    phones.take(ben).await;
    phones.answered(asks).await;
    phones.confirmed(ben).await;
    phones.encrypt(ben, exchange).await;
    phones.refer(anna, &format!("sip:ben@127.0.0.1:{}", house.port), Some(asks)).await;
    (house, phones, [anna, asks, ben])
}

/// How a transfer was made.
async fn made(house: &House) -> String {
    house.switchboard.drain(std::time::Duration::from_secs(5)).await;
    let filter = EventFilter { kind: Some("call.transferred".into()), ..EventFilter::default() };
    let page = house.store.events(&filter, &PageRequest::first(10)).await.expect("events");
    page.data[0].data["how"].as_str().expect("how").to_owned()
}

#[tokio::test]
async fn keys_of_the_description_are_offered_where_an_encrypted_leg_goes() {
    let (_house, mut phones, [anna, _, ben]) = consulting(KeyExchange::Sdes).await;
    assert_eq!(phones.moved_encrypted(ben, KeyExchange::Sdes).await, "RTP/SAVP");
    assert_eq!(phones.refer_ended(anna).await, Some(200));
}

/// The keys of a handshake belong to the ports where it was held: its phone is called anew.
#[tokio::test]
async fn whoever_has_keys_of_a_handshake_is_called_anew() {
    let (house, mut phones, [anna, asks, ben]) = consulting(KeyExchange::Dtls).await;
    let anew = phones.called_as("ben").await;
    phones.take(anew).await;
    assert_eq!(phones.refer_ended(anna).await, Some(200));
    for leg in [asks, anew] {
        phones.hang_up(leg);
    }
    phones.ended(ben).await;
    assert_eq!(made(&house).await, "blind");
}

//! What happens is told: signed, in order, again after a failure, always under the same id.

use std::collections::BTreeSet;

use callwright_tests::api::{Api, text};
use callwright_tests::caller::{self, call_with, config, script};
use callwright_tests::receiver::Delivery;
use callwright_tests::receiver::Receiver;
use callwright_tests::{Server, wait};
use serde_json::json;
use synthetic_caller::Step;

use crate::flows::line;

async fn hook(api: &Api, receiver: &Receiver, events: &[&str]) -> (String, String) {
    let hook = api.post("/v1/webhooks", &json!({ "url": receiver.url, "events": events })).await;
    (text(&hook, "id"), text(&hook, "secret"))
}

async fn short_call(server: &Server) {
    let steps = vec![Step::Speech, caller::wait(4.0), Step::HangUp];
    call_with(config("+12025550123"), script(server.address("line"), steps)).await;
}

#[tokio::test]
async fn each_event_of_a_call_arrives_signed() {
    let server = Server::start().await;
    let (api, receiver) = (line(&server, "announced").await, Receiver::start().await);
    let (_, secret) = hook(&api, &receiver, &["*"]).await;
    short_call(&server).await;
    receiver.delivery("recording.ready", |delivery| delivery.kind() == "recording.ready").await;
    receiver.delivery("call.ended", |delivery| delivery.kind() == "call.ended").await;
    let deliveries = receiver.deliveries();
    let kinds: BTreeSet<_> = deliveries.iter().map(Delivery::kind).collect();
    let expected = ["call.answered", "call.ended", "call.ringing", "recording.ready"];
    assert!(expected.iter().all(|kind| kinds.contains(*kind)), "{kinds:?}");
    let call = api.newest_call().await;
    for delivery in &deliveries {
        assert!(delivery.is_signed_by(&secret), "{}", delivery.kind());
        assert!(!delivery.is_signed_by("whsec_bm90IHRoZSBzZWNyZXQgYXQgYWxsLCBzb3JyeSE="));
        let event = delivery.json();
        assert_eq!(event["id"], delivery.header("webhook-id"));
        assert_eq!(event["data"]["call"]["id"], call, "{event}");
        let sent: i64 = delivery.header("webhook-timestamp").parse().unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert!(now.cast_signed() - sent < 120, "the receiver's protection against replay would refuse it");
    }
    let ids: BTreeSet<_> = deliveries.iter().map(|delivery| delivery.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), deliveries.len(), "each once");
}

#[tokio::test]
async fn only_what_was_asked_for_arrives() {
    let server = Server::start().await;
    let (api, receiver) = (line(&server, "off").await, Receiver::start().await);
    hook(&api, &receiver, &["call.ended"]).await;
    short_call(&server).await;
    receiver.delivery("call.ended", |delivery| delivery.kind() == "call.ended").await;
    assert!(receiver.deliveries().iter().all(|delivery| delivery.kind() == "call.ended"));
}

/// Waits until a delivery has failed once and is to be tried again.
async fn failed_once(api: &Api, hook: &str) {
    let path = format!("/v1/webhooks/{hook}/deliveries");
    wait::until("the first try has failed", async || {
        let deliveries = api.list(&path).await;
        let delivery = deliveries.first()?;
        (delivery["attempts"] == 1 && delivery["state"] == "pending").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_after_a_restart_under_the_same_id() {
    let mut server = Server::start().await;
    let (api, receiver) = (line(&server, "off").await, Receiver::start().await);
    receiver.answer(&[500]);
    let (id, secret) = hook(&api, &receiver, &["call.ended"]).await;
    short_call(&server).await;
    let first = receiver.delivery("the first try", |delivery| delivery.status == 500).await;
    failed_once(&api, &id).await;
    server.restart().await;
    let second = receiver.delivery("the second try", |delivery| delivery.status == 204).await;
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.json(), second.json());
    assert!(second.is_signed_by(&secret));
}

#[tokio::test]
async fn a_failed_delivery_survives_a_kill() {
    let mut server = Server::start().await;
    let (api, receiver) = (line(&server, "off").await, Receiver::start().await);
    receiver.answer(&[503]);
    let (id, _) = hook(&api, &receiver, &["call.ended"]).await;
    short_call(&server).await;
    let first = receiver.delivery("the first try", |delivery| delivery.status == 503).await;
    failed_once(&api, &id).await;
    server.kill();
    server.begin().await;
    let second = receiver.delivery("the second try", |delivery| delivery.status == 204).await;
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
}

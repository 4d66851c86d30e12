//! Webhooks that are sent, refused, slow, dropped and sent again.

use std::time::Duration;

use call_model::WebhookId;
use callwright::webhooks::{Schedule, WebhookConfig, WebhookSender, signature};
use serde_json::json;
use store::{DeliveryRecord, DeliveryState, PageRequest};

use crate::receiver::{Receiver, Reply};
use crate::support::{CALLER, NOW, Surface};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Short pauses, so that tests end.
fn config() -> WebhookConfig {
    let pauses = vec![Duration::from_millis(20); 3];
    WebhookConfig {
        time_limit: Duration::from_millis(400),
        schedule: Schedule { pauses, ..Schedule::default() },
        ..WebhookConfig::default()
    }
}

impl Surface {
    async fn hook(&self, url: &str, events: &[&str]) -> WebhookId {
        let body = json!({"url": url, "events": events, "secret": SECRET});
        self.send("POST", "/v1/webhooks", &body).await.ok(201)["id"].as_str().unwrap().parse().unwrap()
    }

    async fn deliveries(&self, hook: WebhookId) -> Vec<DeliveryRecord> {
        self.store.deliveries(hook, None, &PageRequest::default()).await.unwrap().data
    }

    /// Waits until the only delivery of a webhook is in this state.
    async fn settled(&self, hook: WebhookId, state: DeliveryState) -> DeliveryRecord {
        self.until(async || {
            let mut deliveries = self.deliveries(hook).await;
            (deliveries.len() == 1 && deliveries[0].state == state).then(|| deliveries.remove(0))
        })
        .await
    }
}

#[tokio::test]
async fn an_event_arrives_signed_under_its_id() {
    let surface = Surface::start().await;
    let mut receiver = Receiver::start([]).await;
    let hook = surface.hook(&receiver.url, &["call.ended"]).await;
    let sender = WebhookSender::start(surface.store.clone(), config()).unwrap();
    let call = surface.ended_call(NOW).await;

    let got = receiver.next().await;
    let event = &surface.get(&format!("/v1/calls/{call}/events")).await.ok(200)["data"][0];
    assert_eq!(&got.body, event, "a webhook gets what the API shows");
    assert_eq!(got.id, event["id"].as_str().unwrap());
    assert_eq!(got.body["data"]["call"]["from"], CALLER);
    assert_eq!(Some(got.signature), signature(SECRET, &got.id, got.timestamp, got.raw.as_bytes()));
    let delivery = surface.settled(hook, DeliveryState::Delivered).await;
    assert_eq!((delivery.attempts, delivery.last_status), (1, Some(204)));

    let resend = json!({"event": got.id});
    surface.send("POST", &format!("/v1/webhooks/{hook}/deliveries"), &resend).await.ok(202);
    assert_eq!(receiver.next().await.id, got.id);
    sender.stop().await;
}

#[tokio::test]
async fn every_kind_of_failure_is_tried_again_under_the_same_id() {
    let surface = Surface::start().await;
    let failures = [Reply::Status(500), Reply::Drop, Reply::Silence];
    let mut receiver = Receiver::start(failures).await;
    let hook = surface.hook(&receiver.url, &["call.ringing"]).await;
    let sender = WebhookSender::start(surface.store.clone(), config()).unwrap();
    surface.ended_call(NOW).await;
    let first = receiver.next().await.id;
    for _ in 0..3 {
        assert_eq!(receiver.next().await.id, first);
    }
    let delivery = surface.settled(hook, DeliveryState::Delivered).await;
    assert_eq!((delivery.attempts, delivery.last_error), (4, None));
    sender.stop().await;
}

#[tokio::test]
async fn after_the_last_try_it_is_given_up_and_says_why() {
    let surface = Surface::start().await;
    let mut receiver = Receiver::start([Reply::Status(302); 4]).await;
    let hook = surface.hook(&receiver.url, &["call.ringing"]).await;
    let sender = WebhookSender::start(surface.store.clone(), config()).unwrap();
    surface.ended_call(NOW).await;
    let delivery = surface.settled(hook, DeliveryState::Failed).await;
    assert_eq!((delivery.attempts, delivery.last_status, delivery.next_ms), (4, Some(302), None));
    assert!(delivery.last_error.unwrap().contains("redirects are not followed"));
    let shown = surface.get(&format!("/v1/webhooks/{hook}/deliveries?state=failed")).await.ok(200);
    assert_eq!((&shown["data"][0]["attempts"], &shown["data"][0]["type"]), (&json!(4), &json!("call.ringing")));
    for _ in 0..4 {
        receiver.next().await;
    }
    assert!(receiver.received.try_recv().is_err(), "a redirect was followed");
    sender.stop().await;
}

#[tokio::test]
async fn a_receiver_that_says_gone_gets_nothing_more() {
    let surface = Surface::start().await;
    let receiver = Receiver::start([Reply::Status(410)]).await;
    let hook = surface.hook(&receiver.url, &["call.ringing"]).await;
    let sender = WebhookSender::start(surface.store.clone(), config()).unwrap();
    surface.ended_call(NOW).await;
    surface.settled(hook, DeliveryState::Failed).await;
    let disabled = async || surface.store.webhook(hook).await.unwrap().filter(|hook| !hook.enabled);
    let hook = surface.until(disabled).await;
    assert!(hook.disabled_reason.unwrap().contains("410"));
    surface.ended_call(NOW).await;
    assert_eq!(surface.deliveries(hook.id).await.len(), 1);
    sender.stop().await;
}

#[tokio::test]
async fn a_receivers_wish_to_wait_is_kept() {
    let surface = Surface::start().await;
    let mut receiver = Receiver::start([Reply::After(503, 3_600)]).await;
    let hook = surface.hook(&receiver.url, &["call.ringing"]).await;
    let sender = WebhookSender::start(surface.store.clone(), config()).unwrap();
    surface.ended_call(NOW).await;
    receiver.next().await;
    let delivery =
        surface.until(async || surface.deliveries(hook).await.pop().filter(|delivery| delivery.attempts == 1)).await;
    assert_eq!(delivery.state, DeliveryState::Pending);
    assert!(delivery.next_ms.unwrap() - delivery.updated_ms >= 3_590_000);
    sender.stop().await;
}

#[tokio::test]
async fn a_slow_receiver_does_not_hold_up_the_others() {
    let surface = Surface::start().await;
    let slow = Receiver::start([Reply::Silence; 64]).await;
    let mut quick = Receiver::start([]).await;
    let slow_hook = surface.hook(&slow.url, &["call.ringing"]).await;
    surface.hook(&quick.url, &["call.ringing"]).await;
    let config = WebhookConfig {
        max_in_flight: 4,
        max_in_flight_per_webhook: 2,
        time_limit: Duration::from_secs(5),
        ..config()
    };
    let sender = WebhookSender::start(surface.store.clone(), config).unwrap();
    for _ in 0..20 {
        surface.ended_call(NOW).await;
    }
    for _ in 0..20 {
        quick.next().await;
    }
    assert!(surface.deliveries(slow_hook).await.iter().all(|delivery| delivery.state == DeliveryState::Pending));
    drop(slow);
    drop(sender);
}

#[tokio::test]
async fn what_a_dead_process_left_is_sent_by_the_next_one() {
    let surface = Surface::start().await;
    let mut receiver = Receiver::start([Reply::Silence]).await;
    let hook = surface.hook(&receiver.url, &["call.ringing"]).await;
    surface.ended_call(NOW).await;
    let sender = WebhookSender::start(surface.store.clone(), config()).unwrap();
    let first = receiver.next().await.id;
    // Stopped in the middle of a try: it is waited for, and its outcome is in the books.
    sender.stop().await;
    let delivery = surface.deliveries(hook).await.remove(0);
    assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Pending, 1));
    assert!(receiver.received.try_recv().is_err());

    let sender = WebhookSender::start(surface.store.clone(), config()).unwrap();
    assert_eq!(receiver.next().await.id, first);
    surface.settled(hook, DeliveryState::Delivered).await;
    sender.stop().await;
}

//! Deliveries: due, claimed, put off, settled, sent again.

use call_model::WebhookId;
use serde_json::Map;
use store::{DeliveryOutcome, DeliveryState, NewCall, NewEvent, NewWebhook, PageRequest, StoreError};

use crate::support::{Books, CALLER, NOW, hook, inbound};

const LEASE: i64 = 60_000;

impl Books {
    async fn claim(&self, now_ms: i64, busy: &[WebhookId]) -> Vec<store::DueDelivery> {
        self.store.claim_deliveries(now_ms, LEASE, 100, busy).await.unwrap()
    }

    async fn state(&self, webhook: WebhookId) -> (DeliveryState, u32, Option<i64>) {
        let page = self.store.deliveries(webhook, None, &PageRequest::first(1)).await.unwrap();
        (page.data[0].state, page.data[0].attempts, page.data[0].next_ms)
    }
}

fn event(kind: &str) -> NewEvent {
    NewEvent { kind: kind.to_owned(), call: None, at_ms: NOW, data: Map::new() }
}

#[tokio::test]
async fn each_webhook_gets_what_its_filter_lets_through() {
    let books = Books::open().await;
    let all = books.webhook(&["*"]).await.id;
    let calls = books.webhook(&["call.*"]).await.id;
    let ends = books.webhook(&["call.ended", "transfer.answered"]).await.id;
    let off = books.store.add_webhook(NewWebhook { enabled: false, ..hook(&["*"]) }, NOW).await.unwrap().id;
    books.ended_call(CALLER, NOW).await;
    books.store.emit(event("transfer.answered")).await.unwrap();

    let due = books.claim(NOW + 100, &[]).await;
    let kinds = |id| due.iter().filter(|d| d.webhook == id).map(|d| d.event.kind.as_str()).collect::<Vec<_>>();
    assert_eq!(kinds(all).len(), 3);
    assert_eq!(kinds(calls), ["call.ringing", "call.ended"]);
    assert_eq!(kinds(ends).len(), 2);
    assert!(kinds(off).is_empty());
}

#[tokio::test]
async fn a_try_that_fails_comes_again_under_the_same_id_even_after_a_restart() {
    let books = Books::open().await;
    let id = books.webhook(&["call.ringing"]).await.id;
    books.ended_call(CALLER, NOW).await;
    assert!(books.claim(NOW - 1, &[]).await.is_empty(), "not due yet");
    assert!(books.claim(NOW, &[id]).await.is_empty(), "its webhook is busy");
    let first = books.claim(NOW, &[]).await.remove(0);
    assert!(books.claim(NOW, &[]).await.is_empty(), "claimed once");

    // The program dies before it settles: the lease ends and the try comes again.
    let books = books.reopen().await;
    let again = books.claim(NOW + LEASE, &[]).await.remove(0);
    assert_eq!((again.event.id, again.attempts), (first.event.id, 0));
    let next_ms = NOW + LEASE + 5_000;
    let retry = DeliveryOutcome::Retry { status: Some(503), error: "busy".to_owned(), next_ms };
    books.store.settle_delivery(id, again.event.id, retry, NOW + LEASE).await.unwrap();
    assert_eq!(books.state(id).await, (DeliveryState::Pending, 1, Some(next_ms)));
    assert_eq!(books.store.next_delivery_ms(&[]).await.unwrap(), Some(next_ms));
    assert!(books.claim(next_ms - 1, &[]).await.is_empty());
    let third = books.claim(next_ms, &[]).await.remove(0);
    assert_eq!((third.event.id, third.attempts), (first.event.id, 1));
    let taken = DeliveryOutcome::Delivered { status: 204 };
    books.store.settle_delivery(id, third.event.id, taken, next_ms).await.unwrap();
    assert_eq!(books.state(id).await, (DeliveryState::Delivered, 2, None));
    assert_eq!(books.store.next_delivery_ms(&[]).await.unwrap(), None);

    books.store.resend(id, third.event.id, next_ms + 1).await.unwrap();
    assert_eq!(books.claim(next_ms + 1, &[]).await[0].event.id, first.event.id);
}

#[tokio::test]
async fn a_disabled_webhook_gets_nothing_more_until_it_is_enabled_again() {
    let books = Books::open().await;
    let id = books.webhook(&["*"]).await.id;
    books.ended_call(CALLER, NOW).await;
    books.store.disable_webhook(id, "410 Gone", NOW + 50).await.unwrap();
    books.ended_call(CALLER, NOW).await;
    assert!(books.claim(NOW + 100, &[]).await.is_empty());
    let page = books.store.deliveries(id, None, &PageRequest::default()).await.unwrap();
    assert_eq!(page.data.len(), 2);
    assert!(page.data.iter().all(|d| d.state == DeliveryState::Failed));
    assert_eq!(books.store.webhook(id).await.unwrap().unwrap().disabled_reason.as_deref(), Some("410 Gone"));

    let enabled = books.store.change_webhook(id, NewWebhook { secret: None, ..hook(&["*"]) }, NOW).await.unwrap();
    assert_eq!((enabled.disabled_reason, enabled.secret.as_str()), (None, "whsec_c2VjcmV0"));
    books.ended_call(CALLER, NOW).await;
    assert_eq!(books.claim(NOW + 100, &[]).await.len(), 2);
    assert!(books.store.delete_webhook(id).await.unwrap());
    assert_eq!(books.store.next_delivery_ms(&[]).await.unwrap(), None);
    assert!(matches!(books.store.resend(id, store::fresh_id(NOW), NOW).await, Err(StoreError::NotFound("webhook"))));
}

#[tokio::test]
async fn a_webhook_named_by_a_call_is_told_of_that_call_only() {
    let books = Books::open().await;
    let (made, new) = books.store.call_webhook("https://example.org/one", "whsec_a", NOW).await.unwrap();
    let (same, again) = books.store.call_webhook("https://example.org/one", "whsec_b", NOW).await.unwrap();
    assert_eq!((new, again, same.id, same.secret.as_str()), (true, false, made.id, "whsec_a"));
    books.ended_call(CALLER, NOW).await;
    assert!(books.claim(NOW + 100, &[]).await.is_empty());
    let call = NewCall { webhook: Some(made.id), ..inbound(CALLER, NOW) };
    let id = call.id;
    books.store.begin_call(call).await.unwrap();
    let due = books.claim(NOW + 100, &[]).await;
    assert_eq!((due.len(), due[0].webhook, due[0].event.call), (1, made.id, Some(id)));
}

#[tokio::test]
async fn the_sender_is_woken_by_a_new_delivery() {
    let books = Books::open().await;
    books.webhook(&["call.ringing"]).await;
    books.store.begin_call(inbound(CALLER, NOW)).await.unwrap();
    books.store.delivery_added().await;
}

#[tokio::test]
async fn old_events_are_removed_a_few_at_a_time_but_not_what_is_still_to_be_delivered() {
    let books = Books::open().await;
    let at = |at_ms| NewEvent { at_ms, ..event("transfer.answered") };
    for turn in 0..5 {
        books.store.emit(at(NOW + turn)).await.unwrap();
    }
    let hook = books.webhook(&["*"]).await.id;
    let pending = books.store.emit(at(NOW + 5)).await.unwrap();
    books.store.emit(at(NOW + 1_000)).await.unwrap();
    assert_eq!(books.store.prune_events(NOW + 1_000, 3).await.unwrap(), 3);
    assert_eq!(books.store.prune_events(NOW + 1_000, 3).await.unwrap(), 2);
    assert_eq!(books.store.prune_events(NOW + 1_000, 3).await.unwrap(), 0, "one is still to be delivered");
    books.store.settle_delivery(hook, pending, DeliveryOutcome::Delivered { status: 204 }, NOW).await.unwrap();
    assert_eq!(books.store.prune_events(NOW + 1_000, 3).await.unwrap(), 1);
    assert_eq!(books.store.deliveries(hook, None, &PageRequest::default()).await.unwrap().data.len(), 1);
}

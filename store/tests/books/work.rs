//! Tickets, follow-ups, errands, and what is done once.

use serde_json::json;
use store::{
    ErrandKind, ErrandOutcome, FollowUpFilter, FollowUpKind, FollowUpState, NewFollowUp, NewTicket, OnceState,
    PageRequest, TicketChange, TicketFilter, TicketPriority, TicketState,
};

use super::support::{Books, CALLER, NOW, inbound};

fn ticket(once: Option<&str>) -> NewTicket {
    NewTicket {
        subject: "A crown is loose".to_owned(),
        text: "Since yesterday".to_owned(),
        category: None,
        priority: TicketPriority::High,
        contact: None,
        call: None,
        name: None,
        phone: None,
        once: once.map(str::to_owned),
    }
}

#[tokio::test]
async fn tickets_have_numbers_and_are_made_once() {
    let books = Books::open().await;
    let call = inbound(CALLER, NOW);
    let id = call.id;
    let contact = books.store.begin_call(call).await.unwrap().contact.unwrap().id;
    let first = books.store.add_ticket(NewTicket { call: Some(id), ..ticket(Some("a")) }, NOW).await.unwrap();
    assert_eq!((first.number, first.contact, first.state), (1_001, Some(contact), TicketState::Open));
    assert_eq!(books.store.add_ticket(ticket(Some("a")), NOW).await.unwrap().id, first.id);
    let second = books.store.add_ticket(ticket(None), NOW).await.unwrap();
    assert_eq!(second.number, 1_002);

    let change = TicketChange {
        state: Some(TicketState::Waiting),
        answer: Some("Please come in".to_owned()),
        category: Some(Some("crowns".to_owned())),
        ..Default::default()
    };
    let changed = books.store.change_ticket(first.id, change, NOW + 1).await.unwrap();
    assert_eq!((changed.category.as_deref(), changed.answer.as_str()), (Some("crowns"), "Please come in"));
    assert_eq!(changed.subject, first.subject);
    let own = TicketFilter { contact: Some(contact), ..Default::default() };
    assert_eq!(books.store.tickets(&own, &PageRequest::default()).await.unwrap().data, [changed]);
}

#[tokio::test]
async fn a_message_is_something_to_do_until_it_is_done() {
    let books = Books::open().await;
    books.webhook(&["follow_up.created"]).await;
    let new = NewFollowUp {
        kind: FollowUpKind::Message,
        mailbox: "reception".to_owned(),
        contact: None,
        call: None,
        name: Some("Miller".to_owned()),
        phone: None,
        text: "I will be late".to_owned(),
        due_ms: None,
        once: Some("a".to_owned()),
    };
    let made = books.store.add_follow_up(new.clone(), NOW).await.unwrap();
    assert_eq!(books.store.add_follow_up(new, NOW).await.unwrap(), made);
    let due = books.store.claim_deliveries(NOW, 1_000, 10, &[]).await.unwrap();
    assert_eq!((due.len(), &due[0].event.data["follow_up"]["text"]), (1, &json!("I will be late")));
    let open = FollowUpFilter { state: Some(FollowUpState::Open), ..Default::default() };
    assert_eq!(books.store.follow_ups(&open, &PageRequest::default()).await.unwrap().data.len(), 1);
    books.store.mark_follow_up(made.id, FollowUpState::Done, NOW + 1).await.unwrap();
    assert!(books.store.follow_ups(&open, &PageRequest::default()).await.unwrap().data.is_empty());
}

#[tokio::test]
async fn an_errand_comes_back_until_it_is_done_even_after_a_restart() {
    let books = Books::open().await;
    let id = books.store.add_errand(ErrandKind::Mail, json!({ "to": "x" }), NOW).await.unwrap();
    assert_eq!(books.store.claim_errands(NOW, 1_000, 10).await.unwrap()[0].id, id);
    assert!(books.store.claim_errands(NOW, 1_000, 10).await.unwrap().is_empty(), "leased");
    let books = books.reopen().await;
    assert_eq!(books.store.claim_errands(NOW + 1_000, 1_000, 10).await.unwrap().len(), 1);
    let retry = ErrandOutcome::Retry { error: "busy".to_owned(), next_ms: NOW + 5_000 };
    books.store.settle_errand(id, retry, NOW).await.unwrap();
    assert_eq!(books.store.next_errand_ms().await.unwrap(), Some(NOW + 5_000));
    let due = books.store.claim_errands(NOW + 5_000, 1_000, 10).await.unwrap();
    assert_eq!((due[0].attempts, due[0].last_error.as_deref()), (1, Some("busy")));
    books.store.settle_errand(id, ErrandOutcome::Done, NOW).await.unwrap();
    assert_eq!(books.store.next_errand_ms().await.unwrap(), None);
    assert_eq!(books.store.prune_tool_results(NOW + 1).await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_begun_is_known_after_a_restart() {
    let books = Books::open().await;
    assert_eq!(books.store.begin_once("call/a/1", NOW).await.unwrap(), OnceState::New);
    assert_eq!(books.store.begin_once("call/a/2", NOW).await.unwrap(), OnceState::New);
    assert_eq!(books.store.begin_once("call/b/1", NOW).await.unwrap(), OnceState::New);
    books.store.keep_once("call/a/1", json!({ "ok": 1 }), NOW).await.unwrap();
    books.store.keep_once("call/a/1", json!({ "ok": 2 }), NOW).await.unwrap();
    let books = books.reopen().await;
    assert_eq!(books.store.begin_once("call/a/1", NOW).await.unwrap(), OnceState::Done(json!({ "ok": 1 })));
    assert_eq!(books.store.begin_once("call/a/2", NOW).await.unwrap(), OnceState::Open);
    books.store.forget_once("call/a/").await.unwrap();
    assert_eq!(books.store.begin_once("call/a/1", NOW).await.unwrap(), OnceState::New);
    assert_eq!(books.store.begin_once("call/b/1", NOW).await.unwrap(), OnceState::Open);
}

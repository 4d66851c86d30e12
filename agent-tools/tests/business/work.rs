//! Tickets, contacts, messages, calls back, surveys, confirmations.

use call_model::Verified;
use serde_json::{Value, json};
use store::{FollowUpFilter, FollowUpKind, PageRequest};

use crate::support::{CALLER, OTHER, Practice, now_ms};

#[tokio::test]
async fn a_ticket_is_made_once_and_told_to_its_owner_only() {
    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    let ticket = json!({"subject": "A crown is loose", "text": "Since yesterday", "priority": "high"});
    let made = caller.ok("create_ticket", ticket.clone()).await;
    assert_eq!(made, json!({"ticket": 1001, "created": true}));
    assert_eq!(caller.ok("create_ticket", ticket).await, made);
    let later = practice.call(CALLER).await;
    let found = later.ok("look_up_ticket", json!({"ticket": 1001})).await;
    assert_eq!(found["tickets"][0]["state"], "open");
    let stranger = practice.call(OTHER).await;
    let why = stranger.refused("look_up_ticket", json!({"ticket": 1001})).await;
    assert_eq!(why, stranger.refused("look_up_ticket", json!({"ticket": 7777})).await, "not even that it exists");
    assert_eq!(stranger.ok("look_up_ticket", json!({})).await, json!({"tickets": []}));
}

#[tokio::test]
async fn a_contact_is_told_and_changed_as_far_as_he_is_verified() {
    let practice = Practice::open().await;
    let mut caller = practice.call(CALLER).await;
    let id = practice.store.contact_by_address(&practice.store.address(CALLER)).await.unwrap().unwrap().id;
    for (field, value) in [("name", "Miller"), ("insurance", "A123"), ("pin", "4711")] {
        practice.store.set_contact_field(id, field, value.into(), now_ms()).await.unwrap();
    }
    let told = caller.ok("look_up_contact", json!({})).await;
    assert_eq!((&told["fields"], &told["locked"]), (&json!({"name": "Miller"}), &json!(["insurance"])));
    assert!(!told.to_string().contains("4711") && !told.to_string().contains("pin\""));
    let change = |field: &str, value: &str| json!({"field": field, "value": value});
    assert!(caller.refused("update_contact", change("insurance", "B")).await.contains("PIN"));
    assert!(caller.refused("update_contact", change("pin", "1")).await.contains("cannot be changed"));
    for email in ["m@example.org", "n@example.org", "m@example.org"] {
        // Said again after another one, it is written again.
        caller.ok("update_contact", change("email", email)).await;
    }
    caller.verified = Verified::Pin;
    let told = caller.ok("look_up_contact", json!({})).await;
    assert_eq!(told["fields"]["insurance"], "A123");
    assert_eq!((&told["fields"]["email"], told.get("locked")), (&json!("m@example.org"), None));
    caller.verified = Verified::No;
    assert!(caller.refused("look_up_contact", json!({})).await.contains("ask him"));
}

#[tokio::test]
async fn who_does_not_want_to_be_called_is_in_the_books() {
    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    for _ in 0..2 {
        caller.ok("opt_out", json!({"words": "never call me again", "purpose": "marketing"})).await;
    }
    let suppressions = practice.store.suppressions_of(CALLER).await.unwrap();
    assert_eq!(suppressions.len(), 1);
    assert_eq!((suppressions[0].method.as_str(), suppressions[0].purpose.as_deref()), ("voice", Some("marketing")));
    assert_eq!(suppressions[0].said.as_deref(), Some("never call me again"));
    assert!(suppressions[0].call.is_some());
}

async fn follow_ups(practice: &Practice, kind: FollowUpKind) -> Vec<store::FollowUpRecord> {
    let filter = FollowUpFilter { kind: Some(kind), ..FollowUpFilter::default() };
    practice.store.follow_ups(&filter, &PageRequest::default()).await.unwrap().data
}

#[tokio::test]
async fn a_message_waits_for_its_mailbox() {
    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    let message = json!({"message": "I will be late", "name": "Miller", "for": "team"});
    caller.ok("take_message", message).await;
    let kept = follow_ups(&practice, FollowUpKind::Message).await;
    assert_eq!((kept[0].mailbox.as_str(), kept[0].text.as_str()), ("team", "I will be late"));
    assert_eq!((kept[0].call, kept[0].contact.is_some()), (Some(caller.id), true));
    assert!(caller.refused("take_message", json!({"message": " "})).await.contains("empty"));
}

#[tokio::test]
async fn a_call_back_has_a_time_at_which_somebody_is_there() {
    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    let noted = caller.ok("request_callback", json!({"reason": "a bill", "at": "2026-11-24T14:00"})).await;
    assert_eq!(noted, json!({"noted": true, "at": "2026-11-24T14:00"}));
    assert_eq!(follow_ups(&practice, FollowUpKind::Callback).await[0].due_ms, Some(1_795_525_200_000));
    for (at, hint) in [
        ("2026-11-23T09:00", "over"),
        ("2026-11-24T20:00", "the next opening after it is 2026-11-25 at 08:00"),
        ("2027-11-24T14:00", "too far"),
        ("later", "2026-11-24T14:00"),
    ] {
        let why = caller.refused("request_callback", json!({"reason": "a bill", "at": at})).await;
        assert!(why.contains(hint), "{why}");
    }
}

#[tokio::test]
async fn answers_of_a_survey_stand_on_the_call() {
    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    let answer = |text: &str, score: i32| json!({"question": "service", "answer": text, "score": score});
    for (text, score) in [("very good", 5), ("fine", 4), ("very good", 5)] {
        caller.ok("record_survey_answer", answer(text, score)).await;
    }
    let call = practice.store.call(caller.id).await.unwrap().unwrap();
    assert_eq!(call.remembered["survey_service"], json!({"answer": "very good", "score": 5}));
}

#[tokio::test]
async fn a_confirmation_goes_by_mail_or_is_left_to_the_business() {
    let practice = Practice::open_with("", true).await;
    let mut caller = practice.call(CALLER).await;
    caller.language = "de".to_owned();
    let order = json!({"service": "cleaning", "start": "2026-11-24T09:00", "name": "A"});
    caller.ok("book_appointment", order).await;
    let confirm = |email: Value| json!({"about": "appointment", "email": email});
    assert!(caller.refused("send_confirmation", confirm(Value::Null)).await.contains("ask the caller"));
    assert!(caller.refused("send_confirmation", confirm("a at b".into())).await.contains("email"));
    let to = confirm("m@example.org".into());
    caller.ok("send_confirmation", to.clone()).await;
    caller.ok("send_confirmation", to.clone()).await;
    let due = practice.store.claim_errands(now_ms(), 1_000, 10).await.unwrap();
    let mails: Vec<_> = due.iter().filter(|errand| errand.kind == store::ErrandKind::Mail).collect();
    assert_eq!(mails.len(), 1, "sent once");
    assert!(
        mails[0].body["text"].as_str().unwrap().contains("Zahnreinigung, Doctor Weber\nDienstag, 24.11.2026, 09:00")
    );
    assert!(mails[0].body["ics"].as_str().unwrap().contains("DTSTART:20261124T080000Z"));

    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    caller.ok("request_callback", json!({"reason": "a bill"})).await;
    caller.ok("send_confirmation", json!({"about": "callback", "email": "m@example.org"})).await;
    let events = practice.store.events(&store::EventFilter::default(), &PageRequest::default()).await.unwrap().data;
    let event = events.iter().find(|event| event.kind == "confirmation.requested").unwrap();
    assert_eq!(event.data["confirmation"]["to"], "m@example.org");
}

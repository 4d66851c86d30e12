//! Appointments by an agent's tools.

use call_model::Verified;
use serde_json::{Value, json};
use store::{ErrandKind, EventFilter, PageRequest};

use crate::support::{CALLER, OTHER, Practice, now_ms};

fn starts(found: &Value) -> Vec<&str> {
    found["slots"].as_array().unwrap().iter().map(|slot| slot["start"].as_str().unwrap()).collect()
}

async fn told(practice: &Practice, kind: &str) -> usize {
    let filter = EventFilter { kind: Some(kind.to_owned()), ..EventFilter::default() };
    practice.store.events(&filter, &PageRequest::default()).await.unwrap().data.len()
}

#[tokio::test]
async fn a_time_is_found_booked_moved_and_cancelled() {
    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    let found =
        caller.ok("find_slots", json!({"service": "cleaning", "date": "2026-11-24", "part": "afternoon"})).await;
    assert_eq!(starts(&found), ["2026-11-24T12:00", "2026-11-24T13:00", "2026-11-24T14:00"]);
    assert_eq!((&found["as_wished"], &found["slots"][0]["with"]), (&json!(true), &json!("Doctor Weber")));

    let order = json!({"service": "cleaning", "start": "2026-11-24T13:00", "name": "Miller"});
    let booked = caller.ok("book_appointment", order.clone()).await;
    assert_eq!((&booked["what"], &booked["weekday"]), (&json!("cleaning"), &json!("Tuesday")));
    assert_eq!(caller.ok("book_appointment", order.clone()).await, booked, "booked once");
    assert_eq!(told(&practice, "appointment.booked").await, 1);

    let moved = caller.ok("reschedule_appointment", json!({"start": "2026-11-24T09:00"})).await;
    assert_eq!((&moved["start"], &moved["appointment"]), (&json!("2026-11-24T09:00"), &booked["appointment"]));
    let mine = caller.ok("my_appointments", json!({})).await;
    assert_eq!(mine["appointments"].as_array().unwrap().len(), 1);
    let cancelled = caller.ok("cancel_appointment", json!({"appointment": booked["appointment"]})).await;
    assert_eq!(cancelled["cancelled"], true);
    assert_eq!(told(&practice, "appointment.moved").await + told(&practice, "appointment.cancelled").await, 2);
    // The same words book anew when what they did is undone.
    let again = caller.ok("book_appointment", order).await;
    assert_ne!(again["appointment"], booked["appointment"]);
}

/// The same words mean something else once something else is booked: nobody is told that it is done when it is not.
#[tokio::test]
async fn the_same_words_are_done_again_where_they_mean_another_appointment() {
    let practice = Practice::open_with("", true).await;
    let caller = practice.call(CALLER).await;
    let order = |start: &str| json!({"service": "cleaning", "start": start, "name": "A"});
    let confirm = json!({"about": "appointment", "email": "m@example.org"});
    caller.ok("book_appointment", order("2026-11-24T09:00")).await;
    caller.ok("send_confirmation", confirm.clone()).await;
    caller.ok("reschedule_appointment", json!({"start": "2026-11-24T13:00"})).await;
    caller.ok("send_confirmation", confirm).await;
    let due = practice.store.claim_errands(now_ms(), 1_000, 10).await.unwrap();
    let mails = due.iter().filter(|errand| errand.kind == ErrandKind::Mail);
    let mails: Vec<&str> = mails.map(|mail| mail.body["text"].as_str().unwrap()).collect();
    assert!(mails.len() == 2 && mails[1].contains("13:00"), "{mails:?}");

    caller.ok("cancel_appointment", json!({})).await;
    caller.ok("book_appointment", order("2026-11-25T09:00")).await;
    caller.ok("cancel_appointment", json!({})).await;
    assert_eq!(caller.ok("my_appointments", json!({})).await, json!({"appointments": []}));
}

#[tokio::test]
async fn two_callers_want_the_same_time_and_one_has_it() {
    let practice = Practice::open().await;
    let (one, other) = (practice.call(CALLER).await, practice.call(OTHER).await);
    let order = json!({"service": "checkup", "start": "2026-11-25T09:00", "name": "A"});
    let (first, second) =
        tokio::join!(one.run("book_appointment", order.clone()), other.run("book_appointment", order));
    let refused = [first, second].into_iter().filter_map(Result::err).map(|error| error.to_string());
    let refused: Vec<String> = refused.collect();
    assert_eq!(refused.len(), 1);
    assert!(refused[0].contains("find_slots"), "{refused:?}");
}

#[tokio::test]
async fn nobody_sees_or_moves_what_is_not_his() {
    let practice = Practice::open().await;
    let owner = practice.call(CALLER).await;
    let order = json!({"service": "cleaning", "start": "2026-11-24T09:00", "name": "A"});
    let booked = owner.ok("book_appointment", order).await;
    let named = json!({"appointment": booked["appointment"]});

    let stranger = practice.call(OTHER).await;
    assert!(stranger.refused("cancel_appointment", named.clone()).await.contains("no such appointment"));
    let to = json!({"appointment": booked["appointment"], "start": "2026-11-24T10:00"});
    assert!(stranger.refused("reschedule_appointment", to).await.contains("no such appointment"));
    assert_eq!(stranger.ok("my_appointments", json!({})).await, json!({"appointments": []}));
    // The number alone may be withheld or forged: an unverified caller has nothing from other calls.
    let mut later = practice.call(CALLER).await;
    later.verified = Verified::No;
    assert!(later.refused("cancel_appointment", named.clone()).await.contains("no such appointment"));
    later.verified = Verified::Number;
    later.ok("cancel_appointment", named).await;
}

#[tokio::test]
async fn where_the_business_wants_it_the_pin_comes_first() {
    let practice = Practice::open_with("privacy: {pin: [appointments]}\n", false).await;
    let owner = practice.call(CALLER).await;
    owner.ok("book_appointment", json!({"service": "cleaning", "start": "2026-11-24T09:00", "name": "A"})).await;
    assert_eq!(
        owner.ok("my_appointments", json!({})).await["appointments"].as_array().unwrap().len(),
        1,
        "this call's"
    );
    let mut later = practice.call(CALLER).await;
    assert!(later.refused("my_appointments", json!({})).await.contains("PIN"));
    assert!(later.refused("cancel_appointment", json!({})).await.contains("PIN"));
    later.verified = Verified::Pin;
    assert_eq!(later.ok("my_appointments", json!({})).await["appointments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_refusal_says_what_would_be_right() {
    let practice = Practice::open().await;
    let caller = practice.call(CALLER).await;
    let order = |start: &str| json!({"service": "checkup", "start": start, "name": "A"});
    for (tool, arguments, hint) in [
        ("find_slots", json!({"service": "massage"}), "must be one of: cleaning, checkup"),
        ("find_slots", json!({"service": "checkup", "date": "tomorrow"}), "date"),
        ("find_slots", json!({"service": "checkup", "person": "ben"}), "those who do: weber"),
        ("book_appointment", order("2026-11-25T12:45"), "find_slots"),
        ("book_appointment", order("2026-11-23T10:30"), "too soon"),
        ("book_appointment", order("soon"), "2026-11-24T14:00"),
        ("book_appointment", json!({"service": "checkup", "start": "2026-11-24T09:00"}), "`name` is missing"),
        ("cancel_appointment", json!({}), "offer to book"),
        ("reschedule_appointment", json!({"start": "2026-11-24T09:00"}), "offer to book"),
    ] {
        let why = caller.refused(tool, arguments).await;
        assert!(why.contains(hint), "{tool}: {why}");
    }
}

#[tokio::test]
async fn a_choice_of_persons_is_told_in_the_callers_language() {
    let practice = Practice::open().await;
    let spec = practice.tools.spec("find_slots", "de").unwrap();
    let service = spec.parameters["properties"]["service"]["description"].as_str().unwrap();
    assert!(service.contains("`cleaning`: Zahnreinigung, 45 minutes"), "{service}");
    assert_eq!(spec.parameters["properties"]["person"]["enum"], json!(["weber", "ben"]));
}

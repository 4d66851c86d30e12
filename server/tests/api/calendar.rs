//! The calendar, tickets and follow-ups.

use serde_json::json;
use store::{FollowUpKind, NewFollowUp};

use crate::support::{NOW, Surface, read};

#[tokio::test]
async fn an_appointment_is_booked_moved_read_and_cancelled() {
    let surface = Surface::start().await;
    let slots = surface.get("/v1/calendar/slots?service=checkup&from=2026-11-24&part=morning&limit=2").await.ok(200);
    assert_eq!(
        slots["data"][0],
        json!({"start": "2026-11-24T00:00", "starts_at": "2026-11-23T23:00:00Z", "person": "weber"})
    );
    surface.get("/v1/calendar/slots?service=massage").await.problem(422);
    surface.get("/v1/calendar/slots?service=checkup&part=noon").await.problem(422);

    let order = json!({"service": "checkup", "start": "2026-11-24T14:00", "name": "Miller, Jo"});
    let booked = surface.send("POST", "/v1/appointments", &order).await.ok(201);
    assert_eq!((&booked["person"], &booked["starts_at"]), (&json!("weber"), &json!("2026-11-24T13:00:00Z")));
    assert!(surface.send("POST", "/v1/appointments", &order).await.problem(409).contains("slots"));
    let past = json!({"service": "checkup", "start": "2026-11-20T14:00"});
    assert!(surface.send("POST", "/v1/appointments", &past).await.problem(422).contains("too soon"));

    let path = format!("/v1/appointments/{}", booked["id"].as_str().unwrap());
    let moved = surface.send("PATCH", &path, &json!({"start": "2026-11-25T09:00"})).await.ok(200);
    assert_eq!(moved["starts_at"], "2026-11-25T08:00:00Z");
    let ics = surface.get(&format!("{path}/ics")).await;
    assert_eq!(ics.header("content-type"), "text/calendar; charset=utf-8");
    let ics = ics.ok(200);
    assert!(ics.as_str().unwrap().contains("SUMMARY:a check-up: Miller\\, Jo\r\n"), "{ics}");
    assert_eq!(surface.get("/v1/appointments?person=weber").await.ok(200)["data"].as_array().unwrap().len(), 1);

    assert_eq!(surface.delete(&path).await.ok(200)["state"], "cancelled");
    surface.send("PATCH", &path, &json!({"start": "2026-11-25T09:00"})).await.problem(409);
    let events = surface.get("/v1/events?type=appointment.moved").await.ok(200);
    let told = &events["data"][0];
    assert_eq!(told["data"]["before"]["starts_at"], "2026-11-24T13:00:00Z");
}

#[tokio::test]
async fn a_feed_is_read_by_whoever_knows_its_address_until_it_is_renewed() {
    let surface = Surface::start().await;
    let order = json!({"service": "checkup", "start": "2026-11-24T14:00", "name": "Miller"});
    surface.send("POST", "/v1/appointments", &order).await.ok(201);
    let info = surface.get("/v1/calendar").await.ok(200);
    let feed = info["persons"][0]["feed"].as_str().unwrap().to_owned();
    assert_eq!(surface.get("/v1/calendar").await.ok(200)["persons"][0]["feed"], feed, "it stays");
    let open = |path: &str| read(surface.http.get(format!("{}{path}", surface.base)));
    assert!(open(&feed).await.ok(200).as_str().unwrap().contains("Miller"));
    let renewed = surface.send("POST", "/v1/calendar/weber/feed", &json!({})).await.ok(200);
    assert_ne!(renewed["feed"], feed);
    open(&feed).await.problem(404);
    open(renewed["feed"].as_str().unwrap()).await.ok(200);
    surface.send("POST", "/v1/calendar/nobody/feed", &json!({})).await.problem(404);
}

#[tokio::test]
async fn a_ticket_is_made_answered_and_closed() {
    let surface = Surface::start().await;
    assert!(surface.send("POST", "/v1/tickets", &json!({"subject": " "})).await.problem(422).contains("`subject`"));
    let made = surface.send("POST", "/v1/tickets", &json!({"subject": "A crown is loose"})).await.ok(201);
    assert_eq!((&made["number"], &made["priority"]), (&json!(1001), &json!("normal")));
    let path = format!("/v1/tickets/{}", made["id"].as_str().unwrap());
    let change = json!({"state": "closed", "answer": "It is done", "category": "crowns"});
    surface.send("PATCH", &path, &change).await.ok(200);
    let emptied = surface.send("PATCH", &path, &json!({"category": null})).await.ok(200);
    assert_eq!((&emptied["category"], &emptied["answer"]), (&json!(null), &json!("It is done")));
    let closed = surface.get("/v1/tickets?state=closed&number=1001").await.ok(200);
    assert_eq!(closed["data"].as_array().unwrap().len(), 1);
    assert_eq!(surface.get("/v1/tickets?state=open").await.ok(200)["data"], json!([]));
}

#[tokio::test]
async fn a_message_is_done_when_somebody_says_so() {
    let surface = Surface::start().await;
    let new = NewFollowUp {
        kind: FollowUpKind::Message,
        mailbox: "reception".to_owned(),
        contact: None,
        call: None,
        name: None,
        phone: None,
        text: "I will be late".to_owned(),
        due_ms: Some(NOW),
        once: None,
    };
    let id = surface.store.add_follow_up(new, NOW).await.unwrap().id;
    let open = surface.get("/v1/follow-ups?state=open&kind=message&mailbox=reception").await.ok(200);
    assert_eq!(
        (&open["data"][0]["text"], &open["data"][0]["due_at"]),
        (&json!("I will be late"), &json!("2025-06-15T15:06:40Z"))
    );
    let done = surface.send("PATCH", &format!("/v1/follow-ups/{id}"), &json!({"state": "done"})).await.ok(200);
    assert_eq!(done["state"], "done");
    assert_eq!(surface.get("/v1/follow-ups?state=open").await.ok(200)["data"], json!([]));
}

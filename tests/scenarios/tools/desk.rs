//! The business's own: appointments, tickets and calls back.

use callwright_tests::Settings;
use callwright_tests::api::text;
use provider_doubles::{ChatAnswer, Scene};
use serde_json::json;

use super::{ASKS, CALLER, agent, calls, goodbye, house, model, wish};

/// Books the first time that was found, and once more by mistake.
fn book_twice(scene: &Scene, answer: &mut ChatAnswer) {
    let slot = &scene.result("find_slots")["slots"][0];
    let order =
        json!({ "service": "cleaning", "start": slot["start"], "person": slot["person"], "name": "Mia Carter" });
    let call = ("book_appointment".to_owned(), order);
    answer.calls = vec![call.clone(), call];
}

#[tokio::test]
async fn an_appointment_is_booked_once_although_the_model_books_twice() {
    let part = model()
        .on(ASKS, calls("find_slots", json!({ "service": "cleaning" })))
        .back("find_slots", "slots", ChatAnswer::default())
        .filled(book_twice)
        .back("book_appointment", "\"booked\":true", goodbye("It is booked."));
    let house = house(Settings::default(), &[], &agent("  find_slots: {}\n  book_appointment: {}"), part).await;
    let talk = house.call(wish()).await;
    let api = house.server.api();

    assert_eq!(
        talk.used(),
        ["find_slots", "book_appointment", "book_appointment", "hang_up"],
        "each use is written down: {}",
        talk.story()
    );
    let [found, first, second, _] = talk.uses() else { panic!("{}", talk.story()) };
    assert_eq!(found["arguments"]["service"], "cleaning");
    let slot = &found["result"]["slots"][0];
    assert!(slot["start"].is_string(), "{found:#}");
    assert_eq!((&first["arguments"]["start"], &first["arguments"]["name"]), (&slot["start"], &json!("Mia Carter")));
    assert_eq!(first["result"]["booked"], true, "{first:#}");
    assert_eq!(first["result"], second["result"], "the second gives back what came of the first");

    let appointments = api.list(&format!("/v1/appointments?call={}", talk.id())).await;
    let [appointment] = &appointments[..] else { panic!("{appointments:?}") };
    assert_eq!(appointment["id"], first["result"]["appointment"]);
    assert_eq!(
        (&appointment["state"], &appointment["service"], &appointment["person"]),
        (&json!("booked"), &json!("cleaning"), &slot["person"])
    );
    assert_eq!((&appointment["name"], &appointment["contact"]), (&json!("Mia Carter"), &talk.call["contact"]));
    let events = api.list("/v1/events?type=appointment.booked").await;
    assert_eq!(events.len(), 1, "it is told once: {events:?}");

    // It is in the person's calendar, by itself and in the feed, and its time is free no longer.
    let id = text(appointment, "id");
    let ics = String::from_utf8(api.bytes(&format!("/v1/appointments/{id}/ics")).await).unwrap();
    assert!(ics.contains("BEGIN:VEVENT") && ics.contains(&id), "{ics}");
    let persons = api.get("/v1/calendar").await["persons"].as_array().cloned().unwrap();
    let person = persons.iter().find(|person| person["key"] == slot["person"]).expect("the person");
    let feed = String::from_utf8(api.bytes(&text(person, "feed")).await).unwrap();
    assert_eq!(feed.matches("BEGIN:VEVENT").count(), 1, "{feed}");
    let free = api.list("/v1/calendar/slots?service=cleaning").await;
    assert!(free.iter().all(|free| free["start"] != slot["start"]), "{slot} is offered again: {free:?}");

    let written = api.bytes(&format!("/v1/calls/{}/transcript?format=text", talk.id())).await;
    assert!(String::from_utf8(written).unwrap().contains("book_appointment"), "people read it too");
}

#[tokio::test]
async fn a_ticket_and_a_call_back_are_found_under_the_contact() {
    let errands =
        calls("create_ticket", json!({ "subject": "A crown came loose", "text": "Since Monday, upper left." }))
            .calling("request_callback", json!({ "reason": "About the crown", "name": "Mia Carter" }));
    let part = model().on(ASKS, errands).back("request_callback", "noted", goodbye("We call you back."));
    let house = house(Settings::default(), &[], &agent("  create_ticket: {}\n  request_callback: {}"), part).await;
    let talk = house.call(wish()).await;
    let api = house.server.api();
    assert!(house.told()[0].contains("1001"), "the model can tell the ticket's number: {:?}", house.told());

    let contact = text(&talk.call, "contact");
    assert_eq!(api.get(&format!("/v1/contacts/{contact}")).await["number"], CALLER);
    let tickets = api.list(&format!("/v1/tickets?contact={contact}")).await;
    let [ticket] = &tickets[..] else { panic!("{tickets:?}\n{}", talk.story()) };
    assert_eq!(
        (&ticket["number"], &ticket["subject"], &ticket["state"]),
        (&json!(1001), &json!("A crown came loose"), &json!("open"))
    );
    assert_eq!((&ticket["text"], &ticket["call"]), (&json!("Since Monday, upper left."), &talk.call["id"]));

    let follow_ups = api.list(&format!("/v1/follow-ups?contact={contact}&kind=callback")).await;
    let [callback] = &follow_ups[..] else { panic!("{follow_ups:?}\n{}", talk.story()) };
    assert_eq!(
        (&callback["state"], &callback["text"], &callback["name"]),
        (&json!("open"), &json!("About the crown"), &json!("Mia Carter"))
    );
    assert_eq!(callback["call"], talk.call["id"]);
}

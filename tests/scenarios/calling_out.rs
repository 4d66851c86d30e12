//! Calls that we place: announcements, codes, and ending them by API.

use callwright_tests::api::text;
use callwright_tests::baresip::Phone;
use callwright_tests::sipp::Sipp;
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Baresip, Server, caller};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::flows::{LINE_HZ, line};

/// A customer's phone, that answers by itself.
async fn customer(server: &Server) -> (Baresip, String) {
    let phone = Phone { password: None, auto_answer: true, ..Phone::new("customer", server.sip(), "") };
    let phone = Baresip::start(phone).await;
    let address = phone.address("customer");
    (phone, address)
}

#[tokio::test]
async fn a_reminder_speaks_of_its_variables() {
    let server = Server::start().await;
    let (mut phone, address) = customer(&server).await;
    let call = json!({
        "to": address, "flow": "reminder", "language": "en",
        "variables": { "name": "Mia", "appointment": "2027-03-05T14:30", "treatment": "a check-up" },
    });
    let placed = server.api().post("/v1/calls", &call).await;
    assert_eq!((&placed["direction"], &placed["variables"]["name"]), (&"outbound".into(), &"Mia".into()));
    // Nothing is pressed: it says so and hangs up.
    phone.event("CALL_CLOSED").await;
    let heard = phone.heard().await;
    let voice = voice().await;
    for text in ["Hello Mia, this is Northwind Dental.", "If you will be there, press 1."] {
        assert!(heard.contains_speech(&spoken(&voice, "en", text).await), "{text}");
    }
    let call = server.api().ended_call(&text(&placed, "id")).await;
    assert_eq!((&call["cause"], &call["remembered"]["outcome"]), (&"normal".into(), &"no_key".into()));
}

#[tokio::test]
async fn a_one_time_code_is_read_twice() {
    let server = Server::start().await;
    let (mut phone, address) = customer(&server).await;
    let call = json!({ "to": address, "flow": "one-time-code", "language": "en", "variables": { "code": "4711" } });
    server.api().post("/v1/calls", &call).await;
    phone.event("CALL_CLOSED").await;
    let heard = phone.heard().await;
    let voice = voice().await;
    let again = heard.find_speech(&spoken(&voice, "en", "Once more:").await);
    assert!(again.score > 0.8, "{again:?}");
    let middle = again.at as f64 / f64::from(heard.rate);
    let code = spoken(&voice, "en", "<say-as interpret-as=\"digits\">4711</say-as>.").await;
    for (which, part) in [("first", heard.between(0.0, middle)), ("second", heard.between(middle, heard.seconds()))] {
        let found = part.find_speech(&code);
        assert!(found.score > 0.75, "the code is not heard the {which} time: {found:?}");
    }
}

#[tokio::test]
async fn a_text_is_spoken_and_the_call_ends() {
    let server = Server::start().await;
    let (mut phone, address) = customer(&server).await;
    const TEXT: &str = "Your table is ready. Please come to the front desk.";
    let placed = server.api().post("/v1/calls", &json!({ "to": address, "say": TEXT })).await;
    phone.event("CALL_CLOSED").await;
    let heard = phone.heard().await;
    assert!(heard.contains_speech(&spoken(&voice().await, "en", "Your table is ready.").await));
    let call = server.api().ended_call(&text(&placed, "id")).await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"us".into()));
}

#[tokio::test]
async fn a_call_is_ended_by_api_with_a_bye() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let sipp = Sipp::called("callee");
    let call = json!({ "to": sipp.address("customer"), "flow": "line" });
    let id = std::sync::OnceLock::new();
    // The scenario ends well only when a BYE comes.
    tokio::join!(sipp.play(), async {
        let placed = place(&server, &call).await;
        let id = id.get_or_init(|| text(&placed, "id"));
        api.call_when(id, "the call is answered", |call| call["state"] == "active").await;
        api.delete(&format!("/v1/calls/{id}")).await;
    });
    let call = api.ended_call(id.get().unwrap()).await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"us".into()));
    // Once more changes nothing.
    api.delete(&format!("/v1/calls/{}", id.get().unwrap())).await;
}

/// Places a call once the other side listens: SIPp takes a moment to open its socket.
async fn place(server: &Server, call: &Value) -> Value {
    server.api().post("/v1/calls", call).await
}

#[tokio::test]
async fn a_ringing_call_is_cancelled_by_api() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let phone = Phone { password: None, ..Phone::new("customer", server.sip(), "") };
    let mut phone = Baresip::start(phone).await;
    let placed = api.post("/v1/calls", &json!({ "to": phone.address("customer"), "flow": "line" })).await;
    phone.event("CALL_INCOMING").await;
    api.delete(&format!("/v1/calls/{}", text(&placed, "id"))).await;
    phone.event("CALL_CLOSED").await;
    assert_eq!(api.ended_call(&text(&placed, "id")).await["answered_at"], Value::Null);
}

#[tokio::test]
async fn a_busy_customer_is_in_the_books() {
    let server = Server::start().await;
    let api = server.api();
    let phone = Phone { password: None, ..Phone::new("customer", server.sip(), "") };
    let mut phone = Baresip::start(phone).await;
    let placed = api.post("/v1/calls", &json!({ "to": phone.address("customer"), "say": "Hello." })).await;
    phone.event("CALL_INCOMING").await;
    phone.command("hangup", "").await;
    let call = api.ended_call(&text(&placed, "id")).await;
    assert_eq!(call["cause"], "busy");
}

#[tokio::test]
async fn the_same_request_again_is_the_same_call() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let (mut phone, address) = customer(&server).await;
    let call = json!({ "to": address, "flow": "line" });
    let key = [("idempotency-key", "order-4711")];
    let first = api.ask(Method::POST, "/v1/calls", Some(&call), &key).await;
    let second = api.ask(Method::POST, "/v1/calls", Some(&call), &key).await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(first.json()["id"], second.json()["id"]);
    phone.event("CALL_RTPESTAB").await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    api.delete(&format!("/v1/calls/{}", text(&first.json(), "id"))).await;
    phone.event("CALL_CLOSED").await;
    assert!(phone.heard().await.tone_seconds(LINE_HZ) >= 0.5);
    assert_eq!(api.list("/v1/calls").await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_called_is_refused_with_advice() {
    let server = Server::start().await;
    let api = server.api();
    for call in [
        json!({ "to": "+12025550123", "say": "Hello." }),
        json!({ "to": "anna", "say": "Hello." }),
        json!({ "to": "sip:a@127.0.0.1", "flow": "no-such-flow" }),
    ] {
        let answer = api.ask(Method::POST, "/v1/calls", Some(&call), &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{call}: {}", answer.json());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }
    assert!(api.list("/v1/calls").await.is_empty());
}

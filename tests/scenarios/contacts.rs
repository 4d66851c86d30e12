//! Callers become contacts, and what happens with them their timelines.

use callwright_tests::Server;
use callwright_tests::api::text;
use callwright_tests::caller::{self, call_with, config, script};
use callwright_tests::wire::{Wire, offer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use synthetic_caller::Step;

use crate::flows::line;

async fn call_from(server: &Server, user: &str) -> Value {
    let steps = vec![Step::Speech, caller::wait(0.3), Step::HangUp];
    call_with(config(user), script(server.address("line"), steps)).await;
    server.api().last_call().await
}

#[tokio::test]
async fn a_caller_is_one_contact_however_the_number_is_written() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let calls = [call_from(&server, "+12025550123").await, call_from(&server, "2025550123").await];
    assert_eq!(calls[0]["contact"], calls[1]["contact"]);
    let other = call_from(&server, "+12025550124").await;
    assert_ne!(other["contact"], calls[0]["contact"]);

    let id = text(&calls[0], "contact");
    let timeline = api.list(&format!("/v1/contacts/{id}/timeline")).await;
    let listed: Vec<_> = timeline.iter().map(|entry| entry["call"]["id"].clone()).collect();
    assert_eq!(listed, [calls[1]["id"].clone(), calls[0]["id"].clone()], "the newest first");
    let found = api.list("/v1/contacts?number=202-555-0123").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["id"], calls[0]["contact"]);
}

#[tokio::test]
async fn what_is_noted_of_a_contact_stays() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let path = format!("/v1/contacts/{}", text(&call_from(&server, "+12025550123").await, "contact"));
    let change = json!({ "name": "Mia Carter", "fields": { "vip": true }, "notes": "Prefers mornings." });
    assert_eq!(api.ask(Method::PATCH, &path, Some(&change), &[]).await.status, StatusCode::OK);
    call_from(&server, "+12025550123").await;
    let contact = api.get(&path).await;
    assert_eq!((&contact["name"], &contact["fields"]["vip"]), (&"Mia Carter".into(), &json!(true)));
    assert_eq!(contact["timeline"]["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_withheld_or_odd_caller_is_answered_and_is_nobody() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let wire = Wire::to(&server.sip()).await;
    for from in ["\"Anonymous\" <sip:anonymous@anonymous.invalid>", "<sip:anonymous@anonymous.invalid>"] {
        let body = offer("127.0.0.1:9".parse().unwrap(), "sendrecv");
        let (text, call_id) =
            wire.compose("INVITE", &server.address("line"), "Content-Type: application/sdp\r\n", &body);
        let text = text.replace(&format!("From: <sip:tester@{}>", wire.local()), &format!("From: {from}"));
        assert_eq!(wire.ask_with(&text, &call_id).await.status.code(), 200, "{from}");
        let call = api.get(&format!("/v1/calls/{}", api.newest_call().await)).await;
        assert_eq!((&call["contact"], &call["from"]), (&Value::Null, &Value::Null), "{from}: {call}");
        api.delete(&format!("/v1/calls/{}", call["id"].as_str().unwrap())).await;
    }
}

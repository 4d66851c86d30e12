//! Messages that callers leave.

use std::sync::Arc;

use callwright_tests::Server;
use callwright_tests::api::text;
use callwright_tests::caller::{self, call_with, config, heard, press, said, script, timeline};
use callwright_tests::receiver::Receiver;
use callwright_tests::signal::read_wav;
use callwright_tests::voice::{spoken, voice};
use serde_json::json;
use synthetic_caller::{CallerConfig, Ending, Step};

const MESSAGE: &str = "Hello, this is Mia Carter. Please call me back about my appointment tomorrow.";

#[tokio::test]
async fn a_message_is_found_under_its_contact_as_it_was_spoken() {
    let server = Server::start().await;
    let (api, receiver) = (server.api(), Receiver::start().await);
    api.post("/v1/webhooks", &json!({ "url": receiver.url, "events": ["voicemail.received"] })).await;
    let voice = Arc::new(voice().await);
    let config = CallerConfig { voice: Some(voice.clone()), ..config("+12025550123") };
    let say = Step::Say { text: MESSAGE.into(), language: "en".into() };
    // The greeting of the mailbox is heard to its end, and the tone after it.
    let steps = vec![Step::Speech, press("3"), caller::silence(1.2), say, caller::wait(0.5), press("#")];
    let report = call_with(config, script(server.address("reception"), steps)).await;
    assert_eq!(report.ending, Ending::ByThem, "{}", timeline(&report));
    let greeting = spoken(&voice, "en", "Please tell us your name and how we can help you, after the tone.").await;
    assert!(heard(&report).contains_speech(&greeting), "{}", timeline(&report));

    let call = api.last_call().await;
    let delivery = receiver.delivery("voicemail.received", |delivery| delivery.kind() == "voicemail.received").await;
    assert_eq!(delivery.json()["data"]["voicemail"]["call"], call["id"]);
    let contact = api.get(&format!("/v1/contacts/{}", text(&call, "contact"))).await;
    assert_eq!(contact["number"], "+12025550123");
    let timeline = contact["timeline"]["data"].as_array().unwrap();
    let entry = timeline.iter().find(|entry| entry["type"] == "voicemail").expect("a voicemail in the timeline");
    let voicemail = &entry["voicemail"];
    assert_eq!((&voicemail["mailbox"], &voicemail["heard_at"]), (&"reception".into(), &json!(null)));

    // What is kept is what was said, to the sample: a middle part of the speech is found in it.
    let kept = read_wav(&api.bytes(&text(voicemail, "url")).await).swap_remove(0);
    let spoken = said(&report);
    let begins = spoken.envelope().iter().position(|level| *level > 1_000.0).unwrap() as f64 / 100.0;
    let part = spoken.between(begins + 1.0, begins + 1.5);
    let found = kept.find_exactly(&part, 0..kept.samples.len() as i64);
    assert!(found.score > 0.9, "the message has {found:?} in common with what was said");
    let length = kept.seconds() * 1_000.0;
    assert!((length - voicemail["duration_ms"].as_f64().unwrap()).abs() < 40.0, "{length} ms: {voicemail}");
}

#[tokio::test]
async fn hanging_up_keeps_the_message() {
    let server = Server::start().await;
    let api = server.api();
    let config = CallerConfig { voice: Some(Arc::new(voice().await)), ..config("+12025550123") };
    let say = Step::Say { text: MESSAGE.into(), language: "en".into() };
    let steps = vec![Step::Speech, press("3"), caller::silence(1.2), say, Step::HangUp];
    let report = call_with(config, script(server.address("reception"), steps)).await;
    let call = api.last_call().await;
    let voicemails = api.list(&format!("/v1/voicemails?call={}", text(&call, "id"))).await;
    assert_eq!(voicemails.len(), 1, "{}", timeline(&report));
    assert!(voicemails[0]["duration_ms"].as_u64().unwrap() > 2_000, "{}", voicemails[0]);
}

#[tokio::test]
async fn saying_nothing_leaves_no_message() {
    let server = Server::start().await;
    let api = server.api();
    let steps = vec![Step::Speech, press("3"), caller::silence(2.0), press("#"), caller::silence(1.0), Step::HangUp];
    let report = call_with(config("+12025550123"), script(server.address("reception"), steps)).await;
    let call = api.last_call().await;
    let voicemails = api.list(&format!("/v1/voicemails?call={}", text(&call, "id"))).await;
    assert!(voicemails.is_empty(), "{}", timeline(&report));
}

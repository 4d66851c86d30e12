//! The log: as JSON, with the call's id, and without anybody's data.

use callwright_tests::api::text;
use callwright_tests::caller::{begin, script, speaker};
use callwright_tests::{Server, Settings, caller, wait};
use serde_json::{Value, json};
use synthetic_caller::Step;

/// A number, a name and words that are nowhere else.
const NUMBER: &str = "+12025550187";
const NAME: &str = "Wilhelmina Quackenbush";

#[tokio::test]
async fn a_log_at_debug_names_the_call_and_nobody() {
    let settings = Settings::default().set("LOG", "debug").config("[telemetry]\nlog_format = \"json\"\n");
    let server = Server::with(settings).await;
    let api = server.api();
    let say = |text: &str| Step::Say { text: text.into(), language: "en".into() };
    let steps = vec![
        Step::Turn,
        say("what are your opening hours"),
        Step::Turn,
        caller::press("73"),
        say("thank you goodbye"),
        caller::wait(0.5),
        Step::HangUp,
    ];
    let calling = begin(speaker(NUMBER).await, script(server.address("assistant"), steps));
    let id = api.newest_call().await;
    let contact = api.get(&format!("/v1/calls/{id}")).await;
    api.patch(&format!("/v1/contacts/{}", text(&contact, "contact")), &json!({ "name": NAME })).await;
    wait::done("the call ends", calling).await.unwrap();
    api.call_when(&id, "the transcript is complete", |call| call["transcript"] == "ready").await;
    let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await;
    let lines = transcript["lines"].as_array().unwrap();
    let heard: Vec<String> = lines.iter().map(|line| text(line, "text")).filter(|text| text.len() > 12).collect();
    assert!(heard.len() >= 2, "{transcript:#}");

    let printed = server.printed();
    let log: Vec<Value> = printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(log.len() > 5, "{printed}");
    assert!(log.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()), "{printed}");
    // Whatever the call's own rooms say of it names it.
    let of_call = |line: &&Value| line["target"].as_str().is_some_and(|target| target.starts_with("calls::call"));
    for line in log.iter().filter(of_call) {
        assert!(line["call"] == json!(id) || line["span"]["call"] == json!(id), "{line}");
    }
    let digits = &NUMBER[1..];
    for private in [digits, NAME, "Quackenbush"].into_iter().chain(heard.iter().map(String::as_str)) {
        let said = printed.lines().find(|line| line.contains(private));
        assert!(said.is_none(), "`{private}` is in the log: {said:?}");
    }
}

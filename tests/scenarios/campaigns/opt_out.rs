//! A key that is pressed in a campaign's call.

use callwright_tests::api::text;
use callwright_tests::caller;
use reqwest::{Method, StatusCode};
use serde_json::json;
use synthetic_caller::{Ending, Script, Taking};

use super::{business_on, create, done, host_of, table, yaml};

/// Whoever answers is asked, and has time.
const WAITS: &str = "languages: [en]\nrecording: off\nvars:\n  name: \"\"\nnodes:\n  asked:\n    menu:\n      \
    say: {en: Press 1 to confirm.}\n      timeout: 20s\n      options: {1: bye}\n  bye:\n    hangup: {}\n";

#[tokio::test]
async fn who_presses_nine_is_in_the_books_before_the_goodbye_and_is_not_called_again() {
    let mut person = caller::line(caller::config("carrier")).await;
    let server = business_on(&host_of(&person)).await;
    let api = server.api();
    api.put_text("/v1/flows/campaign", "application/yaml", WAITS).await;
    let no = "+12025550005".to_owned();
    create(&api, &yaml(""), &table(std::slice::from_ref(&no))).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let script: Script = caller::script(person.address(), vec![caller::wait(1.0), caller::press("9")]);
    let report = person.answer(&script, &Taking::default()).await.unwrap();
    assert_eq!(report.ending, Ending::ByThem, "we say goodbye: {}", caller::timeline(&report));

    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "opted_out": 1 }), "{progress}");
    let contact = api.list("/v1/campaigns/reminders/contacts").await.swap_remove(0);
    let attempt = &contact["attempts"][0];
    assert_eq!((&contact["outcome"], &attempt["outcome"]), (&json!("opted_out"), &json!("opted_out")));
    let no_more = api.list("/v1/suppressions").await.swap_remove(0);
    assert_eq!((&no_more["number"], &no_more["method"], &no_more["said"]), (&json!(no), &json!("key"), &json!("9")));
    assert_eq!(no_more["call"], attempt["call"]);
    assert!(text(&no_more, "at") < text(attempt, "ended_at"), "before the goodbye: {no_more} {attempt}");

    // Another matter of theirs is not called for either.
    let trigger = json!({ "number": no, "key": "again", "name": "Mia" });
    let added = api.ask(Method::POST, "/v1/campaigns/reminders/trigger", Some(&trigger), &[]).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.json());
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "opted_out": 1, "refused": 1 }), "{progress}");
    assert_eq!(progress["attempts"]["dialled"], json!(1), "{progress}");
}

//! Campaigns that call for members: one call for each who is free, an apology where nobody is, and members who choose.

use callwright_tests::api::text;
use callwright_tests::caller::{self, heard, timeline};
use callwright_tests::handset::Handset;
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Server, wait};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use synthetic_caller::{Ending, Taking};

use super::carrier::{self, Carrier};
use super::{business, business_on, create, done, host_of, number, table};

/// A campaign for the group `team`, which is Ben.
fn yaml(kind: &str) -> String {
    format!(
        "name: reminders\npurpose: service\nmachines: {{ detect: false }}\nretries: {{ attempts: 1 }}\n\
         variables: {{ name: \"{{{{ name }}}}\" }}\n\
         pace: {{ kind: {kind}, queue: team, per_second: 200, at_once: 40 }}\n"
    )
}

async fn ben(server: &Server) -> Handset {
    Handset::start("ben", server.sip(), &server.phone_password()).await
}

#[tokio::test]
async fn one_call_is_made_for_each_member_who_is_free() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let numbers: Vec<String> = (0..3).map(|index| number(index, carrier::CONFIRMS)).collect();
    create(&api, &yaml("progressive"), &table(&numbers)).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let progress = api.get("/v1/campaigns/reminders/progress").await;
    assert_eq!(progress["held"]["reason"], "no_phone", "{progress}");
    let mut ben = ben(&server).await;
    for called in 1..=numbers.len() {
        let leg = ben.answer().await;
        wait::until("the two talk", async || {
            let calls = api.list("/v1/calls?limit=1").await;
            (calls.first()?["state"] == "active").then_some(())
        })
        .await;
        assert_eq!(carrier.calls().len(), called, "nobody is called for whom no member is free");
        ben.hang_up(leg).await;
    }
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "reached": 3 }), "{progress}");
    assert!(carrier.calls().values().all(|calls| *calls == 1), "{:?}", carrier.calls());
}

#[tokio::test]
async fn who_is_reached_while_nobody_takes_it_hears_an_apology_and_rests_for_days() {
    let mut person = caller::line(caller::config("carrier")).await;
    let server = business_on(&host_of(&person)).await;
    let api = server.api();
    let reached = "+12025550005".to_owned();
    create(&api, &yaml("predictive"), &table(std::slice::from_ref(&reached))).await;
    // Ben's phone rings, and nobody is at it.
    let _away = ben(&server).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let script = caller::script(person.address(), Vec::new());
    let report = person.answer(&script, &Taking::default()).await.unwrap();
    assert_eq!(report.ending, Ending::ByThem, "{}", timeline(&report));
    let voice = voice().await;
    for said in ["Hello, this is Northwind Dental.", "If you want no more calls from us, press 9 now."] {
        let heard_it = heard(&report).contains_speech(&spoken(&voice, "en", said).await);
        assert!(heard_it, "{said}: {}", timeline(&report));
    }
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "dropped": 1 }), "{progress}");
    let trigger = json!({ "number": reached, "key": "again", "name": "Mia" });
    let added = api.ask(Method::POST, "/v1/campaigns/reminders/trigger", Some(&trigger), &[]).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.json());
    let run = api.get("/v1/campaigns/reminders/dry-run").await;
    assert_eq!(run["contacts"][0]["reason"], "pause_after_dropped", "{run}");
}

async fn shown(server: &Server) -> Value {
    wait::until("a contact is shown", async || {
        let answer = server.api().post("/v1/campaigns/reminders/preview/next", &json!({ "member": "ben" })).await;
        (!answer["contact"].is_null()).then_some(answer)
    })
    .await
}

#[tokio::test]
async fn a_member_sees_a_contact_first_and_takes_it_or_not() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let numbers = [number(1, carrier::CONFIRMS), number(2, carrier::CONFIRMS)];
    create(&api, &yaml("preview"), &table(&numbers)).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let mut ben = ben(&server).await;
    let first = shown(&server).await;
    assert_eq!((&first["contact"]["number"], &first["variables"]), (&json!(numbers[0]), &json!({ "name": "Mia" })));
    assert_eq!(shown(&server).await["contact"]["id"], first["contact"]["id"], "the same until it is decided");
    let stranger = json!({ "member": "anna" });
    let refused = api.ask(Method::POST, "/v1/campaigns/reminders/preview/next", Some(&stranger), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.json());
    let skip = json!({ "member": "ben", "contact": first["contact"]["id"], "again_in_s": 1 });
    let skipped = api.ask(Method::POST, "/v1/campaigns/reminders/preview/skip", Some(&skip), &[]).await;
    assert_eq!(skipped.status, StatusCode::NO_CONTENT, "{}", skipped.json());
    assert!(carrier.calls().is_empty(), "nobody is called before a member says so");
    for expected in [&numbers[1], &numbers[0]] {
        let shown = shown(&server).await;
        assert_eq!(shown["contact"]["number"], json!(expected));
        let take = json!({ "member": "ben", "contact": shown["contact"]["id"] });
        let placed = api.post("/v1/campaigns/reminders/preview/accept", &take).await;
        let again = api.ask(Method::POST, "/v1/campaigns/reminders/preview/accept", Some(&take), &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "it is taken once");
        let leg = ben.answer().await;
        ben.hang_up(leg).await;
        api.ended_call(&text(&placed, "call")).await;
    }
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "reached": 2 }), "{progress}");
}

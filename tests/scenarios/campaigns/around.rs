//! What is around a campaign's calls: a carrier played by SIPp, a restart, a form, what is held and what was walked.

use std::collections::BTreeSet;

use callwright_tests::api::text;
use callwright_tests::sipp::Sipp;
use callwright_tests::{Server, Settings, caller, wait};
use reqwest::StatusCode;
use serde_json::{Value, json};
use synthetic_caller::{Ending, Step, Taking};

use super::carrier::{self, Carrier};
use super::{FLOW, RULES, business, business_on, create, done, host_of, number, post_text, table, yaml};
use crate::conversations::{ears, hearing};

/// Asks something and waits: whoever answers may hang up or press a key.
const ASKS: &str = "languages: [en]\nrecording: off\nvars:\n  name: \"\"\nnodes:\n  ask:\n    menu:\n      say: Press 1.\n      \
    options:\n        1: confirmed\n      no_input: {next: bye}\n      no_match: {next: bye}\n  confirmed:\n    \
    remember: {result: confirmed}\n    next: bye\n  bye:\n    hangup: {}\n";

/// The contacts of the campaign, each with its attempts.
async fn contacts(api: &callwright_tests::Api) -> Vec<Value> {
    api.list("/v1/campaigns/reminders/contacts?limit=200").await
}

#[tokio::test]
async fn a_carrier_of_sipp_brings_everybody_to_their_outcome() {
    let sipp = Sipp::called("carrier").with(&["-m", "8"]);
    let host = sipp.address("x").trim_start_matches("sip:x@").to_owned();
    let trunk = format!(
        "[[trunks]]\nname = \"carrier\"\nhost = \"{host}\"\nuser = \"+12025550100\"\nquirks = {{ options_ping = false }}\n"
    );
    let settings = Settings::default().config(&trunk).config(RULES);
    let server = Server::with(settings.config("[campaigns]\ntrunk_calls_per_second = 0\n")).await;
    let api = server.api();
    api.flow("campaign", ASKS).await;
    let kinds = [carrier::CONFIRMS, carrier::BUSY, carrier::DECLINES, carrier::EARLY_FAILURE];
    let numbers: Vec<String> = kinds.iter().flat_map(|does| [number(1, *does), number(2, *does)]).collect();
    create(&api, &yaml("retries: { attempts: 1 }\n"), &table(&numbers)).await;
    let playing = tokio::spawn(sipp.play());
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let progress = done(&api).await;
    // Each call went as it was written, to its end.
    playing.await.unwrap();
    assert_eq!(progress["outcomes"], json!({ "busy": 2, "failed": 4, "reached": 2 }), "{progress}");
    for contact in contacts(&api).await {
        let attempts = contact["attempts"].as_array().unwrap();
        let last = text(&contact, "number").chars().last().unwrap();
        let status = match last {
            carrier::BUSY => json!(486),
            carrier::DECLINES => json!(603),
            carrier::EARLY_FAILURE => json!(503),
            _ => attempts[0]["status"].clone(),
        };
        assert_eq!((attempts.len(), &attempts[0]["status"]), (1, &status), "{contact}");
    }
    // Whoever answered hung up at the question.
    let results = api.get("/v1/campaigns/reminders/results").await;
    assert_eq!(results["nodes"], json!([{ "flow": "campaign", "node": "ask", "calls": 2, "left": 2 }]), "{results}");
    assert_eq!(results["keys"], json!([]));
}

#[tokio::test]
async fn a_restart_in_the_midst_forgets_nobody_and_dials_nobody_twice() {
    const CONTACTS: usize = 60;
    let carrier = Carrier::start().await;
    let mut server = business(&carrier).await;
    let mut api = server.api();
    let kinds = [carrier::CONFIRMS, carrier::BUSY, carrier::DECLINES];
    let numbers: Vec<String> = (0..CONTACTS).map(|index| number(index, kinds[index % kinds.len()])).collect();
    let rules = "retries: { attempts: 20, busy: never, failed: { times: 20, after: 1s }, sip: { 603: never } }\n";
    create(&api, &yaml(rules).replace("per_second: 200", "per_second: 20"), &table(&numbers)).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    for called in [CONTACTS / 4, CONTACTS / 2] {
        wait::until("some were called", async || (carrier.calls().len() >= called).then_some(())).await;
        server.restart().await;
        api = server.api();
    }
    let progress = done(&api).await;
    assert_eq!(progress["done"], json!(CONTACTS), "{progress}");
    let finals: u64 = progress["outcomes"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(finals, CONTACTS as u64, "{progress}");
    let (calls, listed) = (carrier.calls(), contacts(&api).await);
    assert_eq!(listed.iter().map(|it| text(it, "number")).collect::<BTreeSet<_>>().len(), CONTACTS);
    for contact in &listed {
        let attempts = contact["attempts"].as_array().unwrap();
        let dialled = attempts.iter().filter(|it| !it["dialled_at"].is_null()).count();
        let came = calls.get(&text(contact, "number")).copied().unwrap_or(0);
        assert!((1..=dialled).contains(&came), "{came} calls came for {dialled} attempts: {contact}");
        assert!(attempts.iter().all(|it| !it["ended_at"].is_null()), "{contact}");
    }
}

#[tokio::test]
async fn without_a_trunk_it_says_so_and_who_said_no_is_filed_all_the_same() {
    let server = Server::with(Settings::default().config(RULES)).await;
    let api = server.api();
    api.flow("campaign", FLOW).await;
    let (yes, no) = (number(1, carrier::CONFIRMS), number(2, carrier::CONFIRMS));
    api.post("/v1/suppressions", &json!({ "number": no, "method": "api" })).await;
    create(&api, &yaml(""), &table(&[yes, no])).await;
    let before = api.get("/v1/campaigns/reminders/progress").await;
    assert_eq!(before["held"], Value::Null, "a draft is held by nothing");
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let progress = wait::until("who said no is done with", async || {
        let progress = api.get("/v1/campaigns/reminders/progress").await;
        (progress["done"] == 1).then_some(progress)
    })
    .await;
    assert_eq!((&progress["state"], &progress["waiting"]), (&json!("running"), &json!(1)), "{progress}");
    assert_eq!(progress["outcomes"], json!({ "refused": 1 }));
    assert_eq!(progress["held"]["reason"], "no_trunk", "{progress}");
    assert!(text(&progress["held"], "detail").contains("[[trunks]]"), "{progress}");
    let watched = told(&server, &["campaign", "watch", "reminders"]).await;
    assert!(watched.contains("Nobody is called (no_trunk)"), "{watched}");
    let doctor = told(&server, &["doctor", "--offline"]).await;
    assert!(doctor.contains("`reminders` runs, 1 contacts wait and nobody is called (no_trunk)"), "{doctor}");
}

/// What a command of this server's program prints.
pub(super) async fn told(server: &Server, arguments: &[&str]) -> String {
    let mut command = server.command(arguments);
    let work = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = wait::done("the command ends", work).await.unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_form_makes_a_campaign_with_its_contacts_or_not_at_all() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let rest = "machines: { message: \"Hello {{ name }} in {{ fields.place }}, on {{ fields.day|date }}.\" }\n\
                audience: { columns: { other_numbers: [mobile] } }\n";
    let campaign = yaml(rest).replacen("machines: { detect: false }\n", "", 1);
    let good = format!("number,name,place,day\n{},Mia,Berlin,2026-12-01\n", number(1, '0'));
    let send = async |table: &str, keep_good: &str| {
        let part = |name: &str, value: &str| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let parts = [part("campaign", &campaign), part("contacts", table), part("keep_good", keep_good)];
        let body = parts.concat() + "--edge--\r\n";
        post_text(&api, "/v1/campaigns", "multipart/form-data; boundary=edge", &body).await
    };
    let bad = format!("{good}nonsense,Ben,Berlin,2026-12-01\n");
    let (status, refused) = send(&bad, "false").await;
    assert_eq!((status, &refused["faults"][0]["line"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(3)), "{refused}");
    assert!(api.list("/v1/campaigns").await.is_empty(), "nothing by halves");
    // What cannot be told to a machine is a fault of the row as well.
    let without = good.replace(",Berlin", "").replace(",place", "");
    let (status, refused) = send(&without, "").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let message = text(&refused["faults"][0], "message");
    assert!(message.contains("machine") && message.contains("`fields.place`"), "{refused}");
    // A cell that is empty where a filter needs it is one of its row.
    let (status, refused) = send(&format!("{good}{},Ben,Berlin,\n", number(2, '0')), "").await;
    assert_eq!((status, &refused["faults"][0]["line"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(3)), "{refused}");
    assert!(text(&refused["faults"][0], "message").contains("empty cell"), "{refused}");
    let (status, made) = send(&bad, "true").await;
    assert_eq!((status, &made["contacts"]["added"]), (StatusCode::CREATED, &json!(1)), "{made}");
    assert_eq!((&made["name"], &made["contacts"]["absent_columns"]), (&json!("reminders"), &json!(["mobile"])));
    let spoken = api.get("/v1/campaigns/reminders/preview").await;
    assert!(text(&spoken, "message").contains("<say-as"), "{spoken}");
    let heard = text(&spoken, "message_spoken");
    assert!(
        heard.starts_with("Hello Mia in Berlin, on ") && heard.contains("December") && !heard.contains('<'),
        "{heard}"
    );
}

/// May be answered by key or by voice.
const LISTENS: &str = "languages: [en]\nrecording: off\nvars:\n  name: \"\"\nnodes:\n  ask:\n    menu:\n      \
    say: Will you come?\n      timeout: 20s\n      options:\n        1: {next: yes_, say: [yes]}\n        \
    2: {next: wrong, say: [wrong number]}\n      no_input: {next: bye}\n      no_match: {next: bye}\n  yes_:\n    \
    remember: {result: confirmed}\n    next: bye\n  wrong:\n    remember: {result: wrong_number}\n    next: bye\n  \
    bye:\n    hangup: {}\n";

/// A campaign of one contact, who is this person.
async fn campaign_of(server: &Server, flow: &str) -> callwright_tests::Api {
    let api = server.api();
    api.put_text("/v1/flows/campaign", "application/yaml", flow).await;
    create(&api, &yaml("retries: { attempts: 3 }\n"), &table(&[number(1, '0')])).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    api
}

#[tokio::test]
async fn who_is_the_wrong_one_is_not_called_again_and_the_key_is_counted() {
    let mut person = caller::line(caller::config("carrier")).await;
    let server = business_on(&host_of(&person)).await;
    let api = campaign_of(&server, LISTENS).await;
    let script = caller::script(person.address(), vec![caller::wait(1.0), caller::press("2")]);
    let report = person.answer(&script, &Taking::default()).await.unwrap();
    assert_eq!(report.ending, Ending::ByThem, "{}", caller::timeline(&report));
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "wrong_number": 1 }), "{progress}");
    assert_eq!(progress["attempts"]["dialled"], json!(1));
    let results = api.get("/v1/campaigns/reminders/results").await;
    assert_eq!(results["keys"], json!([{ "flow": "campaign", "node": "ask", "key": "2", "pressed": 1 }]), "{results}");
    let nodes: BTreeSet<String> = results["nodes"].as_array().unwrap().iter().map(|it| text(it, "node")).collect();
    assert_eq!(nodes, BTreeSet::from(["ask", "bye", "wrong"].map(str::to_owned)), "{results}");
}

#[tokio::test]
async fn who_says_stop_is_in_the_books_and_never_called_again() {
    let ears = ears(["Please stop calling me."]).await;
    let mut person = caller::line(caller::speaker("carrier").await).await;
    let host = host_of(&person);
    let trunk = format!("[[trunks]]\nname = \"carrier\"\nhost = \"{host}\"\nuser = \"+12025550100\"\n");
    let settings = Settings::default().config(&trunk).config(RULES);
    let server = Server::with(hearing(settings, &ears)).await;
    let api = campaign_of(&server, LISTENS).await;
    let words = Step::Say { text: "please stop calling me".into(), language: "en".into() };
    let script = caller::script(person.address(), vec![caller::wait(2.5), words]);
    let report = person.answer(&script, &Taking::default()).await.unwrap();
    assert_eq!(report.ending, Ending::ByThem, "{}", caller::timeline(&report));
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "opted_out": 1 }), "{progress}\n{}", caller::timeline(&report));
    let no_more = api.list("/v1/suppressions").await.swap_remove(0);
    assert_eq!((&no_more["number"], &no_more["method"]), (&json!(number(1, '0')), &json!("voice")), "{no_more}");
}

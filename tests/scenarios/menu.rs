//! The menu of the demo business, item by item.

use callwright_tests::Server;
use callwright_tests::caller::{self, begin, call, config, heard, press, script, timeline};
use callwright_tests::signal::Sound;
use callwright_tests::voice::{spoken, voice};
use callwright_tests::wait;
use synthetic_caller::{Report, Step};

/// Calls reception, does these steps, and is hung up on by us when `node` was entered `times` times.
async fn until_node(server: &Server, steps: Vec<Step>, node: &str, times: u64) -> Report {
    let api = server.api();
    let calling = begin(config("+12025550123"), script(server.address("reception"), steps));
    wait::until(&format!("node {node} is entered {times} times"), async || {
        (api.entered("reception", node).await >= times).then_some(())
    })
    .await;
    api.delete(&format!("/v1/calls/{}", api.newest_call().await)).await;
    wait::done("the caller is hung up on", calling).await.unwrap()
}

async fn assert_heard(report: &Report, language: &str, text: &str) {
    let expected = spoken(&voice().await, language, text).await;
    assert!(heard(report).contains_speech(&expected), "not heard: {text}\n{}", timeline(report));
}

#[tokio::test]
async fn one_tells_the_opening_hours() {
    let server = Server::start().await;
    let report = until_node(&server, vec![Step::Speech, press("1")], "main", 2).await;
    let hours = "Our hours are Monday, Tuesday and Thursday from eight to twelve and from one to six, \
                 Wednesday from eight to one, and Friday from eight to two.";
    assert_heard(&report, "en", hours).await;
}

#[tokio::test]
async fn two_tells_the_way() {
    let server = Server::start().await;
    let report = until_node(&server, vec![Step::Speech, press("2")], "main", 2).await;
    assert_heard(&report, "en", "You find us at 12 Harbour Street, on the second floor.").await;
    assert_heard(&report, "en", "If you come by car, there is parking behind the house.").await;
}

#[tokio::test]
async fn four_says_so_when_nobody_can_be_reached_and_leads_back_to_the_menu() {
    let server = Server::start().await;
    let report = until_node(&server, vec![Step::Speech, press("4"), press("2")], "main", 2).await;
    assert_heard(&report, "en", "One moment, please.").await;
    assert_heard(&report, "en", "I am sorry, nobody can take your call right now.").await;
}

#[tokio::test]
async fn five_says_it_all_again() {
    let server = Server::start().await;
    let steps = vec![press("5"), caller::wait(5.0), Step::HangUp];
    let report = call(server.address("reception"), steps).await;
    let moment = |what: &str| report.timeline.iter().find(|moment| moment.what.contains(what)).unwrap().at_ms;
    let pressed = (moment("we press 5") - moment("200 OK")) as f64 / 1_000.0;
    let (all, menu) = (heard(&report), spoken(&voice().await, "en", "For our opening hours, press 1.").await);
    let (before, after): (Sound, Sound) = (all.between(0.0, pressed), all.between(pressed, all.seconds()));
    assert!(before.contains_speech(&menu), "{}", timeline(&report));
    assert!(after.contains_speech(&menu), "{}", timeline(&report));
}

#[tokio::test]
async fn nine_changes_the_language_for_good() {
    let server = Server::start().await;
    let report = until_node(&server, vec![Step::Speech, press("9")], "terms", 2).await;
    assert_heard(&report, "de", "Zahnarztpraxis Northwind, guten Tag!").await;
    let api = server.api();
    let call = api.last_call().await;
    assert_eq!(call["language"], "de");
    let contact = api.get(&format!("/v1/contacts/{}", callwright_tests::api::text(&call, "contact"))).await;
    assert_eq!(contact["language"], "de", "the next call is answered in German");

    let again = call_once(&server).await;
    assert_heard(&again, "de", "Zahnarztpraxis Northwind, guten Tag!").await;
}

async fn call_once(server: &Server) -> Report {
    let steps = vec![Step::Speech, caller::wait(3.5), Step::HangUp];
    caller::call_with(config("+12025550123"), script(server.address("reception"), steps)).await
}
